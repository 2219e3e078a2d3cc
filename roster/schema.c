/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* `create` is what sqlite_schema must hold, to the byte. `key` orders the rows for a comparison. */
#define STORE(table, columns, options)                                                             \
	{                                                                                          \
		.name = #table, .create = "CREATE TABLE " #table "(" columns ") " options,         \
		.is_truth = true                                                                   \
	}
#define PROJECTION(table, key, columns)                                                            \
	{                                                                                          \
		.name = #table, .create = "CREATE TABLE " #table "(" columns ") STRICT",           \
		.clear = "DELETE FROM " #table,                                                    \
		.compare = "SELECT * FROM " #table " ORDER BY " key                                \
	}
#define INDEX(index, on)                                                                           \
	{                                                                                          \
		.name = #index, .create = "CREATE INDEX " #index " ON " on                         \
	}
/* Not the truth itself; it lies at a table that stays. */
#define INDEX_OF_TRUTH(index, on)                                                                  \
	{                                                                                          \
		.name = #index, .create = "CREATE INDEX " #index " ON " on, .of_truth = true       \
	}
/* The place in replay order, so that lists come in the order of happening on every installation. */
#define ORDINAL "ordinal INTEGER PRIMARY KEY, "

static const struct schema_table tables[] = {
	STORE(event,
	    "seq INTEGER PRIMARY KEY, writer BLOB NOT NULL, n INTEGER NOT NULL, "
	    "hash BLOB NOT NULL, line TEXT NOT NULL, UNIQUE(writer, n)",
	    "STRICT"),
	STORE(content, "hash BLOB PRIMARY KEY, salt BLOB NOT NULL, bytes BLOB NOT NULL",
	    "STRICT, WITHOUT ROWID"),
	/* Names and the like, which people are found by. */
	INDEX_OF_TRUTH(content_text, "content(bytes) WHERE length(bytes) <= 128"),
	/* What must still be done to the file itself, such as wiping what was erased. */
	STORE(chore, "name TEXT PRIMARY KEY", "STRICT, WITHOUT ROWID"),

	PROJECTION(founding, "roster",
	    "roster BLOB PRIMARY KEY, practice INTEGER NOT NULL, founder BLOB NOT NULL, "
	    "time INTEGER NOT NULL"),
	PROJECTION(head, "writer",
	    "writer BLOB PRIMARY KEY, n INTEGER NOT NULL, hash BLOB NOT NULL, "
	    "time INTEGER NOT NULL"),
	PROJECTION(
	    reference, "hash", "hash BLOB PRIMARY KEY, writer BLOB NOT NULL, n INTEGER NOT NULL"),
	INDEX(reference_event, "reference(writer, n)"),
	/* Events without effect: they contradict what came before them. */
	PROJECTION(unapplied, "writer, n",
	    "writer BLOB NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(writer, n)"),
	PROJECTION(installation, "ordinal",
	    ORDINAL "writer BLOB NOT NULL UNIQUE, name TEXT NOT NULL, joined INTEGER NOT NULL"),
	/* Who had it, one after another; the last has it. */
	PROJECTION(seat, "ordinal",
	    ORDINAL "writer BLOB NOT NULL REFERENCES installation(writer), time INTEGER NOT NULL"),
	PROJECTION(erased, "hash", "hash BLOB PRIMARY KEY, time INTEGER NOT NULL"),

	PROJECTION(person, "ordinal",
	    ORDINAL "id BLOB NOT NULL UNIQUE, name BLOB NOT NULL, contact BLOB, site BLOB, "
		    "employer BLOB, line BLOB, deputy BLOB, roles INTEGER NOT NULL, "
		    "since INTEGER NOT NULL, departed INTEGER NOT NULL, "
		    "acknowledged_until INTEGER NOT NULL"),
	/* Whose data a content is, so that all of it can be erased. */
	PROJECTION(personal, "hash", "hash BLOB PRIMARY KEY, person BLOB NOT NULL"),
	INDEX(person_name, "person(name)"),
	INDEX(personal_person, "personal(person)"),
	PROJECTION(absence, "ordinal",
	    ORDINAL "person BLOB NOT NULL, begins INTEGER NOT NULL, ends INTEGER NOT NULL"),
	INDEX(absence_person, "absence(person)"),
	PROJECTION(fate, "person, card",
	    "person BLOB NOT NULL, card BLOB NOT NULL, fate INTEGER NOT NULL, "
	    "stated INTEGER NOT NULL, PRIMARY KEY(person, card)"),
	PROJECTION(appointment, "ordinal",
	    ORDINAL "person BLOB NOT NULL, time INTEGER NOT NULL, authority BLOB NOT NULL, "
		    "identity BLOB, background BLOB, training BLOB, document BLOB, "
		    "acknowledged INTEGER NOT NULL, acknowledged_until INTEGER NOT NULL"),
	INDEX(appointment_person, "appointment(person)"),

	PROJECTION(card, "ordinal",
	    ORDINAL
	    "id BLOB NOT NULL UNIQUE, quorum TEXT NOT NULL, number INTEGER NOT NULL, "
	    "serial TEXT NOT NULL, custodian BLOB NOT NULL REFERENCES person(id), "
	    "state INTEGER NOT NULL, family TEXT NOT NULL, model TEXT NOT NULL, "
	    "firmware TEXT NOT NULL, atr TEXT NOT NULL, resettable INTEGER NOT NULL, "
	    "fingerprint BLOB, dec BLOB, sig BLOB, receipt INTEGER NOT NULL, "
	    "admin_pin INTEGER NOT NULL, begun INTEGER NOT NULL, enrolled INTEGER NOT NULL, "
	    "writer BLOB, n INTEGER, proven INTEGER NOT NULL, tries INTEGER NOT NULL, "
	    "twin INTEGER NOT NULL, admin_tries INTEGER NOT NULL DEFAULT -1, "
	    "pin_state INTEGER NOT NULL DEFAULT 0, report INTEGER NOT NULL DEFAULT 0, "
	    "reported INTEGER NOT NULL DEFAULT 0, exposed INTEGER NOT NULL DEFAULT 0, "
	    "ended INTEGER NOT NULL DEFAULT 0, UNIQUE(quorum, number, twin)"),
	INDEX(card_serial, "card(serial)"),
	INDEX(card_custodian, "card(custodian)"),
	PROJECTION(card_pin, "ordinal",
	    ORDINAL "card BLOB NOT NULL REFERENCES card(id), pin INTEGER NOT NULL, "
		    "time INTEGER NOT NULL"),

	PROJECTION(card_report, "ordinal",
	    ORDINAL "card BLOB NOT NULL, report INTEGER NOT NULL, happened INTEGER NOT NULL, "
		    "reporter BLOB, person BLOB NOT NULL, words BLOB, time INTEGER NOT NULL"),
	INDEX(card_report_card, "card_report(card)"),

	PROJECTION(item, "ordinal",
	    ORDINAL "id BLOB NOT NULL UNIQUE, name TEXT NOT NULL, kind INTEGER NOT NULL, "
		    "model TEXT NOT NULL, serial TEXT NOT NULL, firmware TEXT NOT NULL, "
		    "certificate TEXT NOT NULL, certificate_end INTEGER NOT NULL, "
		    "added INTEGER NOT NULL, retired INTEGER NOT NULL"),
	INDEX(item_name, "item(name)"),
	PROJECTION(stow, "ordinal",
	    ORDINAL "kind INTEGER NOT NULL, thing BLOB NOT NULL, bag TEXT NOT NULL, "
		    "place TEXT NOT NULL, stower BLOB, stow_witness BLOB, "
		    "stowed INTEGER NOT NULL, found_bag TEXT NOT NULL, intact INTEGER NOT NULL, "
		    "opener BLOB, open_witness BLOB, unstowed INTEGER NOT NULL, "
		    "suspected INTEGER NOT NULL"),
	INDEX(stow_thing, "stow(thing)"),

	PROJECTION(quorum, "ordinal",
	    ORDINAL "id BLOB NOT NULL UNIQUE, name TEXT NOT NULL, state INTEGER NOT NULL, "
		    "created INTEGER NOT NULL, adopted INTEGER NOT NULL"),
	INDEX(quorum_name, "quorum(name)"),
	PROJECTION(generation, "quorum, number",
	    "quorum BLOB NOT NULL REFERENCES quorum(id), number INTEGER NOT NULL, "
	    "threshold INTEGER NOT NULL, size INTEGER NOT NULL, state INTEGER NOT NULL, "
	    "check_value BLOB NOT NULL, escrow BLOB NOT NULL, sealed INTEGER NOT NULL, "
	    "live INTEGER NOT NULL, unsure INTEGER NOT NULL DEFAULT 0, "
	    "PRIMARY KEY(quorum, number)"),
	PROJECTION(share, "quorum, generation, position",
	    "quorum BLOB NOT NULL, generation INTEGER NOT NULL, position INTEGER NOT NULL, "
	    "share_index INTEGER NOT NULL, card BLOB NOT NULL REFERENCES card(id), "
	    "custodian BLOB NOT NULL, commitment BLOB NOT NULL, record BLOB NOT NULL, "
	    "record_hash BLOB NOT NULL, delivered INTEGER NOT NULL, "
	    "begun INTEGER NOT NULL, erased INTEGER NOT NULL, "
	    "PRIMARY KEY(quorum, generation, position), "
	    "FOREIGN KEY(quorum, generation) REFERENCES generation(quorum, number)"),
	INDEX(share_card, "share(card)"),
	INDEX(share_record, "share(record)"),
	PROJECTION(escrow, "quorum, generation, kind, subject",
	    "quorum BLOB NOT NULL, generation INTEGER NOT NULL, kind INTEGER NOT NULL, "
	    "subject BLOB NOT NULL, blob BLOB NOT NULL, former BLOB, stored INTEGER NOT NULL, "
	    "PRIMARY KEY(quorum, generation, kind, subject), "
	    "FOREIGN KEY(quorum, generation) REFERENCES generation(quorum, number)"),
	PROJECTION(proof, "ordinal",
	    ORDINAL "card BLOB NOT NULL REFERENCES card(id), kind INTEGER NOT NULL, "
		    "quorum BLOB, generation INTEGER NOT NULL, tries INTEGER NOT NULL, "
		    "firmware TEXT NOT NULL, time INTEGER NOT NULL"),
	INDEX(proof_card, "proof(card, time)"),
	PROJECTION(roll_call, "ordinal",
	    ORDINAL "nonce BLOB NOT NULL UNIQUE, card BLOB NOT NULL, quorum BLOB, "
		    "generation INTEGER NOT NULL, made INTEGER NOT NULL, "
		    "expires INTEGER NOT NULL, answered INTEGER NOT NULL"),
	INDEX(roll_call_card, "roll_call(card)"),

	PROJECTION(binding, "ordinal",
	    ORDINAL "id BLOB NOT NULL UNIQUE, name TEXT NOT NULL, "
		    "quorum BLOB NOT NULL REFERENCES quorum(id), spec TEXT NOT NULL, "
		    "token TEXT NOT NULL, serial TEXT NOT NULL, opens_user INTEGER NOT NULL, "
		    "opens_so INTEGER NOT NULL, bound INTEGER NOT NULL, "
		    "unbound INTEGER NOT NULL"),
	INDEX(binding_name, "binding(name)"),
	INDEX(binding_quorum, "binding(quorum)"),

	PROJECTION(operation, "ordinal",
	    ORDINAL "id BLOB NOT NULL UNIQUE, kind INTEGER NOT NULL, "
		    "quorum BLOB NOT NULL REFERENCES quorum(id), generation INTEGER NOT NULL, "
		    "plan TEXT NOT NULL, person BLOB NOT NULL, state INTEGER NOT NULL, "
		    "begun INTEGER NOT NULL, ended INTEGER NOT NULL"),
	INDEX(operation_state, "operation(state, quorum)"),
	PROJECTION(step, "ordinal",
	    ORDINAL "operation BLOB NOT NULL REFERENCES operation(id), kind INTEGER NOT NULL, "
		    "card BLOB, binding TEXT NOT NULL, pin INTEGER, text TEXT NOT NULL, "
		    "time INTEGER NOT NULL"),
	INDEX(step_operation, "step(operation)"),

	PROJECTION(checkpoint, "ordinal",
	    ORDINAL "number INTEGER NOT NULL, head BLOB NOT NULL, "
		    "card BLOB NOT NULL REFERENCES card(id), signature BLOB NOT NULL, "
		    "time INTEGER NOT NULL"),
	PROJECTION(pin, "checkpoint, writer",
	    "checkpoint INTEGER NOT NULL REFERENCES checkpoint(ordinal), "
	    "writer BLOB NOT NULL, n INTEGER NOT NULL, hash BLOB NOT NULL, "
	    "PRIMARY KEY(checkpoint, writer)"),

	PROJECTION(adopted, "card",
	    "card BLOB PRIMARY KEY, checkpoint INTEGER NOT NULL, head BLOB NOT NULL"),
	PROJECTION(token_copy, "ordinal",
	    ORDINAL "id BLOB NOT NULL UNIQUE, binding BLOB NOT NULL, kind INTEGER NOT NULL, "
		    "place TEXT NOT NULL, opens_user INTEGER NOT NULL, "
		    "opens_so INTEGER NOT NULL, made INTEGER NOT NULL, "
		    "destroyed INTEGER NOT NULL, how TEXT NOT NULL"),
	INDEX(token_copy_binding, "token_copy(binding)"),

	PROJECTION(activation, "ordinal",
	    ORDINAL "id BLOB NOT NULL UNIQUE, quorum BLOB NOT NULL, "
		    "generation INTEGER NOT NULL, binding TEXT NOT NULL, purpose TEXT NOT NULL, "
		    "cards BLOB NOT NULL, person BLOB NOT NULL, opened INTEGER NOT NULL, "
		    "closed INTEGER NOT NULL, uses INTEGER NOT NULL, result TEXT NOT NULL, "
		    "kind INTEGER NOT NULL, refused INTEGER NOT NULL, recorded INTEGER NOT NULL"),
	INDEX(activation_quorum, "activation(quorum)"),
	PROJECTION(activation_uses, "ordinal",
	    ORDINAL "activation BLOB NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, "
		    "made INTEGER NOT NULL, refused INTEGER NOT NULL, head BLOB NOT NULL, "
		    "content BLOB NOT NULL"),
	INDEX(activation_uses_of, "activation_uses(activation)"),
	PROJECTION(token_key, "ordinal",
	    ORDINAL "binding TEXT NOT NULL, label TEXT NOT NULL, algorithm TEXT NOT NULL, "
		    "id TEXT NOT NULL, public_hash BLOB NOT NULL, time INTEGER NOT NULL"),
	INDEX(token_key_binding, "token_key(binding)"),
	PROJECTION(signing, "ordinal",
	    ORDINAL "binding TEXT NOT NULL, label TEXT NOT NULL, id TEXT NOT NULL, "
		    "kind INTEGER NOT NULL, subject TEXT NOT NULL, number TEXT NOT NULL, "
		    "hash BLOB NOT NULL, valid_from INTEGER NOT NULL, "
		    "valid_until INTEGER NOT NULL, time INTEGER NOT NULL"),
	INDEX(signing_binding, "signing(binding)"),
	/* Keys that may no longer leave their token. */
	PROJECTION(key_seal, "ordinal",
	    ORDINAL "binding TEXT NOT NULL, public_hash BLOB NOT NULL, time INTEGER NOT NULL, "
		    "UNIQUE(binding, public_hash)"),
	PROJECTION(backup, "ordinal",
	    ORDINAL "id BLOB NOT NULL UNIQUE, key TEXT NOT NULL, public_hash BLOB NOT NULL, "
		    "source TEXT NOT NULL, target TEXT NOT NULL, what TEXT NOT NULL, "
		    "place TEXT NOT NULL, copy BLOB NOT NULL, made INTEGER NOT NULL, "
		    "verified INTEGER NOT NULL, verified_on TEXT NOT NULL, "
		    "restored INTEGER NOT NULL, restored_on TEXT NOT NULL"),
	INDEX(backup_key, "backup(key, target)"),
	PROJECTION(ceremony, "ordinal",
	    ORDINAL "kind INTEGER NOT NULL, script BLOB NOT NULL, hash BLOB NOT NULL, "
		    "name TEXT NOT NULL, text TEXT NOT NULL, passed INTEGER NOT NULL, "
		    "steps INTEGER NOT NULL, practised INTEGER NOT NULL, "
		    "seconds INTEGER NOT NULL, person BLOB NOT NULL, role TEXT NOT NULL, "
		    "time INTEGER NOT NULL, card BLOB NOT NULL, statement BLOB, "
		    "signature BLOB NOT NULL"),
	INDEX(ceremony_script, "ceremony(script)"),
	PROJECTION(addendum, "ordinal",
	    ORDINAL "head BLOB NOT NULL, lines INTEGER NOT NULL, last BLOB NOT NULL"),
	INDEX(addendum_head, "addendum(head)"),
	PROJECTION(calendar, "ordinal",
	    ORDINAL "quorum BLOB NOT NULL, kind INTEGER NOT NULL, subject TEXT NOT NULL, "
		    "date INTEGER NOT NULL, UNIQUE(quorum, kind, subject)"),
	PROJECTION(policy, "ordinal",
	    ORDINAL "name TEXT NOT NULL, value INTEGER NOT NULL, reason TEXT NOT NULL, "
		    "people BLOB NOT NULL, time INTEGER NOT NULL"),
	INDEX(policy_name, "policy(name, time)"),
	PROJECTION(refusal, "ordinal", ORDINAL "name TEXT NOT NULL, time INTEGER NOT NULL"),
	INDEX(refusal_name, "refusal(name)"),
	{ 0 },
};

const struct schema_table *
schema_tables(void)
{
	return tables;
}

static enum err
write_numbers(struct db *db, struct err_trace *trace)
{
	char numbers[96];

	snprintf(numbers, sizeof(numbers), "PRAGMA application_id=%d; PRAGMA user_version=%d;",
	    SCHEMA_APPLICATION, SCHEMA_VERSION);
	return db_script(db, numbers, trace);
}

enum err
schema_make(struct db *db, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (const struct schema_table *table = tables; table->name != NULL && err == ERR_OK;
	     table++)
		err = db_script(db, table->create, trace);
	return err == ERR_OK ? write_numbers(db, trace) : err;
}

static enum err
check_numbers(struct db *db, bool *is_old, struct err_trace *trace)
{
	int64_t application = 0;
	int64_t version = 0;
	enum err err =
	    db_ask_integer(db, DB_CALL0("PRAGMA application_id"), 0, &application, trace);

	if (err == ERR_OK)
		err = db_ask_integer(db, DB_CALL0("PRAGMA user_version"), 0, &version, trace);
	if (err != ERR_OK)
		return err;
	if (application != SCHEMA_APPLICATION) {
		err_next(trace, "check --roster");
		return FAIL(trace, ERR_FORMAT, "the file is a database, but not a roster");
	}
	if (version > SCHEMA_VERSION) {
		err_next(trace, "use the newer Quorate that wrote it");
		return FAIL(trace, ERR_UNSUPPORTED,
		    "the roster has version %" PRId64 "; this Quorate knows up to %d", version,
		    SCHEMA_VERSION);
	}
	if (version < 1)
		return FAIL(trace, ERR_FORMAT, "the roster has version %" PRId64, version);
	*is_old = version < SCHEMA_VERSION;
	return ERR_OK;
}

/* How many of the tables there are ours to the byte, how many of those are the truth. */
struct census {
	size_t ours;
	size_t truths;
	size_t others;
};

static void
count_one(struct census *census, const char *name, const char *sql)
{
	for (const struct schema_table *table = tables; table->name != NULL; table++) {
		if (strcmp(name, table->name) == 0 && strcmp(sql, table->create) == 0) {
			census->ours++;
			census->truths += table->is_truth;
			return;
		}
	}
	census->others++;
}

static enum err
take_census(struct db *db, struct census *census, struct err_trace *trace)
{
	struct db_rows rows = { 0 };
	enum err err = db_query(db,
	    DB_CALL0("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"), &rows,
	    trace);

	while (err == ERR_OK && db_next(&rows))
		count_one(census, db_get_text(&rows, 0), db_get_text(&rows, 1));
	return db_end(&rows, err, trace);
}

/* Exactly our tables: a foreign one, a missing one or a changed one is a file from elsewhere. */
static enum err
check_tables(struct db *db, bool is_old, struct err_trace *trace)
{
	const size_t known = sizeof(tables) / sizeof(tables[0]) - 1;
	struct census census = { 0 };
	size_t truths = 0;
	const enum err err = take_census(db, &census, trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < known; i++)
		truths += tables[i].is_truth;
	if (census.truths == truths && (is_old || (census.ours == known && census.others == 0)))
		return ERR_OK;
	err_next(trace, "take the newest copy of the roster and keep this file aside");
	return FAIL(trace, ERR_FORMAT, "the roster's tables were changed from outside");
}

enum err
schema_check(struct db *db, bool *is_old, struct err_trace *trace)
{
	bool old = false;
	enum err err = check_numbers(db, &old, trace);

	if (err == ERR_OK)
		err = check_tables(db, old, trace);
	if (err == ERR_OK)
		*is_old = old;
	return err;
}

static bool
is_truth(const char *name)
{
	for (const struct schema_table *table = tables; table->name != NULL; table++) {
		if (table->is_truth && strcmp(name, table->name) == 0)
			return true;
	}
	return false;
}

enum { TABLE_NAME = 32 };

/* What there is of an older version: a table, or an index of a table that stays. */
struct former {
	char name[TABLE_NAME];
	bool is_index;
};

static bool
read_former(const struct db_rows *rows, void *item)
{
	struct former *former = item;

	db_copy_text(rows, 0, former->name, sizeof(former->name));
	former->is_index = db_get_integer(rows, 1) != 0;
	/* What an older version made has such a name; anything else came from outside. */
	return strspn(former->name, "abcdefghijklmnopqrstuvwxyz_") == strlen(db_get_text(rows, 0));
}

/* Younger ones first: they refer to older ones. Other indexes go with their tables. */
static enum err
drop_projections(struct db *db, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct former), read_former };
	char sql[TABLE_NAME + 32];
	void *items = NULL;
	size_t count = 0;
	enum err err = db_all(db,
	    DB_CALL0("SELECT name, type = 'index' FROM sqlite_schema WHERE "
		     "name NOT LIKE 'sqlite_%' AND (type = 'table' OR (type = 'index' AND "
		     "tbl_name IN ('event', 'content', 'chore'))) ORDER BY rowid DESC"),
	    &shape, &items, &count, trace);

	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		const struct former *former = &((const struct former *)items)[i];

		if (is_truth(former->name))
			continue;
		snprintf(sql, sizeof(sql), "DROP %s main.%s", former->is_index ? "INDEX" : "TABLE",
		    former->name);
		err = db_script(db, sql, trace);
	}
	free(items);
	return err;
}

enum err
schema_renew(struct db *db, struct err_trace *trace)
{
	int64_t has_truth = 0; /* else it lies below, in a file that is only read */
	enum err err =
	    db_ask_integer(db, DB_CALL0("SELECT 1 FROM main.sqlite_schema WHERE name = 'event'"), 0,
		&has_truth, trace);

	if (err == ERR_OK)
		err = drop_projections(db, trace);
	for (const struct schema_table *table = tables; table->name != NULL && err == ERR_OK;
	     table++) {
		if (!table->is_truth && (has_truth != 0 || !table->of_truth))
			err = db_script(db, table->create, trace);
	}
	return err == ERR_OK ? write_numbers(db, trace) : err;
}

enum err
schema_clear_projections(struct db *db, struct err_trace *trace)
{
	enum err err = ERR_OK;
	const size_t count = sizeof(tables) / sizeof(tables[0]) - 1;

	/* Backwards, for the foreign keys. */
	for (size_t i = count; i-- > 0 && err == ERR_OK;) {
		if (tables[i].clear != NULL)
			err = db_script(db, tables[i].clear, trace);
	}
	return err;
}
