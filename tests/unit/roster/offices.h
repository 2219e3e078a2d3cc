/* SPDX-License-Identifier: BSD-2-Clause */
/* Several installations of one roster, each a place of its own, and packs between them. */
#ifndef TESTS_UNIT_ROSTER_OFFICES_H
#define TESTS_UNIT_ROSTER_OFFICES_H

#include "roster/pack.h"
#include "tests/unit/roster/support.h"

enum { OFFICES = 3 };

struct offices {
	struct place *place[OFFICES]; /* [0] founded the roster and has the seat */
	unsigned packs;
	char pack[PATH_SIZE]; /* the last one that was made */
};

/* cmocka setup and teardown: the first has a standing quorum, the others have joined by packs. */
int offices_setup(void **state);
int offices_teardown(void **state);

/* A whole pack of this one; its path is in offices->pack. */
void offices_pack(struct offices *offices, unsigned from);
/* What it lacks, as far as `from` knows. */
void offices_pack_for(struct offices *offices, unsigned from, unsigned to);
/* Takes the last pack. */
enum err offices_try_take(struct offices *offices, unsigned to, struct err_trace *trace);
void offices_take(struct offices *offices, unsigned to);

/* The writer of an installation. */
struct roster_id offices_writer(const struct offices *offices, unsigned at);

/* Its head, in hex. */
void offices_head(const struct offices *offices, unsigned at, char out[ROSTER_HASH_TEXT]);

void offices_verify(const struct offices *offices, unsigned at);

#endif
