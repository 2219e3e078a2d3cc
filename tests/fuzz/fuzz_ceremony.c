/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever the bytes: they are a script, a sheet, or refused with a place; what was read is within
 * its bounds, and every command word of a script becomes a text or is refused by name.
 */
#include <string.h>

#include "ceremony/lint.h"
#include "tests/fuzz/fuzz.h"

static void
try_words(const struct sheet *sheet, const char *bytes, size_t len)
{
	char *text = strndup(bytes, len), *expanded = NULL;

	HOLDS(text != NULL);
	const enum err err = sheet_expand(sheet, NULL, text, &expanded, NULL);

	HOLDS(err == ERR_OK ? expanded != NULL : err == ERR_ABSENT);
	free(expanded);
	free(text);
}

static void
try_script(const struct script *script)
{
	struct lint_findings findings = { .count = 0 };

	for (size_t i = 0; i < script->step_count; i++) {
		HOLDS(script->steps[i].number == i + 1);
		HOLDS(script->steps[i].phase < script->phase_count);
		HOLDS(script->steps[i].command.count == 0 || script->steps[i].expect_count > 0);
	}
	HOLDS(lint(&(struct lint_input){ .script = script }, &findings, NULL) == ERR_OK);
	lint_findings_free(&findings);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct err_trace trace = { 0 };
	struct script *script = NULL;
	struct sheet *sheet = NULL;
	enum err err = script_parse("f", (const char *)bytes, len, &script, &trace);

	HOLDS(err == ERR_OK || (err == ERR_FORMAT && strncmp(trace.frame[0].text, "f:", 2) == 0));
	if (err == ERR_OK)
		try_script(script);
	script_free(script);
	err = sheet_parse("f", (const char *)bytes, len, &sheet, &trace);
	HOLDS(err == ERR_OK || err == ERR_FORMAT);
	if (err == ERR_OK)
		try_words(sheet, (const char *)bytes, len);
	sheet_free(sheet);
	return 0;
}
