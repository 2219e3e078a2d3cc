/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/commands.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "agent/peer.h"
#include "base/json.h"
#include "base/secret.h"
#include "custody/agent_link.h"
#include "custody/agent_wire.h"
#include "custody/job.h"
#include "custody/use_record.h"
#include "hsm/module.h"
#include "hsm/token.h"

enum { ASK_MS = 5000, RESULT_TEXT = 160 };

struct commands_token {
	const struct agent_token *token; /* in the order */
	struct secret *pin;              /* the user PIN; NULL: the quorum does not open it */
	struct secret *so_pin;
};

struct commands {
	const struct agent_order *order;
	struct commands_token tokens[AGENT_TOKENS];
	struct secret *escrow;
	struct place place;
	struct uses *uses;
	pthread_t thread;
	bool started;
	int cancel; /* eventfd */
};

/* One job as it was asked for. */
struct asked {
	struct peer peer;
	const struct job *job;
	const struct commands_token *token; /* NULL: not on a token */
	const char *on;
	const json_t *request;
};

static enum err
take_secrets(
    struct commands *commands, struct secret **secrets, size_t count, struct err_trace *trace)
{
	size_t next = 0;

	for (size_t i = 0; i < commands->order->token_count; i++) {
		struct commands_token *token = &commands->tokens[i];

		token->token = &commands->order->tokens[i];
		if (token->token->has_user && next < count)
			token->pin = secrets[next++];
		if (token->token->has_so && next < count)
			token->so_pin = secrets[next++];
	}
	if (next + 1 != count)
		return FAIL(trace, ERR_FORMAT, "the secrets do not fit the order");
	commands->escrow = secrets[next];
	return ERR_OK;
}

enum err
commands_new(const struct agent_order *order, struct secret **secrets, size_t count,
    struct commands **out, struct err_trace *trace)
{
	struct commands *commands = calloc(1, sizeof(*commands));

	if (commands == NULL) {
		for (size_t i = 0; i < count; i++)
			secret_free(secrets[i]);
		return FAIL(trace, ERR_NOMEM, "no memory for a session");
	}
	commands->order = order;
	commands->place = (struct place){ .fd = -1, .control_fd = -1 };
	commands->cancel = -1;
	*out = commands;
	return take_secrets(commands, secrets, count, trace);
}

/* A token for the time of one job. */
struct visited {
	struct module *module;
	struct token_session *session;
};

static void
leave_token(struct visited *visited)
{
	token_session_close(visited->session);
	module_close(visited->module);
}

static enum err
visit_token(const struct commands_token *token, struct visited *out, struct err_trace *trace)
{
	struct visited visited = { .module = NULL };
	struct token_facts facts;
	enum err err = module_open_named(token->token->module, &visited.module, trace);

	if (err == ERR_OK)
		err =
		    token_find(visited.module, token->token->uri, TOKEN_INITIALISED, &facts, trace);
	if (err == ERR_ABSENT) {
		err_next_instead(
		    trace, "Connect the HSM that holds it, and give the command again.");
		err = FAIL(trace, ERR_ABSENT, "token '%s' is not there", token->token->label);
	}
	if (err == ERR_OK)
		err = token_session_open(visited.module, &facts, true, &visited.session, trace);
	if (err == ERR_OK)
		err = token_login(visited.session, TOKEN_USER, token->pin, trace);
	if (err == ERR_OK)
		*out = visited;
	else
		leave_token(&visited);
	return err;
}

enum err
commands_prove(struct commands *commands, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < commands->order->token_count; i++) {
		struct visited visited;

		if (commands->tokens[i].pin == NULL)
			continue;
		err = visit_token(&commands->tokens[i], &visited, trace);
		if (err == ERR_OK)
			leave_token(&visited);
	}
	return err;
}

static enum err
find_token(const struct commands *commands, const json_t *asked, struct asked *out,
    struct err_trace *trace)
{
	const char *binding;
	enum err err = json_get_text(asked, "binding", &binding, trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < commands->order->token_count; i++)
		if (commands->tokens[i].pin != NULL &&
		    strcmp(commands->tokens[i].token->binding, binding) == 0)
			out->token = &commands->tokens[i];
	return out->token != NULL
		   ? ERR_OK
		   : FAIL(trace, ERR_ABSENT, "the session opens no token '%.40s'", binding);
}

static enum err
read_asked(const struct commands *commands, const json_t *asked, struct asked *out,
    struct err_trace *trace)
{
	const char *name;
	int64_t generation;
	enum err err = json_get_text(asked, "job", &name, trace);

	if (err == ERR_OK)
		err = json_get_text(asked, "on", &out->on, trace);
	/* What is too long for a line of the record could not be recorded. */
	if (err == ERR_OK && strlen(out->on) > AGENT_LINK_ON)
		err = FAIL(trace, ERR_ARGUMENT, "what the job is on is of more than %d bytes",
		    AGENT_LINK_ON);
	if (err == ERR_OK)
		err = json_get_int(asked, "generation", commands->order->generation,
		    commands->order->generation, &generation, trace);
	if (err == ERR_OK)
		err = job_find(name, &out->job, trace);
	if (err == ERR_OK && out->job->on_token)
		err = find_token(commands, asked, out, trace);
	out->request = json_object_get(asked, "request");
	return err;
}

static enum err
do_job(const struct commands *commands, const struct asked *asked, struct job_result *out,
    struct err_trace *trace)
{
	struct job_tools tools = { .escrow = commands->escrow };
	struct visited visited;
	enum err err;

	if (!asked->job->on_token)
		return asked->job->run(&tools, asked->request, out, trace);
	err = visit_token(asked->token, &visited, trace);
	if (err != ERR_OK)
		return err;
	tools = (struct job_tools){ .session = visited.session,
		.user_pin = asked->token->pin,
		.so_pin = asked->token->so_pin };
	err = asked->job->run(&tools, asked->request, out, trace);
	leave_token(&visited);
	return err;
}

/* In the record before it is answered; what cannot be recorded is not begun. */
static enum err
record_job(struct commands *commands, const struct asked *asked, enum err outcome,
    const struct err_trace *why, struct err_trace *trace)
{
	char result[RESULT_TEXT] = "done";

	if (outcome != ERR_OK)
		snprintf(result, sizeof(result), "failed: %.140s",
		    why->count == 0 ? err_word(outcome) : why->frame[why->count - 1].text);
	return use_write(commands->uses,
	    json_pack("{s:s, s:o, s:s, s:o, s:o}", "kind", "job", "client", peer_json(&asked->peer),
		"job", asked->job->name, "on", chain_text(asked->on), "result", chain_text(result)),
	    trace);
}

static enum err
run_asked(struct commands *commands, const struct asked *asked, struct job_result *out,
    struct err_trace *trace)
{
	struct err_trace unrecorded = { 0 };
	enum err err, recorded;

	if (use_over(commands->uses) != NULL)
		return FAIL(trace, ERR_DENIED, "the session is over");
	if (!use_has_room(commands->uses)) {
		err_next(trace, "Make room on the disk of the state folder.");
		return FAIL(trace, ERR_IO, "the job could not be recorded, and was not begun");
	}
	err = do_job(commands, asked, out, trace);
	recorded = record_job(commands, asked, err, trace, &unrecorded);
	if (recorded != ERR_OK && err == ERR_OK) {
		*trace = unrecorded;
		err = FAIL(trace, recorded, "the job was done, but could not be recorded");
	}
	if (err == ERR_OK)
		atomic_fetch_add(&commands->uses->taken, 1);
	return err;
}

static void
answer(int fd, enum err err, const struct job_result *result, const struct err_trace *trace)
{
	bool has_secret = result->secret != NULL;
	enum err told = err == ERR_OK
			    ? agent_wire_send_job(fd,
				  json_pack("{s:b, s:O, s:b}", "done", 1, "reply", result->reply,
				      "secret", has_secret),
				  NULL)
			    : agent_wire_send(fd, agent_failure_to_json(err, trace), NULL);

	if (told == ERR_OK && err == ERR_OK && has_secret)
		told = agent_wire_send_secret(fd, result->secret, NULL);
	(void)told; /* who asked is gone */
}

static void
serve_one(struct commands *commands, int fd)
{
	const struct timeval limit = { .tv_sec = ASK_MS / 1000 };
	struct job_result result = { .reply = NULL };
	struct err_trace trace = { 0 };
	struct asked asked = { .token = NULL };
	json_t *message = NULL;
	enum err err;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0 ||
	    peer_of(fd, &asked.peer, NULL) != ERR_OK || asked.peer.uid != geteuid() ||
	    agent_wire_receive_job(fd, ASK_MS, &message, NULL) != ERR_OK)
		return;
	err = read_asked(commands, message, &asked, &trace);
	if (err == ERR_OK)
		err = run_asked(commands, &asked, &result, &trace);
	answer(fd, err, &result, &trace);
	job_result_drop(&result);
	json_decref(message);
}

static void *
run_commands(void *argument)
{
	struct commands *commands = argument;
	struct pollfd polled[2] = { { .fd = commands->place.fd, .events = POLLIN },
		{ .fd = commands->cancel, .events = POLLIN } };

	for (;;) {
		int fd;

		if (poll(polled, 2, -1) < 0)
			continue;
		if (polled[1].revents != 0)
			return NULL;
		fd = accept4(commands->place.fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		serve_one(commands, fd);
		close(fd);
	}
}

enum err
commands_start(struct commands *commands, struct uses *uses, struct err_trace *trace)
{
	enum err err = place_make(commands->order, &commands->place, trace);

	if (err != ERR_OK)
		return err;
	commands->uses = uses;
	commands->cancel = eventfd(0, EFD_CLOEXEC);
	if (commands->cancel < 0)
		return FAIL_ERRNO(trace, "the session cannot be served");
	if (pthread_create(&commands->thread, NULL, run_commands, commands) != 0)
		return FAIL(trace, ERR_NOMEM, "the session cannot be served");
	commands->started = true;
	return ERR_OK;
}

const struct place *
commands_place(const struct commands *commands)
{
	return &commands->place;
}

static bool
join(const struct commands *commands, int grace_ms)
{
	struct timespec until;

	(void)eventfd_write(commands->cancel, 1);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += grace_ms / 1000;
	return pthread_clockjoin_np(commands->thread, NULL, CLOCK_MONOTONIC, &until) == 0;
}

bool
commands_stop(struct commands *commands, int grace_ms)
{
	if (commands == NULL)
		return true;
	place_remove(&commands->place);
	if (commands->started && !join(commands, grace_ms))
		return false;
	for (size_t i = 0; i < AGENT_TOKENS; i++) {
		secret_free(commands->tokens[i].pin);
		secret_free(commands->tokens[i].so_pin);
	}
	secret_free(commands->escrow);
	if (commands->cancel >= 0)
		close(commands->cancel);
	free(commands);
	return true;
}
