/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every file in a folder of evidence, with its size and hash, read in one pass: no link is
 * followed, nothing but plain files and folders is opened, and what is odd is told. Internal.
 */
#ifndef CEREMONY_BUNDLE_TREE_H
#define CEREMONY_BUNDLE_TREE_H

#include "ceremony/bundle.h"

struct bundle_file {
	char path[BUNDLE_PATH_MAX + 1]; /* "outputs/004-1.out" */
	uint64_t size;
	uint8_t hash[SHA256_SIZE];
};

struct bundle_tree {
	struct bundle_file *file; /* sorted by the bytes of their paths */
	size_t count;
};

/* What no evidence has: `what` says it with its place. Anything but ERR_OK ends the walk. */
struct bundle_odd {
	enum err (*found)(void *context, const char *what, struct err_trace *trace);
	void *context;
};

/* ERR_ABSENT: there is no such folder. bundle_tree_free(out). */
MUST_CHECK enum err bundle_tree_read(const char *folder, const struct bundle_odd *odd,
    struct bundle_tree *out, struct err_trace *trace);
void bundle_tree_free(struct bundle_tree *tree);

/* Size and hash of any plain file; its path is not filled in. */
MUST_CHECK enum err
bundle_hash_file(const char *path, struct bundle_file *out, struct err_trace *trace);

/* NULL: there is no file of that path. */
const struct bundle_file *bundle_tree_find(const struct bundle_tree *tree, const char *path);

/* Whether evidence may have a file of this path: its characters, its length, no "." and "..". */
bool bundle_path_is_good(const char *path);

bool bundle_path_lies_in(const char *path, const char *folder);
bool bundle_path_ends_with(const char *path, const char *end);

/* True for what the manifest leaves out: itself, the signatures and the addendum. */
bool bundle_path_comes_later(const char *path);

/*
 * Takes away what the making of a file left when the power went: its name with a dot and six
 * characters behind it; and folders with nothing in them. Before evidence is frozen or added to.
 */
void bundle_sweep(const char *evidence);

#endif
