/* SPDX-License-Identifier: BSD-2-Clause */
/* A roster that begins with what cards told, and copies of tokens: what they keep open. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>

#include "base/hash.h"
#include "roster/adopt.h"
#include "roster/log.h"
#include "roster/token_copy.h"
#include "tests/unit/roster/support.h"

static const struct roster_id lost_quorum = { { 0x51, 0x0a, 0xd0, 1, 2, 3 } };

static void
new_point(uint8_t out[ROSTER_POINT_SIZE])
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	size_t len = 0;

	assert_int_equal(
	    EVP_PKEY_get_octet_string_param(key, "pub", out, ROSTER_POINT_SIZE, &len), 1);
	EVP_PKEY_free(key);
}

static struct roster_adopt_card
a_card(const struct place *place, unsigned number, const char *serial)
{
	struct roster_adopt_card adopt = { .card = { .quorum = "root",
					       .serial = serial,
					       .custodian = place->person[number - 1],
					       .family = "openpgp",
					       .model = "virtual",
					       .firmware = "3.4",
					       .atr = "3b00",
					       .resettable = true },
		.number = number,
		.checkpoint = 7,
		.head = "abcdefg" };

	new_point(adopt.keys.dec);
	new_point(adopt.keys.sig);
	const struct part parts[] = { { adopt.keys.dec, ROSTER_POINT_SIZE },
		{ adopt.keys.sig, ROSTER_POINT_SIZE } };
	assert_int_equal(sha256_parts(parts, 2, adopt.keys.fingerprint.bytes, NULL), ERR_OK);
	return adopt;
}

static void
adopt_generation(struct place *place, unsigned number, enum roster_generation_state state)
{
	struct err_trace trace = { 0 };
	struct roster_adopt_generation adopt = {
		.number = number, .threshold = 3, .size = 5, .state = state
	};

	memset(adopt.check, 0xC5, sizeof(adopt.check));
	assert_ok(roster_adopt_generation(place->roster, &lost_quorum, &adopt, &trace), &trace);
}

static void
adopt_share(struct place *place, unsigned generation, unsigned index)
{
	struct err_trace trace = { 0 };
	struct roster_adopt_share adopt = {
		.generation = generation, .index = index, .card = place->card[index]
	};

	memset(adopt.record, (int)(0x80 + index), sizeof(adopt.record));
	assert_ok(roster_adopt_share(place->roster, &lost_quorum, &adopt, &trace), &trace);
}

/* Three of the five cards of generation 2 were seen. */
static void
adopt_three_of_five(struct place *place)
{
	static const char *const serials[] = { "FFFE:1", "FFFE:2", "FFFE:3" };
	struct err_trace trace = { 0 };

	place_add_people(place);
	assert_ok(roster_adopt_quorum(place->roster, &lost_quorum, "root", &trace), &trace);
	adopt_generation(place, 2, ROSTER_GENERATION_LIVE);
	for (unsigned i = 0; i < 3; i++) {
		const struct roster_adopt_card card = a_card(place, i + 1, serials[i]);

		assert_ok(roster_adopt_card(place->roster, &card, &place->card[i], &trace), &trace);
		adopt_share(place, 2, i);
	}
}

static void
verify_after_closing(struct place *place)
{
	struct err_trace trace = { 0 };
	struct roster_verified verified = { 0 };

	place_close(place);
	place_open(place, ROSTER_READ);
	assert_ok(roster_verify(place->roster, &verified, &trace), &trace);
	free(verified.checkpoint);
}

static void
an_adopted_quorum_stands_with_the_cards_that_were_seen(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_generation generation;
	struct roster_quorum quorum;
	struct roster_card card;

	adopt_three_of_five(place);
	assert_ok(roster_quorum_find(place->roster, "root", &quorum, &trace), &trace);
	assert_int_equal(quorum.state, ROSTER_QUORUM_STANDING);
	assert_int_equal(quorum.adopted, 1790000000);
	assert_int_equal(quorum.live, 2);
	assert_ok(
	    roster_generation_get(place->roster, &lost_quorum, 2, &generation, &trace), &trace);
	assert_int_equal(generation.size, 5);
	assert_int_equal(generation.shares, 3);
	assert_true(generation.share[2].delivered != 0 && generation.share[2].has_record);
	assert_true(roster_id_equal(&generation.share[2].custodian, &place->person[2]));
	assert_ok(roster_card_by_name(place->roster, "root/2", &card, &trace), &trace);
	assert_int_equal(card.admin_pin, ROSTER_ADMIN_PIN_UNKNOWN);
	verify_after_closing(place);
}

static void
what_a_second_sitting_brings_is_added_to_the_first(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_generation generation;

	adopt_three_of_five(place);
	adopt_generation(place, 3, ROSTER_GENERATION_DELIVERING);
	adopt_generation(place, 3, ROSTER_GENERATION_LIVE);
	adopt_share(place, 3, 1);
	adopt_share(place, 3, 1);
	assert_ok(
	    roster_generation_get(place->roster, &lost_quorum, 3, &generation, &trace), &trace);
	assert_int_equal(generation.state, ROSTER_GENERATION_LIVE);
	assert_int_equal(generation.live, 1790000000);
	assert_int_equal(generation.shares, 1);
	verify_after_closing(place);
}

static void
what_the_roster_has_already_is_not_adopted(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	const struct roster_id other = { { 9 } };
	struct roster_adopt_card card;
	struct roster_id id;

	adopt_three_of_five(place);
	assert_fails(
	    roster_adopt_quorum(place->roster, &other, "root", &trace), ERR_EXISTS, &trace);
	assert_fails(
	    roster_adopt_quorum(place->roster, &lost_quorum, "more", &trace), ERR_EXISTS, &trace);
	assert_true(place_says(&trace, "the roster has this quorum as 'root'"));
	card = a_card(place, 4, "FFFE:2");
	assert_fails(roster_adopt_card(place->roster, &card, &id, &trace), ERR_EXISTS, &trace);
	card = a_card(place, 2, "FFFE:9");
	assert_fails(roster_adopt_card(place->roster, &card, &id, &trace), ERR_EXISTS, &trace);
	card = a_card(place, 4, "FFFE:4");
	card.card.custodian = other;
	assert_fails(roster_adopt_card(place->roster, &card, &id, &trace), ERR_ABSENT, &trace);
}

static void
numbers_that_are_no_threshold_are_not_adopted(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	const struct roster_adopt_generation wrong[] = {
		{ .number = 1, .threshold = 1, .size = 5 },
		{ .number = 1, .threshold = 6, .size = 5 },
		{ .number = 1, .threshold = 3, .size = 17 },
	};

	adopt_three_of_five(place);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_fails(
		    roster_adopt_generation(place->roster, &lost_quorum, &wrong[i], &trace),
		    ERR_ARGUMENT, &trace);
}

static void
an_adopted_cards_last_checkpoint_is_known_and_the_next_is_greater(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_checkpoint_request request;
	unsigned highest = 0;
	bool known = false;

	adopt_three_of_five(place);
	assert_ok(roster_checkpoint_knows(
		      place->roster, 7, (const uint8_t *)"abcdefg", &known, &highest, &trace),
	    &trace);
	assert_true(known);
	assert_int_equal(highest, 7);
	assert_ok(roster_checkpoint_knows(
		      place->roster, 7, (const uint8_t *)"abcdefX", &known, &highest, &trace),
	    &trace);
	assert_false(known);
	assert_ok(roster_checkpoint_request(place->roster, &request, &trace), &trace);
	assert_int_equal(request.number, 8);
}

/* ---- Copies of tokens ---------------------------------------------------------------------- */

static void
record_copy(struct place *place, unsigned generation, struct roster_id *out)
{
	struct err_trace trace = { 0 };
	const struct roster_token_copy_add add = { .binding = place->binding,
		.kind = ROSTER_COPY_SNAPSHOT,
		.place = "backup store, Bern",
		.generation = generation };

	assert_ok(roster_token_copy_add(place->roster, &add, out, &trace), &trace);
}

static struct roster_openers
opens(struct place *place, unsigned generation)
{
	struct err_trace trace = { 0 };
	struct roster_openers found = { .pins = 99, .copies = 99 };

	assert_ok(
	    roster_generation_openers(place->roster, &place->quorum, generation, &found, &trace),
	    &trace);
	return found;
}

/* The token's PINs are the next generation's. */
static void
switch_to(struct place *place, unsigned generation)
{
	struct err_trace trace = { 0 };

	place_seal(place, generation);
	place_deliver(place, generation);
	place_go_live(place, generation);
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		assert_ok(roster_binding_opens(place->roster, &place->binding,
			      (enum roster_token_pin)pin, generation, &trace),
		    &trace);
}

static void
a_copy_keeps_its_generation_open_until_it_is_destroyed(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_id copy;

	place_found_quorum(place);
	record_copy(place, 0, &copy);
	assert_int_equal(opens(place, 1).pins, 2);
	switch_to(place, 2);
	assert_int_equal(opens(place, 1).pins, 0);
	assert_int_equal(opens(place, 1).copies, 1);
	assert_int_equal(opens(place, 2).pins, 2);
	assert_int_equal(opens(place, 2).copies, 0);
	assert_ok(roster_token_copy_destroyed(place->roster, &copy, "shredded", &trace), &trace);
	assert_int_equal(opens(place, 1).copies, 0);
	assert_fails(roster_token_copy_destroyed(place->roster, &copy, "again", &trace),
	    ERR_NOT_NOW, &trace);
	verify_after_closing(place);
}

static void
a_copy_made_before_a_rekey_can_be_recorded_after_it(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_token_copy *copies = NULL;
	struct roster_id copy;
	size_t count = 0;

	place_found_quorum(place);
	switch_to(place, 2);
	record_copy(place, 1, &copy);
	assert_int_equal(opens(place, 1).copies, 1);
	assert_ok(
	    roster_token_copy_list(place->roster, &place->quorum, &copies, &count, &trace), &trace);
	assert_int_equal(count, 1);
	assert_string_equal(copies[0].name, "root-ca");
	assert_string_equal(copies[0].place, "backup store, Bern");
	assert_int_equal(copies[0].opens[ROSTER_SO_PIN], 1);
	free(copies);
}

static void
a_copy_is_found_by_the_beginning_of_its_id(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_token_copy found;
	struct roster_id copy;
	char id[ROSTER_ID_TEXT];

	place_found_quorum(place);
	record_copy(place, 0, &copy);
	roster_id_format(&copy, id);
	id[8] = '\0';
	assert_ok(roster_token_copy_find(place->roster, id, &found, &trace), &trace);
	assert_true(roster_id_equal(&found.id, &copy));
	id[7] = '\0';
	assert_fails(
	    roster_token_copy_find(place->roster, id, &found, &trace), ERR_ARGUMENT, &trace);
	assert_fails(roster_token_copy_find(place->roster, "00000000*", &found, &trace),
	    ERR_ARGUMENT, &trace);
	assert_fails(roster_token_copy_find(place->roster, "0123456789abcdef", &found, &trace),
	    ERR_ABSENT, &trace);
}

static void
a_copy_of_no_token_or_no_generation_is_refused(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_token_copy_add add = { .kind = ROSTER_COPY_BACKUP, .place = "safe" };
	struct roster_id copy;

	place_found_quorum(place);
	assert_fails(roster_token_copy_add(place->roster, &add, &copy, &trace), ERR_ABSENT, &trace);
	add.binding = place->binding;
	add.generation = 2;
	assert_fails(roster_token_copy_add(place->roster, &add, &copy, &trace), ERR_ABSENT, &trace);
	add.generation = 0;
	add.place = "";
	assert_int_not_equal(roster_token_copy_add(place->roster, &add, &copy, &trace), ERR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup_roster, place_teardown)
		TEST(an_adopted_quorum_stands_with_the_cards_that_were_seen),
		TEST(what_a_second_sitting_brings_is_added_to_the_first),
		TEST(what_the_roster_has_already_is_not_adopted),
		TEST(numbers_that_are_no_threshold_are_not_adopted),
		TEST(an_adopted_cards_last_checkpoint_is_known_and_the_next_is_greater),
		TEST(a_copy_keeps_its_generation_open_until_it_is_destroyed),
		TEST(a_copy_made_before_a_rekey_can_be_recorded_after_it),
		TEST(a_copy_is_found_by_the_beginning_of_its_id),
		TEST(a_copy_of_no_token_or_no_generation_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
