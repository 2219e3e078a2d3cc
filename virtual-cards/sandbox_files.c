/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/sandbox_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { FRESH_CARDS = 5 };

static const char *const folders[] = {
	"home/.config",
	"home/.cache",
	"home/.local/share",
	"home/.local/state",
	"tokens",
	"roster",
	"inserted",
	"robot",
};

/* Names of the environment that lead into the sandbox's folder. */
static const struct {
	const char *name;
	const char *below;
} inside[] = {
	{ "HOME", "home" },
	{ "XDG_CONFIG_HOME", "home/.config" },
	{ "XDG_CACHE_HOME", "home/.cache" },
	{ "XDG_DATA_HOME", "home/.local/share" },
	{ "XDG_STATE_HOME", "home/.local/state" },
	{ "SOFTHSM2_CONF", "softhsm2.conf" },
	{ "QUORATE_ROSTER", "roster/practice.roster" },
};

/* Names that lead out of it: sockets and configuration of programs outside. */
static const char *const outside[] = {
	"P11_KIT_SERVER_ADDRESS",
	"P11_KIT_SERVER_PID",
	"PCSCLITE_CSOCK_NAME",
	"PCSCLITE_FILTER_IGNORE_READER_NAMES",
	"PKCS11_MODULE_PATH",
	"PKCS11_PROVIDER_MODULE",
	"OPENSC_CONF",
	"OPENSSL_CONF",
	"GNUPGHOME",
	"GPG_AGENT_INFO",
	"SSH_AUTH_SOCK",
	"DBUS_SESSION_BUS_ADDRESS",
	"DBUS_SYSTEM_BUS_ADDRESS",
};

/* Where Quorate's other programs lie, from here: in the build folder, or installed. */
static const struct {
	const char *folder;
	const char *program;
} sisters[] = {
	{ ".", "virtual-card" },
	{ "../cli", "quorate" },
	{ "../agent", "quorate-agent" },
	{ "../../bin", "quorate" },
};

void
files_path(const struct sandbox *sandbox, const char *name, char out[SANDBOX_PATH])
{
	snprintf(out, SANDBOX_PATH, "%s/%s", sandbox->dir, name);
}

static enum err
write_softhsm_conf(const struct sandbox *sandbox, struct err_trace *trace)
{
	char path[SANDBOX_PATH], text[SANDBOX_PATH];
	int len;

	len = snprintf(text, sizeof(text),
	    "directories.tokendir = %s/tokens\n"
	    "objectstore.backend = file\n"
	    "log.level = ERROR\n"
	    "slots.removable = false\n",
	    sandbox->dir);
	files_path(sandbox, "softhsm2.conf", path);
	return file_replace(path, text, (size_t)len, trace);
}

enum err
files_prepare(const struct sandbox *sandbox, struct err_trace *trace)
{
	char path[SANDBOX_PATH];
	enum err err;

	files_path(sandbox, "inserted", path);
	err = file_remove_tree(path, trace);
	for (size_t i = 0; i < COUNT(folders) && err == ERR_OK; i++) {
		files_path(sandbox, folders[i], path);
		err = file_make_folder(path, trace);
	}
	if (err == ERR_OK)
		err = write_softhsm_conf(sandbox, trace);
	return err;
}

static enum err
make_card(const struct sandbox *sandbox, unsigned number, struct err_trace *trace)
{
	char program[SANDBOX_PATH + 16], file[SANDBOX_PATH], name[32], serial[16];
	const char *const argv[] = { program, "new", file, "--serial", serial, NULL };
	const struct process_start start = { .argv = argv, .pass_fd = -1, .die_with_parent = true };
	enum err err;
	pid_t pid;
	int status;

	snprintf(program, sizeof(program), "%s/virtual-card", sandbox->programs);
	snprintf(name, sizeof(name), "cards/card%u.card", number);
	snprintf(serial, sizeof(serial), "%u", number);
	files_path(sandbox, name, file);
	err = process_spawn(&start, &pid, NULL, NULL, trace);
	if (err == ERR_OK)
		err = process_wait(pid, &status, trace);
	if (err == ERR_OK && status != 0)
		err = FAIL(
		    trace, ERR_IO, "card%u could not be made (exit status %d)", number, status);
	return err;
}

enum err
files_make_cards(const struct sandbox *sandbox, struct err_trace *trace)
{
	char path[SANDBOX_PATH];
	enum err err;

	files_path(sandbox, "cards", path);
	if (access(path, F_OK) == 0)
		return ERR_OK;
	err = file_make_folder(path, trace);
	for (unsigned number = 1; number <= FRESH_CARDS && err == ERR_OK; number++)
		err = make_card(sandbox, number, trace);
	return err;
}

static enum err
set(const char *name, const char *value, struct err_trace *trace)
{
	if (setenv(name, value, 1) != 0)
		return FAIL_ERRNO(trace, "%s could not be set", name);
	return ERR_OK;
}

static void
print_folder_of(FILE *path, const char *programs, const char *folder, const char *program)
{
	char *found;
	char text[SANDBOX_PATH + 64];

	snprintf(text, sizeof(text), "%s/%s/%s", programs, folder, program);
	if (access(text, X_OK) != 0)
		return;
	snprintf(text, sizeof(text), "%s/%s", programs, folder);
	found = realpath(text, NULL);
	if (found != NULL)
		fprintf(path, "%s:", found);
	free(found);
}

/* Quorate's programs first, then the person's PATH, then where Debian keeps pcscd. */
static enum err
set_path(const struct sandbox *sandbox, struct err_trace *trace)
{
	const char *before = getenv("PATH");
	char *path = NULL;
	size_t size = 0;
	FILE *text = open_memstream(&path, &size);
	enum err err;

	if (text == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for PATH");
	for (size_t i = 0; i < COUNT(sisters); i++)
		print_folder_of(text, sandbox->programs, sisters[i].folder, sisters[i].program);
	fprintf(
	    text, "%s:/usr/sbin:/sbin", before != NULL ? before : "/usr/local/bin:/usr/bin:/bin");
	if (fclose(text) != 0)
		err = FAIL(trace, ERR_NOMEM, "no memory for PATH");
	else
		err = set("PATH", path, trace);
	free(path);
	return err;
}

static enum err
set_attendant(const struct sandbox *sandbox, struct err_trace *trace)
{
	char path[SANDBOX_PATH + 16];

	snprintf(path, sizeof(path), "%s/quorate-robot", sandbox->programs);
	return set("QUORATE_ATTENDANT", path, trace);
}

enum err
files_set_environment(const struct sandbox *sandbox, struct err_trace *trace)
{
	char path[SANDBOX_PATH];
	enum err err;

	for (size_t i = 0; i < COUNT(outside); i++)
		unsetenv(outside[i]);
	err = set("QUORATE_SANDBOX", sandbox->dir, trace);
	for (size_t i = 0; i < COUNT(inside) && err == ERR_OK; i++) {
		files_path(sandbox, inside[i].below, path);
		err = set(inside[i].name, path, trace);
	}
	if (err == ERR_OK) {
		snprintf(path, sizeof(path), "/run/user/%u", (unsigned)geteuid());
		err = set("XDG_RUNTIME_DIR", path, trace);
	}
	if (err == ERR_OK)
		err = set_attendant(sandbox, trace);
	if (err == ERR_OK)
		err = set_path(sandbox, trace);
	return err;
}
