/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/advisory.h"
#include "roster/health/words.h"

SAY(say_exposure)
{
	const struct fact_generation *generation = &judgement->facts->generation[finding->other];
	const bool compromised = finding->kind == ROSTER_REASON_EXPOSED;

	out->generation = generation->number;
	say(out, "%u %s of generation %u, of which %u suffice, %s in the wrong hands%s",
	    finding->count, finding->count == 1 ? "share" : "shares", generation->number,
	    generation->threshold, finding->count == 1 ? "is" : "are",
	    compromised ? ": treat the keys as compromised" : "; a re-key is due");
	say_rekey(judgement, out);
}

SAY(say_decide)
{
	char why[WORDS_WHY];
	char due[WORDS_TIME];

	say(out, "%s: decide by %s", words_outside(judgement, finding, why),
	    words_time(finding->due, due));
	say_rekey(judgement, out);
}

SAY(say_decision_overdue)
{
	char why[WORDS_WHY];
	char due[WORDS_TIME];

	say(out, "%s: the time to decide ended on %s, and no re-key has begun",
	    words_outside(judgement, finding, why), words_time(finding->due, due));
	say_rekey(judgement, out);
}

SAY(say_person_gone)
{
	const struct fact_share *share = words_share(judgement, finding);
	char since[WORDS_TIME];
	char due[WORDS_TIME];

	say(out, "%s, who has a share of generation %u, left on %s: re-key by %s",
	    share->custodian.name, out->generation, words_date(finding->since, since),
	    words_date(finding->due, due));
	say_rekey(judgement, out);
}

SAY(say_rekey_overdue)
{
	char since[WORDS_TIME];
	char due[WORDS_TIME];

	say(out, "a re-key was due on %s, for what happened on %s", words_date(finding->due, due),
	    words_date(finding->since, since));
	say_rekey(judgement, out);
}

SAY(say_copy_left)
{
	say(out, "a copy of the software token '%s' from before a switch was not destroyed",
	    judgement->facts->binding[finding->other].name);
	say_next(out, "quorate doctor (it names the folder)");
}

SAY(say_copy_opens)
{
	const struct fact_copy *copy = &judgement->facts->copy[finding->other];

	out->generation = copy->generation;
	say(out, "a copy of token '%s' at '%.90s' opens with generation %u for ever", copy->name,
	    copy->place, copy->generation);
	say_next(out,
	    "destroy it, then quorate token copy %s --destroyed ID --how TEXT --by NAME (ID: "
	    "quorate token copies)",
	    copy->name);
}

SAY(say_record_left)
{
	const unsigned left = judgement->facts->records_left;

	(void)finding;
	say(out,
	    "%u %s of a generation that was given up, which with an old copy of the roster may "
	    "open what it was to open",
	    left, left == 1 ? "card keeps a record" : "cards keep records");
	say_next(out,
	    "quorate key list %s --by NAME (a card loses it at its next use; quorate quorum show)",
	    judgement->facts->name);
}

SAY(say_token_suspected)
{
	char date[CLOCK_DATE];

	clock_format_date(finding->since, date);
	say(out,
	    "token '%s' came out of another bag, or one that was not whole, on %s: somebody could "
	    "have had it",
	    judgement->facts->binding[finding->other].name, date);
	say_next(out,
	    "have two people check its seals, and re-key: quorate quorum rekey %s --by NAME",
	    judgement->facts->name);
}

SAY(say_advisory)
{
	const struct fact_share *share = words_share(judgement, finding);
	const struct advisory *advisory =
	    advisories_at(judgement->facts->advisories, (size_t)finding->other);

	say(out, "card %s of %s (%.40s, firmware %.20s), %s: %s", share->card.name,
	    share->custodian.name, share->card.model, share->card.firmware, advisory->id,
	    advisory->says);
	say_next(out, "%s", advisory->todo);
}
