/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/terminal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "cli/terminal_line.h"
#include "custody/attendant.h"

enum { CARD_WAIT_MS = 15 * 60 * 1000, LINE_SIZE = 256, PIN_MAX = 255 };

struct terminal {
	struct attendant attendant;
	struct terminal_line line;
	FILE *out;
};

static enum err
read_line(struct terminal *terminal, char *line, size_t size, struct err_trace *trace)
{
	enum err err;

	fflush(terminal->out);
	err = terminal_line_read(&terminal->line, line, size, trace);
	if (err == ERR_CANCELLED)
		fputc('\n', terminal->out);
	return err;
}

static enum err
read_unseen(struct terminal *terminal, struct secret *line, struct err_trace *trace)
{
	for (;;) {
		struct err_trace why = { .count = 0 };
		enum err err;

		secret_clear(line);
		fflush(terminal->out);
		err = terminal_line_read_unseen(&terminal->line, line, &why);
		fputc('\n', terminal->out);
		if (err != ERR_ARGUMENT) {
			if (err != ERR_OK && trace != NULL)
				*trace = why;
			return err;
		}
		fputs(" ! That is longer than any PIN. Again: ", terminal->out);
	}
}

static const char *
or_none(const char *text)
{
	return text == NULL ? "" : text;
}

static void
print_wanted(FILE *out, const struct attendant_card_ask *ask)
{
	for (size_t i = 0; i < ask->wanted_count; i++) {
		const struct attendant_wanted *w = &ask->wanted[i];

		fprintf(out, "%s %s", i == 0 ? "" : ",", or_none(w->custodian));
		if (w->card != NULL)
			fprintf(out, " (%s)", w->card);
	}
}

/* The one of those wanted that this card is; NULL when it is none of them, or not known. */
static const struct attendant_wanted *
wanted_as(const struct attendant_card_ask *ask, const struct attendant_present *present)
{
	for (size_t i = 0; i < ask->wanted_count; i++)
		if (present->serial != NULL && ask->wanted[i].serial != NULL &&
		    strcmp(present->serial, ask->wanted[i].serial) == 0)
			return &ask->wanted[i];
	return NULL;
}

/*
 * False when every card that is in a reader is known and none is wanted: then a card is to be
 * inserted, and a question for a number would stand in the way of it.
 */
static bool
one_may_do(const struct attendant_card_ask *ask)
{
	for (size_t i = 0; i < ask->present_count; i++)
		if (ask->blank || ask->present[i].serial == NULL ||
		    wanted_as(ask, &ask->present[i]) != NULL)
			return true;
	return false;
}

static void
print_present(FILE *out, const struct attendant_card_ask *ask, size_t at)
{
	const struct attendant_present *present = &ask->present[at];
	const struct attendant_wanted *wanted = wanted_as(ask, present);

	fprintf(out, "   %zu  reader %s: ", at + 1, present->reader);
	if (wanted != NULL)
		fprintf(out, "%s's card %s, ", or_none(wanted->custodian), or_none(wanted->card));
	if (present->serial != NULL)
		fprintf(out, "serial %s\n", present->serial);
	else
		fputs("a card that cannot be read\n", out);
}

/* Several cards are in: they are named and the person says which; none is picked for them. */
static enum err
ask_reader(struct terminal *terminal, const struct attendant_card_ask *ask,
    struct attendant_card_answer *answer, struct err_trace *trace)
{
	char line[LINE_SIZE];

	for (;;) {
		unsigned long number;
		char *end;
		enum err err;

		for (size_t i = 0; i < ask->present_count; i++)
			print_present(terminal->out, ask, i);
		fputs("   Which card is meant? Its number (no PIN here), Enter to insert another, "
		      "or s to stop: ",
		    terminal->out);
		err = read_line(terminal, line, sizeof(line), trace);
		if (err != ERR_OK)
			return err;
		if (*line == 's')
			return FAIL(trace, ERR_CANCELLED, "stopped at the terminal");
		if (*line == '\0')
			return ERR_OK;
		number = strtoul(line, &end, 10);
		if (*end == '\0' && number >= 1 && number <= ask->present_count) {
			snprintf(answer->reader, sizeof(answer->reader), "%s",
			    ask->present[number - 1].reader);
			return ERR_OK;
		}
	}
}

/* Where the operation is: which card of how many, what for, and who is done. */
static void
print_place(FILE *out, const struct attendant_card_ask *ask)
{
	fprintf(out, "\n");
	if (ask->reason != NULL)
		fprintf(out, " ! %s\n", ask->reason);
	fprintf(out, "== Card %u of %u", ask->done + 1, ask->total);
	if (ask->quorum != NULL)
		fprintf(out, ", quorum %s", ask->quorum);
	if (ask->generation != 0)
		fprintf(out, ", generation %u", ask->generation);
	fprintf(out, ": %s\n", ask->purpose);
	for (size_t i = 0; i < ask->through_count; i++)
		fprintf(out, "%s%s", i == 0 ? "   Done: " : ", ", ask->through[i]);
	if (ask->through_count > 0)
		fputc('\n', out);
}

static enum err
terminal_card(void *context, const struct attendant_card_ask *ask,
    struct attendant_card_answer *answer, struct err_trace *trace)
{
	struct terminal *terminal = context;
	FILE *out = terminal->out;

	answer->reader[0] = '\0';
	print_place(out, ask);
	fprintf(out, "   %s:", ask->blank ? "A blank card for" : "Wanted");
	if (ask->any)
		fputs(" any card of the quorum that was not there yet", out);
	print_wanted(out, ask);
	fputc('\n', out);
	if (ask->present_count > 1 && one_may_do(ask))
		return ask_reader(terminal, ask, answer, trace);
	fputs("   Insert it now; s and Enter stops.\n", out);
	fflush(out);
	return ERR_OK;
}

static void
terminal_arrived(void *context, const struct attendant_card_ask *ask,
    const struct attendant_present *card, bool asked)
{
	struct terminal *terminal = context;

	if (!asked)
		print_place(terminal->out, ask);
	fprintf(terminal->out, "   Reader %s: card with serial %s\n", card->reader,
	    or_none(card->serial));
	fflush(terminal->out);
}

/* True when both lines are the same; a new PIN is typed twice. */
static enum err
confirm_new(
    struct terminal *terminal, const struct secret *first, bool *same, struct err_trace *trace)
{
	struct secret *again = NULL;
	enum err err = secret_new(PIN_MAX, &again, trace);

	if (err != ERR_OK)
		return err;
	fputs("   Once more: ", terminal->out);
	err = read_unseen(terminal, again, trace);
	if (err == ERR_OK)
		*same = secret_equal(first, again);
	secret_free(again);
	return err;
}

static void
print_pin_question(FILE *out, const struct attendant_pin_ask *ask)
{
	static const char *const what[] = {
		[ATTENDANT_PIN_VERIFY] = "PIN",
		[ATTENDANT_PIN_NEW] = "New PIN",
		[ATTENDANT_PIN_ADMIN] = "Present admin PIN",
		[ATTENDANT_PIN_TOKEN_USER] = "Present user PIN of token",
		[ATTENDANT_PIN_TOKEN_SO] = "Present SO PIN of token",
	};

	fprintf(out, "   %s", what[ask->purpose]);
	if (ask->token != NULL)
		fprintf(out, " %s", ask->token);
	if (ask->custodian != NULL)
		fprintf(out, " of %s", ask->custodian);
	if (ask->card != NULL)
		fprintf(out, ", card %s", ask->card);
	if (ask->serial != NULL)
		fprintf(out, ", serial %s", ask->serial);
	if (ask->tries != 0)
		fprintf(out, ", %u %s left", ask->tries, ask->tries == 1 ? "try" : "tries");
	if (ask->purpose == ATTENDANT_PIN_NEW)
		fprintf(out, ", %u to %u characters", ask->min, ask->max);
	fputs(" (Enter alone declines): ", out);
}

static enum err
terminal_pin(void *context, const struct attendant_pin_ask *ask, struct secret **pin,
    struct err_trace *trace)
{
	struct terminal *terminal = context;
	struct secret *line = NULL;
	bool same = true;
	enum err err = secret_new(PIN_MAX, &line, trace);

	if (err != ERR_OK)
		return err;
	if (ask->reason != NULL)
		fprintf(terminal->out, " ! %s\n", ask->reason);
	do {
		print_pin_question(terminal->out, ask);
		err = read_unseen(terminal, line, trace);
		if (err == ERR_OK && ask->purpose == ATTENDANT_PIN_NEW && secret_len(line) > 0)
			err = confirm_new(terminal, line, &same, trace);
		if (err == ERR_OK && !same)
			fputs(" ! The two were not the same.\n", terminal->out);
	} while (err == ERR_OK && !same);
	if (err != ERR_OK || secret_len(line) == 0)
		secret_drop(&line);
	if (err == ERR_OK)
		*pin = line;
	return err;
}

static enum err
ask_yes(struct terminal *terminal, const char *who, bool *yes, struct err_trace *trace)
{
	char line[LINE_SIZE];
	enum err err;

	do {
		if (who != NULL)
			fprintf(terminal->out, "   %s: ", who);
		fputs("yes or no? ", terminal->out);
		err = read_line(terminal, line, sizeof(line), trace);
		if (err != ERR_OK)
			return err;
	} while (strcmp(line, "yes") != 0 && strcmp(line, "no") != 0);
	*yes = strcmp(line, "yes") == 0;
	return ERR_OK;
}

static enum err
terminal_confirm(
    void *context, const char *text, const char *const *people, bool *yes, struct err_trace *trace)
{
	struct terminal *terminal = context;
	enum err err = ERR_OK;

	fprintf(terminal->out, "\n%s\n", text);
	if (people == NULL)
		return ask_yes(terminal, NULL, yes, trace);
	*yes = true;
	for (; err == ERR_OK && *yes && *people != NULL; people++)
		err = ask_yes(terminal, *people, yes, trace);
	return err;
}

static enum err
terminal_choice(void *context, const char *text, unsigned of, enum attendant_choice *taken,
    struct err_trace *trace)
{
	static const char *const meaning[] = {
		[ATTENDANT_AGAIN] = "type the PIN again",
		[ATTENDANT_LAST_TRY] = "type the PIN for the last time: a wrong one blocks it",
		[ATTENDANT_OTHER] = "leave this card for now, and take another one",
		[ATTENDANT_UNBLOCK] = "give the card a new PIN, with those present",
		[ATTENDANT_STOP] = "stop here",
	};
	struct terminal *terminal = context;
	char line[LINE_SIZE];

	_Static_assert(
	    sizeof(meaning) / sizeof(*meaning) == ATTENDANT_CHOICE__COUNT, "a meaning each");
	fprintf(terminal->out, "\n%s\n", text);
	for (unsigned i = 0; i < ATTENDANT_CHOICE__COUNT; i++)
		if ((of & 1U << i) != 0)
			fprintf(
			    terminal->out, "   %-8s  %s\n", attendant_choice_word(i), meaning[i]);
	for (;;) {
		enum err err;

		fputs("   Type one of these words: ", terminal->out);
		err = read_line(terminal, line, sizeof(line), trace);
		if (err != ERR_OK)
			return err;
		for (unsigned i = 0; i < ATTENDANT_CHOICE__COUNT; i++) {
			if ((of & 1U << i) == 0 || strcmp(line, attendant_choice_word(i)) != 0)
				continue;
			*taken = i;
			return ERR_OK;
		}
	}
}

static enum err
terminal_type(void *context, const char *text, enum attendant_expect expect, char *line,
    size_t line_size, struct err_trace *trace)
{
	struct terminal *terminal = context;

	fprintf(terminal->out, "\n%s\n   %s > ", text, attendant_expect_word(expect));
	return read_line(terminal, line, line_size, trace);
}

static enum err
terminal_fill(void *context, const struct attendant_fill *fill, char *line, size_t line_size,
    struct err_trace *trace)
{
	struct terminal *terminal = context;

	fprintf(terminal->out, "\n%s\n", fill->text);
	if (fill->example != NULL)
		fprintf(terminal->out, "   (for example: %s)\n", fill->example);
	fputs("   > ", terminal->out);
	return read_line(terminal, line, line_size, trace);
}

/* The word, or a beginning of it that no other has. */
static bool
find_row(const struct attendant_menu *menu, const char *line, size_t *taken)
{
	const size_t len = strlen(line);
	size_t found = 0, at = 0;

	for (size_t i = 0; i < menu->count && len > 0; i++) {
		if (strncmp(line, menu->of[i].word, len) != 0)
			continue;
		found++;
		at = i;
		if (menu->of[i].word[len] == '\0')
			break;
	}
	if (found != 1)
		return false;
	*taken = at;
	return true;
}

static enum err
terminal_menu(
    void *context, const struct attendant_menu *menu, size_t *taken, struct err_trace *trace)
{
	struct terminal *terminal = context;
	char line[LINE_SIZE];

	fprintf(terminal->out, "\n%s\n", menu->text);
	for (size_t i = 0; i < menu->count; i++)
		fprintf(terminal->out, "   %-10s %s\n", menu->of[i].word, menu->of[i].help);
	for (;;) {
		enum err err;

		fputs("   Type one of these words, or how it begins: ", terminal->out);
		err = read_line(terminal, line, sizeof(line), trace);
		if (err != ERR_OK || find_row(menu, line, taken))
			return err;
		fputs("   That is none of them, or more than one.\n", terminal->out);
	}
}

static void
terminal_progress(void *context, const char *text, unsigned done, unsigned total)
{
	struct terminal *terminal = context;

	if (total > 0)
		fprintf(terminal->out, "   [%u/%u] %s\n", done, total, text);
	else
		fprintf(terminal->out, "   %s\n", text);
	fflush(terminal->out);
}

static void
terminal_note(void *context, const char *text)
{
	struct terminal *terminal = context;

	fprintf(terminal->out, "   %s\n", text);
	fflush(terminal->out);
}

static void
terminal_remove(void *context, const char *reader, const char *text)
{
	struct terminal *terminal = context;

	fprintf(terminal->out, "   %s (reader %s)\n", text, reader);
	fflush(terminal->out);
}

static bool
terminal_stopped(void *context)
{
	struct terminal *terminal = context;
	char line[LINE_SIZE];

	return read_line(terminal, line, sizeof(line), NULL) != ERR_OK || *line == 's';
}

static void
terminal_close(struct attendant *attendant)
{
	struct terminal *terminal = attendant->context;

	terminal_line_close(&terminal->line);
	fclose(terminal->out);
	free(terminal);
}

enum err
terminal_start(struct attendant **out, struct err_trace *trace)
{
	struct terminal *terminal;
	enum err err;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		err_next(trace, "Run it at a terminal, or name a program that answers with "
				"--attendant PROGRAM.");
		return FAIL(trace, ERR_ABSENT, "people must be asked, and there is no terminal");
	}
	terminal = calloc(1, sizeof(*terminal));
	if (terminal == NULL || (terminal->out = fdopen(fd, "w")) == NULL) {
		free(terminal);
		close(fd);
		return FAIL(trace, ERR_NOMEM, "no memory for the terminal");
	}
	err = terminal_line_open(fd, &terminal->line, trace);
	if (err != ERR_OK) {
		fclose(terminal->out);
		free(terminal);
		return err;
	}
	terminal->attendant = (struct attendant){
		.context = terminal,
		.card = terminal_card,
		.arrived = terminal_arrived,
		.pin = terminal_pin,
		.confirm = terminal_confirm,
		.choice = terminal_choice,
		.type = terminal_type,
		.menu = terminal_menu,
		.fill = terminal_fill,
		.progress = terminal_progress,
		.note = terminal_note,
		.remove = terminal_remove,
		.close = terminal_close,
		.cancel_fd = terminal->line.either,
		.stopped = terminal_stopped,
		.card_wait_ms = CARD_WAIT_MS,
	};
	*out = &terminal->attendant;
	return ERR_OK;
}
