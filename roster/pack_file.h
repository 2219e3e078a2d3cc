/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pack as bytes (docs/formats/pack.md): lines of canonical JSON. First the header, then the
 * events, the contents, and the hash of all lines before it. Internal to roster/.
 */
#ifndef ROSTER_PACK_FILE_H
#define ROSTER_PACK_FILE_H

#include "base/file.h"
#include "base/hash.h"
#include "roster/event.h"

enum { PACK_VERSION = 1 };

struct pack_header {
	struct roster_id roster;
	bool practice;
	struct roster_id writer; /* that made it */
	int64_t time;
	int64_t events;
	int64_t contents;
	size_t heads; /* of the roster that it was made of, sorted by writer */
	struct event_head head[EVENT_WRITERS_MAX];
};

/* ---- writing ---- */

struct pack_writer {
	struct file_draft *draft;
	struct sha256_stream *hash;
};

MUST_CHECK enum err pack_write_header(struct pack_writer *writer, const char *path,
    const struct pack_header *header, struct err_trace *trace);
/* A line without its newline. */
MUST_CHECK enum err
pack_write_line(struct pack_writer *writer, const char *line, size_t len, struct err_trace *trace);
struct pack_content {
	struct roster_hash hash;
	const void *salt; /* CONTENT_SALT_SIZE */
	const void *bytes;
	size_t len;
};
MUST_CHECK enum err pack_write_content(
    struct pack_writer *writer, const struct pack_content *content, struct err_trace *trace);
/* The last line, and the file gets its name. */
MUST_CHECK enum err pack_write_end(struct pack_writer *writer, struct err_trace *trace);
/* Lets everything go; a file that was not ended is gone. */
void pack_write_close(struct pack_writer *writer);

/* ---- reading ---- */

struct pack_reader;

/*
 * Opens a pack whose bytes are whole: its last line was compared. ERR_FORMAT: truncated, changed,
 * or not a pack; ERR_UNSUPPORTED: of a newer version. Memory does not grow with the file.
 */
MUST_CHECK enum err pack_open(const char *path, struct pack_reader **out, struct err_trace *trace);
const struct pack_header *pack_header(const struct pack_reader *reader);
/* The next event's line, borrowed until the next call; as many as the header says. */
MUST_CHECK enum err
pack_next_line(struct pack_reader *reader, const char **line, size_t *len, struct err_trace *trace);
/* The next content, behind the events: free() *bytes. */
struct pack_read_content {
	struct roster_hash hash;
	uint8_t salt[32];
	uint8_t *bytes; /* free() */
	size_t len;
};
MUST_CHECK enum err pack_next_content(
    struct pack_reader *reader, struct pack_read_content *out, struct err_trace *trace);
void pack_close(struct pack_reader *reader); /* NULL is fine */

#endif
