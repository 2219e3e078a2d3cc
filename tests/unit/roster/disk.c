/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disk that is full or fails, and a kill, at every durable act of a command in turn: afterwards
 * the roster is as before or as after, never between, and verifies.
 */
#include "tests/unit/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "roster/log.h"
#include "roster/pack.h"
#include "roster/roster_internal.h"
#include "tests/unit/roster/fault_vfs.h"
#include "tests/unit/roster/support.h"

/* Each act up to well behind the commit; what tidies up after it, one in seven. */
enum { ACTS_MAX = 600, EACH = 60, SEVENTH = 7 };

static unsigned
next_act(unsigned at)
{
	return at + (at < EACH ? 1 : SEVENTH);
}

/* Number of events in a roster that opens and verifies. */
static int64_t
count_events(struct place *place)
{
	struct err_trace trace = { 0 };
	struct roster_verified verified;
	const struct roster_options options = place_options(place, ROSTER_WRITE);
	struct roster *roster = NULL;

	assert_ok(roster_open(&options, &roster, &trace), &trace);
	assert_ok(roster_verify(roster, &verified, &trace), &trace);
	free(verified.checkpoint);
	assert_ok(roster_close(roster, &trace), &trace);
	return verified.events;
}

/* The command under test: three events and a content erased, in one transaction. */
static enum err
run_command(struct place *place)
{
	const struct roster_person_add add = { .name = "walter", .roles = ROSTER_WITNESS };
	const struct roster_options options = place_options(place, ROSTER_WRITE);
	struct roster *roster = NULL;
	struct roster_seal seal;
	struct roster_id id;
	const struct roster_card_fate fate = { place->card[4], ROSTER_FATE_RETURNED, 0 };
	const struct roster_departure departure = {
		.person = place->person[4], .card = &fate, .cards = 1
	};
	enum err err = roster_open(&options, &roster, NULL);

	if (err != ERR_OK)
		return err;
	place_seal_of(place, 2, &seal);
	err = roster_act_as(roster, &place->person[0], NULL);
	if (err == ERR_OK)
		err = roster_begin(roster, NULL);
	if (err == ERR_OK)
		err = roster_person_add(roster, &add, &id, NULL);
	if (err == ERR_OK)
		err = roster_generation_seal(roster, &place->quorum, &seal, NULL);
	if (err == ERR_OK)
		err = roster_person_depart(roster, &departure, NULL);
	if (err == ERR_OK)
		err = roster_person_erase(roster, &place->person[4], "asked for", NULL);
	if (err == ERR_OK)
		err = roster_commit(roster, NULL);
	/* What closing cannot tidy up is told, but is no failure of the command. */
	roster_drop(roster);
	return err;
}

/* What another installation wrote meanwhile: it joined, somebody was added, another one erased. */
static enum err
run_take(struct place *place)
{
	const struct roster_options options = place_options(place, ROSTER_WRITE);
	struct roster *roster = NULL;
	struct roster_taken taken;
	char pack[2 * PATH_SIZE];
	enum err err = roster_open(&options, &roster, NULL);

	if (err != ERR_OK)
		return err;
	snprintf(pack, sizeof(pack), "%s/back.pack", place->folder);
	err = roster_take(roster, pack, &taken, NULL);
	roster_drop(roster);
	return err;
}

static enum err
join(struct place *place, struct place *from, const char *pack)
{
	const struct roster_options options = place_options(place, ROSTER_WRITE);
	const struct roster_joining joining = { .paths = options.paths,
		.clock = options.clock,
		.pack = pack,
		.person = "ann",
		.installation = "laptop" };

	place->now = from->now;
	return roster_join(&joining, &place->roster, NULL);
}

static void
make_packs(struct place *place)
{
	struct err_trace trace = { 0 };
	struct roster_packed packed;
	void *state = NULL;
	char whole[2 * PATH_SIZE];
	char back[2 * PATH_SIZE];
	const struct roster_card_fate fate = { place->card[4], ROSTER_FATE_RETURNED, 0 };
	const struct roster_departure departure = {
		.person = place->person[4], .card = &fate, .cards = 1
	};

	snprintf(whole, sizeof(whole), "%s/whole.pack", place->folder);
	snprintf(back, sizeof(back), "%s/back.pack", place->folder);
	assert_ok(roster_pack(place->roster, whole, NULL, &packed, &trace), &trace);
	place_setup(&state);
	struct place *laptop = state;

	assert_int_equal(join(laptop, place, whole), ERR_OK);
	place_go_on(laptop, "walter");
	assert_ok(roster_person_depart(laptop->roster, &departure, &trace), &trace);
	assert_ok(
	    roster_person_erase(laptop->roster, &place->person[4], "asked for", &trace), &trace);
	assert_ok(roster_pack(laptop->roster, back, NULL, &packed, &trace), &trace);
	place_teardown(&state);
}

enum { COMMAND_EVENTS = 4 };

/* A command of that many events. */
typedef enum err (*command)(struct place *place);

/* State and file as they were when copied. */
static void
restore(struct place *place)
{
	char wal[2 * PATH_SIZE];

	snprintf(wal, sizeof(wal), "%s-wal", place->file);
	(void)!unlink(wal);
	snprintf(wal, sizeof(wal), "%s-shm", place->file);
	(void)!unlink(wal);
	place_restore_file(place);
	assert_int_equal(file_remove_tree(place->state_dir, NULL), ERR_OK);
	assert_int_equal(file_copy_tree(place->spare_state_dir, place->state_dir, NULL), ERR_OK);
}

/* Fails every act from the n-th on, for every n until the command needs no more. */
static void
fail_at_every_act(struct place *place, enum fault_kind kind, command run)
{
	int64_t before = 0;
	unsigned refused = 0;
	unsigned stored = 0; /* though refused: the write got there, the sync after it failed */

	place_found_quorum(place);
	make_packs(place);
	place_close(place);
	place_copy_file(place);
	place_copy_state(place);
	before = count_events(place);
	for (unsigned at = 1; at < ACTS_MAX; at = next_act(at)) {
		restore(place);
		fault_vfs_arm(kind, at);
		const enum err err = run(place);
		const unsigned acts = fault_vfs_disarm();

		const int64_t now = count_events(place);
		assert_true(now == before + COMMAND_EVENTS || (now == before && err != ERR_OK));
		refused += err != ERR_OK;
		stored += err != ERR_OK && now != before;
		if (acts < at) {
			assert_true(refused > 10);
			assert_true(stored <= 1);
			return;
		}
	}
	fail_msg("the command needs more than %d acts", ACTS_MAX);
}

static void
a_disk_that_is_full_at_any_act_leaves_the_roster_as_before_or_after(void **state)
{
	fail_at_every_act(*state, FAULT_FULL, run_command);
}

static void
a_disk_that_fails_at_any_act_leaves_the_roster_as_before_or_after(void **state)
{
	fail_at_every_act(*state, FAULT_IO, run_command);
}

static void
a_pack_taken_with_a_full_disk_is_taken_whole_or_not_at_all(void **state)
{
	fail_at_every_act(*state, FAULT_FULL, run_take);
}

static void
kill_at_every_act(struct place *place, command run)
{
	int64_t before = 0;
	unsigned killed = 0;
	int status = 0;

	place_found_quorum(place);
	make_packs(place);
	place_close(place);
	place_copy_file(place);
	place_copy_state(place);
	before = count_events(place);
	for (unsigned at = 1; at < ACTS_MAX; at = next_act(at)) {
		restore(place);
		const pid_t pid = fork();
		if (pid == 0) {
			fault_vfs_arm(FAULT_KILL, at);
			_exit(run(place) == ERR_OK ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		const int64_t now = count_events(place);
		assert_true(now == before || now == before + COMMAND_EVENTS);
		if (!WIFSIGNALED(status)) {
			assert_int_equal(status, 0);
			assert_int_equal(now, before + COMMAND_EVENTS);
			assert_true(killed > 10);
			return;
		}
		killed++;
	}
	fail_msg("the command needs more than %d acts", ACTS_MAX);
}

static void
a_kill_at_any_act_leaves_the_roster_as_before_or_after(void **state)
{
	kill_at_every_act(*state, run_command);
}

static void
a_pack_whose_taking_is_killed_is_taken_whole_or_not_at_all(void **state)
{
	kill_at_every_act(*state, run_take);
}

/* The next attempt finds what the one that died left, and begins anew. */
static void
a_joining_that_fails_or_dies_at_any_act_can_be_repeated(void **state)
{
	struct place *place = *state;
	void *other = NULL;
	char whole[2 * PATH_SIZE];
	int status = 0;

	place_found_quorum(place);
	make_packs(place);
	snprintf(whole, sizeof(whole), "%s/whole.pack", place->folder);
	place_setup(&other);
	struct place *laptop = other;
	for (unsigned at = 1; at < ACTS_MAX; at = next_act(at)) {
		const pid_t pid = fork();
		if (pid == 0) {
			fault_vfs_arm(at % 2 == 0 ? FAULT_KILL : FAULT_FULL, at);
			const enum err err = join(laptop, place, whole);
			roster_drop(laptop->roster);
			_exit(err == ERR_OK ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (access(laptop->file, F_OK) == 0) {
			assert_true(at > 10);
			assert_true(count_events(laptop) > 2);
			place_teardown(&other);
			return;
		}
		assert_int_not_equal(status, 0);
	}
	fail_msg("joining needs more than %d acts", ACTS_MAX);
}

static void
a_creation_that_fails_or_dies_at_any_act_can_be_repeated(void **state)
{
	struct place *place = *state;
	const struct roster_founding founding = { .paths = { place->file, place->state_dir },
		.administrator = "ann" };
	int status = 0;

	for (unsigned at = 1; at < ACTS_MAX; at++) {
		const pid_t pid = fork();
		if (pid == 0) {
			struct roster *roster = NULL;

			fault_vfs_arm(at % 2 == 0 ? FAULT_KILL : FAULT_FULL, at);
			const enum err err = roster_create(&founding, &roster, NULL);
			roster_drop(roster);
			_exit(err == ERR_OK ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (access(place->file, F_OK) == 0) {
			/* It is whole, or it is not there. */
			assert_int_equal(count_events(place), 2);
			return;
		}
		assert_int_not_equal(status, 0);
	}
	fail_msg("a creation needs more than %d acts", ACTS_MAX);
}

static void
a_roster_that_outgrows_its_disk_says_so_and_stays_as_it_was(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_verified verified;
	struct roster_hash before;
	struct roster_hash after;
	struct roster_id id;
	enum err err = ERR_OK;
	char name[120];

	assert_ok(db_script(place->roster->db, "PRAGMA max_page_count = 80", &trace), &trace);
	memset(name, 'w', sizeof(name));
	for (int i = 0; err == ERR_OK && i < 2000; i++) {
		const struct roster_person_add add = { .name = name, .roles = ROSTER_WITNESS };

		snprintf(name + 100, sizeof(name) - 100, "%d", i);
		assert_ok(roster_head(place->roster, &before, &trace), &trace);
		err = roster_person_add(place->roster, &add, &id, &trace);
	}
	assert_fails(err, ERR_IO, &trace);
	assert_true(place_says(&trace, "disk is full"));
	assert_ok(roster_head(place->roster, &after, &trace), &trace);
	assert_memory_equal(&before, &after, sizeof(before));
	err_clear(&trace);
	assert_ok(roster_verify(place->roster, &verified, &trace), &trace);
	free(verified.checkpoint);
}

#define WITH_ROSTER(test) cmocka_unit_test_setup_teardown(test, place_setup_roster, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROSTER(a_disk_that_is_full_at_any_act_leaves_the_roster_as_before_or_after),
		WITH_ROSTER(a_disk_that_fails_at_any_act_leaves_the_roster_as_before_or_after),
		WITH_ROSTER(a_kill_at_any_act_leaves_the_roster_as_before_or_after),
		WITH_ROSTER(a_pack_taken_with_a_full_disk_is_taken_whole_or_not_at_all),
		WITH_ROSTER(a_pack_whose_taking_is_killed_is_taken_whole_or_not_at_all),
		WITH_ROSTER(a_joining_that_fails_or_dies_at_any_act_can_be_repeated),
		cmocka_unit_test_setup_teardown(
		    a_creation_that_fails_or_dies_at_any_act_can_be_repeated, place_setup,
		    place_teardown),
		WITH_ROSTER(a_roster_that_outgrows_its_disk_says_so_and_stays_as_it_was),
	};

	fault_vfs_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
