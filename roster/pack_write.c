/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "roster/content.h"
#include "roster/pack_file.h"

enum err
pack_write_line(struct pack_writer *writer, const char *line, size_t len, struct err_trace *trace)
{
	enum err err = file_draft_write(writer->draft, line, len, trace);

	if (err == ERR_OK)
		err = file_draft_write(writer->draft, "\n", 1, trace);
	if (err == ERR_OK)
		err = sha256_stream_add(writer->hash, line, len, trace);
	return err == ERR_OK ? sha256_stream_add(writer->hash, "\n", 1, trace) : err;
}

/* Takes `json` in every case. */
static enum err
write_json(struct pack_writer *writer, json_t *json, struct err_trace *trace)
{
	char *line = NULL;
	enum err err = json == NULL ? FAIL(trace, ERR_NOMEM, "no memory for a pack")
				    : json_canonical(json, &line, trace);

	if (err == ERR_OK)
		err = pack_write_line(writer, line, strlen(line), trace);
	free(line);
	json_decref(json);
	return err;
}

static json_t *
pack_heads(const struct pack_header *header)
{
	char text[EVENT_HEAD_TEXT];
	json_t *list = json_array();

	for (size_t i = 0; i < header->heads; i++) {
		event_head_format(&header->head[i], text);
		json_array_append_new(list, json_string(text));
	}
	return list;
}

enum err
pack_write_header(struct pack_writer *writer, const char *path, const struct pack_header *header,
    struct err_trace *trace)
{
	enum err err = sha256_stream_new(&writer->hash, trace);

	if (err == ERR_OK)
		err = file_draft_begin(path, &writer->draft, trace);
	if (err != ERR_OK)
		return err;
	return write_json(writer,
	    json_pack("{s:i, s:o, s:b, s:o, s:I, s:I, s:I, s:o}", "pack", PACK_VERSION, "roster",
		member_of_id(&header->roster), "practice", header->practice ? 1 : 0, "writer",
		member_of_id(&header->writer), "time", (json_int_t)header->time, "events",
		(json_int_t)header->events, "contents", (json_int_t)header->contents, "heads",
		pack_heads(header)),
	    trace);
}

enum err
pack_write_content(
    struct pack_writer *writer, const struct pack_content *content, struct err_trace *trace)
{
	return write_json(writer,
	    json_pack("{s:o, s:o, s:o}", "bytes", member_of_bytes(content->bytes, content->len),
		"hash", member_of_hash(&content->hash), "salt",
		member_of_bytes(content->salt, CONTENT_SALT_SIZE)),
	    trace);
}

enum err
pack_write_end(struct pack_writer *writer, struct err_trace *trace)
{
	struct file_draft *draft = writer->draft;
	struct roster_hash hash;
	enum err err = sha256_stream_end(writer->hash, hash.bytes, trace);
	char *line = NULL;
	json_t *json = NULL;

	if (err != ERR_OK)
		return err;
	json = json_pack("{s:o}", "sha256", member_of_hash(&hash));
	err = json == NULL ? FAIL(trace, ERR_NOMEM, "no memory for a pack")
			   : json_canonical(json, &line, trace);
	if (err == ERR_OK)
		err = file_draft_write(draft, line, strlen(line), trace);
	if (err == ERR_OK)
		err = file_draft_write(draft, "\n", 1, trace);
	free(line);
	json_decref(json);
	if (err != ERR_OK)
		return err;
	writer->draft = NULL;
	return file_draft_finish(draft, trace);
}

void
pack_write_close(struct pack_writer *writer)
{
	file_draft_drop(writer->draft);
	sha256_stream_free(writer->hash);
	*writer = (struct pack_writer){ NULL, NULL };
}
