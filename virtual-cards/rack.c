/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/rack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "virtual-cards/serve.h"

enum { RACK_FILE_MAX = 4096, WAIT_MS = 5000, POLL_MS = 5, NOTICE_MS = 600 };

static void
inserted_path(const struct rack *rack, unsigned index, char out[RACK_PATH])
{
	(void)snprintf(out, RACK_PATH, "%s/inserted/%u", rack->folder, index);
}

/* An unlocked file is left over from a process that ended by itself. */
static bool
is_held(int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return true;
	(void)flock(fd, LOCK_UN);
	return false;
}

static void
load_inserted(const struct rack *rack, struct rack_reader *reader)
{
	char path[RACK_PATH], line[RACK_NAME + 32];
	ssize_t len;
	int fd;

	inserted_path(rack, reader->index, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	len = read(fd, line, sizeof(line) - 1);
	if (len > 0 && is_held(fd)) {
		line[len] = '\0';
		if (sscanf(line, "%ld %63s", &reader->server, reader->card) != 2)
			reader->card[0] = '\0';
	}
	close(fd);
}

static bool
take_reader(struct rack *rack, const char *line)
{
	struct rack_reader *reader = &rack->reader[rack->count];
	unsigned port;

	if (sscanf(line, "%u %u %63[^\n]", &reader->index, &port, reader->name) != 3 ||
	    port > UINT16_MAX)
		return false;
	reader->port = (uint16_t)port;
	load_inserted(rack, reader);
	rack->count++;
	return true;
}

static enum err
load_readers(struct rack *rack, struct err_trace *trace)
{
	char path[RACK_PATH];
	char *text = NULL, *at;
	size_t len;
	enum err err;

	(void)snprintf(path, sizeof(path), "%s/readers", rack->folder);
	err = file_read(path, RACK_FILE_MAX, &text, &len, trace);
	if (err != ERR_OK)
		return err;
	for (at = text; at != NULL && *at != '\0' && rack->count < RACK_READERS;) {
		char *end = strchr(at, '\n');

		if (!take_reader(rack, at)) {
			err = FAIL(
			    trace, ERR_FORMAT, "'%s' does not say what readers there are", path);
			break;
		}
		at = end == NULL ? NULL : end + 1;
	}
	free(text);
	return err;
}

enum err
rack_load(struct rack *out, struct err_trace *trace)
{
	struct rack rack = { .folder = getenv("QUORATE_SANDBOX") };
	enum err err;

	if (rack.folder == NULL || strlen(rack.folder) > RACK_PATH / 2) {
		err_next(trace, "Virtual cards are inserted inside a sandbox: "
				"run `quorate sandbox -- sh`, and there this command.");
		return FAIL(trace, ERR_NOT_NOW, "this is no sandbox: QUORATE_SANDBOX is not set");
	}
	err = load_readers(&rack, trace);
	if (err == ERR_OK)
		*out = rack;
	return err;
}

enum err
rack_card_file(
    const struct rack *rack, const char *name, char out[RACK_PATH], struct err_trace *trace)
{
	char path[RACK_PATH];

	if (*name == '\0' || strlen(name) >= RACK_NAME || strpbrk(name, "/ \t\n") != NULL)
		return FAIL(trace, ERR_ARGUMENT, "'%s' cannot be a card's name", name);
	(void)snprintf(path, sizeof(path), "%s/cards/%s.card", rack->folder, name);
	if (access(path, F_OK) != 0) {
		err_next(trace, "`virtual-card list` shows the cards there are.");
		return FAIL(trace, ERR_ABSENT, "there is no card '%s' in this sandbox", name);
	}
	memcpy(out, path, sizeof(path));
	return ERR_OK;
}

static const struct rack_reader *
reader_with(const struct rack *rack, const char *card)
{
	for (unsigned i = 0; i < rack->count; i++) {
		if (strcmp(rack->reader[i].card, card) == 0)
			return &rack->reader[i];
	}
	return NULL;
}

/* By index or by name. */
static const struct rack_reader *
reader_called(const struct rack *rack, const char *called)
{
	char index[16];

	for (unsigned i = 0; i < rack->count; i++) {
		(void)snprintf(index, sizeof(index), "%u", rack->reader[i].index);
		if (strcmp(called, index) == 0 || strcmp(called, rack->reader[i].name) == 0)
			return &rack->reader[i];
	}
	return NULL;
}

static enum err
choose_reader(const struct rack *rack, const char *called, const struct rack_reader **out,
    struct err_trace *trace)
{
	const struct rack_reader *found =
	    called == NULL ? reader_with(rack, "") : reader_called(rack, called);

	if (found == NULL && called == NULL) {
		err_next(trace, "Take a card out first: `virtual-card eject NAME`.");
		return FAIL(trace, ERR_NOT_NOW, "all %u readers hold a card", rack->count);
	}
	if (found == NULL)
		return FAIL(trace, ERR_ABSENT, "there is no reader '%s'", called);
	if (found->card[0] != '\0') {
		err_next(trace, "Take it out first: `virtual-card eject %s`.", found->card);
		return FAIL(trace, ERR_NOT_NOW, "reader %u (%s) holds the card '%s'", found->index,
		    found->name, found->card);
	}
	*out = found;
	return ERR_OK;
}

/* pcscd polls: a card that is back sooner was never away, and its reset is missed. */
static void
let_pcscd_notice(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = NOTICE_MS * 1000000L }, NULL);
}

/* A file that nobody removed: the card that was in was pulled by a fault, perhaps just now. */
static bool
was_pulled(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && status.st_size > 0;
}

/* The lock that says that the card is in; inherited by the process that serves it. */
static enum err
claim(const struct rack *rack, const struct rack_reader *reader, int *fd, struct err_trace *trace)
{
	char path[RACK_PATH];
	int made;

	inserted_path(rack, reader->index, path);
	made = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (made < 0)
		return FAIL_ERRNO(trace, "'%s' was not made", path);
	if (flock(made, LOCK_EX | LOCK_NB) != 0) {
		close(made);
		return FAIL(
		    trace, ERR_NOT_NOW, "another card came into reader %u first", reader->index);
	}
	if (was_pulled(made))
		let_pcscd_notice();
	*fd = made;
	return ERR_OK;
}

static enum err
insert_into(const struct rack *rack, const char *name, const struct rack_reader *reader,
    struct err_trace *trace)
{
	struct serve_order order = { .name = name, .port = reader->port };
	char file[RACK_PATH], path[RACK_PATH];
	enum err err;

	err = rack_card_file(rack, name, file, trace);
	if (err == ERR_OK)
		err = claim(rack, reader, &order.inserted_fd, trace);
	if (err != ERR_OK)
		return err;
	inserted_path(rack, reader->index, path);
	order.card_file = file;
	order.inserted_file = path;
	err = serve_in_background(&order, trace);
	if (err != ERR_OK)
		unlink(path);
	close(order.inserted_fd);
	return err;
}

/* Two who insert the same card at once: one after the other. */
static enum err
lock_rack(const struct rack *rack, int *fd, struct err_trace *trace)
{
	char path[RACK_PATH];
	int made;

	(void)snprintf(path, sizeof(path), "%s/inserted", rack->folder);
	if (file_make_folder(path, trace) != ERR_OK)
		return FAIL(trace, ERR_IO, "'%s' was not made", path);
	made = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (made < 0 || flock(made, LOCK_EX) != 0) {
		enum err err = FAIL_ERRNO(trace, "'%s' was not locked", path);

		if (made >= 0)
			close(made);
		return err;
	}
	*fd = made;
	return ERR_OK;
}

enum err
rack_insert(const struct rack *rack, const char *name, const char *called, struct err_trace *trace)
{
	const struct rack_reader *reader = NULL, *in;
	struct rack now;
	int lock = -1;
	enum err err;

	err = lock_rack(rack, &lock, trace);
	if (err == ERR_OK)
		err = rack_load(&now, trace);
	if (err == ERR_OK && (in = reader_with(&now, name)) != NULL)
		err = FAIL(trace, ERR_NOT_NOW, "the card '%s' is in reader %u (%s) already", name,
		    in->index, in->name);
	if (err == ERR_OK)
		err = choose_reader(&now, called, &reader, trace);
	if (err == ERR_OK)
		err = insert_into(&now, name, reader, trace);
	if (lock >= 0)
		close(lock);
	return err;
}

static enum err
wait_until_gone(const char *path, struct err_trace *trace)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	int64_t end = clock_boot_ms() + WAIT_MS;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool held = fd >= 0 && is_held(fd);

	while (held && clock_boot_ms() < end) {
		nanosleep(&pause, NULL);
		held = is_held(fd);
	}
	if (fd >= 0)
		close(fd);
	if (held)
		return FAIL(trace, ERR_TIMEOUT, "the card did not come out of its reader");
	unlink(path);
	return ERR_OK;
}

enum err
rack_eject(const struct rack *rack, const char *name, struct err_trace *trace)
{
	const struct rack_reader *reader = NULL;
	char path[RACK_PATH];
	enum err err;

	err = rack_card_file(rack, name, path, trace);
	if (err != ERR_OK)
		return err;
	reader = reader_with(rack, name);
	if (reader == NULL)
		return FAIL(trace, ERR_NOT_NOW, "the card '%s' is in no reader", name);
	if (kill((pid_t)reader->server, SIGTERM) != 0 && errno != ESRCH)
		return FAIL_ERRNO(trace, "the card '%s' cannot be taken out", name);
	inserted_path(rack, reader->index, path);
	err = wait_until_gone(path, trace);
	let_pcscd_notice();
	return err;
}

static int
is_card(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 5 && strcmp(entry->d_name + len - 5, ".card") == 0;
}

enum err
rack_each(const struct rack *rack, rack_show *show, void *context, struct err_trace *trace)
{
	struct dirent **entries = NULL;
	char path[RACK_PATH], name[RACK_NAME];
	int count;

	(void)snprintf(path, sizeof(path), "%s/cards", rack->folder);
	count = scandir(path, &entries, is_card, alphasort);
	if (count < 0)
		return FAIL_ERRNO(trace, "the cards in '%s' cannot be listed", path);
	for (int i = 0; i < count; i++) {
		size_t len = strlen(entries[i]->d_name) - 5;

		(void)snprintf(name, sizeof(name), "%.*s", (int)len, entries[i]->d_name);
		if (rack_card_file(rack, name, path, NULL) == ERR_OK)
			show(name, path, reader_with(rack, name), context);
		free(entries[i]);
	}
	free(entries);
	return ERR_OK;
}
