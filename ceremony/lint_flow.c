/* SPDX-License-Identifier: BSD-2-Clause */
/* What steps use and make, as their commands show it and as the script says. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ceremony/lint_rules.h"
#include "roster/card.h"

/* ---- commands -------------------------------------------------------------------------------- */

bool
lint_is_command(const struct script_words *command, const char *group, const char *name)
{
	return command->count >= 3 && strcmp(command->word[0], "quorate") == 0 &&
	       strcmp(command->word[1], group) == 0 && strcmp(command->word[2], name) == 0;
}

const char *
lint_option(const struct script_words *command, const char *option)
{
	const size_t len = strlen(option);

	for (size_t i = 1; i < command->count; i++) {
		const char *word = command->word[i];

		if (strncmp(word, option, len) != 0)
			continue;
		if (word[len] == '=')
			return word + len + 1;
		if (word[len] == '\0' && i + 1 < command->count)
			return command->word[i + 1];
	}
	return NULL;
}

const char *
lint_operand(const struct script_words *command)
{
	return command->count > 3 && command->word[3][0] != '-' ? command->word[3] : NULL;
}

/* What a command's words say that it needs and leaves. An option of NULL is the operand. */
static const struct shown {
	const char *group, *name;
	const char *option;
	enum lint_share share;
	const char *kind;
} shown[] = {
	{ "quorum", "create", NULL, LINT_MAKES, "quorum" },
	{ "quorum", "create", "--name", LINT_MAKES, "binding" },
	{ "quorum", "rekey", NULL, LINT_USES, "quorum" },
	{ "quorum", "show", NULL, LINT_USES, "quorum" },
	{ "quorum", "sheet", NULL, LINT_USES, "quorum" },
	{ "quorum", "sheet", "--out", LINT_MAKES, "file" },
	{ "quorum", "deliver", NULL, LINT_USES, "quorum" },
	{ "token", "bind", NULL, LINT_USES, "quorum" },
	{ "token", "bind", "--name", LINT_MAKES, "binding" },
	{ "key", "generate", NULL, LINT_USES, "quorum" },
	{ "key", "generate", "--token", LINT_USES, "binding" },
	{ "key", "generate", "--label", LINT_MAKES, "key" },
	{ "key", "generate", "--out", LINT_MAKES, "file" },
	{ "key", "list", NULL, LINT_USES, "quorum" },
	{ "key", "list", "--token", LINT_USES, "binding" },
	{ "cert", "self-sign", "--token", LINT_USES, "binding" },
	{ "cert", "self-sign", "--key", LINT_USES, "key" },
	{ "cert", "self-sign", "--key", LINT_MAKES, "certificate" },
	{ "cert", "self-sign", "--out", LINT_MAKES, "file" },
	{ "cert", "sign", "--token", LINT_USES, "binding" },
	{ "cert", "sign", "--key", LINT_USES, "key" },
	{ "cert", "sign", "--ca", LINT_USES, "file" },
	{ "cert", "sign", "--csr", LINT_USES, "file" },
	{ "cert", "sign", "--out", LINT_MAKES, "file" },
	{ "cert", "export", "--key", LINT_USES, "certificate" },
	{ "cert", "export", "--out", LINT_MAKES, "file" },
	{ "cert", "show", NULL, LINT_USES, "file" },
	{ "crl", "sign", "--token", LINT_USES, "binding" },
	{ "crl", "sign", "--key", LINT_USES, "key" },
	{ "crl", "sign", "--ca", LINT_USES, "file" },
	{ "crl", "sign", "--entries", LINT_USES, "file" },
	{ "crl", "sign", "--previous", LINT_USES, "file" },
	{ "crl", "sign", "--out", LINT_MAKES, "file" },
	{ "crl", "show", NULL, LINT_USES, "file" },
	{ "backup", "create", "--key", LINT_USES, "key" },
	{ "backup", "create", "--from", LINT_USES, "binding" },
	{ "backup", "create", "--to", LINT_USES, "binding" },
	{ "backup", "create", "--key", LINT_MAKES, "backup" },
	{ "backup", "record", "--key", LINT_MAKES, "backup" },
	{ "backup", "verify", "--key", LINT_USES, "backup" },
	{ "backup", "verify", "--from", LINT_USES, "binding" },
	{ "backup", "verify", "--to", LINT_USES, "binding" },
	{ "backup", "verify", "--key", LINT_MAKES, "restore-test" },
	{ "backup", "restore", "--key", LINT_USES, "backup" },
	{ "backup", "restore", "--from", LINT_USES, "binding" },
	{ "backup", "restore", "--to", LINT_USES, "binding" },
};

static void
see(struct lint *lint, const struct script_step *step, enum lint_share share, const char *what,
    lint_flow_seen *seen, void *context)
{
	seen(lint, &(struct lint_flow){ step, share, what }, context);
}

static void
see_shown(struct lint *lint, const struct script_step *step, lint_flow_seen *seen, void *context)
{
	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++) {
		const struct shown *row = &shown[i];
		const char *value;
		char what[160];

		if (!lint_is_command(&step->command, row->group, row->name))
			continue;
		value = row->option == NULL ? lint_operand(&step->command)
					    : lint_option(&step->command, row->option);
		if (value == NULL)
			continue;
		snprintf(what, sizeof(what), "%s:%s", row->kind, value);
		seen(lint, &(struct lint_flow){ step, row->share, what }, context);
	}
}

void
lint_each_flow(struct lint *lint, lint_flow_seen *seen, void *context)
{
	for (size_t i = 0; i < lint->script->step_count; i++) {
		const struct script_step *step = &lint->script->steps[i];

		see_shown(lint, step, seen, context);
		for (size_t j = 0; j < step->uses.count; j++)
			see(lint, step, LINT_USES, step->uses.word[j], seen, context);
		for (size_t j = 0; j < step->makes.count; j++)
			see(lint, step, LINT_MAKES, step->makes.word[j], seen, context);
	}
}

/* ---- uses and makes -------------------------------------------------------------------------- */

/* What is given, as steps would have made it. */
static bool
gives(const struct script_given *given, const char *what)
{
	const struct {
		enum script_given_kind kind;
		const char *as;
		const char *name;
	} rows[] = {
		{ SCRIPT_GIVEN_QUORUM, "quorum:%s", given->name },
		{ SCRIPT_GIVEN_TOKEN, "binding:%s", given->binding },
		{ SCRIPT_GIVEN_KEY, "key:%s", given->name },
		{ SCRIPT_GIVEN_CERT, "certificate:%s", given->name },
		{ SCRIPT_GIVEN_CERT, "file:${brought.%s}", given->file },
		{ SCRIPT_GIVEN_BACKUP, "backup:%s", given->name },
		{ SCRIPT_GIVEN_FILE, "file:${brought.%s}", given->file },
		{ SCRIPT_GIVEN_BUNDLE, "evidence:%s", given->name },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *colon = strchr(rows[i].as, '%');
		const size_t before = (size_t)(colon - rows[i].as);
		const size_t len = rows[i].name == NULL ? 0 : strlen(rows[i].name);

		if (given->kind == rows[i].kind && rows[i].name != NULL &&
		    strncmp(what, rows[i].as, before) == 0 &&
		    strncmp(what + before, rows[i].name, len) == 0 &&
		    strcmp(what + before + len, colon + 2) == 0)
			return true;
	}
	return false;
}

struct search {
	const char *what;
	unsigned after, before; /* numbers of steps, both outside */
	bool found;
};

static void
search_flow(struct lint *lint, const struct lint_flow *flow, void *context)
{
	struct search *search = context;

	(void)lint;
	search->found |= flow->share == LINT_MAKES && flow->step->number > search->after &&
			 flow->step->number < search->before &&
			 strcmp(flow->what, search->what) == 0;
}

static bool
is_made(struct lint *lint, const char *what, unsigned after, unsigned before)
{
	struct search search = { .what = what, .after = after, .before = before };

	lint_each_flow(lint, search_flow, &search);
	return search.found;
}

bool
lint_is_there(struct lint *lint, const char *what, unsigned before)
{
	for (size_t i = 0; i < lint->script->given_count; i++)
		if (gives(&lint->script->givens[i], what))
			return true;
	return is_made(lint, what, 0, before);
}

bool
lint_comes_later(struct lint *lint, const char *what, unsigned behind)
{
	return is_made(lint, what, behind, (unsigned)lint->script->step_count + 1);
}

static void
want_made(struct lint *lint, const struct lint_flow *flow, void *context)
{
	(void)context;
	if (flow->share != LINT_USES || lint_is_there(lint, flow->what, flow->step->number))
		return;
	lint_script_fault(lint,
	    (struct lint_fault){ flow->step->place,
		"Make it in a step before, say under 'given' that it is there, or mend the name." },
	    "step %u, '%s', uses '%s', which no earlier step makes", flow->step->number,
	    flow->step->id, flow->what);
}

void
lint_uses(struct lint *lint)
{
	lint_each_flow(lint, want_made, NULL);
}

/* Cards and proofs may be made again; what has one name may not. */
static void
want_new(struct lint *lint, const struct lint_flow *flow, void *context)
{
	static const char *const once[] = { "file:", "key:", "quorum:", "binding:" };
	const unsigned number = flow->step->number;

	(void)context;
	for (size_t i = 0; i < sizeof(once) / sizeof(*once); i++)
		if (flow->share == LINT_MAKES &&
		    strncmp(flow->what, once[i], strlen(once[i])) == 0 &&
		    lint_is_there(lint, flow->what, number))
			lint_script_fault(lint,
			    (struct lint_fault){ flow->step->place,
				"Give it a name of its own: nothing is overwritten." },
			    "step %u, '%s', makes '%s', which is there by then", number,
			    flow->step->id, flow->what);
}

void
lint_makes_twice(struct lint *lint)
{
	lint_each_flow(lint, want_new, NULL);
}

/* ---- backups --------------------------------------------------------------------------------- */

/* "key:root-ca" as "backup:root-ca"; NULL when it is of another kind. */
static const char *
of_kind(char out[160], const char *what, const char *kind, const char *other)
{
	const size_t len = strlen(kind);

	if (strncmp(what, kind, len) != 0)
		return NULL;
	snprintf(out, 160, "%s%s", other, what + len);
	return out;
}

static void
want_backup(struct lint *lint, const struct lint_flow *flow, void *context)
{
	char backup[160];

	(void)context;
	if (flow->share != LINT_MAKES || of_kind(backup, flow->what, "key:", "backup:") == NULL ||
	    lint_comes_later(lint, backup, flow->step->number))
		return;
	lint_script_fault(lint,
	    (struct lint_fault){ flow->step->place, "Add a step with 'quorate backup create', or "
						    "'makes: backup:LABEL' where a vendor's "
						    "tool does it." },
	    "'%s' is made, and no later step backs it up", flow->what);
}

void
lint_backup(struct lint *lint)
{
	lint_each_flow(lint, want_backup, NULL);
}

static void
want_restore_test(struct lint *lint, const struct lint_flow *flow, void *context)
{
	char proof[160];

	(void)context;
	if (flow->share != LINT_MAKES ||
	    of_kind(proof, flow->what, "backup:", "restore-test:") == NULL ||
	    lint_comes_later(lint, proof, flow->step->number))
		return;
	lint_script_fault(lint,
	    (struct lint_fault){ flow->step->place, "Add a step with 'quorate backup verify': a "
						    "backup that was never restored is none." },
	    "'%s' is made, and no later step restores it", flow->what);
}

void
lint_restore_test(struct lint *lint)
{
	lint_each_flow(lint, want_restore_test, NULL);
}

/* ---- cards ----------------------------------------------------------------------------------- */

/* "root/2", with the length of what stands before the stroke. */
static bool
is_card(const char *word, size_t *quorum)
{
	const char *stroke = strchr(word, '/');

	if (stroke == NULL || stroke == word || stroke[1] == '\0')
		return false;
	*quorum = (size_t)(stroke - word);
	return strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-") == *quorum &&
	       strspn(stroke + 1, "0123456789") == strlen(stroke + 1);
}

/* The cards of a quorum that is given are those of its custodians. */
static bool
is_given_card(const struct lint *lint, const char *word, size_t quorum)
{
	for (size_t i = 0; i < lint->script->given_count; i++) {
		const struct script_given *given = &lint->script->givens[i];

		if (given->kind == SCRIPT_GIVEN_QUORUM && strlen(given->name) == quorum &&
		    strncmp(given->name, word, quorum) == 0)
			return true;
	}
	return false;
}

static bool
is_roster_card(struct lint *lint, const char *name)
{
	struct roster_card card;
	struct err_trace trace = { 0 };

	return roster_card_by_name(lint->input->roster, name, &card, &trace) == ERR_OK;
}

static void
want_card(struct lint *lint, const struct script_step *step, const char *word)
{
	char what[160];
	size_t quorum = 0;

	if (word == NULL || !is_card(word, &quorum))
		return;
	snprintf(what, sizeof(what), "card:%s", word);
	if (lint_is_there(lint, what, step->number + 1) || is_given_card(lint, word, quorum) ||
	    is_roster_card(lint, word))
		return;
	lint_script_fault(lint,
	    (struct lint_fault){ step->place,
		"Name a card of the roster ('quorate card list'), or say which step 'makes' it." },
	    "step %u, '%s', names the card '%s', which nobody has", step->number, step->id, word);
}

void
lint_cards(struct lint *lint)
{
	for (size_t i = 0; i < lint->script->step_count; i++) {
		const struct script_step *step = &lint->script->steps[i];

		for (size_t j = 0; j < step->command.count; j++)
			want_card(lint, step, step->command.word[j]);
		for (size_t j = 0; j < step->record_count; j++)
			want_card(lint, step, step->records[j].about);
	}
}

/* ---- receipts -------------------------------------------------------------------------------- */

void
lint_receipts(struct lint *lint)
{
	for (size_t i = 0; i < lint->script->step_count; i++) {
		const struct script_step *step = &lint->script->steps[i];
		bool signed_for = false;

		for (size_t j = 0; j < step->record_count; j++)
			signed_for |= step->records[j].kind == SCRIPT_RECORD_ACKNOWLEDGEMENT;
		if (lint_is_command(&step->command, "card", "enrol") && !signed_for)
			lint_script_fault(lint,
			    (struct lint_fault){ step->place,
				"Record the receipt that the custodian signs: 'kind: "
				"acknowledgement'." },
			    "step %u, '%s', gives out a card, and nobody signs for it",
			    step->number, step->id);
	}
}
