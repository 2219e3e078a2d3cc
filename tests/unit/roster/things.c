/* SPDX-License-Identifier: BSD-2-Clause */
/* Items, what lies in bags, and who had what. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/card_report.h"
#include "roster/item.h"
#include "roster/log.h"
#include "roster/roster_internal.h"
#include "roster/stow.h"
#include "roster/whereabouts.h"
#include "tests/unit/roster/support.h"

enum { DAY = 86400 };

static struct roster_card
card_of(struct place *place, int card)
{
	struct err_trace trace = { 0 };
	struct roster_card found;

	assert_ok(roster_card_get(place->roster, &place->card[card], &found, &trace), &trace);
	return found;
}

static void
report(struct place *place, int card, enum roster_report what)
{
	struct err_trace trace = { 0 };
	const struct roster_card_report report = {
		.report = what, .happened = place->now, .reporter = place->person[1]
	};

	assert_ok(roster_card_report(place->roster, &place->card[card], &report, &trace), &trace);
}

static struct roster_id
add_item(struct place *place, const char *name)
{
	struct err_trace trace = { 0 };
	struct roster_item item = { .kind = ROSTER_ITEM_HSM,
		.model = "Luna 7",
		.serial = "1234",
		.firmware = "7.7.0",
		.certificate = "4684",
		.certificate_end = 1800000000 };
	struct roster_id id;

	snprintf(item.name, sizeof(item.name), "%s", name);
	assert_ok(roster_item_add(place->roster, &item, &id, &trace), &trace);
	return id;
}

static void
an_item_reads_back_and_changes_by_events(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	const struct roster_id id = add_item(place, "hsm-1");
	struct roster_item item;

	assert_ok(roster_item_find(place->roster, "hsm-1", &item, &trace), &trace);
	assert_string_equal(item.model, "Luna 7");
	assert_int_equal(item.certificate_end, 1800000000);
	assert_ok(roster_item_change(place->roster, &id,
		      &(struct roster_item_change){ .firmware = "7.8.0" }, &trace),
	    &trace);
	assert_ok(roster_item_change(place->roster, &id,
		      &(struct roster_item_change){ .certificate_end = 1900000000 }, &trace),
	    &trace);
	assert_ok(roster_item_get(place->roster, &id, &item, &trace), &trace);
	assert_string_equal(item.firmware, "7.8.0");
	assert_string_equal(item.certificate, "4684");
	assert_int_equal(item.certificate_end, 1900000000);
	assert_ok(roster_item_retire(place->roster, &id, "sold", &trace), &trace);
	assert_fails(roster_item_retire(place->roster, &id, "sold", &trace), ERR_NOT_NOW, &trace);
	add_item(place, "hsm-1");
	assert_ok(roster_item_find(place->roster, "hsm-1", &item, &trace), &trace);
	assert_int_equal(item.retired, 0);
}

static const struct {
	const char *name;
	const char *model;
	enum err err;
} items[] = {
	{ "reader-1", "Identiv", ERR_OK },
	{ "reader-1", "Identiv", ERR_EXISTS },
	{ "Reader 1", "Identiv", ERR_ARGUMENT },
	{ "", "Identiv", ERR_ARGUMENT },
	{ "reader-2", "a\tb", ERR_ARGUMENT },
	{ "reader-2", "\xff", ERR_ARGUMENT },
};

static void
an_item_needs_a_plain_name_of_its_own_and_plain_texts(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	enum roster_item_kind kind;
	struct roster_id id;

	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		struct roster_item item = { .kind = ROSTER_ITEM_READER };

		snprintf(item.name, sizeof(item.name), "%s", items[i].name);
		snprintf(item.model, sizeof(item.model), "%s", items[i].model);
		err_clear(&trace);
		assert_int_equal(roster_item_add(place->roster, &item, &id, &trace), items[i].err);
	}
	err_clear(&trace);
	assert_fails(roster_item_parse("fridge", &kind, &trace), ERR_ARGUMENT, &trace);
	assert_non_null(strstr(trace.next, "hsm, laptop, reader, medium or envelope"));
}

static enum err
try_stow(struct place *place, const char *name, const char *bag, struct err_trace *trace)
{
	struct roster_stow stow = { .place = "safe 1" };
	enum err err = roster_thing_find(place->roster, name, &stow.thing, trace);

	memcpy(stow.people, place->person, sizeof(stow.people));
	snprintf(stow.bag, sizeof(stow.bag), "%s", bag);
	return err != ERR_OK ? err : roster_stow(place->roster, &stow, trace);
}

static void
stow(struct place *place, const char *name, const char *bag)
{
	struct err_trace trace = { 0 };

	assert_ok(try_stow(place, name, bag, &trace), &trace);
}

static enum err
try_unstow(
    struct place *place, const char *name, const char *bag, bool intact, struct err_trace *trace)
{
	struct roster_unstow unstow = { .intact = intact };
	bool suspected = false;
	enum err err = roster_thing_find(place->roster, name, &unstow.thing, trace);

	memcpy(unstow.people, place->person, sizeof(unstow.people));
	snprintf(unstow.bag, sizeof(unstow.bag), "%s", bag);
	if (err == ERR_OK)
		err = roster_unstow(place->roster, &unstow, &suspected, trace);
	return err == ERR_OK && suspected ? ERR_DENIED : err;
}

static void
a_bag_that_is_another_or_not_whole_makes_what_was_in_it_suspected(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	static const struct {
		const char *bag;
		bool intact;
		bool suspected;
	} rows[] = {
		{ "A-1", true, false },
		{ "A-9", true, true },
		{ "A-3", false, true },
	};

	place_found_quorum(place);
	for (int i = 0; i < 3; i++) {
		char name[16], bag[16];

		snprintf(name, sizeof(name), "root/%d", i + 1);
		snprintf(bag, sizeof(bag), "A-%d", i + 1);
		stow(place, name, bag);
		assert_int_equal(try_unstow(place, name, rows[i].bag, rows[i].intact, &trace),
		    rows[i].suspected ? ERR_DENIED : ERR_OK);
		assert_int_equal(card_of(place, i).report,
		    rows[i].suspected ? ROSTER_REPORT_SUSPECTED : ROSTER_REPORT_NONE);
		assert_int_equal(card_of(place, i).exposed != 0, rows[i].suspected);
	}
}

static void
a_token_and_an_item_are_suspected_by_their_bags(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_thing thing;
	int64_t since = 0;

	place_found_quorum(place);
	add_item(place, "laptop-1");
	stow(place, "root-ca", "B-1");
	stow(place, "laptop-1", "B-2");
	assert_ok(roster_thing_find(place->roster, "root-ca", &thing, &trace), &trace);
	assert_int_equal(thing.kind, ROSTER_THING_TOKEN);
	assert_ok(roster_stow_suspected(place->roster, &thing, &since, &trace), &trace);
	assert_int_equal(since, 0);
	assert_int_equal(try_unstow(place, "root-ca", "B-1", false, &trace), ERR_DENIED);
	assert_ok(roster_stow_suspected(place->roster, &thing, &since, &trace), &trace);
	assert_int_equal(since, place->now);
	assert_ok(roster_thing_find(place->roster, "laptop-1", &thing, &trace), &trace);
	assert_ok(roster_stow_suspected(place->roster, &thing, &since, &trace), &trace);
	assert_int_equal(since, 0);
}

static void
what_is_stowed_is_not_stowed_again_and_what_is_not_is_not_taken_out(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };

	place_found_quorum(place);
	assert_fails(try_unstow(place, "root/1", "A-1", true, &trace), ERR_NOT_NOW, &trace);
	err_clear(&trace);
	stow(place, "root/1", "A-1");
	assert_fails(try_stow(place, "root/1", "A-2", &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "in bag A-1 in safe 1"));
	err_clear(&trace);
	assert_ok(try_unstow(place, "root/1", "A-1", true, &trace), &trace);
	assert_fails(try_unstow(place, "root/1", "A-1", true, &trace), ERR_NOT_NOW, &trace);
	err_clear(&trace);
	assert_fails(try_stow(place, "root/1", "A-1", &trace), ERR_DENIED, &trace);
	assert_true(place_says(&trace, "was opened"));
	err_clear(&trace);
	assert_fails(try_stow(place, "root/9", "A-2", &trace), ERR_ABSENT, &trace);
	err_clear(&trace);
	assert_fails(try_stow(place, "root/2", "", &trace), ERR_ARGUMENT, &trace);
	err_clear(&trace);
	report(place, 1, ROSTER_REPORT_LOST);
	assert_fails(try_stow(place, "root/2", "A-2", &trace), ERR_NOT_NOW, &trace);
}

static void
one_person_alone_stows_nothing(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_stow stow = { .bag = "A-1", .place = "safe 1" };

	place_found_quorum(place);
	assert_ok(roster_thing_find(place->roster, "root/1", &stow.thing, &trace), &trace);
	stow.people[0] = stow.people[1] = place->person[0];
	assert_fails(roster_stow(place->roster, &stow, &trace), ERR_ARGUMENT, &trace);
}

static void
a_name_that_a_token_and_an_item_share_must_say_which(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_thing thing;

	place_found_quorum(place);
	add_item(place, "root-ca");
	assert_fails(
	    roster_thing_find(place->roster, "root-ca", &thing, &trace), ERR_ARGUMENT, &trace);
	err_clear(&trace);
	assert_ok(roster_thing_find(place->roster, "item:root-ca", &thing, &trace), &trace);
	assert_int_equal(thing.kind, ROSTER_THING_ITEM);
	assert_ok(roster_thing_find(place->roster, "token:root-ca", &thing, &trace), &trace);
	assert_int_equal(thing.kind, ROSTER_THING_TOKEN);
	assert_true(roster_id_equal(&thing.id, &place->binding));
	assert_fails(
	    roster_thing_find(place->roster, "token:nothing", &thing, &trace), ERR_ABSENT, &trace);
}

/* The whereabouts of one thing at a time; not found fails, unless nothing is wanted. */
static bool
whereabouts_of(struct place *place, int64_t at, const char *name, struct roster_whereabouts *out)
{
	struct err_trace trace = { 0 };
	struct roster_whereabouts *list = NULL;
	size_t count = 0;
	bool found = false;

	assert_ok(roster_whereabouts(place->roster, at, &list, &count, &trace), &trace);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].thing.name, name) != 0)
			continue;
		*out = list[i];
		found = true;
	}
	free(list);
	return found;
}

static void
the_custody_of_a_day_is_what_was_known_by_then(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_whereabouts where = { 0 };
	int64_t founded;

	place_found_quorum(place);
	founded = place->now;
	place->now += DAY;
	stow(place, "root/1", "A-1");
	place->now += DAY;
	assert_int_equal(try_unstow(place, "root/1", "A-2", true, &trace), ERR_DENIED);
	place->now += DAY;
	report(place, 0, ROSTER_REPORT_STOLEN);

	assert_false(whereabouts_of(place, founded - DAY, "root/1", &where));
	assert_true(whereabouts_of(place, founded, "root/1", &where));
	assert_false(where.is_stowed);
	assert_true(roster_id_equal(&where.custodian, &place->person[0]));
	assert_int_equal(where.since, founded);
	assert_true(whereabouts_of(place, founded + DAY, "root/1", &where));
	assert_true(where.is_stowed);
	assert_string_equal(where.stow.bag, "A-1");
	assert_string_equal(where.stow.place, "safe 1");
	assert_true(roster_id_equal(&where.stow.people[1], &place->person[1]));
	assert_int_equal(where.since, founded + DAY);
	assert_false(where.suspected);
	assert_true(whereabouts_of(place, founded + 2 * DAY, "root/1", &where));
	assert_false(where.is_stowed);
	assert_true(where.suspected);
	assert_int_equal(where.report, ROSTER_REPORT_SUSPECTED);
	assert_true(whereabouts_of(place, 0, "root/1", &where));
	assert_int_equal(where.report, ROSTER_REPORT_STOLEN);
	assert_true(whereabouts_of(place, 0, "root-ca", &where));
	assert_int_equal(where.thing.kind, ROSTER_THING_TOKEN);
}

/* As another installation might have written them, that knew nothing of this one's. */
static void
append(struct place *place, const char *type, const char *body)
{
	struct err_trace trace = { 0 };
	json_t *json = json_loads(body, 0, NULL);

	assert_non_null(json);
	assert_ok(event_append(place->roster, type, json, &trace), &trace);
}

#define NOBODY "\"00000000000000000000000000000009\""
#define TWO    "\"people\":[" NOBODY "," NOBODY "]"

static void
events_about_what_is_not_there_have_no_effect_and_do_not_fail(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_verified verified = { 0 };

	append(place, "card.report",
	    "{\"card\":" NOBODY ",\"report\":\"lost\",\"happened\":5,\"reporter\":" NOBODY "}");
	append(place, "card.tries", "{\"card\":" NOBODY ",\"user\":0,\"admin\":3}");
	append(place, "item.change", "{\"item\":" NOBODY ",\"firmware\":\"2\"}");
	append(place, "item.retire", "{\"item\":" NOBODY ",\"reason\":\"gone\"}");
	append(place, "thing.unstow",
	    "{\"kind\":\"card\",\"thing\":" NOBODY ",\"bag\":\"1\",\"intact\":false," TWO "}");
	append(place, "thing.stow",
	    "{\"kind\":\"item\",\"thing\":" NOBODY ",\"bag\":\"1\",\"place\":\"x\"," TWO "}");
	append(place, "thing.stow",
	    "{\"kind\":\"item\",\"thing\":" NOBODY ",\"bag\":\"2\",\"place\":\"x\"," TWO "}");
	assert_ok(roster_verify(place->roster, &verified, &trace), &trace);
	free(verified.checkpoint);
}

static void
stowed_twice_elsewhere_the_later_place_counts(void **state)
{
	struct place *place = *state;
	struct roster_whereabouts where = { 0 };
	char text[ROSTER_ID_TEXT], body[256];

	place_found_quorum(place);
	stow(place, "root/1", "A-1");
	roster_id_format(&place->card[0], text);
	snprintf(body, sizeof(body),
	    "{\"kind\":\"card\",\"thing\":\"%s\",\"bag\":\"Z\",\"place\":\"vault\"," TWO "}", text);
	append(place, "thing.stow", body);
	assert_true(whereabouts_of(place, 0, "root/1", &where));
	assert_true(where.is_stowed);
	assert_string_equal(where.stow.place, "vault");
	assert_false(where.suspected);
}

#define WITH_ROSTER(test) cmocka_unit_test_setup_teardown(test, place_setup_roster, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROSTER(an_item_reads_back_and_changes_by_events),
		WITH_ROSTER(an_item_needs_a_plain_name_of_its_own_and_plain_texts),
		WITH_ROSTER(a_bag_that_is_another_or_not_whole_makes_what_was_in_it_suspected),
		WITH_ROSTER(a_token_and_an_item_are_suspected_by_their_bags),
		WITH_ROSTER(what_is_stowed_is_not_stowed_again_and_what_is_not_is_not_taken_out),
		WITH_ROSTER(one_person_alone_stows_nothing),
		WITH_ROSTER(a_name_that_a_token_and_an_item_share_must_say_which),
		WITH_ROSTER(the_custody_of_a_day_is_what_was_known_by_then),
		WITH_ROSTER(events_about_what_is_not_there_have_no_effect_and_do_not_fail),
		WITH_ROSTER(stowed_twice_elsewhere_the_later_place_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
