/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/doctor.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "hsm/module.h"
#include "hsm/token.h"
#include "roster/roster.h"

enum { FINDINGS_MAX = 64, TEXT_SIZE = 224, LOCK_WANTED = 512 * 1024 };

enum verdict { FINE, NOTE, BAD };
static const char *const verdict_words[] = { [FINE] = "ok", [NOTE] = "note", [BAD] = "BAD" };

struct finding {
	enum verdict verdict;
	const char *subject;
	char text[TEXT_SIZE];
	char mend[ERR_NEXT];
};

struct examination {
	struct cli *cli;
	size_t count;
	struct finding finding[FINDINGS_MAX];
};

static struct finding *add(struct examination *examination, enum verdict verdict,
    const char *subject, const char *fmt, ...) PRINTF_LIKE(4, 5);

static struct finding *
add(struct examination *examination, enum verdict verdict, const char *subject, const char *fmt,
    ...)
{
	struct finding *finding = &examination->finding[examination->count];
	va_list args;

	if (examination->count < FINDINGS_MAX - 1)
		examination->count++;
	finding->verdict = verdict;
	finding->subject = subject;
	finding->mend[0] = '\0';
	va_start(args, fmt);
	vsnprintf(finding->text, sizeof(finding->text), fmt, args);
	va_end(args);
	return finding;
}

static void
mend(struct finding *finding, const char *line)
{
	snprintf(finding->mend, sizeof(finding->mend), "%s", line);
}

/* A failure as a finding: what failed, and the next step that came with it. */
static void
add_failure(struct examination *examination, const char *subject, const struct err_trace *trace)
{
	struct finding *finding = add(examination, BAD, subject, "%s",
	    trace->count == 0 ? "failed" : trace->frame[trace->count - 1].text);

	mend(finding, trace->next);
}

static void
name_card(struct examination *examination, struct readers *readers, const struct reader *reader)
{
	struct err_trace trace = { 0 };
	struct card *card = NULL;

	if (!reader->present) {
		add(examination, FINE, "reader", "%s: empty", reader->name);
		return;
	}
	if (card_visit_begin(readers, reader->name, NULL, &card, &trace) != ERR_OK) {
		add_failure(examination, "card", &trace);
		return;
	}
	add(examination, FINE, "card", "%s: %s, serial %s", reader->name, card_facts(card)->version,
	    card_facts(card)->serial);
	card_visit_end(card);
}

static void
check_readers(struct examination *examination)
{
	struct err_trace trace = { 0 };
	struct readers readers = { .ops = NULL };
	struct reader_list list;
	char holders[READER_HOLDERS];

	if (reader_open_pcsc(&readers, &trace) != ERR_OK ||
	    reader_list_now(&readers, &list, &trace) != ERR_OK) {
		add_failure(examination, "pcscd", &trace);
		reader_close(&readers);
		return;
	}
	add(examination, FINE, "pcscd", "answers");
	if (list.count == 0)
		mend(
		    add(examination, BAD, "reader", "none is connected"), "Plug a card reader in.");
	for (size_t i = 0; i < list.count; i++)
		name_card(examination, &readers, &list.reader[i]);
	reader_holders(holders);
	if (holders[0] != '\0')
		mend(add(examination, NOTE, "reader", "in use by: %s", holders),
		    "If it is scdaemon: gpgconf --kill scdaemon");
	if (reader_pcscd_logs_apdus())
		mend(add(examination, BAD, "pcscd", "logs what goes to the cards, PINs included"),
		    "Restart it without --apdu.");
	reader_close(&readers);
}

static void
check_tokens(struct examination *examination, const char *name)
{
	struct err_trace trace = { 0 };
	struct token_facts *tokens = NULL;
	struct module *module = NULL;
	size_t count = 0;

	if (module_open_named(name, &module, &trace) != ERR_OK ||
	    token_list(module, &tokens, &count, &trace) != ERR_OK) {
		add_failure(examination, "module", &trace);
		module_close(module);
		return;
	}
	for (size_t i = 0; i < count; i++)
		add(examination, FINE, "token", "%s: %s", name,
		    tokens[i].initialised ? tokens[i].label : "one that is not initialised");
	free(tokens);
	module_close(module);
}

static void
check_modules(struct examination *examination)
{
	struct err_trace trace = { 0 };
	struct module_entry *entries = NULL;
	size_t count = 0;

	if (module_entries(&entries, &count, &trace) != ERR_OK) {
		add_failure(examination, "modules", &trace);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (access(entries[i].path, R_OK) != 0) {
			mend(add(examination, NOTE, "module", "%s: %s is not there",
				 entries[i].name, entries[i].path),
			    "Install it, or correct /etc/quorate/modules.conf.");
			continue;
		}
		add(examination, FINE, "module", "%s: %s (%s)", entries[i].name, entries[i].path,
		    entries[i].from);
		check_tokens(examination, entries[i].name);
	}
	module_entries_free(entries, count);
}

static void
check_memory(struct examination *examination)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
	    limit.rlim_cur < LOCK_WANTED)
		mend(add(examination, BAD, "memory", "only %llu bytes can be locked",
			 (unsigned long long)limit.rlim_cur),
		    "Raise it: ulimit -l 8192, or memlock in /etc/security/limits.conf.");
	else
		add(examination, FINE, "memory", "can be locked");
	if (process_swap_is_on())
		mend(add(examination, BAD, "swap", "is on: secrets could be written to disk"),
		    "Turn it off: swapoff -a");
	else
		add(examination, FINE, "swap", "is off");
}

static void
check_clock(struct examination *examination)
{
	enum { YEAR_2026 = 1767225600 };
	char time[CLI_TIME];

	if (clock_utc() < YEAR_2026)
		mend(add(examination, BAD, "clock", "says %s", cli_time(clock_utc(), time)),
		    "Set it: date -u -s '2027-01-31 12:00'");
	else
		add(examination, FINE, "clock", "says %s", cli_time(clock_utc(), time));
}

static void
check_roster(struct examination *examination)
{
	struct cli *cli = examination->cli;
	const struct roster_options options = { .paths = { cli->roster_file, cli->state_dir },
		.mode = ROSTER_READ };
	struct err_trace trace = { 0 };
	struct roster *roster = NULL;
	struct stat st;

	if (stat(cli->roster_file, &st) != 0) {
		mend(add(examination, NOTE, "roster", "%s is not there", cli->roster_file),
		    "Make it: quorate init --by NAME");
		return;
	}
	if (roster_open(&options, &roster, &trace) != ERR_OK) {
		add_failure(examination, "roster", &trace);
		return;
	}
	add(examination, FINE, "roster", "%s%s", cli->roster_file,
	    roster_is_practice(roster) ? " (PRACTICE)" : "");
	roster_drop(roster);
	if ((st.st_mode & (S_IWGRP | S_IRWXO)) != 0)
		mend(add(examination, BAD, "roster", "others may read or change it"),
		    "chmod 600 the roster, or 640 for a monitoring group.");
}

/* What a PIN change that was broken off left: it opens with the PIN from before (design.md, rule
 * 7). */
static void
check_copies(struct examination *examination)
{
	char folder[512];
	const struct dirent *entry;
	DIR *copies;

	snprintf(folder, sizeof(folder), "%s/token-copies", examination->cli->state_dir);
	copies = opendir(folder);
	if (copies == NULL)
		return;
	while ((entry = readdir(copies)) != NULL)
		if (entry->d_name[0] != '.')
			mend(add(examination, BAD, "copy",
				 "of a software token, left by an operation that was broken off: "
				 "%.60s/%.80s",
				 folder, entry->d_name),
			    "Finish the operation: quorate quorum resume QUORUM --by NAME; it "
			    "destroys the "
			    "copy.");
	closedir(copies);
}

static void
print_text(const struct examination *examination)
{
	for (size_t i = 0; i < examination->count; i++) {
		const struct finding *f = &examination->finding[i];

		fprintf(examination->cli->out, "%-5s %-7s %s\n", verdict_words[f->verdict],
		    f->subject, f->text);
		if (f->mend[0] != '\0')
			fprintf(examination->cli->out, "              mend: %s\n", f->mend);
	}
}

static enum err
print_json(const struct examination *examination, struct err_trace *trace)
{
	json_t *list = json_array();

	for (size_t i = 0; i < examination->count; i++) {
		const struct finding *f = &examination->finding[i];

		json_array_append_new(
		    list, json_pack("{s:s, s:s, s:s, s:s}", "verdict", verdict_words[f->verdict],
			      "subject", f->subject, "text", f->text, "mend", f->mend));
	}
	return cli_print_json(examination->cli, json_pack("{s:o}", "findings", list), trace);
}

enum err
doctor_run(struct cli *cli, const void *values, struct err_trace *trace)
{
	static void (*const checks[])(struct examination *) = { check_readers, check_modules,
		check_memory, check_clock, check_roster, check_copies };
	struct examination *examination = calloc(1, sizeof(*examination));
	size_t bad = 0;
	enum err err = ERR_OK;

	(void)values;
	if (examination == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	examination->cli = cli;
	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		checks[i](examination);
	for (size_t i = 0; i < examination->count; i++)
		bad += examination->finding[i].verdict == BAD ? 1 : 0;
	if (cli->line->json)
		err = print_json(examination, trace);
	else
		print_text(examination);
	free(examination);
	if (err == ERR_OK && bad > 0)
		return FAIL(trace, ERR_DENIED, "%zu %s to be mended first", bad,
		    bad == 1 ? "thing is" : "things are");
	return err;
}
