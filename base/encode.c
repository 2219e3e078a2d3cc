/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/encode.h"

#include <string.h>

#include "base/secret.h"
#include "base/words.h"

void
hex_encode(const void *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *in = bytes;

	for (size_t i = 0; i < len; i++) {
		*out++ = digits[in[i] >> 4];
		*out++ = digits[in[i] & 0xF];
	}
	*out = '\0';
}

/* The value of a hexadecimal digit, or 16. */
static unsigned
hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return (unsigned)(digit - '0');
	if (digit >= 'a' && digit <= 'f')
		return (unsigned)(digit - 'a' + 10);
	if (digit >= 'A' && digit <= 'F')
		return (unsigned)(digit - 'A' + 10);
	return 16;
}

bool
hex_decode(const char *text, void *out, size_t len)
{
	uint8_t *to = out;

	if (strlen(text) / 2 != len || strlen(text) % 2 != 0)
		return false;
	for (size_t i = 0; i < 2 * len; i++) {
		if (hex_value(text[i]) > 15)
			return false;
	}
	for (size_t i = 0; i < len; i++)
		to[i] = (uint8_t)(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
	return true;
}

/* 'a' to 'z', then '2' to '7', by arithmetic: a table would show its index in the cache. */
static uint8_t
base32_character(unsigned value)
{
	const unsigned is_digit = (25U - value) >> 31;

	return (uint8_t)('a' + value - ((0U - is_digit) & ('a' - '2' + 26)));
}

enum err
base32_append(struct secret *out, const struct secret *bytes, struct err_trace *trace)
{
	const uint8_t *in = secret_bytes(bytes);
	const size_t len = secret_len(bytes);
	uint8_t *to = secret_extend(out, (len * 8 + 4) / 5);
	unsigned held = 0; /* bits not yet written, and how many */
	unsigned bits = 0;

	if (to == NULL)
		return FAIL(trace, ERR_ARGUMENT, "%zu bytes in base32 do not fit", len);
	for (size_t i = 0; i < len; i++) {
		held = (held << 8 | in[i]) & 0xFFF;
		for (bits += 8; bits >= 5; bits -= 5)
			*to++ = base32_character(held >> (bits - 5) & 0x1F);
	}
	if (bits > 0)
		*to++ = base32_character(held << (5 - bits) & 0x1F);
	secret_wipe(&held, sizeof(held));
	return ERR_OK;
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_encode(const void *bytes, size_t len, char *out)
{
	const uint8_t *in = bytes;

	while (len > 0) {
		const size_t taken = len < 3 ? len : 3;
		uint32_t group = 0;

		for (size_t i = 0; i < 3; i++)
			group = group << 8 | (i < taken ? in[i] : 0U);
		for (size_t i = 0; i < 4; i++)
			*out++ = i <= taken ? base64_digits[group >> (18 - 6 * i) & 0x3F] : '=';
		in += taken;
		len -= taken;
	}
	*out = '\0';
}

static int
base64_value(char digit)
{
	const char *at = digit != '\0' ? strchr(base64_digits, digit) : NULL;

	return at != NULL ? (int)(at - base64_digits) : -1;
}

/* The number of bytes in one group of four characters: 3, or 2 or 1 in the last; 0 if malformed. */
static size_t
base64_group(const char *text, bool last, uint8_t out[3])
{
	uint32_t group = 0;
	size_t digits = 4;

	if (last && text[3] == '=')
		digits = text[2] == '=' ? 2 : 3;
	for (size_t i = 0; i < 4; i++) {
		const int value = i < digits ? base64_value(text[i]) : 0;

		if (value < 0)
			return 0;
		group = group << 6 | (uint32_t)value;
	}
	for (size_t i = 0; i < 3; i++)
		out[i] = (uint8_t)(group >> (16 - 8 * i));
	/* The bits behind the end must be zero, or two texts would mean the same bytes. */
	for (size_t i = digits - 1; i < 3; i++) {
		if (out[i] != 0)
			return 0;
	}
	return digits - 1;
}

bool
base64_decode(const char *text, void *out, size_t capacity, size_t *len)
{
	const size_t text_len = strlen(text);
	uint8_t *to = out;
	uint8_t bytes[3];
	size_t total = 0;

	if (text_len % 4 != 0)
		return false;
	for (size_t i = 0; i < text_len; i += 4) {
		const size_t got = base64_group(text + i, i + 4 == text_len, bytes);

		if (got == 0)
			return false;
		total += got;
	}
	if (total > capacity)
		return false;
	for (size_t i = 0; i < text_len; i += 4) {
		const size_t got = base64_group(text + i, i + 4 == text_len, bytes);

		memcpy(to, bytes, got);
		to += got;
	}
	*len = total;
	return true;
}

void
words_encode(const void *bytes, size_t len, char *out)
{
	const uint8_t *in = bytes;

	for (size_t i = 0; i < len; i++) {
		const char *word = words_table[in[i]][i % 2];

		if (i > 0)
			*out++ = ' ';
		out = stpcpy(out, word);
	}
	*out = '\0';
}

/* Not tolower: what is the same word must not depend on a locale. */
static char
lower(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static bool
is_word(const char *text, size_t len, const char *word)
{
	for (size_t i = 0; i < len; i++) {
		if (word[i] == '\0' || lower(text[i]) != lower(word[i]))
			return false;
	}
	return word[len] == '\0';
}

/* The byte that the word means in this column, or -1. */
static int
word_value(const char *text, size_t len, size_t column)
{
	for (int value = 0; value < 256; value++) {
		if (is_word(text, len, words_table[value][column]))
			return value;
	}
	return -1;
}

static const char spaces[] = " \t\r\n";

/* Reads the words; writes the bytes unless out is NULL. */
static bool
read_words(const char *text, uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		text += strspn(text, spaces);
		const size_t word_len = strcspn(text, spaces);
		const int value = word_value(text, word_len, i % 2);

		if (value < 0)
			return false;
		if (out != NULL)
			out[i] = (uint8_t)value;
		text += word_len;
	}
	return text[strspn(text, spaces)] == '\0';
}

bool
words_decode(const char *text, void *out, size_t len)
{
	return read_words(text, NULL, len) && read_words(text, out, len);
}
