/* SPDX-License-Identifier: BSD-2-Clause */
/* Who people are, as the projections have it. */
#include "roster/person.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "roster/person_internal.h"
#include "roster/roster_internal.h"

enum { ID_PREFIX_MIN = 8 };

const char *const person_role_words[PERSON_ROLES + 1] = {
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
	for (int i = 0; i < PERSON_ROLES; i++) {
		if (role == 1U << i)
			return person_role_words[i];
	}
	return NULL;
}

bool
roster_role_parse(const char *word, unsigned *role)
{
	const int at = member_word_at(person_role_words, word);

	if (at < 0)
		return false;
	*role = 1U << at;
	return true;
}

bool
roster_person_has_left(const struct roster_person *person, int64_t at)
{
	return person->departed != 0 && person->departed <= at;
}

bool
roster_same_place(const char *a, const char *b)
{
	return a[0] != '\0' && strcasecmp(a, b) == 0;
}

#define PERSON_COLUMNS                                                                             \
	"SELECT p.id, CAST(n.bytes AS TEXT), CAST(c.bytes AS TEXT), CAST(s.bytes AS TEXT), "       \
	"CAST(e.bytes AS TEXT), CAST(l.bytes AS TEXT), p.deputy, p.roles, p.since, p.departed, "   \
	"p.acknowledged_until "                                                                    \
	"FROM person p LEFT JOIN content n ON n.hash = p.name "                                    \
	"LEFT JOIN content c ON c.hash = p.contact LEFT JOIN content s ON s.hash = p.site "        \
	"LEFT JOIN content e ON e.hash = p.employer LEFT JOIN content l ON l.hash = p.line "

static bool
read_person(const struct db_rows *rows, void *item)
{
	struct roster_person *person = item;
	char id[ROSTER_ID_TEXT];

	if (!db_copy_blob(rows, 0, person->id.bytes, ROSTER_ID_SIZE))
		return false;
	roster_id_format(&person->id, id);
	person->is_erased = db_is_null(rows, 1);
	db_copy_text(rows, 1, person->name, sizeof(person->name));
	if (person->is_erased)
		snprintf(person->name, sizeof(person->name), ROSTER_ERASED "%.8s", id);
	db_copy_text(rows, 2, person->contact, sizeof(person->contact));
	db_copy_text(rows, 3, person->site, sizeof(person->site));
	db_copy_text(rows, 4, person->employer, sizeof(person->employer));
	db_copy_text(rows, 5, person->line, sizeof(person->line));
	person->roles = (unsigned)db_get_integer(rows, 7);
	person->since = db_get_integer(rows, 8);
	person->departed = db_get_integer(rows, 9);
	person->acknowledged_until = db_get_integer(rows, 10);
	return db_is_null(rows, 6) || db_copy_blob(rows, 6, person->deputy.bytes, ROSTER_ID_SIZE);
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

/* Everybody whom the text can mean, those present first, then those who left, the last one first.
 * free() *out. */
static enum err
candidates(struct roster *roster, const char *text, struct roster_person **out, size_t *count,
    struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_person), read_person };
	char pattern[ROSTER_ID_TEXT + 1] = "";
	const size_t len = strlen(text);
	void *people = NULL;

	if (len >= ID_PREFIX_MIN && len < ROSTER_ID_TEXT && strspn(text, "0123456789abcdef") == len)
		snprintf(pattern, sizeof(pattern), "%s%%", text);
	const enum err err = db_all(roster->db,
	    DB_CALL(PERSON_COLUMNS
		"WHERE p.id IN (SELECT o.id FROM content x JOIN person o ON o.name = x.hash "
		"WHERE x.bytes = CAST(?1 AS BLOB) AND length(x.bytes) <= 128 UNION ALL "
		"SELECT id FROM person WHERE ?2 <> '' AND lower(hex(id)) LIKE ?2) "
		"ORDER BY p.departed = 0 OR p.departed > ?3 DESC, p.departed DESC, p.ordinal",
		db_text(text), db_text(pattern), db_integer(roster_now(roster))),
	    &shape, &people, count, trace);

	if (err == ERR_OK)
		*out = people;
	return err;
}

/* Names of present people that begin alike: what was meant, mostly. */
static void
suggest(struct roster *roster, const char *name, struct err_trace *trace)
{
	struct roster_person *people = NULL;
	const int64_t now = roster_now(roster);
	size_t count = 0;
	char near[160] = "";
	size_t len = 0;

	if (trace == NULL || roster_person_list(roster, &people, &count, NULL) != ERR_OK)
		return;
	for (size_t i = 0; i < count && len < sizeof(near) / 2; i++) {
		if (!roster_person_has_left(&people[i], now) &&
		    strncasecmp(people[i].name, name, 2) == 0)
			len += (size_t)snprintf(near + len, sizeof(near) - len, "%s'%.40s'",
			    len == 0 ? "" : ", ", people[i].name);
	}
	if (len > 0)
		err_next(trace, "did you mean %s? 'quorate person list' shows everybody", near);
	else
		err_next(trace, "'quorate person list' shows everybody");
	free(people);
}

/* Two installations may each have added somebody of the same name. */
static enum err
fail_ambiguous(const struct roster_person people[2], struct err_trace *trace)
{
	char first[ROSTER_ID_TEXT];
	char second[ROSTER_ID_TEXT];

	roster_id_format(&people[0].id, first);
	roster_id_format(&people[1].id, second);
	err_next(trace, "say which by the beginning of the id: %.8s or %.8s", first, second);
	return FAIL(trace, ERR_ARGUMENT, "two people are called '%s'", people[0].name);
}

enum err
roster_person_find_any(
    struct roster *roster, const char *name, struct roster_person *out, struct err_trace *trace)
{
	struct roster_person *people = NULL;
	const int64_t now = roster_now(roster);
	size_t count = 0;
	enum err err = candidates(roster, name, &people, &count, trace);

	if (err != ERR_OK)
		return err;
	if (count == 0) {
		suggest(roster, name, trace);
		err = FAIL(trace, ERR_ABSENT, "nobody in the roster is called '%.64s'", name);
	} else if (count > 1 && !roster_person_has_left(&people[1], now)) {
		err = fail_ambiguous(people, trace);
	} else {
		*out = people[0];
	}
	free(people);
	return err;
}

static enum err
fail_left(const struct roster_person *person, struct err_trace *trace)
{
	char date[CLOCK_DATE];

	clock_format_date(person->departed, date);
	err_next(trace, "'quorate person list' shows who is here");
	return FAIL(trace, ERR_ABSENT, "'%s' left on %s", person->name, date);
}

enum err
roster_person_find(
    struct roster *roster, const char *name, struct roster_person *out, struct err_trace *trace)
{
	struct roster_person person;
	const enum err err = roster_person_find_any(roster, name, &person, trace);

	if (err != ERR_OK)
		return err;
	if (roster_person_has_left(&person, roster_now(roster)))
		return fail_left(&person, trace);
	*out = person;
	return ERR_OK;
}

enum err
person_check_present(struct roster *roster, const struct roster_id *id, struct err_trace *trace)
{
	struct roster_person person;
	const enum err err = roster_person_get(roster, id, &person, trace);

	if (err == ERR_OK && roster_person_has_left(&person, roster_now(roster)))
		return fail_left(&person, trace);
	return err;
}

enum err
person_check_free(struct roster *roster, const char *name, struct err_trace *trace)
{
	int64_t taken = 0;
	const enum err err = db_ask_integer(roster->db,
	    DB_CALL("SELECT 1 FROM person p JOIN content n ON n.hash = p.name "
		    "WHERE n.bytes = CAST(?1 AS BLOB) AND length(n.bytes) <= 128 AND "
		    "(p.departed = 0 OR p.departed > ?2)",
		db_text(name), db_integer(roster_now(roster))),
	    0, &taken, trace);

	if (err != ERR_OK || taken == 0)
		return err;
	err_next(trace, "give another name, such as one with a middle initial");
	return FAIL(trace, ERR_EXISTS, "'%s' is in the roster already", name);
}

void
person_name(struct roster *roster, const struct roster_id *id, char *out, size_t size)
{
	struct roster_person person;
	char text[ROSTER_ID_TEXT];

	roster_id_format(id, text);
	if (roster_person_get(roster, id, &person, NULL) == ERR_OK)
		snprintf(out, size, "%s", person.name);
	else
		snprintf(out, size, "person %.8s", text);
}
