/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/change_pin.h"

#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/pin_entry.h"
#include "custody/tries.h"
#include "custody/visit.h"
#include "custody/whose.h"
#include "roster/card_condition.h"

struct change {
	struct custody *custody;
	struct roster_card card;
	char custodian[ROSTER_NAME];
};

static enum err
find(struct change *change, const char *name, struct err_trace *trace)
{
	const enum err err =
	    roster_card_by_name(change->custody->roster, name, &change->card, trace);
	const struct roster_card *card = &change->card;

	if (err != ERR_OK)
		return err;
	if (card->state != ROSTER_CARD_ENROLLED)
		return FAIL(trace, ERR_NOT_NOW, "card %s is not enrolled", card->name);
	if (roster_card_is_missing(card)) {
		err_next(
		    trace, "If it is here: quorate card report %s found --by NAME", card->name);
		return FAIL(
		    trace, ERR_NOT_NOW, "card %s is reported lost or destroyed", card->name);
	}
	whose_name(change->custody->roster, &card->custodian, change->custodian);
	return ERR_OK;
}

/* A new PIN that is not the one it has. */
static enum err
choose(struct change *change, struct card *card, const struct secret *old, struct secret **out,
    struct err_trace *trace)
{
	const struct pin_owner owner = { change->custodian, change->card.name };
	struct secret *pin = NULL;
	const enum err err = pin_entry_new(change->custody, card, &owner, &pin, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "card %s keeps the PIN that it has", change->card.name);
	if (secret_equal(pin, old)) {
		secret_free(pin);
		return FAIL(trace, ERR_DENIED,
		    "the new PIN is the one that card %s has: nothing was changed",
		    change->card.name);
	}
	*out = pin;
	return ERR_OK;
}

/* The card takes the new one and shows that it has it. */
static enum err
set_and_prove(struct change *change, struct card *card, const struct secret *old,
    const struct secret *pin, struct err_trace *trace)
{
	/* Verified a moment ago: the counter is full. */
	const struct card_pin_entry from = { CARD_PIN_USER, old, true };
	const struct card_pin_entry to = { CARD_PIN_USER, pin, false };
	enum err err = card_change_pin(card, &from, pin, trace);

	if (err != ERR_OK && err != ERR_IO)
		return FAIL(trace, err, "the PIN of card %s was not changed", change->card.name);
	if (err == ERR_OK)
		err = card_logout(card, trace);
	if (err == ERR_OK)
		err = card_verify(card, &to, trace);
	if (err != ERR_OK)
		return FAIL(trace, err,
		    "card %s has the old PIN or the new one: give the command again, and try the "
		    "new one first",
		    change->card.name);
	return ERR_OK;
}

static enum err
change_on(struct change *change, struct card *card, struct err_trace *trace)
{
	const struct pin_owner owner = { change->custodian, change->card.name };
	struct secret *old = NULL;
	struct secret *pin = NULL;
	enum err err = pin_entry_present(change->custody, card, &owner, &old, trace);

	if (err == ERR_OK)
		err = choose(change, card, old, &pin, trace);
	if (err == ERR_OK)
		err = set_and_prove(change, card, old, pin, trace);
	secret_free(old);
	secret_free(pin);
	if (err == ERR_OK)
		err = tries_note(change->custody, card, trace);
	if (err == ERR_OK)
		err = roster_card_pin_changed(change->custody->roster, &change->card.id,
		    &(struct roster_pin_change){ ROSTER_CARD_PIN_USER, false }, trace);
	return err;
}

static enum err
visit_card(struct change *change, struct visit_seen *seen, struct err_trace *trace)
{
	const struct visit_wanted wanted = { change->custodian, change->card.name,
		change->card.serial, change->card.dec };
	const struct visit_ask ask = { .quorum = change->card.quorum,
		.purpose = "change the card's PIN",
		.total = 1,
		.wanted = &wanted,
		.wanted_count = 1 };
	struct visit visit = { 0 };
	enum err err = visit_begin(change->custody, &ask, seen, &visit, trace);

	if (err != ERR_OK)
		return err;
	err = change_on(change, visit.card, trace);
	visit_end(change->custody, &visit, "Take the card out.");
	return err;
}

enum err
change_pin(struct custody *custody, const char *name, struct err_trace *trace)
{
	struct change change = { .custody = custody };
	struct visit_seen seen = { 0 };
	enum err err = find(&change, name, trace);

	if (err == ERR_OK)
		err = visit_card(&change, &seen, trace);
	visit_seen_release(&seen);
	return err;
}
