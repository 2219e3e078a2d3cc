/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking a pack. The lines are stored as they come, each compared with its chain; what they mean is
 * then replayed: only the new ones where all of them come behind what is known, else everything.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "roster/checkpoint_internal.h"
#include "roster/content.h"
#include "roster/project.h"
#include "roster/schema.h"
#include "roster/take_internal.h"

/* One writer: what was known of it before, and what is now. */
struct known {
	struct event_head before; /* n 0: nothing */
	struct event_head now;
	int64_t time; /* of `now` */
};

struct taking {
	struct roster *roster;
	struct roster_taken *taken;
	size_t count;
	struct known known[EVENT_WRITERS_MAX];
	int64_t newest;     /* time of what was known */
	int64_t earliest;   /* time of the first new event, or INT64_MAX */
	int64_t latest;     /* of the last */
	int64_t signatures; /* the first row of checkpoints that is new */
};

static bool
read_known(const struct db_rows *rows, void *item)
{
	struct known *known = item;

	known->before.n = db_get_integer(rows, 1);
	known->time = db_get_integer(rows, 3);
	if (!db_copy_blob(rows, 0, known->before.writer.bytes, ROSTER_ID_SIZE) ||
	    !db_copy_blob(rows, 2, known->before.hash.bytes, ROSTER_HASH_SIZE))
		return false;
	known->now = known->before;
	return true;
}

static enum err
load_known(struct taking *taking, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct known), read_known };
	void *items = NULL;
	size_t count = 0;
	enum err err = db_all(taking->roster->db,
	    DB_CALL0("SELECT writer, n, hash, time FROM head ORDER BY writer"), &shape, &items,
	    &count, trace);

	if (err != ERR_OK)
		return err;
	if (count > EVENT_WRITERS_MAX)
		err = FAIL(trace, ERR_FORMAT, "more than %d writers", EVENT_WRITERS_MAX);
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		taking->known[i] = ((const struct known *)items)[i];
		if (taking->known[i].time > taking->newest)
			taking->newest = taking->known[i].time;
	}
	taking->count = err == ERR_OK ? count : 0;
	free(items);
	return err;
}

static enum err
known_of(struct taking *taking, const struct roster_id *writer, struct known **out,
    struct err_trace *trace)
{
	for (size_t i = 0; i < taking->count; i++) {
		if (roster_id_equal(&taking->known[i].before.writer, writer)) {
			*out = &taking->known[i];
			return ERR_OK;
		}
	}
	if (taking->count == EVENT_WRITERS_MAX)
		return FAIL(trace, ERR_FORMAT, "more than %d writers", EVENT_WRITERS_MAX);
	*out = &taking->known[taking->count++];
	**out = (struct known){ .before.writer = *writer, .now.writer = *writer };
	return ERR_OK;
}

/* "laptop", or the beginning of the writer's id where it has not said its name. */
static void
name_writer(
    struct roster *roster, const struct roster_id *writer, char out[ROSTER_INSTALLATION_NAME])
{
	struct roster_installation *all = NULL;
	size_t count = 0;
	char id[ROSTER_ID_TEXT];

	roster_id_format(writer, id);
	snprintf(out, ROSTER_INSTALLATION_NAME, "%.8s", id);
	if (roster_installation_list(roster, &all, &count, NULL) != ERR_OK)
		return;
	for (size_t i = 0; i < count; i++) {
		if (roster_id_equal(&all[i].writer, writer))
			snprintf(out, ROSTER_INSTALLATION_NAME, "%s", all[i].name);
	}
	free(all);
}

static bool
read_hash(const struct db_rows *rows, void *item)
{
	return db_copy_blob(rows, 0, item, ROSTER_HASH_SIZE);
}

static enum err
fail_fork(struct taking *taking, const struct event *event, const struct roster_hash *here,
    struct err_trace *trace)
{
	char name[ROSTER_INSTALLATION_NAME];
	char ours[17];
	char theirs[17];

	name_writer(taking->roster, &event->writer, name);
	hex_encode(here->bytes, 8, ours);
	hex_encode(event->hash.bytes, 8, theirs);
	err_next(trace,
	    "one of the two rosters is a clone or was rolled back and went on by itself: "
	    "see docs/procedures/roster.md; nothing was taken");
	return FAIL(trace, ERR_EXISTS,
	    "event %" PRId64 " of '%s' is %s… here and %s… in the pack: two different events with "
	    "one writer and number",
	    event->n, name, ours, theirs);
}

/* An event that should be here already. */
static enum err
compare(struct taking *taking, const struct event *event, struct err_trace *trace)
{
	struct roster_hash here = { 0 };
	enum err err = db_one(taking->roster->db,
	    DB_CALL("SELECT hash FROM event WHERE writer = ?1 AND n = ?2",
		db_blob(event->writer.bytes, ROSTER_ID_SIZE), db_integer(event->n)),
	    read_hash, &here, trace);

	if (err == ERR_OK && !roster_hash_equal(&here, &event->hash))
		err = fail_fork(taking, event, &here, trace);
	return err == ERR_ABSENT ? FAIL(trace, ERR_FORMAT, "an event of the roster is missing")
				 : err;
}

/* This installation's own events come from nowhere else, unless its roster was put back. */
static enum err
fail_own(struct taking *taking, const struct event *event, struct err_trace *trace)
{
	const struct event_head *own = &taking->roster->own;
	char here[17];
	char there[17];

	hex_encode(own->hash.bytes, 8, here);
	hex_encode(event->hash.bytes, 8, there);
	err_next(trace, "this roster was rolled back: find its newer copy, or begin anew from the "
			"pack with 'quorate init --join PACK --by NAME' in another file");
	return FAIL(trace, ERR_NOT_NOW,
	    "the pack knows event %" PRId64 " (%s…) of this installation, whose own roster ends "
	    "with event %" PRId64 " (%s…)",
	    event->n, there, own->n, here);
}

/* The pack builds on an event that is neither here nor in it. */
static enum err
fail_gap(struct taking *taking, const struct known *known, int64_t n, struct err_trace *trace)
{
	char name[ROSTER_INSTALLATION_NAME];

	name_writer(taking->roster, &known->before.writer, name);
	err_next(trace, "have a whole pack made there: 'quorate roster pack FILE'");
	return FAIL(trace, ERR_NOT_NOW,
	    "the pack goes on from event %" PRId64 " of '%s', of which this roster has %" PRId64, n,
	    name, known->now.n);
}

static enum err
check_new(struct taking *taking, const struct known *known, const struct event *event,
    struct err_trace *trace)
{
	if (roster_id_equal(&event->writer, &taking->roster->own.writer))
		return fail_own(taking, event, trace);
	if (event->n > known->now.n + 1)
		return fail_gap(taking, known, event->n - 1, trace);
	if (event->n != known->now.n + 1 || !roster_hash_equal(&event->prev, &known->now.hash))
		return FAIL(trace, ERR_FORMAT,
		    "event %" PRId64 " of the pack does not follow the one before it", event->n);
	if (event->time < known->time)
		return FAIL(trace, ERR_FORMAT,
		    "event %" PRId64 " of the pack is older than the one before it", event->n);
	return ERR_OK;
}

/* A line of "seen" names events that came before, here or in the pack. */
static enum err
check_seen(struct taking *taking, const struct event *event, struct err_trace *trace)
{
	const json_t *seen = json_object_get(event->json, "seen");
	struct event_head head;
	struct known *known = NULL;

	for (size_t i = 0; i < json_array_size(seen); i++) {
		if (!event_head_parse(json_string_value(json_array_get(seen, i)), &head))
			return FAIL(trace, ERR_FORMAT, "an event has a malformed \"seen\"");
		const enum err err = known_of(taking, &head.writer, &known, trace);
		if (err != ERR_OK)
			return err;
		if (head.n > known->now.n)
			return fail_gap(taking, known, head.n, trace);
	}
	return ERR_OK;
}

static enum err
add_event(struct taking *taking, struct known *known, const struct event *event, const char *line,
    struct err_trace *trace)
{
	enum err err = check_new(taking, known, event, trace);

	if (err == ERR_OK)
		err = check_seen(taking, event, trace);
	if (err == ERR_OK)
		err = event_store(taking->roster->db, event, line, trace);
	if (err != ERR_OK)
		return err;
	known->now.n = event->n;
	known->now.hash = event->hash;
	known->time = event->time;
	if (event->time < taking->earliest)
		taking->earliest = event->time;
	if (event->time > taking->latest)
		taking->latest = event->time;
	taking->taken->events++;
	return ERR_OK;
}

static enum err
take_event(struct taking *taking, struct pack_reader *pack, struct err_trace *trace)
{
	struct event event = { 0 };
	struct known *known = NULL;
	const char *line = NULL;
	size_t len = 0;
	enum err err = pack_next_line(pack, &line, &len, trace);

	if (err == ERR_OK)
		err = event_parse(line, len, &event, trace);
	if (err != ERR_OK)
		return err;
	err = known_of(taking, &event.writer, &known, trace);
	if (err == ERR_OK && event.n <= known->before.n)
		err = compare(taking, &event, trace);
	else if (err == ERR_OK)
		err = add_event(taking, known, &event, line, trace);
	event_clear(&event);
	return err;
}

/* Events from the future would stop every command here until the clock is there. */
static enum err
check_clock(const struct taking *taking, struct err_trace *trace)
{
	const int64_t now = roster_now(taking->roster);
	char said[CLOCK_TEXT];
	char last[CLOCK_TEXT];

	if (taking->latest <= now + EVENT_CLOCK_SLACK)
		return ERR_OK;
	clock_format(now, said);
	clock_format(taking->latest, last);
	err_next(trace,
	    "find out which of the two machines' clocks is wrong; when it is this one's, "
	    "set it and take the pack again");
	return FAIL(trace, ERR_NOT_NOW,
	    "the pack's last event is of %s, but the clock here says %s", last, said);
}

/* In replay order all new events come behind all known ones when each is younger. */
static enum err
project(struct taking *taking, struct err_trace *trace)
{
	struct db *db = taking->roster->db;
	struct event_head heads[EVENT_WRITERS_MAX];
	struct replay_after after = { heads, 0 };
	enum err err;

	if (taking->earliest > taking->newest) {
		for (size_t i = 0; i < taking->count; i++)
			heads[after.count++] = taking->known[i].before;
		return project_after(db, &after, trace);
	}
	taking->signatures = 0;
	err = schema_clear_projections(db, trace);
	return err == ERR_OK ? project_all(db, db, PROJECT_EVERYTHING, trace) : err;
}

/* Whether an event binds it, whether one erased it, whether it is here, and about a person. */
struct standing {
	bool bound;
	bool erased;
	bool here;
	bool personal;
};

static bool
read_standing(const struct db_rows *rows, void *item)
{
	struct standing *standing = item;

	standing->bound = db_get_integer(rows, 0) != 0;
	standing->erased = db_get_integer(rows, 1) != 0;
	standing->here = db_get_integer(rows, 2) != 0;
	standing->personal = db_get_integer(rows, 3) != 0;
	return true;
}

static enum err
add_content(struct taking *taking, const struct pack_read_content *content, struct err_trace *trace)
{
	const struct db_value hash = db_blob(content->hash.bytes, ROSTER_HASH_SIZE);
	struct standing standing = { 0 };
	struct roster_hash computed;
	enum err err = content_hash(content->salt, content->bytes, content->len, &computed, trace);

	if (err == ERR_OK && !roster_hash_equal(&computed, &content->hash))
		err = FAIL(trace, ERR_FORMAT, "a content of the pack was changed");
	if (err == ERR_OK)
		err = db_one(taking->roster->db,
		    DB_CALL("SELECT EXISTS(SELECT 1 FROM reference WHERE hash = ?1), "
			    "EXISTS(SELECT 1 FROM erased WHERE hash = ?1), "
			    "EXISTS(SELECT 1 FROM content WHERE hash = ?1), "
			    "EXISTS(SELECT 1 FROM personal WHERE hash = ?1)",
			hash),
		    read_standing, &standing, trace);
	if (err == ERR_OK && !standing.bound)
		err = FAIL(trace, ERR_FORMAT, "the pack has a content that no event binds");
	if (err == ERR_OK && standing.personal)
		err = content_check_text(content->bytes, content->len, trace);
	if (err != ERR_OK || standing.erased || standing.here)
		return err;
	taking->taken->contents++;
	return db_run(taking->roster->db,
	    DB_CALL("INSERT INTO content(hash, salt, bytes) VALUES(?1, ?2, ?3)", hash,
		db_blob(content->salt, CONTENT_SALT_SIZE), db_blob(content->bytes, content->len)),
	    trace);
}

static enum err
take_contents(struct taking *taking, struct pack_reader *pack, struct err_trace *trace)
{
	struct pack_read_content content = { .bytes = NULL };
	enum err err = ERR_OK;

	for (int64_t i = 0; err == ERR_OK && i < pack_header(pack)->contents; i++) {
		err = pack_next_content(pack, &content, trace);
		if (err != ERR_OK)
			return err;
		err = add_content(taking, &content, trace);
		free(content.bytes);
	}
	return err == ERR_OK ? content_delete_erased(taking->roster->db, trace) : err;
}

/* What the new events bind came with them, unless it was erased. */
static enum err
check_complete(struct taking *taking, const struct known *known, struct err_trace *trace)
{
	int64_t n = 0;
	const enum err err = db_ask_integer(taking->roster->db,
	    DB_CALL("SELECT r.n FROM reference r WHERE r.writer = ?1 AND r.n > ?2 "
		    "AND NOT EXISTS (SELECT 1 FROM erased e WHERE e.hash = r.hash) "
		    "AND NOT EXISTS (SELECT 1 FROM content c WHERE c.hash = r.hash) LIMIT 1",
		db_blob(known->before.writer.bytes, ROSTER_ID_SIZE), db_integer(known->before.n)),
	    0, &n, trace);

	if (err == ERR_OK && n != 0)
		return FAIL(trace, ERR_FORMAT,
		    "the pack lacks a content that its event %" PRId64 " binds", n);
	return err;
}

static enum err
check_all(struct taking *taking, struct err_trace *trace)
{
	enum err err = checkpoint_verify_pins(taking->roster->db, taking->signatures, trace);

	for (size_t i = 0; err == ERR_OK && i < taking->count; i++)
		err = check_complete(taking, &taking->known[i], trace);
	return err;
}

static enum err
take_all(struct taking *taking, struct pack_reader *pack, struct err_trace *trace)
{
	enum err err = load_known(taking, trace);

	if (err == ERR_OK)
		err = db_ask_integer(taking->roster->db,
		    DB_CALL0("SELECT max(ordinal) + 1 FROM checkpoint"), 0, &taking->signatures,
		    trace);
	for (int64_t i = 0; err == ERR_OK && i < pack_header(pack)->events; i++)
		err = take_event(taking, pack, trace);
	if (err == ERR_OK)
		err = check_clock(taking, trace);
	if (err == ERR_OK && taking->taken->events > 0)
		err = project(taking, trace);
	if (err == ERR_OK)
		err = take_contents(taking, pack, trace);
	if (err == ERR_OK)
		err = check_all(taking, trace);
	if (err == ERR_OK && taking->latest > taking->roster->last_time)
		taking->roster->last_time = taking->latest;
	return err;
}

enum err
take_into(struct roster *roster, struct pack_reader *pack, struct roster_taken *out,
    struct err_trace *trace)
{
	struct taking *taking = calloc(1, sizeof(*taking));
	enum err err = ERR_INTERNAL;

	if (taking == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a pack");
	taking->roster = roster;
	taking->taken = out;
	taking->earliest = INT64_MAX;
	err = take_all(taking, pack, trace);
	free(taking);
	if (err == ERR_OK)
		err = roster_head(roster, &out->head, trace);
	if (err == ERR_OK)
		err = checkpoint_hash_heads(
		    pack_header(pack)->head, pack_header(pack)->heads, &out->pack_head, trace);
	if (err == ERR_OK)
		err = db_ask_integer(roster->db, DB_CALL0("SELECT count(*) FROM unapplied"), 0,
		    &out->unapplied, trace);
	out->from = pack_header(pack)->writer;
	return err;
}

static const char *
kind_of(bool practice)
{
	return practice ? "a PRACTICE roster" : "a real roster";
}

static enum err
check_whose(const struct roster *roster, const struct pack_header *header, struct err_trace *trace)
{
	char ours[ROSTER_ID_TEXT];
	char theirs[ROSTER_ID_TEXT];

	if (header->practice != roster->practice)
		return FAIL(trace, ERR_DENIED, "the pack is of %s; this is %s",
		    kind_of(header->practice), kind_of(roster->practice));
	if (roster_id_equal(&header->roster, &roster->identity))
		return ERR_OK;
	roster_id_format(&roster->identity, ours);
	roster_id_format(&header->roster, theirs);
	err_next(trace,
	    "check --roster; another organisation's pack begins a roster of its own with "
	    "'quorate init --join PACK --by NAME'");
	return FAIL(
	    trace, ERR_FORMAT, "the pack is of another roster: %.8s…, this is %.8s…", theirs, ours);
}

enum err
roster_take(
    struct roster *roster, const char *path, struct roster_taken *out, struct err_trace *trace)
{
	struct pack_reader *pack = NULL;
	struct roster_taken taken = { .events = 0 };
	enum err err = roster_begin(roster, trace);

	if (err != ERR_OK)
		return err;
	err = pack_open(path, &pack, trace);
	if (err == ERR_OK)
		err = check_whose(roster, pack_header(pack), trace);
	if (err == ERR_OK)
		err = take_into(roster, pack, &taken, trace);
	pack_close(pack);
	err = roster_end(roster, err, trace);
	if (err != ERR_OK)
		return FAIL(trace, err, "nothing of the pack '%s' was taken", path);
	*out = taken;
	return ERR_OK;
}
