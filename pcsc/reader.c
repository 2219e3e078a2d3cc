/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/reader.h"

#include <stdio.h>
#include <string.h>

enum err
reader_list_now(struct readers *readers, struct reader_list *out, struct err_trace *trace)
{
	return readers->ops->list(readers->context, out, trace);
}

enum err
reader_wait_change(struct readers *readers, const struct reader_wait *wait,
    struct reader_list *list, struct err_trace *trace)
{
	return readers->ops->wait(readers->context, wait, list, trace);
}

enum err
reader_connect(
    struct readers *readers, const char *name, struct channel *out, struct err_trace *trace)
{
	return readers->ops->connect(readers->context, name, out, trace);
}

void
reader_close(struct readers *readers)
{
	if (readers->ops != NULL)
		readers->ops->close(readers->context);
	*readers = (struct readers){ 0 };
}

const struct reader *
reader_find(const struct reader_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->reader[i].name, name) == 0)
			return &list->reader[i];
	return NULL;
}

size_t
reader_cards(const struct reader_list *list)
{
	size_t cards = 0;

	for (size_t i = 0; i < list->count; i++)
		cards += list->reader[i].present;
	return cards;
}

static bool
same_reader(const struct reader *a, const struct reader *b)
{
	/* Whether another program uses the card is no change that anybody waits for. */
	return strcmp(a->name, b->name) == 0 && a->present == b->present && a->mute == b->mute &&
	       a->events == b->events;
}

bool
reader_list_same(const struct reader_list *a, const struct reader_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!same_reader(&a->reader[i], &b->reader[i]))
			return false;
	return true;
}

void
reader_atr_text(const uint8_t *atr, size_t len, char out[READER_ATR_TEXT])
{
	out[0] = '\0';
	for (size_t i = 0; i < len && i < READER_ATR; i++)
		(void)snprintf(
		    out + 3 * i, READER_ATR_TEXT - 3 * i, i + 1 < len ? "%02X " : "%02X", atr[i]);
}
