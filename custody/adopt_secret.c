/* SPDX-License-Identifier: BSD-2-Clause */
/* Shares of cards that no roster knows: what makes them one secret is that it fits. */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "custody/adopt_internal.h"
#include "custody/escrow_key.h"
#include "quorum/derive.h"
#include "quorum/seed.h"
#include "quorum/share.h"
#include "roster/generation.h"

struct adopt_generation *
adopt_generation_of(struct adoption *adoption, unsigned number, unsigned threshold, unsigned size)
{
	struct adopt_generation *generation;

	for (size_t i = 0; i < adoption->generations; i++) {
		generation = &adoption->generation[i];
		if (generation->number == number)
			return generation->threshold == threshold && generation->size == size
				   ? generation
				   : NULL;
	}
	if (adoption->generations == ADOPT_GENERATIONS)
		return NULL;
	generation = &adoption->generation[adoption->generations++];
	*generation =
	    (struct adopt_generation){ .number = number, .threshold = threshold, .size = size };
	return generation;
}

/* The public half of its escrow key, for the roster. */
static enum err
derive_escrow_point(
    const struct secret *prk, uint8_t point[ROSTER_POINT_SIZE], struct err_trace *trace)
{
	struct secret *private_key = NULL;
	const enum err err = derive_escrow_key(prk, &private_key, point, trace);

	secret_free(private_key);
	return err;
}

enum err
adopt_compare(struct adopt_generation *generation, const struct secret *prk, bool *fits,
    struct err_trace *trace)
{
	uint8_t check[DERIVE_CHECK_SIZE];
	enum err err = derive_check(prk, check, trace);

	if (err != ERR_OK)
		return err;
	*fits = !generation->complete || memcmp(check, generation->check, sizeof(check)) == 0;
	if (!*fits)
		return ERR_OK;
	memcpy(generation->check, check, sizeof(check));
	if (!generation->complete)
		err = derive_escrow_point(prk, generation->escrow, trace);
	generation->complete = generation->complete || err == ERR_OK;
	return err;
}

/* The newest that is whole and newer than this one; NULL for none. */
static const struct adopt_generation *
newer_than(const struct adoption *adoption, const struct adopt_generation *generation)
{
	const struct adopt_generation *found = NULL;

	for (size_t i = 0; i < adoption->generations; i++) {
		const struct adopt_generation *other = &adoption->generation[i];

		if (other->complete && other->number > generation->number &&
		    (found == NULL || other->number > found->number))
			found = other;
	}
	return found;
}

/* What a re-key had escrowed: new cards alone must be able to finish it (design.md, rule 5). */
static enum err
escrow_to_newer(struct adoption *adoption, struct adopt_generation *generation,
    const struct secret *secret, struct err_trace *trace)
{
	const struct adopt_generation *newer = newer_than(adoption, generation);
	struct secret *seed = NULL, *ephemeral = NULL;
	uint8_t subject[ROSTER_SUBJECT_SIZE];
	enum err err;

	if (newer == NULL || generation->escrowed.blob_len != 0)
		return ERR_OK;
	const struct escrow_end end = { .quorum = &adoption->quorum,
		.generation = newer->number,
		.point = newer->escrow,
		.practice = roster_is_practice(adoption->custody->roster) };
	roster_subject_of_generation(generation->number, subject);
	err = seed_new(NULL, 0, &seed, trace);
	if (err == ERR_OK)
		err = seed_expand(
		    seed, (struct seed_use){ SEED_EPHEMERAL, 0, SEED_SIZE }, &ephemeral, trace);
	const struct escrow_content content = { ROSTER_ESCROW_OLDER_SECRET, subject, secret,
		ephemeral };
	if (err == ERR_OK)
		err = escrow_row_seal(&end, &content, &generation->escrowed, trace);
	secret_free(seed);
	secret_free(ephemeral);
	return err;
}

/* What the M shares make. ERR_FORMAT: nothing; and which it may be, where one can be named. */
static enum err
combine(const struct adopt_generation *generation, struct adopt_offer *offer, struct secret **out,
    struct err_trace *trace)
{
	struct share_suspect suspect = { SHARE_SOUND, generation->held };
	enum err err;
	const struct secret *set[ROSTER_CARDS_MAX];

	for (size_t i = 0; i < generation->held; i++)
		set[i] = generation->hold[i].share;
	set[generation->held] = offer->share;
	err = share_combine(set, generation->threshold, &suspect, out, trace);
	offer->aside = suspect.position < generation->held ? suspect.position : 0;
	return err == ERR_ARGUMENT ? ERR_FORMAT : err;
}

/* With the share that completes the set: the secret lives for this call alone. */
static enum err
open_with(struct adoption *adoption, struct adopt_generation *generation, struct adopt_offer *offer,
    struct err_trace *trace)
{
	struct secret *secret = NULL, *prk = NULL;
	bool fits = false;
	enum err err = combine(generation, offer, &secret, trace);

	if (err == ERR_FORMAT) {
		err_clear(trace);
		offer->fit = ADOPT_FITS_NOT;
		return ERR_OK;
	}
	if (err == ERR_OK)
		err = derive_prk(adoption->quorum.bytes, secret, &prk, trace);
	if (err == ERR_OK)
		err = adopt_compare(generation, prk, &fits, trace);
	offer->fit = fits ? ADOPT_FITS : ADOPT_FITS_NOT;
	if (err == ERR_OK && fits)
		err = escrow_to_newer(adoption, generation, secret, trace);
	secret_free(secret);
	generation->opened = generation->opened || (err == ERR_OK && fits);
	if (err == ERR_OK && fits)
		err = adopt_try_pins(adoption, generation, prk, trace);
	if (err == ERR_OK && fits)
		err = adopt_open_older(adoption, generation, prk, trace);
	secret_free(prk);
	return err;
}

static void
hold(struct adopt_generation *generation, struct adopt_offer *offer)
{
	generation->hold[generation->held++] = (struct adopt_hold){ offer->index, offer->share };
	offer->share = NULL;
}

/* A share that is held makes room for the one that came. */
static void
set_aside(struct adoption *adoption, struct adopt_generation *generation, struct adopt_offer *offer)
{
	struct adopt_hold *held = &generation->hold[offer->aside];
	struct adopt_share *share = &generation->share[held->index];

	generation->held--;
	secret_free(held->share);
	memmove(held, held + 1, (generation->held - offer->aside) * sizeof(*held));
	offer->fit = ADOPT_SETS_ASIDE;
	offer->aside = share->card;
	adoption->card[share->card].aside = true;
	*share = (struct adopt_share){ .seen = false };
	hold(generation, offer);
}

enum err
adopt_take_share(struct adoption *adoption, struct adopt_generation *generation,
    struct adopt_offer *offer, struct err_trace *trace)
{
	enum err err = ERR_OK;

	offer->fit = ADOPT_FITS;
	if (generation->held + 1 < generation->threshold)
		hold(generation, offer);
	else
		err = open_with(adoption, generation, offer, trace);
	/* Beside a secret that was made once, it is this share that is not right. */
	if (err == ERR_OK && offer->fit == ADOPT_FITS_NOT && !generation->complete)
		set_aside(adoption, generation, offer);
	secret_drop(&offer->share);
	return err;
}
