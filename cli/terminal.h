/* SPDX-License-Identifier: BSD-2-Clause */
/* The attendant that is a person at a terminal: questions and answers on /dev/tty, PINs unseen. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include "base/err.h"

struct attendant;

/* ERR_ABSENT, with the way out, where there is no terminal. End with attendant_close. */
MUST_CHECK enum err terminal_start(struct attendant **out, struct err_trace *trace);

#endif
