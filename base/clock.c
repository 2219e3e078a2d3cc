/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"

#include <string.h>
#include <time.h>

static const int64_t LAST_SECOND = 253402300799; /* 9999-12-31T23:59:59Z */

int64_t
clock_utc(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

int64_t
clock_boot_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
put_digits(char *out, int value, int width)
{
	while (width-- > 0) {
		out[width] = (char)('0' + value % 10);
		value /= 10;
	}
}

/* A time outside of what clock_parse accepts shows as the nearest one inside. */
void
clock_format(int64_t utc, char out[CLOCK_TEXT])
{
	time_t seconds = utc < 0 ? 0 : utc > LAST_SECOND ? LAST_SECOND : utc;
	struct tm tm = { 0 };

	gmtime_r(&seconds, &tm);
	memcpy(out, "YYYY-MM-DDThh:mm:ssZ", CLOCK_TEXT);
	put_digits(out, tm.tm_year + 1900, 4);
	put_digits(out + 5, tm.tm_mon + 1, 2);
	put_digits(out + 8, tm.tm_mday, 2);
	put_digits(out + 11, tm.tm_hour, 2);
	put_digits(out + 14, tm.tm_min, 2);
	put_digits(out + 17, tm.tm_sec, 2);
}

void
clock_format_date(int64_t utc, char out[CLOCK_DATE])
{
	char text[CLOCK_TEXT];

	clock_format(utc, text);
	memcpy(out, text, CLOCK_DATE - 1);
	out[CLOCK_DATE - 1] = '\0';
}

static int
get_digits(const char *text, int width)
{
	int value = 0;

	while (width-- > 0)
		value = value * 10 + (*text++ - '0');
	return value;
}

/* True when text has a digit wherever the pattern has '0', and else the pattern's character. */
static bool
looks_like(const char *text, const char *pattern)
{
	for (; *pattern != '\0'; text++, pattern++) {
		if (*pattern == '0' ? *text < '0' || *text > '9' : *text != *pattern)
			return false;
	}
	return *text == '\0';
}

bool
clock_parse(const char *text, int64_t *utc)
{
	const bool has_time = looks_like(text, "0000-00-00T00:00:00Z");
	char again[CLOCK_TEXT];
	struct tm tm = { 0 };
	int64_t parsed;

	if (!has_time && !looks_like(text, "0000-00-00"))
		return false;
	tm.tm_year = get_digits(text, 4) - 1900;
	tm.tm_mon = get_digits(text + 5, 2) - 1;
	tm.tm_mday = get_digits(text + 8, 2);
	if (has_time) {
		tm.tm_hour = get_digits(text + 11, 2);
		tm.tm_min = get_digits(text + 14, 2);
		tm.tm_sec = get_digits(text + 17, 2);
	}
	/* timegm makes 1 March of 30 February; what changes on the way back was no date. */
	parsed = timegm(&tm);
	if (parsed < 0 || parsed > LAST_SECOND)
		return false;
	clock_format(parsed, again);
	if (strncmp(text, again, strlen(text)) != 0)
		return false;
	*utc = parsed;
	return true;
}

static int64_t
day_of(int64_t utc)
{
	return utc - utc % CLOCK_DAY;
}

enum err
clock_read_day(const char *text, const char *what, const struct clock_days *days, int64_t *out,
    struct err_trace *trace)
{
	char bound[CLOCK_DATE];
	int64_t day = 0;

	if (!looks_like(text, "0000-00-00") || !clock_parse(text, &day)) {
		err_next(trace, "Write days as YYYY-MM-DD, such as 2026-12-31.");
		return FAIL(trace, ERR_ARGUMENT, "%s: '%.40s' is not a date", what, text);
	}
	if (days != NULL && days->first != 0 && day < day_of(days->first)) {
		clock_format_date(days->first, bound);
		err_next(trace, "Give a day from %s on.", bound);
		return FAIL(trace, ERR_ARGUMENT, "%s: %s is too early: it must not be before %s",
		    what, text, bound);
	}
	if (days != NULL && days->last != 0 && day > day_of(days->last)) {
		clock_format_date(days->last, bound);
		err_next(trace, "Give a day up to %s.", bound);
		return FAIL(trace, ERR_ARGUMENT, "%s: %s is too late: it must not be after %s",
		    what, text, bound);
	}
	*out = day;
	return ERR_OK;
}
