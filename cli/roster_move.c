/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/roster_move.h"

#include <stdlib.h>

#include "base/encode.h"
#include "cli/cli.h"
#include "custody/attendant.h"
#include "custody/checkpoint.h"
#include "roster/pack.h"
#include "roster/person.h"
#include "roster/quorum.h"

static json_t *
head_json(const struct roster_hash *head)
{
	char hex[ROSTER_HASH_TEXT];

	hex_encode(head->bytes, sizeof(head->bytes), hex);
	return json_string(hex);
}

static const char *
plural(int64_t count)
{
	return count == 1 ? "" : "s";
}

/* ---- pack ---------------------------------------------------------------------------------- */

const struct operand_row pack_operands[] = {
	{ "FILE", "the new file", true, offsetof(struct pack_values, file) },
	{ .metavar = NULL },
};

const struct option_row pack_options[] = {
	{ .name = "for",
	    .kind = OPTION_TEXT,
	    .metavar = "INSTALLATION",
	    .help = "only what that one lacks, as far as is known here; without it everything, "
		    "which is also the backup",
	    .offset = offsetof(struct pack_values, lacks) },
	{ .name = NULL },
};

enum err
pack_run(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct pack_values *v = values;
	struct roster_installation lacks;
	struct roster_packed packed;
	enum err err = cli_check_new_file(v->file, trace);

	if (err == ERR_OK && v->lacks != NULL)
		err = roster_installation_find(cli->custody.roster, v->lacks, &lacks, trace);
	if (err == ERR_OK)
		err = roster_pack(
		    cli->custody.roster, v->file, v->lacks != NULL ? &lacks : NULL, &packed, trace);
	if (err != ERR_OK)
		return err;
	if (cli->line->json)
		return cli_print_json(cli,
		    json_pack("{s:s, s:I, s:I, s:o}", "pack", v->file, "events",
			(json_int_t)packed.events, "contents", (json_int_t)packed.contents, "head",
			head_json(&packed.head)),
		    trace);
	fprintf(cli->out, "%s has %lld event%s and %lld content%s, of a roster whose head is\n",
	    v->file, (long long)packed.events, plural(packed.events), (long long)packed.contents,
	    plural(packed.contents));
	cli_print_head(cli, "head", &packed.head);
	fprintf(cli->out,
	    "It has names and contacts, but nothing that opens a token.\n"
	    "There: quorate roster take %s --by NAME\n",
	    v->file);
	return ERR_OK;
}

/* ---- take ---------------------------------------------------------------------------------- */

const struct operand_row take_operands[] = {
	{ "FILE", "the pack", true, offsetof(struct take_values, file) },
	{ .metavar = NULL },
};

static void
print_taken(struct cli *cli, const struct roster_taken *taken)
{
	fprintf(cli->out, "New here: %lld event%s, %lld content%s.\n", (long long)taken->events,
	    plural(taken->events), (long long)taken->contents, plural(taken->contents));
	if (taken->unapplied > 0)
		fprintf(cli->out,
		    "Without effect, because another installation's came first: %lld event%s.\n",
		    (long long)taken->unapplied, plural(taken->unapplied));
	cli_print_head(cli, "head", &taken->head);
	if (roster_hash_equal(&taken->head, &taken->pack_head))
		fputs("It is the head of the roster that the pack was made of.\n", cli->out);
	else
		fputs("This roster has events that the pack's maker has not seen: "
		      "take a pack back there.\n",
		    cli->out);
}

enum err
take_run(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct take_values *v = values;
	struct roster_taken taken;
	const enum err err = roster_take(cli->custody.roster, v->file, &taken, trace);

	if (err != ERR_OK)
		return err;
	if (cli->line->json)
		return cli_print_json(cli,
		    json_pack("{s:I, s:I, s:I, s:o, s:o}", "events", (json_int_t)taken.events,
			"contents", (json_int_t)taken.contents, "without_effect",
			(json_int_t)taken.unapplied, "head", head_json(&taken.head), "pack_head",
			head_json(&taken.pack_head)),
		    trace);
	print_taken(cli, &taken);
	return ERR_OK;
}

/* ---- hand-over ----------------------------------------------------------------------------- */

const struct option_row hand_over_options[] = {
	{ .name = "to",
	    .kind = OPTION_TEXT,
	    .metavar = "INSTALLATION",
	    .help = "the one that gets the seat: its name, or the first 8 characters of its id",
	    .offset = offsetof(struct hand_over_values, to) },
	{ .name = "claim",
	    .kind = OPTION_FLAG,
	    .help = "take the seat here, because the installation that has it is dead",
	    .offset = offsetof(struct hand_over_values, claim) },
	{ .name = "people",
	    .kind = OPTION_NAMES,
	    .metavar = "NAME,NAME",
	    .help = "with --claim: the two who answer for it",
	    .offset = offsetof(struct hand_over_values, people) },
	{ .name = "quorum",
	    .kind = OPTION_TEXT,
	    .metavar = "QUORUM",
	    .help = "with --claim: the quorum whose cards sign for it",
	    .offset = offsetof(struct hand_over_values, quorum) },
	{ .name = NULL },
};

static enum err
pass(struct cli *cli, const char *name, struct err_trace *trace)
{
	struct roster_installation to;
	enum err err = roster_installation_find(cli->custody.roster, name, &to, trace);

	if (err == ERR_OK)
		err = roster_seat_pass(cli->custody.roster, &to.writer, trace);
	if (err != ERR_OK)
		return err;
	fprintf(cli->out,
	    "The seat passes to the installation '%s'; this one has let it go.\n"
	    "Next: quorate roster pack FILE --for '%s', and take it there.\n",
	    to.name, to.name);
	return ERR_OK;
}

static enum err
find_people(
    struct cli *cli, const struct names *names, struct roster_id people[2], struct err_trace *trace)
{
	struct roster_person person;

	if (names->count != 2)
		return FAIL(trace, ERR_ARGUMENT, "--people names the two who answer for the claim");
	for (size_t i = 0; i < 2; i++) {
		const enum err err =
		    roster_person_find(cli->custody.roster, names->name[i], &person, trace);

		if (err != ERR_OK)
			return err;
		people[i] = person.id;
	}
	return ERR_OK;
}

/* Asked before any card is; what decides is that M cards sign. */
static enum err
confirm_claim(struct cli *cli, const struct hand_over_values *v, struct err_trace *trace)
{
	const char *const people[] = { v->people.name[0], v->people.name[1], NULL };
	struct attendant *attendant = cli->custody.attendant;
	bool yes = false;
	const enum err err = attendant->confirm(attendant->context,
	    "The installation that has the seat is dead: it will not write again, and this roster "
	    "has the newest pack of it that there is.",
	    people, &yes, trace);

	if (err == ERR_OK && !yes)
		return FAIL(trace, ERR_DENIED, "the claim was not confirmed; nothing was changed");
	return err;
}

static enum err
claim(struct cli *cli, const struct hand_over_values *v, struct err_trace *trace)
{
	const struct checkpoint_round round = { .quorum = v->quorum,
		.purpose = "claim the roster's seat" };
	struct roster_seat_claim claim = { 0 };
	struct checkpoint_signed done;
	enum err err = find_people(cli, &v->people, claim.people, trace);

	if (err == ERR_OK)
		err = roster_seat_may_claim(cli->custody.roster, &claim, trace);
	if (err == ERR_OK)
		err = cli_open_room(cli, trace);
	if (err == ERR_OK)
		err = confirm_claim(cli, v, trace);
	if (err == ERR_OK)
		err = checkpoint_gather(&cli->custody, &round, &done, trace);
	if (err != ERR_OK)
		return err;
	claim.quorum = done.quorum;
	claim.generation = done.generation;
	claim.checkpoint = done.request;
	err = roster_seat_claim(cli->custody.roster, &claim, trace);
	if (err != ERR_OK)
		return err;
	fprintf(cli->out,
	    "This installation has the seat: %u cards of '%s' signed for it (checkpoint %u).\n"
	    "Should the other one be found alive, take its pack here before anything else.\n",
	    done.cards, v->quorum, done.request.number);
	return ERR_OK;
}

enum err
hand_over_run(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct hand_over_values *v = values;

	if (v->claim == (v->to != NULL))
		return FAIL(trace, ERR_ARGUMENT, "give either --to INSTALLATION or --claim");
	if (!v->claim && (v->people.count != 0 || v->quorum != NULL))
		return FAIL(trace, ERR_ARGUMENT, "--people and --quorum belong to --claim");
	if (v->claim && v->quorum == NULL)
		return FAIL(trace, ERR_ARGUMENT, "--claim needs --quorum: whose cards sign for it");
	return v->claim ? claim(cli, v, trace) : pass(cli, v->to, trace);
}

/* ---- checkpoint ---------------------------------------------------------------------------- */

const struct operand_row checkpoint_operands[] = {
	{ "QUORUM", "the quorum whose cards sign", true,
	    offsetof(struct checkpoint_values, quorum) },
	{ .metavar = NULL },
};

const struct option_row checkpoint_options[] = {
	{ .name = "cards",
	    .kind = OPTION_NUMBER,
	    .metavar = "COUNT",
	    .help = "how many are to sign; as many as the quorum's threshold without it",
	    .min = 1,
	    .max = ROSTER_CARDS_MAX,
	    .offset = offsetof(struct checkpoint_values, cards) },
	{ .name = NULL },
};

enum err
checkpoint_run(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct checkpoint_values *v = values;
	const struct checkpoint_round round = { .quorum = v->quorum,
		.cards = (unsigned)v->cards,
		.purpose = "sign the roster's head" };
	struct checkpoint_signed done;
	const enum err err = checkpoint_gather(&cli->custody, &round, &done, trace);

	if (err != ERR_OK)
		return err;
	fprintf(cli->out, "Checkpoint %u is signed by %u %s of '%s'. It pins the head\n",
	    done.request.number, done.cards, done.cards == 1 ? "card" : "cards", v->quorum);
	cli_print_head(cli, "head", &done.request.head);
	fputs("Write the words down elsewhere: they find whoever rewrites the past.\n", cli->out);
	return ERR_OK;
}
