/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A backup is shown to be good: what it holds signs, and the signature is the original key's. Then
 * the key is sealed where the policy wants it, and the date of the recovery test set.
 */
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "custody/backup_transfer.h"
#include "roster/calendar.h"
#include "roster/key.h"
#include "roster/token_copy.h"

enum { PURPOSE = KEY_LABEL + 64 };

/* ---- sealing ------------------------------------------------------------------------------- */

static bool
is_to_be_sealed(enum roster_extractable policy, const struct login_target *target)
{
	return policy == ROSTER_EXTRACTABLE_NOWHERE ||
	       (policy == ROSTER_EXTRACTABLE_BACKUP && target->binding.spec.role == ROSTER_PRIMARY);
}

static bool
is_here(struct custody *custody, const struct login_target *target)
{
	struct bound_token token = { 0 };
	const bool here =
	    bound_token_open(custody, &target->binding.spec.token, &token, NULL) == ERR_OK;

	if (here)
		bound_token_close(&token);
	return here;
}

/*
 * The token that the backup was made from takes part where its key is to be sealed, unless it is
 * not here: recovery is rehearsed where the primary HSM is not.
 */
static enum err
find_source(struct transfer *transfer, enum roster_extractable policy, struct err_trace *trace)
{
	const struct roster_backup *backup = &transfer->result->backup;
	bool sealed = false;
	enum err err = roster_key_is_sealed(
	    transfer->custody->roster, backup->source, &backup->public_hash, &sealed, trace);

	if (err != ERR_OK || sealed ||
	    strcmp(backup->source, transfer->to.binding.spec.name) == 0 ||
	    strcmp(backup->source, transfer->from.binding.spec.name) == 0 ||
	    login_find(transfer->custody, transfer->request->quorum, backup->source,
		&transfer->third, NULL) != ERR_OK ||
	    !is_to_be_sealed(policy, &transfer->third))
		return err;
	transfer->has_third = is_here(transfer->custody, &transfer->third);
	if (!transfer->has_third)
		snprintf(
		    transfer->result->open, sizeof(transfer->result->open), "%s", backup->source);
	return ERR_OK;
}

static enum err
seal(struct transfer *transfer, const struct login_target *target, struct err_trace *trace)
{
	struct backup_result *result = transfer->result;
	const struct roster_hash *hash = &result->backup.public_hash;
	const char *binding = target->binding.spec.name;
	char hex[2 * ROSTER_HASH_SIZE + 1];
	struct job_result sealed = { .reply = NULL };
	bool is_sealed = false;
	enum err err =
	    roster_key_is_sealed(transfer->custody->roster, binding, hash, &is_sealed, trace);

	if (err != ERR_OK || is_sealed)
		return err;
	hex_encode(hash->bytes, sizeof(hash->bytes), hex);
	err = transfer_ask(transfer, target, "key.seal",
	    json_pack("{s:s, s:s}", "label", result->backup.label, "public_hash", hex), &sealed,
	    trace);
	job_result_drop(&sealed);
	if (err == ERR_OK)
		err = roster_key_sealed(
		    transfer->custody->roster, binding, result->backup.label, hash, trace);
	if (err != ERR_OK) {
		err_next(trace, "Give the command again: it verifies once more, and seals.");
		return FAIL(trace, err,
		    "the backup is verified and recorded, but key '%s' may still leave token '%s'",
		    result->backup.label, binding);
	}
	snprintf(result->sealed[result->sealed_count++], ROSTER_BINDING_NAME, "%s", binding);
	return ERR_OK;
}

/* Of the three that take part, those that have the key for good. */
static enum err
seal_all(struct transfer *transfer, enum roster_extractable policy, struct err_trace *trace)
{
	const char *copy = transfer->result->backup.target;
	const struct login_target *holder =
	    copy[0] == '\0'                                       ? NULL
	    : strcmp(transfer->from.binding.spec.name, copy) == 0 ? &transfer->from
	    : strcmp(transfer->to.binding.spec.name, copy) == 0   ? &transfer->to
								  : NULL;
	enum err err = ERR_OK;

	if (transfer->has_third)
		err = seal(transfer, &transfer->third, trace);
	if (err == ERR_OK && holder != NULL && is_to_be_sealed(policy, holder))
		err = seal(transfer, holder, trace);
	return err;
}

/* ---- what was shown ------------------------------------------------------------------------ */

static enum err
record_verified(struct transfer *transfer, enum roster_backup_proof proof, struct err_trace *trace)
{
	struct roster *roster = transfer->custody->roster;
	const struct roster_backup *backup = &transfer->result->backup;
	struct roster_date date = { .quorum = transfer->to.quorum.id,
		.kind = ROSTER_DATE_RECOVERY_TEST,
		.date = roster_now(roster) };
	enum err err = roster_begin(roster, trace);

	if (err != ERR_OK)
		return err;
	snprintf(date.subject, sizeof(date.subject), "%s", backup->label);
	err = roster_backup_verified(
	    roster, &backup->id, transfer->to.binding.spec.name, proof, trace);
	if (err == ERR_OK)
		err = roster_calendar_set(roster, &date, trace);
	err = roster_end(roster, err, trace);
	if (err != ERR_OK)
		err_next_instead(trace, "The backup is good, but that is not recorded: mend what "
					"is named above and give the command again.");
	return err;
}

static enum err
finish(struct transfer *transfer, enum roster_backup_proof proof, struct err_trace *trace)
{
	enum roster_extractable policy = ROSTER_EXTRACTABLE_EVERYWHERE;
	char target[ROSTER_BINDING_NAME];
	enum err err = record_verified(transfer, proof, trace);

	if (err == ERR_OK)
		err = transfer_policy(transfer, &policy, trace);
	if (err == ERR_OK)
		err = seal_all(transfer, policy, trace);
	if (err != ERR_OK)
		return err;
	snprintf(target, sizeof(target), "%s", transfer->result->backup.target);
	return transfer_find_backup(transfer, target, trace);
}

/* ---- by a session of a test token ---------------------------------------------------------- */

static enum err
nothing_is_left(const struct backup_result *result, struct err_trace *trace)
{
	if (result->objects_before == result->objects_after)
		return ERR_OK;
	err_next(trace, "See what it is: quorate key list QUORUM --token %s --by NAME",
	    result->to.spec.name);
	return FAIL(trace, ERR_NOT_NOW,
	    "the key signed, but token '%s' showed %lld objects before and %lld after",
	    result->to.spec.token.label, (long long)result->objects_before,
	    (long long)result->objects_after);
}

static enum err
verify(struct transfer *transfer, struct err_trace *trace)
{
	enum roster_extractable policy = ROSTER_EXTRACTABLE_EVERYWHERE;
	struct roster_hash hash;
	char purpose[PURPOSE];
	enum err err = transfer_find(transfer, ROSTER_TEST, trace);

	snprintf(purpose, sizeof(purpose), "verify the backup of the key '%.64s'",
	    transfer->request->label);
	if (err == ERR_OK)
		err = transfer_find_backup(transfer, transfer->from.binding.spec.name, trace);
	if (err == ERR_OK)
		err = transfer_policy(transfer, &policy, trace);
	if (err == ERR_OK)
		err = find_source(transfer, policy, trace);
	if (err == ERR_OK)
		err = transfer_begin(transfer, purpose, trace);
	if (err != ERR_OK)
		return err;
	hash = transfer->result->backup.public_hash;
	transfer->expected = &hash;
	err = transfer_run(transfer, trace);
	transfer->expected = NULL;
	if (err == ERR_OK)
		err = nothing_is_left(transfer->result, trace);
	return err == ERR_OK ? finish(transfer, ROSTER_BACKUP_RESTORED_TO_SESSION, trace) : err;
}

enum err
backup_verify(struct custody *custody, const struct backup_request *request,
    struct backup_result *out, struct err_trace *trace)
{
	return transfer_do(custody, request, out, verify, trace);
}

/* ---- by what is on a token for good -------------------------------------------------------- */

static enum err
look_at(struct transfer *transfer, const struct login_target *on, struct roster_hash *hash,
    struct err_trace *trace)
{
	struct job_result looked = { .reply = NULL };
	enum err err = transfer_ask(transfer, on, "backup.look",
	    json_pack("{s:s, s:b}", "label", transfer->request->label, "prove", 1), &looked, trace);

	if (err == ERR_OK)
		err = job_key_read(
		    json_object_get(looked.reply, "key"), &transfer->result->key, trace);
	if (err == ERR_OK)
		err = json_get_hex(
		    looked.reply, "public_hash", hash->bytes, sizeof(hash->bytes), trace);
	job_result_drop(&looked);
	return err;
}

/* The copy in that token, or what the maker's backup was restored to there. */
static enum err
find_what_is_meant(struct transfer *transfer, struct err_trace *trace)
{
	const struct backup_request *request = transfer->request;
	enum err err =
	    login_find(transfer->custody, request->quorum, request->to, &transfer->to, trace);

	if (err != ERR_OK)
		return err;
	transfer->result->to = transfer->to.binding;
	if (transfer->to.binding.spec.role == ROSTER_PRIMARY)
		return FAIL(trace, ERR_ARGUMENT,
		    "token '%s' is bound as primary: that its key signs says nothing of a backup",
		    request->to);
	if (transfer_find_backup(transfer, transfer->to.binding.spec.name, NULL) == ERR_OK)
		return ERR_OK;
	return transfer_find_backup(transfer, "", trace);
}

static enum err
verify_on(struct transfer *transfer, struct err_trace *trace)
{
	const struct roster_hash *wanted = &transfer->result->backup.public_hash;
	enum roster_extractable policy = ROSTER_EXTRACTABLE_EVERYWHERE;
	struct roster_hash hash = { { 0 } };
	char purpose[PURPOSE];
	enum err err = find_what_is_meant(transfer, trace);

	snprintf(purpose, sizeof(purpose), "verify the backup of the key '%.64s'",
	    transfer->request->label);
	if (err == ERR_OK)
		err = transfer_policy(transfer, &policy, trace);
	if (err == ERR_OK)
		err = find_source(transfer, policy, trace);
	if (err == ERR_OK)
		err = transfer_begin(transfer, purpose, trace);
	if (err == ERR_OK)
		err = look_at(transfer, &transfer->to, &hash, trace);
	if (err == ERR_OK && !roster_hash_equal(&hash, wanted))
		err = FAIL(trace, ERR_FORMAT,
		    "key '%s' in token '%s' signs, but is not the one that was backed up",
		    transfer->request->label, transfer->to.binding.spec.token.label);
	return err == ERR_OK ? finish(transfer, ROSTER_BACKUP_SIGNED, trace) : err;
}

enum err
backup_verify_on(struct custody *custody, const struct backup_request *request,
    struct backup_result *out, struct err_trace *trace)
{
	return transfer_do(custody, request, out, verify_on, trace);
}

/* ---- a maker's own backup ------------------------------------------------------------------ */

/* As the roster has it, when Quorate made the key; else as the token shows it. */
static enum err
find_public_hash(struct transfer *transfer, struct roster_hash *out, struct err_trace *trace)
{
	struct roster_key key;
	char purpose[PURPOSE];
	enum err err = roster_key_find(transfer->custody->roster, transfer->to.binding.spec.name,
	    transfer->request->label, &key, NULL);

	if (err == ERR_OK) {
		*out = key.public_hash;
		return ERR_OK;
	}
	snprintf(purpose, sizeof(purpose), "look at the key '%.64s'", transfer->request->label);
	err = transfer_begin(transfer, purpose, trace);
	return err == ERR_OK ? look_at(transfer, &transfer->to, out, trace) : err;
}

/* The backup, and a copy of the token with its PINs of today: both, or neither. */
static enum err
write_down(struct transfer *transfer, struct err_trace *trace)
{
	const struct backup_note *note = transfer->request->note;
	struct roster *roster = transfer->custody->roster;
	struct roster_backup *backup = &transfer->result->backup;
	const struct roster_token_copy_add copy = { .binding = transfer->to.binding.id,
		.kind = ROSTER_COPY_BACKUP,
		.place = note->place,
		.made = note->made };
	enum err err = roster_begin(roster, trace);

	if (err != ERR_OK)
		return err;
	err = roster_token_copy_add(roster, &copy, &backup->copy, trace);
	if (err == ERR_OK)
		err = roster_backup_add(roster, backup, &backup->id, trace);
	return roster_end(roster, err, trace);
}

static enum err
record(struct transfer *transfer, struct err_trace *trace)
{
	struct roster_backup *backup = &transfer->result->backup;
	const struct backup_request *request = transfer->request;
	const struct backup_note *note = request->note;
	char primary[ROSTER_BINDING_NAME] = "";
	const char *from = request->from;
	enum err err = ERR_OK;

	if (from == NULL) {
		err = transfer_primary(transfer, primary, trace);
		from = primary;
	}
	if (err == ERR_OK)
		err = login_find(transfer->custody, request->quorum, from, &transfer->to, trace);
	if (err == ERR_OK)
		err = find_public_hash(transfer, &backup->public_hash, trace);
	if (err != ERR_OK)
		return err;
	transfer->result->from = transfer->to.binding;
	snprintf(backup->label, sizeof(backup->label), "%s", request->label);
	snprintf(backup->source, sizeof(backup->source), "%s", transfer->to.binding.spec.name);
	snprintf(backup->what, sizeof(backup->what), "%s", note->what);
	snprintf(backup->place, sizeof(backup->place), "%s", note->place);
	backup->made = note->made;
	err = write_down(transfer, trace);
	return err == ERR_OK ? transfer_find_backup(transfer, "", trace) : err;
}

enum err
backup_record(struct custody *custody, const struct backup_request *request,
    struct backup_result *out, struct err_trace *trace)
{
	return transfer_do(custody, request, out, record, trace);
}
