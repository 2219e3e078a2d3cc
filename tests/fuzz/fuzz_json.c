/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever the bytes: what is read and has a canonical form has one that is read as canonical, and
 * is its own; and a text is taken as canonical exactly when it is that form.
 */
#include <string.h>

#include "base/json.h"
#include "tests/fuzz/fuzz.h"

enum { MAX = 1 << 16 };

static void
check_canonical(const char *text)
{
	json_t *value = NULL;
	char *again = NULL;

	HOLDS(json_parse_canonical(text, strlen(text), strlen(text), &value, NULL) == ERR_OK);
	HOLDS(json_canonical(value, &again, NULL) == ERR_OK);
	HOLDS(strcmp(text, again) == 0);
	free(again);
	json_decref(value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *text = (const char *)bytes;
	struct err_trace trace = { 0 };
	json_t *value = NULL;
	json_t *exact = NULL;
	char *canonical = NULL;

	const bool is_canonical = json_parse_canonical(text, len, MAX, &exact, NULL) == ERR_OK;
	if (json_parse(text, len, MAX, &value, &trace) != ERR_OK) {
		HOLDS(trace.count == 1 && !is_canonical);
		return 0;
	}
	if (json_canonical(value, &canonical, NULL) == ERR_OK) {
		check_canonical(canonical);
		HOLDS(is_canonical ==
		      (strlen(canonical) == len && memcmp(canonical, text, len) == 0));
	} else {
		HOLDS(canonical == NULL && !is_canonical);
	}
	free(canonical);
	json_decref(exact);
	json_decref(value);
	return 0;
}
