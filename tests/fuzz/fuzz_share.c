/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever the shares: one that unpacks packs to the same bytes, and its words lead back to it; a
 * set gives a secret of 32 bytes or is refused, and a suspect is one of those given.
 *
 * The first byte's low bit says how the rest is cut: raw shares of 42 bytes, or heads and values of
 * 37 bytes that get their checksum here, without which nothing random would get far.
 */
#include <string.h>

#include "quorum/mnemonic.h"
#include "quorum/share.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD_SIZE = 5, WHOLE_SIZE = HEAD_SIZE + SHARE_SECRET_SIZE };

static struct secret *
secret_of(const uint8_t *bytes, size_t len)
{
	struct secret *made = NULL;

	HOLDS(secret_from(bytes, len, &made, NULL) == ERR_OK);
	return made;
}

/* NULL when the numbers are not a share's. */
static struct secret *
make_share(const uint8_t bytes[WHOLE_SIZE])
{
	struct secret *packed = NULL;
	struct mnemonic mnemonic = {
		.head = {
			.id = (uint16_t)((bytes[0] << 8 | bytes[1]) & MNEMONIC_ID_MAX),
			.extendable = (bytes[2] & 0x80) == 0,
			.exponent = bytes[2] & 0x0F,
			.group_index = bytes[3] >> 4,
			.group_threshold = (bytes[3] & 0x0F) + 1,
			.group_count = ((bytes[2] >> 4) & 0x07) + 1,
			.member_index = bytes[4] >> 4,
			.member_threshold = (bytes[4] & 0x0F) + 1,
		},
		.value = secret_of(bytes + HEAD_SIZE, SHARE_SECRET_SIZE),
	};

	if (mnemonic_pack(&mnemonic, &packed, NULL) != ERR_OK)
		packed = NULL;
	mnemonic_clear(&mnemonic);
	return packed;
}

/* A share that is read must be what was written. */
static void
check_share(const struct secret *share)
{
	struct mnemonic mnemonic = { 0 };
	struct mnemonic from_words = { 0 };
	struct secret *again = NULL;
	struct secret *words = NULL;

	if (mnemonic_unpack(share, &mnemonic, NULL) != ERR_OK)
		return;
	HOLDS(mnemonic_pack(&mnemonic, &again, NULL) == ERR_OK);
	HOLDS(secret_equal(again, share));
	HOLDS(mnemonic_to_words(&mnemonic, &words, NULL) == ERR_OK);
	HOLDS(mnemonic_from_words(words, &from_words, NULL) == ERR_OK);
	HOLDS(secret_equal(from_words.value, mnemonic.value));
	mnemonic_clear(&from_words);
	mnemonic_clear(&mnemonic);
	secret_free(words);
	secret_free(again);
}

static void
check_set(struct secret *const *shares, size_t count)
{
	struct share_suspect suspect = { .position = 0 };
	struct secret *secret = NULL;

	if (share_combine((const struct secret *const *)shares, count, &suspect, &secret, NULL) ==
	    ERR_OK)
		HOLDS(secret_len(secret) == SHARE_SECRET_SIZE);
	else
		HOLDS(secret == NULL && (count == 0 || suspect.position < count));
	secret_free(secret);
}

static void
check_words(const uint8_t *bytes, size_t len)
{
	struct secret *words = secret_of(bytes, len);
	struct mnemonic mnemonic = { 0 };

	HOLDS(mnemonic_from_words(words, &mnemonic, NULL) == ERR_OK || mnemonic.value == NULL);
	mnemonic_clear(&mnemonic);
	secret_free(words);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct secret *shares[SHARE_COUNT_MAX + 1] = { NULL };
	const bool raw = len > 0 && (bytes[0] & 1) != 0;
	const size_t size = raw ? SHARE_SIZE : WHOLE_SIZE;
	size_t count = 0;

	HOLDS(secret_heap_init(NULL) == ERR_OK);
	if (len < 2 || len > 4096)
		return 0;
	check_words(bytes + 1, len - 1);
	for (size_t at = 1; at + size <= len && count <= SHARE_COUNT_MAX; at += size) {
		shares[count] = raw ? secret_of(bytes + at, size) : make_share(bytes + at);
		if (shares[count] != NULL)
			check_share(shares[count++]);
	}
	check_set(shares, count);
	for (size_t i = 0; i < count; i++)
		secret_free(shares[i]);
	return 0;
}
