/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/card_condition.h"

#include "roster/card_report.h"
#include "roster/policy.h"

enum { DAY = 86400 };

struct moment {
	const struct roster_card *card;
	int64_t lasts;
	int64_t at;
};

static bool
has_ended(const struct moment *moment)
{
	return moment->card->state == ROSTER_CARD_ABANDONED;
}

static bool
is_begun(const struct moment *moment)
{
	return moment->card->state == ROSTER_CARD_BEGUN;
}

static bool
is_destroyed(const struct moment *moment)
{
	return moment->card->report == ROSTER_REPORT_DESTROYED;
}

static bool
is_lost(const struct moment *moment)
{
	return moment->card->report == ROSTER_REPORT_LOST ||
	       moment->card->report == ROSTER_REPORT_STOLEN;
}

/* Found is not ready: nobody knows in whose hands it was. */
static bool
is_suspected(const struct moment *moment)
{
	return moment->card->report == ROSTER_REPORT_SUSPECTED ||
	       moment->card->report == ROSTER_REPORT_FOUND;
}

static bool
is_damaged(const struct moment *moment)
{
	return moment->card->report == ROSTER_REPORT_DAMAGED;
}

static bool
is_blocked(const struct moment *moment)
{
	return moment->card->pin_state == ROSTER_PIN_BLOCKED;
}

static bool
is_pin_unknown(const struct moment *moment)
{
	return moment->card->pin_state == ROSTER_PIN_UNKNOWN;
}

static bool
is_stale(const struct moment *moment)
{
	return moment->card->pin_state == ROSTER_PIN_UNPROVEN || moment->card->proven == 0 ||
	       moment->at > moment->card->proven + moment->lasts;
}

static bool
is_ready(const struct moment *moment)
{
	(void)moment;
	return true;
}

static const struct {
	bool (*holds)(const struct moment *moment);
	const char *word;
	const char *words;
} conditions[] = {
	[ROSTER_CONDITION_ENDED] = { has_ended, "ended", "no longer in use" },
	[ROSTER_CONDITION_BEGUN] = { is_begun, "begun", "enrolment begun" },
	[ROSTER_CONDITION_DESTROYED] = { is_destroyed, "destroyed", "destroyed" },
	[ROSTER_CONDITION_LOST] = { is_lost, "lost", "lost" },
	[ROSTER_CONDITION_SUSPECTED] = { is_suspected, "suspected", "suspected" },
	[ROSTER_CONDITION_DAMAGED] = { is_damaged, "damaged", "damaged" },
	[ROSTER_CONDITION_BLOCKED] = { is_blocked, "blocked", "blocked" },
	[ROSTER_CONDITION_PIN_UNKNOWN] = { is_pin_unknown, "pin-unknown", "PIN unknown" },
	[ROSTER_CONDITION_STALE] = { is_stale, "stale", "stale" },
	[ROSTER_CONDITION_READY] = { is_ready, "ready", "ready" },
};
_Static_assert(sizeof(conditions) / sizeof(conditions[0]) == ROSTER_CONDITION__COUNT,
    "a row for each condition");

bool
roster_card_is_missing(const struct roster_card *card)
{
	const struct moment moment = { .card = card };

	return is_lost(&moment) || is_destroyed(&moment);
}

const char *
roster_condition_word(enum roster_condition condition)
{
	return conditions[condition].word;
}

const char *
roster_condition_words(enum roster_condition condition)
{
	return conditions[condition].words;
}

enum roster_condition
roster_condition_of(const struct roster_card *card, int64_t lasts, int64_t at)
{
	const struct moment moment = { card, lasts, at };
	int found = 0;

	while (!conditions[found].holds(&moment))
		found++;
	return (enum roster_condition)found;
}

enum err
roster_proof_lasts(struct roster *roster, int64_t at, int64_t *seconds, struct err_trace *trace)
{
	int64_t days = 0;
	int64_t grace = 0;
	enum err err = roster_policy_get(roster, ROSTER_POLICY_ROLL_CALL_DAYS, at, &days, trace);

	if (err == ERR_OK)
		err = roster_policy_get(
		    roster, ROSTER_POLICY_ROLL_CALL_GRACE_DAYS, at, &grace, trace);
	if (err == ERR_OK)
		*seconds = (days + grace) * DAY;
	return err;
}
