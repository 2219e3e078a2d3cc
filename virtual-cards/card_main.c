/* SPDX-License-Identifier: BSD-2-Clause */
/* virtual-card: makes virtual cards, serves them to virtual readers, moves them in a sandbox. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "virtual-cards/fault.h"
#include "virtual-cards/openpgp/card.h"
#include "virtual-cards/rack.h"
#include "virtual-cards/serve.h"

static const char usage[] =
    "Usage: virtual-card new FILE --serial NUMBER [--variant VARIANT]...\n"
    "       virtual-card serve FILE --port PORT\n"
    "and inside a sandbox\n"
    "       virtual-card list\n"
    "       virtual-card insert NAME [READER]\n"
    "       virtual-card eject NAME\n"
    "       virtual-card fault NAME FAULT\n"
    "\n"
    "A virtual card is an OpenPGP card 3.4 in a file, for practice and tests alone: whoever\n"
    "reads the file has its keys and PINs. Factory PINs are 123456 and 12345678.\n"
    "\n"
    "A line of `list` is: name, reader's index or -, serial, reader's name.\n"
    "\n"
    "Faults happen at the N-th APDU after the command: pull-before:N, pull-after:N, one-byte:N,\n"
    "no-bytes:N, status:N:6F00, delay:N:MS, kill:N:PID.\n"
    "\n"
    "Variants:\n";

static void
print_usage(FILE *to)
{
	fputs(usage, to);
	for (unsigned row = 0; vcard_profile_help(row) != NULL; row++)
		fprintf(to, "  %s\n", vcard_profile_help(row));
}

static enum err
take_number(const char *text, unsigned long max, unsigned long *out, struct err_trace *trace)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 0);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || value > max)
		return FAIL(trace, ERR_ARGUMENT, "'%s' is no number from 0 to %lu", text, max);
	*out = value;
	return ERR_OK;
}

/* One option and its value. */
static enum err
take_new_option(struct vcard_profile *profile, const char *const *words, bool *has_serial,
    struct err_trace *trace)
{
	unsigned long serial = 0;
	enum err err;

	if (words[1] == NULL)
		return FAIL(trace, ERR_ARGUMENT, "'%s' wants a value", words[0]);
	if (strcmp(words[0], "--variant") == 0)
		return vcard_profile_vary(profile, words[1], trace);
	if (strcmp(words[0], "--serial") != 0 || *has_serial)
		return FAIL(trace, ERR_ARGUMENT, "'%s' is not expected here", words[0]);
	err = take_number(words[1], UINT32_MAX, &serial, trace);
	if (err == ERR_OK) {
		profile->serial = (uint32_t)serial;
		*has_serial = true;
	}
	return err;
}

static enum err
run_new(const char *const *words, struct err_trace *trace)
{
	struct vcard_profile profile = vcard_profile_default(0);
	const char *file = words[0];
	bool has_serial = false;
	enum err err = ERR_OK;

	for (words++; *words != NULL && err == ERR_OK; words += 2) {
		err = take_new_option(&profile, words, &has_serial, trace);
		if (err != ERR_OK)
			return err;
	}
	if (!has_serial)
		return FAIL(trace, ERR_ARGUMENT, "a card needs its --serial");
	return vcard_create(file, &profile, trace);
}

static enum err
run_serve(const char *const *words, struct err_trace *trace)
{
	struct serve_order order = { .card_file = words[0] };
	unsigned long port = 0;
	enum err err;

	if (strcmp(words[1], "--port") != 0)
		return FAIL(trace, ERR_ARGUMENT, "'%s' is not expected here", words[1]);
	err = take_number(words[2], UINT16_MAX, &port, trace);
	if (err != ERR_OK)
		return err;
	order.port = (uint16_t)port;
	return serve(&order, trace);
}

static void
show_card(const char *name, const char *card_file, const struct rack_reader *reader, void *context)
{
	char serial[VCARD_SERIAL_TEXT] = "damaged", index[16] = "-";
	struct vcard *card = NULL;

	(void)context;
	if (vcard_open(card_file, &card, NULL) == ERR_OK)
		vcard_serial_text(vcard_profile_of(card), serial);
	vcard_close(card);
	if (reader != NULL)
		(void)snprintf(index, sizeof(index), "%u", reader->index);
	fprintf(stdout, "%-12s %-2s %s%s%s\n", name, index, serial, reader ? "  " : "",
	    reader ? reader->name : "");
}

static enum err
run_list(const char *const *words, struct err_trace *trace)
{
	struct rack rack;
	enum err err = rack_load(&rack, trace);

	(void)words;
	return err == ERR_OK ? rack_each(&rack, show_card, NULL, trace) : err;
}

static enum err
run_insert(const char *const *words, struct err_trace *trace)
{
	struct rack rack;
	enum err err = rack_load(&rack, trace);

	return err == ERR_OK ? rack_insert(&rack, words[0], words[1], trace) : err;
}

static enum err
run_eject(const char *const *words, struct err_trace *trace)
{
	struct rack rack;
	enum err err = rack_load(&rack, trace);

	return err == ERR_OK ? rack_eject(&rack, words[0], trace) : err;
}

static enum err
run_fault(const char *const *words, struct err_trace *trace)
{
	char file[RACK_PATH];
	struct rack rack;
	enum err err = rack_load(&rack, trace);

	if (err == ERR_OK)
		err = rack_card_file(&rack, words[0], file, trace);
	return err == ERR_OK ? fault_arm(file, words[1], trace) : err;
}

static const struct command {
	const char *name;
	int min, max; /* words that follow */
	enum err (*run)(const char *const *words, struct err_trace *trace);
} commands[] = {
	{ "new", 3, 64, run_new },
	{ "serve", 3, 3, run_serve },
	{ "list", 0, 0, run_list },
	{ "insert", 1, 2, run_insert },
	{ "eject", 1, 1, run_eject },
	{ "fault", 2, 2, run_fault },
};

static int
report(const struct err_trace *trace, enum err code)
{
	char line[ERR_TEXT + 64];

	for (unsigned i = trace->count; i > 0; i--) {
		err_format(&trace->frame[i - 1], line, sizeof(line));
		fprintf(stderr, "%s: %s\n", i == trace->count ? "virtual-card" : "  because", line);
	}
	if (trace->next[0] != '\0')
		fprintf(stderr, "%s\n", trace->next);
	return err_exit_code(code);
}

int
main(int argc, char **argv)
{
	struct err_trace trace = { 0 };
	enum err err;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		print_usage(stdout);
		return 0;
	}
	for (size_t i = 0; argc >= 2 && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name) != 0 || argc - 2 < commands[i].min ||
		    argc - 2 > commands[i].max)
			continue;
		err = commands[i].run((const char *const *)&argv[2], &trace);
		return err == ERR_OK ? 0 : report(&trace, err);
	}
	print_usage(stderr);
	return err_exit_code(ERR_ARGUMENT);
}
