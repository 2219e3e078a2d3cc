/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/chaos/search.h"

#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/file.h"
#include "base/secret.h"
#include "tests/chaos/people.h"
#include "tests/chaos/scenario.h"
#include "tests/chaos/shares.h"

enum {
	SECRETS_MAX = 160,
	SECRET_MAX = 64,
	FORMS = 6, /* raw, hex in both cases, base64 from each place of a group of three */
	FORM_MAX = 2 * SECRET_MAX + 8,
	PLANTED = 16,
	PAIRS = 1 << 16, /* of first bytes */
};

struct needle {
	size_t len;
	char bytes[FORM_MAX];
};

static struct {
	size_t count;
	struct needle needle[SECRETS_MAX * FORMS];
	unsigned short first[PAIRS]; /* by its first two bytes: a needle's place + 1; 0: none */
	unsigned short next[SECRETS_MAX * FORMS]; /* another with the same two, likewise */
	const char *world;
	char *found;
} search;

/* ---- What is looked for -------------------------------------------------------------------- */

static void
put_hex(struct needle *out, const char *secret, size_t len, const char *digits)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t byte = (uint8_t)secret[i];

		out->bytes[2 * i] = digits[byte >> 4];
		out->bytes[2 * i + 1] = digits[byte & 15];
	}
	out->len = 2 * len;
}

/* Only the groups of four characters that the secret alone decides. */
static void
put_base64(struct needle *out, const char *secret, size_t len, size_t place)
{
	uint8_t padded[SECRET_MAX + 3] = { 0 };
	char text[FORM_MAX];
	size_t skip = place == 0 ? 0 : 1, groups = (place + len) / 3;

	memcpy(padded + place, secret, len);
	(void)EVP_EncodeBlock((uint8_t *)text, padded, (int)(place + len));
	out->len = 4 * (groups - skip);
	memcpy(out->bytes, text + 4 * skip, out->len);
}

static void
look_for(const char *secret, size_t len)
{
	struct needle *forms = &search.needle[search.count];

	if (len < 6 || len > SECRET_MAX || search.count + FORMS > SECRETS_MAX * FORMS)
		return;
	for (size_t i = 0; i < search.count; i += FORMS)
		if (search.needle[i].len == len && memcmp(search.needle[i].bytes, secret, len) == 0)
			return;
	memcpy(forms[0].bytes, secret, len);
	forms[0].len = len;
	put_hex(&forms[1], secret, len, "0123456789abcdef");
	put_hex(&forms[2], secret, len, "0123456789ABCDEF");
	for (size_t place = 0; place < 3; place++)
		put_base64(&forms[3 + place], secret, len, place);
	search.count += FORMS;
}

void
search_add_pin_of(const char *serial)
{
	struct err_trace trace = { 0 };
	struct secret *pin;

	if (people_pin(serial, &pin, &trace) != ERR_OK)
		abort();
	look_for((const char *)secret_bytes(pin), secret_len(pin));
	secret_free(pin);
}

/* A PIN in base32 is 20 bytes in other words. */
static void
look_for_packed(const char *text, size_t len)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t bytes[SECRET_MAX] = { 0 };
	size_t bits = 0;

	if (len != 32)
		return;
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\0' || strchr(alphabet, text[i]) == NULL)
			return;
	for (size_t i = 0; i < len; i++) {
		unsigned value = (unsigned)(strchr(alphabet, text[i]) - alphabet);

		for (unsigned bit = 0; bit < 5; bit++, bits++)
			if ((value >> (4 - bit) & 1) != 0)
				bytes[bits / 8] |= (uint8_t)(0x80 >> bits % 8);
	}
	look_for((const char *)bytes, bits / 8);
}

void
search_add_bytes(const void *bytes, size_t len)
{
	look_for(bytes, len);
	look_for_packed(bytes, len);
}

size_t
search_count(void)
{
	return search.count / FORMS;
}

void
search_begin(void)
{
	search.count = 0;
	search_add_pin_of(NULL);
	for (unsigned i = 0; scenario_custodians[i] != NULL; i++) {
		char serial[16];

		(void)snprintf(serial, sizeof(serial), "FFFE:%08X", i + 1);
		search_add_pin_of(serial);
	}
	search_add_pin_of(WORLD_NEW_SERIAL);
}

void
search_add(const struct world *world)
{
	static const struct shares_visitor visitor = { .bytes = search_add_bytes };
	unsigned long len;
	char *text, *rest, *line;

	shares_of_world(world, &visitor);
	if (access(world->pins, R_OK) != 0)
		return;
	text = rest = world_read(world->pins, &len);
	while ((line = strsep(&rest, "\n")) != NULL)
		search_add_bytes(line, strlen(line));
	free(text);
}

/* ---- Where it is looked for ---------------------------------------------------------------- */

static bool
may_hold_secrets(const char *path)
{
	const char *inside = path + strlen(search.world);

	return strncmp(inside, "/cards/", 7) == 0 || strncmp(inside, "/tokens/", 8) == 0;
}

static unsigned
pair_at(const char *bytes)
{
	return (unsigned)(uint8_t)bytes[0] << 8 | (uint8_t)bytes[1];
}

static void
sort_needles(void)
{
	memset(search.first, 0, sizeof(search.first));
	for (size_t i = 0; i < search.count; i++) {
		unsigned short *head = &search.first[pair_at(search.needle[i].bytes)];

		search.next[i] = *head;
		*head = (unsigned short)(i + 1);
	}
}

/* One pass for all of them: there are hundreds, and every file is looked through each time. */
static bool
has_needle(const char *text, size_t len)
{
	for (size_t at = 0; at + 1 < len; at++)
		for (unsigned i = search.first[pair_at(text + at)]; i != 0;
		     i = search.next[i - 1]) {
			const struct needle *needle = &search.needle[i - 1];

			if (needle->len <= len - at &&
			    memcmp(text + at, needle->bytes, needle->len) == 0)
				return true;
		}
	return false;
}

static int
visit(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	unsigned long len;
	char *text;
	int hit = 0;

	(void)status, (void)where;
	if (kind != FTW_F || !S_ISREG(status->st_mode) || may_hold_secrets(path))
		return 0;
	text = world_read(path, &len);
	hit = has_needle(text, len) ? 1 : 0;
	free(text);
	if (hit != 0)
		(void)snprintf(search.found, WORLD_FILE, "%s", path);
	return hit;
}

bool
search_folder_is_clean(const char *folder, char found[WORLD_FILE])
{
	sort_needles();
	search.world = folder;
	search.found = found;
	return nftw(folder, visit, 16, FTW_PHYS) == 0;
}

bool
search_is_clean(const struct world *world, char found[WORLD_FILE])
{
	search_add(world);
	return search_folder_is_clean(world->dir, found);
}

bool
search_finds_what_is_planted(const struct world *world)
{
	char path[WORLD_FILE], found[WORLD_FILE];
	bool all = true;

	search_add(world);
	(void)snprintf(path, sizeof(path), "%s/home/planted", world->dir);
	for (size_t i = 0; i < search.count; i++) {
		char text[PLANTED + FORM_MAX];
		size_t len = search.needle[i].len;

		memset(text, 'x', PLANTED);
		memcpy(text + PLANTED, search.needle[i].bytes, len);
		if (file_replace(path, text, PLANTED + len, NULL) != ERR_OK)
			return false;
		all = all && !search_folder_is_clean(world->dir, found) && strcmp(found, path) == 0;
	}
	return unlink(path) == 0 && all;
}

bool
search_finds_what_is_planted_in(const char *path)
{
	unsigned long len;
	char *text = world_read(path, &len);
	const size_t half = len / 2;
	char *planted = malloc(len + FORM_MAX);
	bool all = planted != NULL && search.count > 0;

	sort_needles();
	for (size_t i = 0; all && i < search.count; i++) {
		const struct needle *needle = &search.needle[i];

		memcpy(planted, text, half);
		memcpy(planted + half, needle->bytes, needle->len);
		memcpy(planted + half + needle->len, text + half, len - half);
		all = has_needle(planted, len + needle->len);
	}
	free(planted);
	free(text);
	return all;
}
