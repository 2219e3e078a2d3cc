/* SPDX-License-Identifier: BSD-2-Clause */
/* A second installation of a roster: all that a pack brings, and one event of its own. */
#include <string.h>

#include "roster/create_internal.h"
#include "roster/pack.h"
#include "roster/person.h"
#include "roster/schema.h"
#include "roster/seat_internal.h"
#include "roster/state.h"
#include "roster/take_internal.h"

struct join {
	const struct roster_joining *joining;
	struct pack_reader *pack;
};

/* A note of this roster is of an installation of it that this one was, or still is. */
static enum err
check_note(const struct roster *roster, bool after_death, struct err_trace *trace)
{
	struct event_head note;
	char id[ROSTER_ID_TEXT];
	const enum err err = state_load(roster->state_dir, &roster->identity, &note, trace);

	if (err == ERR_ABSENT)
		return ERR_OK;
	if (err == ERR_OK && after_death) {
		state_forget(roster->state_dir, &roster->identity);
		return ERR_OK;
	}
	if (err != ERR_OK)
		return err;
	roster_id_format(&roster->identity, id);
	err_next(trace,
	    "go on with that file (--roster); if it is lost: mv %s/%s.writer %s/%s.lost, then try "
	    "again",
	    roster->state_dir, id, roster->state_dir, id);
	return FAIL(
	    trace, ERR_EXISTS, "this installation has a file of the roster %.8s… already", id);
}

/* The pack's first event says the same as its header. */
static enum err
check_founding(struct roster *roster, struct err_trace *trace)
{
	int64_t same = 0;
	const enum err err = db_ask_integer(roster->db,
	    DB_CALL("SELECT 1 FROM founding WHERE roster = ?1 AND practice = ?2",
		db_blob(roster->identity.bytes, ROSTER_ID_SIZE), db_integer(roster->practice)),
	    0, &same, trace);

	if (err == ERR_OK && same == 0) {
		err_next(trace, "have a whole pack made: 'quorate roster pack FILE'");
		return FAIL(
		    trace, ERR_FORMAT, "the pack does not begin with the roster's founding");
	}
	return err;
}

static enum err
write_join(struct roster *roster, const struct join *join, struct err_trace *trace)
{
	struct roster_taken taken = { .events = 0 };
	struct roster_person person;
	enum err err = schema_make(roster->db, trace);

	if (err == ERR_OK)
		err = take_into(roster, join->pack, &taken, trace);
	if (err == ERR_OK)
		err = check_founding(roster, trace);
	if (err == ERR_OK)
		err = roster_person_find(roster, join->joining->person, &person, trace);
	if (err == ERR_OK)
		err = roster_act_as(roster, &person.id, trace);
	return err == ERR_OK ? seat_join(roster, join->joining->installation, trace) : err;
}

static enum err
fill(struct roster *roster, const void *context, bool after_death, struct err_trace *trace)
{
	const struct join *join = context;
	enum err err = ERR_OK;

	roster->identity = pack_header(join->pack)->roster;
	roster->practice = pack_header(join->pack)->practice;
	err = check_note(roster, after_death, trace);
	if (err == ERR_OK)
		err = roster_begin(roster, trace);
	if (err != ERR_OK)
		return err;
	err = write_join(roster, join, trace);
	return roster_end(roster, err, trace);
}

enum err
roster_join(const struct roster_joining *joining, struct roster **out, struct err_trace *trace)
{
	struct join join = { .joining = joining };
	const struct making making = { .paths = joining->paths,
		.clock = joining->clock,
		.group = joining->group,
		.fill = fill,
		.context = &join };
	enum err err = pack_open(joining->pack, &join.pack, trace);

	if (err == ERR_OK && joining->practice_only && !pack_header(join.pack)->practice)
		err = FAIL(trace, ERR_DENIED, "the pack is of a real roster: not for practice");
	if (err == ERR_OK)
		err = create_roster(&making, out, trace);
	pack_close(join.pack);
	return err;
}
