/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our side of PC/SC-lite's interface, against a library that says what each test wants: this
 * program's own functions come before those of libpcsclite.
 */
#include "tests/unit/test.h"

#include <string.h>

#include <winscard.h>

#include "pcsc/card.h"
#include "tests/fakes/channel_replay.h"

enum { NAMES_MAX = 4096 };

/* What the library answers, and what it was asked. */
static struct library {
	LONG establish;
	int establish_fails; /* so many times before it succeeds */
	LONG list;
	char names[NAMES_MAX];
	DWORD names_len;
	DWORD state;
	LONG status_change;
	LONG connect;
	int connect_fails; /* so many times */
	DWORD protocol;
	LONG begin;
	LONG transmit;
	const char *answer;   /* hex */
	DWORD claims;         /* the length that the library reports, when it lies */
	const char *expected; /* hex of the last command */

	int connects;
	DWORD share;
	DWORD disposition;
	int disconnects;
	int contexts;
} library;

PCSC_API LONG
SCardEstablishContext(DWORD scope, LPCVOID one, LPCVOID two, LPSCARDCONTEXT context)
{
	(void)scope, (void)one, (void)two;
	if (library.establish_fails > 0) {
		library.establish_fails--;
		return SCARD_E_NO_SERVICE;
	}
	*context = ++library.contexts;
	return library.establish;
}

PCSC_API LONG
SCardReleaseContext(SCARDCONTEXT context)
{
	(void)context;
	return SCARD_S_SUCCESS;
}

PCSC_API LONG
SCardIsValidContext(SCARDCONTEXT context)
{
	(void)context;
	return SCARD_S_SUCCESS;
}

PCSC_API LONG
SCardListReaders(SCARDCONTEXT context, LPCSTR groups, LPSTR names, LPDWORD len)
{
	(void)context, (void)groups;
	memcpy(names, library.names, library.names_len < *len ? library.names_len : *len);
	*len = library.names_len;
	return library.list;
}

PCSC_API LONG
SCardGetStatusChange(SCARDCONTEXT context, DWORD ms, SCARD_READERSTATE *states, DWORD count)
{
	(void)context, (void)ms;
	for (DWORD i = 0; i < count; i++)
		states[i].dwEventState = library.state;
	return library.status_change;
}

PCSC_API LONG
SCardConnect(SCARDCONTEXT context, LPCSTR reader, DWORD share, DWORD protocols,
    LPSCARDHANDLE handle, LPDWORD protocol)
{
	(void)context, (void)reader, (void)protocols;
	library.connects++;
	library.share = share;
	*handle = 7;
	*protocol = library.protocol;
	if (library.connect_fails > 0) {
		library.connect_fails--;
		return SCARD_E_SHARING_VIOLATION;
	}
	return library.connect;
}

PCSC_API LONG
SCardBeginTransaction(SCARDHANDLE handle)
{
	(void)handle;
	return library.begin;
}

PCSC_API LONG
SCardEndTransaction(SCARDHANDLE handle, DWORD disposition)
{
	(void)handle, (void)disposition;
	return SCARD_S_SUCCESS;
}

PCSC_API LONG
SCardDisconnect(SCARDHANDLE handle, DWORD disposition)
{
	(void)handle;
	library.disconnects++;
	library.disposition = disposition;
	return SCARD_S_SUCCESS;
}

PCSC_API LONG
SCardStatus(SCARDHANDLE handle, LPSTR name, LPDWORD name_len, LPDWORD state, LPDWORD protocol,
    LPBYTE atr, LPDWORD atr_len)
{
	(void)handle, (void)name, (void)name_len, (void)state, (void)protocol;
	memcpy(atr, "\x3B\x01", 2);
	*atr_len = 2;
	return SCARD_S_SUCCESS;
}

PCSC_API LONG
SCardTransmit(SCARDHANDLE handle, const SCARD_IO_REQUEST *send, LPCBYTE command, DWORD len,
    SCARD_IO_REQUEST *receive, LPBYTE answer, LPDWORD answer_len)
{
	uint8_t bytes[64];

	(void)handle, (void)send, (void)receive;
	if (library.expected != NULL) {
		assert_int_equal(len, replay_bytes(library.expected, bytes, sizeof(bytes)));
		assert_memory_equal(command, bytes, len);
	}
	*answer_len = (DWORD)replay_bytes(library.answer, answer, *answer_len);
	if (library.claims > 0)
		*answer_len = library.claims;
	return library.transmit;
}

PCSC_API LONG
SCardControl(SCARDHANDLE handle, DWORD code, LPCVOID in, DWORD in_len, LPVOID out, DWORD out_len,
    LPDWORD got)
{
	(void)handle, (void)code, (void)in, (void)in_len, (void)out;
	*got = library.claims > 0 ? out_len + 1 : 0;
	return SCARD_S_SUCCESS;
}

/* -- Helpers ----------------------------------------------------------------------------------- */

static struct readers readers;
static struct reader_list list;

static void
names(const char *text, size_t len)
{
	memcpy(library.names, text, len);
	library.names_len = (DWORD)len;
}

static int
set_up(void **state)
{
	(void)state;
	library = (struct library){
		.answer = "90 00", .protocol = SCARD_PROTOCOL_T1, .state = SCARD_STATE_PRESENT
	};
	names("One\0", 5);
	return reader_open_pcsc(&readers, NULL) == ERR_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	reader_close(&readers);
	return 0;
}

static struct channel
open_channel(void)
{
	struct channel channel = { 0 };
	struct err_trace trace = { 0 };

	assert_ok(reader_connect(&readers, "One", &channel, &trace), &trace);
	return channel;
}

static enum err
send(const struct channel *channel, const char *command, size_t room, struct err_trace *trace)
{
	uint8_t bytes[64];
	uint8_t answer[64];
	struct writer writer = writer_into(answer, room);

	return channel_transmit(channel,
	    cursor_over(bytes, replay_bytes(command, bytes, sizeof(bytes))), &writer, trace);
}

/* -- Readers ----------------------------------------------------------------------------------- */

static void
a_list_of_names_is_checked_before_it_is_walked(void **state)
{
	struct err_trace trace = { 0 };
	static char many[NAMES_MAX];

	(void)state;
	assert_ok(reader_list_now(&readers, &list, &trace), &trace);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.reader[0].name, "One");
	names("One\0Two\0", 9);
	assert_ok(reader_list_now(&readers, &list, &trace), &trace);
	assert_int_equal(list.count, 2);
	names("", 1);
	assert_ok(reader_list_now(&readers, &list, &trace), &trace);
	assert_int_equal(list.count, 0);
	names("One", 3);
	assert_fails(reader_list_now(&readers, &list, NULL), ERR_IO, NULL);
	names("One\0", 4);
	assert_fails(reader_list_now(&readers, &list, NULL), ERR_IO, NULL);
	for (size_t i = 0; i < 40; i += 2)
		memcpy(many + i, "R", 2);
	names(many, 41);
	assert_ok(reader_list_now(&readers, &list, &trace), &trace);
	assert_int_equal(list.count, READER_MAX);
	memset(many, 'x', 200);
	many[200] = many[201] = '\0';
	names(many, 202);
	assert_ok(reader_list_now(&readers, &list, &trace), &trace);
	assert_int_equal(list.count, 0);
	library.names_len = NAMES_MAX;
	assert_fails(reader_list_now(&readers, &list, NULL), ERR_IO, NULL);
}

static void
no_reader_at_all_is_an_empty_list(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	library.list = SCARD_E_NO_READERS_AVAILABLE;
	assert_ok(reader_list_now(&readers, &list, &trace), &trace);
	assert_int_equal(list.count, 0);
}

static void
a_pcscd_that_comes_back_soon_is_waited_for(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	library.list = SCARD_E_NO_SERVICE;
	assert_fails(reader_list_now(&readers, &list, &trace), ERR_ABSENT, &trace);
	library.list = SCARD_S_SUCCESS;
	library.establish_fails = 2;
	assert_ok(reader_list_now(&readers, &list, &trace), &trace);
	assert_int_equal(list.count, 1);
	assert_true(library.contexts >= 2);
}

static void
a_fault_that_is_no_absence_ends_a_wait(void **state)
{
	struct reader_wait wait = { .timeout_ms = READER_FOREVER, .cancel_fd = -1 };
	struct err_trace trace = { 0 };

	(void)state;
	library.status_change = SCARD_E_NO_MEMORY;
	list.count = 0;
	assert_fails(reader_wait_change(&readers, &wait, &list, &trace), ERR_NOMEM, &trace);
}

/* -- The card ---------------------------------------------------------------------------------- */

static void
a_card_is_taken_for_us_alone_and_reset_when_given_back(void **state)
{
	struct channel channel = open_channel();

	(void)state;
	assert_int_equal(library.share, SCARD_SHARE_EXCLUSIVE);
	assert_int_equal(channel.atr_len, 2);
	channel_close(&channel);
	assert_int_equal(library.disconnects, 1);
	assert_int_equal(library.disposition, SCARD_RESET_CARD);
}

static void
a_card_held_for_a_moment_is_waited_for_and_one_held_longer_is_not(void **state)
{
	struct channel channel = { 0 };
	struct err_trace trace = { 0 };

	(void)state;
	library.connect_fails = 3;
	channel = open_channel();
	assert_int_equal(library.connects, 4);
	channel_close(&channel);
	library.connect_fails = 1000;
	assert_fails(reader_connect(&readers, "One", &channel, &trace), ERR_NOT_NOW, &trace);
	assert_true(trace.next[0] != '\0');
	assert_null(channel.ops);
}

static void
a_transaction_that_is_refused_gives_the_card_back(void **state)
{
	struct channel channel = { 0 };
	struct err_trace trace = { 0 };

	(void)state;
	library.begin = SCARD_E_SHARING_VIOLATION;
	assert_fails(reader_connect(&readers, "One", &channel, &trace), ERR_NOT_NOW, &trace);
	assert_int_equal(library.disconnects, 1);
	assert_int_equal(library.disposition, SCARD_RESET_CARD);
}

struct refusal {
	LONG rc;
	enum err connecting;
	enum err transmitting;
};

static const struct refusal refusals[] = {
	{ SCARD_E_NO_SMARTCARD, ERR_ABSENT, ERR_IO },
	{ SCARD_E_UNKNOWN_READER, ERR_ABSENT, ERR_IO },
	{ SCARD_W_REMOVED_CARD, ERR_IO, ERR_IO },
	{ SCARD_W_UNRESPONSIVE_CARD, ERR_IO, ERR_IO },
	{ SCARD_W_UNPOWERED_CARD, ERR_IO, ERR_IO },
	{ SCARD_E_NO_SERVICE, ERR_ABSENT, ERR_IO },
	{ SCARD_W_SECURITY_VIOLATION, ERR_DENIED, ERR_IO },
	{ SCARD_E_PROTO_MISMATCH, ERR_UNSUPPORTED, ERR_IO },
	{ SCARD_E_INSUFFICIENT_BUFFER, ERR_FORMAT, ERR_FORMAT },
	{ SCARD_F_UNKNOWN_ERROR, ERR_IO, ERR_IO },
};

static void
every_refusal_keeps_its_number_and_in_a_visit_means_a_lost_card(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct channel channel = { 0 };
		struct err_trace trace = { 0 };
		unsigned long raw = 0;

		library.connect = refusals[i].rc;
		assert_fails(reader_connect(&readers, "One", &channel, &trace),
		    refusals[i].connecting, &trace);
		assert_true(err_raw(&trace, ERR_ORIGIN_PCSC, &raw));
		assert_int_equal(raw, refusals[i].rc);

		library.connect = SCARD_S_SUCCESS;
		channel = open_channel();
		library.transmit = refusals[i].rc;
		assert_fails(
		    send(&channel, "00 CA 00 6E 00", 64, &trace), refusals[i].transmitting, &trace);
		library.transmit = SCARD_S_SUCCESS;
		channel_close(&channel);
	}
}

static void
a_library_that_reports_more_than_there_was_room_for_is_not_believed(void **state)
{
	struct channel channel = open_channel();
	uint8_t bytes[4];
	struct writer out = writer_into(bytes, sizeof(bytes));
	struct err_trace trace = { 0 };

	(void)state;
	library.claims = 65;
	assert_fails(send(&channel, "00 CA 00 6E 00", 64, &trace), ERR_IO, &trace);
	assert_fails(
	    channel_control(&channel, 1, cursor_over(NULL, 0), &out, &trace), ERR_IO, &trace);
	assert_int_equal(out.len, 0);
	channel_close(&channel);
}

struct t0_row {
	const char *command;
	const char *sent;
};

static const struct t0_row t0_rows[] = {
	{ "00 E6 00 00", "00 E6 00 00 00" },                   /* nothing: P3 is wanted */
	{ "00 CA 00 6E 00", "00 CA 00 6E 00" },                /* an answer */
	{ "00 20 00 82 02 31 32", "00 20 00 82 02 31 32" },    /* a body */
	{ "00 47 81 00 02 B8 00 00", "00 47 81 00 02 B8 00" }, /* both: Le has no place */
};

static void
a_card_of_the_old_protocol_gets_commands_as_it_knows_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(t0_rows) / sizeof(t0_rows[0]); i++) {
		struct channel channel;
		struct err_trace trace = { 0 };

		library.protocol = SCARD_PROTOCOL_T0;
		channel = open_channel();
		library.expected = t0_rows[i].sent;
		assert_ok(send(&channel, t0_rows[i].command, 64, &trace), &trace);
		channel_close(&channel);

		library.protocol = SCARD_PROTOCOL_T1;
		channel = open_channel();
		library.expected = t0_rows[i].command;
		assert_ok(send(&channel, t0_rows[i].command, 64, &trace), &trace);
		channel_close(&channel);
	}
}

static void
success_without_bytes_is_a_card_that_went_away(void **state)
{
	struct card *card = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	library.answer = "";
	assert_fails(card_visit_begin(&readers, "One", NULL, &card, &trace), ERR_IO, &trace);
	assert_null(card);
	assert_int_equal(library.disconnects, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_list_of_names_is_checked_before_it_is_walked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    no_reader_at_all_is_an_empty_list, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_pcscd_that_comes_back_soon_is_waited_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_fault_that_is_no_absence_ends_a_wait, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_card_is_taken_for_us_alone_and_reset_when_given_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_card_held_for_a_moment_is_waited_for_and_one_held_longer_is_not, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    a_transaction_that_is_refused_gives_the_card_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    every_refusal_keeps_its_number_and_in_a_visit_means_a_lost_card, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    a_library_that_reports_more_than_there_was_room_for_is_not_believed, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    a_card_of_the_old_protocol_gets_commands_as_it_knows_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    success_without_bytes_is_a_card_that_went_away, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
