/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ceremony's script and sheet as pages for the table: what is read aloud, ticked, written and
 * signed there. Whoever has the pages can hold the ceremony's course against them without any
 * screen; the script's SHA-256 at the foot of each says which script they are of.
 */
#ifndef CEREMONY_PRINT_H
#define CEREMONY_PRINT_H

#include "ceremony/script.h"
#include "ceremony/sheet.h"

enum { PRINT_EXCEPTIONS = 4, PRINT_EXCEPTIONS_MAX = 100 };

struct print_input {
	const struct script *script;
	const struct sheet *sheet;
	bool practice;       /* marked on each page */
	unsigned exceptions; /* how many exception sheets, at most PRINT_EXCEPTIONS_MAX */
};

/*
 * Writes a new file of A4 pages. ERR_EXISTS when it is there; ERR_ABSENT names the place of a
 * ${name} that the sheet does not have; ERR_UNSUPPORTED the character that no font has, and where
 * it is. Nothing is written then.
 */
MUST_CHECK enum err
print_pages(const struct print_input *input, const char *path, struct err_trace *trace);

#endif
