/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "cli/cli.h"
#include "cli/sheet_file.h"
#include "cli/token_options.h"
#include "custody/attendant.h"
#include "custody/create.h"
#include "custody/unbind.h"
#include "hsm/module.h"
#include "hsm/pin.h"
#include "hsm/token.h"
#include "roster/binding.h"
#include "roster/quorum.h"
#include "roster/roster.h"

struct which_values {
	const char *uri;
	const char *module;
	const char *label;
	bool erase;
};

static const struct operand_row which_operands[] = {
	{ "URI", "which token (PKCS#11 URI); without it the only one", false,
	    offsetof(struct which_values, uri) },
	{ .metavar = NULL },
};

#define MODULE_OPTION                                                                              \
	{                                                                                          \
		.name = "module", .kind = OPTION_TEXT, .metavar = "NAME",                          \
		.help = "a name of modules.conf or a path; else softhsm",                          \
		.offset = offsetof(struct which_values, module)                                    \
	}

/* The module and the token that the command names; the caller closes *module in every case. */
static enum err
find_token(const struct which_values *v, enum token_wanted want, struct module **module,
    struct token_facts *token, struct err_trace *trace)
{
	enum err err =
	    module_open_for_uri(v->uri == NULL ? "pkcs11:" : v->uri, v->module, module, trace);

	return err ? err : token_find(*module, v->uri, want, token, trace);
}

/* ---- init ---------------------------------------------------------------------------------- */

static const struct option_row init_options[] = {
	MODULE_OPTION,
	{ .name = "label",
	    .kind = OPTION_TEXT,
	    .metavar = "LABEL",
	    .help = "the token's name",
	    .required = true,
	    .offset = offsetof(struct which_values, label) },
	{ .name = "erase",
	    .kind = OPTION_FLAG,
	    .help = "an initialised token: every object on it is lost; its serial must be typed",
	    .offset = offsetof(struct which_values, erase) },
	{ .name = NULL },
};

/* A PIN of the token, typed by people: at init, or the present one of what is to be erased. */
static enum err
ask_token_pin(struct cli *cli, enum attendant_pin_for purpose, const char *label,
    const struct token_facts *token, struct secret **pin, struct err_trace *trace)
{
	struct attendant *attendant = cli->custody.attendant;
	const struct attendant_pin_ask ask = { .purpose = purpose,
		.token = label,
		.serial = token->serial,
		.min = (unsigned)token->pin_min,
		.max = (unsigned)token->pin_max };
	enum err err = attendant->pin(attendant->context, &ask, pin, trace);

	if (err == ERR_OK && *pin == NULL)
		err = FAIL(trace, ERR_CANCELLED, "no PIN was given; the token is unchanged");
	return err;
}

/* Shows what would be lost and has the serial typed (design.md, rule 7). */
static enum err
confirm_erase(struct cli *cli, struct module *module, const struct token_facts *token,
    char typed[32], struct err_trace *trace)
{
	struct attendant *attendant = cli->custody.attendant;
	struct token_session *session = NULL;
	struct roster_binding bound;
	size_t objects = 0;
	char text[320];
	enum err err;

	if (cli->custody.roster != NULL &&
	    roster_binding_by_serial(cli->custody.roster, token->serial, &bound, NULL) == ERR_OK) {
		err_next(
		    trace, "Unbind it first: quorate token unbind %s --by NAME", bound.spec.name);
		return FAIL(trace, ERR_NOT_NOW, "token '%s' is bound to a quorum", token->label);
	}
	err = token_session_open(module, token, false, &session, trace);
	if (err == ERR_OK)
		err = token_count_objects(session, &objects, trace);
	token_session_close(session);
	if (err != ERR_OK)
		return err;
	snprintf(text, sizeof(text),
	    "Token '%s', serial %s, shows %zu public objects; what is private on it cannot be seen "
	    "without "
	    "its PIN.\nErasing it destroys every key on it for ever. Type its serial, %s, to erase "
	    "it.",
	    token->label, token->serial, objects, token->serial);
	err = attendant->type(attendant->context, text, ATTENDANT_EXPECT_SERIAL, typed, 32, trace);
	if (err == ERR_OK && strcmp(typed, token->serial) != 0)
		err =
		    FAIL(trace, ERR_CANCELLED, "the serial was not typed; the token is unchanged");
	return err;
}

static enum err
set_pins(struct cli *cli, struct module *module, const struct which_values *v,
    const struct token_facts *token, struct err_trace *trace)
{
	struct secret *so = NULL, *user = NULL;
	struct token_init init = { .label = v->label };
	struct token_user_pin pins;
	struct token_facts now = *token;
	char typed[32] = "";
	enum err err;

	init.practice = cli->custody.roster != NULL && roster_is_practice(cli->custody.roster);
	err = token_label_check(v->label, init.practice, trace);
	if (err == ERR_OK && v->erase && token->initialised)
		err = confirm_erase(cli, module, token, typed, trace);
	if (err == ERR_OK)
		err = ask_token_pin(cli, ATTENDANT_PIN_TOKEN_SO,
		    token->initialised ? token->label : v->label, token, &so, trace);
	if (err == ERR_OK)
		err = ask_token_pin(cli, ATTENDANT_PIN_TOKEN_USER, v->label, token, &user, trace);
	init.so_pin = so;
	pins = (struct token_user_pin){ so, user };
	if (err == ERR_OK && v->erase && token->initialised)
		err = token_erase_all_objects(module, token, typed, &init, trace);
	else if (err == ERR_OK)
		err = token_init(module, token, &init, &now, trace);
	if (err == ERR_OK)
		err = token_init_user_pin(module, &now, &pins, trace);
	secret_free(so);
	secret_free(user);
	if (err == ERR_DENIED && token->initialised) {
		err_next(trace, "Erasing wants the SO PIN that the token has now.");
		return FAIL(trace, err, "token '%s' (serial %s) was not erased", token->label,
		    token->serial);
	}
	return err;
}

static enum err
run_init(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct which_values *v = values;
	struct module *module = NULL;
	struct token_facts token;
	enum err err = find_token(v, v->erase ? TOKEN_ANY : TOKEN_FRESH, &module, &token, trace);

	if (err == ERR_OK)
		err = set_pins(cli, module, v, &token, trace);
	module_close(module);
	if (err == ERR_OK)
		fprintf(cli->out, "Token '%s' is initialised with the PINs that were typed.\n",
		    v->label);
	return err;
}

/* ---- bind and unbind ----------------------------------------------------------------------- */

struct bind_values {
	const char *quorum;
	const char *uri;
	struct token_values token;
	const char *sheet;
};

static const struct operand_row bind_operands[] = {
	{ "QUORUM", "the quorum", true, offsetof(struct bind_values, quorum) },
	{ "URI", "which token (PKCS#11 URI); without it the only fresh one", false,
	    offsetof(struct bind_values, uri) },
	{ .metavar = NULL },
};

static const struct option_row bind_options[] = {
	TOKEN_OPTIONS(struct bind_values, token),
	SHEET_OPTION(struct bind_values, sheet),
	{ .name = NULL },
};

/* The sheet that was printed before lacks this token. */
static enum err
say_bound(struct cli *cli, const struct bind_values *v, struct err_trace *trace)
{
	struct roster_quorum quorum;
	enum err err = roster_quorum_find(cli->custody.roster, v->quorum, &quorum, trace);

	if (err != ERR_OK)
		return err;
	fprintf(cli->out, "Token '%s' opens with quorum %s now.\n", v->token.name, v->quorum);
	if (v->sheet != NULL)
		return sheet_file_write(cli, &quorum.id, v->sheet, trace);
	fprintf(cli->out, "Print the binding sheet anew: quorate quorum sheet %s\n", v->quorum);
	return ERR_OK;
}

static enum err
run_bind(struct cli *cli, const void *values, struct err_trace *trace)
{
	struct bind_values v = *(const struct bind_values *)values;
	struct create_token token;
	enum err err;

	if (v.uri != NULL && v.token.token != NULL)
		return FAIL(trace, ERR_ARGUMENT, "the token is named twice");
	if (v.uri != NULL)
		v.token.token = v.uri;
	err = token_values_read(&v.token, &token, trace);
	if (err == ERR_OK)
		err = sheet_file_check(v.sheet, trace);
	if (err == ERR_OK)
		err = bind_token(&cli->custody, v.quorum, &token, trace);
	return err == ERR_OK ? say_bound(cli, &v, trace) : err;
}

struct unbind_values {
	const char *name;
	struct names people;
	const char *reason;
	bool gone;
};

static const struct operand_row unbind_operands[] = {
	{ "NAME", "the binding's name", true, offsetof(struct unbind_values, name) },
	{ .metavar = NULL },
};

static const struct option_row unbind_options[] = {
	{ .name = "people",
	    .kind = OPTION_NAMES,
	    .metavar = "NAME,NAME",
	    .help = "the two who type the token's new PINs, or say that it is gone",
	    .required = true,
	    .offset = offsetof(struct unbind_values, people) },
	{ .name = "reason",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "for the log",
	    .required = true,
	    .offset = offsetof(struct unbind_values, reason) },
	{ .name = "gone",
	    .kind = OPTION_FLAG,
	    .help = "the device is gone for good: it gets no PINs, two people confirm it",
	    .offset = offsetof(struct unbind_values, gone) },
	{ .name = NULL },
};

static enum err
run_unbind(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct unbind_values *v = values;
	struct unbind_request request = { .binding = v->name, .reason = v->reason };
	enum err err;

	if (v->people.count != 2)
		return FAIL(trace, ERR_ARGUMENT, "--people wants two names");
	request.people[0] = v->people.name[0];
	request.people[1] = v->people.name[1];
	err = v->gone ? unbind_gone(&cli->custody, &request, trace)
		      : unbind_token(&cli->custody, &request, trace);
	if (err == ERR_OK && v->gone)
		fprintf(cli->out,
		    "Token '%s' is no quorum's any more: %s and %s said that it is "
		    "gone.\n",
		    v->name, request.people[0], request.people[1]);
	else if (err == ERR_OK)
		fprintf(cli->out,
		    "Token '%s' has the PINs that %s and %s typed; no quorum opens it.\n", v->name,
		    request.people[0], request.people[1]);
	return err;
}

const struct command cmd_token[] = {
	{ .group = "token",
	    .name = "init",
	    .summary = "Initialise a fresh token with PINs that are typed",
	    .needs = NEED_OPTIONAL_ROSTER | NEED_ATTENDANT | NEED_SECRETS,
	    .operands = which_operands,
	    .options = init_options,
	    .size = sizeof(struct which_values),
	    .run = run_init,
	    .notes = "A quorum initialises its own fresh token: this is for tokens that are to be "
		     "taken over "
		     "later." },
	{ .group = "token",
	    .name = "bind",
	    .summary = "Have a further token open with a quorum",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS,
	    .operands = bind_operands,
	    .options = bind_options,
	    .size = sizeof(struct bind_values),
	    .run = run_bind },
	{ .group = "token",
	    .name = "unbind",
	    .summary = "Give a token PINs that two people type, and take it from its quorum",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS,
	    .operands = unbind_operands,
	    .options = unbind_options,
	    .size = sizeof(struct unbind_values),
	    .run = run_unbind },
	{ .name = NULL },
};
