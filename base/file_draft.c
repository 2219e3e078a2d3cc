/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

struct file_draft {
	FILE *stream;
	char *path;
	char *name; /* where it lies until it is finished */
};

static void
let_go(struct file_draft *draft)
{
	if (draft->stream != NULL)
		fclose(draft->stream);
	free(draft->path);
	free(draft->name);
	free(draft);
}

static enum err
open_stream(struct file_draft *draft, struct err_trace *trace)
{
	const int fd = mkostemp(draft->name, O_CLOEXEC);

	if (fd < 0)
		return FAIL_ERRNO(trace, "file '%s' not made", draft->name);
	draft->stream = fdopen(fd, "w");
	if (draft->stream == NULL) {
		const enum err err = FAIL_ERRNO(trace, "file '%s' not made", draft->name);

		close(fd);
		unlink(draft->name);
		return err;
	}
	return ERR_OK;
}

enum err
file_draft_begin(const char *path, struct file_draft **out, struct err_trace *trace)
{
	struct stat there;
	struct file_draft *draft = NULL;
	enum err err = ERR_INTERNAL;

	if (lstat(path, &there) == 0)
		return FAIL(trace, ERR_EXISTS, "'%s' exists and is never overwritten", path);
	draft = calloc(1, sizeof(*draft));
	if (draft == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a file");
	draft->path = strdup(path);
	if (asprintf(&draft->name, "%s.XXXXXX", path) < 0)
		draft->name = NULL;
	err = draft->path == NULL || draft->name == NULL
		  ? FAIL(trace, ERR_NOMEM, "no memory for a path")
		  : open_stream(draft, trace);
	if (err != ERR_OK) {
		let_go(draft);
		return err;
	}
	*out = draft;
	return ERR_OK;
}

enum err
file_draft_write(struct file_draft *draft, const void *bytes, size_t len, struct err_trace *trace)
{
	if (fwrite(bytes, 1, len, draft->stream) != len)
		return FAIL_ERRNO(trace, "file '%s' not written", draft->path);
	return ERR_OK;
}

enum err
file_draft_finish(struct file_draft *draft, struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (fflush(draft->stream) != 0 || fsync(fileno(draft->stream)) != 0)
		err = FAIL_ERRNO(trace, "file '%s' not written", draft->path);
	if (err == ERR_OK)
		err = file_put_in_place(draft->name, draft->path, trace);
	else
		unlink(draft->name);
	let_go(draft);
	return err;
}

void
file_draft_drop(struct file_draft *draft)
{
	if (draft == NULL)
		return;
	unlink(draft->name);
	let_go(draft);
}
