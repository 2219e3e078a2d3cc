/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "cli/cli.h"
#include "custody/activate.h"
#include "roster/roster.h"

enum { MINUTE_MS = 60 * 1000, STATUS_NEVER_RAN = 125, GRACE_MS = 3000 };

struct activate_values {
	const char *quorum;
	const char *token;
	const char *purpose;
	int64_t minutes;
	int64_t max_uses;
	bool persistent;
};

static const struct operand_row activate_operands[] = {
	{ "QUORUM", "whose token is opened", true, offsetof(struct activate_values, quorum) },
	{ .metavar = NULL },
};

static const struct option_row activate_options[] = {
	{ .name = "token",
	    .kind = OPTION_TEXT,
	    .metavar = "NAME",
	    .help = "which of the quorum's tokens, by its binding's name",
	    .offset = offsetof(struct activate_values, token) },
	{ .name = "purpose",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "what for: the custodians see it, and the log keeps it",
	    .offset = offsetof(struct activate_values, purpose) },
	{ .name = "minutes",
	    .kind = OPTION_NUMBER,
	    .metavar = "N",
	    .help = "at most so long; without it as long as the policy allows",
	    .min = 1,
	    .max = 1440,
	    .offset = offsetof(struct activate_values, minutes) },
	{ .name = "max-uses",
	    .kind = OPTION_NUMBER,
	    .metavar = "N",
	    .help = "at most so many private-key operations",
	    .min = 1,
	    .max = 1000000,
	    .offset = offsetof(struct activate_values, max_uses) },
	{ .name = "persistent",
	    .kind = OPTION_FLAG,
	    .help = "go on when the card that was presented last is taken out",
	    .offset = offsetof(struct activate_values, persistent) },
	{ .name = NULL },
};

/* The command that runs while the HSM is open. */
struct running {
	pid_t pid;
	int pidfd;
	bool cut_short; /* the activation ended first */
};

static enum err
start_command(struct cli *cli, const struct activation *activation, struct running *running,
    struct err_trace *trace)
{
	const struct process_start start = {
		.argv = (const char *const *)cli->line->rest,
		.env = agent_client_environment(activation->agent),
		.pass_fd = -1,
		.users_umask = true,
	};
	enum err err = process_spawn(&start, &running->pid, NULL, NULL, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "%s does not start", cli->line->rest[0]);
	running->pidfd = (int)syscall(SYS_pidfd_open, running->pid, 0);
	if (running->pidfd < 0)
		return FAIL_ERRNO(trace, "the command cannot be watched");
	return ERR_OK;
}

/* Until the command or the activation ends. */
static void
watch(const struct activation *activation, struct running *running)
{
	struct pollfd fds[2] = {
		{ .fd = running->pidfd, .events = POLLIN },
		{ .fd = agent_fd(activation->agent), .events = POLLIN },
	};

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	if (fds[0].revents != 0)
		return;
	running->cut_short = true;
	kill(running->pid, SIGTERM);
	if (poll(fds, 1, GRACE_MS) == 0)
		kill(running->pid, SIGKILL);
}

static enum err
run_while_open(struct cli *cli, const struct activation *activation, struct err_trace *trace)
{
	struct running running = { .pidfd = -1 };
	int status = STATUS_NEVER_RAN;
	enum err err = start_command(cli, activation, &running, trace);

	if (err == ERR_OK) {
		watch(activation, &running);
		err = process_wait(running.pid, &status, trace);
	}
	if (running.pidfd >= 0)
		close(running.pidfd);
	cli->status = running.cut_short ? STATUS_NEVER_RAN : status;
	return err;
}

static void
say_open(const struct activation *activation, const struct activate_values *v)
{
	fprintf(stderr, "quorate: Open: token '%s'%s.\n", activation->token,
	    activation->software ? " (SOFTWARE TOKEN)" : "");
	if (!v->persistent)
		fprintf(stderr,
		    "quorate: Card %s stays in reader '%s': taking it out closes the HSM.\n",
		    activation->last_card, activation->reader);
}

static void
say_closed(const struct agent_event *event)
{
	fprintf(stderr, "quorate: Closed: %s (%lld %s).\n",
	    event->text[0] == '\0' ? agent_end_word(event->end) : event->text,
	    (long long)event->uses, event->uses == 1 ? "use" : "uses");
}

static enum err
run_activate(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct activate_values *v = values;
	const struct activate_request request = { .quorum = v->quorum,
		.binding = v->token,
		.purpose = v->purpose,
		.persistent = v->persistent,
		.for_ms = v->minutes * MINUTE_MS,
		.max_uses = v->max_uses };
	struct activation activation = { .agent = NULL };
	struct agent_event event = { .end = AGENT_END_NONE };
	struct err_trace closing = { 0 };
	enum err err, closed;

	cli->status = STATUS_NEVER_RAN;
	err = activate_open(&cli->custody, &request, &activation, trace);
	if (err != ERR_OK)
		return err;
	say_open(&activation, v);
	/* Others may work with the roster while the HSM is in use. */
	err = cli_close_roster(cli, trace);
	if (err == ERR_OK)
		err = run_while_open(cli, &activation, trace);
	closed = cli_open_roster(cli, &closing);
	if (closed == ERR_OK)
		closed = activate_close(&cli->custody, &activation, &event, &closing);
	else
		agent_free(activation.agent);
	say_closed(&event);
	if (err == ERR_OK && closed != ERR_OK && trace != NULL)
		*trace = closing;
	return err == ERR_OK ? closed : err;
}

const struct command cmd_activate[] = {
	{ .name = "activate",
	    .summary = "Open a quorum's HSM for one command",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS | NEED_REST,
	    .operands = activate_operands,
	    .options = activate_options,
	    .size = sizeof(struct activate_values),
	    .run = run_activate,
	    .never_ran = STATUS_NEVER_RAN,
	    .notes = "COMMAND is any PKCS#11 program: it uses p11-kit-client.so and needs no PIN. "
		     "The HSM "
		     "closes when the\ncommand ends, or the card presented last is taken out. Exit "
		     "status: "
		     "COMMAND's, 128 + signal, or 125 when it\nnever ran or the activation ended "
		     "first.\nExample: quorate activate root --by ann -- pkcs11-tool --module "
		     "/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so --list-objects" },
	{ .name = NULL },
};
