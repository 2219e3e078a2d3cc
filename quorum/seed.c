/* SPDX-License-Identifier: BSD-2-Clause */
#include "quorum/seed.h"

#include <string.h>

#include "quorum/hkdf.h"
#include "quorum/radix.h"

enum { SOURCES_MAX = 32, DIGITS_MIN = 6, DIGITS_MAX = 64 };

static const char *const labels[] = {
	[SEED_SECRET] = "quorate/1 seed quorum secret",
	[SEED_SPLIT] = "quorate/1 seed split",
	[SEED_SET_ID] = "quorate/1 seed slip-39 id",
	[SEED_VALUE] = "quorate/1 seed slip-39 value",
	[SEED_EPHEMERAL] = "quorate/1 seed hpke ephemeral",
	[SEED_ADMIN_PIN] = "quorate/1 seed admin pin",
};
_Static_assert(sizeof(labels) / sizeof(labels[0]) == SEED_LABEL__COUNT, "a label for each use");

enum err
seed_new(const struct secret *const *sources, size_t count, struct secret **seed,
    struct err_trace *trace)
{
	struct secret *salt = NULL;
	enum err err = secret_random(SEED_SIZE, &salt, trace);

	if (err == ERR_OK)
		err = seed_extract(salt, sources, count, seed, trace);
	secret_free(salt);
	return err;
}

enum err
seed_extract(const struct secret *salt, const struct secret *const *sources, size_t count,
    struct secret **seed, struct err_trace *trace)
{
	const struct part key = { secret_bytes(salt), secret_len(salt) };
	struct part parts[SOURCES_MAX] = { { NULL, 0 } };

	if (count > SOURCES_MAX)
		return FAIL(trace, ERR_ARGUMENT, "at most %d sources of entropy", SOURCES_MAX);
	if (secret_len(salt) != SEED_SIZE)
		return FAIL(trace, ERR_ARGUMENT, "a seed's salt has %d bytes", SEED_SIZE);
	for (size_t i = 0; i < count; i++)
		parts[i] = (struct part){ secret_bytes(sources[i]), secret_len(sources[i]) };
	return hkdf_extract(&key, (struct hkdf_parts){ parts, count }, seed, trace);
}

enum err
seed_expand(
    const struct secret *seed, struct seed_use use, struct secret **out, struct err_trace *trace)
{
	const char *label = labels[use.label];
	const uint8_t number[4] = { (uint8_t)(use.number >> 24), (uint8_t)(use.number >> 16),
		(uint8_t)(use.number >> 8), (uint8_t)use.number };
	const struct part info[] = { { label, strlen(label) }, { number, sizeof(number) } };

	if (secret_len(seed) != SEED_SIZE)
		return FAIL(trace, ERR_ARGUMENT, "a seed has %d bytes", SEED_SIZE);
	return hkdf_expand(seed, HKDF_PARTS(info), use.len, out, trace);
}

enum err
seed_digits(
    const struct secret *seed, struct seed_use use, struct secret **digits, struct err_trace *trace)
{
	const size_t count = use.len;
	struct secret *number = NULL;
	struct secret *made = NULL;
	enum err err = ERR_INTERNAL;

	if (count < DIGITS_MIN || count > DIGITS_MAX)
		return FAIL(trace, ERR_ARGUMENT, "a PIN of %zu digits", count);
	use.len = RADIX_NUMBER;
	err = seed_expand(seed, use, &number, trace);
	if (err == ERR_OK)
		err = secret_new(count, &made, trace);
	if (err == ERR_OK)
		err = radix_append(made, number, "0123456789", count, trace);
	secret_free(number);
	if (err != ERR_OK) {
		secret_free(made);
		return err;
	}
	*digits = made;
	return ERR_OK;
}
