/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quorate-paper: a document as JSON on stdin, its pages as PDF on stdout. On failure the exit
 * status is 1 and stdout says why, in a line without its end.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "paper/pages.h"

enum { DOCUMENT_MAX = 16 * 1024 * 1024 };

static char document[DOCUMENT_MAX];

static enum err
run(FILE *pages, struct err_trace *trace)
{
	size_t len = fread(document, 1, sizeof(document), stdin);
	json_t *json = NULL;
	enum err err = json_parse(document, len, sizeof(document), &json, trace);

	if (err == ERR_OK)
		err = pages_write(json, pages, trace);
	json_decref(json);
	return err;
}

int
main(void)
{
	struct err_trace trace = { 0 };
	char *bytes = NULL;
	size_t len = 0;
	FILE *pages = open_memstream(&bytes, &len);
	enum err err;

	if (pages == NULL)
		return 1;
	err = run(pages, &trace);
	if (fclose(pages) != 0 && err == ERR_OK)
		err = FAIL(&trace, ERR_NOMEM, "no memory for pages");
	if (err != ERR_OK)
		fputs(trace.count == 0 ? err_word(err) : trace.frame[0].text, stdout);
	else if (fwrite(bytes, 1, len, stdout) != len)
		err = ERR_IO;
	free(bytes);
	return fflush(stdout) == 0 && err == ERR_OK ? 0 : 1;
}
