/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/chain.h"
#include "base/file.h"

/*
 * What a line of each kind has beside v, n, prev, time and kind, and nothing else: name and type of
 * each member. s text, i integer, b boolean, o object, a array of texts, l array of objects,
 * h 64 hexadecimal digits; a capital letter: or null.
 */
static const struct {
	const char *word;
	const char *members;
} kinds[] = {
	[RECORD_OPEN] = { "open", "mode:s name:s title:s script:h sheet:h roster:o build:s "
				  "programs:l host:o previous:O by:s" },
	[RECORD_APPROVED] = { "approved", "person:s role:s how:s at:i card:O statement:O "
					  "signature:S" },
	[RECORD_PREFLIGHT] = { "preflight", "check:s finding:s verdict:s accepted:a" },
	[RECORD_PERSON] = { "person", "person:s role:s in:b deputy:b" },
	[RECORD_SESSION] = { "session", "quorum:s open:b step:i" },
	[RECORD_BEGIN] = { "begin", "step:i id:s title:s attempt:i command:A practice:b" },
	[RECORD_END] = { "end", "step:i attempt:i status:i seconds:i out:o err:o checks:l "
				"matches:b" },
	[RECORD_FILLED] = { "filled", "step:i name:s record:s label:s value:s about:S" },
	[RECORD_CONFIRMED] = { "confirmed", "step:i person:s role:s" },
	[RECORD_DECIDED] = { "decided", "step:i question:s taken:s by:s" },
	[RECORD_DONE] = { "done", "step:i result:s" },
	[RECORD_NOTE] = { "note", "step:i text:s by:s" },
	[RECORD_EXCEPTION] = { "exception", "number:i step:i expected:s happened:s decided:s "
					    "confirmed:s outcome:s" },
	[RECORD_PAUSED] = { "paused", "step:i by:s reason:s" },
	[RECORD_RESUMED] = { "resumed", "step:i seconds:i after:s boot:s by:s" },
	[RECORD_INVENTORY] = { "inventory", "tokens:l entropy:s" },
	[RECORD_STATEMENT] = { "statement", "person:s role:s says:s text:s how:s" },
	[RECORD_STOPPED] = { "stopped", "step:i by:s reason:s" },
	[RECORD_FROZEN] = { "frozen", "steps:i deviations:i exceptions:i" },
};
_Static_assert(sizeof(kinds) / sizeof(*kinds) == RECORD_KIND__COUNT, "a row each");

enum { COMMON_MEMBERS = 5 }; /* v, n, prev, time, kind */

const char *
record_kind_word(enum record_kind kind)
{
	return kinds[kind].word;
}

static bool
is_list_of(const json_t *value, bool of_texts)
{
	if (!json_is_array(value))
		return false;
	for (size_t i = 0; i < json_array_size(value); i++) {
		const json_t *one = json_array_get(value, i);

		if (of_texts ? !json_is_string(one) : !json_is_object(one))
			return false;
	}
	return true;
}

static bool
is_hash(const json_t *value)
{
	const char *text = json_string_value(value);

	return text != NULL && strlen(text) == 2 * SHA256_SIZE &&
	       strspn(text, "0123456789abcdef") == 2 * SHA256_SIZE;
}

static bool
is_of_type(const json_t *value, char type)
{
	switch (type) {
	case 's':
		return json_is_string(value);
	case 'S':
		return json_is_string(value) || json_is_null(value);
	case 'i':
		return json_is_integer(value);
	case 'b':
		return json_is_boolean(value);
	case 'o':
		return json_is_object(value);
	case 'O':
		return json_is_object(value) || json_is_null(value);
	case 'a':
		return is_list_of(value, true);
	case 'A':
		return json_is_null(value) || is_list_of(value, true);
	case 'l':
		return is_list_of(value, false);
	case 'h':
		return is_hash(value);
	default:
		return false;
	}
}

/* Each member that `spec` names is there, of its type, and there is no other. */
static enum err
check_members(const json_t *line, const char *spec, struct err_trace *trace)
{
	size_t count = COMMON_MEMBERS;

	while (*spec != '\0') {
		size_t len = strcspn(spec, ":");
		char name[16];

		snprintf(name, sizeof(name), "%.*s", (int)len, spec);
		if (!is_of_type(json_object_get(line, name), spec[len + 1]))
			return FAIL(
			    trace, ERR_FORMAT, "its member '%s' is not what it must be", name);
		count++;
		spec += len + 2 + strspn(spec + len + 2, " ");
	}
	if (json_object_size(line) != count)
		return FAIL(trace, ERR_FORMAT, "it has a member that its kind has not");
	return ERR_OK;
}

static enum err
find_kind(const json_t *line, enum record_kind *out, struct err_trace *trace)
{
	const char *word = json_string_value(json_object_get(line, "kind"));

	for (unsigned i = 0; word != NULL && i < RECORD_KIND__COUNT; i++) {
		if (strcmp(word, kinds[i].word) != 0)
			continue;
		*out = i;
		return ERR_OK;
	}
	return FAIL(trace, ERR_FORMAT, "it is of no kind that a ceremony's record has");
}

static enum err
check_line(const json_t *json, struct record_line *out, struct err_trace *trace)
{
	const json_t *time = json_object_get(json, "time");
	enum err err = find_kind(json, &out->kind, trace);

	if (err == ERR_OK && json_integer_value(json_object_get(json, "v")) != RECORD_VERSION)
		err = FAIL(trace, ERR_FORMAT, "it is not of version %d", RECORD_VERSION);
	if (err == ERR_OK && !json_is_integer(time))
		err = FAIL(trace, ERR_FORMAT, "it has no time");
	if (err == ERR_OK)
		err = check_members(json, kinds[out->kind].members, trace);
	if (err == ERR_OK && (out->kind == RECORD_OPEN) != (out->n == 1))
		err = FAIL(trace, ERR_FORMAT, "a record has one opening, its first line");
	out->time = json_integer_value(time);
	return err;
}

/* Takes a copy of the entry in hand into the lines. */
static enum err
keep_line(struct record *record, const struct chain_entry *entry, struct err_trace *trace)
{
	struct record_line line = { .n = entry->place.n };
	struct record_line *longer =
	    realloc(record->lines, (record->count + 1) * sizeof(*record->lines));
	char *text = strdup(entry->line);
	enum err err = check_line(entry->json, &line, trace);

	if (longer != NULL)
		record->lines = longer;
	if (err == ERR_OK && (longer == NULL || text == NULL))
		err = FAIL(trace, ERR_NOMEM, "no memory for the record");
	if (err == ERR_OK && record->frozen)
		err = FAIL(trace, ERR_FORMAT, "it stands behind the line that froze the record");
	if (err != ERR_OK) {
		free(text);
		return FAIL(trace, ERR_FORMAT, "line %lld of the record is not as it must be",
		    (long long)entry->place.n);
	}
	memcpy(line.hash, entry->place.head, sizeof(line.hash));
	line.json = json_incref((json_t *)(uintptr_t)entry->json);
	line.text = text;
	record->lines[record->count++] = line;
	memcpy(record->head, line.hash, sizeof(record->head));
	record->frozen = line.kind == RECORD_FROZEN;
	return ERR_OK;
}

/*
 * Behind the last whole line a crash leaves a part of one line: without its end, or with zeros
 * where a page never reached the disk. Anything more was whole once.
 */
static enum err
check_rest(const char *path, size_t whole, bool *torn, struct err_trace *trace)
{
	char *bytes = NULL;
	size_t len = 0;
	const char *end;
	enum err err = file_read(path, RECORD_FILE_MAX, &bytes, &len, trace);

	if (err != ERR_OK)
		return err;
	end = len > whole ? memchr(bytes + whole, '\n', len - whole) : NULL;
	if (end != NULL && (size_t)(end - bytes) + 1 != len)
		err = FAIL(trace, ERR_FORMAT, "a line in the middle of the record is damaged");
	*torn = len > whole;
	free(bytes);
	return err;
}

enum err
record_read(const char *path, struct record *out, struct err_trace *trace)
{
	struct record record = { .count = 0 };
	struct chain *chain = NULL;
	struct chain_entry entry;
	size_t whole = 0;
	bool more = true;
	enum err err = chain_open(path, &chain, trace);

	while (err == ERR_OK) {
		err = chain_next(chain, &entry, &more, trace);
		if (err != ERR_OK || !more)
			break;
		whole += entry.len + 1;
		err = keep_line(&record, &entry, trace);
	}
	chain_close(chain);
	if (err == ERR_OK)
		err = check_rest(path, whole, &record.torn, trace);
	if (err == ERR_OK)
		*out = record;
	else
		record_free(&record);
	return err;
}

void
record_free(struct record *record)
{
	for (size_t i = 0; i < record->count; i++) {
		json_decref((json_t *)(uintptr_t)record->lines[i].json);
		free((char *)(uintptr_t)record->lines[i].text);
	}
	free(record->lines);
	*record = (struct record){ .count = 0 };
}

const struct record_line *
record_last(const struct record *record, enum record_kind kind, unsigned step)
{
	for (size_t i = record->count; i-- > 0;) {
		const struct record_line *line = &record->lines[i];

		if (line->kind == kind &&
		    (step == 0 || json_integer_value(json_object_get(line->json, "step")) == step))
			return line;
	}
	return NULL;
}

struct record_writer {
	int fd;
	struct chain_place place;
	bool frozen;
	off_t size;
	struct timespec written; /* its last change, by us: a time that no program can set */
};

/* Makes an empty file when there is none; says whether the one there is frozen. */
static enum err
look_before(const char *path, bool *frozen, struct err_trace *trace)
{
	struct record record = { .count = 0 };
	enum err err;

	if (access(path, F_OK) != 0 && errno == ENOENT) {
		*frozen = false;
		return file_create(path, "", 0, trace);
	}
	err = record_read(path, &record, trace);
	if (err != ERR_OK)
		return err;
	*frozen = record.frozen;
	record_free(&record);
	return ERR_OK;
}

static enum err
keep_time(struct record_writer *writer, struct err_trace *trace)
{
	struct stat now;

	if (fstat(writer->fd, &now) != 0)
		return FAIL_ERRNO(trace, "the record cannot be looked at");
	writer->written = now.st_ctim;
	return ERR_OK;
}

enum err
record_writer_open(const char *path, struct record_writer **out, struct err_trace *trace)
{
	struct record_writer *writer = calloc(1, sizeof(*writer));
	enum err err;

	if (writer == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the record");
	writer->fd = -1;
	err = look_before(path, &writer->frozen, trace);
	if (err == ERR_OK)
		err = chain_take(path, &writer->place, &writer->fd, trace);
	if (err == ERR_NOT_NOW)
		err = FAIL(trace, ERR_NOT_NOW, "this ceremony is being run by another program");
	if (err == ERR_OK)
		writer->size = lseek(writer->fd, 0, SEEK_END);
	if (err == ERR_OK && writer->size < 0)
		err = FAIL_ERRNO(trace, "the record %s cannot be written", path);
	if (err == ERR_OK)
		err = keep_time(writer, trace);
	if (err == ERR_OK)
		*out = writer;
	else
		record_writer_close(writer);
	return err;
}

void
record_writer_close(struct record_writer *writer)
{
	if (writer == NULL)
		return;
	if (writer->fd >= 0)
		close(writer->fd);
	free(writer);
}

/* What a step's command could do to the file is found at that step, not when all of it is read. */
static enum err
check_untouched(const struct record_writer *writer, struct err_trace *trace)
{
	struct stat now;

	if (fstat(writer->fd, &now) != 0)
		return FAIL_ERRNO(trace, "the record cannot be looked at");
	if (now.st_size == writer->size && now.st_nlink == 1 &&
	    now.st_ctim.tv_sec == writer->written.tv_sec &&
	    now.st_ctim.tv_nsec == writer->written.tv_nsec)
		return ERR_OK;
	err_next(trace,
	    "Keep the ceremony's folder as it is, and find out which command did it; 'quorate "
	    "ceremony resume' goes on only with a record that is whole.");
	return FAIL(trace, ERR_FORMAT,
	    "the record was changed, by something that is not this ceremony, behind line %lld",
	    (long long)writer->place.n);
}

/* Durable, or cut off again: a line is there or it is not. */
static enum err
append(struct record_writer *writer, const char *line, size_t len, struct err_trace *trace)
{
	size_t done = 0;
	enum err err = check_untouched(writer, trace);
	enum err kept;

	if (err != ERR_OK)
		return err;
	while (err == ERR_OK && done < len) {
		ssize_t put =
		    pwrite(writer->fd, line + done, len - done, writer->size + (off_t)done);

		if (put >= 0)
			done += (size_t)put;
		else if (errno != EINTR)
			err = FAIL_ERRNO(trace, "a line of the record cannot be written");
	}
	if (err == ERR_OK && fdatasync(writer->fd) != 0)
		err = FAIL_ERRNO(trace, "a line of the record cannot be written to the disk");
	if (err == ERR_OK)
		writer->size += (off_t)len;
	else if (ftruncate(writer->fd, writer->size) != 0)
		err_next(
		    trace, "The line is there in part; 'quorate ceremony resume' cuts it off.");
	kept = keep_time(writer, trace); /* cutting off changed it, too */
	return err == ERR_OK ? kept : err;
}

/* As a reader would find it, so that no line is ever written that cannot be read. */
static enum err
check_written(const char *text, size_t len, int64_t n, struct err_trace *trace)
{
	struct record_line line = { .n = n };
	json_t *json = json_loadb(text, len, 0, NULL);
	enum err err = check_line(json, &line, trace);

	json_decref(json);
	return err == ERR_OK ? ERR_OK
			     : FAIL(trace, ERR_INTERNAL, "a line of the record is not whole");
}

enum err
record_add(
    struct record_writer *writer, enum record_kind kind, json_t *body, struct err_trace *trace)
{
	struct chain_place next = writer->place;
	char *line = NULL;
	size_t len = 0;
	enum err err = ERR_OK;

	if (writer->frozen)
		err = FAIL(trace, ERR_NOT_NOW, "the record is frozen; nothing can be added to it");
	if (err == ERR_OK && body != NULL &&
	    (json_object_set_new(body, "kind", json_string(kinds[kind].word)) != 0 ||
		json_object_set_new(body, "v", json_integer(RECORD_VERSION)) != 0))
		err = FAIL(trace, ERR_NOMEM, "no memory for a line of the record");
	if (err != ERR_OK) {
		json_decref(body);
		return err;
	}
	err = chain_line(&next, body, &line, &len, trace);
	if (err == ERR_OK)
		err = check_written(line, len, next.n, trace);
	if (err == ERR_OK)
		err = append(writer, line, len, trace);
	free(line);
	if (err != ERR_OK)
		return err;
	writer->place = next;
	writer->frozen = kind == RECORD_FROZEN;
	return ERR_OK;
}
