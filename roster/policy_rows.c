/* SPDX-License-Identifier: BSD-2-Clause */
/* The limits there are, and their values in words. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/member.h"
#include "roster/policy.h"

static const char *const allowed_words[] = { "refused", "allowed", NULL };

/* In the order of enum roster_extractable. */
static const char *const extractable_words[] = { "nowhere", "backup", "everywhere", NULL };

/* 0 stands for M − 1 where a limit depends on the threshold. */
static const struct roster_policy_row rows_by_policy[ROSTER_POLICY__COUNT] = {
	[ROSTER_POLICY_ROLL_CALL_DAYS] = { "roll-call-days", "days",
	    "each card is proven at least this often", 180, 1, 3660, NULL, ROSTER_LOOSER_HIGHER,
	    0 },
	[ROSTER_POLICY_ROLL_CALL_GRACE_DAYS] = { "roll-call-grace-days", "days",
	    "an overdue card still counts as ready for this long", 30, 0, 366, NULL,
	    ROSTER_LOOSER_HIGHER, 0 },
	[ROSTER_POLICY_MARGIN] = { "margin", "", "ready cards beyond the threshold", 1, 0, 14, NULL,
	    ROSTER_LOOSER_LOWER, ROSTER_HOLDS_ISSUE },
	[ROSTER_POLICY_REKEY_DAYS] = { "rekey-days", "days",
	    "a re-key is due this long after a departure", 7, 0, 366, NULL, ROSTER_LOOSER_HIGHER,
	    0 },
	[ROSTER_POLICY_REKEY_DECISION_HOURS] = { "rekey-decision-hours", "hours",
	    "an outstanding card is decided on within this", 24, 1, 720, NULL, ROSTER_LOOSER_HIGHER,
	    0 },
	[ROSTER_POLICY_RECOVERY_TEST_DAYS] = { "recovery-test-days", "days",
	    "the recovery is rehearsed at least this often", 365, 1, 3660, NULL,
	    ROSTER_LOOSER_HIGHER, 0 },
	[ROSTER_POLICY_ACKNOWLEDGEMENT_DAYS] = { "acknowledgement-days", "days",
	    "custodians sign their duties again at least this often", 365, 1, 3660, NULL,
	    ROSTER_LOOSER_HIGHER, 0 },
	[ROSTER_POLICY_PIN_LENGTH] = { "pin-length", "", "the fewest characters of a card's PIN", 6,
	    6, 64, NULL, ROSTER_LOOSER_LOWER, ROSTER_HOLDS_ISSUE },
	[ROSTER_POLICY_ACTIVATION_MINUTES] = { "activation-minutes", "minutes",
	    "an activation lasts at most this", 240, 1, 10080, NULL, ROSTER_LOOSER_HIGHER,
	    ROSTER_HOLDS_ACTIVATION },
	[ROSTER_POLICY_SESSION_MINUTES] = { "session-minutes", "minutes",
	    "an admin session lasts at most this", 60, 1, 1440, NULL, ROSTER_LOOSER_HIGHER,
	    ROSTER_HOLDS_ACTIVATION },
	[ROSTER_POLICY_SHARES_PER_PERSON] = { "shares-per-person", "",
	    "the most shares of one generation that one person has", 1, 1, 15, NULL,
	    ROSTER_LOOSER_HIGHER, ROSTER_HOLDS_ISSUE },
	[ROSTER_POLICY_SHARES_PER_SITE] = { "shares-per-site", "", "the most shares at one site", 0,
	    0, 16, NULL, ROSTER_LOOSER_SHARES, ROSTER_HOLDS_ISSUE },
	[ROSTER_POLICY_SHARES_PER_EMPLOYER] = { "shares-per-employer", "",
	    "the most shares with people of one employer", 0, 0, 16, NULL, ROSTER_LOOSER_SHARES,
	    ROSTER_HOLDS_ISSUE },
	[ROSTER_POLICY_SHARES_PER_LINE] = { "shares-per-line", "",
	    "the most shares in one reporting line", 0, 0, 16, NULL, ROSTER_LOOSER_SHARES,
	    ROSTER_HOLDS_ISSUE },
	[ROSTER_POLICY_SHARES_PER_MODEL] = { "shares-per-model", "",
	    "the most shares on one card model", 0, 0, 16, NULL, ROSTER_LOOSER_SHARES,
	    ROSTER_HOLDS_ISSUE },
	[ROSTER_POLICY_STALE_NEWS_DAYS] = { "stale-news-days", "days",
	    "news from another installation is old after this", 30, 1, 366, NULL,
	    ROSTER_LOOSER_HIGHER, 0 },
	[ROSTER_POLICY_SOFTWARE_TOKEN] = { "software-token", "",
	    "whether tokens may be software, marked as such", 1, 0, 1, allowed_words,
	    ROSTER_LOOSER_HIGHER, ROSTER_HOLDS_ISSUE },
	[ROSTER_POLICY_ALL_OF_N] = { "all-of-n", "", "whether a threshold may be all cards, M = N",
	    0, 0, 1, allowed_words, ROSTER_LOOSER_HIGHER, ROSTER_HOLDS_ISSUE },
	[ROSTER_POLICY_EXTRACTABLE_AFTER_BACKUP] = { "extractable-after-backup", "",
	    "where a key may still leave its token, wrapped, once its backup was verified", 1, 0, 2,
	    extractable_words, ROSTER_LOOSER_HIGHER, 0 },
};

/* Where the value depends on the threshold. */
static const char SHARES_WORD[] = "M-1";

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

static enum err
fail_value(const struct roster_policy_row *row, const char *text, struct err_trace *trace)
{
	if (row->words != NULL)
		err_next(trace, "Give %s%s%s or %s.", row->words[0], row->max > 1 ? ", " : "",
		    row->max > 1 ? row->words[1] : "", row->words[row->max]);
	else
		err_next(trace, "Give a whole number%s%s from %" PRId64 " to %" PRId64 "%s.",
		    row->unit[0] != '\0' ? " of " : "", row->unit,
		    row->looser == ROSTER_LOOSER_SHARES ? 1 : row->min, row->max,
		    row->looser == ROSTER_LOOSER_SHARES ? ", or M-1" : "");
	return FAIL(trace, ERR_ARGUMENT, "'%s' cannot be '%.40s'", row->name, text);
}

enum err
roster_policy_parse(
    enum roster_policy which, const char *text, int64_t *out, struct err_trace *trace)
{
	const struct roster_policy_row *row = &rows_by_policy[which];
	const bool has_shares = row->looser == ROSTER_LOOSER_SHARES;
	const int word = row->words == NULL ? -1 : member_word_at(row->words, text);
	const bool is_digits = text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
	const long long least = has_shares ? 1 : row->min;
	long long value = word;

	if (has_shares && strcmp(text, SHARES_WORD) == 0) {
		*out = 0;
		return ERR_OK;
	}
	if (row->words == NULL && is_digits && strlen(text) < 10)
		value = strtoll(text, NULL, 10);
	if (value < least || value > row->max)
		return fail_value(row, text, trace);
	*out = value;
	return ERR_OK;
}

void
roster_policy_format(enum roster_policy which, int64_t value, char out[ROSTER_POLICY_TEXT])
{
	const struct roster_policy_row *row = &rows_by_policy[which];

	if (row->words != NULL && value >= row->min && value <= row->max)
		snprintf(out, ROSTER_POLICY_TEXT, "%s", row->words[value]);
	else if (row->looser == ROSTER_LOOSER_SHARES && value == 0)
		snprintf(out, ROSTER_POLICY_TEXT, "%s", SHARES_WORD);
	else
		snprintf(out, ROSTER_POLICY_TEXT, "%" PRId64, value);
}

int64_t
roster_policy_shares(int64_t limit, unsigned threshold)
{
	return limit > 0 ? limit : (int64_t)threshold - 1;
}
