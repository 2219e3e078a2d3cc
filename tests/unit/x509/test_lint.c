/* SPDX-License-Identifier: BSD-2-Clause */
/* Each rule has something that breaks it, and a rule without one fails the tests. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "tests/unit/x509/room.h"
#include "x509/lint.h"

enum { DAY = CLOCK_DAY };

static void
old_version(struct room *room)
{
	X509_set_version(room->root, 0);
}

static void
short_serial(struct room *room)
{
	ASN1_INTEGER_set(X509_get_serialNumber(room->root), 5);
}

static void
weak_hash(struct room *room)
{
	assert_true(X509_sign(room->root, room->root_key, EVP_sha1()) > 0);
}

static void
empty_subject(struct room *room)
{
	X509_NAME *name = X509_NAME_new();

	X509_set_subject_name(room->root, name);
	X509_NAME_free(name);
}

static void
late_utc_form(struct room *room)
{
	ASN1_TIME *time = ASN1_GENERALIZEDTIME_set(NULL, ROOM_NOW + INT64_C(3000) * DAY);

	X509_set1_notAfter(room->root, time);
	ASN1_TIME_free(time);
}

static void
ends_before(struct room *room)
{
	room_times(room->root, ROOM_NOW, ROOM_NOW - 1);
}

static void
twice(struct room *room)
{
	X509_add_ext(room->root, X509_get_ext(room->root, 0), -1);
}

static void
odd_curve(struct room *room)
{
	EVP_PKEY *key = EVP_EC_gen("secp256k1");

	X509_set_pubkey(room->root, key);
	EVP_PKEY_free(key);
}

static void
no_ca(struct room *room)
{
	room_extension(room->root, NID_basic_constraints, "critical,CA:FALSE");
}

static void
no_cert_sign(struct room *room)
{
	room_extension(room->root, NID_key_usage, "critical,cRLSign");
}

static void
other_id(struct room *room)
{
	room_extension(room->root, NID_subject_key_identifier, "01:02");
}

static void
no_authority(struct room *room)
{
	room_extension(room->root, NID_authority_key_identifier, NULL);
}

static void
lax_constraints(struct room *room)
{
	room_extension(room->sub, NID_name_constraints, "permitted;DNS:example.org");
}

static void
root_of_another(struct room *room)
{
	room_name(room->root, true, "C=DE,O=Example AG,CN=Another");
}

static void
sub_of_another(struct room *room)
{
	room_name(room->sub, true, "C=DE,O=Example AG,CN=Another");
}

static void
issuer_no_ca(struct room *room)
{
	room_extension(room->root, NID_basic_constraints, "critical,CA:FALSE");
}

static void
issuer_is_last(struct room *room)
{
	room_extension(room->root, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
}

static void
longer_than_issuer(struct room *room)
{
	room_times(room->sub, ROOM_NOW, ROOM_NOW + INT64_C(10000) * DAY);
}

static void
same_name(struct room *room)
{
	room_name(room->sub, false, ROOM_NAME);
}

static void
same_key(struct room *room)
{
	X509_set_pubkey(room->sub, room->root_key);
}

static void
no_country(struct room *room)
{
	room_name(room->root, false, "O=Example AG,CN=Example");
}

static void
no_organisation(struct room *room)
{
	room_name(room->root, false, "C=DE,CN=Example");
}

static void
no_common_name(struct room *room)
{
	room_name(room->root, false, "C=DE,O=Example AG");
}

static void
unit(struct room *room)
{
	room_name(room->root, false, "C=DE,O=Example AG,OU=Cellar,CN=Example");
}

static void
no_crl_sign(struct room *room)
{
	room_extension(room->root, NID_key_usage, "critical,keyCertSign");
}

static void
two_days_ago(struct room *room)
{
	room_times(room->root, ROOM_NOW - 2 * DAY, ROOM_NOW + INT64_C(3000) * DAY);
}

static void
ldap_address(struct room *room)
{
	room_extension(room->sub, NID_crl_distribution_points, "URI:ldap://example.org/cn=a");
}

static void
too_long(struct room *room)
{
	room_times(room->root, ROOM_NOW, ROOM_NOW + INT64_C(9132) * DAY);
}

static void
root_with_purpose(struct room *room)
{
	room_extension(room->root, NID_ext_key_usage, "serverAuth");
}

static void
root_with_path_length(struct room *room)
{
	room_extension(room->root, NID_basic_constraints, "critical,CA:TRUE,pathlen:1");
}

static void
root_with_policy(struct room *room)
{
	room_extension(room->root, NID_certificate_policies, "2.23.140.1.2.2");
}

static void
root_with_constraints(struct room *room)
{
	room_extension(room->root, NID_name_constraints, "critical,permitted;DNS:example.org");
}

static void
any_purpose(struct room *room)
{
	room_extension(room->sub, NID_ext_key_usage, "serverAuth,emailProtection");
}

static void
no_policy(struct room *room)
{
	room_extension(room->sub, NID_certificate_policies, NULL);
}

static void
no_crl_address(struct room *room)
{
	room_extension(room->sub, NID_crl_distribution_points, NULL);
}

/* A row for each of lint.c, in its order. */
static const struct breaker {
	bool issued;
	void (*breaks)(struct room *room);
	const char *text;
} breakers[] = {
	{ false, old_version, "the version is 3" },
	{ false, short_serial, "the serial number is positive" },
	{ false, weak_hash, "the signature is made with SHA-256" },
	{ false, empty_subject, "the subject is not empty" },
	{ false, late_utc_form, "times are UTCTime through 2049" },
	{ false, ends_before, "it begins before it ends" },
	{ false, twice, "no extension is there twice" },
	{ false, odd_curve, "the key is on P-256" },
	{ false, no_ca, "basicConstraints is critical and says CA" },
	{ false, no_cert_sign, "keyUsage is critical and has keyCertSign" },
	{ false, other_id, "the subject key identifier is there" },
	{ false, no_authority, "the authority key identifier is the issuer's" },
	{ true, lax_constraints, "name constraints are critical" },
	{ false, root_of_another, "issuer and subject are the same bytes" },
	{ true, sub_of_another, "the issuer is the CA's subject" },
	{ true, issuer_no_ca, "the issuer's certificate is one of a CA" },
	{ true, issuer_is_last, "the issuer may have a CA below it" },
	{ true, longer_than_issuer, "it is valid only while the issuer's" },
	{ true, same_name, "the subject is not the issuer" },
	{ true, same_key, "the key is not the issuer's" },
	{ false, no_country, "the subject has a country" },
	{ false, no_organisation, "the subject has an organisation" },
	{ false, no_common_name, "the subject has a common name" },
	{ false, unit, "the subject has no organisational unit" },
	{ false, no_crl_sign, "keyUsage has cRLSign" },
	{ false, two_days_ago, "it begins now, or at most a day ago" },
	{ true, ldap_address, "addresses begin with http://" },
	{ false, too_long, "a root is valid for 2922 to 9132 days" },
	{ false, root_with_purpose, "a root has no extKeyUsage" },
	{ false, root_with_path_length, "a root has no path length" },
	{ false, root_with_policy, "a root has no certificate policies" },
	{ false, root_with_constraints, "a root has no name constraints" },
	{ true, any_purpose, "extKeyUsage has serverAuth" },
	{ true, no_policy, "certificate policies are there" },
	{ true, no_crl_address, "the address of the revocation list is there" },
};
enum { BREAKERS = sizeof(breakers) / sizeof(*breakers) };

static enum err
lint(const struct room *room, bool issued, enum profile_rules rules, struct err_trace *trace)
{
	const struct lint_certificate what = { .certificate = issued ? room->sub : room->root,
		.issuer = issued ? room->root : NULL,
		.rules = rules,
		.now = ROOM_NOW + 60 };

	return lint_certificate(&what, trace);
}

static void
what_the_profiles_make_holds_every_rule(void **state)
{
	struct err_trace trace = { 0 };

	assert_ok(lint(*state, false, PROFILE_PUBLIC, &trace), &trace);
	assert_ok(lint(*state, true, PROFILE_PUBLIC, &trace), &trace);
}

static void
every_rule_has_something_that_breaks_it(void **state)
{
	const char *rule, *text;

	(void)state;
	for (size_t i = 0; i < BREAKERS; i++) {
		assert_true(lint_row(i, &rule, &text));
		if (strncmp(text, breakers[i].text, strlen(breakers[i].text)) != 0)
			fail_msg("row %zu is '%s'", i, text);
	}
	assert_false(lint_row(BREAKERS, &rule, &text));
}

static void
what_breaks_a_rule_is_told_with_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < BREAKERS; i++) {
		struct err_trace trace = { 0 };
		void *room = NULL;

		room_open(&room);
		breakers[i].breaks(room);
		assert_fails(
		    lint(room, breakers[i].issued, PROFILE_PUBLIC, &trace), ERR_DENIED, &trace);
		if (!room_said(&trace, breakers[i].text))
			fail_msg("'%s' was not found broken", breakers[i].text);
		room_close(&room);
	}
}

static void
an_issuer_that_has_ended_issues_nothing(void **state)
{
	struct room *room = *state;
	struct err_trace trace = { 0 };

	room_times(room->root, ROOM_NOW - INT64_C(3000) * DAY, ROOM_NOW - DAY);
	assert_fails(lint(room, true, PROFILE_PUBLIC, &trace), ERR_DENIED, &trace);
	assert_true(room_said(&trace, "it is valid only while the issuer's"));
}

static void
private_rules_ask_no_country(void **state)
{
	struct room *room = *state;
	struct err_trace trace = { 0 };

	room_name(room->root, false, "CN=Example");
	room_name(room->root, true, "CN=Example");
	assert_ok(lint(room, false, PROFILE_PRIVATE, &trace), &trace);
	assert_fails(lint(room, false, PROFILE_PUBLIC, &trace), ERR_DENIED, &trace);
}

static void
keys_are_judged_by_kind_and_size(void **state)
{
	static const struct {
		const char *group;
		size_t bits;
		bool good;
	} rows[] = {
		{ "P-256", 0, true },
		{ "P-384", 0, true },
		{ "P-521", 0, true },
		{ "P-224", 0, false },
		{ NULL, 1024, false },
		{ NULL, 2048, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		EVP_PKEY *key = rows[i].group != NULL
				    ? EVP_EC_gen(rows[i].group)
				    : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", rows[i].bits);

		assert_non_null(key);
		assert_int_equal(lint_key_fault(key) == NULL, rows[i].good);
		EVP_PKEY_free(key);
	}
	assert_non_null(lint_key_fault(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    what_the_profiles_make_holds_every_rule, room_open, room_close),
		cmocka_unit_test(every_rule_has_something_that_breaks_it),
		cmocka_unit_test(what_breaks_a_rule_is_told_with_it),
		cmocka_unit_test_setup_teardown(
		    an_issuer_that_has_ended_issues_nothing, room_open, room_close),
		cmocka_unit_test_setup_teardown(
		    private_rules_ask_no_country, room_open, room_close),
		cmocka_unit_test(keys_are_judged_by_kind_and_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
