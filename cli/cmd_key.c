/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/key_view.h"
#include "custody/token_key.h"
#include "roster/roster.h"

struct key_values {
	const char *quorum;
	const char *token;
	const char *type;
	const char *label;
	const char *out;
	bool extractable;
};

static const struct operand_row key_operands[] = {
	{ "QUORUM", "whose token", true, offsetof(struct key_values, quorum) },
	{ .metavar = NULL },
};

#define TOKEN_OPTION                                                                               \
	{                                                                                          \
		.name = "token", .kind = OPTION_TEXT, .metavar = "NAME",                           \
		.help = "which of the quorum's tokens, by its binding's name",                     \
		.offset = offsetof(struct key_values, token)                                       \
	}

static const struct option_row generate_options[] = {
	TOKEN_OPTION,
	{ .name = "type",
	    .kind = OPTION_TEXT,
	    .metavar = "TYPE",
	    .help = "ec-p384 (else), ec-p256, rsa-3072 or rsa-4096",
	    .offset = offsetof(struct key_values, type) },
	{ .name = "label",
	    .kind = OPTION_TEXT,
	    .metavar = "LABEL",
	    .help = "the key's name; one that is there already is refused",
	    .required = true,
	    .offset = offsetof(struct key_values, label) },
	{ .name = "backup",
	    .kind = OPTION_FLAG,
	    .help = "may leave once, wrapped, for a backup to a second HSM",
	    .offset = offsetof(struct key_values, extractable) },
	{ .name = "out",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "write the public key (PEM) to a new file",
	    .offset = offsetof(struct key_values, out) },
	{ .name = NULL },
};

static const struct option_row list_options[] = { TOKEN_OPTION, { .name = NULL } };

static void
print_key(struct cli *cli, const struct key_facts *key)
{
	char id[2 * KEY_ID_MAX + 1];

	hex_encode(key->id, key->id_len, id);
	fprintf(cli->out, "%s  %s  id %s\n", key->label, key_kind_word(key->kind), id);
	fprintf(cli->out,
	    "  made on the token: %s; sensitive: %s; may leave the token: %s; ever could: %s; "
	    "signs: %s\n",
	    key_view_yes_no(key->made_here), key_view_yes_no(key->sensitive),
	    key_view_yes_no(key->extractable), key_view_yes_no(!key->never_extractable),
	    key_view_yes_no(key->can_sign));
}

static enum err
run_generate(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct key_values *v = values;
	struct token_key_request request = { .quorum = v->quorum,
		.binding = v->token,
		.key = { .kind = KEY_EC_P384,
		    .label = v->label,
		    .extractable_until_backup = v->extractable } };
	struct key_facts key;
	char *pem = NULL;
	enum err err;

	if (v->type != NULL && !key_kind_parse(v->type, &request.key.kind)) {
		err_next(trace, "Types are ec-p256, ec-p384, rsa-3072 and rsa-4096.");
		return FAIL(trace, ERR_ARGUMENT, "'%s' is not a type of key", v->type);
	}
	err = cli_check_new_file(v->out, trace);
	if (err == ERR_OK)
		err = token_key_generate(&cli->custody, &request, &key, &pem, trace);
	if (err != ERR_OK)
		return err;
	if (cli->line->json)
		err = cli_print_json(cli, key_view_json(&key), trace);
	else
		print_key(cli, &key);
	if (err == ERR_OK && v->out != NULL) {
		err = file_create(v->out, pem, strlen(pem), trace);
		if (err != ERR_OK)
			err_next(trace, "The key is made all the same; any PKCS#11 program can "
					"read its public half.");
	} else if (err == ERR_OK && !cli->line->json) {
		fputs(pem, cli->out);
	}
	free(pem);
	return err;
}

static enum err
run_list(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct key_values *v = values;
	struct key_facts *keys = NULL;
	json_t *list = json_array();
	size_t count = 0;
	enum err err = token_key_list(&cli->custody, v->quorum, v->token, &keys, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		if (cli->line->json)
			json_array_append_new(list, key_view_json(&keys[i]));
		else
			print_key(cli, &keys[i]);
	}
	if (err == ERR_OK && count == 0 && !cli->line->json)
		fputs("The token holds no private key.\n", cli->out);
	free(keys);
	if (err == ERR_OK && cli->line->json)
		return cli_print_json(cli, json_pack("{s:o}", "keys", list), trace);
	json_decref(list);
	return err;
}

const struct command cmd_key[] = {
	{ .group = "key",
	    .name = "generate",
	    .summary = "Make a key in a quorum's token",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS | NEED_JSON,
	    .operands = key_operands,
	    .options = generate_options,
	    .size = sizeof(struct key_values),
	    .run = run_generate },
	{ .group = "key",
	    .name = "list",
	    .summary = "List the private keys of a quorum's token",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS | NEED_JSON,
	    .operands = key_operands,
	    .options = list_options,
	    .size = sizeof(struct key_values),
	    .run = run_list },
	{ .name = NULL },
};
