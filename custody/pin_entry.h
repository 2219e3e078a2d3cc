/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PINs between people and cards: the tries left are always shown, the last one needs an explicit
 * word, and after a wrong PIN the people choose: again, someone else's card, or stop.
 */
#ifndef CUSTODY_PIN_ENTRY_H
#define CUSTODY_PIN_ENTRY_H

#include <stdbool.h>

#include "custody/custody.h"

struct secret;

/* Whose PIN is asked for. */
struct pin_owner {
	const char *custodian;
	const char *card; /* short name */
};

struct pin_entry {
	struct pin_owner owner;
	bool also_sign;  /* the card will sign too: PW1-81 is verified with the same PIN */
	bool may_change; /* "someone else's card" is a possible answer */
};

/*
 * Has the custodian verify the card's PIN, on the reader's pad where it has one. *verified stays
 * false, with ERR_OK, when the people want another card instead. ERR_CANCELLED: stop. ERR_LOCKED:
 * no tries left, and no other card would do.
 */
MUST_CHECK enum err pin_entry_verify(struct custody *custody, struct card *card,
    const struct pin_entry *entry, bool *verified, struct err_trace *trace);

/*
 * Asks for a new PIN until it is acceptable (card_pin_acceptable with the policy's length).
 * ERR_CANCELLED when the person declines.
 */
MUST_CHECK enum err pin_entry_new(struct custody *custody, const struct card *card,
    const struct pin_owner *owner, struct secret **pin, struct err_trace *trace);

/*
 * Asks for the card's present PIN at the keyboard and verifies it, with the same care as
 * pin_entry_verify. *pin is the caller's, for a change of it.
 */
MUST_CHECK enum err pin_entry_present(struct custody *custody, struct card *card,
    const struct pin_owner *owner, struct secret **pin, struct err_trace *trace);

/* The same for the admin PIN; on a reader's pad *pin is NULL. */
MUST_CHECK enum err pin_entry_admin(struct custody *custody, struct card *card,
    const struct pin_owner *owner, struct secret **pin, struct err_trace *trace);

#endif
