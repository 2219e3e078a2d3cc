/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/deck.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"

enum { DECK_PATH = 512, DECK_FILE_MAX = 64 * 1024, SERIAL_DIGITS = 12, MANUFACTURER_DIGITS = 4 };

/* It always fits, for what DECK_DIR and DECK_NAME allow. */
static void
path_of(const struct deck *deck, const char *name, char out[DECK_PATH])
{
	snprintf(out, DECK_PATH, "%s/%s", deck->dir, name);
}

/* Calls `take` for each line of DIR/name; a file that is not there has none. */
static enum err
each_line(struct deck *deck, const char *name, void (*take)(struct deck *deck, char *line),
    struct err_trace *trace)
{
	char path[DECK_PATH];
	char *text = NULL, *rest, *line;
	size_t len;
	enum err err;

	path_of(deck, name, path);
	if (access(path, F_OK) != 0)
		return ERR_OK;
	err = file_read(path, DECK_FILE_MAX, &text, &len, trace);
	if (err != ERR_OK)
		return err;
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL)
		take(deck, line);
	free(text);
	return ERR_OK;
}

/* "INDEX PORT READER-NAME" */
static void
take_reader(struct deck *deck, char *line)
{
	unsigned index;
	int name = 0;

	if (sscanf(line, "%u %*u %n", &index, &name) == 1 && name > 0 && index < DECK_READERS) {
		snprintf(deck->reader[index], DECK_NAME, "%s", line + name);
		if (index >= deck->readers)
			deck->readers = index + 1;
	}
}

/* "FFFE00000002" and "FFFE:00000002" are both seen; the roster writes the second. */
static bool
read_serial(const char *word, char out[DECK_NAME])
{
	char digits[SERIAL_DIGITS + 1];
	size_t count = 0;

	for (; *word != '\0'; word++) {
		if (*word == ':' && count == MANUFACTURER_DIGITS)
			continue;
		if (!isxdigit((unsigned char)*word) || count == SERIAL_DIGITS)
			return false;
		digits[count++] = (char)toupper((unsigned char)*word);
	}
	digits[count] = '\0';
	if (count != SERIAL_DIGITS)
		return false;
	snprintf(
	    out, DECK_NAME, "%.*s:%s", MANUFACTURER_DIGITS, digits, digits + MANUFACTURER_DIGITS);
	return true;
}

/* A line of `virtual-card list`: name, reader's index or "-", serial, reader's name. */
static void
take_card(struct deck *deck, const char *line)
{
	struct deck_card card = { .reader = -1 };
	char reader[DECK_NAME], serial[DECK_NAME];

	if (deck->cards == DECK_CARDS ||
	    sscanf(line, "%63s %63s %63s", card.name, reader, serial) != 3 ||
	    !read_serial(serial, card.serial))
		return;
	if (isdigit((unsigned char)reader[0]))
		card.reader = (int)strtoul(reader, NULL, 10);
	if (card.reader < (int)deck->readers)
		deck->card[deck->cards++] = card;
}

static enum err
list_cards(struct deck *deck, struct err_trace *trace)
{
	const char *const argv[] = { "virtual-card", "list", NULL };
	const struct process_start start = { .argv = argv, .pass_fd = -1, .die_with_parent = true };
	char line[1024];
	FILE *list;
	int from, status;
	enum err err;
	pid_t pid;

	err = process_spawn(&start, &pid, NULL, &from, trace);
	if (err != ERR_OK)
		return err;
	list = fdopen(from, "r");
	while (list != NULL && fgets(line, sizeof(line), list) != NULL)
		take_card(deck, line);
	if (list != NULL)
		fclose(list);
	else
		close(from);
	err = process_wait(pid, &status, trace);
	if (err == ERR_OK && status != 0)
		err = FAIL(trace, ERR_IO, "virtual-card list ended with status %d", status);
	return err;
}

/* robot/holders: "CARD SHORT-NAME CUSTODIAN"; a custodian's name may have spaces in it. */
static void
take_holder(struct deck *deck, char *line)
{
	struct deck_card *card = deck_find(deck, strsep(&line, " "));
	const char *label = strsep(&line, " ");

	if (card == NULL || label == NULL || line == NULL)
		return;
	snprintf(card->label, sizeof(card->label), "%s", label);
	snprintf(card->holder, sizeof(card->holder), "%s", line);
}

/* robot/changes: "CARD NUMBER" */
static void
take_changes(struct deck *deck, char *line)
{
	struct deck_card *card = deck_find(deck, strsep(&line, " "));

	if (card != NULL && line != NULL)
		card->changes = (unsigned)strtoul(line, NULL, 10);
}

enum err
deck_load(struct deck *deck, struct err_trace *trace)
{
	enum err err;

	deck->cards = 0;
	deck->readers = 0;
	err = each_line(deck, "readers", take_reader, trace);
	if (err == ERR_OK)
		err = list_cards(deck, trace);
	if (err == ERR_OK)
		err = each_line(deck, "robot/holders", take_holder, trace);
	if (err == ERR_OK)
		err = each_line(deck, "robot/changes", take_changes, trace);
	return err;
}

static void
print_holder(FILE *file, const struct deck_card *card)
{
	if (card->holder[0] != '\0')
		fprintf(file, "%s %s %s\n", card->name, card->label, card->holder);
}

static void
print_changes(FILE *file, const struct deck_card *card)
{
	if (card->changes != 0)
		fprintf(file, "%s %u\n", card->name, card->changes);
}

static enum err
save(const struct deck *deck, const char *name,
    void (*print)(FILE *file, const struct deck_card *card), struct err_trace *trace)
{
	char path[DECK_PATH];
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);
	enum err err;

	if (file == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for what the robot knows");
	for (unsigned i = 0; i < deck->cards; i++)
		print(file, &deck->card[i]);
	path_of(deck, name, path);
	if (fclose(file) != 0)
		err = FAIL(trace, ERR_NOMEM, "no memory for what the robot knows");
	else
		err = file_replace(path, text, len, trace);
	free(text);
	return err;
}

enum err
deck_save(const struct deck *deck, struct err_trace *trace)
{
	enum err err;

	err = save(deck, "robot/holders", print_holder, trace);
	if (err == ERR_OK)
		err = save(deck, "robot/changes", print_changes, trace);
	return err;
}

struct deck_card *
deck_find(struct deck *deck, const char *name)
{
	for (unsigned i = 0; i < deck->cards; i++)
		if (strcmp(deck->card[i].name, name) == 0)
			return &deck->card[i];
	return NULL;
}

struct deck_card *
deck_find_serial(struct deck *deck, const char *serial)
{
	for (unsigned i = 0; i < deck->cards; i++)
		if (strcmp(deck->card[i].serial, serial) == 0)
			return &deck->card[i];
	return NULL;
}

/*
 * Our own stdout belongs to the conversation with quorate, so the program gets a pipe. It is not
 * read to its end: what `insert` leaves running may hold it open.
 */
static enum err
move(const char *verb, const struct deck_card *card, struct err_trace *trace)
{
	const char *const argv[] = { "virtual-card", verb, card->name, NULL };
	const struct process_start start = { .argv = argv, .pass_fd = -1 };
	int from, status;
	enum err err;
	pid_t pid;

	err = process_spawn(&start, &pid, NULL, &from, trace);
	if (err != ERR_OK)
		return err;
	err = process_wait(pid, &status, trace);
	close(from);
	if (err == ERR_OK && status != 0)
		err = FAIL(trace, ERR_IO, "virtual-card %s %s ended with status %d", verb,
		    card->name, status);
	return err;
}

static enum err
make_room(struct deck *deck, struct err_trace *trace)
{
	struct deck_card *inserted = NULL;
	unsigned used = 0;

	for (unsigned i = 0; i < deck->cards; i++) {
		if (deck->card[i].reader < 0)
			continue;
		inserted = &deck->card[i];
		used++;
	}
	if (inserted == NULL || used < deck->readers)
		return ERR_OK;
	return deck_eject(inserted, trace);
}

static enum err
arm(const struct deck *deck, const struct deck_card *card, const char *fault,
    struct err_trace *trace)
{
	char name[DECK_NAME + 32], path[DECK_PATH];

	snprintf(name, sizeof(name), "cards/%s.card.fault", card->name);
	path_of(deck, name, path);
	return file_replace(path, fault, strlen(fault), trace);
}

enum err
deck_insert(struct deck *deck, struct deck_card *card, const char *fault, struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (fault != NULL)
		err = arm(deck, card, fault, trace);
	if (err == ERR_OK)
		err = make_room(deck, trace);
	if (err == ERR_OK)
		err = move("insert", card, trace);
	if (err == ERR_OK)
		err = deck_load(deck, trace);
	return err;
}

enum err
deck_eject(struct deck_card *card, struct err_trace *trace)
{
	enum err err;

	err = move("eject", card, trace);
	if (err == ERR_OK)
		card->reader = -1;
	return err;
}
