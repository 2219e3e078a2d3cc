/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The attendant that is a program: one JSON object a line on its stdin, one answer a line on its
 * stdout; a PIN comes back as a raw line and goes straight into a struct secret.
 */
#include "custody/attendant.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/file.h"
#include "base/json.h"
#include "base/process.h"
#include "base/secret.h"

enum {
	LINE_MAX_BYTES = 4096,
	ANSWER_TIMEOUT_MS =
	    15 * 60 * 1000,       /* people are slow; a program that hangs is not waited for ever */
	CARD_WAIT_MS = 30 * 1000, /* the program says that the card is in */
};

struct program {
	struct attendant attendant;
	pid_t pid;
	int to;
	int from;
};

/* Reads up to the newline, byte by byte: a PIN must not stay behind in a buffer of ours. */
static enum err
read_line(struct program *program, struct secret *line, struct err_trace *trace)
{
	struct pollfd ready = { .fd = program->from, .events = POLLIN };
	char byte;
	ssize_t got;

	for (;;) {
		int polled = poll(&ready, 1, ANSWER_TIMEOUT_MS);

		if (polled < 0 && errno == EINTR)
			continue;
		if (polled == 0)
			return FAIL(trace, ERR_TIMEOUT, "the attendant program did not answer");
		got = read(program->from, &byte, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return FAIL(trace, ERR_CANCELLED, "the attendant program ended");
		if (byte == '\n')
			return ERR_OK;
		if (secret_append(line, &byte, 1, NULL) != ERR_OK)
			return FAIL(
			    trace, ERR_FORMAT, "the attendant program's answer is too long");
	}
}

static enum err
send_object(struct program *program, json_t *object, struct err_trace *trace)
{
	char *text = json_dumps(object, JSON_COMPACT);
	enum err err = ERR_OK;
	size_t len, at = 0;

	json_decref(object);
	if (text == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a question to the attendant program");
	len = strlen(text);
	text[len] = '\n'; /* in place of the NUL: json_dumps' text is written with its length */
	while (at < len + 1) {
		ssize_t put = write(program->to, text + at, len + 1 - at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0) {
			err = FAIL(trace, ERR_CANCELLED, "the attendant program ended");
			break;
		}
		at += (size_t)put;
	}
	free(text);
	return err;
}

/* An answer that is one JSON object; "stop" in it is ERR_CANCELLED. */
static enum err
read_answer(struct program *program, json_t **out, struct err_trace *trace)
{
	struct secret *line = NULL;
	json_t *answer = NULL;
	enum err err;

	err = secret_new(LINE_MAX_BYTES, &line, trace);
	if (err != ERR_OK)
		return err;
	err = read_line(program, line, trace);
	if (err != ERR_OK)
		goto out;
	err = json_parse(
	    (const char *)secret_bytes(line), secret_len(line), LINE_MAX_BYTES, &answer, trace);
	if (err != ERR_OK) {
		err =
		    FAIL(trace, ERR_FORMAT, "the attendant program's answer is not a JSON object");
		goto out;
	}
	if (json_is_true(json_object_get(answer, "stop"))) {
		json_decref(answer);
		err = FAIL(trace, ERR_CANCELLED, "stopped by the attendant");
		goto out;
	}
	*out = answer;
out:
	secret_free(line);
	return err;
}

static enum err
ask(struct program *program, json_t *question, json_t **answer, struct err_trace *trace)
{
	enum err err = send_object(program, question, trace);

	return err == ERR_OK ? read_answer(program, answer, trace) : err;
}

/* Adds a member when there is a text for it. */
static void
put_text(json_t *object, const char *name, const char *text)
{
	if (text != NULL)
		json_object_set_new(object, name, json_string(text));
}

static void
put_number(json_t *object, const char *name, unsigned number)
{
	json_object_set_new(object, name, json_integer(number));
}

static json_t *
through_list(const struct attendant_card_ask *card)
{
	json_t *list = json_array();

	for (size_t i = 0; i < card->through_count; i++)
		json_array_append_new(list, json_string(card->through[i]));
	return list;
}

static json_t *
wanted_list(const struct attendant_card_ask *card)
{
	json_t *list = json_array();

	for (size_t i = 0; i < card->wanted_count; i++) {
		json_t *one = json_object();

		put_text(one, "custodian", card->wanted[i].custodian);
		put_text(one, "card", card->wanted[i].card);
		put_text(one, "serial", card->wanted[i].serial);
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *
present_list(const struct attendant_card_ask *card)
{
	json_t *list = json_array();

	for (size_t i = 0; i < card->present_count; i++) {
		json_t *one = json_object();

		put_text(one, "reader", card->present[i].reader);
		put_text(one, "serial", card->present[i].serial);
		json_array_append_new(list, one);
	}
	return list;
}

static enum err
program_card(void *context, const struct attendant_card_ask *card,
    struct attendant_card_answer *answer, struct err_trace *trace)
{
	json_t *question = json_object();
	json_t *reply = NULL;
	const char *reader;
	enum err err;

	put_text(question, "ask", "card");
	put_text(question, "quorum", card->quorum);
	put_number(question, "generation", card->generation);
	put_text(question, "purpose", card->purpose);
	put_number(question, "done", card->done);
	put_number(question, "total", card->total);
	json_object_set_new(question, "through", through_list(card));
	json_object_set_new(question, "blank", json_boolean(card->blank));
	if (card->any)
		json_object_set_new(question, "any", json_true());
	json_object_set_new(question, "wanted", wanted_list(card));
	json_object_set_new(question, "present", present_list(card));
	put_text(question, "reason", card->reason);
	err = ask(context, question, &reply, trace);
	if (err != ERR_OK)
		return err;
	if (!json_is_true(json_object_get(reply, "ok"))) {
		json_decref(reply);
		return FAIL(
		    trace, ERR_FORMAT, "the attendant program answered a card question without ok");
	}
	reader = json_string_value(json_object_get(reply, "reader"));
	snprintf(answer->reader, sizeof(answer->reader), "%s", reader == NULL ? "" : reader);
	json_decref(reply);
	return ERR_OK;
}

static enum err
program_pin(void *context, const struct attendant_pin_ask *pin, struct secret **out,
    struct err_trace *trace)
{
	json_t *question = json_object();
	struct secret *line = NULL;
	enum err err;

	put_text(question, "ask", "pin");
	put_text(question, "for", attendant_pin_word(pin->purpose));
	put_text(question, "custodian", pin->custodian);
	put_text(question, "card", pin->card);
	put_text(question, "serial", pin->serial);
	put_text(question, "token", pin->token);
	put_number(question, "tries", pin->tries);
	put_number(question, "min", pin->min);
	put_number(question, "max", pin->max);
	put_text(question, "reason", pin->reason);
	err = send_object(context, question, trace);
	if (err != ERR_OK)
		return err;
	err = secret_new(LINE_MAX_BYTES, &line, trace);
	if (err != ERR_OK)
		return err;
	err = read_line(context, line, trace);
	if (err != ERR_OK) {
		secret_free(line);
		return err;
	}
	if (secret_equal_bytes(line, "{\"stop\":true}", 13)) {
		secret_free(line);
		return FAIL(trace, ERR_CANCELLED, "stopped by the attendant");
	}
	if (secret_len(line) == 0)
		secret_drop(&line);
	*out = line;
	return ERR_OK;
}

static enum err
program_confirm(
    void *context, const char *text, const char *const *people, bool *yes, struct err_trace *trace)
{
	json_t *question = json_object();
	json_t *reply = NULL;
	enum err err;

	put_text(question, "ask", "confirm");
	put_text(question, "text", text);
	if (people != NULL)
		json_object_set_new(question, "people", json_pack("[s, s]", people[0], people[1]));
	err = ask(context, question, &reply, trace);
	if (err != ERR_OK)
		return err;
	*yes = json_is_true(json_object_get(reply, "yes"));
	json_decref(reply);
	return ERR_OK;
}

static bool
choice_of_word(const char *word, unsigned of, enum attendant_choice *taken)
{
	for (unsigned i = 0; i < ATTENDANT_CHOICE__COUNT; i++) {
		if ((of & 1U << i) == 0 || strcmp(word, attendant_choice_word(i)) != 0)
			continue;
		*taken = i;
		return true;
	}
	return false;
}

static enum err
program_choice(void *context, const char *text, unsigned of, enum attendant_choice *taken,
    struct err_trace *trace)
{
	json_t *question = json_object();
	json_t *words = json_array();
	json_t *reply = NULL;
	const char *word;
	enum err err;

	for (unsigned i = 0; i < ATTENDANT_CHOICE__COUNT; i++)
		if ((of & 1U << i) != 0)
			json_array_append_new(words, json_string(attendant_choice_word(i)));
	put_text(question, "ask", "choice");
	put_text(question, "text", text);
	json_object_set_new(question, "of", words);
	err = ask(context, question, &reply, trace);
	if (err != ERR_OK)
		return err;
	word = json_string_value(json_object_get(reply, "take"));
	err = word != NULL && choice_of_word(word, of, taken)
		  ? ERR_OK
		  : FAIL(trace, ERR_FORMAT, "the attendant program took none of the choices");
	json_decref(reply);
	return err;
}

struct line_wanted {
	struct attendant_fill fill;
	enum attendant_expect expect;
};

static enum err
ask_line(struct program *program, const struct line_wanted *wanted, char *line, size_t line_size,
    struct err_trace *trace)
{
	json_t *question = json_object();
	json_t *reply = NULL;
	const char *typed = NULL;
	enum err err;

	put_text(question, "ask", "type");
	put_text(question, "text", wanted->fill.text);
	put_text(question, "expect", attendant_expect_word(wanted->expect));
	put_text(question, "example", wanted->fill.example);
	err = ask(program, question, &reply, trace);
	if (err != ERR_OK)
		return err;
	err = json_get_text(reply, "text", &typed, trace);
	if (err == ERR_OK)
		snprintf(line, line_size, "%s", typed);
	json_decref(reply);
	return err;
}

static enum err
program_type(void *context, const char *text, enum attendant_expect expect, char *line,
    size_t line_size, struct err_trace *trace)
{
	const struct line_wanted wanted = { { .text = text }, expect };

	return ask_line(context, &wanted, line, line_size, trace);
}

static enum err
program_fill(void *context, const struct attendant_fill *fill, char *line, size_t line_size,
    struct err_trace *trace)
{
	const struct line_wanted wanted = { *fill, ATTENDANT_EXPECT_TEXT };

	return ask_line(context, &wanted, line, line_size, trace);
}

static bool
row_of_word(const struct attendant_menu *menu, const char *word, size_t *taken)
{
	for (size_t i = 0; word != NULL && i < menu->count; i++) {
		if (strcmp(word, menu->of[i].word) != 0)
			continue;
		*taken = i;
		return true;
	}
	return false;
}

static enum err
program_menu(
    void *context, const struct attendant_menu *menu, size_t *taken, struct err_trace *trace)
{
	json_t *question = json_object();
	json_t *rows = json_array();
	json_t *reply = NULL;
	enum err err;

	for (size_t i = 0; i < menu->count; i++)
		json_array_append_new(rows,
		    json_pack("{s:s, s:s}", "word", menu->of[i].word, "help", menu->of[i].help));
	put_text(question, "ask", "menu");
	put_text(question, "text", menu->text);
	json_object_set_new(question, "of", rows);
	err = ask(context, question, &reply, trace);
	if (err != ERR_OK)
		return err;
	if (!row_of_word(menu, json_string_value(json_object_get(reply, "take")), taken))
		err =
		    FAIL(trace, ERR_FORMAT, "the attendant program took nothing that was offered");
	json_decref(reply);
	return err;
}

/* Nobody waits for what is only told, and a program that is gone is noticed at the next question.
 */
static void
tell(struct program *program, json_t *object)
{
	enum err ignored = send_object(program, object, NULL);

	(void)ignored;
}

static void
program_progress(void *context, const char *text, unsigned done, unsigned total)
{
	tell(context, json_pack("{s:s, s:s, s:i, s:i}", "tell", "progress", "text", text, "done",
			  (int)done, "total", (int)total));
}

static void
program_note(void *context, const char *text)
{
	tell(context, json_pack("{s:s, s:s}", "tell", "note", "text", text));
}

static void
program_remove(void *context, const char *reader, const char *text)
{
	tell(context,
	    json_pack("{s:s, s:s, s:s}", "tell", "remove", "reader", reader, "text", text));
}

static void
program_close(struct attendant *attendant)
{
	struct program *program = attendant->context;
	enum err ignored;
	int status;

	close(program->to);
	close(program->from);
	ignored = process_wait(program->pid, &status, NULL);
	(void)ignored;
	free(program);
}

enum err
attendant_program_start(const char *name, struct attendant **out, struct err_trace *trace)
{
	const char *const argv[] = { name, NULL };
	const struct process_start start = { .argv = argv, .pass_fd = -1 };
	struct program *program = calloc(1, sizeof(*program));
	enum err err;

	if (program == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = process_spawn(&start, &program->pid, &program->to, &program->from, trace);
	if (err != ERR_OK) {
		free(program);
		err_next(trace, "Name a program that speaks the attendant protocol "
				"(docs/formats/attendant.md).");
		return FAIL(trace, err, "attendant program '%s' does not start", name);
	}
	program->attendant = (struct attendant){
		.context = program,
		.card = program_card,
		.pin = program_pin,
		.confirm = program_confirm,
		.choice = program_choice,
		.type = program_type,
		.menu = program_menu,
		.fill = program_fill,
		.progress = program_progress,
		.note = program_note,
		.remove = program_remove,
		.close = program_close,
		.cancel_fd = -1,
		.card_wait_ms = CARD_WAIT_MS,
	};
	*out = &program->attendant;
	return ERR_OK;
}
