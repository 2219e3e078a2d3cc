/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "tests/unit/virtual-cards/talk.h"
#include "virtual-cards/fault.h"

enum { FILE_MAX = 65536 };

static void
every_flipped_byte_of_the_file_is_found(void **state)
{
	struct vcard_local *card = talk_card(NULL);
	const char *file = vcard_local_file(card);
	struct err_trace trace = { 0 };
	struct vcard *opened = NULL;
	char *bytes = NULL;
	size_t len = 0;

	(void)state;
	assert_ok(file_read(file, FILE_MAX, &bytes, &len, &trace), &trace);
	for (size_t i = 0; i < len; i++) {
		bytes[i] ^= 0x20;
		assert_ok(file_replace(file, bytes, len, &trace), &trace);
		assert_fails(vcard_open(file, &opened, &trace), ERR_FORMAT, &trace);
		err_clear(&trace);
		bytes[i] ^= 0x20;
	}
	assert_ok(file_replace(file, bytes, len - 1, &trace), &trace);
	assert_fails(vcard_open(file, &opened, &trace), ERR_FORMAT, &trace);
	vcard_local_insert(card);
	assert_false(vcard_local_is_in(card)); /* a damaged card stays mute */
	free(bytes);
	vcard_local_free(card);
}

static void
a_card_is_never_made_over_another(void **state)
{
	struct vcard_local *card = talk_card(NULL);
	const struct vcard_profile profile = vcard_profile_default(2);
	struct err_trace trace = { 0 };

	(void)state;
	assert_fails(vcard_create(vcard_local_file(card), &profile, &trace), ERR_EXISTS, &trace);
	assert_string_equal(talk(card, "00 CA 00 4F 00"), "d276000124010304fffe0000000100009000");
	vcard_local_free(card);
}

/* The folder takes no new file: nobody learns whether the PIN was right. Root writes anyway, so the
 * folder is made to vanish. */
static void
a_card_that_cannot_be_written_tells_nothing(void **state)
{
	struct vcard_local *card = talk_card(NULL);
	char folder[512], away[520];

	(void)state;
	(void)snprintf(folder, sizeof(folder), "%s", vcard_local_file(card));
	*strrchr(folder, '/') = '\0';
	(void)snprintf(away, sizeof(away), "%s.away", folder);
	assert_int_equal(rename(folder, away), 0);
	assert_string_equal(talk(card, VERIFY_82), "6581");
	assert_string_equal(talk(card, WRONG_82), "6d00"); /* its file is gone: so is the card */
	assert_int_equal(rename(away, folder), 0);
	vcard_local_reset(card);
	assert_string_equal(talk(card, SELECT), "9000");
	assert_string_equal(talk(card, "00 20 00 82"), "63c3");
	vcard_local_free(card);
}

static void
another_make_and_serial_are_in_the_aid(void **state)
{
	struct vcard_local *card = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(
	    vcard_local_new(0x12345678, "manufacturer=6 wrong-pin=count", &card, &trace), &trace);
	assert_string_equal(talk(card, SELECT), "9000");
	assert_string_equal(talk(card, "00 CA 00 4F 00"), "d2760001240103040006123456780000"
							  "9000");
	assert_string_equal(talk(card, WRONG_82), "63c2");
	vcard_local_free(card);
}

static void
a_variant_that_does_not_exist_is_refused(void **state)
{
	static const char *const wrong[] = { "gold", "private-max=", "private-max=70000",
		"private-max=x", "slow=-1", "wrong-pin=never", "kdf-on=1", "manufacturer=65536" };
	struct vcard_profile profile = vcard_profile_default(1);
	struct err_trace trace = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_fails(vcard_profile_vary(&profile, wrong[i], &trace), ERR_ARGUMENT, &trace);
		err_clear(&trace);
	}
	assert_int_equal(profile.flags, 0);
	assert_int_equal(profile.private_max, 255);
}

static void
a_slow_card_takes_its_time(void **state)
{
	struct vcard_local *card = talk_card("slow=30");
	int64_t begin = clock_boot_ms();

	(void)state;
	assert_string_equal(talk_sw(card, "00 CA 00 4F 00"), "9000");
	assert_true(clock_boot_ms() - begin >= 30);
	vcard_local_free(card);
}

static const struct {
	const char *fault, *answer;
	bool in;
} faults[] = {
	{ "pull-before:2", "", false },
	{ "pull-after:2", "", false },
	{ "one-byte:2", "d2", true },
	{ "no-bytes:2", "", true },
	{ "status:2:6F42", "6f42", true },
	{ "delay:2:1", "d276000124010304fffe0000000100009000", true },
};

static void
what_is_to_go_wrong_goes_wrong_once_and_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct vcard_local *card = talk_card(NULL);

		vcard_local_fault(card, faults[i].fault);
		assert_string_equal(talk(card, SELECT), "9000");
		assert_string_equal(talk(card, "00 CA 00 4F 00"), faults[i].answer);
		assert_true(vcard_local_is_in(card) == faults[i].in);
		vcard_local_insert(card);
		assert_string_equal(talk(card, SELECT), "9000");
		assert_string_equal(
		    talk(card, "00 CA 00 4F 00"), "d276000124010304fffe0000000100009000");
		vcard_local_free(card);
	}
}

static void
a_fault_that_does_not_exist_is_refused(void **state)
{
	static const char *const wrong[] = { "", "burn:1", "pull-before",
		"pull-before:", "pull-before:0", "pull-before:1:2", "pull-before:1x", "status:1",
		"status:1:", "status:1:xyz", "delay:1:", "kill:1" };
	struct fault fault;
	struct err_trace trace = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_fails(fault_parse(wrong[i], &fault, &trace), ERR_ARGUMENT, &trace);
		err_clear(&trace);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_flipped_byte_of_the_file_is_found),
		cmocka_unit_test(a_card_is_never_made_over_another),
		cmocka_unit_test(a_card_that_cannot_be_written_tells_nothing),
		cmocka_unit_test(another_make_and_serial_are_in_the_aid),
		cmocka_unit_test(a_variant_that_does_not_exist_is_refused),
		cmocka_unit_test(a_slow_card_takes_its_time),
		cmocka_unit_test(what_is_to_go_wrong_goes_wrong_once_and_there),
		cmocka_unit_test(a_fault_that_does_not_exist_is_refused),
	};

	return cmocka_run_group_tests_name("virtual card: file and faults", tests, NULL, NULL);
}
