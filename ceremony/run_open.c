/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/run_open.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/chain.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/file_hash.h"
#include "ceremony/version.h"
#include "hsm/module.h"
#include "roster/log.h"

enum { PATH_TEXT = 1024, LOCK_WAIT_MS = 10000 };

struct last_event {
	char *hex;
	int64_t time;
};

static enum err
keep_last(void *context, const struct roster_log_entry *entry, struct err_trace *trace)
{
	struct last_event *last = context;

	(void)trace;
	if (last->hex != NULL)
		hex_encode(entry->hash.bytes, ROSTER_HASH_SIZE, last->hex);
	last->time = entry->time;
	return ERR_OK;
}

enum err
run_last_event(
    struct roster *roster, char hex[ROSTER_HASH_TEXT], int64_t *time, struct err_trace *trace)
{
	static const struct roster_log_filter newest = { .limit = 1 };
	struct last_event last = { .hex = hex };
	const struct roster_log_walk walk = {
		.filter = &newest, .visit = keep_last, .context = &last
	};
	const enum err err = roster_log(roster, &walk, trace);

	if (err == ERR_OK)
		*time = last.time;
	return err;
}

enum err
run_look_at_roster(struct running *run, struct err_trace *trace)
{
	const struct roster_options options = {
		.paths = run->input->roster, .mode = ROSTER_READ, .wait_ms = LOCK_WAIT_MS
	};
	struct roster *roster = NULL;
	enum err err = roster_open(&options, &roster, trace);

	if (err != ERR_OK)
		return err;
	run->practice = roster_is_practice(roster);
	roster_id_format(roster_identity(roster), run->roster_id);
	err = run_last_event(roster, run->roster_head, &run->roster_last, trace);
	if (err == ERR_OK)
		err = approvals_read(roster, &(struct approval_wanted){ run->script, run->sheet },
		    &run->approvals, trace);
	if (err != ERR_OK)
		roster_drop(roster);
	return err == ERR_OK ? roster_close(roster, trace) : err;
}

const char *
run_boot_id(char out[64])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	snprintf(out, 64, "?");
	if (file == NULL)
		return out;
	if (fgets(out, 64, file) == NULL)
		snprintf(out, 64, "?");
	fclose(file);
	out[strcspn(out, "\n")] = '\0';
	return out;
}

/* ---- programs ------------------------------------------------------------------------------ */

/* Where a word of the script is found; false: nowhere. */
static bool
find_program(const char *word, char out[PATH_TEXT])
{
	const char *at = getenv("PATH");

	if (strchr(word, '/') != NULL) {
		snprintf(out, PATH_TEXT, "%s", word);
		return access(out, X_OK) == 0;
	}
	while (at != NULL && *at != '\0') {
		const size_t len = strcspn(at, ":");

		if (snprintf(out, PATH_TEXT, "%.*s/%s", (int)len, at, word) < PATH_TEXT &&
		    access(out, X_OK) == 0)
			return true;
		at += len + (at[len] == ':');
	}
	return false;
}

static bool
is_listed(const json_t *list, const char *member, const char *value)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_object_get(json_array_get(list, i), member)),
			value) == 0)
			return true;
	return false;
}

/* One that was not found has no path, and no hash. */
static void
list_one(json_t *list, const char *name, const char *path, const char *version)
{
	char hex[2 * SHA256_SIZE + 1] = "";

	(void)file_hash_hex(path, hex);
	json_array_append_new(
	    list, json_pack("{s:s, s:o, s:s, s:o}", "name", name, "path", chain_text(path),
		      "sha256", hex, "version", chain_text(version)));
}

static void
list_program(json_t *list, const char *name)
{
	char found[PATH_TEXT], version[VERSION_TEXT];

	if (is_listed(list, "name", name))
		return;
	if (!find_program(name, found))
		found[0] = '\0';
	list_one(list, name, found, version_of_program(found, version));
}

/* The service of the readers lies where a user's PATH may not look. */
static void
list_pcscd(json_t *list)
{
	char found[PATH_TEXT], version[VERSION_TEXT];

	if (!find_program("pcscd", found) && !find_program("/usr/sbin/pcscd", found))
		found[0] = '\0';
	list_one(list, "pcscd", found, version_of_program(found, version));
}

/* The sheet's tokens' modules, as they name themselves; each is closed again before a step runs. */
static void
list_modules(json_t *list, const struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->token_count; i++) {
		struct module *module = NULL;

		if (module_open_for_uri(sheet->tokens[i].uri, NULL, &module, NULL) != ERR_OK)
			continue;
		if (!is_listed(list, "path", module_path(module)))
			list_one(list, "PKCS#11 module", module_path(module),
			    module_description(module));
		module_close(module);
	}
}

/* This program, each that a step runs, and what they reach cards and tokens with. */
static json_t *
programs_json(const struct running *run)
{
	json_t *list = json_array();

	list_one(list, "quorate", run->self, run->input->build);
	list_one(list, "libcrypto", "", OpenSSL_version(OPENSSL_VERSION));
	list_pcscd(list);
	list_modules(list, run->sheet);
	for (size_t i = 0; i < run->script->step_count; i++) {
		const struct script_step *step = &run->script->steps[i];

		if (step->command.count > 0)
			list_program(list, step->command.word[0]);
	}
	return list;
}

/* ---- the line ------------------------------------------------------------------------------ */

static json_t *
host_json(void)
{
	struct utsname name;
	char boot[64], clock[CLOCK_TEXT];

	clock_format(clock_utc(), clock);
	return json_pack("{s:s, s:s, s:s}", "boot", run_boot_id(boot), "kernel",
	    uname(&name) == 0 ? name.release : "?", "clock", clock);
}

static bool
has_approval(const struct record *record, const json_t *approval)
{
	for (size_t i = 0; i < record->count; i++) {
		const json_t *line = record->lines[i].json, *member;
		bool same = record->lines[i].kind == RECORD_APPROVED;
		const char *name;

		json_object_foreach((json_t *)(uintptr_t)approval, name, member) same =
		    same && json_equal(json_object_get(line, name), member);
		if (same)
			return true;
	}
	return false;
}

enum err
run_write_approvals(struct running *run, const struct record *record, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < run->approvals.count; i++) {
		const struct approval *one = &run->approvals.one[i];

		if (one->wrong[0] == '\0' && !has_approval(record, one->line))
			err = run_write(run, RECORD_APPROVED, json_deep_copy(one->line), trace);
	}
	return err;
}

enum err
run_write_open(struct running *run, struct err_trace *trace)
{
	char script[2 * SHA256_SIZE + 1], sheet[2 * SHA256_SIZE + 1];
	const char *head = run->sheet->previous_head;
	const struct record nothing = { .count = 0 };
	enum err err;

	hex_encode(run->script->hash, SHA256_SIZE, script);
	hex_encode(run->sheet->hash, SHA256_SIZE, sheet);
	err = run_write(run, RECORD_OPEN,
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s, s:b}, s:s, s:o, s:o, s:o, s:o}",
		"mode", run_mode_word(run->mode), "name", run->script->name, "title",
		run->script->title, "script", script, "sheet", sheet, "roster", "id",
		run->roster_id, "head", run->roster_head, "practice", run->practice ? 1 : 0,
		"build", run->input->build, "programs", programs_json(run), "host", host_json(),
		"previous", head == NULL ? json_null() : json_pack("{s:s}", "head", head), "by",
		chain_text(run->input->by)),
	    trace);
	return err == ERR_OK && run->mode == RUN_REAL ? run_write_approvals(run, &nothing, trace)
						      : err;
}
