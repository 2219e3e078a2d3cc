/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/command_words.h"

#include <string.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n';
}

/* Moves behind the next word and copies it to `out`, which has room; false: a quotation is open. */
static bool
take_word(const char **at, char *out, size_t *len)
{
	bool quoted = false;

	for (; **at != '\0' && (quoted || !is_blank(**at)); (*at)++) {
		if (**at == '\'')
			quoted = !quoted;
		else
			out[(*len)++] = **at;
	}
	return !quoted;
}

static const char *
skip_blanks(const char *at)
{
	while (is_blank(*at))
		at++;
	return at;
}

/* No text has more words than this. */
static size_t
most_words(const char *text)
{
	return strlen(text) / 2 + 1;
}

enum err
command_words_split(
    const struct fields_reader *reader, const struct yaml_node *node, struct script_words *out)
{
	struct script_words words = { .count = 0 };
	const char *text = NULL;
	char *word = NULL;
	enum err err = field_text(reader, node, &text);

	if (err == ERR_OK)
		err =
		    field_room(reader, most_words(text), sizeof(*words.word), (void **)&words.word);
	if (err == ERR_OK)
		err = field_room(reader, strlen(text) + 2, 1, (void **)&word);
	if (err != ERR_OK)
		return err;
	for (const char *at = skip_blanks(text); *at != '\0'; at = skip_blanks(at)) {
		size_t len = 0;

		if (!take_word(&at, word, &len))
			return fields_refuse(
			    reader, node->place, "a quotation that begins with ' does not end");
		words.word[words.count++] = word;
		word[len] = '\0';
		word += len + 1;
	}
	if (words.count == 0)
		return fields_refuse(reader, node->place, "there is no command here");
	*out = words;
	return ERR_OK;
}
