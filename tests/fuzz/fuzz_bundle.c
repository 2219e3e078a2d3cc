/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lies in evidence that a stranger hands over: a manifest, a signature's JSON, an addendum.
 *
 * Whatever the bytes: a manifest that is taken names good paths in order; a signature that is taken
 * is written as it was; the lines of an addendum that is taken follow one another.
 */
#include <string.h>

#include "base/encode.h"
#include "ceremony/addendum.h"
#include "ceremony/bundle_card.h"
#include "ceremony/bundle_manifest.h"
#include "tests/fuzz/fuzz.h"

static void
try_manifest(const char *text, size_t len)
{
	struct bundle_manifest manifest;
	const enum err err = bundle_manifest_parse(text, len, &manifest, NULL);

	HOLDS(err == ERR_OK || err == ERR_FORMAT);
	for (size_t i = 0; i < manifest.count; i++) {
		HOLDS(bundle_path_is_good(manifest.line[i].path));
		HOLDS(i == 0 || strcmp(manifest.line[i - 1].path, manifest.line[i].path) < 0);
		HOLDS(bundle_manifest_find(&manifest, manifest.line[i].path) == &manifest.line[i]);
	}
	bundle_manifest_free(&manifest);
}

static void
try_signed(const char *text, size_t len)
{
	struct bundle_signed what;
	char *again = NULL;

	if (bundle_signed_parse(text, len, &what, NULL) != ERR_OK)
		return;
	HOLDS(bundle_signed_format(&what, &again, NULL) == ERR_OK);
	HOLDS(strlen(again) == len && strncmp(again, text, len) == 0);
	free(again);
}

/* With the last line that fits, so that what lies behind the hash is reached. */
static void
try_addendum(const char *text, size_t len)
{
	const uint8_t head[SHA256_SIZE] = { 0 };
	uint8_t hash[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];
	char *whole = malloc(len + 100);
	struct addendum addendum;
	int more;

	HOLDS(whole != NULL && sha256(text, len, hash, NULL) == ERR_OK);
	hex_encode(hash, sizeof(hash), hex);
	memcpy(whole, text, len);
	more = snprintf(whole + len, 100, "{\"sha256\":\"%s\"}\n", hex);
	const enum err err =
	    addendum_parse(&(struct part){ whole, len + (size_t)more }, head, &addendum, NULL);

	HOLDS(err != ERR_INTERNAL);
	for (size_t i = 0; i < addendum.count; i++)
		HOLDS(json_integer_value(json_object_get(addendum.line[i].json, "n")) ==
		      (json_int_t)i + 1);
	addendum_free(&addendum);
	free(whole);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	try_manifest((const char *)bytes, len);
	try_signed((const char *)bytes, len);
	try_addendum((const char *)bytes, len);
	return 0;
}
