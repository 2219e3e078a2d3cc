/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/founding.h"

#include "roster/person.h"
#include "roster/person_internal.h"
#include "roster/schema.h"
#include "roster/seat_internal.h"

/* The practice mark and the roster's id are in the first event: nothing later can change them. */
static enum err
append_founding(struct roster *roster, bool practice, struct err_trace *trace)
{
	return event_append(roster, "roster.found",
	    json_pack("{s:o, s:b, s:o}", "roster", member_of_id(&roster->identity), "practice",
		practice ? 1 : 0, "founder", member_of_id(&roster->by)),
	    trace);
}

enum err
founding_write(
    struct roster *roster, const struct roster_founding *founding, struct err_trace *trace)
{
	const struct roster_person_add first = { .name = founding->administrator,
		.roles = ROSTER_ADMINISTRATOR };
	enum err err = roster_begin(roster, trace);

	if (err != ERR_OK)
		return err;
	err = schema_make(roster->db, trace);
	if (err == ERR_OK)
		err = append_founding(roster, founding->practice, trace);
	if (err == ERR_OK)
		err = person_record(roster, &first, &roster->by, trace);
	return roster_end(roster, err, trace);
}

static enum err
apply_found(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id roster;
	struct roster_id founder;
	int64_t others = 0;
	enum err err =
	    db_ask_integer(db, DB_CALL0("SELECT count(*) FROM founding"), 0, &others, trace);

	if (err == ERR_OK && others != 0)
		return FAIL(trace, ERR_FORMAT, "a roster is founded once");
	member_hex(event->body, "roster", roster.bytes, sizeof(roster.bytes));
	member_hex(event->body, "founder", founder.bytes, sizeof(founder.bytes));
	if (err == ERR_OK)
		err = db_run(db,
		    DB_CALL("INSERT INTO founding(roster, practice, founder, time) "
			    "VALUES(?1, ?2, ?3, ?4)",
			db_blob(roster.bytes, sizeof(roster.bytes)),
			db_integer(member_bool(event->body, "practice")),
			db_blob(founder.bytes, sizeof(founder.bytes)), db_integer(event->time)),
		    trace);
	return err == ERR_OK ? seat_found(db, event, trace) : err;
}

static const struct member found_members[] = {
	MEMBER_AN_ID("roster"),
	MEMBER_A_BOOL("practice"),
	MEMBER_AN_ID("founder"),
	MEMBER_END,
};

const struct event_type founding_events[] = {
	{ "roster.found", found_members, apply_found },
	{ 0 },
};
