/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes the record of uses (custody/use_record.h). A line is on the disk when recorder_write
 * returns; lines of clients that write at the same time share one fdatasync, so that many clients
 * are not slower than the disk.
 *
 * Room for what may still have to be written is taken from the disk beforehand (recorder_has_room):
 * what could not be recorded is refused before the token is asked. A write that fails in spite of
 * that ends the record for good: after a failed fdatasync nobody knows what the disk holds.
 */
#ifndef AGENT_RECORDER_H
#define AGENT_RECORDER_H

#include <stdbool.h>

#include <jansson.h>

#include "base/err.h"

struct recorder;

enum {
	RECORDER_LINE = 2048,     /* no line that the agent writes is longer */
	RECORDER_AHEAD = 1 << 19, /* bytes of room for a line of every connection at once */
	RECORDER_CHUNK = 1 << 18, /* bytes taken beyond that at a time */
};

/* Takes the file, which must exist, and goes on behind its last line. */
MUST_CHECK enum err recorder_open(const char *path, struct recorder **out, struct err_trace *trace);

/* False when the disk is full or the record has failed. */
bool recorder_has_room(struct recorder *recorder);

/* Takes `body` in every case; its line is durable when this returns ERR_OK. */
MUST_CHECK enum err
recorder_write(struct recorder *recorder, json_t *body, struct err_trace *trace);

/* For poll: readable once a write has failed. */
int recorder_failed_fd(const struct recorder *recorder);

/* Gives the file back; NULL is fine. */
void recorder_close(struct recorder *recorder);

#endif
