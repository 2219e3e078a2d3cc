/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/shell_word.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* What no shell reads as more than itself; letters beyond ASCII are such, too. */
static bool
is_plain(const char *word)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789_@%+=:,./-";

	for (const char *at = word; *at != '\0'; at++)
		if ((unsigned char)*at < 0x80 && strchr(plain, *at) == NULL)
			return false;
	return word[0] != '\0';
}

/* Adds `text` at *len, leaving room for the end; false when it has none. */
static bool
add(struct shell_word *out, size_t *len, const char *text, size_t text_len)
{
	if (text_len >= sizeof(out->text) - *len)
		return false;
	memcpy(out->text + *len, text, text_len);
	*len += text_len;
	out->text[*len] = '\0';
	return true;
}

static bool
quote(struct shell_word *out, const char *word)
{
	size_t len = 0;
	bool fits = add(out, &len, "'", 1);

	for (const char *at = word; *at != '\0' && fits; at++)
		fits = *at == '\'' ? add(out, &len, "'\\''", 4) : add(out, &len, at, 1);
	return fits && add(out, &len, "'", 1);
}

struct shell_word
shell_word(const char *word)
{
	struct shell_word out = { "" };
	size_t len = 0;

	if (word == NULL ||
	    !(is_plain(word) ? add(&out, &len, word, strlen(word)) : quote(&out, word)))
		return (struct shell_word){ "..." };
	return out;
}
