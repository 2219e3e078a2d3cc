/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/health/kinds.h"

#include <string.h>

static const char *const level_words[] = { "OK", "WARNING", "UNKNOWN", "CRITICAL" };
_Static_assert(
    sizeof(level_words) / sizeof(level_words[0]) == ROSTER_LEVEL__COUNT, "a word for each level");

#define OK       ROSTER_LEVEL_OK
#define WARNING  ROSTER_LEVEL_WARNING
#define UNKNOWN  ROSTER_LEVEL_UNKNOWN
#define CRITICAL ROSTER_LEVEL_CRITICAL

static const struct {
	const char *word;
	enum roster_level level;
	reason_say say;
	bool common;
} kinds[] = {
	[ROSTER_REASON_NOT_LIVE] = { "not-live", UNKNOWN, say_not_live, false },
	[ROSTER_REASON_BELOW_THRESHOLD] = { "below-threshold", CRITICAL, say_below_threshold,
	    false },
	[ROSTER_REASON_MARGIN] = { "margin", WARNING, say_margin, false },
	[ROSTER_REASON_NOT_DELIVERED] = { "not-delivered", WARNING, say_not_delivered, false },
	[ROSTER_REASON_NOT_SEEN] = { "not-seen", WARNING, say_not_seen, false },
	[ROSTER_REASON_ROLL_CALL_DUE] = { "roll-call-due", WARNING, say_roll_call_due, false },
	[ROSTER_REASON_ROLL_CALL_OVERDUE] = { "roll-call-overdue", WARNING, say_roll_call_overdue,
	    false },
	[ROSTER_REASON_TRIES] = { "tries", WARNING, say_tries, false },
	[ROSTER_REASON_BLOCKED] = { "blocked", WARNING, say_blocked, false },
	[ROSTER_REASON_PIN_UNKNOWN] = { "pin-unknown", WARNING, say_pin_unknown, false },
	[ROSTER_REASON_CARD_REPORTED] = { "card-reported", WARNING, say_card_reported, false },
	[ROSTER_REASON_AWAY] = { "away", OK, say_away, false },
	[ROSTER_REASON_EXPOSED] = { "exposed", CRITICAL, say_exposure, false },
	[ROSTER_REASON_EXPOSURE] = { "exposure", WARNING, say_exposure, false },
	[ROSTER_REASON_DECIDE] = { "decide", WARNING, say_decide, false },
	[ROSTER_REASON_DECISION_OVERDUE] = { "decision-overdue", CRITICAL, say_decision_overdue,
	    false },
	[ROSTER_REASON_PERSON_GONE] = { "person-gone", WARNING, say_person_gone, false },
	[ROSTER_REASON_REKEY_OVERDUE] = { "rekey-overdue", CRITICAL, say_rekey_overdue, false },
	[ROSTER_REASON_COPY_LEFT] = { "copy-left", WARNING, say_copy_left, false },
	[ROSTER_REASON_COPY_OPENS] = { "copy-opens", WARNING, say_copy_opens, false },
	[ROSTER_REASON_RECORD_LEFT] = { "record-left", WARNING, say_record_left, false },
	[ROSTER_REASON_TOKEN_SUSPECTED] = { "token-suspected", WARNING, say_token_suspected,
	    false },
	[ROSTER_REASON_ADVISORY] = { "advisory", WARNING, say_advisory, false },
	[ROSTER_REASON_PERSON_ALONE] = { "person-alone", WARNING, say_person_alone, false },
	[ROSTER_REASON_PERSON_SHARES] = { "person-shares", WARNING, say_person_shares, false },
	[ROSTER_REASON_PLACE_ALONE] = { "place-alone", WARNING, say_place_alone, false },
	[ROSTER_REASON_PLACE_SHARES] = { "place-shares", WARNING, say_place_shares, false },
	[ROSTER_REASON_OPERATION_PENDING] = { "operation-pending", WARNING, say_operation_pending,
	    false },
	[ROSTER_REASON_OLD_GENERATION] = { "old-generation", WARNING, say_old_generation, false },
	[ROSTER_REASON_SOFTWARE_TOKEN] = { "software-token", OK, say_software_token, false },
	[ROSTER_REASON_NO_TOKEN] = { "no-token", WARNING, say_no_token, false },
	[ROSTER_REASON_ACKNOWLEDGEMENT] = { "acknowledgement", WARNING, say_acknowledgement,
	    false },
	[ROSTER_REASON_RECOVERY_TEST] = { "recovery-test", WARNING, say_recovery_test, false },
	[ROSTER_REASON_KEY_BACKUP] = { "key-backup", WARNING, say_key_backup, false },
	[ROSTER_REASON_DATE_NEAR] = { "date-near", WARNING, say_date, false },
	[ROSTER_REASON_DATE_PASSED] = { "date-passed", CRITICAL, say_date, false },
	[ROSTER_REASON_NO_CHECKPOINT] = { "no-checkpoint", OK, say_no_checkpoint, true },
	[ROSTER_REASON_STALE_NEWS] = { "stale-news", WARNING, say_stale_news, true },
	[ROSTER_REASON_ONE_INSTALLATION] = { "one-installation", WARNING, say_one_installation,
	    false },
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == ROSTER_REASON__COUNT,
    "a word, a level and words for each kind of reason");

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

enum roster_level
roster_reason_level(enum roster_reason_kind kind)
{
	return kinds[kind].level;
}

bool
roster_reason_is_common(enum roster_reason_kind kind)
{
	return kinds[kind].common;
}

void
reason_of(
    const struct judgement *judgement, const struct finding *finding, struct roster_reason *out)
{
	*out = (struct roster_reason){ .kind = finding->kind,
		.level = kinds[finding->kind].level,
		.since = finding->since,
		.due = finding->due };
	if (finding->share != FINDING_NONE) {
		const struct fact_share *share = &judgement->facts->share[finding->share];

		out->card = share->card.id;
		out->person = share->custodian.id;
		memcpy(out->card_name, share->card.name, sizeof(out->card_name));
		memcpy(out->person_name, share->custodian.name, sizeof(out->person_name));
		out->generation = judgement->facts->generation[share->generation].number;
	}
	kinds[finding->kind].say(judgement, finding, out);
}
