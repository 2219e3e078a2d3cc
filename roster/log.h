/* SPDX-License-Identifier: BSD-2-Clause */
/* The log: the exact bytes of the events, and their verification. */
#ifndef ROSTER_LOG_H
#define ROSTER_LOG_H

#include "roster/checkpoint.h"
#include "roster/roster.h"

/* One event as the log shows it; pointers are valid during the call only. */
struct roster_log_entry {
	const char *line; /* RFC 8785 JSON, without the newline: what is hashed */
	size_t line_len;
	struct roster_hash hash;
	struct roster_id writer;
	int64_t n;
	int64_t time;
	const char *type;
	struct roster_id by;
	const char *words; /* "card.enrol card=root/2 …": the event as one line for people */
};

/* In replay order. The visitor's error ends the walk and is returned. */
typedef enum err (*roster_log_visit)(
    void *context, const struct roster_log_entry *entry, struct err_trace *trace);

/* Which events; zeroed members choose all. */
struct roster_log_filter {
	int64_t since;          /* at that second or later */
	int64_t until;          /* at that second or before; 0: no end */
	const char *type;       /* "card.enrol", or "card" for all that begin so */
	struct roster_id by;    /* who was at the keyboard */
	struct roster_id about; /* a person, card, quorum or anything else that has an id */
	const char *quorum;     /* besides `about`: cards begun for a quorum of that name */
	size_t limit;           /* the newest so many; 0: all */
};

struct roster_log_walk {
	const struct roster_log_filter *filter; /* NULL: all */
	roster_log_visit visit;
	void *context;
};

/* Memory does not grow with the log. */
MUST_CHECK enum err
roster_log(struct roster *roster, const struct roster_log_walk *walk, struct err_trace *trace);

/* What verification found. Findings of tampering are an error of roster_verify, not here. */
struct roster_verified {
	int64_t events;
	unsigned writers;
	int64_t erased;    /* contents that were erased, as events say */
	int64_t pinned;    /* events that a checkpoint covers */
	int64_t unapplied; /* events without effect: they contradict what came before them */
	size_t checkpoints;
	struct roster_checkpoint *checkpoint; /* free() */
	struct roster_hash head;
};

/*
 * Replays every event, and compares: hashes and chains, bodies with their types, contents with the
 * hashes that bind them, signatures with the cards' keys, all projections row by row, and the file
 * with the state folder. ERR_FORMAT names the first that differs. Without a checkpoint known from
 * elsewhere this finds accidents, not an editor who rewrote everything: say so.
 */
MUST_CHECK enum err
roster_verify(struct roster *roster, struct roster_verified *out, struct err_trace *trace);

/* Makes the projections anew from the events, for a damaged one. Needs writing. */
MUST_CHECK enum err roster_rebuild(struct roster *roster, struct err_trace *trace);

#endif
