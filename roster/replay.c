/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/replay.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* One writer's chain, with the event that could come next. */
struct chain {
	struct event_head done; /* the last that was given out */
	struct db_rows rows;
	bool at_end;
	struct event next; /* json NULL: none */
};

struct replay {
	struct db *db;
	size_t chains;
	struct chain chain[EVENT_WRITERS_MAX];
	struct chain *last; /* whose event is out */
};

static enum err
fail_at(const struct chain *chain, const char *what, struct err_trace *trace)
{
	char writer[ROSTER_ID_TEXT];

	roster_id_format(&chain->done.writer, writer);
	err_next(trace, "keep this file aside and take the newest copy of the roster");
	return FAIL(trace, ERR_FORMAT, "event %" PRId64 " of writer %.8s… %s", chain->done.n + 1,
	    writer, what);
}

/* The event follows the chain and is what its row says. */
static enum err
check_link(const struct chain *chain, const struct event *event, struct err_trace *trace)
{
	struct roster_hash stored = { 0 };

	if (db_get_integer(&chain->rows, 0) != chain->done.n + 1 || event->n != chain->done.n + 1)
		return fail_at(chain, "is missing", trace);
	if (!roster_id_equal(&event->writer, &chain->done.writer))
		return fail_at(chain, "names another writer", trace);
	if (!db_copy_blob(&chain->rows, 1, stored.bytes, sizeof(stored.bytes)) ||
	    !roster_hash_equal(&stored, &event->hash))
		return fail_at(chain, "was changed: its hash is another", trace);
	if (!roster_hash_equal(&event->prev, &chain->done.hash))
		return fail_at(chain, "does not follow the one before it", trace);
	return ERR_OK;
}

static enum err
fetch(struct chain *chain, struct err_trace *trace)
{
	size_t len = 0;

	event_clear(&chain->next);
	if (!db_next(&chain->rows)) {
		chain->at_end = true;
		return db_end(&chain->rows, ERR_OK, trace);
	}
	const char *line = db_get_bytes(&chain->rows, 2, &len);
	enum err err = event_parse(line, len, &chain->next, trace);

	if (err != ERR_OK) {
		char writer[ROSTER_ID_TEXT];

		roster_id_format(&chain->done.writer, writer);
		return FAIL(trace, err, "event %" PRId64 " of writer %.8s… is not readable",
		    chain->done.n + 1, writer);
	}
	return check_link(chain, &chain->next, trace);
}

static struct chain *
chain_of(struct replay *replay, const struct roster_id *writer)
{
	for (size_t i = 0; i < replay->chains; i++) {
		if (roster_id_equal(&replay->chain[i].done.writer, writer))
			return &replay->chain[i];
	}
	return NULL;
}

/* The hash of one event, as stored; the replay itself compares it with the line. */
static enum err
check_seen(struct replay *replay, const struct event_head *seen, struct err_trace *trace)
{
	int64_t found = 0;
	const enum err err = db_ask_integer(replay->db,
	    DB_CALL("SELECT 1 FROM event WHERE writer = ?1 AND n = ?2 AND hash = ?3",
		db_blob(seen->writer.bytes, ROSTER_ID_SIZE), db_integer(seen->n),
		db_blob(seen->hash.bytes, ROSTER_HASH_SIZE)),
	    0, &found, trace);

	if (err == ERR_OK && found == 0)
		return FAIL(trace, ERR_FORMAT, "an event has seen one that is not in the roster");
	return err;
}

/* True in *ready when all that the chain's next event has seen was given out. */
static enum err
is_ready(struct replay *replay, const struct chain *chain, bool *ready, struct err_trace *trace)
{
	const json_t *seen = json_object_get(chain->next.json, "seen");
	struct event_head head;

	*ready = true;
	for (size_t i = 0; i < json_array_size(seen); i++) {
		if (!event_head_parse(json_string_value(json_array_get(seen, i)), &head))
			return fail_at(chain, "has a malformed \"seen\"", trace);
		const struct chain *other = chain_of(replay, &head.writer);
		if (other == NULL || other->done.n < head.n) {
			*ready = false;
			return ERR_OK;
		}
		const enum err err = check_seen(replay, &head, trace);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static bool
comes_before(const struct chain *a, const struct chain *b)
{
	if (a->next.time != b->next.time)
		return a->next.time < b->next.time;
	return roster_id_order(&a->next.writer, &b->next.writer) < 0;
}

static enum err
choose(struct replay *replay, struct chain **out, bool *waiting, struct err_trace *trace)
{
	struct chain *best = NULL;

	*waiting = false;
	for (size_t i = 0; i < replay->chains; i++) {
		struct chain *chain = &replay->chain[i];
		bool ready = false;

		if (chain->at_end)
			continue;
		*waiting = true;
		const enum err err = is_ready(replay, chain, &ready, trace);
		if (err != ERR_OK)
			return err;
		if (ready && (best == NULL || comes_before(chain, best)))
			best = chain;
	}
	*out = best;
	return ERR_OK;
}

enum err
replay_next(
    struct replay *replay, const struct event **event, const char **line, struct err_trace *trace)
{
	struct chain *chosen = NULL;
	bool waiting = false;
	enum err err = ERR_OK;

	if (replay->last != NULL)
		err = fetch(replay->last, trace);
	replay->last = NULL;
	if (err == ERR_OK)
		err = choose(replay, &chosen, &waiting, trace);
	if (err != ERR_OK)
		return err;
	if (chosen == NULL && waiting)
		return FAIL(trace, ERR_FORMAT, "an event waits for one that is not in the roster");
	if (chosen == NULL) {
		*event = NULL;
		*line = NULL;
		return ERR_OK;
	}
	chosen->done.n = chosen->next.n;
	chosen->done.hash = chosen->next.hash;
	replay->last = chosen;
	*event = &chosen->next;
	*line = db_get_text(&chosen->rows, 2);
	return ERR_OK;
}

static bool
read_writer(const struct db_rows *rows, void *item)
{
	struct event_head *head = item;

	return db_copy_blob(rows, 0, head->writer.bytes, ROSTER_ID_SIZE);
}

/* What is done of a writer's chain when the replay begins. */
static struct event_head
start_of(const struct replay_after *after, const struct roster_id *writer)
{
	for (size_t i = 0; after != NULL && i < after->count; i++) {
		if (roster_id_equal(&after->head[i].writer, writer))
			return after->head[i];
	}
	return (struct event_head){ .writer = *writer };
}

static enum err
open_chains(struct replay *replay, const struct replay_after *after, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < replay->chains && err == ERR_OK; i++) {
		struct chain *chain = &replay->chain[i];

		chain->done = start_of(after, &chain->done.writer);
		err = db_query(replay->db,
		    DB_CALL(
			"SELECT n, hash, line FROM event WHERE writer = ?1 AND n > ?2 ORDER BY n",
			db_blob(chain->done.writer.bytes, ROSTER_ID_SIZE),
			db_integer(chain->done.n)),
		    &chain->rows, trace);
		if (err == ERR_OK)
			err = fetch(chain, trace);
	}
	return err;
}

enum err
replay_open(
    struct db *db, const struct replay_after *after, struct replay **out, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct event_head), read_writer };
	struct replay *replay = calloc(1, sizeof(*replay));
	void *writers = NULL;
	size_t count = 0;
	enum err err = ERR_INTERNAL;

	if (replay == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a replay");
	replay->db = db;
	err = db_all(db, DB_CALL0("SELECT DISTINCT writer FROM event ORDER BY writer"), &shape,
	    &writers, &count, trace);
	if (err == ERR_OK && count > EVENT_WRITERS_MAX)
		err = FAIL(trace, ERR_FORMAT, "more than %d writers", EVENT_WRITERS_MAX);
	if (err == ERR_OK) {
		replay->chains = count;
		for (size_t i = 0; i < count; i++)
			replay->chain[i].done = ((struct event_head *)writers)[i];
		err = open_chains(replay, after, trace);
	}
	free(writers);
	if (err != ERR_OK) {
		replay_close(replay);
		return err;
	}
	*out = replay;
	return ERR_OK;
}

void
replay_close(struct replay *replay)
{
	if (replay == NULL)
		return;
	for (size_t i = 0; i < replay->chains; i++) {
		event_clear(&replay->chain[i].next);
		if (db_end(&replay->chain[i].rows, ERR_OK, NULL) != ERR_OK)
			continue;
	}
	free(replay);
}
