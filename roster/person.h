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

struct roster_person {
	struct roster_id id;
	char name[ROSTER_NAME];    /* "(erased)" when it was */
	char contact[ROSTER_TEXT]; /* empty when not given, or erased */
	unsigned roles;            /* of enum roster_role */
	int64_t since;
	int64_t departed; /* 0: present */
};

struct roster_person_add {
	const char *name;    /* 1 to 128 bytes of UTF-8, no control characters, no comma */
	const char *contact; /* NULL for none */
	unsigned roles;      /* at least one */
};

/* ERR_EXISTS when a present person has the name. */
MUST_CHECK enum err roster_person_add(struct roster *roster, const struct roster_person_add *add,
    struct roster_id *out, struct err_trace *trace);

MUST_CHECK enum err roster_person_get(struct roster *roster, const struct roster_id *id,
    struct roster_person *out, struct err_trace *trace);

/* By name (of those present), or by the first 8 or more hex digits of the id. ERR_ABSENT lists near
 * names. */
MUST_CHECK enum err roster_person_find(
    struct roster *roster, const char *name, struct roster_person *out, struct err_trace *trace);

/* In order of their adding; free() *out. */
MUST_CHECK enum err roster_person_list(
    struct roster *roster, struct roster_person **out, size_t *count, struct err_trace *trace);

/* Erases name and contact. An event says so; the chain still verifies; the bytes leave the file
 * when it is closed. */
MUST_CHECK enum err roster_person_erase(
    struct roster *roster, const struct roster_id *id, const char *reason, struct err_trace *trace);

#endif
