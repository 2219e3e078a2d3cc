/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The readers of pcscd. A context is lost whenever pcscd goes away; everything here asks for a new
 * one then, for a bounded time. Waiting is done in short slices, so that a cancel fd, a pcscd that
 * returns and a new reader are all seen without a second thread.
 */
#include "pcsc/reader_pcsc.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "pcsc/reader.h"

enum {
	SLICE_MS = 200,
	RETURN_MS = 3000, /* how long a pcscd that was there is waited for */
	STATES_MAX = READER_MAX + 1,
	NAMES_SIZE = READER_MAX * READER_NAME + 1,
};

/* PC/SC-lite wakes up for this one when a reader comes or goes. */
#define PNP "\\\\?PnP?\\Notification"

struct context {
	SCARDCONTEXT handle;
	bool open;
	bool was_open; /* pcscd was there once: its return is worth waiting for */
	char names[NAMES_SIZE];
	SCARD_READERSTATE states[STATES_MAX];
	struct reader_list seen;
};

static void
drop(struct context *context)
{
	if (context->open)
		(void)SCardReleaseContext(context->handle);
	context->open = false;
}

static LONG
establish(struct context *context)
{
	LONG rc = SCARD_S_SUCCESS;

	if (context->open && SCardIsValidContext(context->handle) != SCARD_S_SUCCESS)
		drop(context);
	if (!context->open)
		rc = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context->handle);
	if (rc == SCARD_S_SUCCESS)
		context->open = context->was_open = true;
	return rc;
}

/* -- A snapshot -------------------------------------------------------------------------------- */

/*
 * Walks a multistring only as far as it was written: each name ends inside, and an empty one ends
 * all. Fills states[].szReader, which points into names[].
 */
static bool
walk_names(struct context *context, size_t len, size_t *count)
{
	const char *at = context->names;
	const char *end = context->names + len;

	*count = 0;
	while (at < end && *at != '\0') {
		const char *stop = memchr(at, '\0', (size_t)(end - at));

		if (stop == NULL)
			return false;
		if (stop - at < READER_NAME && *count < READER_MAX)
			context->states[(*count)++] = (SCARD_READERSTATE){ .szReader = at };
		at = stop + 1;
	}
	return at < end || len == 0;
}

static LONG
list_names(struct context *context, size_t *count)
{
	DWORD len = sizeof(context->names);
	LONG rc = SCardListReaders(context->handle, NULL, context->names, &len);

	*count = 0;
	if (rc == SCARD_E_NO_READERS_AVAILABLE)
		return SCARD_S_SUCCESS;
	if (rc != SCARD_S_SUCCESS)
		return rc;
	if (len > sizeof(context->names) || !walk_names(context, len, count))
		return SCARD_F_INTERNAL_ERROR;
	return SCARD_S_SUCCESS;
}

static void
take_state(const SCARD_READERSTATE *state, struct reader *out)
{
	*out = (struct reader){
		.present = (state->dwEventState & SCARD_STATE_PRESENT) != 0,
		.mute = (state->dwEventState & SCARD_STATE_MUTE) != 0,
		.in_use = (state->dwEventState & SCARD_STATE_EXCLUSIVE) != 0,
		.events = (uint32_t)(state->dwEventState >> 16),
	};
	(void)snprintf(out->name, sizeof(out->name), "%s", state->szReader);
	if (state->cbAtr <= sizeof(out->atr)) {
		out->atr_len = state->cbAtr;
		memcpy(out->atr, state->rgbAtr, state->cbAtr);
	}
}

/* Fills context->seen. A reader that goes away between the two calls is a reason to look again. */
static LONG
look_once(struct context *context)
{
	size_t count = 0;
	LONG rc = establish(context);

	if (rc == SCARD_S_SUCCESS)
		rc = list_names(context, &count);
	if (rc == SCARD_S_SUCCESS && count > 0)
		rc = SCardGetStatusChange(context->handle, 0, context->states, (DWORD)count);
	if (rc != SCARD_S_SUCCESS && rc != SCARD_E_TIMEOUT)
		return rc;
	context->seen.count = count;
	for (size_t i = 0; i < count; i++)
		take_state(&context->states[i], &context->seen.reader[i]);
	return SCARD_S_SUCCESS;
}

static LONG
look(struct context *context)
{
	LONG rc = look_once(context);

	for (int again = 0; again < 3 && rc == SCARD_E_UNKNOWN_READER; again++)
		rc = look_once(context);
	if (reader_pcsc_lost(rc))
		drop(context);
	return rc;
}

/* As look, but a pcscd that was there and is away is given time to return. */
static LONG
look_patiently(struct context *context)
{
	int64_t until = clock_boot_ms() + (context->was_open ? RETURN_MS : 0);
	LONG rc = look(context);

	while (reader_pcsc_lost(rc) && clock_boot_ms() < until) {
		(void)poll(NULL, 0, SLICE_MS);
		rc = look(context);
	}
	return rc;
}

static enum err
list(void *data, struct reader_list *out, struct err_trace *trace)
{
	struct context *context = data;
	LONG rc = look_patiently(context);

	if (rc != SCARD_S_SUCCESS)
		return reader_pcsc_fail(trace, rc, "list the readers", NULL);
	*out = context->seen;
	return ERR_OK;
}

/* -- Waiting ----------------------------------------------------------------------------------- */

static bool
is_cancelled(int fd, int timeout_ms)
{
	struct pollfd cancel = { .fd = fd, .events = POLLIN };

	return poll(&cancel, 1, timeout_ms) == 1 && cancel.revents != 0;
}

/* Sleeps until something may have changed, at most `ms`. Errors show in the next look. */
static void
doze(struct context *context, int cancel_fd, int ms)
{
	size_t count = context->seen.count;

	if (!context->open) {
		(void)is_cancelled(cancel_fd, ms);
		return;
	}
	for (size_t i = 0; i < count; i++)
		context->states[i].dwCurrentState = context->states[i].dwEventState;
	context->states[count] = (SCARD_READERSTATE){ .szReader = PNP };
	if (reader_pcsc_lost(SCardGetStatusChange(
		context->handle, (DWORD)ms, context->states, (DWORD)count + 1)))
		drop(context);
}

static int
slice(int timeout_ms, int64_t began)
{
	int64_t left = began + timeout_ms - clock_boot_ms();

	if (timeout_ms < 0 || left > SLICE_MS)
		return SLICE_MS;
	return left > 0 ? (int)left : 0;
}

static enum err
timed_out(LONG rc, const struct reader_wait *wait, struct err_trace *trace)
{
	if (rc != SCARD_S_SUCCESS)
		(void)reader_pcsc_fail(trace, rc, "watch the readers", NULL);
	return FAIL(trace, ERR_TIMEOUT, "nothing changed at the readers for %d seconds",
	    wait->timeout_ms / 1000);
}

static enum err
wait_change(
    void *data, const struct reader_wait *wait, struct reader_list *known, struct err_trace *trace)
{
	struct context *context = data;
	int64_t began = clock_boot_ms();

	for (;;) {
		LONG rc = look(context);
		int ms = slice(wait->timeout_ms, began);

		if (rc != SCARD_S_SUCCESS && !reader_pcsc_lost(rc))
			return reader_pcsc_fail(trace, rc, "watch the readers", NULL);
		if (rc != SCARD_S_SUCCESS)
			context->seen.count = 0;
		if (!reader_list_same(&context->seen, known)) {
			*known = context->seen;
			return ERR_OK;
		}
		if (is_cancelled(wait->cancel_fd, 0))
			return FAIL(trace, ERR_CANCELLED, "waiting for a card was given up");
		if (ms == 0)
			return timed_out(rc, wait, trace);
		doze(context, wait->cancel_fd, ms);
	}
}

/* -- The rest ---------------------------------------------------------------------------------- */

static enum err
connect_reader(void *data, const char *reader, struct channel *out, struct err_trace *trace)
{
	struct context *context = data;
	LONG rc = look_patiently(context);

	if (rc != SCARD_S_SUCCESS)
		return reader_pcsc_fail(trace, rc, "reach the card", reader);
	return channel_open_pcsc(context->handle, reader, out, trace);
}

static void
close_context(void *data)
{
	struct context *context = data;

	drop(context);
	free(context);
}

static const struct reader_ops pcsc_ops = {
	.list = list,
	.wait = wait_change,
	.connect = connect_reader,
	.close = close_context,
};

enum err
reader_open_pcsc(struct readers *out, struct err_trace *trace)
{
	struct context *context = calloc(1, sizeof(*context));
	LONG rc;

	if (context == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the readers");
	rc = establish(context);
	if (rc != SCARD_S_SUCCESS) {
		free(context);
		return reader_pcsc_fail(trace, rc, "look for readers", NULL);
	}
	*out = (struct readers){ .ops = &pcsc_ops, .context = context };
	return ERR_OK;
}
