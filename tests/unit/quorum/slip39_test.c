/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "quorum/mnemonic.h"
#include "quorum/slip39.h"
#include "tests/unit/quorum/support.h"

enum { VECTORS = 45, SHARES_MAX = 64 };

/* Words of one vector to shares; `count` says how many were read. */
static enum err
read_shares(const json_t *mnemonics, struct mnemonic *shares, size_t *count, bool packed)
{
	enum err err = ERR_OK;

	for (*count = 0; err == ERR_OK && *count < json_array_size(mnemonics);) {
		struct secret *words =
		    secret_of_text(json_string_value(json_array_get(mnemonics, *count)));
		struct secret *bytes = NULL;
		struct mnemonic read = { 0 };

		err = mnemonic_from_words(words, &read, NULL);
		secret_free(words);
		if (err != ERR_OK)
			break;
		if (packed) {
			assert_ok(mnemonic_pack(&read, &bytes, NULL), NULL);
			mnemonic_clear(&read);
			assert_ok(mnemonic_unpack(bytes, &read, NULL), NULL);
			secret_free(bytes);
		}
		shares[(*count)++] = read;
	}
	return err;
}

static enum err
combine_vector(const json_t *mnemonics, bool packed, struct secret **master)
{
	struct mnemonic shares[SHARES_MAX] = { 0 };
	struct secret *passphrase = secret_of_text("TREZOR");
	size_t count = 0;
	enum err err = read_shares(mnemonics, shares, &count, packed);

	if (err == ERR_OK)
		err = slip39_combine(shares, count, passphrase, master, NULL);
	for (size_t i = 0; i < count; i++)
		mnemonic_clear(&shares[i]);
	secret_free(passphrase);
	return err;
}

static void
check_vector(const json_t *vector, bool packed)
{
	const char *name = json_string_value(json_array_get(vector, 0));
	const char *want = json_string_value(json_array_get(vector, 2));
	struct secret *master = NULL;
	enum err err = combine_vector(json_array_get(vector, 1), packed, &master);

	if (want[0] == '\0') {
		if (err != ERR_FORMAT && err != ERR_ARGUMENT)
			fail_msg("%s: not refused (%s)", name, err_word(err));
		assert_null(master);
		return;
	}
	if (err != ERR_OK)
		fail_msg("%s: refused (%s)", name, err_word(err));
	assert_secret_hex(master, want);
	secret_free(master);
}

static void
check_vectors(bool packed)
{
	json_t *vectors = load_json("tests/vectors/slip39.json");

	assert_int_equal(json_array_size(vectors), VECTORS);
	for (size_t i = 0; i < VECTORS; i++)
		check_vector(json_array_get(vectors, i), packed);
	json_decref(vectors);
}

static void
all_published_vectors_pass(void **state)
{
	(void)state;
	check_vectors(false);
}

static void
all_published_vectors_pass_through_the_packed_form(void **state)
{
	(void)state;
	check_vectors(true);
}

static void
words_come_back_as_they_were_published(void **state)
{
	json_t *vectors = load_json("tests/vectors/slip39.json");
	size_t checked = 0;

	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		const json_t *first =
		    json_array_get(json_array_get(json_array_get(vectors, i), 1), 0);
		struct secret *words = secret_of_text(json_string_value(first));
		struct mnemonic share = { 0 };
		struct secret *again = NULL;

		if (mnemonic_from_words(words, &share, NULL) == ERR_OK) {
			assert_ok(mnemonic_to_words(&share, &again, NULL), NULL);
			assert_secret_text(again, json_string_value(first));
			checked++;
		}
		secret_free(again);
		mnemonic_clear(&share);
		secret_free(words);
	}
	assert_true(checked > 30);
	json_decref(vectors);
}

/* Published vector 20; a share of 256 bits. */
static const char share_words[] =
    "theory painting academic academic armed sweater year military elder discuss acne wildlife "
    "boring employer fused large satoshi bundle carbon diagnose anatomy hamster leaves tracks "
    "paces beyond phantom capital marvel lips brave detect luck";

static void
words_are_read_in_any_case_and_spacing(void **state)
{
	struct secret *words = secret_of_text(share_words);
	struct secret *loud = NULL;
	struct secret *again = NULL;
	struct mnemonic share = { 0 };
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(secret_new(1024, &loud, &trace), &trace);
	for (const char *at = share_words; *at != '\0'; at++) {
		const char upper = *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;

		assert_ok(
		    secret_append(loud, *at == ' ' ? "\n \t" : &upper, *at == ' ' ? 3 : 1, &trace),
		    &trace);
	}
	assert_ok(mnemonic_from_words(loud, &share, &trace), &trace);
	assert_ok(mnemonic_to_words(&share, &again, &trace), &trace);
	assert_secret_text(again, share_words);
	mnemonic_clear(&share);
	secret_free(again);
	secret_free(loud);
	secret_free(words);
}

static void
a_word_outside_the_list_is_refused_without_being_repeated(void **state)
{
	static const char *const strange[] = { "theory painting zebra", "theory painting paintin",
		"theory painting paintings", "theory painting academicacademic",
		"theory painting \xC3", "theory painting a" };

	(void)state;
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
		struct secret *words = secret_of_text(strange[i]);
		struct mnemonic share = { 0 };
		struct err_trace trace = { 0 };

		assert_fails(mnemonic_from_words(words, &share, &trace), ERR_FORMAT, &trace);
		assert_string_equal(
		    trace.frame[0].text, "word 3 of a share is not in SLIP-39's list");
		assert_null(share.value);
		secret_free(words);
	}
}

static void
too_many_words_are_refused(void **state)
{
	struct secret *words = NULL;
	struct mnemonic share = { 0 };
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(secret_new(4096, &words, &trace), &trace);
	for (int i = 0; i < 60; i++)
		assert_ok(secret_append(words, "academic ", 9, &trace), &trace);
	assert_fails(mnemonic_from_words(words, &share, &trace), ERR_FORMAT, &trace);
	secret_free(words);
}

static struct secret *
packed_share(void)
{
	struct secret *words = secret_of_text(share_words);
	struct secret *packed = NULL;
	struct mnemonic share = { 0 };

	assert_ok(mnemonic_from_words(words, &share, NULL), NULL);
	assert_ok(mnemonic_pack(&share, &packed, NULL), NULL);
	mnemonic_clear(&share);
	secret_free(words);
	return packed;
}

static void
the_packed_form_is_the_words_bits(void **state)
{
	struct secret *packed = packed_share();

	(void)state;
	/*
	 * Computed from the word list with a line of Python: each word's number in ten bits, one
	 * after another, then zero bits to 42 bytes.
	 */
	assert_secret_hex(packed, "e3e80000000d772fee46424e100bec16d165f1fcc346d1e8d909da580f9f9f04"
				  "ea5c788d212184d68780");
	secret_free(packed);
}

static void
any_one_changed_bit_of_a_packed_share_is_found(void **state)
{
	struct secret *packed = packed_share();
	const size_t bits = secret_len(packed) * 8;

	(void)state;
	assert_int_equal(secret_len(packed), 42);
	for (size_t bit = 0; bit < bits; bit++) {
		uint8_t bytes[42];
		struct secret *damaged = NULL;
		struct mnemonic share = { 0 };

		memcpy(bytes, secret_bytes(packed), sizeof(bytes));
		bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		assert_ok(secret_from(bytes, sizeof(bytes), &damaged, NULL), NULL);
		assert_fails(mnemonic_unpack(damaged, &share, NULL), ERR_FORMAT, NULL);
		secret_free(damaged);
	}
	secret_free(packed);
}

static void
a_packed_share_of_another_length_is_refused(void **state)
{
	struct secret *packed = packed_share();

	(void)state;
	for (size_t len = 1; len <= 128; len++) {
		uint8_t bytes[128] = { 0 };
		struct secret *other = NULL;
		struct mnemonic share = { 0 };

		memcpy(bytes, secret_bytes(packed), 42);
		if (len == 42)
			continue;
		assert_ok(secret_from(bytes, len, &other, NULL), NULL);
		assert_fails(mnemonic_unpack(other, &share, NULL), ERR_FORMAT, NULL);
		secret_free(other);
	}
	secret_free(packed);
}

/* Splits over 2 of 3 groups: 2 of 3, 3 of 5, 1 of 1. */
static const struct slip39_group groups[] = { { 2, 3 }, { 3, 5 }, { 1, 1 } };
static const struct slip39_plan plan = {
	.id = 0x1234,
	.extendable = false,
	.exponent = 0,
	.group_threshold = 2,
	.group_count = 3,
	.groups = groups,
};
enum { PLAN_SHARES = 9 };

static void
split_plan(struct secret *master, struct secret *passphrase, struct mnemonic shares[PLAN_SHARES])
{
	struct secret *seed = secret_of_number(7);
	const struct slip39_input input = { master, passphrase, seed };
	struct err_trace trace = { 0 };

	assert_ok(slip39_split(&plan, &input, shares, &trace), &trace);
	secret_free(seed);
}

/* Members by number: 0-2 of group 0, 3-7 of group 1, 8 of group 2. */
static enum err
combine_some(const struct mnemonic *shares, const char *which, const struct secret *passphrase,
    struct secret **master)
{
	struct mnemonic chosen[PLAN_SHARES] = { 0 };
	size_t count = 0;

	for (; which[count] != '\0'; count++)
		chosen[count] = shares[which[count] - '0'];
	return slip39_combine(chosen, count, passphrase, master, NULL);
}

struct split {
	struct mnemonic shares[PLAN_SHARES];
	struct secret *master;
	struct secret *passphrase;
};

static struct split
make_split(void)
{
	struct split split = {
		.master = secret_of_hex("00000000000000000000000000000001"),
		.passphrase = secret_of_text("a passphrase"),
	};

	split_plan(split.master, split.passphrase, split.shares);
	return split;
}

static void
drop_split(struct split *split)
{
	for (size_t i = 0; i < PLAN_SHARES; i++)
		mnemonic_clear(&split->shares[i]);
	secret_free(split->passphrase);
	secret_free(split->master);
}

static void
enough_groups_give_the_secret_in_any_order(void **state)
{
	static const char *const enough[] = { "01357", "75310", "028", "8467", "20735", "821" };
	struct split split = make_split();

	(void)state;
	for (size_t i = 0; i < sizeof(enough) / sizeof(enough[0]); i++) {
		struct secret *got = NULL;

		assert_ok(combine_some(split.shares, enough[i], split.passphrase, &got), NULL);
		assert_true(secret_equal(got, split.master));
		secret_free(got);
	}
	drop_split(&split);
}

static void
too_few_too_many_or_repeated_members_are_refused(void **state)
{
	static const char *const wrong[] = { "0", "01", "8", "034", "0135", "013578", "012357",
		"00357", "013557", "0182", "88" };
	struct split split = make_split();

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct secret *got = NULL;

		assert_fails(combine_some(split.shares, wrong[i], split.passphrase, &got),
		    ERR_ARGUMENT, NULL);
		assert_null(got);
	}
	drop_split(&split);
}

static void
another_passphrase_gives_another_secret(void **state)
{
	struct split split = make_split();
	struct secret *got = NULL;

	(void)state;
	assert_ok(combine_some(split.shares, "018", NULL, &got), NULL);
	assert_false(secret_equal(got, split.master));
	secret_free(got);
	drop_split(&split);
}

static void
one_group_of_several_gives_copies(void **state)
{
	const struct slip39_group two[] = { { 1, 1 }, { 2, 2 } };
	const struct slip39_plan any = {
		.id = 1, .group_threshold = 1, .group_count = 2, .groups = two
	};
	struct mnemonic shares[3] = { 0 };
	struct secret *master = secret_of_number(1);
	struct secret *seed = secret_of_number(2);
	const struct slip39_input input = { .master = master, .seed = seed };

	(void)state;
	assert_ok(slip39_split(&any, &input, shares, NULL), NULL);
	for (size_t i = 0; i < 2; i++) {
		struct secret *got = NULL;

		assert_ok(slip39_combine(shares + i, 1 + i, NULL, &got, NULL), NULL);
		assert_true(secret_equal(got, master));
		secret_free(got);
	}
	for (size_t i = 0; i < 3; i++)
		mnemonic_clear(&shares[i]);
	secret_free(seed);
	secret_free(master);
}

static void
a_plan_that_slip39_does_not_know_is_refused(void **state)
{
	static const struct {
		struct slip39_group group;
		uint8_t threshold;
		uint8_t count;
		uint16_t id;
	} rows[] = {
		{ { 0, 1 }, 1, 1, 0 },
		{ { 2, 1 }, 1, 1, 0 },
		{ { 1, 2 }, 1, 1, 0 },
		{ { 2, 17 }, 1, 1, 0 },
		{ { 2, 3 }, 0, 1, 0 },
		{ { 2, 3 }, 2, 1, 0 },
		{ { 2, 3 }, 1, 0, 0 },
		{ { 2, 3 }, 1, 1, 0x8000 },
	};
	struct secret *master = secret_of_number(1);
	const struct slip39_input input = { .master = master, .seed = master };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct slip39_plan bad = {
			.id = rows[i].id,
			.group_threshold = rows[i].threshold,
			.group_count = rows[i].count,
			.groups = &rows[i].group,
		};
		struct mnemonic shares[17] = { 0 };

		assert_fails(slip39_split(&bad, &input, shares, NULL), ERR_ARGUMENT, NULL);
		assert_null(shares[0].value);
	}
	secret_free(master);
}

static void
a_secret_of_an_odd_or_wrong_length_is_refused(void **state)
{
	static const size_t lengths[] = { 1, 14, 15, 17, 31, 33, 66 };
	const struct mnemonic_head head = { .id = 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct secret *master = NULL;
		struct secret *encrypted = NULL;

		assert_ok(secret_random(lengths[i], &master, NULL), NULL);
		assert_fails(
		    slip39_encrypt(&head, master, NULL, &encrypted, NULL), ERR_ARGUMENT, NULL);
		secret_free(master);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_published_vectors_pass),
		cmocka_unit_test(all_published_vectors_pass_through_the_packed_form),
		cmocka_unit_test(words_come_back_as_they_were_published),
		cmocka_unit_test(words_are_read_in_any_case_and_spacing),
		cmocka_unit_test(a_word_outside_the_list_is_refused_without_being_repeated),
		cmocka_unit_test(too_many_words_are_refused),
		cmocka_unit_test(the_packed_form_is_the_words_bits),
		cmocka_unit_test(any_one_changed_bit_of_a_packed_share_is_found),
		cmocka_unit_test(a_packed_share_of_another_length_is_refused),
		cmocka_unit_test(enough_groups_give_the_secret_in_any_order),
		cmocka_unit_test(too_few_too_many_or_repeated_members_are_refused),
		cmocka_unit_test(another_passphrase_gives_another_secret),
		cmocka_unit_test(one_group_of_several_gives_copies),
		cmocka_unit_test(a_plan_that_slip39_does_not_know_is_refused),
		cmocka_unit_test(a_secret_of_an_odd_or_wrong_length_is_refused),
	};

	return cmocka_run_group_tests(tests, quorum_setup, NULL);
}
