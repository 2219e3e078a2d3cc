/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ceremony that is killed at every sync of its record and of its outputs: whoever resumes it
 * comes to its end, and what is left is a whole record. Likewise its closing, up to evidence that
 * verifies.
 */
#include "tests/unit/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "ceremony/bundle.h"
#include "ceremony/close.h"
#include "ceremony/folder.h"
#include "ceremony/record.h"
#include "ceremony/run.h"
#include "custody/attendant.h"
#include "custody/custody.h"
#include "roster/person.h"

static const char script[] =
    "quorate-script: 1\n"
    "name: small\n"
    "title: Small\n"
    "purpose: To be cut off.\n"
    "kind: other\n"
    "roles:\n"
    "  - {name: administrator, duty: types, signs: paper, always: true}\n"
    "  - {name: auditor, duty: watches, signs: paper, always: true}\n"
    "phases:\n"
    "  - title: Only\n"
    "    steps:\n"
    "      - id: write\n"
    "        title: Write\n"
    "        instruction: Write it.\n"
    "        command: [sh, -c, 'echo once >>../../effects; echo done']\n"
    "        expect: {text: done}\n"
    "        record:\n"
    "          - {kind: text, name: bag, label: Bag, example: B-1}\n"
    "        confirm: [auditor]\n"
    "        minutes: 1\n"
    "      - id: choose\n"
    "        title: Choose\n"
    "        instruction: Choose it.\n"
    "        decide:\n"
    "          question: Well?\n"
    "          choices: [{word: well, text: it is}, {word: ill, text: it is not}]\n"
    "        minutes: 1\n";

static const char sheet[] = "quorate-sheet: 1\n"
			    "ceremony: small\n"
			    "date: 2026-11-23\n"
			    "place: Room\n"
			    "people:\n"
			    "  administrator: ann\n"
			    "  auditor: oda\n";

enum { LINES_MAX = 80, SYNCS_MAX = 200, RESULT_KILLED = 128 + SIGKILL };

static char folder[] = "/tmp/ceremony-cut-off-XXXXXX";
static char roster_file[64], state[64], ceremony[64], evidence[96], record_path[128];
static char media[2][64];
static unsigned syncs_left;

/* ---- where it is killed -------------------------------------------------------------------- */

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __real_fsync(int fd);
int __wrap_fsync(int fd);

static void
count_down(void)
{
	if (syncs_left > 0 && --syncs_left == 0)
		(void)kill(getpid(), SIGKILL);
}

int
__wrap_fdatasync(int fd)
{
	const int result = __real_fdatasync(fd);

	count_down();
	return result;
}

int
__wrap_fsync(int fd)
{
	count_down();
	return __real_fsync(fd);
}

/* ---- people who do what is usual ----------------------------------------------------------- */

static enum err
usual_menu(void *context, const struct attendant_menu *menu, size_t *taken, struct err_trace *trace)
{
	(void)context;
	(void)menu;
	(void)trace;
	*taken = 0;
	return ERR_OK;
}

static enum err
usual_line(void *context, const struct attendant_fill *fill, char *line, size_t size,
    struct err_trace *trace)
{
	(void)context;
	(void)trace;
	snprintf(line, size, "%s", fill->example == NULL ? "practice" : fill->example);
	return ERR_OK;
}

static enum err
agree(
    void *context, const char *text, const char *const *people, bool *yes, struct err_trace *trace)
{
	(void)context;
	(void)text;
	(void)people;
	(void)trace;
	*yes = true;
	return ERR_OK;
}

static void
say_nothing(void *context, const char *text)
{
	(void)context;
	(void)text;
}

static unsigned
takes_nothing(size_t count, const char *const *words, size_t *own)
{
	(void)words;
	*own = count;
	return 0;
}

/* ---- one attempt --------------------------------------------------------------------------- */

/* The exit status of a process that runs or resumes it, and is killed at that sync. */
static int
hold(bool resume, unsigned killed_at)
{
	struct attendant attendant = {
		.menu = usual_menu, .fill = usual_line, .confirm = agree, .note = say_nothing
	};
	const struct run_input input = { .folder = ceremony,
		.mode = RUN_REHEARSAL,
		.attendant = &attendant,
		.roster = { roster_file, state },
		.by = "ann",
		.build = "test",
		.takes = takes_nothing };
	struct run_outcome outcome;
	int status = 0;
	const pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		syncs_left = killed_at;
		const enum err err =
		    resume ? run_resume(&input, &outcome, NULL) : run_begin(&input, &outcome, NULL);
		_exit(err == ERR_OK && outcome.result == RUN_COMPLETE ? 0 : (int)err + 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void
write_text(const char *name, const char *text)
{
	char path[128];
	struct err_trace trace = { 0 };

	snprintf(path, sizeof(path), "%s/%s", ceremony, name);
	assert_ok(file_replace(path, text, strlen(text), &trace), &trace);
}

static void
make_anew(void)
{
	struct err_trace trace = { 0 };

	assert_ok(file_remove_tree(ceremony, &trace), &trace);
	assert_ok(file_make_folder(ceremony, &trace), &trace);
	write_text(FOLDER_SCRIPT, script);
	write_text(FOLDER_SHEET, sheet);
}

static int
setup(void **context)
{
	struct roster_founding founding = { .practice = true, .administrator = "ann" };
	struct roster *roster = NULL;

	(void)context;
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(roster_file, sizeof(roster_file), "%s/roster", folder);
	snprintf(state, sizeof(state), "%s/state", folder);
	snprintf(ceremony, sizeof(ceremony), "%s/c", folder);
	snprintf(evidence, sizeof(evidence), "%s/%s", ceremony, FOLDER_EVIDENCE);
	snprintf(media[0], sizeof(media[0]), "%s/a", folder);
	snprintf(media[1], sizeof(media[1]), "%s/b", folder);
	snprintf(record_path, sizeof(record_path), "%s/%s/%s", ceremony, FOLDER_EVIDENCE,
	    EVIDENCE_RECORD);
	founding.paths = (struct roster_paths){ roster_file, state };
	if (file_make_folder(state, NULL) != ERR_OK || file_make_folder(media[0], NULL) != ERR_OK ||
	    file_make_folder(media[1], NULL) != ERR_OK ||
	    roster_create(&founding, &roster, NULL) != ERR_OK)
		return 1;
	return roster_close(roster, NULL) == ERR_OK ? 0 : 1;
}

static int
teardown(void **context)
{
	(void)context;
	return file_remove_tree(folder, NULL) == ERR_OK ? 0 : 1;
}

/* ---- claims -------------------------------------------------------------------------------- */

static void
assert_whole(bool was_cut)
{
	struct err_trace trace = { 0 };
	struct record record;

	assert_ok(record_read(record_path, &record, &trace), &trace);
	assert_false(record.torn);
	assert_non_null(record_last(&record, RECORD_DONE, 2));
	assert_true((record_last(&record, RECORD_RESUMED, 0) != NULL) == was_cut);
	record_free(&record);
}

/* Whatever was cut off, only the step that was begun and not ended may be done twice. */
static void
assert_done_at_most_twice(void)
{
	char path[128], *bytes = NULL;
	size_t len = 0;

	snprintf(path, sizeof(path), "%s/effects", ceremony);
	assert_ok(file_read(path, 100, &bytes, &len, NULL), NULL);
	assert_true(len == 5 || len == 10);
	free(bytes);
}

static void
a_run_that_nobody_cuts_off_comes_to_its_end(void **context)
{
	(void)context;
	make_anew();
	assert_int_equal(hold(false, 0), 0);
	assert_whole(false);
	assert_int_not_equal(hold(true, 0), 0);
	assert_int_not_equal(hold(false, 0), 0);
}

static void
killed_at_every_sync_it_resumes_to_a_whole_record(void **context)
{
	unsigned at = 1;
	unsigned resumed = 0;

	(void)context;
	for (; at < LINES_MAX; at++) {
		make_anew();
		const int first = hold(false, at);

		if (first == 0)
			break;
		assert_int_equal(first, RESULT_KILLED);
		const int second = hold(true, 0);

		/* Before the first line nothing was begun; behind the last all was done. */
		resumed += second == 0;
		if (second == ERR_ABSENT + 1)
			assert_int_equal(hold(false, 0), 0);
		else if (second != 0)
			assert_int_equal(second, ERR_NOT_NOW + 1);
		assert_whole(second == 0);
		assert_done_at_most_twice();
	}
	assert_in_range(at, 20, LINES_MAX - 1);
	assert_in_range(resumed, 15, at);
}

static void
killed_twice_it_still_resumes(void **context)
{
	(void)context;
	make_anew();
	assert_int_equal(hold(false, 30), RESULT_KILLED);
	assert_int_equal(hold(true, 4), RESULT_KILLED);
	assert_int_equal(hold(true, 0), 0);
	assert_whole(true);
}

/* ---- its end ------------------------------------------------------------------------------- */

static enum err
close_and_verify(void)
{
	struct attendant attendant = {
		.menu = usual_menu, .fill = usual_line, .confirm = agree, .note = say_nothing
	};
	const char *const copies[] = { media[0], media[1] };
	const struct roster_options options = {
		.paths = { roster_file, state }, .mode = ROSTER_WRITE, .wait_ms = 1000
	};
	struct custody custody = { .state_dir = state, .attendant = &attendant };
	const struct close_input input = { .folder = ceremony,
		.custody = &custody,
		.by = "ann",
		.copy = copies,
		.copy_count = 2 };
	struct bundle_question question = { .evidence = evidence };
	struct bundle_verdict verdict = { .well = false };
	struct close_outcome outcome = { .copies = 0 };
	struct roster_person ann;
	enum err err = roster_open(&options, &custody.roster, NULL);

	if (err == ERR_OK)
		err = roster_person_find(custody.roster, "ann", &ann, NULL);
	if (err == ERR_OK)
		err = roster_act_as(custody.roster, &ann.id, NULL);
	if (err == ERR_OK)
		err = close_ceremony(&input, &outcome, NULL);
	question.roster = custody.roster;
	if (err == ERR_OK)
		err = bundle_verify(&question, &verdict, NULL);
	if (err == ERR_OK && (!verdict.well || !verdict.noted || outcome.copies != 2))
		err = ERR_INTERNAL;
	bundle_verdict_free(&verdict);
	return err == ERR_OK ? roster_close(custody.roster, NULL) : err;
}

static int
close_killed_at(unsigned sync)
{
	int status = 0;
	const pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		syncs_left = sync;
		_exit((int)close_and_verify());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void
killed_at_every_sync_of_its_end_it_is_closed_once(void **context)
{
	unsigned at = 1;

	(void)context;
	for (; at < SYNCS_MAX; at++) {
		make_anew();
		assert_int_equal(hold(false, 0), 0);
		const int first = close_killed_at(at);

		if (first == 0)
			break;
		assert_int_equal(first, RESULT_KILLED);
		assert_int_equal(close_killed_at(0), 0);
		assert_int_equal(close_killed_at(0), 0);
	}
	assert_in_range(at, 20, SYNCS_MAX - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_that_nobody_cuts_off_comes_to_its_end),
		cmocka_unit_test(killed_at_every_sync_it_resumes_to_a_whole_record),
		cmocka_unit_test(killed_twice_it_still_resumes),
		cmocka_unit_test(killed_at_every_sync_of_its_end_it_is_closed_once),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
