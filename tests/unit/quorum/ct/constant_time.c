/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Goes once through everything that quorum does with secrets, each secret marked as undefined for
 * valgrind, which then reports every branch and every address that depends on one. run.sh builds it
 * with QUORUM_CT, so that declassify() marks what is no secret any more.
 *
 * Words are left out: they are written and found through a table, and are for display alone.
 */
#include <stdio.h>
#include <string.h>

#include <valgrind/memcheck.h>

#include "quorum/declassify.h"
#include "quorum/derive.h"
#include "quorum/escrow.h"
#include "quorum/hpke.h"
#include "quorum/mnemonic.h"
#include "quorum/seed.h"
#include "quorum/share.h"

enum { THRESHOLD = 3, SIZE = 5 };

static void
mark(const struct secret *secret)
{
	(void)VALGRIND_MAKE_MEM_UNDEFINED(secret_bytes(secret), secret_len(secret));
}

/* A secret of 32 marked bytes. */
static enum err
marked(uint8_t fill, struct secret **out, struct err_trace *trace)
{
	uint8_t bytes[32];
	enum err err = ERR_INTERNAL;

	memset(bytes, fill, sizeof(bytes));
	err = secret_from(bytes, sizeof(bytes), out, trace);
	if (err == ERR_OK)
		mark(*out);
	return err;
}

/*
 * A secret that lost its mark on the way would make the walk prove nothing. Some bytes may: a
 * share's label is no secret.
 */
static enum err
expect_marked(const struct secret *secret, struct err_trace *trace)
{
	uint8_t marks[64] = { 0 };
	size_t count = 0;

	if (secret_len(secret) > sizeof(marks) ||
	    VALGRIND_GET_VBITS(secret_bytes(secret), marks, secret_len(secret)) != 1)
		return FAIL(trace, ERR_INTERNAL, "the marks cannot be read: no valgrind");
	for (size_t i = 0; i < secret_len(secret); i++)
		count += marks[i] != 0;
	if (count * 4 < secret_len(secret) * 3)
		return FAIL(trace, ERR_INTERNAL, "a secret lost its mark on the way");
	return ERR_OK;
}

/* The end of each walk: still marked, then unmarked and what went in. */
static enum err
expect(const struct secret *got, const struct secret *want, struct err_trace *trace)
{
	enum err err = expect_marked(got, trace);

	if (err != ERR_OK)
		return err;
	declassify(secret_bytes(got), secret_len(got));
	declassify(secret_bytes(want), secret_len(want));
	if (!secret_equal(got, want))
		return FAIL(trace, ERR_INTERNAL, "another secret came back");
	mark(want);
	return ERR_OK;
}

/* Seals a share to a card's key and opens it again. */
static enum err
seal_and_open(uint8_t index, const struct secret *share, struct err_trace *trace)
{
	const struct share_place place = {
		.generation = 1, .index = index, .threshold = THRESHOLD, .size = SIZE
	};
	struct secret *ikm = NULL;
	struct secret *ephemeral = NULL;
	struct secret *card_key = NULL;
	struct secret *shared_x = NULL;
	struct secret *opened = NULL;
	uint8_t card_point[P256_POINT];
	uint8_t point[P256_POINT];
	uint8_t commitment[SHARE_COMMITMENT_SIZE];
	struct record record = { 0 };
	enum err err = marked((uint8_t)(0x40 + index), &ikm, trace);

	if (err == ERR_OK)
		err = marked((uint8_t)(0x60 + index), &ephemeral, trace);
	if (err == ERR_OK)
		err = hpke_derive_key_pair(ikm, &card_key, card_point, trace);
	if (err == ERR_OK) {
		const struct share_sealing sealing = { &place, card_point, share, ephemeral };

		err = share_seal(&sealing, &record, trace);
	}
	if (err == ERR_OK)
		err = record_point(&record, point, trace);
	if (err == ERR_OK)
		err = p256_ecdh(card_key, point, &shared_x, trace);
	if (err == ERR_OK)
		err = expect_marked(shared_x, trace);
	if (err == ERR_OK) {
		const struct share_opening opening = { place.quorum_id, card_point, shared_x,
			false };

		mark(shared_x); /* as from the card */
		err = share_open(&record, &opening, NULL, &opened, trace);
	}
	if (err == ERR_OK)
		err = expect(opened, share, trace);
	if (err == ERR_OK)
		err = share_commit(share, commitment, trace);
	if (err == ERR_OK)
		err = share_check_commitment(share, commitment, trace);
	secret_free(opened);
	secret_free(shared_x);
	secret_free(card_key);
	secret_free(ephemeral);
	secret_free(ikm);
	return err;
}

static enum err
unpack_and_pack(const struct secret *share, struct err_trace *trace)
{
	struct mnemonic mnemonic = { 0 };
	struct secret *again = NULL;
	enum err err = mnemonic_unpack(share, &mnemonic, trace);

	if (err == ERR_OK)
		err = mnemonic_pack(&mnemonic, &again, trace);
	if (err == ERR_OK)
		err = expect(again, share, trace);
	mnemonic_clear(&mnemonic);
	secret_free(again);
	return err;
}

static enum err
split_and_combine(const struct secret *secret, const struct secret *seed, struct err_trace *trace)
{
	const struct share_plan plan = { THRESHOLD, SIZE };
	struct secret *shares[SHARE_COUNT_MAX] = { NULL };
	struct secret *again = NULL;
	enum err err = share_split(secret, plan, seed, shares, trace);

	for (uint8_t i = 0; err == ERR_OK && i < SIZE; i++) {
		mark(shares[i]);
		err = unpack_and_pack(shares[i], trace);
		if (err == ERR_OK)
			err = seal_and_open(i, shares[i], trace);
	}
	if (err == ERR_OK)
		err = share_combine(
		    (const struct secret *const *)shares + 2, THRESHOLD, NULL, &again, trace);
	if (err == ERR_OK)
		err = expect(again, secret, trace);
	secret_free(again);
	for (size_t i = 0; i < SHARE_COUNT_MAX; i++)
		secret_free(shares[i]);
	return err;
}

static enum err
derive_pins(const struct secret *prk, struct err_trace *trace)
{
	static const struct pin_format decimal = { "so-", "0123456789", 30 };
	static const struct derive_pin whiches[] = { { PIN_USER, "root-ca", NULL },
		{ PIN_SO, "root-ca", &decimal } };
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < 2; i++) {
		struct secret *pin = NULL;

		err = derive_pin(prk, &whiches[i], &pin, trace);
		if (err == ERR_OK && whiches[i].format == NULL)
			err = expect_marked(pin, trace);
		secret_free(pin);
	}
	return err;
}

/* Escrows the secret to its own key, and opens it. */
static enum err
escrow(const struct secret *prk, const struct secret *secret, const struct secret *seed,
    struct err_trace *trace)
{
	const struct escrow_subject subject = { .generation = 2, .kind = ESCROW_OLDER_SECRET };
	struct secret *key = NULL;
	struct secret *ephemeral = NULL;
	struct secret *opened = NULL;
	struct escrow sealed = { 0 };
	uint8_t point[P256_POINT];
	enum err err = derive_escrow_key(prk, &key, point, trace);

	if (err == ERR_OK)
		err = seed_expand(
		    seed, (struct seed_use){ SEED_EPHEMERAL, 1, 32 }, &ephemeral, trace);
	if (err == ERR_OK) {
		const struct escrow_sealing sealing = { point, secret, ephemeral };

		err = escrow_seal(&subject, &sealing, &sealed, trace);
	}
	if (err == ERR_OK)
		err = escrow_open(&subject, &sealed, key, &opened, trace);
	if (err == ERR_OK)
		err = expect(opened, secret, trace);
	secret_free(opened);
	secret_free(ephemeral);
	secret_free(key);
	return err;
}

static enum err
derive(const struct secret *secret, const struct secret *seed, struct err_trace *trace)
{
	const uint8_t quorum_id[QUORUM_ID_SIZE] = { 1, 2, 3 };
	uint8_t check[DERIVE_CHECK_SIZE];
	struct secret *prk = NULL;
	struct secret *digits = NULL;
	enum err err = derive_prk(quorum_id, secret, &prk, trace);

	if (err == ERR_OK)
		err = derive_check(prk, check, trace);
	if (err == ERR_OK)
		err = derive_pins(prk, trace);
	if (err == ERR_OK)
		err = seed_digits(seed, (struct seed_use){ SEED_ADMIN_PIN, 0, 8 }, &digits, trace);
	if (err == ERR_OK)
		err = expect_marked(digits, trace);
	if (err == ERR_OK)
		err = escrow(prk, secret, seed, trace);
	secret_free(digits);
	secret_free(prk);
	return err;
}

static enum err
run(struct err_trace *trace)
{
	struct secret *secret = NULL;
	struct secret *salt = NULL;
	struct secret *seed = NULL;
	enum err err = marked(0x11, &secret, trace);

	if (err == ERR_OK)
		err = marked(0x22, &salt, trace);
	if (err == ERR_OK)
		err = seed_extract(salt, (const struct secret *const *)&secret, 1, &seed, trace);
	if (err == ERR_OK)
		err = split_and_combine(secret, seed, trace);
	if (err == ERR_OK)
		err = derive(secret, seed, trace);
	secret_free(seed);
	secret_free(salt);
	secret_free(secret);
	return err;
}

int
main(void)
{
	struct err_trace trace = { 0 };
	enum err err = secret_heap_init(&trace);

	if (err == ERR_OK)
		err = run(&trace);
	if (err != ERR_OK)
		(void)fprintf(stderr, "the walk failed: %s\n", trace.frame[0].text);
	return err == ERR_OK ? 0 : 2;
}
