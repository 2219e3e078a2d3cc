/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/use_record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/json.h"

struct use_record {
	FILE *file;
	char *line;
	size_t size;
	json_t *json;
	struct use_record_place place;
	int64_t whole; /* bytes of whole lines read */
};

static enum err
print_path(char out[USE_RECORD_PATH], const char *state_dir, const char *roster, const char *file,
    struct err_trace *trace)
{
	int len = snprintf(out, USE_RECORD_PATH, "%s/activations/%s%s%s%s", state_dir, roster,
	    file == NULL ? "" : "/", file == NULL ? "" : file, file == NULL ? "" : ".uses");

	if (len > 0 && len < USE_RECORD_PATH)
		return ERR_OK;
	return FAIL(trace, ERR_ARGUMENT, "the path of the state folder is too long");
}

enum err
use_record_folder(
    const char *state_dir, const char *roster, char out[USE_RECORD_PATH], struct err_trace *trace)
{
	return print_path(out, state_dir, roster, NULL, trace);
}

enum err
use_record_path(const char *state_dir, const struct use_record_opening *opening,
    char out[USE_RECORD_PATH], struct err_trace *trace)
{
	return print_path(out, state_dir, opening->roster, opening->activation, trace);
}

json_t *
use_record_text(const char *text)
{
	json_t *whole = json_string(text);
	char *plain;

	if (whole != NULL && strpbrk(text, "\n\r\t") == NULL)
		return whole;
	json_decref(whole);
	plain = strdup(text);
	for (char *at = plain; at != NULL && *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	whole = plain == NULL ? NULL : json_string(plain);
	free(plain);
	return whole;
}

static enum err
put_newline(char *canonical, char **line, size_t *len, struct err_trace *trace)
{
	size_t length = strlen(canonical);
	char *longer;

	if (length + 1 > USE_RECORD_LINE) {
		free(canonical);
		return FAIL(trace, ERR_ARGUMENT, "a line of the record would be too long");
	}
	longer = realloc(canonical, length + 2);
	if (longer == NULL) {
		free(canonical);
		return FAIL(trace, ERR_NOMEM, "no memory for a line of the record");
	}
	longer[length] = '\n';
	longer[length + 1] = '\0';
	*line = longer;
	*len = length + 1;
	return ERR_OK;
}

enum err
use_record_chain(
    struct use_record_place *place, json_t *body, char **line, size_t *len, struct err_trace *trace)
{
	struct use_record_place next = { .n = place->n + 1 };
	char prev[2 * SHA256_SIZE + 1];
	char *canonical = NULL;
	enum err err;

	hex_encode(place->head, SHA256_SIZE, prev);
	if (body == NULL || json_object_set_new(body, "n", json_integer(next.n)) != 0 ||
	    json_object_set_new(body, "prev", json_string(prev)) != 0 ||
	    json_object_set_new(body, "time", json_integer(clock_utc())) != 0) {
		json_decref(body);
		return FAIL(trace, ERR_NOMEM, "no memory for a line of the record");
	}
	err = json_canonical(body, &canonical, trace);
	json_decref(body);
	if (err == ERR_OK)
		err = sha256(canonical, strlen(canonical), next.head, trace);
	if (err != ERR_OK) {
		free(canonical);
		return err;
	}
	err = put_newline(canonical, line, len, trace);
	if (err == ERR_OK)
		*place = next;
	return err;
}

static json_t *
pack_opening(const struct use_record_opening *opening)
{
	return json_pack("{s:s, s:i, s:s, s:s, s:o, s:s*, s:o*, s:o, s:O, s:O}", "kind", "open",
	    "v", USE_RECORD_VERSION, "roster", opening->roster, "activation", opening->activation,
	    "quorum", use_record_text(opening->quorum), "token", opening->token, "purpose",
	    opening->purpose == NULL ? NULL : use_record_text(opening->purpose), "by",
	    use_record_text(opening->by), "cards", opening->cards, "bounds", opening->bounds);
}

enum err
use_record_create(
    const char *path, const struct use_record_opening *opening, struct err_trace *trace)
{
	struct use_record_place place = { .n = 0 };
	char folder[USE_RECORD_PATH];
	char *line = NULL;
	size_t len = 0;
	enum err err = use_record_chain(&place, pack_opening(opening), &line, &len, trace);

	if (err != ERR_OK)
		return err;
	snprintf(folder, sizeof(folder), "%s", path);
	*strrchr(folder, '/') = '\0';
	err = file_make_folder(folder, trace);
	if (err == ERR_OK)
		err = file_create(path, line, len, trace);
	free(line);
	return err;
}

static enum err
record_over(int fd, const char *path, struct use_record **out, struct err_trace *trace)
{
	struct use_record *record = calloc(1, sizeof(*record));

	if (record != NULL)
		record->file = fdopen(fd, "r");
	if (record == NULL || record->file == NULL) {
		close(fd);
		free(record);
		return FAIL(trace, ERR_NOMEM, "no memory to read %s", path);
	}
	*out = record;
	return ERR_OK;
}

enum err
use_record_open(const char *path, struct use_record **out, struct err_trace *trace)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 && errno == ENOENT)
		return FAIL(trace, ERR_ABSENT, "there is no record %s", path);
	if (fd < 0)
		return FAIL_ERRNO(trace, "the record %s cannot be read", path);
	return record_over(fd, path, out, trace);
}

void
use_record_close(struct use_record *record)
{
	if (record == NULL)
		return;
	fclose(record->file);
	json_decref(record->json);
	free(record->line);
	free(record);
}

/* Line `n` in hand must say so, and follow from the one before. */
static enum err
check_chain(const struct use_record *record, int64_t n, struct err_trace *trace)
{
	uint8_t prev[SHA256_SIZE];
	int64_t said = 0;
	enum err err = json_get_int(record->json, "n", 1, INT64_MAX, &said, trace);

	if (err == ERR_OK)
		err = json_get_hex(record->json, "prev", prev, sizeof(prev), trace);
	if (err != ERR_OK)
		return err;
	if (said == n && memcmp(prev, record->place.head, sizeof(prev)) == 0)
		return ERR_OK;
	return FAIL(trace, ERR_FORMAT, "it does not follow from the line before");
}

static enum err
read_line(struct use_record *record, size_t len, struct err_trace *trace)
{
	struct use_record_place next = { .n = record->place.n + 1 };
	enum err err;

	json_decref(record->json);
	record->json = NULL;
	err = json_parse_canonical(record->line, len, USE_RECORD_LINE, &record->json, trace);
	if (err == ERR_OK)
		err = check_chain(record, next.n, trace);
	if (err == ERR_OK)
		err = sha256(record->line, len, next.head, trace);
	if (err != ERR_OK)
		return FAIL(
		    trace, ERR_FORMAT, "line %lld of the record is damaged", (long long)next.n);
	record->place = next;
	return ERR_OK;
}

enum err
use_record_next(
    struct use_record *record, struct use_record_entry *out, bool *more, struct err_trace *trace)
{
	ssize_t len = getline(&record->line, &record->size, record->file);
	enum err err;

	if (len < 0 && ferror(record->file))
		return FAIL_ERRNO(trace, "the record cannot be read");
	/* Pages of a line, or of several, that a crash kept from the disk are zeros. */
	if (len <= 0 || record->line[len - 1] != '\n' ||
	    memchr(record->line, '\0', (size_t)len) != NULL) {
		*more = false;
		return ERR_OK;
	}
	record->line[len - 1] = '\0';
	err = read_line(record, (size_t)len - 1, trace);
	if (err != ERR_OK)
		return err;
	record->whole += len;
	*out = (struct use_record_entry){ .line = record->line,
		.len = (size_t)len - 1,
		.json = record->json,
		.kind = json_string_value(json_object_get(record->json, "kind")),
		.place = record->place };
	if (out->kind == NULL)
		return FAIL(trace, ERR_FORMAT, "line %lld of the record has no kind",
		    (long long)record->place.n);
	*more = true;
	return ERR_OK;
}

/* Reads to the end of the whole lines, and cuts off a torn one: nobody was answered for it. */
static enum err
seek_end(int fd, const char *path, struct use_record_place *place, struct err_trace *trace)
{
	struct use_record *record = NULL;
	struct use_record_entry entry;
	bool more = true;
	enum err err = use_record_open(path, &record, trace);

	while (err == ERR_OK && more)
		err = use_record_next(record, &entry, &more, trace);
	if (err == ERR_OK && ftruncate(fd, record->whole) != 0)
		err = FAIL_ERRNO(trace, "the record %s cannot be written", path);
	if (err == ERR_OK)
		*place = record->place;
	use_record_close(record);
	return err;
}

static bool
lock_whole(int fd, int command, struct flock *lock)
{
	*lock = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
	return fcntl(fd, command, lock) == 0;
}

enum err
use_record_take(const char *path, struct use_record_place *place, int *fd, struct err_trace *trace)
{
	int opened = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct flock lock;
	enum err err;

	if (opened < 0)
		return FAIL_ERRNO(trace, "the record %s cannot be written", path);
	if (lock_whole(opened, F_OFD_SETLK, &lock))
		err = seek_end(opened, path, place, trace);
	else
		err = FAIL(trace, ERR_NOT_NOW, "the record %s belongs to another agent", path);
	if (err == ERR_OK)
		*fd = opened;
	else
		close(opened);
	return err;
}

bool
use_record_is_held(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct flock lock;
	bool held;

	if (fd < 0)
		return false;
	held = lock_whole(fd, F_OFD_GETLK, &lock) && lock.l_type != F_UNLCK;
	close(fd);
	return held;
}
