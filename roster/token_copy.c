/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/token_copy.h"

#include <string.h>

#include "base/encode.h"
#include "roster/binding_internal.h"
#include "roster/quorum_internal.h"
#include "roster/roster_internal.h"
#include "roster/token_copy_internal.h"

enum { ID_DIGITS_MIN = 8 };

/* In the order of enum roster_copy_kind. */
static const char *const kind_words[] = { "backup", "snapshot", "folder", NULL };
_Static_assert(sizeof(kind_words) / sizeof(kind_words[0]) == ROSTER_COPY_KIND__COUNT + 1,
    "a word for each kind of copy");

const char *
roster_copy_kind_word(enum roster_copy_kind kind)
{
	return kind_words[kind];
}

bool
roster_copy_kind_parse(const char *word, enum roster_copy_kind *kind)
{
	const int at = member_word_at(kind_words, word);

	if (at < 0)
		return false;
	*kind = (enum roster_copy_kind)at;
	return true;
}

/* ---- Asking -------------------------------------------------------------------------------- */

#define COPY_COLUMNS                                                                               \
	"SELECT c.id, c.binding, b.name, b.quorum, c.kind, c.place, c.opens_user, c.opens_so, "    \
	"c.made, c.destroyed, c.how FROM token_copy c JOIN binding b ON b.id = c.binding "

static bool
read_copy(const struct db_rows *rows, void *item)
{
	struct roster_token_copy *copy = item;

	db_copy_text(rows, 2, copy->name, sizeof(copy->name));
	copy->kind = (enum roster_copy_kind)db_get_integer(rows, 4);
	db_copy_text(rows, 5, copy->place, sizeof(copy->place));
	copy->opens[ROSTER_USER_PIN] = (unsigned)db_get_integer(rows, 6);
	copy->opens[ROSTER_SO_PIN] = (unsigned)db_get_integer(rows, 7);
	copy->made = db_get_integer(rows, 8);
	copy->destroyed = db_get_integer(rows, 9);
	db_copy_text(rows, 10, copy->how, sizeof(copy->how));
	return db_copy_blob(rows, 0, copy->id.bytes, ROSTER_ID_SIZE) &&
	       db_copy_blob(rows, 1, copy->binding.bytes, ROSTER_ID_SIZE) &&
	       db_copy_blob(rows, 3, copy->quorum.bytes, ROSTER_ID_SIZE);
}

enum err
roster_token_copy_list(struct roster *roster, const struct roster_id *quorum,
    struct roster_token_copy **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_token_copy), read_copy };
	void *copies = NULL;
	/* Two statements, so that one quorum's are found by the indexes. */
	const struct db_call *call =
	    quorum == NULL ? DB_CALL0(COPY_COLUMNS "ORDER BY c.ordinal")
			   : DB_CALL(COPY_COLUMNS "WHERE b.quorum = ?1 ORDER BY c.ordinal",
				 db_blob(quorum->bytes, ROSTER_ID_SIZE));
	const enum err err = db_all(roster->db, call, &shape, &copies, count, trace);

	if (err == ERR_OK)
		*out = copies;
	return err;
}

enum err
roster_token_copy_find(
    struct roster *roster, const char *id, struct roster_token_copy *out, struct err_trace *trace)
{
	struct roster_token_copy copy = { 0 };
	const size_t len = strlen(id);
	int64_t matches = 0;
	enum err err;

	if (len < ID_DIGITS_MIN || len >= ROSTER_ID_TEXT || strspn(id, "0123456789abcdef") != len)
		return FAIL(trace, ERR_ARGUMENT,
		    "'%.40s' is no copy's id: give its first %d digits or more", id, ID_DIGITS_MIN);
	err = db_ask_integer(roster->db,
	    DB_CALL(
		"SELECT count(*) FROM token_copy WHERE lower(hex(id)) GLOB ?1 || '*'", db_text(id)),
	    0, &matches, trace);
	if (err == ERR_OK && matches > 1)
		return FAIL(trace, ERR_ARGUMENT, "'%s' begins several copies' ids", id);
	if (err == ERR_OK)
		err = db_one(roster->db,
		    DB_CALL(COPY_COLUMNS "WHERE lower(hex(c.id)) GLOB ?1 || '*'", db_text(id)),
		    read_copy, &copy, trace);
	if (err == ERR_ABSENT) {
		err_next(trace, "'quorate quorum show' lists those of a quorum.");
		return FAIL(trace, err, "the roster has no copy '%s'", id);
	}
	if (err == ERR_OK)
		*out = copy;
	return err;
}

enum err
roster_generation_openers(struct roster *roster, const struct roster_id *quorum,
    unsigned generation, struct roster_openers *out, struct err_trace *trace)
{
	const struct db_value id = db_blob(quorum->bytes, ROSTER_ID_SIZE);
	const struct db_value number = db_integer(generation);
	int64_t pins = 0, copies = 0, unsure = 0;
	enum err err = db_ask_integer(roster->db,
	    DB_CALL("SELECT sum((opens_user = ?2) + (opens_so = ?2)) FROM binding "
		    "WHERE quorum = ?1 AND unbound = 0",
		id, number),
	    0, &pins, trace);

	if (err == ERR_OK)
		err = db_ask_integer(roster->db,
		    DB_CALL("SELECT count(*) FROM token_copy c JOIN binding b ON b.id = c.binding "
			    "WHERE b.quorum = ?1 AND c.destroyed = 0 "
			    "AND (c.opens_user = ?2 OR c.opens_so = ?2)",
			id, number),
		    0, &copies, trace);
	if (err == ERR_OK)
		err = db_ask_integer(roster->db,
		    DB_CALL("SELECT unsure FROM generation WHERE quorum = ?1 AND number = ?2", id,
			number),
		    0, &unsure, trace);
	if (err == ERR_OK)
		*out = (struct roster_openers){ (unsigned)pins, (unsigned)copies, unsure != 0 };
	return err;
}

/* ---- Recording ----------------------------------------------------------------------------- */

/* What the token's PINs are now; of a token that was unbound, what they were. */
struct binding_now {
	struct roster_id quorum;
	int64_t opens[ROSTER_TOKEN_PIN__COUNT];
};

static bool
read_binding_now(const struct db_rows *rows, void *item)
{
	struct binding_now *now = item;

	now->opens[ROSTER_USER_PIN] = db_get_integer(rows, 1);
	now->opens[ROSTER_SO_PIN] = db_get_integer(rows, 2);
	return db_copy_blob(rows, 0, now->quorum.bytes, ROSTER_ID_SIZE);
}

/* Which generation each PIN of the copy opens with. */
static enum err
choose_generations(struct roster *roster, const struct roster_token_copy_add *add,
    struct binding_now *out, struct err_trace *trace)
{
	struct binding_now now = { 0 };
	enum err err = db_one(roster->db,
	    DB_CALL("SELECT quorum, opens_user, opens_so FROM binding WHERE id = ?1",
		db_blob(add->binding.bytes, ROSTER_ID_SIZE)),
	    read_binding_now, &now, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, err, "the roster has no such binding");
	if (err == ERR_OK && add->generation != 0)
		err = generation_check(roster, &now.quorum, add->generation, trace);
	if (err != ERR_OK)
		return err;
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		if (add->generation != 0 && now.opens[pin] != 0)
			now.opens[pin] = add->generation;
	if (now.opens[ROSTER_USER_PIN] == 0 && now.opens[ROSTER_SO_PIN] == 0)
		return FAIL(trace, ERR_NOT_NOW, "the token opens with no generation yet");
	*out = now;
	return ERR_OK;
}

enum err
roster_token_copy_add(struct roster *roster, const struct roster_token_copy_add *add,
    struct roster_id *out, struct err_trace *trace)
{
	struct binding_now now;
	struct roster_id id;
	const int64_t made = add->made == 0 ? roster_now(roster) : add->made;
	enum err err = choose_generations(roster, add, &now, trace);

	if (err == ERR_OK)
		err = roster_id_new(&id, trace);
	if (err == ERR_OK)
		err = event_append(roster, "token.copy",
		    json_pack("{s:o, s:o, s:s, s:s, s:I, s:I, s:I}", "copy", member_of_id(&id),
			"binding", member_of_id(&add->binding), "kind", kind_words[add->kind],
			"place", add->place, "user", (json_int_t)now.opens[ROSTER_USER_PIN], "so",
			(json_int_t)now.opens[ROSTER_SO_PIN], "made", (json_int_t)made),
		    trace);
	if (err == ERR_OK)
		*out = id;
	return err;
}

enum err
roster_token_copy_destroyed(
    struct roster *roster, const struct roster_id *copy, const char *how, struct err_trace *trace)
{
	int64_t there = 0;
	const enum err err = db_ask_integer(roster->db,
	    DB_CALL("SELECT 1 FROM token_copy WHERE id = ?1 AND destroyed = 0",
		db_blob(copy->bytes, ROSTER_ID_SIZE)),
	    0, &there, trace);

	if (err != ERR_OK)
		return err;
	if (there == 0)
		return FAIL(trace, ERR_NOT_NOW,
		    "there is no such copy, or its destruction is recorded already");
	return event_append(roster, "token.copy-destroyed",
	    json_pack("{s:o, s:s}", "copy", member_of_id(copy), "how", how), trace);
}

/* ---- Carried into the projections ---------------------------------------------------------- */

static enum err
apply_copy(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	struct roster_id copy, binding;

	member_hex(body, "copy", copy.bytes, sizeof(copy.bytes));
	member_hex(body, "binding", binding.bytes, sizeof(binding.bytes));
	return db_run(db,
	    DB_CALL("INSERT INTO token_copy(id, binding, kind, place, opens_user, opens_so, made, "
		    "destroyed, how) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, '') "
		    "ON CONFLICT(id) DO NOTHING",
		db_blob(copy.bytes, sizeof(copy.bytes)),
		db_blob(binding.bytes, sizeof(binding.bytes)),
		db_integer(member_word(body, "kind", kind_words)),
		db_text(member_text(body, "place")), db_integer(member_integer(body, "user")),
		db_integer(member_integer(body, "so")), db_integer(member_integer(body, "made"))),
	    trace);
}

/* The first to be replayed counts: what is gone is not destroyed again. */
static enum err
apply_destroyed(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id copy;

	member_hex(event->body, "copy", copy.bytes, sizeof(copy.bytes));
	return db_run(db,
	    DB_CALL("UPDATE token_copy SET destroyed = ?2, how = ?3 WHERE id = ?1 AND "
		    "destroyed = 0",
		db_blob(copy.bytes, sizeof(copy.bytes)), db_integer(event->time),
		db_text(member_text(event->body, "how"))),
	    trace);
}

static const struct member copy_members[] = {
	MEMBER_AN_ID("copy"),
	MEMBER_AN_ID("binding"),
	MEMBER_A_WORD("kind", kind_words),
	MEMBER_A_TEXT("place", 1, ROSTER_TEXT - 1),
	MEMBER_A_NUMBER("user", 0, INT32_MAX),
	MEMBER_A_NUMBER("so", 0, INT32_MAX),
	MEMBER_A_NUMBER("made", 0, INT64_C(253402300799)),
	MEMBER_END,
};
static const struct member destroyed_members[] = {
	MEMBER_AN_ID("copy"),
	MEMBER_A_TEXT("how", 1, ROSTER_TEXT - 1),
	MEMBER_END,
};

const struct event_type token_copy_events[] = {
	{ "token.copy", copy_members, apply_copy },
	{ "token.copy-destroyed", destroyed_members, apply_destroyed },
	{ 0 },
};
