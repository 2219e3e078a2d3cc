/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/card_view.h"

#include "base/encode.h"
#include "custody/whose.h"
#include "roster/card_report.h"

enum err
card_view_condition(struct cli *cli, const struct roster_card *card, enum roster_condition *out,
    struct err_trace *trace)
{
	int64_t lasts = 0;
	const enum err err = roster_proof_lasts(cli->custody.roster, 0, &lasts, trace);

	if (err == ERR_OK)
		*out = roster_condition_of(card, lasts, roster_now(cli->custody.roster));
	return err;
}

static const char *const states[] = {
	[ROSTER_CARD_BEGUN] = "begun",
	[ROSTER_CARD_ENROLLED] = "enrolled",
	[ROSTER_CARD_ABANDONED] = "abandoned",
};
_Static_assert(sizeof(states) / sizeof(*states) == ROSTER_CARD_STATE__COUNT, "a word each");

static const char *const pins[] = {
	[ROSTER_ADMIN_PIN_OWN] = "own",
	[ROSTER_ADMIN_PIN_ESCROWED] = "escrowed",
	[ROSTER_ADMIN_PIN_CHANGED] = "changed",
	[ROSTER_ADMIN_PIN_UNKNOWN] = "unknown",
};
_Static_assert(sizeof(pins) / sizeof(*pins) == ROSTER_ADMIN_PIN__COUNT, "a word each");

static json_t *
pack(struct cli *cli, const struct roster_card *card, enum roster_condition condition)
{
	char name[ROSTER_NAME], hex[ROSTER_HASH_TEXT], words[WORDS_SIZE(16)];

	whose_name(cli->custody.roster, &card->custodian, name);
	hex_encode(card->fingerprint.bytes, sizeof(card->fingerprint.bytes), hex);
	words_encode(card->fingerprint.bytes, 16, words);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:i, s:s, "
			 "s:I, s:I}",
	    "card", card->name, "quorum", card->quorum, "serial", card->serial, "custodian", name,
	    "state", states[card->state], "condition", roster_condition_word(condition), "model",
	    card->model, "firmware", card->firmware, "fingerprint", hex, "words", words,
	    "admin_pin", pins[card->admin_pin], "proven", (json_int_t)card->proven, "tries_left",
	    (int)card->tries_left, "report", roster_report_word(card->report), "reported",
	    (json_int_t)card->reported, "exposed", (json_int_t)card->exposed);
}

enum err
card_view_json(
    struct cli *cli, const struct roster_card *card, json_t **out, struct err_trace *trace)
{
	enum roster_condition condition = ROSTER_CONDITION_STALE;
	enum err err = card_view_condition(cli, card, &condition, trace);
	json_t *json = err == ERR_OK ? pack(cli, card, condition) : NULL;

	if (err == ERR_OK && json == NULL)
		err = FAIL(trace, ERR_NOMEM, "no memory for the JSON output");
	if (err == ERR_OK)
		*out = json;
	return err;
}
