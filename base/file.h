/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files that are whole or not there: a new file is written beside its name, synced, renamed into
 * place and the folder synced, so that a crash or a full disk leaves the old state. Files and
 * folders are made for their owner alone (0600, 0700) unless it says otherwise.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Replaces `path` as a whole. */
MUST_CHECK enum err
file_replace(const char *path, const void *bytes, size_t len, struct err_trace *trace);

/* As file_replace, for what everybody may read (0644): figures that another program collects. */
MUST_CHECK enum err
file_publish(const char *path, const void *bytes, size_t len, struct err_trace *trace);

/* As file_replace, but ERR_EXISTS when anything is there: outputs are never overwritten. */
MUST_CHECK enum err
file_create(const char *path, const void *bytes, size_t len, struct err_trace *trace);

/*
 * As file_create, for what is written little by little: a draft lies beside its name until it is
 * finished, and is gone when it is dropped. Both free it, whatever they return.
 */
struct file_draft;
MUST_CHECK enum err
file_draft_begin(const char *path, struct file_draft **out, struct err_trace *trace);
MUST_CHECK enum err
file_draft_write(struct file_draft *draft, const void *bytes, size_t len, struct err_trace *trace);
MUST_CHECK enum err file_draft_finish(struct file_draft *draft, struct err_trace *trace);
void file_draft_drop(struct file_draft *draft); /* NULL is fine */

/* Gives a synced file that lies beside `path` that name; on failure the file is gone. */
MUST_CHECK enum err
file_put_in_place(const char *beside, const char *path, struct err_trace *trace);

/* The whole file, NUL-terminated behind its end, at most `max` bytes; free() *out. */
MUST_CHECK enum err
file_read(const char *path, size_t max, char **out, size_t *len, struct err_trace *trace);

/* mkdir -p with mode 0700 for what is made; an existing folder is left as it is. */
MUST_CHECK enum err file_make_folder(const char *path, struct err_trace *trace);

/* fsync of the folder that holds `path`. */
MUST_CHECK enum err file_sync_folder_of(const char *path, struct err_trace *trace);

/*
 * Takes the advisory lock file `path` (made if missing) without waiting; ERR_NOT_NOW names the
 * holder's process when another has it. The lock ends with file_unlock or the process.
 */
MUST_CHECK enum err file_lock(const char *path, int *fd, struct err_trace *trace);
void file_unlock(int fd);

/* Copies regular files and folders, synced; `to` must not exist. For a software token's folder. */
MUST_CHECK enum err file_copy_tree(const char *from, const char *to, struct err_trace *trace);

/* Overwrites nothing: unlinks the tree. Missing is fine. */
MUST_CHECK enum err file_remove_tree(const char *path, struct err_trace *trace);

#endif
