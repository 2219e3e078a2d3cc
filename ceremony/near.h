/* SPDX-License-Identifier: BSD-2-Clause */
/* The word that somebody probably meant: the one of those offered that differs least. */
#ifndef CEREMONY_NEAR_H
#define CEREMONY_NEAR_H

#include <stddef.h>

struct near {
	const char *word;
	const char *best; /* NULL: none is near */
	size_t distance;
};

struct near near_to(const char *word);
void near_offer(struct near *near, const char *candidate);

#endif
