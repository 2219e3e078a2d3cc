/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "tests/unit/x509/room.h"
#include "x509/dn.h"
#include "x509/profile.h"

static enum err
parse(const char *text, struct profile *out, struct err_trace *trace)
{
	return profile_parse("a/p.profile", text, strlen(text), out, trace);
}

#define HEAD "kind = intermediate\nrules = private\ndays = 10\n"

static void
the_page_s_example_is_read(void **state)
{
	struct err_trace trace = { 0 };
	struct profile profile;
	char *page = NULL, *begin, *end;
	size_t len = 0;

	(void)state;
	assert_ok(file_read("docs/formats/profile.md", 1 << 20, &page, &len, &trace), &trace);
	begin = strstr(page, "```\n# An issuing CA");
	assert_non_null(begin);
	end = strstr(begin + 4, "```");
	assert_non_null(end);
	*end = '\0';
	assert_ok(parse(begin + 4, &profile, &trace), &trace);
	assert_string_equal(profile.name, "p.profile");
	assert_int_equal(profile.kind, PROFILE_INTERMEDIATE);
	assert_int_equal(profile.rules, PROFILE_PUBLIC);
	assert_int_equal(profile.days, 3650);
	assert_int_equal(profile.path_length, 0);
	assert_string_equal(profile.subject, "C=DE,O=Example AG,CN=Example Issuing CA 7");
	assert_string_equal(profile.key_usage, "keyCertSign,cRLSign,digitalSignature");
	assert_string_equal(profile.extended_usage, "serverAuth,clientAuth");
	assert_string_equal(profile.policies, "2.23.140.1.2.2");
	assert_string_equal(profile.crl_urls, "URI:http://pki.example.org/root-1.crl");
	assert_string_equal(profile.access, "caIssuers;URI:http://pki.example.org/root-1.cer");
	free(page);
}

static void
what_is_left_out_has_a_meaning(void **state)
{
	struct err_trace trace = { 0 };
	struct profile profile;

	(void)state;
	assert_ok(parse("# a comment\r\n\n  kind=root\r\nrules =public\ndays= 1", &profile, &trace),
	    &trace);
	assert_int_equal(profile.path_length, PROFILE_NO_LIMIT);
	assert_string_equal(profile.key_usage, "keyCertSign,cRLSign");
	assert_string_equal(profile.extended_usage, "");
	assert_string_equal(profile.subject, "");
}

static void
constraints_are_gathered(void **state)
{
	struct err_trace trace = { 0 };
	struct profile profile;

	(void)state;
	assert_ok(parse(HEAD "permit = DNS:example.org\npermit = email:example.org\n"
			     "exclude = IP:10.0.0.0/255.0.0.0\n",
		      &profile, &trace),
	    &trace);
	assert_string_equal(profile.constraints,
	    "permitted;DNS:example.org,permitted;email:example.org,"
	    "excluded;IP:10.0.0.0/255.0.0.0");
}

static void
what_is_wrong_is_told_with_line_and_column(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{ HEAD "colour = red\n", "a/p.profile:4:1: a profile has no key 'colour'" },
		{ HEAD "days = 11\n", "a/p.profile:4:8: days is given twice" },
		{ HEAD "  subject\n", "a/p.profile:4:3: this is no line 'key = value'" },
		{ HEAD "subject =\n", "a/p.profile:4:10: subject has no value" },
		{ HEAD "subject = X=1\n", "subject is no name like" },
		{ HEAD "path-length = 17\n", "path-length is no number in its range" },
		{ HEAD "path-length = -1\n", "path-length is no number in its range" },
		{ HEAD "key-usage = decipherOnly\n", "key-usage takes keyCertSign" },
		{ HEAD "key-usage = cRLSign,\n", "key-usage has an empty" },
		{ HEAD "extended-key-usage = web\n", "extended-key-usage takes serverAuth" },
		{ HEAD "policy = any\n", "policy is no object identifier" },
		{ HEAD "permit = dirName:x\n", "permit takes DNS:name" },
		{ HEAD "permit = IP:10.0.0\n", "permit has an address that is none" },
		{ HEAD "crl-url = https://example.org/a.crl\n", "crl-url is no http://" },
		{ HEAD "crl-url = http://example.org/a,b\n", "crl-url is no http://" },
		{ "kind = leaf\n", "a/p.profile:1:8: kind is none of the words" },
		{ "kind = root\nrules = public\ndays = 0\n", "days is no number in its range" },
		{ "kind = root\nrules = public\ndays = 99999999999999999999\n",
		    "days is no number in its range" },
		{ "kind = root\nrules = public\n", "a/p.profile: the key 'days' is missing" },
		{ "", "the key 'kind' is missing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err_trace trace = { 0 };
		struct profile profile;

		assert_fails(parse(rows[i].text, &profile, &trace), ERR_FORMAT, &trace);
		if (!room_said(&trace, rows[i].said))
			fail_msg("'%s' is not '%s'", trace.frame[0].text, rows[i].said);
	}
}

static void
too_many_values_and_bytes_that_are_no_text_are_refused(void **state)
{
	struct err_trace trace = { 0 };
	struct profile profile;
	char *many = calloc(1, 8192);

	(void)state;
	assert_non_null(many);
	for (size_t used = 0; used < 4000; used = strlen(many))
		snprintf(many + used, 8192 - used, "policy = 1.2.3.4.5.6.7.8.9\n");
	assert_fails(parse(many, &profile, &trace), ERR_FORMAT, &trace);
	assert_true(room_said(&trace, "policy has too many values"));
	err_clear(&trace);
	assert_fails(profile_parse("p", "kind\0", 5, &profile, &trace), ERR_FORMAT, &trace);
	free(many);
}

static void
those_built_in_are_found_by_name(void **state)
{
	struct err_trace trace = { 0 };
	struct profile profile;

	(void)state;
	assert_ok(profile_load("root", &profile, &trace), &trace);
	assert_int_equal(profile.rules, PROFILE_PUBLIC);
	assert_int_equal(profile.days, 9131);
	assert_ok(profile_load("private", &profile, &trace), &trace);
	assert_int_equal(profile.rules, PROFILE_PRIVATE);
	assert_ok(profile_load("intermediate", &profile, &trace), &trace);
	assert_int_equal(profile.path_length, 0);
	assert_fails(profile_load("leaf", &profile, &trace), ERR_ABSENT, &trace);
	err_clear(&trace);
	assert_fails(profile_load("./leaf", &profile, &trace), ERR_ABSENT, &trace);
}

static void
a_name_is_encoded_in_the_order_in_which_it_is_written(void **state)
{
	struct err_trace trace = { 0 };
	X509_NAME *name = NULL;
	char text[DN_TEXT];

	(void)state;
	assert_ok(dn_parse("C=DE, O=Example\\, Sons AG,CN=Zoë", &name, &trace), &trace);
	assert_int_equal(X509_NAME_get_index_by_NID(name, NID_countryName, -1), 0);
	dn_format(name, text);
	assert_string_equal(text, "C=DE,O=Example\\, Sons AG,CN=Zo\\C3\\AB");
	X509_NAME_free(name);
}

static void
a_name_that_is_none_is_refused(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{ "", "'' is not written as ATTRIBUTE=value" },
		{ "Example", "'Example' is not written" },
		{ "CN=", "CN is empty" },
		{ "CN=a,CN=b", "CN is there twice" },
		{ "C=DEU", "C='DEU' is no text of at most 2 characters" },
		{ "cn=a", "a name has no attribute 'cn'" },
		{ "CN=\xff", "is no text of at most 64" },
		{ "CN=a,", "'' is not written" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err_trace trace = { 0 };
		X509_NAME *name = NULL;

		assert_fails(dn_parse(rows[i].text, &name, &trace), ERR_ARGUMENT, &trace);
		if (!room_said(&trace, rows[i].said))
			fail_msg("'%s' is not '%s'", trace.frame[0].text, rows[i].said);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_s_example_is_read),
		cmocka_unit_test(what_is_left_out_has_a_meaning),
		cmocka_unit_test(constraints_are_gathered),
		cmocka_unit_test(what_is_wrong_is_told_with_line_and_column),
		cmocka_unit_test(too_many_values_and_bytes_that_are_no_text_are_refused),
		cmocka_unit_test(those_built_in_are_found_by_name),
		cmocka_unit_test(a_name_is_encoded_in_the_order_in_which_it_is_written),
		cmocka_unit_test(a_name_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
