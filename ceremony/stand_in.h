/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sheet of a dry run: the same people and values; SoftHSM tokens in place of the HSMs, folders
 * in place of the media.
 */
#ifndef CEREMONY_STAND_IN_H
#define CEREMONY_STAND_IN_H

#include "ceremony/sheet.h"

struct stand_in {
	const char *folder;   /* absolute: media become FOLDER/media/NAME */
	const char *firmware; /* of the tokens */
	const char *model;
	/* Values that the dry run makes itself, in place of the sheet's. */
	const struct sheet_value *values;
	size_t value_count;
	/* Tokens that are bound before the ceremony begins are named by their label. */
	const char *(*label)(const void *context, const char *token); /* NULL: none is */
	const void *context;
};

/* The sheet's text as YAML; free() *out. */
MUST_CHECK enum err stand_in_sheet(
    const struct sheet *sheet, const struct stand_in *how, char **out, struct err_trace *trace);

/* How a token is named that is not initialised yet: SoftHSM shows one such at a time. */
#define STAND_IN_FRESH "pkcs11:model=SoftHSM%20v2;token="

#endif
