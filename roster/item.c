/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/item.h"

#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "roster/binding.h"
#include "roster/item_internal.h"
#include "roster/person_internal.h"
#include "roster/roster_internal.h"
#include "roster/stow.h"

/* In the order of enum roster_item_kind. */
static const char *const kind_words[] = { "hsm", "laptop", "reader", "medium", "envelope", NULL };
_Static_assert(sizeof(kind_words) / sizeof(kind_words[0]) == ROSTER_ITEM__COUNT + 1,
    "a word for each kind of item");

const char *
roster_item_word(enum roster_item_kind kind)
{
	return kind_words[kind];
}

enum err
roster_item_parse(const char *word, enum roster_item_kind *out, struct err_trace *trace)
{
	const int at = member_word_at(kind_words, word);

	if (at < 0) {
		err_next(trace, "say hsm, laptop, reader, medium or envelope");
		return FAIL(trace, ERR_ARGUMENT, "'%.40s' is no kind of item", word);
	}
	*out = (enum roster_item_kind)at;
	return ERR_OK;
}

#define ITEM_COLUMNS                                                                               \
	"SELECT id, name, kind, model, serial, firmware, certificate, certificate_end, added, "    \
	"retired FROM item "

static bool
read_item(const struct db_rows *rows, void *out)
{
	struct roster_item *item = out;

	db_copy_text(rows, 1, item->name, sizeof(item->name));
	item->kind = (enum roster_item_kind)db_get_integer(rows, 2);
	db_copy_text(rows, 3, item->model, sizeof(item->model));
	db_copy_text(rows, 4, item->serial, sizeof(item->serial));
	db_copy_text(rows, 5, item->firmware, sizeof(item->firmware));
	db_copy_text(rows, 6, item->certificate, sizeof(item->certificate));
	item->certificate_end = db_get_integer(rows, 7);
	item->added = db_get_integer(rows, 8);
	item->retired = db_get_integer(rows, 9);
	return db_copy_blob(rows, 0, item->id.bytes, ROSTER_ID_SIZE);
}

enum err
roster_item_get(struct roster *roster, const struct roster_id *id, struct roster_item *out,
    struct err_trace *trace)
{
	struct roster_item item = { 0 };
	const enum err err = db_one(roster->db,
	    DB_CALL(ITEM_COLUMNS "WHERE id = ?1", db_blob(id->bytes, ROSTER_ID_SIZE)), read_item,
	    &item, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, err, "the roster has no such item");
	if (err == ERR_OK)
		*out = item;
	return err;
}

enum err
roster_item_find(
    struct roster *roster, const char *name, struct roster_item *out, struct err_trace *trace)
{
	struct roster_item item = { 0 };
	const enum err err = db_one(roster->db,
	    DB_CALL(ITEM_COLUMNS "WHERE name = ?1 ORDER BY retired <> 0, ordinal DESC LIMIT 1",
		db_text(name)),
	    read_item, &item, trace);

	if (err == ERR_ABSENT) {
		err_next(trace, "'quorate item list' shows them all");
		return FAIL(trace, err, "the roster has no item '%.40s'", name);
	}
	if (err == ERR_OK)
		*out = item;
	return err;
}

enum err
roster_item_list(
    struct roster *roster, struct roster_item **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_item), read_item };
	void *items = NULL;
	const enum err err = db_all(
	    roster->db, DB_CALL0(ITEM_COLUMNS "ORDER BY ordinal"), &shape, &items, count, trace);

	if (err == ERR_OK)
		*out = items;
	return err;
}

/* One of its texts, which may be empty. */
static enum err
check_text(const char *what, const char *text, struct err_trace *trace)
{
	const struct person_text typed = { what, text == NULL || text[0] == '\0' ? NULL : text,
		ROSTER_TEXT };

	return person_check_text(&typed, trace);
}

static enum err
check_free(struct roster *roster, const char *name, struct err_trace *trace)
{
	struct roster_item other;
	const enum err err = roster_item_find(roster, name, &other, NULL);

	if (err == ERR_OK && other.retired == 0) {
		err_next(trace, "give another name, such as %s-2", name);
		return FAIL(trace, ERR_EXISTS, "an item '%s' is in the roster already", name);
	}
	return err == ERR_OK || err == ERR_ABSENT ? ERR_OK
						  : FAIL(trace, err, "the items were not read");
}

static enum err
check_new(struct roster *roster, const struct roster_item *item, struct err_trace *trace)
{
	enum err err = check_text("the model", item->model, trace);

	if (err == ERR_OK)
		err = check_text("the serial", item->serial, trace);
	if (err == ERR_OK)
		err = check_text("the firmware", item->firmware, trace);
	if (err == ERR_OK)
		err = check_text("the certificate's number", item->certificate, trace);
	if (err == ERR_OK && !roster_is_plain_name(item->name))
		err = FAIL(trace, ERR_ARGUMENT,
		    "an item's name has 1 to 32 of the characters a-z, 0-9 and '-'");
	return err == ERR_OK ? check_free(roster, item->name, trace) : err;
}

enum err
roster_item_add(struct roster *roster, const struct roster_item *item, struct roster_id *out,
    struct err_trace *trace)
{
	struct roster_id id;
	enum err err = check_new(roster, item, trace);

	if (err == ERR_OK)
		err = roster_id_new(&id, trace);
	if (err == ERR_OK)
		err = event_append(roster, "item.add",
		    json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:I}", "item", member_of_id(&id),
			"name", item->name, "kind", kind_words[item->kind], "model", item->model,
			"serial", item->serial, "firmware", item->firmware, "certificate",
			item->certificate, "certificate-end", (json_int_t)item->certificate_end),
		    trace);
	if (err == ERR_OK)
		*out = id;
	return err;
}

static enum err
get_in_use(struct roster *roster, const struct roster_id *id, struct roster_item *out,
    struct err_trace *trace)
{
	const enum err err = roster_item_get(roster, id, out, trace);

	if (err == ERR_OK && out->retired != 0)
		return FAIL(trace, ERR_NOT_NOW, "item '%s' was retired", out->name);
	return err;
}

enum err
roster_item_change(struct roster *roster, const struct roster_id *id,
    const struct roster_item_change *change, struct err_trace *trace)
{
	struct roster_item item;
	enum err err = get_in_use(roster, id, &item, trace);

	if (err == ERR_OK && change->firmware == NULL && change->certificate == NULL &&
	    change->certificate_end == 0)
		err = FAIL(trace, ERR_ARGUMENT, "nothing of item '%s' is to change", item.name);
	if (err == ERR_OK)
		err = check_text("the firmware", change->firmware, trace);
	if (err == ERR_OK)
		err = check_text("the certificate's number", change->certificate, trace);
	if (err != ERR_OK)
		return err;
	json_t *end = change->certificate_end == 0 ? NULL : json_integer(change->certificate_end);
	return event_append(roster, "item.change",
	    json_pack("{s:o, s:s*, s:s*, s:o*}", "item", member_of_id(id), "firmware",
		change->firmware, "certificate", change->certificate, "certificate-end", end),
	    trace);
}

static enum err
check_not_stowed(struct roster *roster, const struct roster_item *item, struct err_trace *trace)
{
	const struct roster_thing thing = { .kind = ROSTER_THING_ITEM, .id = item->id };
	struct roster_stow stow;
	const enum err err = roster_stow_last(roster, &thing, &stow, NULL);

	if (err == ERR_ABSENT || (err == ERR_OK && stow.unstowed != 0))
		return ERR_OK;
	if (err != ERR_OK)
		return FAIL(trace, err, "what is stowed was not read");
	err_next(trace, "take it out first: quorate unstow %s --bag %s --intact yes --by A,B",
	    item->name, stow.bag);
	return FAIL(
	    trace, ERR_NOT_NOW, "item '%s' lies in bag %s in %s", item->name, stow.bag, stow.place);
}

enum err
roster_item_retire(
    struct roster *roster, const struct roster_id *id, const char *reason, struct err_trace *trace)
{
	const struct person_text why = { "the reason", reason, ROSTER_TEXT };
	struct roster_item item;
	enum err err = get_in_use(roster, id, &item, trace);

	if (err == ERR_OK)
		err = person_check_text(&why, trace);
	if (err == ERR_OK)
		err = check_not_stowed(roster, &item, trace);
	if (err != ERR_OK)
		return err;
	return event_append(roster, "item.retire",
	    json_pack("{s:o, s:s}", "item", member_of_id(id), "reason", reason), trace);
}

static enum err
apply_add(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	struct roster_id id;

	member_hex(body, "item", id.bytes, sizeof(id.bytes));
	return db_run(db,
	    DB_CALL("INSERT INTO item(id, name, kind, model, serial, firmware, certificate, "
		    "certificate_end, added, retired) "
		    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0) ON CONFLICT(id) DO NOTHING",
		db_blob(id.bytes, sizeof(id.bytes)), db_text(member_text(body, "name")),
		db_integer(member_word(body, "kind", kind_words)),
		db_text(member_text(body, "model")), db_text(member_text(body, "serial")),
		db_text(member_text(body, "firmware")), db_text(member_text(body, "certificate")),
		db_integer(member_integer(body, "certificate-end")), db_integer(event->time)),
	    trace);
}

static struct db_value
text_or_null(const json_t *body, const char *name)
{
	return db_text(json_string_value(json_object_get(body, name)));
}

static enum err
apply_change(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	struct roster_id id;

	member_hex(body, "item", id.bytes, sizeof(id.bytes));
	return db_run(db,
	    DB_CALL("UPDATE item SET firmware = coalesce(?2, firmware), "
		    "certificate = coalesce(?3, certificate), "
		    "certificate_end = iif(?4, ?4, certificate_end) WHERE id = ?1",
		db_blob(id.bytes, sizeof(id.bytes)), text_or_null(body, "firmware"),
		text_or_null(body, "certificate"),
		db_integer(member_integer(body, "certificate-end"))),
	    trace);
}

static enum err
apply_retire(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id id;

	member_hex(event->body, "item", id.bytes, sizeof(id.bytes));
	return db_run(db,
	    DB_CALL("UPDATE item SET retired = ?2 WHERE id = ?1 AND retired = 0",
		db_blob(id.bytes, sizeof(id.bytes)), db_integer(event->time)),
	    trace);
}

static const struct member add_members[] = {
	MEMBER_AN_ID("item"),
	MEMBER_A_TEXT("name", 1, ROSTER_ITEM_NAME - 1),
	MEMBER_A_WORD("kind", kind_words),
	MEMBER_A_TEXT("model", 0, ROSTER_TEXT - 1),
	MEMBER_A_TEXT("serial", 0, ROSTER_TEXT - 1),
	MEMBER_A_TEXT("firmware", 0, ROSTER_TEXT - 1),
	MEMBER_A_TEXT("certificate", 0, ROSTER_TEXT - 1),
	MEMBER_A_NUMBER("certificate-end", 0, MEMBER_TIME_MAX),
	MEMBER_END,
};

static const struct member change_members[] = {
	MEMBER_AN_ID("item"),
	{ .name = "firmware", .kind = MEMBER_TEXT, .optional = true, .max = ROSTER_TEXT - 1 },
	{ .name = "certificate", .kind = MEMBER_TEXT, .optional = true, .max = ROSTER_TEXT - 1 },
	{ .name = "certificate-end",
	    .kind = MEMBER_INTEGER,
	    .optional = true,
	    .min = 1,
	    .max = MEMBER_TIME_MAX,
	    .is_time = true },
	MEMBER_END,
};

static const struct member retire_members[] = {
	MEMBER_AN_ID("item"),
	MEMBER_A_TEXT("reason", 1, ROSTER_TEXT - 1),
	MEMBER_END,
};

const struct event_type item_events[] = {
	{ "item.add", add_members, apply_add },
	{ "item.change", change_members, apply_change },
	{ "item.retire", retire_members, apply_retire },
	{ 0 },
};
