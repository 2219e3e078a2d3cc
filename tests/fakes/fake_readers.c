/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fakes/fake_readers.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fake_reader readers[FAKE_READERS];

static const char *
folder(void)
{
	return getenv("QUORATE_FAKE_CARDS");
}

static void
entry_path(unsigned index, char out[FAKE_PATH])
{
	(void)snprintf(out, FAKE_PATH, "%s/reader%u", folder(), index);
}

/* The content of a file that holds a path. */
static void
read_path(const char *entry, char out[FAKE_PATH])
{
	int fd = open(entry, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, out, FAKE_PATH - 1);

	if (fd >= 0)
		close(fd);
	out[len > 0 ? len : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
}

/* The card that an entry names, as an absolute path; "" when that is no file. */
static void
card_of(const char *entry, bool is_link, char out[FAKE_PATH])
{
	char *real;

	if (is_link)
		(void)snprintf(out, FAKE_PATH, "%s", entry);
	else
		read_path(entry, out);
	real = out[0] == '\0' ? NULL : realpath(out, NULL);
	(void)snprintf(out, FAKE_PATH, "%s", real == NULL ? "" : real);
	free(real);
}

static struct fake_stamp
stamp_of(const struct stat *status)
{
	return (struct fake_stamp){ status->st_ino, status->st_mtim };
}

static bool
same(const struct fake_stamp *a, const struct fake_stamp *b)
{
	return a->inode == b->inode && a->time.tv_sec == b->time.tv_sec &&
	       a->time.tv_nsec == b->time.tv_nsec;
}

/* What all processes know of a reader, in the file .readerN beside its entry. */
struct shared {
	struct fake_stamp entry;
	unsigned events;
};

/*
 * The reader's count of events, the same for whoever asks, as the real pcscd's is: who first sees
 * an entry counts it. An odd count is "in".
 */
static unsigned
count_event(unsigned index, const struct fake_stamp *entry, bool in)
{
	struct shared shared = { .events = 0 };
	char path[FAKE_PATH];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/.reader%u", folder(), index);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return in ? 1 : 0;
	(void)flock(fd, LOCK_EX);
	if (pread(fd, &shared, sizeof(shared), 0) != (ssize_t)sizeof(shared))
		shared = (struct shared){ .events = 0 };
	if (!same(&shared.entry, entry)) {
		/* A card exchanged between two looks came and went. */
		shared.events += (shared.events % 2 == 1) == in ? 2 : 1;
		shared.entry = *entry;
		(void)!pwrite(fd, &shared, sizeof(shared), 0);
	}
	close(fd);
	return shared.events & 0xFFFF;
}

static void
drop_card(struct fake_reader *reader)
{
	slot_close(reader->slot);
	reader->slot = NULL;
}

static void
refresh_one(unsigned index)
{
	struct fake_reader *reader = &readers[index];
	char entry[FAKE_PATH], card[FAKE_PATH] = "";
	struct stat status = { 0 };
	struct fake_stamp stamp;

	entry_path(index, entry);
	reader->there = lstat(entry, &status) == 0;
	stamp = stamp_of(&status);
	if (reader->there)
		card_of(entry, S_ISLNK(status.st_mode), card);
	if (reader->name[0] == '\0') {
		(void)snprintf(reader->name, FAKE_NAME, "Fake Reader %02u 00", index);
		reader->share_lock = reader->turn_lock = -1;
	}
	if (strcmp(card, reader->card_file) == 0 &&
	    (card[0] == '\0' || same(&stamp, &reader->entry)))
		return;
	drop_card(reader);
	reader->events = count_event(index, &stamp, card[0] != '\0');
	reader->entry = stamp;
	memcpy(reader->card_file, card, sizeof(card));
}

bool
fake_readers_refresh(void)
{
	if (folder() == NULL || access(folder(), R_OK) != 0)
		return false;
	for (unsigned i = 0; i < FAKE_READERS; i++)
		refresh_one(i);
	return true;
}

struct fake_reader *
fake_readers_find(const char *name)
{
	for (unsigned i = 0; i < FAKE_READERS; i++) {
		if (readers[i].there && strcmp(readers[i].name, name) == 0)
			return &readers[i];
	}
	return NULL;
}

struct fake_reader *
fake_readers_at(unsigned index)
{
	return &readers[index];
}

void
fake_reader_remember(struct fake_reader *reader)
{
	struct stat status = { 0 };

	(void)!stat(reader->card_file, &status);
	reader->left = stamp_of(&status);
}

static bool
was_used_by_another(const struct fake_reader *reader)
{
	struct stat status;
	struct fake_stamp now;

	if (stat(reader->card_file, &status) != 0)
		return false;
	now = stamp_of(&status);
	return !same(&now, &reader->left);
}

bool
fake_reader_power(struct fake_reader *reader)
{
	if (reader->slot == NULL && slot_open(reader->card_file, &reader->slot, NULL) != ERR_OK) {
		reader->slot = NULL;
		return false;
	}
	fake_reader_remember(reader);
	return true;
}

/* A lock beside the entries, for the processes that use this reader. */
static int
open_lock(const struct fake_reader *reader, const char *what)
{
	char path[FAKE_PATH];

	(void)snprintf(
	    path, sizeof(path), "%s/.%s%u", folder(), what, (unsigned)(reader - readers));
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

bool
fake_reader_take(struct fake_reader *reader, bool exclusive)
{
	if (reader->connections > 0) {
		if (exclusive || reader->exclusive)
			return false;
		reader->connections++;
		return true;
	}
	reader->share_lock = open_lock(reader, "share");
	reader->turn_lock = open_lock(reader, "turn");
	if (reader->share_lock < 0 || reader->turn_lock < 0 ||
	    flock(reader->share_lock, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
		reader->connections = 1;
		fake_reader_leave(reader);
		return false;
	}
	reader->connections = 1;
	reader->exclusive = exclusive;
	return true;
}

void
fake_reader_leave(struct fake_reader *reader)
{
	reader->connections--;
	if (reader->connections > 0)
		return;
	drop_card(reader);
	reader->exclusive = false;
	if (reader->share_lock >= 0)
		close(reader->share_lock);
	if (reader->turn_lock >= 0)
		close(reader->turn_lock);
	reader->share_lock = reader->turn_lock = -1;
}

bool
fake_reader_begin(struct fake_reader *reader)
{
	if (reader->turn_lock >= 0)
		(void)flock(reader->turn_lock, LOCK_EX);
	if (reader->slot == NULL || !was_used_by_another(reader))
		return true;
	if (slot_reset(reader->slot, NULL) != ERR_OK)
		drop_card(reader);
	fake_reader_remember(reader);
	return false;
}

void
fake_reader_end(struct fake_reader *reader)
{
	if (reader->turn_lock >= 0)
		(void)flock(reader->turn_lock, LOCK_UN);
}

void
fake_reader_pull(struct fake_reader *reader)
{
	char entry[FAKE_PATH], empty[FAKE_PATH + 8];
	int fd;

	entry_path((unsigned)(reader - readers), entry);
	(void)snprintf(empty, sizeof(empty), "%s.empty", entry);
	fd = open(empty, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	(void)!rename(empty, entry);
	(void)fake_readers_refresh();
}

size_t
fake_reader_atr(const struct fake_reader *reader, uint8_t out[VCARD_ATR_MAX])
{
	struct slot *slot = NULL;
	size_t len = 0;

	if (reader->slot != NULL)
		return slot_atr(reader->slot, out);
	if (slot_open(reader->card_file, &slot, NULL) == ERR_OK)
		len = slot_atr(slot, out);
	slot_close(slot);
	return len;
}
