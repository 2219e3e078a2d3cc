/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/pack.h"

#include <stdlib.h>
#include <string.h>

#include "roster/checkpoint_internal.h"
#include "roster/content.h"
#include "roster/pack_file.h"
#include "roster/replay.h"
#include "roster/roster_internal.h"

struct packing {
	struct roster *roster;
	struct pack_header header;
	struct event_head after[EVENT_WRITERS_MAX]; /* what the other installation has */
	size_t after_count;
	struct pack_writer writer;
};

static int64_t
after_of(const struct packing *packing, const struct roster_id *writer)
{
	for (size_t i = 0; i < packing->after_count; i++) {
		if (roster_id_equal(&packing->after[i].writer, writer))
			return packing->after[i].n;
	}
	return 0;
}

/* An event knows its own chain and the newest of every other writer: all that was there then. */
static enum err
note_seen(struct packing *packing, const struct event *event, struct err_trace *trace)
{
	const json_t *seen = json_object_get(event->json, "seen");
	const size_t count = json_array_size(seen);

	if (count >= EVENT_WRITERS_MAX)
		return FAIL(trace, ERR_FORMAT, "an event has seen too many writers");
	for (size_t i = 0; i < count; i++) {
		if (!event_head_parse(json_string_value(json_array_get(seen, i)),
			&packing->after[packing->after_count++]))
			return FAIL(trace, ERR_FORMAT, "an event has a malformed \"seen\"");
	}
	packing->after[packing->after_count++] =
	    (struct event_head){ .writer = event->writer, .n = event->n, .hash = event->hash };
	return ERR_OK;
}

static enum err
find_after(
    struct packing *packing, const struct roster_installation *lacks, struct err_trace *trace)
{
	struct db_rows rows = { 0 };
	struct event event = { 0 };
	enum err err = db_query(packing->roster->db,
	    DB_CALL("SELECT line FROM event WHERE writer = ?1 AND n = ?2",
		db_blob(lacks->writer.bytes, ROSTER_ID_SIZE), db_integer(lacks->n)),
	    &rows, trace);

	if (err == ERR_OK && db_next(&rows)) {
		const char *line = db_get_text(&rows, 0);

		err = event_parse(line, strlen(line), &event, trace);
		if (err == ERR_OK)
			err = note_seen(packing, &event, trace);
		event_clear(&event);
	}
	return db_end(&rows, err, trace);
}

static enum err
count_contents(struct packing *packing, const struct event_head *head, struct err_trace *trace)
{
	int64_t count = 0;
	const enum err err = db_ask_integer(packing->roster->db,
	    DB_CALL("SELECT count(*) FROM reference r JOIN content c ON c.hash = r.hash "
		    "WHERE r.writer = ?1 AND r.n > ?2",
		db_blob(head->writer.bytes, ROSTER_ID_SIZE),
		db_integer(after_of(packing, &head->writer))),
	    0, &count, trace);

	packing->header.contents += count;
	return err;
}

static enum err
fill_header(struct packing *packing, struct err_trace *trace)
{
	struct pack_header *header = &packing->header;
	struct roster *roster = packing->roster;
	struct event_head *heads = NULL;
	enum err err = event_heads(roster->db, &heads, &header->heads, trace);

	if (err == ERR_OK && header->heads > EVENT_WRITERS_MAX)
		err = FAIL(trace, ERR_FORMAT, "more than %d writers", EVENT_WRITERS_MAX);
	for (size_t i = 0; err == ERR_OK && i < header->heads; i++) {
		header->head[i] = heads[i];
		header->events += heads[i].n - after_of(packing, &heads[i].writer);
		err = count_contents(packing, &heads[i], trace);
	}
	free(heads);
	header->roster = roster->identity;
	header->practice = roster->practice;
	header->writer = roster->own.writer;
	header->time = roster_now(roster);
	return err;
}

static enum err
write_events(struct packing *packing, struct err_trace *trace)
{
	const struct replay_after after = { packing->after, packing->after_count };
	struct replay *replay = NULL;
	const struct event *event = NULL;
	const char *line = NULL;
	enum err err = replay_open(packing->roster->db, &after, &replay, trace);

	while (err == ERR_OK) {
		err = replay_next(replay, &event, &line, trace);
		if (err != ERR_OK || event == NULL)
			break;
		err = pack_write_line(&packing->writer, line, strlen(line), trace);
	}
	replay_close(replay);
	return err;
}

static enum err
write_content(struct packing *packing, const struct db_rows *rows, struct err_trace *trace)
{
	struct pack_content content = { .salt = NULL };
	size_t salt_len = 0;

	content.salt = db_get_bytes(rows, 1, &salt_len);
	content.bytes = db_get_bytes(rows, 2, &content.len);
	if (!db_copy_blob(rows, 0, content.hash.bytes, ROSTER_HASH_SIZE) ||
	    salt_len != CONTENT_SALT_SIZE)
		return FAIL(trace, ERR_FORMAT, "a content beside the events is malformed");
	return pack_write_content(&packing->writer, &content, trace);
}

static enum err
write_contents_of(struct packing *packing, const struct event_head *head, struct err_trace *trace)
{
	struct db_rows rows = { 0 };
	enum err err = db_query(packing->roster->db,
	    DB_CALL("SELECT c.hash, c.salt, c.bytes FROM reference r JOIN content c "
		    "ON c.hash = r.hash WHERE r.writer = ?1 AND r.n > ?2 ORDER BY r.n, c.hash",
		db_blob(head->writer.bytes, ROSTER_ID_SIZE),
		db_integer(after_of(packing, &head->writer))),
	    &rows, trace);

	while (err == ERR_OK && db_next(&rows))
		err = write_content(packing, &rows, trace);
	return db_end(&rows, err, trace);
}

/* All of it from one state of the roster: a reader of a closed file looks before it is given out.
 */
static enum err
write_all(struct packing *packing, const char *path, struct err_trace *trace)
{
	const struct pack_header *header = &packing->header;
	enum err err = pack_write_header(&packing->writer, path, header, trace);

	if (err == ERR_OK)
		err = write_events(packing, trace);
	for (size_t i = 0; err == ERR_OK && i < header->heads; i++)
		err = write_contents_of(packing, &header->head[i], trace);
	if (err == ERR_OK)
		err = roster_check_unchanged(packing->roster, trace);
	if (err == ERR_OK)
		err = pack_write_end(&packing->writer, trace);
	pack_write_close(&packing->writer);
	return err;
}

/* Beside a writer, one transaction keeps the view of it. */
static enum err
read_and_write(struct packing *packing, const char *path, const struct roster_installation *lacks,
    struct err_trace *trace)
{
	enum err err = db_script(packing->roster->db, "BEGIN", trace);

	if (err == ERR_OK && lacks != NULL)
		err = find_after(packing, lacks, trace);
	if (err == ERR_OK)
		err = fill_header(packing, trace);
	if (err == ERR_OK)
		err = write_all(packing, path, trace);
	db_rollback(packing->roster->db);
	return err;
}

enum err
roster_pack(struct roster *roster, const char *path, const struct roster_installation *lacks,
    struct roster_packed *out, struct err_trace *trace)
{
	struct packing *packing = calloc(1, sizeof(*packing));
	struct roster_packed packed = { 0 };
	enum err err = ERR_INTERNAL;

	if (packing == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a pack");
	packing->roster = roster;
	err = read_and_write(packing, path, lacks, trace);
	packed.events = packing->header.events;
	packed.contents = packing->header.contents;
	if (err == ERR_OK)
		err = checkpoint_hash_heads(
		    packing->header.head, packing->header.heads, &packed.head, trace);
	free(packing);
	if (err != ERR_OK)
		return FAIL(trace, err, "the pack '%s' was not made", path);
	*out = packed;
	return ERR_OK;
}
