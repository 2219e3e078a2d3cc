/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "tests/unit/virtual-cards/talk.h"

/* Who may read and write the private objects, as on real cards; PW1-81 opens none of them. */
static const struct {
	const char *put, *get;
	const char *verify;      /* what suffices for PUT */
	const char *get_verify;  /* ... and for GET; NULL: nothing is needed */
	const char *not_for_put; /* what does not suffice for PUT */
} private_objects[] = {
	{ "00 DA 01 01 03 616263", "00 CA 01 01 00", VERIFY_82, NULL, VERIFY_83 },
	{ "00 DA 01 02 03 616263", "00 CA 01 02 00", VERIFY_83, NULL, VERIFY_82 },
	{ "00 DA 01 03 03 616263", "00 CA 01 03 00", VERIFY_82, VERIFY_82, VERIFY_83 },
	{ "00 DA 01 04 03 616263", "00 CA 01 04 00", VERIFY_83, VERIFY_83, VERIFY_82 },
};

static void
each_private_object_has_its_own_guard(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(private_objects) / sizeof(private_objects[0]); i++) {
		struct vcard_local *card = talk_card(NULL);

		assert_string_equal(talk(card, private_objects[i].put), "6982");
		assert_string_equal(talk(card, VERIFY_81), "9000");
		assert_string_equal(talk(card, private_objects[i].not_for_put), "9000");
		assert_string_equal(talk(card, private_objects[i].put), "6982");
		assert_string_equal(talk(card, private_objects[i].verify), "9000");
		assert_string_equal(talk(card, private_objects[i].put), "9000");
		assert_string_equal(talk(card, SELECT), "9000");
		if (private_objects[i].get_verify != NULL) {
			assert_string_equal(talk(card, VERIFY_81), "9000");
			assert_string_equal(talk(card, private_objects[i].get), "6982");
			assert_string_equal(talk(card, private_objects[i].get_verify), "9000");
		}
		assert_string_equal(talk(card, private_objects[i].get), "6162639000");
		vcard_local_free(card);
	}
}

static void
an_object_that_is_written_without_data_is_cleared(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	assert_string_equal(talk(card, VERIFY_82), "9000");
	assert_string_equal(talk(card, "00 DA 01 03 03 616263"), "9000");
	assert_string_equal(talk(card, "00 DA 01 03"), "9000");
	assert_string_equal(talk(card, "00 CA 01 03 00"), "9000");
	vcard_local_free(card);
}

static void
an_object_that_is_too_long_leaves_the_old_one(void **state)
{
	struct vcard_local *card = talk_card("private-max=4");

	(void)state;
	assert_string_equal(talk(card, VERIFY_82), "9000");
	assert_string_equal(talk(card, "00 DA 01 03 04 61626364"), "9000");
	assert_string_equal(talk(card, "00 DA 01 03 05 3132333435"), "6700");
	assert_string_equal(talk(card, "00 CA 01 03 00"), "616263649000");
	vcard_local_free(card);
}

static void
a_card_without_private_objects_says_so(void **state)
{
	struct vcard_local *card = talk_card("no-private-objects");

	(void)state;
	assert_string_equal(talk(card, VERIFY_82), "9000");
	assert_string_equal(talk(card, "00 CA 01 03 00"), "6a88");
	assert_string_equal(talk(card, "00 DA 01 03 03 616263"), "6a86");
	/* C0: GET CHALLENGE, PW status, attributes; not 08. */
	assert_non_null(strstr(talk(card, "00 CA 00 6E 00"), "c00a54000020048000ff0000"));
	vcard_local_free(card);
}

static void
what_lies_inside_another_object_is_not_read_alone(void **state)
{
	static const char *const inside[] = { "00 CA 00 C0 00", "00 CA 00 C5 00", "00 CA 00 C6 00",
		"00 CA 00 CD 00", "00 CA 00 73 00", "00 CA 00 93 00", "00 CA 00 D3 00" };
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++)
		assert_string_equal(talk(card, inside[i]), "6a88");
	vcard_local_free(card);
}

static void
the_holder_is_written_by_the_admin_and_read_by_all(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	assert_string_equal(talk(card, "00 DA 00 5B 05 416C696365"), "6982");
	assert_string_equal(talk(card, VERIFY_83), "9000");
	assert_string_equal(talk(card, "00 DA 00 5B 05 416C696365"), "9000");
	assert_string_equal(talk(card, SELECT), "9000");
	assert_string_equal(talk(card, "00 CA 00 5B 00"), "416c6963659000");
	assert_string_equal(talk(card, "00 CA 00 65 00"), "650e5b05416c6963655f2d005f3501399000");
	vcard_local_free(card);
}

static void
fingerprints_and_times_are_written_one_by_one(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	assert_string_equal(talk(card, VERIFY_83), "9000");
	assert_string_equal(
	    talk(card, "00 DA 00 C8 14 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "9000");
	assert_string_equal(talk(card, "00 DA 00 CF 04 01020304"), "9000");
	assert_string_equal(
	    talk(card, "00 DA 00 C8 13 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "6700");
	assert_non_null(
	    strstr(talk(card, "00 CA 00 6E 00"), "c53c"
						 "0000000000000000000000000000000000000000"
						 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	assert_non_null(strstr(talk(card, "00 CA 00 6E 00"), "cd0c000000000102030400000000"));
	vcard_local_free(card);
}

static void
each_key_has_a_certificate_of_its_own(void **state)
{
	struct vcard_local *card = talk_card(NULL);

	(void)state;
	assert_string_equal(talk(card, VERIFY_83), "9000");
	assert_string_equal(talk(card, "00 A5 02 04 06 60045C027F21"), "9000");
	assert_string_equal(talk(card, "00 DA 7F 21 02 5151"), "9000");
	assert_string_equal(talk(card, "00 A5 00 04 06 60045C027F21"), "9000");
	assert_string_equal(talk(card, "00 CA 7F 21 00"), "9000");
	assert_string_equal(talk(card, "00 A5 02 04 06 60045C027F21"), "9000");
	assert_string_equal(talk(card, "00 CA 7F 21 00"), "51519000");
	assert_string_equal(talk(card, "00 A5 03 04 06 60045C027F21"), "6a86");
	vcard_local_free(card);
}

static void
touch_policies_are_there_where_they_are_announced(void **state)
{
	struct vcard_local *plain = talk_card(NULL);
	struct vcard_local *card = talk_card("touch");

	(void)state;
	assert_string_equal(talk(plain, "00 CA 00 D6 00"), "6a88");
	assert_string_equal(talk(card, "00 CA 00 D7 00"), "00209000");
	assert_string_equal(talk(card, VERIFY_83), "9000");
	assert_string_equal(talk(card, P256_SIG), "9000");
	assert_string_equal(talk(card, P256_DEC), "9000");
	/* With them 6E is longer than a short answer: one GET RESPONSE more. */
	assert_string_equal(talk_sw(card, "00 CA 00 6E 00"), "6104");
	assert_string_equal(talk(card, "00 C0 00 00 00"), "d90200209000");
	assert_string_equal(talk(card, "00 DA 00 D7 02 0220"), "9000");
	assert_string_equal(talk(card, "00 DA 00 D7 02 0020"), "6982"); /* for good */
	vcard_local_free(card);
	vcard_local_free(plain);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_private_object_has_its_own_guard),
		cmocka_unit_test(an_object_that_is_written_without_data_is_cleared),
		cmocka_unit_test(an_object_that_is_too_long_leaves_the_old_one),
		cmocka_unit_test(a_card_without_private_objects_says_so),
		cmocka_unit_test(what_lies_inside_another_object_is_not_read_alone),
		cmocka_unit_test(the_holder_is_written_by_the_admin_and_read_by_all),
		cmocka_unit_test(fingerprints_and_times_are_written_one_by_one),
		cmocka_unit_test(each_key_has_a_certificate_of_its_own),
		cmocka_unit_test(touch_policies_are_there_where_they_are_announced),
	};

	return cmocka_run_group_tests_name("virtual card: data objects", tests, NULL, NULL);
}
