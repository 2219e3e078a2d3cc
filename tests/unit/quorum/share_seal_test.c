/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "quorum/hpke.h"
#include "quorum/share.h"
#include "tests/unit/quorum/support.h"

/* A share in its place, and the card that it is sealed to; in software. */
struct fixture {
	struct secret *share;
	struct secret *card_key;
	uint8_t card_point[P256_POINT];
	struct share_place place;
};

static int
setup(void **state)
{
	static struct fixture fixture;
	struct secret *secret = secret_of_number(1);
	struct secret *seed = secret_of_number(2);
	struct secret *ikm = secret_of_number(3);
	struct secret *shares[SHARE_COUNT_MAX] = { NULL };

	fixture.place = (struct share_place){
		.quorum_id = { 1, 2, 3 },
		.generation = 4,
		.index = 11,
		.threshold = 3,
		.size = 12,
	};
	assert_ok(share_split(secret, (struct share_plan){ 3, 12 }, seed, shares, NULL), NULL);
	fixture.share = shares[11];
	for (size_t i = 0; i < 11; i++)
		secret_free(shares[i]);
	assert_ok(hpke_derive_key_pair(ikm, &fixture.card_key, fixture.card_point, NULL), NULL);
	secret_free(ikm);
	secret_free(seed);
	secret_free(secret);
	*state = &fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	secret_drop(&fixture->share);
	secret_drop(&fixture->card_key);
	return 0;
}

static enum err
seal(const struct fixture *fixture, const struct share_place *place, struct record *out)
{
	struct secret *ephemeral = secret_of_number(9);
	const struct share_sealing sealing = { place, fixture->card_point, fixture->share,
		ephemeral };
	enum err err = share_seal(&sealing, out, NULL);

	secret_free(ephemeral);
	return err;
}

/* Opens as the card's owner would, with the card's part of the work done in software. */
static enum err
open_record(const struct fixture *fixture, const struct record *record,
    const struct share_place *place, enum share_fault *fault, struct secret **share)
{
	uint8_t point[P256_POINT];
	struct secret *shared_x = NULL;
	enum err err = record_point(record, point, NULL);

	if (err != ERR_OK)
		return err;
	assert_ok(p256_ecdh(fixture->card_key, point, &shared_x, NULL), NULL);
	const struct share_opening opening = { place->quorum_id, fixture->card_point, shared_x,
		place->practice };
	err = share_open(record, &opening, fault, share, NULL);
	secret_free(shared_x);
	return err;
}

static void
assert_fault(const struct fixture *fixture, const struct record *record,
    const struct share_place *place, enum err want, enum share_fault want_fault)
{
	enum share_fault fault = SHARE_SOUND;
	struct secret *share = NULL;

	assert_fails(open_record(fixture, record, place, &fault, &share), want, NULL);
	assert_int_equal(fault, want_fault);
	assert_null(share);
}

static void
a_sealed_share_opens_with_the_cards_ecdh(void **state)
{
	const struct fixture *fixture = *state;
	struct record record = { 0 };
	struct secret *share = NULL;

	assert_ok(seal(fixture, &fixture->place, &record), NULL);
	assert_int_equal(record.generation, 4);
	assert_int_equal(record.index, 11);
	assert_ok(open_record(fixture, &record, &fixture->place, NULL, &share), NULL);
	assert_true(secret_equal(share, fixture->share));
	secret_free(share);
}

static void
practice_and_real_shares_are_told_apart(void **state)
{
	const struct fixture *fixture = *state;
	struct share_place practice = fixture->place;
	struct record record = { 0 };

	practice.practice = true;
	assert_ok(seal(fixture, &practice, &record), NULL);
	assert_fault(fixture, &record, &fixture->place, ERR_DENIED, SHARE_PRACTICE);
	assert_ok(seal(fixture, &fixture->place, &record), NULL);
	assert_fault(fixture, &record, &practice, ERR_DENIED, SHARE_REAL);
}

static void
a_share_of_another_quorum_does_not_open(void **state)
{
	const struct fixture *fixture = *state;
	struct share_place other = fixture->place;
	struct record record = { 0 };

	assert_ok(seal(fixture, &fixture->place, &record), NULL);
	other.quorum_id[15] ^= 1;
	assert_fault(fixture, &record, &other, ERR_FORMAT, SHARE_CORRUPT);
}

static void
any_changed_byte_of_a_record_keeps_it_closed(void **state)
{
	const struct fixture *fixture = *state;
	struct record record = { 0 };
	uint8_t bytes[RECORD_SIZE];

	assert_ok(seal(fixture, &fixture->place, &record), NULL);
	assert_ok(record_encode(&record, bytes, NULL), NULL);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		struct record changed = { 0 };
		struct secret *share = NULL;

		bytes[i] ^= 0x01;
		if (record_decode(bytes, sizeof(bytes), &changed, NULL) == ERR_OK)
			assert_fails(open_record(fixture, &changed, &fixture->place, NULL, &share),
			    ERR_FORMAT, NULL);
		assert_null(share);
		bytes[i] ^= 0x01;
	}
}

static void
another_card_does_not_open_a_record(void **state)
{
	const struct fixture *fixture = *state;
	struct fixture other = *fixture;
	struct secret *ikm = secret_of_number(33);
	struct record record = { 0 };

	assert_ok(seal(fixture, &fixture->place, &record), NULL);
	assert_ok(hpke_derive_key_pair(ikm, &other.card_key, other.card_point, NULL), NULL);
	assert_fault(&other, &record, &fixture->place, ERR_FORMAT, SHARE_CORRUPT);
	secret_free(other.card_key);
	secret_free(ikm);
}

static void
a_share_is_sealed_in_its_own_place_alone(void **state)
{
	const struct fixture *fixture = *state;
	struct share_place other = fixture->place;
	struct record record = { 0 };

	other.index = 10;
	assert_fails(seal(fixture, &other, &record), ERR_FORMAT, NULL);
	other = fixture->place;
	other.threshold = 4;
	assert_fails(seal(fixture, &other, &record), ERR_FORMAT, NULL);
	other = fixture->place;
	other.size = 11;
	assert_fails(seal(fixture, &other, &record), ERR_ARGUMENT, NULL);
	other = fixture->place;
	other.generation = 0;
	assert_fails(seal(fixture, &other, &record), ERR_ARGUMENT, NULL);
	assert_int_equal(record.generation, 0);
}

/* Sealed by somebody who may write to the card but knows no share: the label gives it away. */
static void
a_record_that_holds_another_share_than_it_says_is_corrupt(void **state)
{
	const struct fixture *fixture = *state;
	struct share_place wrong = fixture->place;
	struct record record = { .generation = 4, .index = 10, .threshold = 3, .size = 12 };
	struct secret *ephemeral = secret_of_number(9);
	const struct hpke_sealing sealing = { fixture->share, ephemeral };
	struct hpke_sealed sealed = { .ciphertext = record.sealed };

	wrong.index = 10;
	const struct info info = info_for_share(&wrong);
	const struct hpke_context context = {
		.recipient = fixture->card_point,
		.info = info.bytes,
		.info_len = info.len,
	};
	assert_ok(hpke_seal(&context, &sealing, &sealed, NULL), NULL);
	memcpy(record.enc, sealed.enc, sizeof(record.enc));
	assert_fault(fixture, &record, &fixture->place, ERR_FORMAT, SHARE_CORRUPT);
	secret_free(ephemeral);
}

static void
a_card_that_is_no_point_of_the_curve_is_not_sealed_to(void **state)
{
	struct fixture other = *(const struct fixture *)*state;
	struct record record = { 0 };

	other.card_point[64] ^= 1;
	assert_fails(seal(&other, &other.place, &record), ERR_FORMAT, NULL);
	other.card_point[64] ^= 1;
	other.card_point[0] = 0x02;
	assert_fails(seal(&other, &other.place, &record), ERR_FORMAT, NULL);
	assert_int_equal(record.generation, 0);
}

static void
records_are_compared_with_what_is_wanted(void **state)
{
	static const struct {
		struct share_place wanted;
		enum share_fault fault;
	} rows[] = {
		{ { .generation = 4, .index = 11, .threshold = 3, .size = 12 }, SHARE_SOUND },
		{ { .generation = 5, .index = 11, .threshold = 3, .size = 12 }, SHARE_STALE },
		{ { .generation = 3, .index = 11, .threshold = 3, .size = 12 }, SHARE_EARLY },
		{ { .generation = 4, .index = 10, .threshold = 3, .size = 12 }, SHARE_FOREIGN },
		{ { .generation = 4, .index = 11, .threshold = 2, .size = 12 }, SHARE_FOREIGN },
		{ { .generation = 4, .index = 11, .threshold = 3, .size = 13 }, SHARE_FOREIGN },
		{ { .generation = 0 }, SHARE_SOUND },
	};
	const struct record record = { .generation = 4, .index = 11, .threshold = 3, .size = 12 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(share_compare(&record, &rows[i].wanted), rows[i].fault);
}

static void
every_fault_has_its_own_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SHARE_FAULT__COUNT; i++) {
		assert_non_null(share_fault_text((enum share_fault)i));
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(share_fault_text((enum share_fault)i),
			    share_fault_text((enum share_fault)j));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_sealed_share_opens_with_the_cards_ecdh, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    practice_and_real_shares_are_told_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_share_of_another_quorum_does_not_open, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    any_changed_byte_of_a_record_keeps_it_closed, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    another_card_does_not_open_a_record, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_share_is_sealed_in_its_own_place_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_record_that_holds_another_share_than_it_says_is_corrupt, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_card_that_is_no_point_of_the_curve_is_not_sealed_to, setup, teardown),
		cmocka_unit_test(records_are_compared_with_what_is_wanted),
		cmocka_unit_test(every_fault_has_its_own_words),
	};

	return cmocka_run_group_tests(tests, quorum_setup, NULL);
}
