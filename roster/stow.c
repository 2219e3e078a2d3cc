/* SPDX-License-Identifier: BSD-2-Clause */
/* What is asked of stowings; stow_change.c has what changes them. */
#include "roster/stow.h"

#include <string.h>

#include "roster/roster_internal.h"
#include "roster/stow_internal.h"

bool
stow_read(const struct db_rows *rows, void *item)
{
	struct roster_stow *stow = item;
	struct roster_id *const people[] = { &stow->people[0], &stow->people[1], &stow->openers[0],
		&stow->openers[1] };

	stow->thing.kind = (enum roster_thing_kind)db_get_integer(rows, 0);
	db_copy_text(rows, 2, stow->thing.name, sizeof(stow->thing.name));
	db_copy_text(rows, 3, stow->bag, sizeof(stow->bag));
	db_copy_text(rows, 4, stow->place, sizeof(stow->place));
	stow->stowed = db_get_integer(rows, 5);
	stow->unstowed = db_get_integer(rows, 6);
	db_copy_text(rows, 7, stow->found_bag, sizeof(stow->found_bag));
	stow->intact = db_get_integer(rows, 8) != 0;
	stow->suspected = db_get_integer(rows, 9) != 0;
	for (int i = 0; i < 4; i++) {
		if (!db_is_null(rows, 10 + i) &&
		    !db_copy_blob(rows, 10 + i, people[i]->bytes, ROSTER_ID_SIZE))
			return false;
	}
	return db_copy_blob(rows, 1, stow->thing.id.bytes, ROSTER_ID_SIZE);
}

enum err
stow_last_until(struct roster *roster, const struct roster_thing *thing, int64_t at,
    struct roster_stow *out, struct err_trace *trace)
{
	struct roster_stow stow = { 0 };
	const enum err err = db_one(roster->db,
	    DB_CALL(STOW_COLUMNS
		"WHERE s.kind = ?1 AND s.thing = ?2 AND iif(s.stowed, s.stowed, s.unstowed) <= ?3 "
		"ORDER BY s.ordinal DESC LIMIT 1",
		db_integer(thing->kind), db_blob(thing->id.bytes, ROSTER_ID_SIZE), db_integer(at)),
	    stow_read, &stow, trace);

	if (err == ERR_OK)
		*out = stow;
	return err;
}

enum err
roster_stow_last(struct roster *roster, const struct roster_thing *thing, struct roster_stow *out,
    struct err_trace *trace)
{
	const enum err err = stow_last_until(roster, thing, INT64_MAX, out, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, err, "%s was never stowed", thing->name);
	return err;
}

enum err
roster_stow_list(struct roster *roster, const struct roster_thing *thing_or_null,
    struct roster_stow **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_stow), stow_read };
	const struct roster_thing *thing = thing_or_null;
	void *stows = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL(STOW_COLUMNS
		"WHERE ?1 IS NULL OR (s.thing = ?1 AND s.kind = ?2) ORDER BY s.ordinal",
		thing == NULL ? db_null() : db_blob(thing->id.bytes, ROSTER_ID_SIZE),
		db_integer(thing == NULL ? 0 : thing->kind)),
	    &shape, &stows, count, trace);

	if (err == ERR_OK)
		*out = stows;
	return err;
}

enum err
roster_stow_suspected(struct roster *roster, const struct roster_thing *thing, int64_t *since,
    struct err_trace *trace)
{
	return db_ask_integer(roster->db,
	    DB_CALL("SELECT min(unstowed) FROM stow WHERE kind = ?1 AND thing = ?2 AND suspected",
		db_integer(thing->kind), db_blob(thing->id.bytes, ROSTER_ID_SIZE)),
	    0, since, trace);
}
