/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record of uses: the file in which quorate-agent writes down, before it answers, what was done
 * with an activation (docs/formats/use-record.md). One line of canonical JSON each, chained by the
 * hash of the line before. The command that opens the activation makes the file with its first
 * line; the agent holds it locked while it lives, so that a file without a lock belongs to an agent
 * that has ended, with a word (a line "end") or without.
 *
 *	STATE/activations/ROSTER-ID/ACTIVATION-ID.uses
 */
#ifndef CUSTODY_USE_RECORD_H
#define CUSTODY_USE_RECORD_H

#include <jansson.h>

#include "base/chain.h"
#include "base/err.h"

enum {
	USE_RECORD_VERSION = 1,
	USE_RECORD_PATH = 1024,
};

/* What the first line says. Texts are borrowed. */
struct use_record_opening {
	const char *roster;     /* id in hex */
	const char *activation; /* id in hex; the file's name */
	const char *quorum;
	const char *token;   /* label; NULL for a session */
	const char *purpose; /* NULL: none given */
	const char *by;      /* the name of the person at the keyboard */
	json_t *cards;       /* array of short names; borrowed */
	json_t *bounds;      /* object; borrowed */
};

/* "STATE/activations/ROSTER", and of one file in it. */
MUST_CHECK enum err use_record_folder(
    const char *state_dir, const char *roster, char out[USE_RECORD_PATH], struct err_trace *trace);
MUST_CHECK enum err use_record_path(const char *state_dir, const struct use_record_opening *opening,
    char out[USE_RECORD_PATH], struct err_trace *trace);

/* Makes the file, and its folder, with the first line; durable when it returns. */
MUST_CHECK enum err use_record_create(
    const char *path, const struct use_record_opening *opening, struct err_trace *trace);

#endif
