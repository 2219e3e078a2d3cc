/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The card's file: a line that names the format, fixed fields, every non-empty blob as number,
 * length and bytes, and the SHA-256 of all that. It is replaced as a whole by rename, so a process
 * that is killed leaves the old card or the new one. It is not synced: tests and practice kill
 * processes, not the machine, and an fsync an APDU would make the card as slow as the disk.
 */
#include "virtual-cards/openpgp/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"

static const char magic[] = "quorate virtual card 1\n";

enum {
	STORE_FIXED = 32,
	STORE_MAX = sizeof(magic) + STORE_FIXED + BLOB__COUNT * (3 + VCARD_BLOB_MAX) + SHA256_SIZE,
};

static void
put_fixed(struct writer *to, const struct vcard_state *state)
{
	writer_u16(to, state->profile.manufacturer);
	writer_u32(to, state->profile.serial);
	writer_u16(to, state->profile.flags);
	writer_u16(to, state->profile.private_max);
	writer_u16(to, state->profile.slow_ms);
	writer_u8(to, (uint8_t)state->profile.wrong_pin);
	writer_u8(to, state->terminated);
	writer_u8(to, state->pw1_stays);
	writer_put(to, state->tries, sizeof(state->tries));
	writer_u32(to, state->signatures);
}

static bool
take_fixed(struct cursor *from, struct vcard_state *state)
{
	uint8_t wrong_pin, terminated;

	if (!cursor_u16(from, &state->profile.manufacturer) ||
	    !cursor_u32(from, &state->profile.serial) || !cursor_u16(from, &state->profile.flags) ||
	    !cursor_u16(from, &state->profile.private_max) ||
	    !cursor_u16(from, &state->profile.slow_ms) || !cursor_u8(from, &wrong_pin) ||
	    !cursor_u8(from, &terminated) || !cursor_u8(from, &state->pw1_stays) ||
	    !cursor_copy(from, state->tries, sizeof(state->tries)) ||
	    !cursor_u32(from, &state->signatures))
		return false;
	state->profile.wrong_pin = wrong_pin;
	state->terminated = terminated == 1;
	return wrong_pin < VCARD_WRONG_PIN__COUNT && terminated <= 1;
}

static bool
take_blobs(struct cursor *from, struct vcard_state *state)
{
	uint8_t id;
	uint16_t len;

	while (from->left > 0) {
		if (!cursor_u8(from, &id) || !cursor_u16(from, &len) || id >= BLOB__COUNT ||
		    len > VCARD_BLOB_MAX || !cursor_copy(from, state->blob[id].bytes, len))
			return false;
		state->blob[id].len = len;
	}
	return true;
}

/* The file's bytes, malloc'd. */
static enum err
pack(const struct vcard_state *state, uint8_t **out, size_t *len, struct err_trace *trace)
{
	uint8_t *bytes = malloc(STORE_MAX);
	uint8_t hash[SHA256_SIZE];
	struct writer to;

	if (bytes == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the card's file");
	to = writer_into(bytes, STORE_MAX);
	writer_text(&to, magic);
	put_fixed(&to, state);
	for (unsigned id = 0; id < BLOB__COUNT; id++) {
		if (state->blob[id].len == 0)
			continue;
		writer_u8(&to, (uint8_t)id);
		writer_u16(&to, state->blob[id].len);
		writer_put(&to, state->blob[id].bytes, state->blob[id].len);
	}
	if (sha256(bytes, to.len, hash, trace) != ERR_OK) {
		free(bytes);
		return FAIL(trace, ERR_INTERNAL, "the card's file was not hashed");
	}
	writer_put(&to, hash, sizeof(hash));
	*out = bytes;
	*len = to.len;
	return ERR_OK;
}

/* Writes a file that did not exist. */
static enum err
write_new(const char *path, const uint8_t *bytes, size_t len, struct err_trace *trace)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	ssize_t done;

	if (fd < 0)
		return FAIL_ERRNO(trace, "the card's file '%s' was not made", path);
	done = write(fd, bytes, len);
	if (done >= 0 && (size_t)done < len)
		errno = ENOSPC;
	if (close(fd) != 0 || done < 0 || (size_t)done < len) {
		enum err err = FAIL_ERRNO(trace, "the card's file '%s' was not written", path);

		unlink(path);
		return err;
	}
	return ERR_OK;
}

enum err
vcard_store_create(const char *path, const struct vcard_state *state, struct err_trace *trace)
{
	enum err err = ERR_INTERNAL;
	uint8_t *bytes = NULL;
	size_t len = 0;

	err = pack(state, &bytes, &len, trace);
	if (err == ERR_OK)
		err = file_create(path, bytes, len, trace);
	free(bytes);
	return err;
}

enum err
vcard_store_write(const char *path, const struct vcard_state *state, struct err_trace *trace)
{
	enum err err = ERR_INTERNAL;
	uint8_t *bytes = NULL;
	char *beside = NULL;
	size_t len = 0;

	/* One name for each process: two drivers of one card must not write into one file. */
	if (asprintf(&beside, "%s.%ld.new", path, (long)getpid()) < 0)
		return FAIL(trace, ERR_NOMEM, "no memory for the card's file");
	err = pack(state, &bytes, &len, trace);
	if (err == ERR_OK)
		err = write_new(beside, bytes, len, trace);
	if (err == ERR_OK && rename(beside, path) != 0) {
		err = FAIL_ERRNO(trace, "the card's file '%s' was not replaced", path);
		unlink(beside);
	}
	free(bytes);
	free(beside);
	return err;
}

static enum err
unpack(const uint8_t *bytes, size_t len, struct vcard_state *state, struct err_trace *trace)
{
	uint8_t hash[SHA256_SIZE];
	struct cursor from;

	if (len < sizeof(magic) - 1 + SHA256_SIZE || memcmp(bytes, magic, sizeof(magic) - 1) != 0)
		return FAIL(trace, ERR_FORMAT, "not the file of a virtual card");
	len -= SHA256_SIZE;
	if (sha256(bytes, len, hash, trace) != ERR_OK)
		return FAIL(trace, ERR_INTERNAL, "the card's file was not hashed");
	if (memcmp(bytes + len, hash, SHA256_SIZE) != 0)
		return FAIL(trace, ERR_FORMAT, "the card's file is damaged: its checksum differs");
	from = cursor_over(bytes + sizeof(magic) - 1, len - (sizeof(magic) - 1));
	if (!take_fixed(&from, state) || !take_blobs(&from, state))
		return FAIL(trace, ERR_FORMAT, "the card's file breaks off or names unknown parts");
	return ERR_OK;
}

enum err
vcard_store_read(const char *path, struct vcard_state *state, struct err_trace *trace)
{
	enum err err = ERR_INTERNAL;
	struct vcard_state *read = calloc(1, sizeof(*read));
	char *bytes = NULL;
	size_t len = 0;

	if (read == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the card's state");
	err = file_read(path, STORE_MAX, &bytes, &len, trace);
	if (err == ERR_OK)
		err = unpack((const uint8_t *)bytes, len, read, trace);
	if (err == ERR_OK)
		*state = *read;
	free(bytes);
	free(read);
	return err;
}
