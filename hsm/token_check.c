/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quorate-token-check: one login to one token in a process of its own, so that what answers is what
 * the token kept. Started by hsm/proof.c; question and answer are described in hsm/proof.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/process.h"
#include "base/secret.h"
#include "hsm/module.h"
#include "hsm/proof.h"

struct question {
	json_t *json; /* the texts below are its */
	const char *module;
	const char *serial;
	struct token_try attempt;
	struct secret *pin;
};

static enum err
read_all(struct secret *out, struct err_trace *trace)
{
	uint8_t *at = secret_extend(out, secret_capacity(out));
	size_t used = 0;

	if (!at)
		return FAIL(trace, ERR_INTERNAL, "no room for the question");
	for (;;) {
		ssize_t n = read(STDIN_FILENO, at + used, secret_capacity(out) - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return FAIL_ERRNO(trace, "the question cannot be read");
		if (n == 0)
			break;
		used += (size_t)n;
		if (used == secret_capacity(out))
			return FAIL(trace, ERR_FORMAT, "the question is too long");
	}
	secret_truncate(out, used);
	return ERR_OK;
}

static enum err
read_header(const char *line, size_t len, struct question *question, struct err_trace *trace)
{
	const char *who = NULL;
	enum err err = json_parse(line, len, PROOF_LINE, &question->json, trace);

	if (!err)
		err = json_get_text(question->json, "module", &question->module, trace);
	if (!err)
		err = json_get_text(question->json, "serial", &question->serial, trace);
	if (!err)
		err = json_get_text(question->json, "who", &who, trace);
	if (err)
		return err;
	question->attempt = (struct token_try){
		.who = strcmp(who, proof_who_words[TOKEN_SO]) == 0 ? TOKEN_SO : TOKEN_USER,
		.pin = question->pin,
		.even_if_low = json_is_true(json_object_get(question->json, "asked")),
	};
	return ERR_OK;
}

static enum err
read_question(struct question *question, struct err_trace *trace)
{
	struct secret *all = NULL;
	const char *text;
	const char *newline = NULL;
	size_t head;
	enum err err = secret_new(PROOF_LINE + PROOF_PIN + 2, &all, trace);

	if (!err)
		err = read_all(all, trace);
	if (err)
		goto out;
	text = (const char *)secret_bytes(all);
	newline = memchr(text, '\n', secret_len(all));
	if (!newline) {
		err = FAIL(trace, ERR_FORMAT, "the question has no newline");
		goto out;
	}
	head = (size_t)(newline - text) + 1;
	err = secret_from(text + head, secret_len(all) - head, &question->pin, trace);
	if (!err)
		err = read_header(text, head - 1, question, trace);
out:
	secret_free(all);
	return err;
}

/*
 * A token that the module does not show, or that answers a login with something else than a verdict
 * on the PIN, is broken, and that is an answer. A low counter that nobody was asked about is none.
 */
static bool
is_broken(enum err err, bool asked)
{
	return err != ERR_OK && err != ERR_NOMEM && (err != ERR_NOT_NOW || asked);
}

static enum err
try(const struct question *question, enum token_verdict *verdict, struct err_trace *trace)
{
	struct module *module = NULL;
	struct token_facts token;
	enum err err = module_open(question->module, &module, trace);

	if (err)
		return err;
	err = token_find_serial(module, question->serial, &token, trace);
	if (!err)
		err = token_try_pin(module, &token, &question->attempt, verdict, trace);
	if (is_broken(err, question->attempt.even_if_low)) {
		*verdict = TOKEN_PIN_NO_TOKEN;
		err = ERR_OK;
	}
	module_close(module);
	return err;
}

static int
answer(enum err err, enum token_verdict verdict, const struct err_trace *trace)
{
	json_t *json;
	char *line = NULL;

	if (err == ERR_OK)
		json = json_pack("{s:s}", "verdict", proof_verdict_words[verdict]);
	else
		json = json_pack("{s:s,s:s}", "failed", err_word(err), "text",
		    trace->count ? trace->frame[trace->count - 1].text : "");
	if (json && json_canonical(json, &line, NULL) == ERR_OK)
		(void)printf("%s\n", line);
	free(line);
	json_decref(json);
	return err_exit_code(err);
}

int
main(void)
{
	struct err_trace trace = { .count = 0 };
	struct question question = { .json = NULL };
	enum token_verdict verdict = TOKEN_PIN_NO_TOKEN;
	enum err err = process_harden(&trace);

	if (!err)
		err = secret_heap_init(&trace);
	if (!err)
		err = read_question(&question, &trace);
	if (!err)
		err = try(&question, &verdict, &trace);
	secret_free(question.pin);
	json_decref(question.json);
	return answer(err, verdict, &trace);
}
