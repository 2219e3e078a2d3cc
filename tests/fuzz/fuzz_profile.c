/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever the bytes: a profile is refused, or a draft can be made by it, or OpenSSL refuses one of
 * its values; nothing is read beyond the end.
 */
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"
#include "x509/dn.h"
#include "x509/draft.h"
#include "x509/lint.h"

enum { ONE_DAY = 86400 };

static void
use(const struct profile *profile)
{
	static X509_NAME *name;
	struct der draft = { .bytes = NULL };

	if (name == NULL)
		HOLDS(dn_parse("C=DE,O=Example AG,CN=Example", &name, NULL) == ERR_OK);
	const struct draft_order order = {
		.profile = profile, .subject = name, .not_before = 0, .not_after = ONE_DAY
	};

	HOLDS(profile->days >= 1 && profile->key_usage[0] != '\0');
	if (draft_certificate(&order, &draft, NULL) == ERR_OK)
		HOLDS(draft.len > 0);
	der_drop(&draft);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct profile profile;

	if (profile_parse("p", (const char *)bytes, len, &profile, NULL) == ERR_OK)
		use(&profile);
	return 0;
}
