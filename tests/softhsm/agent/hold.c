/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests: activates a token with the PIN on the first line of stdin, runs a command with the
 * environment that applications get, and ends the activation. What `quorate activate -- CMD` does,
 * without cards.
 *
 *   hold --token URI [--key K]... [--user UID]... [--max-uses N] [--for-ms N] [--folder F]
 *        [--purpose P] [--reader R]... [--state F] -- CMD ...
 *
 * Prints "ready: …" and "ended: WORD: …" on stderr; the status is CMD's, 125 when the activation
 * could not begin or ended before CMD did. The record of uses lies in the folder --state, as
 * activations/test/<number of the process>.uses.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/process.h"
#include "base/secret.h"
#include "custody/agent_link.h"
#include "custody/use_record.h"
#include "pcsc/card.h"
#include "pcsc/reader.h"

enum { LOST = 125 };

struct options {
	struct agent_order order;
	uid_t users[AGENT_USERS];
	const char *keys[AGENT_KEYS];
	struct agent_watched watched[AGENT_WATCHED];
	char serial[AGENT_WATCHED][CARD_SERIAL];
	const char *state;
	const char *const *command;
};

static void
take_option(struct options *options, int letter)
{
	struct agent_order *order = &options->order;

	switch (letter) {
	case 'm':
		order->module = optarg;
		break;
	case 't':
		order->token = optarg;
		break;
	case 'k':
		options->keys[order->key_count++] = optarg;
		break;
	case 'u':
		options->users[order->user_count++] = (uid_t)strtoul(optarg, NULL, 10);
		break;
	case 'r':
		options->watched[order->watched_count++] =
		    (struct agent_watched){ .reader = optarg, .serial = "" };
		break;
	case 'n':
		order->max_uses = strtoll(optarg, NULL, 10);
		break;
	case 'f':
		order->for_ms = strtoll(optarg, NULL, 10);
		break;
	case 'p':
		order->purpose = optarg;
		break;
	case 'd':
		order->folder = optarg;
		break;
	case 's':
		options->state = optarg;
		break;
	default:
		exit(2);
	}
}

static void
parse(int argc, char **argv, struct options *options)
{
	static const struct option table[] = { { "module", required_argument, NULL, 'm' },
		{ "token", required_argument, NULL, 't' }, { "key", required_argument, NULL, 'k' },
		{ "user", required_argument, NULL, 'u' },
		{ "reader", required_argument, NULL, 'r' },
		{ "max-uses", required_argument, NULL, 'n' },
		{ "for-ms", required_argument, NULL, 'f' },
		{ "purpose", required_argument, NULL, 'p' },
		{ "folder", required_argument, NULL, 'd' },
		{ "state", required_argument, NULL, 's' }, { 0 } };
	int letter;

	options->order = (struct agent_order){ .module = "softhsm",
		.label = "test",
		.quorum = "root",
		.users = options->users,
		.keys = options->keys,
		.watched = options->watched };
	options->state = "state";
	while ((letter = getopt_long(argc, argv, "+", table, NULL)) != -1)
		take_option(options, letter);
	if (optind >= argc)
		exit(2);
	options->command = (const char *const *)argv + optind;
}

static struct secret *
read_pin(struct err_trace *trace)
{
	char line[128];
	struct secret *pin = NULL;
	size_t len = 0;

	while (len < sizeof(line) && read(STDIN_FILENO, line + len, 1) == 1 && line[len] != '\n')
		len++;
	if (secret_from(line, len, &pin, trace) != ERR_OK)
		pin = NULL;
	secret_wipe(line, sizeof(line));
	return pin;
}

static int
complain(const struct err_trace *trace)
{
	char text[ERR_TEXT];

	for (unsigned i = 0; i < trace->count; i++) {
		err_format(&trace->frame[i], text, sizeof(text));
		fprintf(stderr, "failed: %s\n", text);
	}
	fprintf(stderr, "next: %s\n", trace->next);
	return LOST;
}

/* Until the command ends or the activation does; then the command is told to end. */
static int
wait_for_either(struct agent *agent, pid_t pid, bool *lost)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd polled[] = { { .fd = pidfd, .events = POLLIN },
		{ .fd = agent_fd(agent), .events = POLLIN } };
	int status = LOST;

	while (poll(polled, 2, -1) < 0 && errno == EINTR)
		continue;
	*lost = polled[0].revents == 0;
	if (*lost)
		kill(pid, SIGTERM);
	if (process_wait(pid, &status, NULL) != ERR_OK)
		status = LOST;
	close(pidfd);
	return *lost ? LOST : status;
}

static int
run(const struct options *options, struct agent *agent, struct err_trace *trace)
{
	struct process_start start = {
		.argv = options->command, .env = agent_client_environment(agent), .pass_fd = -1
	};
	struct agent_event event;
	bool lost = false;
	pid_t pid;
	int status;

	fprintf(stderr, "ready: %s\n", agent_ready_text(agent));
	if (process_spawn(&start, &pid, NULL, NULL, trace) != ERR_OK)
		return complain(trace);
	status = wait_for_either(agent, pid, &lost);
	if (agent_end(agent, &event, trace) != ERR_OK)
		return complain(trace);
	fprintf(stderr, "ended: %s: %s; uses %lld\n", agent_end_word(event.end), event.text,
	    (long long)event.uses);
	return status;
}

static enum err
make_record(struct options *options, char path[USE_RECORD_PATH], struct err_trace *trace)
{
	char number[16];
	const struct use_record_opening opening = { .roster = "test",
		.activation = number,
		.quorum = "root",
		.token = "held",
		.by = "ann",
		.cards = json_array(),
		.bounds = json_object() };
	enum err err;

	snprintf(number, sizeof(number), "%d", (int)getpid());
	err = use_record_path(options->state, &opening, path, trace);
	if (err == ERR_OK)
		err = use_record_create(path, &opening, trace);
	json_decref(opening.cards);
	json_decref(opening.bounds);
	options->order.record = path;
	return err;
}

/* Which card is in the reader now: what a gathering knows of the card it used. */
static enum err
look_at_card(struct readers *readers, struct agent_watched *watched, char serial[CARD_SERIAL],
    struct err_trace *trace)
{
	const struct reader *reader;
	struct reader_list list;
	struct card *card = NULL;
	enum err err = reader_list_now(readers, &list, trace);

	reader = err == ERR_OK ? reader_find(&list, watched->reader) : NULL;
	if (reader == NULL || !reader->present)
		return err;
	watched->events = reader->events;
	err = card_visit_begin(readers, watched->reader, NULL, &card, trace);
	if (err == ERR_OK)
		snprintf(serial, CARD_SERIAL, "%s", card_facts(card)->serial);
	card_visit_end(card);
	return err;
}

static enum err
look_at_cards(struct options *options, struct err_trace *trace)
{
	struct readers readers = { .ops = NULL };
	enum err err;

	if (options->order.watched_count == 0)
		return ERR_OK;
	err = reader_open_pcsc(&readers, trace);
	for (size_t i = 0; err == ERR_OK && i < options->order.watched_count; i++) {
		options->watched[i].serial = options->serial[i];
		err = look_at_card(&readers, &options->watched[i], options->serial[i], trace);
	}
	reader_close(&readers);
	return err;
}

static enum err
open_agent(struct options *options, const struct secret *pin, struct agent **agent,
    struct err_trace *trace)
{
	const struct agent_secrets secrets = { .count = 1, .secret = { pin } };
	char path[USE_RECORD_PATH];
	enum err err = make_record(options, path, trace);

	if (err == ERR_OK)
		err = look_at_cards(options, trace);
	return err == ERR_OK ? agent_start(&options->order, &secrets, agent, trace) : err;
}

int
main(int argc, char **argv)
{
	static struct options options;
	struct err_trace trace = { 0 };
	struct agent *agent = NULL;
	struct secret *pin;
	int status;

	parse(argc, argv, &options);
	if (process_harden(&trace) != ERR_OK || secret_heap_init(&trace) != ERR_OK)
		return complain(&trace);
	pin = read_pin(&trace);
	if (pin == NULL || open_agent(&options, pin, &agent, &trace) != ERR_OK) {
		secret_free(pin);
		return complain(&trace);
	}
	secret_free(pin);
	status = run(&options, agent, &trace);
	agent_free(agent);
	return status;
}
