/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every operation works with: the roster, the people (through the attendant), the readers, and
 * who is at the keyboard. The caller owns all of it; an operation borrows it for its duration.
 *
 * An operation is resumable: what it has done is in the roster before the next thing is begun, and
 * `quorum resume` goes on from there.
 */
#ifndef CUSTODY_CUSTODY_H
#define CUSTODY_CUSTODY_H

#include <stdbool.h>

#include "base/err.h"
#include "pcsc/card.h"
#include "pcsc/reader.h"

struct attendant;
struct roster;

struct custody {
	struct roster *roster;                   /* NULL for what needs none (inspect) */
	struct attendant *attendant;             /* who is asked */
	struct readers *readers;                 /* where cards are */
	const struct card_options *card_options; /* the APDU trace; NULL: none */
	const char *state_dir;    /* for copies of software tokens during a change of PIN */
	const char *token_module; /* a module that a person named for this command; NULL: none */
};

#endif
