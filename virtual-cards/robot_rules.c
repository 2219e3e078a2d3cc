/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/robot_rules.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *name;
	unsigned arguments;
} known[] = {
	{ "absent", 1 },
	{ "order", 1 },
	{ "present", 1 },
	{ "wrong-pin", 2 },
	{ "choice", 1 },
	{ "menu", 2 },
	{ "decline", 1 },
	{ "stop-at", 2 },
	{ "quit-at", 2 },
	{ "fault", 2 },
	{ "pull-at", 2 },
	{ "leave-in", 0 },
};

static const char blanks[] = " \t\n";

/* The next word of `text`, which is moved behind it; false at the end. */
static bool
next_word(const char **text, size_t *len, const char **word)
{
	*text += strspn(*text, blanks);
	*len = strcspn(*text, " \t\n;");
	*word = *text;
	*text += *len;
	return *len > 0;
}

static enum err
check(const struct rule *rule, unsigned words, struct err_trace *trace)
{
	for (size_t i = 0; i < COUNT(known); i++) {
		if (strcmp(known[i].name, rule->word[0]) != 0)
			continue;
		if (known[i].arguments + 1 == words)
			return ERR_OK;
		return FAIL(trace, ERR_ARGUMENT, "QUORATE_ROBOT: '%s' takes %u arguments",
		    rule->word[0], known[i].arguments);
	}
	return FAIL(trace, ERR_ARGUMENT, "QUORATE_ROBOT: there is no rule '%s'", rule->word[0]);
}

/* Reads up to ';' or the end. */
static enum err
parse_one(const char **text, struct rules *rules, struct err_trace *trace)
{
	struct rule rule = { 0 };
	unsigned words = 0;
	const char *word;
	size_t len;
	enum err err;

	while (next_word(text, &len, &word)) {
		if (words == RULE_WORDS || len >= RULE_WORD)
			return FAIL(trace, ERR_ARGUMENT, "QUORATE_ROBOT: '%s' is too long a rule",
			    rule.word[0]);
		memcpy(rule.word[words++], word, len);
	}
	if (words == 0)
		return ERR_OK;
	err = check(&rule, words, trace);
	if (err != ERR_OK)
		return err;
	if (rules->count == RULES_MAX)
		return FAIL(trace, ERR_ARGUMENT, "QUORATE_ROBOT: more than %d rules", RULES_MAX);
	rules->rule[rules->count++] = rule;
	return ERR_OK;
}

enum err
rules_parse(const char *text, struct rules *out, struct err_trace *trace)
{
	enum err err;

	out->count = 0;
	while (text != NULL && *text != '\0') {
		err = parse_one(&text, out, trace);
		if (err != ERR_OK)
			return err;
		text += *text == ';';
	}
	return ERR_OK;
}

struct rule *
rules_find(struct rules *rules, const char *name, const char *about)
{
	for (unsigned i = 0; i < rules->count; i++) {
		struct rule *rule = &rules->rule[i];

		if (strcmp(rule->word[0], name) == 0 &&
		    (about == NULL || strcmp(rule->word[1], about) == 0))
			return rule;
	}
	return NULL;
}

static unsigned long
second_argument(const struct rule *rule)
{
	return strtoul(rule->word[2], NULL, 10);
}

bool
rules_hit(struct rules *rules, const char *name, const char *about, unsigned number)
{
	for (unsigned i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->rule[i];

		if (strcmp(rule->word[0], name) == 0 && strcmp(rule->word[1], about) == 0 &&
		    second_argument(rule) == number)
			return true;
	}
	return false;
}

bool
rules_spend(struct rules *rules, const char *name, const char *about)
{
	struct rule *rule = rules_find(rules, name, about);

	if (rule == NULL || rule->uses >= second_argument(rule))
		return false;
	rule->uses++;
	return true;
}

unsigned
rules_rank(struct rules *rules, const char *name)
{
	const struct rule *rule = rules_find(rules, "order", NULL);
	const char *at = rule != NULL ? rule->word[1] : "";
	unsigned rank = 0;

	for (; *at != '\0'; rank++) {
		size_t len = strcspn(at, ",");

		if (strlen(name) == len && strncmp(at, name, len) == 0)
			return rank;
		at += len;
		at += *at == ',';
	}
	return UINT_MAX;
}
