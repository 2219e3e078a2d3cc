/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/person.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/encode.h"
#include "roster/content.h"
#include "roster/person_internal.h"
#include "roster/roster_internal.h"

static const char ERASED[] = "(erased)";

enum { ROLES = 7, ID_PREFIX_MIN = 8 };

/* In the order of enum roster_role's bits. */
static const char *const role_words[ROLES + 1] = {
	"custodian",
	"deputy",
	"administrator",
	"security-officer",
	"witness",
	"auditor",
	"keeper",
	NULL,
};

const char *
roster_role_word(unsigned role)
{
	for (int i = 0; i < ROLES; i++) {
		if (role == 1U << i)
			return role_words[i];
	}
	return NULL;
}

bool
roster_role_parse(const char *word, unsigned *role)
{
	const int at = member_word_at(role_words, word);

	if (at < 0)
		return false;
	*role = 1U << at;
	return true;
}

static json_t *
pack_roles(unsigned roles)
{
	json_t *list = json_array();

	for (int i = 0; i < ROLES; i++) {
		if ((roles & 1U << i) != 0)
			json_array_append_new(list, json_string(role_words[i]));
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

/* Commas separate names on the command line; control characters could paint the terminal. */
static enum err
check_name(const char *name, struct err_trace *trace)
{
	const size_t len = strlen(name);

	if (len == 0 || len >= ROSTER_NAME)
		return FAIL(trace, ERR_ARGUMENT, "a name has 1 to %d bytes", ROSTER_NAME - 1);
	if (name[0] == ' ' || name[len - 1] == ' ' || name[0] == '-')
		return FAIL(trace, ERR_ARGUMENT,
		    "a name does not begin or end with a space, nor begin with '-'");
	for (const char *at = name; *at != '\0'; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7F || *at == ',')
			return FAIL(
			    trace, ERR_ARGUMENT, "a name has no comma and no control character");
	}
	if (!is_utf8(name))
		return FAIL(trace, ERR_ARGUMENT, "a name is UTF-8 text");
	if (strcmp(name, ERASED) == 0)
		return FAIL(trace, ERR_ARGUMENT, "'%s' is not a name", ERASED);
	return ERR_OK;
}

static enum err
check_add(const struct roster_person_add *add, struct err_trace *trace)
{
	enum err err = check_name(add->name, trace);

	if (err != ERR_OK)
		return err;
	if (add->roles == 0 || (add->roles & ~(unsigned)ROSTER_ROLES_ALL) != 0) {
		err_next(trace, "give --role: custodian, deputy, administrator, security-officer, "
				"witness, auditor or keeper");
		return FAIL(trace, ERR_ARGUMENT, "'%s' needs a role", add->name);
	}
	if (add->contact != NULL &&
	    (add->contact[0] == '\0' || strlen(add->contact) >= ROSTER_TEXT ||
		!is_utf8(add->contact)))
		return FAIL(
		    trace, ERR_ARGUMENT, "a contact has 1 to %d bytes of UTF-8", ROSTER_TEXT - 1);
	return ERR_OK;
}

enum err
person_record(struct roster *roster, const struct roster_person_add *add,
    const struct roster_id *id, struct err_trace *trace)
{
	json_t *name = NULL;
	json_t *contact = NULL;
	enum err err = check_add(add, trace);

	if (err == ERR_OK)
		err = roster_begin(roster, trace);
	if (err != ERR_OK)
		return err;
	err = content_put_text(roster, add->name, &name, trace);
	if (err == ERR_OK && add->contact != NULL)
		err = content_put_text(roster, add->contact, &contact, trace);
	if (err == ERR_OK)
		err = event_append(roster, "person.add",
		    json_pack("{s:o, s:o, s:o*, s:o}", "person", member_of_id(id), "name",
			json_incref(name), "contact", json_incref(contact), "roles",
			pack_roles(add->roles)),
		    trace);
	err = roster_end(roster, err, trace);
	json_decref(name);
	json_decref(contact);
	return err;
}

#define PERSON_COLUMNS                                                                             \
	"SELECT p.id, CAST(n.bytes AS TEXT), CAST(c.bytes AS TEXT), p.roles, p.since, p.departed " \
	"FROM person p LEFT JOIN content n ON n.hash = p.name "                                    \
	"LEFT JOIN content c ON c.hash = p.contact "

static bool
read_person(const struct db_rows *rows, void *item)
{
	struct roster_person *person = item;

	db_copy_text(rows, 1, person->name, sizeof(person->name));
	if (db_is_null(rows, 1))
		snprintf(person->name, sizeof(person->name), "%s", ERASED);
	db_copy_text(rows, 2, person->contact, sizeof(person->contact));
	person->roles = (unsigned)db_get_integer(rows, 3);
	person->since = db_get_integer(rows, 4);
	person->departed = db_get_integer(rows, 5);
	return db_copy_blob(rows, 0, person->id.bytes, ROSTER_ID_SIZE);
}

/* Among those present. */
static enum err
find_by_name(struct roster *roster, const char *name, struct roster_person *out)
{
	return db_one(roster->db,
	    DB_CALL(PERSON_COLUMNS "WHERE n.bytes = CAST(?1 AS BLOB) AND p.departed = 0",
		db_text(name)),
	    read_person, out, NULL);
}

enum err
roster_person_add(struct roster *roster, const struct roster_person_add *add, struct roster_id *out,
    struct err_trace *trace)
{
	struct roster_person other = { 0 };
	struct roster_id id;
	enum err err = find_by_name(roster, add->name, &other);

	if (err == ERR_OK) {
		err_next(trace, "give another name, such as one with a middle initial");
		return FAIL(trace, ERR_EXISTS, "'%s' is in the roster already", add->name);
	}
	if (err != ERR_ABSENT)
		return FAIL(trace, err, "the people were not read");
	err = roster_id_new(&id, trace);
	if (err == ERR_OK)
		err = person_record(roster, add, &id, trace);
	if (err == ERR_OK)
		*out = id;
	return err;
}

enum err
roster_person_get(struct roster *roster, const struct roster_id *id, struct roster_person *out,
    struct err_trace *trace)
{
	struct roster_person person = { 0 };
	const enum err err = db_one(roster->db,
	    DB_CALL(PERSON_COLUMNS "WHERE p.id = ?1", db_blob(id->bytes, ROSTER_ID_SIZE)),
	    read_person, &person, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, err, "the roster has no such person");
	if (err == ERR_OK)
		*out = person;
	return err;
}

static enum err
find_by_id(
    struct roster *roster, const char *text, struct roster_person *out, struct err_trace *trace)
{
	char pattern[ROSTER_ID_TEXT + 1];
	const size_t len = strlen(text);

	if (len < ID_PREFIX_MIN || len >= ROSTER_ID_TEXT || strspn(text, "0123456789abcdef") != len)
		return ERR_ABSENT;
	snprintf(pattern, sizeof(pattern), "%s%%", text);
	return db_one(roster->db,
	    DB_CALL(PERSON_COLUMNS "WHERE lower(hex(p.id)) LIKE ?1", db_text(pattern)), read_person,
	    out, trace);
}

/* Names of present people that begin alike: what was meant, mostly. */
static void
suggest(struct roster *roster, const char *name, struct err_trace *trace)
{
	struct roster_person *people = NULL;
	size_t count = 0;
	char near[160] = "";
	size_t len = 0;

	if (trace == NULL || roster_person_list(roster, &people, &count, NULL) != ERR_OK)
		return;
	for (size_t i = 0; i < count && len < sizeof(near) / 2; i++) {
		if (people[i].departed == 0 && strncasecmp(people[i].name, name, 2) == 0)
			len += (size_t)snprintf(near + len, sizeof(near) - len, "%s'%.40s'",
			    len == 0 ? "" : ", ", people[i].name);
	}
	if (len > 0)
		err_next(trace, "did you mean %s? 'quorate person list' shows everybody", near);
	else
		err_next(trace, "'quorate person list' shows everybody");
	free(people);
}

enum err
roster_person_find(
    struct roster *roster, const char *name, struct roster_person *out, struct err_trace *trace)
{
	struct roster_person person = { 0 };
	enum err err = find_by_name(roster, name, &person);

	if (err == ERR_ABSENT)
		err = find_by_id(roster, name, &person, trace);
	if (err == ERR_ABSENT) {
		suggest(roster, name, trace);
		return FAIL(trace, err, "nobody in the roster is called '%.64s'", name);
	}
	if (err == ERR_OK)
		*out = person;
	return err;
}

enum err
roster_person_list(
    struct roster *roster, struct roster_person **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_person), read_person };
	void *people = NULL;
	const enum err err = db_all(roster->db, DB_CALL0(PERSON_COLUMNS "ORDER BY p.ordinal"),
	    &shape, &people, count, trace);

	if (err == ERR_OK)
		*out = people;
	return err;
}

/* The contents of one person: name, and contact if there is one. */
struct personal {
	struct roster_hash hash[2];
	size_t count;
};

static bool
read_personal(const struct db_rows *rows, void *item)
{
	struct personal *personal = item;

	personal->count = db_is_null(rows, 1) ? 1 : 2;
	return db_copy_blob(rows, 0, personal->hash[0].bytes, ROSTER_HASH_SIZE) &&
	       (personal->count == 1 ||
		   db_copy_blob(rows, 1, personal->hash[1].bytes, ROSTER_HASH_SIZE));
}

enum err
roster_person_erase(
    struct roster *roster, const struct roster_id *id, const char *reason, struct err_trace *trace)
{
	struct personal personal = { 0 };
	const enum err err = db_one(roster->db,
	    DB_CALL("SELECT name, contact FROM person WHERE id = ?1",
		db_blob(id->bytes, ROSTER_ID_SIZE)),
	    read_personal, &personal, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, err, "the roster has no such person");
	if (err != ERR_OK)
		return err;
	return content_erase(roster, personal.hash, personal.count, reason, trace);
}

enum err
person_check_present(struct roster *roster, const struct roster_id *id, struct err_trace *trace)
{
	struct roster_person person;
	const enum err err = roster_person_get(roster, id, &person, trace);

	if (err == ERR_OK && person.departed != 0)
		return FAIL(trace, ERR_ABSENT, "'%s' has left", person.name);
	return err;
}

void
person_name(struct roster *roster, const struct roster_id *id, char *out, size_t size)
{
	struct roster_person person;
	char text[ROSTER_ID_TEXT];

	roster_id_format(id, text);
	if (roster_person_get(roster, id, &person, NULL) == ERR_OK &&
	    strcmp(person.name, ERASED) != 0)
		snprintf(out, size, "%s", person.name);
	else
		snprintf(out, size, "person %.8s", text);
}

static struct db_value
blob_or_null(const json_t *body, const char *name, struct roster_hash *hash)
{
	if (json_object_get(body, name) == NULL)
		return db_null();
	member_hex(body, name, hash->bytes, sizeof(hash->bytes));
	return db_blob(hash->bytes, sizeof(hash->bytes));
}

static enum err
apply_add(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *roles = json_object_get(event->body, "roles");
	struct roster_id id;
	struct roster_hash name;
	struct roster_hash contact;
	unsigned bits = 0;

	for (size_t i = 0; i < json_array_size(roles); i++)
		bits |=
		    1U << member_word_at(role_words, json_string_value(json_array_get(roles, i)));
	member_hex(event->body, "person", id.bytes, sizeof(id.bytes));
	return db_run(db,
	    DB_CALL("INSERT INTO person(id, name, contact, roles, since, departed) "
		    "VALUES(?1, ?2, ?3, ?4, ?5, 0)",
		db_blob(id.bytes, sizeof(id.bytes)), blob_or_null(event->body, "name", &name),
		blob_or_null(event->body, "contact", &contact), db_integer(bits),
		db_integer(event->time)),
	    trace);
}

static const struct member role_item[] = { MEMBER_A_WORD("", role_words), MEMBER_END };

static const struct member add_members[] = {
	MEMBER_AN_ID("person"),
	MEMBER_A_CONTENT("name"),
	{ .name = "contact", .kind = MEMBER_CONTENT, .optional = true, .min = 32, .max = 32 },
	MEMBER_MANY("roles", role_item, 1, ROLES),
	MEMBER_END,
};

const struct event_type person_events[] = {
	{ "person.add", add_members, apply_add },
	{ 0 },
};
