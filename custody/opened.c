/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/opened.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "custody/agent_control.h"
#include "custody/use_record.h"

struct opened_found {
	struct opened *all;
	size_t count;
	size_t capacity;
};

static const char *
text_in(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}

static void
take_opening(struct opened *opened, const json_t *line)
{
	opened->opening = json_deep_copy(line);
	snprintf(opened->quorum, sizeof(opened->quorum), "%s", text_in(line, "quorum"));
	snprintf(opened->roster, sizeof(opened->roster), "%s", text_in(line, "roster"));
	snprintf(opened->activation, sizeof(opened->activation), "%s", text_in(line, "activation"));
	opened->commands = json_object_get(line, "token") == NULL;
	opened->since = json_integer_value(json_object_get(line, "time"));
}

static void
take_last(struct opened *opened, const json_t *line)
{
	json_array_append_new(opened->last, json_deep_copy(line));
	if (json_array_size(opened->last) > OPENED_LAST)
		json_array_remove(opened->last, 0);
}

static const struct {
	const char *kind;
	void (*take)(struct opened *opened, const json_t *line);
} takers[] = { { "open", take_opening }, { "use", take_last }, { "job", take_last },
	{ "refused", take_last } };

static void
take_line(struct opened *opened, const struct chain_entry *entry)
{
	for (size_t i = 0; i < sizeof(takers) / sizeof(*takers); i++)
		if (strcmp(entry->kind, takers[i].kind) == 0)
			takers[i].take(opened, entry->json);
	if (strcmp(entry->kind, "serve") == 0)
		snprintf(opened->control, sizeof(opened->control), "%s",
		    text_in(entry->json, "control"));
}

/* What is damaged is shown as far as it holds: whatever is open must be seen. */
static enum err
read_record(const char *path, struct opened *out, struct err_trace *trace)
{
	struct chain *record = NULL;
	struct chain_entry entry;
	bool more = true;
	enum err err = chain_open(path, &record, trace);

	if (err != ERR_OK)
		return err;
	out->last = json_array();
	while (more && chain_next(record, &entry, &more, NULL) == ERR_OK)
		if (more)
			take_line(out, &entry);
	chain_close(record);
	return out->opening == NULL ? FAIL(trace, ERR_FORMAT, "%s is no record of uses", path)
				    : ERR_OK;
}

static enum err
add(struct opened_found *found, const struct opened *one, struct err_trace *trace)
{
	if (found->count == found->capacity) {
		size_t capacity = found->capacity == 0 ? 8 : 2 * found->capacity;
		struct opened *all = realloc(found->all, capacity * sizeof(*all));

		if (all == NULL)
			return FAIL(trace, ERR_NOMEM, "no memory for what is open");
		found->all = all;
		found->capacity = capacity;
	}
	found->all[found->count++] = *one;
	return ERR_OK;
}

static void
clear(struct opened *opened)
{
	json_decref(opened->opening);
	json_decref(opened->status);
	json_decref(opened->last);
}

static enum err
add_file(struct opened_found *found, const char *path, struct err_trace *trace)
{
	struct opened one = { .since = 0 };
	enum err err;

	if (!chain_is_held(path))
		return ERR_OK;
	err = read_record(path, &one, trace);
	if (err == ERR_OK && agent_control_status(one.control, &one.status, NULL) != ERR_OK)
		one.status = NULL;
	if (err == ERR_OK)
		err = add(found, &one, trace);
	if (err != ERR_OK)
		clear(&one);
	return err;
}

static bool
ends_in(const char *name, const char *end)
{
	size_t len = strlen(name);

	return len > strlen(end) && strcmp(name + len - strlen(end), end) == 0;
}

static enum err
add_folder(struct opened_found *found, const char *folder, struct err_trace *trace)
{
	char path[2 * USE_RECORD_PATH];
	const struct dirent *entry;
	enum err err = ERR_OK;
	DIR *dir = opendir(folder);

	while (dir != NULL && err == ERR_OK && (entry = readdir(dir)) != NULL) {
		if (!ends_in(entry->d_name, ".uses"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		err = add_file(found, path, trace);
	}
	if (dir != NULL)
		closedir(dir);
	return err;
}

static enum err
add_all(struct opened_found *found, const char *state_dir, struct err_trace *trace)
{
	char folders[USE_RECORD_PATH], folder[USE_RECORD_PATH];
	const struct dirent *entry;
	enum err err = use_record_folder(state_dir, "", folders, trace);
	DIR *dir;

	if (err != ERR_OK)
		return err;
	dir = opendir(folders);
	while (dir != NULL && err == ERR_OK && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		err = use_record_folder(state_dir, entry->d_name, folder, trace);
		if (err == ERR_OK)
			err = add_folder(found, folder, trace);
	}
	if (dir != NULL)
		closedir(dir);
	return err;
}

enum err
opened_list(const char *state_dir, const char *roster, struct opened **out, size_t *count,
    struct err_trace *trace)
{
	struct opened_found found = { .all = NULL };
	char folder[USE_RECORD_PATH];
	enum err err;

	if (roster == NULL) {
		err = add_all(&found, state_dir, trace);
	} else {
		err = use_record_folder(state_dir, roster, folder, trace);
		if (err == ERR_OK)
			err = add_folder(&found, folder, trace);
	}
	if (err != ERR_OK) {
		opened_free(found.all, found.count);
		return err;
	}
	*out = found.all;
	*count = found.count;
	return ERR_OK;
}

void
opened_free(struct opened *opened, size_t count)
{
	for (size_t i = 0; i < count; i++)
		clear(&opened[i]);
	free(opened);
}

enum err
opened_end(const struct opened *opened, struct err_trace *trace)
{
	enum err err = agent_control_end(opened->control, trace);

	if (err == ERR_TIMEOUT)
		err_next(trace, "Kill it: process %lld.",
		    (long long)json_integer_value(json_object_get(opened->status, "pid")));
	return err;
}
