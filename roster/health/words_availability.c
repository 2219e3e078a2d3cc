/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>

#include "base/shell_word.h"
#include "roster/card_condition.h"
#include "roster/health/words.h"

SAY(say_not_live)
{
	(void)finding;
	say(out, "no generation of quorum '%s' opens anything yet", judgement->facts->name);
}

SAY(say_below_threshold)
{
	(void)finding;
	say(out, "%u of the %u cards that it needs are ready", judgement->ready,
	    judge_newest(judgement)->threshold);
	say_next(out,
	    "quorate card check --all --quorum %s --by NAME, and bring back those who are away",
	    judgement->facts->name);
}

static bool
has_finding(const struct judgement *judgement, enum roster_reason_kind kind)
{
	for (size_t i = 0; i < judgement->findings; i++)
		if (judgement->finding[i].kind == kind)
			return true;
	return false;
}

/* Cards that were merely not proven for long are no reason for a re-key. */
SAY(say_margin)
{
	(void)finding;
	say(out,
	    "%u cards are ready and %u are needed: a margin of %d, where the policy wants %" PRId64,
	    judgement->ready, judge_newest(judgement)->threshold, judgement->margin,
	    judgement->facts->policy[ROSTER_POLICY_MARGIN]);
	if (has_finding(judgement, ROSTER_REASON_ROLL_CALL_OVERDUE))
		say_next(
		    out, "quorate card check --all --quorum %s --by NAME", judgement->facts->name);
	else
		say_rekey(judgement, out);
}

SAY(say_not_delivered)
{
	const struct fact_share *share = words_share(judgement, finding);

	say(out, "the share for card %s of %s was not delivered yet", share->card.name,
	    share->custodian.name);
	say_next(out,
	    judgement->facts->pending ? "quorate quorum resume %s --by NAME"
				      : "quorate quorum deliver %s --by NAME",
	    judgement->facts->name);
}

SAY(say_not_seen)
{
	(void)finding;
	say(out, "%u of the %u cards of generation %u were not seen since the quorum was adopted",
	    judge_newest(judgement)->size - judge_newest(judgement)->shares,
	    judge_newest(judgement)->size, judge_newest(judgement)->number);
	say_next(out, "quorate quorum adopt %s --by NAME (with the other cards)",
	    judgement->facts->name);
}

SAY(say_roll_call_due)
{
	const struct fact_share *share = words_share(judgement, finding);
	char date[WORDS_TIME];

	say(out, "card %s of %s was last proven on %s; its roll-call is due", share->card.name,
	    share->custodian.name, words_date(finding->since, date));
	say_next(out, "quorate card check %s --by NAME", share->card.name);
}

SAY(say_roll_call_overdue)
{
	const struct fact_share *share = words_share(judgement, finding);
	char date[WORDS_TIME];

	if (share->card.pin_state == ROSTER_PIN_UNPROVEN)
		say(out, "card %s of %s was not proven since it was unblocked, and does not count",
		    share->card.name, share->custodian.name);
	else
		say(out, "card %s of %s was last proven on %s and no longer counts as ready",
		    share->card.name, share->custodian.name, words_date(finding->since, date));
	say_next(out, "quorate card check %s --by NAME", share->card.name);
}

SAY(say_tries)
{
	const struct fact_share *share = words_share(judgement, finding);

	say(out, "card %s of %s has one PIN try left", share->card.name, share->custodian.name);
	say_next(out,
	    "quorate card check %s --by NAME (with its right PIN, which gives the tries back)",
	    share->card.name);
}

SAY(say_blocked)
{
	const struct fact_share *share = words_share(judgement, finding);

	say(out, "card %s of %s is blocked: no PIN try is left", share->card.name,
	    share->custodian.name);
	say_next(out, "quorate card unblock %s --by NAME", share->card.name);
}

SAY(say_pin_unknown)
{
	const struct fact_share *share = words_share(judgement, finding);

	say(out, "%s does not know the PIN of card %s", share->custodian.name, share->card.name);
	say_next(out, "quorate card unblock %s --by NAME", share->card.name);
}

SAY(say_card_reported)
{
	const struct fact_share *share = words_share(judgement, finding);
	char date[WORDS_TIME];

	say(out, "card %s of %s counts as %s since %s", share->card.name, share->custodian.name,
	    roster_condition_words((enum roster_condition)finding->other),
	    words_date(finding->since, date));
	if (share->card.exposed != 0 || judgement->facts->pending ||
	    finding->other == ROSTER_CONDITION_LOST || finding->other == ROSTER_CONDITION_SUSPECTED)
		say_rekey(judgement, out);
	else
		say_next(out,
		    "quorate card enrol --custodian %s --quorum %s --by NAME, then quorate quorum "
		    "replace-card %s %s --by NAME",
		    shell_word(share->custodian.name).text, judgement->facts->name,
		    judgement->facts->name, shell_word(share->custodian.name).text);
}

SAY(say_away)
{
	const struct fact_share *share = words_share(judgement, finding);
	char date[WORDS_TIME];

	if (finding->due == 0 || finding->due == FACT_FOR_EVER)
		say(out, "%s is away: card %s does not count", share->custodian.name,
		    share->card.name);
	else
		say(out, "%s is away until %s: card %s does not count", share->custodian.name,
		    words_date(finding->due, date), share->card.name);
}
