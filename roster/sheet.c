/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/sheet.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/encode.h"
#include "roster/binding.h"
#include "roster/card.h"
#include "roster/person_internal.h"
#include "roster/quorum.h"
#include "roster/roster_internal.h"

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

static enum err
put_card(struct roster *roster, FILE *to, const struct roster_share *share, struct err_trace *trace)
{
	struct roster_card card;
	char name[ROSTER_NAME];
	const enum err err = roster_card_get(roster, &share->card, &card, trace);

	if (err != ERR_OK)
		return err;
	person_name(roster, &share->custodian, name, sizeof(name));
	fprintf(to, "\n  %-14s %s, serial %s, share index %u\n", card.name, name, card.serial,
	    share->index);
	put_hex(to, "    fingerprint", card.fingerprint.bytes, sizeof(card.fingerprint.bytes));
	put_words(to, card.fingerprint.bytes);
	return ERR_OK;
}

static void
put_pin(FILE *to, const struct roster_binding *binding, enum roster_token_pin pin)
{
	static const char *const labels[] = { "    user PIN", "    SO PIN" };
	const struct roster_pin_format *format = &binding->spec.format[pin];

	if (!binding->spec.binds[pin])
		fprintf(to, "%-16s not bound\n", labels[pin]);
	else if (!format->is_set)
		fprintf(to, "%-16s generation %u, default format (32 characters of base32)\n",
		    labels[pin], binding->opens[pin]);
	else
		fprintf(to,
		    "%-16s generation %u, prefix \"%s\", length %u, alphabet in this order:\n"
		    "                 %s\n",
		    labels[pin], binding->opens[pin], format->prefix, format->length,
		    format->alphabet);
}

static void
put_binding(FILE *to, const struct roster_binding *binding)
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

static enum err
put_bindings(
    struct roster *roster, FILE *to, const struct roster_id *quorum, struct err_trace *trace)
{
	struct roster_binding *bindings = NULL;
	size_t count = 0;
	const enum err err = roster_binding_list(roster, quorum, &bindings, &count, trace);

	if (err != ERR_OK)
		return err;
	fprintf(to, "\nBINDINGS\n");
	if (count == 0)
		fprintf(to, "  none\n");
	for (size_t i = 0; i < count; i++)
		put_binding(to, &bindings[i]);
	free(bindings);
	return ERR_OK;
}

static void
put_head(const struct roster *roster, FILE *to, const struct roster_quorum *quorum,
    const struct roster_generation *generation)
{
	char date[CLOCK_DATE];

	clock_format_date(roster_now(roster), date);
	fprintf(to, "QUORATE BINDING SHEET%s\n\n",
	    roster->practice ? "                 PRACTICE: opens nothing real" : "");
	fprintf(to, "%-16s %s\n", "quorum", quorum->name);
	put_hex(to, "quorum id", quorum->id.bytes, sizeof(quorum->id.bytes));
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

static enum err
put_all(struct roster *roster, FILE *to, const struct roster_quorum *quorum,
    const struct roster_generation *generation, struct err_trace *trace)
{
	enum err err = ERR_OK;

	put_head(roster, to, quorum, generation);
	err = put_bindings(roster, to, &quorum->id, trace);
	fprintf(to, "\nCARDS\n");
	for (unsigned i = 0; i < generation->shares && err == ERR_OK; i++)
		err = put_card(roster, to, &generation->share[i], trace);
	return err;
}

/* The newest live generation, or what is sealed while there is none; free() *out. */
static enum err
load_generation(struct roster *roster, const struct roster_quorum *quorum,
    struct roster_generation **out, struct err_trace *trace)
{
	if (quorum->newest == 0)
		return FAIL(trace, ERR_NOT_NOW,
		    "quorum '%s' has no generation yet: there is nothing to print", quorum->name);
	struct roster_generation *generation = calloc(1, sizeof(*generation));
	if (generation == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the sheet");
	const enum err err = roster_generation_get(roster, &quorum->id,
	    quorum->live != 0 ? quorum->live : quorum->newest, generation, trace);
	if (err != ERR_OK) {
		free(generation);
		return err;
	}
	*out = generation;
	return ERR_OK;
}

enum err
roster_sheet(
    struct roster *roster, const struct roster_id *quorum, char **out, struct err_trace *trace)
{
	struct roster_quorum found;
	struct roster_generation *generation = NULL;
	char *text = NULL;
	size_t len = 0;
	FILE *to = NULL;
	enum err err = roster_quorum_get(roster, quorum, &found, trace);

	if (err == ERR_OK)
		err = load_generation(roster, &found, &generation, trace);
	if (err != ERR_OK)
		return err;
	to = open_memstream(&text, &len);
	if (to == NULL) {
		err = FAIL(trace, ERR_NOMEM, "no memory for the sheet");
		goto out;
	}
	err = put_all(roster, to, &found, generation, trace);
	if (fclose(to) != 0 && err == ERR_OK)
		err = FAIL(trace, ERR_NOMEM, "no memory for the sheet");
	if (err == ERR_OK) {
		*out = text;
		text = NULL;
	}
out:
	free(text);
	free(generation);
	return err;
}
