/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one step in which a quorum secret is made and split, without people: every M-subset of the
 * shares is recombined, each share is sealed to its card, the sealed records are stored, and all
 * else is wiped (design.md, rule 4).
 */
#include "custody/issuing.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/escrow_key.h"
#include "custody/token.h"
#include "quorum/derive.h"
#include "quorum/seed.h"
#include "quorum/share.h"
#include "roster/generation.h"

enum { FIRST_ESCROW = SHARE_COUNT_MAX }; /* ephemerals of shares have lower numbers */

struct sealing {
	struct issuing *issuing;
	struct secret *seed;
	struct secret *secret;
	struct secret *share[SHARE_COUNT_MAX];
	struct roster_seal *seal;
	struct secret *prk;
	struct roster_escrow *escrow; /* what was escrowed to the generation from before */
	size_t escrows;
};

/* The secret and its shares, proven to fit together. */
static enum err
split(struct sealing *sealing, struct err_trace *trace)
{
	const struct roster_plan *plan = &sealing->issuing->operation->plan;
	const struct share_plan shape = { (uint8_t)plan->threshold, (uint8_t)plan->cards };
	struct secret *randomness = NULL;
	enum err err;

	err = seed_expand(sealing->seed, (struct seed_use){ SEED_SECRET, 0, SHARE_SECRET_SIZE },
	    &sealing->secret, trace);
	if (err == ERR_OK)
		err = seed_expand(sealing->seed, (struct seed_use){ SEED_SPLIT, 0, SEED_SIZE },
		    &randomness, trace);
	if (err == ERR_OK)
		err = share_split(sealing->secret, shape, randomness, sealing->share, trace);
	secret_free(randomness);
	return err;
}

/* What the roster keeps of the secret itself: a check value and the escrow key's public half. */
static enum err
derive_public(struct sealing *sealing, struct err_trace *trace)
{
	struct secret *escrow = NULL;
	enum err err =
	    derive_prk(sealing->issuing->quorum.id.bytes, sealing->secret, &sealing->prk, trace);

	if (err == ERR_OK)
		err = derive_check(sealing->prk, sealing->seal->check, trace);
	if (err == ERR_OK)
		err = derive_escrow_key(sealing->prk, &escrow, sealing->seal->escrow, trace);
	secret_free(escrow);
	return err;
}

/* ---- What was escrowed before -------------------------------------------------------------- */

static enum err
seal_escrow(struct sealing *sealing, const struct roster_escrow *like,
    const struct secret *plaintext, struct err_trace *trace)
{
	const struct issuing *issuing = sealing->issuing;
	const struct escrow_end end = { .quorum = &issuing->quorum.id,
		.generation = sealing->seal->number,
		.point = sealing->seal->escrow,
		.prk = sealing->prk,
		.practice = roster_is_practice(issuing->custody->roster) };
	const struct seed_use use = { SEED_EPHEMERAL, FIRST_ESCROW + (uint32_t)sealing->escrows,
		SEED_SIZE };
	struct secret *ephemeral = NULL;
	const struct escrow_content content = { like->kind, like->subject, plaintext, NULL };
	struct escrow_content with = content;
	enum err err = seed_expand(sealing->seed, use, &ephemeral, trace);

	with.ephemeral = ephemeral;
	if (err == ERR_OK)
		err = escrow_row_seal(&end, &with, &sealing->escrow[sealing->escrows], trace);
	if (err == ERR_OK)
		sealing->escrows++;
	secret_free(ephemeral);
	return err;
}

/* Opened with the secret from before and sealed to the new one; a former PIN goes first. */
static enum err
move_escrow(struct sealing *sealing, const struct roster_escrow *row, struct err_trace *trace)
{
	const struct issuing *issuing = sealing->issuing;
	const struct escrow_end end = { .quorum = &issuing->quorum.id,
		.generation = issuing->former->number,
		.point = issuing->former->escrow,
		.prk = issuing->former_prk,
		.practice = roster_is_practice(issuing->custody->roster) };
	enum err err = ERR_OK;

	for (int which = ESCROW_FORMER; err == ERR_OK && which >= ESCROW_PRESENT; which--) {
		struct secret *plaintext = NULL;

		if (which == ESCROW_FORMER && row->former_len == 0)
			continue;
		err = escrow_row_open(&end, row, (enum escrow_which)which, &plaintext, trace);
		if (err == ERR_OK)
			err = seal_escrow(sealing, row, plaintext, trace);
		secret_free(plaintext);
	}
	return err;
}

/* Whatever something still needs, and the secret from before itself. */
static enum err
move_escrows(struct sealing *sealing, struct err_trace *trace)
{
	const struct issuing *issuing = sealing->issuing;
	struct roster_escrow *rows = NULL, own = { .kind = ROSTER_ESCROW_OLDER_SECRET };
	size_t count = 0;
	enum err err;

	if (issuing->former_prk == NULL)
		return ERR_OK;
	err = roster_escrow_list(issuing->custody->roster, &issuing->quorum.id,
	    issuing->former->number, &rows, &count, trace);
	if (err != ERR_OK)
		return err;
	sealing->escrow = calloc(2 * count + 1, sizeof(*sealing->escrow));
	if (sealing->escrow == NULL)
		err = FAIL(trace, ERR_NOMEM, "no memory");
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		err = move_escrow(sealing, &rows[i], trace);
	roster_subject_of_generation(issuing->former->number, own.subject);
	if (err == ERR_OK)
		err = seal_escrow(sealing, &own, issuing->former_secret, trace);
	free(rows);
	return err;
}

/* ---- The shares ---------------------------------------------------------------------------- */

static enum err
seal_one(struct sealing *sealing, size_t index, struct err_trace *trace)
{
	const struct issuing *issuing = sealing->issuing;
	const struct roster_plan *plan = &issuing->operation->plan;
	struct share_place place = { .practice = roster_is_practice(issuing->custody->roster),
		.generation = plan->generation,
		.index = (uint8_t)index,
		.threshold = (uint8_t)plan->threshold,
		.size = (uint8_t)plan->cards };
	struct secret *ephemeral = NULL;
	struct share_sealing what = { .place = &place,
		.card_point = issuing->member[index].card.dec,
		.share = sealing->share[index] };
	struct record record;
	enum err err;

	memcpy(place.quorum_id, issuing->quorum.id.bytes, sizeof(place.quorum_id));
	err = seed_expand(sealing->seed,
	    (struct seed_use){ SEED_EPHEMERAL, (uint32_t)index, SEED_SIZE }, &ephemeral, trace);
	what.ephemeral = ephemeral;
	if (err == ERR_OK)
		err = share_seal(&what, &record, trace);
	if (err == ERR_OK)
		err = record_encode(&record, sealing->seal->share[index].record, trace);
	if (err == ERR_OK)
		err = share_commit(
		    sealing->share[index], sealing->seal->share[index].commitment.bytes, trace);
	secret_free(ephemeral);
	sealing->seal->share[index].index = (unsigned)index;
	sealing->seal->share[index].card = issuing->member[index].card.id;
	return err;
}

static enum err
seal_all(struct sealing *sealing, struct err_trace *trace)
{
	const struct roster_plan *plan = &sealing->issuing->operation->plan;
	enum err err = split(sealing, trace);

	sealing->seal->number = plan->generation;
	sealing->seal->threshold = plan->threshold;
	sealing->seal->size = plan->cards;
	if (err == ERR_OK)
		err = derive_public(sealing, trace);
	for (size_t i = 0; err == ERR_OK && i < plan->cards; i++)
		err = seal_one(sealing, i, trace);
	return err == ERR_OK ? move_escrows(sealing, trace) : err;
}

static void
wipe(struct sealing *sealing)
{
	secret_drop(&sealing->seed);
	secret_drop(&sealing->secret);
	secret_drop(&sealing->prk);
	secret_drop(&sealing->issuing->former_secret);
	secret_drop(&sealing->issuing->former_prk);
	for (size_t i = 0; i < SHARE_COUNT_MAX; i++)
		secret_drop(&sealing->share[i]);
}

/* All of the generation, and that it is there, in one transaction. */
static enum err
store(struct sealing *sealing, struct err_trace *trace)
{
	const struct roster_step sealed = { .kind = ROSTER_STEP_SEALED };
	const struct roster_seal *seal = sealing->seal;
	struct issuing *issuing = sealing->issuing;
	struct roster *roster = issuing->custody->roster;
	enum err err = roster_begin(roster, trace);

	if (err == ERR_OK)
		err = roster_generation_seal(roster, &issuing->quorum.id, seal, trace);
	for (size_t i = 0; err == ERR_OK && i < sealing->escrows; i++)
		err = roster_escrow_store_beside(
		    roster, &issuing->quorum.id, &sealing->escrow[i], trace);
	if (err == ERR_OK)
		err = roster_generation_set_state(
		    roster, &issuing->quorum.id, seal->number, ROSTER_GENERATION_DELIVERING, trace);
	if (err == ERR_OK)
		err = issuing_journal(issuing, &sealed, trace);
	return roster_end(roster, err, trace);
}

/* Randomness of the tokens that can open a session; a fresh one cannot. */
static enum err
take_token_entropy(
    struct issuing *issuing, const struct roster_token *token, struct err_trace *trace)
{
	struct token_session *session = NULL;
	struct secret *random = NULL;
	struct bound_token bound;
	enum err err = bound_token_open(issuing->custody, token, &bound, trace);

	if (err != ERR_OK)
		return err;
	err = secret_new(SEED_SIZE, &random, trace);
	if (err == ERR_OK &&
	    token_session_open(bound.module, &bound.facts, false, &session, NULL) == ERR_OK &&
	    token_random(session, SEED_SIZE, random, NULL) == ERR_OK) {
		issuing->entropy[issuing->entropies++] = random;
		random = NULL;
	}
	secret_free(random);
	token_session_close(session);
	bound_token_close(&bound);
	return err;
}

enum err
issuing_seal(struct issuing *issuing, struct err_trace *trace)
{
	struct attendant *attendant = issuing->custody->attendant;
	struct sealing sealing = { .issuing = issuing };
	enum err err;

	if (issuing->generation != NULL)
		return ERR_OK;
	for (size_t i = 0; i < issuing->tokens; i++) {
		if (issuing->token[i].spec->fresh || issuing->token[i].away)
			continue;
		err = take_token_entropy(issuing, &issuing->token[i].spec->token, trace);
		if (err != ERR_OK)
			return err;
	}
	sealing.seal = calloc(1, sizeof(*sealing.seal));
	if (sealing.seal == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = seed_new((const struct secret *const *)issuing->entropy, issuing->entropies,
	    &sealing.seed, trace);
	if (err == ERR_OK)
		err = seal_all(&sealing, trace);
	wipe(&sealing);
	if (err == ERR_OK)
		err = store(&sealing, trace);
	free(sealing.escrow);
	free(sealing.seal);
	if (err == ERR_OK)
		attendant->progress(attendant->context,
		    "The secret is made, split and sealed; the host has forgotten it.", 0, 0);
	return err;
}
