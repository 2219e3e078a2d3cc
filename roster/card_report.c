/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/card_report.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "roster/card_internal.h"
#include "roster/content.h"
#include "roster/person_internal.h"
#include "roster/quorum.h"
#include "roster/roster_internal.h"

enum { TRIES_MAX = 255 };

/* In the order of enum roster_report, without its first. */
static const char *const words[] = { "lost", "stolen", "found", "suspected", "damaged", "destroyed",
	"pin-unknown", NULL };
_Static_assert(sizeof(words) / sizeof(words[0]) == ROSTER_REPORT__COUNT, "a word for each report");

/* Was the card where somebody could have used it, or copied what it says? */
static const bool exposes[ROSTER_REPORT__COUNT] = {
	[ROSTER_REPORT_LOST] = true,
	[ROSTER_REPORT_STOLEN] = true,
	[ROSTER_REPORT_FOUND] = true,
	[ROSTER_REPORT_SUSPECTED] = true,
};

static const char ERASED[] = "(erased)";

const char *
roster_report_word(enum roster_report report)
{
	return report == ROSTER_REPORT_NONE ? "" : words[report - 1];
}

enum err
roster_report_parse(const char *word, enum roster_report *out, struct err_trace *trace)
{
	const int at = member_word_at(words, word);

	if (at < 0) {
		err_next(trace, "say lost, stolen, found, suspected, damaged, destroyed or "
				"pin-unknown");
		return FAIL(trace, ERR_ARGUMENT, "'%.40s' is nothing that a card can be", word);
	}
	*out = (enum roster_report)(at + 1);
	return ERR_OK;
}

static enum err
check_time(struct roster *roster, const struct roster_card *card,
    const struct roster_card_report *report, struct err_trace *trace)
{
	char date[CLOCK_DATE];

	clock_format_date(report->happened, date);
	if (report->happened > roster_now(roster))
		return FAIL(trace, ERR_ARGUMENT,
		    "%s is still to come: a report tells what has happened", date);
	/* A date is its midnight: the day of the enrolment itself is fine. */
	if (report->happened + CLOCK_DAY <= card->begun)
		return FAIL(
		    trace, ERR_ARGUMENT, "%s is before card %s was enrolled", date, card->name);
	return ERR_OK;
}

/* A card that was replaced keeps its copy of a share, and may turn out not to be destroyed. */
static enum err
check_in_use(struct roster *roster, const struct roster_card *card, struct err_trace *trace)
{
	int64_t has_share = 0;
	enum err err = ERR_OK;

	if (card->state == ROSTER_CARD_ENROLLED)
		return ERR_OK;
	err = db_ask_integer(roster->db,
	    DB_CALL("SELECT 1 FROM proof p JOIN generation g ON g.quorum = p.quorum AND "
		    "g.number = p.generation WHERE p.card = ?1 AND g.state = ?2 LIMIT 1",
		db_blob(card->id.bytes, ROSTER_ID_SIZE), db_integer(ROSTER_GENERATION_LIVE)),
	    0, &has_share, trace);
	if (err != ERR_OK || has_share != 0)
		return err;
	return FAIL(trace, ERR_NOT_NOW, "card %s is not in use: %s", card->name,
	    card->state == ROSTER_CARD_BEGUN ? "its enrolment was begun, not finished"
					     : "it was given up, or enrolled anew");
}

static enum err
check_report(struct roster *roster, const struct roster_id *id,
    const struct roster_card_report *report, struct err_trace *trace)
{
	struct roster_card card;
	enum err err = roster_card_get(roster, id, &card, trace);

	if (err == ERR_OK)
		err = check_in_use(roster, &card, trace);
	if (err == ERR_OK && report->report == ROSTER_REPORT_DAMAGED &&
	    card.report == ROSTER_REPORT_DESTROYED) {
		err_next(trace, "if it still exists, report it found");
		err = FAIL(trace, ERR_NOT_NOW, "card %s is reported destroyed", card.name);
	}
	if (err == ERR_OK)
		err = check_time(roster, &card, report, trace);
	if (err == ERR_OK)
		err = person_check_text(
		    &(struct person_text){ "the words",
			report->words[0] == '\0' ? NULL : report->words, sizeof(report->words) },
		    trace);
	return err == ERR_OK ? person_check_present(roster, &report->reporter, trace) : err;
}

enum err
roster_card_report(struct roster *roster, const struct roster_id *card,
    const struct roster_card_report *report, struct err_trace *trace)
{
	json_t *content = NULL;
	enum err err = check_report(roster, card, report, trace);

	if (err == ERR_OK)
		err = roster_begin(roster, trace);
	if (err != ERR_OK)
		return err;
	if (report->words[0] != '\0')
		err = content_put_text(roster, report->words, &content, trace);
	if (err == ERR_OK)
		err = event_append(roster, "card.report",
		    json_pack("{s:o, s:s, s:I, s:o, s:o*}", "card", member_of_id(card), "report",
			roster_report_word(report->report), "happened",
			(json_int_t)report->happened, "reporter", member_of_id(&report->reporter),
			"words", json_incref(content)),
		    trace);
	json_decref(content);
	return roster_end(roster, err, trace);
}

static bool
read_report(const struct db_rows *rows, void *item)
{
	struct roster_card_report *report = item;

	report->report = (enum roster_report)db_get_integer(rows, 0);
	report->happened = db_get_integer(rows, 1);
	report->time = db_get_integer(rows, 4);
	db_copy_text(rows, 5, report->words, sizeof(report->words));
	if (db_is_null(rows, 5) && db_get_integer(rows, 6) != 0)
		snprintf(report->words, sizeof(report->words), "%s", ERASED);
	return (db_is_null(rows, 2) ||
		   db_copy_blob(rows, 2, report->reporter.bytes, ROSTER_ID_SIZE)) &&
	       db_copy_blob(rows, 3, report->by.bytes, ROSTER_ID_SIZE);
}

enum err
roster_card_reports(struct roster *roster, const struct roster_id *card,
    struct roster_card_report **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_card_report), read_report };
	void *reports = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL("SELECT r.report, r.happened, r.reporter, r.person, r.time, "
		    "CAST(c.bytes AS TEXT), r.words IS NOT NULL FROM card_report r "
		    "LEFT JOIN content c ON c.hash = r.words WHERE r.card = ?1 ORDER BY r.ordinal",
		db_blob(card->bytes, ROSTER_ID_SIZE)),
	    &shape, &reports, count, trace);

	if (err == ERR_OK)
		*out = reports;
	return err;
}

/* 1 in *known when the roster has these numbers already; a number never seen is as any. */
static enum err
tries_are_known(struct roster *roster, const struct roster_id *card,
    const struct roster_card_tries *tries, int64_t *known, struct err_trace *trace)
{
	return db_ask_integer(roster->db,
	    DB_CALL("SELECT tries = ?2 AND (admin_tries = ?3 OR admin_tries < 0 AND ?3 > 0) AND "
		    "(?2 = 0) = (pin_state = ?4) FROM card WHERE id = ?1 AND state = ?5",
		db_blob(card->bytes, ROSTER_ID_SIZE), db_integer(tries->user),
		db_integer(tries->admin), db_integer(ROSTER_PIN_BLOCKED),
		db_integer(ROSTER_CARD_ENROLLED)),
	    1, known, trace);
}

enum err
roster_card_note_tries(struct roster *roster, const struct roster_id *card,
    const struct roster_card_tries *tries, struct err_trace *trace)
{
	int64_t known = 0;
	const enum err err = tries_are_known(roster, card, tries, &known, trace);

	if (err != ERR_OK || known != 0)
		return err;
	return event_append(roster, "card.tries",
	    json_pack("{s:o, s:i, s:i}", "card", member_of_id(card), "user", (int)tries->user,
		"admin", (int)tries->admin),
	    trace);
}

static enum err
note_report(struct db *db, const struct roster_id *card, enum roster_report report,
    const struct event *event, int64_t happened, struct err_trace *trace)
{
	return db_run(db,
	    DB_CALL("UPDATE card SET report = ?2, reported = ?3, exposed = CASE "
		    "WHEN ?4 AND (exposed = 0 OR exposed > ?5) THEN ?5 ELSE exposed END "
		    "WHERE id = ?1",
		db_blob(card->bytes, ROSTER_ID_SIZE), db_integer(report), db_integer(event->time),
		db_integer(exposes[report]), db_integer(happened)),
	    trace);
}

/* Blocked stays blocked: whoever knows the PIN or not, the card takes none. */
static enum err
note_pin_unknown(struct db *db, const struct roster_id *card, struct err_trace *trace)
{
	return db_run(db,
	    DB_CALL("UPDATE card SET pin_state = ?2 WHERE id = ?1 AND pin_state <> ?3",
		db_blob(card->bytes, ROSTER_ID_SIZE), db_integer(ROSTER_PIN_UNKNOWN),
		db_integer(ROSTER_PIN_BLOCKED)),
	    trace);
}

enum err
card_note_suspicion(
    struct db *db, const struct roster_id *card, const struct event *event, struct err_trace *trace)
{
	const enum err err = db_run(db,
	    DB_CALL("INSERT INTO card_report(card, report, happened, person, time) "
		    "VALUES(?1, ?2, ?3, ?4, ?3)",
		db_blob(card->bytes, ROSTER_ID_SIZE), db_integer(ROSTER_REPORT_SUSPECTED),
		db_integer(event->time), db_blob(event->by.bytes, ROSTER_ID_SIZE)),
	    trace);

	if (err != ERR_OK)
		return err;
	return note_report(db, card, ROSTER_REPORT_SUSPECTED, event, event->time, trace);
}

/* The words are the custodian's data: they go when all of that is erased. */
static enum err
note_owner(struct db *db, const struct roster_id *card, const struct roster_hash *words_hash,
    struct err_trace *trace)
{
	return db_run(db,
	    DB_CALL("INSERT INTO personal(hash, person) SELECT ?1, custodian FROM card "
		    "WHERE id = ?2 ON CONFLICT(hash) DO NOTHING",
		db_blob(words_hash->bytes, ROSTER_HASH_SIZE), db_blob(card->bytes, ROSTER_ID_SIZE)),
	    trace);
}

static enum err
apply_report(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	const enum roster_report report =
	    (enum roster_report)(member_word(body, "report", words) + 1);
	const bool has_words = json_object_get(body, "words") != NULL;
	const int64_t happened = member_integer(body, "happened");
	struct roster_id card, reporter;
	struct roster_hash content;

	member_hex(body, "card", card.bytes, sizeof(card.bytes));
	member_hex(body, "reporter", reporter.bytes, sizeof(reporter.bytes));
	member_hex(body, "words", content.bytes, sizeof(content.bytes));
	enum err err = db_run(db,
	    DB_CALL("INSERT INTO card_report(card, report, happened, reporter, person, words, "
		    "time) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		db_blob(card.bytes, sizeof(card.bytes)), db_integer(report), db_integer(happened),
		db_blob(reporter.bytes, sizeof(reporter.bytes)),
		db_blob(event->by.bytes, ROSTER_ID_SIZE),
		has_words ? db_blob(content.bytes, sizeof(content.bytes)) : db_null(),
		db_integer(event->time)),
	    trace);

	if (err == ERR_OK && has_words)
		err = note_owner(db, &card, &content, trace);
	if (err != ERR_OK)
		return err;
	return report == ROSTER_REPORT_PIN_UNKNOWN
		   ? note_pin_unknown(db, &card, trace)
		   : note_report(db, &card, report, event, happened, trace);
}

/* A card that was blocked and has tries again got a new PIN somewhere. */
static enum err
apply_tries(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id card;

	member_hex(event->body, "card", card.bytes, sizeof(card.bytes));
	return db_run(db,
	    DB_CALL("UPDATE card SET tries = ?2, admin_tries = ?3, pin_state = CASE "
		    "WHEN ?2 = 0 THEN ?4 WHEN pin_state = ?4 THEN ?5 ELSE pin_state END "
		    "WHERE id = ?1",
		db_blob(card.bytes, sizeof(card.bytes)),
		db_integer(member_integer(event->body, "user")),
		db_integer(member_integer(event->body, "admin")), db_integer(ROSTER_PIN_BLOCKED),
		db_integer(ROSTER_PIN_UNPROVEN)),
	    trace);
}

static const struct member report_members[] = {
	MEMBER_AN_ID("card"),
	MEMBER_A_WORD("report", words),
	MEMBER_A_TIME("happened"),
	MEMBER_AN_ID("reporter"),
	MEMBER_MAYBE_PERSONAL("words"),
	MEMBER_END,
};

static const struct member tries_members[] = {
	MEMBER_AN_ID("card"),
	MEMBER_A_NUMBER("user", 0, TRIES_MAX),
	MEMBER_A_NUMBER("admin", 0, TRIES_MAX),
	MEMBER_END,
};

const struct event_type card_report_events[] = {
	{ "card.report", report_members, apply_report },
	{ "card.tries", tries_members, apply_tries },
	{ 0 },
};
