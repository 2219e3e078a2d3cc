/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/inspect.h"

#include <stdio.h>
#include <string.h>

#include "custody/card_header.h"

static enum err
choose_reader(
    struct custody *custody, const char *wanted, char out[READER_NAME], struct err_trace *trace)
{
	struct reader_list list;
	const struct reader *only = NULL;
	enum err err = reader_list_now(custody->readers, &list, trace);

	if (err != ERR_OK)
		return err;
	if (list.count == 0) {
		err_next(trace, "Plug a reader in, then run 'quorate doctor' if it is not seen.");
		return FAIL(trace, ERR_ABSENT, "there is no card reader");
	}
	if (wanted == NULL && reader_cards(&list) > 1) {
		err_next(trace, "Say which with --reader NAME; 'quorate doctor' lists them.");
		return FAIL(trace, ERR_ARGUMENT, "%zu cards are inserted", reader_cards(&list));
	}
	for (size_t i = 0; i < list.count; i++)
		if (list.reader[i].present &&
		    (wanted == NULL || strcmp(wanted, list.reader[i].name) == 0))
			only = &list.reader[i];
	if (only == NULL) {
		err_next(trace, "Insert the card, chip first and facing the reader's contacts.");
		return FAIL(trace, ERR_ABSENT, "no card is inserted%s%s",
		    wanted == NULL ? "" : " in reader ", wanted == NULL ? "" : wanted);
	}
	snprintf(out, READER_NAME, "%s", only->name);
	return ERR_OK;
}

/* What is readable is shown; what is not is left out. */
static void
read_contents(struct card *card, struct inspected *out)
{
	struct err_trace why = { 0 };
	enum err err = card_header_load(card, &out->header, NULL);

	out->has_header = err != ERR_ABSENT && err != ERR_UNSUPPORTED;
	out->header_sound = err == ERR_OK;
	out->has_fingerprint = card_fingerprint(card, out->fingerprint, NULL) == ERR_OK;
	out->suits = card_suits(card, &why) == ERR_OK;
	if (!out->suits && why.count > 0)
		snprintf(out->not_suited, sizeof(out->not_suited), "%s", why.frame[0].text);
}

enum err
inspect_card(
    struct custody *custody, const char *reader, struct inspected *out, struct err_trace *trace)
{
	struct inspected found = { .has_header = false };
	struct card *card = NULL;
	enum err err = choose_reader(custody, reader, found.reader, trace);

	if (err == ERR_OK)
		err = card_visit_begin(
		    custody->readers, found.reader, custody->card_options, &card, trace);
	if (err != ERR_OK)
		return err;
	if (card_facts(card)->life != CARD_LIFE_TERMINATED) {
		err = card_inspect(card, trace);
		if (err == ERR_OK)
			read_contents(card, &found);
	}
	found.facts = *card_facts(card);
	found.tries_pin = card_tries_left(card, CARD_PIN_USER);
	found.tries_admin = card_tries_left(card, CARD_PIN_ADMIN);
	card_visit_end(card);
	if (err == ERR_OK)
		*out = found;
	return err;
}
