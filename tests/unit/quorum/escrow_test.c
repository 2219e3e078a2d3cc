/* SPDX-License-Identifier: BSD-2-Clause */
/* The literals were computed by tests/vectors/share-on-card.py, which shares no code with us. */
#include "tests/unit/test.h"

#include <string.h>

#include "base/hash.h"
#include "quorum/derive.h"
#include "quorum/escrow.h"
#include "tests/unit/quorum/support.h"

/* The escrow key of docs/formats/share-on-card.md. */
static struct secret *
page_key(uint8_t point[P256_POINT])
{
	struct secret *key =
	    secret_of_hex("8d0278b016aa3502aa6cc84c80a3b464fbab79d821260858d2895c41c738f559");

	assert_ok(p256_public(key, point, NULL), NULL);
	return key;
}

static struct secret *
page_ephemeral(void)
{
	return secret_of_hex("bf98bb5d79eeca85fc474419807bf3dcb60334da057a765ea1cce20318b11ac1");
}

static struct escrow_subject
subject_of(enum escrow_kind kind)
{
	struct escrow_subject subject = { .generation = 2, .kind = kind, .older_generation = 1 };

	for (size_t i = 0; i < QUORUM_ID_SIZE; i++)
		subject.quorum_id[i] = (uint8_t)(0xa0 + i);
	assert_ok(sha256("an example of a card", 20, subject.fingerprint, NULL), NULL);
	return subject;
}

static struct escrow
seal(const struct escrow_subject *subject, struct secret *plaintext)
{
	uint8_t point[P256_POINT];
	struct secret *key = page_key(point);
	struct secret *ephemeral = page_ephemeral();
	const struct escrow_sealing sealing = { point, plaintext, ephemeral };
	struct escrow escrow = { 0 };
	struct err_trace trace = { 0 };

	assert_ok(escrow_seal(subject, &sealing, &escrow, &trace), &trace);
	secret_free(ephemeral);
	secret_free(key);
	return escrow;
}

static enum err
open_escrow(const struct escrow_subject *subject, const struct escrow *escrow,
    struct secret **plaintext, struct err_trace *trace)
{
	uint8_t point[P256_POINT];
	struct secret *key = page_key(point);
	enum err err = escrow_open(subject, escrow, key, plaintext, trace);

	secret_free(key);
	return err;
}

static void
an_admin_pin_is_sealed_as_the_standard_says(void **state)
{
	const struct escrow_subject subject = subject_of(ESCROW_ADMIN_PIN);
	struct secret *pin = secret_of_text("12345678");
	const struct escrow escrow = seal(&subject, pin);
	struct secret *opened = NULL;

	(void)state;
	assert_hex(escrow.bytes, escrow.len,
	    "024f1833aa78eb8342b9e50c71000d91beeb99a7ebeb24a3dec61f8847fdbb00845a4899ab1f2e013f18e6"
	    "f1a75f1673b38b6cf77ca0e9d90f");
	assert_ok(open_escrow(&subject, &escrow, &opened, NULL), NULL);
	assert_secret_text(opened, "12345678");
	secret_free(opened);
	secret_free(pin);
}

static void
an_older_secret_is_sealed_as_the_standard_says(void **state)
{
	struct escrow_subject subject = subject_of(ESCROW_OLDER_SECRET);
	struct secret *older =
	    secret_of_hex("00092c2908b5ed04ec3810632a529df80e5ea4d8509639652e4a3232b7e1f1af");
	struct escrow escrow = { 0 };
	struct secret *opened = NULL;

	(void)state;
	subject.practice = true;
	escrow = seal(&subject, older);
	assert_hex(escrow.bytes, escrow.len,
	    "024f1833aa78eb8342b9e50c71000d91beeb99a7ebeb24a3dec61f8847fdbb00849eba64d5a466b4ef5418"
	    "e4d68e15842ac9e6ab574bc42a059dc309ae38cdc359ebc6fc0a51dac482425f7468f9110703");
	assert_ok(open_escrow(&subject, &escrow, &opened, NULL), NULL);
	assert_true(secret_equal(opened, older));
	secret_free(opened);
	secret_free(older);
}

static void
assert_refused(const struct escrow_subject *subject, const struct escrow *escrow, enum err want)
{
	struct secret *opened = NULL;
	struct err_trace trace = { 0 };

	assert_fails(open_escrow(subject, escrow, &opened, &trace), want, &trace);
	assert_null(opened);
}

static void
an_escrow_opens_for_its_own_subject_alone(void **state)
{
	const struct escrow_subject subject = subject_of(ESCROW_ADMIN_PIN);
	struct secret *pin = secret_of_text("12345678");
	const struct escrow escrow = seal(&subject, pin);
	struct escrow_subject other = subject;

	(void)state;
	other.fingerprint[31] ^= 1;
	assert_refused(&other, &escrow, ERR_FORMAT);
	other = subject;
	other.generation = 3;
	assert_refused(&other, &escrow, ERR_FORMAT);
	other = subject;
	other.quorum_id[0] ^= 1;
	assert_refused(&other, &escrow, ERR_FORMAT);
	other = subject;
	other.kind = ESCROW_OLDER_SECRET;
	assert_refused(&other, &escrow, ERR_FORMAT);
	secret_free(pin);
}

static void
practice_and_real_are_told_apart(void **state)
{
	struct escrow_subject subject = subject_of(ESCROW_ADMIN_PIN);
	struct secret *pin = secret_of_text("12345678");
	struct escrow escrow = seal(&subject, pin);

	(void)state;
	subject.practice = true;
	assert_refused(&subject, &escrow, ERR_DENIED);
	escrow = seal(&subject, pin);
	subject.practice = false;
	assert_refused(&subject, &escrow, ERR_DENIED);
	secret_free(pin);
}

static void
a_damaged_escrow_is_refused(void **state)
{
	const struct escrow_subject subject = subject_of(ESCROW_ADMIN_PIN);
	struct secret *pin = secret_of_text("12345678");
	struct escrow escrow = seal(&subject, pin);
	const size_t len = escrow.len;

	(void)state;
	for (size_t i = 0; i < len; i++) {
		escrow.bytes[i] ^= 0x04;
		assert_refused(&subject, &escrow, ERR_FORMAT);
		escrow.bytes[i] ^= 0x04;
	}
	for (escrow.len = 0; escrow.len < len; escrow.len++)
		assert_refused(&subject, &escrow, ERR_FORMAT);
	escrow.len = ESCROW_MAX + 1;
	assert_refused(&subject, &escrow, ERR_FORMAT);
	secret_free(pin);
}

static void
another_key_does_not_open_an_escrow(void **state)
{
	const struct escrow_subject subject = subject_of(ESCROW_ADMIN_PIN);
	struct secret *pin = secret_of_text("12345678");
	const struct escrow escrow = seal(&subject, pin);
	struct secret *other = secret_of_number(5);
	struct secret *opened = NULL;

	(void)state;
	assert_fails(escrow_open(&subject, &escrow, other, &opened, NULL), ERR_FORMAT, NULL);
	secret_free(other);
	secret_free(pin);
}

static void
a_plaintext_that_is_too_long_or_empty_is_refused(void **state)
{
	const struct escrow_subject subject = subject_of(ESCROW_ADMIN_PIN);
	uint8_t point[P256_POINT];
	struct secret *key = page_key(point);
	struct secret *ephemeral = page_ephemeral();
	struct secret *plaintext = NULL;
	struct escrow escrow = { 0 };

	(void)state;
	assert_ok(secret_new(ESCROW_PLAINTEXT_MAX + 1, &plaintext, NULL), NULL);
	const struct escrow_sealing sealing = { point, plaintext, ephemeral };
	assert_fails(escrow_seal(&subject, &sealing, &escrow, NULL), ERR_ARGUMENT, NULL);
	assert_non_null(secret_extend(plaintext, ESCROW_PLAINTEXT_MAX));
	assert_ok(escrow_seal(&subject, &sealing, &escrow, NULL), NULL);
	assert_int_equal(escrow.len, ESCROW_MAX);
	assert_non_null(secret_extend(plaintext, 1));
	assert_fails(escrow_seal(&subject, &sealing, &escrow, NULL), ERR_ARGUMENT, NULL);
	secret_free(plaintext);
	secret_free(ephemeral);
	secret_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_admin_pin_is_sealed_as_the_standard_says),
		cmocka_unit_test(an_older_secret_is_sealed_as_the_standard_says),
		cmocka_unit_test(an_escrow_opens_for_its_own_subject_alone),
		cmocka_unit_test(practice_and_real_are_told_apart),
		cmocka_unit_test(a_damaged_escrow_is_refused),
		cmocka_unit_test(another_key_does_not_open_an_escrow),
		cmocka_unit_test(a_plaintext_that_is_too_long_or_empty_is_refused),
	};

	return cmocka_run_group_tests(tests, quorum_setup, NULL);
}
