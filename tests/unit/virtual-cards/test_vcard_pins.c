/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "tests/unit/virtual-cards/talk.h"

static void
a_right_pin_is_taken_and_asked_after(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	assert_string_equal(talk(card, "00 20 00 82"), "63c3");
	assert_string_equal(talk(card, VERIFY_82), "9000");
	assert_string_equal(talk(card, "00 20 00 82"), "9000");
	assert_string_equal(talk(card, "00 20 00 81"), "63c3"); /* another usage of the same PIN */
	vcard_local_free(card);
}

static void
a_wrong_pin_costs_a_try_and_the_right_one_gives_them_back(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	assert_string_equal(talk(card, WRONG_82), "6982");
	assert_string_equal(talk(card, GET_STATUS), "007f7f7f0200039000");
	assert_string_equal(talk(card, VERIFY_82), "9000");
	assert_string_equal(talk(card, GET_STATUS), "007f7f7f0300039000");
	vcard_local_free(card);
}

static void
a_pin_of_impossible_length_costs_nothing(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	assert_string_equal(talk(card, "00 20 00 82 05 3132333435"), "6700");
	assert_string_equal(talk(card, "00 20 00 83 07 31323334353637"), "6700");
	assert_string_equal(talk(card, GET_STATUS), "007f7f7f0300039000");
	vcard_local_free(card);
}

static const struct {
	const char *variants;
	const char *wrong[4];
} words[] = {
	{ NULL, { "6982", "6982", "6983", "6983" } },
	{ "wrong-pin=always", { "6982", "6982", "6982", "6982" } },
	{ "wrong-pin=count", { "63c2", "63c1", "63c0", "6983" } },
};

static void
each_kind_of_card_has_its_own_words_for_a_wrong_pin(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct vcard_local *card = talk_card(words[i].variants);

		for (unsigned try = 0; try < 4; try++)
			assert_string_equal(talk(card, WRONG_82), words[i].wrong[try]);
		assert_string_equal(talk(card, "00 20 00 82"), "63c0");
		/* Blocked is blocked: the right PIN does not help any more. */
		assert_string_equal(talk(card, VERIFY_82), words[i].wrong[3]);
		vcard_local_free(card);
	}
}

static void
a_pull_gives_no_free_try(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	vcard_local_fault(card, "pull-after:1");
	assert_string_equal(talk(card, WRONG_82), "");
	vcard_local_insert(card);
	assert_string_equal(talk(card, SELECT), "9000");
	assert_string_equal(talk(card, "00 20 00 82"), "63c2");
	vcard_local_free(card);
}

static void
what_was_presented_is_forgotten_by_select_reset_and_pull(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	assert_string_equal(talk(card, VERIFY_82), "9000");
	assert_string_equal(talk(card, SELECT), "9000");
	assert_string_equal(talk(card, "00 20 00 82"), "63c3");
	assert_string_equal(talk(card, VERIFY_82), "9000");
	vcard_local_reset(card);
	assert_string_equal(talk(card, "00 20 00 82"), "6d00"); /* not selected either */
	assert_string_equal(talk(card, SELECT), "9000");
	assert_string_equal(talk(card, "00 20 00 82"), "63c3");
	assert_string_equal(talk(card, VERIFY_82), "9000");
	vcard_local_pull(card);
	assert_string_equal(talk(card, SELECT), "");
	vcard_local_insert(card);
	assert_string_equal(talk(card, SELECT), "9000");
	assert_string_equal(talk(card, "00 20 00 82"), "63c3");
	vcard_local_free(card);
}

static void
a_pin_is_changed_with_the_old_one_only(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	assert_string_equal(talk(card, "00 24 00 81 0E 393939393939 3837363534333231"), "6982");
	assert_string_equal(talk(card, "00 24 00 81 0E 313233343536 3837363534333231"), "9000");
	assert_string_equal(talk(card, VERIFY_82), "6982");
	assert_string_equal(talk(card, "00 20 00 82 08 3837363534333231"), "9000");
	assert_string_equal(talk(card, "00 24 00 81 0D 3837363534333231 3132333435"), "6700");
	assert_string_equal(
	    talk(card, "00 24 00 83 11 3132333435363738 393837363534333231"), "9000");
	assert_string_equal(talk(card, "00 20 00 83 09 393837363534333231"), "9000");
	vcard_local_free(card);
}

static void
block_pw1(struct vcard_local *card)
{
	for (unsigned try = 0; try < 3; try++)
		talk(card, WRONG_82);
	assert_string_equal(talk(card, "00 20 00 82"), "63c0");
}

static void
a_blocked_pin_is_set_anew_by_the_reset_code(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	assert_string_equal(talk(card, "00 DA 00 D3 08 3132333435363738"), "6982");
	assert_string_equal(talk(card, VERIFY_83), "9000");
	assert_string_equal(talk(card, "00 DA 00 D3 08 3132333435363738"), "9000");
	block_pw1(card);
	assert_string_equal(talk(card, "00 2C 00 81 0E 3939393939393939 363534333231"), "6982");
	assert_string_equal(talk(card, "00 2C 00 81 0E 3132333435363738 363534333231"), "9000");
	assert_string_equal(talk(card, "00 20 00 82 06 363534333231"), "9000");
	vcard_local_free(card);
}

static void
a_blocked_pin_is_set_anew_by_the_admin(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	block_pw1(card);
	assert_string_equal(talk(card, "00 2C 02 81 06 363534333231"), "6982");
	assert_string_equal(talk(card, VERIFY_83), "9000");
	assert_string_equal(talk(card, "00 2C 02 81 06 363534333231"), "9000");
	assert_string_equal(talk(card, "00 20 00 82 06 363534333231"), "9000");
	vcard_local_free(card);
}

static void
without_a_reset_code_none_is_right(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	assert_string_equal(talk(card, "00 2C 00 81 06 363534333231"), "6983");
	assert_string_equal(talk(card, "00 2C 00 81 0E 3132333435363738 363534333231"), "6983");
	assert_string_equal(talk(card, VERIFY_82), "9000");
	vcard_local_free(card);
}

static void
a_card_with_hashed_pins_refuses_plain_ones_without_a_try(void **state)
{
	struct vcard_local *card = talk_card("kdf-on");

	(void)state;
	assert_string_equal(talk(card, VERIFY_82), "6700");
	assert_string_equal(talk(card, GET_STATUS), "002020200300039000");
	vcard_local_free(card);
}

/* S2K of "123456" and "12345678" with 65536 bytes and the salts 01..08 and 21..28, from python's
 * hashlib over (salt + PIN) repeated. */
#define KDF_OBJECT                                                                                 \
	"81 01 03 82 01 08 83 04 00010000 84 08 0102030405060708 85 08 1112131415161718 "          \
	"86 08 2122232425262728 "                                                                  \
	"87 20 " HASH_PW1 " 88 20 " HASH_PW3
#define HASH_PW1 "11D50AE2DCC9CF903568469192FEE94369203B010E9671B27738AD80BD800CCA"
#define HASH_PW3 "2F9F42C88A4AFC6D5825602F18E29C6FC01D2DA7C49DE0A11DC1029A6E43FCCF"

static void
switching_hashed_pins_on_gives_the_pins_their_hashes(void **state)
{
	struct vcard_local *card = talk_card("kdf-off");

	(void)state;
	assert_string_equal(talk(card, VERIFY_83), "9000");
	assert_string_equal(talk(card, "00 DA 00 F9 6E " KDF_OBJECT), "9000");
	assert_string_equal(talk(card, "00 20 00 82 20 " HASH_PW1), "9000");
	assert_string_equal(talk(card, "00 20 00 83 20 " HASH_PW3), "9000");
	assert_string_equal(talk(card, "00 DA 00 F9 03 81 01 00"), "9000");
	assert_string_equal(talk(card, VERIFY_82), "9000");
	vcard_local_free(card);
}

static void
a_gnuk_like_card_changes_pw1_only_once_it_has_keys(void **state)
{
	struct vcard_local *card = talk_card("keys-before-pin");

	(void)state;
	assert_string_equal(talk(card, "00 24 00 81 0C 313233343536 363534333231"), "6985");
	assert_string_equal(talk(card, VERIFY_83), "9000");
	assert_string_equal(talk(card, P256_DEC), "9000");
	assert_string_equal(talk_sw(card, MAKE_DEC), "9000");
	assert_string_equal(talk(card, "00 24 00 81 0C 313233343536 363534333231"), "9000");
	assert_string_equal(talk_sw(card, MAKE_DEC), "9000"); /* resets it */
	assert_string_equal(talk(card, VERIFY_82), "9000");
	vcard_local_free(card);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_right_pin_is_taken_and_asked_after),
		cmocka_unit_test(a_wrong_pin_costs_a_try_and_the_right_one_gives_them_back),
		cmocka_unit_test(a_pin_of_impossible_length_costs_nothing),
		cmocka_unit_test(each_kind_of_card_has_its_own_words_for_a_wrong_pin),
		cmocka_unit_test(a_pull_gives_no_free_try),
		cmocka_unit_test(what_was_presented_is_forgotten_by_select_reset_and_pull),
		cmocka_unit_test(a_pin_is_changed_with_the_old_one_only),
		cmocka_unit_test(a_blocked_pin_is_set_anew_by_the_reset_code),
		cmocka_unit_test(a_blocked_pin_is_set_anew_by_the_admin),
		cmocka_unit_test(without_a_reset_code_none_is_right),
		cmocka_unit_test(a_card_with_hashed_pins_refuses_plain_ones_without_a_try),
		cmocka_unit_test(switching_hashed_pins_on_gives_the_pins_their_hashes),
		cmocka_unit_test(a_gnuk_like_card_changes_pw1_only_once_it_has_keys),
	};

	return cmocka_run_group_tests_name("virtual card: PINs", tests, NULL, NULL);
}
