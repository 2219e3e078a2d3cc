/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs on a key that goes from one token to another. */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/json.h"
#include "custody/job.h"
#include "hsm/backup.h"
#include "hsm/token.h"

/* ---- bytes that travel ----------------------------------------------------------------------- */

struct bytes {
	uint8_t *out;
	size_t capacity;
	size_t *len;
};

static enum err
get_bytes(const json_t *json, const char *name, const struct bytes *to, struct err_trace *trace)
{
	struct der der = { .bytes = NULL };
	enum err err = job_der_read(json, name, &der, trace);

	if (err == ERR_OK && der.len > to->capacity)
		err = FAIL(trace, ERR_FORMAT, "'%s' is damaged", name);
	if (err == ERR_OK) {
		memcpy(to->out, der.bytes, der.len);
		*to->len = der.len;
	}
	der_drop(&der);
	return err;
}

static enum err
get_public(const json_t *json, const char *name, struct public_der *out, struct err_trace *trace)
{
	const struct bytes to = { out->bytes, sizeof(out->bytes), &out->len };

	return get_bytes(json, name, &to, trace);
}

static enum err
get_wrapped(const json_t *json, struct wrapped_key *out, struct err_trace *trace)
{
	const struct bytes key = { out->key, sizeof(out->key), &out->key_len };
	const struct bytes wrapper = { out->wrapper, sizeof(out->wrapper), &out->wrapper_len };
	enum err err = get_bytes(json, "wrapped", &key, trace);

	return err == ERR_OK ? get_bytes(json, "wrapper", &wrapper, trace) : err;
}

static enum err
reply(struct job_result *out, json_t *json, struct err_trace *trace)
{
	out->reply = json;
	return json == NULL ? FAIL(trace, ERR_NOMEM, "no memory for an answer") : ERR_OK;
}

/* ---- what is there ------------------------------------------------------------------------- */

static enum err
run_look(const struct job_tools *tools, const json_t *request, struct job_result *out,
    struct err_trace *trace)
{
	struct public_der public = { .len = 0 };
	char hex[2 * SHA256_SIZE + 1];
	uint8_t hash[SHA256_SIZE];
	struct key_facts key;
	const char *label;
	enum err err = json_get_text(request, "label", &label, trace);

	if (err == ERR_OK)
		err = key_find(tools->session, label, &key, trace);
	if (err == ERR_OK && json_is_true(json_object_get(request, "leaves")))
		err = backup_check_key(tools->session, &key, trace);
	if (err == ERR_OK)
		err = backup_public(tools->session, &key, &public, trace);
	if (err == ERR_OK && json_is_true(json_object_get(request, "prove")))
		err = key_prove_as(tools->session, &key, public.bytes, public.len, trace);
	if (err == ERR_OK)
		err = sha256(public.bytes, public.len, hash, trace);
	if (err != ERR_OK)
		return err;
	hex_encode(hash, sizeof(hash), hex);
	return reply(out,
	    json_pack("{s:o, s:o, s:s}", "key", job_key_json(&key), "public",
		job_der(public.bytes, public.len), "public_hash", hex),
	    trace);
}

/*
 * An interrupted backup may have come so far that the key is there: with its public half, and able
 * to sign. Anything else under the label is another's.
 */
static enum err
look_whether_there(struct token_session *session, const char *label,
    const struct public_der *public, struct key_facts *key, bool *there, struct err_trace *trace)
{
	struct public_der has = { .len = 0 };
	enum err err = key_find(session, label, key, NULL);

	*there = false;
	if (err == ERR_ABSENT)
		return ERR_OK;
	if (err == ERR_OK)
		err = backup_public(session, key, &has, NULL);
	if (err == ERR_OK && has.len == public->len &&
	    memcmp(has.bytes, public->bytes, has.len) == 0) {
		*there = true;
		return key_prove_as(session, key, public->bytes, public->len, trace);
	}
	err_next(trace, "Look what it is: quorate key list QUORUM --token BINDING --by NAME");
	return FAIL(trace, ERR_EXISTS, "token '%s' (serial %s) has another key labelled '%s'",
	    token_session_token(session)->label, token_session_token(session)->serial, label);
}

static enum err
run_transport(const struct job_tools *tools, const json_t *request, struct job_result *out,
    struct err_trace *trace)
{
	struct public_der public = { .len = 0 }, transport = { .len = 0 };
	struct key_facts key;
	size_t objects = 0, cleared;
	bool there = false;
	const char *label;
	enum err err = json_get_text(request, "label", &label, trace);

	if (err == ERR_OK)
		err = get_public(request, "public", &public, trace);
	if (err == ERR_OK)
		err = backup_transport_clear(tools->session, &cleared, trace);
	if (err == ERR_OK && json_is_true(json_object_get(request, "keep")))
		err = look_whether_there(tools->session, label, &public, &key, &there, trace);
	if (err == ERR_OK && there)
		return reply(
		    out, json_pack("{s:b, s:o}", "there", 1, "key", job_key_json(&key)), trace);
	if (err == ERR_OK)
		err = token_count_objects(tools->session, &objects, trace);
	if (err == ERR_OK)
		err = backup_transport_make(tools->session, &transport, trace);
	if (err != ERR_OK)
		return err;
	return reply(out,
	    json_pack("{s:b, s:o, s:I}", "there", 0, "transport",
		job_der(transport.bytes, transport.len), "objects", (json_int_t)objects),
	    trace);
}

/* ---- out and in ---------------------------------------------------------------------------- */

static enum err
run_wrap(const struct job_tools *tools, const json_t *request, struct job_result *out,
    struct err_trace *trace)
{
	const struct backup_pins pins = { tools->user_pin, tools->so_pin };
	struct public_der transport = { .len = 0 };
	struct wrapped_key wrapped = { .key_len = 0 };
	struct key_facts key;
	const char *label;
	enum err err = json_get_text(request, "label", &label, trace);

	if (err == ERR_OK)
		err = get_public(request, "transport", &transport, trace);
	if (err == ERR_OK)
		err = key_find(tools->session, label, &key, trace);
	if (err == ERR_OK)
		err = backup_wrap(tools->session, &key, &transport, &pins, &wrapped, trace);
	if (err != ERR_OK)
		return err;
	return reply(out,
	    json_pack("{s:o, s:o, s:o, s:s}", "key", job_key_json(&key), "wrapped",
		job_der(wrapped.key, wrapped.key_len), "wrapper",
		job_der(wrapped.wrapper, wrapped.wrapper_len), "trust",
		backup_trust_word(wrapped.trust)),
	    trace);
}

struct unwrapping {
	struct public_der public, transport;
	struct wrapped_key wrapped;
	struct backup_unwrap request;
};

static enum err
read_unwrap(const json_t *json, struct unwrapping *out, struct err_trace *trace)
{
	enum err err = json_get_text(json, "label", &out->request.label, trace);

	if (err == ERR_OK)
		err = get_public(json, "public", &out->public, trace);
	if (err == ERR_OK)
		err = get_public(json, "transport", &out->transport, trace);
	if (err == ERR_OK)
		err = get_wrapped(json, &out->wrapped, trace);
	out->request.public = &out->public;
	out->request.transport = &out->transport;
	out->request.wrapped = &out->wrapped;
	out->request.keep = json_is_true(json_object_get(json, "keep"));
	out->request.extractable = json_is_true(json_object_get(json, "extractable"));
	out->request.with_trusted = json_is_true(json_object_get(json, "with_trusted"));
	return err;
}

/* Whatever became of it, no transport key is left; what failed first is what is told. */
static enum err
run_unwrap(const struct job_tools *tools, const json_t *json, struct job_result *out,
    struct err_trace *trace)
{
	struct unwrapping *unwrapping = calloc(1, sizeof(*unwrapping));
	struct key_facts key;
	size_t objects = 0, cleared = 0;
	enum err err, clear;

	if (unwrapping == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a wrapped key");
	err = read_unwrap(json, unwrapping, trace);
	if (err == ERR_OK)
		err = backup_unwrap(tools->session, &unwrapping->request, &key, trace);
	if (err == ERR_OK && !unwrapping->request.keep)
		backup_forget(tools->session, &key);
	free(unwrapping);
	clear = backup_transport_clear(tools->session, &cleared, err == ERR_OK ? trace : NULL);
	if (err == ERR_OK)
		err = clear;
	if (err == ERR_OK)
		err = token_count_objects(tools->session, &objects, trace);
	if (err != ERR_OK)
		return err;
	return reply(out,
	    json_pack("{s:o, s:I}", "key", job_key_json(&key), "objects", (json_int_t)objects),
	    trace);
}

static enum err
run_clear(const struct job_tools *tools, const json_t *request, struct job_result *out,
    struct err_trace *trace)
{
	size_t cleared = 0;
	enum err err = backup_transport_clear(tools->session, &cleared, trace);

	(void)request;
	if (err != ERR_OK)
		return err;
	return reply(out, json_pack("{s:I}", "cleared", (json_int_t)cleared), trace);
}

static enum err
run_seal(const struct job_tools *tools, const json_t *request, struct job_result *out,
    struct err_trace *trace)
{
	uint8_t wanted[SHA256_SIZE] = { 0 }, hash[SHA256_SIZE];
	struct public_der public = { .len = 0 };
	struct key_facts key;
	const char *label;
	enum err err = json_get_text(request, "label", &label, trace);

	if (err == ERR_OK)
		err = json_get_hex(request, "public_hash", wanted, sizeof(wanted), trace);
	if (err == ERR_OK)
		err = key_find(tools->session, label, &key, trace);
	if (err == ERR_OK)
		err = backup_public(tools->session, &key, &public, trace);
	if (err == ERR_OK)
		err = sha256(public.bytes, public.len, hash, trace);
	if (err == ERR_OK && memcmp(hash, wanted, sizeof(hash)) != 0)
		err = FAIL(trace, ERR_NOT_NOW, "key '%s' is another one than was backed up", label);
	if (err == ERR_OK)
		err = backup_seal(tools->session, &key, trace);
	if (err != ERR_OK)
		return err;
	return reply(out, json_pack("{s:o}", "key", job_key_json(&key)), trace);
}

const struct job job_backup_rows[] = {
	{ "backup.look", true, run_look },
	{ "backup.transport", true, run_transport },
	{ "backup.wrap", true, run_wrap },
	{ "backup.unwrap", true, run_unwrap },
	{ "backup.clear", true, run_clear },
	{ "key.seal", true, run_seal },
	{ .name = NULL },
};
