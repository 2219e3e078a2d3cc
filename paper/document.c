/* SPDX-License-Identifier: BSD-2-Clause */
#include "paper/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/file.h"
#include "base/process.h"

#define PROGRAM "quorate-paper"

enum { PATH_SIZE = 1024, PDF_MAX = 16 * 1024 * 1024, MESSAGE = 200 };

enum { WHERE_SIZE = 128 };

/* What quorate-paper is told: {"title":…,"mark":…,"foot":…,"blocks":[{"kind":…,…},…]}. */
struct document {
	json_t *json;
	bool keep;   /* the next block stays with the last */
	bool begins; /* the next block begins a page */
	bool failed; /* no memory, or a text that is not UTF-8 */
	char where[WHERE_SIZE];
};

enum err
document_new(const char *title, struct document **out, struct err_trace *trace)
{
	struct document *document = calloc(1, sizeof(*document));

	if (document == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a document");
	document->json =
	    json_pack("{s:s, s:s, s:s, s:[]}", "title", title, "mark", "", "foot", "", "blocks");
	document->failed = document->json == NULL;
	*out = document;
	return ERR_OK;
}

void
document_free(struct document *document)
{
	if (document == NULL)
		return;
	json_decref(document->json);
	free(document);
}

static void
set(struct document *document, const char *name, const char *text)
{
	if (document->json == NULL ||
	    json_object_set_new(document->json, name, json_string(text)) != 0)
		document->failed = true;
}

void
document_mark(struct document *document, const char *word)
{
	set(document, "mark", word);
}

void
document_foot(struct document *document, const char *text)
{
	set(document, "foot", text);
}

void
document_head(struct document *document, const char *text)
{
	set(document, "head", text);
}

void
document_seal(struct document *document, const char *text)
{
	set(document, "seal", text);
}

void
document_where(struct document *document, const char *where)
{
	snprintf(document->where, sizeof(document->where), "%s", where == NULL ? "" : where);
}

/* Takes the block over; NULL is one that could not be made. */
static void
add(struct document *document, json_t *block)
{
	json_t *blocks = json_object_get(document->json, "blocks");
	int failed = 0;

	if (document->keep)
		failed |= json_object_set_new(block, "keep", json_true());
	if (document->begins)
		failed |= json_object_set_new(block, "begins", json_true());
	if (document->where[0] != '\0')
		failed |= json_object_set_new(block, "where", json_string(document->where));
	document->keep = document->begins = false;
	if (json_array_append_new(blocks, block) != 0 || failed != 0)
		document->failed = true;
}

void
document_heading(struct document *document, const char *text)
{
	add(document, json_pack("{s:s, s:s}", "kind", "heading", "text", text));
	document_keep(document);
}

void
document_text(struct document *document, const char *text)
{
	add(document, json_pack("{s:s, s:s}", "kind", "text", "text", text));
}

static void
add_row(struct document *document, const char *kind, const char *label, const char *value)
{
	add(document, json_pack("{s:s, s:s, s:s}", "kind", kind, "label", label, "text", value));
}

void
document_entry(struct document *document, const char *label, const char *value)
{
	add_row(document, "entry", label, value);
}

void
document_row(struct document *document, const char *label, const char *value)
{
	add_row(document, "row", label, value);
}

/* A block for each line, so that a page may end between them unless they are kept together. */
static void
add_lines(struct document *document, const char *kind, const char *label, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		add(document,
		    json_pack("{s:s, s:s, s:s%}", "kind", kind, "label", label, "text", text, len));
		label = "";
		text += len + (text[len] == '\n' ? 1 : 0);
	}
}

void
document_lines(struct document *document, const char *label, const char *text)
{
	add_lines(document, "line", label == NULL ? "" : label, text);
}

void
document_small(struct document *document, const char *text)
{
	add_lines(document, "small", "", text);
}

static json_t *
cell_json(const struct document_cell *cell)
{
	static const char *const fonts[] = { [DOCUMENT_PLAIN] = "plain",
		[DOCUMENT_BOLD] = "bold",
		[DOCUMENT_FIXED] = "fixed",
		[DOCUMENT_NOTE] = "note",
		[DOCUMENT_NUMBER] = "number",
		[DOCUMENT_COVER] = "cover" };
	_Static_assert(sizeof(fonts) / sizeof(fonts[0]) == DOCUMENT_FONT__COUNT, "each its word");

	return json_pack("{s:i, s:s, s:s, s:s, s:b, s:b, s:b}", "share", (int)cell->share, "font",
	    fonts[cell->font], "caption", cell->caption == NULL ? "" : cell->caption, "text",
	    cell->text == NULL ? "" : cell->text, "frame", (cell->look & DOCUMENT_FRAME) != 0,
	    "shade", (cell->look & DOCUMENT_SHADE) != 0, "box", (cell->look & DOCUMENT_BOX) != 0);
}

void
document_cells(struct document *document, const struct document_shape *shape,
    const struct document_cell *cells, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		if (json_array_append_new(list, cell_json(&cells[i])) != 0)
			document->failed = true;
	add(document, json_pack("{s:s, s:i, s:i, s:b, s:b, s:b, s:o}", "kind", "cells", "above",
			  (int)shape->above, "least", (int)shape->least, "rule", shape->rule,
			  "header", shape->header, "table", shape->table, "cells", list));
	if (shape->header)
		document_keep(document);
}

void
document_keep(struct document *document)
{
	document->keep = true;
}

void
document_page(struct document *document)
{
	document->begins = true;
}

/* ---- Through quorate-paper ----------------------------------------------------------------- */

static enum err
send_document(int fd, const char *json, struct err_trace *trace)
{
	FILE *to = fdopen(fd, "w");
	bool sent;

	if (to == NULL) {
		(void)close(fd);
		return FAIL_ERRNO(trace, PROGRAM " takes no document");
	}
	sent = fputs(json, to) >= 0;
	return fclose(to) == 0 && sent ? ERR_OK : FAIL(trace, ERR_IO, PROGRAM " takes no document");
}

static enum err
receive_pages(int fd, char **out, size_t *len, struct err_trace *trace)
{
	char *pages = malloc(PDF_MAX);
	size_t used = 0;
	ssize_t got;

	if (pages == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for pages");
	while (used < PDF_MAX && (got = read(fd, pages + used, PDF_MAX - used)) > 0)
		used += (size_t)got;
	if (used == 0 || used == PDF_MAX) {
		free(pages);
		return FAIL(trace, ERR_IO, PROGRAM " gave no pages");
	}
	*out = pages;
	*len = used;
	return ERR_OK;
}

/* The pages; where there are none, the program's words say why. */
static enum err
make_pages(const char *json, char **out, size_t *len, struct err_trace *trace)
{
	char program[PATH_SIZE];
	const char *const argv[] = { program, NULL };
	const struct process_start start = { .argv = argv, .pass_fd = -1, .die_with_parent = true };
	int to = -1, from = -1, status = 0;
	pid_t pid;
	enum err err = process_sibling("paper", PROGRAM, program, sizeof(program), trace);

	if (err == ERR_OK)
		err = process_spawn(&start, &pid, &to, &from, trace);
	if (err != ERR_OK)
		return err;
	err = send_document(to, json, trace);
	if (err == ERR_OK)
		err = receive_pages(from, out, len, trace);
	(void)close(from);
	if (process_wait(pid, &status, trace) != ERR_OK || err != ERR_OK || status == 0)
		return err;
	err = FAIL(trace, ERR_UNSUPPORTED, "%.*s", (int)(*len < MESSAGE ? *len : MESSAGE), *out);
	free(*out);
	return err;
}

enum err
document_pdf(const struct document *document, const char *path, struct err_trace *trace)
{
	char *json = NULL, *pages = NULL;
	size_t len = 0;
	enum err err;

	if (document->failed)
		return FAIL(trace, ERR_FORMAT,
		    "the document holds a text that is not UTF-8, or is too large");
	json = json_dumps(document->json, JSON_COMPACT);
	if (json == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the document");
	err = make_pages(json, &pages, &len, trace);
	free(json);
	if (err != ERR_OK)
		return FAIL(trace, err, "'%s' was not made", path);
	err = file_create(path, pages, len, trace);
	free(pages);
	return err;
}
