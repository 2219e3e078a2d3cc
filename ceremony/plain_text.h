/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text that says what it shows: UTF-8 without control characters but the end of the line, and
 * without what is invisible or turns the direction of writing. Who reviews and signs a script must
 * see what the program will read.
 */
#ifndef CEREMONY_PLAIN_TEXT_H
#define CEREMONY_PLAIN_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "ceremony/yaml.h"

struct plain_text_fault {
	size_t offset;    /* of the first byte of the character */
	const char *what; /* static: "a tab; indent with blanks" */
};

/* False, with *out filled, at the first character that is none of those. */
bool plain_text_check(const char *bytes, size_t len, struct plain_text_fault *out);

/* Line and column, in characters, of an offset. */
struct yaml_place plain_text_place(const char *bytes, size_t len, size_t offset);

#endif
