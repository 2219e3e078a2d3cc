/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever the bytes: rows come with growing lines until they end or one is refused, and what was
 * read, written and read again is the same.
 */
#include <string.h>

#include "base/csv.h"
#include "tests/fuzz/fuzz.h"

/* Everything that can be read of `text`, written anew; *whole when nothing was refused. */
static char *
write_again(const char *text, size_t len, size_t *out_len, bool *whole)
{
	struct csv *csv = NULL;
	struct csv_row row = { 0 };
	char *out = NULL;
	size_t line = 0;
	FILE *to = open_memstream(&out, out_len);

	HOLDS(to != NULL);
	*whole = false;
	if (csv_open(text, len, &csv, NULL) == ERR_OK) {
		enum err err = csv_next(csv, &row, NULL);

		for (; err == ERR_OK && row.count > 0; err = csv_next(csv, &row, NULL)) {
			HOLDS(row.line > line && row.count <= CSV_FIELDS_MAX);
			line = row.line;
			/* One empty field alone would be an empty line. */
			if (row.count > 1 || row.field[0][0] != '\0')
				csv_write(to, row.field, row.count);
		}
		HOLDS(err == ERR_OK || err == ERR_FORMAT);
		*whole = err == ERR_OK;
		csv_close(csv);
	}
	HOLDS(fclose(to) == 0);
	return out;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	size_t once_len = 0;
	size_t twice_len = 0;
	bool whole = false;
	char *once = write_again((const char *)bytes, len, &once_len, &whole);
	char *twice = write_again(once, once_len, &twice_len, &whole);

	HOLDS(whole && once_len == twice_len && memcmp(once, twice, once_len) == 0);
	free(once);
	free(twice);
	return 0;
}
