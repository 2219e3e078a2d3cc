/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run by valgrind, which is told that the secret is undefined: it then reports each branch and
 * each address that depends on it. Usage: constant_time base32|equal|planted
 */
#include <stdbool.h>
#include <string.h>

#include <valgrind/memcheck.h>

#include "base/encode.h"
#include "base/secret.h"

enum { SECRET = 32 };

static struct secret *
undefined_secret(void)
{
	struct secret *secret = NULL;

	if (secret_random(SECRET, &secret, NULL) == ERR_OK)
		(void)VALGRIND_MAKE_MEM_UNDEFINED(secret_bytes(secret), SECRET);
	return secret;
}

static bool
base32(const struct secret *secret)
{
	struct secret *text = NULL;
	const bool ok = secret_new(64, &text, NULL) == ERR_OK &&
			base32_append(text, secret, NULL) == ERR_OK && secret_len(text) == 52;

	secret_free(text);
	return ok;
}

static bool
equal(const struct secret *secret)
{
	struct secret *copy = NULL;
	bool same;

	if (secret_copy(secret, &copy, NULL) != ERR_OK)
		return false;
	same = secret_equal(secret, copy);
	(void)VALGRIND_MAKE_MEM_DEFINED(&same, sizeof(same)); /* the answer is no secret */
	secret_free(copy);
	return same;
}

/* What must be found: a branch on a secret bit. */
static bool
planted(const struct secret *secret)
{
	volatile unsigned ones = 0;

	if ((secret_bytes(secret)[0] & 1) != 0)
		ones = ones + 1;
	return true;
}

static const struct {
	const char *name;
	bool (*run)(const struct secret *secret);
} cases[] = {
	{ "base32", base32 },
	{ "equal", equal },
	{ "planted", planted },
};

int
main(int argc, char **argv)
{
	struct secret *secret = NULL;
	bool ok = false;

	if (argc == 2 && secret_heap_init(NULL) == ERR_OK)
		secret = undefined_secret();
	for (size_t i = 0; secret != NULL && i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(argv[1], cases[i].name) == 0)
			ok = cases[i].run(secret);
	}
	secret_free(secret);
	return ok ? 0 : 1;
}
