/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/roll_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/checkpoint.h"
#include "custody/pin_entry.h"
#include "custody/roll_call_card.h"
#include "custody/whose.h"
#include "roster/quorum.h"

enum { DAY = 24 * 3600 };

struct calling {
	struct custody *custody;
	const struct roll_call_cards *cards;
	struct roll_call *out;
	struct visit_seen seen;
	unsigned breaks;
};

/* ---- Which cards --------------------------------------------------------------------------- */

static enum err
add_card(struct calling *calling, const struct roster_card *card, struct err_trace *trace)
{
	struct roll_call *out = calling->out;
	struct roll_call_line *line = &out->line[out->count];

	if (out->count == ROLL_CALL_CARDS_MAX)
		return FAIL(trace, ERR_ARGUMENT, "a roll-call takes at most %d cards at a time",
		    ROLL_CALL_CARDS_MAX);
	line->card = *card;
	whose_name(calling->custody->roster, &card->custodian, line->custodian);
	out->count++;
	return ERR_OK;
}

static enum err
add_named(struct calling *calling, const char *name, struct err_trace *trace)
{
	struct roster_card card;
	enum err err = roster_card_by_name(calling->custody->roster, name, &card, trace);

	if (err != ERR_OK)
		return err;
	if (card.state != ROSTER_CARD_ENROLLED)
		return FAIL(trace, ERR_NOT_NOW, "card %s is not enrolled", card.name);
	for (size_t i = 0; i < calling->out->count; i++)
		if (strcmp(calling->out->line[i].card.name, card.name) == 0)
			return FAIL(trace, ERR_ARGUMENT, "card %s is named twice", card.name);
	return add_card(calling, &card, trace);
}

/* A card that is of use, or will be, with somebody who is there to bring it. */
static enum err
belongs(struct calling *calling, const struct roster_card *card, bool *yes, struct err_trace *trace)
{
	struct roster *roster = calling->custody->roster;
	struct roll_call_want want;
	struct roster_person person;
	enum err err;

	*yes = false;
	if (card->state != ROSTER_CARD_ENROLLED)
		return ERR_OK;
	err = roster_person_get(roster, &card->custodian, &person, trace);
	if (err == ERR_OK)
		err = roll_call_want_of(roster, card, &want, trace);
	if (err == ERR_OK)
		*yes =
		    !want.retired && (person.departed == 0 || person.departed > roster_now(roster));
	return err;
}

/* Whether its roll-call was today; the newest line's. */
static enum err
skip_if_today(struct calling *calling, struct err_trace *trace)
{
	struct roll_call_line *line = &calling->out->line[calling->out->count - 1];
	int64_t last = 0;
	const enum err err = roster_card_last_proof(
	    calling->custody->roster, &line->card.id, ROSTER_PROOF_ROLL_CALL, &last, trace);

	if (err == ERR_OK && last / DAY == roster_now(calling->custody->roster) / DAY)
		line->outcome = ROLL_CALL_TODAY;
	return err;
}

static enum err
add_quorum(struct calling *calling, struct err_trace *trace)
{
	const struct roll_call_cards *cards = calling->cards;
	struct roster_card *list = NULL;
	size_t count = 0;
	enum err err =
	    roster_card_list(calling->custody->roster, cards->quorum, &list, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		bool yes = false;

		err = belongs(calling, &list[i], &yes, trace);
		if (err == ERR_OK && yes)
			err = add_card(calling, &list[i], trace);
		if (err == ERR_OK && yes && cards->all && !cards->again)
			err = skip_if_today(calling, trace);
	}
	free(list);
	if (err == ERR_OK && calling->out->count == 0) {
		err_next(trace, "'quorate card list' shows the cards and their quorums.");
		err = FAIL(trace, ERR_ABSENT, "no card in use is enrolled for a quorum '%s'",
		    cards->quorum);
	}
	return err;
}

static enum err
list_cards(struct calling *calling, struct err_trace *trace)
{
	const struct roll_call_cards *cards = calling->cards;
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < cards->name_count; i++)
		err = add_named(calling, cards->names[i], trace);
	if (cards->name_count == 0)
		err = add_quorum(calling, trace);
	return err;
}

/* ---- One card ------------------------------------------------------------------------------ */

static size_t
count_of(const struct roll_call *out, enum roll_call_outcome outcome)
{
	size_t count = 0;

	for (size_t i = 0; i < out->count; i++)
		count += out->line[i].outcome == outcome;
	return count;
}

static bool
is_proven(const struct roll_call_line *line)
{
	return line->outcome == ROLL_CALL_PROVEN || line->outcome == ROLL_CALL_TODAY;
}

/* The card answers for a nonce that was sealed to it now. */
static enum err
check_nonce(struct card *card, const struct roll_call_want *want, const uint8_t *point,
    struct err_trace *trace)
{
	struct roll_call_sealed sealed;
	struct secret *nonce = NULL, *opened = NULL;
	enum err err = roll_call_new_nonce(&want->subject, point, &sealed, &nonce, trace);

	if (err == ERR_OK)
		err = roll_call_open_nonce(card, &want->subject, &sealed, &opened, trace);
	if (err == ERR_OK && !secret_equal(nonce, opened))
		err = FAIL(trace, ERR_FORMAT, "opened another nonce than was sealed to it");
	secret_free(opened);
	secret_free(nonce);
	return err;
}

static enum err
record_proof(struct calling *calling, struct card *card, const struct roll_call_line *line,
    const struct roll_call_want *want, struct err_trace *trace)
{
	const struct roster_proof proof = { .kind = ROSTER_PROOF_ROLL_CALL,
		.card = line->card.id,
		.tries_left = line->tries,
		.firmware = roll_call_firmware(card) };
	const enum err err = roll_call_record(calling->custody->roster, want, &proof, trace);

	return err == ERR_OK
		   ? ERR_OK
		   : FAIL(trace, err, "the proof of card %s was not recorded", line->card.name);
}

/* What the card itself is answerable for: anything wrong here is about this card alone. */
static enum err
judge(struct calling *calling, struct card *card, struct roll_call_line *line,
    const struct roll_call_want *want, struct err_trace *trace)
{
	const struct pin_entry entry = { .owner = { line->custodian, line->card.name },
		.also_sign = true,
		.may_change = count_of(calling->out, ROLL_CALL_MISSING) > 1 };
	struct roll_call_found found;
	struct header header;
	bool verified = false;
	enum err err = roll_call_check_card(card, want, &header, trace);

	if (err == ERR_OK)
		err = checkpoint_check_header(calling->custody, &header, line->card.name, trace);
	line->tries = card_tries_left(card, CARD_PIN_USER);
	if (err == ERR_OK)
		err = pin_entry_verify(calling->custody, card, &entry, &verified, trace);
	line->tries = card_tries_left(card, CARD_PIN_USER);
	if (err == ERR_OK && !verified)
		line->outcome = ROLL_CALL_GAVE_WAY;
	if (err != ERR_OK || !verified)
		return err;
	err = check_nonce(card, want, line->card.dec, trace);
	if (err == ERR_OK)
		err = roll_call_check_records(card, want, &found, trace);
	return err;
}

/* True for what ends with the card, and not with the whole roll-call. */
static bool
is_the_cards(enum err err)
{
	return err == ERR_FORMAT || err == ERR_DENIED || err == ERR_ABSENT || err == ERR_NOT_NOW ||
	       err == ERR_UNSUPPORTED;
}

/* Keeps what was wrong with the card for the end, and tells it now. */
static void
note_failure(
    struct calling *calling, struct roll_call_line *line, enum err err, const struct err_trace *why)
{
	struct attendant *attendant = calling->custody->attendant;
	const char *outer = why->count == 0 ? "" : why->frame[why->count - 1].text;
	const char *inner = why->count < 2 ? "" : why->frame[0].text;
	char text[ROSTER_NAME + ROSTER_SHORT_NAME + ERR_TEXT + 64];

	line->outcome = ROLL_CALL_FAILED;
	line->failed = err;
	snprintf(line->words, sizeof(line->words), "%.*s%s%.*s", ERR_TEXT / 2 - 2, outer,
	    inner[0] == '\0' ? "" : ": ", ERR_TEXT / 2 - 2, inner);
	if (why->next[0] != '\0')
		snprintf(line->next, sizeof(line->next), "%s", why->next);
	else
		snprintf(line->next, sizeof(line->next),
		    "Do not count on this card; 'quorate health' says what is left without it.");
	snprintf(text, sizeof(text), "%s's card %s is not proven: %s", line->custodian,
	    line->card.name, line->words);
	attendant->note(attendant->context, text);
}

static enum err
use_card(struct calling *calling, struct card *card, struct roll_call_line *line,
    struct err_trace *trace)
{
	struct err_trace why = { 0 };
	struct roll_call_want want;
	enum err err = roll_call_want_of(calling->custody->roster, &line->card, &want, trace);

	if (err != ERR_OK)
		return err;
	err = judge(calling, card, line, &want, &why);
	if (is_the_cards(err)) {
		note_failure(calling, line, err, &why);
		return ERR_OK;
	}
	if (err != ERR_OK && trace != NULL)
		*trace = why;
	if (err != ERR_OK || line->outcome == ROLL_CALL_GAVE_WAY)
		return err;
	err = record_proof(calling, card, line, &want, trace);
	if (err != ERR_OK)
		return err;
	line->has_share = want.subject.generation != 0;
	line->outcome = ROLL_CALL_PROVEN;
	err = checkpoint_by_card(calling->custody, card, &line->card, trace);
	line->signs = err == ERR_OK;
	return err;
}

/* ---- The walk ------------------------------------------------------------------------------ */

/* Those not seen yet, as many as a question takes; and whose cards are through, likewise. */
static void
fill_question(struct calling *calling, struct visit_ask *ask, struct visit_wanted *wanted,
    size_t place[VISIT_WANTED_MAX])
{
	for (size_t i = 0; i < calling->out->count; i++) {
		const struct roll_call_line *line = &calling->out->line[i];

		if (is_proven(line) && ask->done++ < VISIT_WANTED_MAX)
			ask->through[ask->through_count++] = line->custodian;
		if (line->outcome != ROLL_CALL_MISSING || ask->wanted_count == VISIT_WANTED_MAX)
			continue;
		wanted[ask->wanted_count] = (struct visit_wanted){ line->custodian, line->card.name,
			line->card.serial, line->card.dec };
		place[ask->wanted_count++] = i;
	}
}

/* The quorum that all of them are for; NULL when they differ. */
static const char *
common_quorum(const struct roll_call *out)
{
	for (size_t i = 1; i < out->count; i++)
		if (strcmp(out->line[i].card.quorum, out->line[0].card.quorum) != 0)
			return NULL;
	return out->line[0].card.quorum;
}

static bool
takes_any_one(const struct roll_call_cards *cards)
{
	return cards->name_count == 0 && !cards->all;
}

static enum err
next_card(struct calling *calling, struct err_trace *trace)
{
	struct visit_wanted wanted[VISIT_WANTED_MAX];
	size_t place[VISIT_WANTED_MAX] = { 0 };
	struct visit_ask ask = { .quorum = common_quorum(calling->out),
		.purpose = "roll-call",
		.total = takes_any_one(calling->cards) ? 1 : (unsigned)calling->out->count,
		.wanted = wanted };
	struct visit visit = { 0 };
	struct roll_call_line *line;
	enum err err;

	fill_question(calling, &ask, wanted, place);
	err = visit_begin(calling->custody, &ask, &calling->seen, &visit, trace);
	if (err != ERR_OK)
		return err;
	line = &calling->out->line[place[visit.which]];
	err = use_card(calling, visit.card, line, trace);
	visit_end(calling->custody, &visit,
	    line->outcome == ROLL_CALL_PROVEN ? "The card is proven; take it out."
					      : "Take the card out.");
	return err;
}

static bool
is_done(const struct calling *calling)
{
	if (takes_any_one(calling->cards) && count_of(calling->out, ROLL_CALL_PROVEN) > 0)
		return true;
	return count_of(calling->out, ROLL_CALL_MISSING) == 0;
}

/* One card that failed speaks for itself. */
static enum err
conclude(const struct calling *calling, struct err_trace *trace)
{
	const struct roll_call *out = calling->out;

	for (size_t i = 0; i < out->count; i++) {
		const struct roll_call_line *line = &out->line[i];

		if (line->outcome == ROLL_CALL_GAVE_WAY)
			return FAIL(trace, ERR_DENIED, "%s gave no PIN for card %s",
			    line->custodian, line->card.name);
		if (line->outcome != ROLL_CALL_FAILED)
			continue;
		err_next(trace, "%s", line->next);
		return FAIL(trace, line->failed, "%s's card %s is not proven: %s", line->custodian,
		    line->card.name, line->words);
	}
	return ERR_OK;
}

/* How far it came, for who stopped it and for who could not go on. */
static enum err
tell_progress(const struct calling *calling, enum err err, struct err_trace *trace)
{
	const struct roll_call *out = calling->out;
	const size_t proven = count_of(out, ROLL_CALL_PROVEN) + count_of(out, ROLL_CALL_TODAY);

	if (err == ERR_OK || out->count < 2)
		return err;
	if (count_of(out, ROLL_CALL_MISSING) > 0)
		err_next(trace, "Give the same command again: with --all it asks only for the "
				"cards that are missing.");
	return FAIL(trace, err, "%zu of %zu cards are proven", proven, out->count);
}

enum err
roll_call(struct custody *custody, const struct roll_call_cards *cards, struct roll_call **out,
    struct err_trace *trace)
{
	struct calling calling = { .custody = custody, .cards = cards };
	enum err err;

	*out = NULL;
	calling.out = calloc(1, sizeof(*calling.out));
	if (calling.out == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = list_cards(&calling, trace);
	if (err != ERR_OK) {
		free(calling.out);
		return err;
	}
	while (err == ERR_OK && !is_done(&calling)) {
		err = next_card(&calling, trace);
		if (visit_broke_off(custody, err, &calling.breaks, trace))
			err = ERR_OK;
	}
	visit_seen_release(&calling.seen);
	*out = calling.out;
	if (err == ERR_OK && !takes_any_one(cards))
		err = conclude(&calling, trace);
	else if (err == ERR_OK && count_of(calling.out, ROLL_CALL_PROVEN) == 0)
		err = conclude(&calling, trace);
	return tell_progress(&calling, err, trace);
}
