/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/sheet.h"
#include "roster/generation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/card.h"
#include "roster/operation.h"
#include "roster/person_internal.h"
#include "roster/roster_internal.h"

void
roster_sheet_free(struct roster_sheet *sheet)
{
	if (sheet == NULL)
		return;
	free(sheet->binding);
	free(sheet);
}

static enum err
load_cards(struct roster *roster, const struct roster_generation *from,
    struct roster_sheet_generation *out, struct err_trace *trace)
{
	for (unsigned i = 0; i < from->shares; i++) {
		struct roster_sheet_card *to = &out->card[i];
		struct roster_card card;
		const enum err err = roster_card_get(roster, &from->share[i].card, &card, trace);

		if (err != ERR_OK)
			return err;
		to->index = from->share[i].index;
		to->fingerprint = card.fingerprint;
		snprintf(to->name, sizeof(to->name), "%s", card.name);
		snprintf(to->serial, sizeof(to->serial), "%s", card.serial);
		person_name(
		    roster, &from->share[i].custodian, to->custodian, sizeof(to->custodian));
	}
	out->cards = from->shares;
	return ERR_OK;
}

/* What M cards of the newest generation open an older one with, where records gave way. */
static enum err
load_older(struct roster *roster, struct roster_sheet *sheet, struct roster_sheet_generation *older,
    struct err_trace *trace)
{
	struct roster_escrow row = { .kind = ROSTER_ESCROW_OLDER_SECRET,
		.generation = sheet->generation[0].number };
	enum err err;

	roster_subject_of_generation(older->number, row.subject);
	err = roster_escrow_get(roster, &sheet->quorum, &row, &row, NULL);
	if (err == ERR_ABSENT)
		return ERR_OK;
	if (err != ERR_OK)
		return FAIL(trace, err, "the secret of generation %u cannot be read from escrow",
		    older->number);
	if (row.blob_len != sizeof(older->older))
		return FAIL(
		    trace, ERR_FORMAT, "the escrow of generation %u is damaged", older->number);
	older->has_older = true;
	memcpy(older->older, row.blob, sizeof(older->older));
	return ERR_OK;
}

static enum err
add_generation(struct roster *roster, const struct roster_generation *from,
    struct roster_sheet *sheet, struct err_trace *trace)
{
	struct roster_sheet_generation *out = &sheet->generation[sheet->generations];

	out->number = from->number;
	out->threshold = from->threshold;
	out->size = from->size;
	out->state = from->state;
	memcpy(out->escrow, from->escrow, sizeof(out->escrow));
	if (sheet->generations++ > 0) {
		const enum err err = load_older(roster, sheet, out, trace);

		if (err != ERR_OK)
			return err;
	}
	return load_cards(roster, from, out, trace);
}

/* Every live one, newest first; where there is none, the newest that was made. */
static enum err
load_generations(struct roster *roster, struct roster_sheet *sheet, struct err_trace *trace)
{
	struct roster_generation *all = NULL;
	size_t count = 0;
	enum err err = roster_generation_list(roster, &sheet->quorum, &all, &count, trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = count; err == ERR_OK && i-- > 0;)
		if (all[i].state == ROSTER_GENERATION_LIVE &&
		    sheet->generations < ROSTER_SHEET_GENERATIONS)
			err = add_generation(roster, &all[i], sheet, trace);
	if (err == ERR_OK && count == 0)
		err = FAIL(trace, ERR_NOT_NOW,
		    "quorum '%s' has no generation yet: there is nothing to print", sheet->name);
	if (err == ERR_OK && sheet->generations == 0) {
		sheet->complete = false;
		err = add_generation(roster, &all[count - 1], sheet, trace);
	}
	free(all);
	return err;
}

static enum err
load_bindings(struct roster *roster, struct roster_sheet *sheet, struct err_trace *trace)
{
	struct roster_binding *bindings = NULL;
	size_t count = 0;
	enum err err = roster_binding_list(roster, &sheet->quorum, &bindings, &count, trace);

	if (err == ERR_OK && count > ROSTER_SHEET_BINDINGS)
		err = FAIL(trace, ERR_UNSUPPORTED, "a sheet has room for %d bindings, not %zu",
		    ROSTER_SHEET_BINDINGS, count);
	if (err == ERR_OK) {
		sheet->binding = calloc(count + 1, sizeof(*sheet->binding));
		if (sheet->binding == NULL)
			err = FAIL(trace, ERR_NOMEM, "no memory for the sheet");
	}
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		struct roster_sheet_binding *to = &sheet->binding[sheet->bindings++];

		to->spec = bindings[i].spec;
		memcpy(to->opens, bindings[i].opens, sizeof(to->opens));
		for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
			if (to->spec.binds[pin] && to->opens[pin] == 0)
				sheet->complete = false;
	}
	free(bindings);
	return err;
}

/* What changes a sheet when it is done. */
static const bool changes_sheet[ROSTER_OP__COUNT] = {
	[ROSTER_OP_CREATE] = true,
	[ROSTER_OP_BIND] = true,
	[ROSTER_OP_UNBIND] = true,
	[ROSTER_OP_REKEY] = true,
	[ROSTER_OP_REPLACE_CARD] = true,
	[ROSTER_OP_SWITCH] = true,
};

static enum err
note_pending(struct roster *roster, struct roster_sheet *sheet, struct err_trace *trace)
{
	struct roster_operation *pending = NULL;
	const enum err err = roster_operation_pending(roster, &sheet->quorum, &pending, NULL);

	if (err != ERR_OK && err != ERR_ABSENT)
		return FAIL(trace, err, "what is pending cannot be read");
	if (err == ERR_OK && changes_sheet[pending->plan.kind])
		sheet->complete = false;
	roster_operation_free(pending);
	return ERR_OK;
}

enum err
roster_sheet_load(struct roster *roster, const struct roster_id *quorum, struct roster_sheet **out,
    struct err_trace *trace)
{
	struct roster_quorum found;
	struct roster_sheet *sheet = NULL;
	enum err err = roster_quorum_get(roster, quorum, &found, trace);

	if (err != ERR_OK)
		return err;
	sheet = calloc(1, sizeof(*sheet));
	if (sheet == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the sheet");
	sheet->practice = roster->practice;
	sheet->complete = true;
	sheet->quorum = found.id;
	sheet->printed = roster_now(roster);
	snprintf(sheet->name, sizeof(sheet->name), "%s", found.name);
	err = load_generations(roster, sheet, trace);
	if (err == ERR_OK)
		err = load_bindings(roster, sheet, trace);
	if (err == ERR_OK)
		err = note_pending(roster, sheet, trace);
	if (err != ERR_OK) {
		roster_sheet_free(sheet);
		return err;
	}
	*out = sheet;
	return ERR_OK;
}
