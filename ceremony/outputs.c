/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/outputs.h"

#include <stdlib.h>
#include <string.h>

#include "base/file_hash.h"
#include "ceremony/folder.h"

static enum err
check_output(const char *evidence, const json_t *end, const char *which, struct err_trace *trace)
{
	const json_t *output = json_object_get(end, which);
	const char *name = json_string_value(json_object_get(output, "file"));
	const char *said = json_string_value(json_object_get(output, "sha256"));
	char hex[2 * SHA256_SIZE + 1] = "";
	char *path = NULL;
	enum err err;
	bool same;

	if (name == NULL || said == NULL)
		return ERR_OK;
	err = folder_path(evidence, name, &path, trace);
	if (err != ERR_OK)
		return err;
	same = file_hash_hex(path, hex) && strcmp(hex, said) == 0;
	free(path);
	if (same)
		return ERR_OK;
	return FAIL(trace, ERR_FORMAT,
	    "what step %lld printed is not what the record tells of (evidence/%s)",
	    (long long)json_integer_value(json_object_get(end, "step")), name);
}

enum err
outputs_check(const char *evidence, const struct record *record, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < record->count; i++) {
		const struct record_line *line = &record->lines[i];

		if (line->kind == RECORD_END)
			err = check_output(evidence, line->json, "out", trace);
		if (err == ERR_OK && line->kind == RECORD_END)
			err = check_output(evidence, line->json, "err", trace);
	}
	return err;
}
