/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/backup_transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/json.h"
#include "custody/attendant.h"

enum { CONFIRM_TEXT = 1400 };

enum err
transfer_do(struct custody *custody, const struct backup_request *request,
    struct backup_result *result, transfer_steps *steps, struct err_trace *trace)
{
	struct transfer *transfer = calloc(1, sizeof(*transfer));
	enum err err;

	*result = (struct backup_result){ .was_there = false };
	if (transfer == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	transfer->custody = custody;
	transfer->request = request;
	transfer->result = result;
	err = steps(transfer, trace);
	login_end(transfer->work);
	free(transfer);
	return err;
}

enum err
transfer_find_backup(struct transfer *transfer, const char *target, struct err_trace *trace)
{
	const struct roster_backup_of of = { &transfer->to.quorum.id, transfer->request->label,
		target };

	return roster_backup_find(transfer->custody->roster, &of, &transfer->result->backup, trace);
}

enum err
transfer_policy(struct transfer *transfer, enum roster_extractable *out, struct err_trace *trace)
{
	int64_t value = 0;
	enum err err = roster_policy_get(
	    transfer->custody->roster, ROSTER_POLICY_EXTRACTABLE_AFTER_BACKUP, 0, &value, trace);

	if (err == ERR_OK)
		*out = (enum roster_extractable)value;
	return err;
}

/* The quorum's only primary token. */
enum err
transfer_primary(struct transfer *transfer, char out[ROSTER_BINDING_NAME], struct err_trace *trace)
{
	struct roster *roster = transfer->custody->roster;
	struct roster_binding *bindings = NULL;
	struct roster_quorum quorum;
	size_t count = 0, found = 0;
	enum err err = roster_quorum_find(roster, transfer->request->quorum, &quorum, trace);

	if (err == ERR_OK)
		err = roster_binding_list(roster, &quorum.id, &bindings, &count, trace);
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		if (bindings[i].spec.role == ROSTER_PRIMARY) {
			snprintf(out, ROSTER_BINDING_NAME, "%s", bindings[i].spec.name);
			found++;
		}
	free(bindings);
	if (err != ERR_OK || found == 1)
		return err;
	err_next(trace, "Say which with --from BINDING; 'quorate quorum show %s' lists them.",
	    transfer->request->quorum);
	return FAIL(trace, ERR_ARGUMENT, "quorum '%s' has %s primary token",
	    transfer->request->quorum, found == 0 ? "no" : "more than one");
}

enum err
transfer_find(struct transfer *transfer, enum roster_binding_role role, struct err_trace *trace)
{
	const struct backup_request *request = transfer->request;
	const struct roster_binding_spec *to = &transfer->to.binding.spec;
	char primary[ROSTER_BINDING_NAME] = "";
	const char *from = request->from;
	enum err err = ERR_OK;

	if (strlen(request->label) == 0 || strlen(request->label) >= KEY_LABEL)
		return FAIL(trace, ERR_ARGUMENT, "a key's label has 1 to %d bytes", KEY_LABEL - 1);
	if (from == NULL) {
		err = transfer_primary(transfer, primary, trace);
		from = primary;
	}
	if (err == ERR_OK)
		err = login_find(transfer->custody, request->quorum, from, &transfer->from, trace);
	if (err == ERR_OK)
		err = login_find(
		    transfer->custody, request->quorum, request->to, &transfer->to, trace);
	if (err != ERR_OK)
		return err;
	transfer->has_from = true;
	transfer->result->from = transfer->from.binding;
	transfer->result->to = transfer->to.binding;
	if (strcmp(transfer->from.binding.spec.name, to->name) == 0)
		return FAIL(trace, ERR_ARGUMENT,
		    "'%s' is both where the key is and where it shall go", to->name);
	if (to->role == role)
		return ERR_OK;
	err_next(trace, "Bind one for it: quorate token bind %s --name NAME --role %s --by NAME",
	    request->quorum, roster_binding_role_word(role));
	return FAIL(trace, ERR_ARGUMENT, "token '%s' is bound as %s, and a %s one is wanted",
	    to->name, roster_binding_role_word(to->role), roster_binding_role_word(role));
}

enum err
transfer_begin(struct transfer *transfer, const char *purpose, struct err_trace *trace)
{
	struct login_set set = { .purpose = purpose };

	if (transfer->has_from)
		set.target[set.count++] = &transfer->from;
	set.target[set.count++] = &transfer->to;
	if (transfer->has_third)
		set.target[set.count++] = &transfer->third;
	return login_begin(transfer->custody, &set, &transfer->work, trace);
}

enum err
transfer_ask(struct transfer *transfer, const struct login_target *on, const char *job,
    json_t *request, struct job_result *out, struct err_trace *trace)
{
	enum err err = request == NULL ? FAIL(trace, ERR_NOMEM, "no memory")
				       : login_do(transfer->work, on, job, request, out, trace);

	json_decref(request);
	return err;
}

/* What is there, and whether it may leave and is the one that is meant. */
static enum err
look(struct transfer *transfer, struct job_result *out, struct err_trace *trace)
{
	struct roster_hash *hash = &transfer->result->backup.public_hash;
	enum err err = transfer_ask(transfer, &transfer->from, "backup.look",
	    json_pack("{s:s, s:b}", "label", transfer->request->label, "leaves", 1), out, trace);

	if (err == ERR_OK)
		err = json_get_hex(
		    out->reply, "public_hash", hash->bytes, sizeof(hash->bytes), trace);
	if (err == ERR_OK && transfer->expected != NULL &&
	    !roster_hash_equal(hash, transfer->expected))
		err = FAIL(trace, ERR_FORMAT,
		    "key '%s' in token '%s' is not the one that was backed up",
		    transfer->request->label, transfer->from.binding.spec.token.label);
	return err;
}

static enum err
hash_transport(const json_t *made, uint8_t out[SHA256_SIZE], struct err_trace *trace)
{
	struct der der = { .bytes = NULL };
	enum err err = job_der_read(made, "transport", &der, trace);

	if (err == ERR_OK)
		err = sha256(der.bytes, der.len, out, trace);
	der_drop(&der);
	return err;
}

/* The host could put another key in its place: two people see what it is, and may ask the token. */
static enum err
confirm_words(struct transfer *transfer, struct err_trace *trace)
{
	const struct backup_request *request = transfer->request;
	const struct roster_token *from = &transfer->from.binding.spec.token;
	const struct roster_token *to = &transfer->to.binding.spec.token;
	struct attendant *attendant = transfer->custody->attendant;
	const uint8_t *hash = transfer->result->transport;
	char words[WORDS_SIZE(BACKUP_WORDS_BYTES)], hex[2 * BACKUP_WORDS_BYTES + 1];
	char text[CONFIRM_TEXT];
	bool yes = false;
	enum err err;

	words_encode(hash, BACKUP_WORDS_BYTES, words);
	hex_encode(hash, BACKUP_WORDS_BYTES, hex);
	snprintf(text, sizeof(text),
	    "Key '%s' is to leave token '%s' (serial %s), wrapped to a key that token '%s' "
	    "(serial %s) just made. Whoever could put another key in its place on this computer "
	    "would get '%s'. Compare, best with what a second computer reads from that token. "
	    "SHA-256 of its public key begins %s, in words: %s. Is it the same?",
	    request->label, from->label, from->serial, to->label, to->serial, request->label, hex,
	    words);
	err = attendant->confirm(attendant->context, text, request->people, &yes, trace);
	if (err == ERR_OK && !yes) {
		err_next(trace,
		    "Find out where the other words come from before anything is copied: "
		    "this computer, or what it was compared with, is not what it seems.");
		err = FAIL(trace, ERR_DENIED,
		    "the words of the transport key were not confirmed: no key left token '%s'",
		    from->label);
	}
	return err;
}

static enum err
unwrap(struct transfer *transfer, const json_t *looked, const json_t *made, const json_t *wrapped,
    struct err_trace *trace)
{
	const bool with_trusted =
	    json_is_true(json_object_get(json_object_get(wrapped, "key"), "wrap_with_trusted"));
	struct job_result got = { .reply = NULL };
	int64_t objects = 0;
	enum err err = transfer_ask(transfer, &transfer->to, "backup.unwrap",
	    json_pack("{s:s, s:O, s:O, s:O, s:O, s:b, s:b, s:b}", "label", transfer->request->label,
		"public", json_object_get(looked, "public"), "transport",
		json_object_get(made, "transport"), "wrapped", json_object_get(wrapped, "wrapped"),
		"wrapper", json_object_get(wrapped, "wrapper"), "keep", transfer->keep,
		"extractable", transfer->extractable, "with_trusted",
		with_trusted && transfer->extractable),
	    &got, trace);

	if (err == ERR_OK)
		err =
		    job_key_read(json_object_get(got.reply, "key"), &transfer->result->key, trace);
	if (err == ERR_OK)
		err = json_get_int(got.reply, "objects", 0, INT32_MAX, &objects, trace);
	if (err == ERR_OK)
		transfer->result->objects_after = objects;
	job_result_drop(&got);
	return err;
}

/* Whatever went wrong, no transport key stays behind; if even that fails, it says so. */
static void
clear(struct transfer *transfer, struct err_trace *trace)
{
	const char *token = transfer->to.binding.spec.token.label;
	struct job_result cleared = { .reply = NULL };

	if (transfer_ask(transfer, &transfer->to, "backup.clear", json_object(), &cleared, NULL) ==
	    ERR_OK)
		err_next(trace,
		    "No transport key is left in token '%s'. Mend what is named above, then give "
		    "the command again.",
		    token);
	else
		err_next(trace,
		    "Token '%s' may have keys labelled 'quorate-transport', which open nothing "
		    "else: the next backup into it destroys them.",
		    token);
	job_result_drop(&cleared);
}

static enum err
copy(struct transfer *transfer, const json_t *looked, const json_t *made, struct err_trace *trace)
{
	struct job_result wrapped = { .reply = NULL };
	const char *trust;
	enum err err = hash_transport(made, transfer->result->transport, trace);

	if (err == ERR_OK)
		err = confirm_words(transfer, trace);
	if (err == ERR_OK)
		err = transfer_ask(transfer, &transfer->from, "backup.wrap",
		    json_pack("{s:s, s:O}", "label", transfer->request->label, "transport",
			json_object_get(made, "transport")),
		    &wrapped, trace);
	if (err == ERR_OK)
		err = json_get_text(wrapped.reply, "trust", &trust, trace);
	if (err == ERR_OK)
		snprintf(transfer->result->trust, sizeof(transfer->result->trust), "%s", trust);
	if (err == ERR_OK)
		err = unwrap(transfer, looked, made, wrapped.reply, trace);
	job_result_drop(&wrapped);
	if (err != ERR_OK)
		clear(transfer, trace);
	return err;
}

enum err
transfer_run(struct transfer *transfer, struct err_trace *trace)
{
	struct job_result looked = { .reply = NULL }, made = { .reply = NULL };
	enum err err = look(transfer, &looked, trace);

	if (err == ERR_OK)
		err = transfer_ask(transfer, &transfer->to, "backup.transport",
		    json_pack("{s:s, s:O, s:b}", "label", transfer->request->label, "public",
			json_object_get(looked.reply, "public"), "keep", transfer->keep),
		    &made, trace);
	if (err == ERR_OK && json_is_true(json_object_get(made.reply, "there"))) {
		transfer->result->was_there = true;
		err =
		    job_key_read(json_object_get(made.reply, "key"), &transfer->result->key, trace);
	} else if (err == ERR_OK) {
		err = json_get_int(
		    made.reply, "objects", 0, INT32_MAX, &transfer->result->objects_before, trace);
		if (err == ERR_OK)
			err = copy(transfer, looked.reply, made.reply, trace);
	}
	job_result_drop(&looked);
	job_result_drop(&made);
	return err;
}
