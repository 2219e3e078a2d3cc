/* SPDX-License-Identifier: BSD-2-Clause */
#include "x509/crl_entries.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/csv.h"
#include "base/encode.h"

static const char *const columns[] = { "serial", "date", "reason" };
enum { COLUMNS = sizeof(columns) / sizeof(*columns), HEX_MAX = 3 * CRL_SERIAL_MAX };

/* RFC 5280, 5.3.1: the index is the code. removeFromCRL is for lists that are not whole. */
static const char *const reasons[] = { "unspecified", "keyCompromise", "cACompromise",
	"affiliationChanged", "superseded", "cessationOfOperation", "certificateHold", NULL, NULL,
	"privilegeWithdrawn", "aACompromise" };

void
crl_entries_drop(struct crl_entries *entries)
{
	free(entries->at);
	*entries = (struct crl_entries){ .at = NULL };
}

/* Each function returns NULL, or what is wrong, to stand behind the field's text. */
static const char *
take_serial(const char *text, struct crl_entry *out)
{
	static const char wrong[] = "is no serial number of 1 to 20 bytes in hexadecimal";
	uint8_t bytes[CRL_SERIAL_MAX];
	char hex[HEX_MAX] = "0";
	size_t len = 1, skip = 0;
	const char *digits;

	for (const char *at = text; *at != '\0'; at++) {
		if (*at == ':')
			continue;
		if (len + 1 >= sizeof(hex))
			return wrong;
		hex[len++] = *at;
	}
	digits = hex + len % 2; /* a zero before an odd number of digits */
	len = strlen(digits) / 2;
	if (len == 0 || len > sizeof(bytes) || !hex_decode(digits, bytes, len))
		return wrong;
	while (skip < len && bytes[skip] == 0)
		skip++;
	if (skip == len)
		return "is zero, which no certificate has";
	out->serial_len = len - skip;
	memcpy(out->serial, bytes + skip, out->serial_len);
	return NULL;
}

static const char *
take_date(const char *text, int64_t now, struct crl_entry *out)
{
	if (!clock_parse(text, &out->date))
		return "is no date: YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ";
	return out->date <= now ? NULL : "lies in the future";
}

static const char *
take_reason(const char *text, struct crl_entry *out)
{
	if (*text == '\0')
		return NULL;
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (reasons[i] != NULL && strcmp(reasons[i], text) == 0) {
			out->reason = (int)i;
			return NULL;
		}
	return "is no reason: keyCompromise, cACompromise, affiliationChanged, superseded, "
	       "cessationOfOperation, certificateHold, privilegeWithdrawn, aACompromise or nothing";
}

struct reading {
	const struct crl_entries_text *from;
	struct crl_entries entries;
	size_t room;
};

static enum err
take_row(struct reading *to, const struct csv_row *row, struct err_trace *trace)
{
	struct crl_entry *entry = &to->entries.at[to->entries.count];
	const char *wrong, *field = row->field[0];

	if (row->count != COLUMNS)
		return FAIL(trace, ERR_FORMAT, "%s:%zu: a row has %d fields, not %zu",
		    to->from->file, row->line, COLUMNS, row->count);
	*entry = (struct crl_entry){ .line = row->line };
	wrong = take_serial(field, entry);
	if (wrong == NULL)
		wrong = take_date(field = row->field[1], to->from->now, entry);
	if (wrong == NULL)
		wrong = take_reason(field = row->field[2], entry);
	if (wrong != NULL)
		return FAIL(trace, ERR_FORMAT, "%s:%zu: '%.40s' %s", to->from->file, row->line,
		    field, wrong);
	to->entries.count++;
	return ERR_OK;
}

static enum err
make_room(struct reading *to, struct err_trace *trace)
{
	size_t room = to->room == 0 ? 16 : 2 * to->room;
	struct crl_entry *more;

	if (to->entries.count < to->room)
		return ERR_OK;
	more = reallocarray(to->entries.at, room, sizeof(*more));
	if (more == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for what is to be revoked");
	to->entries.at = more;
	to->room = room;
	return ERR_OK;
}

static enum err
take_head(struct csv *csv, const char *file, struct err_trace *trace)
{
	struct csv_row row;
	enum err err = csv_next(csv, &row, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "'%s' cannot be read", file);
	if (row.count == COLUMNS && strcmp(row.field[0], columns[0]) == 0 &&
	    strcmp(row.field[1], columns[1]) == 0 && strcmp(row.field[2], columns[2]) == 0)
		return ERR_OK;
	return FAIL(trace, ERR_FORMAT, "%s:1: the first row is not serial,date,reason", file);
}

static enum err
take_rows(struct reading *to, struct csv *csv, struct err_trace *trace)
{
	struct csv_row row = { .count = 1 };
	enum err err = ERR_OK;

	while (err == ERR_OK) {
		err = csv_next(csv, &row, trace);
		if (err != ERR_OK)
			return FAIL(trace, err, "'%s' cannot be read", to->from->file);
		if (row.count == 0)
			return ERR_OK;
		err = make_room(to, trace);
		if (err == ERR_OK)
			err = take_row(to, &row, trace);
	}
	return err;
}

static int
by_serial(const void *a, const void *b)
{
	const struct crl_entry *one = a, *two = b;

	if (one->serial_len != two->serial_len)
		return one->serial_len < two->serial_len ? -1 : 1;
	return memcmp(one->serial, two->serial, one->serial_len);
}

static enum err
refuse_twice(struct reading *reading, struct err_trace *trace)
{
	struct crl_entry *at = reading->entries.at;

	if (reading->entries.count > 1)
		qsort(at, reading->entries.count, sizeof(*at), by_serial);
	for (size_t i = 1; i < reading->entries.count; i++)
		if (by_serial(&at[i - 1], &at[i]) == 0)
			return FAIL(trace, ERR_FORMAT,
			    "%s:%zu: the serial number is that of line %zu", reading->from->file,
			    at[i].line > at[i - 1].line ? at[i].line : at[i - 1].line,
			    at[i].line > at[i - 1].line ? at[i - 1].line : at[i].line);
	return ERR_OK;
}

enum err
crl_entries_parse(
    const struct crl_entries_text *from, struct crl_entries *out, struct err_trace *trace)
{
	struct reading reading = { .from = from };
	struct csv *csv = NULL;
	enum err err = csv_open(from->text, from->len, &csv, trace);

	if (err == ERR_OK)
		err = take_head(csv, from->file, trace);
	if (err == ERR_OK)
		err = take_rows(&reading, csv, trace);
	if (err == ERR_OK)
		err = refuse_twice(&reading, trace);
	csv_close(csv);
	if (err == ERR_OK) {
		*out = reading.entries;
		return ERR_OK;
	}
	err_next(trace, "Mend the line and give the command again; nothing was signed.");
	crl_entries_drop(&reading.entries);
	return err;
}
