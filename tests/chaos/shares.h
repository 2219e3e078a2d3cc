/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What nobody may find in a file: the shares that a world's cards hold, and what M of them make.
 * The cards are copied, and asked as Quorate asks them.
 */
#ifndef TESTS_CHAOS_SHARES_H
#define TESTS_CHAOS_SHARES_H

#include <stddef.h>
#include <stdint.h>

#include "tests/chaos/world.h"

struct secret;

/* What M shares of one generation make; borrowed. */
struct shares_made {
	const uint8_t *quorum; /* QUORUM_ID_SIZE */
	unsigned generation;
	const struct secret *prk;
};

/* Each share in its packed form, each secret, and each PRK; and what else follows from a PRK. */
struct shares_visitor {
	void (*bytes)(const void *bytes, size_t len);
	void (*made)(const struct shares_made *made); /* NULL: nothing does */
};
void shares_of_world(const struct world *world, const struct shares_visitor *visitor);

#endif
