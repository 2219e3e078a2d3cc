/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/file.h"
#include "roster/content.h"
#include "roster/founding.h"
#include "roster/project.h"
#include "roster/roster.h"
#include "roster/schema.h"
#include "roster/state.h"

enum { WAIT_STEP_MS = 20 };

/* `path` with something behind it; free() it. */
static char *
beside(const char *path, const char *suffix)
{
	char *out = NULL;

	return asprintf(&out, "%s%s", path, suffix) < 0 ? NULL : out;
}

static void
let_go(struct roster *roster)
{
	db_close(roster->db);
	if (roster->lock >= 0)
		file_unlock(roster->lock);
	free(roster->file);
	free(roster->state_dir);
	free(roster);
}

static enum err
new_roster(const struct roster_paths *paths, const struct roster_clock *clock, struct roster **out,
    struct err_trace *trace)
{
	struct roster *roster = calloc(1, sizeof(*roster));

	if (roster == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the roster");
	roster->lock = -1;
	roster->clock = *clock;
	roster->file = strdup(paths->file);
	roster->state_dir = strdup(paths->state_dir);
	if (roster->file == NULL || roster->state_dir == NULL) {
		let_go(roster);
		return FAIL(trace, ERR_NOMEM, "no memory for the roster");
	}
	*out = roster;
	return ERR_OK;
}

/* Waits as long as allowed for the command that has the roster; its process is named if in vain. */
static enum err
take_lock(struct roster *roster, unsigned wait_ms, struct err_trace *trace)
{
	const int64_t until = clock_boot_ms() + wait_ms;
	const struct timespec step = { .tv_nsec = WAIT_STEP_MS * 1000000L };
	char *path = beside(roster->file, ".lock");
	enum err err = ERR_INTERNAL;

	if (path == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	do {
		err_clear(trace);
		err = file_lock(path, &roster->lock, trace);
	} while (err == ERR_NOT_NOW && clock_boot_ms() < until && nanosleep(&step, NULL) == 0);
	free(path);
	if (err == ERR_NOT_NOW) {
		err_next(trace, "wait for that command, or end it, then try again");
		return FAIL(trace, err, "another command has the roster '%s'", roster->file);
	}
	return err;
}

/* Who founded it and whether it is for practice. */
static bool
read_founding(const struct db_rows *rows, void *item)
{
	struct roster *roster = item;

	roster->practice = db_get_integer(rows, 1) != 0;
	return db_copy_blob(rows, 0, roster->identity.bytes, ROSTER_ID_SIZE);
}

static enum err
load_founding(struct roster *roster, struct err_trace *trace)
{
	enum err err = db_one(roster->db, DB_CALL0("SELECT roster, practice FROM founding"),
	    read_founding, roster, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, ERR_FORMAT, "the roster has no first event");
	if (err == ERR_OK)
		err = db_ask_integer(roster->db, DB_CALL0("SELECT max(time) FROM head"), 0,
		    &roster->last_time, trace);
	return err;
}

/* True when the file has exactly this event of ours. */
static enum err
has_event(struct roster *roster, const struct event_head *head, bool *has, struct err_trace *trace)
{
	int64_t found = 0;
	const enum err err = db_ask_integer(roster->db,
	    DB_CALL("SELECT 1 FROM event WHERE writer = ?1 AND n = ?2 AND hash = ?3",
		db_blob(head->writer.bytes, ROSTER_ID_SIZE), db_integer(head->n),
		db_blob(head->hash.bytes, ROSTER_HASH_SIZE)),
	    0, &found, trace);

	if (err == ERR_OK)
		*has = found != 0;
	return err;
}

/*
 * Compares the file with the state folder. A file that goes on from where the folder stopped is
 * ours: the machine stopped between the two (or the folder's disk was full).
 */
static enum err
judge(struct roster *roster, const struct event_head *state, struct err_trace *trace)
{
	struct roster_standing *standing = &roster->standing;
	struct event_head last = { 0 };
	bool has = false;
	enum err err = event_last_of(roster->db, &state->writer, &last, trace);

	if (err == ERR_OK)
		err = has_event(roster, state, &has, trace);
	if (err != ERR_OK)
		return err;
	roster->own = last;
	*standing = (struct roster_standing){ .kind = ROSTER_CLONED,
		.writer = state->writer,
		.file_n = last.n,
		.file_hash = last.hash,
		.state_n = state->n,
		.state_hash = state->hash };
	if (last.n < state->n)
		standing->kind = ROSTER_ROLLED_BACK;
	else if (has || state->n == 0)
		standing->kind = ROSTER_OURS;
	roster->state_behind = standing->kind == ROSTER_OURS && last.n > state->n;
	return ERR_OK;
}

static enum err
load_standing(struct roster *roster, struct err_trace *trace)
{
	struct event_head state = { 0 };
	const enum err err = state_load(roster->state_dir, &roster->identity, &state, trace);

	if (err == ERR_ABSENT) {
		roster->standing = (struct roster_standing){ .kind = ROSTER_FOREIGN };
		return ERR_OK;
	}
	return err != ERR_OK ? err : judge(roster, &state, trace);
}

static enum err
refuse_foreign(const struct roster *roster, struct err_trace *trace)
{
	err_next(trace,
	    "work where it was made; it can be read here ('quorate health'). If that is lost: "
	    "'quorate roster pack PACK', then 'quorate init --join PACK --by NAME --roster' with "
	    "another file");
	return FAIL(trace, ERR_NOT_NOW,
	    "the roster '%s' was not made on this installation, or its state folder '%s' is gone",
	    roster->file, roster->state_dir);
}

/* Both heads in words that fit into an error; roster_standing has them whole. */
static enum err
refuse_standing(const struct roster *roster, struct err_trace *trace)
{
	const struct roster_standing *standing = &roster->standing;
	char file[9];
	char state[9];

	if (standing->kind == ROSTER_FOREIGN)
		return refuse_foreign(roster, trace);
	hex_encode(standing->file_hash.bytes, 4, file);
	hex_encode(standing->state_hash.bytes, 4, state);
	err_next(trace,
	    "find the copy of the roster that ends with event %" PRId64 " (%s…); this "
	    "one can only be read",
	    standing->state_n, state);
	return FAIL(trace, ERR_NOT_NOW,
	    "the roster %s: the file ends with event %" PRId64 " (%s…), this installation last "
	    "wrote event %" PRId64 " (%s…)",
	    standing->kind == ROSTER_CLONED ? "is a clone" : "was rolled back to an older copy",
	    standing->file_n, file, standing->state_n, state);
}

enum err
roster_check_newest(const struct roster *roster, struct err_trace *trace)
{
	const enum roster_standing_kind kind = roster->standing.kind;

	return kind == ROSTER_OURS || kind == ROSTER_FOREIGN ? ERR_OK
							     : refuse_standing(roster, trace);
}

/* What shows that a file was changed by somebody: its time and size. */
static enum err
note_file(const char *path, int64_t out[3], struct err_trace *trace)
{
	struct stat stat_buf;

	if (stat(path, &stat_buf) != 0)
		return FAIL_ERRNO(trace, "roster '%s' not found", path);
	out[0] = stat_buf.st_mtim.tv_sec;
	out[1] = stat_buf.st_mtim.tv_nsec;
	out[2] = stat_buf.st_size;
	return ERR_OK;
}

/* A WAL with something in it is of a command that runs, or of one that died. */
static enum err
has_wal(const char *file, bool *has, struct err_trace *trace)
{
	char *path = beside(file, "-wal");
	struct stat stat_buf;

	if (path == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	*has = stat(path, &stat_buf) == 0 && stat_buf.st_size > 0;
	free(path);
	return ERR_OK;
}

/* False also for what is too short to tell: SQLite says then that it is no database. */
static bool
is_database(const char *file)
{
	static const char magic[] = "SQLite format 3";
	char head[sizeof(magic)];
	FILE *stream = fopen(file, "re");
	bool is;

	if (stream == NULL)
		return false;
	is = fread(head, 1, sizeof(head), stream) == sizeof(head) && head[sizeof(magic) - 1] == 0 &&
	     strcmp(head, magic) == 0;
	fclose(stream);
	return is;
}

/*
 * A file without WAL is of whole pages. SQLite sees when whole ones are missing, but reads a part
 * of the last one as if zeros followed.
 */
static enum err
check_size(struct roster *roster, int64_t size, struct err_trace *trace)
{
	int64_t page = 0;
	const enum err err =
	    db_ask_integer(roster->db, DB_CALL0("PRAGMA page_size"), 0, &page, trace);

	if (err != ERR_OK)
		return err;
	if ((page == 0 || size % page != 0) && is_database(roster->file)) {
		err_next(trace, "take the newest copy of the roster and keep this file aside");
		return FAIL(trace, ERR_FORMAT, "the roster '%s' was truncated", roster->file);
	}
	return ERR_OK;
}

static enum err
load(struct roster *roster, struct err_trace *trace)
{
	enum err err = load_founding(roster, trace);

	return err == ERR_OK ? load_standing(roster, trace) : err;
}

static enum err
fail_opening(const struct roster *roster, enum err err, struct err_trace *trace)
{
	return FAIL(trace, err, "roster '%s' not opened", roster->file);
}

/* Projections below which the file's own are hidden: of an older version, or of another time. */
static enum err
lay_over(struct roster *roster, enum db_mode mode, int64_t until, struct err_trace *trace)
{
	enum err err;

	db_close(roster->db);
	roster->db = NULL;
	err = db_open_below(roster->file, mode, &roster->db, trace);
	if (err == ERR_OK)
		err = db_script(roster->db, "BEGIN", trace);
	if (err == ERR_OK)
		err = schema_renew(roster->db, trace);
	if (err == ERR_OK)
		err = project_all(roster->db, roster->db, until, trace);
	if (err == ERR_OK)
		err = db_script(roster->db, "COMMIT", trace);
	return err;
}

/* On a past date there may have been no roster. */
static enum err
check_founded(struct roster *roster, struct err_trace *trace)
{
	int64_t found = 0;
	const enum err err =
	    db_ask_integer(roster->db, DB_CALL0("SELECT 1 FROM founding"), 0, &found, trace);

	if (err != ERR_OK || found != 0)
		return err;
	err_next(trace, "give a later date");
	return FAIL(trace, ERR_ABSENT, "the roster did not exist yet");
}

static enum err
load_reading(struct roster *roster, enum db_mode mode, int64_t as_of, struct err_trace *trace)
{
	bool is_old = false;
	enum err err = schema_check(roster->db, &is_old, trace);

	if (err == ERR_OK && (is_old || as_of != 0))
		err = lay_over(roster, mode, as_of != 0 ? as_of : PROJECT_EVERYTHING, trace);
	if (err == ERR_OK && as_of != 0)
		err = check_founded(roster, trace);
	if (err == ERR_OK)
		err = load(roster, trace);
	return err == ERR_OK ? ERR_OK : fail_opening(roster, err, trace);
}

static enum err
open_reading(struct roster *roster, int64_t as_of, struct err_trace *trace)
{
	bool beside_wal = false;
	enum err err = note_file(roster->file, roster->changed, trace);

	if (err == ERR_OK)
		err = has_wal(roster->file, &beside_wal, trace);
	if (err != ERR_OK)
		return err;
	const enum db_mode mode = beside_wal ? DB_READ : DB_IMMUTABLE;
	roster->is_immutable = !beside_wal;
	err = db_open(roster->file, mode, &roster->db, trace);
	if (err == ERR_OK && !beside_wal)
		err = check_size(roster, roster->changed[2], trace);
	if (err == ERR_OK)
		err = load_reading(roster, mode, as_of, trace);
	if (err != ERR_OK && beside_wal) {
		err_next(trace, "wait for that command; if none runs, the next changing command of "
				"the roster's owner tidies up");
		return FAIL(trace, err,
		    "a command works on the roster, or one died: '%s-wal' is not merged",
		    roster->file);
	}
	return err;
}

/* In one transaction, which ends before a refusal without having changed anything. */
static enum err
load_writing(struct roster *roster, struct err_trace *trace)
{
	bool is_old = false;
	enum err err = schema_check(roster->db, &is_old, trace);

	if (err == ERR_OK && is_old)
		err = db_script(roster->db, "BEGIN IMMEDIATE", trace);
	if (err == ERR_OK && is_old)
		err = schema_renew(roster->db, trace);
	if (err == ERR_OK && is_old)
		err = project_all(roster->db, roster->db, PROJECT_EVERYTHING, trace);
	if (err == ERR_OK)
		err = load(roster, trace);
	if (err != ERR_OK)
		return fail_opening(roster, err, trace);
	if (roster->standing.kind != ROSTER_OURS)
		return refuse_standing(roster, trace);
	if (is_old)
		err = db_script(roster->db, "COMMIT", trace);
	if (err != ERR_OK)
		return err;
	roster->writable = true;
	if (roster->state_behind)
		roster->state_behind =
		    state_store(roster->state_dir, &roster->identity, &roster->own, NULL) != ERR_OK;
	return ERR_OK;
}

static enum err
open_writing(struct roster *roster, unsigned wait_ms, struct err_trace *trace)
{
	int64_t found[3];
	bool beside_wal = false;
	enum err err = note_file(roster->file, found, trace);

	if (err != ERR_OK) {
		err_next(trace, "make one with 'quorate init --by NAME', or check --roster");
		return err;
	}
	err = take_lock(roster, wait_ms, trace);
	if (err == ERR_OK)
		err = note_file(roster->file, found, trace);
	if (err == ERR_OK)
		err = has_wal(roster->file, &beside_wal, trace);
	if (err == ERR_OK)
		err = db_open(roster->file, DB_WRITE, &roster->db, trace);
	if (err == ERR_OK && !beside_wal)
		err = check_size(roster, found[2], trace);
	if (err == ERR_OK)
		err = load_writing(roster, trace);
	return err;
}

enum err
roster_open(const struct roster_options *options, struct roster **out, struct err_trace *trace)
{
	struct roster *roster = NULL;
	enum err err = new_roster(&options->paths, &options->clock, &roster, trace);

	if (err != ERR_OK)
		return err;
	if (options->mode == ROSTER_WRITE)
		err = open_writing(roster, options->wait_ms, trace);
	else
		err = open_reading(roster, options->as_of, trace);
	if (err != ERR_OK) {
		let_go(roster);
		return err;
	}
	*out = roster;
	return ERR_OK;
}

static enum err
close_writing(struct roster *roster, struct err_trace *trace)
{
	enum err err = content_wipe_if_due(roster->db, trace);

	if (err == ERR_OK)
		err = db_checkpoint(roster->db, trace);
	if (err == ERR_OK && roster->state_behind)
		err = state_store(roster->state_dir, &roster->identity, &roster->own, trace);
	if (err != ERR_OK)
		return FAIL(trace, err,
		    "everything is in the roster, but it could not be tidied up at its closing");
	return ERR_OK;
}

static bool
is_same(const int64_t a[3], const int64_t b[3])
{
	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2];
}

enum err
roster_check_unchanged(const struct roster *roster, struct err_trace *trace)
{
	int64_t now[3];
	bool beside_wal = false;
	enum err err = ERR_OK;

	if (!roster->is_immutable)
		return ERR_OK;
	err = note_file(roster->file, now, trace);
	if (err == ERR_OK)
		err = has_wal(roster->file, &beside_wal, trace);
	if (err == ERR_OK && !is_same(now, roster->changed)) {
		err_next(trace, "run this command again");
		return FAIL(trace, ERR_NOT_NOW, "another command changed the roster meanwhile");
	}
	return err;
}

enum err
roster_close(struct roster *roster, struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (roster == NULL)
		return ERR_OK;
	roster_rollback(roster);
	err =
	    roster->writable ? close_writing(roster, trace) : roster_check_unchanged(roster, trace);
	let_go(roster);
	return err;
}

void
roster_drop(struct roster *roster)
{
	if (roster_close(roster, NULL) != ERR_OK)
		return; /* something else failed before, and is being told */
}
