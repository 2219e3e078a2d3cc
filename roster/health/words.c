/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/health/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void PRINTF_LIKE(2, 3) say(struct roster_reason *reason, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason->words, sizeof(reason->words), fmt, args);
	va_end(args);
}

void PRINTF_LIKE(2, 3) say_next(struct roster_reason *reason, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason->next, sizeof(reason->next), fmt, args);
	va_end(args);
}

const char *
words_date(int64_t utc, char out[WORDS_TIME])
{
	char date[CLOCK_DATE] = "never";

	if (utc != 0)
		clock_format_date(utc, date);
	snprintf(out, WORDS_TIME, "%s", date);
	return out;
}

const char *
words_time(int64_t utc, char out[WORDS_TIME])
{
	char text[CLOCK_TEXT];

	if (utc == 0)
		return words_date(utc, out);
	clock_format(utc, text);
	snprintf(out, WORDS_TIME, "%.10s %.5s UTC", text, text + 11);
	return out;
}

const struct fact_share *
words_share(const struct judgement *judgement, const struct finding *finding)
{
	return &judgement->facts->share[finding->share];
}

const char *
words_outside(const struct judgement *judgement, const struct finding *finding, char out[WORDS_WHY])
{
	const struct fact_share *share = words_share(judgement, finding);
	char date[WORDS_TIME];

	words_date(finding->since, date);
	if (share->card.exposed != 0 && share->card.exposed == finding->since)
		snprintf(out, WORDS_WHY, "card %s of %s is out of trusted hands since %s",
		    share->card.name, share->custodian.name, date);
	else
		snprintf(out, WORDS_WHY, "%s left on %s and card %s has not come back",
		    share->custodian.name, date, share->card.name);
	return out;
}

void
say_rekey(const struct judgement *judgement, struct roster_reason *out)
{
	const struct facts *facts = judgement->facts;

	say_next(out,
	    facts->pending ? "quorate quorum resume %s --by NAME"
			   : "quorate quorum rekey %s --by NAME",
	    facts->name);
}
