/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "roster/log.h"
#include "roster/roster_internal.h"
#include "tests/unit/roster/offices.h"

static const char *const office_names[OFFICES] = { "first", "laptop", "annex" };

static void
join(struct offices *offices, unsigned at)
{
	struct err_trace trace = { 0 };
	struct place *place = NULL;
	void *state = NULL;
	const struct place *first = offices->place[0];

	place_setup(&state);
	place = state;
	const struct roster_options options = place_options(place, ROSTER_WRITE);
	const struct roster_joining joining = { .paths = options.paths,
		.clock = options.clock,
		.pack = offices->pack,
		.person = "ann",
		.installation = office_names[at] };

	place->now = first->now;
	memcpy(place->person, first->person, sizeof(place->person));
	memcpy(place->card, first->card, sizeof(place->card));
	place->quorum = first->quorum;
	place->binding = first->binding;
	assert_ok(roster_join(&joining, &place->roster, &trace), &trace);
	offices->place[at] = place;
}

/* The cards can be carried: their keys sign on any installation. */
static void
lend_keys(struct offices *offices, bool lend)
{
	for (unsigned at = 1; at < OFFICES; at++) {
		if (lend)
			memcpy(offices->place[at]->key, offices->place[0]->key,
			    sizeof(offices->place[at]->key));
		else
			memset(offices->place[at]->key, 0, sizeof(offices->place[at]->key));
	}
}

int
offices_setup(void **state)
{
	struct offices *offices = calloc(1, sizeof(*offices));
	void *first = NULL;

	assert_non_null(offices);
	place_setup_roster(&first);
	offices->place[0] = first;
	place_found_quorum(offices->place[0]);
	offices_pack(offices, 0);
	for (unsigned at = 1; at < OFFICES; at++)
		join(offices, at);
	lend_keys(offices, true);
	*state = offices;
	return 0;
}

int
offices_teardown(void **state)
{
	struct offices *offices = *state;

	lend_keys(offices, false);
	for (unsigned at = OFFICES; at-- > 0;) {
		void *place = offices->place[at];

		place_teardown(&place);
	}
	free(offices);
	return 0;
}

static void
make_pack(struct offices *offices, unsigned from, const struct roster_installation *lacks)
{
	struct err_trace trace = { 0 };
	struct roster_packed packed;

	snprintf(offices->pack, sizeof(offices->pack), "%s/%u.pack", offices->place[0]->folder,
	    ++offices->packs);
	assert_ok(roster_pack(offices->place[from]->roster, offices->pack, lacks, &packed, &trace),
	    &trace);
}

void
offices_pack(struct offices *offices, unsigned from)
{
	make_pack(offices, from, NULL);
}

void
offices_pack_for(struct offices *offices, unsigned from, unsigned to)
{
	struct err_trace trace = { 0 };
	struct roster_installation lacks;

	assert_ok(roster_installation_find(
		      offices->place[from]->roster, office_names[to], &lacks, &trace),
	    &trace);
	make_pack(offices, from, &lacks);
}

enum err
offices_try_take(struct offices *offices, unsigned to, struct err_trace *trace)
{
	struct roster_taken taken;

	return roster_take(offices->place[to]->roster, offices->pack, &taken, trace);
}

void
offices_take(struct offices *offices, unsigned to)
{
	struct err_trace trace = { 0 };

	assert_ok(offices_try_take(offices, to, &trace), &trace);
}

struct roster_id
offices_writer(const struct offices *offices, unsigned at)
{
	return offices->place[at]->roster->own.writer;
}

void
offices_head(const struct offices *offices, unsigned at, char out[ROSTER_HASH_TEXT])
{
	struct roster_hash head;

	assert_int_equal(roster_head(offices->place[at]->roster, &head, NULL), ERR_OK);
	hex_encode(head.bytes, sizeof(head.bytes), out);
}

void
offices_verify(const struct offices *offices, unsigned at)
{
	struct err_trace trace = { 0 };
	struct roster_verified verified;

	assert_ok(roster_verify(offices->place[at]->roster, &verified, &trace), &trace);
	free(verified.checkpoint);
}
