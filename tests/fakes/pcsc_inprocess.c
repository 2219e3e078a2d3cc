/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libpcsclite without pcscd: the SCard functions that an application calls, over virtual cards in
 * its own process. Preloaded, or found first as libpcsclite.so.1. An insertion is seen at once
 * where pcscd needs 0.4 s, and each APDU is a point (points.h) at which the process can be killed
 * or the card pulled. Readers are told in fake_readers.h.
 *
 * A pull during an APDU looks as it does with real readers: refused with SCARD_W_REMOVED_CARD when
 * the card never saw it, successful with no bytes when the answer was lost.
 */
#include <winscard.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <reader.h>

#include "base/clock.h"
#include "tests/fakes/fake_readers.h"
#include "tests/fakes/points.h"

/* A field of two 16 bit halves in struct SCARD_READERSTATE: how often, and what. */
#define EVENTS(state) ((state) >> 16)
#define PNP           "\\\\?PnP?\\Notification"

enum { CONTEXTS = 16, HANDLES = 16, POLL_MS = 5, FIRST = 0x1000 };

struct context {
	bool open;
	bool cancelled;
};

struct handle {
	struct fake_reader *reader; /* NULL: free */
	LONG context;
	unsigned events, resets; /* of the reader, when it was connected */
	bool direct;             /* to the reader alone */
	bool in_turn;            /* within a transaction */
};

const SCARD_IO_REQUEST g_rgSCardT0Pci = { SCARD_PROTOCOL_T0, sizeof(SCARD_IO_REQUEST) };
const SCARD_IO_REQUEST g_rgSCardT1Pci = { SCARD_PROTOCOL_T1, sizeof(SCARD_IO_REQUEST) };
const SCARD_IO_REQUEST g_rgSCardRawPci = { SCARD_PROTOCOL_RAW, sizeof(SCARD_IO_REQUEST) };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct context contexts[CONTEXTS];
static struct handle handles[HANDLES];

static struct context *
context_of(SCARDCONTEXT number)
{
	if (number < FIRST || number >= FIRST + CONTEXTS || !contexts[number - FIRST].open)
		return NULL;
	return &contexts[number - FIRST];
}

/* The handle, and whether it can be used: its card may be gone, or reset by someone else. */
static LONG
handle_of(SCARDHANDLE number, struct handle **out)
{
	struct handle *handle;

	if (number < FIRST || number >= FIRST + HANDLES || !handles[number - FIRST].reader)
		return SCARD_E_INVALID_HANDLE;
	handle = &handles[number - FIRST];
	*out = handle;
	if (!fake_readers_refresh())
		return SCARD_E_NO_SERVICE;
	if (!handle->reader->there)
		return SCARD_E_READER_UNAVAILABLE;
	if (!handle->direct && handle->events != handle->reader->events)
		return SCARD_W_REMOVED_CARD;
	if (!handle->direct && handle->resets != handle->reader->resets)
		return SCARD_W_RESET_CARD;
	return SCARD_S_SUCCESS;
}

LONG
SCardEstablishContext(DWORD scope, LPCVOID reserved1, LPCVOID reserved2, LPSCARDCONTEXT out)
{
	LONG rc = SCARD_E_NO_MEMORY;

	(void)scope, (void)reserved1, (void)reserved2;
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < CONTEXTS && rc == SCARD_E_NO_MEMORY; i++) {
		if (contexts[i].open)
			continue;
		contexts[i] = (struct context){ .open = true };
		*out = (SCARDCONTEXT)FIRST + (SCARDCONTEXT)i;
		rc = SCARD_S_SUCCESS;
	}
	if (!fake_readers_refresh()) {
		if (rc == SCARD_S_SUCCESS)
			contexts[*out - FIRST].open = false;
		rc = SCARD_E_NO_SERVICE;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

LONG
SCardIsValidContext(SCARDCONTEXT number)
{
	LONG rc;

	pthread_mutex_lock(&lock);
	rc = context_of(number) == NULL ? SCARD_E_INVALID_HANDLE : SCARD_S_SUCCESS;
	pthread_mutex_unlock(&lock);
	return rc;
}

static void
reset_card(struct handle *handle)
{
	if (handle->reader->slot != NULL && slot_reset(handle->reader->slot, NULL) != ERR_OK) {
		slot_close(handle->reader->slot);
		handle->reader->slot = NULL;
	}
	handle->resets = ++handle->reader->resets;
}

static void
end_turn(struct handle *handle)
{
	if (handle->in_turn)
		fake_reader_end(handle->reader);
	handle->in_turn = false;
}

static void
disconnect(struct handle *handle, DWORD disposition)
{
	if (disposition != SCARD_LEAVE_CARD)
		reset_card(handle);
	end_turn(handle);
	fake_reader_leave(handle->reader);
	*handle = (struct handle){ 0 };
}

LONG
SCardReleaseContext(SCARDCONTEXT number)
{
	struct context *context;

	pthread_mutex_lock(&lock);
	context = context_of(number);
	for (unsigned i = 0; i < HANDLES && context != NULL; i++) {
		if (handles[i].reader != NULL && handles[i].context == number)
			disconnect(&handles[i], SCARD_RESET_CARD);
	}
	if (context != NULL)
		context->open = false;
	pthread_mutex_unlock(&lock);
	return context == NULL ? SCARD_E_INVALID_HANDLE : SCARD_S_SUCCESS;
}

LONG
SCardCancel(SCARDCONTEXT number)
{
	struct context *context;

	pthread_mutex_lock(&lock);
	context = context_of(number);
	if (context != NULL)
		context->cancelled = true;
	pthread_mutex_unlock(&lock);
	return context == NULL ? SCARD_E_INVALID_HANDLE : SCARD_S_SUCCESS;
}

/* Copies out as PC/SC does: into the caller's buffer, into one of ours, or only the length. */
static LONG
give(const void *bytes, size_t len, void *out, LPDWORD out_len)
{
	DWORD room = *out_len;
	void *made;

	*out_len = (DWORD)len;
	if (out == NULL)
		return SCARD_S_SUCCESS;
	if (room == SCARD_AUTOALLOCATE) {
		made = malloc(len == 0 ? 1 : len);
		if (made == NULL)
			return SCARD_E_NO_MEMORY;
		memcpy(made, bytes, len);
		memcpy(out, &made, sizeof(made));
		/* cppcheck-suppress memleak; the caller has it now, until SCardFreeMemory */
		return SCARD_S_SUCCESS;
	}
	if (room < len)
		return SCARD_E_INSUFFICIENT_BUFFER;
	memcpy(out, bytes, len);
	return SCARD_S_SUCCESS;
}

LONG
SCardFreeMemory(SCARDCONTEXT number, LPCVOID memory)
{
	void *freed;

	(void)number;
	memcpy(&freed, &memory, sizeof(freed)); /* ours to free, whatever the prototype says */
	free(freed);
	return SCARD_S_SUCCESS;
}

static LONG
list_readers(SCARDCONTEXT number, LPSTR out, LPDWORD out_len)
{
	char names[FAKE_READERS * FAKE_NAME + 1];
	size_t len = 0;

	if (context_of(number) == NULL)
		return SCARD_E_INVALID_HANDLE;
	if (!fake_readers_refresh())
		return SCARD_E_NO_SERVICE;
	for (unsigned i = 0; i < FAKE_READERS; i++) {
		const struct fake_reader *reader = fake_readers_at(i);

		if (!reader->there)
			continue;
		memcpy(names + len, reader->name, strlen(reader->name) + 1);
		len += strlen(reader->name) + 1;
	}
	names[len] = '\0';
	return len == 0 ? SCARD_E_NO_READERS_AVAILABLE : give(names, len + 1, out, out_len);
}

LONG
SCardListReaders(SCARDCONTEXT number, LPCSTR groups, LPSTR out, LPDWORD out_len)
{
	LONG rc;

	(void)groups;
	pthread_mutex_lock(&lock);
	rc = list_readers(number, out, out_len);
	pthread_mutex_unlock(&lock);
	return rc;
}

LONG
SCardListReaderGroups(SCARDCONTEXT number, LPSTR out, LPDWORD out_len)
{
	static const char groups[] = "SCard$DefaultReaders\0";

	(void)number;
	return give(groups, sizeof(groups), out, out_len);
}

static unsigned
count_readers(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < FAKE_READERS; i++)
		count += fake_readers_at(i)->there;
	return count;
}

static void
see_reader(SCARD_READERSTATE *state)
{
	const struct fake_reader *reader = fake_readers_find(state->szReader);
	DWORD now = SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE, known = state->dwCurrentState;

	state->cbAtr = 0;
	if (reader != NULL && reader->card_file[0] == '\0')
		now = SCARD_STATE_EMPTY;
	if (reader != NULL && reader->card_file[0] != '\0') {
		now = SCARD_STATE_PRESENT;
		state->cbAtr = (DWORD)fake_reader_atr(reader, state->rgbAtr);
		if (state->cbAtr == 0)
			now |= SCARD_STATE_MUTE;
		if (reader->connections > 0)
			now |= reader->exclusive ? SCARD_STATE_EXCLUSIVE : SCARD_STATE_INUSE;
	}
	if (reader != NULL)
		now |= (DWORD)(reader->events & 0xFFFF) << 16;
	if (((now ^ known) & (SCARD_STATE_EMPTY | SCARD_STATE_PRESENT | SCARD_STATE_UNKNOWN)) !=
		0 ||
	    (EVENTS(known) != 0 && EVENTS(known) != EVENTS(now)))
		now |= SCARD_STATE_CHANGED;
	state->dwEventState = now;
}

/* Looks once; true when something changed. */
static bool
see_all(SCARD_READERSTATE *states, DWORD count, unsigned readers_before)
{
	bool changed = false;

	for (DWORD i = 0; i < count; i++) {
		if (states[i].dwCurrentState & SCARD_STATE_IGNORE) {
			states[i].dwEventState = SCARD_STATE_IGNORE;
			continue;
		}
		if (strcmp(states[i].szReader, PNP) == 0)
			states[i].dwEventState =
			    count_readers() == readers_before ? 0 : SCARD_STATE_CHANGED;
		else
			see_reader(&states[i]);
		changed |= (states[i].dwEventState & SCARD_STATE_CHANGED) != 0;
	}
	return changed;
}

static bool
all_known(const SCARD_READERSTATE *states, DWORD count)
{
	for (DWORD i = 0; i < count; i++) {
		if (!(states[i].dwCurrentState & (SCARD_STATE_IGNORE | SCARD_STATE_UNKNOWN)) &&
		    strcmp(states[i].szReader, PNP) != 0 &&
		    fake_readers_find(states[i].szReader) == NULL)
			return false;
	}
	return true;
}

struct watch {
	SCARDCONTEXT number;
	SCARD_READERSTATE *states;
	DWORD count;
	bool begun;
	unsigned readers; /* how many there were at its beginning */
};

/* One look; SCARD_E_TIMEOUT: nothing yet. */
static LONG
look(struct watch *watch)
{
	struct context *context = context_of(watch->number);

	if (context == NULL)
		return SCARD_E_INVALID_HANDLE;
	if (!fake_readers_refresh())
		return SCARD_E_NO_SERVICE;
	if (!watch->begun) {
		context->cancelled = false;
		watch->readers = count_readers();
		if (!all_known(watch->states, watch->count))
			return SCARD_E_UNKNOWN_READER;
	}
	watch->begun = true;
	if (context->cancelled)
		return SCARD_E_CANCELLED;
	if (see_all(watch->states, watch->count, watch->readers) || watch->count == 0)
		return SCARD_S_SUCCESS;
	return SCARD_E_TIMEOUT;
}

LONG
SCardGetStatusChange(SCARDCONTEXT number, DWORD timeout_ms, SCARD_READERSTATE *states, DWORD count)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	struct watch watch = { .number = number, .states = states, .count = count };
	int64_t end = clock_boot_ms() + (timeout_ms > INT32_MAX ? INT32_MAX : (int64_t)timeout_ms);
	LONG rc;

	for (;;) {
		pthread_mutex_lock(&lock);
		rc = look(&watch);
		pthread_mutex_unlock(&lock);
		if (rc != SCARD_E_TIMEOUT || clock_boot_ms() >= end)
			return rc;
		nanosleep(&pause, NULL);
	}
}

static struct handle *
free_handle(SCARDHANDLE *number)
{
	for (unsigned i = 0; i < HANDLES; i++) {
		if (handles[i].reader == NULL) {
			*number = (SCARDHANDLE)FIRST + (SCARDHANDLE)i;
			return &handles[i];
		}
	}
	return NULL;
}

static LONG
connect_card(SCARDCONTEXT number, LPCSTR name, DWORD share, struct handle *handle)
{
	struct fake_reader *reader;

	if (context_of(number) == NULL)
		return SCARD_E_INVALID_HANDLE;
	if (!fake_readers_refresh())
		return SCARD_E_NO_SERVICE;
	reader = fake_readers_find(name);
	if (reader == NULL)
		return SCARD_E_UNKNOWN_READER;
	if (share != SCARD_SHARE_DIRECT && reader->card_file[0] == '\0')
		return SCARD_E_NO_SMARTCARD;
	if (!fake_reader_take(reader, share == SCARD_SHARE_EXCLUSIVE))
		return SCARD_E_SHARING_VIOLATION;
	if (share != SCARD_SHARE_DIRECT && !fake_reader_power(reader)) {
		fake_reader_leave(reader);
		return SCARD_W_UNRESPONSIVE_CARD;
	}
	*handle = (struct handle){ .reader = reader,
		.context = number,
		.events = reader->events,
		.resets = reader->resets,
		.direct = share == SCARD_SHARE_DIRECT };
	return SCARD_S_SUCCESS;
}

LONG
SCardConnect(SCARDCONTEXT number, LPCSTR name, DWORD share, DWORD protocols, LPSCARDHANDLE out,
    LPDWORD protocol)
{
	struct handle *handle;
	SCARDHANDLE made = 0;
	LONG rc = SCARD_E_NO_MEMORY;

	pthread_mutex_lock(&lock);
	handle = free_handle(&made);
	if (handle != NULL)
		rc = connect_card(number, name, share, handle);
	if (rc == SCARD_S_SUCCESS && !handle->direct && !(protocols & SCARD_PROTOCOL_T1)) {
		disconnect(handle, SCARD_LEAVE_CARD);
		rc = SCARD_E_PROTO_MISMATCH;
	}
	if (rc == SCARD_S_SUCCESS) {
		*out = made;
		*protocol = handle->direct ? SCARD_PROTOCOL_UNDEFINED : SCARD_PROTOCOL_T1;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

LONG
SCardReconnect(
    SCARDHANDLE number, DWORD share, DWORD protocols, DWORD initialization, LPDWORD protocol)
{
	struct handle *handle;
	LONG rc;

	(void)share, (void)protocols;
	pthread_mutex_lock(&lock);
	rc = handle_of(number, &handle);
	if (rc == SCARD_W_RESET_CARD)
		rc = SCARD_S_SUCCESS;
	if (rc == SCARD_S_SUCCESS) {
		if (initialization != SCARD_LEAVE_CARD)
			reset_card(handle);
		handle->resets = handle->reader->resets;
		*protocol = SCARD_PROTOCOL_T1;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

LONG
SCardDisconnect(SCARDHANDLE number, DWORD disposition)
{
	struct handle *handle;
	LONG rc;

	pthread_mutex_lock(&lock);
	rc = handle_of(number, &handle);
	if (rc != SCARD_E_INVALID_HANDLE) {
		disconnect(handle, rc == SCARD_S_SUCCESS ? disposition : SCARD_LEAVE_CARD);
		rc = SCARD_S_SUCCESS;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

/* Another process may have had the card between two turns: then it was reset. */
static LONG
begin_turn(struct handle *handle)
{
	if (!fake_reader_begin(handle->reader)) {
		handle->reader->resets++;
		fake_reader_end(handle->reader);
		return SCARD_W_RESET_CARD;
	}
	handle->in_turn = true;
	return SCARD_S_SUCCESS;
}

LONG
SCardBeginTransaction(SCARDHANDLE number)
{
	struct handle *handle;
	LONG rc;

	pthread_mutex_lock(&lock);
	rc = handle_of(number, &handle);
	if (rc == SCARD_S_SUCCESS && !handle->in_turn)
		rc = begin_turn(handle);
	pthread_mutex_unlock(&lock);
	return rc;
}

LONG
SCardEndTransaction(SCARDHANDLE number, DWORD disposition)
{
	struct handle *handle;
	LONG rc;

	pthread_mutex_lock(&lock);
	rc = handle_of(number, &handle);
	if (rc == SCARD_S_SUCCESS && !handle->in_turn)
		rc = SCARD_E_NOT_TRANSACTED;
	if (rc == SCARD_S_SUCCESS && disposition != SCARD_LEAVE_CARD)
		reset_card(handle);
	if (rc != SCARD_E_INVALID_HANDLE)
		end_turn(handle);
	pthread_mutex_unlock(&lock);
	return rc;
}

/* What the log of points says of an APDU: the header, never the body. */
static void
describe(const uint8_t *command, size_t len, char out[16])
{
	out[0] = '\0';
	if (len >= 4)
		(void)snprintf(
		    out, 16, "%02X%02X%02X%02X", command[0], command[1], command[2], command[3]);
}

/* Nothing finds it again in this process. */
static LONG
stop_service(void)
{
	(void)unsetenv("QUORATE_FAKE_CARDS");
	return SCARD_E_NO_SERVICE;
}

static LONG
transmit(struct handle *handle, struct cursor command, uint8_t *answer, size_t *answer_len)
{
	struct fake_reader *reader = handle->reader;
	struct points_mark mark;
	char header[16];
	enum points_verdict verdict;
	bool in = false;

	describe(command.at, command.left, header);
	verdict = points_before(POINTS_APDU, header, &mark);
	*answer_len = 0;
	if (verdict == POINTS_FAIL_SERVICE) {
		points_after(&mark);
		fake_reader_pull(reader);
		return stop_service();
	}
	if (verdict != POINTS_FAIL_BEFORE)
		in = slot_transmit(reader->slot, command, answer, answer_len);
	fake_reader_remember(reader);
	points_after(&mark);
	if (in && verdict == POINTS_GO)
		return SCARD_S_SUCCESS;
	fake_reader_pull(reader);
	if (*answer_len == 0)
		return SCARD_W_REMOVED_CARD;
	*answer_len = 0;
	return SCARD_S_SUCCESS;
}

static LONG
transmit_in_turn(struct handle *handle, struct cursor command, uint8_t *answer, size_t *len)
{
	bool single = !handle->in_turn;
	LONG rc = SCARD_S_SUCCESS;

	if (handle->direct || handle->reader->slot == NULL)
		return SCARD_E_INVALID_HANDLE;
	if (single)
		rc = begin_turn(handle);
	if (rc == SCARD_S_SUCCESS)
		rc = transmit(handle, command, answer, len);
	if (single)
		end_turn(handle);
	return rc;
}

LONG
SCardTransmit(SCARDHANDLE number, const SCARD_IO_REQUEST *protocol, LPCBYTE command,
    DWORD command_len, SCARD_IO_REQUEST *answer_protocol, LPBYTE out, LPDWORD out_len)
{
	uint8_t answer[VCARD_RESPONSE_MAX];
	struct handle *handle;
	size_t len = 0;
	LONG rc;

	(void)protocol, (void)answer_protocol;
	pthread_mutex_lock(&lock);
	rc = handle_of(number, &handle);
	if (rc == SCARD_S_SUCCESS)
		rc = transmit_in_turn(handle, cursor_over(command, command_len), answer, &len);
	pthread_mutex_unlock(&lock);
	if (rc == SCARD_S_SUCCESS)
		rc = give(answer, len, out, out_len);
	explicit_bzero(answer, sizeof(answer));
	return rc;
}

/* A reader without a PIN pad or anything else that is special. */
LONG
SCardControl(SCARDHANDLE number, DWORD code, LPCVOID in, DWORD in_len, LPVOID out, DWORD out_size,
    LPDWORD out_len)
{
	struct handle *handle;
	LONG rc;

	(void)in, (void)in_len, (void)out, (void)out_size;
	pthread_mutex_lock(&lock);
	rc = handle_of(number, &handle);
	pthread_mutex_unlock(&lock);
	if (rc != SCARD_S_SUCCESS)
		return rc;
	if (code != CM_IOCTL_GET_FEATURE_REQUEST)
		return SCARD_E_UNSUPPORTED_FEATURE;
	if (out_len != NULL)
		*out_len = 0;
	return SCARD_S_SUCCESS;
}

LONG
SCardGetAttrib(SCARDHANDLE number, DWORD attribute, LPBYTE out, LPDWORD out_len)
{
	uint8_t atr[VCARD_ATR_MAX];
	struct handle *handle;
	size_t len = 0;
	LONG rc;

	pthread_mutex_lock(&lock);
	rc = handle_of(number, &handle);
	if (rc == SCARD_S_SUCCESS)
		len = fake_reader_atr(handle->reader, atr);
	pthread_mutex_unlock(&lock);
	if (rc != SCARD_S_SUCCESS)
		return rc;
	if (attribute == SCARD_ATTR_ATR_STRING)
		return give(atr, len, out, out_len);
	if (attribute == SCARD_ATTR_VENDOR_NAME)
		return give("Quorate", sizeof("Quorate"), out, out_len);
	return SCARD_E_UNSUPPORTED_FEATURE;
}

LONG
SCardSetAttrib(SCARDHANDLE number, DWORD attribute, LPCBYTE value, DWORD len)
{
	(void)number, (void)attribute, (void)value, (void)len;
	return SCARD_E_UNSUPPORTED_FEATURE;
}

LONG
SCardStatus(SCARDHANDLE number, LPSTR name, LPDWORD name_len, LPDWORD state, LPDWORD protocol,
    LPBYTE atr, LPDWORD atr_len)
{
	uint8_t bytes[VCARD_ATR_MAX];
	char both[FAKE_NAME + 1] = "";
	struct handle *handle;
	size_t len = 0;
	LONG rc;

	pthread_mutex_lock(&lock);
	rc = handle_of(number, &handle);
	if (rc == SCARD_S_SUCCESS) {
		(void)snprintf(both, sizeof(both), "%s", handle->reader->name);
		len = fake_reader_atr(handle->reader, bytes);
	}
	pthread_mutex_unlock(&lock);
	if (rc != SCARD_S_SUCCESS)
		return rc;
	if (state != NULL)
		*state = SCARD_PRESENT | SCARD_POWERED | SCARD_NEGOTIABLE;
	if (protocol != NULL)
		*protocol = SCARD_PROTOCOL_T1;
	if (name_len != NULL) /* a list of one name, as all lists are: NUL NUL */
		rc = give(both, strlen(both) + 2, name, name_len);
	if (rc == SCARD_S_SUCCESS && atr_len != NULL)
		rc = give(bytes, len, atr, atr_len);
	return rc;
}

const char *
pcsc_stringify_error(const LONG code)
{
	static _Thread_local char text[64];

	(void)snprintf(text, sizeof(text), "PC/SC error 0x%08lX", (unsigned long)code & 0xFFFFFFFF);
	return text;
}
