/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/activate_parts.h"

#include <stdio.h>
#include <unistd.h>

#include "custody/use_record.h"
#include "roster/card.h"
#include "roster/policy.h"
#include "roster/roster.h"

enum { MINUTE_MS = 60 * 1000 };

enum err
activate_settle_time(struct activating *activating, struct err_trace *trace)
{
	bool commands = activating->request->commands;
	int64_t minutes = 0;
	enum err err = roster_policy_get(activating->custody->roster,
	    commands ? ROSTER_POLICY_SESSION_MINUTES : ROSTER_POLICY_ACTIVATION_MINUTES, 0,
	    &minutes, trace);

	if (err != ERR_OK)
		return err;
	activating->for_ms = activating->request->for_ms;
	if (activating->for_ms == 0)
		activating->for_ms = minutes * MINUTE_MS;
	if (activating->for_ms <= minutes * MINUTE_MS)
		return ERR_OK;
	return FAIL(trace, ERR_DENIED, "the policy allows %s of at most %lld minutes",
	    commands ? "a session" : "an activation", (long long)minutes);
}

static void
note_card(struct activating *activating, const struct gathered *gathered, size_t i)
{
	const struct roster_share *share =
	    &activating->target->generation.share[gathered->place[i]];
	struct activation *out = &activating->out;
	struct roster_card card;

	out->record.card[i] = share->card;
	out->seat[i] = gathered->seat[i];
	if (roster_card_get(activating->custody->roster, &share->card, &card, NULL) == ERR_OK)
		snprintf(out->card[i], sizeof(out->card[i]), "%s", card.name);
}

void
activate_note_cards(struct activating *activating, const struct gathered *gathered)
{
	struct activation *out = &activating->out;
	size_t first = gathered->cards;

	out->cards = gathered->cards;
	out->record.cards = (unsigned)gathered->cards;
	for (size_t i = 0; i < gathered->cards; i++)
		note_card(activating, gathered, i);
	if (activating->request->stay == GATHER_STAY_LAST)
		first = gathered->cards - 1;
	else if (activating->request->stay == GATHER_STAY_ALL)
		first = 0;
	for (size_t i = first; i < gathered->cards; i++)
		activating->watched[activating->watched_count++] =
		    (struct agent_watched){ out->seat[i].reader, out->seat[i].events,
			    out->seat[i].serial };
}

static json_t *
cards_json(const struct activation *activation)
{
	json_t *cards = json_array();

	for (size_t i = 0; i < activation->cards; i++)
		json_array_append_new(cards, json_string(activation->card[i]));
	return cards;
}

static json_t *
bounds_json(const struct activating *activating)
{
	const struct activate_request *request = activating->request;
	json_t *users = json_array();
	json_t *keys = json_array();
	json_t *watched = json_array();

	for (size_t i = 0; i < request->user_count; i++)
		json_array_append_new(users, json_integer(request->users[i]));
	for (size_t i = 0; i < request->key_count; i++)
		json_array_append_new(keys, chain_text(request->keys[i]));
	for (size_t i = 0; i < activating->watched_count; i++)
		json_array_append_new(watched, chain_text(activating->watched[i].reader));
	return json_pack("{s:I, s:I, s:o, s:o, s:o}", "for_ms", (json_int_t)activating->for_ms,
	    "max_uses", (json_int_t)request->max_uses, "users", users, "keys", keys, "readers",
	    watched);
}

static enum err
make_file(struct activating *activating, struct err_trace *trace)
{
	const struct custody *custody = activating->custody;
	const struct activate_request *request = activating->request;
	char roster[ROSTER_ID_TEXT], id[ROSTER_ID_TEXT];
	const struct use_record_opening opening = { .roster = roster,
		.activation = id,
		.quorum = request->quorum,
		.token = request->commands ? NULL : activating->out.token,
		.purpose = request->purpose,
		.by = request->by,
		.cards = cards_json(&activating->out),
		.bounds = bounds_json(activating) };
	enum err err;

	roster_id_format(roster_identity(custody->roster), roster);
	roster_id_format(&activating->out.record.id, id);
	err = use_record_path(custody->state_dir, &opening, activating->record_path, trace);
	if (err == ERR_OK)
		err = use_record_create(activating->record_path, &opening, trace);
	json_decref(opening.cards);
	json_decref(opening.bounds);
	return err;
}

/*
 * The file first: a crash between the two leaves a file of an activation that never was, which the
 * next command drops; the other way round, an activation would have no record.
 */
enum err
activate_record(struct activating *activating, struct err_trace *trace)
{
	const struct login_target *target = activating->target;
	struct roster_activation *record = &activating->out.record;
	enum err err = roster_id_new(&record->id, trace);

	if (err != ERR_OK)
		return err;
	record->kind =
	    activating->request->commands ? ROSTER_SERVES_COMMANDS : ROSTER_SERVES_APPLICATIONS;
	record->quorum = target->quorum.id;
	record->generation = target->generation.number;
	snprintf(record->binding, sizeof(record->binding), "%s", target->binding.spec.name);
	snprintf(record->purpose, sizeof(record->purpose), "%s",
	    activating->request->purpose == NULL ? "" : activating->request->purpose);
	err = make_file(activating, trace);
	if (err != ERR_OK)
		return err;
	err = roster_activation_open(activating->custody->roster, record, trace);
	if (err != ERR_OK)
		(void)unlink(activating->record_path);
	return err;
}

struct agent_order
activate_order(const struct activating *activating)
{
	const struct activate_request *request = activating->request;

	return (struct agent_order){ .commands = request->commands,
		.generation = activating->target->generation.number,
		.quorum = request->quorum,
		.purpose = request->purpose,
		.users = request->users,
		.user_count = request->user_count,
		.keys = request->keys,
		.key_count = request->key_count,
		.watched = activating->watched,
		.watched_count = activating->watched_count,
		.record = activating->record_path,
		.for_ms = activating->for_ms,
		.max_uses = request->max_uses };
}
