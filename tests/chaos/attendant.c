/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chaos-attendant: the people of a run without people. Everybody is there, but for those named in
 * $QUORATE_CHAOS_ABSENT (separated by commas); everybody brings the card NAME.card that lies beside
 * the folder of in-process readers (tests/fakes/fake_readers.h), knows its PIN and agrees. A card
 * that was pulled is put in again at the next ask.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/process.h"
#include "base/secret.h"
#include "tests/chaos/people.h"

enum { LINE_MAX_BYTES = 65536, PATH = 512 };

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}

/* By a system call each, past stdio, whose buffer would keep a PIN. */
static void
say(const char *bytes, size_t len)
{
	if (write(STDOUT_FILENO, bytes, len) != (ssize_t)len || write(STDOUT_FILENO, "\n", 1) != 1)
		exit(1);
}

static void
say_text(const char *text)
{
	say(text, strlen(text));
}

/* ---- Cards --------------------------------------------------------------------------------- */

static bool
is_absent(const char *name)
{
	const char *list = getenv("QUORATE_CHAOS_ABSENT");
	size_t len = strlen(name);

	for (; list != NULL && *list != '\0'; list += strcspn(list, ","), list += *list == ',')
		if (strcspn(list, ",") == len && strncmp(list, name, len) == 0)
			return true;
	return false;
}

/* The one reader, renamed into place: whatever it holds now came just now. */
static void
put_into_reader(const char *custodian)
{
	const char *folder = getenv("QUORATE_FAKE_CARDS");
	char entry[PATH], next[PATH];
	FILE *file;

	if (folder == NULL)
		exit(1);
	(void)snprintf(entry, sizeof(entry), "%s/reader0", folder);
	(void)snprintf(next, sizeof(next), "%s/next", folder);
	file = fopen(next, "w");
	if (file == NULL)
		exit(1);
	if (custodian != NULL)
		fprintf(file, "%s/../cards/%s.card\n", folder, custodian);
	if (fclose(file) != 0 || rename(next, entry) != 0)
		exit(1);
}

/* Each card of the folder once, in the order of their custodians' names. */
static void
bring_next(void)
{
	static int brought;
	struct dirent **entries = NULL;
	char folder[PATH];
	int count;

	(void)snprintf(folder, sizeof(folder), "%s/../cards", getenv("QUORATE_FAKE_CARDS"));
	count = scandir(folder, &entries, NULL, alphasort);
	while (brought < count) {
		char name[64];
		const char *end = strstr(entries[brought]->d_name, ".card");

		(void)snprintf(name, sizeof(name), "%.*s",
		    end == NULL ? 0 : (int)(end - entries[brought]->d_name),
		    entries[brought]->d_name);
		brought++;
		if (end == NULL || end[5] != '\0' || is_absent(name))
			continue;
		put_into_reader(name);
		say_text("{\"ok\":true}");
		return;
	}
	say_text("{\"stop\":true}");
}

static void
bring_card(const json_t *ask)
{
	const json_t *wanted = json_object_get(ask, "wanted");

	if (json_is_true(json_object_get(ask, "any"))) {
		bring_next();
		return;
	}
	for (size_t i = 0; i < json_array_size(wanted); i++) {
		const char *custodian = text_of(json_array_get(wanted, i), "custodian");

		if (is_absent(custodian))
			continue;
		put_into_reader(custodian);
		say_text("{\"ok\":true}");
		return;
	}
	say_text("{\"stop\":true}");
}

/* ---- The other asks ------------------------------------------------------------------------ */

static void
type_pin(const json_t *ask)
{
	const char *use = text_of(ask, "for");
	const char *token = text_of(ask, "token");
	struct err_trace trace = { 0 };
	struct secret *pin;

	if (strcmp(use, "admin") == 0) {
		say_text("12345678");
		return;
	}
	if (people_pin(*token == '\0' ? text_of(ask, "serial") : NULL, &pin, &trace) != ERR_OK)
		exit(1);
	say((const char *)secret_bytes(pin), secret_len(pin));
	secret_free(pin);
}

/* The first thing that is offered is the sensible one. */
static void
choose(const json_t *ask)
{
	const char *first = json_string_value(json_array_get(json_object_get(ask, "of"), 0));

	printf("{\"take\":\"%s\"}\n", first == NULL ? "stop" : first);
	(void)fflush(stdout);
}

static void
confirm(const json_t *ask)
{
	(void)ask;
	say_text("{\"yes\":true}");
}

/* Nothing in these runs is to be typed: it would erase something. */
static void
decline(const json_t *ask)
{
	(void)ask;
	say_text("{\"text\":\"\"}");
}

static const struct {
	const char *ask;
	void (*answer)(const json_t *ask);
} answers[] = {
	{ "card", bring_card },
	{ "choice", choose },
	{ "confirm", confirm },
	{ "pin", type_pin },
	{ "type", decline },
};

static void
hear(const json_t *message)
{
	const char *ask = text_of(message, "ask");

	if (strcmp(text_of(message, "tell"), "remove") == 0)
		put_into_reader(NULL);
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		if (strcmp(answers[i].ask, ask) == 0)
			answers[i].answer(message);
}

int
main(void)
{
	struct err_trace trace = { 0 };
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (process_harden(&trace) != ERR_OK || secret_heap_init(&trace) != ERR_OK)
		return 1;
	while ((len = getline(&line, &size, stdin)) > 0) {
		json_t *message = NULL;

		if (json_parse(line, (size_t)len, LINE_MAX_BYTES, &message, &trace) != ERR_OK)
			return 1;
		hear(message);
		json_decref(message);
	}
	free(line);
	return 0;
}
