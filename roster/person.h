/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * People. In events a person is a random id; the name and the contact lie beside the events and can
 * be erased while the chain still verifies.
 */
#ifndef ROSTER_PERSON_H
#define ROSTER_PERSON_H

#include "roster/roster.h"

enum roster_role {
	ROSTER_CUSTODIAN = 1 << 0,
	ROSTER_DEPUTY = 1 << 1,
	ROSTER_ADMINISTRATOR = 1 << 2,
	ROSTER_SECURITY_OFFICER = 1 << 3,
	ROSTER_WITNESS = 1 << 4,
	ROSTER_AUDITOR = 1 << 5,
	ROSTER_KEEPER = 1 << 6,
	ROSTER_ROLES_ALL = (1 << 7) - 1,
};

/* "security-officer"; NULL when `role` is not exactly one. */
const char *roster_role_word(unsigned role);
bool roster_role_parse(const char *word, unsigned *role);

enum { ROSTER_PLACE = 97 }; /* a site, an employer, a reporting line, with its NUL */

#define ROSTER_ERASED                                                                              \
	"erased person " /* and the beginning of the id: what is shown as the name                 \
			  */

struct roster_person {
	struct roster_id id;
	char name[ROSTER_NAME];    /* "erased person 01234567" when it was */
	char contact[ROSTER_TEXT]; /* this and the next three: empty when not given, or erased */
	char site[ROSTER_PLACE];   /* where they work */
	char employer[ROSTER_PLACE];
	char line[ROSTER_PLACE]; /* whom they report to */
	struct roster_id deputy; /* not set when there is none */
	unsigned roles;          /* of enum roster_role */
	int64_t since;
	int64_t departed; /* the first day without them; may lie ahead; 0: none is known */
	int64_t acknowledged_until; /* the end of their last signed acknowledgement; 0: none */
	bool is_erased;
};

/* Whether they have left at that time. */
bool roster_person_has_left(const struct roster_person *person, int64_t at);

/* Whether two sites, employers or reporting lines are the same one: both given, and alike but for
 * the case of ASCII letters. */
bool roster_same_place(const char *a, const char *b);

struct roster_person_add {
	const char *name;    /* 1 to 128 bytes of UTF-8, no control characters, no comma */
	const char *contact; /* this and the next three: NULL for none */
	const char *site;    /* at most 96 bytes, as the next two */
	const char *employer;
	const char *line;
	const struct roster_id *deputy; /* NULL for none */
	unsigned roles;                 /* at least one */
};

/* ERR_ARGUMENT says what a name must not be; whether it is taken is not asked. */
MUST_CHECK enum err roster_person_name_check(const char *name, struct err_trace *trace);

/* ERR_EXISTS when a present person has the name. */
MUST_CHECK enum err roster_person_add(struct roster *roster, const struct roster_person_add *add,
    struct roster_id *out, struct err_trace *trace);

/* What changes; NULL, and 0 of `roles`, leave as it is. "" takes away, but never the name. */
struct roster_person_edit {
	const char *name;
	const char *contact;
	const char *site;
	const char *employer;
	const char *line;
	const struct roster_id *deputy; /* one that is not set takes it away */
	unsigned roles;
};

/* ERR_ABSENT for somebody who left, ERR_ARGUMENT when nothing would change. */
MUST_CHECK enum err roster_person_edit(struct roster *roster, const struct roster_id *id,
    const struct roster_person_edit *edit, struct err_trace *trace);

MUST_CHECK enum err roster_person_get(struct roster *roster, const struct roster_id *id,
    struct roster_person *out, struct err_trace *trace);

/* By name, or by the first 8 or more hex digits of the id; somebody who is present. ERR_ABSENT
 * lists near names, or says when they left. */
MUST_CHECK enum err roster_person_find(
    struct roster *roster, const char *name, struct roster_person *out, struct err_trace *trace);

/* As roster_person_find, but where nobody present has the name, whoever left last with it. */
MUST_CHECK enum err roster_person_find_any(
    struct roster *roster, const char *name, struct roster_person *out, struct err_trace *trace);

/* In order of their adding; free() *out. */
MUST_CHECK enum err roster_person_list(
    struct roster *roster, struct roster_person **out, size_t *count, struct err_trace *trace);

/*
 * Erases all that was ever stored about somebody who left: names, contacts, sites, appointments. An
 * event says so; the chain still verifies; the bytes leave the file when it is closed. ERR_NOT_NOW
 * while they are present, or a card that opens something is still outstanding with them.
 */
MUST_CHECK enum err roster_person_erase(
    struct roster *roster, const struct roster_id *id, const char *reason, struct err_trace *trace);

#endif
