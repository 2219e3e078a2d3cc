/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a binding sheet is written to: FILE.pdf means pages to be printed, with their text in
 * FILE.txt beside it; any other name means the text alone.
 */
#ifndef CLI_SHEET_FILE_H
#define CLI_SHEET_FILE_H

#include "cli/cli.h"

struct roster_id;

/* For the option --sheet of what creates, binds and re-keys. */
#define SHEET_OPTION(type, member)                                                                 \
	{                                                                                          \
		.name = "sheet", .kind = OPTION_TEXT, .metavar = "FILE",                           \
		.help = "write the binding sheet: FILE.pdf and .txt, or the text alone",           \
		.offset = offsetof(type, member)                                                   \
	}

/* Before work begins: ERR_EXISTS and the like where the sheet could not be written. NULL is fine.
 */
MUST_CHECK enum err sheet_file_check(const char *file, struct err_trace *trace);

/* Writes it and says where it is. After a failure everything else is done, and it says so. */
MUST_CHECK enum err sheet_file_write(
    struct cli *cli, const struct roster_id *quorum, const char *file, struct err_trace *trace);

#endif
