/* SPDX-License-Identifier: BSD-2-Clause */
/* People, as other files of roster/ need them. Internal to roster/. */
#ifndef ROSTER_PERSON_INTERNAL_H
#define ROSTER_PERSON_INTERNAL_H

#include "roster/event.h"
#include "roster/person.h"

/* As roster_person_add, under an id that was drawn before. */
MUST_CHECK enum err person_record(struct roster *roster, const struct roster_person_add *add,
    const struct roster_id *id, struct err_trace *trace);

/* ERR_ABSENT unless somebody present has the id. */
MUST_CHECK enum err
person_check_present(struct roster *roster, const struct roster_id *id, struct err_trace *trace);

/* "anna" for an error text; "person 01234567" when the name was erased or nobody has the id. */
void person_name(struct roster *roster, const struct roster_id *id, char *out, size_t size);

extern const struct event_type person_events[];

#endif
