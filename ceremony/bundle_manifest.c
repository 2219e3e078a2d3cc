/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/bundle_manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/encode.h"
#include "base/file.h"
#include "ceremony/folder.h"

enum { HEX = 2 * SHA256_SIZE, GAP = 2 };

/* ---- reading ------------------------------------------------------------------------------- */

static bool
parse_line(const char *text, size_t len, struct bundle_line *out)
{
	char hex[HEX + 1], again[HEX + 1];

	if (len <= HEX + GAP || len > HEX + GAP + BUNDLE_PATH_MAX ||
	    memchr(text, '\0', len) != NULL)
		return false;
	snprintf(hex, sizeof(hex), "%.*s", HEX, text);
	snprintf(out->path, sizeof(out->path), "%.*s", (int)(len - HEX - GAP), text + HEX + GAP);
	if (!hex_decode(hex, out->hash, SHA256_SIZE))
		return false;
	hex_encode(out->hash, SHA256_SIZE, again);
	return strcmp(hex, again) == 0 && text[HEX] == ' ' && text[HEX + 1] == ' ' &&
	       bundle_path_is_good(out->path) && !bundle_path_comes_later(out->path);
}

static size_t
count_lines(const char *text, size_t len)
{
	size_t lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return lines;
}

static enum err
fail_line(size_t number, const char *what, struct err_trace *trace)
{
	return FAIL(trace, ERR_FORMAT, "line %zu of the manifest %s", number, what);
}

enum err
bundle_manifest_parse(
    const char *text, size_t len, struct bundle_manifest *out, struct err_trace *trace)
{
	const size_t lines = count_lines(text, len);
	enum err err = ERR_OK;

	*out = (struct bundle_manifest){ .line = calloc(lines + 1, sizeof(*out->line)) };
	if (out->line == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a manifest");
	for (size_t number = 1; len > 0; number++) {
		const char *end = memchr(text, '\n', len);
		struct bundle_line *line = &out->line[out->count];

		if (end == NULL)
			return fail_line(number, "is cut off", trace);
		if (!parse_line(text, (size_t)(end - text), line)) {
			if (err == ERR_OK)
				err = fail_line(number, "is not 'HASH  PATH'", trace);
		} else if (out->count > 0 && strcmp(line[-1].path, line->path) >= 0) {
			if (err == ERR_OK)
				err = fail_line(number, "is not in its place", trace);
		} else {
			out->count++;
		}
		len -= (size_t)(end + 1 - text);
		text = end + 1;
	}
	return err;
}

void
bundle_manifest_free(struct bundle_manifest *manifest)
{
	free(manifest->line);
	*manifest = (struct bundle_manifest){ .count = 0 };
}

static int
compare_lines(const void *a, const void *b)
{
	const struct bundle_line *first = a, *second = b;

	return strcmp(first->path, second->path);
}

const struct bundle_line *
bundle_manifest_find(const struct bundle_manifest *manifest, const char *path)
{
	struct bundle_line wanted = { .hash = { 0 } };

	if (manifest->count == 0 || strlen(path) > BUNDLE_PATH_MAX)
		return NULL;
	snprintf(wanted.path, sizeof(wanted.path), "%s", path);
	return bsearch(&wanted, manifest->line, manifest->count, sizeof(wanted), compare_lines);
}

/* ---- freezing ------------------------------------------------------------------------------ */

enum err
bundle_manifest_format(
    const struct bundle_tree *tree, char **out, size_t *len, struct err_trace *trace)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a manifest");
	for (size_t i = 0; i < tree->count; i++) {
		char hex[HEX + 1];

		if (bundle_path_comes_later(tree->file[i].path))
			continue;
		hex_encode(tree->file[i].hash, SHA256_SIZE, hex);
		fprintf(to, "%s  %s\n", hex, tree->file[i].path);
	}
	if (fclose(to) != 0) {
		free(text);
		return FAIL(trace, ERR_NOMEM, "no memory for a manifest");
	}
	*out = text;
	*len = size;
	return ERR_OK;
}

static enum err
refuse_odd(void *context, const char *what, struct err_trace *trace)
{
	(void)context;
	err_next(trace,
	    "Put it right in the folder of the evidence (rename it, or take it out), then close "
	    "again. Nothing was frozen.");
	return FAIL(trace, ERR_UNSUPPORTED, "%s", what);
}

static int
compare_folded(const void *a, const void *b)
{
	const char *const *first = a, *const *second = b;

	return strcasecmp(*first, *second);
}

/* On many media "A" and "a" are one file: a copy there would lose one. */
static enum err
check_case(const struct bundle_tree *tree, struct err_trace *trace)
{
	const char **path = calloc(tree->count + 1, sizeof(*path));
	enum err err = ERR_OK;

	if (path == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory to compare names");
	for (size_t i = 0; i < tree->count; i++)
		path[i] = tree->file[i].path;
	if (tree->count > 1)
		qsort(path, tree->count, sizeof(*path), compare_folded);
	for (size_t i = 1; i < tree->count && err == ERR_OK; i++)
		if (strcasecmp(path[i - 1], path[i]) == 0) {
			err_next(
			    trace, "Rename one of them, then close again. Nothing was frozen.");
			err = FAIL(trace, ERR_UNSUPPORTED,
			    "%s and %s would be one file on many media", path[i - 1], path[i]);
		}
	free(path);
	return err;
}

enum err
bundle_freeze(const char *evidence, uint8_t head[SHA256_SIZE], struct err_trace *trace)
{
	const struct bundle_odd odd = { refuse_odd, NULL };
	struct bundle_tree tree = { .count = 0 };
	char *path = NULL, *text = NULL;
	size_t len = 0;
	uint8_t hash[SHA256_SIZE];
	enum err err = folder_path(evidence, EVIDENCE_MANIFEST, &path, trace);

	if (err == ERR_OK)
		err = bundle_tree_read(evidence, &odd, &tree, trace);
	if (err == ERR_OK)
		err = check_case(&tree, trace);
	if (err == ERR_OK)
		err = bundle_manifest_format(&tree, &text, &len, trace);
	if (err == ERR_OK)
		err = sha256(text, len, hash, trace);
	if (err == ERR_OK)
		err = file_create(path, text, len, trace);
	if (err == ERR_OK)
		memcpy(head, hash, sizeof(hash));
	free(text);
	bundle_tree_free(&tree);
	free(path);
	return err;
}

enum err
bundle_head(const char *evidence, uint8_t head[SHA256_SIZE], struct err_trace *trace)
{
	char *path = NULL, *text = NULL;
	size_t len = 0;
	enum err err = folder_path(evidence, EVIDENCE_MANIFEST, &path, trace);

	if (err == ERR_OK)
		err = file_read(path, BUNDLE_MANIFEST_MAX, &text, &len, trace);
	if (err == ERR_OK)
		err = sha256(text, len, head, trace);
	free(text);
	free(path);
	return err;
}
