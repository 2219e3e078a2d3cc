/* SPDX-License-Identifier: BSD-2-Clause */
/* Backups of keys: made, verified, restored, and sealed keys. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/backup.h"
#include "roster/health.h"
#include "roster/key.h"
#include "roster/log.h"
#include "tests/unit/roster/support.h"

enum { DAY = 86400 };

#define BINDING "root-ca"

static struct roster_id
add(struct place *place, const char *target, uint8_t hash)
{
	struct roster_backup backup = { .label = "ca", .source = BINDING };
	struct err_trace trace = { 0 };
	struct roster_id id;

	backup.public_hash.bytes[0] = hash;
	snprintf(backup.target, sizeof(backup.target), "%s", target);
	snprintf(backup.what, sizeof(backup.what), "%s", target[0] == '\0' ? "tape" : "");
	assert_ok(roster_backup_add(place->roster, &backup, &id, &trace), &trace);
	return id;
}

static enum err
find(struct place *place, const char *target, struct roster_backup *out)
{
	const struct roster_backup_of of = { &place->quorum, "ca", target };

	return roster_backup_find(place->roster, &of, out, NULL);
}

static void
the_last_backup_in_a_token_is_found(void **state)
{
	struct place *place = *state;
	struct roster_backup found = { .made = 0 };
	const struct roster_id other = { { 9 } };
	const struct roster_backup_of of = { &other, "ca", "backup" };
	struct roster_id second;

	place_found_quorum(place);
	assert_fails(find(place, "backup", &found), ERR_ABSENT, NULL);
	add(place, "backup", 1);
	second = add(place, "backup", 2);
	add(place, "", 3);
	assert_ok(find(place, "backup", &found), NULL);
	assert_memory_equal(found.id.bytes, second.bytes, ROSTER_ID_SIZE);
	assert_int_equal(found.public_hash.bytes[0], 2);
	assert_int_equal(found.made, place->now);
	assert_int_equal(found.verified, 0);
	assert_ok(find(place, "", &found), NULL);
	assert_string_equal(found.what, "tape");
	/* not for another quorum, whose key may have the same label */
	assert_fails(roster_backup_find(place->roster, &of, &found, NULL), ERR_ABSENT, NULL);
}

static void
a_proof_and_a_restore_are_of_one_backup_and_the_last_counts(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_backup found = { .made = 0 };
	struct roster_id first, second;
	int64_t then;

	place_found_quorum(place);
	first = add(place, "backup", 1);
	second = add(place, "far", 1);
	assert_ok(roster_backup_verified(
		      place->roster, &first, "test", ROSTER_BACKUP_RESTORED_TO_SESSION, &trace),
	    &trace);
	place->now += DAY;
	then = place->now;
	assert_ok(
	    roster_backup_verified(place->roster, &first, "backup", ROSTER_BACKUP_SIGNED, &trace),
	    &trace);
	assert_ok(roster_backup_restored(place->roster, &second, "next", &trace), &trace);
	assert_ok(find(place, "backup", &found), NULL);
	assert_int_equal(found.verified, then);
	assert_string_equal(found.verified_on, "backup");
	assert_int_equal(found.restored, 0);
	assert_ok(find(place, "far", &found), NULL);
	assert_int_equal(found.verified, 0);
	assert_int_equal(found.restored, then);
	assert_string_equal(found.restored_on, "next");
}

static void
what_is_said_of_an_unknown_backup_has_no_effect(void **state)
{
	struct place *place = *state;
	const struct roster_id unknown = { { 7 } };
	struct err_trace trace = { 0 };
	struct roster_backup *backups = NULL;
	size_t count = 1;

	place_found_quorum(place);
	assert_ok(roster_backup_restored(place->roster, &unknown, "next", &trace), &trace);
	assert_ok(roster_backup_list(place->roster, NULL, &backups, &count, &trace), &trace);
	assert_int_equal(count, 0);
	free(backups);
}

static void
a_sealed_key_is_sealed_in_that_token_alone(void **state)
{
	struct place *place = *state;
	const struct roster_hash hash = { { 1 } }, other = { { 2 } };
	struct err_trace trace = { 0 };
	bool sealed = true;

	place_found_quorum(place);
	assert_ok(roster_key_is_sealed(place->roster, BINDING, &hash, &sealed, &trace), &trace);
	assert_false(sealed);
	for (int twice = 0; twice < 2; twice++)
		assert_ok(roster_key_sealed(place->roster, BINDING, "ca", &hash, &trace), &trace);
	assert_ok(roster_key_is_sealed(place->roster, BINDING, &hash, &sealed, &trace), &trace);
	assert_true(sealed);
	assert_ok(roster_key_is_sealed(place->roster, BINDING, &other, &sealed, &trace), &trace);
	assert_false(sealed);
	assert_ok(roster_key_is_sealed(place->roster, "backup", &hash, &sealed, &trace), &trace);
	assert_false(sealed);
}

static void
the_key_made_last_under_a_label_is_found(void **state)
{
	struct place *place = *state;
	struct roster_key key = { .binding = BINDING, .label = "ca", .algorithm = "ec-p384" };
	struct err_trace trace = { 0 };

	place_found_quorum(place);
	assert_fails(roster_key_find(place->roster, BINDING, "ca", &key, NULL), ERR_ABSENT, NULL);
	snprintf(key.id, sizeof(key.id), "01");
	assert_ok(roster_key_generated(place->roster, &key, &trace), &trace);
	key.public_hash.bytes[0] = 5;
	assert_ok(roster_key_generated(place->roster, &key, &trace), &trace);
	key.public_hash.bytes[0] = 0;
	assert_ok(roster_key_find(place->roster, BINDING, "ca", &key, &trace), &trace);
	assert_int_equal(key.public_hash.bytes[0], 5);
}

/* What health says of the key 'ca'; NULL: nothing. free() it. */
static char *
said_of_key(struct place *place)
{
	struct roster_health *health = NULL;
	struct err_trace trace = { 0 };
	char *words = NULL;

	assert_ok(roster_health(place->roster, &place->quorum, NULL, &health, &trace), &trace);
	for (size_t i = 0; i < health->reasons; i++)
		if (health->reason[i].kind == ROSTER_REASON_KEY_BACKUP)
			words = strdup(health->reason[i].words);
	roster_health_free(health);
	return words;
}

static void
a_backup_in_a_token_that_was_given_up_is_none(void **state)
{
	struct place *place = *state;
	struct roster_key key = { .binding = BINDING, .label = "ca", .algorithm = "ec-p384" };
	struct roster_binding_spec spec;
	struct err_trace trace = { 0 };
	struct roster_id backup, binding;
	char *words;

	place_found_quorum(place);
	place_spec(&spec, "backup");
	spec.role = ROSTER_BACKUP;
	assert_ok(
	    roster_binding_add(place->roster, &place->quorum, &spec, &binding, &trace), &trace);
	key.public_hash.bytes[0] = 1;
	assert_ok(roster_key_generated(place->roster, &key, &trace), &trace);
	backup = add(place, "backup", 1);
	place->now += 8 * DAY;
	assert_ok(
	    roster_backup_verified(place->roster, &backup, "test", ROSTER_BACKUP_SIGNED, &trace),
	    &trace);
	assert_null(said_of_key(place));
	assert_ok(roster_binding_remove(place->roster, &binding, "scrapped", &trace), &trace);
	words = said_of_key(place);
	assert_non_null(words);
	assert_string_equal(words, "key 'ca' (token 'root-ca') has no backup");
	free(words);
}

static void
the_roster_made_anew_from_its_events_says_the_same(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_verified verified = { 0 };
	struct roster_id id;

	place_found_quorum(place);
	id = add(place, "backup", 1);
	assert_ok(roster_backup_verified(place->roster, &id, "test", ROSTER_BACKUP_SIGNED, &trace),
	    &trace);
	assert_ok(roster_verify(place->roster, &verified, &trace), &trace);
	free(verified.checkpoint);
}

#define WITH_ROSTER(test) cmocka_unit_test_setup_teardown(test, place_setup_roster, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROSTER(the_last_backup_in_a_token_is_found),
		WITH_ROSTER(a_proof_and_a_restore_are_of_one_backup_and_the_last_counts),
		WITH_ROSTER(what_is_said_of_an_unknown_backup_has_no_effect),
		WITH_ROSTER(a_sealed_key_is_sealed_in_that_token_alone),
		WITH_ROSTER(a_backup_in_a_token_that_was_given_up_is_none),
		WITH_ROSTER(the_key_made_last_under_a_label_is_found),
		WITH_ROSTER(the_roster_made_anew_from_its_events_says_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
