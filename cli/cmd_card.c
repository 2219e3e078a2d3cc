/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "cli/card_view.h"
#include "cli/cli.h"
#include "custody/change_pin.h"
#include "custody/enrol.h"
#include "custody/inspect.h"
#include "custody/unblock.h"
#include "custody/whose.h"
#include "roster/card.h"
#include "roster/roster.h"

/* ---- enrol --------------------------------------------------------------------------------- */

static const struct option_row enrol_options[] = {
	{ .name = "custodian",
	    .kind = OPTION_TEXT,
	    .metavar = "NAME",
	    .help = "whose card it becomes",
	    .required = true,
	    .offset = offsetof(struct enrol_request, custodian) },
	{ .name = "quorum",
	    .kind = OPTION_TEXT,
	    .metavar = "NAME",
	    .help = "for which quorum; it need not exist yet",
	    .required = true,
	    .offset = offsetof(struct enrol_request, quorum) },
	{ .name = "keep-admin-pin",
	    .kind = OPTION_FLAG,
	    .help = "no factory reset: the card's present admin PIN is asked for",
	    .offset = offsetof(struct enrol_request, keep_admin_pin) },
	{ .name = "erase",
	    .kind = OPTION_FLAG,
	    .help = "a card that holds others' keys or data, after its serial was typed",
	    .offset = offsetof(struct enrol_request, erase) },
	{ .name = NULL },
};

/* What the custodian gets on paper, to compare with the card for ever. */
static void
print_receipt(struct cli *cli, const struct roster_card *card)
{
	char name[ROSTER_NAME], hex[ROSTER_HASH_TEXT];

	whose_name(cli->custody.roster, &card->custodian, name);
	hex_encode(card->fingerprint.bytes, sizeof(card->fingerprint.bytes), hex);
	fprintf(cli->out, "%sRECEIPT: card %s\n",
	    roster_is_practice(cli->custody.roster) ? "PRACTICE " : "", card->name);
	fprintf(cli->out, "  custodian    %s\n  serial       %s (", name, card->serial);
	/* A card that tells no firmware has its model's name in that place again. */
	if (strncmp(card->firmware, card->model, strlen(card->model)) != 0)
		fprintf(cli->out, "%s, ", card->model);
	fprintf(cli->out, "%s)\n", card->firmware);
	fprintf(cli->out, "  fingerprint  %.32s\n               %s\n", hex, hex + 32);
	cli_print_words(cli, "               ", card->fingerprint.bytes, 16);
	fprintf(cli->out, "Write %s on the card; it is ready for its share.\n", card->name);
}

static enum err
run_enrol(struct cli *cli, const void *values, struct err_trace *trace)
{
	struct roster_card card;
	json_t *json = NULL;
	enum err err = enrol_card(&cli->custody, values, &card, trace);

	if (err == ERR_OK && cli->line->json)
		err = card_view_json(cli, &card, &json, trace);
	if (err != ERR_OK)
		return err;
	if (cli->line->json)
		return cli_print_json(cli, json, trace);
	print_receipt(cli, &card);
	return ERR_OK;
}

/* ---- inspect ------------------------------------------------------------------------------- */

struct inspect_values {
	const char *reader;
};

static const struct option_row inspect_options[] = {
	{ .name = "reader",
	    .kind = OPTION_TEXT,
	    .metavar = "NAME",
	    .help = "which, when several cards are inserted",
	    .offset = offsetof(struct inspect_values, reader) },
	{ .name = NULL },
};

static void
print_header(struct cli *cli, const struct header *header)
{
	const char *practice = header->practice ? "PRACTICE " : "";

	if (header->share_count == 0)
		fprintf(cli->out,
		    "  Quorate      %scard %s, enrolled for '%s'; it holds no share yet\n",
		    practice, header->card_name, header->quorum_name);
	for (size_t i = 0; i < header->share_count; i++)
		fprintf(cli->out,
		    "  Quorate      %scard %s of quorum '%s': share %u of generation %u, %u of "
		    "%u\n",
		    practice, header->card_name, header->quorum_name, header->share[i].index + 1U,
		    header->share[i].generation, header->share[i].threshold, header->share[i].size);
	if (header->binding_count > 0) {
		fputs("  opens        ", cli->out);
		for (size_t i = 0; i < header->binding_count; i++)
			fprintf(cli->out, "%s%s", i == 0 ? "" : ", ", header->binding[i]);
		fprintf(cli->out, "%s\n", header->bindings_incomplete ? " and others" : "");
	}
	if (header->checkpoint != 0)
		fprintf(cli->out, "  checkpoint   %u\n", header->checkpoint);
}

static void
print_inspected(struct cli *cli, const struct inspected *card)
{
	const struct card_facts *facts = &card->facts;
	char atr[READER_ATR_TEXT], contents[CARD_CONTENTS_TEXT], hex[2 * SHA256_SIZE + 1];

	reader_atr_text(facts->atr, facts->atr_len, atr);
	fprintf(cli->out, "%s\n  card         %s, %s\n", card->reader, facts->version,
	    facts->manufacturer);
	if (facts->life == CARD_LIFE_TERMINATED) {
		fputs("  state        terminated: a factory reset was broken off; enrolling "
		      "finishes it\n",
		    cli->out);
		return;
	}
	fprintf(cli->out, "  serial       %s\n  ATR          %s\n", facts->serial, atr);
	fprintf(
	    cli->out, "  tries left   PIN %u, admin PIN %u\n", card->tries_pin, card->tries_admin);
	if (facts->holder[0] != '\0')
		fprintf(cli->out, "  holder       %s\n", facts->holder);
	card_contents_text(facts->contents, contents);
	fprintf(cli->out, "  holds        %s\n", contents);
	if (card->has_fingerprint) {
		hex_encode(card->fingerprint, sizeof(card->fingerprint), hex);
		fprintf(cli->out, "  fingerprint  %.32s\n               %s\n", hex, hex + 32);
		cli_print_words(cli, "               ", card->fingerprint, 16);
	}
	if (card->header_sound)
		print_header(cli, &card->header);
	else if (card->has_header)
		fputs("  Quorate      its header is damaged; with the roster its card is still "
		      "found by key\n",
		    cli->out);
	else
		fputs("  Quorate      not a card of Quorate's\n", cli->out);
	if (!card->suits)
		fprintf(cli->out, "  not usable   %s\n", card->not_suited);
}

static json_t *
inspected_json(const struct inspected *card)
{
	const struct card_facts *facts = &card->facts;
	char atr[READER_ATR_TEXT], hex[2 * SHA256_SIZE + 1] = "",
							 quorum[2 * QUORUM_ID_SIZE + 1] = "";
	json_t *shares = json_array();

	reader_atr_text(facts->atr, facts->atr_len, atr);
	if (card->has_fingerprint)
		hex_encode(card->fingerprint, sizeof(card->fingerprint), hex);
	if (card->header_sound)
		hex_encode(card->header.quorum_id, sizeof(card->header.quorum_id), quorum);
	for (size_t i = 0; card->header_sound && i < card->header.share_count; i++)
		json_array_append_new(shares, json_pack("{s:i, s:i, s:i, s:i}", "generation",
						  (int)card->header.share[i].generation, "index",
						  (int)card->header.share[i].index, "threshold",
						  (int)card->header.share[i].threshold, "size",
						  (int)card->header.share[i].size));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:b, s:b, s:s, s:s, s:s, s:o}",
	    "reader", card->reader, "version", facts->version, "manufacturer", facts->manufacturer,
	    "serial", facts->serial, "atr", atr, "holder", facts->holder, "tries_pin",
	    (int)card->tries_pin, "tries_admin", (int)card->tries_admin, "suits", card->suits,
	    "practice", card->header_sound && card->header.practice, "card",
	    card->header_sound ? card->header.card_name : "", "quorum_id", quorum, "fingerprint",
	    hex, "shares", shares);
}

static enum err
run_inspect(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct inspect_values *v = values;
	struct inspected *card = calloc(1, sizeof(*card));
	enum err err;

	if (card == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = inspect_card(&cli->custody, v->reader, card, trace);
	if (err == ERR_OK && cli->line->json)
		err = cli_print_json(cli, inspected_json(card), trace);
	else if (err == ERR_OK)
		print_inspected(cli, card);
	free(card);
	return err;
}

/* ---- unblock and change-pin ---------------------------------------------------------------- */

struct pin_values {
	const char *card;
};

static const struct operand_row pin_operands[] = {
	{ "CARD", "its short name, root/2", true, offsetof(struct pin_values, card) },
	{ .metavar = NULL },
};

static enum err
run_unblock(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct pin_values *v = values;
	enum err err = unblock_card(&cli->custody, v->card, trace);

	if (err == ERR_OK)
		fprintf(cli->out,
		    "Card %s has a new PIN; its share and keys are as they were.\n"
		    "It counts as ready again after a roll-call: quorate card check %s --by NAME\n",
		    v->card, v->card);
	return err;
}

static enum err
run_change_pin(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct pin_values *v = values;
	enum err err = change_pin(&cli->custody, v->card, trace);

	if (err == ERR_OK)
		fprintf(cli->out,
		    "Card %s has its new PIN and showed that it takes it; the old one is dead.\n",
		    v->card);
	return err;
}

const struct command cmd_card[] = {
	{ .group = "card",
	    .name = "enrol",
	    .summary = "Make a blank card a custodian's card",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS | NEED_JSON,
	    .options = enrol_options,
	    .size = sizeof(struct enrol_request),
	    .run = run_enrol,
	    .notes = "The card is factory-reset, makes its keys, gets its holder's name and last "
		     "its PIN; the "
		     "receipt shows\nits short name and its fingerprint in hex and words. Broken "
		     "off, the same "
		     "command begins anew." },
	{ .group = "card",
	    .name = "inspect",
	    .summary = "Say what the inserted card is; needs no roster and no PIN",
	    .needs = NEED_CARDS | NEED_JSON,
	    .options = inspect_options,
	    .size = sizeof(struct inspect_values),
	    .run = run_inspect },
	{ .group = "card",
	    .name = "unblock",
	    .summary = "Give a blocked card a new PIN, behind M other cards",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS,
	    .operands = pin_operands,
	    .size = sizeof(struct pin_values),
	    .run = run_unblock,
	    .notes = "The quorum keeps each card's admin PIN in escrow; M cards open it, nobody "
		     "sees it. The "
		     "card's custodian\nchooses the new PIN." },
	{ .group = "card",
	    .name = "change-pin",
	    .summary = "Change the PIN of a card, by who knows it",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS,
	    .operands = pin_operands,
	    .size = sizeof(struct pin_values),
	    .run = run_change_pin,
	    .notes =
		"The card is identified before a PIN goes to it; the new PIN is at least as "
		"long as the policy\nwants, and verified. Who forgot the old one reports that: "
		"quorate card report CARD pin-unknown --by NAME." },
	{ .name = NULL },
};
