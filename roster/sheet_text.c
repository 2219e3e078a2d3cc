/* SPDX-License-Identifier: BSD-2-Clause */
/* The binding sheet for people. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/encode.h"
#include "roster/sheet.h"

/* Words are of the fingerprint's first 16 bytes (design.md, 2). */
enum { WORDS_OF = 16, WORDS_A_LINE = 4 };

static void
put_words(FILE *to, const uint8_t *bytes)
{
	char words[WORDS_SIZE(WORDS_A_LINE)];

	for (int i = 0; i < WORDS_OF; i += WORDS_A_LINE) {
		words_encode(bytes + i, WORDS_A_LINE, words);
		fprintf(to, "                 %s\n", words);
	}
}

static void
put_hex(FILE *to, const char *label, const uint8_t *bytes, size_t len)
{
	fprintf(to, "%-16s ", label);
	for (size_t i = 0; i < len; i++)
		fprintf(to, "%02x", bytes[i]);
	fputc('\n', to);
}

static void
put_card(FILE *to, const struct roster_sheet_card *card)
{
	fprintf(to, "\n  %-14s %s, serial %s, share index %u\n", card->name, card->custodian,
	    card->serial, card->index);
	put_hex(to, "    fingerprint", card->fingerprint.bytes, sizeof(card->fingerprint.bytes));
	put_words(to, card->fingerprint.bytes);
}

static void
put_cards(FILE *to, const struct roster_sheet *sheet)
{
	for (unsigned g = 0; g < sheet->generations; g++) {
		const struct roster_sheet_generation *generation = &sheet->generation[g];

		fprintf(to, "\nCARDS");
		if (sheet->generations > 1)
			fprintf(to, " OF GENERATION %u, any %u of %u", generation->number,
			    generation->threshold, generation->size);
		fputc('\n', to);
		for (unsigned i = 0; i < generation->cards; i++)
			put_card(to, &generation->card[i]);
		if (generation->cards < generation->size)
			fprintf(to, "\n  and %u more that this roster has not seen\n",
			    generation->size - generation->cards);
	}
}

void
roster_sheet_pin_words(const struct roster_sheet_binding *binding, enum roster_token_pin pin,
    char out[ROSTER_SHEET_LINE])
{
	const struct roster_pin_format *format = &binding->spec.format[pin];

	if (!binding->spec.binds[pin])
		snprintf(out, ROSTER_SHEET_LINE, "not bound");
	else if (binding->opens[pin] == 0)
		snprintf(out, ROSTER_SHEET_LINE, "NOT SET YET");
	else if (!format->is_set)
		snprintf(out, ROSTER_SHEET_LINE,
		    "generation %u, default format (32 characters of base32)", binding->opens[pin]);
	else
		snprintf(out, ROSTER_SHEET_LINE,
		    "generation %u, prefix \"%s\", length %u, alphabet in this order:",
		    binding->opens[pin], format->prefix, format->length);
}

static void
put_pin(FILE *to, const struct roster_sheet_binding *binding, enum roster_token_pin pin)
{
	static const char *const labels[] = { "    user PIN", "    SO PIN" };
	const struct roster_pin_format *format = &binding->spec.format[pin];
	char words[ROSTER_SHEET_LINE];

	roster_sheet_pin_words(binding, pin, words);
	fprintf(to, "%-16s %s\n", labels[pin], words);
	if (binding->spec.binds[pin] && binding->opens[pin] != 0 && format->is_set)
		fprintf(to, "                 %s\n", format->alphabet);
}

static void
put_binding(FILE *to, const struct roster_sheet_binding *binding)
{
	const struct roster_token *token = &binding->spec.token;

	fprintf(to, "\n  %-14s %s%s\n", binding->spec.name,
	    roster_binding_role_word(binding->spec.role),
	    token->software ? ", SOFTWARE TOKEN" : "");
	fprintf(to, "    token        %s, serial %s, %s %s\n", token->label, token->serial,
	    token->manufacturer, token->model);
	for (unsigned pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		put_pin(to, binding, (enum roster_token_pin)pin);
}

static void
put_bindings(FILE *to, const struct roster_sheet *sheet)
{
	fprintf(to, "\nBINDINGS\n");
	if (sheet->bindings == 0)
		fprintf(to, "  none\n");
	for (size_t i = 0; i < sheet->bindings; i++)
		put_binding(to, &sheet->binding[i]);
}

static void
put_head(FILE *to, const struct roster_sheet *sheet)
{
	const struct roster_sheet_generation *generation = &sheet->generation[0];
	char date[CLOCK_DATE];

	clock_format_date(sheet->printed, date);
	fprintf(to, "QUORATE BINDING SHEET%s\n\n",
	    sheet->practice ? "                 PRACTICE: opens nothing real" : "");
	if (!sheet->complete)
		fprintf(to, "NOT COMPLETE: something is under way. Print the sheet again when it "
			    "is done.\n\n");
	fprintf(to, "%-16s %s\n", "quorum", sheet->name);
	put_hex(to, "quorum id", sheet->quorum.bytes, sizeof(sheet->quorum.bytes));
	fprintf(to, "%-16s %u (%s)\n", "generation", generation->number,
	    roster_generation_word(generation->state));
	fprintf(to, "%-16s %u of %u\n", "threshold", generation->threshold, generation->size);
	put_hex(to, "escrow key", generation->escrow, sizeof(generation->escrow));
	fprintf(to, "%-16s %s\n", "printed", date);
	fprintf(to,
	    "\nNo secret is on this sheet. With it, any %u of the cards, their PINs and\n"
	    "docs/recover-by-hand.md, the tokens open without the roster and without Quorate.\n",
	    generation->threshold);
}

/* For a token that was away over two re-keys: the cards have no room for what opens it. */
static void
put_older(FILE *to, const struct roster_sheet *sheet)
{
	for (unsigned i = 1; i < sheet->generations; i++) {
		const struct roster_sheet_generation *older = &sheet->generation[i];

		if (!older->has_older)
			continue;
		fprintf(to,
		    "\nThe secret of generation %u, sealed to the escrow key of generation %u:\n",
		    older->number, sheet->generation[0].number);
		put_hex(to, "older secret", older->older, sizeof(older->older));
	}
}

static enum err
put_all(FILE *to, const struct roster_sheet *sheet, struct err_trace *trace)
{
	char *block = NULL;
	const enum err err = roster_sheet_block(sheet, &block, trace);

	if (err != ERR_OK)
		return err;
	put_head(to, sheet);
	put_bindings(to, sheet);
	put_cards(to, sheet);
	put_older(to, sheet);
	fprintf(to, "\nFOR ADOPTING this quorum where its roster is lost:\n\n%s", block);
	free(block);
	return ERR_OK;
}

enum err
roster_sheet_text(const struct roster_sheet *sheet, char **out, struct err_trace *trace)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	enum err err;

	if (to == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the sheet");
	err = put_all(to, sheet, trace);
	if (fclose(to) != 0 && err == ERR_OK)
		err = FAIL(trace, ERR_NOMEM, "no memory for the sheet");
	if (err != ERR_OK) {
		free(text);
		return err;
	}
	*out = text;
	return ERR_OK;
}
