/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/use_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

static enum err
print_path(char out[USE_RECORD_PATH], const char *state_dir, const char *roster, const char *file,
    struct err_trace *trace)
{
	int len = snprintf(out, USE_RECORD_PATH, "%s/activations/%s%s%s%s", state_dir, roster,
	    file == NULL ? "" : "/", file == NULL ? "" : file, file == NULL ? "" : ".uses");

	if (len > 0 && len < USE_RECORD_PATH)
		return ERR_OK;
	return FAIL(trace, ERR_ARGUMENT, "the path of the state folder is too long");
}

enum err
use_record_folder(
    const char *state_dir, const char *roster, char out[USE_RECORD_PATH], struct err_trace *trace)
{
	return print_path(out, state_dir, roster, NULL, trace);
}

enum err
use_record_path(const char *state_dir, const struct use_record_opening *opening,
    char out[USE_RECORD_PATH], struct err_trace *trace)
{
	return print_path(out, state_dir, opening->roster, opening->activation, trace);
}

static json_t *
pack_opening(const struct use_record_opening *opening)
{
	return json_pack("{s:s, s:i, s:s, s:s, s:o, s:s*, s:o*, s:o, s:O, s:O}", "kind", "open",
	    "v", USE_RECORD_VERSION, "roster", opening->roster, "activation", opening->activation,
	    "quorum", chain_text(opening->quorum), "token", opening->token, "purpose",
	    opening->purpose == NULL ? NULL : chain_text(opening->purpose), "by",
	    chain_text(opening->by), "cards", opening->cards, "bounds", opening->bounds);
}

enum err
use_record_create(
    const char *path, const struct use_record_opening *opening, struct err_trace *trace)
{
	struct chain_place place = { .n = 0 };
	char folder[USE_RECORD_PATH];
	char *line = NULL;
	size_t len = 0;
	enum err err = chain_line(&place, pack_opening(opening), &line, &len, trace);

	if (err != ERR_OK)
		return err;
	snprintf(folder, sizeof(folder), "%s", path);
	*strrchr(folder, '/') = '\0';
	err = file_make_folder(folder, trace);
	if (err == ERR_OK)
		err = file_create(path, line, len, trace);
	free(line);
	return err;
}
