/* SPDX-License-Identifier: BSD-2-Clause */
/* The binding sheet as pages to be kept in a safe: what its text says, and its block at the end. */
#ifndef CLI_SHEET_PAGES_H
#define CLI_SHEET_PAGES_H

#include "paper/document.h"
#include "roster/sheet.h"

/* document_free *out. */
MUST_CHECK enum err
sheet_pages(const struct roster_sheet *sheet, struct document **out, struct err_trace *trace);

#endif
