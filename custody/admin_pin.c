/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/admin_pin.h"

#include <string.h>

#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/pin_entry.h"
#include "pcsc/pin.h"
#include "quorum/escrow.h"
#include "quorum/seed.h"

enum { ADMIN_PIN_DIGITS = 16, CHALLENGE_SIZE = 32 };

_Static_assert((int)ESCROW_MAX <= (int)ROSTER_ESCROW_MAX, "an escrow fits the roster");

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

static enum err
store(struct issuing *issuing, const struct issuing_member *member, const struct escrow *sealed,
    struct err_trace *trace)
{
	struct roster *roster = issuing->custody->roster;
	struct roster_escrow row = { .kind = ROSTER_ESCROW_ADMIN_PIN,
		.generation = issuing->generation->number,
		.blob_len = sealed->len };
	const struct roster_step step = { .kind = ROSTER_STEP_ESCROW_STORED,
		.card = member->card.id };
	enum err err = roster_begin(roster, trace);

	memcpy(row.subject, member->card.fingerprint.bytes, sizeof(row.subject));
	memcpy(row.blob, sealed->bytes, sealed->len);
	if (err == ERR_OK)
		err = roster_escrow_store(roster, &issuing->quorum.id, &row, trace);
	if (err == ERR_OK)
		err = roster_card_set_admin_pin(
		    roster, &member->card.id, ROSTER_ADMIN_PIN_ESCROWED, trace);
	if (err == ERR_OK)
		err = roster_operation_journal(roster, &issuing->operation->id, &step, trace);
	if (err == ERR_OK)
		err = roster_commit(roster, trace);
	if (err != ERR_OK)
		roster_rollback(roster);
	return err;
}

static enum err
seal(struct issuing *issuing, const struct issuing_member *member, const struct secret *pin,
    const struct secret *ephemeral, struct err_trace *trace)
{
	struct escrow_subject subject = { .practice = roster_is_practice(issuing->custody->roster),
		.generation = issuing->generation->number,
		.kind = ESCROW_ADMIN_PIN };
	const struct escrow_sealing sealing = { issuing->generation->escrow, pin, ephemeral };
	struct escrow sealed;
	enum err err;

	memcpy(subject.quorum_id, issuing->quorum.id.bytes, sizeof(subject.quorum_id));
	memcpy(subject.fingerprint, member->card.fingerprint.bytes, sizeof(subject.fingerprint));
	err = escrow_seal(&subject, &sealing, &sealed, trace);
	return err == ERR_OK ? store(issuing, member, &sealed, trace) : err;
}

/* The card has the escrowed PIN now. */
static enum err
note_changed(struct issuing *issuing, struct issuing_member *member, struct err_trace *trace)
{
	struct roster *roster = issuing->custody->roster;
	const struct roster_step step = { .kind = ROSTER_STEP_ADMIN_PIN_CHANGED,
		.card = member->card.id };
	enum err err = roster_begin(roster, trace);

	if (err == ERR_OK)
		err = roster_card_set_admin_pin(
		    roster, &member->card.id, ROSTER_ADMIN_PIN_CHANGED, trace);
	if (err == ERR_OK)
		err = roster_operation_journal(roster, &issuing->operation->id, &step, trace);
	if (err == ERR_OK)
		err = roster_commit(roster, trace);
	if (err != ERR_OK)
		roster_rollback(roster);
	else
		member->card.admin_pin = ROSTER_ADMIN_PIN_CHANGED;
	return err;
}

/* The admin PIN before: the factory's where enrolment reset the card, else the people know it. */
static enum err
present_pin(struct issuing *issuing, struct card *card, const struct issuing_member *member,
    struct secret **pin, struct err_trace *trace)
{
	const struct pin_owner owner = { member->custodian, member->card.name };

	if (!member->card.resettable)
		return pin_entry_admin(issuing->custody, card, &owner, pin, trace);
	return secret_from(CARD_FACTORY_ADMIN_PIN, strlen(CARD_FACTORY_ADMIN_PIN), pin, trace);
}

/*
 * An escrow was stored and then something broke off. Where the factory's PIN is refused now, the
 * card has the escrowed one; where a person types the old one they also say whether it is that.
 */
static enum err
was_changed(struct issuing *issuing, struct card *card, const struct issuing_member *member,
    bool *changed, struct err_trace *trace)
{
	struct attendant *attendant = issuing->custody->attendant;
	struct secret *factory = NULL;
	enum err err;

	if (!member->card.resettable)
		return attendant->confirm(attendant->context,
		    "Delivery to this card was broken off while its admin PIN was being changed. "
		    "Is its "
		    "old admin PIN refused? (no: it will be asked for)",
		    NULL, changed, trace);
	err = secret_from(CARD_FACTORY_ADMIN_PIN, strlen(CARD_FACTORY_ADMIN_PIN), &factory, trace);
	if (err != ERR_OK)
		return err;
	err = card_verify(
	    card, &(struct card_pin_entry){ .which = CARD_PIN_ADMIN, .pin = factory }, trace);
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
