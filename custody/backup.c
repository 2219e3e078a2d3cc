/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/backup.h"

#include <stdio.h>
#include <string.h>

#include "custody/backup_transfer.h"
#include "roster/policy.h"

enum { PURPOSE = KEY_LABEL + 64 };

/* ---- create -------------------------------------------------------------------------------- */

/* What is recorded already and still there is no new backup. */
static enum err
refuse_recorded(struct transfer *transfer, struct err_trace *trace)
{
	const struct roster_hash *hash = &transfer->result->backup.public_hash;
	const struct roster_backup_of of = { .quorum = &transfer->to.quorum.id,
		.label = transfer->request->label,
		.target = transfer->to.binding.spec.name };
	struct roster_backup recorded;
	const enum err err = roster_backup_find(transfer->custody->roster, &of, &recorded, NULL);

	if (!transfer->result->was_there || err == ERR_ABSENT)
		return ERR_OK;
	if (err != ERR_OK)
		return FAIL(trace, err, "the backups were not read");
	if (!roster_hash_equal(&recorded.public_hash, hash))
		return ERR_OK;
	err_next(trace,
	    "Verify it: quorate backup verify %s --key '%s' --from %s --to BINDING --by "
	    "A,B",
	    transfer->request->quorum, transfer->request->label, of.target);
	return FAIL(trace, ERR_EXISTS,
	    "key '%s' is in token '%s' already, and recorded as a backup", transfer->request->label,
	    of.target);
}

static enum err
record_copy(struct transfer *transfer, struct err_trace *trace)
{
	struct roster *roster = transfer->custody->roster;
	struct roster_backup *backup = &transfer->result->backup;
	const struct roster_backup_of of = { &transfer->to.quorum.id, backup->label,
		transfer->to.binding.spec.name };
	enum err err;

	snprintf(backup->label, sizeof(backup->label), "%s", transfer->request->label);
	snprintf(backup->source, sizeof(backup->source), "%s", transfer->from.binding.spec.name);
	snprintf(backup->target, sizeof(backup->target), "%s", of.target);
	err = roster_backup_add(roster, backup, &backup->id, trace);
	if (err == ERR_OK)
		err = roster_backup_find(roster, &of, backup, trace);
	if (err != ERR_OK)
		err_next_instead(trace,
		    "The copy is in token '%s', but not in the roster. Mend what is named above, "
		    "then give the command again: it finds the copy and records it.",
		    of.target);
	return err;
}

static enum err
create(struct transfer *transfer, struct err_trace *trace)
{
	char purpose[PURPOSE];
	enum err err = transfer_find(transfer, ROSTER_BACKUP, trace);

	transfer->keep = true;
	transfer->extractable = true;
	snprintf(purpose, sizeof(purpose), "back up the key '%.64s'", transfer->request->label);
	if (err == ERR_OK)
		err = transfer_begin(transfer, purpose, trace);
	if (err == ERR_OK)
		err = transfer_run(transfer, trace);
	if (err == ERR_OK)
		err = refuse_recorded(transfer, trace);
	return err == ERR_OK ? record_copy(transfer, trace) : err;
}

enum err
backup_create(struct custody *custody, const struct backup_request *request,
    struct backup_result *out, struct err_trace *trace)
{
	return transfer_do(custody, request, out, create, trace);
}

/* ---- restore ------------------------------------------------------------------------------- */

/* What an interrupted restore left is taken up; what was there before is refused. */
static enum err
refuse_restored(struct transfer *transfer, struct err_trace *trace)
{
	const struct backup_result *result = transfer->result;
	const char *to = transfer->to.binding.spec.name;

	if (!result->was_there ||
	    (!result->key.made_here && strcmp(result->backup.restored_on, to) != 0))
		return ERR_OK;
	err_next(trace, "Look at it: quorate key list %s --token %s --by NAME",
	    transfer->request->quorum, to);
	return FAIL(trace, ERR_EXISTS,
	    "key '%s' is in token '%s' already, and signs; nothing was "
	    "restored",
	    transfer->request->label, to);
}

static enum err
restore(struct transfer *transfer, struct err_trace *trace)
{
	struct roster_backup *backup = &transfer->result->backup;
	enum roster_extractable policy = ROSTER_EXTRACTABLE_NOWHERE;
	struct roster_hash hash;
	char purpose[PURPOSE];
	enum err err = transfer_find(transfer, ROSTER_PRIMARY, trace);

	transfer->keep = true;
	snprintf(purpose, sizeof(purpose), "restore the key '%.64s'", transfer->request->label);
	if (err == ERR_OK)
		err = transfer_find_backup(transfer, transfer->from.binding.spec.name, trace);
	if (err == ERR_OK)
		err = transfer_policy(transfer, &policy, trace);
	if (err == ERR_OK)
		err = transfer_begin(transfer, purpose, trace);
	if (err != ERR_OK)
		return err;
	hash = backup->public_hash;
	transfer->expected = &hash;
	transfer->extractable = policy == ROSTER_EXTRACTABLE_EVERYWHERE;
	err = transfer_run(transfer, trace);
	transfer->expected = NULL;
	if (err == ERR_OK)
		err = refuse_restored(transfer, trace);
	if (err == ERR_OK)
		err = roster_backup_restored(
		    transfer->custody->roster, &backup->id, transfer->to.binding.spec.name, trace);
	return err == ERR_OK
		   ? transfer_find_backup(transfer, transfer->from.binding.spec.name, trace)
		   : err;
}

enum err
backup_restore(struct custody *custody, const struct backup_request *request,
    struct backup_result *out, struct err_trace *trace)
{
	return transfer_do(custody, request, out, restore, trace);
}
