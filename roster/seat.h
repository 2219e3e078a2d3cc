/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Installations: machines that write to one roster, each in its own copy, which packs keep in step
 * (pack.h). People, reports, roll-calls and activations are written anywhere. What must not happen
 * in two places at once needs the seat, which one installation has: enrolling cards (their short
 * names are numbered), creating, re-keying, binding and switching.
 *
 * The seat passes by an event of the installation that has it, which lets it go at once; the other
 * has it when it has taken the pack. When its holder is dead, two named people and a checkpoint
 * that M cards of one quorum signed claim it. Should the holder live after all, its later events
 * still count (what they say has happened); what contradicts is shown by `roster verify`.
 */
#ifndef ROSTER_SEAT_H
#define ROSTER_SEAT_H

#include "roster/checkpoint.h"
#include "roster/roster.h"

enum { ROSTER_INSTALLATION_NAME = 65 };

struct roster_installation {
	struct roster_id writer;
	char name[ROSTER_INSTALLATION_NAME]; /* "first" for the one that founded the roster */
	int64_t joined;
	bool has_seat;
	bool is_ours; /* the one that this is */
	int64_t n;    /* its newest event that is known here, */
	struct roster_hash hash;
	int64_t time;   /* and when it wrote that */
	int64_t pinned; /* how many of its events some checkpoint covers */
};

/* In the order in which they joined; free() *out. */
MUST_CHECK enum err roster_installation_list(struct roster *roster,
    struct roster_installation **out, size_t *count, struct err_trace *trace);

/* By its name, or the beginning of its writer's id, 8 characters at least. ERR_ABSENT names those
 * there are; ERR_ARGUMENT: several are called so. */
MUST_CHECK enum err roster_installation_find(struct roster *roster, const char *name,
    struct roster_installation *out, struct err_trace *trace);

/* ERR_NOT_NOW, with who has it, unless this installation has the seat. */
MUST_CHECK enum err roster_seat_check(struct roster *roster, struct err_trace *trace);

/* ERR_NOT_NOW while an operation is pending, or without the seat. */
MUST_CHECK enum err
roster_seat_pass(struct roster *roster, const struct roster_id *to, struct err_trace *trace);

/*
 * What a claim rests on: the checkpoint that cards have just signed. ERR_DENIED when fewer than M
 * cards of the generation signed it, or when anything but their signatures was written since: old
 * signatures claim nothing.
 */
struct roster_seat_claim {
	struct roster_id people[2];
	struct roster_id quorum;
	unsigned generation;
	struct roster_checkpoint_request checkpoint;
};
/* Everything but the signatures, before anybody is asked for a card. */
MUST_CHECK enum err roster_seat_may_claim(
    struct roster *roster, const struct roster_seat_claim *claim, struct err_trace *trace);
MUST_CHECK enum err roster_seat_claim(
    struct roster *roster, const struct roster_seat_claim *claim, struct err_trace *trace);

#endif
