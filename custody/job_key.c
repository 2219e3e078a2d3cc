/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs on the keys of a token. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/json.h"
#include "custody/job.h"

/* The facts that are yes or no, as they travel. */
static const struct {
	const char *name;
	size_t offset;
} flags[] = {
	{ "on_token", offsetof(struct key_facts, on_token) },
	{ "private", offsetof(struct key_facts, is_private) },
	{ "sensitive", offsetof(struct key_facts, sensitive) },
	{ "always_sensitive", offsetof(struct key_facts, always_sensitive) },
	{ "extractable", offsetof(struct key_facts, extractable) },
	{ "never_extractable", offsetof(struct key_facts, never_extractable) },
	{ "made_here", offsetof(struct key_facts, made_here) },
	{ "can_sign", offsetof(struct key_facts, can_sign) },
	{ "can_decrypt", offsetof(struct key_facts, can_decrypt) },
	{ "can_unwrap", offsetof(struct key_facts, can_unwrap) },
	{ "can_derive", offsetof(struct key_facts, can_derive) },
	{ "asks_each_time", offsetof(struct key_facts, asks_each_time) },
	{ "wrap_with_trusted", offsetof(struct key_facts, wrap_with_trusted) },
};

static bool *
flag_in(struct key_facts *key, size_t offset)
{
	return (bool *)((char *)key + offset);
}

json_t *
job_key_json(const struct key_facts *key)
{
	char id[2 * KEY_ID_MAX + 1];
	json_t *json;

	hex_encode(key->id, key->id_len, id);
	json = json_pack("{s:s, s:s, s:i}", "label", key->label, "id", id, "kind", (int)key->kind);
	for (size_t i = 0; json != NULL && i < sizeof(flags) / sizeof(*flags); i++)
		json_object_set_new(json, flags[i].name,
		    json_boolean(*(const bool *)((const char *)key + flags[i].offset)));
	return json;
}

static enum err
read_flags(const json_t *json, struct key_facts *key, struct err_trace *trace)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		const json_t *flag = json_object_get(json, flags[i].name);

		if (!json_is_boolean(flag))
			return FAIL(trace, ERR_FORMAT, "a key's '%s' is missing", flags[i].name);
		*flag_in(key, flags[i].offset) = json_is_true(flag);
	}
	return ERR_OK;
}

enum err
job_key_read(const json_t *json, struct key_facts *out, struct err_trace *trace)
{
	struct key_facts key = { .handle = 0 };
	const char *label, *id;
	int64_t kind;
	enum err err = json_get_text(json, "label", &label, trace);

	if (err == ERR_OK)
		err = json_get_text(json, "id", &id, trace);
	if (err == ERR_OK)
		err = json_get_int(json, "kind", 0, KEY_KIND__COUNT - 1, &kind, trace);
	if (err == ERR_OK)
		err = read_flags(json, &key, trace);
	if (err != ERR_OK)
		return err;
	key.kind = (enum key_kind)kind;
	key.id_len = strlen(id) / 2;
	if (key.id_len > sizeof(key.id) || !hex_decode(id, key.id, key.id_len))
		return FAIL(trace, ERR_FORMAT, "a key's id is damaged");
	snprintf(key.label, sizeof(key.label), "%s", label);
	*out = key;
	return ERR_OK;
}

json_t *
job_key_request(const struct key_request *request)
{
	return json_pack("{s:s, s:s, s:b}", "label", request->label, "type",
	    key_kind_word(request->kind), "extractable", request->extractable_until_backup);
}

static enum err
read_request(const json_t *json, struct key_request *out, struct err_trace *trace)
{
	const char *type;
	enum err err = json_get_text(json, "label", &out->label, trace);

	if (err == ERR_OK)
		err = json_get_text(json, "type", &type, trace);
	if (err != ERR_OK)
		return err;
	out->extractable_until_backup = json_is_true(json_object_get(json, "extractable"));
	return key_kind_parse(type, &out->kind)
		   ? ERR_OK
		   : FAIL(trace, ERR_ARGUMENT, "'%.20s' is not a type of key", type);
}

static enum err
hash_public(struct token_session *session, const struct key_facts *key,
    char hex[2 * SHA256_SIZE + 1], struct err_trace *trace)
{
	uint8_t hash[SHA256_SIZE];
	uint8_t *der = NULL;
	size_t len = 0;
	enum err err = key_public_der(session, key, &der, &len, trace);

	if (err == ERR_OK)
		err = sha256(der, len, hash, trace);
	free(der);
	if (err == ERR_OK)
		hex_encode(hash, sizeof(hash), hex);
	return err;
}

static enum err
run_generate(const struct job_tools *tools, const json_t *json, struct job_result *out,
    struct err_trace *trace)
{
	struct key_request request = { .label = NULL };
	char hash[2 * SHA256_SIZE + 1];
	struct key_facts key;
	char *pem = NULL;
	enum err err = read_request(json, &request, trace);

	request.wrap_with_trusted = request.extractable_until_backup && tools->so_pin != NULL;
	if (err == ERR_OK)
		err = key_generate(tools->session, &request, &key, trace);
	if (err == ERR_OK)
		err = key_prove(tools->session, &key, trace);
	if (err == ERR_OK)
		err = hash_public(tools->session, &key, hash, trace);
	if (err == ERR_OK)
		err = key_public_pem(tools->session, &key, &pem, trace);
	if (err != ERR_OK)
		return err;
	out->reply = json_pack(
	    "{s:o, s:s, s:s}", "key", job_key_json(&key), "pem", pem, "public_hash", hash);
	free(pem);
	return out->reply == NULL ? FAIL(trace, ERR_NOMEM, "no memory for a key's facts") : ERR_OK;
}

static enum err
run_list(const struct job_tools *tools, const json_t *request, struct job_result *out,
    struct err_trace *trace)
{
	struct key_facts *keys = NULL;
	json_t *list = json_array();
	size_t count = 0;
	enum err err = key_list(tools->session, &keys, &count, trace);

	(void)request;
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		json_array_append_new(list, job_key_json(&keys[i]));
	free(keys);
	out->reply = json_pack("{s:o}", "keys", list);
	return err;
}

const struct job job_key_rows[] = {
	{ "key.generate", true, run_generate },
	{ "key.list", true, run_list },
	{ .name = NULL },
};
