/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/chaos/world.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/secret.h"
#include "hsm/guard.h"
#include "tests/chaos/people.h"
#include "virtual-cards/openpgp/card.h"

enum {
	WORDS_MAX = 40,
	VARIABLES_MAX = 16,
	STUCK_MS = 60000,
	LINGER_MS = 15000,
	READ_MAX = 1 << 24,
	NEW_CARD_SERIAL = 99
};

/* ---- Files --------------------------------------------------------------------------------- */

static void
must(enum err err, const struct err_trace *trace, const char *what)
{
	if (err == ERR_OK)
		return;
	fprintf(stderr, "chaos: %s: %s\n", what,
	    trace->count == 0 ? err_word(err) : trace->frame[0].text);
	exit(2);
}

static const char *
at(const struct world *world, const char *name, char out[WORLD_FILE])
{
	(void)snprintf(out, WORLD_FILE, "%s/%s", world->dir, name);
	return out;
}

static void put(const struct world *world, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
put(const struct world *world, const char *name, const char *fmt, ...)
{
	char path[WORLD_FILE], text[2 * WORLD_FILE];
	struct err_trace trace = { 0 };
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	must(file_replace(at(world, name, path), text, (size_t)len, &trace), &trace, name);
}

static void
make_folder(const struct world *world, const char *name)
{
	char path[WORLD_FILE];
	struct err_trace trace = { 0 };

	must(file_make_folder(at(world, name, path), &trace), &trace, name);
}

/* What names the world's own place, so that a copy needs its own. */
static void
settle(const struct world *world)
{
	put(world, "softhsm2.conf",
	    "directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n",
	    world->dir);
	/* Not shut in: the agent's readers are files of the world. */
	put(world, "home/.config/quorate/modules.conf", "softhsm = off:%s\n", CHAOS_MODULE);
	put(world, "fake/reader0", "%s", "");
}

static void
make_card(const struct world *world, const char *custodian, uint32_t serial)
{
	char name[64], path[WORLD_FILE];
	struct vcard_profile profile = vcard_profile_default(serial);
	struct err_trace trace = { 0 };

	(void)snprintf(name, sizeof(name), "cards/%s.card", custodian);
	must(vcard_create(at(world, name, path), &profile, &trace), &trace, name);
}

void
world_make(struct world *world, const char *const *custodians)
{
	static const char *const folders[] = { "home/.config/quorate", "cards", "fake", "run",
		"tokens", "out" };

	world_remove(world);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		make_folder(world, folders[i]);
	settle(world);
	for (uint32_t i = 0; custodians[i] != NULL; i++)
		make_card(world, custodians[i], i + 1);
}

void
world_new_card(const struct world *world, const char *custodian)
{
	char name[64], path[WORLD_FILE];

	(void)snprintf(name, sizeof(name), "cards/%s.card", custodian);
	(void)unlink(at(world, name, path));
	make_card(world, custodian, NEW_CARD_SERIAL);
}

void
world_copy(const struct world *from, struct world *to)
{
	struct err_trace trace = { 0 };

	world_remove(to);
	must(file_copy_tree(from->dir, to->dir, &trace), &trace, "snapshot");
	settle(to);
	to->commands = from->commands;
}

static void
copy_part(const struct world *from, const struct world *to, const char *name)
{
	char a[WORLD_FILE], b[WORLD_FILE];
	struct err_trace trace = { 0 };

	must(file_remove_tree(at(to, name, b), &trace), &trace, name);
	must(file_copy_tree(at(from, name, a), b, &trace), &trace, name);
}

bool
world_has(const struct world *world, const char *name)
{
	char path[WORLD_FILE];

	return access(at(world, name, path), F_OK) == 0;
}

void
world_bring(const struct world *from, struct world *to)
{
	char path[WORLD_FILE];
	unsigned long len;

	copy_part(from, to, "cards");
	copy_part(from, to, "tokens");
	if (world_has(from, WORLD_SHEET)) {
		struct err_trace trace = { 0 };
		char *text = world_read(at(from, WORLD_SHEET, path), &len);

		must(file_replace(at(to, WORLD_SHEET, path), text, len, &trace), &trace, path);
		free(text);
	}
}

void
world_remove(const struct world *world)
{
	struct err_trace trace = { 0 };

	must(file_remove_tree(world->dir, &trace), &trace, world->dir);
}

char *
world_read(const char *path, unsigned long *len)
{
	struct err_trace trace = { 0 };
	char *text = NULL;
	size_t size = 0;

	must(file_read(path, READ_MAX, &text, &size, &trace), &trace, path);
	*len = size;
	return text;
}

/* ---- Commands ------------------------------------------------------------------------------ */

void
world_said(const struct world *world, char out[WORLD_FILE])
{
	(void)snprintf(out, WORLD_FILE, "%s/out/%03u", world->dir, world->commands);
}

static void set(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void
set(const char *name, const char *fmt, ...)
{
	char value[3 * WORLD_FILE];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(value, sizeof(value), fmt, args);
	va_end(args);
	(void)setenv(name, value, 1);
}

/* Nothing of the environment that the tests run in comes along, but what finds programs. */
static void
set_environment(const struct world *world, const struct world_run *run)
{
	const char *path = getenv("PATH");
	char kept[4096];

	(void)snprintf(kept, sizeof(kept), "%s", path == NULL ? "/usr/bin:/bin" : path);
	(void)clearenv();
	set("PATH", "%s", kept);
	set("HOME", "%s/home", world->dir);
	set("XDG_RUNTIME_DIR", "%s/run", world->dir);
	set("SOFTHSM2_CONF", "%s/softhsm2.conf", world->dir);
	set("QUORATE_ATTENDANT", "%s", CHAOS_ATTENDANT);
	set("QUORATE_FAKE_CARDS", "%s/fake", world->dir);
	set("QUORATE_P11_REAL", "%s", CHAOS_SOFTHSM);
	set("QUORATE_P11_PINS", "%s", world->pins);
	set("QUORATE_POINTS_TOKENS", "%s/tokens/", world->dir);
	set("LD_PRELOAD", "%s %s", CHAOS_WRITES, CHAOS_PCSC);
	if (run == NULL)
		return;
	if (run->absent != NULL)
		set("QUORATE_CHAOS_ABSENT", "%s", run->absent);
	if (run->count != NULL)
		set("QUORATE_POINTS_LOG", "%s", run->count);
	if (run->fault.variable != NULL)
		set(run->fault.variable, "%s", run->fault.value);
}

static void
redirect(const struct world *world)
{
	char path[WORLD_FILE];
	int in = open("/dev/null", O_RDONLY);
	int out;

	world_said(world, path);
	out = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(126);
	close(in);
	close(out);
}

static void
become_quorate(const struct world *world, const char *words, const struct world_run *run)
{
	char *argv[WORDS_MAX + 1] = { strdup(CHAOS_QUORATE) };
	char *rest = strdup(words), *word;
	int count = 1;

	redirect(world);
	printf("$ quorate %s\n", words);
	(void)fflush(stdout);
	while (count < WORDS_MAX && (word = strsep(&rest, " ")) != NULL) {
		for (char *blank = word; (blank = strchr(blank, '~')) != NULL;)
			*blank = ' ';
		argv[count++] = word;
	}
	argv[count] = NULL;
	set_environment(world, run);
	if (chdir(world->dir) != 0 || setsid() < 0)
		_exit(126);
	(void)execv(argv[0], argv);
	_exit(127);
}

/* Those who were left behind became our children (PR_SET_CHILD_SUBREAPER). */
static void
kill_children(void)
{
	char path[64], text[4096] = "";
	int fd;
	ssize_t len;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	for (char *next = text; len > 0 && *next != '\0';) {
		pid_t pid = (pid_t)strtol(next, &next, 10);

		if (pid > 1)
			(void)kill(pid, SIGKILL);
		next += strspn(next, " \n");
	}
}

/* Buries everybody; false when some had to be killed first. */
static bool
bury_the_rest(void)
{
	int64_t until = clock_boot_ms() + LINGER_MS;
	bool by_themselves = true;

	for (;;) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0 && errno == ECHILD)
			return by_themselves;
		if (pid != 0)
			continue;
		if (clock_boot_ms() > until) {
			by_themselves = false;
			kill_children();
		}
		(void)poll(NULL, 0, 1);
	}
}

/* 128 + signal as a shell says it; WORLD_STUCK when it had to be killed. */
static int
wait_for(pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };
	bool stuck = poll(&ended, 1, STUCK_MS) == 0;
	int status = 0;

	if (stuck)
		(void)kill(pid, SIGKILL);
	close(pidfd);
	if (waitpid(pid, &status, 0) != pid)
		return WORLD_STUCK;
	if (stuck)
		return WORLD_STUCK;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int
world_quorate(struct world *world, const char *words, const struct world_run *run)
{
	int status;
	pid_t pid;

	world->commands++;
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0)
		become_quorate(world, words, run);
	if (pid < 0)
		must(ERR_INTERNAL, &(struct err_trace){ 0 }, "fork");
	status = wait_for(pid);
	return bury_the_rest() ? status : WORLD_OUTLIVED;
}

/* The object in what `... --json` said, behind the line that names the command. */
json_t *
world_last_json(const struct world *world)
{
	char path[WORLD_FILE];
	unsigned long len;
	char *text;
	json_t *value = NULL;
	const char *begin;

	world_said(world, path);
	text = world_read(path, &len);
	begin = strchr(text, '{');
	if (begin != NULL)
		value = json_loads(begin, JSON_DISABLE_EOF_CHECK, NULL);
	free(text);
	return value;
}

/* ---- Tokens -------------------------------------------------------------------------------- */

static bool
takes_pin(const char *serial)
{
	struct token_proof proof = { .module_path = CHAOS_SOFTHSM,
		.serial = serial,
		.attempt = { .who = TOKEN_USER, .even_if_low = true } };
	enum token_verdict verdict = TOKEN_PIN_WRONG;
	struct secret *pin = NULL;
	bool right = false;

	if (people_pin(NULL, &pin, NULL) == ERR_OK) {
		proof.attempt.pin = pin;
		right =
		    token_prove_pin(&proof, &verdict, NULL) == ERR_OK && verdict == TOKEN_PIN_RIGHT;
	}
	secret_free(pin);
	return right;
}

bool
world_token_is_as_before(const struct world *world, const char *serial)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		set_environment(world, NULL);
		(void)unsetenv("LD_PRELOAD");
		_exit(takes_pin(serial) ? 0 : 1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}
