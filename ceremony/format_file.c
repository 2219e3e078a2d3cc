/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/format_file.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "ceremony/folder.h"

enum err
format_read(const char *path, char **bytes, size_t *len, struct err_trace *trace)
{
	const enum err err = file_read(path, YAML_MAX, bytes, len, trace);

	if (err == ERR_ABSENT)
		folder_next_absent(trace);
	return err;
}

enum err
format_open(const struct yaml_input *input, struct format_file *out, struct err_trace *trace)
{
	enum err err = arena_new(&out->arena, trace);

	if (err == ERR_OK)
		err = yaml_read(input, out->arena, &out->root, trace);
	if (err == ERR_OK)
		err = sha256(input->bytes, input->len, out->hash, trace);
	if (err != ERR_OK)
		return err;
	out->bytes = arena_text(out->arena, input->bytes, input->len);
	if (out->bytes == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	out->reader = (struct fields_reader){ input->file, out->arena, trace };
	return ERR_OK;
}

enum err
format_version(const struct fields_reader *reader, const struct yaml_node *root, const char *wanted,
    unsigned version)
{
	const struct yaml_node *first = root->kind == YAML_MAP ? root->first : NULL;
	char number[16];

	if (first == NULL || strcmp(first->name, wanted) != 0)
		return fields_refuse(reader, root->place,
		    "this is not such a file: it must begin with '%s: %u'", wanted, version);
	snprintf(number, sizeof(number), "%u", version);
	if (first->kind != YAML_TEXT || strcmp(first->text, number) != 0)
		return fields_refuse(reader, first->place,
		    "this program reads '%s: %u' and no other version", wanted, version);
	return ERR_OK;
}
