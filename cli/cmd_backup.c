/* SPDX-License-Identifier: BSD-2-Clause */
/* Backups of keys: made, verified, restored, recorded and listed. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "cli/cli.h"
#include "cli/key_view.h"
#include "custody/backup.h"
#include "roster/person.h"

struct backup_values {
	const char *quorum;
	const char *key;
	const char *from;
	const char *to;
	const char *token;
	const char *what;
	const char *place;
	int64_t made;
};

static const struct operand_row quorum_operand[] = {
	{ "QUORUM", "whose key", true, offsetof(struct backup_values, quorum) },
	{ .metavar = NULL },
};
static const struct operand_row maybe_quorum[] = {
	{ "QUORUM", "whose keys; else all", false, offsetof(struct backup_values, quorum) },
	{ .metavar = NULL },
};

#define KEY_OPTION                                                                                 \
	{                                                                                          \
		.name = "key", .kind = OPTION_TEXT, .metavar = "LABEL", .help = "the key's name",  \
		.required = true, .offset = offsetof(struct backup_values, key)                    \
	}
#define BINDING_OPTION(word, field, must, text)                                                    \
	{                                                                                          \
		.name = (word), .kind = OPTION_TEXT, .metavar = "BINDING", .help = (text),         \
		.required = (must), .offset = offsetof(struct backup_values, field)                \
	}

static const struct option_row create_options[] = {
	KEY_OPTION,
	BINDING_OPTION(
	    "from", from, false, "the token that has it; else the quorum's only primary one"),
	BINDING_OPTION("to", to, true, "the token, bound as a backup, that gets a copy"),
	{ .name = NULL },
};
static const struct option_row verify_options[] = {
	KEY_OPTION,
	BINDING_OPTION("from", from, false, "the backup's token"),
	BINDING_OPTION(
	    "to", to, false, "a token bound for tests: the key signs in a session there"),
	BINDING_OPTION("token", token, false,
	    "instead: the token to which the maker's backup was restored; its key signs"),
	{ .name = NULL },
};
static const struct option_row restore_options[] = {
	KEY_OPTION,
	BINDING_OPTION("from", from, true, "the backup's token"),
	BINDING_OPTION("to", to, true, "the token, bound as primary, that gets the key for good"),
	{ .name = NULL },
};
static const struct option_row record_options[] = {
	KEY_OPTION,
	BINDING_OPTION(
	    "from", from, false, "the token that has it; else the quorum's only primary one"),
	{ .name = "what",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "what it is: the maker's tool, the medium, its number",
	    .required = true,
	    .offset = offsetof(struct backup_values, what) },
	{ .name = "place",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "where it is kept",
	    .required = true,
	    .offset = offsetof(struct backup_values, place) },
	{ .name = "made",
	    .kind = OPTION_DAY,
	    .metavar = "DATE",
	    .help = "when, as 2026-11-23; else now",
	    .offset = offsetof(struct backup_values, made) },
	{ .name = NULL },
};

/* ---- what is shown ------------------------------------------------------------------------- */

static json_t *
backup_json(const struct roster_backup *backup)
{
	char id[ROSTER_ID_TEXT], copy[ROSTER_ID_TEXT] = "", hash[2 * ROSTER_HASH_SIZE + 1];

	roster_id_format(&backup->id, id);
	if (roster_id_is_set(&backup->copy))
		roster_id_format(&backup->copy, copy);
	hex_encode(backup->public_hash.bytes, sizeof(backup->public_hash.bytes), hash);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:I, s:s}",
	    "backup", id, "key", backup->label, "public_hash", hash, "source", backup->source,
	    "target", backup->target, "what", backup->what, "place", backup->place, "copy", copy,
	    "made", (json_int_t)backup->made, "verified", (json_int_t)backup->verified,
	    "verified_on", backup->verified_on, "restored", (json_int_t)backup->restored,
	    "restored_on", backup->restored_on);
}

static enum err
print_result_json(
    struct cli *cli, const struct backup_result *result, bool is_verified, struct err_trace *trace)
{
	json_t *json = json_pack(
	    "{s:o, s:b}", "backup", backup_json(&result->backup), "verified", is_verified);
	json_t *sealed = json_array();
	char hex[2 * ROSTER_HASH_SIZE + 1], words[WORDS_SIZE(BACKUP_WORDS_BYTES)];

	for (size_t i = 0; i < result->sealed_count; i++)
		json_array_append_new(sealed, json_string(result->sealed[i]));
	json_object_set_new(json, "sealed", sealed);
	json_object_set_new(json, "not_sealed", json_string(result->open));
	if (result->key.label[0] != '\0')
		json_object_set_new(json, "key", key_view_json(&result->key));
	if (result->trust[0] != '\0') {
		hex_encode(result->transport, sizeof(result->transport), hex);
		words_encode(result->transport, BACKUP_WORDS_BYTES, words);
		json_object_set_new(json, "transport",
		    json_pack(
			"{s:s, s:s, s:s}", "sha256", hex, "words", words, "trust", result->trust));
		json_object_set_new(json, "objects_before", json_integer(result->objects_before));
		json_object_set_new(json, "objects_after", json_integer(result->objects_after));
	}
	return cli_print_json(cli, json, trace);
}

static void
print_token(struct cli *cli, const char *what, const struct roster_binding *binding)
{
	fprintf(cli->out, "  %-11s %s, '%s', serial %s%s\n", what, binding->spec.name,
	    binding->spec.token.label, binding->spec.token.serial,
	    binding->spec.token.software ? "  SOFTWARE TOKEN" : "");
}

/* What the modules did for the key on its way. */
static void
print_way(struct cli *cli, const struct backup_result *result)
{
	char hex[2 * ROSTER_HASH_SIZE + 1];

	hex_encode(result->backup.public_hash.bytes, ROSTER_HASH_SIZE, hex);
	fprintf(cli->out, "  public key  SHA-256 %s, the same in both\n", hex);
	if (result->trust[0] == '\0')
		return;
	fprintf(cli->out,
	    "  wrapped     under a fresh AES-256 key, and that under a key of the target; both "
	    "are destroyed\n");
	cli_print_words(cli, "              ", result->transport, BACKUP_WORDS_BYTES);
	fprintf(cli->out, "  trusted     %s\n",
	    strcmp(result->trust, "enforced") == 0
		? "the source lets it leave only under a key that its SO trusts"
	    : strcmp(result->trust, "ignored") == 0
		? "NOT ENFORCED: the source wrapped it under a key that nobody trusts"
		: "not asked: the key was made without it");
	fprintf(cli->out, "  sensitive   %s; may leave that token: %s; signs: %s\n",
	    key_view_yes_no(result->key.sensitive), key_view_yes_no(result->key.extractable),
	    key_view_yes_no(result->key.can_sign));
}

static struct backup_request
request_of(const struct backup_values *v, const char *const *people)
{
	return (struct backup_request){
		.quorum = v->quorum, .label = v->key, .from = v->from, .to = v->to, .people = people
	};
}

/* The names of those who were said with --by A,B, for the confirmation. */
struct two {
	struct roster_person person[2];
	const char *name[3];
};

static enum err
find_two(struct cli *cli, struct two *out, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < 2; i++) {
		err = roster_person_get(cli->custody.roster, &cli->by[i], &out->person[i], trace);
		out->name[i] = out->person[i].name;
	}
	out->name[2] = NULL;
	if (err == ERR_OK && roster_id_equal(&cli->by[0], &cli->by[1]))
		err = FAIL(trace, ERR_ARGUMENT, "two different people compare the words");
	return err;
}

/* ---- create and restore -------------------------------------------------------------------- */

static enum err
run_create(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct backup_values *v = values;
	struct backup_result result;
	char id[ROSTER_ID_TEXT];
	struct two two;
	enum err err = find_two(cli, &two, trace);
	const struct backup_request request = request_of(v, two.name);

	if (err == ERR_OK)
		err = backup_create(&cli->custody, &request, &result, trace);
	if (err != ERR_OK)
		return err;
	if (cli->line->json)
		return print_result_json(cli, &result, false, trace);
	fprintf(cli->out, "Key '%s' is in token '%s', too%s.\n", v->key, result.to.spec.token.label,
	    result.was_there ? ": an interrupted backup had copied it" : "");
	print_token(cli, "from", &result.from);
	print_token(cli, "to", &result.to);
	print_way(cli, &result);
	fprintf(cli->out,
	    "Backup %s is recorded, and not verified yet. Next: quorate backup verify %s --key "
	    "'%s' --from %s --to BINDING --by A,B\n",
	    roster_id_short(&result.backup.id, id), v->quorum, v->key, v->to);
	return ERR_OK;
}

static enum err
run_restore(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct backup_values *v = values;
	struct backup_result result;
	struct two two;
	enum err err = find_two(cli, &two, trace);
	const struct backup_request request = request_of(v, two.name);

	if (err == ERR_OK)
		err = backup_restore(&cli->custody, &request, &result, trace);
	if (err != ERR_OK)
		return err;
	if (cli->line->json)
		return print_result_json(cli, &result, true, trace);
	fprintf(cli->out, "Key '%s' is in token '%s' for good%s: it signed, as the original.\n",
	    v->key, result.to.spec.token.label,
	    result.was_there ? " (an interrupted restore had copied it)" : "");
	print_token(cli, "from", &result.from);
	print_token(cli, "to", &result.to);
	print_way(cli, &result);
	return ERR_OK;
}

/* ---- verify -------------------------------------------------------------------------------- */

/* Only where the key is wrapped are there words for two people to compare. */
static unsigned
verify_needs(const void *values)
{
	const struct backup_values *v = values;

	return v->token == NULL ? ~0U : ~(unsigned)NEED_TWO;
}

static enum err
check_verify(const struct backup_values *v, struct err_trace *trace)
{
	const bool wraps = v->from != NULL && v->to != NULL;

	if (v->token != NULL ? v->from == NULL && v->to == NULL : wraps)
		return ERR_OK;
	err_next(trace, "From token to token: --from BINDING --to BINDING. What a maker's tool "
			"restored: --token BINDING.");
	return FAIL(trace, ERR_ARGUMENT, "what is to be verified, and where?");
}

static void
print_verified(struct cli *cli, const struct backup_values *v, const struct backup_result *result)
{
	char hex[2 * ROSTER_HASH_SIZE + 1];

	hex_encode(result->backup.public_hash.bytes, ROSTER_HASH_SIZE, hex);
	fprintf(cli->out,
	    "The backup of key '%s' is good: it signed in token '%s', and the original public key "
	    "verified that.\n",
	    v->key, result->to.spec.token.label);
	if (v->token == NULL)
		print_token(cli, "from", &result->from);
	print_token(cli, "signed in", &result->to);
	fprintf(cli->out, "  public key  SHA-256 %s\n", hex);
	if (v->token == NULL)
		fprintf(cli->out, "  left there  nothing: %lld objects before, %lld after\n",
		    (long long)result->objects_before, (long long)result->objects_after);
	for (size_t i = 0; i < result->sealed_count; i++)
		fprintf(cli->out, "  sealed      the key may no longer leave token '%s'\n",
		    result->sealed[i]);
	if (result->open[0] != '\0')
		fprintf(cli->out,
		    "  NOT SEALED  token '%s' is not here, and its key may still leave it: connect "
		    "it and verify again\n",
		    result->open);
	fputs("The date of the recovery test is set to today.\n", cli->out);
}

static enum err
run_verify(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct backup_values *v = values;
	struct backup_request request = request_of(v, NULL);
	struct backup_result result;
	struct two two;
	enum err err = check_verify(v, trace);

	if (err == ERR_OK && v->token == NULL) {
		err = find_two(cli, &two, trace);
		request.people = two.name;
	}
	if (err != ERR_OK)
		return err;
	if (v->token != NULL)
		request.to = v->token;
	err = v->token != NULL ? backup_verify_on(&cli->custody, &request, &result, trace)
			       : backup_verify(&cli->custody, &request, &result, trace);
	if (err != ERR_OK)
		return err;
	if (cli->line->json)
		return print_result_json(cli, &result, true, trace);
	print_verified(cli, v, &result);
	return ERR_OK;
}

/* ---- record and list ----------------------------------------------------------------------- */

static enum err
run_record(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct backup_values *v = values;
	const struct backup_note note = { .what = v->what, .place = v->place, .made = v->made };
	struct backup_request request = request_of(v, NULL);
	struct backup_result result;
	char id[ROSTER_ID_TEXT];
	enum err err;

	request.note = &note;
	if (note.made > roster_now(cli->custody.roster))
		return FAIL(trace, ERR_ARGUMENT, "that day is still to come");
	if (v->what[0] == '\0' || v->place[0] == '\0' || strlen(v->what) >= ROSTER_TEXT ||
	    strlen(v->place) >= ROSTER_TEXT)
		return FAIL(trace, ERR_ARGUMENT, "--what and --place have 1 to %d bytes each",
		    ROSTER_TEXT - 1);
	err = backup_record(&cli->custody, &request, &result, trace);
	if (err != ERR_OK)
		return err;
	if (cli->line->json)
		return print_result_json(cli, &result, false, trace);
	fprintf(cli->out,
	    "Backup %s of key '%s' is recorded: %s, at %s. It opens with the PINs of today until "
	    "its "
	    "destruction is recorded, and is not verified yet.\n",
	    roster_id_short(&result.backup.id, id), v->key, v->what, v->place);
	fprintf(cli->out,
	    "Next: restore it to a token that the quorum opens, with its maker's tool, then: "
	    "quorate backup verify %s --key '%s' --token BINDING --by NAME\n",
	    v->quorum, v->key);
	return ERR_OK;
}

static void
print_backup(struct cli *cli, const struct roster_backup *backup)
{
	char id[ROSTER_ID_TEXT], made[CLI_TIME], verified[CLI_TIME], restored[CLI_TIME];
	const bool is_makers = backup->target[0] == '\0';

	fprintf(cli->out, "%s  key '%s' of %s, %s%s%s%s: made %s, ",
	    roster_id_short(&backup->id, id), backup->label, backup->source,
	    is_makers ? "" : "in token ", is_makers ? backup->what : backup->target,
	    is_makers ? ", at " : "", backup->place, cli_time(backup->made, made));
	if (backup->verified == 0)
		fputs("NEVER VERIFIED", cli->out);
	else
		fprintf(cli->out, "verified %s in %s", cli_time(backup->verified, verified),
		    backup->verified_on);
	if (backup->restored != 0)
		fprintf(cli->out, ", restored %s to %s", cli_time(backup->restored, restored),
		    backup->restored_on);
	fputc('\n', cli->out);
}

static enum err
run_list(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct backup_values *v = values;
	struct roster_backup *backups = NULL;
	struct roster_quorum quorum;
	json_t *list = json_array();
	size_t count = 0;
	enum err err = ERR_OK;

	if (v->quorum != NULL)
		err = roster_quorum_find(cli->custody.roster, v->quorum, &quorum, trace);
	if (err == ERR_OK)
		err = roster_backup_list(cli->custody.roster, v->quorum == NULL ? NULL : &quorum.id,
		    &backups, &count, trace);
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		if (cli->line->json)
			json_array_append_new(list, backup_json(&backups[i]));
		else
			print_backup(cli, &backups[i]);
	}
	if (err == ERR_OK && count == 0 && !cli->line->json)
		fputs("No key has a backup that the roster knows of.\n", cli->out);
	free(backups);
	if (err == ERR_OK && cli->line->json)
		return cli_print_json(cli, json_pack("{s:o}", "backups", list), trace);
	json_decref(list);
	return err;
}

enum { IN_ROOM = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS | NEED_JSON };

const struct command cmd_backup[] = {
	{ .group = "backup",
	    .name = "create",
	    .summary = "Copy a key into a backup token, in the clear nowhere",
	    .needs = IN_ROOM | NEED_TWO,
	    .operands = quorum_operand,
	    .options = create_options,
	    .size = sizeof(struct backup_values),
	    .run = run_create,
	    .notes = "The key was made with 'quorate key generate QUORUM --label LABEL --backup "
		     "--by NAME'. Both people compare the words of the key\nto which it is "
		     "wrapped.\nExample: quorate backup create root --key root-ca --to backup "
		     "--by ann,bob" },
	{ .group = "backup",
	    .name = "verify",
	    .summary = "Show that a backup signs, and seal the original",
	    .needs = IN_ROOM | NEED_TWO,
	    .needs_of = verify_needs,
	    .operands = quorum_operand,
	    .options = verify_options,
	    .size = sizeof(struct backup_values),
	    .run = run_verify,
	    .notes = "Example: quorate backup verify root --key root-ca --from backup --to test "
		     "--by ann,bob" },
	{ .group = "backup",
	    .name = "restore",
	    .summary = "Copy a key from its backup into a new token, for good",
	    .needs = IN_ROOM | NEED_TWO,
	    .operands = quorum_operand,
	    .options = restore_options,
	    .size = sizeof(struct backup_values),
	    .run = run_restore,
	    .notes = "Example: quorate backup restore root --key root-ca --from backup --to "
		     "primary-2 --by ann,bob" },
	{ .group = "backup",
	    .name = "record",
	    .summary = "Record a backup that was made with the maker's own tool",
	    .needs = IN_ROOM,
	    .operands = quorum_operand,
	    .options = record_options,
	    .size = sizeof(struct backup_values),
	    .run = run_record,
	    .notes = "A key that the roster does not know is looked at in its token, for which "
		     "cards are gathered.\nExample: quorate backup record root --key root-ca "
		     "--what 'backup HSM 4711' --place 'safe 2, Bern' --by ann" },
	{ .group = "backup",
	    .name = "list",
	    .summary = "List the backups of keys",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .operands = maybe_quorum,
	    .size = sizeof(struct backup_values),
	    .run = run_list },
	{ .name = NULL },
};
