/* SPDX-License-Identifier: BSD-2-Clause */
/* The binding sheet: what is on it, and what of a sheet is read back and refused. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/hash.h"
#include "roster/sheet.h"
#include "tests/unit/roster/support.h"

static char *page;
static size_t page_len;

static int
load_page(void **state)
{
	(void)state;
	return file_read(SHEET_PAGE, 64 * 1024, &page, &page_len, NULL) == ERR_OK ? 0 : 1;
}

static int
free_page(void **state)
{
	(void)state;
	free(page);
	return 0;
}

static struct roster_sheet *
parse(const char *text)
{
	struct err_trace trace = { 0 };
	struct roster_sheet *sheet = NULL;

	assert_ok(roster_sheet_parse(text, strlen(text), &sheet, &trace), &trace);
	return sheet;
}

static void
the_sheet_of_the_page_is_read_as_it_says(void **state)
{
	struct roster_sheet *sheet = parse(page);
	const struct roster_sheet_binding *ca = &sheet->binding[0], *backup = &sheet->binding[1];

	(void)state;
	assert_false(sheet->practice);
	assert_true(sheet->complete);
	assert_int_equal(sheet->printed, 1795392000);
	assert_int_equal(sheet->generations, 2);
	assert_int_equal(sheet->generation[0].number, 2);
	assert_int_equal(sheet->generation[0].cards, 2);
	assert_string_equal(sheet->generation[0].card[1].custodian, "Zoë Ångström");
	assert_int_equal(sheet->generation[0].card[1].index, 2);
	assert_false(sheet->generation[0].has_older);
	assert_true(sheet->generation[1].has_older);
	assert_int_equal(sheet->generation[1].older[ROSTER_SHEET_OLDER - 1], 0x44);
	assert_string_equal(sheet->generation[1].card[0].name, "root/2");
	assert_int_equal(sheet->bindings, 2);
	assert_int_equal(ca->opens[ROSTER_USER_PIN], 2);
	assert_false(ca->spec.format[ROSTER_USER_PIN].is_set);
	assert_string_equal(ca->spec.format[ROSTER_SO_PIN].prefix, "P-");
	assert_int_equal(ca->spec.format[ROSTER_SO_PIN].length, 16);
	assert_true(backup->spec.token.software && backup->spec.role == ROSTER_BACKUP);
	assert_false(backup->spec.binds[ROSTER_SO_PIN]);
	roster_sheet_free(sheet);
}

static void
what_was_read_is_written_as_it_was(void **state)
{
	struct err_trace trace = { 0 };
	struct roster_sheet *sheet = parse(page);
	char *block = NULL;

	(void)state;
	assert_ok(roster_sheet_block(sheet, &block, &trace), &trace);
	assert_non_null(strstr(page, block));
	free(block);
	roster_sheet_free(sheet);
}

/* The page's block with one text in place of another; free() it. */
static char *
changed(const char *from, const char *to)
{
	const char *at = strstr(page, from);
	char *text = malloc(page_len + strlen(to) + 1);

	assert_non_null(at);
	assert_non_null(text);
	memcpy(text, page, (size_t)(at - page));
	memcpy(text + (at - page), to, strlen(to));
	memcpy(text + (at - page) + strlen(to), at + strlen(from), strlen(at + strlen(from)) + 1);
	return text;
}

static void
a_sheet_typed_with_blanks_and_empty_lines_is_read(void **state)
{
	char *text = changed("\nsize 3\ncard root/1\n", "\n\n   size 3 \r\n\f\tcard root/1\n\n");

	(void)state;
	roster_sheet_free(parse(text));
	free(text);
}

static const struct {
	const char *from;
	const char *to;
	const char *says;
} slips[] = {
	{ "serial 0006:12345678", "serial 0006:12345679", "do not fit" },
	{ "index 2\n", "", "do not fit" },
	{ "check ", "chack ", "is no check" },
	{ "-----BEGIN QUORATE SHEET-----", "", "its block of lines is missing" },
	{ "-----END QUORATE SHEET-----", "", "its last line is missing" },
};

static void
a_slip_of_the_typist_is_told(void **state)
{
	struct err_trace trace = { 0 };
	struct roster_sheet *sheet = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++) {
		char *text = changed(slips[i].from, slips[i].to);

		err_clear(&trace);
		assert_fails(
		    roster_sheet_parse(text, strlen(text), &sheet, &trace), ERR_FORMAT, &trace);
		if (!place_says(&trace, slips[i].says))
			fail_msg("'%s': %s", slips[i].to, trace.frame[0].text);
		free(text);
	}
}

/* A block of these lines, its check right; free() it. */
static char *
block_of(const char *lines)
{
	struct roster_hash hash;
	char check[17], *text = NULL;

	assert_int_equal(sha256(lines, strlen(lines), hash.bytes, NULL), ERR_OK);
	hex_encode(hash.bytes, 8, check);
	assert_true(asprintf(&text,
			"-----BEGIN QUORATE SHEET-----\n%scheck %s\n-----END QUORATE SHEET-----\n",
			lines, check) > 0);
	return text;
}

#define HEAD                                                                                       \
	"format 1\nkind real\nquorum 000102030405060708090a0b0c0d0e0f\nname root\n"                \
	"state complete\nprinted 2026-11-23\n"
#define GENERATION "generation 1\nthreshold 2\nsize 3\n"
#define BINDING                                                                                    \
	"binding root-ca\nrole primary\ntoken x\ntoken-serial 1\ntoken-maker\ntoken-model\n"       \
	"token-module softhsm\ntoken-kind software\n"

static const struct {
	const char *lines;
	const char *says; /* NULL: it is read */
} blocks[] = {
	{ HEAD GENERATION BINDING "user 1\n", NULL },
	{ HEAD GENERATION, NULL },
	{ "format 2\n", "newer Quorate" },
	{ HEAD, "'generation' is wanted" },
	{ HEAD GENERATION "size 3\n", "'binding' is wanted" },
	{ HEAD "generation 0\nthreshold 2\nsize 3\n", "no such value" },
	{ HEAD "generation 01\nthreshold 2\nsize 3\n", "no such value" },
	{ HEAD "generation 1\nthreshold 3\nsize 2\n", "is 3 of 2" },
	{ HEAD "generation 1\nthreshold 2\nsize 17\n", "no such value" },
	{ HEAD GENERATION BINDING "user 1\nuser-length 4\nuser-alphabet 01\nuser-prefix\n",
	    "4 bits" },
	{ HEAD GENERATION BINDING "user 1\nuser-length 40\n", "'user-alphabet' is wanted" },
	{ HEAD GENERATION BINDING "so 1\nuser 1\n", "'binding' is wanted" },
	{ HEAD GENERATION "binding Root CA\nrole primary\ntoken x\ntoken-serial 1\ntoken-maker\n"
			  "token-model\ntoken-module softhsm\ntoken-kind software\n",
	    "is no name" },
	{ HEAD GENERATION "card root/1\nindex 16\n", "no such value" },
	{ HEAD GENERATION "card root/\x01\n", "no such value" },
	{ HEAD GENERATION "card root/\xff\n", "no such value" },
};

static void
lines_that_are_not_as_they_must_be_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		struct err_trace trace = { 0 };
		struct roster_sheet *sheet = NULL;
		char *text = block_of(blocks[i].lines);
		const enum err err = roster_sheet_parse(text, strlen(text), &sheet, &trace);

		free(text);
		roster_sheet_free(sheet);
		if (blocks[i].says == NULL ? err != ERR_OK : err == ERR_OK)
			fail_msg("block %zu: %s", i, err_word(err));
		if (blocks[i].says != NULL && !place_says(&trace, blocks[i].says))
			fail_msg("block %zu: %s", i, trace.frame[0].text);
	}
}

/* ---- Of a roster --------------------------------------------------------------------------- */

static const char *const words[] = { "PRACTICE", "3 of 5", "root-ca", "SOFTWARE TOKEN",
	"escrow key", "alice", "eve", "root/5", "FFFE:00000003", "generation 1, default format",
	"kind practice\n" };

static char *
text_of(struct place *place)
{
	struct err_trace trace = { 0 };
	struct roster_sheet *sheet = NULL;
	char *text = NULL;

	assert_ok(roster_sheet_load(place->roster, &place->quorum, &sheet, &trace), &trace);
	assert_ok(roster_sheet_text(sheet, &text, &trace), &trace);
	roster_sheet_free(sheet);
	return text;
}

static void
the_sheet_of_a_roster_has_what_recovery_needs_and_reads_back(void **state)
{
	struct place *place = *state;
	struct roster_sheet *sheet;
	char *text;

	place_found_quorum(place);
	text = text_of(place);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(text, words[i]) == NULL)
			fail_msg("the sheet lacks '%s':\n%s", words[i], text);
	sheet = parse(text);
	assert_true(roster_id_equal(&sheet->quorum, &place->quorum));
	assert_int_equal(sheet->generation[0].cards, 5);
	assert_string_equal(sheet->binding[0].spec.token.label, "root-ca");
	assert_true(sheet->complete);
	roster_sheet_free(sheet);
	free(text);
}

static void
a_format_of_its_own_is_on_the_sheet_and_a_pin_not_set_yet_makes_it_incomplete(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_binding_spec spec;
	struct roster_id id;
	char *text;

	place_found_quorum(place);
	place_spec(&spec, "second");
	spec.format[ROSTER_SO_PIN] = (struct roster_pin_format){ true, "", "9876543210", 20 };
	assert_ok(roster_binding_add(place->roster, &place->quorum, &spec, &id, &trace), &trace);
	text = text_of(place);
	assert_non_null(strstr(text, "NOT COMPLETE"));
	assert_non_null(strstr(text, "NOT SET YET"));
	free(text);
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		assert_ok(
		    roster_binding_opens(place->roster, &id, (enum roster_token_pin)pin, 1, &trace),
		    &trace);
	text = text_of(place);
	assert_null(strstr(text, "NOT COMPLETE"));
	assert_non_null(
	    strstr(text, "length 20, alphabet in this order:\n                 9876543210\n"));
	free(text);
}

static void
before_it_is_live_the_sheet_says_not_complete(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_sheet *sheet = NULL;
	struct roster_id other;
	char *text;

	place_add_people(place);
	place_enrol_cards(place);
	assert_ok(roster_quorum_create(place->roster, "other", &other, &trace), &trace);
	assert_fails(roster_sheet_load(place->roster, &other, &sheet, &trace), ERR_NOT_NOW, &trace);
	place_seal(place, 1);
	text = text_of(place);
	assert_non_null(strstr(text, "NOT COMPLETE"));
	assert_non_null(strstr(text, "state incomplete\n"));
	free(text);
}

static void
both_generations_are_on_it_while_a_token_opens_with_the_older(void **state)
{
	struct place *place = *state;
	char *text;

	place_found_quorum(place);
	place_seal(place, 2);
	place_deliver(place, 2);
	place_go_live(place, 2);
	text = text_of(place);
	assert_non_null(strstr(text, "CARDS OF GENERATION 2, any 3 of 5"));
	assert_non_null(strstr(text, "CARDS OF GENERATION 1, any 3 of 5"));
	assert_non_null(strstr(text, "user PIN     generation 1, default"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sheet_of_the_page_is_read_as_it_says),
		cmocka_unit_test(what_was_read_is_written_as_it_was),
		cmocka_unit_test(a_sheet_typed_with_blanks_and_empty_lines_is_read),
		cmocka_unit_test(a_slip_of_the_typist_is_told),
		cmocka_unit_test(lines_that_are_not_as_they_must_be_are_named),
#define WITH_ROSTER(name) cmocka_unit_test_setup_teardown(name, place_setup_roster, place_teardown)
		WITH_ROSTER(the_sheet_of_a_roster_has_what_recovery_needs_and_reads_back),
		WITH_ROSTER(
		    a_format_of_its_own_is_on_the_sheet_and_a_pin_not_set_yet_makes_it_incomplete),
		WITH_ROSTER(before_it_is_live_the_sheet_says_not_complete),
		WITH_ROSTER(both_generations_are_on_it_while_a_token_opens_with_the_older),
	};

	return cmocka_run_group_tests(tests, load_page, free_page);
}
