/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/watch.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "custody/agent_link.h"
#include "pcsc/card.h"
#include "pcsc/reader.h"

struct watch {
	struct watch_order order;
	struct reader_list list;
	uint32_t events[AGENT_WATCHED]; /* each reader's, with the right card in it */
	pthread_t thread;
	int cancel; /* eventfd, written by watch_stop */
	int gone;   /* eventfd, written by the thread after `text` */
	char text[ERR_TEXT];
};

enum presence {
	PRESENT,
	TAKEN_OUT,
	READER_GONE, /* the reader, or all of pcscd */
	ANOTHER,     /* the reader came back, but not with this card */
};

/* The worst of all watched cards, and in which reader. */
static enum presence
look(const struct watch *watch, const char **which)
{
	enum presence worst = PRESENT;

	for (size_t i = 0; i < watch->order.count; i++) {
		const char *name = watch->order.watched[i].reader;
		const struct reader *reader = reader_find(&watch->list, name);

		if (reader != NULL && reader->present && reader->events == watch->events[i])
			continue;
		*which = name;
		/* A card that was swapped or put back was taken out all the same. */
		if (reader != NULL)
			return TAKEN_OUT;
		worst = READER_GONE;
	}
	return worst;
}

/* After the readers were away: are all cards there again? Their counts begin anew. */
static enum presence
look_anew(struct watch *watch, const char **which)
{
	for (size_t i = 0; i < watch->order.count; i++) {
		const struct agent_watched *watched = &watch->order.watched[i];
		const struct reader *reader = reader_find(&watch->list, watched->reader);

		*which = watched->reader;
		if (reader == NULL)
			return READER_GONE;
		if (!reader->present)
			return TAKEN_OUT;
		if (!watch->order.is_card(watch->order.readers, watched))
			return ANOTHER;
		watch->events[i] = reader->events;
	}
	return PRESENT;
}

static const struct {
	const char *before, *after; /* of the reader's name */
} gone_texts[] = {
	[TAKEN_OUT] = { "the card in reader '", "' was taken out" },
	[READER_GONE] = { "reader '", "', or the smart card service pcscd, went away" },
	[ANOTHER] = { "the card in reader '",
	    "' could not be recognised after the reader was away" },
};

static void
say_gone(struct watch *watch, enum presence presence, const char *which)
{
	snprintf(watch->text, sizeof(watch->text), "%s%s%s", gone_texts[presence].before, which,
	    gone_texts[presence].after);
	(void)eventfd_write(watch->gone, 1);
}

/* After the reader went: how it came back in time, or that it did not. */
static enum presence
await_return(struct watch *watch, const char **which)
{
	int64_t deadline = clock_boot_ms() + watch->order.grace_ms;

	for (;;) {
		int64_t left = deadline - clock_boot_ms();
		struct reader_wait wait = { .timeout_ms = left < 0 ? 0 : (int)left,
			.cancel_fd = watch->cancel };
		enum presence presence;

		if (reader_wait_change(watch->order.readers, &wait, &watch->list, NULL) != ERR_OK)
			return READER_GONE;
		presence = look_anew(watch, which);
		if (presence != READER_GONE)
			return presence;
	}
}

static void *
run_watch(void *argument)
{
	struct watch *watch = argument;
	struct reader_wait wait = { .timeout_ms = READER_FOREVER, .cancel_fd = watch->cancel };

	for (;;) {
		const char *which = watch->order.watched[0].reader;
		enum presence presence;
		enum err err = reader_wait_change(watch->order.readers, &wait, &watch->list, NULL);

		if (err == ERR_CANCELLED)
			return NULL;
		presence = err == ERR_OK ? look(watch, &which) : READER_GONE;
		if (presence == READER_GONE)
			presence = await_return(watch, &which);
		if (presence != PRESENT) {
			say_gone(watch, presence, which);
			return NULL;
		}
	}
}

/* The card's own serial, without a PIN. */
static bool
has_serial(struct readers *readers, const struct agent_watched *watched)
{
	struct card *card = NULL;
	bool same;

	if (card_visit_begin(readers, watched->reader, NULL, &card, NULL) != ERR_OK)
		return false;
	same = strcmp(card_facts(card)->serial, watched->serial) == 0;
	card_visit_end(card);
	return same;
}

static enum err
look_first(struct watch *watch, struct err_trace *trace)
{
	const char *which = NULL;
	enum err err = reader_list_now(watch->order.readers, &watch->list, trace);

	if (err != ERR_OK || look(watch, &which) == PRESENT)
		return err;
	err_next(trace, "Activate again, and leave the last card in its reader.");
	return FAIL(
	    trace, ERR_ABSENT, "the card that keeps it open was taken out of reader '%s'", which);
}

enum err
watch_start(const struct watch_order *order, struct watch **out, struct err_trace *trace)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	enum err err;

	if (watch == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory to watch the readers");
	if (order->count > AGENT_WATCHED) {
		free(watch);
		return FAIL(trace, ERR_ARGUMENT, "more cards to watch than there are readers");
	}
	watch->order = *order;
	if (order->is_card == NULL)
		watch->order.is_card = has_serial;
	for (size_t i = 0; i < order->count; i++)
		watch->events[i] = order->watched[i].events;
	watch->cancel = eventfd(0, EFD_CLOEXEC);
	watch->gone = eventfd(0, EFD_CLOEXEC);
	err = watch->cancel < 0 || watch->gone < 0 ? FAIL_ERRNO(trace, "cannot watch the readers")
						   : look_first(watch, trace);
	if (err == ERR_OK && pthread_create(&watch->thread, NULL, run_watch, watch) != 0)
		err = FAIL(trace, ERR_NOMEM, "cannot start watching the readers");
	if (err == ERR_OK) {
		*out = watch;
		return ERR_OK;
	}
	if (watch->cancel >= 0)
		close(watch->cancel);
	if (watch->gone >= 0)
		close(watch->gone);
	free(watch);
	return err;
}

int
watch_fd(const struct watch *watch)
{
	return watch->gone;
}

const char *
watch_text(const struct watch *watch)
{
	return watch->text;
}

void
watch_stop(struct watch *watch)
{
	if (watch == NULL)
		return;
	(void)eventfd_write(watch->cancel, 1);
	pthread_join(watch->thread, NULL);
	close(watch->cancel);
	close(watch->gone);
	free(watch);
}
