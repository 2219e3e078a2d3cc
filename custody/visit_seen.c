/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/visit_seen.h"

#include <stdio.h>
#include <string.h>

struct visit_seen_card *
visit_seen_at(struct visit_seen *seen, const struct reader *reader)
{
	struct visit_seen_card *card = seen->seen;
	size_t at = 0;

	while (at < seen->count && strcmp(card[at].reader, reader->name) != 0)
		at++;
	if (at < seen->count && card[at].events == reader->events)
		return &card[at];
	if (at == READER_MAX)
		at = 0;
	else if (at == seen->count)
		seen->count++;
	card_visit_end(card[at].held);
	card[at] = (struct visit_seen_card){ .events = reader->events };
	snprintf(card[at].reader, sizeof(card[at].reader), "%s", reader->name);
	return &card[at];
}

void
visit_seen_release(struct visit_seen *seen)
{
	for (size_t i = 0; i < seen->count; i++) {
		card_visit_end(seen->seen[i].held);
		seen->seen[i].held = NULL;
	}
}
