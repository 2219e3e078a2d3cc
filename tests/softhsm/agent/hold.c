/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests: activates a token with the PIN on the first line of stdin, runs a command with the
 * environment that applications get, and ends the activation. What `quorate activate -- CMD` does,
 * without cards.
 *
 *   hold --token URI [--key K]... [--user UID]... [--max-uses N] [--for-ms N] [--folder F]
 *        [--purpose P] [--reader R]... -- CMD ...
 *
 * Prints "ready: …" and "ended: WORD: …" on stderr; the status is CMD's, 125 when the activation
 * could not begin or ended before CMD did.
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

enum { LOST = 125 };

struct options {
	struct agent_order order;
	uid_t users[AGENT_USERS];
	const char *keys[AGENT_KEYS];
	const char *readers[AGENT_READERS];
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
		options->readers[order->reader_count++] = optarg;
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
		{ "folder", required_argument, NULL, 'd' }, { 0 } };
	int letter;

	options->order = (struct agent_order){ .module = "softhsm",
		.label = "test",
		.quorum = "root",
		.users = options->users,
		.keys = options->keys,
		.readers = options->readers };
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

int
main(int argc, char **argv)
{
	struct options options = { 0 };
	struct err_trace trace = { 0 };
	struct agent *agent = NULL;
	struct secret *pin;
	int status;

	parse(argc, argv, &options);
	if (process_harden(&trace) != ERR_OK || secret_heap_init(&trace) != ERR_OK)
		return complain(&trace);
	pin = read_pin(&trace);
	if (pin == NULL || agent_start(&options.order, pin, &agent, &trace) != ERR_OK) {
		secret_free(pin);
		return complain(&trace);
	}
	secret_free(pin);
	status = run(&options, agent, &trace);
	agent_free(agent);
	return status;
}
