/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "custody/use_record.h"

/* Lines that wait for the disk. */
struct batch {
	char *bytes;
	size_t len;
	size_t capacity;
};

struct recorder {
	int fd;
	int failed_fd;        /* eventfd */
	pthread_mutex_t lock; /* over the rest */
	pthread_cond_t written;
	struct chain_place place; /* of the last line that waits */
	struct batch batch[2];    /* one waits; the other is being written, or empty */
	unsigned waiting;         /* which one */
	int64_t durable;          /* lines up to this one are on the disk */
	off_t at;                 /* where the next batch goes */
	off_t end;                /* of the lines, with those that wait */
	off_t taken;              /* bytes of the file, zeros behind the lines and all */
	bool writing;             /* somebody writes for all who wait */
	bool failed;
};

static enum err
find_end(struct recorder *recorder, struct err_trace *trace)
{
	struct stat stat;

	if (fstat(recorder->fd, &stat) != 0)
		return FAIL_ERRNO(trace, "the record of uses cannot be looked at");
	recorder->at = stat.st_size;
	recorder->end = stat.st_size;
	recorder->taken = stat.st_size;
	return ERR_OK;
}

enum err
recorder_open(const char *path, struct recorder **out, struct err_trace *trace)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	enum err err;

	if (recorder == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the record of uses");
	recorder->fd = -1;
	pthread_mutex_init(&recorder->lock, NULL);
	pthread_cond_init(&recorder->written, NULL);
	recorder->failed_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = recorder->failed_fd < 0 ? FAIL_ERRNO(trace, "no descriptor for the record of uses")
				      : chain_take(path, &recorder->place, &recorder->fd, trace);
	recorder->durable = recorder->place.n;
	if (err == ERR_OK)
		err = find_end(recorder, trace);
	if (err == ERR_OK)
		*out = recorder;
	else
		recorder_close(recorder);
	return err;
}

int
recorder_failed_fd(const struct recorder *recorder)
{
	return recorder->failed_fd;
}

void
recorder_close(struct recorder *recorder)
{
	if (recorder == NULL)
		return;
	/* What was taken ahead is given back; where that fails, it costs some room and no line. */
	if (recorder->fd >= 0 && !recorder->failed)
		(void)!ftruncate(recorder->fd, recorder->end);
	if (recorder->fd >= 0)
		close(recorder->fd);
	if (recorder->failed_fd >= 0)
		close(recorder->failed_fd);
	pthread_cond_destroy(&recorder->written);
	pthread_mutex_destroy(&recorder->lock);
	free(recorder->batch[0].bytes);
	free(recorder->batch[1].bytes);
	free(recorder);
}

/*
 * Zeros are written and synced where lines will go: the room is really ours then, whatever the file
 * system promises, and the fdatasync of a line has data to write and no length or extent of the
 * file to journal, which halves its time.
 */
static bool
take_room(struct recorder *recorder)
{
	static const char zeros[RECORDER_CHUNK];
	off_t wanted = recorder->end + RECORDER_AHEAD + RECORDER_CHUNK;

	/* A line for which nobody asked for room stands behind what was taken. */
	if (recorder->taken < recorder->end)
		recorder->taken = recorder->end;
	while (recorder->taken < wanted) {
		off_t left = wanted - recorder->taken;
		ssize_t written = pwrite(recorder->fd, zeros,
		    left < RECORDER_CHUNK ? (size_t)left : sizeof(zeros), recorder->taken);

		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0)
			recorder->taken += written;
	}
	return fdatasync(recorder->fd) == 0;
}

bool
recorder_has_room(struct recorder *recorder)
{
	bool has;

	pthread_mutex_lock(&recorder->lock);
	has = !recorder->failed &&
	      (recorder->end + RECORDER_AHEAD <= recorder->taken || take_room(recorder));
	pthread_mutex_unlock(&recorder->lock);
	return has;
}

static bool
batch_add(struct batch *batch, const char *line, size_t len)
{
	if (batch->len + len > batch->capacity) {
		size_t capacity = 2 * (batch->len + len);
		char *bytes = realloc(batch->bytes, capacity);

		if (bytes == NULL)
			return false;
		batch->bytes = bytes;
		batch->capacity = capacity;
	}
	memcpy(batch->bytes + batch->len, line, len);
	batch->len += len;
	return true;
}

static bool
put_on_disk(int fd, const struct batch *batch, off_t at)
{
	size_t done = 0;

	while (done < batch->len) {
		ssize_t written =
		    pwrite(fd, batch->bytes + done, batch->len - done, at + (off_t)done);

		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0)
			done += (size_t)written;
	}
	return fdatasync(fd) == 0;
}

/* Writes what waits, for everybody; the lock is let go of meanwhile. */
static void
write_for_all(struct recorder *recorder)
{
	struct batch *batch = &recorder->batch[recorder->waiting];
	int64_t upto = recorder->place.n;
	off_t at = recorder->at;
	bool done;

	recorder->at = recorder->end;
	recorder->waiting = 1 - recorder->waiting;
	recorder->writing = true;
	pthread_mutex_unlock(&recorder->lock);
	done = put_on_disk(recorder->fd, batch, at);
	pthread_mutex_lock(&recorder->lock);
	recorder->writing = false;
	batch->len = 0;
	if (done)
		recorder->durable = upto;
	else
		recorder->failed = true;
	if (!done)
		(void)eventfd_write(recorder->failed_fd, 1);
	pthread_cond_broadcast(&recorder->written);
}

/* Under the lock. */
static enum err
add_line(struct recorder *recorder, json_t *body, struct err_trace *trace)
{
	struct chain_place next = recorder->place;
	char *line = NULL;
	size_t len = 0;
	enum err err = chain_line(&next, body, &line, &len, trace);

	if (err != ERR_OK)
		return err;
	if (batch_add(&recorder->batch[recorder->waiting], line, len)) {
		recorder->place = next;
		recorder->end += (off_t)len;
	} else {
		err = FAIL(trace, ERR_NOMEM, "no memory for the record of uses");
	}
	free(line);
	return err;
}

static enum err
add_and_wait(struct recorder *recorder, json_t *body, struct err_trace *trace)
{
	enum err err = add_line(recorder, body, trace);
	int64_t mine = recorder->place.n;

	if (err != ERR_OK)
		return err;
	while (recorder->durable < mine && !recorder->failed) {
		if (recorder->writing)
			pthread_cond_wait(&recorder->written, &recorder->lock);
		else
			write_for_all(recorder);
	}
	return recorder->durable >= mine
		   ? ERR_OK
		   : FAIL(trace, ERR_IO, "the record of uses cannot be written");
}

enum err
recorder_write(struct recorder *recorder, json_t *body, struct err_trace *trace)
{
	enum err err;

	pthread_mutex_lock(&recorder->lock);
	if (recorder->failed) {
		json_decref(body);
		err = FAIL(trace, ERR_IO, "the record of uses cannot be written");
	} else {
		err = add_and_wait(recorder, body, trace);
	}
	pthread_mutex_unlock(&recorder->lock);
	return err;
}
