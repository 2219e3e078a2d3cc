/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/proof.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/process.h"
#include "base/secret.h"
#include "hsm/guard.h"
#include "hsm/module.h"
#include "hsm/token_info.h"

#define PROGRAM "quorate-token-check"

enum { PATH_SIZE = 1024, ANSWER = 1024, PATIENCE_MS = 120000 };

const char *const proof_verdict_words[TOKEN_VERDICT__COUNT] = {
	[TOKEN_PIN_RIGHT] = "right",
	[TOKEN_PIN_WRONG] = "wrong",
	[TOKEN_PIN_LOCKED] = "locked",
	[TOKEN_PIN_NO_TOKEN] = "no token",
};

const char *const proof_who_words[2] = { [TOKEN_USER] = "user", [TOKEN_SO] = "so" };

static enum err
write_all(int fd, const void *bytes, size_t len, struct err_trace *trace)
{
	const uint8_t *at = bytes;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return FAIL_ERRNO(trace, PROGRAM " takes no question");
		at += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

/* Question and PIN fit a pipe's buffer many times over, so that this never waits for the child. */
static enum err
send_question(int fd, const struct token_proof *proof, struct err_trace *trace)
{
	const struct token_try *attempt = &proof->attempt;
	json_t *question = json_pack("{s:b,s:s,s:s,s:s}", "asked", attempt->even_if_low, "module",
	    proof->module_path, "serial", proof->serial, "who", proof_who_words[attempt->who]);
	char *line = NULL;
	enum err err;

	if (!question)
		return FAIL(trace, ERR_ARGUMENT, "a path or serial number that is not UTF-8");
	err = json_canonical(question, &line, trace);
	json_decref(question);
	if (!err)
		err = write_all(fd, line, strlen(line), trace);
	if (!err)
		err = write_all(fd, "\n", 1, trace);
	if (!err)
		err = write_all(fd, secret_bytes(attempt->pin), secret_len(attempt->pin), trace);
	free(line);
	return err;
}

/* Up to end of file, at most `size` bytes. */
static enum err
receive(int fd, char *out, size_t size, size_t *len, struct err_trace *trace)
{
	int64_t end = clock_boot_ms() + PATIENCE_MS;
	size_t used = 0;

	for (;;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		int64_t left = end - clock_boot_ms();
		ssize_t n;

		if (left <= 0 || poll(&wait, 1, (int)left) == 0)
			return FAIL(trace, ERR_TIMEOUT, "the token did not answer a login in %d s",
			    PATIENCE_MS / 1000);
		n = read(fd, out + used, size - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return FAIL_ERRNO(trace, PROGRAM " does not answer");
		if (n == 0)
			break;
		used += (size_t)n;
		if (used == size)
			return FAIL(trace, ERR_FORMAT, PROGRAM " answers too much");
	}
	*len = used;
	return ERR_OK;
}

static enum err
err_from_word(const char *word)
{
	for (enum err err = ERR_ARGUMENT; err < ERR__COUNT; err++) {
		if (strcmp(err_word(err), word) == 0)
			return err;
	}
	return ERR_INTERNAL;
}

static enum err
read_answer(const char *text, size_t len, enum token_verdict *verdict, struct err_trace *trace)
{
	json_t *answer = NULL;
	const char *word;
	const char *why = "";
	enum err err = json_parse(text, len, ANSWER, &answer, trace);

	if (err)
		return err;
	if (json_get_text(answer, "failed", &word, NULL) == ERR_OK) {
		(void)!json_get_text(answer, "text", &why, NULL);
		err = FAIL(trace, err_from_word(word), "%s", why);
		goto out;
	}
	err = json_get_text(answer, "verdict", &word, trace);
	if (err)
		goto out;
	err = ERR_FORMAT;
	for (unsigned i = 0; i < TOKEN_VERDICT__COUNT; i++) {
		if (strcmp(proof_verdict_words[i], word) == 0) {
			*verdict = (enum token_verdict)i;
			err = ERR_OK;
		}
	}
	if (err)
		err = FAIL(trace, err, PROGRAM " answers '%s'", word);
out:
	json_decref(answer);
	return err;
}

static enum err
ask(const struct token_proof *proof, int to, int from, enum token_verdict *verdict,
    struct err_trace *trace)
{
	char answer[ANSWER];
	size_t len = 0;
	enum err err = send_question(to, proof, trace);

	(void)close(to);
	if (!err)
		err = receive(from, answer, sizeof(answer), &len, trace);
	(void)close(from);
	return err ? err : read_answer(answer, len, verdict, trace);
}

enum err
token_prove_pin(
    const struct token_proof *proof, enum token_verdict *verdict, struct err_trace *trace)
{
	char program[PATH_SIZE];
	const char *const argv[] = { program, NULL };
	const struct process_start start = {
		.argv = argv,
		.pass_fd = -1,
		.die_with_parent = true,
	};
	int to = -1;
	int from = -1;
	int status = 0;
	pid_t pid;
	enum err err = process_sibling("hsm", PROGRAM, program, sizeof(program), trace);

	if (err)
		return err;
	if (secret_len(proof->attempt.pin) > PROOF_PIN)
		return FAIL(trace, ERR_ARGUMENT, "a PIN has at most %d characters", PROOF_PIN);
	err = process_spawn(&start, &pid, &to, &from, trace);
	if (err)
		return err;
	err = ask(proof, to, from, verdict, trace);
	if (err == ERR_TIMEOUT)
		(void)kill(pid, SIGKILL);
	(void)!process_wait(pid, &status, NULL);
	return err;
}

enum err
proof_expect(struct module *module, const struct token_facts *token,
    const struct token_try *attempt, struct err_trace *trace)
{
	const struct token_proof proof = {
		.module_path = module_path(module),
		.serial = token->serial,
		.attempt = *attempt,
	};
	enum token_verdict verdict;
	enum err err = token_prove_pin(&proof, &verdict, trace);

	if (err)
		return err;
	if (verdict != TOKEN_PIN_RIGHT)
		return FAIL(trace, ERR_IO,
		    "token '%s' (serial %s) took its %s and then refused it in a new process",
		    token->label, token->serial, token_pin_word(attempt->who));
	return ERR_OK;
}
