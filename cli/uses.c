/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/uses.h"

#include <string.h>

#include "base/clock.h"
#include "roster/activation.h"

enum { SIGNED_SHOWN = 24 };

static const char *
text_in(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}

static void
print_client(FILE *out, const json_t *client)
{
	fprintf(out, " (%s, user %lld, process %lld)", text_in(client, "program"),
	    (long long)json_integer_value(json_object_get(client, "uid")),
	    (long long)json_integer_value(json_object_get(client, "pid")));
}

static void
print_signature(FILE *out, const json_t *line)
{
	const char *what = text_in(line, "signed");
	bool made = strcmp(text_in(line, "result"), "made") == 0;

	fprintf(out, "%s %s, %s, %.*s%s", text_in(line, "key"),
	    made ? "signed" : text_in(line, "result"), text_in(line, "mechanism"), SIGNED_SHOWN,
	    what, strlen(what) > SIGNED_SHOWN ? "…" : "");
}

static void
print_refusal(FILE *out, const json_t *line)
{
	fprintf(out, "refused: %s, %s", text_in(line, "call"), text_in(line, "why"));
}

static void
print_job(FILE *out, const json_t *line)
{
	fprintf(out, "%s on %s: %s", text_in(line, "job"), text_in(line, "on"),
	    text_in(line, "result"));
}

static const struct {
	const char *kind;
	void (*print)(FILE *out, const json_t *line);
} printers[] = { { "use", print_signature }, { "refused", print_refusal }, { "job", print_job } };

void
uses_print_line(FILE *out, const char *indent, const json_t *line)
{
	char time[CLOCK_TEXT];

	clock_format(json_integer_value(json_object_get(line, "time")), time);
	for (size_t i = 0; i < sizeof(printers) / sizeof(*printers); i++) {
		if (strcmp(text_in(line, "kind"), printers[i].kind) != 0)
			continue;
		fprintf(out, "%s%.8s ", indent, time + strlen("2026-11-23T"));
		printers[i].print(out, line);
		print_client(out, json_object_get(line, "client"));
		fputc('\n', out);
	}
}

struct spent {
	json_t *lines;
	size_t most;
};

static void
keep_line(const struct spent *spent, const char *text, size_t len)
{
	json_t *line = json_loadb(text, len, 0, NULL);
	const char *kind = text_in(line, "kind");

	if (strcmp(kind, "use") == 0 || strcmp(kind, "job") == 0)
		json_array_append(spent->lines, line);
	if (json_array_size(spent->lines) > spent->most)
		json_array_remove(spent->lines, 0);
	json_decref(line);
}

static enum err
keep_batch(void *context, const struct roster_uses *uses, struct err_trace *trace)
{
	const char *at = uses->lines;
	const char *end = uses->lines + uses->len;

	(void)trace;
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		if (newline == NULL)
			break;
		keep_line(context, at, (size_t)(newline - at));
		at = newline + 1;
	}
	return ERR_OK;
}

enum err
uses_print_spent(FILE *out, struct roster *roster, const struct roster_id *id, size_t most,
    struct err_trace *trace)
{
	struct spent spent = { .lines = json_array(), .most = most };
	enum err err = roster_activation_uses(roster, id, keep_batch, &spent, trace);

	for (size_t i = 0; err == ERR_OK && i < json_array_size(spent.lines); i++)
		uses_print_line(out, "quorate:   ", json_array_get(spent.lines, i));
	json_decref(spent.lines);
	return err;
}
