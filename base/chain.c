/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/chain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/json.h"

struct chain {
	FILE *file;
	char *line;
	size_t size;
	json_t *json;
	struct chain_place place;
	int64_t whole; /* bytes of whole lines read */
};

json_t *
chain_text(const char *text)
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

	if (length + 1 > CHAIN_LINE_MAX) {
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
chain_line(
    struct chain_place *place, json_t *body, char **line, size_t *len, struct err_trace *trace)
{
	struct chain_place next = { .n = place->n + 1 };
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

static enum err
chain_over(int fd, const char *path, struct chain **out, struct err_trace *trace)
{
	struct chain *chain = calloc(1, sizeof(*chain));

	if (chain != NULL)
		chain->file = fdopen(fd, "r");
	if (chain == NULL || chain->file == NULL) {
		close(fd);
		free(chain);
		return FAIL(trace, ERR_NOMEM, "no memory to read %s", path);
	}
	*out = chain;
	return ERR_OK;
}

enum err
chain_open(const char *path, struct chain **out, struct err_trace *trace)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 && errno == ENOENT)
		return FAIL(trace, ERR_ABSENT, "there is no record %s", path);
	if (fd < 0)
		return FAIL_ERRNO(trace, "the record %s cannot be read", path);
	return chain_over(fd, path, out, trace);
}

void
chain_close(struct chain *chain)
{
	if (chain == NULL)
		return;
	fclose(chain->file);
	json_decref(chain->json);
	free(chain->line);
	free(chain);
}

/* Line `n` in hand must say so, and follow from the one before. */
static enum err
check_chain(const struct chain *chain, int64_t n, struct err_trace *trace)
{
	uint8_t prev[SHA256_SIZE];
	int64_t said = 0;
	enum err err = json_get_int(chain->json, "n", 1, INT64_MAX, &said, trace);

	if (err == ERR_OK)
		err = json_get_hex(chain->json, "prev", prev, sizeof(prev), trace);
	if (err != ERR_OK)
		return err;
	if (said == n && sha256_equal(prev, chain->place.head))
		return ERR_OK;
	return FAIL(trace, ERR_FORMAT, "it does not follow from the line before");
}

static enum err
read_line(struct chain *chain, size_t len, struct err_trace *trace)
{
	struct chain_place next = { .n = chain->place.n + 1 };
	enum err err;

	json_decref(chain->json);
	chain->json = NULL;
	err = json_parse_canonical(chain->line, len, CHAIN_LINE_MAX, &chain->json, trace);
	if (err == ERR_OK)
		err = check_chain(chain, next.n, trace);
	if (err == ERR_OK)
		err = sha256(chain->line, len, next.head, trace);
	if (err != ERR_OK)
		return FAIL(
		    trace, ERR_FORMAT, "line %lld of the record is damaged", (long long)next.n);
	chain->place = next;
	return ERR_OK;
}

enum err
chain_next(struct chain *chain, struct chain_entry *out, bool *more, struct err_trace *trace)
{
	ssize_t len = getline(&chain->line, &chain->size, chain->file);
	enum err err;

	if (len < 0 && ferror(chain->file))
		return FAIL_ERRNO(trace, "the record cannot be read");
	/* Pages of a line, or of several, that a crash kept from the disk are zeros. */
	if (len <= 0 || chain->line[len - 1] != '\n' ||
	    memchr(chain->line, '\0', (size_t)len) != NULL) {
		*more = false;
		return ERR_OK;
	}
	chain->line[len - 1] = '\0';
	err = read_line(chain, (size_t)len - 1, trace);
	if (err != ERR_OK)
		return err;
	chain->whole += len;
	*out = (struct chain_entry){ .line = chain->line,
		.len = (size_t)len - 1,
		.json = chain->json,
		.kind = json_string_value(json_object_get(chain->json, "kind")),
		.place = chain->place };
	if (out->kind == NULL)
		return FAIL(trace, ERR_FORMAT, "line %lld of the record has no kind",
		    (long long)chain->place.n);
	*more = true;
	return ERR_OK;
}

/* Reads to the end of the whole lines, and cuts off a torn one: nobody was answered for it. */
static enum err
seek_end(int fd, const char *path, struct chain_place *place, struct err_trace *trace)
{
	struct chain *chain = NULL;
	struct chain_entry entry;
	bool more = true;
	enum err err = chain_open(path, &chain, trace);

	while (err == ERR_OK && more)
		err = chain_next(chain, &entry, &more, trace);
	if (err == ERR_OK && ftruncate(fd, chain->whole) != 0)
		err = FAIL_ERRNO(trace, "the record %s cannot be written", path);
	if (err == ERR_OK)
		*place = chain->place;
	chain_close(chain);
	return err;
}

static bool
lock_whole(int fd, int command, struct flock *lock)
{
	*lock = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
	return fcntl(fd, command, lock) == 0;
}

enum err
chain_take(const char *path, struct chain_place *place, int *fd, struct err_trace *trace)
{
	int opened = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct flock lock;
	enum err err;

	if (opened < 0)
		return FAIL_ERRNO(trace, "the record %s cannot be written", path);
	if (lock_whole(opened, F_OFD_SETLK, &lock))
		err = seek_end(opened, path, place, trace);
	else
		err = FAIL(
		    trace, ERR_NOT_NOW, "the record %s is being written by another program", path);
	if (err == ERR_OK)
		*fd = opened;
	else
		close(opened);
	return err;
}

bool
chain_is_held(const char *path)
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
