/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/format_file.h"
#include "ceremony/script_fields.h"

/* All phases' steps one after another, numbered. */
static enum err
put_in_order(const struct fields_reader *reader, struct script_draft *draft)
{
	struct script *script = &draft->script;
	size_t steps = 0;
	enum err err;

	for (size_t i = 0; i < draft->phase_count; i++)
		steps += draft->phases[i].step_count;
	err = field_room(reader, steps, sizeof(*script->steps), (void **)&script->steps);
	if (err == ERR_OK)
		err = field_room(
		    reader, draft->phase_count, sizeof(*script->phases), (void **)&script->phases);
	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < draft->phase_count; i++) {
		const struct script_phase_draft *phase = &draft->phases[i];

		script->phases[script->phase_count++] = (struct script_phase){ phase->title,
			script->step_count, phase->step_count, phase->place };
		for (size_t j = 0; j < phase->step_count; j++) {
			struct script_step *step = &script->steps[script->step_count++];

			*step = phase->steps[j];
			step->number = (unsigned)script->step_count;
			step->phase = i;
		}
	}
	return ERR_OK;
}

static enum err
take_script(const struct fields_reader *reader, const struct yaml_node *root, struct script **out)
{
	struct script_draft draft = { .version = 0 };
	struct script *script = NULL;
	enum err err = format_version(reader, root, "quorate-script", SCRIPT_VERSION);

	if (err == ERR_OK)
		err = fields_read(reader, &script_fields, root, &draft);
	if (err == ERR_OK)
		err = put_in_order(reader, &draft);
	if (err == ERR_OK)
		err = field_room(reader, 1, sizeof(*script), (void **)&script);
	if (err != ERR_OK)
		return err;
	*script = draft.script;
	*out = script;
	return ERR_OK;
}

enum err
script_parse(
    const char *file, const char *bytes, size_t len, struct script **out, struct err_trace *trace)
{
	struct format_file opened = { .arena = NULL };
	struct script *script = NULL;
	enum err err = format_open(
	    &(struct yaml_input){ .file = file, .bytes = bytes, .len = len }, &opened, trace);

	if (err == ERR_OK)
		err = take_script(&opened.reader, opened.root, &script);
	if (err != ERR_OK) {
		arena_free(opened.arena);
		return err;
	}
	script->arena = opened.arena;
	script->bytes = opened.bytes;
	script->len = len;
	memcpy(script->hash, opened.hash, sizeof(script->hash));
	*out = script;
	return ERR_OK;
}

enum err
script_read(const char *path, struct script **out, struct err_trace *trace)
{
	char *bytes = NULL;
	size_t len = 0;
	enum err err = format_read(path, &bytes, &len, trace);

	if (err != ERR_OK)
		return err;
	err = script_parse(path, bytes, len, out, trace);
	free(bytes);
	return err;
}

void
script_free(struct script *script)
{
	if (script != NULL)
		arena_free(script->arena);
}

const struct script_role *
script_role(const struct script *script, const char *name)
{
	for (size_t i = 0; i < script->role_count; i++)
		if (strcmp(script->roles[i].name, name) == 0)
			return &script->roles[i];
	return NULL;
}

struct script_seat
script_seat(const char *word)
{
	const char *dot = strchr(word, '.');
	struct script_seat seat = { .nth = 0 };

	if (dot != NULL)
		seat.nth = (unsigned)strtoul(dot + 1, NULL, 10);
	snprintf(seat.role, sizeof(seat.role), "%.*s", (int)strcspn(word, "."), word);
	return seat;
}

const struct script_step *
script_step(const struct script *script, const char *id)
{
	for (size_t i = 0; i < script->step_count; i++)
		if (strcmp(script->steps[i].id, id) == 0)
			return &script->steps[i];
	return NULL;
}
