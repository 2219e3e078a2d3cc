/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of other installations: the newest event of each says what it had seen. */
#include <stdlib.h>

#include "roster/health/gather.h"
#include "roster/roster_internal.h"

struct writer {
	struct event_head head;
	int64_t time;
};

static bool
read_writer(const struct db_rows *rows, void *item)
{
	struct writer *writer = item;

	writer->head.n = db_get_integer(rows, 1);
	writer->time = db_get_integer(rows, 2);
	return db_copy_blob(rows, 0, writer->head.writer.bytes, ROSTER_ID_SIZE);
}

/* Which of them is this installation; on one that only reads, the one that was heard of last. */
static size_t
find_own(const struct roster *roster, const struct writer *writers, size_t count)
{
	size_t newest = 0;

	for (size_t i = 0; i < count; i++) {
		if (roster_id_equal(&writers[i].head.writer, &roster->standing.writer))
			return i;
		if (writers[i].time > writers[newest].time)
			newest = i;
	}
	return newest;
}

/* The event that sealed the newest generation binds its shares' records. */
static bool
read_sealing(const struct db_rows *rows, void *item)
{
	struct event_head *head = item;

	head->n = db_get_integer(rows, 1);
	return db_copy_blob(rows, 0, head->writer.bytes, ROSTER_ID_SIZE);
}

static bool
has_seen(const char *line, size_t len, const struct event_head *event)
{
	struct event parsed = { 0 };
	bool has = false;

	if (event_parse(line, len, &parsed, NULL) != ERR_OK)
		return false;
	const json_t *seen = json_object_get(parsed.json, "seen");

	for (size_t i = 0; i < json_array_size(seen); i++) {
		struct event_head head;

		has =
		    has || (event_head_parse(json_string_value(json_array_get(seen, i)), &head) &&
			       roster_id_equal(&head.writer, &event->writer) && head.n >= event->n);
	}
	event_clear(&parsed);
	return has;
}

/* Whether the last event of any other writer had seen this one. */
static enum err
ask_others(
    struct roster *roster, const struct event_head *event, bool *known, struct err_trace *trace)
{
	struct db_rows rows = { 0 };
	enum err err = db_query(roster->db,
	    DB_CALL("SELECT e.line FROM head h JOIN event e ON e.writer = h.writer AND e.n = h.n "
		    "WHERE h.writer <> ?1",
		db_blob(event->writer.bytes, ROSTER_ID_SIZE)),
	    &rows, trace);

	while (err == ERR_OK && !*known && db_next(&rows)) {
		size_t len = 0;
		const char *line = db_get_bytes(&rows, 0, &len);

		*known = has_seen(line, len, event);
	}
	return db_end(&rows, err, trace);
}

static enum err
gather_known(struct roster *roster, struct facts *facts, struct err_trace *trace)
{
	struct fact_generation *newest = &facts->generation[facts->generations - 1];
	struct event_head sealing = { 0 };
	const enum err err = db_one(roster->db,
	    DB_CALL("SELECT r.writer, r.n FROM share s JOIN reference r ON r.hash = s.record "
		    "WHERE s.quorum = ?1 AND s.generation = ?2 LIMIT 1",
		db_blob(facts->quorum.bytes, ROSTER_ID_SIZE), db_integer(newest->number)),
	    read_sealing, &sealing, trace);

	if (err == ERR_ABSENT) {
		newest->known_elsewhere = true; /* it has no share at all: adopted, and none seen */
		return ERR_OK;
	}
	if (err != ERR_OK)
		return FAIL(trace, err, "who sealed generation %u was not read", newest->number);
	return ask_others(roster, &sealing, &newest->known_elsewhere, trace);
}

enum err
gather_news(struct roster *roster, struct facts *facts, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct writer), read_writer };
	void *list = NULL;
	size_t count = 0;
	enum err err = db_ask_integer(roster->db,
	    DB_CALL0("SELECT EXISTS (SELECT 1 FROM checkpoint)"), 0, &facts->checkpoints, trace);

	if (err == ERR_OK)
		err = db_all(roster->db, DB_CALL0("SELECT writer, n, time FROM head"), &shape,
		    &list, &count, trace);
	if (err != ERR_OK)
		return err;
	const struct writer *writers = list;
	const size_t own = find_own(roster, writers, count);

	facts->others = count > 0 ? count - 1 : 0;
	for (size_t i = 0; i < count; i++) {
		if (i != own && (facts->oldest_news == 0 || writers[i].time < facts->oldest_news))
			facts->oldest_news = writers[i].time;
	}
	if (facts->others > 0 && facts->generations > 0)
		err = gather_known(roster, facts, trace);
	free(list);
	return err;
}
