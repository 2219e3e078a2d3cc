/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/bundle_view.h"

#include <string.h>

#include "cli/cli.h"

static void
print_signature(struct cli *cli, const struct bundle_signature *one, bool has_roster)
{
	fprintf(cli->out, "  %s: card %s of %s%s%s%s", one->line == 0 ? "head" : "addendum",
	    one->card, one->person, one->role[0] == '\0' ? "" : " (", one->role,
	    one->role[0] == '\0' ? "" : ")");
	if (one->line != 0)
		fprintf(cli->out, ", up to line %u", one->line);
	fprintf(cli->out, ": %s%s\n", one->right ? "right" : "WRONG",
	    !has_roster  ? ""
	    : one->known ? "; the roster knows the card as theirs"
			 : "; UNKNOWN to the roster");
}

static void
print_findings(struct cli *cli, const struct bundle_verdict *verdict, bool notes)
{
	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct bundle_finding *finding = &verdict->findings[i];

		if (bundle_finding_is_note(finding->kind) != notes)
			continue;
		fprintf(cli->out, "  %s%s: %s\n", notes ? "" : "WRONG, ",
		    bundle_finding_word(finding->kind), finding->what);
	}
	if (!notes && verdict->left_out > 0)
		fprintf(cli->out, "  and %zu more\n", verdict->left_out);
}

void
bundle_print_verdict(struct cli *cli, const char *evidence, const struct bundle_verdict *verdict)
{
	static const struct roster_hash none = { { 0 } }; /* the head without a manifest */
	struct roster_hash head;

	if (verdict->practice)
		fputs("PRACTICE: a rehearsal's evidence, of no ceremony that counts.\n", cli->out);
	fprintf(cli->out, "%s: %zu %s, %zu %s of record, %zu %s.\n", evidence, verdict->files,
	    verdict->files == 1 ? "file" : "files", verdict->lines,
	    verdict->lines == 1 ? "line" : "lines", verdict->additions,
	    verdict->additions == 1 ? "addition" : "additions");
	for (size_t i = 0; i < verdict->signature_count; i++)
		print_signature(cli, &verdict->signatures[i], verdict->has_roster);
	print_findings(cli, verdict, false);
	print_findings(cli, verdict, true);
	memcpy(head.bytes, verdict->head, sizeof(head.bytes));
	if (!roster_hash_equal(&head, &none))
		cli_print_head(cli, "head", &head);
	fputs(verdict->well ? "Well: every byte is as it was frozen. Compare the head with the "
			      "signature pages.\n"
			    : "NOT WELL: do not rely on this evidence.\n",
	    cli->out);
}
