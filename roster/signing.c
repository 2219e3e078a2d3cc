/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/signing.h"

#include <stdio.h>

#include "roster/calendar.h"
#include "roster/roster_internal.h"
#include "roster/signing_internal.h"

/* In the order of enum roster_signing_kind. */
static const char *const kind_words[] = { "self-signed", "issued", "crl", NULL };
_Static_assert(
    sizeof(kind_words) / sizeof(kind_words[0]) == ROSTER_SIGNED__COUNT + 1, "a word for each kind");

const char *
roster_signing_word(enum roster_signing_kind kind)
{
	return kind_words[kind];
}

/* A key has one certificate and one list that count, a CA below it one certificate. */
static enum err
set_date(struct roster *roster, const struct roster_id *quorum,
    const struct roster_signing *signing, struct err_trace *trace)
{
	bool is_list = signing->kind == ROSTER_SIGNED_CRL;
	struct roster_date date = { .quorum = *quorum,
		.kind = is_list ? ROSTER_DATE_CRL : ROSTER_DATE_RENEWAL,
		.date = signing->until };

	snprintf(date.subject, sizeof(date.subject), "%s",
	    signing->kind == ROSTER_SIGNED_ISSUED ? signing->subject : signing->label);
	return roster_calendar_set(roster, &date, trace);
}

static enum err
append(struct roster *roster, const struct roster_signing *signing, struct err_trace *trace)
{
	return event_append(roster, "cert.sign",
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:I, s:I}", "binding", signing->binding,
		"label", signing->label, "id", signing->id, "kind", kind_words[signing->kind],
		"subject", signing->subject, "number", signing->number, "hash",
		member_of_hash(&signing->hash), "from", (json_int_t)signing->from, "until",
		(json_int_t)signing->until),
	    trace);
}

enum err
roster_signing_add(struct roster *roster, const struct roster_id *quorum,
    const struct roster_signing *signing, struct err_trace *trace)
{
	enum err err = roster_begin(roster, trace);

	if (err != ERR_OK)
		return err;
	err = append(roster, signing, trace);
	if (err == ERR_OK)
		err = set_date(roster, quorum, signing, trace);
	if (err == ERR_OK)
		return roster_commit(roster, trace);
	roster_rollback(roster);
	return err;
}

static bool
read_signing(const struct db_rows *rows, void *item)
{
	struct roster_signing *signing = item;

	db_copy_text(rows, 0, signing->binding, sizeof(signing->binding));
	db_copy_text(rows, 1, signing->label, sizeof(signing->label));
	db_copy_text(rows, 2, signing->id, sizeof(signing->id));
	signing->kind = (enum roster_signing_kind)db_get_integer(rows, 3);
	db_copy_text(rows, 4, signing->subject, sizeof(signing->subject));
	db_copy_text(rows, 5, signing->number, sizeof(signing->number));
	signing->from = db_get_integer(rows, 7);
	signing->until = db_get_integer(rows, 8);
	signing->time = db_get_integer(rows, 9);
	return db_copy_blob(rows, 6, signing->hash.bytes, ROSTER_HASH_SIZE);
}

enum err
roster_signing_list(struct roster *roster, const char *binding, struct roster_signing **out,
    size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_signing), read_signing };
	void *list = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL("SELECT binding, label, id, kind, subject, number, hash, valid_from, "
		    "valid_until, time FROM signing WHERE binding = ?1 ORDER BY ordinal",
		db_text(binding)),
	    &shape, &list, count, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "what the token signed was not read");
	*out = list;
	return ERR_OK;
}

static enum err
apply_sign(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	struct roster_hash hash;

	member_hex(body, "hash", hash.bytes, sizeof(hash.bytes));
	return db_run(db,
	    DB_CALL(
		"INSERT INTO signing(binding, label, id, kind, subject, number, hash, "
		"valid_from, valid_until, time) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
		db_text(member_text(body, "binding")), db_text(member_text(body, "label")),
		db_text(member_text(body, "id")), db_integer(member_word(body, "kind", kind_words)),
		db_text(member_text(body, "subject")), db_text(member_text(body, "number")),
		db_blob(hash.bytes, sizeof(hash.bytes)), db_integer(member_integer(body, "from")),
		db_integer(member_integer(body, "until")), db_integer(event->time)),
	    trace);
}

static const struct member sign_members[] = {
	MEMBER_A_TEXT("binding", 1, 32),
	MEMBER_A_TEXT("label", 1, ROSTER_TEXT - 1),
	{ .name = "id", .kind = MEMBER_HEX, .min = 0, .max = (ROSTER_TEXT - 1) / 2 },
	MEMBER_A_WORD("kind", kind_words),
	MEMBER_A_TEXT("subject", 1, ROSTER_TEXT - 1),
	{ .name = "number", .kind = MEMBER_HEX, .min = 1, .max = 20 },
	MEMBER_BYTES("hash", ROSTER_HASH_SIZE),
	MEMBER_A_TIME("from"),
	MEMBER_A_TIME("until"),
	MEMBER_END,
};

const struct event_type signing_events[] = {
	{ "cert.sign", sign_members, apply_sign },
	{ 0 },
};
