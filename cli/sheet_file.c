/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/sheet_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/sheet_pages.h"

/* "FILE.txt" for "FILE.pdf"; free() it. *text is NULL for a name that means the text alone. */
static enum err
text_beside(const char *file, char **text, struct err_trace *trace)
{
	size_t len = strlen(file);

	*text = NULL;
	if (len < 5 || strcmp(file + len - 4, ".pdf") != 0)
		return ERR_OK;
	*text = strdup(file);
	if (*text == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	memcpy(*text + len - 3, "txt", 3);
	return ERR_OK;
}

enum err
sheet_file_check(const char *file, struct err_trace *trace)
{
	char *text = NULL;
	enum err err;

	if (file == NULL)
		return ERR_OK;
	err = text_beside(file, &text, trace);
	if (err == ERR_OK)
		err = cli_check_new_file(file, trace);
	if (err == ERR_OK)
		err = cli_check_new_file(text, trace);
	free(text);
	return err;
}

static enum err
write_text(const struct roster_sheet *sheet, const char *file, struct err_trace *trace)
{
	char *text = NULL;
	enum err err = roster_sheet_text(sheet, &text, trace);

	if (err == ERR_OK)
		err = file_create(file, text, strlen(text), trace);
	free(text);
	return err;
}

static enum err
write_pages(const struct roster_sheet *sheet, const char *file, struct err_trace *trace)
{
	struct document *document = NULL;
	enum err err = sheet_pages(sheet, &document, trace);

	if (err == ERR_OK)
		err = document_pdf(document, file, trace);
	document_free(document);
	return err;
}

static void
say_where(struct cli *cli, const struct roster_sheet *sheet, const char *file, const char *text)
{
	if (text == NULL)
		fprintf(cli->out, "The binding sheet is in %s", file);
	else
		fprintf(cli->out, "The binding sheet is in %s, its text in %s", file, text);
	fputs(sheet->complete ? ": print it and keep it with the HSM's papers.\n"
			      : ". It is NOT COMPLETE: something is under way.\n",
	    cli->out);
}

enum err
sheet_file_write(
    struct cli *cli, const struct roster_id *quorum, const char *file, struct err_trace *trace)
{
	struct roster_sheet *sheet = NULL;
	char *text = NULL;
	enum err err = roster_sheet_load(cli->custody.roster, quorum, &sheet, trace);

	if (err == ERR_OK)
		err = text_beside(file, &text, trace);
	/* The text first: it is the one that can be read back. */
	if (err == ERR_OK)
		err = write_text(sheet, text == NULL ? file : text, trace);
	if (err == ERR_OK && text != NULL)
		err = write_pages(sheet, file, trace);
	if (err == ERR_OK)
		say_where(cli, sheet, file, text);
	else
		err_next(
		    trace, "Everything else is done. Get the sheet: quorate quorum sheet QUORUM");
	free(text);
	roster_sheet_free(sheet);
	return err;
}
