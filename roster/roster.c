/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/roster.h"

#include <stdlib.h>

#include "base/clock.h"
#include "roster/person_internal.h"
#include "roster/roster_internal.h"
#include "roster/state.h"

bool
roster_is_practice(const struct roster *roster)
{
	return roster->practice;
}

bool
roster_is_writable(const struct roster *roster)
{
	return roster->writable;
}

const char *
roster_path(const struct roster *roster)
{
	return roster->file;
}

enum err
roster_open_past(
    const struct roster *roster, int64_t as_of, struct roster **out, struct err_trace *trace)
{
	const struct roster_options options = {
		.paths = { roster->file, roster->state_dir }, .mode = ROSTER_READ, .as_of = as_of
	};

	return roster_open(&options, out, trace);
}

const struct roster_id *
roster_identity(const struct roster *roster)
{
	return &roster->identity;
}

int64_t
roster_now(const struct roster *roster)
{
	return roster->clock.now != NULL ? roster->clock.now(roster->clock.context) : clock_utc();
}

void
roster_standing(const struct roster *roster, struct roster_standing *out)
{
	*out = roster->standing;
}

enum err
roster_begin(struct roster *roster, struct err_trace *trace)
{
	if (!roster->writable)
		return FAIL(trace, ERR_NOT_NOW, "the roster is open for reading only");
	if (roster->depth > 0) {
		roster->depth++;
		return ERR_OK;
	}
	const enum err err = db_script(roster->db, "BEGIN IMMEDIATE", trace);

	if (err != ERR_OK)
		return err;
	roster->saved = roster->own;
	roster->saved_time = roster->last_time;
	roster->depth = 1;
	return ERR_OK;
}

enum err
roster_commit(struct roster *roster, struct err_trace *trace)
{
	if (roster->depth == 0)
		return FAIL(trace, ERR_INTERNAL, "a commit of what was rolled back");
	if (roster->depth > 1) {
		roster->depth--;
		return ERR_OK;
	}
	const enum err err = db_script(roster->db, "COMMIT", trace);

	if (err != ERR_OK) {
		roster_rollback(roster);
		return err;
	}
	roster->depth = 0;
	/*
	 * From here on it has happened. A state folder that cannot be written makes a clone harder
	 * to find, but loses nothing: the file extends what the folder says, which opening accepts.
	 * Closing tries again and reports it.
	 */
	roster->state_behind =
	    state_store(roster->state_dir, &roster->identity, &roster->own, NULL) != ERR_OK;
	return ERR_OK;
}

void
roster_rollback(struct roster *roster)
{
	if (roster->depth == 0)
		return;
	db_rollback(roster->db);
	roster->own = roster->saved;
	roster->last_time = roster->saved_time;
	roster->depth = 0;
}

enum err
roster_end(struct roster *roster, enum err err, struct err_trace *trace)
{
	if (err == ERR_OK)
		err = roster_commit(roster, trace);
	if (err != ERR_OK)
		roster_rollback(roster);
	return err;
}

enum err
roster_act_as(struct roster *roster, const struct roster_id *person, struct err_trace *trace)
{
	const enum err err = person_check_present(roster, person, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "the person at the keyboard cannot act on the roster");
	roster->by = *person;
	return ERR_OK;
}
