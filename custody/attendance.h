/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who and what is not in this sitting: custodians who get their share at their next visit (`quorum
 * deliver`), and tokens that are switched when they are here (`quorum resume`). Rule 4 says how
 * many may be missing.
 */
#ifndef CUSTODY_ATTENDANCE_H
#define CUSTODY_ATTENDANCE_H

#include <stddef.h>

struct attendance {
	const char *const *later; /* custodians */
	size_t later_count;
	const char *const *away; /* names of bindings */
	size_t away_count;
	const char *const *people; /* two who compare the receipts of those who come later */
	size_t people_count;       /* 0 or 2 */
};

/*
 * How many of N cards with threshold M must be proven before a token switches: max(min(N, M +
 * margin), N − M + 1), so that never more than M − 1 shares are for cards that nobody has seen.
 */
unsigned attendance_needed(unsigned threshold, unsigned size, unsigned margin);

#endif
