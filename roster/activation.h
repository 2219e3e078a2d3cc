/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was opened, by whom and with which cards, and what each use was. Two kinds: an activation
 * serves one token to applications; a session serves Quorate's own commands. While one lasts,
 * quorate-agent writes down each use in a chained file (docs/formats/use-record.md); the lines of
 * that file become events here, batch by batch, as contents beside them: they name people's
 * programs.
 */
#ifndef ROSTER_ACTIVATION_H
#define ROSTER_ACTIVATION_H

#include "roster/binding.h"
#include "roster/roster.h"

enum roster_activation_kind { ROSTER_SERVES_APPLICATIONS, ROSTER_SERVES_COMMANDS };

struct roster_activation {
	struct roster_id id; /* roster_activation_open draws one where it is not set */
	enum roster_activation_kind kind;
	struct roster_id quorum;
	unsigned generation;
	char binding[ROSTER_BINDING_NAME]; /* empty for a session: it has all of the quorum's */
	char purpose[ROSTER_TEXT];         /* what for; empty when not given */
	unsigned cards;
	struct roster_id card[ROSTER_CARDS_MAX]; /* in the order presented */
	struct roster_id by;
	int64_t opened;
	int64_t closed; /* 0: not recorded */
	int64_t uses;   /* private-key operations that were answered */
	int64_t
	    refused; /* uses that were asked for and refused, as far as they were written down */
	int64_t recorded; /* lines of the agent's file that are in the log */
	char result[ROSTER_TEXT];
};

MUST_CHECK enum err roster_activation_open(
    struct roster *roster, struct roster_activation *activation, struct err_trace *trace);

/* Consecutive lines of the agent's file. */
struct roster_uses {
	int64_t first; /* number of the first line; one more than `recorded` */
	int64_t last;
	int64_t made; /* among them */
	int64_t refused;
	struct roster_hash head; /* SHA-256 of the last line */
	const char *lines;       /* each with its newline */
	size_t len;              /* at most ROSTER_USES_MAX */
};
enum { ROSTER_USES_MAX = 512 * 1024 };

/* Whoever opened it is who acts: this may be another's command, later. ERR_NOT_NOW once closed. */
MUST_CHECK enum err roster_activation_add_uses(struct roster *roster, const struct roster_id *id,
    const struct roster_uses *uses, struct err_trace *trace);
MUST_CHECK enum err roster_activation_close(struct roster *roster, const struct roster_id *id,
    int64_t uses, const char *result, struct err_trace *trace);

/* ERR_ABSENT: not in this roster. */
MUST_CHECK enum err roster_activation_get(struct roster *roster, const struct roster_id *id,
    struct roster_activation *out, struct err_trace *trace);

/* Newest first, of one quorum or (NULL) of all; free() *out. */
MUST_CHECK enum err roster_activation_list(struct roster *roster, const struct roster_id *quorum,
    struct roster_activation **out, size_t *count, struct err_trace *trace);

/* Each batch in its order. `lines` is borrowed; its len is 0 where the content was erased. */
typedef enum err (*roster_uses_visit)(
    void *context, const struct roster_uses *uses, struct err_trace *trace);
MUST_CHECK enum err roster_activation_uses(struct roster *roster, const struct roster_id *id,
    roster_uses_visit visit, void *context, struct err_trace *trace);

#endif
