/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and paths in a command that a text tells people to type. It is given by value, so that it
 * lives as long as the call that it is written in:
 *
 *     err_next(trace, "Begin it: quorate ceremony run %s", shell_word(folder).text);
 */
#ifndef BASE_SHELL_WORD_H
#define BASE_SHELL_WORD_H

enum { SHELL_WORD = 256 };

struct shell_word {
	char text[SHELL_WORD];
};

/*
 * `word` as a shell takes it for one word: as it is, or between apostrophes. One that has no room,
 * and NULL, are "...", which nobody takes for a name.
 */
struct shell_word shell_word(const char *word);

#endif
