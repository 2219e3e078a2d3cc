/* SPDX-License-Identifier: BSD-2-Clause */
/* What was adopted becomes the beginning of a roster, and what is lost is said. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "custody/adopt_internal.h"
#include "roster/binding.h"
#include "roster/person.h"
#include "roster/quorum.h"

/* The newest that opens something; 0 for none. */
static unsigned
newest_open(const struct adoption *adoption)
{
	unsigned newest = 0;

	for (size_t i = 0; i < adoption->generations; i++)
		if (adoption->generation[i].number > newest &&
		    adopt_opens(adoption, adoption->generation[i].number))
			newest = adoption->generation[i].number;
	return newest;
}

enum roster_generation_state
adopt_state_of(const struct adoption *adoption, const struct adopt_generation *generation)
{
	const bool older = generation->number < newest_open(adoption);

	if (adopt_opens(adoption, generation->number))
		return ROSTER_GENERATION_LIVE;
	if (adopt_is_accounted(adoption))
		return older ? ROSTER_GENERATION_DEAD : ROSTER_GENERATION_ABORTED;
	/* A token that is not here may open with it: its records stay on the cards. */
	return generation->complete && older ? ROSTER_GENERATION_LIVE
					     : ROSTER_GENERATION_DELIVERING;
}

/* One that was set aside for one generation may be of another. */
static bool
is_kept(const struct adoption *adoption, size_t card)
{
	bool gave = false;

	for (size_t g = 0; g < adoption->generations; g++)
		for (unsigned i = 0; i < ROSTER_CARDS_MAX; i++) {
			const struct adopt_share *share = &adoption->generation[g].share[i];

			gave = gave || (share->seen && !share->known && share->card == card);
		}
	return gave || !adoption->card[card].aside;
}

/* ---- Into the roster ----------------------------------------------------------------------- */

static enum err
write_quorum(struct adoption *adoption, struct err_trace *trace)
{
	struct roster *roster = adoption->custody->roster;
	struct roster_quorum known;

	if (roster_quorum_get(roster, &adoption->quorum, &known, NULL) == ERR_OK)
		return ERR_OK;
	return roster_adopt_quorum(roster, &adoption->quorum, adoption->request->name, trace);
}

static enum err
custodian_of(struct adoption *adoption, const struct adopt_card *card, struct roster_id *out,
    struct err_trace *trace)
{
	const struct roster_person_add add = { .name = card->custodian, .roles = ROSTER_CUSTODIAN };
	struct roster *roster = adoption->custody->roster;
	struct roster_person person;
	enum err err = roster_person_find(roster, card->custodian, &person, NULL);

	if (err == ERR_ABSENT)
		return roster_person_add(roster, &add, out, trace);
	if (err != ERR_OK)
		return FAIL(trace, err, "the people were not read");
	*out = person.id;
	return ERR_OK;
}

/* Its id in the roster, which may have it from a first sitting. */
static enum err
write_card(struct adoption *adoption, const struct adopt_card *card, struct roster_id *out,
    struct err_trace *trace)
{
	struct roster_adopt_card adopt = { .card = { .quorum = card->quorum,
					       .serial = card->serial,
					       .family = card->family,
					       .model = card->model,
					       .firmware = card->firmware,
					       .atr = card->atr,
					       .resettable = card->resettable },
		.number = card->number,
		.keys = card->keys,
		.checkpoint = card->checkpoint };
	struct roster *roster = adoption->custody->roster;
	struct roster_card known;
	enum err err = roster_card_by_serial(roster, card->serial, &known, NULL);

	if (err == ERR_OK && roster_hash_equal(&known.fingerprint, &card->keys.fingerprint)) {
		*out = known.id;
		return ERR_OK;
	}
	memcpy(adopt.head, card->head, sizeof(adopt.head));
	err = custodian_of(adoption, card, &adopt.card.custodian, trace);
	return err == ERR_OK ? roster_adopt_card(roster, &adopt, out, trace) : err;
}

static enum err
write_generation(
    struct adoption *adoption, const struct adopt_generation *generation, struct err_trace *trace)
{
	struct roster_adopt_generation adopt = { .number = generation->number,
		.threshold = generation->threshold,
		.size = generation->size,
		.state = adopt_state_of(adoption, generation),
		.unsure =
		    !adopt_opens(adoption, generation->number) && !adopt_is_accounted(adoption) };

	memcpy(adopt.check, generation->check, sizeof(adopt.check));
	memcpy(adopt.escrow, generation->escrow, sizeof(adopt.escrow));
	return roster_adopt_generation(adoption->custody->roster, &adoption->quorum, &adopt, trace);
}

static enum err
write_share(struct adoption *adoption, const struct adopt_generation *generation, unsigned index,
    const struct roster_id *card, struct err_trace *trace)
{
	const struct adopt_share *share = &generation->share[index];
	struct roster_adopt_share adopt = { .generation = generation->number,
		.index = index,
		.card = *card,
		.commitment = share->commitment };
	const struct roster_proof proof = { .kind = ROSTER_PROOF_ACTIVATION,
		.card = *card,
		.quorum = adoption->quorum,
		.generation = generation->number,
		.tries_left = adoption->card[share->card].tries_left,
		.firmware = adoption->card[share->card].firmware };
	enum err err;

	memcpy(adopt.record, share->record, sizeof(adopt.record));
	err = roster_adopt_share(adoption->custody->roster, &adoption->quorum, &adopt, trace);
	return err == ERR_OK ? roster_card_proven(adoption->custody->roster, &proof, trace) : err;
}

static enum err
write_shares(struct adoption *adoption, const struct roster_id card[ROSTER_CARDS_MAX],
    struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t g = 0; err == ERR_OK && g < adoption->generations; g++) {
		const struct adopt_generation *generation = &adoption->generation[g];

		/* Beside shares that fit together, one that was compared with none is not kept. */
		if (generation->known && !generation->opened)
			continue;
		if (!generation->known || generation->unsure)
			err = write_generation(adoption, generation, trace);
		for (unsigned i = 0; err == ERR_OK && i < ROSTER_CARDS_MAX; i++)
			if (generation->share[i].seen && !generation->share[i].known)
				err = write_share(adoption, generation, i,
				    &card[generation->share[i].card], trace);
	}
	return err;
}

/* Older secrets that were here, to what is newer: a re-key goes on with new cards alone. */
static enum err
write_escrows(struct adoption *adoption, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t g = 0; err == ERR_OK && g < adoption->generations; g++) {
		const struct adopt_generation *generation = &adoption->generation[g];

		if (generation->escrowed.blob_len != 0 &&
		    adopt_state_of(adoption, generation) == ROSTER_GENERATION_LIVE)
			err = roster_escrow_store(adoption->custody->roster, &adoption->quorum,
			    &generation->escrowed, trace);
	}
	return err;
}

/* Without a sheet, a PIN that no generation opens is not the quorum's. */
static enum err
write_binding(struct adoption *adoption, const struct adopt_token *token, struct err_trace *trace)
{
	struct roster *roster = adoption->custody->roster;
	struct roster_binding_spec spec = token->spec;
	struct roster_id id;
	enum err err;

	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		if (adoption->request->sheet == NULL)
			spec.binds[pin] = token->opens[pin] != 0;
	err = roster_binding_add(roster, &adoption->quorum, &spec, &id, trace);
	for (int pin = 0; err == ERR_OK && pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		if (token->opens[pin] != 0)
			err = roster_binding_opens(
			    roster, &id, (enum roster_token_pin)pin, token->opens[pin], trace);
	return err;
}

static bool
opens_at_all(const struct adopt_token *token)
{
	return token->opens[ROSTER_USER_PIN] != 0 || token->opens[ROSTER_SO_PIN] != 0;
}

static enum err
write_all(struct adoption *adoption, struct err_trace *trace)
{
	struct roster_id card[ROSTER_CARDS_MAX] = { 0 };
	enum err err = write_quorum(adoption, trace);

	for (size_t i = 0; err == ERR_OK && i < adoption->cards; i++)
		if (is_kept(adoption, i))
			err = write_card(adoption, &adoption->card[i], &card[i], trace);
	if (err == ERR_OK)
		err = write_shares(adoption, card, trace);
	if (err == ERR_OK)
		err = write_escrows(adoption, trace);
	for (size_t i = 0; err == ERR_OK && i < adoption->tokens; i++)
		if (!adoption->token[i].known && opens_at_all(&adoption->token[i]))
			err = write_binding(adoption, &adoption->token[i], trace);
	return err;
}

enum err
adopt_write(struct adoption *adoption, struct err_trace *trace)
{
	struct roster *roster = adoption->custody->roster;
	enum err err = roster_begin(roster, trace);

	if (err != ERR_OK)
		return err;
	err = write_all(adoption, trace);
	return roster_end(roster, err, trace);
}

/* ---- In words ------------------------------------------------------------------------------ */

static void PRINTF_LIKE(3, 4)
    add_line(char lines[ADOPTED_LINES][ADOPTED_LINE], size_t *count, const char *fmt, ...)
{
	va_list args;

	if (*count == ADOPTED_LINES)
		return;
	va_start(args, fmt);
	vsnprintf(lines[(*count)++], ADOPTED_LINE, fmt, args);
	va_end(args);
}

#define FOUND(out, ...) add_line((out)->found_line, &(out)->found, __VA_ARGS__)
#define LOST(out, ...)  add_line((out)->lost_line, &(out)->lost, __VA_ARGS__)

static unsigned
count_shares(const struct adopt_generation *generation)
{
	unsigned count = 0;

	for (unsigned i = 0; i < ROSTER_CARDS_MAX; i++)
		count += generation->share[i].seen ? 1 : 0;
	return count;
}

static void
report_generation(
    const struct adoption *adoption, const struct adopt_generation *generation, struct adopted *out)
{
	const unsigned seen = count_shares(generation);
	const enum roster_generation_state state = adopt_state_of(adoption, generation);

	FOUND(out, "generation %u: %u of %u, %s; %u of its cards were here", generation->number,
	    generation->threshold, generation->size, roster_generation_word(state), seen);
	if (seen < generation->size && state == ROSTER_GENERATION_LIVE)
		LOST(out,
		    "%u of the %u cards of generation %u: whose they are, as they were not here. "
		    "'quorate quorum adopt %s --by NAME' adds them",
		    generation->size - seen, generation->size, generation->number,
		    adoption->request->name);
	if (adopt_opens(adoption, generation->number) && !generation->known &&
	    generation->escrowed.blob_len == 0 && generation->number < newest_open(adoption))
		LOST(out,
		    "the newer cards do not have what generation %u opens: take its token out with "
		    "its own cards ('quorate token unbind'), and bind it again",
		    generation->number);
	if (state == ROSTER_GENERATION_DELIVERING)
		LOST(out, "generation %u may open what is named below: nothing of it was erased",
		    generation->number);
	if (state == ROSTER_GENERATION_ABORTED)
		LOST(out, "generation %u opens nothing: it was given up, and its number is used up",
		    generation->number);
}

static void
report_token(const struct adoption *adoption, const struct adopt_token *token, struct adopted *out)
{
	static const char *const words[] = { "user PIN", "SO PIN" };

	if (!token->found && !token->known)
		LOST(out,
		    "binding '%s': its token was not here. Connect it, then run 'quorate quorum "
		    "adopt %s --by NAME' again",
		    token->spec.name, adoption->request->name);
	for (int pin = 0; token->found && pin < ROSTER_TOKEN_PIN__COUNT; pin++) {
		if (token->opens[pin] != 0)
			FOUND(out, "token '%s' (%s): its %s opens with generation %u",
			    token->facts.label, token->spec.name, words[pin], token->opens[pin]);
		else if (!token->may_try[pin])
			LOST(out, "token '%s' (%s): its %s was not tried", token->facts.label,
			    token->spec.name, words[pin]);
		else
			LOST(out, "token '%s' (%s): its %s opens with none of these generations",
			    token->facts.label, token->spec.name, words[pin]);
	}
}

void
adopt_report(const struct adoption *adoption, struct adopted *out)
{
	char id[ROSTER_ID_TEXT];

	roster_id_format(&adoption->quorum, id);
	FOUND(out, "quorum '%s', id %s", adoption->request->name, id);
	for (size_t i = 0; i < adoption->cards; i++)
		if (is_kept(adoption, i))
			FOUND(out, "card %s of %s, serial %s", adoption->card[i].name,
			    adoption->card[i].custodian, adoption->card[i].serial);
	for (size_t i = 0; i < adoption->generations; i++)
		report_generation(adoption, &adoption->generation[i], out);
	for (size_t i = 0; i < adoption->tokens; i++)
		report_token(adoption, &adoption->token[i], out);
	if (adoption->more_bindings)
		LOST(out, "bindings that do not stand on the cards: --sheet FILE brings them");
	else if (adoption->request->sheet == NULL)
		LOST(out, "tokens that were bound after the cards were written, if there are any: "
			  "--sheet FILE, or --name NAME, brings them");
	LOST(out, "the admin PINs of the cards: a card that is blocked cannot be unblocked, and a "
		  "re-key gives blank cards new ones");
	LOST(out, "what happened before: who did what, roll-calls, checkpoints, reports, policy");
	LOST(out, "people who hold no card that was here, and how all of them are reached");
	LOST(out, "which copies of the tokens were made: record them with 'quorate token copy'");
}
