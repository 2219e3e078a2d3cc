/* SPDX-License-Identifier: BSD-2-Clause */
/* Copies of the evidence on media, read back before anybody relies on them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/shell_word.h"
#include "ceremony/bundle_tree.h"
#include "ceremony/close_internal.h"
#include "custody/attendant.h"

enum { COPIES_LEAST = 2, COPIES_MAX = 16, HEAD_SHOWN = 4 };

struct targets {
	const char *path[COPIES_MAX];
	size_t count;
};

static enum err
refuse_odd(void *context, const char *what, struct err_trace *trace)
{
	(void)context;
	return FAIL(trace, ERR_FORMAT, "%s", what);
}

static const struct bundle_odd odd = { refuse_odd, NULL };

/* So that what is read next comes from the medium, not from memory. */
static void
forget_cached(const char *folder, const struct bundle_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		char *path = NULL;
		int fd;

		if (asprintf(&path, "%s/%s", folder, tree->file[i].path) < 0)
			return;
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		free(path);
		if (fd < 0)
			continue;
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
		close(fd);
	}
}

static bool
trees_agree(const struct bundle_tree *one, const struct bundle_tree *other)
{
	if (one->count != other->count)
		return false;
	for (size_t i = 0; i < one->count; i++)
		if (strcmp(one->file[i].path, other->file[i].path) != 0 ||
		    one->file[i].size != other->file[i].size ||
		    !sha256_equal(one->file[i].hash, other->file[i].hash))
			return false;
	return true;
}

/* Every byte of both, hashed. */
static bool
agrees(const struct bundle_tree *ours, const char *folder)
{
	struct bundle_tree theirs = { .count = 0 };
	bool same;

	forget_cached(folder, ours);
	if (bundle_tree_read(folder, &odd, &theirs, NULL) != ERR_OK)
		return false;
	same = trees_agree(ours, &theirs);
	bundle_tree_free(&theirs);
	return same;
}

static enum err
make_copy(const struct closing *closing, const struct bundle_tree *ours, const char *target,
    struct err_trace *trace)
{
	enum err err = file_remove_tree(target, trace);

	if (err == ERR_OK)
		err = file_copy_tree(closing->evidence, target, trace);
	if (err == ERR_OK && !agrees(ours, target))
		err = FAIL(trace, ERR_IO, "what is read from %s is not what was written", target);
	if (err != ERR_OK)
		err_next_instead(trace,
		    "The record is frozen, and nothing of the evidence is lost. Take another "
		    "medium: quorate ceremony close %s --by %s --copy FOLDER",
		    shell_word(closing->input->folder).text, shell_word(closing->input->by).text);
	return err;
}

/* Where the copy is on a medium; free() it. NULL: no memory. */
static char *
target_on(const struct closing *closing, const char *medium)
{
	char head[2 * HEAD_SHOWN + 1];
	char *target = NULL;

	hex_encode(closing->out.head, HEAD_SHOWN, head);
	if (asprintf(&target, "%s/%s-%s", medium, closing->script->name, head) < 0)
		return NULL;
	return target;
}

static enum err
copy_to(struct closing *closing, const struct bundle_tree *ours, const char *medium,
    struct err_trace *trace)
{
	const struct attendant *people = closing->input->custody->attendant;
	char text[512];
	char *target = NULL;
	struct stat there;
	enum err err = ERR_OK;

	if (stat(medium, &there) != 0 || !S_ISDIR(there.st_mode)) {
		err_next(trace, "Put the medium in and mount it there, then close again.");
		return FAIL(trace, ERR_ABSENT, "the medium at %s is not there", medium);
	}
	target = target_on(closing, medium);
	if (target == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	if (!agrees(ours, target)) {
		closing->out.before = false;
		err = make_copy(closing, ours, target, trace);
	}
	if (err == ERR_OK) {
		closing->out.copies++;
		snprintf(
		    text, sizeof(text), "A copy is in %.300s; all of it was read back.", target);
		people->note(people->context, text);
	}
	free(target);
	return err;
}

/* Two names of one medium are one copy. A practice's media are folders of one disk. */
static enum err
check_apart(const struct closing *closing, const struct targets *targets, struct err_trace *trace)
{
	struct stat one, other;

	for (size_t i = 0; i < targets->count; i++)
		for (size_t j = 0; j < i; j++) {
			if (strcmp(targets->path[i], targets->path[j]) != 0 &&
			    (closing->out.practice || stat(targets->path[i], &one) != 0 ||
				stat(targets->path[j], &other) != 0 || one.st_dev != other.st_dev))
				continue;
			err_next(trace, "Mount two media, each at a place of its own.");
			return FAIL(trace, ERR_NOT_NOW, "%s and %s are one medium",
			    targets->path[j], targets->path[i]);
		}
	return ERR_OK;
}

static enum err
list_targets(const struct closing *closing, struct targets *out, struct err_trace *trace)
{
	const struct sheet *sheet = closing->sheet;
	const struct close_input *input = closing->input;

	for (size_t i = 0; i < sheet->medium_count && out->count < COPIES_MAX; i++)
		if (sheet->media[i].takes_copy)
			out->path[out->count++] = sheet->media[i].path;
	for (size_t i = 0; i < input->copy_count && out->count < COPIES_MAX; i++)
		out->path[out->count++] = input->copy[i];
	if (out->count >= COPIES_LEAST)
		return check_apart(closing, out, trace);
	err_next(trace, "Name more: quorate ceremony close %s --by %s --copy FOLDER,FOLDER",
	    shell_word(input->folder).text, shell_word(input->by).text);
	return FAIL(trace, ERR_NOT_NOW,
	    "%zu media for copies are named, and %d are needed; all else is done", out->count,
	    COPIES_LEAST);
}

static void
tell_no_copy(const struct closing *closing, const char *medium, const struct err_trace *why)
{
	const struct attendant *people = closing->input->custody->attendant;
	char text[600];

	snprintf(text, sizeof(text), "NO COPY in %.200s: %.300s", medium,
	    why->count == 0 ? "it was not written" : why->frame[0].text);
	people->note(people->context, text);
}

/* As many as the sheet wants; which media have them is not asked: one of the sheet's may fail. */
static enum err
make_copies(struct closing *closing, const struct targets *targets, const struct bundle_tree *ours,
    struct err_trace *trace)
{
	struct err_trace first = { .count = 0 };
	unsigned wanted = 0;
	enum err failed = ERR_OK;

	for (size_t i = 0; i < closing->sheet->medium_count; i++)
		wanted += closing->sheet->media[i].takes_copy;
	for (size_t i = 0; i < targets->count; i++) {
		struct err_trace why = { .count = 0 };
		const enum err err = copy_to(closing, ours, targets->path[i], &why);

		if (err == ERR_OK)
			continue;
		tell_no_copy(closing, targets->path[i], &why);
		if (failed == ERR_OK)
			first = why;
		failed = failed == ERR_OK ? err : failed;
	}
	if (closing->out.copies >= COPIES_LEAST && closing->out.copies >= wanted)
		return ERR_OK;
	if (trace != NULL)
		*trace = first;
	return failed;
}

enum err
close_copies(struct closing *closing, struct err_trace *trace)
{
	struct bundle_tree ours = { .count = 0 };
	struct targets targets = { .count = 0 };
	enum err err = list_targets(closing, &targets, trace);

	if (err == ERR_OK)
		err = bundle_tree_read(closing->evidence, &odd, &ours, trace);
	if (err == ERR_OK)
		err = make_copies(closing, &targets, &ours, trace);
	bundle_tree_free(&ours);
	return err;
}

bool
close_has_copy(struct closing *closing)
{
	struct targets targets = { .count = 0 };
	bool found = false;

	if (list_targets(closing, &targets, NULL) != ERR_OK)
		return false;
	for (size_t i = 0; i < targets.count && !found; i++) {
		char *target = target_on(closing, targets.path[i]);

		found = target != NULL && access(target, F_OK) == 0;
		free(target);
	}
	return found;
}
