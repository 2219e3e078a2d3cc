/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/policy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "roster/person_internal.h"
#include "roster/policy_internal.h"
#include "roster/roster_internal.h"

/* 0 stands for M − 1 where a limit depends on the threshold. */
static const struct roster_policy_row rows_by_policy[ROSTER_POLICY__COUNT] = {
	[ROSTER_POLICY_ROLL_CALL_DAYS] = { "roll-call-days", "days",
	    "each card is proven at least this often", 180, 1, 3660 },
	[ROSTER_POLICY_ROLL_CALL_GRACE_DAYS] = { "roll-call-grace-days", "days",
	    "an overdue card still counts as ready for this long", 30, 0, 366 },
	[ROSTER_POLICY_MARGIN] = { "margin", "", "ready cards beyond the threshold", 1, 0, 14 },
	[ROSTER_POLICY_REKEY_DAYS] = { "rekey-days", "days",
	    "a re-key is due this long after a departure", 7, 0, 366 },
	[ROSTER_POLICY_REKEY_DECISION_HOURS] = { "rekey-decision-hours", "hours",
	    "an outstanding card is decided on within this", 24, 1, 720 },
	[ROSTER_POLICY_RECOVERY_TEST_DAYS] = { "recovery-test-days", "days",
	    "the recovery is rehearsed at least this often", 365, 1, 3660 },
	[ROSTER_POLICY_ACKNOWLEDGEMENT_DAYS] = { "acknowledgement-days", "days",
	    "custodians sign their duties again at least this often", 365, 1, 3660 },
	[ROSTER_POLICY_PIN_LENGTH] = { "pin-length", "", "the fewest characters of a card's PIN", 6,
	    6, 64 },
	[ROSTER_POLICY_ACTIVATION_MINUTES] = { "activation-minutes", "minutes",
	    "an activation lasts at most this", 240, 1, 10080 },
	[ROSTER_POLICY_SESSION_MINUTES] = { "session-minutes", "minutes",
	    "an admin session lasts at most this", 60, 1, 1440 },
	[ROSTER_POLICY_SHARES_PER_PERSON] = { "shares-per-person", "",
	    "the most shares of one generation that one person has", 1, 1, 15 },
	[ROSTER_POLICY_SHARES_PER_SITE] = { "shares-per-site", "",
	    "the most shares at one site; 0 is M - 1", 0, 0, 16 },
	[ROSTER_POLICY_SHARES_PER_EMPLOYER] = { "shares-per-employer", "",
	    "the most shares with people of one employer; 0 is M - 1", 0, 0, 16 },
	[ROSTER_POLICY_SHARES_PER_LINE] = { "shares-per-line", "",
	    "the most shares in one reporting line; 0 is M - 1", 0, 0, 16 },
	[ROSTER_POLICY_SHARES_PER_MODEL] = { "shares-per-model", "",
	    "the most shares on one card model; 0 is M - 1", 0, 0, 16 },
	[ROSTER_POLICY_STALE_NEWS_DAYS] = { "stale-news-days", "days",
	    "news from another installation is old after this", 30, 1, 366 },
	[ROSTER_POLICY_SOFTWARE_TOKEN] = { "software-token", "",
	    "software tokens: 0 refused, 1 allowed but marked", 1, 0, 1 },
	[ROSTER_POLICY_ALL_OF_N] = { "all-of-n", "", "a threshold of M = N: 0 refused, 1 allowed",
	    0, 0, 1 },
};

const struct roster_policy_row *
roster_policy_row(enum roster_policy which)
{
	return &rows_by_policy[which];
}

enum err
roster_policy_find(const char *name, enum roster_policy *out, struct err_trace *trace)
{
	char names[ERR_NEXT] = "";
	size_t len = 0;

	for (unsigned i = 0; i < ROSTER_POLICY__COUNT; i++) {
		if (strcmp(rows_by_policy[i].name, name) == 0) {
			*out = (enum roster_policy)i;
			return ERR_OK;
		}
		if (len < sizeof(names))
			len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s",
			    i == 0 ? "" : " ", rows_by_policy[i].name);
	}
	err_next(trace, "%s", names);
	return FAIL(trace, ERR_ARGUMENT, "the policy has no '%.40s'", name);
}

enum err
roster_policy_get(struct roster *roster, enum roster_policy which, int64_t at, int64_t *out,
    struct err_trace *trace)
{
	return db_ask_integer(roster->db,
	    DB_CALL("SELECT value FROM policy WHERE name = ?1 AND time <= ?2 "
		    "ORDER BY ordinal DESC LIMIT 1",
		db_text(rows_by_policy[which].name), db_integer(at == 0 ? INT64_MAX : at)),
	    rows_by_policy[which].standard, out, trace);
}

enum err
roster_policy_set(
    struct roster *roster, const struct roster_policy_change *change, struct err_trace *trace)
{
	const struct roster_policy_row *row = &rows_by_policy[change->which];
	enum err err = ERR_OK;

	if (change->value < row->min || change->value > row->max)
		return FAIL(trace, ERR_ARGUMENT,
		    "'%s' is %" PRId64 ", not from %" PRId64 " to %" PRId64, row->name,
		    change->value, row->min, row->max);
	if (roster_id_equal(&change->people[0], &change->people[1]))
		return FAIL(trace, ERR_ARGUMENT, "the policy is changed by two different people");
	for (int i = 0; i < 2 && err == ERR_OK; i++)
		err = person_check_present(roster, &change->people[i], trace);
	if (err != ERR_OK)
		return err;
	return event_append(roster, "policy.set",
	    json_pack("{s:s, s:I, s:s, s:o}", "name", row->name, "value", (json_int_t)change->value,
		"reason", change->reason, "people", member_of_ids(change->people, 2)),
	    trace);
}

static enum err
apply_set(struct db *db, const struct event *event, struct err_trace *trace)
{
	return db_run(db,
	    DB_CALL("INSERT INTO policy(name, value, reason, time) VALUES(?1, ?2, ?3, ?4)",
		db_text(member_text(event->body, "name")),
		db_integer(member_integer(event->body, "value")),
		db_text(member_text(event->body, "reason")), db_integer(event->time)),
	    trace);
}

static const struct member person_item[] = { MEMBER_AN_ID(""), MEMBER_END };

static const struct member set_members[] = {
	MEMBER_A_TEXT("name", 1, 40),
	MEMBER_A_NUMBER("value", 0, INT32_MAX),
	MEMBER_A_TEXT("reason", 1, ROSTER_TEXT - 1),
	MEMBER_MANY("people", person_item, 2, 2),
	MEMBER_END,
};

const struct event_type policy_events[] = {
	{ "policy.set", set_members, apply_set },
	{ 0 },
};
