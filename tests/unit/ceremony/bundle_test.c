/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence that was changed, cut, mixed or never finished: what verification says of it. */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "ceremony/addendum.h"
#include "ceremony/bundle.h"
#include "ceremony/bundle_tree.h"
#include "ceremony/folder.h"
#include "tests/unit/ceremony/evidence.h"

static struct evidence evidence;

static int
setup(void **state)
{
	(void)state;
	evidence = (struct evidence){ .name = "small" };
	evidence_make(&evidence);
	evidence_freeze(&evidence);
	evidence_sign(&evidence, 0, 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	evidence_remove(&evidence);
	return 0;
}

/* bundle_verdict_free() it. */
static struct bundle_verdict
verify(const char *previous)
{
	const struct bundle_question question = { .evidence = evidence.evidence,
		.previous = previous };
	struct err_trace trace = { .count = 0 };
	struct bundle_verdict verdict;

	assert_ok(bundle_verify(&question, &verdict, &trace), &trace);
	return verdict;
}

static bool
is_well(void)
{
	struct bundle_verdict verdict = verify(NULL);
	const bool well = verdict.well;

	bundle_verdict_free(&verdict);
	return well;
}

/* One finding of that kind, whose text has `words`; nothing is well then. */
static void
assert_found(enum bundle_finding_kind kind, const char *words)
{
	struct bundle_verdict verdict = verify(NULL);
	bool found = false;

	for (size_t i = 0; i < verdict.finding_count; i++)
		found |= verdict.findings[i].kind == kind &&
			 strstr(verdict.findings[i].what, words) != NULL;
	for (size_t i = 0; i < verdict.finding_count && !found; i++)
		fprintf(stderr, "%s: %s\n", bundle_finding_word(verdict.findings[i].kind),
		    verdict.findings[i].what);
	assert_true(found);
	assert_int_equal(verdict.well, bundle_finding_is_note(kind));
	bundle_verdict_free(&verdict);
}

static void
test_closed_evidence_is_well_and_says_what_no_card_signed(void **state)
{
	struct bundle_verdict verdict = verify(NULL);

	(void)state;
	assert_true(verdict.well);
	assert_false(verdict.practice);
	assert_memory_equal(verdict.head, evidence.head, SHA256_SIZE);
	assert_int_equal(verdict.files, 10);
	assert_int_equal(verdict.lines, 5);
	assert_int_equal(verdict.signature_count, 1);
	assert_string_equal(verdict.signatures[0].card, "root/1");
	assert_string_equal(verdict.signatures[0].role, "custodian");
	assert_true(verdict.signatures[0].right);
	assert_int_equal(evidence_count(&verdict, BUNDLE_DISSENT), 1);
	assert_int_equal(evidence_count(&verdict, BUNDLE_UNSIGNED), 1);
	bundle_verdict_free(&verdict);
	assert_found(BUNDLE_UNSIGNED, "carol (auditor) signs on paper");
	assert_found(BUNDLE_DISSENT, "carol (auditor) does NOT agree");
	assert_found(BUNDLE_UNSEEN, "no roster");
	assert_found(BUNDLE_UNSEEN, "the addendum has no lines, as far as is seen here");
}

/* Each byte, one bit of it: found, and well again once it is back. */
static void
flip_each(const char *path)
{
	size_t len = 0;
	char *bytes = evidence_get(&evidence, path, &len);

	for (size_t i = 0; i < len; i++) {
		bytes[i] ^= 1;
		evidence_put(&evidence, path, bytes, len);
		if (is_well())
			fail_msg("byte %zu of %s was changed, and nothing was found", i, path);
		bytes[i] ^= 1;
	}
	evidence_put(&evidence, path, bytes, len);
	assert_true(is_well());
	free(bytes);
}

static void
test_each_byte_of_the_manifest_counts(void **state)
{
	(void)state;
	flip_each(EVIDENCE_MANIFEST);
}

static void
test_each_byte_of_the_record_counts(void **state)
{
	(void)state;
	flip_each(EVIDENCE_RECORD);
}

/* An addendum whose last line no card has signed, with a file. */
static void
make_addendum(void)
{
	const struct addendum_place place = { evidence.evidence, evidence.head };
	struct err_trace trace = { .count = 0 };

	evidence_put(&evidence, "addendum/001-page.png", "scan", 4);
	assert_ok(
	    addendum_add(&place, ADDENDUM_SCAN,
		json_pack("{s:s, s:{s:s, s:s, s:i}}", "by", "ann", "file", "file",
		    "addendum/001-page.png", "sha256",
		    "59ad1b2fc74287ded1bba7af67765d23ad4a49f1ae51902cc2ed3f8ebee96cfa", "bytes", 4),
		&trace),
	    &trace);
}

static void
test_each_byte_of_signatures_and_addendum_counts(void **state)
{
	const struct addendum_place place = { evidence.evidence, evidence.head };
	struct err_trace trace = { .count = 0 };

	(void)state;
	assert_ok(addendum_add(&place, ADDENDUM_BAG,
		      json_pack("{s:s, s:s, s:s}", "by", "ann", "number", "A100", "holds", "HSM"),
		      &trace),
	    &trace);
	evidence_sign(&evidence, 1, 1);
	assert_ok(addendum_add(&place, ADDENDUM_OTHER,
		      json_pack("{s:s, s:s}", "by", "ann", "text", "The lamp was off."), &trace),
	    &trace);
	flip_each("addendum.jsonl");
	flip_each("signatures/root-1.json");
	flip_each("signatures/root-1.sig");
	flip_each("signatures/addendum-001-root-2.json");
	flip_each("signatures/addendum-001-root-2.sig");
}

static void
test_a_byte_of_every_other_file_counts(void **state)
{
	static const char *const paths[] = { "script.yaml", "sheet.yaml", "outputs/001-1.out",
		"files/root.pem", "cards/root-1.pem", "cards/root-2.json" };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		size_t len = 0;
		char *bytes = evidence_get(&evidence, paths[i], &len);

		bytes[len / 2] ^= 4;
		evidence_put(&evidence, paths[i], bytes, len);
		assert_found(BUNDLE_CHANGED, paths[i]);
		bytes[len / 2] ^= 4;
		evidence_put(&evidence, paths[i], bytes, len);
		assert_true(is_well());
		free(bytes);
	}
}

static void
test_a_file_more_or_less_is_found(void **state)
{
	(void)state;
	evidence_put(&evidence, "files/extra", "", 0);
	assert_found(BUNDLE_ADDED, "files/extra");
	evidence_drop(&evidence, "files/extra");
	evidence_put(&evidence, "addendum/extra", "", 0);
	assert_found(BUNDLE_ADDED, "addendum/extra");
	evidence_drop(&evidence, "addendum/extra");
	evidence_put(&evidence, "signatures/extra", "", 0);
	assert_found(BUNDLE_ADDED, "signatures/extra");
	evidence_drop(&evidence, "signatures/extra");
	assert_true(is_well());
	evidence_drop(&evidence, "outputs/001-1.err");
	assert_found(BUNDLE_MISSING, "outputs/001-1.err");
}

static void
test_a_manifest_that_was_cut_or_sorted_otherwise_is_found(void **state)
{
	size_t len = 0;
	char *text = evidence_get(&evidence, EVIDENCE_MANIFEST, &len);
	const size_t first = strcspn(text, "\n") + 1;
	char *other = malloc(len);

	(void)state;
	assert_non_null(other);
	evidence_put(&evidence, EVIDENCE_MANIFEST, text, len - first);
	assert_found(BUNDLE_BROKEN, "is cut off");
	evidence_put(&evidence, EVIDENCE_MANIFEST, text + first, len - first);
	assert_found(BUNDLE_ADDED, "the manifest does not name it");
	memcpy(other, text + first, len - first);
	memcpy(other + len - first, text, first);
	evidence_put(&evidence, EVIDENCE_MANIFEST, other, len);
	assert_found(BUNDLE_BROKEN, "line 10 of the manifest is not in its place");
	evidence_put(&evidence, EVIDENCE_MANIFEST, "", 0);
	assert_found(BUNDLE_ADDED, "record.jsonl");
	free(other);
	free(text);
}

/* Writes the record anew without its line `without`, or with lines `swap` and `swap` + 1 swapped.
 */
static void
rewrite_record(int without, int swap)
{
	size_t len = 0;
	char *text = evidence_get(&evidence, EVIDENCE_RECORD, &len);
	char *line[8] = { NULL }, *rest = text;
	char *out = calloc(1, len + 1);
	int count = 0;

	while (count < 8 && (line[count] = strsep(&rest, "\n")) != NULL && line[count][0] != '\0')
		count++;
	if (swap > 0 && swap < count) {
		char *first = line[swap - 1];

		line[swap - 1] = line[swap];
		line[swap] = first;
	}
	for (int i = 0; i < count; i++)
		if (i + 1 != without) {
			char *end = out + strlen(out);

			snprintf(end, len + 1 - (size_t)(end - out), "%s\n", line[i]);
		}
	evidence_put(&evidence, EVIDENCE_RECORD, out, strlen(out));
	free(out);
	free(text);
}

/* As somebody would who can make a manifest, but no signature. */
static void
freeze_anew(void)
{
	evidence_drop(&evidence, EVIDENCE_MANIFEST);
	evidence_freeze(&evidence);
}

static void
test_a_record_that_was_cut_or_reordered_is_found_under_a_new_manifest_too(void **state)
{
	(void)state;
	rewrite_record(3, 0);
	assert_found(BUNDLE_CHANGED, "record.jsonl");
	assert_found(BUNDLE_BROKEN, "line 3 of the record");
	freeze_anew();
	assert_found(BUNDLE_BROKEN, "line 3 of the record");
	assert_found(
	    BUNDLE_SPLICED, "signatures/root-1.json: it is over the head of other evidence");
}

static void
test_a_record_whose_lines_changed_places_is_found(void **state)
{
	(void)state;
	rewrite_record(0, 3);
	freeze_anew();
	assert_found(BUNDLE_BROKEN, "line 3 of the record");
}

static void
test_a_record_without_its_end_was_never_frozen(void **state)
{
	(void)state;
	rewrite_record(5, 0);
	freeze_anew();
	assert_found(BUNDLE_OPEN, "record.jsonl: it was never frozen");
}

static void
test_evidence_without_a_manifest_was_not_closed(void **state)
{
	(void)state;
	evidence_drop(&evidence, EVIDENCE_MANIFEST);
	assert_found(BUNDLE_OPEN, "there is no manifest");
}

/* Takes a file of another ceremony. */
static void
take_from(const struct evidence *other, const char *path)
{
	size_t len = 0;
	char *text = evidence_get(other, path, &len);

	evidence_put(&evidence, path, text, len);
	free(text);
}

static void
test_parts_of_two_ceremonies_are_told_apart(void **state)
{
	struct evidence other = { .name = "other" };

	(void)state;
	evidence_make(&other);
	evidence_freeze(&other);
	evidence_sign(&other, 0, 0);
	take_from(&other, "signatures/root-1.json");
	take_from(&other, "signatures/root-1.sig");
	assert_found(BUNDLE_SPLICED, "it is over the head of other evidence");
	take_from(&other, "script.yaml");
	freeze_anew();
	assert_found(BUNDLE_SPLICED, "script.yaml: the record was made by another script");
	take_from(&other, "record.jsonl");
	freeze_anew();
	assert_found(BUNDLE_SPLICED, "sheet.yaml: the record was made by another sheet");
	evidence_remove(&other);
}

static void
test_an_output_of_another_ceremony_is_not_what_the_record_tells_of(void **state)
{
	(void)state;
	evidence_put(&evidence, "outputs/001-1.out", "other\n", 6);
	freeze_anew();
	assert_found(BUNDLE_SPLICED, "outputs/001-1.out: its bytes are not those that the record");
	evidence_drop(&evidence, "outputs/001-1.out");
	freeze_anew();
	assert_found(BUNDLE_SPLICED, "outputs/001-1.out: the record tells of it");
}

/* The same words by the same card, over a practice's evidence. */
static void
test_a_practice_signature_is_none_for_real(void **state)
{
	struct evidence lying = evidence;

	(void)state;
	lying.practice = true;
	evidence_sign(&lying, 0, 0);
	assert_found(BUNDLE_SIGNATURE, "the signature is not by card root/1");
}

/* The signature is over the head, which is as it was: it is the record that is to blame. */
static void
test_a_practice_signature_is_right_beside_a_record_that_cannot_be_read(void **state)
{
	struct evidence practice = evidence;
	struct bundle_verdict verdict;

	(void)state;
	practice.practice = true;
	evidence_sign(&practice, 0, 0);
	rewrite_record(3, 0);
	verdict = verify(NULL);
	assert_false(verdict.well);
	assert_int_equal(evidence_count(&verdict, BUNDLE_SIGNATURE), 0);
	assert_true(verdict.signatures[0].right);
	bundle_verdict_free(&verdict);
}

static void
test_a_signature_by_a_card_without_a_key_in_the_evidence_is_none(void **state)
{
	struct evidence lying = evidence;

	(void)state;
	snprintf(lying.card[0].person, sizeof(lying.card[0].person), "mallory");
	evidence_sign(&lying, 0, 0);
	assert_found(BUNDLE_SIGNATURE, "no key of card root/1 of mallory");
	evidence_sign(&evidence, 0, 0);
	assert_true(is_well());
	evidence_drop(&evidence, "signatures/root-1.sig");
	assert_found(BUNDLE_SIGNATURE, "signatures/root-1.sig is missing beside it");
}

static void
test_links_devices_and_odd_names_are_told_and_not_opened(void **state)
{
	char path[300], name[200];

	(void)state;
	snprintf(path, sizeof(path), "%s/files/link", evidence.evidence);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_found(BUNDLE_ODD, "files/link is a symbolic link");
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/files/pipe", evidence.evidence);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_found(BUNDLE_ODD, "files/pipe is a device, a pipe or a socket");
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/files/none", evidence.evidence);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_found(BUNDLE_ODD, "files/none is a folder with nothing in it");
	assert_int_equal(rmdir(path), 0);
	evidence_put(&evidence, "files/a\nb", "", 0);
	assert_found(BUNDLE_ODD, "files/a?b has a name that");
	evidence_drop(&evidence, "files/a\nb");
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(path, sizeof(path), "files/%s", name);
	evidence_put(&evidence, path, "", 0);
	assert_found(BUNDLE_ODD, "nnn... has a name that");
	evidence_drop(&evidence, path);
	assert_true(is_well());
}

static void
test_a_folder_instead_of_the_manifest_or_the_record_is_no_evidence(void **state)
{
	char path[300];

	(void)state;
	evidence_drop(&evidence, EVIDENCE_RECORD);
	snprintf(path, sizeof(path), "%s/record.jsonl", evidence.evidence);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_found(BUNDLE_MISSING, "record.jsonl");
	evidence_drop(&evidence, EVIDENCE_MANIFEST);
	snprintf(path, sizeof(path), "%s/manifest", evidence.evidence);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_found(BUNDLE_OPEN, "there is no manifest");
}

static void
test_what_cannot_be_evidence_is_refused_before_it_is_frozen(void **state)
{
	struct err_trace trace = { .count = 0 };
	uint8_t head[SHA256_SIZE];
	char path[300];

	(void)state;
	assert_fails(bundle_freeze(evidence.evidence, head, &trace), ERR_EXISTS, &trace);
	evidence_drop(&evidence, EVIDENCE_MANIFEST);
	evidence_put(&evidence, "files/what?", "", 0);
	assert_fails(bundle_freeze(evidence.evidence, head, &trace), ERR_UNSUPPORTED, &trace);
	evidence_drop(&evidence, "files/what?");
	evidence_put(&evidence, "files/ROOT.pem", "", 0);
	assert_fails(bundle_freeze(evidence.evidence, head, &trace), ERR_UNSUPPORTED, &trace);
	evidence_drop(&evidence, "files/ROOT.pem");
	snprintf(path, sizeof(path), "%s/files/link", evidence.evidence);
	assert_int_equal(symlink("root.pem", path), 0);
	assert_fails(bundle_freeze(evidence.evidence, head, &trace), ERR_UNSUPPORTED, &trace);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/manifest", evidence.evidence);
	assert_int_equal(access(path, F_OK), -1);
	trace = (struct err_trace){ .count = 0 };
	assert_ok(bundle_freeze(evidence.evidence, head, &trace), &trace);
	assert_memory_equal(head, evidence.head, SHA256_SIZE);
}

static void
test_names_that_some_medium_or_tool_cannot_hold_are_not_good(void **state)
{
	static const char *const bad[] = { "", "/", "a/", "/a", "a//b", ".", "..", "a/../b", "a.",
		" a", "a ", "a:b", "a\\b", "a\"b", "a*b", "a|b", "a<b", "a>b", "a?b", "a\tb",
		"\x7f", "\xc3\xa4" };
	static const char *const good[] = { "a", "a b", "outputs/004-1.out", "files/.hidden", "-" };
	char path[BUNDLE_PATH_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(bundle_path_is_good(bad[i]));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(bundle_path_is_good(good[i]));
	memset(path, 'a', sizeof(path));
	path[BUNDLE_PATH_MAX + 1] = '\0';
	assert_false(bundle_path_is_good(path));
	path[BUNDLE_PATH_MAX] = '\0';
	assert_true(bundle_path_is_good(path));
}

static void
test_an_unsigned_addition_is_said_and_a_lost_file_found(void **state)
{
	(void)state;
	make_addendum();
	assert_found(BUNDLE_UNSIGNED, "no card signed the addendum from line 1 to 1");
	assert_found(BUNDLE_UNSEEN, "the addendum ends with line 1, hash ");
	evidence_sign(&evidence, 1, 1);
	struct bundle_verdict verdict = verify(NULL);
	assert_int_equal(verdict.additions, 1);
	assert_int_equal(verdict.signature_count, 2);
	assert_int_equal(evidence_count(&verdict, BUNDLE_UNSIGNED), 1); /* carol's paper */
	bundle_verdict_free(&verdict);
	evidence_put(&evidence, "addendum/001-page.png", "scam", 4);
	assert_found(BUNDLE_CHANGED, "addendum/001-page.png");
	evidence_drop(&evidence, "addendum/001-page.png");
	assert_found(BUNDLE_MISSING, "addendum/001-page.png");
}

static void
test_an_addition_to_other_evidence_does_not_follow(void **state)
{
	const uint8_t elsewhere[SHA256_SIZE] = { 1 };
	const struct addendum_place place = { evidence.evidence, elsewhere };
	struct err_trace trace = { .count = 0 };

	(void)state;
	assert_ok(addendum_add(&place, ADDENDUM_OTHER,
		      json_pack("{s:s, s:s}", "by", "ann", "text", "elsewhere"), &trace),
	    &trace);
	assert_found(BUNDLE_BROKEN, "it does not follow from this evidence's head");
}

static void
test_an_addition_without_what_its_kind_needs_is_refused(void **state)
{
	const struct addendum_place place = { evidence.evidence, evidence.head };
	struct err_trace trace = { .count = 0 };

	(void)state;
	assert_fails(addendum_add(&place, ADDENDUM_BAG,
			 json_pack("{s:s, s:s}", "by", "ann", "number", "A100"), &trace),
	    ERR_FORMAT, &trace);
	assert_fails(addendum_add(&place, ADDENDUM_OTHER, NULL, &trace), ERR_NOMEM, &trace);
	assert_true(is_well());
}

/* This evidence names `evidence` as the one before. */
static void
test_the_previous_evidence_is_compared_by_its_head(void **state)
{
	struct evidence later = { .name = "later" };
	struct bundle_question question = { .evidence = later.evidence };
	struct err_trace trace = { .count = 0 };
	struct bundle_verdict verdict;

	(void)state;
	hex_encode(evidence.head, SHA256_SIZE, later.previous);
	evidence_make(&later);
	evidence_freeze(&later);
	evidence_sign(&later, 0, 0);
	assert_ok(bundle_verify(&question, &verdict, &trace), &trace);
	assert_true(verdict.well);
	assert_int_equal(evidence_count(&verdict, BUNDLE_UNSEEN), 3);
	bundle_verdict_free(&verdict);
	question.previous = evidence.evidence;
	assert_ok(bundle_verify(&question, &verdict, &trace), &trace);
	assert_true(verdict.well);
	assert_int_equal(evidence_count(&verdict, BUNDLE_UNSEEN), 2);
	bundle_verdict_free(&verdict);
	evidence_put(&evidence, "files/root.pem", "x", 1);
	assert_ok(bundle_verify(&question, &verdict, &trace), &trace);
	assert_int_equal(evidence_count(&verdict, BUNDLE_CHAIN), 1);
	bundle_verdict_free(&verdict);
	evidence_drop(&evidence, EVIDENCE_MANIFEST);
	evidence_freeze(&evidence);
	assert_ok(bundle_verify(&question, &verdict, &trace), &trace);
	assert_false(verdict.well);
	assert_int_equal(evidence_count(&verdict, BUNDLE_CHAIN), 1);
	bundle_verdict_free(&verdict);
	question.previous = "/nowhere";
	assert_ok(bundle_verify(&question, &verdict, &trace), &trace);
	assert_int_equal(evidence_count(&verdict, BUNDLE_CHAIN), 1);
	bundle_verdict_free(&verdict);
	evidence_remove(&later);
}

static void
test_a_folder_that_is_not_there_is_absent(void **state)
{
	const struct bundle_question question = { .evidence = "/nowhere" };
	struct err_trace trace = { .count = 0 };
	struct bundle_verdict verdict;

	(void)state;
	assert_fails(bundle_verify(&question, &verdict, &trace), ERR_ABSENT, &trace);
}

#define CLAIM(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CLAIM(test_closed_evidence_is_well_and_says_what_no_card_signed),
		CLAIM(test_each_byte_of_the_manifest_counts),
		CLAIM(test_each_byte_of_the_record_counts),
		CLAIM(test_each_byte_of_signatures_and_addendum_counts),
		CLAIM(test_a_byte_of_every_other_file_counts),
		CLAIM(test_a_file_more_or_less_is_found),
		CLAIM(test_a_manifest_that_was_cut_or_sorted_otherwise_is_found),
		CLAIM(test_a_record_that_was_cut_or_reordered_is_found_under_a_new_manifest_too),
		CLAIM(test_a_record_whose_lines_changed_places_is_found),
		CLAIM(test_a_record_without_its_end_was_never_frozen),
		CLAIM(test_evidence_without_a_manifest_was_not_closed),
		CLAIM(test_parts_of_two_ceremonies_are_told_apart),
		CLAIM(test_an_output_of_another_ceremony_is_not_what_the_record_tells_of),
		CLAIM(test_a_practice_signature_is_none_for_real),
		CLAIM(test_a_practice_signature_is_right_beside_a_record_that_cannot_be_read),
		CLAIM(test_a_signature_by_a_card_without_a_key_in_the_evidence_is_none),
		CLAIM(test_links_devices_and_odd_names_are_told_and_not_opened),
		CLAIM(test_a_folder_instead_of_the_manifest_or_the_record_is_no_evidence),
		CLAIM(test_what_cannot_be_evidence_is_refused_before_it_is_frozen),
		CLAIM(test_names_that_some_medium_or_tool_cannot_hold_are_not_good),
		CLAIM(test_an_unsigned_addition_is_said_and_a_lost_file_found),
		CLAIM(test_an_addition_to_other_evidence_does_not_follow),
		CLAIM(test_an_addition_without_what_its_kind_needs_is_refused),
		CLAIM(test_the_previous_evidence_is_compared_by_its_head),
		CLAIM(test_a_folder_that_is_not_there_is_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
