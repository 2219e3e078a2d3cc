/* SPDX-License-Identifier: BSD-2-Clause */
/* Erasing: the bytes are gone from every file, the chain still verifies, nothing comes back. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "roster/log.h"
#include "roster/roster_internal.h"
#include "tests/unit/roster/support.h"

static const char NAME[] = "Ludmilla Wordsworth-Featherstonehaugh";
static const char CONTACT[] = "ludmilla@wordsworth-featherstonehaugh.example";

static void
add_ludmilla(struct place *place, struct roster_id *id)
{
	struct err_trace trace = { 0 };
	const struct roster_person_add add = {
		.name = NAME, .contact = CONTACT, .roles = ROSTER_WITNESS
	};

	assert_ok(roster_person_add(place->roster, &add, id, &trace), &trace);
}

/* Enough others that her row was moved between pages. */
static void
add_crowd(struct place *place, int count)
{
	char name[64];

	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "Somebody with a longish name and number %d", i);
		place_go_on(place, name);
	}
}

static void
assert_verifies(struct place *place, int64_t erased)
{
	struct err_trace trace = { 0 };
	struct roster_verified verified;

	assert_ok(roster_verify(place->roster, &verified, &trace), &trace);
	assert_int_equal(verified.erased, erased);
	free(verified.checkpoint);
}

static void
an_erased_name_is_in_no_file_and_the_chain_verifies(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_person person;
	struct roster_id id;

	add_crowd(place, 40);
	add_ludmilla(place, &id);
	place_close(place);
	assert_true(place_has_bytes(place, NAME, strlen(NAME)));
	place_reopen(place);
	place_depart(place, &id);
	assert_ok(roster_person_erase(place->roster, &id, "she asked for it", &trace), &trace);
	assert_verifies(place, 2);
	place_close(place);
	assert_false(place_has_bytes(place, NAME, strlen(NAME)));
	assert_false(place_has_bytes(place, CONTACT, strlen(CONTACT)));
	place_reopen(place);
	assert_verifies(place, 2);
	assert_ok(roster_person_get(place->roster, &id, &person, &trace), &trace);
	char id_text[ROSTER_ID_TEXT];
	char shown[ROSTER_NAME];
	roster_id_format(&id, id_text);
	snprintf(shown, sizeof(shown), "erased person %.8s", id_text);
	assert_string_equal(person.name, shown);
	assert_true(person.is_erased);
	assert_string_equal(person.contact, "");
}

static void
a_planted_copy_of_an_erased_name_is_found(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_id id;
	char path[2 * PATH_SIZE];

	add_ludmilla(place, &id);
	place_depart(place, &id);
	assert_ok(roster_person_erase(place->roster, &id, "she asked for it", &trace), &trace);
	place_close(place);
	assert_false(place_has_bytes(place, NAME, strlen(NAME)));
	snprintf(path, sizeof(path), "%s/copy", place->folder);
	assert_int_equal(file_create(path, NAME, strlen(NAME), NULL), ERR_OK);
	assert_true(place_has_bytes(place, NAME, strlen(NAME)));
}

static void
an_erased_name_can_be_given_to_somebody_else(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_id first;
	struct roster_id second;

	add_ludmilla(place, &first);
	place_depart(place, &first);
	assert_ok(roster_person_erase(place->roster, &first, "she asked for it", &trace), &trace);
	add_ludmilla(place, &second);
	assert_false(roster_id_equal(&first, &second));
	assert_verifies(place, 2);
}

static void
erasing_twice_is_fine_and_erasing_nobody_is_not(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_id id;
	struct roster_id nobody = { { 7 } };

	add_ludmilla(place, &id);
	place_depart(place, &id);
	assert_ok(roster_person_erase(place->roster, &id, "she asked for it", &trace), &trace);
	assert_ok(roster_person_erase(place->roster, &id, "again", &trace), &trace);
	assert_fails(roster_person_erase(place->roster, &nobody, "x", &trace), ERR_ABSENT, &trace);
	assert_verifies(place, 2);
}

static void
an_erased_content_that_is_put_back_fails_verification(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_verified verified;
	struct roster_id id;

	add_ludmilla(place, &id);
	place_close(place);
	place_copy_file(place);
	place_reopen(place);
	place_depart(place, &id);
	assert_ok(roster_person_erase(place->roster, &id, "she asked for it", &trace), &trace);
	place_close(place);
	char sql[2 * PATH_SIZE];
	snprintf(sql, sizeof(sql),
	    "ATTACH '%s' AS old; INSERT OR IGNORE INTO main.content SELECT * FROM old.content",
	    place->spare_file);
	place_tamper(place, sql);
	place_open(place, ROSTER_READ);
	assert_fails(roster_verify(place->roster, &verified, &trace), ERR_FORMAT, &trace);
	assert_true(place_says(&trace, "erased"));
}

static void
a_sealed_record_that_was_erased_is_in_no_file(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_escrow escrow = {
		.kind = ROSTER_ESCROW_ADMIN_PIN, .generation = 1, .blob_len = 60
	};
	struct roster_escrow found;

	place_found_quorum(place);
	memset(escrow.blob, 0xE5, escrow.blob_len);
	assert_ok(roster_escrow_store(place->roster, &place->quorum, &escrow, &trace), &trace);
	place_close(place);
	assert_true(place_has_bytes(place, escrow.blob, escrow.blob_len));
	place_reopen(place);
	assert_ok(roster_escrow_erase(place->roster, &place->quorum, &escrow, &trace), &trace);
	assert_fails(roster_escrow_get(place->roster, &place->quorum, &escrow, &found, &trace),
	    ERR_ABSENT, &trace);
	place_close(place);
	assert_false(place_has_bytes(place, escrow.blob, escrow.blob_len));
}

/* The wiping happens at closing; a command that died before it leaves that to the next. */
static void
a_wipe_that_did_not_happen_is_made_up_for(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_id id;

	add_crowd(place, 40);
	add_ludmilla(place, &id);
	place_depart(place, &id);
	assert_ok(roster_person_erase(place->roster, &id, "she asked for it", &trace), &trace);
	/* As a kill would leave it: no tidying. */
	db_close(place->roster->db);
	place->roster->db = NULL;
	assert_int_equal(db_open(place->file, DB_WRITE, &place->roster->db, NULL), ERR_OK);
	place_close(place);
	assert_false(place_has_bytes(place, NAME, strlen(NAME)));
}

#define WITH_ROSTER(test) cmocka_unit_test_setup_teardown(test, place_setup_roster, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROSTER(an_erased_name_is_in_no_file_and_the_chain_verifies),
		WITH_ROSTER(a_planted_copy_of_an_erased_name_is_found),
		WITH_ROSTER(an_erased_name_can_be_given_to_somebody_else),
		WITH_ROSTER(erasing_twice_is_fine_and_erasing_nobody_is_not),
		WITH_ROSTER(an_erased_content_that_is_put_back_fails_verification),
		WITH_ROSTER(a_sealed_record_that_was_erased_is_in_no_file),
		WITH_ROSTER(a_wipe_that_did_not_happen_is_made_up_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
