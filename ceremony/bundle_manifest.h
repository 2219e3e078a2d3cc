/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manifest: lines "HASH  PATH\n" as sha256sum writes them, sorted by the bytes of the path, one
 * for each file. Internal.
 */
#ifndef CEREMONY_BUNDLE_MANIFEST_H
#define CEREMONY_BUNDLE_MANIFEST_H

#include "ceremony/bundle_tree.h"

struct bundle_line {
	char path[BUNDLE_PATH_MAX + 1];
	uint8_t hash[SHA256_SIZE];
};

struct bundle_manifest {
	struct bundle_line *line;
	size_t count;
};

/*
 * ERR_FORMAT names the first line that is not in the form, or not in its place; *out then has the
 * lines that are. bundle_manifest_free(out) in every case.
 */
MUST_CHECK enum err bundle_manifest_parse(
    const char *text, size_t len, struct bundle_manifest *out, struct err_trace *trace);
void bundle_manifest_free(struct bundle_manifest *manifest);

/* NULL: it names no such file. */
const struct bundle_line *
bundle_manifest_find(const struct bundle_manifest *manifest, const char *path);

/* The lines for those files that a manifest names; free() *out. */
MUST_CHECK enum err bundle_manifest_format(
    const struct bundle_tree *tree, char **out, size_t *len, struct err_trace *trace);

#endif
