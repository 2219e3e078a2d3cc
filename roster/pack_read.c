/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/encode.h"
#include "base/json.h"
#include "roster/content.h"
#include "roster/pack_file.h"

/* A content in hex, and the names of its members. */
enum { PACK_LINE_MAX = 2 * CONTENT_MAX + 256 };
_Static_assert((int)PACK_LINE_MAX >= (int)EVENT_LINE_MAX, "an event's line fits");

static const int64_t COUNT_MAX = 9007199254740991; /* 2^53 - 1, as RFC 8785 */

struct pack_reader {
	FILE *stream;
	char *line; /* with room for PACK_LINE_MAX and a NUL */
	size_t len;
	int64_t number; /* of the line, from 1 */
	struct pack_header header;
};

static const struct member head_item[] = { MEMBER_A_TEXT("", 1, EVENT_HEAD_TEXT), MEMBER_END };

static const struct member header_members[] = {
	{ .name = "pack", .kind = MEMBER_INTEGER, .min = 1, .max = INT32_MAX },
	MEMBER_AN_ID("roster"),
	MEMBER_A_BOOL("practice"),
	MEMBER_AN_ID("writer"),
	{ .name = "time", .kind = MEMBER_INTEGER, .min = 0, .max = INT64_MAX },
	{ .name = "events", .kind = MEMBER_INTEGER, .min = 0, .max = INT64_MAX },
	{ .name = "contents", .kind = MEMBER_INTEGER, .min = 0, .max = INT64_MAX },
	MEMBER_MANY("heads", head_item, 1, EVENT_WRITERS_MAX),
	MEMBER_END,
};
static const struct member content_members[] = {
	{ .name = "bytes", .kind = MEMBER_HEX, .min = 1, .max = CONTENT_MAX },
	MEMBER_BYTES("hash", ROSTER_HASH_SIZE),
	MEMBER_BYTES("salt", CONTENT_SALT_SIZE),
	MEMBER_END,
};
static const struct member end_members[] = {
	MEMBER_BYTES("sha256", ROSTER_HASH_SIZE),
	MEMBER_END,
};

static enum err
fail_line(const struct pack_reader *reader, const char *what, struct err_trace *trace)
{
	err_next(trace, "copy the pack again from where it was made; nothing was changed here");
	return FAIL(trace, ERR_FORMAT, "line %" PRId64 " of the pack %s", reader->number, what);
}

/* The next line without its newline; *at_end instead behind the last. */
static enum err
read_line(struct pack_reader *reader, bool *at_end, struct err_trace *trace)
{
	int c = 0;

	reader->len = 0;
	reader->number++;
	while ((c = getc_unlocked(reader->stream)) != EOF && c != '\n') {
		if (reader->len == PACK_LINE_MAX)
			return fail_line(reader, "is longer than any line of one", trace);
		reader->line[reader->len++] = (char)c;
	}
	reader->line[reader->len] = '\0';
	if (ferror(reader->stream) != 0)
		return FAIL_ERRNO(trace, "the pack cannot be read");
	*at_end = c == EOF && reader->len == 0;
	if (c == EOF && reader->len != 0)
		return fail_line(reader, "is cut off: the pack is truncated", trace);
	return ERR_OK;
}

static enum err
parse_line(const struct pack_reader *reader, const struct member *members, json_t **out,
    struct err_trace *trace)
{
	json_t *json = NULL;
	enum err err = json_parse_canonical(reader->line, reader->len, PACK_LINE_MAX, &json, trace);

	if (err == ERR_OK)
		err = member_check(members, json, trace);
	if (err != ERR_OK) {
		json_decref(json);
		return fail_line(reader, "is not what belongs there", trace);
	}
	*out = json;
	return ERR_OK;
}

static bool
read_heads(const json_t *json, struct pack_header *header)
{
	const json_t *heads = json_object_get(json, "heads");

	header->heads = json_array_size(heads);
	for (size_t i = 0; i < header->heads; i++) {
		if (!event_head_parse(
			json_string_value(json_array_get(heads, i)), &header->head[i]) ||
		    (i > 0 &&
			roster_id_order(&header->head[i - 1].writer, &header->head[i].writer) >= 0))
			return false;
	}
	return true;
}

/* A newer pack is told from what is no pack before its members are looked at. */
static enum err
check_version(const struct pack_reader *reader, struct err_trace *trace)
{
	json_t *json = NULL;
	const enum err err = json_parse(reader->line, reader->len, PACK_LINE_MAX, &json, NULL);
	const json_t *version = err == ERR_OK ? json_object_get(json, "pack") : NULL;
	const bool is_pack = json_is_integer(version);
	const int64_t number = is_pack ? json_integer_value(version) : 0;

	json_decref(json);
	if (!is_pack) {
		err_next(trace, "name a file that 'quorate roster pack' wrote");
		return FAIL(trace, ERR_FORMAT, "the file is not a pack");
	}
	if (number <= PACK_VERSION)
		return ERR_OK;
	err_next(trace, "use the newer Quorate that wrote it");
	return FAIL(trace, ERR_UNSUPPORTED,
	    "the pack has version %" PRId64 "; this Quorate knows up to %d", number, PACK_VERSION);
}

static enum err
read_header(struct pack_reader *reader, struct err_trace *trace)
{
	struct pack_header *header = &reader->header;
	json_t *json = NULL;
	bool at_end = false;
	enum err err = read_line(reader, &at_end, trace);

	if (err == ERR_OK)
		err = check_version(reader, trace);
	if (err == ERR_OK)
		err = parse_line(reader, header_members, &json, trace);
	if (err != ERR_OK)
		return err;
	member_hex(json, "roster", header->roster.bytes, ROSTER_ID_SIZE);
	header->practice = member_bool(json, "practice");
	member_hex(json, "writer", header->writer.bytes, ROSTER_ID_SIZE);
	header->time = member_integer(json, "time");
	header->events = member_integer(json, "events");
	header->contents = member_integer(json, "contents");
	if (!read_heads(json, header) || header->events > COUNT_MAX / 2 ||
	    header->contents > COUNT_MAX / 2)
		err = fail_line(reader, "is not what belongs there", trace);
	json_decref(json);
	return err;
}

/* Whether the line at hand is the last one and has the hash of those before it. */
static enum err
check_last(struct pack_reader *reader, struct sha256_stream *hash, struct err_trace *trace)
{
	struct roster_hash computed;
	struct roster_hash said = { 0 };
	json_t *json = NULL;
	bool at_end = false;
	enum err err = parse_line(reader, end_members, &json, trace);

	if (err != ERR_OK)
		return err;
	member_hex(json, "sha256", said.bytes, sizeof(said.bytes));
	json_decref(json);
	err = sha256_stream_end(hash, computed.bytes, trace);
	if (err == ERR_OK && !roster_hash_equal(&said, &computed)) {
		err_next(trace, "copy it again from where it was made; nothing was changed here");
		return FAIL(trace, ERR_FORMAT,
		    "the pack was changed: its bytes are not those that its last line is of");
	}
	if (err == ERR_OK)
		err = read_line(reader, &at_end, trace);
	if (err == ERR_OK && !at_end)
		err = fail_line(reader, "comes behind its end", trace);
	return err;
}

/* The whole file once, for its bytes alone. */
static enum err
check_bytes(struct pack_reader *reader, struct sha256_stream *hash, struct err_trace *trace)
{
	const int64_t last = 2 + reader->header.events + reader->header.contents;
	bool at_end = false;
	enum err err = ERR_OK;

	rewind(reader->stream);
	reader->number = 0;
	while (err == ERR_OK) {
		err = read_line(reader, &at_end, trace);
		if (err != ERR_OK || at_end || reader->number == last)
			break;
		reader->line[reader->len] = '\n';
		err = sha256_stream_add(hash, reader->line, reader->len + 1, trace);
	}
	if (err == ERR_OK && at_end)
		return fail_line(reader, "is missing: the pack is truncated", trace);
	reader->line[reader->len] = '\0';
	return err == ERR_OK ? check_last(reader, hash, trace) : err;
}

static enum err
check(struct pack_reader *reader, struct err_trace *trace)
{
	struct sha256_stream *hash = NULL;
	bool at_end = false;
	enum err err = read_header(reader, trace);

	if (err == ERR_OK)
		err = sha256_stream_new(&hash, trace);
	if (err == ERR_OK)
		err = check_bytes(reader, hash, trace);
	sha256_stream_free(hash);
	if (err != ERR_OK)
		return err;
	rewind(reader->stream);
	reader->number = 0;
	return read_line(reader, &at_end, trace);
}

static enum err
open_stream(const char *path, FILE **out, struct err_trace *trace)
{
	FILE *stream = fopen(path, "re");
	struct stat about;

	if (stream == NULL)
		return FAIL_ERRNO(trace, "the pack '%s' does not open", path);
	if (fstat(fileno(stream), &about) != 0 || !S_ISREG(about.st_mode)) {
		fclose(stream);
		return FAIL(trace, ERR_FORMAT, "'%s' is not a file", path);
	}
	*out = stream;
	return ERR_OK;
}

enum err
pack_open(const char *path, struct pack_reader **out, struct err_trace *trace)
{
	struct pack_reader *reader = calloc(1, sizeof(*reader));
	enum err err = ERR_INTERNAL;

	if (reader == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a pack");
	reader->line = malloc(PACK_LINE_MAX + 1);
	err = reader->line == NULL ? FAIL(trace, ERR_NOMEM, "no memory for a pack")
				   : open_stream(path, &reader->stream, trace);
	if (err == ERR_OK) {
		err = check(reader, trace);
		if (err != ERR_OK)
			err = FAIL(trace, err, "the pack '%s' was not taken", path);
	}
	if (err != ERR_OK) {
		pack_close(reader);
		return err;
	}
	*out = reader;
	return ERR_OK;
}

const struct pack_header *
pack_header(const struct pack_reader *reader)
{
	return &reader->header;
}

enum err
pack_next_line(struct pack_reader *reader, const char **line, size_t *len, struct err_trace *trace)
{
	bool at_end = false;
	enum err err = read_line(reader, &at_end, trace);

	if (err == ERR_OK && at_end)
		err = fail_line(reader, "is missing: the pack changed while it was read", trace);
	if (err != ERR_OK)
		return err;
	*line = reader->line;
	*len = reader->len;
	return ERR_OK;
}

enum err
pack_next_content(
    struct pack_reader *reader, struct pack_read_content *out, struct err_trace *trace)
{
	struct pack_read_content content = { .bytes = NULL };
	const char *line = NULL;
	size_t len = 0;
	json_t *json = NULL;
	enum err err = pack_next_line(reader, &line, &len, trace);

	if (err == ERR_OK)
		err = parse_line(reader, content_members, &json, trace);
	if (err != ERR_OK)
		return err;
	content.len = strlen(member_text(json, "bytes")) / 2;
	content.bytes = malloc(content.len);
	if (content.bytes == NULL) {
		json_decref(json);
		return FAIL(trace, ERR_NOMEM, "no memory for a content");
	}
	member_hex(json, "bytes", content.bytes, content.len);
	member_hex(json, "hash", content.hash.bytes, sizeof(content.hash.bytes));
	member_hex(json, "salt", content.salt, sizeof(content.salt));
	json_decref(json);
	*out = content;
	return ERR_OK;
}

void
pack_close(struct pack_reader *reader)
{
	if (reader == NULL)
		return;
	if (reader->stream != NULL)
		fclose(reader->stream);
	free(reader->line);
	free(reader);
}
