/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/watch.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "pcsc/reader.h"

struct watch {
	struct watch_order order;
	struct reader_list list;
	pthread_t thread;
	int cancel; /* eventfd, written by watch_stop */
	int gone;   /* eventfd, written by the thread after `text` */
	char text[ERR_TEXT];
};

enum presence {
	PRESENT,
	TAKEN_OUT,
	READER_GONE, /* the reader, or all of pcscd */
};

/* The worst of all watched readers, and which one. */
static enum presence
look(const struct watch *watch, const char **which)
{
	enum presence worst = PRESENT;

	for (size_t i = 0; i < watch->order.count; i++) {
		const struct reader *reader = reader_find(&watch->list, watch->order.names[i]);

		if (reader != NULL && reader->present)
			continue;
		*which = watch->order.names[i];
		if (reader != NULL)
			return TAKEN_OUT;
		worst = READER_GONE;
	}
	return worst;
}

/* A card that was swapped or put back between two looks was taken out all the same. */
static bool
was_moved(const struct reader_list *before, const struct watch *watch, const char **which)
{
	for (size_t i = 0; i < watch->order.count; i++) {
		const char *name = watch->order.names[i];
		const struct reader *then = reader_find(before, name);
		const struct reader *now = reader_find(&watch->list, name);

		if (then != NULL && now != NULL && then->events != now->events) {
			*which = name;
			return true;
		}
	}
	return false;
}

static void
say_gone(struct watch *watch, enum presence presence, const char *which)
{
	if (presence == READER_GONE)
		snprintf(watch->text, sizeof(watch->text),
		    "reader '%s', or the smart card service pcscd, went away", which);
	else
		snprintf(watch->text, sizeof(watch->text), "the card in reader '%s' was taken out",
		    which);
	(void)eventfd_write(watch->gone, 1);
}

/* After the reader went: true when it came back in time with a card in it. */
static bool
comes_back(struct watch *watch, const char **which)
{
	int64_t deadline = clock_boot_ms() + watch->order.grace_ms;

	for (;;) {
		int64_t left = deadline - clock_boot_ms();
		struct reader_wait wait = { .timeout_ms = left < 0 ? 0 : (int)left,
			.cancel_fd = watch->cancel };

		if (reader_wait_change(watch->order.readers, &wait, &watch->list, NULL) != ERR_OK)
			return false;
		switch (look(watch, which)) {
		case PRESENT:
			return true;
		case TAKEN_OUT:
			return false;
		case READER_GONE:
			break;
		}
	}
}

static void *
run_watch(void *argument)
{
	struct watch *watch = argument;
	struct reader_wait wait = { .timeout_ms = READER_FOREVER, .cancel_fd = watch->cancel };

	for (;;) {
		struct reader_list before = watch->list;
		const char *which = watch->order.names[0];
		enum presence presence;
		enum err err = reader_wait_change(watch->order.readers, &wait, &watch->list, NULL);

		if (err == ERR_CANCELLED)
			return NULL;
		presence = err == ERR_OK ? look(watch, &which) : READER_GONE;
		if (presence == PRESENT && was_moved(&before, watch, &which))
			presence = TAKEN_OUT;
		if (presence == READER_GONE && comes_back(watch, &which))
			presence = PRESENT;
		if (presence != PRESENT) {
			say_gone(watch, presence, which);
			return NULL;
		}
	}
}

static enum err
look_first(struct watch *watch, struct err_trace *trace)
{
	const char *which = NULL;
	enum err err = reader_list_now(watch->order.readers, &watch->list, trace);

	if (err != ERR_OK || look(watch, &which) == PRESENT)
		return err;
	err_next(trace, "Activate again, and leave the last card in its reader.");
	return FAIL(trace, ERR_ABSENT,
	    "the card that keeps the activation open is no longer in reader '%s'", which);
}

enum err
watch_start(const struct watch_order *order, struct watch **out, struct err_trace *trace)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	enum err err;

	if (watch == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory to watch the readers");
	watch->order = *order;
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
