/* SPDX-License-Identifier: BSD-2-Clause */
/* People come, change and are forgotten. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/content.h"
#include "roster/departure_internal.h"
#include "roster/person_internal.h"
#include "roster/roster_internal.h"

/* What is known of a person beside roles and deputy, each a content of its event and a column. */
static const struct attribute {
	const char *name; /* in bodies and in error texts */
	size_t size;
	size_t in_add;
	size_t in_edit;
	const char *update;
} attributes[] = {
	{ "name", ROSTER_NAME, offsetof(struct roster_person_add, name),
	    offsetof(struct roster_person_edit, name),
	    "UPDATE person SET name = ?2 WHERE id = ?1" },
	{ "contact", ROSTER_TEXT, offsetof(struct roster_person_add, contact),
	    offsetof(struct roster_person_edit, contact),
	    "UPDATE person SET contact = ?2 WHERE id = ?1" },
	{ "site", ROSTER_PLACE, offsetof(struct roster_person_add, site),
	    offsetof(struct roster_person_edit, site),
	    "UPDATE person SET site = ?2 WHERE id = ?1" },
	{ "employer", ROSTER_PLACE, offsetof(struct roster_person_add, employer),
	    offsetof(struct roster_person_edit, employer),
	    "UPDATE person SET employer = ?2 WHERE id = ?1" },
	{ "line", ROSTER_PLACE, offsetof(struct roster_person_add, line),
	    offsetof(struct roster_person_edit, line),
	    "UPDATE person SET line = ?2 WHERE id = ?1" },
};
enum { ATTRIBUTES = sizeof(attributes) / sizeof(attributes[0]) };

/* What an edit can take away. */
static const char *const clear_words[] = { "contact", "site", "employer", "line", "deputy", NULL };

static const char *
value_in(const void *values, size_t offset)
{
	const char *value = NULL;

	memcpy(&value, (const uint8_t *)values + offset, sizeof(value));
	return value;
}

static json_t *
pack_roles(unsigned roles)
{
	json_t *list = json_array();

	for (int i = 0; i < PERSON_ROLES; i++) {
		if ((roles & 1U << i) != 0)
			json_array_append_new(list, json_string(person_role_words[i]));
	}
	return list;
}

/* Names and contacts lie beside the JSON of events, but are shown in JSON. */
static bool
is_utf8(const char *text)
{
	json_t *value = json_string(text);

	json_decref(value);
	return value != NULL;
}

enum err
person_check_text(const struct person_text *text, struct err_trace *trace)
{
	if (text->text == NULL)
		return ERR_OK;
	const size_t len = strlen(text->text);

	if (len == 0 || len >= text->size)
		return FAIL(trace, ERR_ARGUMENT, "%s: %zu bytes, not from 1 to %zu", text->what,
		    len, text->size - 1);
	if (member_has_control(text->text))
		return FAIL(trace, ERR_ARGUMENT,
		    "%s: it has a control character, such as the end of a line", text->what);
	if (!is_utf8(text->text))
		return FAIL(trace, ERR_ARGUMENT, "%s: it is not UTF-8 text", text->what);
	return ERR_OK;
}

/* Commas separate names on the command line. */
enum err
roster_person_name_check(const char *name, struct err_trace *trace)
{
	const struct person_text text = { "name", name, ROSTER_NAME };
	const enum err err = person_check_text(&text, trace);

	if (err != ERR_OK)
		return err;
	if (name[0] == ' ' || name[strlen(name) - 1] == ' ' || name[0] == '-')
		return FAIL(trace, ERR_ARGUMENT,
		    "a name does not begin or end with a space, nor begin with '-'");
	if (strpbrk(name, ",=") != NULL)
		return FAIL(trace, ERR_ARGUMENT, "a name has no comma and no '='");
	if (strncmp(name, ROSTER_ERASED, strlen(ROSTER_ERASED)) == 0)
		return FAIL(trace, ERR_ARGUMENT, "'%s' is not a name", name);
	return ERR_OK;
}

enum err
person_check_add(const struct roster_person_add *add, struct err_trace *trace)
{
	enum err err = roster_person_name_check(add->name, trace);

	for (int i = 1; i < ATTRIBUTES && err == ERR_OK; i++) {
		const struct person_text text = { attributes[i].name,
			value_in(add, attributes[i].in_add), attributes[i].size };

		err = person_check_text(&text, trace);
	}
	if (err != ERR_OK)
		return err;
	if (add->roles == 0 || (add->roles & ~(unsigned)ROSTER_ROLES_ALL) != 0) {
		err_next(trace, "give --role: custodian, deputy, administrator, security-officer, "
				"witness, auditor or keeper");
		return FAIL(trace, ERR_ARGUMENT, "'%s' needs a role", add->name);
	}
	return ERR_OK;
}

enum err
person_put_text(
    struct roster *roster, const char *text_or_null, json_t **out, struct err_trace *trace)
{
	if (text_or_null != NULL)
		return content_put_text(roster, text_or_null, out, trace);
	*out = NULL;
	return ERR_OK;
}

/* Stores the texts that are there and names their hashes in `body`. */
static enum err
put_attribute(struct roster *roster, const struct attribute *attribute, const char *text,
    json_t *body, struct err_trace *trace)
{
	json_t *hash = NULL;
	const enum err err = person_put_text(roster, text, &hash, trace);

	if (err == ERR_OK && hash != NULL && json_object_set_new(body, attribute->name, hash) != 0)
		return FAIL(trace, ERR_NOMEM, "no memory for an event");
	return err;
}

enum err
person_record(struct roster *roster, const struct roster_person_add *add,
    const struct roster_id *id, struct err_trace *trace)
{
	json_t *body = NULL;
	enum err err = person_check_add(add, trace);

	if (err == ERR_OK)
		err = roster_begin(roster, trace);
	if (err != ERR_OK)
		return err;
	body = json_pack("{s:o, s:o, s:o*}", "person", member_of_id(id), "roles",
	    pack_roles(add->roles), "deputy",
	    add->deputy != NULL ? member_of_id(add->deputy) : NULL);
	for (int i = 0; i < ATTRIBUTES && err == ERR_OK; i++)
		err = put_attribute(
		    roster, &attributes[i], value_in(add, attributes[i].in_add), body, trace);
	if (err == ERR_OK)
		err = event_append(roster, "person.add", json_incref(body), trace);
	json_decref(body);
	return roster_end(roster, err, trace);
}

/* Somebody present, and not the person themselves. */
static enum err
check_deputy(struct roster *roster, const struct roster_id *person,
    const struct roster_id *deputy_or_null, struct err_trace *trace)
{
	if (deputy_or_null == NULL || !roster_id_is_set(deputy_or_null))
		return ERR_OK;
	if (roster_id_equal(person, deputy_or_null))
		return FAIL(trace, ERR_ARGUMENT, "nobody is their own deputy");
	return person_check_present(roster, deputy_or_null, trace);
}

enum err
roster_person_add(struct roster *roster, const struct roster_person_add *add, struct roster_id *out,
    struct err_trace *trace)
{
	struct roster_id id;
	enum err err = person_check_free(roster, add->name, trace);

	if (err == ERR_OK)
		err = roster_id_new(&id, trace);
	if (err == ERR_OK)
		err = check_deputy(roster, &id, add->deputy, trace);
	if (err == ERR_OK)
		err = person_record(roster, add, &id, trace);
	if (err == ERR_OK)
		*out = id;
	return err;
}

static enum err
check_edit(struct roster *roster, const struct roster_person *person,
    const struct roster_person_edit *edit, struct err_trace *trace)
{
	enum err err = person_check_present(roster, &person->id, trace);

	for (int i = 1; i < ATTRIBUTES && err == ERR_OK; i++) {
		const struct person_text text = { attributes[i].name,
			value_in(edit, attributes[i].in_edit), attributes[i].size };

		if (text.text != NULL && text.text[0] != '\0')
			err = person_check_text(&text, trace);
	}
	if (err == ERR_OK && edit->name != NULL)
		err = roster_person_name_check(edit->name, trace);
	if (err == ERR_OK && edit->name != NULL && strcmp(edit->name, person->name) != 0)
		err = person_check_free(roster, edit->name, trace);
	if (err == ERR_OK && (edit->roles & ~(unsigned)ROSTER_ROLES_ALL) != 0)
		err = FAIL(trace, ERR_ARGUMENT, "a role that does not exist");
	if (err == ERR_OK)
		err = check_deputy(roster, &person->id, edit->deputy, trace);
	return err;
}

/* The words of what is taken away; NULL for none. */
static json_t *
pack_clear(const struct roster_person_edit *edit)
{
	json_t *list = json_array();

	for (int i = 0; i < ATTRIBUTES; i++) {
		const char *text = value_in(edit, attributes[i].in_edit);

		if (text != NULL && text[0] == '\0')
			json_array_append_new(list, json_string(attributes[i].name));
	}
	if (edit->deputy != NULL && !roster_id_is_set(edit->deputy))
		json_array_append_new(list, json_string("deputy"));
	if (json_array_size(list) > 0)
		return list;
	json_decref(list);
	return NULL;
}

static enum err
append_edit(struct roster *roster, const struct roster_id *id,
    const struct roster_person_edit *edit, struct err_trace *trace)
{
	const bool has_deputy = edit->deputy != NULL && roster_id_is_set(edit->deputy);
	enum err err = roster_begin(roster, trace);
	json_t *body = NULL;

	if (err != ERR_OK)
		return err;
	body = json_pack("{s:o, s:o*, s:o*, s:o*}", "person", member_of_id(id), "deputy",
	    has_deputy ? member_of_id(edit->deputy) : NULL, "roles",
	    edit->roles != 0 ? pack_roles(edit->roles) : NULL, "clear", pack_clear(edit));
	for (int i = 0; i < ATTRIBUTES && err == ERR_OK; i++) {
		const char *text = value_in(edit, attributes[i].in_edit);

		if (text != NULL && text[0] != '\0')
			err = put_attribute(roster, &attributes[i], text, body, trace);
	}
	if (err == ERR_OK && json_object_size(body) < 2)
		err = FAIL(trace, ERR_ARGUMENT, "nothing was named that would change");
	if (err == ERR_OK)
		err = event_append(roster, "person.edit", json_incref(body), trace);
	json_decref(body);
	return roster_end(roster, err, trace);
}

enum err
roster_person_edit(struct roster *roster, const struct roster_id *id,
    const struct roster_person_edit *edit, struct err_trace *trace)
{
	struct roster_person person;
	enum err err = roster_person_get(roster, id, &person, trace);

	if (err == ERR_OK)
		err = check_edit(roster, &person, edit, trace);
	return err == ERR_OK ? append_edit(roster, id, edit, trace) : err;
}

static bool
read_hash(const struct db_rows *rows, void *item)
{
	struct roster_hash *hash = item;

	return db_copy_blob(rows, 0, hash->bytes, ROSTER_HASH_SIZE);
}

/* As many events as it takes. */
static enum err
erase_all(
    struct roster *roster, const struct roster_id *id, const char *reason, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_hash), read_hash };
	void *hashes = NULL;
	size_t count = 0;
	enum err err = db_all(roster->db,
	    DB_CALL("SELECT hash FROM personal WHERE person = ?1 ORDER BY hash",
		db_blob(id->bytes, ROSTER_ID_SIZE)),
	    &shape, &hashes, &count, trace);

	for (size_t at = 0; at < count && err == ERR_OK; at += CONTENT_ERASE_MAX) {
		const struct content_erasure erasure = {
			(const struct roster_hash *)hashes + at,
			count - at < CONTENT_ERASE_MAX ? count - at : CONTENT_ERASE_MAX,
			reason,
			id,
		};

		err = content_erase_personal(roster, &erasure, trace);
	}
	free(hashes);
	return err;
}

enum err
roster_person_erase(
    struct roster *roster, const struct roster_id *id, const char *reason, struct err_trace *trace)
{
	struct roster_person person;
	enum err err = roster_person_get(roster, id, &person, trace);

	if (err == ERR_OK)
		err = departure_check_over(roster, &person, trace);
	if (err == ERR_OK)
		err = roster_begin(roster, trace);
	if (err != ERR_OK)
		return err;
	err = erase_all(roster, id, reason, trace);
	return roster_end(roster, err, trace);
}

struct owner {
	struct db *db;
	const struct roster_id *person;
};

static enum err
note_content(void *context, const struct roster_hash *hash, struct err_trace *trace)
{
	const struct owner *owner = context;

	return db_run(owner->db,
	    DB_CALL(
		"INSERT INTO personal(hash, person) VALUES(?1, ?2) ON CONFLICT(hash) DO NOTHING",
		db_blob(hash->bytes, ROSTER_HASH_SIZE),
		db_blob(owner->person->bytes, ROSTER_ID_SIZE)),
	    trace);
}

enum err
person_note(struct db *db, const struct event *event, struct roster_id *id, struct err_trace *trace)
{
	struct owner owner = { db, id };

	member_hex(event->body, "person", id->bytes, sizeof(id->bytes));
	return member_contents(event->type->body, event->body, note_content, &owner, trace);
}

struct db_value
person_content(const json_t *body, const char *name, struct roster_hash *hash)
{
	if (json_object_get(body, name) == NULL)
		return db_null();
	member_hex(body, name, hash->bytes, sizeof(hash->bytes));
	return db_blob(hash->bytes, sizeof(hash->bytes));
}

static int64_t
role_bits(const json_t *roles)
{
	unsigned bits = 0;

	for (size_t i = 0; i < json_array_size(roles); i++)
		bits |= 1U << member_word_at(
			    person_role_words, json_string_value(json_array_get(roles, i)));
	return bits;
}

static struct db_value
deputy_of(const json_t *body, struct roster_id *id)
{
	if (json_object_get(body, "deputy") == NULL)
		return db_null();
	member_hex(body, "deputy", id->bytes, sizeof(id->bytes));
	return db_blob(id->bytes, sizeof(id->bytes));
}

static enum err
apply_add(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	struct roster_hash hash[ATTRIBUTES];
	struct roster_id id;
	struct roster_id deputy;
	const enum err err = person_note(db, event, &id, trace);

	if (err != ERR_OK)
		return err;
	return db_run(db,
	    DB_CALL("INSERT INTO person(id, name, contact, site, employer, line, deputy, roles, "
		    "since, departed, acknowledged_until) "
		    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0) "
		    "ON CONFLICT(id) DO NOTHING",
		db_blob(id.bytes, sizeof(id.bytes)), person_content(body, "name", &hash[0]),
		person_content(body, "contact", &hash[1]), person_content(body, "site", &hash[2]),
		person_content(body, "employer", &hash[3]), person_content(body, "line", &hash[4]),
		deputy_of(body, &deputy), db_integer(role_bits(json_object_get(body, "roles"))),
		db_integer(event->time)),
	    trace);
}

static bool
is_cleared(const json_t *body, const char *name)
{
	const json_t *list = json_object_get(body, "clear");

	for (size_t i = 0; i < json_array_size(list); i++) {
		if (strcmp(json_string_value(json_array_get(list, i)), name) == 0)
			return true;
	}
	return false;
}

static enum err
apply_attribute(struct db *db, const struct event *event, const struct roster_id *id,
    const struct attribute *attribute, struct err_trace *trace)
{
	struct roster_hash hash;

	if (json_object_get(event->body, attribute->name) == NULL &&
	    !is_cleared(event->body, attribute->name))
		return ERR_OK;
	return db_run(db,
	    &(const struct db_call){ attribute->update,
		(const struct db_value[]){ db_blob(id->bytes, sizeof(id->bytes)),
		    person_content(event->body, attribute->name, &hash) },
		2 },
	    trace);
}

static enum err
apply_edit(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *roles = json_object_get(event->body, "roles");
	struct roster_id id;
	struct roster_id deputy;
	enum err err = person_note(db, event, &id, trace);

	for (int i = 0; i < ATTRIBUTES && err == ERR_OK; i++)
		err = apply_attribute(db, event, &id, &attributes[i], trace);
	if (err == ERR_OK && roles != NULL)
		err = db_run(db,
		    DB_CALL("UPDATE person SET roles = ?2 WHERE id = ?1",
			db_blob(id.bytes, sizeof(id.bytes)), db_integer(role_bits(roles))),
		    trace);
	if (err == ERR_OK &&
	    (json_object_get(event->body, "deputy") != NULL || is_cleared(event->body, "deputy")))
		err = db_run(db,
		    DB_CALL("UPDATE person SET deputy = ?2 WHERE id = ?1",
			db_blob(id.bytes, sizeof(id.bytes)), deputy_of(event->body, &deputy)),
		    trace);
	return err;
}

static const struct member role_item[] = { MEMBER_A_WORD("", person_role_words), MEMBER_END };
static const struct member clear_item[] = { MEMBER_A_WORD("", clear_words), MEMBER_END };

static const struct member add_members[] = {
	MEMBER_AN_ID("person"),
	MEMBER_A_PERSONAL("name"),
	MEMBER_MAYBE_PERSONAL("contact"),
	MEMBER_MAYBE_PERSONAL("site"),
	MEMBER_MAYBE_PERSONAL("employer"),
	MEMBER_MAYBE_PERSONAL("line"),
	MEMBER_MAYBE_ID("deputy"),
	MEMBER_MANY("roles", role_item, 1, PERSON_ROLES),
	MEMBER_END,
};

static const struct member edit_members[] = {
	MEMBER_AN_ID("person"),
	MEMBER_MAYBE_PERSONAL("name"),
	MEMBER_MAYBE_PERSONAL("contact"),
	MEMBER_MAYBE_PERSONAL("site"),
	MEMBER_MAYBE_PERSONAL("employer"),
	MEMBER_MAYBE_PERSONAL("line"),
	MEMBER_MAYBE_ID("deputy"),
	{ .name = "roles",
	    .kind = MEMBER_ITEMS,
	    .optional = true,
	    .of = role_item,
	    .min = 1,
	    .max = PERSON_ROLES },
	{ .name = "clear",
	    .kind = MEMBER_ITEMS,
	    .optional = true,
	    .of = clear_item,
	    .min = 1,
	    .max = 5 },
	MEMBER_END,
};

const struct event_type person_events[] = {
	{ "person.add", add_members, apply_add },
	{ "person.edit", edit_members, apply_edit },
	{ 0 },
};
