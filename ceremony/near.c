/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/near.h"

#include <stdbool.h>
#include <string.h>

enum { LONGEST = 48 };

/* Insertions, deletions and exchanges that make one of the other (Levenshtein). */
static size_t
distance_of(const char *a, const char *b)
{
	const size_t a_len = strlen(a), b_len = strlen(b);
	size_t row[LONGEST + 1];

	if (a_len > LONGEST || b_len > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t before = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			const size_t exchanged = before + (a[i - 1] != b[j - 1]);
			const size_t other = row[j] < row[j - 1] ? row[j] : row[j - 1];

			before = row[j];
			row[j] = exchanged < other + 1 ? exchanged : other + 1;
		}
	}
	return row[b_len];
}

struct near
near_to(const char *word)
{
	/* Half of it different is another word. */
	return (struct near){ word, NULL, strlen(word) / 2 + 1 };
}

void
near_offer(struct near *near, const char *candidate)
{
	/* Who began to write a word and stopped meant that word. */
	const bool begun = near->word[0] != '\0' && near->word[1] != '\0' &&
			   strncmp(near->word, candidate, strlen(near->word)) == 0;
	const size_t distance = begun ? 0 : distance_of(near->word, candidate);

	if (distance < near->distance) {
		near->distance = distance;
		near->best = candidate;
	}
}
