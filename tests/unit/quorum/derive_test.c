/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The literals were computed by tests/vectors/share-on-card.py, which was written from the
 * standards with Python's standard library. The PRK is the one of docs/formats/share-on-card.md.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "quorum/derive.h"
#include "tests/unit/quorum/support.h"

static struct secret *
page_prk(void)
{
	return secret_of_hex("3a2fec045103504dafd7fdfb0dcf0fcac34cfefc1f317d15db63fda06746b46c");
}

#define ALL_94                                                                                     \
	"!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"                       \
	"abcdefghijklmnopqrstuvwxyz{|}~"

static void
pins_of_other_formats_have_the_digits_of_the_standard(void **state)
{
	static const struct {
		enum pin_kind kind;
		const char *binding;
		struct pin_format format;
		const char *want;
	} rows[] = {
		{ PIN_USER, "root-ca", { "", "0123456789", 20 }, "29573839830387856780" },
		{ PIN_USER, "root-ca", { "crypto-user:", "0123456789", 20 },
		    "crypto-user:29573839830387856780" },
		{ PIN_SO, "backup", { "", "0123456789abcdef", 16 }, "0154f35f19dac57e" },
		{ PIN_USER, "root-ca", { "", "10", 384 },
		    "1110011100010101010100101001011011010100110110010111000011000110111000101001"
		    "0011001101000101000101110010000011011111101110111101000010010100100001001010"
		    "0010100001110111000110101101001001101000111101100001010010111011011101101101"
		    "1010100101010010010101110000010100100011111101111101101001100011001000010010"
		    "100010011100111100010100001101110111101111000111011011000110100101110010110010"
		    "10" },
		{ PIN_USER, "root-ca", { "", ALL_94, 58 },
		    "!!=$}g`&J!L|<hoFgsuvzo-=sGk2jo[`zTXwgNVr\\)?[b5zX5~T&=D@2j-" },
	};
	struct secret *prk = page_prk();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct derive_pin which = { rows[i].kind, rows[i].binding, &rows[i].format };
		struct secret *pin = NULL;
		struct err_trace trace = { 0 };

		assert_ok(derive_pin(prk, &which, &pin, &trace), &trace);
		assert_secret_text(pin, rows[i].want);
		secret_free(pin);
	}
	secret_free(prk);
}

static void
each_binding_and_kind_has_its_own_pin(void **state)
{
	static const struct derive_pin whiches[] = { { PIN_USER, "a", NULL }, { PIN_SO, "a", NULL },
		{ PIN_USER, "b", NULL }, { PIN_SO, "b", NULL }, { PIN_USER, "a-b", NULL } };
	enum { COUNT = sizeof(whiches) / sizeof(whiches[0]) };
	struct secret *prk = page_prk();
	struct secret *pins[COUNT] = { NULL };

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		assert_ok(derive_pin(prk, &whiches[i], &pins[i], NULL), NULL);
		assert_int_equal(secret_len(pins[i]), PIN_DEFAULT_LENGTH);
		for (size_t j = 0; j < i; j++)
			assert_false(secret_equal(pins[i], pins[j]));
	}
	for (size_t i = 0; i < COUNT; i++)
		secret_free(pins[i]);
	secret_free(prk);
}

static void
a_format_within_the_rules_is_taken(void **state)
{
	/* The bounds: 2^64 and 2^384 themselves, and the nearest powers of other bases inside. */
	static const struct pin_format good[] = {
		{ "", "01", 64 },
		{ "", "01", 384 },
		{ "", "0123456789abcdef", 16 },
		{ "", "0123456789abcdef", 96 },
		{ "", "0123456789", 20 },
		{ "", "0123456789", 115 },
		{ "", "0123456", 136 },
		{ "", ALL_94, 10 },
		{ "", ALL_94, 58 },
		{ "a prefix of just thirty-two char", "0123456789", 20 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct err_trace trace = { 0 };

		assert_ok(pin_format_check(&good[i], &trace), &trace);
	}
}

static void
a_format_outside_the_rules_is_refused(void **state)
{
	static const struct pin_format bad[] = {
		{ "", "", 64 },
		{ "", "0", 64 },
		{ "", "01", 63 },
		{ "", "01", 385 },
		{ "", "01", 0 },
		{ "", "01", 4000000000 },
		{ "", "0123456789abcdef", 15 },
		{ "", "0123456789abcdef", 97 },
		{ "", "0123456789", 19 },
		{ "", "0123456789", 116 },
		{ "", "0123456", 137 }, /* 384.6 bits */
		{ "", ALL_94, 9 },
		{ "", ALL_94, 59 },
		{ "", "01234567890", 30 },
		{ "", "abc\t", 50 },
		{ "", "abc\x7f", 50 },
		{ "", "abc\xc3\xa4", 50 },
		{ "\n", "0123456789", 20 },
		{ "\xc3\xa4", "0123456789", 20 },
	};
	struct secret *prk = page_prk();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct derive_pin which = { PIN_USER, "root-ca", &bad[i] };
		struct secret *pin = NULL;

		assert_fails(pin_format_check(&bad[i], NULL), ERR_ARGUMENT, NULL);
		assert_fails(derive_pin(prk, &which, &pin, NULL), ERR_ARGUMENT, NULL);
		assert_null(pin);
	}
	secret_free(prk);
}

static void
a_format_that_is_not_terminated_is_refused(void **state)
{
	struct pin_format format = { .length = 20 };

	(void)state;
	memset(format.alphabet, 'a', sizeof(format.alphabet));
	assert_fails(pin_format_check(&format, NULL), ERR_ARGUMENT, NULL);
	memset(format.prefix, 'a', sizeof(format.prefix));
	memcpy(format.alphabet, "0123456789", 11);
	assert_fails(pin_format_check(&format, NULL), ERR_ARGUMENT, NULL);
}

static void
a_format_is_compared_with_the_tokens_limits(void **state)
{
	const struct pin_format format = { "ab", "0123456789", 20 };

	(void)state;
	assert_ok(pin_format_fits(NULL, 4, 255, NULL), NULL);
	assert_ok(pin_format_fits(NULL, 32, 32, NULL), NULL);
	assert_fails(pin_format_fits(NULL, 6, 16, NULL), ERR_ARGUMENT, NULL);
	assert_fails(pin_format_fits(NULL, 33, 64, NULL), ERR_ARGUMENT, NULL);
	assert_ok(pin_format_fits(&format, 4, 22, NULL), NULL);
	assert_fails(pin_format_fits(&format, 4, 21, NULL), ERR_ARGUMENT, NULL);
	assert_fails(pin_format_fits(&format, 23, 30, NULL), ERR_ARGUMENT, NULL);
}

static void
binding_names_are_lower_case_letters_digits_and_dashes(void **state)
{
	static const struct {
		const char *name;
		bool good;
	} rows[] = {
		{ "root-ca", true },
		{ "0", true },
		{ "abcdefghijklmnopqrstuvwxyz012345", true },
		{ "abcdefghijklmnopqrstuvwxyz0123456", false },
		{ "", false },
		{ "Root", false },
		{ "root ca", false },
		{ "root_ca", false },
		{ "r\xc3\xb6\xc3\xb6t", false },
		{ "root/1", false },
	};
	struct secret *prk = page_prk();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct derive_pin which = { PIN_SO, rows[i].name, NULL };
		struct secret *pin = NULL;

		assert_int_equal(binding_name_is_good(rows[i].name), rows[i].good);
		assert_int_equal(
		    derive_pin(prk, &which, &pin, NULL), rows[i].good ? ERR_OK : ERR_ARGUMENT);
		secret_free(pin);
	}
	secret_free(prk);
}

static void
another_quorum_or_secret_gives_another_prk(void **state)
{
	const uint8_t ids[2][QUORUM_ID_SIZE] = { { 1 }, { 2 } };
	struct secret *prks[4] = { NULL };

	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		struct secret *secret = secret_of_number(i / 2);

		assert_ok(derive_prk(ids[i % 2], secret, &prks[i], NULL), NULL);
		for (size_t j = 0; j < i; j++)
			assert_false(secret_equal(prks[i], prks[j]));
		secret_free(secret);
	}
	for (size_t i = 0; i < 4; i++)
		secret_free(prks[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pins_of_other_formats_have_the_digits_of_the_standard),
		cmocka_unit_test(each_binding_and_kind_has_its_own_pin),
		cmocka_unit_test(a_format_within_the_rules_is_taken),
		cmocka_unit_test(a_format_outside_the_rules_is_refused),
		cmocka_unit_test(a_format_that_is_not_terminated_is_refused),
		cmocka_unit_test(a_format_is_compared_with_the_tokens_limits),
		cmocka_unit_test(binding_names_are_lower_case_letters_digits_and_dashes),
		cmocka_unit_test(another_quorum_or_secret_gives_another_prk),
	};

	return cmocka_run_group_tests(tests, quorum_setup, NULL);
}
