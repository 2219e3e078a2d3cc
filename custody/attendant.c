/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/attendant.h"

#include <stddef.h>

static const char *const pin_words[] = {
	[ATTENDANT_PIN_VERIFY] = "verify",
	[ATTENDANT_PIN_NEW] = "new",
	[ATTENDANT_PIN_ADMIN] = "admin",
	[ATTENDANT_PIN_TOKEN_USER] = "token-user",
	[ATTENDANT_PIN_TOKEN_SO] = "token-so",
};
_Static_assert(sizeof(pin_words) / sizeof(*pin_words) == ATTENDANT_PIN__COUNT, "a word each");

static const char *const choice_words[] = {
	[ATTENDANT_AGAIN] = "again",
	[ATTENDANT_LAST_TRY] = "last-try",
	[ATTENDANT_OTHER] = "other",
	[ATTENDANT_UNBLOCK] = "unblock",
	[ATTENDANT_STOP] = "stop",
};
_Static_assert(
    sizeof(choice_words) / sizeof(*choice_words) == ATTENDANT_CHOICE__COUNT, "a word each");

const char *
attendant_pin_word(enum attendant_pin_for purpose)
{
	return purpose < ATTENDANT_PIN__COUNT ? pin_words[purpose] : "?";
}

const char *
attendant_choice_word(enum attendant_choice choice)
{
	return choice < ATTENDANT_CHOICE__COUNT ? choice_words[choice] : "?";
}

const char *
attendant_expect_word(enum attendant_expect expect)
{
	static const char *const words[] = {
		[ATTENDANT_EXPECT_SERIAL] = "serial",
		[ATTENDANT_EXPECT_LABEL] = "label",
		[ATTENDANT_EXPECT_TEXT] = "text",
	};

	return words[expect];
}

void
attendant_close(struct attendant *attendant)
{
	if (attendant != NULL)
		attendant->close(attendant);
}
