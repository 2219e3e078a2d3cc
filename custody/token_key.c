/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/token_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "custody/login.h"
#include "roster/key.h"

static enum err
record(struct custody *custody, const struct login_target *target, const struct job_result *made,
    const struct key_facts *key, struct err_trace *trace)
{
	struct roster_key row = { .binding = "" };
	enum err err = json_get_hex(made->reply, "public_hash", row.public_hash.bytes,
	    sizeof(row.public_hash.bytes), trace);

	if (err != ERR_OK)
		return err;
	snprintf(row.binding, sizeof(row.binding), "%s", target->binding.spec.name);
	snprintf(row.label, sizeof(row.label), "%s", key->label);
	snprintf(row.algorithm, sizeof(row.algorithm), "%s", key_kind_word(key->kind));
	hex_encode(key->id, key->id_len, row.id);
	return roster_key_generated(custody->roster, &row, trace);
}

static enum err
take_pem(const struct job_result *made, char **pem, struct err_trace *trace)
{
	const char *text;
	enum err err = json_get_text(made->reply, "pem", &text, trace);

	if (err != ERR_OK)
		return err;
	*pem = strdup(text);
	return *pem == NULL ? FAIL(trace, ERR_NOMEM, "no memory for the public key") : ERR_OK;
}

static enum err
make(struct custody *custody, const struct login_target *target,
    const struct token_key_request *request, struct key_facts *out, char **pem,
    struct err_trace *trace)
{
	struct login_job job = { .name = "key.generate" };
	struct job_result made = { .reply = NULL };
	char purpose[KEY_LABEL + 32];
	enum err err;

	snprintf(purpose, sizeof(purpose), "make the key '%.64s'", request->key.label);
	job.purpose = purpose;
	job.request = job_key_request(&request->key);
	err = login_run(custody, target, &job, &made, trace);
	json_decref(job.request);
	if (err == ERR_OK)
		err = job_key_read(json_object_get(made.reply, "key"), out, trace);
	if (err == ERR_OK)
		err = record(custody, target, &made, out, trace);
	if (err == ERR_OK)
		err = take_pem(&made, pem, trace);
	if (err != ERR_OK)
		err_next(trace,
		    "Look what the token holds now before you try again: quorate key list %s --by "
		    "NAME",
		    target->quorum.name);
	job_result_drop(&made);
	return err;
}

enum err
token_key_generate(struct custody *custody, const struct token_key_request *request,
    struct key_facts *out, char **pem, struct err_trace *trace)
{
	struct login_target *target = calloc(1, sizeof(*target));
	enum err err;

	if (target == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = login_find(custody, request->quorum, request->binding, target, trace);
	if (err == ERR_OK)
		err = make(custody, target, request, out, pem, trace);
	free(target);
	return err;
}

static enum err
read_list(const json_t *list, struct key_facts **out, size_t *count, struct err_trace *trace)
{
	size_t many = json_array_size(list);
	struct key_facts *keys = calloc(many + 1, sizeof(*keys));
	enum err err = keys == NULL ? FAIL(trace, ERR_NOMEM, "no memory for the keys") : ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < many; i++)
		err = job_key_read(json_array_get(list, i), &keys[i], trace);
	if (err != ERR_OK) {
		free(keys);
		return err;
	}
	*out = keys;
	*count = many;
	return ERR_OK;
}

enum err
token_key_list(struct custody *custody, const char *quorum, const char *binding,
    struct key_facts **out, size_t *count, struct err_trace *trace)
{
	struct login_target *target = calloc(1, sizeof(*target));
	struct login_job job = { .name = "key.list", .purpose = "list the token's keys" };
	struct job_result listed = { .reply = NULL };
	enum err err;

	if (target == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = login_find(custody, quorum, binding, target, trace);
	job.request = json_object();
	if (err == ERR_OK)
		err = login_run(custody, target, &job, &listed, trace);
	if (err == ERR_OK)
		err = read_list(json_object_get(listed.reply, "keys"), out, count, trace);
	json_decref(job.request);
	job_result_drop(&listed);
	free(target);
	return err;
}
