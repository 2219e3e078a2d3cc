/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv.h"

/* All rows as "[field|field]" each, with the line before. */
static char *
read_all(const char *text, size_t len, enum err *err, struct err_trace *trace)
{
	struct csv *csv = NULL;
	struct csv_row row = { 0 };
	char *out = NULL;
	size_t out_len = 0;
	FILE *to = open_memstream(&out, &out_len);

	assert_non_null(to);
	*err = csv_open(text, len, &csv, trace);
	while (*err == ERR_OK) {
		*err = csv_next(csv, &row, trace);
		if (*err != ERR_OK || row.count == 0)
			break;
		fprintf(to, "%zu[", row.line);
		for (size_t i = 0; i < row.count; i++)
			fprintf(to, "%s%s", i == 0 ? "" : "|", row.field[i]);
		fputc(']', to);
	}
	csv_close(csv);
	fclose(to);
	return out;
}

static const struct {
	const char *text;
	const char *rows;
} tables[] = {
	{ "", "" },
	{ "\n\r\n\n", "" },
	{ "a,b\nc,d\n", "1[a|b]2[c|d]" },
	{ "a,b\r\nc,d", "1[a|b]2[c|d]" },
	{ "\xEF\xBB\xBFname\r\nZo\xC3\xAB\r\n", "1[name]2[Zo\xC3\xAB]" },
	{ "a,\n,b\n,\n", "1[a|]2[|b]3[|]" },
	{ "\"a,b\",\"say \"\"no\"\"\"\n", "1[a,b|say \"no\"]" },
	{ "\"two\nlines\",x\nnext\n", "1[two\nlines|x]3[next]" },
	{ "\"\",\"\"\n", "1[|]" },
	{ "\"\"\"\"", "1[\"]" },
	{ "a\n\n\nb", "1[a]4[b]" },
	{ " a , b ", "1[ a | b ]" },
};

static void
tables_are_read_as_spreadsheets_mean_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		struct err_trace trace = { 0 };
		enum err err;
		char *rows = read_all(tables[i].text, strlen(tables[i].text), &err, &trace);

		assert_ok(err, &trace);
		assert_string_equal(rows, tables[i].rows);
		free(rows);
	}
}

static const struct {
	const char *text;
	const char *said;
} refusals[] = {
	{ "a\n\"open", "line 2: a quote is never closed" },
	{ "a\nb\"c\n", "line 2: a quote in the middle" },
	{ "\"a\"b\n", "line 1: something follows a closing quote" },
	{ "\"a\" ,b\n", "line 1: something follows a closing quote" },
	{ "a\rb\n", "line 1: a carriage return" },
	{ "1\n,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n", "line 2: more than 32 fields" },
};

static void
what_is_no_table_is_refused_by_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct err_trace trace = { 0 };
		enum err err;

		free(read_all(refusals[i].text, strlen(refusals[i].text), &err, &trace));
		assert_fails(err, ERR_FORMAT, &trace);
		if (strstr(trace.frame[0].text, refusals[i].said) == NULL)
			fail_msg("'%s' without '%s'", trace.frame[0].text, refusals[i].said);
	}
}

static void
a_zero_byte_is_refused(void **state)
{
	struct err_trace trace = { 0 };
	enum err err;

	(void)state;
	free(read_all("a\0b", 3, &err, &trace));
	assert_fails(err, ERR_FORMAT, &trace);
}

static void
what_is_written_has_quotes_only_where_they_are_needed(void **state)
{
	static const char *const fields[] = { "plain", "a,b", "say \"no\"", "two\nlines", "" };
	char *out = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&out, &len);

	(void)state;
	assert_non_null(to);
	csv_write(to, fields, 5);
	fclose(to);
	assert_string_equal(out, "plain,\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",\r\n");
	free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_read_as_spreadsheets_mean_them),
		cmocka_unit_test(what_is_no_table_is_refused_by_its_line),
		cmocka_unit_test(a_zero_byte_is_refused),
		cmocka_unit_test(what_is_written_has_quotes_only_where_they_are_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
