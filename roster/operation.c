/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/operation.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "roster/operation_internal.h"
#include "roster/placement.h"
#include "roster/policy_internal.h"
#include "roster/roster_internal.h"
#include "roster/seat.h"

const char *const operation_words[] = { "create", "bind", "unbind", "rekey", "replace-card",
	"deliver", "unblock", "switch", NULL };
_Static_assert(sizeof(operation_words) / sizeof(operation_words[0]) == ROSTER_OP__COUNT + 1,
    "a word for each kind of operation");

const char *
roster_operation_word(enum roster_operation_kind kind)
{
	return operation_words[kind];
}

void
roster_operation_free(struct roster_operation *operation)
{
	if (operation == NULL)
		return;
	free(operation->step);
	free(operation);
}

static bool
read_operation(const struct db_rows *rows, void *item)
{
	struct roster_operation *operation = item;

	operation->plan.kind = (enum roster_operation_kind)db_get_integer(rows, 1);
	operation->plan.generation = (unsigned)db_get_integer(rows, 3);
	operation->state = (enum roster_operation_state)db_get_integer(rows, 6);
	operation->begun = db_get_integer(rows, 7);
	operation->ended = db_get_integer(rows, 8);
	return db_copy_blob(rows, 0, operation->id.bytes, ROSTER_ID_SIZE) &&
	       db_copy_blob(rows, 2, operation->plan.quorum.bytes, ROSTER_ID_SIZE) &&
	       db_copy_blob(rows, 5, operation->by.bytes, ROSTER_ID_SIZE) &&
	       operation_plan_unpack(db_get_text(rows, 4), &operation->plan, NULL) == ERR_OK;
}

#define OPERATION_COLUMNS                                                                          \
	"SELECT id, kind, quorum, generation, plan, person, state, begun, ended FROM operation "

static enum err
get_one(struct roster *roster, const struct db_call *call, struct roster_operation **out,
    struct err_trace *trace)
{
	struct roster_operation *operation = calloc(1, sizeof(*operation));

	if (operation == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for an operation");
	enum err err = db_one(roster->db, call, read_operation, operation, trace);
	if (err == ERR_OK)
		err = operation_load_steps(roster->db, operation, trace);
	if (err != ERR_OK) {
		roster_operation_free(operation);
		return err;
	}
	*out = operation;
	return ERR_OK;
}

enum err
roster_operation_get(struct roster *roster, const struct roster_id *id,
    struct roster_operation **out, struct err_trace *trace)
{
	const enum err err = get_one(roster,
	    DB_CALL(OPERATION_COLUMNS "WHERE id = ?1", db_blob(id->bytes, ROSTER_ID_SIZE)), out,
	    trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, err, "the roster has no such operation");
	return err;
}

enum err
roster_operation_pending(struct roster *roster, const struct roster_id *quorum,
    struct roster_operation **out, struct err_trace *trace)
{
	const enum err err = get_one(roster,
	    DB_CALL(OPERATION_COLUMNS "WHERE state = ?1 AND quorum = ?2",
		db_integer(ROSTER_OP_PENDING), db_blob(quorum->bytes, ROSTER_ID_SIZE)),
	    out, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, err, "nothing is pending for this quorum");
	return err;
}

static bool
read_id(const struct db_rows *rows, void *item)
{
	struct roster_id *id = item;

	return db_copy_blob(rows, 0, id->bytes, ROSTER_ID_SIZE);
}

enum err
roster_operation_list_pending(
    struct roster *roster, struct roster_id **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_id), read_id };
	void *ids = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL("SELECT id FROM operation WHERE state = ?1 ORDER BY ordinal",
		db_integer(ROSTER_OP_PENDING)),
	    &shape, &ids, count, trace);

	if (err == ERR_OK)
		*out = ids;
	return err;
}

/* One at a time, so that resume and abort know what they speak of. */
enum err
roster_operation_check_none(
    struct roster *roster, const struct roster_quorum *quorum, struct err_trace *trace)
{
	struct roster_operation *other = NULL;
	enum err err = roster_operation_pending(roster, &quorum->id, &other, NULL);

	if (err == ERR_ABSENT)
		return ERR_OK;
	if (err == ERR_OK) {
		err_next(trace,
		    "finish it with 'quorate quorum resume %s --by NAME', or see 'quorate quorum "
		    "abort %s --reason TEXT --by NAME'",
		    quorum->name, quorum->name);
		err = FAIL(trace, ERR_NOT_NOW, "'%s' of quorum '%s' is pending",
		    operation_words[other->plan.kind], quorum->name);
	}
	roster_operation_free(other);
	return err;
}

enum err
roster_plan_check(struct roster *roster, const struct roster_plan *plan, struct err_trace *trace)
{
	const bool issues = plan->kind == ROSTER_OP_CREATE || plan->kind == ROSTER_OP_REKEY;
	const bool binds = plan->kind == ROSTER_OP_CREATE || plan->kind == ROSTER_OP_BIND;
	struct roster_placing placing = { .threshold = plan->threshold, .cards = plan->cards };
	enum err err = ERR_OK;

	for (unsigned i = 0; i < plan->tokens && binds && err == ERR_OK; i++) {
		if (plan->token[i].token.software)
			err = policy_check_allowed(
			    roster, ROSTER_POLICY_SOFTWARE_TOKEN, "a software token", trace);
	}
	if (err != ERR_OK || !issues)
		return err;
	for (unsigned i = 0; i < plan->cards; i++)
		placing.card[i] = plan->card[i].card;
	if (plan->threshold == plan->cards)
		err = policy_check_allowed(
		    roster, ROSTER_POLICY_ALL_OF_N, "a threshold of all cards", trace);
	return err == ERR_OK ? roster_placement_check(roster, &placing, trace) : err;
}

enum err
roster_operation_begin(struct roster *roster, const struct roster_plan *plan, struct roster_id *out,
    struct err_trace *trace)
{
	struct roster_quorum quorum;
	struct roster_id id;
	enum err err = operation_plan_check(plan, trace);

	if (err == ERR_OK)
		err = roster_seat_check(roster, trace);
	if (err == ERR_OK)
		err = roster_quorum_get(roster, &plan->quorum, &quorum, trace);
	if (err == ERR_OK)
		err = roster_operation_check_none(roster, &quorum, trace);
	if (err == ERR_OK)
		err = roster_plan_check(roster, plan, trace);
	if (err == ERR_OK)
		err = roster_id_new(&id, trace);
	if (err == ERR_OK)
		err = event_append(roster, "operation.begin",
		    json_pack("{s:o, s:s, s:o, s:i, s:o}", "operation", member_of_id(&id), "kind",
			operation_words[plan->kind], "quorum", member_of_id(&plan->quorum),
			"generation", (int)plan->generation, "plan", operation_plan_pack(plan)),
		    trace);
	if (err == ERR_OK)
		*out = id;
	return err;
}

/* What another installation began is its own to go on with, or to give up. */
static enum err
check_pending(struct roster *roster, const struct roster_id *id, struct err_trace *trace)
{
	struct roster_operation *found = NULL;
	enum err err = roster_seat_check(roster, trace);

	if (err == ERR_OK)
		err = roster_operation_get(roster, id, &found, trace);
	if (err == ERR_OK && found->state != ROSTER_OP_PENDING)
		err = FAIL(trace, ERR_NOT_NOW, "the operation is over");
	roster_operation_free(found);
	return err;
}

enum err
roster_operation_finish(
    struct roster *roster, const struct roster_id *operation, struct err_trace *trace)
{
	const enum err err = check_pending(roster, operation, trace);

	if (err != ERR_OK)
		return err;
	return event_append(roster, "operation.finish",
	    json_pack("{s:o}", "operation", member_of_id(operation)), trace);
}

enum err
roster_operation_abort(struct roster *roster, const struct roster_id *operation, const char *reason,
    struct err_trace *trace)
{
	const enum err err = check_pending(roster, operation, trace);

	if (err != ERR_OK)
		return err;
	return event_append(roster, "operation.abort",
	    json_pack("{s:o, s:s}", "operation", member_of_id(operation), "reason", reason), trace);
}

static enum err
apply_begin(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	char *plan = NULL;
	struct roster_id operation;
	struct roster_id quorum;
	enum err err = json_canonical(json_object_get(body, "plan"), &plan, trace);

	member_hex(body, "operation", operation.bytes, sizeof(operation.bytes));
	member_hex(body, "quorum", quorum.bytes, sizeof(quorum.bytes));
	if (err == ERR_OK)
		err = db_run(db,
		    DB_CALL("INSERT INTO operation(id, kind, quorum, generation, plan, person, "
			    "state, begun, ended) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)",
			db_blob(operation.bytes, sizeof(operation.bytes)),
			db_integer(member_word(body, "kind", operation_words)),
			db_blob(quorum.bytes, sizeof(quorum.bytes)),
			db_integer(member_integer(body, "generation")), db_text(plan),
			db_blob(event->by.bytes, ROSTER_ID_SIZE), db_integer(ROSTER_OP_PENDING),
			db_integer(event->time)),
		    trace);
	free(plan);
	return err;
}

static enum err
end(struct db *db, const struct event *event, enum roster_operation_state state,
    struct err_trace *trace)
{
	struct roster_id operation;

	member_hex(event->body, "operation", operation.bytes, sizeof(operation.bytes));
	return db_change(db,
	    DB_CALL("UPDATE operation SET state = ?2, ended = ?3 WHERE id = ?1",
		db_blob(operation.bytes, sizeof(operation.bytes)), db_integer(state),
		db_integer(event->time)),
	    trace);
}

static enum err
apply_finish(struct db *db, const struct event *event, struct err_trace *trace)
{
	return end(db, event, ROSTER_OP_FINISHED, trace);
}

static enum err
apply_abort(struct db *db, const struct event *event, struct err_trace *trace)
{
	return end(db, event, ROSTER_OP_ABORTED, trace);
}

static const struct member begin_members[] = {
	MEMBER_AN_ID("operation"),
	MEMBER_A_WORD("kind", operation_words),
	MEMBER_AN_ID("quorum"),
	MEMBER_A_NUMBER("generation", 0, INT32_MAX),
	{ .name = "plan", .kind = MEMBER_OBJECT, .of = operation_plan_members },
	MEMBER_END,
};
static const struct member finish_members[] = { MEMBER_AN_ID("operation"), MEMBER_END };
static const struct member abort_members[] = {
	MEMBER_AN_ID("operation"),
	MEMBER_A_TEXT("reason", 1, ROSTER_TEXT - 1),
	MEMBER_END,
};

const struct event_type operation_events[] = {
	{ "operation.begin", begin_members, apply_begin },
	{ "operation.finish", finish_members, apply_finish },
	{ "operation.abort", abort_members, apply_abort },
	{ 0 },
};
