/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/health/words.h"

/* In the order of enum fact_place. */
static const struct {
	const char *words;
	const char *limit;
} places[] = {
	[FACT_SITE] = { "site", "shares-per-site" },
	[FACT_EMPLOYER] = { "employer", "shares-per-employer" },
	[FACT_LINE] = { "reporting line", "shares-per-line" },
	[FACT_MODEL] = { "card model", "shares-per-model" },
};
_Static_assert(
    sizeof(places) / sizeof(places[0]) == FACT_PLACE__COUNT, "words for each kind of place");

static const char *
place_name(const struct judgement *judgement, const struct finding *finding)
{
	return place_of(words_share(judgement, finding), finding->other);
}

SAY(say_person_alone)
{
	say(out, "without %s, who has %u cards, fewer than %u would be ready",
	    words_share(judgement, finding)->custodian.name, finding->count,
	    judge_newest(judgement)->threshold);
	say_rekey(judgement, out);
}

SAY(say_person_shares)
{
	say(out, "%s has %u shares of generation %u; the policy allows one person fewer",
	    words_share(judgement, finding)->custodian.name, finding->count, out->generation);
	say_rekey(judgement, out);
}

SAY(say_place_alone)
{
	say(out, "without the %s '%.90s', which has %u cards, fewer than %u would be ready",
	    places[finding->other].words, place_name(judgement, finding), finding->count,
	    judge_newest(judgement)->threshold);
	say_next(out,
	    "quorate quorum rekey %s --by NAME, with cards elsewhere, or accept it by the policy's "
	    "%s",
	    judgement->facts->name, places[finding->other].limit);
}

SAY(say_place_shares)
{
	const unsigned threshold = judge_newest(judgement)->threshold;

	say(out, "the %s '%.90s' has %u shares of generation %u%s; the policy allows fewer",
	    places[finding->other].words, place_name(judgement, finding), finding->count,
	    out->generation, finding->count >= threshold ? ", enough to open it alone" : "");
	say_next(out,
	    "quorate quorum rekey %s --by NAME, with cards elsewhere, or accept it by the policy's "
	    "%s",
	    judgement->facts->name, places[finding->other].limit);
}
