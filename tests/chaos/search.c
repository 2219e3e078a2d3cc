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

enum {
	SECRETS_MAX = 64,
	SECRET_MAX = 64,
	FORMS = 6, /* raw, hex in both cases, base64 from each place of a group of three */
	FORM_MAX = 2 * SECRET_MAX + 8,
	PLANTED = 16,
};

struct needle {
	size_t len;
	char bytes[FORM_MAX];
};

static struct {
	size_t count;
	struct needle needle[SECRETS_MAX * FORMS];
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

static void
look_for_pin_of(const char *serial)
{
	struct err_trace trace = { 0 };
	struct secret *pin;

	if (people_pin(serial, &pin, &trace) != ERR_OK)
		abort();
	look_for((const char *)secret_bytes(pin), secret_len(pin));
	secret_free(pin);
}

static void
gather_secrets(const struct world *world)
{
	unsigned long len;
	char *text, *rest, *line;

	search.count = 0;
	look_for_pin_of(NULL);
	for (unsigned i = 0; scenario_custodians[i] != NULL; i++) {
		char serial[16];

		(void)snprintf(serial, sizeof(serial), "FFFE:%08X", i + 1);
		look_for_pin_of(serial);
	}
	if (access(world->pins, R_OK) != 0)
		return;
	text = rest = world_read(world->pins, &len);
	while ((line = strsep(&rest, "\n")) != NULL)
		look_for(line, strlen(line));
	free(text);
}

/* ---- Where it is looked for ---------------------------------------------------------------- */

static bool
may_hold_secrets(const char *path)
{
	const char *inside = path + strlen(search.world);

	return strncmp(inside, "/cards/", 7) == 0 || strncmp(inside, "/tokens/", 8) == 0;
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
	for (size_t i = 0; hit == 0 && i < search.count; i++)
		hit = memmem(text, len, search.needle[i].bytes, search.needle[i].len) != NULL;
	free(text);
	if (hit != 0)
		(void)snprintf(search.found, WORLD_FILE, "%s", path);
	return hit;
}

static bool
look(const struct world *world, char found[WORLD_FILE])
{
	search.world = world->dir;
	search.found = found;
	return nftw(world->dir, visit, 16, FTW_PHYS) == 0;
}

bool
search_is_clean(const struct world *world, char found[WORLD_FILE])
{
	gather_secrets(world);
	return look(world, found);
}

bool
search_finds_what_is_planted(const struct world *world)
{
	char path[WORLD_FILE], found[WORLD_FILE];
	bool all = true;

	gather_secrets(world);
	(void)snprintf(path, sizeof(path), "%s/home/planted", world->dir);
	for (size_t i = 0; i < search.count; i++) {
		char text[PLANTED + FORM_MAX];
		size_t len = search.needle[i].len;

		memset(text, 'x', PLANTED);
		memcpy(text + PLANTED, search.needle[i].bytes, len);
		if (file_replace(path, text, PLANTED + len, NULL) != ERR_OK)
			return false;
		all = all && !look(world, found) && strcmp(found, path) == 0;
	}
	return unlink(path) == 0 && all;
}
