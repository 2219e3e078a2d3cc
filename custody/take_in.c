/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/take_in.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "custody/use_record.h"
#include "roster/activation.h"
#include "roster/quorum.h"
#include "roster/roster.h"

enum { BATCH = ROSTER_USES_MAX - CHAIN_LINE_MAX };

/* One record on its way into the log. */
struct taking {
	struct custody *custody;
	char path[USE_RECORD_PATH];
	struct roster_activation activation;
	struct roster_uses batch;
	char *lines; /* BATCH bytes and room for one line more */
	bool served; /* somebody could have used it */
	char result[ROSTER_TEXT];
};

/* What a line counts as. */
static void
count_line(struct taking *taking, const struct chain_entry *entry)
{
	const char *result = json_string_value(json_object_get(entry->json, "result"));
	const char *end = json_string_value(json_object_get(entry->json, "end"));
	const char *text = json_string_value(json_object_get(entry->json, "text"));

	if (strcmp(entry->kind, "use") == 0 && result != NULL)
		taking->batch.made += strcmp(result, "made") == 0;
	else if (strcmp(entry->kind, "job") == 0 && result != NULL)
		taking->batch.made += strcmp(result, "done") == 0;
	else if (strcmp(entry->kind, "refused") == 0)
		taking->batch.refused++;
	else if (strcmp(entry->kind, "refusals") == 0)
		taking->batch.refused += json_integer_value(json_object_get(entry->json, "count"));
	else if (strcmp(entry->kind, "end") == 0 && end != NULL && text != NULL)
		snprintf(taking->result, sizeof(taking->result), "%.20s: %.230s", end, text);
}

/* What is not of the batch: that there was somebody to serve. */
static void
note_line(struct taking *taking, const struct chain_entry *entry)
{
	taking->served = taking->served || strcmp(entry->kind, "serve") == 0;
}

static enum err
put_batch(struct taking *taking, struct err_trace *trace)
{
	enum err err;

	if (taking->batch.len == 0)
		return ERR_OK;
	taking->batch.lines = taking->lines;
	err = roster_activation_add_uses(
	    taking->custody->roster, &taking->activation.id, &taking->batch, trace);
	taking->activation.uses += taking->batch.made;
	taking->batch = (struct roster_uses){ .first = taking->batch.last + 1 };
	return err;
}

static enum err
add_line(struct taking *taking, const struct chain_entry *entry, struct err_trace *trace)
{
	struct roster_uses *batch = &taking->batch;

	memcpy(taking->lines + batch->len, entry->line, entry->len);
	batch->len += entry->len;
	taking->lines[batch->len++] = '\n';
	batch->last = entry->place.n;
	memcpy(batch->head.bytes, entry->place.head, sizeof(batch->head.bytes));
	count_line(taking, entry);
	return batch->len < BATCH ? ERR_OK : put_batch(taking, trace);
}

/* Every line that is not in the log yet; a damaged one ends it, with what came before in the log.
 */
static enum err
take_lines(struct taking *taking, bool *damaged, struct err_trace *trace)
{
	struct chain *record = NULL;
	struct chain_entry entry;
	bool more = true;
	enum err err = chain_open(taking->path, &record, trace);

	taking->batch.first = taking->activation.recorded + 1;
	while (err == ERR_OK && more) {
		enum err read = chain_next(record, &entry, &more, trace);

		if (read == ERR_FORMAT) {
			err_clear(trace);
			*damaged = true;
			break;
		}
		err = read;
		if (err == ERR_OK && more)
			note_line(taking, &entry);
		if (err == ERR_OK && more && entry.place.n > taking->activation.recorded)
			err = add_line(taking, &entry, trace);
	}
	if (err == ERR_OK)
		err = put_batch(taking, trace);
	chain_close(record);
	return err;
}

static void
tell_end(const struct taking *taking, bool damaged, struct take_in_end *out)
{
	struct roster_quorum quorum;

	*out = (struct take_in_end){ .opened = taking->activation.opened,
		.uses = taking->activation.uses,
		.without_a_word = taking->result[0] == '\0' && taking->served,
		.damaged = damaged };
	if (roster_quorum_get(taking->custody->roster, &taking->activation.quorum, &quorum, NULL) ==
	    ERR_OK)
		snprintf(out->quorum, sizeof(out->quorum), "%s", quorum.name);
	if (damaged)
		snprintf(out->result, sizeof(out->result), "its record of uses is damaged");
	else if (!taking->served)
		snprintf(out->result, sizeof(out->result), "never began");
	else
		snprintf(out->result, sizeof(out->result), "%s",
		    taking->result[0] == '\0' ? "ended without a word" : taking->result);
}

/* The file is no longer needed: every line is in the log. A damaged one is kept for people. */
static enum err
put_away(const struct taking *taking, bool damaged, struct err_trace *trace)
{
	char aside[USE_RECORD_PATH + 16];
	int failed;

	snprintf(aside, sizeof(aside), "%s.damaged", taking->path);
	failed = damaged ? rename(taking->path, aside) : unlink(taking->path);
	return failed == 0 ? ERR_OK : FAIL_ERRNO(trace, "the record %s", taking->path);
}

/* All of one record in one transaction; the file goes when that is durable. */
static enum err
take_record(struct taking *taking, struct take_in_end *end, bool *over, struct err_trace *trace)
{
	struct roster *roster = taking->custody->roster;
	bool damaged = false;
	/* Before reading: what an agent writes last is then among what is read. */
	bool held = chain_is_held(taking->path);
	enum err err = roster_begin(roster, trace);

	if (err != ERR_OK)
		return err;
	err = take_lines(taking, &damaged, trace);
	if (err == ERR_OK && !held) {
		tell_end(taking, damaged, end);
		err = roster_activation_close(
		    roster, &taking->activation.id, taking->activation.uses, end->result, trace);
	}
	err = roster_end(roster, err, trace);
	if (err == ERR_OK && !held)
		err = put_away(taking, damaged, trace);
	*over = !held;
	return err;
}

/* A record that is there before or after its time: never opened, or closed already. */
static enum err
drop_stray(const struct taking *taking, struct err_trace *trace)
{
	return chain_is_held(taking->path) ? ERR_OK : put_away(taking, false, trace);
}

static enum err
take(struct taking *taking, const struct roster_id *id, struct take_in_end *end, bool *over,
    struct err_trace *trace)
{
	enum err err =
	    roster_activation_get(taking->custody->roster, id, &taking->activation, trace);

	*over = false;
	if (err == ERR_ABSENT || (err == ERR_OK && taking->activation.closed != 0)) {
		err_clear(trace);
		return drop_stray(taking, trace);
	}
	if (err != ERR_OK)
		return err;
	taking->lines = malloc(ROSTER_USES_MAX);
	if (taking->lines == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a record of uses");
	err = take_record(taking, end, over, trace);
	free(taking->lines);
	taking->lines = NULL;
	return err;
}

/* "<32 hex digits>.uses" */
static bool
id_of_file(const char *name, struct roster_id *id)
{
	char text[ROSTER_ID_TEXT];

	if (strlen(name) != ROSTER_ID_TEXT - 1 + strlen(".uses") ||
	    strcmp(name + ROSTER_ID_TEXT - 1, ".uses") != 0)
		return false;
	memcpy(text, name, ROSTER_ID_TEXT - 1);
	text[ROSTER_ID_TEXT - 1] = '\0';
	return roster_id_parse(text, id);
}

static enum err
folder_of(const char *state_dir, const struct roster_id *roster, char out[USE_RECORD_PATH],
    struct err_trace *trace)
{
	char text[ROSTER_ID_TEXT];

	roster_id_format(roster, text);
	return use_record_folder(state_dir, text, out, trace);
}

static enum err
take_file(struct custody *custody, const struct roster_id *id, struct take_in_end *end, bool *over,
    struct err_trace *trace)
{
	struct taking *taking = calloc(1, sizeof(*taking));
	char roster[ROSTER_ID_TEXT], activation[ROSTER_ID_TEXT];
	const struct use_record_opening name = { .roster = roster, .activation = activation };
	enum err err;

	if (taking == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a record of uses");
	taking->custody = custody;
	roster_id_format(roster_identity(custody->roster), roster);
	roster_id_format(id, activation);
	err = use_record_path(custody->state_dir, &name, taking->path, trace);
	if (err == ERR_OK)
		err = take(taking, id, end, over, trace);
	free(taking);
	return err;
}

enum err
take_in_one(struct custody *custody, const struct roster_id *activation, struct err_trace *trace)
{
	struct take_in_end end;
	bool over;
	enum err err = take_file(custody, activation, &end, &over, trace);

	if (err != ERR_ABSENT)
		return err;
	err_clear(trace);
	return ERR_OK;
}

enum err
take_in_all(struct custody *custody, take_in_tell tell, void *context, struct err_trace *trace)
{
	char folder[USE_RECORD_PATH];
	const struct dirent *entry;
	struct roster_id id;
	DIR *dir;
	enum err err =
	    folder_of(custody->state_dir, roster_identity(custody->roster), folder, trace);

	if (err != ERR_OK)
		return err;
	dir = opendir(folder);
	while (dir != NULL && err == ERR_OK && (entry = readdir(dir)) != NULL) {
		struct take_in_end end;
		bool over = false;

		if (!id_of_file(entry->d_name, &id))
			continue;
		err = take_file(custody, &id, &end, &over, trace);
		if (err == ERR_OK && over && tell != NULL)
			tell(context, &end);
	}
	if (dir != NULL)
		closedir(dir);
	return err;
}

bool
take_in_is_due(const char *state_dir, const struct roster_id *roster)
{
	char folder[USE_RECORD_PATH];
	char path[USE_RECORD_PATH + 64];
	const struct dirent *entry;
	struct roster_id id;
	bool due = false;
	DIR *dir;

	if (folder_of(state_dir, roster, folder, NULL) != ERR_OK)
		return false;
	dir = opendir(folder);
	while (dir != NULL && !due && (entry = readdir(dir)) != NULL) {
		if (!id_of_file(entry->d_name, &id))
			continue;
		snprintf(path, sizeof(path), "%s/%.40s", folder, entry->d_name);
		due = !chain_is_held(path);
	}
	if (dir != NULL)
		closedir(dir);
	return due;
}
