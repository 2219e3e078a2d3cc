/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys of the cards that sign. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "ceremony/bundle_check.h"
#include "ceremony/folder.h"

void
bundle_add_card(struct bundle_check *check, const struct bundle_card *card)
{
	struct bundle_card *more =
	    reallocarray(check->cards, check->card_count + 1, sizeof(*check->cards));

	if (more == NULL) {
		check->no_memory = true;
		return;
	}
	check->cards = more;
	check->cards[check->card_count++] = *card;
}

/* The file for openssl must be of the same key as the one that was read. */
static void
check_pem(struct bundle_check *check, const struct bundle_card *card)
{
	char path[BUNDLE_CARD_FILE], wanted[BUNDLE_CARD_TEXT];
	size_t len = 0;
	char *text;

	bundle_card_path(EVIDENCE_CARDS "/", card->name, ".pem", path);
	bundle_card_pem(card, wanted);
	text = bundle_take(check, path, BUNDLE_CARD_TEXT, &len);
	if (text == NULL || strcmp(text, wanted) != 0)
		bundle_found(
		    check, BUNDLE_BROKEN, "%s: it is not the key of card %s", path, card->name);
	free(text);
}

static void
read_card(struct bundle_check *check, const char *path)
{
	struct err_trace why = { .count = 0 };
	struct bundle_card card = { .name = "" };
	char named[BUNDLE_CARD_FILE];
	json_t *json = NULL;
	size_t len = 0;
	char *text = bundle_take(check, path, BUNDLE_CARD_TEXT, &len);
	enum err err;

	if (text == NULL)
		return;
	err = json_parse(text, len, BUNDLE_CARD_TEXT, &json, &why);
	if (err == ERR_OK)
		err = bundle_card_read(json, &card, &why);
	json_decref(json);
	free(text);
	bundle_card_path(EVIDENCE_CARDS "/", card.name, ".json", named);
	if (err != ERR_OK)
		bundle_found_why(check, BUNDLE_BROKEN, path, &why);
	else if (strcmp(named, path) != 0)
		bundle_found(check, BUNDLE_BROKEN, "%s: it is of card %s", path, card.name);
	else
		bundle_add_card(check, &card);
	if (err == ERR_OK)
		check_pem(check, &card);
}

enum err
bundle_check_cards(struct bundle_check *check, struct err_trace *trace)
{
	(void)trace;
	for (size_t i = 0; i < check->tree.count; i++) {
		const char *path = check->tree.file[i].path;

		if (bundle_path_lies_in(path, EVIDENCE_CARDS) &&
		    bundle_path_ends_with(path, ".json"))
			read_card(check, path);
	}
	return ERR_OK;
}
