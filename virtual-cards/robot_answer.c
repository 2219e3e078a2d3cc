/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/robot_answer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/secret.h"

#include "virtual-cards/robot_card.h"
#include "virtual-cards/robot_pin.h"
#include "virtual-cards/robot_say.h"

/* What a card leaves the factory with; only asked for where a card cannot be reset. */
static const char factory_admin_pin[] = "12345678";

enum { TYPED_MAX = 256, ROBOT_ASK_MENU = 5 };

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static enum err
give(json_t *line, struct robot_answer *out, struct err_trace *trace)
{
	if (line == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for an answer");
	out->line = line;
	return ERR_OK;
}

static enum err
answer_confirm(
    struct robot *robot, const json_t *ask, struct robot_answer *out, struct err_trace *trace)
{
	bool yes = rules_find(&robot->rules, "decline", "confirm") == NULL;

	robot_say("%s: %s", yes ? "agrees" : "does not agree", text_of(ask, "text"));
	return give(json_pack("{s:b}", "yes", yes), out, trace);
}

static bool
offers(const json_t *of, const char *word)
{
	for (size_t i = 0; i < json_array_size(of); i++) {
		const char *one = json_string_value(json_array_get(of, i));

		if (one != NULL && strcmp(one, word) == 0)
			return true;
	}
	return false;
}

/* The first thing offered is the sensible one, unless a rule says otherwise. */
static enum err
answer_choice(
    struct robot *robot, const json_t *ask, struct robot_answer *out, struct err_trace *trace)
{
	const json_t *of = json_object_get(ask, "of");
	const char *take = json_string_value(json_array_get(of, 0));

	for (unsigned i = 0; i < robot->rules.count; i++) {
		const struct rule *rule = &robot->rules.rule[i];

		if (strcmp(rule->word[0], "choice") == 0 && offers(of, rule->word[1]))
			take = rule->word[1];
	}
	if (take == NULL)
		return FAIL(trace, ERR_FORMAT, "a choice of nothing was asked for");
	robot_say("chooses '%s'", take);
	return give(json_pack("{s:s}", "take", take), out, trace);
}

/* The first is what is usual; a rule names the ask at which another one is taken. */
static enum err
answer_menu(
    struct robot *robot, const json_t *ask, struct robot_answer *out, struct err_trace *trace)
{
	const json_t *of = json_object_get(ask, "of");
	const char *take = text_of(json_array_get(of, 0), "word");

	for (unsigned i = 0; i < robot->rules.count; i++) {
		const struct rule *rule = &robot->rules.rule[i];

		if (strcmp(rule->word[0], "menu") == 0 &&
		    strtoul(rule->word[1], NULL, 10) == robot->asked[ROBOT_ASK_MENU])
			take = rule->word[2];
	}
	if (take[0] == '\0')
		return FAIL(trace, ERR_FORMAT, "a menu of nothing was asked for");
	robot_say("takes '%s'", take);
	return give(json_pack("{s:s}", "take", take), out, trace);
}

/* What stands between quotes in the text; false when nothing does. */
static bool
find_quoted(const char *text, char out[TYPED_MAX])
{
	const char *begin = strchr(text, '\''), *end;

	if (begin == NULL)
		return false;
	end = strchr(begin + 1, '\'');
	if (end == NULL || end - begin > TYPED_MAX - 1)
		return false;
	memcpy(out, begin + 1, (size_t)(end - begin - 1));
	out[end - begin - 1] = '\0';
	return true;
}

/* The last word that looks like a serial: eight hex digits or more, a ':' allowed among them. */
static bool
find_serial(const char *text, char out[TYPED_MAX])
{
	static const char serial[] = "0123456789ABCDEFabcdef:";
	enum { SHORTEST = 8 };
	bool found = false;

	while (*text != '\0') {
		size_t len = strspn(text, serial);

		if (len >= SHORTEST && len < TYPED_MAX && !isalnum((unsigned char)text[len])) {
			memcpy(out, text, len);
			out[len] = '\0';
			while (len > 0 && out[len - 1] == ':')
				out[--len] = '\0';
			found = true;
		}
		text += len;
		while (*text != '\0' && isalnum((unsigned char)*text))
			text++;
		text += *text != '\0';
	}
	return found;
}

static enum err
answer_type(
    struct robot *robot, const json_t *ask, struct robot_answer *out, struct err_trace *trace)
{
	const char *text = text_of(ask, "text");
	char typed[TYPED_MAX] = "practice";

	if (rules_find(&robot->rules, "decline", "type") != NULL)
		typed[0] = '\0';
	else if (text_of(ask, "example")[0] != '\0')
		snprintf(typed, sizeof(typed), "%s", text_of(ask, "example"));
	else if (strcmp(text_of(ask, "expect"), "serial") == 0 && find_serial(text, typed))
		;
	else if (!find_quoted(text, typed))
		find_serial(text, typed);
	robot_say("types '%s'", typed);
	return give(json_pack("{s:s}", "text", typed), out, trace);
}

/*
 * After a change of a card's PIN nobody tells the robot whether the card took it. The new one is
 * typed first, and when that was asked for again, the one before it.
 */
static unsigned
change_to_type(struct robot *robot, const char *serial, const struct deck_card *card)
{
	unsigned change = card != NULL ? card->changes : 0;

	if (strcmp(robot->verified, serial) != 0)
		robot->typed = 0;
	robot->typed++;
	return robot->typed > 1 && change > 0 ? change - 1 : change;
}

/* A new PIN straight after the old one is a change; otherwise it is a card's first. */
static enum err
note_change(
    struct robot *robot, const char *serial, struct deck_card *card, struct err_trace *trace)
{
	if (card == NULL || strcmp(robot->verified, serial) != 0)
		return ERR_OK;
	card->changes++;
	robot->verified[0] = '\0';
	return deck_save(&robot->deck, trace);
}

static enum err
card_pin(struct robot *robot, const json_t *ask, struct robot_pin *pin, struct err_trace *trace)
{
	bool is_new = strcmp(text_of(ask, "for"), "new") == 0;
	const char *serial = text_of(ask, "serial");
	struct deck_card *card;
	enum err err;

	err = deck_load(&robot->deck, trace);
	if (err != ERR_OK)
		return err;
	card = deck_find_serial(&robot->deck, serial);
	if (is_new) {
		err = note_change(robot, serial, card, trace);
		pin->change = card != NULL ? card->changes : 0;
	} else {
		pin->change = change_to_type(robot, serial, card);
		snprintf(robot->verified, sizeof(robot->verified), "%s", serial);
	}
	pin->kind = "card";
	pin->name = serial;
	return err;
}

static const char *
who(const json_t *ask)
{
	const char *custodian = text_of(ask, "custodian");

	return custodian[0] != '\0' ? custodian : text_of(ask, "token");
}

static enum err
derive(struct robot *robot, const json_t *ask, struct robot_answer *out, struct err_trace *trace)
{
	const char *use = text_of(ask, "for");
	struct robot_pin pin = {
		.kind = use,
		.name = text_of(ask, "token"),
		.min = (size_t)json_integer_value(json_object_get(ask, "min")),
		.max = (size_t)json_integer_value(json_object_get(ask, "max")),
	};
	bool is_card = strcmp(use, "verify") == 0 || strcmp(use, "new") == 0;
	enum err err = ERR_OK;

	if (strcmp(use, "new") != 0 && rules_spend(&robot->rules, "wrong-pin", who(ask))) {
		robot_say("mistypes the PIN of %s", who(ask));
		pin.kind = "wrong";
		return robot_pin_derive(&pin, &out->pin, trace);
	}
	robot_say("types the %sPIN of %s", strcmp(use, "new") == 0 ? "new " : "", who(ask));
	if (strcmp(use, "admin") == 0)
		return secret_from(
		    factory_admin_pin, sizeof(factory_admin_pin) - 1, &out->pin, trace);
	if (is_card)
		err = card_pin(robot, ask, &pin, trace);
	if (err == ERR_OK)
		err = robot_pin_derive(&pin, &out->pin, trace);
	return err;
}

static enum err
answer_pin(
    struct robot *robot, const json_t *ask, struct robot_answer *out, struct err_trace *trace)
{
	if (rules_find(&robot->rules, "decline", "pin") == NULL)
		return derive(robot, ask, out, trace);
	robot_say("declines to type the PIN of %s", who(ask));
	return secret_new(1, &out->pin, trace); /* an empty line */
}

static const struct {
	const char *ask;
	enum err (*answer)(struct robot *robot, const json_t *ask, struct robot_answer *out,
	    struct err_trace *trace);
} answers[ROBOT_ASKS] = {
	{ "card", robot_card_bring },
	{ "confirm", answer_confirm },
	{ "choice", answer_choice },
	{ "type", answer_type },
	{ "pin", answer_pin },
	{ "menu", answer_menu },
};

static enum err
answer(struct robot *robot, unsigned kind, const json_t *ask, struct robot_answer *out,
    struct err_trace *trace)
{
	const char *name = answers[kind].ask;
	unsigned number = ++robot->asked[kind];
	enum err err = ERR_OK;

	robot_repeat(text_of(ask, "reason"));
	if (answers[kind].answer == answer_choice)
		robot_repeat(text_of(ask, "text"));
	if (rules_hit(&robot->rules, "quit-at", name, number)) {
		robot_say("leaves");
		out->quit = true;
		return ERR_OK;
	}
	if (rules_hit(&robot->rules, "stop-at", name, number)) {
		robot_say("says stop");
		return give(json_pack("{s:b}", "stop", 1), out, trace);
	}
	if (rules_hit(&robot->rules, "pull-at", name, number))
		err = robot_card_pull(robot, text_of(ask, "serial"), trace);
	if (err == ERR_OK)
		err = answers[kind].answer(robot, ask, out, trace);
	return err;
}

static enum err
hear(struct robot *robot, const json_t *message, struct err_trace *trace)
{
	const char *tell = text_of(message, "tell");

	if (strcmp(tell, "remove") == 0)
		return robot_card_remove(robot, message, trace);
	if (tell[0] == '\0')
		return FAIL(trace, ERR_FORMAT, "a line is neither an ask nor a tell");
	if (strcmp(tell, "note") == 0)
		robot_repeat(text_of(message, "text"));
	return ERR_OK;
}

enum err
robot_respond(
    struct robot *robot, const json_t *message, struct robot_answer *out, struct err_trace *trace)
{
	const char *ask = text_of(message, "ask");

	*out = (struct robot_answer){ 0 };
	if (ask[0] == '\0')
		return hear(robot, message, trace);
	for (unsigned kind = 0; kind < ROBOT_ASKS; kind++)
		if (strcmp(answers[kind].ask, ask) == 0)
			return answer(robot, kind, message, out, trace);
	return FAIL(trace, ERR_FORMAT, "the robot was never taught to answer '%s'", ask);
}
