/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/health.h"

static json_t *
reason_json(const struct roster_reason *reason)
{
	json_t *out =
	    json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "reason", roster_reason_word(reason->kind),
		"level", roster_level_word(reason->level), "text", reason->words, "next",
		reason->next, "since", (json_int_t)reason->since, "due", (json_int_t)reason->due);

	if (reason->card_name[0] != '\0')
		json_object_set_new(out, "card", json_string(reason->card_name));
	if (reason->person_name[0] != '\0')
		json_object_set_new(out, "person", json_string(reason->person_name));
	if (reason->generation != 0)
		json_object_set_new(
		    out, "generation", json_integer((json_int_t)reason->generation));
	return out;
}

static json_t *
reasons_json(const struct roster_reason *reason, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, reason_json(&reason[i]));
	return list;
}

static json_t *
cards_json(const struct roster_health *health)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < health->cards; i++) {
		const struct roster_health_card *card = &health->card[i];

		json_array_append_new(
		    list, json_pack("{s:s, s:s, s:b, s:b, s:I, s:I}", "card", card->name, "person",
			      card->person, "ready", card->ready, "exposed", card->exposed,
			      "proven", (json_int_t)card->proven, "due", (json_int_t)card->due));
	}
	return list;
}

static json_t *
generations_json(const struct roster_health *health)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < health->generations; i++) {
		const struct roster_health_generation *live = &health->live[i];

		json_array_append_new(
		    list, json_pack("{s:i, s:i, s:i, s:i, s:i}", "generation", (int)live->number,
			      "threshold", (int)live->threshold, "size", (int)live->size,
			      "exposure", (int)live->exposure, "pins", (int)live->pins));
	}
	return list;
}

static json_t *
timeline_json(const struct roster_health *health)
{
	json_t *list = json_array();

	for (size_t i = 0; i < health->changes; i++) {
		const struct roster_health_change *change = &health->change[i];

		json_array_append_new(
		    list, json_pack("{s:I, s:s, s:i, s:i, s:i, s:o}", "at", (json_int_t)change->at,
			      "level", roster_level_word(change->level), "margin", change->margin,
			      "ready", (int)change->ready, "exposure", (int)change->exposure,
			      "reasons", reasons_json(change->reason, change->reasons)));
	}
	return list;
}

static json_t *
night_json(const struct roster_health *health)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < health->nights; i++)
		json_array_append_new(list, json_string(health->night[i]));
	return list;
}

static json_t *
quorum_json(const struct roster_health *health)
{
	json_t *out = json_pack("{s:s, s:s, s:I, s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:I}", "quorum",
	    health->name, "level", roster_level_word(health->level), "at", (json_int_t)health->at,
	    "generation", (int)health->generation, "threshold", (int)health->threshold, "size",
	    (int)health->size, "ready", (int)health->ready, "margin", health->margin, "exposure",
	    (int)health->exposure, "oldest_proof", (json_int_t)health->oldest_proof, "next_due",
	    (json_int_t)health->next_due);

	json_object_set_new(out, "pending",
	    health->pending ? json_string(roster_operation_word(health->operation)) : json_null());
	json_object_set_new(out, "cards", cards_json(health));
	json_object_set_new(out, "generations", generations_json(health));
	json_object_set_new(out, "reasons", reasons_json(health->reason, health->reasons));
	json_object_set_new(out, "tonight", night_json(health));
	json_object_set_new(out, "timeline", timeline_json(health));
	return out;
}

json_t *
health_json(const struct health_answer *answer)
{
	json_t *quorums = json_array();

	for (size_t i = 0; i < answer->count; i++)
		json_array_append_new(quorums, quorum_json(answer->health[i]));
	return json_pack("{s:s, s:b, s:s, s:b, s:o}", "level", roster_level_word(answer->level),
	    "practice", answer->practice, "supposed", answer->supposed, "past", answer->past,
	    "quorums", quorums);
}
