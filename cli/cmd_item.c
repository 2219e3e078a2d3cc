/* SPDX-License-Identifier: BSD-2-Clause */
/* HSMs, laptops, readers, media, envelopes: item add, list, show, change, retire. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "roster/item.h"
#include "roster/stow.h"

struct item_values {
	const char *name;
	const char *kind;
	const char *model;
	const char *serial;
	const char *firmware;
	const char *certificate;
	const char *certificate_end;
	const char *reason;
};

static const struct operand_row item_operands[] = {
	{ "NAME", "how it is called here: hsm-1", true, offsetof(struct item_values, name) },
	{ .metavar = NULL },
};

#define FIRMWARE_ROW                                                                               \
	{                                                                                          \
		.name = "firmware", .kind = OPTION_TEXT, .metavar = "TEXT",                        \
		.help = "the version of its firmware",                                             \
		.offset = offsetof(struct item_values, firmware)                                   \
	}
#define CERTIFICATE_ROW                                                                            \
	{                                                                                          \
		.name = "certificate", .kind = OPTION_TEXT, .metavar = "NUMBER",                   \
		.help = "of its certification: FIPS 140, Common Criteria",                         \
		.offset = offsetof(struct item_values, certificate)                                \
	}
#define CERTIFICATE_END_ROW                                                                        \
	{                                                                                          \
		.name = "certificate-end", .kind = OPTION_TEXT, .metavar = "DATE",                 \
		.help = "the last day of that",                                                    \
		.offset = offsetof(struct item_values, certificate_end)                            \
	}

static const struct option_row add_options[] = {
	{ .name = "kind",
	    .kind = OPTION_TEXT,
	    .metavar = "KIND",
	    .help = "hsm, laptop, reader, medium or envelope",
	    .required = true,
	    .offset = offsetof(struct item_values, kind) },
	{ .name = "model",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "its make and model",
	    .offset = offsetof(struct item_values, model) },
	{ .name = "serial",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "the serial on its case",
	    .offset = offsetof(struct item_values, serial) },
	FIRMWARE_ROW,
	CERTIFICATE_ROW,
	CERTIFICATE_END_ROW,
	{ .name = NULL },
};

static const struct option_row change_options[] = {
	FIRMWARE_ROW,
	CERTIFICATE_ROW,
	CERTIFICATE_END_ROW,
	{ .name = NULL },
};

static const struct option_row retire_options[] = {
	{ .name = "reason",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "why it is not used any more",
	    .required = true,
	    .offset = offsetof(struct item_values, reason) },
	{ .name = NULL },
};

/* 0 where none was given. */
static enum err
read_end(const struct item_values *v, int64_t *out, struct err_trace *trace)
{
	*out = 0;
	if (v->certificate_end == NULL)
		return ERR_OK;
	return clock_read_day(v->certificate_end, "--certificate-end", NULL, out, trace);
}

static enum err
read_item(const struct item_values *v, struct roster_item *out, struct err_trace *trace)
{
	enum err err = roster_item_parse(v->kind, &out->kind, trace);

	if (err == ERR_OK)
		err = cli_copy_text(out->name, sizeof(out->name), v->name, "the name", trace);
	if (err == ERR_OK)
		err = cli_copy_text(out->model, sizeof(out->model), v->model, "--model", trace);
	if (err == ERR_OK)
		err = cli_copy_text(out->serial, sizeof(out->serial), v->serial, "--serial", trace);
	if (err == ERR_OK)
		err = cli_copy_text(
		    out->firmware, sizeof(out->firmware), v->firmware, "--firmware", trace);
	if (err == ERR_OK)
		err = cli_copy_text(out->certificate, sizeof(out->certificate), v->certificate,
		    "--certificate", trace);
	return err == ERR_OK ? read_end(v, &out->certificate_end, trace) : err;
}

static enum err
run_add(struct cli *cli, const void *values, struct err_trace *trace)
{
	struct roster_item item = { 0 };
	struct roster_id id;
	enum err err = read_item(values, &item, trace);

	if (err == ERR_OK)
		err = roster_item_add(cli->custody.roster, &item, &id, trace);
	if (err == ERR_OK)
		fprintf(cli->out, "%s is in the roster %s: %s.\n", item.name,
		    roster_path(cli->custody.roster), roster_item_word(item.kind));
	return err;
}

static enum err
run_change(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct item_values *v = values;
	struct roster_item_change change = { .firmware = v->firmware,
		.certificate = v->certificate };
	struct roster_item item;
	enum err err = read_end(v, &change.certificate_end, trace);

	if (err == ERR_OK)
		err = roster_item_find(cli->custody.roster, v->name, &item, trace);
	if (err == ERR_OK)
		err = roster_item_change(cli->custody.roster, &item.id, &change, trace);
	if (err == ERR_OK)
		fprintf(cli->out, "%s is changed in the roster %s.\n", item.name,
		    roster_path(cli->custody.roster));
	return err;
}

static enum err
run_retire(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct item_values *v = values;
	struct roster_item item;
	enum err err = roster_item_find(cli->custody.roster, v->name, &item, trace);

	if (err == ERR_OK)
		err = roster_item_retire(cli->custody.roster, &item.id, v->reason, trace);
	if (err == ERR_OK)
		fprintf(cli->out, "%s is retired in the roster %s; its name is free.\n", item.name,
		    roster_path(cli->custody.roster));
	return err;
}

/* ---- list and show ------------------------------------------------------------------------- */

/* Where it is, in words; "" when it was never stowed. */
enum { WHERE = ROSTER_BAG + ROSTER_SAFE + 64 };
static enum err
where_is(struct cli *cli, const struct roster_item *item, char out[WHERE], struct err_trace *trace)
{
	const struct roster_thing thing = { .kind = ROSTER_THING_ITEM, .id = item->id };
	struct roster_stow stow;
	int64_t suspected = 0;
	enum err err = roster_stow_suspected(cli->custody.roster, &thing, &suspected, trace);

	out[0] = '\0';
	if (err != ERR_OK)
		return err;
	err = roster_stow_last(cli->custody.roster, &thing, &stow, NULL);
	if (err != ERR_OK && err != ERR_ABSENT)
		return FAIL(trace, err, "what is stowed was not read");
	if (err == ERR_OK && stow.unstowed == 0)
		snprintf(out, WHERE, "in bag %s in %s%s", stow.bag, stow.place,
		    suspected != 0 ? "; suspected" : "");
	else if (suspected != 0)
		snprintf(out, WHERE, "suspected: its bag was another, or not whole");
	return ERR_OK;
}

static json_t *
item_json(const struct roster_item *item, const char *where)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s}", "name", item->name,
	    "kind", roster_item_word(item->kind), "model", item->model, "serial", item->serial,
	    "firmware", item->firmware, "certificate", item->certificate, "certificate_end",
	    (json_int_t)item->certificate_end, "added", (json_int_t)item->added, "retired",
	    (json_int_t)item->retired, "where", where);
}

static void
print_row(struct cli *cli, const struct roster_item *item, const char *where)
{
	fprintf(cli->out, "%-16s %-8s %s%s%s%s%s%s\n", item->name, roster_item_word(item->kind),
	    item->model, item->serial[0] == '\0' ? "" : ", serial ", item->serial,
	    where[0] == '\0' ? "" : ", ", where, item->retired != 0 ? " (retired)" : "");
}

static enum err
run_list(struct cli *cli, const void *values, struct err_trace *trace)
{
	struct roster_item *items = NULL;
	json_t *list = json_array();
	char where[WHERE];
	size_t count = 0;
	enum err err = roster_item_list(cli->custody.roster, &items, &count, trace);

	(void)values;
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		err = where_is(cli, &items[i], where, trace);
		if (err == ERR_OK && cli->line->json)
			json_array_append_new(list, item_json(&items[i], where));
		else if (err == ERR_OK)
			print_row(cli, &items[i], where);
	}
	free(items);
	if (err == ERR_OK && cli->line->json)
		return cli_print_json(cli, json_pack("{s:o}", "items", list), trace);
	json_decref(list);
	return err;
}

static void
print_field(struct cli *cli, const char *name, const char *value)
{
	if (value[0] != '\0')
		fprintf(cli->out, "  %-16s %s\n", name, value);
}

static void
print_item(struct cli *cli, const struct roster_item *item, const char *where)
{
	char time[CLI_TIME], date[CLOCK_DATE] = "";

	if (item->certificate_end != 0)
		clock_format_date(item->certificate_end, date);
	fprintf(cli->out, "%s: %s, since %s\n", item->name, roster_item_word(item->kind),
	    cli_time(item->added, time));
	print_field(cli, "model", item->model);
	print_field(cli, "serial", item->serial);
	print_field(cli, "firmware", item->firmware);
	print_field(cli, "certificate", item->certificate);
	print_field(cli, "ends on", date);
	print_field(cli, "where", where);
	if (item->retired != 0)
		print_field(cli, "retired", cli_time(item->retired, time));
}

static enum err
run_show(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct item_values *v = values;
	struct roster_item item;
	char where[WHERE];
	enum err err = roster_item_find(cli->custody.roster, v->name, &item, trace);

	if (err == ERR_OK)
		err = where_is(cli, &item, where, trace);
	if (err != ERR_OK)
		return err;
	if (cli->line->json)
		return cli_print_json(cli, item_json(&item, where), trace);
	print_item(cli, &item, where);
	return ERR_OK;
}

const struct command cmd_item[] = {
	{ .group = "item",
	    .name = "add",
	    .summary = "Put an HSM, a laptop, a reader, a medium or an envelope into the roster",
	    .needs = NEED_WRITE,
	    .operands = item_operands,
	    .options = add_options,
	    .size = sizeof(struct item_values),
	    .run = run_add,
	    .notes = "Example: quorate item add hsm-1 --kind hsm --model 'Luna 7' --firmware 7.8.0 "
		     "--certificate 4684\n--certificate-end 2026-09-21 --by ann" },
	{ .group = "item",
	    .name = "list",
	    .summary = "List the items",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .run = run_list },
	{ .group = "item",
	    .name = "show",
	    .summary = "Show one item",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .operands = item_operands,
	    .size = sizeof(struct item_values),
	    .run = run_show },
	{ .group = "item",
	    .name = "change",
	    .summary = "Record a new firmware or certificate of an item",
	    .needs = NEED_WRITE,
	    .operands = item_operands,
	    .options = change_options,
	    .size = sizeof(struct item_values),
	    .run = run_change },
	{ .group = "item",
	    .name = "retire",
	    .summary = "Record that an item is not used any more",
	    .needs = NEED_WRITE,
	    .operands = item_operands,
	    .options = retire_options,
	    .size = sizeof(struct item_values),
	    .run = run_retire },
	{ .name = NULL },
};
