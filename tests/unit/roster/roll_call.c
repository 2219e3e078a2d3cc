/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests for roll-calls at a distance, their answers, and who signed one. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "roster/log.h"
#include "roster/roll_call.h"
#include "tests/unit/roster/support.h"

enum { DAY = 24 * 3600 };

static struct roster_roll_call
request_of(const struct place *place, int card, int byte)
{
	struct roster_roll_call request = { .card = place->card[card],
		.quorum = place->quorum,
		.generation = 1,
		.expires = place->now + 14 * DAY };

	memset(request.nonce_hash.bytes, byte, sizeof(request.nonce_hash.bytes));
	return request;
}

static struct roster_proof
answer_to(const struct place *place, int card, const struct roster_roll_call *request)
{
	return (struct roster_proof){ .kind = ROSTER_PROOF_ROLL_CALL,
		.card = place->card[card],
		.quorum = place->quorum,
		.generation = request->generation,
		.tries_left = 3,
		.firmware = "3.4",
		.nonce = &request->nonce_hash };
}

static void
a_request_is_found_by_its_nonces_hash(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_roll_call request, found;

	place_found_quorum(place);
	request = request_of(place, 1, 0x51);
	assert_ok(roster_roll_call_ask(place->roster, &request, &trace), &trace);
	assert_ok(
	    roster_roll_call_find(place->roster, &request.nonce_hash, &found, &trace), &trace);
	assert_true(roster_id_equal(&found.card, &place->card[1]));
	assert_true(roster_id_equal(&found.quorum, &place->quorum));
	assert_int_equal(found.generation, 1);
	assert_int_equal(found.made, 1790000000);
	assert_int_equal(found.expires, 1790000000 + 14 * DAY);
	assert_int_equal(found.answered, 0);
	assert_false(found.withdrawn);
	memset(request.nonce_hash.bytes, 0x52, sizeof(request.nonce_hash.bytes));
	assert_fails(roster_roll_call_find(place->roster, &request.nonce_hash, &found, &trace),
	    ERR_ABSENT, &trace);
}

static void
a_request_that_expires_at_once_or_too_late_is_refused(void **state)
{
	static const int64_t lasts[] = { -1, 0, 90 * DAY + 1 };
	struct place *place = *state;

	place_found_quorum(place);
	for (size_t i = 0; i < sizeof(lasts) / sizeof(*lasts); i++) {
		struct roster_roll_call request = request_of(place, 1, 0x51);
		struct err_trace trace = { 0 };

		request.expires = place->now + lasts[i];
		assert_fails(
		    roster_roll_call_ask(place->roster, &request, &trace), ERR_ARGUMENT, &trace);
		assert_true(place_says(&trace, "a request expires within 1 to 90 days"));
	}
}

static void
a_card_that_is_given_up_is_not_asked(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_roll_call request;

	place_add_people(place);
	place_enrol_cards(place);
	request = request_of(place, 1, 0x51);
	request.generation = 0;
	assert_ok(roster_card_abandon(place->roster, &place->card[1], "a test", &trace), &trace);
	assert_fails(roster_roll_call_ask(place->roster, &request, &trace), ERR_NOT_NOW, &trace);
}

static void
a_later_request_withdraws_the_one_before_it(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_roll_call first, second, others, found;

	place_found_quorum(place);
	first = request_of(place, 1, 0x51);
	others = request_of(place, 2, 0x52);
	second = request_of(place, 1, 0x53);
	assert_ok(roster_roll_call_ask(place->roster, &first, &trace), &trace);
	assert_ok(roster_roll_call_ask(place->roster, &others, &trace), &trace);
	assert_ok(roster_roll_call_ask(place->roster, &second, &trace), &trace);
	assert_ok(roster_roll_call_find(place->roster, &first.nonce_hash, &found, &trace), &trace);
	assert_true(found.withdrawn);
	assert_ok(roster_roll_call_find(place->roster, &others.nonce_hash, &found, &trace), &trace);
	assert_false(found.withdrawn);
	assert_ok(roster_roll_call_find(place->roster, &second.nonce_hash, &found, &trace), &trace);
	assert_false(found.withdrawn);
}

static void
an_answer_is_a_proof_and_is_remembered(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_roll_call request, found;
	struct roster_verified verified;
	struct roster_card card;
	int64_t proven = -1;

	place_found_quorum(place);
	request = request_of(place, 1, 0x51);
	assert_ok(roster_roll_call_ask(place->roster, &request, &trace), &trace);
	place->now += DAY;
	const struct roster_proof proof = answer_to(place, 1, &request);
	assert_ok(roster_card_proven(place->roster, &proof, &trace), &trace);
	assert_ok(
	    roster_roll_call_find(place->roster, &request.nonce_hash, &found, &trace), &trace);
	assert_int_equal(found.answered, 1790000000 + DAY);
	assert_ok(roster_card_get(place->roster, &place->card[1], &card, &trace), &trace);
	assert_int_equal(card.proven, 1790000000 + DAY);
	assert_ok(roster_card_last_proof(
		      place->roster, &place->card[1], ROSTER_PROOF_ROLL_CALL, &proven, &trace),
	    &trace);
	assert_int_equal(proven, 1790000000 + DAY);
	assert_ok(roster_card_last_proof(
		      place->roster, &place->card[2], ROSTER_PROOF_ROLL_CALL, &proven, &trace),
	    &trace);
	assert_int_equal(proven, 0);
	assert_ok(roster_verify(place->roster, &verified, &trace), &trace);
	free(verified.checkpoint);
}

static void
a_card_without_a_share_is_proven_without_a_generation(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_card card;
	struct roster_proof proof = { .kind = ROSTER_PROOF_ROLL_CALL, .tries_left = 2 };

	place_add_people(place);
	place_enrol_cards(place);
	proof.card = place->card[0];
	assert_ok(roster_card_proven(place->roster, &proof, &trace), &trace);
	assert_ok(roster_card_get(place->roster, &place->card[0], &card, &trace), &trace);
	assert_int_equal(card.proven, 1790000000);
	assert_int_equal(card.tries_left, 2);
	proof.generation = 1;
	assert_fails(roster_card_proven(place->roster, &proof, &trace), ERR_ARGUMENT, &trace);
}

static struct roster_signed
signed_by(const struct place *place, int card, uint8_t der[ROSTER_SIGNATURE_MAX])
{
	static const char message[] = "a statement";
	struct roster_signed what = { .card = place->card[card],
		.message = message,
		.message_len = sizeof(message) - 1,
		.der = der,
		.der_len = ROSTER_SIGNATURE_MAX };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	assert_int_equal(
	    EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, place->key[card], NULL), 1);
	assert_int_equal(
	    EVP_DigestSign(ctx, der, &what.der_len, what.message, what.message_len), 1);
	EVP_MD_CTX_free(ctx);
	return what;
}

static void
a_cards_signature_is_its_own_or_the_signer_is_named(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	uint8_t der[ROSTER_SIGNATURE_MAX];
	struct roster_signed what;

	place_add_people(place);
	place_enrol_cards(place);
	what = signed_by(place, 1, der);
	assert_ok(roster_card_signed(place->roster, &what, &trace), &trace);
	what.card = place->card[2];
	assert_fails(roster_card_signed(place->roster, &what, &trace), ERR_DENIED, &trace);
	assert_true(place_says(&trace, "it was signed by card root/2, not by card root/3"));
	err_clear(&trace);
	what.message = "A statement";
	assert_fails(roster_card_signed(place->roster, &what, &trace), ERR_DENIED, &trace);
	assert_true(place_says(&trace, "one of them was changed, or another key signed"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_request_is_found_by_its_nonces_hash, place_setup_roster, place_teardown),
		cmocka_unit_test_setup_teardown(
		    a_request_that_expires_at_once_or_too_late_is_refused, place_setup_roster,
		    place_teardown),
		cmocka_unit_test_setup_teardown(
		    a_card_that_is_given_up_is_not_asked, place_setup_roster, place_teardown),
		cmocka_unit_test_setup_teardown(a_later_request_withdraws_the_one_before_it,
		    place_setup_roster, place_teardown),
		cmocka_unit_test_setup_teardown(
		    an_answer_is_a_proof_and_is_remembered, place_setup_roster, place_teardown),
		cmocka_unit_test_setup_teardown(
		    a_card_without_a_share_is_proven_without_a_generation, place_setup_roster,
		    place_teardown),
		cmocka_unit_test_setup_teardown(a_cards_signature_is_its_own_or_the_signer_is_named,
		    place_setup_roster, place_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
