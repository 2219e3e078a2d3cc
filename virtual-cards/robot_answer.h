/* SPDX-License-Identifier: BSD-2-Clause */
/* How the robot answers one line of the attendant protocol (docs/formats/attendant.md). */
#ifndef VIRTUAL_CARDS_ROBOT_ANSWER_H
#define VIRTUAL_CARDS_ROBOT_ANSWER_H

#include <stdbool.h>

#include <jansson.h>

#include "base/err.h"

#include "virtual-cards/deck.h"
#include "virtual-cards/robot_rules.h"

struct secret;

enum { ROBOT_ASKS = 6 };

struct robot {
	struct deck deck;
	struct rules rules;
	unsigned asked[ROBOT_ASKS]; /* how often each kind of ask came */
	unsigned inserted;          /* how often a card was brought */
	bool presented;             /* the rule `present` has been obeyed */
	bool brought[DECK_CARDS];   /* when any card was wanted */
	char verified[DECK_NAME];   /* serial of the card whose PIN was typed last */
	unsigned typed;             /* how often in a row it was typed as it should be */
};

/* One of the two is set, or none: `line` is JSON to answer with, `pin` goes out raw. */
struct robot_answer {
	json_t *line;
	struct secret *pin;
	bool quit; /* a rule says to die here */
};

/* A tell gets no answer. The caller frees what is in *out. ERR_FORMAT: this is not the protocol. */
MUST_CHECK enum err robot_respond(
    struct robot *robot, const json_t *message, struct robot_answer *out, struct err_trace *trace);

#endif
