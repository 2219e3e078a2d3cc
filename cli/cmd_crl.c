/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "cli/cli.h"
#include "cli/crl_view.h"
#include "cli/pki_file.h"
#include "custody/revoke.h"

struct crl_values {
	const char *quorum; /* `show`: the file */
	const char *token;
	const char *label;
	const char *ca;
	int64_t number;
	int64_t next_update;
	const char *previous;
	const char *entries;
	bool is_public;
	const char *out;
};

static const struct operand_row quorum_operands[] = {
	{ "QUORUM", "whose token", true, offsetof(struct crl_values, quorum) },
	{ .metavar = NULL },
};
static const struct operand_row file_operands[] = {
	{ "FILE", "a revocation list, PEM or DER", true, offsetof(struct crl_values, quorum) },
	{ .metavar = NULL },
};

static const struct option_row sign_options[] = {
	{ .name = "token",
	    .kind = OPTION_TEXT,
	    .metavar = "NAME",
	    .help = "which of the quorum's tokens, by its binding's name",
	    .offset = offsetof(struct crl_values, token) },
	{ .name = "key",
	    .kind = OPTION_TEXT,
	    .metavar = "LABEL",
	    .help = "the key on the token, by its label",
	    .required = true,
	    .offset = offsetof(struct crl_values, label) },
	{ .name = "ca",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "the certificate of the key that signs",
	    .required = true,
	    .offset = offsetof(struct crl_values, ca) },
	{ .name = "number",
	    .kind = OPTION_NUMBER,
	    .metavar = "NUMBER",
	    .help = "the list's number, greater than the previous one's",
	    .required = true,
	    .min = 1,
	    .max = INT64_C(9007199254740991),
	    .offset = offsetof(struct crl_values, number) },
	{ .name = "next-update",
	    .kind = OPTION_DAY,
	    .metavar = "DAY",
	    .help = "the next list comes by the end of that day (YYYY-MM-DD, UTC)",
	    .required = true,
	    .offset = offsetof(struct crl_values, next_update) },
	{ .name = "previous",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "the list before: what it revokes stays revoked",
	    .offset = offsetof(struct crl_values, previous) },
	{ .name = "entries",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "what to revoke: a table (CSV) with the columns serial,date,reason",
	    .offset = offsetof(struct crl_values, entries) },
	{ .name = "public",
	    .kind = OPTION_FLAG,
	    .help = "hold the Baseline Requirements for public CAs too",
	    .offset = offsetof(struct crl_values, is_public) },
	{ .name = "out",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "write the list (PEM) to a new file",
	    .required = true,
	    .offset = offsetof(struct crl_values, out) },
	{ .name = NULL },
};

/* What the files that were named hold. */
struct read {
	X509 *issuer;
	X509_CRL *previous;
	struct roster_hash previous_hash;
	struct crl_entries entries;
};

static void
read_drop(struct read *read)
{
	X509_free(read->issuer);
	X509_CRL_free(read->previous);
	crl_entries_drop(&read->entries);
}

static enum err
read_previous(const char *path, struct read *out, struct err_trace *trace)
{
	struct der der = { .bytes = NULL };
	enum err err;

	if (path == NULL)
		return ERR_OK;
	err = pki_file_read(ENCODING_CRL, path, &der, trace);
	if (err == ERR_OK)
		err = encoding_crl(&der, &out->previous, trace);
	if (err == ERR_OK)
		err = sha256(der.bytes, der.len, out->previous_hash.bytes, trace);
	der_drop(&der);
	return err;
}

static enum err
read_entries(const char *path, struct crl_entries *out, struct err_trace *trace)
{
	struct crl_entries_text from = { .file = path, .now = clock_utc() };
	char *text = NULL;
	enum err err;

	if (path == NULL)
		return ERR_OK;
	err = file_read(path, CRL_FILE_MAX, &text, &from.len, trace);
	from.text = text;
	if (err == ERR_OK)
		err = crl_entries_parse(&from, out, trace);
	free(text);
	return err;
}

static enum err
print(struct cli *cli, const struct der *der, json_t *more, struct err_trace *trace)
{
	json_t *facts = NULL;
	enum err err;

	if (!cli->line->json) {
		json_decref(more);
		return crl_view_print(cli, der, trace);
	}
	err = crl_view_json(der, &facts, trace);
	if (err == ERR_OK && more != NULL)
		json_object_update(facts, more);
	json_decref(more);
	return err == ERR_OK ? cli_print_json(cli, facts, trace) : err;
}

static enum err
sign(struct cli *cli, const struct crl_values *v, const struct read *read, struct err_trace *trace)
{
	const struct revoke_request request = { .by = { v->quorum, v->token, v->label },
		.issuer = read->issuer,
		.rules = v->is_public ? PROFILE_PUBLIC : PROFILE_PRIVATE,
		.number = v->number,
		.next_update = v->next_update + CLOCK_DAY - 1,
		.previous = read->previous,
		.previous_hash = read->previous_hash,
		.entries = &read->entries };
	const struct pki_output output = { ENCODING_CRL, v->out, false };
	struct certified made = { .stored = false };
	enum err err = revoke_sign(&cli->custody, &request, &made, trace);

	if (err != ERR_OK)
		return err;
	err = pki_file_keep(cli, &output, &made, trace);
	if (err == ERR_OK)
		err = print(cli, &made.der,
		    json_pack(
			"{s:s, s:I}", "file", v->out, "added", (json_int_t)read->entries.count),
		    trace);
	certified_drop(&made);
	return err;
}

static enum err
run_sign(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct crl_values *v = values;
	struct read read = { .issuer = NULL };
	enum err err = cli_check_new_file(v->out, trace);

	if (err == ERR_OK && v->next_update + CLOCK_DAY <= clock_utc())
		err = FAIL(trace, ERR_ARGUMENT, "--next-update lies in the past");
	if (err == ERR_OK)
		err = pki_file_certificate(v->ca, &read.issuer, trace);
	if (err == ERR_OK)
		err = read_previous(v->previous, &read, trace);
	if (err == ERR_OK)
		err = read_entries(v->entries, &read.entries, trace);
	if (err == ERR_OK)
		err = sign(cli, v, &read, trace);
	read_drop(&read);
	return err;
}

static enum err
run_show(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct crl_values *v = values;
	struct der der = { .bytes = NULL };
	enum err err = pki_file_read(ENCODING_CRL, v->quorum, &der, trace);

	if (err == ERR_OK)
		err = print(cli, &der, NULL, trace);
	der_drop(&der);
	return err;
}

const struct command cmd_crl[] = {
	{ .group = "crl",
	    .name = "sign",
	    .summary = "Have a CA's key sign its next revocation list",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS | NEED_JSON,
	    .operands = quorum_operands,
	    .options = sign_options,
	    .size = sizeof(struct crl_values),
	    .run = run_sign },
	{ .group = "crl",
	    .name = "show",
	    .summary = "Show a revocation list's number, times and fingerprint",
	    .needs = NEED_JSON,
	    .operands = file_operands,
	    .size = sizeof(struct crl_values),
	    .run = run_show },
	{ .name = NULL },
};
