/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/quorum.h"

#include <stdlib.h>
#include <string.h>

#include "roster/binding.h"
#include "roster/quorum_internal.h"
#include "roster/roster_internal.h"
#include "roster/seat.h"

#define QUORUM_COLUMNS                                                                             \
	"SELECT q.id, q.name, q.state, q.created, q.adopted, "                                     \
	"(SELECT max(number) FROM generation g WHERE g.quorum = q.id), "                           \
	"(SELECT max(number) FROM generation g WHERE g.quorum = q.id AND g.state = 2) "            \
	"FROM quorum q "
_Static_assert(ROSTER_GENERATION_LIVE == 2, "the statement above names it");

static bool
read_quorum(const struct db_rows *rows, void *item)
{
	struct roster_quorum *quorum = item;

	db_copy_text(rows, 1, quorum->name, sizeof(quorum->name));
	quorum->state = (enum roster_quorum_state)db_get_integer(rows, 2);
	quorum->created = db_get_integer(rows, 3);
	quorum->adopted = db_get_integer(rows, 4);
	quorum->newest = (unsigned)db_get_integer(rows, 5);
	quorum->live = (unsigned)db_get_integer(rows, 6);
	return db_copy_blob(rows, 0, quorum->id.bytes, ROSTER_ID_SIZE);
}

enum err
roster_quorum_get(struct roster *roster, const struct roster_id *id, struct roster_quorum *out,
    struct err_trace *trace)
{
	struct roster_quorum quorum = { 0 };
	const enum err err = db_one(roster->db,
	    DB_CALL(QUORUM_COLUMNS "WHERE q.id = ?1", db_blob(id->bytes, ROSTER_ID_SIZE)),
	    read_quorum, &quorum, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, err, "the roster has no such quorum");
	if (err == ERR_OK)
		*out = quorum;
	return err;
}

enum err
roster_quorum_find(
    struct roster *roster, const char *name, struct roster_quorum *out, struct err_trace *trace)
{
	struct roster_quorum quorum = { 0 };
	const enum err err = db_one(roster->db,
	    DB_CALL(QUORUM_COLUMNS "WHERE q.name = ?1 AND q.state <> ?2", db_text(name),
		db_integer(ROSTER_QUORUM_ABANDONED)),
	    read_quorum, &quorum, trace);

	if (err == ERR_ABSENT) {
		err_next(trace, "'quorate quorum list' shows those there are");
		return FAIL(trace, err, "the roster has no quorum '%.64s'", name);
	}
	if (err == ERR_OK)
		*out = quorum;
	return err;
}

enum err
roster_quorum_list(
    struct roster *roster, struct roster_quorum **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_quorum), read_quorum };
	void *quorums = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL(QUORUM_COLUMNS "WHERE q.state <> ?1 ORDER BY q.name",
		db_integer(ROSTER_QUORUM_ABANDONED)),
	    &shape, &quorums, count, trace);

	if (err == ERR_OK)
		*out = quorums;
	return err;
}

enum err
roster_quorum_create(
    struct roster *roster, const char *name, struct roster_id *out, struct err_trace *trace)
{
	struct roster_quorum other;
	struct roster_id id;
	enum err err;

	if (!roster_is_plain_name(name))
		return FAIL(trace, ERR_ARGUMENT,
		    "a quorum's name has 1 to 32 of the characters a-z, 0-9 and '-'");
	err = roster_seat_check(roster, trace);
	if (err != ERR_OK)
		return err;
	err = roster_quorum_find(roster, name, &other, NULL);
	if (err == ERR_OK)
		return FAIL(trace, ERR_EXISTS, "there is a quorum '%s' already", name);
	if (err != ERR_ABSENT)
		return FAIL(trace, err, "the quorums were not read");
	err = roster_id_new(&id, trace);
	if (err == ERR_OK)
		err = event_append(roster, "quorum.create",
		    json_pack("{s:o, s:s}", "quorum", member_of_id(&id), "name", name), trace);
	if (err == ERR_OK)
		*out = id;
	return err;
}

enum err
roster_quorum_abandon(struct roster *roster, const struct roster_id *quorum, const char *reason,
    struct err_trace *trace)
{
	struct roster_quorum found;
	const enum err err = roster_quorum_get(roster, quorum, &found, trace);

	if (err != ERR_OK)
		return err;
	if (found.state == ROSTER_QUORUM_ABANDONED || found.live != 0)
		return FAIL(trace, ERR_NOT_NOW, "quorum '%s' stands or was abandoned", found.name);
	return event_append(roster, "quorum.abandon",
	    json_pack("{s:o, s:s}", "quorum", member_of_id(quorum), "reason", reason), trace);
}

static enum err
apply_create(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id quorum;

	member_hex(event->body, "quorum", quorum.bytes, sizeof(quorum.bytes));
	return db_run(db,
	    DB_CALL("INSERT INTO quorum(id, name, state, created, adopted) "
		    "VALUES(?1, ?2, ?3, ?4, 0)",
		db_blob(quorum.bytes, sizeof(quorum.bytes)),
		db_text(member_text(event->body, "name")), db_integer(ROSTER_QUORUM_FORMING),
		db_integer(event->time)),
	    trace);
}

static enum err
apply_abandon(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id quorum;

	member_hex(event->body, "quorum", quorum.bytes, sizeof(quorum.bytes));
	return db_change(db,
	    DB_CALL("UPDATE quorum SET state = ?2 WHERE id = ?1",
		db_blob(quorum.bytes, sizeof(quorum.bytes)), db_integer(ROSTER_QUORUM_ABANDONED)),
	    trace);
}

static const struct member create_members[] = {
	MEMBER_AN_ID("quorum"),
	MEMBER_A_TEXT("name", 1, 32),
	MEMBER_END,
};
static const struct member abandon_members[] = {
	MEMBER_AN_ID("quorum"),
	MEMBER_A_TEXT("reason", 1, ROSTER_TEXT - 1),
	MEMBER_END,
};

const struct event_type quorum_events[] = {
	{ "quorum.create", create_members, apply_create },
	{ "quorum.abandon", abandon_members, apply_abandon },
	{ 0 },
};
