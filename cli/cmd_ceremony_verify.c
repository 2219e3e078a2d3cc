/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a ceremony's evidence is what was signed. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/chain.h"
#include "base/encode.h"
#include "ceremony/bundle.h"
#include "ceremony/folder.h"
#include "cli/bundle_view.h"
#include "cli/cli.h"

struct verify_values {
	const char *place;
	const char *previous;
	bool no_roster;
};

static const struct operand_row verify_operands[] = {
	{ "FOLDER", "the ceremony's, or its evidence", true,
	    offsetof(struct verify_values, place) },
	{ .metavar = NULL },
};

static const struct option_row verify_options[] = {
	{ .name = "previous",
	    .kind = OPTION_TEXT,
	    .metavar = "FOLDER",
	    .help = "where the previous ceremony's evidence lies now",
	    .offset = offsetof(struct verify_values, previous) },
	{ .name = "no-roster",
	    .kind = OPTION_FLAG,
	    .help = "do not ask a roster whose the cards are",
	    .offset = offsetof(struct verify_values, no_roster) },
	{ .name = NULL },
};

static json_t *
findings_json(const struct bundle_verdict *verdict)
{
	json_t *list = json_array();

	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct bundle_finding *finding = &verdict->findings[i];

		json_array_append_new(
		    list, json_pack("{s:s, s:b, s:o}", "kind", bundle_finding_word(finding->kind),
			      "wrong", !bundle_finding_is_note(finding->kind), "what",
			      chain_text(finding->what)));
	}
	return list;
}

static json_t *
signatures_json(const struct bundle_verdict *verdict)
{
	json_t *list = json_array();

	for (size_t i = 0; i < verdict->signature_count; i++) {
		const struct bundle_signature *one = &verdict->signatures[i];
		char fingerprint[2 * SHA256_SIZE + 1];

		hex_encode(one->fingerprint, SHA256_SIZE, fingerprint);
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:s, s:i, s:b, s:b}", "card", one->card, "person",
			one->person, "role", one->role, "fingerprint", fingerprint, "addendum_line",
			(int)one->line, "right", one->right, "known", one->known));
	}
	return list;
}

static json_t *
verdict_json(const char *evidence, const struct bundle_verdict *verdict)
{
	char head[2 * SHA256_SIZE + 1], words[WORDS_SIZE(SHA256_SIZE)];

	hex_encode(verdict->head, SHA256_SIZE, head);
	words_encode(verdict->head, SHA256_SIZE, words);
	return json_pack("{s:o, s:s, s:s, s:b, s:b, s:i, s:i, s:i, s:i, s:o, s:o}", "evidence",
	    chain_text(evidence), "head", head, "head_words", words, "practice", verdict->practice,
	    "well", verdict->well, "files", (int)verdict->files, "lines", (int)verdict->lines,
	    "additions", (int)verdict->additions, "findings_left_out", (int)verdict->left_out,
	    "findings", findings_json(verdict), "signatures", signatures_json(verdict));
}

/* A ceremony that was never closed is no evidence yet, and can become some. */
static void
print_verdict(
    struct cli *cli, const char *evidence, const struct bundle_verdict *verdict, const char *place)
{
	bool open = false;

	bundle_print_verdict(cli, evidence, verdict);
	for (size_t i = 0; i < verdict->finding_count; i++)
		open |= verdict->findings[i].kind == BUNDLE_OPEN;
	if (open)
		fprintf(cli->out,
		    "If it is not at its end: quorate ceremony resume %s --by NAME\n"
		    "If it is, or was stopped: quorate ceremony close %s --by NAME\n",
		    place, place);
}

static enum err
run_verify(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct verify_values *v = values;
	struct bundle_question question = { .roster = v->no_roster ? NULL : cli->custody.roster,
		.previous = NULL };
	char *evidence = NULL, *previous = NULL;
	struct bundle_verdict verdict;
	enum err err = folder_evidence(v->place, &evidence, trace);

	if (err == ERR_OK && v->previous != NULL)
		err = folder_evidence(v->previous, &previous, trace);
	question.evidence = evidence;
	question.previous = previous;
	if (err == ERR_OK)
		err = bundle_verify(&question, &verdict, trace);
	if (err == ERR_OK) {
		if (cli->line->json)
			err = cli_print_json(cli, verdict_json(evidence, &verdict), trace);
		else
			print_verdict(cli, evidence, &verdict, v->place);
		if (!verdict.well)
			cli->status = 1;
		bundle_verdict_free(&verdict);
	}
	free(previous);
	free(evidence);
	return err;
}

const struct command cmd_ceremony_verify[] = {
	{ .group = "ceremony",
	    .name = "verify",
	    .summary = "Check a ceremony's evidence",
	    .needs = NEED_OPTIONAL_ROSTER | NEED_JSON,
	    .operands = verify_operands,
	    .options = verify_options,
	    .size = sizeof(struct verify_values),
	    .run = run_verify,
	    .notes = "Compares every byte with the manifest, follows the chains, verifies what "
		     "cards signed, and says what no card\nsigned. With a roster it also says "
		     "whether the cards are known and whose they are. Changes nothing; the\nexit "
		     "status is 1 when anything is wrong.\n"
		     "Example: quorate ceremony verify root-2027" },
	{ .name = NULL },
};
