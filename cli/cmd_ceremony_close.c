/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of a ceremony, and what comes after it: close, attach. */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/shell_word.h"
#include "ceremony/attach.h"
#include "ceremony/close.h"
#include "cli/cli.h"
#include "custody/whose.h"

/* ---- close --------------------------------------------------------------------------------- */

struct close_values {
	const char *folder;
	struct names on_paper;
	struct names copy;
};

static const struct operand_row close_operands[] = {
	{ "FOLDER", "the ceremony's", true, offsetof(struct close_values, folder) },
	{ .metavar = NULL },
};

static const struct option_row close_options[] = {
	{ .name = "on-paper",
	    .kind = OPTION_NAMES,
	    .metavar = "NAMES",
	    .help = "who signs on paper though they have a card",
	    .offset = offsetof(struct close_values, on_paper) },
	{ .name = "copy",
	    .kind = OPTION_NAMES,
	    .metavar = "FOLDERS",
	    .help = "media for copies beside those of the sheet",
	    .offset = offsetof(struct close_values, copy) },
	{ .name = NULL },
};

static enum err
print_closed(struct cli *cli, const struct close_values *v, const struct close_outcome *outcome,
    struct err_trace *trace)
{
	struct roster_hash head;
	char hex[2 * SHA256_SIZE + 1];

	if (cli->line->json) {
		hex_encode(outcome->head, SHA256_SIZE, hex);
		return cli_print_json(cli,
		    json_pack("{s:s, s:b, s:b, s:i, s:i, s:i}", "head", hex, "practice",
			outcome->practice, "stopped", outcome->stopped, "deviations",
			(int)outcome->deviations, "signatures", (int)outcome->signatures, "copies",
			(int)outcome->copies),
		    trace);
	}
	memcpy(head.bytes, outcome->head, sizeof(head.bytes));
	fprintf(cli->out, "%sThe ceremony %s closed%s: %u %s by cards, %u copies read back.\n",
	    outcome->practice ? "PRACTICE: " : "", outcome->before ? "was already" : "is",
	    outcome->stopped ? ", as one that was stopped" : "", outcome->signatures,
	    outcome->signatures == 1 ? "signature" : "signatures", outcome->copies);
	cli_print_head(cli, "head", &head);
	if (outcome->before) {
		fprintf(cli->out,
		    "Check it: quorate ceremony verify %s\nAdd to it: quorate ceremony attach %s "
		    "--what bag --number NUMBER --holds WHAT --by NAME\n",
		    v->folder, v->folder);
		return ERR_OK;
	}
	fprintf(cli->out,
	    "Only now: power the HSM down, and put HSM and cards into their bags. Then, for each "
	    "bag and safe:\n  quorate ceremony attach %s --what bag --number NUMBER --holds WHAT "
	    "--by NAME\n",
	    shell_word(v->folder).text);
	return ERR_OK;
}

static enum err
run_close(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct close_values *v = values;
	char by[ROSTER_NAME];
	const struct close_input input = { .folder = v->folder,
		.custody = &cli->custody,
		.by = by,
		.on_paper = v->on_paper.name,
		.on_paper_count = v->on_paper.count,
		.copy = v->copy.name,
		.copy_count = v->copy.count };
	struct close_outcome outcome;
	enum err err;

	whose_name(cli->custody.roster, &cli->by[0], by);
	err = close_ceremony(&input, &outcome, trace);
	return err == ERR_OK ? print_closed(cli, v, &outcome, trace) : err;
}

/* ---- attach -------------------------------------------------------------------------------- */

struct attach_values {
	const char *folder;
	const char *what;
	const char *number;
	const char *safe;
	const char *holds;
	const char *person;
	const char *text;
	const char *file;
	const char *begins;
	const char *ends;
	struct names sign;
};

static const struct operand_row attach_operands[] = {
	{ "FOLDER", "the ceremony's, or its evidence", true,
	    offsetof(struct attach_values, folder) },
	{ .metavar = NULL },
};

#define TEXT_OPTION(word, meta, words)                                                             \
	{                                                                                          \
		.name = #word, .kind = OPTION_TEXT, .metavar = meta, .help = words,                \
		.offset = offsetof(struct attach_values, word)                                     \
	}

static const struct option_row attach_options[] = {
	TEXT_OPTION(what, "KIND",
	    "bag, safe, access-log, scan, video, timestamp, statement or other; none: only --sign"),
	TEXT_OPTION(number, "NUMBER", "the bag's"),
	TEXT_OPTION(safe, "SAFE", "which safe"),
	TEXT_OPTION(holds, "WHAT", "what is in the bag or the safe"),
	TEXT_OPTION(person, "NAME", "whose statement"),
	TEXT_OPTION(text, "TEXT", "the entry, the statement, or a remark"),
	TEXT_OPTION(file, "FILE", "a scan, a time stamp (.tsr), or the video, which stays outside"),
	TEXT_OPTION(begins, "TIME", "the video's beginning, 2026-11-23T11:51:46Z"),
	TEXT_OPTION(ends, "TIME", "the video's end"),
	{ .name = "sign",
	    .kind = OPTION_NAMES,
	    .metavar = "CARDS",
	    .help = "cards that sign the addendum up to here: root/1,root/2",
	    .offset = offsetof(struct attach_values, sign) },
	{ .name = NULL },
};

static enum err
print_attached(struct cli *cli, const struct attach_outcome *outcome, struct err_trace *trace)
{
	char hex[2 * SHA256_SIZE + 1];

	hex_encode(outcome->hash, SHA256_SIZE, hex);
	if (cli->line->json)
		return cli_print_json(cli,
		    json_pack("{s:i, s:s, s:i}", "line", (int)outcome->line, "hash", hex,
			"signatures", (int)outcome->signatures),
		    trace);
	fprintf(cli->out, "Line %u of the addendum, hash %s,\n", outcome->line, hex);
	if (outcome->signatures > 0)
		fprintf(cli->out, "signed by %u %s.\n", outcome->signatures,
		    outcome->signatures == 1 ? "card" : "cards");
	else
		fputs("UNSIGNED: 'quorate ceremony attach FOLDER --sign CARDS --by NAME' signs it, "
		      "with all before it.\n",
		    cli->out);
	fputs(
	    "Write the line's number and hash down: with them, or with the roster, it is seen when "
	    "lines are taken away.\nThe copies on the media do not have it yet: copy the evidence "
	    "there "
	    "again.\n",
	    cli->out);
	return ERR_OK;
}

static enum err
run_attach(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct attach_values *v = values;
	char by[ROSTER_NAME];
	struct attach_input input = { .folder = v->folder,
		.custody = &cli->custody,
		.by = by,
		.number = v->number,
		.safe = v->safe,
		.holds = v->holds,
		.person = v->person,
		.text = v->text,
		.file = v->file,
		.begins = v->begins,
		.ends = v->ends,
		.cards = v->sign.name,
		.card_count = v->sign.count };
	struct attach_outcome outcome;
	enum err err = ERR_OK;

	whose_name(cli->custody.roster, &cli->by[0], by);
	if (v->what == NULL && v->sign.count == 0) {
		err_next(trace, "Say what it is: --what bag --number A100 --holds 'HSM 1'.");
		return FAIL(trace, ERR_ARGUMENT, "--what or --sign is wanted");
	}
	if (v->sign.count > 0)
		err = cli_open_room(cli, trace);
	if (err == ERR_OK && v->what != NULL)
		err = attach_kind(v->what, &input.kind, trace);
	if (err == ERR_OK)
		err = v->what == NULL ? attach_sign(&input, &outcome, trace)
				      : attach(&input, &outcome, trace);
	return err == ERR_OK ? print_attached(cli, &outcome, trace) : err;
}

const struct command cmd_ceremony_close[] = {
	{ .group = "ceremony",
	    .name = "close",
	    .summary = "End a ceremony: statements, head, signatures, copies",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS | NEED_JSON,
	    .operands = close_operands,
	    .options = close_options,
	    .size = sizeof(struct close_values),
	    .run = run_close,
	    .notes = "In this order: the last check; each signer's statement; the record frozen; "
		     "its head, for the signature\npages; the cards' signatures; copies on two "
		     "media, read back. Broken off, it goes on where it was.\n"
		     "Example: quorate ceremony close root-2027 --by ann" },
	{ .group = "ceremony",
	    .name = "attach",
	    .summary = "Add to a closed ceremony's evidence",
	    .needs = NEED_WRITE | NEED_ROOM_LATER | NEED_JSON,
	    .operands = attach_operands,
	    .options = attach_options,
	    .size = sizeof(struct attach_values),
	    .run = run_attach,
	    .notes = "Each addition is a line chained to the head, and signed by cards where "
		     "--sign names them. Scans and time\nstamps are copied in; of a video its "
		     "hash is kept.\nExample: quorate ceremony attach root-2027 --what bag "
		     "--number A100 --holds 'HSM 1' --by ann" },
	{ .name = NULL },
};
