/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "roster/card_condition.h"
#include "roster/card_internal.h"
#include "roster/person_internal.h"
#include "roster/roster_internal.h"
#include "roster/stow_internal.h"

/* In the order of enum roster_thing_kind. */
static const char *const kind_words[] = { "card", "token", "item", NULL };
_Static_assert(sizeof(kind_words) / sizeof(kind_words[0]) == ROSTER_THING__COUNT + 1,
    "a word for each kind of thing");

static enum err
check_bag_number(const char *bag, struct err_trace *trace)
{
	return person_check_text(
	    &(struct person_text){ "the bag's number", bag, ROSTER_BAG }, trace);
}

static enum err
check_two(struct roster *roster, const struct roster_id people[2], struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (roster_id_equal(&people[0], &people[1]))
		return FAIL(trace, ERR_ARGUMENT, "two different people stow and take out");
	for (int i = 0; i < 2 && err == ERR_OK; i++)
		err = person_check_present(roster, &people[i], trace);
	return err;
}

/* A bag is opened once, and lies in one place. */
static enum err
check_bag(struct roster *roster, const struct roster_stow *stow, struct err_trace *trace)
{
	struct roster_stow other = { 0 };
	char date[CLOCK_DATE];
	const enum err err = db_one(roster->db,
	    DB_CALL(STOW_COLUMNS "WHERE s.bag = ?1 AND s.stowed <> 0 AND (s.unstowed <> 0 OR "
				 "s.place <> ?2) ORDER BY s.unstowed = 0 LIMIT 1",
		db_text(stow->bag), db_text(stow->place)),
	    stow_read, &other, NULL);

	if (err == ERR_ABSENT)
		return ERR_OK;
	if (err != ERR_OK)
		return FAIL(trace, err, "what is stowed was not read");
	if (other.unstowed == 0)
		return FAIL(trace, ERR_DENIED, "bag %s lies in %s already, with %s in it",
		    stow->bag, other.place, other.thing.name);
	clock_format_date(other.unstowed, date);
	err_next(trace, "take a new bag: one that was opened proves nothing");
	return FAIL(trace, ERR_DENIED, "bag %s was opened on %s, when %s came out of it", stow->bag,
	    date, other.thing.name);
}

static enum err
check_card(struct roster *roster, const struct roster_thing *thing, struct err_trace *trace)
{
	struct roster_card card;
	const enum err err = roster_card_get(roster, &thing->id, &card, trace);

	if (err != ERR_OK)
		return err;
	if (card.state == ROSTER_CARD_ABANDONED)
		return FAIL(trace, ERR_NOT_NOW, "card %s is not in use any more", card.name);
	if (roster_card_is_missing(&card)) {
		err_next(trace, "if it is here: quorate card report %s found --by NAME", card.name);
		return FAIL(trace, ERR_NOT_NOW, "card %s is reported lost or destroyed", card.name);
	}
	return ERR_OK;
}

static enum err
check_free(struct roster *roster, const struct roster_thing *thing, struct err_trace *trace)
{
	struct roster_stow last;
	const enum err err = stow_last_until(roster, thing, INT64_MAX, &last, NULL);

	if (err == ERR_ABSENT || (err == ERR_OK && last.unstowed != 0))
		return ERR_OK;
	if (err != ERR_OK)
		return FAIL(trace, err, "what is stowed was not read");
	err_next(trace, "take it out first: quorate unstow %s --bag %s --intact yes --by A,B",
	    thing->name, last.bag);
	return FAIL(trace, ERR_NOT_NOW, "%s is stowed already: in bag %s in %s", thing->name,
	    last.bag, last.place);
}

enum err
roster_stow(struct roster *roster, const struct roster_stow *stow, struct err_trace *trace)
{
	enum err err = check_bag_number(stow->bag, trace);

	if (err == ERR_OK)
		err = person_check_text(
		    &(struct person_text){ "the place", stow->place, ROSTER_SAFE }, trace);
	if (err == ERR_OK)
		err = check_two(roster, stow->people, trace);
	if (err == ERR_OK && stow->thing.kind == ROSTER_THING_CARD)
		err = check_card(roster, &stow->thing, trace);
	if (err == ERR_OK)
		err = check_free(roster, &stow->thing, trace);
	if (err == ERR_OK)
		err = check_bag(roster, stow, trace);
	if (err != ERR_OK)
		return err;
	return event_append(roster, "thing.stow",
	    json_pack("{s:s, s:o, s:s, s:s, s:o}", "kind", kind_words[stow->thing.kind], "thing",
		member_of_id(&stow->thing.id), "bag", stow->bag, "place", stow->place, "people",
		member_of_ids(stow->people, 2)),
	    trace);
}

enum err
roster_unstow(struct roster *roster, const struct roster_unstow *unstow, bool *suspected,
    struct err_trace *trace)
{
	struct roster_stow last;
	enum err err = check_bag_number(unstow->bag, trace);

	if (err == ERR_OK)
		err = check_two(roster, unstow->people, trace);
	if (err != ERR_OK)
		return err;
	err = stow_last_until(roster, &unstow->thing, INT64_MAX, &last, NULL);
	if (err == ERR_ABSENT || (err == ERR_OK && last.unstowed != 0)) {
		err_next(trace, "'quorate custody' shows what is");
		return FAIL(trace, ERR_NOT_NOW, "%s is not stowed", unstow->thing.name);
	}
	if (err != ERR_OK)
		return FAIL(trace, err, "what is stowed was not read");
	err = event_append(roster, "thing.unstow",
	    json_pack("{s:s, s:o, s:s, s:b, s:o}", "kind", kind_words[unstow->thing.kind], "thing",
		member_of_id(&unstow->thing.id), "bag", unstow->bag, "intact",
		unstow->intact ? 1 : 0, "people", member_of_ids(unstow->people, 2)),
	    trace);
	if (err == ERR_OK)
		*suspected = !unstow->intact || strcmp(unstow->bag, last.bag) != 0;
	return err;
}

/* What both events say. */
struct moved {
	int kind;
	struct roster_id thing;
	struct roster_id people[2];
};

static void
read_moved(const json_t *body, struct moved *out)
{
	const json_t *people = json_object_get(body, "people");

	out->kind = member_word(body, "kind", kind_words);
	member_hex(body, "thing", out->thing.bytes, ROSTER_ID_SIZE);
	for (size_t i = 0; i < 2; i++)
		(void)roster_id_parse(
		    json_string_value(json_array_get(people, i)), &out->people[i]);
}

/* Stowed twice, by two installations that did not know of each other: the later one is where it is.
 */
static enum err
apply_stow(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	struct moved moved;
	enum err err;

	read_moved(body, &moved);
	err = db_run(db,
	    DB_CALL("UPDATE stow SET unstowed = ?3, intact = 1 "
		    "WHERE kind = ?1 AND thing = ?2 AND unstowed = 0",
		db_integer(moved.kind), db_blob(moved.thing.bytes, ROSTER_ID_SIZE),
		db_integer(event->time)),
	    trace);
	if (err != ERR_OK)
		return err;
	return db_run(db,
	    DB_CALL("INSERT INTO stow(kind, thing, bag, place, stower, stow_witness, stowed, "
		    "found_bag, intact, unstowed, suspected) "
		    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, '', 0, 0, 0)",
		db_integer(moved.kind), db_blob(moved.thing.bytes, ROSTER_ID_SIZE),
		db_text(member_text(body, "bag")), db_text(member_text(body, "place")),
		db_blob(moved.people[0].bytes, ROSTER_ID_SIZE),
		db_blob(moved.people[1].bytes, ROSTER_ID_SIZE), db_integer(event->time)),
	    trace);
}

/* Taken out of nothing, as far as this roster knows: the bag alone speaks. */
static enum err
note_unstowed(
    struct db *db, const struct event *event, const struct moved *moved, struct err_trace *trace)
{
	return db_run(db,
	    DB_CALL("INSERT INTO stow(kind, thing, bag, place, stowed, found_bag, intact, opener, "
		    "open_witness, unstowed, suspected) "
		    "VALUES(?1, ?2, ?3, '', 0, ?3, ?4, ?5, ?6, ?7, NOT ?4)",
		db_integer(moved->kind), db_blob(moved->thing.bytes, ROSTER_ID_SIZE),
		db_text(member_text(event->body, "bag")),
		db_integer(member_bool(event->body, "intact")),
		db_blob(moved->people[0].bytes, ROSTER_ID_SIZE),
		db_blob(moved->people[1].bytes, ROSTER_ID_SIZE), db_integer(event->time)),
	    trace);
}

static enum err
end_stow(struct db *db, const struct event *event, const struct moved *moved, int64_t ordinal,
    struct err_trace *trace)
{
	return db_run(db,
	    DB_CALL("UPDATE stow SET unstowed = ?2, found_bag = ?3, intact = ?4, opener = ?5, "
		    "open_witness = ?6, suspected = NOT ?4 OR bag <> ?3 WHERE ordinal = ?1",
		db_integer(ordinal), db_integer(event->time),
		db_text(member_text(event->body, "bag")),
		db_integer(member_bool(event->body, "intact")),
		db_blob(moved->people[0].bytes, ROSTER_ID_SIZE),
		db_blob(moved->people[1].bytes, ROSTER_ID_SIZE)),
	    trace);
}

/* The card came out of another bag, or of a broken one. */
static enum err
note_card(
    struct db *db, const struct event *event, const struct moved *moved, struct err_trace *trace)
{
	int64_t suspected = 0;
	const enum err err = db_ask_integer(db,
	    DB_CALL("SELECT suspected FROM stow WHERE kind = ?1 AND thing = ?2 "
		    "AND unstowed = ?3 ORDER BY ordinal DESC LIMIT 1",
		db_integer(moved->kind), db_blob(moved->thing.bytes, ROSTER_ID_SIZE),
		db_integer(event->time)),
	    0, &suspected, trace);

	if (err != ERR_OK || suspected == 0)
		return err;
	return card_note_suspicion(db, &moved->thing, event, trace);
}

static enum err
apply_unstow(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct moved moved;
	int64_t ordinal = 0;
	enum err err;

	read_moved(event->body, &moved);
	err = db_ask_integer(db,
	    DB_CALL("SELECT max(ordinal) FROM stow WHERE kind = ?1 AND thing = ?2 AND unstowed = 0",
		db_integer(moved.kind), db_blob(moved.thing.bytes, ROSTER_ID_SIZE)),
	    0, &ordinal, trace);
	if (err == ERR_OK)
		err = ordinal == 0 ? note_unstowed(db, event, &moved, trace)
				   : end_stow(db, event, &moved, ordinal, trace);
	if (err == ERR_OK && moved.kind == ROSTER_THING_CARD)
		err = note_card(db, event, &moved, trace);
	return err;
}

static const struct member person_item[] = { MEMBER_AN_ID(""), MEMBER_END };

static const struct member stow_members[] = {
	MEMBER_A_WORD("kind", kind_words),
	MEMBER_AN_ID("thing"),
	MEMBER_A_TEXT("bag", 1, ROSTER_BAG - 1),
	MEMBER_A_TEXT("place", 1, ROSTER_SAFE - 1),
	MEMBER_MANY("people", person_item, 2, 2),
	MEMBER_END,
};

static const struct member unstow_members[] = {
	MEMBER_A_WORD("kind", kind_words),
	MEMBER_AN_ID("thing"),
	MEMBER_A_TEXT("bag", 1, ROSTER_BAG - 1),
	MEMBER_A_BOOL("intact"),
	MEMBER_MANY("people", person_item, 2, 2),
	MEMBER_END,
};

const struct event_type stow_events[] = {
	{ "thing.stow", stow_members, apply_stow },
	{ "thing.unstow", unstow_members, apply_unstow },
	{ 0 },
};
