/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A room for tests of operations: a practice roster, a few custodians with virtual cards in this
 * process, one reader, and people who do what is asked.
 */
#ifndef TESTS_UNIT_CUSTODY_ROOM_H
#define TESTS_UNIT_CUSTODY_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "custody/attendant.h"
#include "custody/custody.h"
#include "pcsc/reader.h"
#include "roster/card.h"
#include "roster/roster.h"
#include "tests/fakes/readers_local.h"
#include "tests/fakes/vcard_local.h"

enum { ROOM_PEOPLE = 3 };

struct room {
	char folder[128], file[160], state_dir[160], old_file[160], old_state_dir[160];
	struct roster *roster;
	struct readers_local local;
	struct readers readers;
	struct vcard_local *card[ROOM_PEOPLE]; /* of "p0", "p1", .. */
	struct attendant attendant;
	struct custody custody;
	const char *fault; /* a fault to arm on p0's card when it is put in; NULL: none */
	bool fault_was_armed;
	bool stop_after_fault; /* the people give up when p0's card is wanted a second time */
	bool stopped;
	bool keep_admin_pin; /* cards are enrolled without a factory reset */
	unsigned insertions;
	int64_t ahead;        /* the roster's clock is ahead of the machine's by so many seconds */
	char note[512];       /* the reason of the last question that had one */
	char said[512];       /* the last that was said and not asked */
	bool skip_after_note; /* once something was said, p0 lets others go first */
};

void room_open(struct room *room);
void room_close(struct room *room);

/* Closes the roster and opens it again, as the next command would. */
void room_reopen(struct room *room);

/* Keeps a copy of roster and state folder; and puts it in place of the present ones. */
void room_keep_roster(struct room *room);
void room_roll_back(struct room *room);

/* Everybody's PIN; secret_free *out. */
enum err room_pin(struct secret **out, struct err_trace *trace);

/* Enrols the card of pN for the quorum "root". */
enum err room_enrol(struct room *room, unsigned n, struct err_trace *trace);

#endif
