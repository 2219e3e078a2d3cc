/* SPDX-License-Identifier: BSD-2-Clause */
#include "x509/times.h"

#include <time.h>

bool
times_read(const ASN1_TIME *time, int64_t *utc)
{
	struct tm parts;

	if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1)
		return false;
	*utc = timegm(&parts);
	return true;
}

bool
times_has_right_form(const ASN1_TIME *time)
{
	static const int64_t year_2050 = INT64_C(2524608000);
	int64_t utc;

	if (!times_read(time, &utc))
		return false;
	return ASN1_STRING_type(time) ==
	       (utc < year_2050 ? V_ASN1_UTCTIME : V_ASN1_GENERALIZEDTIME);
}
