/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The length of the first character when it is printable UTF-8 (RFC 3629), else 0. */
static size_t
character_length(const unsigned char *at, size_t left)
{
	static const struct {
		uint8_t mask, lead;
		size_t len;
		uint32_t least; /* what a shorter form could not say */
	} forms[] = {
		{ 0x80, 0x00, 1, 0x20 },
		{ 0xe0, 0xc0, 2, 0xa0 }, /* 80 to 9f are control characters */
		{ 0xf0, 0xe0, 3, 0x800 },
		{ 0xf8, 0xf0, 4, 0x10000 },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		uint32_t value = at[0] & (uint8_t)~forms[i].mask;
		size_t k;

		if ((at[0] & forms[i].mask) != forms[i].lead || forms[i].len > left)
			continue;
		for (k = 1; k < forms[i].len && (at[k] & 0xc0) == 0x80; k++)
			value = value << 6 | (at[k] & 0x3f);
		if (k < forms[i].len || value < forms[i].least || value == 0x7f)
			return 0;
		if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
			return 0;
		return forms[i].len;
	}
	return 0;
}

void
text_from_padded(const unsigned char *field, size_t len, char *out)
{
	size_t used = 0;

	while (len > 0 && (field[len - 1] == ' ' || field[len - 1] == '\0'))
		len--;
	while (used < len) {
		size_t step = character_length(field + used, len - used);

		if (step == 0) {
			out[used++] = '?';
			continue;
		}
		memcpy(out + used, field + used, step);
		used += step;
	}
	out[used] = '\0';
}

void
text_to_padded(const char *text, unsigned char *field, size_t len)
{
	size_t used = strlen(text);

	memset(field, ' ', len);
	memcpy(field, text, used < len ? used : len);
}

char *
text_joined(const char *a, const char *b, const char *c)
{
	char *out = NULL;

	return asprintf(&out, "%s%s%s", a, b, c) < 0 ? NULL : out;
}

bool
text_is_printable(const char *text)
{
	size_t len = strlen(text);
	size_t used = 0;

	while (used < len) {
		size_t step = character_length((const unsigned char *)text + used, len - used);

		if (step == 0)
			return false;
		used += step;
	}
	return len > 0;
}
