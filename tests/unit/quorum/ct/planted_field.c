/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The field as it is often written, in the place of quorum/field.c, to show that the constant-time
 * test finds it: with PLANT_BRANCH a loop that ends early, with PLANT_ADDRESS tables of logarithms.
 */
#include "quorum/field.h"

#include <string.h>

#ifdef PLANT_BRANCH
uint8_t
field_mul(uint8_t a, uint8_t b)
{
	unsigned product = 0;
	unsigned power = a;

	while (b != 0) {
		if ((b & 1) != 0)
			product ^= power;
		power <<= 1;
		if (power > 255)
			power ^= 0x11B;
		b >>= 1;
	}
	return (uint8_t)product;
}
#else
uint8_t
field_mul(uint8_t a, uint8_t b)
{
	static uint8_t power[512];
	static uint8_t logarithm[256];

	/* 3 generates the field's multiplicative group. */
	if (power[0] == 0) {
		unsigned x = 1;

		for (unsigned i = 0; i < 510; i++) {
			power[i] = (uint8_t)x;
			logarithm[x] = (uint8_t)(i % 255);
			x ^= x << 1;
			if (x > 255)
				x ^= 0x11B;
		}
	}
	const unsigned sum = (unsigned)logarithm[a] + logarithm[b];
	const unsigned both = (a != 0) & (b != 0);

	return (uint8_t)(power[sum] & (0U - both));
}
#endif

uint8_t
field_inverse(uint8_t a)
{
	uint8_t inverse = 1;

	for (int i = 0; i < 254; i++)
		inverse = field_mul(inverse, a);
	return inverse;
}

void
field_interpolate(
    const struct field_point *points, size_t count, uint8_t x, uint8_t *out, size_t len)
{
	memset(out, 0, len);
	for (size_t i = 0; i < count; i++) {
		uint8_t scale = 1;

		for (size_t j = 0; j < count; j++)
			if (j != i)
				scale =
				    field_mul(scale, field_mul(x ^ points[j].x,
							 field_inverse(points[i].x ^ points[j].x)));
		for (size_t k = 0; k < len; k++)
			out[k] ^= field_mul(scale, points[i].y[k]);
	}
}
