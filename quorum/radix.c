/* SPDX-License-Identifier: BSD-2-Clause */
#include "quorum/radix.h"

#include <string.h>

enum { SHIFT = 22 };

/*
 * Divides the number by `base` in place and returns the remainder. The quotient of what is at hand
 * (less than base · 256, so less than 2^15) comes by multiplying with the rounded-up reciprocal,
 * exact for these sizes: processors take a different time for different divisions.
 */
static uint32_t
divide(uint8_t number[RADIX_NUMBER], uint32_t base)
{
	const uint64_t reciprocal = (UINT64_C(1) << SHIFT) / base + 1;
	uint32_t rest = 0;

	for (size_t i = 0; i < RADIX_NUMBER; i++) {
		const uint32_t at_hand = rest << 8 | number[i];
		const uint32_t quotient = (uint32_t)(at_hand * reciprocal >> SHIFT);

		number[i] = (uint8_t)quotient;
		rest = at_hand - quotient * base;
	}
	return rest;
}

/* alphabet[digit], without an address that depends on the digit. */
static uint8_t
pick(const char *alphabet, uint32_t base, uint32_t digit)
{
	uint32_t picked = 0;

	for (uint32_t i = 0; i < base; i++) {
		const uint32_t equal = ((i ^ digit) - 1U) >> 31;

		picked |= (uint8_t)alphabet[i] & (0U - equal);
	}
	return (uint8_t)picked;
}

enum err
radix_append(struct secret *out, const struct secret *number, const char *alphabet, size_t count,
    struct err_trace *trace)
{
	const size_t base = strlen(alphabet);
	uint8_t left[RADIX_NUMBER] = { 0 };
	uint8_t *at = NULL;

	if (base < RADIX_MIN || base > RADIX_MAX || secret_len(number) != RADIX_NUMBER)
		return FAIL(trace, ERR_ARGUMENT, "digits need 2 to 94 characters and 64 bytes");
	at = secret_extend(out, count);
	if (at == NULL)
		return FAIL(trace, ERR_ARGUMENT, "no room for %zu digits", count);
	memcpy(left, secret_bytes(number), sizeof(left));
	for (size_t i = 0; i < count; i++)
		at[i] = pick(alphabet, (uint32_t)base, divide(left, (uint32_t)base));
	secret_wipe(left, sizeof(left));
	return ERR_OK;
}
