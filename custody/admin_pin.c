/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/admin_pin.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/escrow_key.h"
#include "custody/pin_entry.h"
#include "pcsc/pin.h"
#include "quorum/seed.h"

enum { ADMIN_PIN_DIGITS = 16, CHALLENGE_SIZE = 32 };

/* A new PIN and the ephemeral that seals it, both from one seed that the card has a part in. */
static enum err
draw(struct card *card, struct secret **pin, struct secret **ephemeral, struct err_trace *trace)
{
	struct secret *challenge = NULL, *seed = NULL;
	const struct secret *sources[1];
	size_t count = 0;
	enum err err = secret_new(CHALLENGE_SIZE, &challenge, trace);

	if (err == ERR_OK && card_challenge(card, CHALLENGE_SIZE, challenge, NULL) == ERR_OK)
		sources[count++] = challenge;
	if (err == ERR_OK)
		err = seed_new(sources, count, &seed, trace);
	if (err == ERR_OK)
		err = seed_digits(
		    seed, (struct seed_use){ SEED_ADMIN_PIN, 0, ADMIN_PIN_DIGITS }, pin, trace);
	if (err == ERR_OK)
		err = seed_expand(
		    seed, (struct seed_use){ SEED_EPHEMERAL, 0, SEED_SIZE }, ephemeral, trace);
	secret_free(seed);
	secret_free(challenge);
	return err;
}

/* Kind, subject and generation of the card's admin PIN in the escrow. */
static struct roster_escrow
row_of(const struct issuing *issuing, const struct issuing_member *member)
{
	struct roster_escrow row = { .kind = ROSTER_ESCROW_ADMIN_PIN,
		.generation = issuing->generation->number };

	memcpy(row.subject, member->card.fingerprint.bytes, sizeof(row.subject));
	return row;
}

/* From here on the card may have either PIN, also for a second try within this run. */
static enum err
store(struct issuing *issuing, struct issuing_member *member, const struct roster_escrow *row,
    struct err_trace *trace)
{
	struct roster *roster = issuing->custody->roster;
	const struct roster_step step = { .kind = ROSTER_STEP_ESCROW_STORED,
		.card = member->card.id };
	enum err err = roster_begin(roster, trace);

	if (err == ERR_OK && member->card.admin_pin == ROSTER_ADMIN_PIN_CHANGED)
		err = roster_escrow_store_beside(roster, &issuing->quorum.id, row, trace);
	else if (err == ERR_OK)
		err = roster_escrow_store(roster, &issuing->quorum.id, row, trace);
	if (err == ERR_OK)
		err = roster_card_set_admin_pin(
		    roster, &member->card.id, ROSTER_ADMIN_PIN_ESCROWED, trace);
	if (err == ERR_OK)
		err = issuing_journal(issuing, &step, trace);
	return roster_end(roster, err, trace);
}

static enum err
seal(struct issuing *issuing, struct issuing_member *member, const struct secret *pin,
    const struct secret *ephemeral, struct err_trace *trace)
{
	const struct escrow_end end = { .quorum = &issuing->quorum.id,
		.generation = issuing->generation->number,
		.point = issuing->generation->escrow,
		.practice = roster_is_practice(issuing->custody->roster) };
	const struct escrow_content content = { ROSTER_ESCROW_ADMIN_PIN,
		member->card.fingerprint.bytes, pin, ephemeral };
	struct roster_escrow row;
	enum err err = escrow_row_seal(&end, &content, &row, trace);

	return err == ERR_OK ? store(issuing, member, &row, trace) : err;
}

/* The card has the escrowed PIN now. */
static enum err
note_changed(struct issuing *issuing, struct issuing_member *member, struct err_trace *trace)
{
	struct roster *roster = issuing->custody->roster;
	const struct roster_step step = { .kind = ROSTER_STEP_ADMIN_PIN_CHANGED,
		.card = member->card.id };
	const struct roster_escrow which = row_of(issuing, member);
	enum err err = roster_begin(roster, trace);

	if (err == ERR_OK)
		err = roster_card_set_admin_pin(
		    roster, &member->card.id, ROSTER_ADMIN_PIN_CHANGED, trace);
	if (err == ERR_OK)
		err = roster_escrow_settle(roster, &issuing->quorum.id, &which, trace);
	if (err == ERR_OK)
		err = issuing_journal(issuing, &step, trace);
	return roster_end(roster, err, trace);
}

static enum err
verify_admin(struct card *card, const struct secret *pin, struct err_trace *trace)
{
	return card_verify(
	    card, &(struct card_pin_entry){ .which = CARD_PIN_ADMIN, .pin = pin }, trace);
}

/* The factory's, which enrolment left on a card that it reset. */
static enum err
factory_pin(struct card *card, const struct issuing_member *member, struct secret **pin,
    struct err_trace *trace)
{
	struct secret *factory = NULL;
	enum err err =
	    secret_from(CARD_FACTORY_ADMIN_PIN, strlen(CARD_FACTORY_ADMIN_PIN), &factory, trace);

	if (err == ERR_OK)
		err = verify_admin(card, factory, trace);
	if (err == ERR_DENIED) {
		err_next_instead(trace,
		    "Ask %s who used the card since its enrolment. Then give this up and enrol it "
		    "again.",
		    member->custodian);
		err = FAIL(trace, ERR_DENIED,
		    "the admin PIN of %s's card %s was changed by somebody after its enrolment",
		    member->custodian, member->card.name);
	}
	if (err != ERR_OK) {
		secret_free(factory);
		return err;
	}
	*pin = factory;
	return ERR_OK;
}

/*
 * The admin PIN before, proven by the card: nothing is escrowed for a card whose PIN is not known,
 * because a refusal after that would be taken for a change that was made.
 */
static enum err
present_pin(struct issuing *issuing, struct card *card, const struct issuing_member *member,
    struct secret **pin, struct err_trace *trace)
{
	const struct pin_owner owner = { member->custodian, member->card.name };

	if (!member->card.resettable)
		return pin_entry_admin(issuing->custody, card, &owner, pin, trace);
	return factory_pin(card, member, pin, trace);
}

/* The old PIN as people remember it, tried once; *refused is what the card says to it. */
static enum err
try_remembered_pin(struct issuing *issuing, struct card *card, const struct issuing_member *member,
    bool *refused, struct err_trace *trace)
{
	struct attendant *attendant = issuing->custody->attendant;
	const struct attendant_pin_ask ask = { .purpose = ATTENDANT_PIN_ADMIN,
		.custodian = member->custodian,
		.card = member->card.name,
		.serial = member->card.serial,
		.tries = card_tries_left(card, CARD_PIN_ADMIN),
		.min = card_facts(card)->pin_min[CARD_PIN_ADMIN],
		.max = card_facts(card)->pin_max[CARD_PIN_ADMIN],
		.reason = "Its delivery was broken off while this PIN was being changed: type the "
			  "one from before, so that the card shows which it has." };
	struct secret *pin = NULL;
	enum err err = attendant->pin(attendant->context, &ask, &pin, trace);

	if (err != ERR_OK)
		return err;
	if (pin == NULL)
		return FAIL(trace, ERR_CANCELLED, "the admin PIN from before was not given");
	err = verify_admin(card, pin, trace);
	secret_free(pin);
	*refused = err == ERR_DENIED;
	if (err == ERR_DENIED)
		err_clear(trace);
	return err == ERR_DENIED ? ERR_OK : err;
}

/* Only a PIN that is surely the old one says, by being refused, that the card has the new one. */
static enum err
was_remembered_pin_changed(struct issuing *issuing, struct card *card,
    const struct issuing_member *member, bool *changed, struct err_trace *trace)
{
	struct attendant *attendant = issuing->custody->attendant;
	bool refused = false, sure = false;
	char text[512];
	enum err err = try_remembered_pin(issuing, card, member, &refused, trace);

	*changed = false;
	if (err != ERR_OK || !refused)
		return err;
	snprintf(text, sizeof(text),
	    "%.64s's card %s refused that admin PIN. Was it surely the one from before? Then the "
	    "card has "
	    "the new one, which the quorum keeps. (no: stop, nothing is lost)",
	    member->custodian, member->card.name);
	err = attendant->confirm(attendant->context, text, NULL, &sure, trace);
	if (err == ERR_OK && !sure)
		err = FAIL(trace, ERR_CANCELLED,
		    "which admin PIN card %s has is not known; nothing was changed",
		    member->card.name);
	*changed = err == ERR_OK;
	return err;
}

/*
 * An escrow was stored and then something broke off: the card has either PIN. Where the one from
 * before is refused now, it has the escrowed one.
 */
static enum err
was_changed(struct issuing *issuing, struct card *card, const struct issuing_member *member,
    bool *changed, struct err_trace *trace)
{
	struct secret *factory = NULL;
	enum err err;

	if (!member->card.resettable)
		return was_remembered_pin_changed(issuing, card, member, changed, trace);
	err = secret_from(CARD_FACTORY_ADMIN_PIN, strlen(CARD_FACTORY_ADMIN_PIN), &factory, trace);
	if (err != ERR_OK)
		return err;
	err = verify_admin(card, factory, trace);
	secret_free(factory);
	*changed = err == ERR_DENIED;
	if (err == ERR_DENIED)
		err_clear(trace);
	return err == ERR_DENIED ? ERR_OK : err;
}

static enum err
change(struct issuing *issuing, struct card *card, struct issuing_member *member,
    struct err_trace *trace)
{
	struct secret *old = NULL, *pin = NULL, *ephemeral = NULL;
	enum err err = present_pin(issuing, card, member, &old, trace);

	if (err == ERR_OK)
		err = draw(card, &pin, &ephemeral, trace);
	if (err == ERR_OK)
		err = seal(issuing, member, pin, ephemeral, trace);
	if (err == ERR_OK)
		err = card_change_pin(card,
		    &(struct card_pin_entry){ .which = CARD_PIN_ADMIN, .pin = old }, pin, trace);
	if (err == ERR_OK)
		err = note_changed(issuing, member, trace);
	secret_free(old);
	secret_free(pin);
	secret_free(ephemeral);
	return err;
}

enum err
admin_pin_into_escrow(struct issuing *issuing, struct card *card, struct issuing_member *member,
    struct err_trace *trace)
{
	bool changed = false;
	enum err err = ERR_OK;

	if (member->card.admin_pin == ROSTER_ADMIN_PIN_CHANGED)
		return ERR_OK;
	if (member->card.admin_pin == ROSTER_ADMIN_PIN_ESCROWED)
		err = was_changed(issuing, card, member, &changed, trace);
	if (err == ERR_OK && changed)
		return note_changed(issuing, member, trace);
	return err == ERR_OK ? change(issuing, card, member, trace) : err;
}

bool
admin_pin_is_kept(struct issuing *issuing, const struct issuing_member *member)
{
	struct roster_escrow row = row_of(issuing, member);

	if (member->card.admin_pin != ROSTER_ADMIN_PIN_ESCROWED)
		return member->card.admin_pin == ROSTER_ADMIN_PIN_CHANGED ||
		       member->card.admin_pin == ROSTER_ADMIN_PIN_UNKNOWN;
	/* The first one that the quorum keeps replaces none. */
	return roster_escrow_get(issuing->custody->roster, &issuing->quorum.id, &row, &row, NULL) ==
		   ERR_OK &&
	       row.former_len != 0;
}

/* From the PIN that the card is known to have to the one that is escrowed. */
static enum err
take_new(struct issuing *issuing, struct card *card, struct issuing_member *member,
    struct err_trace *trace)
{
	enum err err = card_change_pin(card,
	    &(struct card_pin_entry){ .which = CARD_PIN_ADMIN, .pin = member->admin_pin[1] },
	    member->admin_pin[0], trace);

	return err == ERR_OK ? note_changed(issuing, member, trace) : err;
}

/* A change was broken off: the card has the new PIN, or the former. */
static enum err
settle(struct issuing *issuing, struct card *card, struct issuing_member *member,
    struct err_trace *trace)
{
	enum err err = verify_admin(card, member->admin_pin[0], trace);

	if (err == ERR_OK)
		return note_changed(issuing, member, trace);
	if (err != ERR_DENIED)
		return err;
	err_clear(trace);
	err = verify_admin(card, member->admin_pin[1], trace);
	return err == ERR_OK ? take_new(issuing, card, member, trace) : err;
}

enum err
admin_pin_change(struct issuing *issuing, struct card *card, struct issuing_member *member,
    struct err_trace *trace)
{
	struct secret *pin = NULL, *ephemeral = NULL;
	enum err err;

	if (member->admin_pin[1] != NULL)
		return settle(issuing, card, member, trace);
	err = verify_admin(card, member->admin_pin[0], trace);
	if (err == ERR_OK)
		err = draw(card, &pin, &ephemeral, trace);
	if (err == ERR_OK)
		err = seal(issuing, member, pin, ephemeral, trace);
	secret_free(ephemeral);
	if (err != ERR_OK) {
		secret_free(pin);
		return err;
	}
	member->admin_pin[1] = member->admin_pin[0];
	member->admin_pin[0] = pin;
	return take_new(issuing, card, member, trace);
}
