/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/departure.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "roster/card.h"
#include "roster/departure_internal.h"
#include "roster/person_internal.h"
#include "roster/quorum.h"
#include "roster/roster_internal.h"

enum { FATES_MAX = 64 };

static const char *const fate_words[] = { "outstanding", "returned", "destroyed", NULL };
_Static_assert(sizeof(fate_words) / sizeof(fate_words[0]) == ROSTER_FATE__COUNT + 1,
    "a word for each fate of a card");

const char *
roster_fate_word(enum roster_fate fate)
{
	return fate_words[fate];
}

bool
roster_fate_parse(const char *word, enum roster_fate *out)
{
	const int at = member_word_at(fate_words, word);

	if (at < 0)
		return false;
	*out = (enum roster_fate)at;
	return true;
}

static int64_t
day_of(int64_t utc)
{
	return utc - utc % CLOCK_DAY;
}

static bool
read_id(const struct db_rows *rows, void *item)
{
	struct roster_id *id = item;

	return db_copy_blob(rows, 0, id->bytes, ROSTER_ID_SIZE);
}

enum err
roster_cards_held(struct roster *roster, const struct roster_id *person, struct roster_id **out,
    size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_id), read_id };
	void *ids = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL("SELECT id FROM card WHERE custodian = ?1 AND state <> ?2 "
		    "AND (reported = 0 OR report NOT IN (?3, ?4, ?5)) ORDER BY quorum, number",
		db_blob(person->bytes, ROSTER_ID_SIZE), db_integer(ROSTER_CARD_ABANDONED),
		db_integer(ROSTER_REPORT_LOST), db_integer(ROSTER_REPORT_STOLEN),
		db_integer(ROSTER_REPORT_DESTROYED)),
	    &shape, &ids, count, trace);

	if (err == ERR_OK)
		*out = ids;
	return err;
}

static bool
read_fate(const struct db_rows *rows, void *item)
{
	struct roster_card_fate *fate = item;

	fate->fate = (enum roster_fate)db_get_integer(rows, 1);
	fate->stated = db_get_integer(rows, 2);
	return db_copy_blob(rows, 0, fate->card.bytes, ROSTER_ID_SIZE);
}

enum err
roster_fates(struct roster *roster, const struct roster_id *person, struct roster_card_fate **out,
    size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_card_fate), read_fate };
	void *fates = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL("SELECT card, fate, stated FROM fate WHERE person = ?1 ORDER BY card",
		db_blob(person->bytes, ROSTER_ID_SIZE)),
	    &shape, &fates, count, trace);

	if (err == ERR_OK)
		*out = fates;
	return err;
}

enum roster_fate
roster_fate_at(const struct roster_person *person, const struct roster_card_fate *said, int64_t at)
{
	if (said == NULL || said->stated < person->departed || said->stated > at)
		return ROSTER_FATE_OUTSTANDING;
	return said->fate;
}

/* The day is settled, never guessed: 0 in the request stays open where more than one is possible.
 */
static enum err
settle_day(
    struct roster *roster, const struct roster_person *person, int64_t *on, struct err_trace *trace)
{
	const int64_t now = roster_now(roster);
	char date[CLOCK_DATE];

	clock_format_date(person->departed, date);
	if (roster_person_has_left(person, now)) {
		if (*on != 0 && day_of(*on) != day_of(person->departed))
			return FAIL(
			    trace, ERR_NOT_NOW, "'%s' left on %s already", person->name, date);
		*on = person->departed;
		return ERR_OK;
	}
	if (*on == 0 && person->departed != 0) {
		err_next(trace, "Say --on %s again, or the new day.", date);
		return FAIL(trace, ERR_ARGUMENT, "'%s' is to leave on %s: is that still the day?",
		    person->name, date);
	}
	*on = day_of(*on == 0 ? now : *on);
	if (*on >= day_of(person->since))
		return ERR_OK;
	clock_format_date(person->since, date);
	return FAIL(trace, ERR_ARGUMENT, "'%s' came into the roster on %s, after that day",
	    person->name, date);
}

/* Exactly the cards that they hold, each once. */
static enum err
check_cards(struct roster *roster, const struct roster_person *person,
    const struct roster_departure *departure, struct err_trace *trace)
{
	struct roster_id *held = NULL;
	size_t count = 0;
	size_t matched = 0;
	enum err err = roster_cards_held(roster, &person->id, &held, &count, trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < count; i++) {
		size_t named = 0;

		for (size_t j = 0; j < departure->cards; j++)
			named += roster_id_equal(&departure->card[j].card, &held[i]);
		matched += named == 1;
	}
	free(held);
	if (matched == count && departure->cards == count)
		return ERR_OK;
	if (count == 0)
		return FAIL(trace, ERR_ARGUMENT, "'%s' holds no card", person->name);
	return FAIL(trace, ERR_ARGUMENT,
	    "'%s' holds %zu cards: what became of each is needed, and of no other", person->name,
	    count);
}

/* Somebody must be left who can act, and nobody records what became of their own card. */
static enum err
check_others(
    struct roster *roster, const struct roster_person *person, int64_t on, struct err_trace *trace)
{
	int64_t others = 0;
	enum err err;

	if (roster_id_equal(&person->id, &roster->by) && on <= roster_now(roster)) {
		err_next(trace, "Let somebody else record it, with their --by.");
		return FAIL(trace, ERR_DENIED, "nobody records their own departure");
	}
	err = db_ask_integer(roster->db,
	    DB_CALL("SELECT count(*) FROM person WHERE departed = 0 AND id <> ?1 AND roles & ?2",
		db_blob(person->id.bytes, ROSTER_ID_SIZE), db_integer(ROSTER_ADMINISTRATOR)),
	    0, &others, trace);
	if (err != ERR_OK || others > 0 || (person->roles & ROSTER_ADMINISTRATOR) == 0)
		return err;
	err_next(trace, "Make somebody else one first: quorate person edit NAME --role "
			"administrator --by NAME");
	return FAIL(trace, ERR_DENIED, "'%s' is the last administrator", person->name);
}

static json_t *
pack_fates(const struct roster_departure *departure)
{
	json_t *list = json_array();

	for (size_t i = 0; i < departure->cards; i++)
		json_array_append_new(
		    list, json_pack("{s:o, s:s}", "card", member_of_id(&departure->card[i].card),
			      "fate", fate_words[departure->card[i].fate]));
	return list;
}

enum err
roster_person_depart(
    struct roster *roster, const struct roster_departure *departure, struct err_trace *trace)
{
	struct roster_person person;
	int64_t on = departure->on;
	enum err err = roster_person_get(roster, &departure->person, &person, trace);

	if (err == ERR_OK)
		err = settle_day(roster, &person, &on, trace);
	if (err == ERR_OK)
		err = check_cards(roster, &person, departure, trace);
	if (err == ERR_OK)
		err = check_others(roster, &person, on, trace);
	if (err != ERR_OK)
		return err;
	return event_append(roster, "person.depart",
	    json_pack("{s:o, s:I, s:o}", "person", member_of_id(&person.id), "on", (json_int_t)on,
		"cards", pack_fates(departure)),
	    trace);
}

enum err
roster_person_stay(struct roster *roster, const struct roster_id *person, struct err_trace *trace)
{
	struct roster_person found;
	enum err err = person_check_present(roster, person, trace);

	if (err == ERR_OK)
		err = roster_person_get(roster, person, &found, trace);
	if (err == ERR_OK && found.departed == 0)
		err = FAIL(trace, ERR_NOT_NOW, "no departure of '%s' is planned", found.name);
	if (err != ERR_OK)
		return err;
	return event_append(
	    roster, "person.stay", json_pack("{s:o}", "person", member_of_id(person)), trace);
}

/* The fate as said, where it was said when they had left. */
static enum err
check_settled(struct roster *roster, const struct roster_person *person, struct err_trace *trace)
{
	int64_t outstanding = 0;
	const enum err err = db_ask_integer(roster->db,
	    DB_CALL("SELECT count(*) FROM share s "
		    "JOIN generation g ON g.quorum = s.quorum AND g.number = s.generation "
		    "WHERE s.custodian = ?1 AND g.state NOT IN (?2, ?3) AND NOT EXISTS "
		    "(SELECT 1 FROM fate f WHERE f.person = ?1 AND f.card = s.card "
		    "AND f.fate <> ?4 AND f.stated >= ?5)",
		db_blob(person->id.bytes, ROSTER_ID_SIZE), db_integer(ROSTER_GENERATION_DEAD),
		db_integer(ROSTER_GENERATION_ABORTED), db_integer(ROSTER_FATE_OUTSTANDING),
		db_integer(person->departed)),
	    0, &outstanding, trace);

	if (err != ERR_OK || outstanding == 0)
		return err;
	err_next(trace, "Re-key the quorum first, or say what became of the card: quorate person "
			"depart NAME --card returned --by NAME");
	return FAIL(trace, ERR_NOT_NOW,
	    "a card with a share that still opens something is outstanding with '%s'",
	    person->name);
}

enum err
departure_check_over(
    struct roster *roster, const struct roster_person *person, struct err_trace *trace)
{
	if (roster_person_has_left(person, roster_now(roster)))
		return check_settled(roster, person, trace);
	err_next(
	    trace, "Record the departure first: quorate person depart NAME --card … --by NAME");
	return FAIL(trace, ERR_NOT_NOW, "'%s' has not left", person->name);
}

static enum err
apply_fate(struct db *db, const struct event *event, const struct roster_id *person,
    const json_t *entry, struct err_trace *trace)
{
	struct roster_id card;

	member_hex(entry, "card", card.bytes, sizeof(card.bytes));
	return db_run(db,
	    DB_CALL("INSERT INTO fate(person, card, fate, stated) VALUES(?1, ?2, ?3, ?4) "
		    "ON CONFLICT(person, card) DO UPDATE SET fate = ?3, stated = ?4",
		db_blob(person->bytes, ROSTER_ID_SIZE), db_blob(card.bytes, sizeof(card.bytes)),
		db_integer(member_word(entry, "fate", fate_words)), db_integer(event->time)),
	    trace);
}

/* Who has left does not come back by a later day that another installation had planned. */
static enum err
apply_depart(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *cards = json_object_get(event->body, "cards");
	struct roster_id person;
	enum err err = person_note(db, event, &person, trace);

	if (err == ERR_OK)
		err = db_run(db,
		    DB_CALL("UPDATE person SET departed = CASE WHEN departed <> 0 AND "
			    "departed <= ?3 THEN min(departed, ?2) ELSE ?2 END WHERE id = ?1",
			db_blob(person.bytes, sizeof(person.bytes)),
			db_integer(member_integer(event->body, "on")), db_integer(event->time)),
		    trace);
	for (size_t i = 0; i < json_array_size(cards) && err == ERR_OK; i++)
		err = apply_fate(db, event, &person, json_array_get(cards, i), trace);
	return err;
}

/* Too late when the day had come: another installation may have seen it come. */
static enum err
apply_stay(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id person;
	const enum err err = person_note(db, event, &person, trace);

	if (err != ERR_OK)
		return err;
	return db_run(db,
	    DB_CALL("UPDATE person SET departed = 0 WHERE id = ?1 AND departed > ?2",
		db_blob(person.bytes, sizeof(person.bytes)), db_integer(event->time)),
	    trace);
}

static const struct member fate_members[] = {
	MEMBER_AN_ID("card"),
	MEMBER_A_WORD("fate", fate_words),
	MEMBER_END,
};
static const struct member depart_members[] = {
	MEMBER_AN_ID("person"),
	MEMBER_A_TIME("on"),
	MEMBER_A_LIST("cards", fate_members, 0, FATES_MAX),
	MEMBER_END,
};
static const struct member stay_members[] = { MEMBER_AN_ID("person"), MEMBER_END };

const struct event_type departure_events[] = {
	{ "person.depart", depart_members, apply_depart },
	{ "person.stay", stay_members, apply_stay },
	{ 0 },
};
