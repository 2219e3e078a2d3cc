/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256 of files of any size. */
#ifndef BASE_FILE_HASH_H
#define BASE_FILE_HASH_H

#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

struct file_hash {
	uint64_t size; /* bytes */
	uint8_t sha256[SHA256_SIZE];
};

/* From where `fd` stands to the end. ERR_IO: it cannot be read to its end. */
MUST_CHECK enum err file_hash_rest(int fd, struct file_hash *out, struct err_trace *trace);

/* Of a whole file. ERR_ABSENT: there is none; ERR_ARGUMENT: it is not a plain one. */
MUST_CHECK enum err file_hash(const char *path, struct file_hash *out, struct err_trace *trace);

/* Its hash as hex; false when there is no such plain file that can be read. */
bool file_hash_hex(const char *path, char out[2 * SHA256_SIZE + 1]);

#endif
