/* SPDX-License-Identifier: BSD-2-Clause */
/* People, as other files of roster/ need them. Internal to roster/. */
#ifndef ROSTER_PERSON_INTERNAL_H
#define ROSTER_PERSON_INTERNAL_H

#include "roster/event.h"
#include "roster/person.h"

/* The words of enum roster_role, in the order of its bits; NULL-terminated. */
enum { PERSON_ROLES = 7 };
extern const char *const person_role_words[PERSON_ROLES + 1];

/* As roster_person_add, under an id that was drawn before. */
MUST_CHECK enum err person_record(struct roster *roster, const struct roster_person_add *add,
    const struct roster_id *id, struct err_trace *trace);

/* What roster_person_add would refuse of the values themselves. */
MUST_CHECK enum err person_check_add(const struct roster_person_add *add, struct err_trace *trace);

/* ERR_EXISTS when somebody present has the name. */
MUST_CHECK enum err
person_check_free(struct roster *roster, const char *name, struct err_trace *trace);

/* ERR_ABSENT unless somebody present has the id. */
MUST_CHECK enum err
person_check_present(struct roster *roster, const struct roster_id *id, struct err_trace *trace);

/* "anna" for an error text; "erased person 01234567" when the name was erased, "person 01234567"
 * when nobody has the id. */
void person_name(struct roster *roster, const struct roster_id *id, char *out, size_t size);

/* Stores a text about a person beside the events, for json_pack's "o*"; NULL for NULL. */
MUST_CHECK enum err person_put_text(
    struct roster *roster, const char *text_or_null, json_t **out, struct err_trace *trace);

/* ERR_ARGUMENT unless 1 to size - 1 bytes of UTF-8 without control characters; `what` names it. */
struct person_text {
	const char *what;
	const char *text; /* NULL is fine */
	size_t size;
};
MUST_CHECK enum err person_check_text(const struct person_text *text, struct err_trace *trace);

/* For apply functions: the id in "person", and that every content of the event is theirs. */
MUST_CHECK enum err person_note(
    struct db *db, const struct event *event, struct roster_id *id, struct err_trace *trace);

/* A content of a checked body for a column, or NULL; `hash` keeps its bytes. */
struct db_value person_content(const json_t *body, const char *name, struct roster_hash *hash);

extern const struct event_type person_events[];
extern const struct event_type absence_events[];
extern const struct event_type departure_events[];
extern const struct event_type appointment_events[];

#endif
