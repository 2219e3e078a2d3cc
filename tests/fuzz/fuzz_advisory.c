/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever the bytes: a list of advisories is refused in words, or what it has is text within its
 * bounds, and each entry is found for a card with its first firmware.
 */
#include <stdio.h>
#include <string.h>

#include "roster/advisory.h"
#include "tests/fuzz/fuzz.h"

static void
check_entry(const struct advisories *advisories, const struct advisory *advisory)
{
	struct roster_card card = { 0 };
	size_t found = SIZE_MAX;

	HOLDS(advisory->id[0] != '\0' && advisory->says[0] != '\0' && advisory->todo[0] != '\0');
	snprintf(card.model, sizeof(card.model), "%s", advisory->model);
	snprintf(card.firmware, sizeof(card.firmware), "%u.%u.%u.%u", advisory->from[0],
	    advisory->from[1], advisory->from[2], advisory->from[3]);
	HOLDS(advisory_find(advisories, &card, &found));
	HOLDS(strcmp(advisories_at(advisories, found)->model, advisory->model) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct err_trace trace = { 0 };
	struct advisories *advisories = NULL;

	if (advisories_parse((const char *)bytes, len, &advisories, &trace) != ERR_OK) {
		HOLDS(trace.count >= 1 && advisories == NULL);
		return 0;
	}
	HOLDS(advisories_count(advisories) <= ADVISORIES_MAX);
	for (size_t i = 0; i < advisories_count(advisories); i++)
		check_entry(advisories, advisories_at(advisories, i));
	advisories_free(advisories);
	return 0;
}
