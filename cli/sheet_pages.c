/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/sheet_pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"

enum { WORDS_OF = 16, WORDS_A_LINE = 4, HEX_GROUPED = 4 * ROSTER_POINT_SIZE, LINE = 512 };

/* "0123 4567 …", so many groups a line, as people compare it. */
static void
group_hex(const uint8_t *bytes, size_t len, size_t groups, char out[HEX_GROUPED])
{
	for (size_t i = 0; i < len; i++) {
		hex_encode(bytes + i, 1, out);
		out += 2;
		if (i % 2 == 1 && i + 1 < len)
			*out++ = (i + 1) % (2 * groups) == 0 ? '\n' : ' ';
	}
	*out = '\0';
}

/* Lines of fixed width that stay with what is before them. */
static void
put_lines(struct document *to, const char *label, char *lines)
{
	for (char *line; (line = strsep(&lines, "\n")) != NULL; label = NULL) {
		document_keep(to);
		document_lines(to, label, line);
	}
}

static void
put_hex(struct document *to, const char *label, const uint8_t *bytes, size_t len)
{
	char hex[HEX_GROUPED];

	group_hex(bytes, len, len == ROSTER_POINT_SIZE ? 11 : 8, hex);
	put_lines(to, label, hex);
}

static void
put_words(struct document *to, const uint8_t *bytes)
{
	char words[WORDS_SIZE(WORDS_A_LINE)];

	for (int i = 0; i < WORDS_OF; i += WORDS_A_LINE) {
		words_encode(bytes + i, WORDS_A_LINE, words);
		put_lines(to, NULL, words);
	}
}

static void
put_card(struct document *to, const struct roster_sheet_card *card)
{
	char line[LINE];

	snprintf(line, sizeof(line), "%s, serial %s, share index %u", card->custodian, card->serial,
	    card->index);
	document_entry(to, card->name, line);
	put_hex(to, "fingerprint", card->fingerprint.bytes, ROSTER_HASH_SIZE);
	put_words(to, card->fingerprint.bytes);
}

static void
put_generation(struct document *to, const struct roster_sheet_generation *generation)
{
	char line[LINE];

	snprintf(line, sizeof(line), "Cards of generation %u: any %u of %u", generation->number,
	    generation->threshold, generation->size);
	document_heading(to, line);
	if (generation->has_older)
		put_hex(to, "older secret", generation->older, sizeof(generation->older));
	for (unsigned i = 0; i < generation->cards; i++)
		put_card(to, &generation->card[i]);
	if (generation->cards == generation->size)
		return;
	snprintf(line, sizeof(line), "And %u more that this roster has not seen.",
	    generation->size - generation->cards);
	document_text(to, line);
}

static void
put_binding(struct document *to, const struct roster_sheet_binding *binding)
{
	static const char *const labels[] = { "user PIN", "SO PIN" };
	const struct roster_token *token = &binding->spec.token;
	char line[LINE];

	snprintf(line, sizeof(line), "%s%s: token '%s', serial %s, %s %s",
	    roster_binding_role_word(binding->spec.role), token->software ? ", SOFTWARE TOKEN" : "",
	    token->label, token->serial, token->manufacturer, token->model);
	document_entry(to, binding->spec.name, line);
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++) {
		roster_sheet_pin_words(binding, (enum roster_token_pin)pin, line);
		document_keep(to);
		document_row(to, labels[pin], line);
		if (!binding->spec.binds[pin] || !binding->spec.format[pin].is_set)
			continue;
		document_keep(to);
		document_lines(to, NULL, binding->spec.format[pin].alphabet);
	}
}

static void
put_head(struct document *to, const struct roster_sheet *sheet)
{
	const struct roster_sheet_generation *generation = &sheet->generation[0];
	char line[LINE];

	document_row(to, "quorum", sheet->name);
	put_hex(to, "quorum id", sheet->quorum.bytes, sizeof(sheet->quorum.bytes));
	snprintf(line, sizeof(line), "%u (%s)", generation->number,
	    roster_generation_word(generation->state));
	document_row(to, "generation", line);
	snprintf(line, sizeof(line), "%u of %u", generation->threshold, generation->size);
	document_row(to, "threshold", line);
	put_hex(to, "escrow key", generation->escrow, sizeof(generation->escrow));
	snprintf(line, sizeof(line),
	    "No secret is on this sheet. With it, any %u of the cards, their PINs and "
	    "docs/recover-by-hand.md, the tokens open without the roster and without Quorate. Keep "
	    "it with the HSM's papers.",
	    generation->threshold);
	document_text(to, line);
}

static enum err
put_block(struct document *to, const struct roster_sheet *sheet, struct err_trace *trace)
{
	char *block = NULL;
	const enum err err = roster_sheet_block(sheet, &block, trace);

	if (err != ERR_OK)
		return err;
	document_heading(to, "For adopting this quorum where its roster is lost");
	document_text(to, "These lines are given to the program: typed into a file, or taken from "
			  "the text that was stored with this page.");
	document_small(to, block);
	free(block);
	return ERR_OK;
}

static void
put_marks(struct document *to, const struct roster_sheet *sheet)
{
	char foot[LINE], date[CLOCK_DATE];

	clock_format_date(sheet->printed, date);
	snprintf(foot, sizeof(foot), "Binding sheet of quorum %s, generation %u, printed %s",
	    sheet->name, sheet->generation[0].number, date);
	document_foot(to, foot);
	document_mark(to, !sheet->complete
			      ? sheet->practice ? "PRACTICE, NOT COMPLETE" : "NOT COMPLETE"
			  : sheet->practice ? "PRACTICE"
					    : "");
	if (!sheet->complete)
		document_text(to, "NOT COMPLETE: something is under way with this quorum. Print "
				  "the sheet again when it is done.");
}

enum err
sheet_pages(const struct roster_sheet *sheet, struct document **out, struct err_trace *trace)
{
	struct document *document = NULL;
	enum err err = document_new("Quorate binding sheet", &document, trace);

	if (err != ERR_OK)
		return err;
	put_marks(document, sheet);
	put_head(document, sheet);
	document_heading(document, "Bindings: what the cards open");
	if (sheet->bindings == 0)
		document_text(document, "none");
	for (size_t i = 0; i < sheet->bindings; i++)
		put_binding(document, &sheet->binding[i]);
	for (unsigned i = 0; i < sheet->generations; i++)
		put_generation(document, &sheet->generation[i]);
	err = put_block(document, sheet, trace);
	if (err != ERR_OK) {
		document_free(document);
		return err;
	}
	*out = document;
	return ERR_OK;
}
