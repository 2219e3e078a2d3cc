/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the robot misbehaves on purpose: QUORATE_ROBOT holds rules, separated by ';', each a word and
 * its arguments. Without rules everybody is there, knows their PIN and agrees.
 *
 *	absent NAME        this custodian does not come
 *	order A,B,C        who comes first, where several are wanted
 *	present CARD       at the first ask, this virtual card is put in instead
 *	wrong-pin NAME N   this custodian mistypes the next N times
 *	choice WORD        the answer to each choice that offers it
 *	menu N WORD        what is taken at the N-th menu, instead of the first row
 *	decline ASK        an empty PIN, "no" to a confirmation, an empty text
 *	stop-at ASK N      "stop" at the N-th ask of that kind
 *	quit-at ASK N      the robot dies at that ask
 *	fault N FAULT      the card of the N-th insertion fails so (virtual-cards/fault.h)
 *	pull-at ASK N      takes the card out before it answers that ask
 *	leave-in           cards stay in their readers when they should be removed
 */
#ifndef VIRTUAL_CARDS_ROBOT_RULES_H
#define VIRTUAL_CARDS_ROBOT_RULES_H

#include <stdbool.h>

#include "base/err.h"

enum { RULE_WORDS = 3, RULE_WORD = 128, RULES_MAX = 16 };

struct rule {
	char word[RULE_WORDS][RULE_WORD]; /* its name, then its arguments; "" where none */
	unsigned uses;                    /* how often it was applied */
};

struct rules {
	struct rule rule[RULES_MAX];
	unsigned count;
};

/* ERR_ARGUMENT names a rule that is unknown or has the wrong number of arguments. NULL: none. */
MUST_CHECK enum err rules_parse(const char *text, struct rules *out, struct err_trace *trace);

/* The first rule of that name whose first argument is `about` (NULL: any); NULL when none. */
struct rule *rules_find(struct rules *rules, const char *name, const char *about);

/* True when such a rule's second argument is exactly `number`. */
bool rules_hit(struct rules *rules, const char *name, const char *about, unsigned number);

/* True, and counted, as long as such a rule was used fewer times than its second argument says. */
bool rules_spend(struct rules *rules, const char *name, const char *about);

/* Where `name` stands in the rule "order": 0 first; names not in it come last. */
unsigned rules_rank(struct rules *rules, const char *name);

#endif
