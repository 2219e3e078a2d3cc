/* SPDX-License-Identifier: BSD-2-Clause */
/* What tokens say of themselves, and whether one is as expected. */
#include <stddef.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/token_verdict.h"
#include "hsm/module.h"
#include "hsm/token.h"
#include "roster/binding.h"
#include "roster/roster.h"

struct info_values {
	const char *uri;
	const char *module;
	bool fresh;
	bool expect_empty;
	struct names expect;
};

static const struct operand_row info_operands[] = {
	{ "URI", "which token (PKCS#11 URI); without it the only one", false,
	    offsetof(struct info_values, uri) },
	{ .metavar = NULL },
};

#define MODULE_OPTION                                                                              \
	{                                                                                          \
		.name = "module", .kind = OPTION_TEXT, .metavar = "NAME",                          \
		.help = "a name of modules.conf or a path; else softhsm",                          \
		.offset = offsetof(struct info_values, module)                                     \
	}

static const struct option_row list_options[] = { MODULE_OPTION, { .name = NULL } };

static const struct option_row info_options[] = {
	MODULE_OPTION,
	{ .name = "fresh",
	    .kind = OPTION_FLAG,
	    .help = "without a URI the only one that is not initialised",
	    .offset = offsetof(struct info_values, fresh) },
	{ .name = "expect",
	    .kind = OPTION_NAMES,
	    .metavar = "NAME=VALUE",
	    .help =
		"a verdict, not a page: firmware, hardware, model, manufacturer, serial, label; "
		"initialised, user-pin, software=yes or no; may be repeated",
	    .offset = offsetof(struct info_values, expect) },
	{ .name = "expect-empty",
	    .kind = OPTION_FLAG,
	    .help = "that no object is on it, as far as can be seen without a PIN",
	    .offset = offsetof(struct info_values, expect_empty) },
	{ .name = NULL },
};

static const char *
pin_words(const struct token_tries *tries, bool set)
{
	return !set                   ? "not set"
	       : tries->locked        ? "LOCKED"
	       : tries->final_try     ? "one try left"
	       : tries->count_low     ? "a wrong try was counted"
	       : tries->to_be_changed ? "must be changed"
				      : "fine";
}

/* Under which name the roster has it; empty when not bound, or no roster is there. */
static void
bound_as(struct cli *cli, const struct token_facts *token, char out[ROSTER_BINDING_NAME])
{
	struct roster_binding binding;

	out[0] = '\0';
	if (cli->custody.roster != NULL && token->serial[0] != '\0' &&
	    roster_binding_by_serial(cli->custody.roster, token->serial, &binding, NULL) == ERR_OK)
		snprintf(out, ROSTER_BINDING_NAME, "%s", binding.spec.name);
}

static enum err
print_token(struct cli *cli, const struct token_facts *token, struct err_trace *trace)
{
	char uri[TOKEN_URI], bound[ROSTER_BINDING_NAME];
	enum err err = token_uri(token, TOKEN_URI_SHOWN, uri, trace);

	if (err != ERR_OK)
		return err;
	bound_as(cli, token, bound);
	fprintf(cli->out, "%s%s%s%s%s%s\n  %s\n", token->initialised ? token->label : "fresh token",
	    token->software ? "  SOFTWARE TOKEN" : "",
	    token->initialised ? "" : ", not initialised", bound[0] == '\0' ? "" : "  bound as '",
	    bound, bound[0] == '\0' ? "" : "'", uri);
	return ERR_OK;
}

static json_t *
token_json(struct cli *cli, const struct token_facts *token)
{
	char uri[TOKEN_URI] = "", bound[ROSTER_BINDING_NAME];
	enum err ignored = token_uri(token, TOKEN_URI_SHOWN, uri, NULL);

	(void)ignored;
	bound_as(cli, token, bound);
	return json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:s, s:s, s:i, s:i, s:s}", "uri",
	    uri, "label", token->label, "serial", token->serial, "manufacturer",
	    token->manufacturer, "model", token->model, "hardware", token->hardware, "firmware",
	    token->firmware, "initialised", token->initialised, "software", token->software,
	    "user_pin_set", token->user_pin_set, "user_pin",
	    pin_words(&token->user, token->user_pin_set), "so_pin",
	    pin_words(&token->so, token->initialised), "pin_min", (int)token->pin_min, "pin_max",
	    (int)token->pin_max, "bound_as", bound);
}

static enum err
run_list(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct info_values *v = values;
	struct token_facts *tokens = NULL;
	struct module *module = NULL;
	json_t *list = json_array();
	size_t count = 0;
	enum err err = module_open(v->module, &module, trace);

	if (err == ERR_OK)
		err = token_list(module, &tokens, &count, trace);
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		if (cli->line->json)
			json_array_append_new(list, token_json(cli, &tokens[i]));
		else
			err = print_token(cli, &tokens[i], trace);
	}
	free(tokens);
	module_close(module);
	if (err == ERR_OK && cli->line->json)
		return cli_print_json(cli, json_pack("{s:o}", "tokens", list), trace);
	json_decref(list);
	return err;
}

static void
print_info(struct cli *cli, const struct token_facts *token)
{
	fprintf(cli->out, "  made by      %s, model %s, serial %s\n", token->manufacturer,
	    token->model, token->serial[0] == '\0' ? "none yet" : token->serial);
	fprintf(cli->out, "  versions     hardware %s, firmware %s\n", token->hardware,
	    token->firmware);
	fprintf(cli->out, "  user PIN     %s\n  SO PIN       %s\n",
	    pin_words(&token->user, token->user_pin_set),
	    pin_words(&token->so, token->initialised));
	fprintf(cli->out, "  PIN lengths  %lu to %lu\n", token->pin_min, token->pin_max);
}

static enum err
show_info(struct cli *cli, const struct token_facts *token, struct err_trace *trace)
{
	enum err err;

	if (cli->line->json)
		return cli_print_json(cli, token_json(cli, token), trace);
	err = print_token(cli, token, trace);
	if (err == ERR_OK)
		print_info(cli, token);
	return err;
}

/* ---- the verdict --------------------------------------------------------------------------- */

static json_t *
check_json(const struct token_check *check)
{
	return json_pack("{s:s, s:s, s:s, s:b}", "name", check->name, "expected", check->expected,
	    "actual", check->actual, "as_expected", check->as_expected);
}

static enum err
print_verdict(struct cli *cli, const struct token_facts *token, const struct token_verdict *verdict,
    struct err_trace *trace)
{
	json_t *checks = json_array();

	for (size_t i = 0; i < verdict->count; i++) {
		const struct token_check *check = &verdict->check[i];

		if (cli->line->json)
			json_array_append_new(checks, check_json(check));
		else
			fprintf(cli->out, "%s: expected %s, %s: %s\n", check->name, check->expected,
			    check->actual, check->as_expected ? "as expected" : "NOT AS EXPECTED");
	}
	if (cli->line->json)
		return cli_print_json(cli,
		    json_pack("{s:b, s:o, s:o}", "as_expected", verdict->wrong == 0, "checks",
			checks, "token", token_json(cli, token)),
		    trace);
	json_decref(checks);
	if (token->label[0] == '\0')
		fputs("Token without a name", cli->out);
	else
		fprintf(cli->out, "Token '%s'", token->label);
	if (token->serial[0] != '\0')
		fprintf(cli->out, ", serial %s", token->serial);
	if (verdict->wrong == 0)
		fputs(": as expected.\n", cli->out);
	else
		fprintf(
		    cli->out, ": NOT as expected (%zu of %zu).\n", verdict->wrong, verdict->count);
	return ERR_OK;
}

static enum err
judge(struct cli *cli, const struct info_values *v, struct module *module,
    const struct token_facts *token, struct err_trace *trace)
{
	struct token_verdict verdict = { .count = 0 };
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < v->expect.count; i++)
		err = token_verdict_expect(&verdict, token, v->expect.name[i], trace);
	if (err == ERR_OK && v->expect_empty)
		err = token_verdict_expect_empty(&verdict, module, token, trace);
	if (err == ERR_OK)
		err = print_verdict(cli, token, &verdict, trace);
	if (err == ERR_OK && verdict.wrong > 0)
		cli->status = 1;
	return err;
}

static enum err
run_info(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct info_values *v = values;
	const char *uri = v->uri == NULL ? "pkcs11:" : v->uri;
	struct module *module = NULL;
	struct token_facts token;
	enum err err = token_verdict_check_names(v->expect.name, v->expect.count, trace);

	if (err == ERR_OK)
		err = module_open_for_uri(uri, v->module, &module, trace);
	if (err == ERR_OK)
		err = token_find(module, v->uri, v->fresh ? TOKEN_FRESH : TOKEN_ANY, &token, trace);
	if (err == ERR_OK)
		err = v->expect.count > 0 || v->expect_empty ? judge(cli, v, module, &token, trace)
							     : show_info(cli, &token, trace);
	module_close(module);
	return err;
}

const struct command cmd_token_info[] = {
	{ .group = "token",
	    .name = "list",
	    .summary = "List the tokens of a PKCS#11 module",
	    .needs = NEED_OPTIONAL_ROSTER | NEED_JSON,
	    .options = list_options,
	    .size = sizeof(struct info_values),
	    .run = run_list },
	{ .group = "token",
	    .name = "info",
	    .summary = "Show one token, or say whether it is as expected",
	    .needs = NEED_OPTIONAL_ROSTER | NEED_JSON,
	    .operands = info_operands,
	    .options = info_options,
	    .size = sizeof(struct info_values),
	    .run = run_info,
	    .notes =
		"With --expect or --expect-empty each is answered in a line, and the exit "
		"status is 1 when one is not as\nexpected.\nExample: quorate token info --fresh "
		"--expect firmware=2.6 --expect-empty" },
	{ .name = NULL },
};
