/* SPDX-License-Identifier: BSD-2-Clause */
/* The nonce of a roll-call; the literals are those of docs/formats/roll-call.md. */
#include "tests/unit/test.h"

#include <string.h>

#include "quorum/escrow.h"
#include "quorum/hpke.h"
#include "quorum/roll_call.h"
#include "tests/unit/quorum/support.h"

static const char nonce_hex[] = "378cb13a20c4a54bfd27a67389d2e2cccba0a4b4381a707af3f59c3d41d502d7";
static const char sealed_hex[] =
    "7254f1eeb85cf0b5d76a758535a264d8878be95b277f9d8123ac3e186498032bd9298bfaca5427d0"
    "008ff1c6dd1a4648";

static struct secret *
card_key(uint8_t point[P256_POINT])
{
	struct secret *key =
	    secret_of_hex("493c7e23582a6352afef5379c60d7d85a9bf9eb62424e2465344a1a47bcff0a8");

	assert_ok(p256_public(key, point, NULL), NULL);
	return key;
}

static struct roll_call_subject
page_subject(void)
{
	struct roll_call_subject subject = { .generation = 1 };

	for (size_t i = 0; i < QUORUM_ID_SIZE; i++)
		subject.quorum_id[i] = (uint8_t)(0xa0 + i);
	bytes_of_hex("d9a2affb3f7635d08947f24855cd67c2dc0fc52569b23c2686cab371bf3e48fa",
	    subject.fingerprint, sizeof(subject.fingerprint));
	return subject;
}

static struct roll_call_sealed
seal(const struct roll_call_subject *subject, const char *nonce)
{
	uint8_t point[P256_POINT];
	struct secret *key = card_key(point), *what = secret_of_hex(nonce);
	struct secret *ephemeral =
	    secret_of_hex("bf98bb5d79eeca85fc474419807bf3dcb60334da057a765ea1cce20318b11ac1");
	struct roll_call_sealed sealed;
	struct err_trace trace = { 0 };

	assert_ok(roll_call_seal(subject,
		      &(struct roll_call_sealing){
			  .card_point = point, .nonce = what, .ephemeral = ephemeral },
		      &sealed, &trace),
	    &trace);
	secret_free(key);
	secret_free(what);
	secret_free(ephemeral);
	return sealed;
}

/* As the card and the host do together. */
static enum err
open_sealed(const struct roll_call_subject *subject, const struct roll_call_sealed *sealed,
    struct secret **nonce, struct err_trace *trace)
{
	uint8_t point[P256_POINT], enc[P256_POINT];
	struct secret *key = card_key(point), *shared_x = NULL;
	enum err err = roll_call_point(sealed, enc, trace);

	if (err == ERR_OK)
		err = p256_ecdh(key, enc, &shared_x, trace);
	if (err == ERR_OK)
		err = roll_call_open(subject, sealed,
		    &(struct roll_call_opening){ .card_point = point, .shared_x = shared_x }, nonce,
		    trace);
	secret_free(key);
	secret_free(shared_x);
	return err;
}

static void
a_nonce_is_sealed_as_the_page_says_and_opens(void **state)
{
	const struct roll_call_subject subject = page_subject();
	const struct roll_call_sealed sealed = seal(&subject, nonce_hex);
	struct err_trace trace = { 0 };
	struct secret *nonce = NULL;

	(void)state;
	assert_hex(sealed.enc, sizeof(sealed.enc),
	    "024f1833aa78eb8342b9e50c71000d91beeb99a7ebeb24a3dec61f8847fdbb0084");
	assert_hex(sealed.sealed, sizeof(sealed.sealed), sealed_hex);
	assert_ok(open_sealed(&subject, &sealed, &nonce, &trace), &trace);
	assert_secret_hex(nonce, nonce_hex);
	secret_free(nonce);
}

static void
it_opens_for_no_other_card_quorum_generation_or_kind(void **state)
{
	const struct roll_call_subject subject = page_subject();
	const struct roll_call_sealed sealed = seal(&subject, nonce_hex);
	struct roll_call_subject others[4] = { subject, subject, subject, subject };
	struct secret *nonce = NULL;

	(void)state;
	others[0].practice = true;
	others[1].generation = 2;
	others[2].quorum_id[0] ^= 1;
	others[3].fingerprint[31] ^= 1;
	for (size_t i = 0; i < 4; i++)
		assert_fails(open_sealed(&others[i], &sealed, &nonce, NULL), ERR_FORMAT, NULL);
	assert_null(nonce);
}

static void
every_changed_byte_is_noticed(void **state)
{
	const struct roll_call_subject subject = page_subject();
	struct roll_call_sealed sealed = seal(&subject, nonce_hex);
	struct secret *nonce = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(sealed.sealed); i++) {
		sealed.sealed[i] ^= 1;
		assert_fails(open_sealed(&subject, &sealed, &nonce, NULL), ERR_FORMAT, NULL);
		sealed.sealed[i] ^= 1;
	}
	sealed.enc[32] ^= 1;
	assert_fails(open_sealed(&subject, &sealed, &nonce, NULL), ERR_FORMAT, NULL);
	assert_null(nonce);
}

/* A machine that answers whatever it is sent reveals no escrow, nor anything but nonces. */
static void
what_was_sealed_for_another_purpose_is_no_nonce(void **state)
{
	const struct roll_call_subject subject = page_subject();
	const struct escrow_subject other = { .generation = 1, .kind = ESCROW_ADMIN_PIN };
	struct secret *plaintext = secret_of_hex(nonce_hex), *nonce = NULL;
	struct secret *ephemeral = secret_of_number(1);
	struct roll_call_sealed disguised;
	uint8_t point[P256_POINT];
	struct secret *key = card_key(point);
	struct escrow escrow;

	(void)state;
	assert_ok(escrow_seal(&other,
		      &(struct escrow_sealing){
			  .escrow_point = point, .plaintext = plaintext, .ephemeral = ephemeral },
		      &escrow, NULL),
	    NULL);
	assert_int_equal(escrow.len, P256_COMPRESSED + ROLL_CALL_SEALED);
	memcpy(disguised.enc, escrow.bytes, P256_COMPRESSED);
	memcpy(disguised.sealed, escrow.bytes + P256_COMPRESSED, ROLL_CALL_SEALED);
	assert_fails(open_sealed(&subject, &disguised, &nonce, NULL), ERR_FORMAT, NULL);
	secret_free(plaintext);
	secret_free(ephemeral);
	secret_free(key);
}

static void
a_nonce_has_32_bytes(void **state)
{
	const struct roll_call_subject subject = page_subject();
	struct secret *nonce = secret_of_text("thirty-one bytes, one too few ."),
		      *ephemeral = secret_of_number(1);
	uint8_t point[P256_POINT];
	struct secret *key = card_key(point);
	struct roll_call_sealed sealed;
	struct err_trace trace = { 0 };

	(void)state;
	assert_fails(roll_call_seal(&subject,
			 &(struct roll_call_sealing){
			     .card_point = point, .nonce = nonce, .ephemeral = ephemeral },
			 &sealed, &trace),
	    ERR_ARGUMENT, &trace);
	secret_free(nonce);
	secret_free(ephemeral);
	secret_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_nonce_is_sealed_as_the_page_says_and_opens),
		cmocka_unit_test(it_opens_for_no_other_card_quorum_generation_or_kind),
		cmocka_unit_test(every_changed_byte_is_noticed),
		cmocka_unit_test(what_was_sealed_for_another_purpose_is_no_nonce),
		cmocka_unit_test(a_nonce_has_32_bytes),
	};

	return cmocka_run_group_tests(tests, quorum_setup, NULL);
}
