/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/whereabouts.h"

#include <stdlib.h>

#include "roster/roster_internal.h"
#include "roster/stow_internal.h"

static bool
read_thing(const struct db_rows *rows, void *item)
{
	struct roster_whereabouts *where = item;

	where->thing.kind = (enum roster_thing_kind)db_get_integer(rows, 0);
	db_copy_text(rows, 2, where->thing.name, sizeof(where->thing.name));
	where->since = db_get_integer(rows, 4);
	return db_copy_blob(rows, 1, where->thing.id.bytes, ROSTER_ID_SIZE) &&
	       (db_is_null(rows, 3) ||
		   db_copy_blob(rows, 3, where->custodian.bytes, ROSTER_ID_SIZE));
}

static enum err
list_things(struct roster *roster, int64_t at, struct roster_whereabouts **out, size_t *count,
    struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_whereabouts), read_thing };
	void *things = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL(
		"SELECT 0, id, " CARD_NAME_SQL(
		    "") ", custodian, enrolled, quorum, number "
			"FROM card WHERE enrolled BETWEEN 1 AND ?1 AND (ended = 0 OR ended > ?1) "
			"UNION ALL SELECT 1, id, name, NULL, bound, name, 0 FROM binding "
			"WHERE bound <= ?1 AND (unbound = 0 OR unbound > ?1) "
			"UNION ALL SELECT 2, id, name, NULL, added, name, 0 FROM item "
			"WHERE added <= ?1 AND (retired = 0 OR retired > ?1) ORDER BY 1, 6, 7",
		db_integer(at)),
	    &shape, &things, count, trace);

	if (err == ERR_OK)
		*out = things;
	return err;
}

/* Where it lay, or who took it out. */
static enum err
find_stow(
    struct roster *roster, int64_t at, struct roster_whereabouts *where, struct err_trace *trace)
{
	const enum err err = stow_last_until(roster, &where->thing, at, &where->stow, NULL);

	if (err == ERR_ABSENT)
		return ERR_OK;
	if (err != ERR_OK)
		return FAIL(trace, err, "what was stowed was not read");
	where->is_stowed = where->stow.unstowed == 0 || where->stow.unstowed > at;
	where->since = where->is_stowed ? where->stow.stowed : where->stow.unstowed;
	return ERR_OK;
}

static enum err
find_report(
    struct roster *roster, int64_t at, struct roster_whereabouts *where, struct err_trace *trace)
{
	int64_t report = ROSTER_REPORT_NONE;
	const enum err err = db_ask_integer(roster->db,
	    DB_CALL("SELECT report FROM card_report WHERE card = ?1 AND time <= ?2 "
		    "AND report <> ?3 ORDER BY ordinal DESC LIMIT 1",
		db_blob(where->thing.id.bytes, ROSTER_ID_SIZE), db_integer(at),
		db_integer(ROSTER_REPORT_PIN_UNKNOWN)),
	    ROSTER_REPORT_NONE, &report, trace);

	where->report = (enum roster_report)report;
	return err;
}

static enum err
find_suspicion(
    struct roster *roster, int64_t at, struct roster_whereabouts *where, struct err_trace *trace)
{
	int64_t suspected = 0;
	const enum err err = db_ask_integer(roster->db,
	    DB_CALL("SELECT EXISTS (SELECT 1 FROM stow WHERE kind = ?1 AND thing = ?2 "
		    "AND suspected AND unstowed <= ?3) OR EXISTS (SELECT 1 FROM card_report "
		    "WHERE ?1 = 0 AND card = ?2 AND report BETWEEN ?4 AND ?5 AND time <= ?3)",
		db_integer(where->thing.kind), db_blob(where->thing.id.bytes, ROSTER_ID_SIZE),
		db_integer(at), db_integer(ROSTER_REPORT_LOST),
		db_integer(ROSTER_REPORT_SUSPECTED)),
	    0, &suspected, trace);

	where->suspected = suspected != 0;
	return err;
}

enum err
roster_whereabouts(struct roster *roster, int64_t at, struct roster_whereabouts **out,
    size_t *count, struct err_trace *trace)
{
	const int64_t when = at == 0 ? roster_now(roster) : at;
	struct roster_whereabouts *things = NULL;
	size_t found = 0;
	enum err err = list_things(roster, when, &things, &found, trace);

	for (size_t i = 0; i < found && err == ERR_OK; i++) {
		err = find_stow(roster, when, &things[i], trace);
		if (err == ERR_OK && things[i].thing.kind == ROSTER_THING_CARD)
			err = find_report(roster, when, &things[i], trace);
		if (err == ERR_OK)
			err = find_suspicion(roster, when, &things[i], trace);
	}
	if (err != ERR_OK) {
		free(things);
		return err;
	}
	*out = things;
	*count = found;
	return ERR_OK;
}
