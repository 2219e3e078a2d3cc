/* SPDX-License-Identifier: BSD-2-Clause */
/* Text from a token is bytes from outside: it goes to terminals and into JSON. */
#ifndef HSM_TEXT_H
#define HSM_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A blank-padded field as text: blanks and NULs at its end cut, control characters and bytes that
 * are not UTF-8 replaced by '?'. `out` has room for len + 1.
 */
void text_from_padded(const unsigned char *field, size_t len, char *out);

/* The other way: filled up with blanks, without a NUL. Longer text is cut. */
void text_to_padded(const char *text, unsigned char *field, size_t len);

/* The three one after another; NULL when there is no memory. free() it. */
char *text_joined(const char *a, const char *b, const char *c);

/* Not empty, valid UTF-8, no control characters. */
bool text_is_printable(const char *text);

#endif
