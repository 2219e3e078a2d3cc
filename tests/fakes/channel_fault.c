/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fakes/channel_fault.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct faulty {
	struct wire_fault *fault;
	struct channel inner;
};

static bool
is_gone(const struct wire_fault *fault)
{
	bool pulls = fault->kind == WIRE_FAULT_PULLED_BEFORE ||
		     fault->kind == WIRE_FAULT_PULLED_AFTER || fault->kind == WIRE_FAULT_EMPTY;

	return pulls && fault->seen > fault->at;
}

static enum err
pulled(struct err_trace *trace)
{
	return FAIL(trace, ERR_IO, "the card was pulled, for the sake of this test");
}

/* What remains of an answer that the card gave. */
static enum err
spoil(const struct wire_fault *fault, struct writer *answer, size_t before, struct err_trace *trace)
{
	switch (fault->kind) {
	case WIRE_FAULT_PULLED_AFTER:
		answer->len = before;
		return pulled(trace);
	case WIRE_FAULT_EMPTY:
		answer->len = before;
		return ERR_OK;
	case WIRE_FAULT_ONE_BYTE:
		answer->len = before + 1;
		return ERR_OK;
	case WIRE_FAULT_GARBAGE:
		memset(answer->bytes + before, 0xFF, answer->len - before - 2);
		memcpy(answer->bytes + answer->len - 2, (const uint8_t[]){ 0x90, 0x00 }, 2);
		return ERR_OK;
	case WIRE_FAULT_NONE:
	case WIRE_FAULT_PULLED_BEFORE:
	case WIRE_FAULT_SW:
		break;
	}
	return FAIL(trace, ERR_INTERNAL, "no such fault");
}

static enum err
transmit(void *context, struct cursor command, struct writer *answer, struct err_trace *trace)
{
	struct faulty *faulty = context;
	struct wire_fault *fault = faulty->fault;
	size_t before = answer->len;
	enum err err;

	fault->seen++;
	if (is_gone(fault))
		return pulled(trace);
	if (fault->kind == WIRE_FAULT_NONE || fault->seen != fault->at)
		return channel_transmit(&faulty->inner, command, answer, trace);
	if (fault->kind == WIRE_FAULT_PULLED_BEFORE)
		return pulled(trace);
	if (fault->kind == WIRE_FAULT_SW) {
		writer_u16(answer, fault->sw);
		return ERR_OK;
	}
	err = channel_transmit(&faulty->inner, command, answer, trace);
	return err != ERR_OK ? err : spoil(fault, answer, before, trace);
}

static enum err
control(void *context, uint32_t code, struct cursor in, struct writer *out, struct err_trace *trace)
{
	struct faulty *faulty = context;

	return channel_control(&faulty->inner, code, in, out, trace);
}

static void
give_back(void *context)
{
	struct faulty *faulty = context;

	channel_close(&faulty->inner);
	free(faulty);
}

void
channel_fault(struct wire_fault *fault, struct channel *inner, struct channel *out)
{
	static const struct channel_ops ops = {
		.transmit = transmit, .control = control, .close = give_back
	};
	struct faulty *faulty = calloc(1, sizeof(*faulty));

	assert(faulty != NULL);
	*faulty = (struct faulty){ .fault = fault, .inner = *inner };
	*out = (struct channel){
		.ops = &ops,
		.context = faulty,
		.atr_len = inner->atr_len,
	};
	memcpy(out->atr, inner->atr, sizeof(out->atr));
	*inner = (struct channel){ 0 };
}
