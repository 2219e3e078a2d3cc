/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/seat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/operation.h"
#include "roster/person_internal.h"
#include "roster/quorum.h"
#include "roster/roster_internal.h"
#include "roster/seat_internal.h"

enum { PREFIX_MIN = 8 };

static const char FIRST[] = "first";

#define INSTALLATION_COLUMNS                                                                       \
	"SELECT i.writer, i.name, i.joined, "                                                      \
	"i.writer = (SELECT writer FROM seat ORDER BY ordinal DESC LIMIT 1), h.n, h.hash, "        \
	"h.time, (SELECT max(p.n) FROM pin p WHERE p.writer = i.writer) "                          \
	"FROM installation i JOIN head h ON h.writer = i.writer "

static bool
read_installation(const struct db_rows *rows, void *item)
{
	struct roster_installation *installation = item;

	db_copy_text(rows, 1, installation->name, sizeof(installation->name));
	installation->joined = db_get_integer(rows, 2);
	installation->has_seat = db_get_integer(rows, 3) != 0;
	installation->n = db_get_integer(rows, 4);
	installation->time = db_get_integer(rows, 6);
	installation->pinned = db_get_integer(rows, 7);
	return db_copy_blob(rows, 0, installation->writer.bytes, ROSTER_ID_SIZE) &&
	       db_copy_blob(rows, 5, installation->hash.bytes, ROSTER_HASH_SIZE);
}

enum err
roster_installation_list(
    struct roster *roster, struct roster_installation **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_installation),
		read_installation };
	void *items = NULL;
	const enum err err = db_all(roster->db, DB_CALL0(INSTALLATION_COLUMNS "ORDER BY i.ordinal"),
	    &shape, &items, count, trace);

	if (err != ERR_OK)
		return err;
	*out = items;
	for (size_t i = 0; i < *count; i++)
		(*out)[i].is_ours = roster_id_equal(&(*out)[i].writer, &roster->own.writer);
	return ERR_OK;
}

/* "first, laptop (5f3a9c1e…)": those there are. */
static void
suggest(const struct roster_installation *all, size_t count, struct err_trace *trace)
{
	char names[160] = "";
	size_t len = 0;

	for (size_t i = 0; i < count && len < sizeof(names) / 2; i++)
		len += (size_t)snprintf(
		    names + len, sizeof(names) - len, "%s%.40s", i == 0 ? "" : ", ", all[i].name);
	err_next(trace, "those there are: %s; 'quorate roster verify' shows them", names);
}

static bool
is_called(const struct roster_installation *installation, const char *name)
{
	char id[ROSTER_ID_TEXT];

	roster_id_format(&installation->writer, id);
	return strcmp(installation->name, name) == 0 ||
	       (strlen(name) >= PREFIX_MIN && strncmp(id, name, strlen(name)) == 0);
}

enum err
roster_installation_find(struct roster *roster, const char *name, struct roster_installation *out,
    struct err_trace *trace)
{
	struct roster_installation *all = NULL;
	const struct roster_installation *found = NULL;
	size_t count = 0;
	size_t matches = 0;
	enum err err = roster_installation_list(roster, &all, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		if (!is_called(&all[i], name))
			continue;
		found = &all[i];
		matches++;
	}
	if (err == ERR_OK && matches == 0) {
		suggest(all, count, trace);
		err = FAIL(trace, ERR_ABSENT, "no installation is called '%.64s'", name);
	} else if (matches > 1) {
		err_next(trace, "give the first 8 characters of its id: 'quorate roster verify'");
		err = FAIL(
		    trace, ERR_ARGUMENT, "%zu installations are called '%.64s'", matches, name);
	} else if (err == ERR_OK) {
		*out = *found;
	}
	free(all);
	return err;
}

static enum err
seat_holder(struct roster *roster, struct roster_installation *out, struct err_trace *trace)
{
	return db_one(roster->db,
	    DB_CALL0(INSTALLATION_COLUMNS
		"WHERE i.writer = (SELECT writer FROM seat ORDER BY ordinal DESC LIMIT 1)"),
	    read_installation, out, trace);
}

enum err
roster_seat_check(struct roster *roster, struct err_trace *trace)
{
	struct roster_installation holder = { 0 };
	char id[ROSTER_ID_TEXT];
	const enum err err = seat_holder(roster, &holder, trace);

	if (err != ERR_OK)
		return err;
	if (roster_id_equal(&holder.writer, &roster->own.writer))
		return ERR_OK;
	roster_id_format(&holder.writer, id);
	err_next(trace, "do it there, or have it pass the seat with 'quorate roster hand-over --to "
			"INSTALLATION --by NAME' and "
			"take its pack here");
	return FAIL(trace, ERR_NOT_NOW,
	    "the seat is with the installation '%s' (%.8s…), not with this one", holder.name, id);
}

static enum err
check_nothing_pending(struct roster *roster, struct err_trace *trace)
{
	struct roster_id *pending = NULL;
	size_t count = 0;
	enum err err = roster_operation_list_pending(roster, &pending, &count, trace);

	free(pending);
	if (err == ERR_OK && count > 0) {
		err_next(trace, "'quorate quorum list' shows it; finish or abort it first");
		err = FAIL(trace, ERR_NOT_NOW, "an operation is pending on this installation");
	}
	return err;
}

enum err
roster_seat_pass(struct roster *roster, const struct roster_id *to, struct err_trace *trace)
{
	enum err err = roster_seat_check(roster, trace);

	if (err == ERR_OK)
		err = check_nothing_pending(roster, trace);
	if (err == ERR_OK && roster_id_equal(to, &roster->own.writer))
		err = FAIL(trace, ERR_ARGUMENT, "this installation has the seat already");
	if (err != ERR_OK)
		return err;
	return event_append(roster, "seat.pass", json_pack("{s:o}", "to", member_of_id(to)), trace);
}

/*
 * How many cards of generation ?4 of quorum ?3 signed checkpoint ?1, whose head is ?2; and how many
 * events writer ?5 had written when they were asked to, and how many signatures there are.
 */
#define SIGNERS                                                                                    \
	"SELECT count(DISTINCT k.card) FROM checkpoint k JOIN share s ON s.card = k.card "         \
	"WHERE k.number = ?1 AND k.head = ?2 AND s.quorum = ?3 AND s.generation = ?4 AND "         \
	"s.delivered <> 0"
#define PINNED                                                                                     \
	"SELECT max(p.n) FROM pin p JOIN checkpoint k ON k.ordinal = p.checkpoint "                \
	"WHERE k.number = ?1 AND k.head = ?2 AND p.writer = ?5"
#define SIGNATURES "SELECT count(*) FROM checkpoint k WHERE k.number = ?1 AND k.head = ?2"

struct support {
	int64_t signers;
	int64_t
	    written_since; /* but for the signatures; -1: it did not sign this writer's events */
	int64_t threshold;
};

static bool
read_support(const struct db_rows *rows, void *item)
{
	struct support *support = item;

	support->signers = db_get_integer(rows, 0);
	support->written_since = db_is_null(rows, 1) ? -1 : db_get_integer(rows, 1);
	support->threshold = db_get_integer(rows, 2);
	return true;
}

/* `last` is the event of the claimer behind which the claim comes. */
static enum err
load_support(struct db *db, const struct roster_seat_claim *claim, const struct event_head *last,
    struct support *out, struct err_trace *trace)
{
	const enum err err = db_one(db,
	    DB_CALL("SELECT (" SIGNERS "), ?6 - (" PINNED ") - (" SIGNATURES "), threshold "
		    "FROM generation WHERE quorum = ?3 AND number = ?4",
		db_integer(claim->checkpoint.number),
		db_blob(claim->checkpoint.head.bytes, ROSTER_HASH_SIZE),
		db_blob(claim->quorum.bytes, ROSTER_ID_SIZE), db_integer(claim->generation),
		db_blob(last->writer.bytes, ROSTER_ID_SIZE), db_integer(last->n)),
	    read_support, out, trace);

	return err == ERR_ABSENT ? FAIL(trace, err, "there is no such generation") : err;
}

static enum err
check_signers(struct roster *roster, const struct roster_seat_claim *claim, struct err_trace *trace)
{
	struct support support = { 0 };
	const enum err err = load_support(roster->db, claim, &roster->own, &support, trace);

	if (err != ERR_OK)
		return err;
	if (support.signers < support.threshold)
		return FAIL(trace, ERR_DENIED,
		    "%d cards of generation %u signed for the claim; %d must", (int)support.signers,
		    claim->generation, (int)support.threshold);
	if (support.written_since != 0)
		return FAIL(trace, ERR_DENIED, "the checkpoint was signed before other events");
	return ERR_OK;
}

enum err
roster_seat_may_claim(
    struct roster *roster, const struct roster_seat_claim *claim, struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (roster_seat_check(roster, NULL) == ERR_OK)
		return FAIL(trace, ERR_NOT_NOW, "this installation has the seat already");
	if (roster_id_equal(&claim->people[0], &claim->people[1]))
		return FAIL(trace, ERR_ARGUMENT, "the seat is claimed by two different people");
	for (int i = 0; i < 2 && err == ERR_OK; i++)
		err = person_check_present(roster, &claim->people[i], trace);
	return err;
}

enum err
roster_seat_claim(
    struct roster *roster, const struct roster_seat_claim *claim, struct err_trace *trace)
{
	enum err err = roster_seat_may_claim(roster, claim, trace);

	if (err == ERR_OK)
		err = check_signers(roster, claim, trace);
	if (err != ERR_OK)
		return FAIL(trace, err, "the seat was not claimed");
	return event_append(roster, "seat.claim",
	    json_pack("{s:o, s:o, s:i, s:i, s:o}", "people", member_of_ids(claim->people, 2),
		"quorum", member_of_id(&claim->quorum), "generation", (int)claim->generation,
		"number", (int)claim->checkpoint.number, "head",
		member_of_hash(&claim->checkpoint.head)),
	    trace);
}

enum err
seat_join(struct roster *roster, const char *name, struct err_trace *trace)
{
	if (strcmp(name, FIRST) == 0)
		return FAIL(trace, ERR_ARGUMENT, "'%s' is the installation that founded it", name);
	return event_append(roster, "roster.join", json_pack("{s:s}", "name", name), trace);
}

static enum err
add_installation(
    struct db *db, const struct event *event, const char *name, struct err_trace *trace)
{
	return db_run(db,
	    DB_CALL("INSERT INTO installation(writer, name, joined) VALUES(?1, ?2, ?3)",
		db_blob(event->writer.bytes, ROSTER_ID_SIZE), db_text(name),
		db_integer(event->time)),
	    trace);
}

static enum err
give_seat(
    struct db *db, const struct event *event, const struct roster_id *to, struct err_trace *trace)
{
	return db_run(db,
	    DB_CALL("INSERT INTO seat(writer, time) VALUES(?1, ?2)",
		db_blob(to->bytes, ROSTER_ID_SIZE), db_integer(event->time)),
	    trace);
}

enum err
seat_found(struct db *db, const struct event *event, struct err_trace *trace)
{
	const enum err err = add_installation(db, event, FIRST, trace);

	return err == ERR_OK ? give_seat(db, event, &event->writer, trace) : err;
}

static enum err
apply_join(struct db *db, const struct event *event, struct err_trace *trace)
{
	return add_installation(db, event, member_text(event->body, "name"), trace);
}

static enum err
apply_pass(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id to;
	int64_t has = 0;
	const enum err err = db_ask_integer(db,
	    DB_CALL("SELECT writer = ?1 FROM seat ORDER BY ordinal DESC LIMIT 1",
		db_blob(event->writer.bytes, ROSTER_ID_SIZE)),
	    0, &has, trace);

	if (err == ERR_OK && has == 0)
		return FAIL(trace, ERR_ABSENT, "the seat was elsewhere already");
	member_hex(event->body, "to", to.bytes, sizeof(to.bytes));
	return err == ERR_OK ? give_seat(db, event, &to, trace) : err;
}

/* The signatures once more: an event that claims without them has no effect. */
static enum err
apply_claim(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	const struct event_head last = { .writer = event->writer, .n = event->n - 1 };
	struct roster_seat_claim claim = {
		.generation = (unsigned)member_integer(body, "generation"),
		.checkpoint.number = (unsigned)member_integer(body, "number"),
	};
	struct support support = { 0 };

	member_hex(body, "quorum", claim.quorum.bytes, ROSTER_ID_SIZE);
	member_hex(body, "head", claim.checkpoint.head.bytes, ROSTER_HASH_SIZE);
	const enum err err = load_support(db, &claim, &last, &support, trace);
	if (err == ERR_OK && (support.signers < support.threshold || support.written_since != 0))
		return FAIL(trace, ERR_ABSENT, "the claim is not signed for");
	return err == ERR_OK ? give_seat(db, event, &event->writer, trace) : err;
}

static const struct member join_members[] = {
	MEMBER_A_TEXT("name", 1, ROSTER_INSTALLATION_NAME - 1),
	MEMBER_END,
};
static const struct member pass_members[] = { MEMBER_AN_ID("to"), MEMBER_END };
static const struct member person_item[] = { MEMBER_AN_ID(""), MEMBER_END };
static const struct member claim_members[] = {
	MEMBER_MANY("people", person_item, 2, 2),
	MEMBER_AN_ID("quorum"),
	MEMBER_A_NUMBER("generation", 1, INT32_MAX),
	MEMBER_A_NUMBER("number", 1, INT32_MAX),
	MEMBER_BYTES("head", ROSTER_HASH_SIZE),
	MEMBER_END,
};

const struct event_type seat_events[] = {
	{ "roster.join", join_members, apply_join },
	{ "seat.pass", pass_members, apply_pass },
	{ "seat.claim", claim_members, apply_claim },
	{ 0 },
};
