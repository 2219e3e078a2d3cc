/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A binding sheet as somebody may have typed it.
 *
 * Whatever the text: what is taken is a sheet of a quorum with a plain name and sound PIN formats,
 * and written again it is read as the same. What follows `raw:` is lines to which the right check
 * is added, so that more than the check is looked at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "roster/sheet.h"
#include "tests/fuzz/fuzz.h"

static void
look_at(const char *text, size_t len)
{
	struct err_trace trace = { 0 };
	struct roster_sheet *sheet = NULL, *again = NULL;
	char *block = NULL, *second = NULL;

	if (roster_sheet_parse(text, len, &sheet, &trace) != ERR_OK) {
		HOLDS(sheet == NULL && trace.count > 0);
		return;
	}
	HOLDS(roster_is_plain_name(sheet->name) && sheet->generations >= 1);
	for (size_t i = 0; i < sheet->bindings; i++)
		for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
			HOLDS(roster_pin_format_check(&sheet->binding[i].spec.format[pin], NULL) ==
			      ERR_OK);
	HOLDS(roster_sheet_block(sheet, &block, NULL) == ERR_OK);
	HOLDS(roster_sheet_parse(block, strlen(block), &again, NULL) == ERR_OK);
	HOLDS(roster_sheet_block(again, &second, NULL) == ERR_OK);
	HOLDS(strcmp(block, second) == 0);
	free(block);
	free(second);
	roster_sheet_free(sheet);
	roster_sheet_free(again);
}

static void
with_check(const uint8_t *lines, size_t len)
{
	struct roster_hash hash;
	char check[17], *text = NULL;
	int size;

	HOLDS(sha256(lines, len, hash.bytes, NULL) == ERR_OK);
	hex_encode(hash.bytes, 8, check);
	size = asprintf(&text,
	    "-----BEGIN QUORATE SHEET-----\n%.*scheck %s\n-----END QUORATE SHEET-----\n", (int)len,
	    (const char *)lines, check);
	HOLDS(size > 0);
	look_at(text, (size_t)size);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	if (len > 4 && strncmp((const char *)bytes, "raw:", 4) == 0)
		with_check(bytes + 4, len - 4);
	else
		look_at((const char *)bytes, len);
	return 0;
}
