/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Readers and visits through the real pcscd. Run inside a sandbox: its pcscd is the only one that
 * can be reached, and is killed and started here.
 */
#include "tests/unit/test.h"

#include <ctype.h>
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "pcsc/card.h"
#include "pcsc/pin.h"

#define READER_0 "Sandbox A 00 00"
#define READER_2 "Sandbox B 00 00"

enum { WAIT_MS = 5000 };

static struct readers readers;
static struct reader_list seen;

/* -- The world outside ------------------------------------------------------------------------- */

static void
run(const char *const *argv)
{
	struct process_start start = { .argv = argv, .pass_fd = -1 };
	struct err_trace trace = { 0 };
	pid_t pid = 0;
	int status = -1;

	assert_ok(process_spawn(&start, &pid, NULL, NULL, &trace), &trace);
	assert_ok(process_wait(pid, &status, &trace), &trace);
	assert_int_equal(status, 0);
}

static void
insert(const char *card, const char *index)
{
	run((const char *const[]){ "virtual-card", "insert", card, index, NULL });
}

static void
eject(const char *card)
{
	run((const char *const[]){ "virtual-card", "eject", card, NULL });
}

static pid_t
find_pcscd(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;

	assert_non_null(proc);
	while (found == 0 && (entry = readdir(proc)) != NULL) {
		char path[300];
		char *comm = NULL;
		size_t len = 0;

		(void)snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    file_read(path, 64, &comm, &len, NULL) != ERR_OK)
			continue;
		if (strcmp(comm, "pcscd\n") == 0)
			found = (pid_t)strtol(entry->d_name, NULL, 10);
		free(comm);
	}
	(void)closedir(proc);
	return found;
}

static void
kill_pcscd(void)
{
	pid_t pid = find_pcscd();

	assert_true(pid > 0 && getpid() < 1000);
	assert_int_equal(kill(pid, SIGKILL), 0);
	(void)waitpid(pid, NULL, 0); /* one that was started here is our child */
	for (int i = 0; i < 200 && find_pcscd() != 0; i++)
		(void)poll(NULL, 0, 10);
	assert_int_equal(find_pcscd(), 0);
	(void)unlink("/run/pcscd/pcscd.comm");
	(void)unlink("/run/pcscd/pcscd.pid");
}

static void
start_pcscd(const char *option)
{
	const char *const argv[] = { "pcscd", "--foreground", "--config", "/run/quorate-readers",
		option, NULL };
	struct process_start start = { .argv = argv, .pass_fd = -1 };
	struct err_trace trace = { 0 };
	pid_t pid = 0;

	assert_ok(process_spawn(&start, &pid, NULL, NULL, &trace), &trace);
}

/* -- What is expected -------------------------------------------------------------------------- */

/* Waits until as many cards are there, through as many changes as that takes. */
static void
wait_for_cards(size_t cards)
{
	struct reader_wait wait = { .timeout_ms = WAIT_MS, .cancel_fd = -1 };
	struct err_trace trace = { 0 };

	for (int i = 0; i < 20 && reader_cards(&seen) != cards; i++)
		assert_ok(reader_wait_change(&readers, &wait, &seen, &trace), &trace);
	assert_int_equal(reader_cards(&seen), cards);
}

static struct card *
visit(const char *reader)
{
	struct card *card = NULL;
	struct err_trace trace = { 0 };

	assert_ok(card_visit_begin(&readers, reader, NULL, &card, &trace), &trace);
	return card;
}

static void
verify(struct card *card, enum card_pin which, const char *pin)
{
	struct secret *secret = NULL;
	struct card_pin_entry entry = { .which = which };
	struct err_trace trace = { 0 };

	assert_ok(secret_from(pin, strlen(pin), &secret, &trace), &trace);
	entry.pin = secret;
	assert_ok(card_verify(card, &entry, &trace), &trace);
	secret_free(secret);
}

/* -- Tests ------------------------------------------------------------------------------------- */

static void
cards_are_seen_to_come_and_go(void **state)
{
	const struct reader *reader;
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(reader_list_now(&readers, &seen, &trace), &trace);
	assert_int_equal(seen.count, 4);
	assert_int_equal(reader_cards(&seen), 0);
	insert("card1", "0");
	wait_for_cards(1);
	insert("card2", "2");
	wait_for_cards(2);
	reader = reader_find(&seen, READER_2);
	assert_true(reader != NULL && reader->present && reader->atr_len > 0);
	eject("card2");
	wait_for_cards(1);
	assert_true(reader_find(&seen, READER_0)->present);
}

static void
a_wait_ends_in_time_and_when_it_is_cancelled(void **state)
{
	struct reader_wait wait = { .timeout_ms = 300, .cancel_fd = eventfd(0, EFD_CLOEXEC) };
	int64_t began = clock_boot_ms();
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(reader_list_now(&readers, &seen, &trace), &trace);
	assert_fails(reader_wait_change(&readers, &wait, &seen, &trace), ERR_TIMEOUT, &trace);
	assert_in_range(clock_boot_ms() - began, 290, 1500);
	wait.timeout_ms = READER_FOREVER;
	assert_int_equal(eventfd_write(wait.cancel_fd, 1), 0);
	assert_fails(reader_wait_change(&readers, &wait, &seen, &trace), ERR_CANCELLED, &trace);
	(void)close(wait.cancel_fd);
}

static void
a_card_is_enrolled_and_then_used_in_eight_apdus(void **state)
{
	uint8_t record[98] = { 0, 0, 0, 1 };
	uint8_t got[CARD_RECORDS_MAX];
	size_t len = 0;
	struct card_keys keys;
	struct secret *x = NULL;
	struct card_signature signature;
	struct card *card = visit(READER_0);
	struct err_trace trace = { 0 };

	(void)state;
	assert_true(card_facts(card)->atr_len > 0);
	assert_false(card_has_pad(card));
	assert_ok(card_factory_reset(card, NULL, &trace), &trace);
	verify(card, CARD_PIN_ADMIN, CARD_FACTORY_ADMIN_PIN);
	assert_ok(card_make_keys(card, 1700000000, &keys, &trace), &trace);
	verify(card, CARD_PIN_USER, CARD_FACTORY_USER_PIN);
	assert_ok(card_records_write(card, record, sizeof(record), &trace), &trace);
	assert_ok(card_header_write(card, record, sizeof(record), &trace), &trace);
	verify(card, CARD_PIN_SIGN, CARD_FACTORY_USER_PIN);
	assert_ok(card_sign(card, keys.fingerprint, &signature, &trace), &trace);
	card_visit_end(card);

	assert_ok(secret_new(CARD_ECDH, &x, &trace), &trace);
	card = visit(READER_0);
	assert_ok(card_public_key(card, CARD_KEY_DEC, got, &trace), &trace);
	assert_memory_equal(got, keys.dec, CARD_POINT);
	assert_ok(card_header_read(card, got, &len, &trace), &trace);
	verify(card, CARD_PIN_USER, CARD_FACTORY_USER_PIN);
	assert_ok(card_records_read(card, got, &len, &trace), &trace);
	assert_int_equal(len, sizeof(record));
	assert_ok(card_ecdh(card, keys.sig, x, &trace), &trace);
	assert_in_range(card_counts(card).sent, 6, 8);
	card_visit_end(card);
	secret_free(x);
}

static void
the_end_of_a_visit_resets_the_card(void **state)
{
	struct card *card = visit(READER_0);
	uint8_t got[CARD_RECORDS_MAX];
	size_t len = 0;

	(void)state;
	verify(card, CARD_PIN_USER, CARD_FACTORY_USER_PIN);
	assert_ok(card_records_read(card, got, &len, NULL), NULL);
	card_visit_end(card);
	card = visit(READER_0);
	assert_fails(card_records_read(card, got, &len, NULL), ERR_DENIED, NULL);
	card_visit_end(card);
}

static void
a_card_that_is_held_and_one_that_is_not_there_are_told_apart(void **state)
{
	struct card *card = visit(READER_0);
	struct card *second = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	assert_fails(
	    card_visit_begin(&readers, READER_0, NULL, &second, &trace), ERR_NOT_NOW, &trace);
	assert_true(trace.next[0] != '\0');
	card_visit_end(card);
	assert_fails(
	    card_visit_begin(&readers, READER_2, NULL, &second, &trace), ERR_ABSENT, &trace);
	assert_fails(
	    card_visit_begin(&readers, "No such", NULL, &second, &trace), ERR_ABSENT, &trace);
	assert_null(second);
}

static void
a_card_pulled_in_the_middle_is_an_io_error(void **state)
{
	struct card *card = visit(READER_0);
	uint8_t got[CARD_RECORDS_MAX];
	size_t len = 0;
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(reader_list_now(&readers, &seen, &trace), &trace);
	eject("card1");
	assert_fails(card_header_read(card, got, &len, &trace), ERR_IO, &trace);
	card_visit_end(card);
	wait_for_cards(0);
	insert("card1", "0");
	wait_for_cards(1);
	card_visit_end(visit(READER_0));
}

static void
a_pcscd_that_dies_and_returns_is_outlived(void **state)
{
	struct reader_wait wait = { .timeout_ms = WAIT_MS, .cancel_fd = -1 };
	struct card *card = visit(READER_0);
	struct readers others = { 0 };
	uint8_t got[CARD_RECORDS_MAX];
	size_t len = 0;
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(reader_list_now(&readers, &seen, &trace), &trace);
	kill_pcscd();
	assert_fails(card_header_read(card, got, &len, &trace), ERR_IO, &trace);
	card_visit_end(card);
	assert_ok(reader_wait_change(&readers, &wait, &seen, &trace), &trace);
	assert_int_equal(seen.count, 0);
	err_clear(&trace);
	assert_fails(reader_open_pcsc(&others, &trace), ERR_ABSENT, &trace);
	assert_non_null(strstr(trace.next, "systemctl start pcscd.socket"));
	err_clear(&trace);
	assert_fails(reader_list_now(&readers, &seen, &trace), ERR_ABSENT, &trace);

	start_pcscd("--auto-exit");
	wait_for_cards(1);
	card_visit_end(visit(READER_0));
}

static void
a_pcscd_that_logs_apdus_is_known_by_its_option(void **state)
{
	(void)state;
	assert_false(reader_pcscd_logs_apdus());
	kill_pcscd();
	start_pcscd("--apdu");
	for (int i = 0; i < 100 && !reader_pcscd_logs_apdus(); i++)
		(void)poll(NULL, 0, 20);
	assert_true(reader_pcscd_logs_apdus());
}

static int
start(void **state)
{
	(void)state;
	/* Never outside a sandbox: the pcscd that is killed here would be somebody's. */
	if (getenv("QUORATE_SANDBOX") == NULL || secret_heap_init(NULL) != ERR_OK)
		return -1;
	return reader_open_pcsc(&readers, NULL) == ERR_OK ? 0 : -1;
}

static int
finish(void **state)
{
	(void)state;
	reader_close(&readers);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cards_are_seen_to_come_and_go),
		cmocka_unit_test(a_wait_ends_in_time_and_when_it_is_cancelled),
		cmocka_unit_test(a_card_is_enrolled_and_then_used_in_eight_apdus),
		cmocka_unit_test(the_end_of_a_visit_resets_the_card),
		cmocka_unit_test(a_card_that_is_held_and_one_that_is_not_there_are_told_apart),
		cmocka_unit_test(a_card_pulled_in_the_middle_is_an_io_error),
		cmocka_unit_test(a_pcscd_that_dies_and_returns_is_outlived),
		cmocka_unit_test(a_pcscd_that_logs_apdus_is_known_by_its_option),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
