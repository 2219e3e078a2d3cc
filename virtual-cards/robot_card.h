/* SPDX-License-Identifier: BSD-2-Clause */
/* Which card the robot brings when one is asked for, and what it does when one is to be removed. */
#ifndef VIRTUAL_CARDS_ROBOT_CARD_H
#define VIRTUAL_CARDS_ROBOT_CARD_H

#include "virtual-cards/robot_answer.h"

/*
 * For a blank: the card that this custodian was given under this short name, else the next that is
 * nobody's. Where any card is wanted, each once. Otherwise the first of `wanted` whose custodian
 * comes. Answers "stop" when nobody does.
 */
MUST_CHECK enum err robot_card_bring(
    struct robot *robot, const json_t *ask, struct robot_answer *out, struct err_trace *trace);

/* {"tell":"remove"} */
MUST_CHECK enum err
robot_card_remove(struct robot *robot, const json_t *tell, struct err_trace *trace);

/* Takes the card with this serial out of its reader, if it is in one. */
MUST_CHECK enum err
robot_card_pull(struct robot *robot, const char *serial, struct err_trace *trace);

#endif
