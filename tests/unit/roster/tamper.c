/* SPDX-License-Identifier: BSD-2-Clause */
/* What an editor of the file leaves, and other files that are no roster: found, and named. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "roster/log.h"
#include "tests/unit/roster/support.h"

/* Opens for reading and verifies. */
static enum err
verify(struct place *place, struct err_trace *trace)
{
	struct roster_verified verified;
	const enum err err = roster_verify(place->roster, &verified, trace);

	if (err == ERR_OK)
		free(verified.checkpoint);
	return err;
}

/* Each is an edit of a whole quorum's file; verification must say the words. */
static const struct edit {
	const char *name;
	const char *sql;
	const char *words;
} edits[] = {
	{ "a byte of an event",
	    "UPDATE event SET line = replace(line, '\"practice\":true', '\"practice\":false') "
	    "WHERE n = 1",
	    "was changed" },
	{ "a byte of an event, and its hash column",
	    "UPDATE event SET line = replace(line, 'FFFE:00000002', 'FFFE:00000009'), "
	    "hash = (SELECT hash FROM event WHERE n = 3) WHERE line LIKE '%FFFE:00000002%'",
	    "was changed" },
	{ "an event's number", "UPDATE event SET n = 1000 WHERE n = 5", "is missing" },
	{ "an event that was cut out", "DELETE FROM event WHERE n = 7", "is missing" },
	{ "the newest event cut off", "DELETE FROM event WHERE n = (SELECT max(n) FROM event)",
	    "" },
	{ "an event that is no JSON", "UPDATE event SET line = 'x' WHERE n = 4", "not readable" },
	{ "a card's key", "UPDATE card SET sig = zeroblob(65) WHERE number = 2", "'card'" },
	{ "a share's card",
	    "UPDATE share SET card = (SELECT card FROM share WHERE position = 1) "
	    "WHERE position = 0",
	    "'share'" },
	{ "a share's commitment", "UPDATE share SET commitment = zeroblob(32) WHERE position = 4",
	    "'share'" },
	{ "a generation's threshold", "UPDATE generation SET threshold = 2", "'generation'" },
	{ "a generation's state", "UPDATE generation SET state = 3", "'generation'" },
	{ "what a binding opens with", "UPDATE binding SET opens_so = 0", "'binding'" },
	{ "a binding's format", "UPDATE binding SET spec = replace(spec, 'primary', 'backup')",
	    "'binding'" },
	{ "a proof", "DELETE FROM proof WHERE ordinal = 2", "'proof'" },
	{ "a role", "UPDATE person SET roles = 127", "'person'" },
	{ "a person too many",
	    "INSERT INTO person(id, name, roles, since, departed, acknowledged_until) "
	    "VALUES(randomblob(16), randomblob(32), 1, 0, 0, 0)",
	    "'person'" },
	{ "a policy out of nothing",
	    "INSERT INTO policy(name, value, reason, people, time) VALUES('margin', 0, 'x', x'', "
	    "0)",
	    "'policy'" },
	{ "a name",
	    "UPDATE content SET bytes = CAST('mallory' AS BLOB) "
	    "WHERE bytes = CAST('alice' AS BLOB)",
	    "content beside the events was changed" },
	{ "a sealed record", "DELETE FROM content WHERE length(bytes) = 98", "is missing" },
	{ "a content that nothing binds",
	    "INSERT INTO content(hash, salt, bytes) "
	    "VALUES(x'5f78c33274e43fa9de5659265c1d917e25c03722dcb0b8d27db8d5feaa813953', "
	    "zeroblob(32), x'00')",
	    "content" },
};

static void
every_edit_is_found_and_named(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };

	place_found_quorum(place);
	assert_ok(verify(place, &trace), &trace);
	place_close(place);
	place_copy_file(place);
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		place_tamper(place, edits[i].sql);
		place_open(place, ROSTER_READ);
		err_clear(&trace);
		const enum err err = verify(place, &trace);
		if (err != ERR_FORMAT || !place_says(&trace, edits[i].words))
			print_error("%s\n", edits[i].name);
		assert_fails(err, ERR_FORMAT, &trace);
		assert_true(place_says(&trace, edits[i].words));
		roster_drop(place->roster);
		place->roster = NULL;
		place_restore_file(place);
	}
}

static void
a_rebuild_mends_an_edited_projection(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };

	place_found_quorum(place);
	place_close(place);
	place_tamper(place, "UPDATE generation SET threshold = 2");
	place_reopen(place);
	assert_fails(verify(place, &trace), ERR_FORMAT, &trace);
	err_clear(&trace);
	assert_ok(roster_rebuild(place->roster, &trace), &trace);
	assert_ok(verify(place, &trace), &trace);
}

static void
a_file_of_a_newer_version_is_refused_with_both_numbers(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };

	place_close(place);
	place_tamper(place, "PRAGMA user_version = 7000");
	assert_fails(place_try_open(place, ROSTER_WRITE, &trace), ERR_UNSUPPORTED, &trace);
	assert_true(place_says(&trace, "version 7000"));
	assert_true(place_says(&trace, "up to "));
	err_clear(&trace);
	assert_fails(place_try_open(place, ROSTER_READ, &trace), ERR_UNSUPPORTED, &trace);
}

static void
another_programs_database_is_refused(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };

	place_close(place);
	place_tamper(place, "PRAGMA application_id = 0");
	assert_fails(place_try_open(place, ROSTER_WRITE, &trace), ERR_FORMAT, &trace);
	assert_true(place_says(&trace, "not a roster"));
}

static void
a_file_that_is_no_database_is_refused(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	static const char text[] = "this is a letter to my aunt, of more than a hundred bytes, so "
				   "that it might be taken for the header of something else";

	place_close(place);
	assert_int_equal(file_replace(place->file, text, sizeof(text), NULL), ERR_OK);
	assert_fails(place_try_open(place, ROSTER_WRITE, &trace), ERR_FORMAT, &trace);
	err_clear(&trace);
	assert_fails(place_try_open(place, ROSTER_READ, &trace), ERR_FORMAT, &trace);
}

static void
an_empty_file_is_refused(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };

	place_close(place);
	assert_int_equal(file_replace(place->file, "", 0, NULL), ERR_OK);
	assert_fails(place_try_open(place, ROSTER_WRITE, &trace), ERR_FORMAT, &trace);
	err_clear(&trace);
	assert_fails(place_try_open(place, ROSTER_READ, &trace), ERR_FORMAT, &trace);
}

static void
a_table_or_trigger_from_elsewhere_is_refused(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };

	place_close(place);
	place_tamper(place, "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM card; END");
	assert_fails(place_try_open(place, ROSTER_WRITE, &trace), ERR_FORMAT, &trace);
	assert_true(place_says(&trace, "changed from outside"));
}

static void
a_truncated_file_is_refused_at_every_page(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	char *bytes = NULL;
	size_t len = 0;

	place_found_quorum(place);
	place_close(place);
	assert_int_equal(file_read(place->file, 64 * 1024 * 1024, &bytes, &len, NULL), ERR_OK);
	assert_true(len > 16 * 4096);
	for (size_t keep = 100; keep < len; keep += 4096 + 100) {
		assert_int_equal(file_replace(place->file, bytes, keep, NULL), ERR_OK);
		err_clear(&trace);
		assert_fails(place_try_open(place, ROSTER_WRITE, &trace), ERR_FORMAT, &trace);
		err_clear(&trace);
		assert_fails(place_try_open(place, ROSTER_READ, &trace), ERR_FORMAT, &trace);
	}
	free(bytes);
}

/* True when the file opens and verifies; *head is then its head. */
static bool
is_taken(struct place *place, struct roster_hash *head)
{
	if (place_try_open(place, ROSTER_READ, NULL) != ERR_OK)
		return false;
	const bool taken =
	    verify(place, NULL) == ERR_OK && roster_head(place->roster, head, NULL) == ERR_OK;
	roster_drop(place->roster);
	place->roster = NULL;
	return taken;
}

/* Most of a small file is free space; a flip there is harmless, and the head proves it. */
static void
a_flipped_byte_is_found_or_changes_nothing(void **state)
{
	struct place *place = *state;
	struct roster_hash head;
	struct roster_hash flipped;
	char *bytes = NULL;
	size_t len = 0;
	unsigned found = 0;

	place_found_quorum(place);
	place_close(place);
	assert_true(is_taken(place, &head));
	assert_int_equal(file_read(place->file, 64 * 1024 * 1024, &bytes, &len, NULL), ERR_OK);
	for (size_t at = 0; at < len; at += 397) {
		bytes[at] ^= 0x20;
		assert_int_equal(file_replace(place->file, bytes, len, NULL), ERR_OK);
		bytes[at] ^= 0x20;
		if (is_taken(place, &flipped))
			assert_memory_equal(&flipped, &head, sizeof(head));
		else
			found++;
	}
	assert_true(found > 50);
	free(bytes);
}

#define WITH_ROSTER(test) cmocka_unit_test_setup_teardown(test, place_setup_roster, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROSTER(every_edit_is_found_and_named),
		WITH_ROSTER(a_rebuild_mends_an_edited_projection),
		WITH_ROSTER(a_file_of_a_newer_version_is_refused_with_both_numbers),
		WITH_ROSTER(another_programs_database_is_refused),
		WITH_ROSTER(a_file_that_is_no_database_is_refused),
		WITH_ROSTER(an_empty_file_is_refused),
		WITH_ROSTER(a_table_or_trigger_from_elsewhere_is_refused),
		WITH_ROSTER(a_truncated_file_is_refused_at_every_page),
		WITH_ROSTER(a_flipped_byte_is_found_or_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
