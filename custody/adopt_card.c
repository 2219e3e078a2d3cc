/* SPDX-License-Identifier: BSD-2-Clause */
/* A card at an adoption: what it says of itself without a PIN, whose it is, and what it gives. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/secret.h"
#include "custody/adopt_internal.h"
#include "custody/attendant.h"
#include "custody/card_header.h"
#include "custody/card_share.h"
#include "custody/pin_entry.h"
#include "quorum/share.h"
#include "roster/person.h"

enum { NAME_TRIES = 3 };

/* One card on its way into the adoption. */
struct taking {
	struct adoption *adoption;
	struct card *card;
	struct header header;
	struct adopt_card entry;
	struct record_set records;
	struct secret *share[RECORDS_MAX]; /* by place in `records`; NULL: it did not open */
	size_t fitting;                    /* shares that contradict no other card's */
	char *why;                         /* of ADOPTED_LINE bytes: it is of no use */
};

static const struct roster_sheet_card *
on_sheet(const struct taking *taking)
{
	const struct roster_sheet *sheet = taking->adoption->request->sheet;

	for (unsigned g = 0; sheet != NULL && g < sheet->generations; g++)
		for (unsigned i = 0; i < sheet->generation[g].cards; i++)
			if (roster_hash_equal(&sheet->generation[g].card[i].fingerprint,
				&taking->entry.keys.fingerprint))
				return &sheet->generation[g].card[i];
	return NULL;
}

/* ---- Without a PIN ------------------------------------------------------------------------- */

/* Whether the header is one of the quorum's; the first that has its name says which that is. */
static bool
is_of_quorum(struct taking *taking)
{
	const struct header *header = &taking->header;
	struct adoption *adoption = taking->adoption;
	const char *name = adoption->request->name;
	struct roster_id id;

	memcpy(id.bytes, header->quorum_id, sizeof(id.bytes));
	if (header->practice != roster_is_practice(adoption->custody->roster))
		snprintf(taking->why, ADOPTED_LINE, "That is a %s card, and this roster is %s.",
		    header->practice ? "PRACTICE" : "real",
		    header->practice ? "real" : "for practice");
	else if (!roster_id_is_set(&id) || header->share_count == 0)
		snprintf(
		    taking->why, ADOPTED_LINE, "Card %.48s holds no share.", header->card_name);
	else if ((adoption->has_id && !roster_id_equal(&id, &adoption->quorum)) ||
		 (!adoption->has_id && header->quorum_name[0] != '\0' &&
		     strcmp(header->quorum_name, name) != 0))
		snprintf(taking->why, ADOPTED_LINE,
		    "Card %.48s says that it is of another quorum, '%.32s'.", header->card_name,
		    header->quorum_name);
	else
		return true;
	return false;
}

static bool
was_there(struct taking *taking)
{
	const struct adoption *adoption = taking->adoption;

	for (size_t i = 0; i < adoption->cards; i++) {
		if (adoption->card[i].aside ||
		    !roster_hash_equal(
			&adoption->card[i].keys.fingerprint, &taking->entry.keys.fingerprint))
			continue;
		snprintf(taking->why, ADOPTED_LINE, "Card %.48s did its part already.",
		    taking->entry.name);
		return true;
	}
	return false;
}

static enum err
read_keys(struct taking *taking, struct err_trace *trace)
{
	struct roster_card_keys *keys = &taking->entry.keys;
	enum err err = card_public_key(taking->card, CARD_KEY_DEC, keys->dec, trace);

	if (err == ERR_OK)
		err = card_public_key(taking->card, CARD_KEY_SIG, keys->sig, trace);
	if (err == ERR_OK)
		err = card_fingerprint_of(keys->dec, keys->sig, keys->fingerprint.bytes, trace);
	return err;
}

/* The card's short name, "root/2": which name and number. */
static bool
split_name(struct adopt_card *entry)
{
	return sscanf(entry->name, "%32[a-z0-9-]/%u", entry->quorum, &entry->number) == 2 &&
	       entry->number > 0;
}

static void
describe(struct taking *taking)
{
	const struct card_facts *facts = card_facts(taking->card);
	struct adopt_card *entry = &taking->entry;

	snprintf(entry->name, sizeof(entry->name), "%s", taking->header.card_name);
	snprintf(entry->serial, sizeof(entry->serial), "%s", facts->serial);
	snprintf(entry->family, sizeof(entry->family), "%s", facts->family);
	snprintf(entry->model, sizeof(entry->model), "%s", facts->model);
	snprintf(entry->firmware, sizeof(entry->firmware), "%s", facts->version);
	hex_encode(facts->atr, facts->atr_len, entry->atr);
	entry->resettable = facts->can.reset;
	entry->checkpoint = taking->header.checkpoint;
	memcpy(entry->head, taking->header.checkpoint_head, sizeof(entry->head));
}

/* The roster's own, where a second sitting adds to a first; else the sheet's. False: ask. */
static bool
knows_custodian(struct taking *taking)
{
	struct roster *roster = taking->adoption->custody->roster;
	const struct roster_sheet_card *card = on_sheet(taking);
	struct roster_card known;
	struct roster_person person;

	if (roster_card_by_serial(roster, taking->entry.serial, &known, NULL) == ERR_OK &&
	    roster_person_get(roster, &known.custodian, &person, NULL) == ERR_OK)
		snprintf(
		    taking->entry.custodian, sizeof(taking->entry.custodian), "%s", person.name);
	else if (card != NULL)
		snprintf(taking->entry.custodian, sizeof(taking->entry.custodian), "%s",
		    card->custodian);
	else
		return false;
	return true;
}

/* One question; `said` is why the answer before would not do. */
static enum err
ask_name(struct taking *taking, const char *said, char typed[ROSTER_NAME], struct err_trace *trace)
{
	struct attendant *attendant = taking->adoption->custody->attendant;
	const struct adopt_card *entry = &taking->entry;
	char text[512];
	enum err err;

	snprintf(text, sizeof(text),
	    "%s%sWhose card is %s (serial %.64s)? Type the name of its custodian; without one it "
	    "is called 'custodian of %s'.",
	    said, said[0] == '\0' ? "" : ". ", entry->name, entry->serial, entry->name);
	typed[0] = '\0';
	err = attendant->type(
	    attendant->context, text, ATTENDANT_EXPECT_TEXT, typed, ROSTER_NAME, trace);
	if (err == ERR_OK && typed[0] == '\0')
		snprintf(typed, ROSTER_NAME, "custodian of %.48s", entry->name);
	return err;
}

/* People say whose card it is; with no answer its short name has to do. */
static enum err
ask_custodian(struct taking *taking, struct err_trace *trace)
{
	struct err_trace said = { 0 };
	char typed[ROSTER_NAME];
	enum err err;

	if (knows_custodian(taking))
		return ERR_OK;
	err = ask_name(taking, "", typed, trace);
	for (int again = 0; err == ERR_OK && again < NAME_TRIES &&
			    roster_person_name_check(typed, &said) != ERR_OK;
	     again++) {
		err = ask_name(taking, said.frame[0].text, typed, trace);
		err_clear(&said);
	}
	if (err == ERR_OK)
		err = roster_person_name_check(typed, trace);
	if (err == ERR_OK)
		snprintf(taking->entry.custodian, sizeof(taking->entry.custodian), "%s", typed);
	return err;
}

/* False, with the reason, for a card that cannot be used. */
static enum err
look(struct taking *taking, bool *fits, struct err_trace *trace)
{
	enum err err = card_header_load(taking->card, &taking->header, NULL);

	*fits = false;
	if (err == ERR_IO)
		return FAIL(trace, err, "the card's header cannot be read");
	if (err != ERR_OK) {
		snprintf(taking->why, ADOPTED_LINE,
		    "The card with serial %.64s has no header of "
		    "Quorate's that can be read.",
		    card_facts(taking->card)->serial);
		return ERR_OK;
	}
	describe(taking);
	if (!is_of_quorum(taking))
		return ERR_OK;
	if (!split_name(&taking->entry)) {
		snprintf(taking->why, ADOPTED_LINE, "The card has no short name in its header.");
		return ERR_OK;
	}
	err = read_keys(taking, trace);
	*fits = err == ERR_OK && !was_there(taking);
	return err;
}

/* ---- Behind the PIN ------------------------------------------------------------------------ */

static enum err
open_records(struct taking *taking, struct err_trace *trace)
{
	const struct card_share_of of = { .quorum_id = taking->header.quorum_id,
		.practice = taking->header.practice };
	struct attendant *attendant = taking->adoption->custody->attendant;
	size_t opened = 0;
	enum err err = card_records_load(taking->card, &taking->records, trace);

	for (size_t i = 0; err == ERR_OK && i < taking->records.count; i++) {
		char text[ADOPTED_LINE];
		enum err one = card_share_open(
		    taking->card, &of, &taking->records.record[i], &taking->share[i], NULL);

		if (one == ERR_IO)
			err = FAIL(trace, one, "card %s went away", taking->entry.name);
		opened += one == ERR_OK ? 1 : 0;
		if (one == ERR_OK || one == ERR_IO)
			continue;
		snprintf(text, sizeof(text), "%s's card %s: its share of generation %u is corrupt.",
		    taking->entry.custodian, taking->entry.name,
		    taking->records.record[i].generation);
		attendant->note(attendant->context, text);
	}
	if (err == ERR_OK && opened == 0)
		snprintf(
		    taking->why, ADOPTED_LINE, "No share of card %.48s opens.", taking->entry.name);
	return err;
}

static void say(const struct taking *taking, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* "alice's card root/1: ..." */
static void
say(const struct taking *taking, const char *fmt, ...)
{
	struct attendant *attendant = taking->adoption->custody->attendant;
	char text[ADOPTED_LINE];
	size_t len = (size_t)snprintf(
	    text, sizeof(text), "%.64s's card %s: ", taking->entry.custodian, taking->entry.name);
	va_list args;

	va_start(args, fmt);
	vsnprintf(text + len, sizeof(text) - len, fmt, args);
	va_end(args);
	attendant->note(attendant->context, text);
}

/* Its M and N, and who gave the share of this number. False, and it is said, for what another card
 * contradicts. */
static bool
agrees(const struct taking *taking, const struct adopt_generation *generation,
    const struct record *record, size_t slot)
{
	const struct adoption *adoption = taking->adoption;
	const struct adopt_share *before;

	if (generation == NULL) {
		say(taking, "its share of generation %u is %u of %u, unlike those of other cards",
		    record->generation, record->threshold, record->size);
		return false;
	}
	before = &generation->share[record->index];
	if (!before->seen || before->known || before->card == slot)
		return true;
	say(taking,
	    "card %s gave share %u of generation %u already. A quorum has it once: take the card "
	    "that is in use",
	    adoption->card[before->card].name, record->index + 1, record->generation);
	return false;
}

static void
say_misfit(
    const struct taking *taking, const struct record *record, const struct adopt_offer *offer)
{
	const struct adopt_card *aside = &taking->adoption->card[offer->aside];

	if (offer->fit == ADOPT_FITS_NOT)
		say(taking,
		    "its share of generation %u does not fit those of the other cards. It is not "
		    "used",
		    record->generation);
	else
		say(taking,
		    "the shares of generation %u that are here do not make one secret: one of them "
		    "is not right. Card %s of %s is set aside; bring another, it may come again",
		    record->generation, aside->name, aside->custodian);
}

/* What the roster will keep of one share; it goes on to those of the other cards. */
static enum err
give_share(struct taking *taking, size_t place, size_t slot, struct err_trace *trace)
{
	const struct record *record = &taking->records.record[place];
	struct adoption *adoption = taking->adoption;
	struct adopt_generation *generation =
	    adopt_generation_of(adoption, record->generation, record->threshold, record->size);
	struct adopt_offer offer = { .index = record->index };
	struct adopt_share share = { .seen = true, .card = slot };
	enum err err;

	if (!agrees(taking, generation, record, slot))
		return ERR_OK;
	taking->fitting++;
	if (generation->share[record->index].seen && !generation->share[record->index].known)
		return ERR_OK;
	err = share_commit(taking->share[place], share.commitment.bytes, trace);
	if (err == ERR_OK)
		err = record_encode(record, share.record, trace);
	if (err != ERR_OK)
		return err;
	offer.share = taking->share[place];
	taking->share[place] = NULL;
	err = adopt_take_share(adoption, generation, &offer, trace);
	if (err != ERR_OK)
		return err;
	if (offer.fit != ADOPT_FITS)
		say_misfit(taking, record, &offer);
	if (offer.fit == ADOPT_FITS_NOT)
		taking->fitting--;
	else if (!generation->share[record->index].known)
		generation->share[record->index] = share;
	return ERR_OK;
}

/* Where it was when it was set aside, or the next free one. */
static enum err
take_slot(struct taking *taking, size_t *slot, struct err_trace *trace)
{
	struct adoption *adoption = taking->adoption;
	size_t i = 0;

	while (i < adoption->cards && !roster_hash_equal(&adoption->card[i].keys.fingerprint,
					  &taking->entry.keys.fingerprint))
		i++;
	if (i == ROSTER_CARDS_MAX)
		return FAIL(trace, ERR_UNSUPPORTED, "more cards than a quorum has");
	adoption->card[i] = taking->entry;
	adoption->cards += i == adoption->cards ? 1 : 0;
	*slot = i;
	return ERR_OK;
}

/* The newer generation first: it is what tokens open with at the end of a re-key. */
static enum err
give_shares(struct taking *taking, struct err_trace *trace)
{
	struct adoption *adoption = taking->adoption;
	size_t slot = 0;
	enum err err;

	memcpy(adoption->quorum.bytes, taking->header.quorum_id, sizeof(adoption->quorum.bytes));
	adoption->has_id = true;
	err = take_slot(taking, &slot, trace);
	for (size_t i = taking->records.count; err == ERR_OK && i-- > 0;)
		if (taking->share[i] != NULL)
			err = give_share(taking, i, slot, trace);
	if (err == ERR_OK && taking->fitting == 0)
		adoption->card[slot].aside = true;
	return err;
}

static enum err
take(struct taking *taking, bool *used, struct err_trace *trace)
{
	const struct pin_entry entry = { .owner = { taking->entry.custodian, taking->entry.name },
		.also_sign = true,
		.may_change = true };
	bool verified = false;
	enum err err =
	    pin_entry_verify(taking->adoption->custody, taking->card, &entry, &verified, trace);

	if (err != ERR_OK || !verified)
		return err;
	taking->entry.tries_left = card_tries_left(taking->card, CARD_PIN_USER);
	err = open_records(taking, trace);
	if (err != ERR_OK || taking->why[0] != '\0')
		return err;
	err = give_shares(taking, trace);
	*used = err == ERR_OK && taking->fitting > 0;
	return err;
}

enum err
adopt_take_card(struct adoption *adoption, struct card *card, bool *used, char why[ADOPTED_LINE],
    struct err_trace *trace)
{
	struct taking *taking = calloc(1, sizeof(*taking));
	bool fits = false;
	enum err err;

	if (taking == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	taking->adoption = adoption;
	taking->card = card;
	taking->why = why;
	why[0] = '\0';
	err = look(taking, &fits, trace);
	if (err == ERR_OK && fits)
		err = adopt_header_bindings(adoption, &taking->header, trace);
	if (err == ERR_OK && fits)
		err = ask_custodian(taking, trace);
	if (err == ERR_OK && fits)
		err = take(taking, used, trace);
	for (size_t i = 0; i < RECORDS_MAX; i++)
		secret_free(taking->share[i]);
	free(taking);
	return err;
}
