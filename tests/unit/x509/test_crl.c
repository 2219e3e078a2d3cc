/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include <openssl/ec.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "tests/unit/x509/room.h"
#include "x509/crl.h"
#include "x509/lint.h"

enum { DAY = CLOCK_DAY };

static enum err
parse(const char *text, struct crl_entries *out, struct err_trace *trace)
{
	const struct crl_entries_text from = {
		.file = "r.csv", .text = text, .len = strlen(text), .now = ROOM_NOW
	};

	return crl_entries_parse(&from, out, trace);
}

static X509_CRL *
list(const struct room *room, int64_t number, const X509_CRL *previous, const char *text)
{
	struct err_trace trace = { 0 };
	struct crl_entries entries;
	struct der draft, made;
	X509_CRL *crl = NULL;

	assert_ok(parse(text, &entries, &trace), &trace);
	assert_ok(crl_draft(&(struct crl_order){ .issuer = room->root,
				.number = number,
				.this_update = ROOM_NOW,
				.next_update = ROOM_NOW + 200 * DAY,
				.previous = previous,
				.entries = &entries },
		      &draft, &trace),
	    &trace);
	room_sign(&draft, room->root_key, &made);
	assert_ok(encoding_crl(&made, &crl, &trace), &trace);
	crl_entries_drop(&entries);
	der_drop(&draft);
	der_drop(&made);
	return crl;
}

static void
a_row_is_a_serial_number_a_date_and_a_reason(void **state)
{
	struct err_trace trace = { 0 };
	struct crl_entries entries;

	(void)state;
	assert_ok(parse("serial,date,reason\r\n00:0A:ff,2026-11-01,keyCompromise\r\n"
			"b,2026-11-01T12:00:00Z,\r\n",
		      &entries, &trace),
	    &trace);
	assert_int_equal(entries.count, 2);
	assert_int_equal(entries.at[0].serial_len, 1); /* sorted */
	assert_int_equal(entries.at[0].serial[0], 0x0b);
	assert_int_equal(entries.at[0].date, 1793534400);
	assert_int_equal(entries.at[0].reason, 0);
	assert_memory_equal(entries.at[1].serial, "\x0a\xff", 2);
	assert_int_equal(entries.at[1].reason, 1);
	crl_entries_drop(&entries);
}

static void
a_bad_row_is_named_with_its_line(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{ "", "r.csv:1: the first row is not serial,date,reason" },
		{ "serial;date;reason\n", "r.csv:1: the first row" },
		{ "serial,date,reason\n1,2026-11-01\n", "r.csv:2: a row has 3 fields, not 2" },
		{ "serial,date,reason\nxy,2026-11-01,\n", "r.csv:2: 'xy' is no serial number" },
		{ "serial,date,reason\n,2026-11-01,\n", "r.csv:2: '' is" },
		{ "serial,date,reason\n00,2026-11-01,\n", "r.csv:2: '00' is zero" },
		{ "serial,date,reason\n012345678901234567890123456789012345678901,2026-11-01,\n",
		    "is no serial number" },
		{ "serial,date,reason\n1,2026-11-31,\n", "r.csv:2: '2026-11-31' is no date" },
		{ "serial,date,reason\n1,2026-11-24,\n", "'2026-11-24' lies in the future" },
		{ "serial,date,reason\n1,2026-11-01,lost\n", "'lost' is no reason" },
		{ "serial,date,reason\n1,2026-11-01,removeFromCRL\n", "is no reason" },
		{ "serial,date,reason\n1,2026-11-01,\n01,2026-11-02,\n",
		    "r.csv:3: the serial number is that of line 2" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err_trace trace = { 0 };
		struct crl_entries entries;

		assert_fails(parse(rows[i].text, &entries, &trace), ERR_FORMAT, &trace);
		if (!room_said(&trace, rows[i].said))
			fail_msg("not said: %s", rows[i].said);
	}
}

static void
the_next_list_keeps_what_the_one_before_revokes(void **state)
{
	struct room *room = *state;
	struct err_trace trace = { 0 };
	X509_CRL *one = list(room, 3, NULL, "serial,date,reason\n0a,2026-11-01,superseded\n");
	X509_CRL *two = list(room, 4, one, "serial,date,reason\n0b,2026-11-02,\n");
	int64_t number = 0;

	assert_int_equal(X509_CRL_verify(two, room->root_key), 1);
	assert_int_equal(crl_count(two), 2);
	assert_true(crl_number(two, &number));
	assert_int_equal(number, 4);
	assert_ok(crl_check_previous(one, room->root, 4, &trace), &trace);
	X509_CRL_free(one);
	X509_CRL_free(two);
}

static void
what_is_revoked_already_is_named(void **state)
{
	struct room *room = *state;
	struct err_trace trace = { 0 };
	X509_CRL *one = list(room, 3, NULL, "serial,date,reason\n0a,2026-11-01,superseded\n");
	struct crl_entries entries;
	struct der draft;

	assert_ok(parse("serial,date,reason\n0b,2026-11-01,\n0a,2026-11-01,\n", &entries, &trace),
	    &trace);
	assert_fails(crl_draft(&(struct crl_order){ .issuer = room->root,
				   .number = 4,
				   .this_update = ROOM_NOW,
				   .next_update = ROOM_NOW + DAY,
				   .previous = one,
				   .entries = &entries },
			 &draft, &trace),
	    ERR_FORMAT, &trace);
	assert_true(room_said(&trace, "line 3: the previous list revokes"));
	crl_entries_drop(&entries);
	X509_CRL_free(one);
}

static void
a_previous_list_of_another_key_or_with_a_greater_number_is_refused(void **state)
{
	struct room *room = *state;
	struct err_trace trace = { 0 };
	X509_CRL *one = list(room, 3, NULL, "serial,date,reason\n");

	assert_fails(crl_check_previous(one, room->root, 3, &trace), ERR_ARGUMENT, &trace);
	err_clear(&trace);
	assert_fails(crl_check_previous(one, room->sub, 4, &trace), ERR_DENIED, &trace);
	err_clear(&trace);
	assert_true(X509_CRL_sign(one, room->sub_key, EVP_sha256()) > 0);
	assert_fails(crl_check_previous(one, room->root, 4, &trace), ERR_DENIED, &trace);
	X509_CRL_free(one);
}

/* What a rule is broken by. */
struct broken {
	struct room *room;
	X509_CRL *crl;
	int64_t now;
};

static void
old_version(struct broken *broken)
{
	X509_CRL_set_version(broken->crl, 0);
}

static void
other_name(struct broken *broken)
{
	X509_CRL_set_issuer_name(broken->crl, X509_get_subject_name(broken->room->sub));
}

static void
no_crl_sign(struct broken *broken)
{
	room_extension(broken->room->root, NID_key_usage, "critical,keyCertSign");
}

static void
weak_hash(struct broken *broken)
{
	assert_true(X509_CRL_sign(broken->crl, broken->room->root_key, EVP_sha1()) > 0);
}

static void
wrong_form(struct broken *broken)
{
	ASN1_TIME *time = ASN1_GENERALIZEDTIME_set(NULL, ROOM_NOW + 10 * DAY);

	X509_CRL_set1_nextUpdate(broken->crl, time);
	ASN1_TIME_free(time);
}

static void
it_is_over(struct broken *broken)
{
	broken->now = ROOM_NOW + 200 * DAY;
}

static void
issuer_is_over(struct broken *broken)
{
	room_times(broken->room->root, ROOM_NOW - 2 * DAY, ROOM_NOW - DAY);
}

static void
take_out(X509_CRL *crl, int nid)
{
	X509_EXTENSION_free(X509_CRL_delete_ext(crl, X509_CRL_get_ext_by_NID(crl, nid, -1)));
}

static void
no_number(struct broken *broken)
{
	take_out(broken->crl, NID_crl_number);
}

static void
no_key_id(struct broken *broken)
{
	take_out(broken->crl, NID_authority_key_identifier);
}

static X509_REVOKED *
first(const struct broken *broken)
{
	return sk_X509_REVOKED_value(X509_CRL_get_REVOKED(broken->crl), 0);
}

static void
one_twice(struct broken *broken)
{
	X509_CRL_add0_revoked(broken->crl, X509_REVOKED_dup(first(broken)));
	X509_CRL_sort(broken->crl);
}

static void
in_the_future(struct broken *broken)
{
	ASN1_TIME *time = ASN1_TIME_set(NULL, ROOM_NOW + DAY);

	X509_REVOKED_set_revocationDate(first(broken), time);
	ASN1_TIME_free(time);
}

static void
no_reason(struct broken *broken)
{
	X509_EXTENSION_free(X509_REVOKED_delete_ext(first(broken), 0));
}

static void
two_years(struct broken *broken)
{
	ASN1_TIME *time = ASN1_TIME_set(NULL, ROOM_NOW + 700 * DAY);

	X509_CRL_set1_nextUpdate(broken->crl, time);
	ASN1_TIME_free(time);
}

/* A row for each of lint_crl.c, in its order. */
static const struct {
	void (*breaks)(struct broken *broken);
	const char *text;
} breakers[] = {
	{ old_version, "the version is 2" },
	{ other_name, "the issuer is the CA's subject" },
	{ no_crl_sign, "the CA's keyUsage has cRLSign" },
	{ weak_hash, "the signature is made with SHA-256" },
	{ wrong_form, "it ends after it begins" },
	{ it_is_over, "it has begun, and has not ended" },
	{ issuer_is_over, "it begins while the CA's certificate is valid" },
	{ no_number, "it has a number" },
	{ no_key_id, "the authority key identifier is the CA's" },
	{ one_twice, "no certificate is there twice" },
	{ in_the_future, "nothing is revoked in the future" },
	{ no_reason, "each entry has a reason" },
	{ two_years, "the next one is due within twelve months" },
};
enum { BREAKERS = sizeof(breakers) / sizeof(*breakers) };

static enum err
lint(const struct broken *broken, enum profile_rules rules, struct err_trace *trace)
{
	const struct lint_crl what = {
		.crl = broken->crl, .issuer = broken->room->root, .rules = rules, .now = broken->now
	};

	return lint_crl(&what, trace);
}

static void
a_whole_list_holds_every_rule(void **state)
{
	struct room *room = *state;
	struct err_trace trace = { 0 };
	struct broken whole = { .room = room, .now = ROOM_NOW };

	whole.crl = list(room, 1, NULL, "serial,date,reason\n0a,2026-11-01,superseded\n");
	assert_ok(lint(&whole, PROFILE_PUBLIC, &trace), &trace);
	no_reason(&whole);
	assert_ok(lint(&whole, PROFILE_PRIVATE, &trace), &trace);
	X509_CRL_free(whole.crl);
}

static void
every_rule_is_broken_by_something_and_told(void **state)
{
	const char *rule, *text;

	(void)state;
	for (size_t i = 0; i < BREAKERS; i++) {
		struct err_trace trace = { 0 };
		struct broken broken = { .now = ROOM_NOW };
		void *room = NULL;

		room_open(&room);
		broken.room = room;
		broken.crl = list(room, 1, NULL, "serial,date,reason\n0a,2026-11-01,superseded\n");
		breakers[i].breaks(&broken);
		assert_fails(lint(&broken, PROFILE_PUBLIC, &trace), ERR_DENIED, &trace);
		assert_true(lint_crl_row(i, &rule, &text));
		if (!room_said(&trace, breakers[i].text) || strstr(text, breakers[i].text) != text)
			fail_msg("row %zu, '%s', was not found broken", i, breakers[i].text);
		X509_CRL_free(broken.crl);
		room_close(&room);
	}
	assert_false(lint_crl_row(BREAKERS, &rule, &text));
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, room_open, room_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_a_serial_number_a_date_and_a_reason),
		cmocka_unit_test(a_bad_row_is_named_with_its_line),
		IN_ROOM(the_next_list_keeps_what_the_one_before_revokes),
		IN_ROOM(what_is_revoked_already_is_named),
		IN_ROOM(a_previous_list_of_another_key_or_with_a_greater_number_is_refused),
		IN_ROOM(a_whole_list_holds_every_rule),
		cmocka_unit_test(every_rule_is_broken_by_something_and_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
