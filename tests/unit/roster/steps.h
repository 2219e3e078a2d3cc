/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random events of every kind that a roster with a standing quorum can get, drawn from a small
 * generator of its own, so that a failure can be repeated.
 */
#ifndef TESTS_UNIT_ROSTER_STEPS_H
#define TESTS_UNIT_ROSTER_STEPS_H

#include <stdint.h>

#include "tests/unit/roster/support.h"

void steps_seed(uint32_t value);
unsigned steps_draw(unsigned below);

/* One more event, or none where the roster refuses it: without the seat, about who has left. */
void steps_one(struct place *place);

#endif
