/* SPDX-License-Identifier: BSD-2-Clause */
/* What is pending and open now, and its end: status and deactivate. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/uses.h"
#include "custody/opened.h"
#include "custody/pending.h"
#include "roster/health.h"
#include "roster/roster.h"
#include "roster/seat.h"

enum { ROSTER_HEX = 33 };

static const char *
text_in(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}

static long long
number_in(const json_t *object, const char *name)
{
	return (long long)json_integer_value(json_object_get(object, name));
}

/* ---- what is open -------------------------------------------------------------------------- */

static void
print_list(FILE *out, const char *before, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		fputs(i == 0 ? before : ", ", out);
		if (json_is_string(item))
			fputs(json_string_value(item), out);
		else
			fprintf(out, "%lld", (long long)json_integer_value(item));
	}
}

static void
print_duration(FILE *out, long long ms)
{
	long long seconds = ms / 1000;

	if (seconds >= 60)
		fprintf(out, "%lldm %llds", seconds / 60, seconds % 60);
	else
		fprintf(out, "%llds", seconds);
}

static void
print_bounds(struct cli *cli, const struct opened *opened)
{
	const json_t *bounds = json_object_get(opened->opening, "bounds");
	long long left = number_in(opened->status, "left_ms");
	long long max = number_in(opened->status, "max_uses");

	fputs("    left: ", cli->out);
	if (left < 0)
		fputs("no end in time", cli->out);
	else
		print_duration(cli->out, left);
	if (max > 0)
		fprintf(
		    cli->out, "; %lld of %lld uses", max - number_in(opened->status, "uses"), max);
	fprintf(cli->out, "; done: %lld, refused: %lld\n", number_in(opened->status, "uses"),
	    number_in(opened->status, "refused"));
	if (json_array_size(json_object_get(bounds, "readers")) > 0) {
		print_list(
		    cli->out, "    while the card stays in: ", json_object_get(bounds, "readers"));
		fputc('\n', cli->out);
	}
	if (json_array_size(json_object_get(bounds, "keys")) > 0) {
		print_list(cli->out, "    only keys: ", json_object_get(bounds, "keys"));
		fputc('\n', cli->out);
	}
	if (json_array_size(json_object_get(bounds, "users")) > 0) {
		print_list(cli->out, "    only users: ", json_object_get(bounds, "users"));
		fputc('\n', cli->out);
	}
}

static void
print_clients(struct cli *cli, const json_t *clients)
{
	for (size_t i = 0; i < json_array_size(clients); i++) {
		const json_t *client = json_array_get(clients, i);
		char since[CLI_TIME];

		fprintf(cli->out,
		    "    connected: %s (user %lld, process %lld) since %s, %lld uses\n",
		    text_in(client, "program"), number_in(client, "uid"), number_in(client, "pid"),
		    cli_time(number_in(client, "since"), since), number_in(client, "made"));
	}
}

static void
print_opened(struct cli *cli, const struct opened *opened)
{
	char since[CLI_TIME];

	if (opened->commands)
		fprintf(cli->out, "  %s: a session for Quorate's own commands", opened->quorum);
	else
		fprintf(cli->out, "  %s: token '%s' for applications", opened->quorum,
		    text_in(opened->opening, "token"));
	fprintf(cli->out, ", since %s by %s", cli_time(opened->since, since),
	    text_in(opened->opening, "by"));
	print_list(cli->out, " with cards ", json_object_get(opened->opening, "cards"));
	fputc('\n', cli->out);
	if (json_object_get(opened->opening, "purpose") != NULL)
		fprintf(cli->out, "    for: %s\n", text_in(opened->opening, "purpose"));
	if (opened->status == NULL)
		fputs("    its agent does not answer\n", cli->out);
	else
		print_bounds(cli, opened);
	if (!opened->commands && opened->status != NULL)
		fprintf(cli->out, "    applications: P11_KIT_SERVER_ADDRESS=unix:path=%s\n",
		    text_in(opened->status, "socket"));
	print_clients(cli, json_object_get(opened->status, "clients"));
	for (size_t i = 0; i < json_array_size(opened->last); i++)
		uses_print_line(cli->out, "    ", json_array_get(opened->last, i));
	fprintf(cli->out, "    end it: quorate deactivate %s\n", opened->quorum);
}

static json_t *
opened_json(const struct opened *opened)
{
	return json_pack("{s:s, s:s, s:s, s:I, s:O, s:O?, s:O}", "quorum", opened->quorum,
	    "activation", opened->activation, "serves",
	    opened->commands ? "commands" : "applications", "since", (json_int_t)opened->since,
	    "opening", opened->opening, "status", opened->status, "last", opened->last);
}

/* The id of the open roster in hex; NULL, for all that are known, where none is open. */
static const char *
roster_hex(const struct cli *cli, char out[ROSTER_HEX])
{
	if (cli->custody.roster == NULL)
		return NULL;
	roster_id_format(roster_identity(cli->custody.roster), out);
	return out;
}

static enum err
show_open(struct cli *cli, json_t *document, struct err_trace *trace)
{
	struct opened *opened = NULL;
	json_t *list = json_array();
	char hex[ROSTER_HEX];
	size_t count = 0;
	enum err err = opened_list(cli->state_dir, roster_hex(cli, hex), &opened, &count, trace);

	if (!cli->line->json)
		fputs(count == 0 ? "Nothing is open.\n" : "Open:\n", cli->out);
	for (size_t i = 0; i < count; i++) {
		if (cli->line->json)
			json_array_append_new(list, opened_json(&opened[i]));
		else
			print_opened(cli, &opened[i]);
	}
	opened_free(opened, count);
	json_object_set_new(document, "open", list);
	return err;
}

/* ---- what is pending, and how the thresholds stand ------------------------------------------ */

static enum err
show_pending(struct cli *cli, const char *quorum, json_t *list, struct err_trace *trace)
{
	struct pending *pending = NULL;
	json_t *lines = json_array();
	enum err err = pending_describe(&cli->custody, quorum, &pending, trace);

	if (err == ERR_ABSENT) {
		err_clear(trace);
		json_decref(lines);
		return ERR_OK;
	}
	for (size_t i = 0; err == ERR_OK && i < pending->lines; i++) {
		json_array_append_new(lines, json_string(pending->line[i]));
		if (!cli->line->json)
			fprintf(cli->out, "%s%s\n", i == 0 ? "" : "  ", pending->line[i]);
	}
	if (err == ERR_OK && !cli->line->json)
		fprintf(cli->out, "  go on: quorate quorum resume %s --by NAME\n", quorum);
	if (err == ERR_OK)
		json_array_append_new(
		    list, json_pack("{s:s, s:s, s:O}", "quorum", quorum, "operation",
			      roster_operation_word(pending->kind), "lines", lines));
	json_decref(lines);
	free(pending);
	return err;
}

static enum err
show_health(
    struct cli *cli, const struct roster_quorum *quorum, json_t *list, struct err_trace *trace)
{
	struct roster_health *health = NULL;
	enum err err = roster_health(cli->custody.roster, &quorum->id, 0, &health, trace);

	if (err != ERR_OK)
		return err;
	json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:i}", "quorum", health->name,
					"level", roster_level_word(health->level), "margin",
					health->margin, "exposure", (int)health->exposure));
	if (!cli->line->json)
		fprintf(cli->out, "Health of %s: %s, margin %d, exposure %u\n", health->name,
		    roster_level_word(health->level), health->margin, health->exposure);
	free(health);
	return ERR_OK;
}

/* Where more than one installation writes, who has the seat. */
static enum err
show_seat(struct cli *cli, json_t *document, struct err_trace *trace)
{
	struct roster_installation *all = NULL;
	size_t count = 0;
	enum err err = roster_installation_list(cli->custody.roster, &all, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		if (!all[i].has_seat)
			continue;
		json_object_set_new(document, "seat",
		    json_pack("{s:s, s:b}", "installation", all[i].name, "ours", all[i].is_ours));
		if (!cli->line->json && count > 1)
			fprintf(cli->out, "The seat: installation '%s'%s\n", all[i].name,
			    all[i].is_ours ? ", this one" : "");
	}
	free(all);
	return err;
}

static enum err
show_quorums(struct cli *cli, json_t *document, struct err_trace *trace)
{
	struct roster_quorum *quorums = NULL;
	json_t *pending = json_array();
	json_t *health = json_array();
	size_t count = 0;
	enum err err = roster_quorum_list(cli->custody.roster, &quorums, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count; i++)
		err = show_pending(cli, quorums[i].name, pending, trace);
	if (err == ERR_OK)
		err = roster_check_newest(cli->custody.roster, trace);
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		err = show_health(cli, &quorums[i], health, trace);
	free(quorums);
	json_object_set_new(document, "pending", pending);
	json_object_set_new(document, "health", health);
	return err;
}

static enum err
run_status(struct cli *cli, const void *values, struct err_trace *trace)
{
	json_t *document = json_object();
	enum err err = show_open(cli, document, trace);

	(void)values;
	if (err == ERR_OK && cli->custody.roster != NULL)
		err = show_quorums(cli, document, trace);
	if (err == ERR_OK && cli->custody.roster != NULL)
		err = show_seat(cli, document, trace);
	if (err == ERR_OK && cli->line->json)
		return cli_print_json(cli, document, trace);
	json_decref(document);
	return err;
}

/* ---- deactivate ----------------------------------------------------------------------------- */

struct deactivate_values {
	const char *quorum;
	bool all;
};

static const struct operand_row deactivate_operands[] = {
	{ "QUORUM", "what is closed; needed when several are open", false,
	    offsetof(struct deactivate_values, quorum) },
	{ .metavar = NULL },
};

static const struct option_row deactivate_options[] = {
	{ .name = "all",
	    .kind = OPTION_FLAG,
	    .help = "everything that is open",
	    .offset = offsetof(struct deactivate_values, all) },
	{ .name = NULL },
};

static bool
is_meant(const struct deactivate_values *v, const struct opened *opened)
{
	return v->quorum == NULL || strcmp(v->quorum, opened->quorum) == 0;
}

static enum err
end_one(struct cli *cli, const struct opened *opened, json_t *ended, struct err_trace *trace)
{
	enum err err = opened_end(opened, trace);

	if (err == ERR_ABSENT) /* it ended by itself meanwhile */
		err_clear(trace);
	else if (err != ERR_OK)
		return FAIL(trace, err, "what is open of '%s' did not end", opened->quorum);
	if (!cli->line->json)
		fprintf(cli->out, "Closed: %s%s%s%s.\n", opened->quorum,
		    opened->commands ? ", its session" : ", token '",
		    opened->commands ? "" : text_in(opened->opening, "token"),
		    opened->commands ? "" : "'");
	json_array_append_new(ended,
	    json_pack("{s:s, s:s}", "quorum", opened->quorum, "activation", opened->activation));
	return ERR_OK;
}

static enum err
end_those_meant(
    struct cli *cli, const struct deactivate_values *v, json_t *ended, struct err_trace *trace)
{
	struct opened *opened = NULL;
	char hex[ROSTER_HEX];
	size_t count = 0, meant = 0;
	enum err err = opened_list(cli->state_dir, roster_hex(cli, hex), &opened, &count, trace);
	enum err worst = err;

	for (size_t i = 0; i < count; i++)
		meant += is_meant(v, &opened[i]);
	if (err == ERR_OK && meant > 1 && !v->all && v->quorum == NULL) {
		err_next(trace, "Name the quorum, or give --all; 'quorate status' shows them.");
		worst = FAIL(trace, ERR_ARGUMENT, "%zu are open", meant);
		meant = 0;
	}
	/* One that does not end must not keep the others open. */
	for (size_t i = 0; meant > 0 && i < count; i++) {
		if (!is_meant(v, &opened[i]))
			continue;
		err = end_one(cli, &opened[i], ended, worst == ERR_OK ? trace : NULL);
		worst = worst == ERR_OK ? err : worst;
	}
	if (worst == ERR_OK && meant == 0 && !cli->line->json)
		fputs("Nothing is open.\n", cli->out);
	opened_free(opened, count);
	return worst;
}

/* At once, whatever becomes of the roster; what was done is in the log as soon as it can be. */
static enum err
run_deactivate(struct cli *cli, const void *values, struct err_trace *trace)
{
	struct err_trace unread = { 0 };
	json_t *ended = json_array();
	enum err err;

	if (cli_open_roster(cli, &unread) != ERR_OK)
		cli->custody.roster = NULL;
	err = end_those_meant(cli, values, ended, trace);
	if (cli->custody.roster != NULL && json_array_size(ended) > 0) {
		enum err again = cli_close_roster(cli, NULL);

		/* Opening takes the records in; the next command does it where this one cannot. */
		if (again == ERR_OK)
			again = cli_open_roster(cli, NULL);
		(void)again;
	}
	if (err == ERR_OK && cli->line->json)
		return cli_print_json(cli, json_pack("{s:o}", "ended", ended), trace);
	json_decref(ended);
	return err;
}

const struct command cmd_status[] = {
	{ .name = "status",
	    .summary = "Show what is open and pending, and how the thresholds stand",
	    .needs = NEED_OPTIONAL_ROSTER | NEED_JSON,
	    .run = run_status },
	{ .name = "deactivate",
	    .summary = "Close what is open, at once",
	    .needs = NEED_PATH | NEED_JSON,
	    .operands = deactivate_operands,
	    .options = deactivate_options,
	    .size = sizeof(struct deactivate_values),
	    .run = run_deactivate },
	{ .name = NULL },
};
