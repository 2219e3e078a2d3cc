/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands that are broken off, what stands before them, and what must stand after. */
#ifndef TESTS_CHAOS_SCENARIO_H
#define TESTS_CHAOS_SCENARIO_H

#include <stdbool.h>

#include "tests/chaos/world.h"
#include "tests/fakes/points.h"

/*
 * A command of `quorate` that must succeed while these custodians stay away. In a base,
 * SCENARIO_NEW_CARD and a custodian: the card that they have from here on is another, blank one.
 */
#define SCENARIO_NEW_CARD "@new-card "

struct step {
	const char *words;
	const char *absent;
};

/* What stands before: the steps of `from`, then these (ends with NULL words). */
struct base {
	const struct base *from;
	const struct step *steps;
};

struct scenario {
	const char *name;
	const struct base *base;
	const char *command;
	const char *recover;      /* tried before the command is given again; NULL: that is all */
	const char *otherwise;    /* tried when that is refused; NULL: nothing is */
	const struct step *again; /* what makes it whole after `recover`; NULL: it is already */
	const struct step *whole;
	bool guarded;      /* a token is safe even while its own files are being written */
	unsigned stride;   /* of so many points one */
	const char *adopt; /* what begins anew where the roster is lost; NULL: nothing is to be */
	unsigned bound;    /* tokens that open with the quorum already, whatever happens */
	unsigned tokens;   /* initialised ones at the end, each bound to a quorum */
	unsigned minimum[POINTS__COUNT]; /* fewer points than that: something is not counted */
};

extern const struct scenario scenarios[];
extern const unsigned scenario_count;

/* The custodians' cards that are there from the beginning; ends with NULL. */
extern const char *const scenario_custodians[];

/* Makes the snapshot; a step that fails ends the program. */
void scenario_prepare(const struct scenario *scenario, struct world *world);

/* Whatever must hold afterwards; NULL when it does, else what does not. */
const char *scenario_is_whole(const struct scenario *scenario, struct world *world);

#endif
