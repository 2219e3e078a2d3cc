/* SPDX-License-Identifier: BSD-2-Clause */
/* From a judgement to what people and programs are told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/health/timeline.h"

static bool
has_finding(const struct judgement *judgement, const struct finding *finding)
{
	for (size_t i = 0; judgement != NULL && i < judgement->findings; i++) {
		const struct finding *other = &judgement->finding[i];

		if (other->kind == finding->kind && other->share == finding->share &&
		    other->other == finding->other && other->count == finding->count)
			return true;
	}
	return false;
}

enum err
reasons_make(const struct judgement *judgement, const struct judgement *without,
    struct roster_reason **out, size_t *count, struct err_trace *trace)
{
	struct roster_reason *reasons = calloc(judgement->findings + 1, sizeof(*reasons));
	size_t made = 0;

	if (reasons == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for reasons");
	for (int level = ROSTER_LEVEL__COUNT; level-- > 0;) {
		for (size_t i = 0; i < judgement->findings; i++) {
			const struct finding *finding = &judgement->finding[i];

			if ((int)roster_reason_level(finding->kind) == level &&
			    !has_finding(without, finding))
				reason_of(judgement, finding, &reasons[made++]);
		}
	}
	*out = reasons;
	*count = made;
	return ERR_OK;
}

static unsigned
count_pins(const struct facts *facts, unsigned generation)
{
	unsigned pins = 0;

	for (size_t i = 0; i < facts->bindings; i++) {
		for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
			pins += facts->binding[i].opens[pin] == generation;
	}
	return pins;
}

static void
fill_generations(const struct judgement *judgement, struct roster_health *health)
{
	const struct facts *facts = judgement->facts;

	for (size_t i = 0; i < facts->generations; i++) {
		const struct fact_generation *from = &facts->generation[i];

		health->live[i] = (struct roster_health_generation){ .number = from->number,
			.threshold = from->threshold,
			.size = from->size,
			.exposure = judgement->exposures[i],
			.pins = count_pins(facts, from->number) };
		health->generation = from->number;
		health->threshold = from->threshold;
		health->size = from->size;
	}
	health->generations = (unsigned)facts->generations;
}

static void
fill_card(const struct judgement *judgement, size_t at, struct roster_health *health)
{
	const struct facts *facts = judgement->facts;
	const struct fact_share *share = &facts->share[at];
	struct roster_health_card *card = &health->card[health->cards++];

	*card = (struct roster_health_card){ .card = share->card.id,
		.custodian = share->custodian.id,
		.ready = judgement->share_ready[at],
		.exposed = judgement->share_exposed[at],
		.proven = share->proven };
	snprintf(card->name, sizeof(card->name), "%s", share->card.name);
	snprintf(card->person, sizeof(card->person), "%s", share->custodian.name);
	if (share->delivered != 0 && share->proven != 0)
		card->due =
		    share->proven + facts->policy[ROSTER_POLICY_ROLL_CALL_DAYS] * (int64_t)86400;
	if (card->proven != 0 && (health->oldest_proof == 0 || card->proven < health->oldest_proof))
		health->oldest_proof = card->proven;
	if (card->due != 0 && (health->next_due == 0 || card->due < health->next_due))
		health->next_due = card->due;
}

static void
fill(const struct judgement *judgement, struct roster_health *health)
{
	const struct facts *facts = judgement->facts;

	health->quorum = facts->quorum;
	memcpy(health->name, facts->name, sizeof(health->name));
	health->at = judgement->at;
	health->level = judgement->level;
	health->ready = judgement->ready;
	health->margin = judgement->margin;
	health->exposure = judgement->exposure;
	health->pending = facts->pending;
	health->operation = facts->operation;
	fill_generations(judgement, health);
	for (size_t i = 0; i < facts->shares; i++) {
		if (judge_is_newest(judgement, &facts->share[i]))
			fill_card(judgement, i, health);
	}
}

static enum err
report(const struct facts *facts, const struct roster_question *question, int64_t at,
    struct roster_health *health, struct err_trace *trace)
{
	struct judgement *judgement = calloc(1, sizeof(*judgement));
	enum err err;

	if (judgement == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a health report");
	judge(facts, at, judgement);
	fill(judgement, health);
	night_make(judgement, health);
	err = reasons_make(judgement, NULL, &health->reason, &health->reasons, trace);
	free(judgement);
	if (err == ERR_OK && question->timeline)
		err = timeline_make(facts, health, trace);
	return err;
}

enum err
roster_health(struct roster *roster, const struct roster_id *quorum,
    const struct roster_question *question, struct roster_health **out, struct err_trace *trace)
{
	static const struct roster_question today = { 0 };
	const struct roster_question *asked = question == NULL ? &today : question;
	const int64_t at = asked->at == 0 ? roster_now(roster) : asked->at;
	struct roster_health *health = calloc(1, sizeof(*health));
	struct facts *facts = NULL;
	enum err err = ERR_OK;

	if (health == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a health report");
	err = facts_gather(roster, quorum, &facts, trace);
	if (err == ERR_OK)
		err = facts_suppose(facts, asked, at, trace);
	if (err == ERR_OK)
		err = report(facts, asked, at, health, trace);
	facts_free(facts);
	if (err != ERR_OK) {
		roster_health_free(health);
		return FAIL(trace, err, "the quorum's health was not evaluated");
	}
	*out = health;
	return ERR_OK;
}

void
roster_health_free(struct roster_health *health)
{
	if (health == NULL)
		return;
	for (size_t i = 0; i < health->changes; i++)
		free(health->change[i].reason);
	free(health->change);
	free(health->reason);
	free(health);
}
