/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/health.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "roster/binding.h"
#include "roster/card_condition.h"
#include "roster/person.h"
#include "roster/policy.h"
#include "roster/roster_internal.h"

enum { DAY = 86400 };

static const char *const level_words[] = { "OK", "WARNING", "UNKNOWN", "CRITICAL" };
_Static_assert(
    sizeof(level_words) / sizeof(level_words[0]) == ROSTER_LEVEL__COUNT, "a word for each level");

static const struct {
	const char *word;
	enum roster_level level;
} kinds[] = {
	[ROSTER_REASON_NOT_LIVE] = { "not-live", ROSTER_LEVEL_UNKNOWN },
	[ROSTER_REASON_BELOW_THRESHOLD] = { "below-threshold", ROSTER_LEVEL_CRITICAL },
	[ROSTER_REASON_MARGIN] = { "margin", ROSTER_LEVEL_WARNING },
	[ROSTER_REASON_NOT_DELIVERED] = { "not-delivered", ROSTER_LEVEL_WARNING },
	[ROSTER_REASON_ROLL_CALL_DUE] = { "roll-call-due", ROSTER_LEVEL_WARNING },
	[ROSTER_REASON_ROLL_CALL_OVERDUE] = { "roll-call-overdue", ROSTER_LEVEL_WARNING },
	[ROSTER_REASON_TRIES] = { "tries", ROSTER_LEVEL_WARNING },
	[ROSTER_REASON_EXPOSED] = { "exposed", ROSTER_LEVEL_CRITICAL },
	[ROSTER_REASON_EXPOSURE] = { "exposure", ROSTER_LEVEL_WARNING },
	[ROSTER_REASON_PERSON_GONE] = { "person-gone", ROSTER_LEVEL_WARNING },
	[ROSTER_REASON_PERSON_ALONE] = { "person-alone", ROSTER_LEVEL_WARNING },
	[ROSTER_REASON_OPERATION_PENDING] = { "operation-pending", ROSTER_LEVEL_WARNING },
	[ROSTER_REASON_OLD_GENERATION] = { "old-generation", ROSTER_LEVEL_WARNING },
	[ROSTER_REASON_SOFTWARE_TOKEN] = { "software-token", ROSTER_LEVEL_OK },
	[ROSTER_REASON_NO_TOKEN] = { "no-token", ROSTER_LEVEL_WARNING },
	[ROSTER_REASON_NO_CHECKPOINT] = { "no-checkpoint", ROSTER_LEVEL_OK },
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == ROSTER_REASON__COUNT,
    "a word and a level for each kind of reason");

const char *
roster_level_word(enum roster_level level)
{
	return level_words[level];
}

const char *
roster_reason_word(enum roster_reason_kind kind)
{
	return kinds[kind].word;
}

/* What an evaluation looks at; the loaded lists are its own. */
struct evaluation {
	struct roster *roster;
	struct roster_health *health;
	struct roster_quorum quorum;
	struct roster_generation *generation;
	size_t generations;
	struct roster_binding *binding;
	size_t bindings;
	int64_t roll_call; /* seconds */
	int64_t grace;     /* seconds */
	int64_t margin_wanted;
};

/* Adds a reason; beyond the room there is, only the level is raised. */
static struct roster_reason *
add_reason(struct evaluation *evaluation, enum roster_reason_kind kind)
{
	struct roster_health *health = evaluation->health;
	struct roster_reason *reason =
	    &health->reason[health->reasons < ROSTER_REASONS_MAX ? health->reasons
								 : ROSTER_REASONS_MAX - 1];

	if (health->reasons < ROSTER_REASONS_MAX)
		health->reasons++;
	*reason = (struct roster_reason){ .kind = kind, .level = kinds[kind].level };
	if (kinds[kind].level > health->level)
		health->level = kinds[kind].level;
	return reason;
}

static void PRINTF_LIKE(2, 3) say(struct roster_reason *reason, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason->words, sizeof(reason->words), fmt, args);
	va_end(args);
}

static void PRINTF_LIKE(2, 3) say_next(struct roster_reason *reason, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason->next, sizeof(reason->next), fmt, args);
	va_end(args);
}

static enum err
load(struct evaluation *evaluation, const struct roster_id *quorum, int64_t at,
    struct err_trace *trace)
{
	struct roster *roster = evaluation->roster;
	int64_t days = 0;
	int64_t grace = 0;
	enum err err = roster_quorum_get(roster, quorum, &evaluation->quorum, trace);

	if (err == ERR_OK)
		err = roster_generation_list(
		    roster, quorum, &evaluation->generation, &evaluation->generations, trace);
	if (err == ERR_OK)
		err = roster_binding_list(
		    roster, quorum, &evaluation->binding, &evaluation->bindings, trace);
	if (err == ERR_OK)
		err = roster_policy_get(roster, ROSTER_POLICY_ROLL_CALL_DAYS, at, &days, trace);
	if (err == ERR_OK)
		err = roster_policy_get(
		    roster, ROSTER_POLICY_ROLL_CALL_GRACE_DAYS, at, &grace, trace);
	if (err == ERR_OK)
		err = roster_policy_get(
		    roster, ROSTER_POLICY_MARGIN, at, &evaluation->margin_wanted, trace);
	evaluation->roll_call = days * DAY;
	evaluation->grace = grace * DAY;
	return err;
}

/* The last proof of this card for this generation, 0 for none. */
static enum err
last_proof(struct evaluation *evaluation, const struct roster_generation *generation,
    const struct roster_id *card, int64_t *out, struct err_trace *trace)
{
	return db_ask_integer(evaluation->roster->db,
	    DB_CALL("SELECT max(time) FROM proof WHERE card = ?1 AND quorum = ?2 AND "
		    "generation = ?3 AND time <= ?4",
		db_blob(card->bytes, ROSTER_ID_SIZE),
		db_blob(evaluation->quorum.id.bytes, ROSTER_ID_SIZE),
		db_integer(generation->number), db_integer(evaluation->health->at)),
	    0, out, trace);
}

static bool
has_left(const struct roster_person *person, int64_t at)
{
	return person->departed != 0 && person->departed <= at;
}

/* Why a card that got its share does not count, or will soon not. */
static void
judge_proof(
    struct evaluation *evaluation, const struct roster_card *card, struct roster_health_card *state)
{
	const int64_t at = evaluation->health->at;
	struct roster_reason *reason = NULL;
	char date[CLOCK_DATE];

	clock_format_date(state->proven, date);
	if (at > state->due + evaluation->grace) {
		state->ready = false;
		reason = add_reason(evaluation, ROSTER_REASON_ROLL_CALL_OVERDUE);
		say(reason, "card %s of %s was last proven on %s and no longer counts as ready",
		    state->name, state->person, date);
	} else if (at > state->due) {
		reason = add_reason(evaluation, ROSTER_REASON_ROLL_CALL_DUE);
		say(reason, "card %s of %s was last proven on %s; its roll-call is due",
		    state->name, state->person, date);
	}
	if (reason != NULL) {
		reason->card = card->id;
		reason->since = state->due;
		say_next(reason,
		    "quorate activate %s -- true (with this card among those presented)",
		    evaluation->quorum.name);
	}
}

static void
judge_tries(
    struct evaluation *evaluation, const struct roster_card *card, struct roster_health_card *state)
{
	if (card->proven == 0 || card->tries_left > 1)
		return;
	struct roster_reason *reason = add_reason(evaluation, ROSTER_REASON_TRIES);

	state->ready = state->ready && card->tries_left > 0;
	reason->card = card->id;
	say(reason, "card %s of %s has %u PIN tries left", state->name, state->person,
	    card->tries_left);
	say_next(reason, "quorate activate %s -- true (with this card and its right PIN)",
	    evaluation->quorum.name);
}

static void
judge_undelivered(struct evaluation *evaluation, const struct roster_card *card,
    const struct roster_health_card *state)
{
	struct roster_reason *reason = add_reason(evaluation, ROSTER_REASON_NOT_DELIVERED);

	reason->card = card->id;
	say(reason, "the share for card %s of %s was not delivered yet", state->name,
	    state->person);
	say_next(reason, "quorate quorum resume %s", evaluation->quorum.name);
}

static enum err
judge_card(struct evaluation *evaluation, const struct roster_generation *generation,
    const struct roster_share *share, struct roster_health_card *state, struct err_trace *trace)
{
	struct roster_card card;
	struct roster_person person;
	enum err err = roster_card_get(evaluation->roster, &share->card, &card, trace);

	if (err == ERR_OK)
		err = roster_person_get(evaluation->roster, &share->custodian, &person, trace);
	if (err == ERR_OK)
		err = last_proof(evaluation, generation, &share->card, &state->proven, trace);
	if (err != ERR_OK)
		return err;
	state->card = card.id;
	state->custodian = person.id;
	snprintf(state->name, sizeof(state->name), "%s", card.name);
	snprintf(state->person, sizeof(state->person), "%s", person.name);
	card.proven = state->proven;
	state->exposed = has_left(&person, evaluation->health->at) || card.exposed != 0;
	state->ready = share->delivered != 0 && !state->exposed &&
		       roster_condition_of(&card, evaluation->roll_call + evaluation->grace,
			   evaluation->health->at) == ROSTER_CONDITION_READY;
	if (share->delivered == 0) {
		judge_undelivered(evaluation, &card, state);
		return ERR_OK;
	}
	state->due = state->proven + evaluation->roll_call;
	judge_proof(evaluation, &card, state);
	judge_tries(evaluation, &card, state);
	return ERR_OK;
}

/* Totals over the cards of the newest live generation. */
static void
sum_up(struct roster_health *health)
{
	for (unsigned i = 0; i < health->cards; i++) {
		const struct roster_health_card *card = &health->card[i];

		if (card->ready)
			health->ready++;
		if (card->proven != 0 &&
		    (health->oldest_proof == 0 || card->proven < health->oldest_proof))
			health->oldest_proof = card->proven;
		if (card->due != 0 && (health->next_due == 0 || card->due < health->next_due))
			health->next_due = card->due;
	}
	health->margin = (int)health->ready - (int)health->threshold;
}

static void
judge_margin(struct evaluation *evaluation)
{
	const struct roster_health *health = evaluation->health;

	if (health->margin < 0) {
		say_next(add_reason(evaluation, ROSTER_REASON_BELOW_THRESHOLD),
		    "quorate activate %s -- true (with the cards that were not proven)",
		    health->name);
		say(&evaluation->health->reason[health->reasons - 1],
		    "%u of the %u cards that it needs are ready", health->ready, health->threshold);
	} else if (health->margin < evaluation->margin_wanted) {
		struct roster_reason *reason = add_reason(evaluation, ROSTER_REASON_MARGIN);

		say(reason,
		    "%u cards are ready and %u are needed: a margin of %d, where the "
		    "policy wants %" PRId64,
		    health->ready, health->threshold, health->margin, evaluation->margin_wanted);
		say_next(reason, "quorate quorum rekey %s", health->name);
	}
}

/* One person with several cards who alone takes the quorum below M. */
static void
judge_alone(struct evaluation *evaluation)
{
	const struct roster_health *health = evaluation->health;

	for (unsigned i = 0; i < health->cards; i++) {
		unsigned held = 0;
		bool seen = false;

		for (unsigned j = 0; j < health->cards; j++) {
			if (!roster_id_equal(
				&health->card[i].custodian, &health->card[j].custodian))
				continue;
			seen = seen || j < i;
			held += health->card[j].ready;
		}
		if (seen || held < 2 || health->margin < 0 || (unsigned)health->margin >= held)
			continue;
		struct roster_reason *reason = add_reason(evaluation, ROSTER_REASON_PERSON_ALONE);

		reason->person = health->card[i].custodian;
		say(reason, "without %s, who has %u cards, fewer than %u would be ready",
		    health->card[i].person, held, health->threshold);
	}
}

static enum err
judge_newest(struct evaluation *evaluation, const struct roster_generation *generation,
    struct err_trace *trace)
{
	struct roster_health *health = evaluation->health;
	enum err err = ERR_OK;

	health->generation = generation->number;
	health->threshold = generation->threshold;
	health->size = generation->size;
	for (unsigned i = 0; i < generation->shares && err == ERR_OK; i++) {
		err = judge_card(
		    evaluation, generation, &generation->share[i], &health->card[i], trace);
		health->cards = i + 1;
	}
	if (err != ERR_OK)
		return err;
	sum_up(health);
	judge_margin(evaluation);
	judge_alone(evaluation);
	return ERR_OK;
}

static unsigned
count_pins(const struct evaluation *evaluation, unsigned generation)
{
	unsigned pins = 0;

	for (size_t i = 0; i < evaluation->bindings; i++) {
		for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
			pins += evaluation->binding[i].opens[pin] == generation;
	}
	return pins;
}

static void
say_exposure(struct evaluation *evaluation, const struct roster_health_generation *live)
{
	const bool compromised = live->exposure >= live->threshold;
	struct roster_reason *reason =
	    add_reason(evaluation, compromised ? ROSTER_REASON_EXPOSED : ROSTER_REASON_EXPOSURE);

	say(reason, "%u shares of generation %u, of which %u suffice, are with people who left%s",
	    live->exposure, live->number, live->threshold,
	    compromised ? ": treat the keys as compromised" : "; a re-key is due");
	say_next(reason, "quorate quorum rekey %s", evaluation->quorum.name);
}

/* Shares of one live generation that somebody outside has. */
static enum err
judge_exposure(struct evaluation *evaluation, const struct roster_generation *generation,
    struct err_trace *trace)
{
	struct roster_health *health = evaluation->health;
	struct roster_health_generation live = { .number = generation->number,
		.threshold = generation->threshold,
		.size = generation->size,
		.pins = count_pins(evaluation, generation->number) };
	struct roster_person person;
	struct roster_card card;

	for (unsigned i = 0; i < generation->shares; i++) {
		const struct roster_share *share = &generation->share[i];
		enum err err =
		    roster_person_get(evaluation->roster, &share->custodian, &person, trace);

		if (err == ERR_OK)
			err = roster_card_get(evaluation->roster, &share->card, &card, trace);
		if (err != ERR_OK)
			return err;
		if (share->delivered != 0 && (has_left(&person, health->at) || card.exposed != 0))
			live.exposure++;
	}
	if (live.exposure > 0)
		say_exposure(evaluation, &live);
	if (live.exposure > health->exposure)
		health->exposure = live.exposure;
	if (health->generations < ROSTER_LIVE_MAX)
		health->live[health->generations++] = live;
	return ERR_OK;
}

static enum err
judge_generations(struct evaluation *evaluation, struct err_trace *trace)
{
	const struct roster_generation *newest = NULL;
	enum err err = ERR_OK;

	for (size_t i = 0; i < evaluation->generations && err == ERR_OK; i++) {
		if (evaluation->generation[i].state != ROSTER_GENERATION_LIVE)
			continue;
		newest = &evaluation->generation[i];
		err = judge_exposure(evaluation, newest, trace);
	}
	if (err != ERR_OK)
		return err;
	if (newest != NULL)
		return judge_newest(evaluation, newest, trace);
	struct roster_reason *reason = add_reason(evaluation, ROSTER_REASON_NOT_LIVE);

	say(reason, "no generation of quorum '%s' opens anything yet", evaluation->quorum.name);
	return ERR_OK;
}

static void
judge_binding(struct evaluation *evaluation, const struct roster_binding *binding)
{
	const unsigned live = evaluation->health->generation;
	bool is_old = false;

	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		is_old = is_old || (binding->opens[pin] != 0 && binding->opens[pin] < live);
	if (is_old) {
		struct roster_reason *reason = add_reason(evaluation, ROSTER_REASON_OLD_GENERATION);

		say(reason, "token '%s' still opens with an older generation than %u",
		    binding->spec.name, live);
		say_next(reason, "quorate quorum resume %s", evaluation->quorum.name);
	}
	if (binding->spec.token.software && !evaluation->roster->practice)
		say(add_reason(evaluation, ROSTER_REASON_SOFTWARE_TOKEN),
		    "token '%s' is a SOFTWARE TOKEN: whoever copies its files has its keys",
		    binding->spec.name);
}

static void
judge_bindings(struct evaluation *evaluation)
{
	for (size_t i = 0; i < evaluation->bindings; i++)
		judge_binding(evaluation, &evaluation->binding[i]);
	if (evaluation->bindings > 0 || evaluation->health->generation == 0)
		return;
	struct roster_reason *reason = add_reason(evaluation, ROSTER_REASON_NO_TOKEN);

	say(reason, "no token is bound to quorum '%s'", evaluation->quorum.name);
	say_next(reason, "quorate token bind %s TOKEN --name NAME", evaluation->quorum.name);
}

static enum err
judge_pending(struct evaluation *evaluation, struct err_trace *trace)
{
	struct roster_health *health = evaluation->health;
	struct roster_operation *operation = NULL;
	char since[CLOCK_TEXT];
	const enum err err =
	    roster_operation_pending(evaluation->roster, &evaluation->quorum.id, &operation, NULL);

	if (err == ERR_ABSENT)
		return ERR_OK;
	if (err != ERR_OK)
		return FAIL(trace, err, "the pending operations were not read");
	struct roster_reason *reason = add_reason(evaluation, ROSTER_REASON_OPERATION_PENDING);

	health->pending = true;
	health->operation = operation->plan.kind;
	reason->since = operation->begun;
	clock_format(operation->begun, since);
	say(reason, "'%s' was begun on %s and is not finished",
	    roster_operation_word(operation->plan.kind), since);
	say_next(reason, "quorate quorum resume %s", evaluation->quorum.name);
	roster_operation_free(operation);
	return ERR_OK;
}

static enum err
judge_checkpoint(struct evaluation *evaluation, struct err_trace *trace)
{
	int64_t count = 0;
	const enum err err = db_ask_integer(
	    evaluation->roster->db, DB_CALL0("SELECT count(*) FROM checkpoint"), 0, &count, trace);

	if (err != ERR_OK || count > 0)
		return err;
	struct roster_reason *reason = add_reason(evaluation, ROSTER_REASON_NO_CHECKPOINT);

	say(reason, "no card has signed the roster's head: nothing pins its past to people");
	say_next(reason, "quorate key list %s", evaluation->quorum.name);
	return ERR_OK;
}

static enum err
judge_all(struct evaluation *evaluation, struct err_trace *trace)
{
	enum err err = judge_generations(evaluation, trace);

	if (err == ERR_OK)
		err = judge_pending(evaluation, trace);
	if (err == ERR_OK)
		err = judge_checkpoint(evaluation, trace);
	judge_bindings(evaluation);
	return err;
}

enum err
roster_health(struct roster *roster, const struct roster_id *quorum, int64_t at,
    struct roster_health **out, struct err_trace *trace)
{
	struct evaluation evaluation = { .roster = roster };
	enum err err = ERR_INTERNAL;

	evaluation.health = calloc(1, sizeof(*evaluation.health));
	if (evaluation.health == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a health report");
	evaluation.health->at = at == 0 ? roster_now(roster) : at;
	err = load(&evaluation, quorum, evaluation.health->at, trace);
	if (err == ERR_OK) {
		evaluation.health->quorum = *quorum;
		snprintf(evaluation.health->name, sizeof(evaluation.health->name), "%s",
		    evaluation.quorum.name);
		err = judge_all(&evaluation, trace);
	}
	free(evaluation.generation);
	free(evaluation.binding);
	if (err != ERR_OK) {
		free(evaluation.health);
		return FAIL(trace, err, "the quorum's health was not evaluated");
	}
	*out = evaluation.health;
	return ERR_OK;
}
