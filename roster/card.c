/* SPDX-License-Identifier: BSD-2-Clause */
/* Cards: what is asked of them. card_change.c has what changes them. */
#include "roster/card.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/card_internal.h"
#include "roster/roster_internal.h"

#define CARD_COLUMNS                                                                               \
	"SELECT id, quorum, number, serial, custodian, state, family, model, firmware, atr, "      \
	"resettable, fingerprint, dec, sig, receipt, admin_pin, begun, enrolled, proven, tries, "  \
	"twin, pin_state, report, reported, exposed, ended FROM card "

/*
 * "root/2". Two installations that both took the seat may have given one number twice: the card
 * that came second is root/2b, on every installation.
 */
static void
name_card(struct roster_card *card, int64_t twin)
{
	const char letter[2] = { twin == 0 ? '\0' : (char)('a' + (twin > 25 ? 25 : twin)) };

	snprintf(card->name, sizeof(card->name), "%.32s/%u%s", card->quorum, card->number, letter);
}

/* The keys, which are there from the enrolment on. */
static bool
read_keys(const struct db_rows *rows, struct roster_card *card)
{
	if (db_is_null(rows, 11))
		return true;
	return db_copy_blob(rows, 11, card->fingerprint.bytes, ROSTER_HASH_SIZE) &&
	       db_copy_blob(rows, 12, card->dec, ROSTER_POINT_SIZE) &&
	       db_copy_blob(rows, 13, card->sig, ROSTER_POINT_SIZE);
}

static bool
read_card(const struct db_rows *rows, void *item)
{
	struct roster_card *card = item;

	db_copy_text(rows, 1, card->quorum, sizeof(card->quorum));
	card->number = (unsigned)db_get_integer(rows, 2);
	name_card(card, db_get_integer(rows, 20));
	db_copy_text(rows, 3, card->serial, sizeof(card->serial));
	card->state = (enum roster_card_state)db_get_integer(rows, 5);
	db_copy_text(rows, 6, card->family, sizeof(card->family));
	db_copy_text(rows, 7, card->model, sizeof(card->model));
	db_copy_text(rows, 8, card->firmware, sizeof(card->firmware));
	db_copy_text(rows, 9, card->atr, sizeof(card->atr));
	card->resettable = db_get_integer(rows, 10) != 0;
	card->receipt_confirmed = db_get_integer(rows, 14) != 0;
	card->admin_pin = (enum roster_admin_pin)db_get_integer(rows, 15);
	card->begun = db_get_integer(rows, 16);
	card->enrolled = db_get_integer(rows, 17);
	card->proven = db_get_integer(rows, 18);
	card->tries_left = (unsigned)db_get_integer(rows, 19);
	card->pin_state = (enum roster_pin_state)db_get_integer(rows, 21);
	card->report = (enum roster_report)db_get_integer(rows, 22);
	card->reported = db_get_integer(rows, 23);
	card->exposed = db_get_integer(rows, 24);
	card->ended = db_get_integer(rows, 25);
	return db_copy_blob(rows, 0, card->id.bytes, ROSTER_ID_SIZE) &&
	       db_copy_blob(rows, 4, card->custodian.bytes, ROSTER_ID_SIZE) &&
	       read_keys(rows, card);
}

/* One card, or ERR_ABSENT with these words. */
static enum err
get_one(struct roster *roster, const struct db_call *call, const char *absent,
    struct roster_card *out, struct err_trace *trace)
{
	struct roster_card card = { 0 };
	const enum err err = db_one(roster->db, call, read_card, &card, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, err, "%s", absent);
	if (err == ERR_OK)
		*out = card;
	return err;
}

enum err
roster_card_get(struct roster *roster, const struct roster_id *id, struct roster_card *out,
    struct err_trace *trace)
{
	return get_one(roster,
	    DB_CALL(CARD_COLUMNS "WHERE id = ?1", db_blob(id->bytes, ROSTER_ID_SIZE)),
	    "the roster has no such card", out, trace);
}

enum err
roster_card_by_serial(
    struct roster *roster, const char *serial, struct roster_card *out, struct err_trace *trace)
{
	char absent[ROSTER_TEXT];

	snprintf(absent, sizeof(absent), "the roster has no card with the serial %.64s", serial);
	return get_one(roster,
	    DB_CALL(CARD_COLUMNS "WHERE serial = ?1 AND state <> ?2 ORDER BY ordinal DESC LIMIT 1",
		db_text(serial), db_integer(ROSTER_CARD_ABANDONED)),
	    absent, out, trace);
}

enum err
roster_card_by_name(
    struct roster *roster, const char *name, struct roster_card *out, struct err_trace *trace)
{
	char absent[ROSTER_TEXT];
	char quorum[ROSTER_NAME];
	char again[ROSTER_SHORT_NAME];
	char letter[2] = "";
	unsigned number = 0;

	snprintf(absent, sizeof(absent), "the roster has no card '%.64s'", name);
	if (sscanf(name, "%32[a-z0-9-]/%u%1[b-z]", quorum, &number, letter) < 2)
		return FAIL(trace, ERR_ABSENT, "'%.64s' is no card's name, such as root/2", name);
	snprintf(again, sizeof(again), "%.32s/%u%s", quorum, number, letter);
	if (strcmp(again, name) != 0)
		return FAIL(trace, ERR_ABSENT, "'%.64s' is no card's name, such as root/2", name);
	return get_one(roster,
	    DB_CALL(CARD_COLUMNS "WHERE quorum = ?1 AND number = ?2 AND twin = ?3", db_text(quorum),
		db_integer(number), db_integer(letter[0] == '\0' ? 0 : letter[0] - 'a')),
	    absent, out, trace);
}

enum err
roster_card_of(struct roster *roster, const char *quorum, const struct roster_id *custodian,
    struct roster_card *out, struct err_trace *trace)
{
	char absent[ROSTER_TEXT];

	snprintf(
	    absent, sizeof(absent), "no card is enrolled for this custodian and '%.32s'", quorum);
	return get_one(roster,
	    DB_CALL(CARD_COLUMNS "WHERE quorum = ?1 AND custodian = ?2 AND state = ?3 "
				 "ORDER BY ordinal DESC LIMIT 1",
		db_text(quorum), db_blob(custodian->bytes, ROSTER_ID_SIZE),
		db_integer(ROSTER_CARD_ENROLLED)),
	    absent, out, trace);
}

enum err
roster_card_list(struct roster *roster, const char *quorum_or_null, struct roster_card **out,
    size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_card), read_card };
	void *cards = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL(CARD_COLUMNS "WHERE ?1 IS NULL OR quorum = ?1 ORDER BY quorum, number",
		db_text(quorum_or_null)),
	    &shape, &cards, count, trace);

	if (err == ERR_OK)
		*out = cards;
	return err;
}
