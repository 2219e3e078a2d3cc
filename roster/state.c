/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"

enum { STATE_VERSION = 1, STATE_MAX = 4096 };

static const struct member members[] = {
	MEMBER_A_NUMBER("v", STATE_VERSION, STATE_VERSION),
	MEMBER_AN_ID("roster"),
	MEMBER_AN_ID("writer"),
	{ .name = "n", .kind = MEMBER_INTEGER, .min = 0, .max = INT64_MAX },
	MEMBER_BYTES("hash", ROSTER_HASH_SIZE),
	MEMBER_END,
};

/* One file a roster: "<roster id>.writer". free() it. */
static char *
path_of(const char *state_dir, const struct roster_id *roster)
{
	char id[ROSTER_ID_TEXT];
	char *path = NULL;

	roster_id_format(roster, id);
	if (asprintf(&path, "%s/%s.writer", state_dir, id) < 0)
		return NULL;
	return path;
}

static enum err
parse(const char *text, size_t len, struct event_head *out, struct err_trace *trace)
{
	json_t *json = NULL;
	enum err err = json_parse(text, len, STATE_MAX, &json, trace);

	if (err != ERR_OK)
		return err;
	err = member_check(members, json, trace);
	if (err == ERR_OK) {
		member_hex(json, "writer", out->writer.bytes, sizeof(out->writer.bytes));
		member_hex(json, "hash", out->hash.bytes, sizeof(out->hash.bytes));
		out->n = member_integer(json, "n");
	}
	json_decref(json);
	return err;
}

enum err
state_load(const char *state_dir, const struct roster_id *roster, struct event_head *out,
    struct err_trace *trace)
{
	char *path = path_of(state_dir, roster);
	char *text = NULL;
	size_t len = 0;
	enum err err = ERR_INTERNAL;

	if (path == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	/* A missing file is an answer, not a failure to explain. */
	err = access(path, F_OK) != 0 ? ERR_ABSENT : file_read(path, STATE_MAX, &text, &len, trace);
	if (err == ERR_OK) {
		err = parse(text, len, out, trace);
		if (err != ERR_OK)
			err = FAIL(trace, err, "'%s' is damaged", path);
	}
	free(text);
	free(path);
	return err;
}

enum err
state_store(const char *state_dir, const struct roster_id *roster, const struct event_head *head,
    struct err_trace *trace)
{
	char *path = path_of(state_dir, roster);
	char *text = NULL;
	enum err err = ERR_INTERNAL;
	json_t *json = json_pack("{s:i, s:o, s:o, s:I, s:o}", "v", STATE_VERSION, "roster",
	    member_of_id(roster), "writer", member_of_id(&head->writer), "n", (json_int_t)head->n,
	    "hash", member_of_hash(&head->hash));

	if (path == NULL || json == NULL) {
		err = FAIL(trace, ERR_NOMEM, "no memory for the roster's state");
		goto out;
	}
	err = json_canonical(json, &text, trace);
	if (err == ERR_OK)
		err = file_replace(path, text, strlen(text), trace);
out:
	free(text);
	json_decref(json);
	free(path);
	return err;
}

void
state_forget(const char *state_dir, const struct roster_id *roster)
{
	char *path = path_of(state_dir, roster);

	if (path != NULL)
		(void)!unlink(path);
	free(path);
}
