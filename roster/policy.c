/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/policy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "roster/person_internal.h"
#include "roster/policy_internal.h"
#include "roster/roster_internal.h"

enum err
roster_policy_get(struct roster *roster, enum roster_policy which, int64_t at, int64_t *out,
    struct err_trace *trace)
{
	return db_ask_integer(roster->db,
	    DB_CALL("SELECT value FROM policy WHERE name = ?1 AND time <= ?2 "
		    "ORDER BY ordinal DESC LIMIT 1",
		db_text(roster_policy_row(which)->name), db_integer(at == 0 ? INT64_MAX : at)),
	    roster_policy_row(which)->standard, out, trace);
}

enum err
roster_policy_all(
    struct roster *roster, int64_t at, int64_t out[ROSTER_POLICY__COUNT], struct err_trace *trace)
{
	struct db_rows rows = { 0 };
	enum err err = db_query(roster->db,
	    DB_CALL("SELECT name, value FROM policy WHERE time <= ?1 ORDER BY ordinal",
		db_integer(at == 0 ? INT64_MAX : at)),
	    &rows, trace);

	for (int i = 0; i < ROSTER_POLICY__COUNT; i++)
		out[i] = roster_policy_row((enum roster_policy)i)->standard;
	while (err == ERR_OK && db_next(&rows)) {
		enum roster_policy which;

		/* A limit of a newer version is not ours to judge by. */
		if (roster_policy_find(db_get_text(&rows, 0), &which, NULL) == ERR_OK)
			out[which] = db_get_integer(&rows, 1);
	}
	return db_end(&rows, err, trace);
}

/* Whether the new value allows more than the old one, or may. */
static bool
is_looser(const struct roster_policy_row *row, int64_t from, int64_t to)
{
	switch (row->looser) {
	case ROSTER_LOOSER_HIGHER:
		return to > from;
	case ROSTER_LOOSER_LOWER:
		return to < from;
	case ROSTER_LOOSER_SHARES:
		return to == 0 ? from < row->max : from == 0 ? to > 1 : to > from;
	}
	return true;
}

struct held {
	unsigned what; /* of enum roster_policy_held */
	const char *sql;
	const char *words; /* "an operation" */
	const char *state; /* "pending" */
};

static const struct held held_by[] = {
	{ ROSTER_HOLDS_ISSUE,
	    "SELECT q.name FROM operation o JOIN quorum q ON q.id = o.quorum "
	    "WHERE o.state = 0 AND ?1 IS NOT NULL ORDER BY o.ordinal LIMIT 1",
	    "an operation", "pending" },
	{ ROSTER_HOLDS_ACTIVATION,
	    "SELECT q.name FROM activation a JOIN quorum q ON q.id = a.quorum "
	    "WHERE a.closed = 0 AND a.opened > ?1 ORDER BY a.ordinal LIMIT 1",
	    "an activation", "open" },
};

static bool
read_name(const struct db_rows *rows, void *item)
{
	db_copy_text(rows, 0, item, ROSTER_NAME);
	return true;
}

static enum err
fail_held(const struct roster_policy_row *row, const struct held *held, const char *name,
    struct err_trace *trace)
{
	if (held->what == ROSTER_HOLDS_ISSUE)
		err_next(trace,
		    "Finish it with 'quorate quorum resume %s --by NAME', or give it up.", name);
	else
		err_next(trace, "Wait until it has ended, then set it.");
	return FAIL(trace, ERR_NOT_NOW, "'%s' is not loosened while %s of quorum '%s' is %s",
	    row->name, held->words, name, held->state);
}

/* What the limit governs is under way. An activation whose end was not recorded ends by its bound.
 */
static enum err
check_under_way(struct roster *roster, const struct roster_policy_row *row, struct err_trace *trace)
{
	int64_t minutes = 0;
	enum err err =
	    roster_policy_get(roster, ROSTER_POLICY_ACTIVATION_MINUTES, 0, &minutes, trace);

	for (size_t i = 0; i < sizeof(held_by) / sizeof(held_by[0]) && err == ERR_OK; i++) {
		const struct held *held = &held_by[i];
		const struct db_value since[] = { db_integer(roster_now(roster) - minutes * 60) };
		char name[ROSTER_NAME] = "";

		if ((row->holds & held->what) == 0)
			continue;
		err = db_one(roster->db, &(const struct db_call){ held->sql, since, 1 }, read_name,
		    name, trace);
		if (err == ERR_OK)
			return fail_held(row, held, name, trace);
		if (err == ERR_ABSENT)
			err = ERR_OK;
	}
	return err;
}

/* It refused something just now: what is urgent is slept over. */
static enum err
check_cooled(struct roster *roster, const struct roster_policy_row *row, struct err_trace *trace)
{
	const int64_t cooling = ROSTER_POLICY_COOLING_HOURS * INT64_C(3600);
	int64_t refused = 0;
	char when[CLOCK_TEXT];
	const enum err err = db_ask_integer(roster->db,
	    DB_CALL("SELECT max(time) FROM refusal WHERE name = ?1", db_text(row->name)), 0,
	    &refused, trace);

	if (err != ERR_OK || refused == 0 || refused + cooling <= roster_now(roster))
		return err;
	clock_format(refused + cooling, when);
	err_next(trace, "Change what is to be done, or loosen it after %s.", when);
	clock_format(refused, when);
	return FAIL(trace, ERR_NOT_NOW,
	    "'%s' refused an operation at %s and is not loosened for %d hours after that",
	    row->name, when, ROSTER_POLICY_COOLING_HOURS);
}

static enum err
check_change(
    struct roster *roster, const struct roster_policy_change *change, struct err_trace *trace)
{
	const struct roster_policy_row *row = roster_policy_row(change->which);
	int64_t present = 0;
	enum err err = roster_policy_get(roster, change->which, 0, &present, trace);

	if (err == ERR_OK && present == change->value)
		err = FAIL(trace, ERR_ARGUMENT, "'%s' has that value already", row->name);
	if (err != ERR_OK || !is_looser(row, present, change->value))
		return err;
	err = check_under_way(roster, row, trace);
	return err == ERR_OK ? check_cooled(roster, row, trace) : err;
}

static enum err
check_people(
    struct roster *roster, const struct roster_policy_change *change, struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (roster_id_equal(&change->people[0], &change->people[1]))
		return FAIL(trace, ERR_ARGUMENT, "the policy is changed by two different people");
	for (int i = 0; i < 2 && err == ERR_OK; i++)
		err = person_check_present(roster, &change->people[i], trace);
	return err;
}

enum err
roster_policy_set(
    struct roster *roster, const struct roster_policy_change *change, struct err_trace *trace)
{
	const struct roster_policy_row *row = roster_policy_row(change->which);
	const struct person_text reason = { "the reason", change->reason, ROSTER_TEXT };
	enum err err = ERR_OK;

	if (change->value < row->min || change->value > row->max)
		return FAIL(trace, ERR_ARGUMENT,
		    "'%s' is %" PRId64 ", not from %" PRId64 " to %" PRId64, row->name,
		    change->value, row->min, row->max);
	err = person_check_text(&reason, trace);
	if (err == ERR_OK)
		err = check_people(roster, change, trace);
	if (err == ERR_OK)
		err = check_change(roster, change, trace);
	if (err != ERR_OK)
		return err;
	return event_append(roster, "policy.set",
	    json_pack("{s:s, s:I, s:s, s:o}", "name", row->name, "value", (json_int_t)change->value,
		"reason", change->reason, "people", member_of_ids(change->people, 2)),
	    trace);
}

void
roster_policy_refused(struct roster *roster, enum roster_policy which)
{
	const struct roster_policy_row *row = roster_policy_row(which);
	int64_t value = 0;

	if (!roster->writable || roster->depth > 0 || !roster_id_is_set(&roster->by) ||
	    roster_policy_get(roster, which, 0, &value, NULL) != ERR_OK)
		return;
	/* The refusal itself is the news; that it was not noted is none beside it. */
	(void)!event_append(roster, "policy.refuse",
	    json_pack("{s:s, s:I}", "name", row->name, "value", (json_int_t)value), NULL);
}

enum err
policy_check_allowed(
    struct roster *roster, enum roster_policy which, const char *what, struct err_trace *trace)
{
	int64_t allowed = 0;
	const enum err err = roster_policy_get(roster, which, 0, &allowed, trace);

	if (err != ERR_OK || allowed != 0)
		return err;
	roster_policy_refused(roster, which);
	err_next(
	    trace, "The limit is '%s' of 'quorate policy show'.", roster_policy_row(which)->name);
	return FAIL(trace, ERR_DENIED, "the policy refuses %s", what);
}

static bool
read_last(const struct db_rows *rows, void *item)
{
	struct roster_policy_last *last = item;
	uint8_t people[2 * ROSTER_ID_SIZE];

	last->time = db_get_integer(rows, 0);
	db_copy_text(rows, 1, last->reason, sizeof(last->reason));
	if (!db_copy_blob(rows, 2, people, sizeof(people)))
		return false;
	memcpy(last->people[0].bytes, people, ROSTER_ID_SIZE);
	memcpy(last->people[1].bytes, people + ROSTER_ID_SIZE, ROSTER_ID_SIZE);
	return true;
}

enum err
roster_policy_last(struct roster *roster, enum roster_policy which, int64_t at,
    struct roster_policy_last *out, struct err_trace *trace)
{
	struct roster_policy_last last = { 0 };
	const enum err err = db_one(roster->db,
	    DB_CALL("SELECT time, reason, people FROM policy WHERE name = ?1 AND time <= ?2 "
		    "ORDER BY ordinal DESC LIMIT 1",
		db_text(roster_policy_row(which)->name), db_integer(at == 0 ? INT64_MAX : at)),
	    read_last, &last, trace);

	if (err == ERR_OK)
		*out = last;
	return err;
}

static enum err
apply_set(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *people = json_object_get(event->body, "people");
	uint8_t ids[2 * ROSTER_ID_SIZE];

	for (size_t i = 0; i < 2; i++) {
		if (!hex_decode(json_string_value(json_array_get(people, i)),
			ids + i * ROSTER_ID_SIZE, ROSTER_ID_SIZE))
			return FAIL(trace, ERR_INTERNAL, "an id was not checked");
	}
	return db_run(db,
	    DB_CALL("INSERT INTO policy(name, value, reason, people, time) "
		    "VALUES(?1, ?2, ?3, ?4, ?5)",
		db_text(member_text(event->body, "name")),
		db_integer(member_integer(event->body, "value")),
		db_text(member_text(event->body, "reason")), db_blob(ids, sizeof(ids)),
		db_integer(event->time)),
	    trace);
}

static enum err
apply_refuse(struct db *db, const struct event *event, struct err_trace *trace)
{
	return db_run(db,
	    DB_CALL("INSERT INTO refusal(name, time) VALUES(?1, ?2)",
		db_text(member_text(event->body, "name")), db_integer(event->time)),
	    trace);
}

static const struct member person_item[] = { MEMBER_AN_ID(""), MEMBER_END };

static const struct member set_members[] = {
	MEMBER_A_TEXT("name", 1, 40),
	MEMBER_A_NUMBER("value", 0, INT32_MAX),
	MEMBER_A_TEXT("reason", 1, ROSTER_TEXT - 1),
	MEMBER_MANY("people", person_item, 2, 2),
	MEMBER_END,
};

static const struct member refuse_members[] = {
	MEMBER_A_TEXT("name", 1, 40),
	MEMBER_A_NUMBER("value", 0, INT32_MAX),
	MEMBER_END,
};

const struct event_type policy_events[] = {
	{ "policy.set", set_members, apply_set },
	{ "policy.refuse", refuse_members, apply_refuse },
	{ 0 },
};
