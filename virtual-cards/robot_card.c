/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/robot_card.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"

#include "virtual-cards/robot_say.h"

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static enum err
stop(struct robot_answer *out, struct err_trace *trace)
{
	out->line = json_pack("{s:b}", "stop", 1);
	return out->line != NULL ? ERR_OK : FAIL(trace, ERR_NOMEM, "no memory for an answer");
}

/* Brings `card` if it is not there yet, and names its reader. */
static enum err
present(
    struct robot *robot, struct deck_card *card, struct robot_answer *out, struct err_trace *trace)
{
	const struct rule *fault;
	char number[16];
	enum err err = ERR_OK;

	snprintf(number, sizeof(number), "%u", ++robot->inserted);
	fault = rules_find(&robot->rules, "fault", number);
	if (card->reader < 0) {
		robot_say("inserts %s (%s)", card->name,
		    card->holder[0] != '\0' ? card->holder : "nobody's");
		err = deck_insert(&robot->deck, card, fault != NULL ? fault->word[2] : NULL, trace);
	}
	if (err != ERR_OK)
		return err;
	if (card->reader < 0)
		return FAIL(trace, ERR_IO, "%s went into no reader", card->name);
	out->line = json_pack("{s:b, s:s}", "ok", 1, "reader", robot->deck.reader[card->reader]);
	return out->line != NULL ? ERR_OK : FAIL(trace, ERR_NOMEM, "no memory for an answer");
}

static struct deck_card *
held_as(struct deck *deck, const char *custodian, const char *label)
{
	for (unsigned i = 0; i < deck->cards; i++) {
		struct deck_card *card = &deck->card[i];

		if (strcmp(card->holder, custodian) == 0 &&
		    (label[0] == '\0' || strcmp(card->label, label) == 0))
			return card;
	}
	return NULL;
}

static struct deck_card *
next_unused(struct deck *deck)
{
	for (unsigned i = 0; i < deck->cards; i++)
		if (deck->card[i].holder[0] == '\0')
			return &deck->card[i];
	return NULL;
}

/* The same custodian and short name get the same card again: an enrolment that broke off goes on
 * with it. */
static enum err
take_blank(struct robot *robot, const json_t *ask, struct deck_card **out, struct err_trace *trace)
{
	const json_t *wanted = json_array_get(json_object_get(ask, "wanted"), 0);
	const char *custodian = text_of(wanted, "custodian");
	/* A custodian has one card of a quorum; until it has a short name it goes by the quorum's.
	 */
	const char *named = text_of(wanted, "card");
	const char *label = named[0] != '\0' ? named : text_of(ask, "quorum");
	struct deck_card *card;

	if (custodian[0] == '\0' || rules_find(&robot->rules, "absent", custodian) != NULL)
		return ERR_OK;
	card = held_as(&robot->deck, custodian, label);
	if (card == NULL)
		card = next_unused(&robot->deck);
	if (card == NULL)
		return ERR_OK;
	snprintf(card->holder, sizeof(card->holder), "%s", custodian);
	snprintf(card->label, sizeof(card->label), "%s", label[0] != '\0' ? label : "-");
	*out = card;
	return deck_save(&robot->deck, trace);
}

static struct deck_card *
card_of(struct robot *robot, const json_t *wanted)
{
	const char *custodian = text_of(wanted, "custodian");
	const char *serial = text_of(wanted, "serial");

	if (rules_find(&robot->rules, "absent", custodian) != NULL)
		return NULL;
	if (serial[0] != '\0')
		return deck_find_serial(&robot->deck, serial);
	return held_as(&robot->deck, custodian, text_of(wanted, "card"));
}

/* The first that comes; the rule `order` may let others come before. */
static struct deck_card *
choose(struct robot *robot, const json_t *wanted)
{
	struct deck_card *best = NULL;
	unsigned best_rank = 0;

	for (size_t i = 0; i < json_array_size(wanted); i++) {
		const json_t *one = json_array_get(wanted, i);
		struct deck_card *card = card_of(robot, one);
		unsigned rank = rules_rank(&robot->rules, text_of(one, "custodian"));

		if (card != NULL && (best == NULL || rank < best_rank)) {
			best = card;
			best_rank = rank;
		}
	}
	return best;
}

/* Each card once, whoever holds it. */
static struct deck_card *
next_of_all(struct robot *robot)
{
	for (unsigned i = 0; i < robot->deck.cards; i++) {
		struct deck_card *card = &robot->deck.card[i];

		if (robot->brought[i] || rules_find(&robot->rules, "absent", card->holder) != NULL)
			continue;
		robot->brought[i] = true;
		return card;
	}
	return NULL;
}

/* The rule `present`, once. */
static struct deck_card *
other_card(struct robot *robot)
{
	const struct rule *rule = rules_find(&robot->rules, "present", NULL);

	if (rule == NULL || robot->presented)
		return NULL;
	robot->presented = true;
	return deck_find(&robot->deck, rule->word[1]);
}

enum err
robot_card_bring(
    struct robot *robot, const json_t *ask, struct robot_answer *out, struct err_trace *trace)
{
	const json_t *wanted = json_object_get(ask, "wanted");
	struct deck_card *card;
	enum err err;

	err = deck_load(&robot->deck, trace);
	if (err != ERR_OK)
		return err;
	card = other_card(robot);
	if (card == NULL && json_is_true(json_object_get(ask, "blank")))
		err = take_blank(robot, ask, &card, trace);
	else if (card == NULL && json_is_true(json_object_get(ask, "any")))
		card = next_of_all(robot);
	else if (card == NULL)
		card = choose(robot, wanted);
	if (err != ERR_OK)
		return err;
	if (card == NULL) {
		robot_say("nobody comes with a card that would do");
		return stop(out, trace);
	}
	return present(robot, card, out, trace);
}

enum err
robot_card_pull(struct robot *robot, const char *serial, struct err_trace *trace)
{
	struct deck_card *card;
	enum err err;

	err = deck_load(&robot->deck, trace);
	if (err != ERR_OK)
		return err;
	card = deck_find_serial(&robot->deck, serial);
	if (card == NULL || card->reader < 0)
		return ERR_OK;
	robot_say(
	    "takes out %s (%s)", card->name, card->holder[0] != '\0' ? card->holder : "nobody's");
	return deck_eject(card, trace);
}

enum err
robot_card_remove(struct robot *robot, const json_t *tell, struct err_trace *trace)
{
	if (rules_find(&robot->rules, "leave-in", NULL) != NULL)
		return ERR_OK;
	return robot_card_pull(robot, text_of(tell, "serial"), trace);
}
