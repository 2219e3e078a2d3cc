/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/plain_text.h"

#include <stdint.h>

static const struct range {
	uint32_t first, last;
	const char *what;
} refused[] = {
	{ 0x00, 0x00, "a NUL byte" },
	{ 0x09, 0x09, "a tab; use blanks" },
	{ 0x01, 0x08, "a control character" },
	{ 0x0B, 0x0C, "a control character" },
	{ 0x0D, 0x0D, "a carriage return; save the file with line ends as on Unix" },
	{ 0x0E, 0x1F, "a control character" },
	{ 0x7F, 0x9F, "a control character" },
	{ 0xAD, 0xAD, "a soft hyphen, which shows nothing" },
	{ 0x061C, 0x061C, "a character that turns the direction of the line" },
	{ 0x200B, 0x200D, "a character that shows nothing" },
	{ 0x200E, 0x200F, "a character that turns the direction of the line" },
	{ 0x2028, 0x2029, "a line end that not every program shows" },
	{ 0x202A, 0x202E, "a character that turns the direction of the line" },
	{ 0x2060, 0x2064, "a character that shows nothing" },
	{ 0x2066, 0x206F, "a character that turns the direction of the line" },
	{ 0xFEFF, 0xFEFF, "a byte order mark; save the file as UTF-8 without one" },
	{ 0xFFFE, 0xFFFF, "a character that does not exist" },
	{ 0xE0000, 0xE007F, "a character that shows nothing" },
};

/* The length of the character at `bytes`, 0 when it is not UTF-8 in its shortest form. */
static size_t
decode(const uint8_t *bytes, size_t len, uint32_t *out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const size_t size = bytes[0] < 0x80   ? 1
			    : bytes[0] < 0xC2 ? 0
			    : bytes[0] < 0xE0 ? 2
			    : bytes[0] < 0xF0 ? 3
			    : bytes[0] < 0xF5 ? 4
					      : 0;
	uint32_t code = size < 2 ? bytes[0] : bytes[0] & (0x7Fu >> size);

	if (size == 0 || size > len)
		return 0;
	for (size_t i = 1; i < size; i++) {
		if ((bytes[i] & 0xC0) != 0x80)
			return 0;
		code = code << 6 | (bytes[i] & 0x3F);
	}
	if (code < least[size] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		return 0;
	*out = code;
	return size;
}

static const char *
why_refused(uint32_t code)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		if (code >= refused[i].first && code <= refused[i].last)
			return refused[i].what;
	return NULL;
}

bool
plain_text_check(const char *bytes, size_t len, struct plain_text_fault *out)
{
	const uint8_t *at = (const uint8_t *)bytes;

	for (size_t i = 0, size; i < len; i += size) {
		uint32_t code = 0;
		const char *what;

		size = decode(at + i, len - i, &code);
		what = size == 0 ? "this is not UTF-8" : why_refused(code);
		if (what != NULL) {
			*out = (struct plain_text_fault){ i, what };
			return false;
		}
	}
	return true;
}

struct yaml_place
plain_text_place(const char *bytes, size_t len, size_t offset)
{
	struct yaml_place place = { 1, 1 };

	for (size_t i = 0; i < len && i < offset; i++) {
		if (bytes[i] == '\n') {
			place.line++;
			place.column = 1;
		} else if (((uint8_t)bytes[i] & 0xC0) != 0x80) {
			place.column++;
		}
	}
	return place;
}
