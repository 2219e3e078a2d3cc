/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/enrol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/card_header.h"
#include "custody/checkpoint.h"
#include "custody/pin_entry.h"
#include "custody/visit.h"
#include "custody/whose.h"
#include "pcsc/pin.h"
#include "quorum/derive.h"
#include "roster/person.h"
#include "roster/quorum.h"
#include "roster/seat.h"

struct enrolment {
	struct custody *custody;
	const struct enrol_request *request;
	struct roster_id custodian;
	char name[ROSTER_NAME];   /* the custodian's */
	struct roster_card known; /* as the roster has it, once begun */
	bool again;               /* the roster knows this card: its content is ours */
	struct card *card;
	struct card_keys keys;
	bool recorded; /* the roster has it as enrolled */
};

static enum err
check_names(struct enrolment *enrolment, struct err_trace *trace)
{
	struct roster_person person;
	enum err err;

	if (!binding_name_is_good(enrolment->request->quorum))
		return FAIL(trace, ERR_ARGUMENT,
		    "'%s' is not a quorum's name: 1 to 32 of a-z, 0-9 and -",
		    enrolment->request->quorum);
	err = roster_seat_check(enrolment->custody->roster, trace);
	if (err == ERR_OK)
		err = roster_person_find(
		    enrolment->custody->roster, enrolment->request->custodian, &person, trace);
	if (err != ERR_OK)
		return err;
	if ((person.roles & (ROSTER_CUSTODIAN | ROSTER_DEPUTY)) == 0) {
		err_next(trace,
		    "Add someone with 'quorate person add NAME --role custodian --by NAME'.");
		return FAIL(trace, ERR_DENIED, "%s is neither custodian nor deputy", person.name);
	}
	enrolment->custodian = person.id;
	snprintf(enrolment->name, sizeof(enrolment->name), "%s", person.name);
	return ERR_OK;
}

/* A card with a share of a generation that opens something is never enrolled again (rule 5). */
static enum err
refuse_live_share(
    struct enrolment *enrolment, const struct roster_card *known, struct err_trace *trace)
{
	struct roster_holding *holdings = NULL;
	size_t count = 0;
	enum err err =
	    roster_card_holdings(enrolment->custody->roster, &known->id, &holdings, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		if (holdings[i].state == ROSTER_GENERATION_DEAD ||
		    holdings[i].state == ROSTER_GENERATION_ABORTED)
			continue;
		err_next(trace, "Take a blank card. This one stays as it is: its share is needed.");
		err = FAIL(trace, ERR_NOT_NOW,
		    "%s (serial %s) holds a live share, generation %u of '%s'", known->name,
		    known->serial, holdings[i].generation, known->quorum);
	}
	free(holdings);
	return err;
}

/* Whether the roster knows that this share opens nothing any more; *over stays false when not. */
static enum err
check_over(struct roster *roster, const struct header *header, size_t i, bool *over,
    struct err_trace *trace)
{
	struct roster_generation *generation = calloc(1, sizeof(*generation));
	struct roster_id quorum;

	if (generation == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	memcpy(quorum.bytes, header->quorum_id, sizeof(quorum.bytes));
	*over = roster_generation_get(
		    roster, &quorum, header->share[i].generation, generation, NULL) == ERR_OK &&
		(generation->state == ROSTER_GENERATION_DEAD ||
		    generation->state == ROSTER_GENERATION_ABORTED);
	free(generation);
	return ERR_OK;
}

/*
 * A card that the roster knows, by what the card itself says: an older copy of the roster does not
 * know of a share that was delivered since (rule 5). A header that cannot be read says nothing.
 */
static enum err
refuse_newer_card(
    struct enrolment *enrolment, const struct roster_card *known, struct err_trace *trace)
{
	struct roster *roster = enrolment->custody->roster;
	struct header header;
	enum err err;

	if (card_header_load(enrolment->card, &header, NULL) != ERR_OK)
		return ERR_OK;
	err = checkpoint_check_header(enrolment->custody, &header, known->name, trace);
	for (size_t i = 0; err == ERR_OK && i < header.share_count; i++) {
		bool over = false;

		err = check_over(roster, &header, i, &over, trace);
		if (err != ERR_OK || over)
			continue;
		err_next(trace, "Take a blank card. This one stays as it is: its share may be "
				"needed.");
		err = FAIL(trace, ERR_NOT_NOW,
		    "%s (serial %s) says that it holds a share, generation %u of '%s', that this "
		    "roster does not know to be over",
		    known->name, known->serial, header.share[i].generation, header.quorum_name);
	}
	return err;
}

/* What the card's own header says: a share of a quorum that this roster does not know. */
static enum err
refuse_unknown_share(struct enrolment *enrolment, struct err_trace *trace)
{
	bool practice = roster_is_practice(enrolment->custody->roster);
	struct header header;
	enum err err = card_header_load(enrolment->card, &header, NULL);

	if (err != ERR_OK || header.share_count == 0)
		return ERR_OK;
	if (practice && !header.practice) {
		err_next(trace, "Give the card back to who has it: practice takes blank cards.");
		return FAIL(trace, ERR_DENIED,
		    "the card holds a real share, of quorum '%s', and this roster is for practice",
		    header.quorum_name);
	}
	if (enrolment->request->erase)
		return ERR_OK;
	err_next(trace, "Take a blank card. Only if that share is surely of no use: --erase.");
	return FAIL(trace, ERR_DENIED,
	    "the card holds a %sshare of quorum '%s', card %s, which this roster does not know",
	    header.practice ? "PRACTICE " : "", header.quorum_name, header.card_name);
}

static enum err
confirm_erase(struct enrolment *enrolment, const char *contents, struct err_trace *trace)
{
	struct attendant *attendant = enrolment->custody->attendant;
	const char *serial = card_facts(enrolment->card)->serial;
	char text[512], typed[64] = "";
	enum err err;

	snprintf(text, sizeof(text),
	    "The card with serial %s holds %s. Enrolling it erases all of that for ever.\n"
	    "Type its serial, %s, to erase it.",
	    serial, contents, serial);
	err = attendant->type(
	    attendant->context, text, ATTENDANT_EXPECT_SERIAL, typed, sizeof(typed), trace);
	if (err == ERR_OK && strcmp(typed, serial) != 0)
		err = FAIL(trace, ERR_CANCELLED, "the serial was not typed; the card is unchanged");
	return err;
}

/* Keys or data that Quorate did not put there are erased only on request (rule 6). */
static enum err
check_contents(struct enrolment *enrolment, struct err_trace *trace)
{
	char contents[CARD_CONTENTS_TEXT];
	enum err err = card_inspect(enrolment->card, trace);

	if (err != ERR_OK || enrolment->again)
		return err;
	if (card_facts(enrolment->card)->contents == 0)
		return ERR_OK;
	err = refuse_unknown_share(enrolment, trace);
	if (err != ERR_OK)
		return err;
	card_contents_text(card_facts(enrolment->card)->contents, contents);
	if (enrolment->request->erase)
		return confirm_erase(enrolment, contents, trace);
	err_next(trace, "Take a blank card, or add --erase and type the card's serial.");
	return FAIL(trace, ERR_DENIED, "the card with serial %s is not blank: it holds %s",
	    card_facts(enrolment->card)->serial, contents);
}

/* The custodian's own card, with keys that work: enrolling it anew is a decision. */
static enum err
confirm_again(struct enrolment *enrolment, const struct roster_card *known, struct err_trace *trace)
{
	struct attendant *attendant = enrolment->custody->attendant;
	bool yes = false;
	char text[768];
	enum err err;

	if (known->state != ROSTER_CARD_ENROLLED)
		return ERR_OK;
	snprintf(text, sizeof(text),
	    "This is %.64s's card %s (serial %s), enrolled already and without a live share. Enrol "
	    "it anew, "
	    "under a new name and with new keys?",
	    enrolment->name, known->name, known->serial);
	err = attendant->confirm(attendant->context, text, NULL, &yes, trace);
	if (err == ERR_OK && !yes)
		err = FAIL(trace, ERR_CANCELLED, "card %s stays as it is", known->name);
	return err;
}

/* Whether the card will do, before anything is written to it. */
static enum err
check_card(struct enrolment *enrolment, struct err_trace *trace)
{
	const struct card_facts *facts = card_facts(enrolment->card);
	struct roster_card known;
	enum err err = ERR_OK;

	err = card_suits(enrolment->card, trace);
	if (err != ERR_OK)
		return err;
	if (!facts->can.reset && !enrolment->request->keep_admin_pin) {
		err_next(
		    trace, "Add --keep-admin-pin: the card's present admin PIN is then asked for.");
		return FAIL(trace, ERR_UNSUPPORTED,
		    "the card with serial %s cannot be factory-reset", facts->serial);
	}
	if (roster_card_by_serial(enrolment->custody->roster, facts->serial, &known, NULL) ==
	    ERR_OK) {
		enrolment->again = true;
		err = refuse_live_share(enrolment, &known, trace);
		if (err == ERR_OK)
			err = refuse_newer_card(enrolment, &known, trace);
		if (err == ERR_OK)
			err = confirm_again(enrolment, &known, trace);
		if (err == ERR_OK && known.state == ROSTER_CARD_BEGUN)
			enrolment->known = known;
	}
	return err == ERR_OK ? check_contents(enrolment, trace) : err;
}

/* Writes down that this card is being enrolled, before it is changed. */
static enum err
begin(struct enrolment *enrolment, struct err_trace *trace)
{
	const struct card_facts *facts = card_facts(enrolment->card);
	char atr[2 * READER_ATR + 1];
	const struct roster_card_begin what = {
		.quorum = enrolment->request->quorum,
		.serial = facts->serial,
		.custodian = enrolment->custodian,
		.family = facts->family,
		.model = facts->model,
		.firmware = facts->firmware[0] == '\0' ? facts->version : facts->firmware,
		.atr = atr,
		.resettable = facts->can.reset && !enrolment->request->keep_admin_pin,
	};

	if (roster_id_is_set(&enrolment->known.id)) {
		if (roster_id_equal(&enrolment->known.custodian, &enrolment->custodian) &&
		    strcmp(enrolment->known.quorum, enrolment->request->quorum) == 0)
			return ERR_OK;
		enum err err = roster_card_abandon(enrolment->custody->roster, &enrolment->known.id,
		    "enrolment begun anew for someone else", trace);
		if (err != ERR_OK)
			return err;
	}
	hex_encode(facts->atr, facts->atr_len, atr);
	return roster_card_begin(enrolment->custody->roster, &what, &enrolment->known, trace);
}

/* After this the admin PIN is verified: the factory's, or the card's own that was typed. */
static enum err
take_over(struct enrolment *enrolment, struct err_trace *trace)
{
	const struct pin_owner owner = { enrolment->name, enrolment->known.name };
	struct secret *admin = NULL;
	enum err err;

	if (enrolment->request->keep_admin_pin) {
		err = pin_entry_admin(enrolment->custody, enrolment->card, &owner, &admin, trace);
	} else {
		err = card_factory_reset(enrolment->card, NULL, trace);
		if (err == ERR_OK)
			err = secret_from(
			    CARD_FACTORY_ADMIN_PIN, strlen(CARD_FACTORY_ADMIN_PIN), &admin, trace);
		if (err == ERR_OK)
			err = card_verify(enrolment->card,
			    &(struct card_pin_entry){ .which = CARD_PIN_ADMIN, .pin = admin },
			    trace);
	}
	secret_free(admin);
	return err;
}

static enum err
make_keys(struct enrolment *enrolment, struct err_trace *trace)
{
	struct card *card = enrolment->card;
	struct attendant *attendant = enrolment->custody->attendant;
	enum err err;

	attendant->progress(attendant->context, "The card makes its keys.", 1, 3);
	err = card_make_keys(
	    card, (uint32_t)roster_now(enrolment->custody->roster), &enrolment->keys, trace);
	if (err == ERR_OK)
		err = card_set_holder(card, enrolment->name, trace);
	if (err == ERR_OK)
		err = card_set_sign_pin_lasting(card, true, trace);
	if (err == ERR_OK)
		err = card_set_reset_code(card, NULL, trace);
	return err;
}

/* PINs last: on some cards making keys resets them. Then they are verified. */
static enum err
set_pin(struct enrolment *enrolment, struct err_trace *trace)
{
	const struct pin_owner owner = { enrolment->name, enrolment->known.name };
	struct card *card = enrolment->card;
	struct attendant *attendant = enrolment->custody->attendant;
	struct secret *pin = NULL;
	enum err err;

	attendant->progress(attendant->context, "The custodian chooses the card's PIN.", 2, 3);
	err = pin_entry_new(enrolment->custody, card, &owner, &pin, trace);
	if (err == ERR_OK)
		err = card_unblock(card, pin, trace);
	if (err == ERR_OK)
		err = card_logout(card, trace);
	if (err == ERR_OK)
		err = card_verify(
		    card, &(struct card_pin_entry){ .which = CARD_PIN_USER, .pin = pin }, trace);
	if (err == ERR_OK)
		err = card_verify(
		    card, &(struct card_pin_entry){ .which = CARD_PIN_SIGN, .pin = pin }, trace);
	secret_free(pin);
	return err;
}

/* Without a reset the records of a quorum that was given up are still there. */
static enum err
clear_records(struct enrolment *enrolment, struct err_trace *trace)
{
	const struct record_set none = { .count = 0 };

	return card_records_store(enrolment->card, &none, trace);
}

/* Now that all of it works the roster may say so; then the card signs what the roster says. */
static enum err
record(struct enrolment *enrolment, struct err_trace *trace)
{
	struct roster *roster = enrolment->custody->roster;
	struct header header = { .practice = roster_is_practice(roster) };
	struct roster_card_keys keys;
	struct roster_proof proof = { .kind = ROSTER_PROOF_ENROLMENT,
		.card = enrolment->known.id,
		.tries_left = card_tries_left(enrolment->card, CARD_PIN_USER),
		.firmware = enrolment->known.firmware };
	enum err err;

	snprintf(header.card_name, sizeof(header.card_name), "%.*s", HEADER_CARD_NAME_MAX,
	    enrolment->known.name);
	snprintf(header.quorum_name, sizeof(header.quorum_name), "%.*s", HEADER_QUORUM_NAME_MAX,
	    enrolment->known.quorum);
	err = card_header_store(enrolment->card, &header, trace);
	if (err != ERR_OK)
		return err;
	memcpy(keys.dec, enrolment->keys.dec, sizeof(keys.dec));
	memcpy(keys.sig, enrolment->keys.sig, sizeof(keys.sig));
	memcpy(keys.fingerprint.bytes, enrolment->keys.fingerprint, sizeof(keys.fingerprint.bytes));
	err = roster_begin(roster, trace);
	if (err == ERR_OK)
		err = roster_card_enrol(roster, &enrolment->known.id, &keys, trace);
	if (err == ERR_OK)
		err = roster_card_proven(roster, &proof, trace);
	return roster_end(roster, err, trace);
}

/* What fails here leaves an enrolled card, which the next enrolment would replace. */
static enum err
sign(struct enrolment *enrolment, struct err_trace *trace)
{
	enum err err =
	    checkpoint_by_card(enrolment->custody, enrolment->card, &enrolment->known, trace);

	if (err == ERR_OK)
		return err;
	err_next(trace, "Give the same command again with the same card: it asks whether to enrol "
			"it anew.");
	return FAIL(
	    trace, err, "card %s is enrolled, but did not vouch for it", enrolment->known.name);
}

static enum err
work_on_card(struct enrolment *enrolment, struct err_trace *trace)
{
	enum err err = ERR_OK;

	/* A reset that was broken off: nothing is on the card any more, not even its serial shows.
	 */
	if (card_facts(enrolment->card)->life == CARD_LIFE_TERMINATED)
		err = card_factory_reset(enrolment->card, NULL, trace);
	if (err == ERR_OK)
		err = check_card(enrolment, trace);
	if (err == ERR_OK)
		err = begin(enrolment, trace);
	if (err == ERR_OK)
		err = take_over(enrolment, trace);
	if (err == ERR_OK)
		err = make_keys(enrolment, trace);
	if (err == ERR_OK)
		err = set_pin(enrolment, trace);
	if (err == ERR_OK && enrolment->request->keep_admin_pin)
		err = clear_records(enrolment, trace);
	if (err == ERR_OK)
		err = record(enrolment, trace);
	enrolment->recorded = err == ERR_OK;
	return err == ERR_OK ? sign(enrolment, trace) : err;
}

enum err
enrol_card(struct custody *custody, const struct enrol_request *request, struct roster_card *out,
    struct err_trace *trace)
{
	static const char begin_anew[] =
	    "Give the same command again with the same card: it begins the card anew.";
	struct enrolment enrolment = { .custody = custody, .request = request };
	struct visit_wanted wanted = { .custodian = request->custodian };
	struct visit_ask ask = { .quorum = request->quorum,
		.purpose = "enrol a card",
		.total = 1,
		.blank = true,
		.wanted = &wanted,
		.wanted_count = 1 };
	struct visit_seen seen = { 0 };
	struct visit visit = { 0 };
	enum err err = check_names(&enrolment, trace);

	if (err == ERR_OK)
		err = visit_begin(custody, &ask, &seen, &visit, trace);
	visit_seen_release(&seen);
	if (err != ERR_OK)
		return err;
	enrolment.card = visit.card;
	err = work_on_card(&enrolment, trace);
	visit_end(custody, &visit,
	    err == ERR_OK ? "The card is enrolled; take it out." : "Take the card out.");
	if (err == ERR_OK)
		return roster_card_get(custody->roster, &enrolment.known.id, out, trace);
	if (err == ERR_UNSUPPORTED)
		err_next(trace,
		    "Take another card: this one cannot serve. 'quorate card inspect' shows it.");
	if (!roster_id_is_set(&enrolment.known.id) || enrolment.recorded)
		return err;
	/* Not the next step that the reader knows: nobody waits for this card any more. */
	if (err == ERR_IO)
		err_next_instead(trace, "%s", begin_anew);
	else
		err_next(trace, "%s", begin_anew);
	return FAIL(trace, err, "enrolling %s's card %s, serial %s, was broken off", enrolment.name,
	    enrolment.known.name, enrolment.known.serial);
}
