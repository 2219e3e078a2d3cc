/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/health/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/health/gather.h"
#include "roster/item.h"
#include "roster/roster_internal.h"
#include "roster/stow.h"
#include "roster/token_copy.h"

static enum err
gather_quorum(struct roster *roster, struct facts *facts, struct err_trace *trace)
{
	struct roster_quorum quorum;
	const enum err err = roster_quorum_get(roster, &facts->quorum, &quorum, trace);

	if (err != ERR_OK)
		return err;
	snprintf(facts->name, sizeof(facts->name), "%s", quorum.name);
	facts->practice = roster->practice;
	return roster_policy_all(roster, 0, facts->policy, trace);
}

static enum err
gather_copies(struct roster *roster, struct fact_binding *binding, struct err_trace *trace)
{
	int64_t made = 0;
	int64_t gone = 0;
	enum err err = db_ask_integer(roster->db,
	    DB_CALL("SELECT max(ordinal) FROM step WHERE binding = ?1 AND kind = ?2",
		db_text(binding->name), db_integer(ROSTER_STEP_COPY_MADE)),
	    0, &made, trace);

	if (err == ERR_OK)
		err = db_ask_integer(roster->db,
		    DB_CALL("SELECT max(ordinal) FROM step WHERE binding = ?1 AND kind = ?2",
			db_text(binding->name), db_integer(ROSTER_STEP_COPY_GONE)),
		    0, &gone, trace);
	binding->copy_left = made > gone;
	return err;
}

static enum err
gather_suspicion(struct roster *roster, const struct roster_id *id, struct fact_binding *binding,
    struct err_trace *trace)
{
	const struct roster_thing token = { .kind = ROSTER_THING_TOKEN, .id = *id };

	return roster_stow_suspected(roster, &token, &binding->suspected, trace);
}

/* True for a copy that some generation opens; that generation is then in *oldest. */
static bool
find_oldest(const struct roster_token_copy *copy, unsigned *oldest)
{
	*oldest = 0;
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++) {
		if (copy->opens[pin] != 0 && (*oldest == 0 || copy->opens[pin] < *oldest))
			*oldest = copy->opens[pin];
	}
	return copy->destroyed == 0 && *oldest != 0;
}

static enum err
gather_token_copies(struct roster *roster, struct facts *facts, struct err_trace *trace)
{
	struct roster_token_copy *copies = NULL;
	size_t count = 0;
	enum err err = roster_token_copy_list(roster, &facts->quorum, &copies, &count, trace);

	if (err != ERR_OK)
		return err;
	facts->copy = calloc(count + 1, sizeof(*facts->copy));
	if (facts->copy == NULL)
		err = FAIL(trace, ERR_NOMEM, "no memory for copies");
	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		struct fact_copy *copy = &facts->copy[facts->copies];

		if (!find_oldest(&copies[i], &copy->generation))
			continue;
		memcpy(copy->name, copies[i].name, sizeof(copy->name));
		memcpy(copy->place, copies[i].place, sizeof(copy->place));
		facts->copies++;
	}
	free(copies);
	return err;
}

static enum err
gather_bindings(struct roster *roster, struct facts *facts, struct err_trace *trace)
{
	struct roster_binding *bindings = NULL;
	size_t count = 0;
	enum err err = roster_binding_list(roster, &facts->quorum, &bindings, &count, trace);

	if (err != ERR_OK)
		return err;
	facts->binding = calloc(count + 1, sizeof(*facts->binding));
	if (facts->binding == NULL)
		err = FAIL(trace, ERR_NOMEM, "no memory for bindings");
	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		struct fact_binding *binding = &facts->binding[i];

		memcpy(binding->name, bindings[i].spec.name, sizeof(binding->name));
		memcpy(binding->opens, bindings[i].opens, sizeof(binding->opens));
		binding->software = bindings[i].spec.token.software;
		err = gather_copies(roster, binding, trace);
		if (err == ERR_OK)
			err = gather_suspicion(roster, &bindings[i].id, binding, trace);
		facts->bindings = i + 1;
	}
	free(bindings);
	return err;
}

static enum err
gather_pending(struct roster *roster, struct facts *facts, struct err_trace *trace)
{
	struct roster_operation *operation = NULL;
	const enum err err = roster_operation_pending(roster, &facts->quorum, &operation, NULL);

	if (err == ERR_ABSENT)
		return ERR_OK;
	if (err != ERR_OK)
		return FAIL(trace, err, "the pending operations were not read");
	facts->pending = true;
	facts->operation = operation->plan.kind;
	facts->begun = operation->begun;
	roster_operation_free(operation);
	return ERR_OK;
}

/* The certificates of HSMs in use join the calendar's dates. */
static enum err
add_certificates(
    struct facts *facts, const struct roster_item *items, size_t count, struct err_trace *trace)
{
	struct roster_date *all =
	    realloc(facts->date, (facts->dates + count + 1) * sizeof(*facts->date));

	if (all == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for dates");
	facts->date = all;
	for (size_t i = 0; i < count; i++) {
		const struct roster_item *item = &items[i];

		if (item->kind != ROSTER_ITEM_HSM || item->retired != 0 ||
		    item->certificate_end == 0)
			continue;
		struct roster_date *date = &facts->date[facts->dates++];

		*date = (struct roster_date){ .kind = ROSTER_DATE_CERTIFICATE,
			.date = item->certificate_end };
		snprintf(date->subject, sizeof(date->subject), "%s", item->name);
	}
	return ERR_OK;
}

static enum err
gather_dates(struct roster *roster, struct facts *facts, struct err_trace *trace)
{
	struct roster_item *items = NULL;
	size_t count = 0;
	enum err err =
	    roster_calendar_list(roster, &facts->quorum, &facts->date, &facts->dates, trace);

	if (err == ERR_OK)
		err = roster_item_list(roster, &items, &count, trace);
	if (err == ERR_OK)
		err = add_certificates(facts, items, count, trace);
	free(items);
	return err;
}

enum err
facts_gather(struct roster *roster, const struct roster_id *quorum, struct facts **out,
    struct err_trace *trace)
{
	static enum err (*const gather[])(struct roster *, struct facts *,
	    struct err_trace *) = { gather_quorum, gather_shares, gather_leftovers, gather_bindings,
		gather_token_copies, gather_keys, gather_pending, gather_dates, gather_news };
	struct facts *facts = calloc(1, sizeof(*facts));
	enum err err = ERR_OK;

	if (facts == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a health report");
	facts->quorum = *quorum;
	for (size_t i = 0; i < sizeof(gather) / sizeof(gather[0]) && err == ERR_OK; i++)
		err = gather[i](roster, facts, trace);
	if (err != ERR_OK) {
		facts_free(facts);
		return err;
	}
	*out = facts;
	return ERR_OK;
}

void
facts_free(struct facts *facts)
{
	if (facts == NULL)
		return;
	for (size_t i = 0; i < facts->shares; i++)
		free(facts->share[i].absence);
	free(facts->share);
	free(facts->generation);
	free(facts->binding);
	free(facts->copy);
	free(facts->key);
	free(facts->date);
	free(facts);
}
