/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/pin_entry.h"

#include <stdio.h>

#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/tries.h"
#include "pcsc/pin.h"
#include "roster/policy.h"

enum { REASON_SIZE = 256 };

/* One dialogue about one PIN of one card. */
struct dialogue {
	struct custody *custody;
	struct card *card;
	const struct pin_owner *owner;
	enum card_pin which;
	bool may_change;
	bool at_keyboard; /* also where the reader has a pad */
	bool last_try;    /* the people said the word */
	char reason[REASON_SIZE];
};

/* Says whose PIN it was that the people stopped at, and what the card still allows. */
static enum err
stopped_at(const struct dialogue *dialogue, enum err err, struct err_trace *trace)
{
	unsigned tries = card_tries_left(dialogue->card, dialogue->which);

	if (err != ERR_CANCELLED)
		return err;
	return FAIL(trace, err, "stopped at the PIN of %s's card %s: %u %s left",
	    dialogue->owner->custodian, dialogue->owner->card, tries,
	    tries == 1 ? "try is" : "tries are");
}

static enum err
ask(struct dialogue *dialogue, struct secret **pin, struct err_trace *trace)
{
	const struct card_facts *facts = card_facts(dialogue->card);
	struct attendant *attendant = dialogue->custody->attendant;
	struct attendant_pin_ask question = {
		.purpose =
		    dialogue->which == CARD_PIN_ADMIN ? ATTENDANT_PIN_ADMIN : ATTENDANT_PIN_VERIFY,
		.custodian = dialogue->owner->custodian,
		.card = dialogue->owner->card,
		.serial = facts->serial,
		.tries = card_tries_left(dialogue->card, dialogue->which),
		.min = facts->pin_min[dialogue->which],
		.max = facts->pin_max[dialogue->which],
		.reason = dialogue->reason[0] == '\0' ? NULL : dialogue->reason,
	};

	return stopped_at(
	    dialogue, attendant->pin(attendant->context, &question, pin, trace), trace);
}

/* After a refusal, before a last try, or after a "no": what now? */
static enum err
decide(struct dialogue *dialogue, enum attendant_choice *taken, struct err_trace *trace)
{
	struct attendant *attendant = dialogue->custody->attendant;
	unsigned tries = card_tries_left(dialogue->card, dialogue->which);
	unsigned of = 1U << ATTENDANT_STOP;
	char text[2 * REASON_SIZE];

	if (tries == 1)
		of |= 1U << ATTENDANT_LAST_TRY;
	else if (tries > 1)
		of |= 1U << ATTENDANT_AGAIN;
	if (dialogue->may_change)
		of |= 1U << ATTENDANT_OTHER;
	snprintf(text, sizeof(text), "%s%s%s's card %s, serial %s: %u %s left%s", dialogue->reason,
	    dialogue->reason[0] == '\0' ? "" : " ", dialogue->owner->custodian,
	    dialogue->owner->card, card_facts(dialogue->card)->serial, tries,
	    tries == 1 ? "try" : "tries",
	    tries == 0   ? "; the card is blocked."
	    : tries == 1 ? ". If the last try fails, the card is blocked."
			 : ".");
	return stopped_at(
	    dialogue, attendant->choice(attendant->context, text, of, taken, trace), trace);
}

/* *go_on: the PIN may be asked for; false: another card is wanted. */
static enum err
settle(struct dialogue *dialogue, bool *go_on, struct err_trace *trace)
{
	enum attendant_choice taken = ATTENDANT_STOP;
	enum err err = decide(dialogue, &taken, trace);

	if (err != ERR_OK)
		return err;
	if (taken == ATTENDANT_STOP && card_tries_left(dialogue->card, dialogue->which) == 0) {
		err_next(trace,
		    "Give it a new PIN, with enough other cards: quorate card unblock %s --by NAME",
		    dialogue->owner->card);
		return FAIL(trace, ERR_LOCKED, "%s's card %s is blocked: no tries are left",
		    dialogue->owner->custodian, dialogue->owner->card);
	}
	if (taken == ATTENDANT_STOP)
		return stopped_at(dialogue, ERR_CANCELLED, trace);
	dialogue->last_try = taken == ATTENDANT_LAST_TRY;
	*go_on = taken != ATTENDANT_OTHER;
	return ERR_OK;
}

static bool
on_pad(struct dialogue *dialogue)
{
	return !dialogue->at_keyboard && card_has_pad(dialogue->card);
}

/* Sends one PIN. A refusal is not an error here: it becomes the reason of the next question. */
static enum err
send_pin(
    struct dialogue *dialogue, const struct secret *pin, bool *verified, struct err_trace *trace)
{
	struct card_pin_entry entry = { dialogue->which, pin, dialogue->last_try };
	struct err_trace why = { 0 };
	enum err err = card_verify(dialogue->card, &entry, &why);

	*verified = err == ERR_OK;
	if (err == ERR_OK || err == ERR_DENIED || err == ERR_LOCKED) {
		snprintf(dialogue->reason, sizeof(dialogue->reason), "%s",
		    err == ERR_OK ? "" : "The card refused the PIN.");
		return err == ERR_OK ? ERR_OK
				     : tries_note(dialogue->custody, dialogue->card, trace);
	}
	if (trace != NULL)
		*trace = why;
	return err;
}

/*
 * Until the PIN is verified (*pin is it, NULL when it was typed on a pad), another card is wanted
 * (*verified false), or the people stop.
 */
static enum err
converse(struct dialogue *dialogue, bool *verified, struct secret **pin, struct err_trace *trace)
{
	bool go_on = true;

	*verified = false;
	for (;;) {
		struct secret *typed = NULL;
		enum err err = ERR_OK;

		if (dialogue->reason[0] != '\0' ||
		    (card_tries_left(dialogue->card, dialogue->which) <= 1 && !dialogue->last_try))
			err = settle(dialogue, &go_on, trace);
		if (err != ERR_OK || !go_on)
			return err;
		if (!on_pad(dialogue))
			err = ask(dialogue, &typed, trace);
		else
			dialogue->custody->attendant->note(dialogue->custody->attendant->context,
			    "Type the PIN on the reader's pad.");
		if (err != ERR_OK)
			return err;
		if (typed == NULL && !on_pad(dialogue)) {
			snprintf(dialogue->reason, sizeof(dialogue->reason), "No PIN was given.");
			continue;
		}
		err = send_pin(dialogue, typed, verified, trace);
		if (err == ERR_OK && *verified) {
			*pin = typed;
			return ERR_OK;
		}
		secret_free(typed);
		if (err != ERR_OK)
			return err;
	}
}

enum err
pin_entry_verify(struct custody *custody, struct card *card, const struct pin_entry *entry,
    bool *verified, struct err_trace *trace)
{
	struct dialogue dialogue = { .custody = custody,
		.card = card,
		.owner = &entry->owner,
		.which = CARD_PIN_USER,
		.may_change = entry->may_change };
	struct secret *pin = NULL;
	enum err err = converse(&dialogue, verified, &pin, trace);

	if (err == ERR_OK && *verified && entry->also_sign) {
		struct card_pin_entry sign = { CARD_PIN_SIGN, pin, dialogue.last_try };

		err = card_verify(card, &sign, trace);
	}
	secret_free(pin);
	return err;
}

/* No other card would do: the PIN is verified, or it fails. */
static enum err
insist(struct dialogue *dialogue, struct secret **pin, struct err_trace *trace)
{
	bool verified = false;
	enum err err = converse(dialogue, &verified, pin, trace);

	if (err == ERR_OK && !verified)
		err = FAIL(trace, ERR_INTERNAL, "no PIN was verified");
	return err;
}

enum err
pin_entry_present(struct custody *custody, struct card *card, const struct pin_owner *owner,
    struct secret **pin, struct err_trace *trace)
{
	struct dialogue dialogue = { .custody = custody,
		.card = card,
		.owner = owner,
		.which = CARD_PIN_USER,
		.at_keyboard = true };

	return insist(&dialogue, pin, trace);
}

enum err
pin_entry_admin(struct custody *custody, struct card *card, const struct pin_owner *owner,
    struct secret **pin, struct err_trace *trace)
{
	struct dialogue dialogue = {
		.custody = custody, .card = card, .owner = owner, .which = CARD_PIN_ADMIN
	};

	return insist(&dialogue, pin, trace);
}

enum err
pin_entry_new(struct custody *custody, const struct card *card, const struct pin_owner *owner,
    struct secret **pin, struct err_trace *trace)
{
	struct attendant *attendant = custody->attendant;
	struct attendant_pin_ask question = { .purpose = ATTENDANT_PIN_NEW,
		.custodian = owner->custodian,
		.card = owner->card,
		.serial = card_facts(card)->serial,
		.max = card_facts(card)->pin_max[CARD_PIN_USER] };
	struct err_trace why = { 0 };
	int64_t length = 0;
	enum err err =
	    roster_policy_get(custody->roster, ROSTER_POLICY_PIN_LENGTH, 0, &length, trace);

	if (err != ERR_OK)
		return err;
	question.min = (unsigned)length;
	for (;;) {
		struct secret *typed = NULL;

		err = attendant->pin(attendant->context, &question, &typed, trace);
		if (err != ERR_OK)
			return err;
		if (typed == NULL)
			return FAIL(
			    trace, ERR_CANCELLED, "no PIN was chosen for card %s", owner->card);
		err_clear(&why);
		err = card_pin_acceptable(typed, (size_t)length, &why);
		if (err == ERR_OK && secret_len(typed) > question.max)
			err = FAIL(
			    &why, ERR_DENIED, "the card takes at most %u characters", question.max);
		if (err == ERR_OK) {
			*pin = typed;
			return ERR_OK;
		}
		secret_free(typed);
		question.reason = why.frame[0].text;
	}
}
