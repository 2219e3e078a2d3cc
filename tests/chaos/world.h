/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A world: a folder with everything that a run of Quorate can touch. A snapshot of it is a copy,
 * and what a command does in the copy, killed or not, is all that there is to look at afterwards.
 *
 *	home/      roster and state, and modules.conf, which names the counted PKCS#11 module
 *	cards/     virtual cards, NAME.card; NAME is its custodian
 *	fake/      the readers of the in-process pcscd
 *	tokens/    SoftHSM's
 *	out/       what each command said
 */
#ifndef TESTS_CHAOS_WORLD_H
#define TESTS_CHAOS_WORLD_H

#include <stdbool.h>

#include <jansson.h>

/* Where a base prints its sheet to. */
#define WORLD_SHEET      "sheet.txt"

/* Of the cards that world_new_card makes. */
#define WORLD_NEW_SERIAL "FFFE:00000063"

enum { WORLD_PATH = 128, WORLD_FILE = 256, WORLD_LINE = 256 };

struct world {
	char dir[WORLD_PATH];
	char pins[WORLD_PATH]; /* every PIN that came to a token; outside `dir` */
	unsigned commands;     /* run so far */
};

/* What happens at one point of a command (tests/fakes/points.h). */
struct world_fault {
	const char *variable; /* QUORATE_POINTS_KILL or _FAIL; NULL: nothing happens */
	char value[64];
};

/* Who stays away, and what happens. NULL, or zeros: nobody and nothing. */
struct world_run {
	const char *absent; /* custodians, separated by commas */
	const char *count;  /* a file for the log of points */
	struct world_fault fault;
};

/* All of these end the program when the world itself fails: then no result means anything. */

/* An empty world, with blank cards of these custodians (ends with NULL). */
void world_make(struct world *world, const char *const *custodians);

/* Another blank card in the place of the custodian's. */
void world_new_card(const struct world *world, const char *custodian);

/* Makes `to` a copy of `from`: its folder is replaced. */
void world_copy(const struct world *from, struct world *to);
void world_remove(const struct world *world);

/*
 * Brings the cards and tokens of `from` to `to`, and its printed binding sheet if there is one: all
 * that is left when the roster is lost.
 */
void world_bring(const struct world *from, struct world *to);

/* True when the file is there. */
bool world_has(const struct world *world, const char *name);

/* True when the token with this serial takes the user PIN that people typed before a quorum had it.
 */
bool world_token_is_as_before(const struct world *world, const char *serial);

/*
 * Runs `quorate` with these words, separated by spaces (~ is a space inside one), and waits for it
 * and for everything that it started: what is left after a few seconds is killed and makes the run
 * WORLD_OUTLIVED. The status is the exit status, or 128 + signal. What it said is in world_said().
 */
enum { WORLD_OUTLIVED = 1000, WORLD_STUCK = 1001 };
int world_quorate(struct world *world, const char *words, const struct world_run *run);

/* The file with what the last command said. */
void world_said(const struct world *world, char out[WORLD_FILE]);

/* The object in what the last command said with --json; json_decref it. NULL: there is none. */
json_t *world_last_json(const struct world *world);

/* Reads a file of the world as a whole; free(). */
char *world_read(const char *path, unsigned long *len);

#endif
