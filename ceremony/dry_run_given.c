/* SPDX-License-Identifier: BSD-2-Clause */
/* In the sandbox, before a dry run: people, and what the script takes as given. */
#include "ceremony/dry_run.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/process.h"
#include "ceremony/folder.h"
#include "ceremony/stand_in.h"
#include "roster/person.h"

enum {
	WORDS_MAX = 24,
	VALUES_MAX = 16,
	TEXT_MAX_LEN = 1024,
	CARDS = 5,
	SPARE_CARDS = 5,
	FILE_MAX = 1024 * 1024
};

struct preparing {
	const char *self;
	char *folder;
	const struct script *script;
	const struct sheet *sheet;
	const char *by;
	const char *second;
	struct sheet_value values[VALUES_MAX];
	char text[VALUES_MAX][2 * SHA256_SIZE + 1];
	char name[VALUES_MAX][64];
	size_t value_count;
};

/* ---- commands ------------------------------------------------------------------------------ */

/* Runs a command as a person would; what it says goes to our stderr. */
static enum err
run_argv(const char *const *argv, const char *folder, struct err_trace *trace)
{
	const int streams[3] = { open("/dev/null", O_RDONLY | O_CLOEXEC), 2, 2 };
	const struct process_start how = { .argv = argv,
		.pass_fd = -1,
		.folder = folder,
		.streams = streams,
		.die_with_parent = true };
	pid_t pid;
	int status = 0;
	enum err err = streams[0] < 0 ? FAIL_ERRNO(trace, "/dev/null")
				      : process_spawn(&how, &pid, NULL, NULL, trace);

	if (err == ERR_OK)
		err = process_wait(pid, &status, trace);
	if (streams[0] >= 0)
		close(streams[0]);
	if (err == ERR_OK && status != 0)
		err = FAIL(trace, ERR_NOT_NOW,
		    "what the script takes as given could not be made: %s %s %s ended with %d",
		    argv[0], argv[1] == NULL ? "" : argv[1],
		    argv[1] == NULL || argv[2] == NULL ? "" : argv[2], status);
	return err;
}

/* One of Quorate's own; the words end with NULL. */
static enum err
quorate(const struct preparing *preparing, struct err_trace *trace, ...)
{
	const char *argv[WORDS_MAX + 2] = { preparing->self };
	char brought[TEXT_MAX_LEN];
	size_t count = 1;
	va_list words;

	va_start(words, trace);
	while (count <= WORDS_MAX && (argv[count] = va_arg(words, const char *)) != NULL)
		count++;
	va_end(words);
	argv[count] = NULL;
	snprintf(brought, sizeof(brought), "%s/%s", preparing->folder, FOLDER_BROUGHT);
	return run_argv(argv, brought, trace);
}

/* ---- people -------------------------------------------------------------------------------- */

static bool
was_before(const struct preparing *preparing, size_t index, const char *name)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(preparing->sheet->people[i].name, name) == 0)
			return true;
	return strcmp(name, preparing->by) == 0;
}

/* The roster's role for one of the script: the one it says, the one of its name, or a witness. */
static const char *
roster_role(const struct preparing *preparing, const char *role)
{
	const struct script_role *found = script_role(preparing->script, role);

	if (found != NULL && found->as != NULL)
		return found->as;
	for (unsigned bit = 1; roster_role_word(bit) != NULL; bit <<= 1)
		if (strcmp(roster_role_word(bit), role) == 0)
			return role;
	return "witness";
}

static enum err
add_people(const struct preparing *preparing, struct err_trace *trace)
{
	const struct sheet *sheet = preparing->sheet;
	enum err err = quorate(
	    preparing, trace, "init", "--practice", "--by", preparing->by, (const char *)NULL);

	for (size_t i = 0; err == ERR_OK && i < sheet->person_count; i++) {
		const struct sheet_person *person = &sheet->people[i];
		const char *role = roster_role(preparing, person->role);

		if (!was_before(preparing, i, person->name))
			err = quorate(preparing, trace, "person", "add", person->name, "--role",
			    role, "--by", preparing->by, (const char *)NULL);
		if (err == ERR_OK && person->deputy != NULL &&
		    !was_before(preparing, i, person->deputy))
			err = quorate(preparing, trace, "person", "add", person->deputy, "--role",
			    role, "--by", preparing->by, (const char *)NULL);
	}
	return err;
}

/* ---- quorums and tokens -------------------------------------------------------------------- */

/* A sandbox begins with five blank cards: as many again, for who comes in the course of it. */
static enum err
make_spare_cards(struct err_trace *trace)
{
	const char *sandbox = getenv("QUORATE_SANDBOX");
	enum err err = ERR_OK;

	for (unsigned card = CARDS + 1; err == ERR_OK && card <= CARDS + SPARE_CARDS; card++) {
		char path[TEXT_MAX_LEN], serial[16];
		const char *const argv[] = { "virtual-card", "new", path, "--serial", serial,
			NULL };

		snprintf(path, sizeof(path), "%s/cards/card%u.card", sandbox, card);
		snprintf(serial, sizeof(serial), "%u", card);
		err = run_argv(argv, NULL, trace);
	}
	return err;
}

static const struct script_given *
first_token_of(const struct preparing *preparing, const char *quorum)
{
	for (size_t i = 0; i < preparing->script->given_count; i++) {
		const struct script_given *given = &preparing->script->givens[i];

		if (given->kind == SCRIPT_GIVEN_TOKEN && given->quorum != NULL &&
		    strcmp(given->quorum, quorum) == 0)
			return given;
	}
	return NULL;
}

static enum err
give_quorum(struct preparing *preparing, const struct script_given *given, struct err_trace *trace)
{
	const struct sheet *sheet = preparing->sheet;
	const struct script_given *token = first_token_of(preparing, given->name);
	const char *role = given->custodians == NULL ? "custodian" : given->custodians;
	char names[TEXT_MAX_LEN] = "", threshold[16];
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < sheet->person_count; i++) {
		const char *name = sheet->people[i].name;
		const size_t at = strlen(names);

		if (strcmp(sheet->people[i].role, role) != 0)
			continue;
		snprintf(names + at, sizeof(names) - at, "%s%s", at == 0 ? "" : ",", name);
		err = quorate(preparing, trace, "card", "enrol", "--custodian", name, "--quorum",
		    given->name, "--by", preparing->by, (const char *)NULL);
	}
	snprintf(threshold, sizeof(threshold), "%u", given->threshold < 2 ? 2 : given->threshold);
	if (err != ERR_OK)
		return err;
	return quorate(preparing, trace, "quorum", "create", given->name, "--threshold", threshold,
	    "--custodian", names, "--by", preparing->by, "--token", STAND_IN_FRESH, "--name",
	    token == NULL ? "primary" : token->binding, (const char *)NULL);
}

static enum err
give_token(struct preparing *preparing, const struct script_given *given, struct err_trace *trace)
{
	const char *role = given->binding;

	if (first_token_of(preparing, given->quorum) == given)
		return ERR_OK; /* the quorum was created with it */
	if (strcmp(role, "backup") != 0 && strcmp(role, "test") != 0)
		role = "primary";
	return quorate(preparing, trace, "token", "bind", given->quorum, "--token", STAND_IN_FRESH,
	    "--name", given->binding, "--role", role, "--by", preparing->by, (const char *)NULL);
}

static enum err
give_key(struct preparing *preparing, const struct script_given *given, struct err_trace *trace)
{
	return quorate(preparing, trace, "key", "generate", given->quorum, "--token",
	    given->binding, "--type", given->type == NULL ? "ec-p384" : given->type, "--label",
	    given->name, "--by", preparing->by, given->extractable ? "--backup" : NULL,
	    (const char *)NULL);
}

/* The subject of the day, where the sheet has one: what is renewed keeps its name. */
static const char *
subject_of_sheet(const struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->value_count; i++)
		if (strcmp(sheet->values[i].name, "subject") == 0)
			return sheet->values[i].value;
	return NULL;
}

static enum err
give_certificate(
    struct preparing *preparing, const struct script_given *given, struct err_trace *trace)
{
	const char *of_sheet = subject_of_sheet(preparing->sheet);
	char subject[TEXT_MAX_LEN];

	if (of_sheet != NULL)
		snprintf(subject, sizeof(subject), "%s", of_sheet);
	else
		snprintf(subject, sizeof(subject), "C=DE,O=PRACTICE,CN=PRACTICE %s", given->name);
	return quorate(preparing, trace, "cert", "self-sign", given->quorum, "--token",
	    given->binding, "--key", given->name, "--profile", "private", "--subject", subject,
	    "--out", given->file, "--by", preparing->by, (const char *)NULL);
}

static enum err
give_backup(struct preparing *preparing, const struct script_given *given, struct err_trace *trace)
{
	char both[TEXT_MAX_LEN];

	snprintf(both, sizeof(both), "%s,%s", preparing->by, preparing->second);
	return quorate(preparing, trace, "backup", "create", given->quorum, "--key", given->name,
	    "--from", given->binding, "--to", given->to, "--by", both, (const char *)NULL);
}

/* ---- files --------------------------------------------------------------------------------- */

static enum err
make_file(
    const struct preparing *preparing, const char *path, const char *text, struct err_trace *trace)
{
	char whole[TEXT_MAX_LEN];

	snprintf(whole, sizeof(whole), "%s/%s/%s", preparing->folder, FOLDER_BROUGHT, path);
	return file_replace(whole, text, strlen(text), trace);
}

static enum err
make_request(const struct preparing *preparing, const char *path, struct err_trace *trace)
{
	const char *const argv[] = { "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt",
		"ec_paramgen_curve:P-384", "-nodes", "-keyout", "practice-request.key", "-subj",
		"/C=DE/O=PRACTICE/CN=PRACTICE CA", "-out", path, NULL };
	char brought[TEXT_MAX_LEN];

	snprintf(brought, sizeof(brought), "%s/%s", preparing->folder, FOLDER_BROUGHT);
	return run_argv(argv, brought, trace);
}

/* The sheet's value NAME-sha256 is the hash of the file that was made. */
static enum err
keep_hash(struct preparing *preparing, const struct script_given *given, struct err_trace *trace)
{
	const size_t at = preparing->value_count;
	uint8_t hash[SHA256_SIZE];
	char path[TEXT_MAX_LEN];
	char *bytes = NULL;
	size_t len = 0;
	enum err err;

	if (at == VALUES_MAX)
		return FAIL(trace, ERR_ARGUMENT, "too many files are given");
	snprintf(path, sizeof(path), "%s/%s/%s", preparing->folder, FOLDER_BROUGHT, given->file);
	err = file_read(path, FILE_MAX, &bytes, &len, trace);
	if (err == ERR_OK)
		err = sha256(bytes, len, hash, trace);
	free(bytes);
	if (err != ERR_OK)
		return err;
	hex_encode(hash, sizeof(hash), preparing->text[at]);
	snprintf(preparing->name[at], sizeof(preparing->name[at]), "%.50s-sha256", given->name);
	preparing->values[at] =
	    (struct sheet_value){ .name = preparing->name[at], .value = preparing->text[at] };
	preparing->value_count++;
	return ERR_OK;
}

static enum err
give_file(struct preparing *preparing, const struct script_given *given, struct err_trace *trace)
{
	const char *sample = given->sample == NULL ? "text" : given->sample;
	enum err err;

	if (given->file == NULL)
		return ERR_OK;
	if (strcmp(sample, "csr") == 0)
		err = make_request(preparing, given->file, trace);
	else if (strcmp(sample, "crl-entries") == 0)
		err = make_file(preparing, given->file,
		    "serial,date,reason\n1234567890abcdef,2026-01-15,superseded\n", trace);
	else
		err = make_file(preparing, given->file, "PRACTICE\n", trace);
	return err == ERR_OK ? keep_hash(preparing, given, trace) : err;
}

static enum err
give_nothing(struct preparing *preparing, const struct script_given *given, struct err_trace *trace)
{
	(void)preparing;
	(void)given;
	(void)trace;
	return ERR_OK;
}

static enum err (*const gives[])(
    struct preparing *preparing, const struct script_given *given, struct err_trace *trace) = {
	[SCRIPT_GIVEN_QUORUM] = give_quorum,
	[SCRIPT_GIVEN_TOKEN] = give_token,
	[SCRIPT_GIVEN_KEY] = give_key,
	[SCRIPT_GIVEN_CERT] = give_certificate,
	[SCRIPT_GIVEN_BACKUP] = give_backup,
	[SCRIPT_GIVEN_FILE] = give_file,
	[SCRIPT_GIVEN_BUNDLE] = give_nothing,
};
_Static_assert(sizeof(gives) / sizeof(*gives) == SCRIPT_GIVEN__COUNT, "a way each");

/* ---- the sheet ----------------------------------------------------------------------------- */

/* A token that is bound already has the label that Quorate gave it in practice. */
static const char *
bound_label(const void *context, const char *token)
{
	const struct preparing *preparing = context;

	for (size_t i = 0; i < preparing->script->given_count; i++) {
		const struct script_given *given = &preparing->script->givens[i];

		if (given->kind == SCRIPT_GIVEN_TOKEN && strcmp(given->name, token) == 0)
			return given->binding;
	}
	return NULL;
}

static enum err
write_sheet(const struct preparing *preparing, struct err_trace *trace)
{
	const struct stand_in how = { .folder = preparing->folder,
		.firmware = "2.6",
		.model = "SoftHSM v2",
		.values = preparing->values,
		.value_count = preparing->value_count,
		.label = bound_label,
		.context = preparing };
	char path[TEXT_MAX_LEN];
	char *text = NULL;
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < preparing->sheet->medium_count; i++) {
		snprintf(path, sizeof(path), "%s/media/%s", preparing->folder,
		    preparing->sheet->media[i].name);
		err = file_make_folder(path, trace);
	}
	if (err == ERR_OK)
		err = stand_in_sheet(preparing->sheet, &how, &text, trace);
	if (err != ERR_OK)
		return err;
	snprintf(path, sizeof(path), "%s/%s", preparing->folder, FOLDER_SHEET);
	err = file_replace(path, text, strlen(text), trace);
	free(text);
	return err;
}

static enum err
prepare(struct preparing *preparing, struct err_trace *trace)
{
	const struct sheet *sheet = preparing->sheet;
	enum err err;

	preparing->by = dry_run_leader(sheet);
	preparing->second = preparing->by;
	for (size_t i = 0; i < sheet->person_count; i++)
		if (strcmp(preparing->second, preparing->by) == 0)
			preparing->second = sheet->people[i].name;
	err = make_spare_cards(trace);
	if (err == ERR_OK)
		err = add_people(preparing, trace);
	for (size_t i = 0; err == ERR_OK && i < preparing->script->given_count; i++)
		err = gives[preparing->script->givens[i].kind](
		    preparing, &preparing->script->givens[i], trace);
	return err == ERR_OK ? write_sheet(preparing, trace) : err;
}

enum err
dry_run_prepare(const char *folder, const char *self, struct err_trace *trace)
{
	struct preparing preparing = { .self = self };
	struct script *script = NULL;
	struct sheet *sheet = NULL;
	char *path = NULL;
	enum err err = folder_path(folder, NULL, &preparing.folder, trace);

	if (err == ERR_OK)
		err = folder_path(folder, FOLDER_SCRIPT, &path, trace);
	if (err == ERR_OK)
		err = script_read(path, &script, trace);
	free(path);
	path = NULL;
	if (err == ERR_OK)
		err = folder_path(folder, FOLDER_SHEET, &path, trace);
	if (err == ERR_OK)
		err = sheet_read(path, &sheet, trace);
	free(path);
	preparing.script = script;
	preparing.sheet = sheet;
	if (err == ERR_OK)
		err = prepare(&preparing, trace);
	script_free(script);
	sheet_free(sheet);
	free(preparing.folder);
	return err;
}
