/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/slot.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "virtual-cards/fault.h"

struct slot {
	struct vcard *card;
	char *file;
	struct fault fault;
	unsigned counted; /* APDUs since the fault was taken */
};

enum err
slot_open(const char *card_file, struct slot **out, struct err_trace *trace)
{
	struct slot *slot = calloc(1, sizeof(*slot));
	enum err err;

	if (slot == NULL || (slot->file = strdup(card_file)) == NULL) {
		free(slot);
		return FAIL(trace, ERR_NOMEM, "no memory for a virtual card");
	}
	err = vcard_open(card_file, &slot->card, trace);
	if (err != ERR_OK) {
		slot_close(slot);
		return err;
	}
	*out = slot;
	return ERR_OK;
}

void
slot_close(struct slot *slot)
{
	if (slot == NULL)
		return;
	vcard_close(slot->card);
	free(slot->file);
	free(slot);
}

enum err
slot_reset(struct slot *slot, struct err_trace *trace)
{
	return vcard_reset(slot->card, trace);
}

size_t
slot_atr(const struct slot *slot, uint8_t out[VCARD_ATR_MAX])
{
	return vcard_atr(slot->card, out);
}

const struct vcard *
slot_card(const struct slot *slot)
{
	return slot->card;
}

static void
wait_ms(unsigned ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	while (ms > 0 && nanosleep(&left, &left) != 0)
		;
}

static struct fault
due(struct slot *slot)
{
	if (fault_take(slot->file, &slot->fault))
		slot->counted = 0;
	slot->counted++;
	return slot->counted == slot->fault.at ? slot->fault : (struct fault){ 0 };
}

bool
slot_transmit(struct slot *slot, struct cursor command, uint8_t *answer, size_t *answer_len)
{
	struct fault fault = due(slot);

	wait_ms(vcard_profile_of(slot->card)->slow_ms);
	if (fault.kind == FAULT_PULL_BEFORE)
		return false;
	if (fault.kind == FAULT_KILL)
		(void)kill(fault.value == 0 ? getpid() : (pid_t)fault.value, SIGKILL);
	if (fault.kind == FAULT_STATUS) {
		answer[0] = (uint8_t)(fault.value >> 8);
		answer[1] = (uint8_t)fault.value;
		*answer_len = 2;
		return true;
	}
	*answer_len = vcard_process(slot->card, command.at, command.left, answer);
	if (fault.kind == FAULT_DELAY)
		wait_ms(fault.value);
	if (fault.kind == FAULT_ONE_BYTE)
		*answer_len = 1;
	if (fault.kind == FAULT_NO_BYTES)
		*answer_len = 0;
	return fault.kind != FAULT_PULL_AFTER;
}
