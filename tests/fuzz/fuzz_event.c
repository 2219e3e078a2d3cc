/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A line of a roster's event log, as a pack from a stranger might bring it.
 *
 * Whatever the bytes: a line that is taken has one spelling and one hash, its body is one that its
 * type allows, and carrying it into projections works whatever is in them, or finds it malformed.
 */
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "roster/project.h"
#include "roster/schema.h"
#include "tests/fuzz/fuzz.h"

static struct db *
projections(void)
{
	static struct db *db;

	if (db == NULL) {
		HOLDS(db_open("", DB_TEMPORARY, &db, NULL) == ERR_OK);
		HOLDS(schema_make(db, NULL) == ERR_OK);
	}
	return db;
}

static int64_t
count_events(struct db *db)
{
	int64_t count = -1;

	HOLDS(db_ask_integer(db, DB_CALL0("SELECT count(*) FROM head"), 0, &count, NULL) == ERR_OK);
	return count;
}

static void
project(const struct event *event)
{
	struct db *db = projections();
	struct err_trace trace = { 0 };

	HOLDS(db_script(db, "BEGIN", NULL) == ERR_OK);
	const enum err err = project_happened(db, event, &trace);
	HOLDS(err == ERR_OK || err == ERR_FORMAT);
	HOLDS(err == ERR_OK || trace.count > 0);
	db_rollback(db);
	HOLDS(count_events(db) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct event event = { 0 };
	struct roster_hash hash;
	char *again = NULL;

	if (event_parse((const char *)bytes, len, &event, NULL) != ERR_OK)
		return 0;
	HOLDS(json_canonical(event.json, &again, NULL) == ERR_OK);
	HOLDS(strlen(again) == len && memcmp(again, bytes, len) == 0);
	HOLDS(sha256(bytes, len, hash.bytes, NULL) == ERR_OK);
	HOLDS(roster_hash_equal(&hash, &event.hash));
	HOLDS(event.type != NULL && event.n >= 1);
	HOLDS(member_check(event.type->body, event.body, NULL) == ERR_OK);
	project(&event);
	free(again);
	event_clear(&event);
	return 0;
}
