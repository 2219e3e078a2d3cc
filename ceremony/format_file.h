/* SPDX-License-Identifier: BSD-2-Clause */
/* What reading a script and reading a sheet have in common. */
#ifndef CEREMONY_FORMAT_FILE_H
#define CEREMONY_FORMAT_FILE_H

#include "base/hash.h"
#include "ceremony/fields.h"

struct format_file {
	struct arena *arena; /* the caller's to free, also after a failure; NULL: none */
	struct yaml_node *root;
	char *bytes; /* a copy, in the arena */
	uint8_t hash[SHA256_SIZE];
	struct fields_reader reader;
};

/* The file's bytes, which the caller frees; when it is not there, what makes one is said. */
MUST_CHECK enum err
format_read(const char *path, char **bytes, size_t *len, struct err_trace *trace);

MUST_CHECK enum err
format_open(const struct yaml_input *input, struct format_file *out, struct err_trace *trace);

/* That the first key is `first`, with a version that this program reads. */
MUST_CHECK enum err format_version(const struct fields_reader *reader, const struct yaml_node *root,
    const char *first, unsigned version);

#endif
