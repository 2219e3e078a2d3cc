/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/token_key.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "base/hash.h"
#include "custody/login.h"
#include "roster/journal.h"

static enum err
record(struct custody *custody, const struct login_target *target, struct token_session *session,
    const struct key_facts *key, struct err_trace *trace)
{
	struct roster_key row = { .binding = "" };
	uint8_t *der = NULL;
	size_t len = 0;
	enum err err = key_public_der(session, key, &der, &len, trace);

	if (err == ERR_OK)
		err = sha256(der, len, row.public_hash.bytes, trace);
	free(der);
	if (err != ERR_OK)
		return err;
	snprintf(row.binding, sizeof(row.binding), "%s", target->binding.spec.name);
	snprintf(row.label, sizeof(row.label), "%s", key->label);
	snprintf(row.algorithm, sizeof(row.algorithm), "%s", key_kind_word(key->kind));
	hex_encode(key->id, key->id_len, row.id);
	return roster_key_generated(custody->roster, &row, trace);
}

static enum err
make(struct custody *custody, const struct login_target *target,
    const struct token_key_request *request, struct key_facts *out, char **pem,
    struct err_trace *trace)
{
	struct login login;
	char purpose[KEY_LABEL + 32];
	enum err err;

	snprintf(purpose, sizeof(purpose), "make the key '%.64s'", request->key.label);
	err = login_open(custody, target, purpose, &login, trace);
	if (err != ERR_OK)
		return err;
	err = key_generate(login.session, &request->key, out, trace);
	if (err == ERR_OK)
		err = key_prove(login.session, out, trace);
	if (err == ERR_OK)
		err = record(custody, target, login.session, out, trace);
	if (err == ERR_OK)
		err = key_public_pem(login.session, out, pem, trace);
	if (err != ERR_OK)
		err_next(trace,
		    "Look what the token holds now before you try again: quorate key list %s",
		    target->quorum.name);
	login_close(&login);
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

enum err
token_key_list(struct custody *custody, const char *quorum, const char *binding,
    struct key_facts **out, size_t *count, struct err_trace *trace)
{
	struct login_target *target = calloc(1, sizeof(*target));
	struct login login;
	enum err err;

	if (target == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = login_find(custody, quorum, binding, target, trace);
	if (err == ERR_OK)
		err = login_open(custody, target, "list the token's keys", &login, trace);
	if (err == ERR_OK) {
		err = key_list(login.session, out, count, trace);
		login_close(&login);
	}
	free(target);
	return err;
}
