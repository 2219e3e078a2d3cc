/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "ceremony/lint.h"
#include "roster/absence.h"
#include "roster/appointment.h"
#include "tests/unit/roster/support.h"

#define VECTORS TREE "/tests/vectors/ceremony/lint/"

/* ---- the command table ----------------------------------------------------------------------- */

static enum err
check(size_t count, const char *const *words, struct err_trace *trace)
{
	if (count > 1 && strcmp(words[1], "fly") == 0)
		return FAIL(trace, ERR_ABSENT, "there is no command 'quorate fly'");
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], "--wings") == 0)
			return FAIL(trace, ERR_ARGUMENT, "there is no option '--wings'");
	return ERR_OK;
}

static bool
wants_two(size_t count, const char *const *words)
{
	return count > 1 && strcmp(words[1], "backup") == 0;
}

static const struct lint_commands commands = { check, wants_two };

/* ---- the roster ------------------------------------------------------------------------------ */

static void
add(struct place *place, const char *name, unsigned roles, const char *line, struct roster_id *out)
{
	struct err_trace trace = { 0 };
	const struct roster_person_add person = { .name = name, .roles = roles, .line = line };

	assert_ok(roster_person_add(place->roster, &person, out, &trace), &trace);
}

/* bob's signed duties end too early, dave leaves, grace and ivan report to the same person. */
static int
setup(void **state)
{
	struct err_trace trace = { 0 };
	struct roster_id id;
	struct place *place;

	if (place_setup_roster(state) != 0)
		return -1;
	place = *state;
	place_add_people(place);
	add(place, "grace", ROSTER_CUSTODIAN, "operations", &id);
	add(place, "heidi", ROSTER_CUSTODIAN, "research", &id);
	add(place, "ivan", ROSTER_CUSTODIAN, "operations", &id);
	place_depart(place, &place->person[3]);
	assert_ok(roster_person_appoint(place->roster,
		      &(const struct roster_appoint){ .person = place->person[1],
			  .by = "board",
			  .acknowledged = place->now,
			  .acknowledged_until = place->now + 86400 },
		      &trace),
	    &trace);
	return 0;
}

/* ---- linting --------------------------------------------------------------------------------- */

/* The rule's own file, or the good one. */
static void
choose(char path[256], const char *rule, const char *part)
{
	snprintf(path, 256, VECTORS "%s.%s.yaml", rule, part);
	if (access(path, R_OK) != 0)
		snprintf(path, 256, VECTORS "good.%s.yaml", part);
}

struct both {
	struct script *script;
	struct sheet *sheet;
	struct lint_findings findings;
};

static void
lint_vector(struct place *place, const char *rule, struct both *out)
{
	struct err_trace trace = { 0 };
	char path[256];

	choose(path, rule, "script");
	assert_ok(script_read(path, &out->script, &trace), &trace);
	choose(path, rule, "sheet");
	assert_ok(sheet_read(path, &out->sheet, &trace), &trace);
	const struct lint_input input = { .script = out->script,
		.sheet = out->sheet,
		.roster = place->roster,
		.commands = &commands };

	assert_ok(lint(&input, &out->findings, &trace), &trace);
}

static void
free_both(struct both *both)
{
	lint_findings_free(&both->findings);
	script_free(both->script);
	sheet_free(both->sheet);
}

/* The line that the bad file marks with "# here"; 0: none. */
static unsigned
marked_line(const char *bytes)
{
	const char *mark = strstr(bytes, "# here");
	unsigned line = 1;

	for (const char *at = bytes; mark != NULL && at < mark; at++)
		line += *at == '\n';
	return mark == NULL ? 0 : line;
}

static void
a_good_script_has_no_finding(void **state)
{
	struct both both = { .findings = { .count = 0 } };

	lint_vector(*state, "good", &both);
	for (size_t i = 0; i < both.findings.count; i++)
		print_error(
		    "%s: %s\n", both.findings.finding[i].rule, both.findings.finding[i].what);
	assert_int_equal(both.findings.count, 0);
	free_both(&both);
}

/* Each finding of the vector is of its rule, says what to do, and one is in the marked line. */
static void
check_vector(struct place *place, const char *rule)
{
	struct both both = { .findings = { .count = 0 } };
	bool in_place = false;

	lint_vector(place, rule, &both);
	for (size_t i = 0; i < both.findings.count; i++) {
		const struct lint_finding *finding = &both.findings.finding[i];
		const bool in_script = strcmp(finding->file, "script.yaml") == 0;

		if (strcmp(finding->rule, rule) != 0)
			fail_msg("the bad file of %s is found by %s: %s", rule, finding->rule,
			    finding->what);
		assert_true(finding->todo[0] != '\0');
		in_place |= finding->place.line ==
			    marked_line(in_script ? both.script->bytes : both.sheet->bytes);
	}
	if (!in_place)
		fail_msg("%s: %zu findings, none in the marked line", rule, both.findings.count);
	free_both(&both);
}

static void
each_rule_finds_its_bad_script_and_nothing_else_does(void **state)
{
	for (size_t i = 0; lint_rule_word(i) != NULL; i++)
		check_vector(*state, lint_rule_word(i));
}

static void
each_rule_has_its_row_in_the_page(void **state)
{
	struct err_trace trace = { 0 };
	char *page = NULL;
	size_t len = 0;

	(void)state;
	assert_ok(file_read(TREE "/docs/formats/ceremony-script.md", 1 << 20, &page, &len, &trace),
	    &trace);
	for (size_t i = 0; lint_rule_word(i) != NULL; i++) {
		char row[64];

		snprintf(row, sizeof(row), "\n| `%s` |", lint_rule_word(i));
		if (strstr(page, row) == NULL)
			fail_msg("the page has no row for %s", lint_rule_word(i));
	}
	free(page);
}

static void
without_sheet_and_roster_the_script_alone_is_looked_at(void **state)
{
	struct err_trace trace = { 0 };
	struct script *script = NULL;
	struct lint_findings findings = { .count = 0 };

	(void)state;
	assert_ok(script_read(VECTORS "no-estimate.script.yaml", &script, &trace), &trace);
	assert_ok(lint(&(struct lint_input){ .script = script }, &findings, &trace), &trace);
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.finding[0].what, "step 'end' has no estimate");
	assert_string_equal(findings.finding[0].file, "script.yaml");
	lint_findings_free(&findings);
	script_free(script);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_script_has_no_finding),
		cmocka_unit_test(each_rule_finds_its_bad_script_and_nothing_else_does),
		cmocka_unit_test(each_rule_has_its_row_in_the_page),
		cmocka_unit_test(without_sheet_and_roster_the_script_alone_is_looked_at),
	};

	return cmocka_run_group_tests(tests, setup, place_teardown);
}
