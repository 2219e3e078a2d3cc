/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/file_hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encode.h"

enum { CHUNK = 64 * 1024 };

enum err
file_hash_rest(int fd, struct file_hash *out, struct err_trace *trace)
{
	struct sha256_stream *stream = NULL;
	uint8_t *chunk = malloc(CHUNK);
	uint64_t size = 0;
	ssize_t got = 0;
	enum err err = chunk == NULL ? FAIL(trace, ERR_NOMEM, "no memory to read a file")
				     : sha256_stream_new(&stream, trace);

	while (err == ERR_OK && (got = read(fd, chunk, CHUNK)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			err = FAIL_ERRNO(trace, "a file is not read to its end");
			break;
		}
		size += (uint64_t)got;
		err = sha256_stream_add(stream, chunk, (size_t)got, trace);
	}
	if (err == ERR_OK)
		err = sha256_stream_end(stream, out->sha256, trace);
	if (err == ERR_OK)
		out->size = size;
	sha256_stream_free(stream);
	free(chunk);
	return err;
}

enum err
file_hash(const char *path, struct file_hash *out, struct err_trace *trace)
{
	const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat there;
	enum err err;

	if (fd < 0)
		return FAIL_ERRNO(trace, "the file %s", path);
	if (fstat(fd, &there) != 0 || !S_ISREG(there.st_mode))
		err = FAIL(trace, ERR_ARGUMENT, "%s is not a plain file", path);
	else
		err = file_hash_rest(fd, out, trace);
	close(fd);
	return err;
}

bool
file_hash_hex(const char *path, char out[2 * SHA256_SIZE + 1])
{
	struct file_hash hash;

	if (file_hash(path, &hash, NULL) != ERR_OK)
		return false;
	hex_encode(hash.sha256, sizeof(hash.sha256), out);
	return true;
}
