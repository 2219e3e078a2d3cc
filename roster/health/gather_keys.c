/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "roster/backup.h"
#include "roster/health/gather.h"
#include "roster/key.h"

struct backups {
	struct roster_backup *at;
	size_t count;
	const struct roster_binding *binding; /* the tokens that are still the quorum's */
	size_t bindings;
};

/* A backup in a token that was given up is none; where the maker's is, nobody here knows. */
static bool
is_there(const struct backups *backups, const struct roster_backup *backup)
{
	bool there = backup->target[0] == '\0';

	for (size_t i = 0; i < backups->bindings; i++)
		there |= strcmp(backups->binding[i].spec.name, backup->target) == 0;
	return there;
}

/* Any backup of the same key will do, wherever it was made from. */
static void
take_key(struct facts *facts, const struct roster_key *key, const struct backups *backups)
{
	struct fact_key *fact = &facts->key[facts->keys++];

	*fact = (struct fact_key){ .made = key->generated };
	memcpy(fact->label, key->label, sizeof(fact->label));
	memcpy(fact->name, key->binding, sizeof(fact->name));
	for (size_t i = 0; i < backups->count; i++) {
		const struct roster_backup *backup = &backups->at[i];

		if (!roster_hash_equal(&backup->public_hash, &key->public_hash) ||
		    !is_there(backups, backup))
			continue;
		fact->backed_up = true;
		memcpy(fact->backup, backup->target, sizeof(fact->backup));
		if (backup->verified > fact->verified)
			fact->verified = backup->verified;
	}
}

static enum err
take_keys(struct roster *roster, const char *binding, const struct backups *backups,
    struct facts *facts, struct err_trace *trace)
{
	struct roster_key *keys = NULL;
	struct fact_key *all;
	size_t count = 0;
	enum err err = roster_key_list(roster, binding, &keys, &count, trace);

	if (err != ERR_OK)
		return err;
	all = realloc(facts->key, (facts->keys + count + 1) * sizeof(*all));
	if (all == NULL) {
		free(keys);
		return FAIL(trace, ERR_NOMEM, "no memory for keys");
	}
	facts->key = all;
	for (size_t i = 0; i < count; i++)
		take_key(facts, &keys[i], backups);
	free(keys);
	return ERR_OK;
}

enum err
gather_keys(struct roster *roster, struct facts *facts, struct err_trace *trace)
{
	struct roster_binding *bindings = NULL;
	struct backups backups = { .at = NULL };
	size_t count = 0;
	enum err err =
	    roster_backup_list(roster, &facts->quorum, &backups.at, &backups.count, trace);

	if (err == ERR_OK)
		err = roster_binding_list(roster, &facts->quorum, &bindings, &count, trace);
	backups.binding = bindings;
	backups.bindings = count;
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		if (bindings[i].spec.role == ROSTER_PRIMARY)
			err = take_keys(roster, bindings[i].spec.name, &backups, facts, trace);
	free(bindings);
	free(backups.at);
	return err;
}
