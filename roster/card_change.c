/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "roster/binding.h"
#include "roster/card_internal.h"
#include "roster/person_internal.h"
#include "roster/point.h"
#include "roster/quorum.h"
#include "roster/roster_internal.h"
#include "roster/seat.h"

/* In the order of enum roster_admin_pin. */
static const char *const admin_words[] = { "own", "escrowed", "changed", "unknown", NULL };
_Static_assert(sizeof(admin_words) / sizeof(admin_words[0]) == ROSTER_ADMIN_PIN__COUNT + 1,
    "a word for each state of an admin PIN");

/* In the order of enum roster_card_pin. */
static const char *const pin_words[] = { "user", "admin", NULL };
_Static_assert(sizeof(pin_words) / sizeof(pin_words[0]) == ROSTER_CARD_PIN__COUNT + 1,
    "a word for each PIN of a card");

/* The generation that keeps a card from being enrolled anew, or 0 (rule 5). */
static enum err
live_holding(struct roster *roster, const struct roster_id *card, unsigned *generation,
    struct err_trace *trace)
{
	struct roster_holding *holdings = NULL;
	size_t count = 0;
	const enum err err = roster_card_holdings(roster, card, &holdings, &count, trace);

	if (err != ERR_OK)
		return err;
	*generation = 0;
	for (size_t i = 0; i < count; i++) {
		if (holdings[i].state != ROSTER_GENERATION_DEAD &&
		    holdings[i].state != ROSTER_GENERATION_ABORTED)
			*generation = holdings[i].generation;
	}
	free(holdings);
	return ERR_OK;
}

/* What this serial was before stands in the way, or is abandoned by its enrolment anew. */
static enum err
check_former(struct roster *roster, const char *serial, struct roster_id *former, bool *has,
    struct err_trace *trace)
{
	struct roster_card card;
	unsigned generation = 0;
	enum err err = roster_card_by_serial(roster, serial, &card, NULL);

	*has = err == ERR_OK;
	if (err == ERR_ABSENT)
		return ERR_OK;
	if (err != ERR_OK)
		return FAIL(trace, err, "the card's history was not read");
	if (card.state == ROSTER_CARD_BEGUN) {
		err_next(trace, "go on with the enrolment of %s", card.name);
		return FAIL(trace, ERR_NOT_NOW, "the enrolment of card %s (serial %s) is pending",
		    card.name, serial);
	}
	err = live_holding(roster, &card.id, &generation, trace);
	if (err == ERR_OK && generation != 0) {
		err_next(trace, "use a blank card; this one is freed when generation %u is dead",
		    generation);
		return FAIL(trace, ERR_NOT_NOW,
		    "card %s (serial %s) holds a share of generation %u", card.name, serial,
		    generation);
	}
	*former = card.id;
	return err;
}

static enum err
next_number(struct roster *roster, const char *quorum, int64_t *out, struct err_trace *trace)
{
	return db_ask_integer(roster->db,
	    DB_CALL("SELECT max(number) + 1 FROM card WHERE quorum = ?1", db_text(quorum)), 1, out,
	    trace);
}

enum err
card_append_begin(struct roster *roster, const struct roster_card_begin *begin, unsigned number,
    const struct roster_id *id, struct err_trace *trace)
{
	return event_append(roster, "card.begin",
	    json_pack("{s:o, s:s, s:I, s:s, s:o, s:s, s:s, s:s, s:s, s:b}", "card",
		member_of_id(id), "quorum", begin->quorum, "number", (json_int_t)number, "serial",
		begin->serial, "custodian", member_of_id(&begin->custodian), "family",
		begin->family, "model", begin->model, "firmware", begin->firmware, "atr",
		begin->atr, "resettable", begin->resettable ? 1 : 0),
	    trace);
}

enum err
roster_card_begin(struct roster *roster, const struct roster_card_begin *begin,
    struct roster_card *out, struct err_trace *trace)
{
	struct roster_id former;
	struct roster_id id;
	int64_t number = 0;
	bool has_former = false;
	enum err err;

	if (!roster_is_plain_name(begin->quorum))
		return FAIL(trace, ERR_ARGUMENT,
		    "a quorum's name has 1 to 32 of the characters a-z, 0-9 and '-'");
	err = roster_seat_check(roster, trace);
	if (err == ERR_OK)
		err = person_check_present(roster, &begin->custodian, trace);
	if (err == ERR_OK)
		err = check_former(roster, begin->serial, &former, &has_former, trace);
	if (err == ERR_OK)
		err = roster_id_new(&id, trace);
	if (err == ERR_OK)
		err = roster_begin(roster, trace);
	if (err != ERR_OK)
		return err;
	if (has_former)
		err = roster_card_abandon(roster, &former, "enrolled anew", trace);
	if (err == ERR_OK)
		err = next_number(roster, begin->quorum, &number, trace);
	if (err == ERR_OK)
		err = card_append_begin(roster, begin, (unsigned)number, &id, trace);
	err = roster_end(roster, err, trace);
	return err == ERR_OK ? roster_card_get(roster, &id, out, trace) : err;
}

static enum err
check_state(struct roster *roster, const struct roster_id *id, enum roster_card_state wanted,
    struct err_trace *trace)
{
	struct roster_card card;
	const enum err err = roster_card_get(roster, id, &card, trace);

	if (err == ERR_OK && card.state != wanted)
		return FAIL(trace, ERR_NOT_NOW, "card %s %s", card.name,
		    wanted == ROSTER_CARD_BEGUN ? "is not in the middle of its enrolment"
						: "is not enrolled");
	return err;
}

static enum err
check_fingerprint(const struct roster_card_keys *keys, struct err_trace *trace)
{
	const struct part parts[] = { { keys->dec, sizeof(keys->dec) },
		{ keys->sig, sizeof(keys->sig) } };
	struct roster_hash fingerprint = { 0 };
	enum err err = sha256_parts(parts, 2, fingerprint.bytes, trace);

	if (err == ERR_OK && !roster_hash_equal(&fingerprint, &keys->fingerprint))
		err = FAIL(trace, ERR_ARGUMENT, "the fingerprint is not that of the card's keys");
	return err;
}

static enum err
check_keys(const struct roster_card_keys *keys, struct err_trace *trace)
{
	enum err err = point_check(keys->dec, trace);

	if (err == ERR_OK)
		err = point_check(keys->sig, trace);
	return err == ERR_OK ? check_fingerprint(keys, trace) : err;
}

enum err
roster_card_enrol(struct roster *roster, const struct roster_id *card,
    const struct roster_card_keys *keys, struct err_trace *trace)
{
	enum err err = check_state(roster, card, ROSTER_CARD_BEGUN, trace);

	if (err == ERR_OK)
		err = check_keys(keys, trace);
	if (err != ERR_OK)
		return err;
	return event_append(roster, "card.enrol",
	    json_pack("{s:o, s:o, s:o, s:o}", "card", member_of_id(card), "fingerprint",
		member_of_hash(&keys->fingerprint), "dec",
		member_of_bytes(keys->dec, sizeof(keys->dec)), "sig",
		member_of_bytes(keys->sig, sizeof(keys->sig))),
	    trace);
}

enum err
roster_card_abandon(struct roster *roster, const struct roster_id *card, const char *reason,
    struct err_trace *trace)
{
	return event_append(roster, "card.abandon",
	    json_pack("{s:o, s:s}", "card", member_of_id(card), "reason", reason), trace);
}

enum err
roster_card_confirm_receipt(struct roster *roster, const struct roster_id *card,
    const struct roster_id people[2], struct err_trace *trace)
{
	enum err err = check_state(roster, card, ROSTER_CARD_ENROLLED, trace);

	if (err == ERR_OK && roster_id_equal(&people[0], &people[1]))
		err = FAIL(trace, ERR_ARGUMENT, "a receipt is confirmed by two different people");
	for (int i = 0; i < 2 && err == ERR_OK; i++)
		err = person_check_present(roster, &people[i], trace);
	if (err != ERR_OK)
		return err;
	return event_append(roster, "card.receipt",
	    json_pack("{s:o, s:o}", "card", member_of_id(card), "people", member_of_ids(people, 2)),
	    trace);
}

enum err
roster_card_set_admin_pin(struct roster *roster, const struct roster_id *card,
    enum roster_admin_pin state, struct err_trace *trace)
{
	struct roster_card found;
	enum err err = check_state(roster, card, ROSTER_CARD_ENROLLED, trace);

	if (err == ERR_OK)
		err = roster_card_get(roster, card, &found, trace);
	if (err != ERR_OK)
		return err;
	/* Changed without an escrow before it would be a PIN that nobody has (rule 6). */
	if (state == ROSTER_ADMIN_PIN_OWN || state == ROSTER_ADMIN_PIN_UNKNOWN ||
	    (state == ROSTER_ADMIN_PIN_CHANGED && found.admin_pin != ROSTER_ADMIN_PIN_ESCROWED))
		return FAIL(trace, ERR_NOT_NOW,
		    "the admin PIN of card %s is recorded as '%s': escrow comes before change",
		    found.name, admin_words[found.admin_pin]);
	return event_append(roster, "card.admin-pin",
	    json_pack("{s:o, s:s}", "card", member_of_id(card), "state", admin_words[state]),
	    trace);
}

enum err
roster_card_pin_changed(struct roster *roster, const struct roster_id *card,
    const struct roster_pin_change *change, struct err_trace *trace)
{
	const enum err err = check_state(roster, card, ROSTER_CARD_ENROLLED, trace);

	if (err != ERR_OK)
		return err;
	return event_append(roster, "card.pin-change",
	    json_pack("{s:o, s:s, s:b}", "card", member_of_id(card), "pin", pin_words[change->pin],
		"unblocked", change->unblocked ? 1 : 0),
	    trace);
}

static enum err
apply_begin(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	struct roster_id card;
	struct roster_id custodian;

	member_hex(body, "card", card.bytes, sizeof(card.bytes));
	member_hex(body, "custodian", custodian.bytes, sizeof(custodian.bytes));
	return db_run(db,
	    DB_CALL("INSERT INTO card(id, quorum, number, serial, custodian, state, family, model, "
		    "firmware, atr, resettable, receipt, admin_pin, begun, enrolled, proven, "
		    "tries, twin) "
		    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, 0, ?12, 0, 0, 0, "
		    "(SELECT count(*) FROM card WHERE quorum = ?2 AND number = ?3))",
		db_blob(card.bytes, sizeof(card.bytes)), db_text(member_text(body, "quorum")),
		db_integer(member_integer(body, "number")), db_text(member_text(body, "serial")),
		db_blob(custodian.bytes, sizeof(custodian.bytes)), db_integer(ROSTER_CARD_BEGUN),
		db_text(member_text(body, "family")), db_text(member_text(body, "model")),
		db_text(member_text(body, "firmware")), db_text(member_text(body, "atr")),
		db_integer(member_bool(body, "resettable")), db_integer(event->time)),
	    trace);
}

static enum err
apply_enrol(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	struct roster_card_keys keys = { 0 };
	struct roster_id card;

	member_hex(body, "card", card.bytes, sizeof(card.bytes));
	member_hex(body, "fingerprint", keys.fingerprint.bytes, sizeof(keys.fingerprint.bytes));
	member_hex(body, "dec", keys.dec, sizeof(keys.dec));
	member_hex(body, "sig", keys.sig, sizeof(keys.sig));
	if (check_fingerprint(&keys, trace) != ERR_OK)
		return FAIL(trace, ERR_FORMAT, "a card was enrolled with other keys than it says");
	return db_change(db,
	    DB_CALL("UPDATE card SET state = ?2, fingerprint = ?3, dec = ?4, sig = ?5, "
		    "enrolled = ?6, writer = ?7, n = ?8 WHERE id = ?1",
		db_blob(card.bytes, sizeof(card.bytes)), db_integer(ROSTER_CARD_ENROLLED),
		db_blob(keys.fingerprint.bytes, sizeof(keys.fingerprint.bytes)),
		db_blob(keys.dec, sizeof(keys.dec)), db_blob(keys.sig, sizeof(keys.sig)),
		db_integer(event->time), db_blob(event->writer.bytes, ROSTER_ID_SIZE),
		db_integer(event->n)),
	    trace);
}

static enum err
apply_abandon(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id card;

	member_hex(event->body, "card", card.bytes, sizeof(card.bytes));
	return db_change(db,
	    DB_CALL("UPDATE card SET state = ?2, ended = ?3 WHERE id = ?1",
		db_blob(card.bytes, sizeof(card.bytes)), db_integer(ROSTER_CARD_ABANDONED),
		db_integer(event->time)),
	    trace);
}

static enum err
apply_receipt(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id card;

	member_hex(event->body, "card", card.bytes, sizeof(card.bytes));
	return db_change(db,
	    DB_CALL("UPDATE card SET receipt = 1 WHERE id = ?1",
		db_blob(card.bytes, sizeof(card.bytes))),
	    trace);
}

static enum err
apply_admin_pin(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id card;

	member_hex(event->body, "card", card.bytes, sizeof(card.bytes));
	return db_change(db,
	    DB_CALL("UPDATE card SET admin_pin = ?2 WHERE id = ?1",
		db_blob(card.bytes, sizeof(card.bytes)),
		db_integer(member_word(event->body, "state", admin_words))),
	    trace);
}

/* A PIN that was blocked or forgotten is a new one now, which a proof has yet to show. */
static enum err
note_new_pin(struct db *db, const struct roster_id *card, bool unblocked, struct err_trace *trace)
{
	return db_run(db,
	    DB_CALL("UPDATE card SET pin_state = ?2 WHERE id = ?1 AND (?3 OR pin_state <> ?4)",
		db_blob(card->bytes, ROSTER_ID_SIZE), db_integer(ROSTER_PIN_UNPROVEN),
		db_integer(unblocked), db_integer(ROSTER_PIN_KNOWN)),
	    trace);
}

static enum err
apply_pin_change(struct db *db, const struct event *event, struct err_trace *trace)
{
	const int pin = member_word(event->body, "pin", pin_words);
	struct roster_id card;

	member_hex(event->body, "card", card.bytes, sizeof(card.bytes));
	const enum err err = db_run(db,
	    DB_CALL("INSERT INTO card_pin(card, pin, time) VALUES(?1, ?2, ?3)",
		db_blob(card.bytes, sizeof(card.bytes)), db_integer(pin), db_integer(event->time)),
	    trace);

	if (err != ERR_OK || pin != ROSTER_CARD_PIN_USER)
		return err;
	return note_new_pin(db, &card, member_bool(event->body, "unblocked"), trace);
}

enum err
card_note_proof(struct db *db, const struct roster_id *card, int64_t time, unsigned tries,
    struct err_trace *trace)
{
	return db_change(db,
	    DB_CALL("UPDATE card SET proven = ?2, tries = ?3, pin_state = ?4 WHERE id = ?1",
		db_blob(card->bytes, ROSTER_ID_SIZE), db_integer(time), db_integer(tries),
		db_integer(tries == 0 ? ROSTER_PIN_BLOCKED : ROSTER_PIN_KNOWN)),
	    trace);
}

static const struct member begin_members[] = {
	MEMBER_AN_ID("card"),
	MEMBER_A_TEXT("quorum", 1, 32),
	MEMBER_A_NUMBER("number", 1, 1000000),
	MEMBER_A_TEXT("serial", 1, ROSTER_TEXT - 1),
	MEMBER_AN_ID("custodian"),
	MEMBER_A_TEXT("family", 1, 31),
	MEMBER_A_TEXT("model", 0, ROSTER_TEXT - 1),
	MEMBER_A_TEXT("firmware", 0, ROSTER_TEXT - 1),
	{ .name = "atr", .kind = MEMBER_HEX, .min = 0, .max = 33 },
	MEMBER_A_BOOL("resettable"),
	MEMBER_END,
};
static const struct member enrol_members[] = {
	MEMBER_AN_ID("card"),
	MEMBER_BYTES("fingerprint", ROSTER_HASH_SIZE),
	MEMBER_BYTES("dec", ROSTER_POINT_SIZE),
	MEMBER_BYTES("sig", ROSTER_POINT_SIZE),
	MEMBER_END,
};
static const struct member abandon_members[] = {
	MEMBER_AN_ID("card"),
	MEMBER_A_TEXT("reason", 1, ROSTER_TEXT - 1),
	MEMBER_END,
};
static const struct member person_item[] = { MEMBER_AN_ID(""), MEMBER_END };
static const struct member receipt_members[] = {
	MEMBER_AN_ID("card"),
	MEMBER_MANY("people", person_item, 2, 2),
	MEMBER_END,
};
static const struct member admin_pin_members[] = {
	MEMBER_AN_ID("card"),
	MEMBER_A_WORD("state", admin_words),
	MEMBER_END,
};
static const struct member pin_change_members[] = {
	MEMBER_AN_ID("card"),
	MEMBER_A_WORD("pin", pin_words),
	{ .name = "unblocked", .kind = MEMBER_BOOL, .optional = true },
	MEMBER_END,
};

const struct event_type card_events[] = {
	{ "card.begin", begin_members, apply_begin },
	{ "card.enrol", enrol_members, apply_enrol },
	{ "card.abandon", abandon_members, apply_abandon },
	{ "card.receipt", receipt_members, apply_receipt },
	{ "card.admin-pin", admin_pin_members, apply_admin_pin },
	{ "card.pin-change", pin_change_members, apply_pin_change },
	{ 0 },
};
