/* SPDX-License-Identifier: BSD-2-Clause */
/* Ceremonies to begin from: NAME.script.yaml and NAME.sheet.yaml in one folder. */
#ifndef CEREMONY_TEMPLATE_H
#define CEREMONY_TEMPLATE_H

#include <stddef.h>

#include "base/err.h"

enum { TEMPLATE_NAME = 33, TEMPLATES_MAX = 64 };

struct template_row {
	char name[TEMPLATE_NAME];
	char title[128];
};

/* All of them by name; free() *out. */
MUST_CHECK enum err template_list(
    const char *templates, struct template_row **out, size_t *count, struct err_trace *trace);

/*
 * Makes the ceremony's folder (folder.h) with the template's script and sheet and an empty
 * brought/. ERR_ABSENT lists the templates; ERR_EXISTS when the folder has anything in it.
 */
MUST_CHECK enum err template_write(
    const char *templates, const char *name, const char *folder, struct err_trace *trace);

#endif
