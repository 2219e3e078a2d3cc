/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "roster/roster.h"

bool
roster_id_equal(const struct roster_id *a, const struct roster_id *b)
{
	return roster_id_order(a, b) == 0;
}

int
roster_id_order(const struct roster_id *a, const struct roster_id *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool
roster_hash_equal(const struct roster_hash *a, const struct roster_hash *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool
roster_id_is_set(const struct roster_id *id)
{
	static const struct roster_id none;

	return !roster_id_equal(id, &none);
}

void
roster_id_format(const struct roster_id *id, char out[ROSTER_ID_TEXT])
{
	hex_encode(id->bytes, sizeof(id->bytes), out);
}

const char *
roster_id_short(const struct roster_id *id, char out[ROSTER_ID_TEXT])
{
	roster_id_format(id, out);
	out[ROSTER_ID_SHORT] = '\0';
	return out;
}

bool
roster_id_parse(const char *text, struct roster_id *out)
{
	return hex_decode(text, out->bytes, sizeof(out->bytes));
}

enum err
roster_id_new(struct roster_id *out, struct err_trace *trace)
{
	return random_bytes(out->bytes, sizeof(out->bytes), trace);
}
