/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fakes/readers_local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- One card ---------------------------------------------------------------------------------- */

static enum err
transmit(void *context, struct cursor command, struct writer *answer, struct err_trace *trace)
{
	(void)trace;
	answer->len += vcard_local_transmit(context, command.at, command.left,
	    answer->bytes + answer->len, answer->capacity - answer->len);
	return ERR_OK;
}

static void
reset(void *context)
{
	vcard_local_reset(context);
}

void
channel_local(struct vcard_local *card, struct channel *out)
{
	static const struct channel_ops ops = { .transmit = transmit, .close = reset };

	*out = (struct channel){ .ops = &ops, .context = card };
	_Static_assert(sizeof(out->atr) >= VCARD_ATR_MAX, "an ATR fits");
	out->atr_len = vcard_local_atr(card, out->atr);
}

/* -- Readers ----------------------------------------------------------------------------------- */

static enum err
check_pcscd(const struct readers_local *local, struct err_trace *trace)
{
	enum err err;

	if (!local->pcscd_is_gone)
		return ERR_OK;
	err = FAIL(trace, ERR_ABSENT, "the smart card service pcscd does not run");
	err_next(trace, "Start the smart card service: systemctl start pcscd.socket");
	return err;
}

static enum err
list(void *context, struct reader_list *out, struct err_trace *trace)
{
	const struct readers_local *local = context;
	enum err err = check_pcscd(local, trace);

	if (err != ERR_OK)
		return err;
	memset(out, 0, sizeof(*out));
	out->count = local->count;
	for (size_t i = 0; i < local->count; i++) {
		struct reader *reader = &out->reader[i];

		(void)snprintf(reader->name, sizeof(reader->name), "Local %zu", i);
		reader->events = local->events[i];
		reader->present = local->card[i] != NULL && vcard_local_is_in(local->card[i]);
		if (reader->present)
			reader->atr_len = vcard_local_atr(local->card[i], reader->atr);
	}
	return ERR_OK;
}

static bool
look(struct readers_local *local, struct reader_list *known)
{
	struct reader_list *now = calloc(1, sizeof(*now));
	bool changed = false;

	if (now == NULL)
		abort();
	if (local->pcscd_is_gone || list(local, now, NULL) == ERR_OK)
		changed = !reader_list_same(now, known);
	if (changed)
		*known = *now;
	free(now);
	return changed;
}

static enum err
wait_change(void *context, const struct reader_wait *wait, struct reader_list *known,
    struct err_trace *trace)
{
	struct readers_local *local = context;

	(void)wait;
	if (look(local, known))
		return ERR_OK;
	if (local->on_wait != NULL)
		local->on_wait(local, local->on_wait_context);
	if (look(local, known))
		return ERR_OK;
	return FAIL(trace, ERR_TIMEOUT, "nothing changed at the readers");
}

static enum err
connect_card(void *context, const char *name, struct channel *out, struct err_trace *trace)
{
	struct readers_local *local = context;
	struct channel bare = { 0 };
	unsigned n = 0;
	enum err err = check_pcscd(local, trace);

	if (err != ERR_OK)
		return err;
	if (sscanf(name, "Local %u", &n) != 1 || n >= local->count)
		return FAIL(trace, ERR_ABSENT, "there is no reader '%s'", name);
	if (local->card[n] == NULL || !vcard_local_is_in(local->card[n]))
		return FAIL(trace, ERR_ABSENT, "there is no card in reader '%s'", name);
	if (local->held_elsewhere)
		return FAIL(trace, ERR_NOT_NOW, "another program holds the card in '%s'", name);
	channel_local(local->card[n], &bare);
	if (local->fault == NULL)
		*out = bare;
	else
		channel_fault(local->fault, &bare, out);
	return ERR_OK;
}

static void
close_set(void *context)
{
	(void)context;
}

void
readers_local_open(struct readers_local *local, struct readers *out)
{
	static const struct reader_ops ops = {
		.list = list, .wait = wait_change, .connect = connect_card, .close = close_set
	};

	*out = (struct readers){ .ops = &ops, .context = local };
}

void
readers_local_put(struct readers_local *local, size_t n, struct vcard_local *card)
{
	local->card[n] = card;
	local->events[n]++;
	if (card != NULL && !vcard_local_is_in(card))
		vcard_local_insert(card);
}
