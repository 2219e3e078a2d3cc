/* SPDX-License-Identifier: BSD-2-Clause */
/* What to do tonight, when a card is who knows where: before anyone decides on a re-key. */
#include <stdarg.h>
#include <stdio.h>

#include "roster/health/timeline.h"
#include "roster/health/words.h"

static void PRINTF_LIKE(2, 3) add_line(struct roster_health *health, const char *fmt, ...)
{
	va_list args;

	if (health->nights == ROSTER_NIGHT_MAX)
		return;
	va_start(args, fmt);
	vsnprintf(health->night[health->nights++], ROSTER_WORDS, fmt, args);
	va_end(args);
}

/* The first card that is to be decided on, or NULL. */
static const struct finding *
first_open(const struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->findings; i++) {
		const enum roster_reason_kind kind = judgement->finding[i].kind;

		if (kind == ROSTER_REASON_DECIDE || kind == ROSTER_REASON_DECISION_OVERDUE)
			return &judgement->finding[i];
	}
	return NULL;
}

void
night_make(const struct judgement *judgement, struct roster_health *health)
{
	const struct facts *facts = judgement->facts;
	const struct finding *open = first_open(judgement);
	char due[WORDS_TIME];

	if (open == NULL)
		return;
	const struct fact_share *share = words_share(judgement, open);
	const struct fact_generation *generation = &facts->generation[share->generation];
	const unsigned outside = judgement->exposures[share->generation];

	if (outside >= generation->threshold)
		add_line(health,
		    "%u shares are outside and %u suffice: take the tokens out of service now and "
		    "begin your plan for a compromised key.",
		    outside, generation->threshold);
	else
		add_line(health,
		    "Outside: %u of the %u shares that open it, each behind its card's PIN.",
		    outside, generation->threshold);
	add_line(health,
	    "Lock the tokens of quorum '%s' away, or switch them off: shares open nothing without "
	    "them.",
	    facts->name);
	add_line(health,
	    "Tell the other custodians today: keep your card on you, hand it to nobody, type its "
	    "PIN only where you know the machine.");
	add_line(health,
	    "Ask %s for card %s. If it comes back it stays out of use: write it down with "
	    "'quorate card report %s found --by NAME'.",
	    share->custodian.name, share->card.name, share->card.name);
	add_line(health,
	    "Decide by %s: 'quorate quorum rekey %s --by NAME' makes what is outside worthless.",
	    words_time(open->due, due), facts->name);
}
