/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PINs of practice. The robot stores none: it derives each from what the PIN is for, so that
 * a search for PINs in a sandbox's files finds only what Quorate itself leaked there.
 */
#ifndef VIRTUAL_CARDS_ROBOT_PIN_H
#define VIRTUAL_CARDS_ROBOT_PIN_H

#include "base/err.h"

struct secret;

/* A PIN has 16 characters, and up to 32 where `min` asks for more. */
enum { ROBOT_PIN = 16, ROBOT_PIN_MAX = 32 };

struct robot_pin {
	const char *kind; /* "card", "token-user", "token-so" */
	const char *name; /* a card's serial, a token's label */
	unsigned change;  /* 0, then one more with each change of the PIN */
	size_t min, max;  /* what the card or token takes; 0: anything */
};

/*
 * Always the same for the same kind, name and change; another for any other. No two neighbouring
 * characters are equal or follow one another. ERR_ARGUMENT when no length between min and max
 * suits.
 */
MUST_CHECK enum err
robot_pin_derive(const struct robot_pin *pin, struct secret **out, struct err_trace *trace);

#endif
