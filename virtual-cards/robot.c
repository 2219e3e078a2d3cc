/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quorate-robot: the attendant of a sandbox. Reads asks on stdin, answers on stdout, and says on
 * stderr what it does.
 *
 * quorate-robot --pin KIND NAME prints the PIN that it types for a card (KIND card, NAME its
 * serial) or a token (KIND token-user or token-so, NAME its label): practice only.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/json.h"
#include "base/process.h"
#include "base/secret.h"

#include "virtual-cards/robot_answer.h"
#include "virtual-cards/robot_pin.h"
#include "virtual-cards/robot_say.h"

enum { LINE_MAX_BYTES = 1024 * 1024 };

static int
report(const struct err_trace *trace, enum err code)
{
	char line[ERR_TEXT + 64];

	for (unsigned i = trace->count; i > 0; i--) {
		err_format(&trace->frame[i - 1], line, sizeof(line));
		robot_say("%s", line);
	}
	return err_exit_code(code);
}

/* Past stdio, whose buffer would keep a PIN. */
static enum err
write_line(const void *bytes, size_t len, struct err_trace *trace)
{
	const char *at = bytes;
	size_t left = len;

	while (left > 0) {
		ssize_t written = write(STDOUT_FILENO, at, left);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return FAIL_ERRNO(trace, "the answer could not be given");
		at += written;
		left -= (size_t)written;
	}
	if (write(STDOUT_FILENO, "\n", 1) != 1)
		return FAIL_ERRNO(trace, "the answer could not be given");
	return ERR_OK;
}

static enum err
send_answer(const struct robot_answer *answer, struct err_trace *trace)
{
	char *text;
	enum err err;

	if (answer->pin != NULL)
		return write_line(secret_bytes(answer->pin), secret_len(answer->pin), trace);
	if (answer->line == NULL)
		return ERR_OK;
	err = json_canonical(answer->line, &text, trace);
	if (err != ERR_OK)
		return err;
	err = write_line(text, strlen(text), trace);
	free(text);
	return err;
}

static enum err
respond(struct robot *robot, const char *line, size_t len, bool *quit, struct err_trace *trace)
{
	struct robot_answer answer = { 0 };
	json_t *message = NULL;
	enum err err;

	err = json_parse(line, len, LINE_MAX_BYTES, &message, trace);
	if (err == ERR_OK)
		err = robot_respond(robot, message, &answer, trace);
	if (err == ERR_OK)
		err = send_answer(&answer, trace);
	*quit = answer.quit;
	secret_free(answer.pin);
	json_decref(answer.line);
	json_decref(message);
	return err;
}

static enum err
attend(struct robot *robot, struct err_trace *trace)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	bool quit = false;
	enum err err = ERR_OK;

	while (err == ERR_OK && !quit && (len = getline(&line, &size, stdin)) > 0)
		err = respond(robot, line, (size_t)len - (line[len - 1] == '\n'), &quit, trace);
	free(line);
	return err;
}

static enum err
print_pin(const char *kind, const char *name, struct err_trace *trace)
{
	const struct robot_pin pin = { .kind = kind, .name = name };
	struct secret *derived;
	enum err err;

	err = robot_pin_derive(&pin, &derived, trace);
	if (err != ERR_OK)
		return err;
	err = write_line(secret_bytes(derived), secret_len(derived), trace);
	secret_free(derived);
	return err;
}

static enum err
begin(struct robot *robot, struct err_trace *trace)
{
	const char *dir = getenv("QUORATE_SANDBOX");

	if (dir == NULL || strlen(dir) >= DECK_DIR) {
		err_next(trace, "The robot attends in a sandbox only: quorate sandbox -- CMD.");
		return FAIL(trace, ERR_NOT_NOW, "QUORATE_SANDBOX does not name a sandbox");
	}
	snprintf(robot->deck.dir, DECK_DIR, "%s", dir);
	return rules_parse(getenv("QUORATE_ROBOT"), &robot->rules, trace);
}

int
main(int argc, char **argv)
{
	static struct robot robot;
	static struct err_trace trace;
	enum err err;

	err = process_harden(&trace);
	if (err == ERR_OK)
		err = secret_heap_init(&trace);
	if (err == ERR_OK)
		err = begin(&robot, &trace);
	if (err != ERR_OK)
		return report(&trace, err);
	if (argc == 4 && strcmp(argv[1], "--pin") == 0)
		err = print_pin(argv[2], argv[3], &trace);
	else if (argc == 1)
		err = attend(&robot, &trace);
	else
		err = FAIL(&trace, ERR_ARGUMENT, "usage: quorate-robot [--pin KIND NAME]");
	return err == ERR_OK ? 0 : report(&trace, err);
}
