/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "cli/cli.h"
#include "cli/uses.h"
#include "custody/activate.h"
#include "roster/roster.h"

enum {
	SECOND_MS = 1000,
	DAY_MS = 24 * 60 * 60 * 1000,
	STATUS_NEVER_RAN = 125,
	GRACE_MS = 3000,
	KEY_TEXT = 96,
	SPENT_SHOWN = 10,
};

struct activate_values {
	const char *quorum;
	const char *token;
	const char *purpose;
	const char *while_inserted;
	struct names keys;
	struct names users;
	int64_t for_ms;
	int64_t max_uses;
	bool persistent;
	bool admin;
};

static const struct operand_row activate_operands[] = {
	{ "QUORUM", "what is opened", true, offsetof(struct activate_values, quorum) },
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
	{ .name = "for",
	    .kind = OPTION_DURATION,
	    .metavar = "TIME",
	    .help = "at most so long (15m, 2h); without it as long as the policy allows",
	    .min = SECOND_MS,
	    .max = DAY_MS,
	    .offset = offsetof(struct activate_values, for_ms) },
	{ .name = "max-uses",
	    .kind = OPTION_NUMBER,
	    .metavar = "N",
	    .help = "at most so many private-key operations",
	    .min = 1,
	    .max = 1000000,
	    .offset = offsetof(struct activate_values, max_uses) },
	{ .name = "keys",
	    .kind = OPTION_NAMES,
	    .metavar = "KEYS",
	    .help = "only these private keys, by label or as id:HEX",
	    .offset = offsetof(struct activate_values, keys) },
	{ .name = "users",
	    .kind = OPTION_NAMES,
	    .metavar = "USERS",
	    .help = "only programs of these users of this machine; without it your own",
	    .offset = offsetof(struct activate_values, users) },
	{ .name = "while-inserted",
	    .kind = OPTION_WORD,
	    .metavar = "WHICH",
	    .standard = "last",
	    .help = "as long as the card presented last stays in (so without it), or all of them",
	    .offset = offsetof(struct activate_values, while_inserted) },
	{ .name = "persistent",
	    .kind = OPTION_FLAG,
	    .help = "go on when the cards are taken out",
	    .offset = offsetof(struct activate_values, persistent) },
	{ .name = "admin",
	    .kind = OPTION_FLAG,
	    .help = "open a session for Quorate's own commands, not for applications",
	    .offset = offsetof(struct activate_values, admin) },
	{ .name = NULL },
};

/* The bounds as custody takes them, and what they point to. */
struct bounds {
	struct activate_request request;
	uid_t users[AGENT_USERS];
	char key_text[AGENT_KEYS][KEY_TEXT];
	const char *keys[AGENT_KEYS];
};

static enum err
find_users(const struct names *names, struct bounds *bounds, struct err_trace *trace)
{
	for (size_t i = 0; i < names->count; i++) {
		const struct passwd *entry = getpwnam(names->name[i]);

		if (entry == NULL)
			return FAIL(
			    trace, ERR_ABSENT, "this machine has no user '%s'", names->name[i]);
		bounds->users[i] = entry->pw_uid;
	}
	bounds->request.users = bounds->users;
	bounds->request.user_count = names->count;
	return ERR_OK;
}

static enum err
find_keys(const struct names *names, struct bounds *bounds, struct err_trace *trace)
{
	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->name[i];
		bool has_kind = strncmp(name, "id:", 3) == 0 || strncmp(name, "label:", 6) == 0;
		int len =
		    snprintf(bounds->key_text[i], KEY_TEXT, "%s%s", has_kind ? "" : "label:", name);

		if (len >= KEY_TEXT)
			return FAIL(trace, ERR_ARGUMENT, "no key is called '%s'", name);
		bounds->keys[i] = bounds->key_text[i];
	}
	bounds->request.keys = bounds->keys;
	bounds->request.key_count = names->count;
	return ERR_OK;
}

static enum err
find_stay(const struct activate_values *v, enum gather_stay *out, struct err_trace *trace)
{
	const char *which = v->while_inserted == NULL ? "last" : v->while_inserted;

	if (v->persistent && v->while_inserted != NULL)
		return FAIL(
		    trace, ERR_ARGUMENT, "--persistent and --while-inserted exclude each other");
	if (strcmp(which, "last") != 0 && strcmp(which, "all") != 0)
		return FAIL(
		    trace, ERR_ARGUMENT, "--while-inserted knows last and all, not '%s'", which);
	*out = v->persistent               ? GATHER_STAY_NONE
	       : strcmp(which, "all") == 0 ? GATHER_STAY_ALL
					   : GATHER_STAY_LAST;
	return ERR_OK;
}

/* A session holds all of the quorum's tokens, and nobody else's programs speak with it. */
static enum err
check_session(const struct activate_values *v, struct err_trace *trace)
{
	if (!v->admin ||
	    (v->token == NULL && v->keys.count == 0 && v->users.count == 0 && v->max_uses == 0))
		return ERR_OK;
	err_next(trace, "Bound a session with --for and --while-inserted.");
	return FAIL(trace, ERR_ARGUMENT,
	    "--token, --keys, --users and --max-uses bound applications, not --admin");
}

static enum err
read_bounds(
    struct cli *cli, const struct activate_values *v, struct bounds *out, struct err_trace *trace)
{
	enum err err;

	out->request = (struct activate_request){ .quorum = v->quorum,
		.binding = v->token,
		.purpose = v->purpose,
		.by = cli->line->by,
		.commands = v->admin,
		.for_ms = v->for_ms,
		.max_uses = v->max_uses };
	err = check_session(v, trace);
	if (err == ERR_OK)
		err = find_stay(v, &out->request.stay, trace);
	if (err == ERR_OK)
		err = find_users(&v->users, out, trace);
	return err == ERR_OK ? find_keys(&v->keys, out, trace) : err;
}

/* The command that runs while the HSM is open. */
struct running {
	pid_t pid;
	int pidfd;
	int signals;    /* signalfd: what would have ended us ends the command */
	bool cut_short; /* the activation ended first */
};

/*
 * Control-C and the end of the terminal reach the command by themselves; what another process sends
 * to us is meant for it. We stay until it ends, so that how it ended is told and logged.
 */
static enum err
catch_signals(int *fd, sigset_t *before, struct err_trace *trace)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, before) != 0)
		return FAIL_ERRNO(trace, "signals cannot be held");
	*fd = signalfd(-1, &set, SFD_CLOEXEC);
	return *fd < 0 ? FAIL_ERRNO(trace, "signals cannot be held") : ERR_OK;
}

static void
pass_signal_on(const struct running *running)
{
	struct signalfd_siginfo info;

	if (read(running->signals, &info, sizeof(info)) == (ssize_t)sizeof(info) &&
	    info.ssi_code != SI_KERNEL)
		kill(running->pid, (int)info.ssi_signo);
}

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
	struct pollfd fds[3] = {
		{ .fd = running->pidfd, .events = POLLIN },
		{ .fd = agent_fd(activation->agent), .events = POLLIN },
		{ .fd = running->signals, .events = POLLIN },
	};

	while (fds[0].revents == 0 && fds[1].revents == 0) {
		if (poll(fds, 3, -1) > 0 && fds[2].revents != 0)
			pass_signal_on(running);
	}
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
	struct running running = { .pidfd = -1, .signals = -1 };
	int status = STATUS_NEVER_RAN;
	sigset_t before;
	enum err err = catch_signals(&running.signals, &before, trace);

	if (err == ERR_OK)
		err = start_command(cli, activation, &running, trace);
	if (err == ERR_OK) {
		watch(activation, &running);
		err = process_wait(running.pid, &status, trace);
	}
	if (running.pidfd >= 0)
		close(running.pidfd);
	if (running.signals >= 0) {
		close(running.signals);
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
	}
	cli->status = running.cut_short ? STATUS_NEVER_RAN : status;
	return err;
}

static void
say_open(const struct activation *activation, const struct bounds *bounds)
{
	size_t first = activation->cards;

	if (bounds->request.commands)
		fprintf(stderr, "quorate: Open: a session of '%s' for Quorate's own commands.\n",
		    bounds->request.quorum);
	else
		fprintf(stderr, "quorate: Open: token '%s'%s.\n", activation->token,
		    activation->software ? " (SOFTWARE TOKEN)" : "");
	if (bounds->request.stay == GATHER_STAY_LAST)
		first = activation->cards - 1;
	else if (bounds->request.stay == GATHER_STAY_ALL)
		first = 0;
	for (size_t i = first; i < activation->cards; i++)
		fprintf(stderr,
		    "quorate: Card %s stays in reader '%s': taking it out closes the HSM.\n",
		    activation->card[i], activation->seat[i].reader);
}

static void
say_closed(const struct agent_event *event)
{
	fprintf(stderr, "quorate: Closed: %s (%lld %s).\n",
	    event->text[0] == '\0' ? agent_end_word(event->end) : event->text,
	    (long long)event->uses, event->uses == 1 ? "use" : "uses");
}

static enum err
serve_command(struct cli *cli, struct activation *activation, struct err_trace *trace)
{
	struct agent_event event = { .end = AGENT_END_NONE };
	struct err_trace closing = { 0 };
	/* Others may work with the roster while the HSM is in use. */
	enum err err = cli_close_roster(cli, trace);
	enum err closed;

	if (err == ERR_OK)
		err = run_while_open(cli, activation, trace);
	closed = cli_open_roster(cli, &closing);
	if (closed == ERR_OK)
		closed = activate_close(&cli->custody, activation, &event, &closing);
	else
		agent_free(activation->agent);
	say_closed(&event);
	if (closed == ERR_OK)
		closed = uses_print_spent(
		    stderr, cli->custody.roster, &activation->record.id, SPENT_SHOWN, &closing);
	if (err == ERR_OK && closed != ERR_OK && trace != NULL)
		*trace = closing;
	return err == ERR_OK ? closed : err;
}

/* The line is for eval, so nothing else goes to stdout. */
static enum err
leave_open(struct cli *cli, struct activation *activation, const struct bounds *bounds,
    struct err_trace *trace)
{
	const char *const *variable = agent_client_environment(activation->agent);

	if (!bounds->request.commands)
		fprintf(cli->out, "export '%s'\n", variable[0]);
	fflush(cli->out);
	if (!bounds->request.commands)
		fprintf(stderr,
		    "quorate: Applications load %s and need that variable, and no PIN.\n",
		    agent_client_module());
	fprintf(stderr, "quorate: 'quorate status' shows it; 'quorate deactivate %s' ends it.\n",
	    bounds->request.quorum);
	return activate_leave(activation, trace);
}

static enum err
run_activate(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct activate_values *v = values;
	struct bounds *bounds = calloc(1, sizeof(*bounds));
	struct activation *activation = calloc(1, sizeof(*activation));
	enum err err = ERR_OK;

	if (cli->line->rest != NULL)
		cli->status = STATUS_NEVER_RAN;
	if (bounds == NULL || activation == NULL)
		err = FAIL(trace, ERR_NOMEM, "no memory");
	if (err == ERR_OK)
		err = read_bounds(cli, v, bounds, trace);
	if (err == ERR_OK)
		err = activate_open(&cli->custody, &bounds->request, activation, trace);
	if (err == ERR_OK) {
		say_open(activation, bounds);
		err = cli->line->rest == NULL ? leave_open(cli, activation, bounds, trace)
					      : serve_command(cli, activation, trace);
	}
	free(activation);
	free(bounds);
	return err;
}

const struct command cmd_activate[] = {
	{ .name = "activate",
	    .summary = "Open a quorum's HSM, bounded, for one command or until it is ended",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS | NEED_OPTIONAL_REST,
	    .operands = activate_operands,
	    .options = activate_options,
	    .size = sizeof(struct activate_values),
	    .run = run_activate,
	    .never_ran = STATUS_NEVER_RAN,
	    .notes =
		"COMMAND is any PKCS#11 program: it uses p11-kit-client.so and needs no PIN. "
		"The HSM closes when the\ncommand ends, or the card presented last is taken "
		"out. Without COMMAND it stays open, and the line\nthat is printed tells "
		"applications where: eval \"$(quorate activate root --by ann)\".\nExit "
		"status with COMMAND: its own, 128 + signal, or 125 when it never ran or the "
		"activation ended\nfirst. A use is spent when a signature was made, also where "
		"COMMAND then fails to keep it.\nExample: quorate activate root --by ann --for "
		"15m --max-uses 1 -- pkcs11-tool --module\n"
		"/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so --list-objects" },
	{ .name = NULL },
};
