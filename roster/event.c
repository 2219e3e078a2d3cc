/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/hash.h"
#include "base/json.h"
#include "roster/project.h"
#include "roster/roster_internal.h"

static const int64_t NUMBER_MAX = 9007199254740991; /* 2^53 - 1, as RFC 8785 */

static const struct member seen_item[] = {
	MEMBER_A_TEXT("", 1, EVENT_HEAD_TEXT),
	MEMBER_END,
};

static const struct member envelope[] = {
	{ .name = "v", .kind = MEMBER_INTEGER, .min = 1, .max = NUMBER_MAX },
	MEMBER_AN_ID("writer"),
	{ .name = "n", .kind = MEMBER_INTEGER, .min = 1, .max = NUMBER_MAX },
	MEMBER_BYTES("prev", ROSTER_HASH_SIZE),
	MEMBER_MANY("seen", seen_item, 0, EVENT_WRITERS_MAX),
	{ .name = "time", .kind = MEMBER_INTEGER, .min = 0, .max = NUMBER_MAX },
	MEMBER_AN_ID("by"),
	MEMBER_A_TEXT("type", 1, 64),
	{ .name = "body", .kind = MEMBER_ANY },
	MEMBER_END,
};

void
event_head_format(const struct event_head *head, char out[EVENT_HEAD_TEXT])
{
	char writer[ROSTER_ID_TEXT];
	char hash[ROSTER_HASH_TEXT];

	roster_id_format(&head->writer, writer);
	hex_encode(head->hash.bytes, sizeof(head->hash.bytes), hash);
	snprintf(out, EVENT_HEAD_TEXT, "%s %" PRId64 " %s", writer, head->n, hash);
}

bool
event_head_parse(const char *text, struct event_head *out)
{
	struct event_head head = { 0 };
	char writer[ROSTER_ID_TEXT];
	char hash[ROSTER_HASH_TEXT];
	char again[EVENT_HEAD_TEXT];
	int end = 0;

	if (sscanf(text, "%32s %" SCNd64 " %64s%n", writer, &head.n, hash, &end) != 3 ||
	    text[end] != '\0')
		return false;
	if (!roster_id_parse(writer, &head.writer) ||
	    !hex_decode(hash, head.hash.bytes, sizeof(head.hash.bytes)) || head.n < 1)
		return false;
	/* sscanf is generous with signs, zeros and spaces; one head has one spelling. */
	event_head_format(&head, again);
	if (strcmp(again, text) != 0)
		return false;
	*out = head;
	return true;
}

static enum err
check_version(const json_t *json, struct err_trace *trace)
{
	const int64_t version = member_integer(json, "v");

	if (version <= EVENT_VERSION)
		return ERR_OK;
	err_next(trace, "use the newer Quorate that wrote it");
	return FAIL(trace, ERR_UNSUPPORTED,
	    "an event has version %" PRId64 "; this Quorate knows up to %d", version,
	    EVENT_VERSION);
}

static enum err
check_body(const struct event *event, const char *type, struct err_trace *trace)
{
	if (event->type == NULL) {
		err_next(trace, "use the newer Quorate that wrote it");
		return FAIL(trace, ERR_UNSUPPORTED,
		    "an event has the type '%s', which this Quorate does not know", type);
	}
	const enum err err = member_check(event->type->body, event->body, trace);

	return err == ERR_OK ? ERR_OK : FAIL(trace, err, "an event '%s' has a wrong body", type);
}

/* The checked envelope of `json` as an event. */
static void
fill(json_t *json, struct event *event)
{
	member_hex(json, "writer", event->writer.bytes, sizeof(event->writer.bytes));
	event->n = member_integer(json, "n");
	member_hex(json, "prev", event->prev.bytes, sizeof(event->prev.bytes));
	event->time = member_integer(json, "time");
	member_hex(json, "by", event->by.bytes, sizeof(event->by.bytes));
	event->type = event_type_find(member_text(json, "type"));
	event->body = json_object_get(json, "body");
	event->json = json;
}

enum err
event_parse(const char *line, size_t len, struct event *out, struct err_trace *trace)
{
	struct event event = { 0 };
	json_t *json = NULL;
	enum err err = json_parse_canonical(line, len, EVENT_LINE_MAX, &json, trace);

	if (err != ERR_OK)
		return err;
	err = json_is_object(json) ? check_version(json, trace) : ERR_OK;
	if (err == ERR_OK)
		err = member_check(envelope, json, trace);
	if (err == ERR_OK) {
		fill(json, &event);
		err = check_body(&event, member_text(json, "type"), trace);
	}
	if (err == ERR_OK)
		err = sha256(line, len, event.hash.bytes, trace);
	if (err != ERR_OK) {
		json_decref(json);
		return err;
	}
	*out = event;
	return ERR_OK;
}

void
event_clear(struct event *event)
{
	json_decref(event->json);
	*event = (struct event){ 0 };
}

static bool
read_head(const struct db_rows *rows, void *item)
{
	struct event_head *head = item;

	head->n = db_get_integer(rows, 1);
	return db_copy_blob(rows, 0, head->writer.bytes, ROSTER_ID_SIZE) &&
	       db_copy_blob(rows, 2, head->hash.bytes, ROSTER_HASH_SIZE);
}

enum err
event_heads(struct db *db, struct event_head **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct event_head), read_head };
	void *heads = NULL;
	const enum err err =
	    db_all(db, DB_CALL0("SELECT writer, n, hash FROM head ORDER BY writer"), &shape, &heads,
		count, trace);

	if (err == ERR_OK)
		*out = heads;
	return err;
}

enum err
event_last_of(
    struct db *db, const struct roster_id *writer, struct event_head *out, struct err_trace *trace)
{
	struct event_head head = { .writer = *writer };
	const enum err err = db_one(db,
	    DB_CALL("SELECT writer, n, hash FROM event WHERE writer = ?1 ORDER BY n DESC LIMIT 1",
		db_blob(writer->bytes, ROSTER_ID_SIZE)),
	    read_head, &head, trace);

	if (err != ERR_OK && err != ERR_ABSENT)
		return err;
	*out = head;
	return ERR_OK;
}

/* The newest heads of all other writers, as the new event's "seen". */
static enum err
pack_seen(struct roster *roster, json_t **out, struct err_trace *trace)
{
	struct event_head *heads = NULL;
	size_t count = 0;
	char text[EVENT_HEAD_TEXT];
	json_t *seen = json_array();
	enum err err = event_heads(roster->db, &heads, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		if (roster_id_equal(&heads[i].writer, &roster->own.writer))
			continue;
		event_head_format(&heads[i], text);
		if (json_array_append_new(seen, json_string(text)) != 0)
			err = FAIL(trace, ERR_NOMEM, "no memory for an event");
	}
	free(heads);
	if (err != ERR_OK) {
		json_decref(seen);
		return err;
	}
	*out = seen;
	return ERR_OK;
}

/* Never before the last event, lest the log lie; a clock far behind is somebody's to mend. */
static enum err
time_for_event(struct roster *roster, int64_t *out, struct err_trace *trace)
{
	const int64_t now = roster_now(roster);
	char said[CLOCK_TEXT];
	char last[CLOCK_TEXT];

	if (now + EVENT_CLOCK_SLACK < roster->last_time) {
		clock_format(now, said);
		clock_format(roster->last_time, last);
		err_next(trace, "set the machine's clock, then try again");
		return FAIL(trace, ERR_NOT_NOW,
		    "the clock says %s, but the roster's last event is of %s", said, last);
	}
	*out = now > roster->last_time ? now : roster->last_time;
	return ERR_OK;
}

/* The line of the next event; free() *line. */
static enum err
make_line(
    struct roster *roster, const char *type, json_t *body, char **line, struct err_trace *trace)
{
	json_t *seen = NULL;
	json_t *json = NULL;
	int64_t time = 0;
	enum err err = time_for_event(roster, &time, trace);

	if (err == ERR_OK)
		err = pack_seen(roster, &seen, trace);
	if (err != ERR_OK)
		return err;
	json = json_pack("{s:i, s:o, s:I, s:o, s:o, s:I, s:o, s:s, s:O}", "v", EVENT_VERSION,
	    "writer", member_of_id(&roster->own.writer), "n", (json_int_t)roster->own.n + 1, "prev",
	    member_of_hash(&roster->own.hash), "seen", seen, "time", (json_int_t)time, "by",
	    member_of_id(&roster->by), "type", type, "body", body);
	if (json == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for an event");
	err = json_canonical(json, line, trace);
	json_decref(json);
	return err;
}

enum err
event_store(struct db *db, const struct event *event, const char *line, struct err_trace *trace)
{
	return db_run(db,
	    DB_CALL("INSERT INTO event(writer, n, hash, line) VALUES(?1, ?2, ?3, ?4)",
		db_blob(event->writer.bytes, ROSTER_ID_SIZE), db_integer(event->n),
		db_blob(event->hash.bytes, ROSTER_HASH_SIZE), db_text(line)),
	    trace);
}

static enum err
store_line(struct roster *roster, const char *line, struct err_trace *trace)
{
	struct event event = { 0 };
	enum err err = event_parse(line, strlen(line), &event, trace);

	if (err != ERR_OK)
		return err;
	err = event_store(roster->db, &event, line, trace);
	if (err == ERR_OK)
		err = project_event(roster->db, &event, trace);
	if (err == ERR_OK) {
		roster->own.n = event.n;
		roster->own.hash = event.hash;
		roster->last_time = event.time;
	}
	event_clear(&event);
	return err;
}

enum err
event_append(struct roster *roster, const char *type, json_t *body, struct err_trace *trace)
{
	char *line = NULL;
	enum err err = ERR_INTERNAL;

	if (body == NULL)
		return FAIL(trace, ERR_ARGUMENT, "a text is not valid UTF-8");
	err = roster_begin(roster, trace);
	if (err != ERR_OK)
		goto out;
	if (!roster_id_is_set(&roster->by)) {
		err = FAIL(trace, ERR_INTERNAL, "nobody acts on the roster yet");
		goto out;
	}
	err = make_line(roster, type, body, &line, trace);
	if (err == ERR_OK)
		err = store_line(roster, line, trace);
	if (err == ERR_OK)
		err = roster_commit(roster, trace);
out:
	if (err != ERR_OK)
		roster_rollback(roster);
	free(line);
	json_decref(body);
	return err;
}
