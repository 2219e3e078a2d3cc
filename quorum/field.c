/* SPDX-License-Identifier: BSD-2-Clause */
#include "quorum/field.h"

#include <string.h>

static const unsigned reduction = 0x11B; /* x^8 + x^4 + x^3 + x + 1 */

uint8_t
field_mul(uint8_t a, uint8_t b)
{
	unsigned product = 0;
	unsigned power = a;

	for (unsigned bit = 0; bit < 8; bit++) {
		product ^= power & (0U - ((unsigned)(b >> bit) & 1U));
		power <<= 1;
		power ^= reduction & (0U - (power >> 8));
	}
	return (uint8_t)product;
}

uint8_t
field_inverse(uint8_t a)
{
	uint8_t square = a;
	uint8_t inverse = 1;

	/* a^254 = a^2 · a^4 · … · a^128, which is 1/a where there is one, and 0 for 0. */
	for (int i = 0; i < 7; i++) {
		square = field_mul(square, square);
		inverse = field_mul(inverse, square);
	}
	return inverse;
}

/* Eight elements in one word, each times the same `scale`. */
static uint64_t
scale_eight(uint64_t elements, uint8_t scale)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t product = 0;

	for (unsigned bit = 0; bit < 8; bit++) {
		product ^= elements & (0U - (uint64_t)((unsigned)(scale >> bit) & 1U));
		const uint64_t carries = (elements >> 7) & ones;
		elements = (elements & ~(ones << 7)) << 1;
		elements ^= carries ^ (carries << 1) ^ (carries << 3) ^ (carries << 4);
	}
	return product;
}

static void
add_scaled(uint8_t *out, const uint8_t *y, size_t len, uint8_t scale)
{
	for (size_t at = 0; at < len; at += sizeof(uint64_t)) {
		const size_t some = len - at < sizeof(uint64_t) ? len - at : sizeof(uint64_t);
		uint64_t sum = 0;
		uint64_t elements = 0;

		memcpy(&sum, out + at, some);
		memcpy(&elements, y + at, some);
		sum ^= scale_eight(elements, scale);
		memcpy(out + at, &sum, some);
	}
}

/* The i-th Lagrange basis polynomial at x. Subtraction is XOR. */
static uint8_t
basis_at(const struct field_point *points, size_t count, size_t i, uint8_t x)
{
	uint8_t above = 1;
	uint8_t below = 1;

	for (size_t j = 0; j < count; j++) {
		if (j == i)
			continue;
		above = field_mul(above, x ^ points[j].x);
		below = field_mul(below, points[i].x ^ points[j].x);
	}
	return field_mul(above, field_inverse(below));
}

void
field_interpolate(
    const struct field_point *points, size_t count, uint8_t x, uint8_t *out, size_t len)
{
	memset(out, 0, len);
	for (size_t i = 0; i < count; i++)
		add_scaled(out, points[i].y, len, basis_at(points, count, i, x));
}
