/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "quorum/field.h"
#include "quorum/rs1024.h"
#include "tests/unit/quorum/support.h"

/* Multiplication as a schoolbook does it: all products of bits, then long division. */
static uint8_t
mul_plainly(unsigned a, unsigned b)
{
	unsigned product = 0;

	for (unsigned i = 0; i < 8; i++)
		if ((b >> i & 1) != 0)
			product ^= a << i;
	for (unsigned i = 15; i >= 8; i--)
		if ((product >> i & 1) != 0)
			product ^= 0x11BU << (i - 8);
	return (uint8_t)product;
}

static void
every_product_is_that_of_the_schoolbook(void **state)
{
	(void)state;
	for (unsigned a = 0; a < 256; a++)
		for (unsigned b = 0; b < 256; b++)
			assert_int_equal(field_mul((uint8_t)a, (uint8_t)b), mul_plainly(a, b));
	/* FIPS 197, 4.2: the example in the same field. */
	assert_int_equal(field_mul(0x57, 0x83), 0xC1);
}

static void
every_element_times_its_inverse_is_one(void **state)
{
	(void)state;
	assert_int_equal(field_inverse(0), 0);
	for (unsigned a = 1; a < 256; a++)
		assert_int_equal(field_mul((uint8_t)a, field_inverse((uint8_t)a)), 1);
}

/* The value at x of the polynomials with these coefficients, one for each byte (Horner). */
static void
evaluate(uint8_t coefficients[][FIELD_VALUE_MAX], size_t degree, uint8_t x, uint8_t *out)
{
	memset(out, 0, FIELD_VALUE_MAX);
	for (size_t i = degree + 1; i-- > 0;)
		for (size_t j = 0; j < FIELD_VALUE_MAX; j++)
			out[j] = mul_plainly(out[j], x) ^ coefficients[i][j];
}

static void
interpolation_finds_polynomials_of_every_degree_and_length(void **state)
{
	uint8_t coefficients[FIELD_POINTS_MAX][FIELD_VALUE_MAX];
	uint8_t values[FIELD_POINTS_MAX][FIELD_VALUE_MAX];
	uint32_t noise = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(coefficients); i++) {
		noise = noise * 1664525U + 1013904223U;
		coefficients[i / FIELD_VALUE_MAX][i % FIELD_VALUE_MAX] = (uint8_t)(noise >> 24);
	}
	for (size_t count = 1; count <= FIELD_POINTS_MAX; count++) {
		struct field_point points[FIELD_POINTS_MAX];

		for (size_t i = 0; i < count; i++) {
			points[i] = (struct field_point){ (uint8_t)(i * 17), values[i] };
			evaluate(coefficients, count - 1, points[i].x, values[i]);
		}
		for (size_t len = 1; len <= FIELD_VALUE_MAX; len++) {
			const uint8_t x = (uint8_t)(255 - len);
			uint8_t want[FIELD_VALUE_MAX];
			uint8_t got[FIELD_VALUE_MAX + 1] = { [FIELD_VALUE_MAX] = 0 };

			got[len] = 0xA5;
			evaluate(coefficients, count - 1, x, want);
			field_interpolate(points, count, x, got, len);
			assert_memory_equal(got, want, len);
			assert_int_equal(got[len], 0xA5);
		}
	}
}

static void
interpolation_at_a_given_point_gives_its_value(void **state)
{
	const uint8_t a[] = { 1, 2, 3 };
	const uint8_t b[] = { 4, 5, 6 };
	const struct field_point points[] = { { 0, a }, { 200, b } };
	uint8_t got[3];

	(void)state;
	field_interpolate(points, 2, 0, got, sizeof(got));
	assert_memory_equal(got, a, sizeof(got));
	field_interpolate(points, 2, 200, got, sizeof(got));
	assert_memory_equal(got, b, sizeof(got));
}

static void
any_change_in_up_to_three_words_is_found(void **state)
{
	uint16_t words[33];
	uint32_t noise = 7;

	(void)state;
	for (size_t i = 0; i < 30; i++)
		words[i] = (uint16_t)(i * 331 & 0x3FF);
	rs1024_seal(words, 33, true);
	assert_int_equal(rs1024_residue(words, 33, true), 0);
	assert_int_not_equal(rs1024_residue(words, 33, false), 0);
	for (int round = 0; round < 20000; round++) {
		uint16_t changed[33];

		memcpy(changed, words, sizeof(words));
		for (int i = 0; i < 1 + round % 3; i++) {
			noise = noise * 1664525U + 1013904223U;
			changed[(noise >> 8) % 33] ^= (uint16_t)(1 + (noise >> 16) % 1023);
		}
		if (memcmp(changed, words, sizeof(words)) == 0)
			continue;
		assert_int_not_equal(rs1024_residue(changed, 33, true), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_product_is_that_of_the_schoolbook),
		cmocka_unit_test(every_element_times_its_inverse_is_one),
		cmocka_unit_test(interpolation_finds_polynomials_of_every_degree_and_length),
		cmocka_unit_test(interpolation_at_a_given_point_gives_its_value),
		cmocka_unit_test(any_change_in_up_to_three_words_is_found),
	};

	return cmocka_run_group_tests(tests, quorum_setup, NULL);
}
