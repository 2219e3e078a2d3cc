/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/calendar.h"

#include <string.h>

#include "roster/calendar_internal.h"
#include "roster/quorum.h"
#include "roster/roster_internal.h"

static const struct roster_date_row rows[ROSTER_DATE__COUNT] = {
	[ROSTER_DATE_RECOVERY_TEST] = { "recovery-test", "the recovery test", 0, false,
	    "rehearse a recovery" },
	[ROSTER_DATE_CRL] = { "crl", "the revocation list", 14, true,
	    "sign the next one before its end" },
	[ROSTER_DATE_RENEWAL] = { "renewal", "the certificate", 90, true,
	    "renew it before its end" },
	[ROSTER_DATE_FIRMWARE] = { "firmware", "the support of the firmware", 30, false,
	    "plan an update" },
	[ROSTER_DATE_CERTIFICATE] = { "certificate", "the device certificate of", 90, false,
	    "ask the maker for the next one, or plan another device" },
};

/* In the order of enum roster_date_kind. */
static const char *const kind_words[] = { "recovery-test", "crl", "renewal", "firmware",
	"certificate", NULL };
_Static_assert(sizeof(kind_words) / sizeof(kind_words[0]) == ROSTER_DATE__COUNT + 1,
    "a word for each kind of date");

const struct roster_date_row *
roster_date_row(enum roster_date_kind kind)
{
	return &rows[kind];
}

enum err
roster_calendar_set(struct roster *roster, const struct roster_date *date, struct err_trace *trace)
{
	const bool has_quorum = roster_id_is_set(&date->quorum);
	struct roster_quorum quorum;
	enum err err = ERR_OK;

	if (date->subject[0] == '\0' || date->date < 0)
		return FAIL(trace, ERR_ARGUMENT, "a date needs a subject, and lies after 1970");
	if (has_quorum)
		err = roster_quorum_get(roster, &date->quorum, &quorum, trace);
	if (err != ERR_OK)
		return err;
	return event_append(roster, "calendar.set",
	    json_pack("{s:o*, s:s, s:s, s:I}", "quorum",
		has_quorum ? member_of_id(&date->quorum) : NULL, "kind", kind_words[date->kind],
		"subject", date->subject, "date", (json_int_t)date->date),
	    trace);
}

static bool
read_date(const struct db_rows *db_rows, void *item)
{
	struct roster_date *date = item;

	date->kind = (enum roster_date_kind)db_get_integer(db_rows, 1);
	db_copy_text(db_rows, 2, date->subject, sizeof(date->subject));
	date->date = db_get_integer(db_rows, 3);
	return db_copy_blob(db_rows, 0, date->quorum.bytes, ROSTER_ID_SIZE);
}

enum err
roster_calendar_list(struct roster *roster, const struct roster_id *quorum,
    struct roster_date **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_date), read_date };
	static const struct roster_id all = { { 0 } };
	void *dates = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL("SELECT quorum, kind, subject, date FROM calendar "
		    "WHERE quorum = ?1 OR quorum = ?2 ORDER BY date, ordinal",
		db_blob(quorum->bytes, ROSTER_ID_SIZE), db_blob(all.bytes, ROSTER_ID_SIZE)),
	    &shape, &dates, count, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "the calendar was not read");
	*out = dates;
	return ERR_OK;
}

static enum err
apply_set(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id quorum = { { 0 } };
	const struct db_value kind = db_integer(member_word(event->body, "kind", kind_words));
	const struct db_value subject = db_text(member_text(event->body, "subject"));
	const int64_t date = member_integer(event->body, "date");

	if (json_object_get(event->body, "quorum") != NULL)
		member_hex(event->body, "quorum", quorum.bytes, sizeof(quorum.bytes));
	const struct db_value of = db_blob(quorum.bytes, sizeof(quorum.bytes));

	if (date == 0)
		return db_run(db,
		    DB_CALL("DELETE FROM calendar WHERE quorum = ?1 AND kind = ?2 AND subject = ?3",
			of, kind, subject),
		    trace);
	return db_run(db,
	    DB_CALL("INSERT INTO calendar(quorum, kind, subject, date) VALUES(?1, ?2, ?3, ?4) "
		    "ON CONFLICT(quorum, kind, subject) DO UPDATE SET date = ?4",
		of, kind, subject, db_integer(date)),
	    trace);
}

static const struct member set_members[] = {
	{ .name = "quorum", .kind = MEMBER_HEX, .optional = true, .min = 16, .max = 16 },
	MEMBER_A_WORD("kind", kind_words),
	MEMBER_A_TEXT("subject", 1, ROSTER_TEXT - 1),
	MEMBER_A_NUMBER("date", 0, INT64_C(253402300799)),
	MEMBER_END,
};

const struct event_type calendar_events[] = {
	{ "calendar.set", set_members, apply_set },
	{ 0 },
};
