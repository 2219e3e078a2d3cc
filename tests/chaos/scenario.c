/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/chaos/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define BY " --by ann"

const char *const scenario_custodians[] = { "alice", "bob", "carol", "dave", "eve", "frank", NULL };

/* ---- What stands before -------------------------------------------------------------------- */

static const struct base people = {
	.steps =
	    (const struct step[]){
		{ .words = "init --practice" BY },
		{ .words = "person add alice --role custodian" BY },
		{ .words = "person add bob --role custodian" BY },
		{ .words = "person add carol --role custodian" BY },
		{ .words = "person add dave --role custodian" BY },
		{ .words = "person add eve --role custodian" BY },
		{ .words = "card enrol --custodian alice --quorum root" BY },
		{ .words = "card enrol --custodian bob --quorum root" BY },
		{ .words = NULL },
	    },
};

static const struct base enrolled = {
	.from = &people,
	.steps =
	    (const struct step[]){
		{ .words = "card enrol --custodian carol --quorum root" BY },
		{ .words = "card enrol --custodian dave --quorum root" BY },
		{ .words = "card enrol --custodian eve --quorum root" BY },
		{ .words = NULL },
	    },
};

static const struct base with_known_token = {
	.from = &enrolled,
	.steps =
	    (const struct step[]){
		{ .words = "token init --label PRACTICE~HSM" },
		{ .words = NULL },
	    },
};

#define CREATE "quorum create root -m 3 --custodian alice,bob,carol,dave,eve --name root-ca" BY

static const struct base created = {
	.from = &enrolled,
	.steps = (const struct step[]){ { .words = CREATE }, { .words = NULL } },
};

static const struct base with_key = {
	.from = &created,
	.steps =
	    (const struct step[]){
		{ .words = "key generate root --label root-ca" BY },
		{ .words = NULL },
	    },
};

static const struct base with_second_token = {
	.from = &created,
	.steps =
	    (const struct step[]){
		{ .words = "token init --label PRACTICE~BACKUP" },
		{ .words = NULL },
	    },
};

/* Dave is to leave and frank to come; a backup token is there, and stays away from the re-key. */
static const struct base before_rekey = {
	.from = &created,
	.steps =
	    (const struct step[]){
		{ .words = "token bind root --name backup --role backup" BY },
		{ .words = "quorum sheet root --out " WORLD_SHEET },
		{ .words = "person add frank --role custodian" BY },
		{ .words = "card enrol --custodian frank --quorum root" BY },
		{ .words = NULL },
	    },
};

/* Bob's card died; he has another. */
static const struct base with_new_card = {
	.from = &created,
	.steps =
	    (const struct step[]){
		{ .words = SCENARIO_NEW_CARD "bob" },
		{ .words = "card enrol --custodian bob --quorum root" BY },
		{ .words = NULL },
	    },
};

/* ---- What must stand after ----------------------------------------------------------------- */

#define SOUND                                                                                      \
	{ .words = "roster verify" },                                                              \
	{                                                                                          \
		.words = "health"                                                                  \
	}

/* The three that did not complete the secret open the token; then both its PINs prove right. */
#define OPENS(name)                                                                                \
	{ .words = "key list root --token " name BY, .absent = "alice,bob" },                      \
	{                                                                                          \
		.words = "token unbind " name " --people ann,alice --reason checked" BY,           \
		.absent = "dave,eve"                                                               \
	}

static const struct step one_token[] = { SOUND, OPENS("root-ca"), { .words = NULL } };
static const struct step two_tokens[] = { SOUND, OPENS("root-ca"), OPENS("backup"),
	{ .words = NULL } };
/* The token that stayed away is switched by new cards alone; then nothing is left to be done. */
static const struct step two_generations[] = {
	{ .words = "quorum resume root" BY, .absent = "alice,bob,dave" },
	SOUND,
	OPENS("root-ca"),
	OPENS("backup"),
	{ .words = NULL },
};
static const struct step with_alices_card[] = {
	{ .words = "key list root --token root-ca" BY, .absent = "bob,carol" },
	SOUND,
	OPENS("root-ca"),
	{ .words = NULL },
};
static const struct step with_bobs_new_card[] = {
	SOUND,
	{ .words = "key list root --token root-ca" BY, .absent = "alice,carol" },
	OPENS("root-ca"),
	{ .words = NULL },
};
static const struct step a_quorum_can_be_made[] = {
	{ .words = "roster verify" },
	{ .words = "quorum create root -m 2 --custodian alice,bob,carol --name root-ca" BY },
	SOUND,
	{ .words = "key list root --token root-ca" BY, .absent = "alice" },
	{ .words = NULL },
};
static const struct step a_key_is_there[] = {
	SOUND,
	{ .words = "activate root" BY " -- " CHAOS_SIGN " root-ca", .absent = "alice,bob" },
	OPENS("root-ca"),
	{ .words = NULL },
};
/* What was being made has no use yet; under another name it can be made. */
static const struct step a_key_can_be_made[] = {
	SOUND,
	{ .words = "key generate root --label again" BY },
	{ .words = "activate root" BY " -- " CHAOS_SIGN " again", .absent = "alice,bob" },
	OPENS("root-ca"),
	{ .words = NULL },
};

/* Given up, the cards are enrolled anew: some have an admin PIN that nobody knows any more. */
static const struct step enrol_again[] = {
	{ .words = "card enrol --custodian alice --quorum root" BY },
	{ .words = "card enrol --custodian bob --quorum root" BY },
	{ .words = "card enrol --custodian carol --quorum root" BY },
	{ .words = "card enrol --custodian dave --quorum root" BY },
	{ .words = "card enrol --custodian eve --quorum root" BY },
	{ .words = CREATE },
	{ .words = NULL },
};

#define REKEY "quorum rekey root --remove dave --add frank --away backup" BY

/* What was given up may have left frank's card with an admin PIN that nobody knows. */
static const struct step rekey_again[] = {
	{ .words = "card enrol --custodian frank --quorum root" BY },
	{ .words = REKEY },
	{ .words = NULL },
};

/* ---- What is broken off -------------------------------------------------------------------- */

/* Fewer points than these mean that something is not seen any more. */
#define MINIMUM(apdus, writes, fills, tokens, calls)                                               \
	{                                                                                          \
		[POINTS_APDU] = (apdus), [POINTS_WRITE] = (writes), [POINTS_FILL] = (fills),       \
		[POINTS_TOKEN] = (tokens), [POINTS_P11] = (calls)                                  \
	}

#define RESUME "quorum resume root" BY
#define ADOPT  "quorum adopt root" BY

const struct scenario scenarios[] = {
	{ .name = "create-fresh",
	    .base = &enrolled,
	    .command = CREATE,
	    .recover = RESUME,
	    .stride = 1,
	    .whole = one_token,
	    .guarded = true,
	    .adopt = ADOPT,
	    .tokens = 1,
	    .minimum = MINIMUM(95, 90, 400, 10, 30) },
	{ .name = "create-takeover",
	    .base = &with_known_token,
	    .command = CREATE " --token pkcs11:token=PRACTICE%20HSM",
	    .recover = RESUME,
	    .stride = 4,
	    .whole = one_token,
	    .guarded = true,
	    .adopt = ADOPT,
	    .tokens = 1,
	    .minimum = MINIMUM(95, 90, 400, 10, 60) },
	{ .name = "create-aborted",
	    .base = &enrolled,
	    .command = CREATE,
	    .recover = "quorum abort root --reason chaos" BY,
	    .otherwise = RESUME,
	    .again = enrol_again,
	    .stride = 8,
	    .whole = one_token,
	    .tokens = 1,
	    .minimum = MINIMUM(95, 90, 400, 0, 30) },
	{ .name = "enrol",
	    .base = &people,
	    .command = "card enrol --custodian carol --quorum root" BY,
	    .stride = 1,
	    .whole = a_quorum_can_be_made,
	    .tokens = 1,
	    .minimum = MINIMUM(45, 15, 50, 0, 0) },
	{ .name = "bind-fresh",
	    .base = &created,
	    .command = "token bind root --name backup --role backup" BY,
	    .recover = RESUME,
	    .stride = 2,
	    .whole = two_tokens,
	    .guarded = true,
	    .adopt = ADOPT " --name backup",
	    .bound = 1,
	    .tokens = 2,
	    .minimum = MINIMUM(20, 45, 140, 10, 30) },
	{ .name = "bind-takeover",
	    .base = &with_second_token,
	    .command =
		"token bind root pkcs11:token=PRACTICE%20BACKUP --name backup --role backup" BY,
	    .recover = RESUME,
	    .stride = 2,
	    .whole = two_tokens,
	    .guarded = true,
	    .adopt = ADOPT " --name backup",
	    .bound = 1,
	    .tokens = 2,
	    .minimum = MINIMUM(20, 45, 130, 10, 60) },
	{ .name = "key-generate",
	    .base = &created,
	    .command = "key generate root --label root-ca" BY,
	    .stride = 1,
	    .whole = a_key_can_be_made,
	    .adopt = ADOPT,
	    .bound = 1,
	    .tokens = 1,
	    .minimum = MINIMUM(20, 20, 60, 0, 50) },
	{ .name = "activate",
	    .base = &with_key,
	    .command = "activate root" BY " -- " CHAOS_SIGN " root-ca",
	    .stride = 1,
	    .whole = a_key_is_there,
	    .adopt = ADOPT,
	    .bound = 1,
	    .tokens = 1,
	    .minimum = MINIMUM(18, 20, 70, 0, 5) },
	{ .name = "rekey",
	    .base = &before_rekey,
	    .command = REKEY,
	    .recover = RESUME " --away backup",
	    .stride = 1,
	    .whole = two_generations,
	    .guarded = true,
	    .adopt = ADOPT " --sheet " WORLD_SHEET,
	    .bound = 2,
	    .tokens = 2,
	    .minimum = MINIMUM(145, 160, 800, 20, 60) },
	{ .name = "rekey-aborted",
	    .base = &before_rekey,
	    .command = REKEY,
	    .recover = "quorum abort root --reason chaos" BY,
	    .otherwise = RESUME " --away backup",
	    .again = rekey_again,
	    .stride = 12,
	    .whole = two_generations,
	    .tokens = 2,
	    .minimum = MINIMUM(145, 160, 800, 0, 60) },
	{ .name = "unblock",
	    .base = &created,
	    .command = "card unblock root/1" BY,
	    .stride = 1,
	    .whole = with_alices_card,
	    .adopt = ADOPT,
	    .bound = 1,
	    .tokens = 1,
	    .minimum = MINIMUM(20, 15, 50, 0, 0) },
	{ .name = "replace-card",
	    .base = &with_new_card,
	    .command = "quorum replace-card root bob" BY,
	    .recover = RESUME,
	    .stride = 1,
	    .whole = with_bobs_new_card,
	    .adopt = ADOPT,
	    .bound = 1,
	    .tokens = 1,
	    .minimum = MINIMUM(48, 50, 200, 0, 0) },
};
const unsigned scenario_count = sizeof(scenarios) / sizeof(*scenarios);

static void
prepare(const struct base *base, struct world *world)
{
	char said[WORLD_FILE];

	if (base == NULL)
		return;
	prepare(base->from, world);
	for (const struct step *step = base->steps; step->words != NULL; step++) {
		if (strncmp(step->words, SCENARIO_NEW_CARD, strlen(SCENARIO_NEW_CARD)) == 0) {
			world_new_card(world, step->words + strlen(SCENARIO_NEW_CARD));
			continue;
		}
		if (world_quorate(world, step->words, NULL) == 0)
			continue;
		world_said(world, said);
		fprintf(stderr, "chaos: the snapshot failed at: quorate %s (see %s)\n", step->words,
		    said);
		exit(2);
	}
}

void
scenario_prepare(const struct scenario *scenario, struct world *world)
{
	world_make(world, scenario_custodians);
	prepare(scenario->base, world);
}

/* A token that is neither fresh nor a quorum's is one that nobody can open. */
static const char *
check_tokens(const struct scenario *scenario, struct world *world)
{
	const char *problem = NULL;
	unsigned bound = 0, fresh = 0;
	json_t *list, *token;
	size_t i;

	if (world_quorate(world, "token list --json", NULL) != 0)
		return "the tokens cannot be listed";
	list = world_last_json(world);
	json_array_foreach (json_object_get(list, "tokens"), i, token) {
		const char *name = json_string_value(json_object_get(token, "bound_as"));

		if (!json_is_true(json_object_get(token, "initialised")))
			fresh++;
		else if (name == NULL || *name == '\0')
			problem = "a token is left that no quorum opens";
		else
			bound++;
	}
	json_decref(list);
	if (problem == NULL && fresh > 1)
		problem = "a token was left half made";
	if (problem == NULL && bound != scenario->tokens)
		problem = "there are not as many tokens as the quorum has";
	return problem;
}

const char *
scenario_is_whole(const struct scenario *scenario, struct world *world)
{
	const char *problem = NULL;
	bool tokens_checked = false;

	for (const struct step *step = scenario->whole; problem == NULL && step->words != NULL;
	     step++) {
		const struct world_run run = { .absent = step->absent };

		if (!tokens_checked && strncmp(step->words, "key list", 8) == 0) {
			problem = check_tokens(scenario, world);
			tokens_checked = true;
		}
		if (problem == NULL && world_quorate(world, step->words, &run) != 0)
			problem = step->words;
	}
	return problem;
}
