/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quorate-sandbox [--dir DIR] [--] CMD [ARG...]
 *
 * Holds no secret, and must stay dumpable until its namespaces are made; so it does not harden
 * itself as the other programs do.
 */
#include "virtual-cards/sandbox.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/process.h"

#include "virtual-cards/sandbox_files.h"
#include "virtual-cards/sandbox_mounts.h"
#include "virtual-cards/sandbox_namespaces.h"
#include "virtual-cards/sandbox_pcscd.h"
#include "virtual-cards/sandbox_run.h"

static const char usage[] =
    "Usage: quorate sandbox [--dir DIR] [--] CMD [ARG...]\n"
    "\n"
    "Runs CMD where no real reader, HSM or roster can be reached, with a pcscd of its own, four\n"
    "virtual readers, five virtual cards, a SoftHSM token folder and a practice roster.\n"
    "\n"
    "  --dir DIR   keep the cards, tokens and roster in DIR, and go on with those that are there\n"
    "  --help      this text\n"
    "\n"
    "Inside: virtual-card list | insert NAME [READER] | eject NAME. The exit status is CMD's, or\n"
    "128 + the signal that ended it.\n";

static int
report(const struct err_trace *trace, enum err code)
{
	char line[ERR_TEXT + 64];

	for (unsigned i = trace->count; i > 0; i--) {
		err_format(&trace->frame[i - 1], line, sizeof(line));
		fprintf(
		    stderr, "%s: %s\n", i == trace->count ? "quorate sandbox" : "  because", line);
	}
	if (trace->next[0] != '\0')
		fprintf(stderr, "%s\n", trace->next);
	return err_exit_code(code);
}

/* A folder that is kept must be visible inside under the same name. */
static enum err
take_folder(struct sandbox *sandbox, const char *dir, struct err_trace *trace)
{
	char *real;
	enum err err;

	err = file_make_folder(dir, trace);
	if (err != ERR_OK)
		return err;
	real = realpath(dir, NULL);
	if (real == NULL)
		return FAIL_ERRNO(trace, "%s cannot be used", dir);
	if (strlen(real) >= sizeof(sandbox->dir))
		err = FAIL(trace, ERR_ARGUMENT, "%s: a sandbox's path has at most %d characters",
		    real, SANDBOX_DIR - 1);
	else if (mounts_would_hide(real))
		err = FAIL(trace, ERR_ARGUMENT, "%s is a place that the sandbox hides", real);
	else
		snprintf(sandbox->dir, sizeof(sandbox->dir), "%s", real);
	free(real);
	return err;
}

/* Two sandboxes on one folder would tear its cards and tokens. */
static enum err
lock_folder(const struct sandbox *sandbox, struct err_trace *trace)
{
	char path[SANDBOX_PATH];
	int fd;

	files_path(sandbox, "lock", path);
	return file_lock(path, &fd, trace); /* held until this process ends */
}

static enum err
choose_folder(struct sandbox *sandbox, const char *dir, struct err_trace *trace)
{
	enum err err;

	if (dir == NULL) {
		sandbox->in_memory = true;
		snprintf(sandbox->dir, sizeof(sandbox->dir), "%s", SANDBOX_IN_MEMORY);
		return ERR_OK;
	}
	err = take_folder(sandbox, dir, trace);
	if (err == ERR_OK)
		err = lock_folder(sandbox, trace);
	return err;
}

static enum err
furnish(const struct sandbox *sandbox, struct err_trace *trace)
{
	enum err err;

	err = namespaces_loopback_up(trace);
	if (err == ERR_OK)
		err = mounts_hide_machine(trace);
	if (err == ERR_OK && sandbox->in_memory)
		err = file_make_folder(sandbox->dir, trace);
	if (err == ERR_OK)
		err = files_prepare(sandbox, trace);
	if (err == ERR_OK)
		err = files_set_environment(sandbox, trace);
	if (err == ERR_OK)
		err = files_make_cards(sandbox, trace);
	if (err == ERR_OK)
		err = pcscd_start(sandbox, trace);
	return err;
}

/* The sandbox's first process: when it ends, the kernel ends all others. */
static int
live(const struct sandbox *sandbox, const char *const *argv, struct err_trace *trace)
{
	enum err err;
	int status = 0;

	err = furnish(sandbox, trace);
	if (err == ERR_OK)
		err = run_command(argv, &status, trace);
	return err == ERR_OK ? status : report(trace, err);
}

static enum err
start(struct sandbox *sandbox, const char *const *argv, pid_t *first, struct err_trace *trace)
{
	enum err err;

	err = namespaces_enter(trace);
	if (err == ERR_OK)
		err = run_hold_signals(trace);
	if (err != ERR_OK)
		return err;
	*first = fork();
	if (*first < 0)
		return FAIL_ERRNO(trace, "the sandbox's first process cannot be started");
	if (*first == 0) {
		/* Nothing may outlive the one who asked for it, not even after SIGKILL. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
			_exit(err_exit_code(ERR_INTERNAL));
		exit(live(sandbox, argv, trace));
	}
	return ERR_OK;
}

static int
run(const char *dir, const char *const *argv)
{
	struct err_trace trace = { 0 };
	struct sandbox sandbox = { 0 };
	pid_t first = -1;
	enum err err;

	err = process_folder(sandbox.programs, sizeof(sandbox.programs), &trace);
	if (err == ERR_OK)
		err = choose_folder(&sandbox, dir, &trace);
	if (err == ERR_OK)
		err = start(&sandbox, argv, &first, &trace);
	return err == ERR_OK ? run_wait(first) : report(&trace, err);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "dir", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *dir = NULL;
	int letter;

	while ((letter = getopt_long(argc, argv, "+d:h", options, NULL)) != -1) {
		if (letter == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (letter != 'd')
			return err_exit_code(ERR_ARGUMENT);
		dir = optarg;
	}
	if (optind == argc) {
		fputs(usage, stderr);
		return err_exit_code(ERR_ARGUMENT);
	}
	return run(dir, (const char *const *)&argv[optind]);
}
