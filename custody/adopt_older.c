/* SPDX-License-Identifier: BSD-2-Clause */
/* Secrets of older generations, as a binding sheet has them: sealed to the newest. */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "custody/adopt_internal.h"
#include "custody/attendant.h"
#include "custody/escrow_key.h"
#include "quorum/derive.h"
#include "roster/generation.h"

/* The row of the roster that was lost, which the new one gets too. */
static void
make_row(const struct roster_sheet_generation *older, unsigned sealed_to, struct roster_escrow *row)
{
	*row =
	    (struct roster_escrow){ .kind = ROSTER_ESCROW_OLDER_SECRET, .generation = sealed_to };
	roster_subject_of_generation(older->number, row->subject);
	memcpy(row->blob, older->older, sizeof(older->older));
	row->blob_len = sizeof(older->older);
}

static enum err
use_older(struct adoption *adoption, struct adopt_generation *generation,
    const struct secret *secret, struct err_trace *trace)
{
	struct secret *prk = NULL;
	bool fits = false;
	enum err err = derive_prk(adoption->quorum.bytes, secret, &prk, trace);

	if (err == ERR_OK)
		err = adopt_compare(generation, prk, &fits, trace);
	if (err == ERR_OK && fits)
		err = adopt_try_pins(adoption, generation, prk, trace);
	secret_free(prk);
	return err;
}

static enum err
open_one(struct adoption *adoption, const struct escrow_end *end,
    const struct roster_sheet_generation *older, struct err_trace *trace)
{
	struct attendant *attendant = adoption->custody->attendant;
	struct adopt_generation *generation =
	    adopt_generation_of(adoption, older->number, older->threshold, older->size);
	struct secret *secret = NULL;
	struct roster_escrow row;
	char text[ADOPTED_LINE];
	enum err err;

	make_row(older, end->generation, &row);
	err = generation == NULL ? ERR_FORMAT
				 : escrow_row_open(end, &row, ESCROW_PRESENT, &secret, NULL);
	if (err == ERR_OK) {
		generation->escrowed = row;
		err = use_older(adoption, generation, secret, trace);
		secret_free(secret);
		return err;
	}
	snprintf(text, sizeof(text),
	    "The secret of generation %u that the binding sheet has does not open with "
	    "generation %u.",
	    older->number, end->generation);
	attendant->note(attendant->context, text);
	return ERR_OK;
}

enum err
adopt_open_older(struct adoption *adoption, const struct adopt_generation *generation,
    const struct secret *prk, struct err_trace *trace)
{
	const struct roster_sheet *sheet = adoption->request->sheet;
	struct escrow_end end = { .quorum = &adoption->quorum,
		.generation = generation->number,
		.point = generation->escrow,
		.prk = prk };
	enum err err = ERR_OK;

	if (sheet == NULL || sheet->generation[0].number != generation->number)
		return ERR_OK;
	end.practice = roster_is_practice(adoption->custody->roster);
	for (unsigned i = 1; err == ERR_OK && i < sheet->generations; i++)
		if (sheet->generation[i].has_older)
			err = open_one(adoption, &end, &sheet->generation[i], trace);
	return err;
}
