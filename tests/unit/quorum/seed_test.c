/* SPDX-License-Identifier: BSD-2-Clause */
/* The literals were computed by tests/vectors/share-on-card.py, which shares no code with us. */
#include "tests/unit/test.h"

#include "base/hash.h"
#include "quorum/seed.h"
#include "tests/unit/quorum/support.h"

static struct secret *
page_seed(void)
{
	uint8_t hash[SHA256_SIZE];
	struct secret *salt = NULL;
	struct secret *first = secret_of_text("first");
	struct secret *second = secret_of_text("second source");
	const struct secret *sources[] = { first, second };
	struct secret *seed = NULL;

	assert_ok(sha256("salt", 4, hash, NULL), NULL);
	assert_ok(secret_from(hash, sizeof(hash), &salt, NULL), NULL);
	assert_ok(seed_extract(salt, sources, 2, &seed, NULL), NULL);
	secret_free(second);
	secret_free(first);
	secret_free(salt);
	return seed;
}

static void
a_seed_is_extracted_and_expanded_as_documented(void **state)
{
	struct secret *seed = page_seed();
	struct secret *secret = NULL;

	(void)state;
	assert_secret_hex(seed, "3f920bd9930b2f3af5d858d05b02208cfad44779efd8ad7d03916cc0c852552a");
	assert_ok(seed_expand(seed, (struct seed_use){ SEED_SECRET, 0, 32 }, &secret, NULL), NULL);
	assert_secret_hex(
	    secret, "70898c1f20e76fc3785ebc785ed07ffa4f32f287431ba57117cc8c0bbacf71a8");
	secret_free(secret);
	secret_free(seed);
}

static void
an_admin_pin_has_the_digits_of_the_documented_number(void **state)
{
	struct secret *seed = page_seed();
	struct secret *pin = NULL;

	(void)state;
	assert_ok(seed_digits(seed, (struct seed_use){ SEED_ADMIN_PIN, 258, 8 }, &pin, NULL), NULL);
	assert_secret_text(pin, "72529885");
	secret_free(pin);
	secret_free(seed);
}

static void
each_label_and_number_gives_another_value(void **state)
{
	struct secret *seed = page_seed();
	struct secret *values[SEED_LABEL__COUNT * 2] = { NULL };

	(void)state;
	for (unsigned i = 0; i < SEED_LABEL__COUNT * 2; i++) {
		const struct seed_use use = { (enum seed_label)(i / 2), i % 2, 32 };

		assert_ok(seed_expand(seed, use, &values[i], NULL), NULL);
		for (unsigned j = 0; j < i; j++)
			assert_false(secret_equal(values[i], values[j]));
	}
	for (unsigned i = 0; i < SEED_LABEL__COUNT * 2; i++)
		secret_free(values[i]);
	secret_free(seed);
}

static void
two_new_seeds_differ_even_without_sources(void **state)
{
	struct secret *a = NULL;
	struct secret *b = NULL;

	(void)state;
	assert_ok(seed_new(NULL, 0, &a, NULL), NULL);
	assert_ok(seed_new(NULL, 0, &b, NULL), NULL);
	assert_int_equal(secret_len(a), SEED_SIZE);
	assert_false(secret_equal(a, b));
	secret_free(b);
	secret_free(a);
}

static void
what_is_no_seed_or_salt_is_refused(void **state)
{
	struct secret *shorter = secret_of_text("thirty-one bytes are not a seed");
	struct secret *out = NULL;

	(void)state;
	assert_fails(seed_expand(shorter, (struct seed_use){ SEED_SECRET, 0, 32 }, &out, NULL),
	    ERR_ARGUMENT, NULL);
	assert_fails(seed_extract(shorter, NULL, 0, &out, NULL), ERR_ARGUMENT, NULL);
	assert_null(out);
	secret_free(shorter);
}

static void
lengths_out_of_bounds_are_refused(void **state)
{
	struct secret *seed = page_seed();
	struct secret *out = NULL;

	(void)state;
	assert_fails(seed_expand(seed, (struct seed_use){ SEED_SECRET, 0, 0 }, &out, NULL),
	    ERR_ARGUMENT, NULL);
	assert_fails(seed_expand(seed, (struct seed_use){ SEED_SECRET, 0, 8161 }, &out, NULL),
	    ERR_ARGUMENT, NULL);
	assert_fails(seed_digits(seed, (struct seed_use){ SEED_ADMIN_PIN, 0, 5 }, &out, NULL),
	    ERR_ARGUMENT, NULL);
	assert_fails(seed_digits(seed, (struct seed_use){ SEED_ADMIN_PIN, 0, 65 }, &out, NULL),
	    ERR_ARGUMENT, NULL);
	assert_ok(seed_expand(seed, (struct seed_use){ SEED_SECRET, 0, 8160 }, &out, NULL), NULL);
	assert_int_equal(secret_len(out), 8160);
	secret_free(out);
	secret_free(seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_seed_is_extracted_and_expanded_as_documented),
		cmocka_unit_test(an_admin_pin_has_the_digits_of_the_documented_number),
		cmocka_unit_test(each_label_and_number_gives_another_value),
		cmocka_unit_test(two_new_seeds_differ_even_without_sources),
		cmocka_unit_test(what_is_no_seed_or_salt_is_refused),
		cmocka_unit_test(lengths_out_of_bounds_are_refused),
	};

	return cmocka_run_group_tests(tests, quorum_setup, NULL);
}
