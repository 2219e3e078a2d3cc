/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quorate-agent: holds one activation of one token and serves it to applications. It is started by
 * a command (custody/agent_link.h) and by nobody else: its only argument is the link.
 */
#include <fcntl.h>
#include <p11-kit/p11-kit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/commands.h"
#include "agent/confine.h"
#include "agent/control.h"
#include "agent/ends.h"
#include "agent/filter.h"
#include "agent/held.h"
#include "agent/recorder.h"
#include "agent/serve.h"
#include "agent/watch.h"
#include "base/process.h"
#include "base/secret.h"
#include "custody/agent_link.h"
#include "custody/agent_wire.h"
#include "custody/use_record.h"
#include "pcsc/reader.h"

enum { ORDER_MS = 10000, PIN_MS = 60000, GRACE_MS = 3000, DESCRIPTORS = 4096 };

struct life {
	int link; /* -1: the command left */
	int signals;
	struct agent_order_read *read;
	struct held held;
	struct confine confine;
	struct activation activation;
	struct readers readers;
	struct watch *watch;
	struct serve *serve;
	struct commands *commands; /* in place of held and serve, for a session */
	struct control *control;
	struct recorder *recorder;
	size_t secrets;
	struct secret *secret[AGENT_SECRETS];
};

static enum err
receive_order(struct life *life, struct err_trace *trace)
{
	json_t *json;
	enum err err = agent_wire_receive(life->link, ORDER_MS, &json, trace);

	if (err != ERR_OK)
		return err;
	err = agent_order_from_json(json, &life->read, trace);
	json_decref(json);
	return err;
}

static enum err
start_watch(struct life *life, struct err_trace *trace)
{
	const struct agent_order *order = &life->read->order;
	struct watch_order watch = { .readers = &life->readers,
		.watched = order->watched,
		.count = order->watched_count,
		.grace_ms = WATCH_GRACE_MS };
	enum err err;

	if (order->watched_count == 0)
		return ERR_OK;
	err = reader_open_pcsc(&life->readers, trace);
	return err == ERR_OK ? watch_start(&watch, &life->watch, trace) : err;
}

static size_t
count_secrets(const struct agent_order *order)
{
	size_t count = 1; /* the user PIN, or the escrow key */

	for (size_t i = 0; i < order->token_count; i++)
		count += (size_t)order->tokens[i].has_user + (size_t)order->tokens[i].has_so;
	return count;
}

static enum err
ask_for_secrets(struct life *life, struct err_trace *trace)
{
	size_t wanted = count_secrets(&life->read->order);
	enum err err = agent_wire_send(life->link, json_pack("{s:s}", "asks", "secrets"), trace);

	while (err == ERR_OK && life->secrets < wanted) {
		err = agent_wire_receive_secret(
		    life->link, PIN_MS, &life->secret[life->secrets], trace);
		life->secrets += err == ERR_OK;
	}
	return err;
}

static void
wipe_secrets(struct life *life)
{
	while (life->secrets > 0)
		secret_drop(&life->secret[--life->secrets]);
}

static const struct place *
place_of(const struct life *life)
{
	return life->commands != NULL ? commands_place(life->commands) : serve_place(life->serve);
}

/* What is served, as a sentence. */
static void
describe(const struct life *life, char text[ERR_TEXT])
{
	const struct visible *visible = life->held.visible;
	int len;

	if (life->commands != NULL) {
		snprintf(text, ERR_TEXT, "serving the commands of this user");
		return;
	}
	len = snprintf(text, ERR_TEXT, "serving %zu private key%s of token '%.32s'",
	    visible->private_keys, visible->private_keys == 1 ? "" : "s", life->read->order.label);
	if (visible->left_out[0] != '\0')
		snprintf(text + len, ERR_TEXT - (size_t)len,
		    "; left out, because they want their PIN before each use: %.100s",
		    visible->left_out);
}

static enum err
say_ready(const struct life *life, struct err_trace *trace)
{
	char text[ERR_TEXT];
	size_t len;

	describe(life, text);
	len = strlen(text);
	snprintf(text + len, sizeof(text) - len, "%s", confine_text(&life->confine));
	return agent_wire_send(life->link,
	    json_pack("{s:b,s:s,s:s,s:s}", "ready", 1, "socket", place_of(life)->path, "control",
		place_of(life)->control_path, "text", text),
	    trace);
}

static bool
log_has_room(void *context)
{
	return recorder_has_room(context);
}

static enum err
log_write(void *context, json_t *line, struct err_trace *trace)
{
	return recorder_write(context, line, trace);
}

/* From here on somebody may use it: the record says where it is and which process. */
static enum err
record_serving(struct life *life, struct err_trace *trace)
{
	return recorder_write(life->recorder,
	    json_pack("{s:s, s:i, s:s, s:s}", "kind", "serve", "pid", (int)getpid(), "socket",
		place_of(life)->path, "control", place_of(life)->control_path),
	    trace);
}

/* Where nobody could use it, nothing ended: the record stops at its first line. */
static void
record_end(struct life *life, const struct agent_event *event)
{
	enum err err = recorder_write(life->recorder,
	    json_pack("{s:s, s:s, s:o, s:I, s:I}", "kind", "end", "end", agent_end_word(event->end),
		"text", chain_text(event->text), "made", (json_int_t)event->uses, "refused",
		(json_int_t)life->activation.uses.refused),
	    NULL);

	(void)err; /* then it ends without a word, and the next command says so */
}

/* What `quorate status` shows of it, beside what the record's first line says. */
static json_t *
tell_status(void *context)
{
	struct life *life = context;
	const struct uses *uses = &life->activation.uses;

	return json_pack("{s:{s:i, s:s, s:i, s:I, s:I, s:I, s:I, s:o}}", "status", "pid",
	    (int)getpid(), "socket", place_of(life)->path, "generation",
	    (int)life->read->order.generation, "left_ms", (json_int_t)bound_time_left(&uses->time),
	    "max_uses", (json_int_t)uses->max, "uses", (json_int_t)use_count(uses), "refused",
	    (json_int_t)uses->refused, "clients",
	    life->serve == NULL ? json_array() : serve_clients(life->serve));
}

static enum err
start_control(struct life *life, struct err_trace *trace)
{
	const struct control_order order = {
		.door = place_of(life)->control_fd, .status = tell_status, .context = life
	};

	return control_start(&order, &life->control, trace);
}

/* One token for applications: the PIN is in the token's own login, and nowhere else any more. */
static enum err
open_token(struct life *life, struct err_trace *trace)
{
	const struct agent_order *order = &life->read->order;
	enum err err = held_log_in(&life->held, order, life->secret[0], trace);

	wipe_secrets(life);
	if (err != ERR_OK)
		return err;
	held_activation(&life->held, order, &life->activation);
	life->activation.token_gone_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	life->activation.uses.log = (struct use_log){ life->recorder, log_has_room, log_write };
	return serve_open(order, &life->activation, &life->serve, trace);
}

/* A session: it keeps the secrets, and each is tried before anybody relies on it. */
static enum err
open_session(struct life *life, struct err_trace *trace)
{
	const struct agent_order *order = &life->read->order;
	const struct bound_clock clock = bound_clock();
	enum err err = commands_new(order, life->secret, life->secrets, &life->commands, trace);

	life->secrets = 0; /* they are its own */
	if (err == ERR_OK)
		err = commands_prove(life->commands, trace);
	life->activation = (struct activation){ .token_gone_fd = -1 };
	life->activation.uses.time = bound_time(&clock, order->for_ms);
	life->activation.uses.log = (struct use_log){ life->recorder, log_has_room, log_write };
	if (err == ERR_OK)
		err = commands_start(life->commands, &life->activation.uses, trace);
	return err;
}

static enum err
start(struct life *life, struct err_trace *trace)
{
	const struct agent_order *order;
	enum err err = receive_order(life, trace);

	if (err != ERR_OK)
		return err;
	order = &life->read->order;
	err = recorder_open(order->record, &life->recorder, trace);
	if (err == ERR_OK && !order->commands)
		err = held_open(order, &life->held, trace);
	if (err == ERR_OK)
		err = confine_files(order, &life->held, &life->confine, trace);
	if (err == ERR_OK)
		err = start_watch(life, trace);
	if (err == ERR_OK)
		err = ask_for_secrets(life, trace);
	if (err == ERR_OK)
		err = order->commands ? open_session(life, trace) : open_token(life, trace);
	if (err == ERR_OK)
		err = record_serving(life, trace);
	if (err == ERR_OK)
		err = start_control(life, trace);
	if (err == ERR_OK)
		err = confine_calls(&life->confine, order, trace);
	return err == ERR_OK ? say_ready(life, trace) : err;
}

static const char *
card_text(void *context)
{
	const struct life *life = context;

	return watch_text(life->watch);
}

static bool
door_stands(void *context)
{
	const struct life *life = context;

	return place_stands(place_of(life));
}

static void
let_in(void *context)
{
	const struct life *life = context;

	serve_accept(life->serve);
}

static void
serve_until_end(struct life *life, struct agent_event *event)
{
	struct ends ends = { .link = life->link,
		.signals = life->signals,
		.card = life->watch == NULL ? -1 : watch_fd(life->watch),
		.token = life->activation.token_gone_fd,
		.record = recorder_failed_fd(life->recorder),
		.door = life->serve == NULL ? -1 : place_of(life)->fd,
		.card_text = card_text,
		.door_stands = door_stands,
		.let_in = let_in,
		.context = life,
		.control = life->control,
		.time = &life->activation.uses.time };

	ends_wait(&ends, event);
	life->link = ends.link;
}

/*
 * Clients first, then the token. False when a client is still inside the token after the grace (an
 * HSM that hangs): then nothing is safe to free, and the end of the process closes the token.
 */
static bool
stop(struct life *life)
{
	control_stop(life->control);
	wipe_secrets(life);
	if (life->serve != NULL && !serve_close(life->serve, GRACE_MS))
		return false;
	if (!commands_stop(life->commands, GRACE_MS))
		return false;
	watch_stop(life->watch);
	reader_close(&life->readers);
	held_close(&life->held);
	agent_order_read_free(life->read);
	return true;
}

/* A connection takes three descriptors, and the module some of its own. */
static void
allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS)
		return;
	limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/*
 * The command's stdin and stdout are not the agent's: a reader of that stdout must not wait for
 * the agent to end. stderr stays, for what a module has to say.
 */
static enum err
let_go_of_streams(struct err_trace *trace)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	bool done = null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDOUT_FILENO) >= 0;

	if (null > STDERR_FILENO)
		close(null);
	return done ? ERR_OK : FAIL_ERRNO(trace, "cannot let go of stdin and stdout");
}

static enum err
set_up(struct life *life, struct err_trace *trace)
{
	enum err err = process_harden(trace);

	if (err == ERR_OK)
		err = confine_begin(trace);
	if (err == ERR_OK)
		err = secret_heap_init(trace);
	if (err == ERR_OK)
		err = let_go_of_streams(trace);
	if (err == ERR_OK)
		err = ends_block_signals(&life->signals, trace);
	allow_descriptors();
	p11_kit_be_quiet();
	return err;
}

static int
live(int link)
{
	struct life life = { .link = link, .signals = -1 };
	struct agent_event event = { .end = AGENT_END_NONE };
	struct err_trace trace = { 0 };
	enum err err = set_up(&life, &trace);
	enum err told;
	bool stopped;

	if (err == ERR_OK)
		err = start(&life, &trace);
	if (err == ERR_OK)
		serve_until_end(&life, &event);
	stopped = stop(&life);
	event.uses = use_count(&life.activation.uses);
	if (err == ERR_OK)
		record_end(&life, &event);
	if (stopped)
		recorder_close(life.recorder);
	/* Only now: who hears that it ended may rely on the token being closed. */
	told = life.link < 0 ? ERR_OK
			     : agent_wire_send(life.link,
				   err == ERR_OK ? agent_event_to_json(&event)
						 : agent_failure_to_json(err, &trace),
				   NULL);
	(void)told; /* the command may be gone, and then nobody is left to tell */
	if (!stopped)
		_exit(EXIT_FAILURE);
	return err == ERR_OK ? EXIT_SUCCESS : err_exit_code(err);
}

static bool
parse_link(int argc, char **argv, int *link)
{
	char *end;
	long number;

	if (argc != 3 || strcmp(argv[1], "--link") != 0)
		return false;
	number = strtol(argv[2], &end, 10);
	*link = (int)number;
	return *end == '\0' && end != argv[2] && number > 2 && number < 1024;
}

int
main(int argc, char **argv)
{
	static const char usage[] = "quorate-agent is started by 'quorate activate', not by hand\n";
	int type = 0;
	int link = -1;
	socklen_t len = sizeof(type);

	if (!parse_link(argc, argv, &link) ||
	    getsockopt(link, SOL_SOCKET, SO_TYPE, &type, &len) != 0 || type != SOCK_STREAM) {
		(void)!write(STDERR_FILENO, usage, sizeof(usage) - 1);
		return err_exit_code(ERR_ARGUMENT);
	}
	return live(link);
}
