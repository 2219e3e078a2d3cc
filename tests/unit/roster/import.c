/* SPDX-License-Identifier: BSD-2-Clause */
/* People from a table: all rows or none, and a bad one is named by its line. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "roster/log.h"
#include "roster/person_import.h"
#include "tests/unit/roster/support.h"

static enum err
import(struct place *place, const char *text, size_t *count, struct err_trace *trace)
{
	const struct roster_table table = { text, strlen(text) };

	return roster_person_import(place->roster, &table, count, trace);
}

static size_t
people(struct place *place)
{
	struct roster_person *list = NULL;
	size_t count = 0;

	assert_int_equal(roster_person_list(place->roster, &list, &count, NULL), ERR_OK);
	free(list);
	return count;
}

static char *export(struct place *place, size_t *count)
{
	char *out = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&out, &len);

	assert_non_null(to);
	assert_int_equal(roster_person_export(place->roster, to, count, NULL), ERR_OK);
	fclose(to);
	return out;
}

static const char table[] =
    "\xEF\xBB\xBFroles,name,site,deputy,contact,employer,line\r\n"
    "custodian auditor,Zo\xC3\xAB,Bern,Bob,\"zoe@example.org, +41\",ACME,ann\r\n"
    "custodian;deputy,Bob,,ann,,,\r\n";

static void
a_table_is_taken_and_comes_out_as_it_went_in(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_person zoe;
	struct roster_person bob;
	size_t count = 0;

	assert_ok(import(place, table, &count, &trace), &trace);
	assert_int_equal(count, 2);
	assert_ok(roster_person_find(place->roster, "Zo\xC3\xAB", &zoe, &trace), &trace);
	assert_ok(roster_person_find(place->roster, "Bob", &bob, &trace), &trace);
	assert_int_equal(zoe.roles, ROSTER_CUSTODIAN | ROSTER_AUDITOR);
	assert_string_equal(zoe.contact, "zoe@example.org, +41");
	assert_string_equal(zoe.site, "Bern");
	assert_string_equal(zoe.line, "ann");
	assert_true(roster_id_equal(&zoe.deputy, &bob.id));
	assert_string_equal(bob.site, "");
	char *out = export(place, &count);
	assert_string_equal(out,
	    "name,roles,contact,site,employer,line,deputy\r\n"
	    "ann,administrator,,,,,\r\n"
	    "Zo\xC3\xAB,custodian;auditor,\"zoe@example.org, +41\",Bern,ACME,ann,Bob\r\n"
	    "Bob,custodian;deputy,,,,,ann\r\n");
	assert_int_equal(count, 3);
	free(out);
}

static void
who_left_is_not_exported_and_their_name_can_come_again(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	size_t count = 0;

	place_add_people(place);
	place_depart(place, &place->person[0]);
	char *out = export(place, &count);
	assert_null(strstr(out, "alice"));
	assert_int_equal(count, PEOPLE);
	free(out);
	assert_ok(import(place, "name,roles\nalice,witness\n", &count, &trace), &trace);
}

static const struct {
	const char *text;
	enum err err;
	const char *said;
} bad[] = {
	{ "", ERR_FORMAT, "columns name and roles are needed" },
	{ "name;roles\nzed;custodian\n", ERR_FORMAT, "'name;roles' is no column" },
	{ "name,roles,name\n", ERR_FORMAT, "'name' is there twice" },
	{ "name,contact\nzed,x\n", ERR_FORMAT, "columns name and roles are needed" },
	{ "name,roles\nzed,custodian\nyan\n", ERR_FORMAT, "line 3: 1 fields" },
	{ "name,roles\nzed,custodian\n\"yan,custodian\n", ERR_FORMAT, "line 3: a quote" },
	{ "name,roles\nzed,custodian\n,custodian\n", ERR_ARGUMENT, "line 3: there is no name" },
	{ "name,roles\nzed,custodian\nyan,\n", ERR_ARGUMENT, "line 3 of the table" },
	{ "name,roles\nzed,custodian\nyan,boss\n", ERR_ARGUMENT, "'boss' is not a role" },
	{ "name,roles\nzed,custodian\nann,custodian\n", ERR_EXISTS,
	    "line 3: 'ann' is in the roster already" },
	{ "name,roles\nzed,custodian\nyan,custodian\nzed,witness\n", ERR_EXISTS,
	    "line 4: 'zed' is in line 2 already" },
	{ "name,roles,deputy\nzed,custodian,nobody\n", ERR_ABSENT, "the deputy 'nobody'" },
	{ "name,roles,deputy\nzed,custodian,zed\n", ERR_ARGUMENT, "their own deputy" },
	{ "name,roles\nzed,custodian\n\"y,n\",custodian\n", ERR_ARGUMENT, "line 3 of the table" },
	{ "name,roles\nzed,custodian\n\"y\nn\",custodian\n", ERR_ARGUMENT, "line 3 of the table" },
	{ "name,roles\nzed,custodian\n\xff\xfe,custodian\n", ERR_ARGUMENT, "line 3 of the table" },
	{ "name,roles,site\nzed,custodian,"
	  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	  "x"
	  "xxxxxxxxxxxxx\n",
	    ERR_ARGUMENT, "line 2 of the table" },
};

static void
a_bad_row_takes_nobody_and_is_named(void **state)
{
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err_trace trace = { 0 };
		size_t count = 77;

		print_message("  %s\n", bad[i].said);
		assert_fails(import(place, bad[i].text, &count, &trace), bad[i].err, &trace);
		assert_true(place_says(&trace, bad[i].said));
		assert_true(place_says(&trace, "nobody was imported"));
		assert_int_equal(count, 77);
		assert_int_equal(people(place), 1);
	}
}

struct history {
	size_t events;
	char words[4096];
};

static enum err
note(void *context, const struct roster_log_entry *entry, struct err_trace *trace)
{
	struct history *history = context;
	const size_t len = strlen(history->words);

	(void)trace;
	history->events++;
	snprintf(history->words + len, sizeof(history->words) - len, "%s\n", entry->words);
	return ERR_OK;
}

static void
the_log_tells_the_history_of_one_person(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct history history = { 0 };
	struct roster_log_filter filter = { 0 };
	const struct roster_log_walk walk = { &filter, note, &history };

	place_add_people(place);
	filter.about = place->person[0];
	place_enrol_cards(place);
	const struct roster_card_fate said = { place->card[0], ROSTER_FATE_RETURNED, 0 };
	const struct roster_departure departure = {
		.person = place->person[0], .card = &said, .cards = 1
	};
	assert_int_equal(roster_person_edit(place->roster, &place->person[0],
			     &(struct roster_person_edit){ .site = "Bern" }, NULL),
	    ERR_OK);
	assert_int_equal(roster_person_depart(place->roster, &departure, NULL), ERR_OK);
	assert_ok(roster_log(place->roster, &walk, &trace), &trace);
	assert_int_equal(history.events, 4);
	assert_non_null(strstr(history.words, "person.edit person=alice site=Bern\n"));
	assert_non_null(strstr(history.words,
	    "person.depart person=alice on=2026-09-21T00:00:00Z card=root/1 fate=returned\n"));
	assert_int_equal(
	    roster_person_erase(place->roster, &place->person[0], "asked for", NULL), ERR_OK);
	memset(&history, 0, sizeof(history));
	assert_ok(roster_log(place->roster, &walk, &trace), &trace);
	assert_int_equal(history.events, 5);
	assert_null(strstr(history.words, "alice"));
	assert_null(strstr(history.words, "Bern"));
	assert_non_null(strstr(history.words, "site=(erased)"));
}

#define WITH_ROSTER(test) cmocka_unit_test_setup_teardown(test, place_setup_roster, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROSTER(a_table_is_taken_and_comes_out_as_it_went_in),
		WITH_ROSTER(who_left_is_not_exported_and_their_name_can_come_again),
		WITH_ROSTER(a_bad_row_takes_nobody_and_is_named),
		WITH_ROSTER(the_log_tells_the_history_of_one_person),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
