/* SPDX-License-Identifier: BSD-2-Clause */
/* The PINs that the people of these runs type: the same for who types and who searches for them. */
#ifndef TESTS_CHAOS_PEOPLE_H
#define TESTS_CHAOS_PEOPLE_H

#include "base/err.h"

struct secret;

/* Of the card with this serial; NULL: what a token has before a quorum takes it, and after. */
MUST_CHECK enum err people_pin(const char *serial, struct secret **out, struct err_trace *trace);

#endif
