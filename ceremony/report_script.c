/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "ceremony/report_parts.h"

/* Adds to a list; `list` NULL stays NULL, and becomes so without memory. */
static void
add(json_t **list, json_t *value)
{
	if (*list == NULL || json_array_append_new(*list, value) == 0)
		return;
	json_decref(*list);
	*list = NULL;
}

static json_t *
people_of(const struct sheet *sheet, const char *role)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sheet->person_count; i++)
		if (strcmp(sheet->people[i].role, role) == 0)
			add(&list, json_pack("{s:s, s:s?}", "name", sheet->people[i].name, "deputy",
				       sheet->people[i].deputy));
	return list;
}

json_t *
report_roles(const struct report_sources *from)
{
	json_t *list = json_array();

	for (size_t i = 0; i < from->script->role_count; i++) {
		const struct script_role *role = &from->script->roles[i];

		add(&list, json_pack("{s:s, s:s?, s:s, s:s?, s:b, s:o}", "role", role->name, "duty",
			       role->duty, "signs", script_signing_word(role->signs), "stands_for",
			       role->stands_for, "always", role->always, "people",
			       people_of(from->sheet, role->name)));
	}
	return list;
}

json_t *
report_references(const struct report_sources *from)
{
	json_t *list = json_array();

	for (size_t i = 0; i < from->script->reference_count; i++) {
		const struct script_reference *reference = &from->script->references[i];

		add(&list, json_pack("{s:s?, s:s?, s:s?}", "what", reference->what, "title",
			       reference->title, "where", reference->where));
	}
	return list;
}

static json_t *
step_json(const struct script_step *step)
{
	return json_pack("{s:i, s:s, s:s, s:b, s:n, s:[], s:[], s:[], s:[]}", "step",
	    (int)step->number, "id", step->id, "title", step->title, "never_skip", step->never_skip,
	    "result", "attempts", "filled", "confirmed", "decided");
}

json_t *
report_phases(const struct report_sources *from)
{
	json_t *list = json_array();

	for (size_t i = 0; i < from->script->phase_count; i++) {
		const struct script_phase *phase = &from->script->phases[i];
		json_t *steps = json_array();

		for (size_t j = phase->first; j < phase->first + phase->count; j++)
			add(&steps, step_json(&from->script->steps[j]));
		add(&list, json_pack("{s:s, s:o}", "title", phase->title, "steps", steps));
	}
	return list;
}

json_t *
report_media(const struct report_sources *from)
{
	json_t *list = json_array();

	for (size_t i = 0; i < from->sheet->medium_count; i++) {
		const struct sheet_medium *medium = &from->sheet->media[i];

		add(&list, json_pack("{s:s, s:s?, s:s}", "name", medium->name, "label",
			       medium->label, "copy", medium->takes_copy ? "yes" : "no"));
	}
	return list;
}

/* Of the inventory at the end; NULL: it is not in it. */
static const json_t *
seen(const struct report_sources *from, const char *name)
{
	const struct record_line *line = record_last(&from->record, RECORD_INVENTORY, 0);
	const json_t *token;
	size_t i;

	if (line == NULL)
		return NULL;
	json_array_foreach (json_object_get(line->json, "tokens"), i, token) {
		const char *its = json_string_value(json_object_get(token, "name"));

		if (its != NULL && strcmp(its, name) == 0)
			return token;
	}
	return NULL;
}

/* As it was seen, else as the sheet has it; null where neither knows. */
static json_t *
known(const json_t *token, const char *name, const char *sheet)
{
	const char *text = json_string_value(json_object_get(token, name));

	if (text != NULL && text[0] != '\0')
		return json_string(text);
	return sheet == NULL ? json_null() : json_string(sheet);
}

static json_t *
device_json(const struct report_sources *from, const struct sheet_token *sheet)
{
	const json_t *token = seen(from, sheet->name);
	json_t *keys = json_object_get(token, "keys");

	return json_pack("{s:s, s:o, s:o, s:o, s:s?, s:s?, s:s?, s:b, s:b, s:o}", "name",
	    sheet->name, "model", known(token, "model", sheet->model), "serial",
	    known(token, "serial", sheet->serial), "firmware",
	    known(token, "firmware", sheet->firmware), "fips", sheet->fips, "certificate",
	    sheet->certificate, "item", sheet->item, "seen",
	    json_is_true(json_object_get(token, "seen")), "software",
	    json_is_true(json_object_get(token, "software")) || sheet_token_is_software(sheet),
	    "keys", json_is_array(keys) ? json_deep_copy(keys) : json_array());
}

json_t *
report_devices(const struct report_sources *from)
{
	json_t *list = json_array();

	for (size_t i = 0; i < from->sheet->token_count; i++)
		add(&list, device_json(from, &from->sheet->tokens[i]));
	return list;
}
