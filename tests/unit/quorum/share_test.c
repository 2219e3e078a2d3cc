/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "quorum/mnemonic.h"
#include "quorum/share.h"
#include "tests/unit/quorum/support.h"

/* One splitting and what it splits. */
struct fixture {
	struct share_plan plan;
	struct secret *secret;
	struct secret *shares[SHARE_COUNT_MAX];
};

static struct fixture
split_secret(struct secret *secret, unsigned threshold, unsigned size, uint32_t seed_number)
{
	struct fixture made = {
		.plan = { (uint8_t)threshold, (uint8_t)size },
		.secret = secret,
	};
	struct secret *seed = secret_of_number(seed_number);
	struct err_trace trace = { 0 };

	assert_ok(share_split(secret, made.plan, seed, made.shares, &trace), &trace);
	secret_free(seed);
	return made;
}

static struct fixture
split(unsigned threshold, unsigned size, uint32_t seed_number)
{
	return split_secret(secret_of_number(4711), threshold, size, seed_number);
}

static void
drop(struct fixture *fixture)
{
	for (size_t i = 0; i < SHARE_COUNT_MAX; i++)
		secret_drop(&fixture->shares[i]);
	secret_drop(&fixture->secret);
}

/* Combines the members of a set of indexes; returns what share_combine does. */
static enum err
combine(const struct fixture *from, uint32_t members, struct share_suspect *suspect,
    struct secret **out)
{
	const struct secret *chosen[SHARE_COUNT_MAX];
	size_t count = 0;

	for (size_t i = 0; i < from->plan.size; i++)
		if ((members >> i & 1) != 0)
			chosen[count++] = from->shares[i];
	return share_combine(chosen, count, suspect, out, NULL);
}

static void
assert_members_give_the_secret(const struct fixture *from, uint32_t members)
{
	struct secret *got = NULL;

	assert_ok(combine(from, members, NULL, &got), NULL);
	assert_true(secret_equal(got, from->secret));
	secret_free(got);
}

static unsigned
members_in(uint32_t members)
{
	return (unsigned)__builtin_popcount(members);
}

static void
every_subset_of_every_quorum_up_to_eight_gives_the_secret(void **state)
{
	unsigned subsets = 0;

	(void)state;
	for (unsigned size = 2; size <= 8; size++) {
		for (unsigned threshold = 2; threshold <= size; threshold++) {
			struct fixture fixture = split(threshold, size, size * 16 + threshold);

			for (uint32_t members = 0; members < 1U << size; members++)
				if (members_in(members) == threshold) {
					assert_members_give_the_secret(&fixture, members);
					subsets++;
				}
			drop(&fixture);
		}
	}
	/* The sum over N of 2^N − 1 − N. */
	assert_int_equal(subsets, 466);
}

static void
samples_of_quorums_up_to_sixteen_give_the_secret(void **state)
{
	static const struct {
		unsigned threshold;
		unsigned size;
		uint32_t members;
	} rows[] = {
		{ 2, 9, 0x180 },
		{ 2, 16, 0xC000 },
		{ 2, 16, 0x8001 },
		{ 3, 10, 0x301 },
		{ 3, 12, 0xE00 },
		{ 5, 11, 0x7C0 },
		{ 7, 13, 0x1FC0 },
		{ 8, 16, 0xFF00 },
		{ 8, 16, 0xAAAA },
		{ 11, 14, 0x3FF8 },
		{ 15, 16, 0xFFFE },
		{ 16, 16, 0xFFFF },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture fixture = split(rows[i].threshold, rows[i].size, 1000 + (uint32_t)i);

		assert_members_give_the_secret(&fixture, rows[i].members);
		drop(&fixture);
	}
}

/* The card of a custodian died: others compute the very share that it had. */
static void
any_share_is_computed_again_from_any_others(void **state)
{
	static const struct {
		unsigned threshold, size, first, lost;
	} rows[] = { { 2, 3, 1, 0 }, { 3, 5, 0, 4 }, { 3, 5, 2, 1 }, { 8, 16, 0, 15 },
		{ 8, 16, 8, 3 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture fixture = split(rows[i].threshold, rows[i].size, 77);
		const struct secret *const *others =
		    (const struct secret *const *)&fixture.shares[rows[i].first];
		struct secret *share = NULL;
		struct err_trace trace = { 0 };

		assert_ok(share_recompute(
			      others, rows[i].threshold, (uint8_t)rows[i].lost, &share, &trace),
		    &trace);
		assert_true(secret_equal(share, fixture.shares[rows[i].lost]));
		secret_free(share);
		share = NULL;
		assert_fails(share_recompute(others, rows[i].threshold - 1, (uint8_t)rows[i].lost,
				 &share, &trace),
		    ERR_ARGUMENT, &trace);
		assert_null(share);
		drop(&fixture);
	}
}

static void
shares_are_labelled_by_index_also_from_ten_on(void **state)
{
	struct fixture fixture = split(3, 16, 1);
	uint16_t set = 0;

	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		struct share_label label = { 0 };

		assert_ok(share_read_label(fixture.shares[i], &label, NULL), NULL);
		assert_int_equal(label.index, i);
		assert_int_equal(label.threshold, 3);
		set = i == 0 ? label.set : set;
		assert_int_equal(label.set, set);
		assert_int_equal(secret_len(fixture.shares[i]), SHARE_SIZE);
	}
	drop(&fixture);
}

static void
shares_combine_in_any_order(void **state)
{
	static const size_t orders[][3] = { { 0, 1, 2 }, { 2, 1, 0 }, { 4, 0, 3 }, { 3, 4, 1 } };
	struct fixture fixture = split(3, 5, 1);

	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		const struct secret *chosen[3];
		struct secret *got = NULL;

		for (size_t j = 0; j < 3; j++)
			chosen[j] = fixture.shares[orders[i][j]];
		assert_ok(share_combine(chosen, 3, NULL, &got, NULL), NULL);
		assert_true(secret_equal(got, fixture.secret));
		secret_free(got);
	}
	drop(&fixture);
}

static void
leading_zeros_of_the_secret_are_kept(void **state)
{
	static const char *const secrets[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000001",
		"00000000000000000000000000000000ffffffffffffffffffffffffffffffff",
		"00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		struct fixture fixture = split_secret(secret_of_hex(secrets[i]), 2, 3, (uint32_t)i);

		for (uint32_t members = 3; members < 7; members++)
			if (members_in(members) == 2)
				assert_members_give_the_secret(&fixture, members);
		drop(&fixture);
	}
}

/* How many zero bytes the value of a share begins with. */
static unsigned
leading_zeros(const struct secret *share)
{
	struct mnemonic mnemonic = { 0 };
	unsigned zeros = 0;

	assert_ok(mnemonic_unpack(share, &mnemonic, NULL), NULL);
	while (zeros < SHARE_SECRET_SIZE && secret_bytes(mnemonic.value)[zeros] == 0)
		zeros++;
	mnemonic_clear(&mnemonic);
	return zeros;
}

static void
leading_zeros_of_a_share_are_kept(void **state)
{
	unsigned found = 0;

	(void)state;
	/* One share in 256 begins with a zero byte. */
	for (uint32_t seed = 0; found < 3 && seed < 2000; seed++) {
		struct fixture fixture = split(2, 4, seed);

		for (uint32_t i = 0; i < 4; i++) {
			if (leading_zeros(fixture.shares[i]) == 0)
				continue;
			found++;
			assert_members_give_the_secret(&fixture, 1U << i | 1U << (i + 1) % 4);
			assert_int_equal(secret_len(fixture.shares[i]), SHARE_SIZE);
		}
		drop(&fixture);
	}
	assert_true(found >= 3);
}

static void
another_seed_gives_other_shares_of_the_same_secret(void **state)
{
	struct fixture a = split(2, 3, 1);
	struct fixture b = split(2, 3, 2);
	struct fixture again = split(2, 3, 1);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_false(secret_equal(a.shares[i], b.shares[i]));
		assert_true(secret_equal(a.shares[i], again.shares[i]));
	}
	drop(&again);
	drop(&b);
	drop(&a);
}

static void
too_few_or_too_many_shares_are_refused(void **state)
{
	struct fixture fixture = split(3, 5, 1);
	struct secret *got = NULL;

	(void)state;
	for (uint32_t members = 0; members < 32; members++)
		if (members_in(members) != 3)
			assert_fails(combine(&fixture, members, NULL, &got), ERR_ARGUMENT, NULL);
	assert_null(got);
	drop(&fixture);
}

/* A copy of a share with one bit changed. */
static struct secret *
damage(const struct secret *share, size_t bit)
{
	uint8_t bytes[SHARE_SIZE];
	struct secret *made = NULL;

	memcpy(bytes, secret_bytes(share), sizeof(bytes));
	bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
	assert_ok(secret_from(bytes, sizeof(bytes), &made, NULL), NULL);
	return made;
}

static void
a_corrupt_share_is_named_by_its_place(void **state)
{
	struct fixture fixture = split(3, 5, 1);

	(void)state;
	for (size_t place = 0; place < 3; place++) {
		for (size_t bit = 0; bit < SHARE_SIZE * 8; bit += 7) {
			const struct secret *chosen[3] = { fixture.shares[4], fixture.shares[0],
				fixture.shares[2] };
			struct secret *damaged = damage(chosen[place], bit);
			struct share_suspect suspect = { .position = 99 };
			struct secret *got = NULL;

			chosen[place] = damaged;
			assert_fails(
			    share_combine(chosen, 3, &suspect, &got, NULL), ERR_FORMAT, NULL);
			assert_int_equal(suspect.fault, SHARE_CORRUPT);
			assert_int_equal(suspect.position, place);
			assert_null(got);
			secret_free(damaged);
		}
	}
	drop(&fixture);
}

static void
a_repeated_share_is_named_by_its_place(void **state)
{
	struct fixture fixture = split(3, 5, 1);
	const struct secret *chosen[3] = { fixture.shares[4], fixture.shares[0],
		fixture.shares[4] };
	struct share_suspect suspect = { 0 };
	struct secret *got = NULL;

	(void)state;
	assert_fails(share_combine(chosen, 3, &suspect, &got, NULL), ERR_ARGUMENT, NULL);
	assert_int_equal(suspect.fault, SHARE_REPEATED);
	assert_int_equal(suspect.position, 2);
	drop(&fixture);
}

static void
a_share_of_another_splitting_is_named_by_its_place(void **state)
{
	struct fixture fixture = split(3, 5, 1);
	struct fixture other = split(3, 5, 2);

	(void)state;
	for (size_t place = 0; place < 3; place++) {
		const struct secret *chosen[3] = { fixture.shares[0], fixture.shares[1],
			fixture.shares[2] };
		struct share_suspect suspect = { .position = 99 };
		struct secret *got = NULL;

		chosen[place] = other.shares[place];
		assert_fails(share_combine(chosen, 3, &suspect, &got, NULL), ERR_ARGUMENT, NULL);
		assert_int_equal(suspect.fault, SHARE_FOREIGN);
		assert_int_equal(suspect.position, place);
		assert_null(got);
	}
	drop(&other);
	drop(&fixture);
}

static void
of_two_shares_that_disagree_the_later_one_is_named(void **state)
{
	struct fixture fixture = split(2, 3, 1);
	struct fixture other = split(2, 3, 2);
	const struct secret *chosen[2] = { fixture.shares[0], other.shares[1] };
	struct share_suspect suspect = { .position = 99 };
	struct secret *got = NULL;

	(void)state;
	assert_fails(share_combine(chosen, 2, &suspect, &got, NULL), ERR_ARGUMENT, NULL);
	assert_int_equal(suspect.fault, SHARE_FOREIGN);
	assert_int_equal(suspect.position, 1);
	drop(&other);
	drop(&fixture);
}

/* A share whose checksum is right and whose value is not. */
static struct secret *
forge(const struct secret *share)
{
	struct mnemonic mnemonic = { 0 };
	struct secret *value = NULL;
	struct secret *forged = NULL;
	uint8_t bytes[SHARE_SECRET_SIZE];

	assert_ok(mnemonic_unpack(share, &mnemonic, NULL), NULL);
	memcpy(bytes, secret_bytes(mnemonic.value), sizeof(bytes));
	bytes[0] ^= 1;
	assert_ok(secret_from(bytes, sizeof(bytes), &value, NULL), NULL);
	secret_free(mnemonic.value);
	mnemonic.value = value;
	assert_ok(mnemonic_pack(&mnemonic, &forged, NULL), NULL);
	mnemonic_clear(&mnemonic);
	return forged;
}

static void
a_forged_share_never_gives_a_secret_and_its_commitment_names_it(void **state)
{
	struct fixture fixture = split(3, 5, 1);
	struct secret *forged = forge(fixture.shares[1]);
	const struct secret *chosen[3] = { fixture.shares[0], forged, fixture.shares[2] };
	struct share_suspect suspect = { .fault = SHARE_SOUND, .position = 99 };
	uint8_t commitment[SHARE_COMMITMENT_SIZE];
	struct secret *got = NULL;

	(void)state;
	assert_ok(share_commit(fixture.shares[1], commitment, NULL), NULL);
	assert_fails(share_combine(chosen, 3, &suspect, &got, NULL), ERR_FORMAT, NULL);
	assert_null(got);
	assert_int_equal(suspect.position, 99);
	assert_fails(share_check_commitment(forged, commitment, NULL), ERR_FORMAT, NULL);
	assert_ok(share_check_commitment(fixture.shares[1], commitment, NULL), NULL);
	secret_free(forged);
	drop(&fixture);
}

static enum err
prove(const struct fixture *fixture, const struct secret *secret)
{
	return share_prove(
	    (const struct secret *const *)fixture->shares, fixture->plan, secret, NULL);
}

static void
the_proof_finds_any_one_forged_share(void **state)
{
	struct fixture fixture = split(3, 6, 1);

	(void)state;
	assert_ok(prove(&fixture, fixture.secret), NULL);
	for (size_t i = 0; i < 6; i++) {
		struct secret *right = fixture.shares[i];

		fixture.shares[i] = forge(right);
		assert_fails(prove(&fixture, fixture.secret), ERR_FORMAT, NULL);
		secret_free(fixture.shares[i]);
		fixture.shares[i] = right;
	}
	drop(&fixture);
}

static void
the_proof_finds_swapped_shares_and_another_secret(void **state)
{
	struct fixture fixture = split(2, 3, 1);
	struct secret *first = fixture.shares[0];
	struct secret *other = secret_of_number(4712);

	(void)state;
	assert_fails(prove(&fixture, other), ERR_FORMAT, NULL);
	fixture.shares[0] = fixture.shares[1];
	fixture.shares[1] = first;
	assert_fails(prove(&fixture, fixture.secret), ERR_FORMAT, NULL);
	secret_free(other);
	drop(&fixture);
}

static void
a_quorum_outside_the_rules_is_refused(void **state)
{
	static const struct share_plan plans[] = { { 0, 3 }, { 1, 3 }, { 4, 3 }, { 2, 1 },
		{ 2, 17 }, { 17, 17 }, { 0, 0 } };
	struct secret *secret = secret_of_number(1);
	struct secret *seed = secret_of_number(2);

	(void)state;
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		struct secret *shares[SHARE_COUNT_MAX] = { NULL };

		assert_fails(share_split(secret, plans[i], seed, shares, NULL), ERR_ARGUMENT, NULL);
		assert_null(shares[0]);
	}
	secret_free(seed);
	secret_free(secret);
}

static void
a_secret_of_another_length_is_refused(void **state)
{
	struct secret *secret = secret_of_hex("00112233445566778899aabbccddeeff");
	struct secret *seed = secret_of_number(2);
	struct secret *shares[SHARE_COUNT_MAX] = { NULL };

	(void)state;
	assert_fails(share_split(secret, (struct share_plan){ 2, 3 }, seed, shares, NULL),
	    ERR_ARGUMENT, NULL);
	assert_null(shares[0]);
	secret_free(seed);
	secret_free(secret);
}

static void
slip39_shares_that_are_not_quorates_are_refused(void **state)
{
	static const struct {
		struct mnemonic_head head;
		enum err want;
	} rows[] = {
		{ { 1, true, 0, 0, 1, 1, 0, 2 }, ERR_OK },
		{ { 1, false, 0, 0, 1, 1, 0, 2 }, ERR_FORMAT }, /* not extendable */
		{ { 1, true, 1, 0, 1, 1, 0, 2 }, ERR_FORMAT },  /* exponent 1 */
		{ { 1, true, 0, 0, 1, 2, 0, 2 }, ERR_FORMAT },  /* one of two groups */
		{ { 1, true, 0, 0, 1, 1, 0, 1 }, ERR_FORMAT },  /* M = 1 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mnemonic mnemonic = { rows[i].head, secret_of_number(1) };
		struct secret *packed = NULL;
		struct share_label label = { 0 };

		assert_ok(mnemonic_pack(&mnemonic, &packed, NULL), NULL);
		assert_int_equal(share_read_label(packed, &label, NULL), rows[i].want);
		mnemonic_clear(&mnemonic);
		secret_free(packed);
	}
}

static void
a_slip39_share_of_128_bits_is_refused(void **state)
{
	struct mnemonic mnemonic = { { 1, true, 0, 0, 1, 1, 0, 2 },
		secret_of_hex("00112233445566778899aabbccddeeff") };
	struct secret *packed = NULL;
	struct share_label label = { 0 };

	(void)state;
	assert_ok(mnemonic_pack(&mnemonic, &packed, NULL), NULL);
	assert_fails(share_read_label(packed, &label, NULL), ERR_FORMAT, NULL);
	mnemonic_clear(&mnemonic);
	secret_free(packed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_subset_of_every_quorum_up_to_eight_gives_the_secret),
		cmocka_unit_test(samples_of_quorums_up_to_sixteen_give_the_secret),
		cmocka_unit_test(any_share_is_computed_again_from_any_others),
		cmocka_unit_test(shares_are_labelled_by_index_also_from_ten_on),
		cmocka_unit_test(shares_combine_in_any_order),
		cmocka_unit_test(leading_zeros_of_the_secret_are_kept),
		cmocka_unit_test(leading_zeros_of_a_share_are_kept),
		cmocka_unit_test(another_seed_gives_other_shares_of_the_same_secret),
		cmocka_unit_test(too_few_or_too_many_shares_are_refused),
		cmocka_unit_test(a_corrupt_share_is_named_by_its_place),
		cmocka_unit_test(a_repeated_share_is_named_by_its_place),
		cmocka_unit_test(a_share_of_another_splitting_is_named_by_its_place),
		cmocka_unit_test(of_two_shares_that_disagree_the_later_one_is_named),
		cmocka_unit_test(a_forged_share_never_gives_a_secret_and_its_commitment_names_it),
		cmocka_unit_test(the_proof_finds_any_one_forged_share),
		cmocka_unit_test(the_proof_finds_swapped_shares_and_another_secret),
		cmocka_unit_test(a_quorum_outside_the_rules_is_refused),
		cmocka_unit_test(a_secret_of_another_length_is_refused),
		cmocka_unit_test(slip39_shares_that_are_not_quorates_are_refused),
		cmocka_unit_test(a_slip39_share_of_128_bits_is_refused),
	};

	return cmocka_run_group_tests(tests, quorum_setup, NULL);
}
