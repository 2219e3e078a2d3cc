/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Most points leave most cards as they were; to ask a card, and to join what M of them gave, are
 * the dearest things that this program does. So both are remembered.
 */
#include "tests/chaos/shares.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "custody/card_header.h"
#include "custody/card_share.h"
#include "quorum/derive.h"
#include "quorum/share.h"
#include "tests/chaos/people.h"
#include "tests/fakes/readers_local.h"

enum {
	CARDS_MAX = 8,
	STATES_MAX = 4, /* of a card, remembered */
	MADE_MAX = 16,
	SHARES_MAX = CARDS_MAX * RECORDS_MAX,
};

struct found {
	uint8_t quorum[QUORUM_ID_SIZE];
	unsigned generation;
	uint8_t threshold;
	struct secret *share;
};

/* A card's file, and the shares that the card gave. */
struct card_state {
	char *bytes;
	unsigned long len;
	size_t count;
	struct found found[RECORDS_MAX];
};

static struct {
	unsigned next;
	struct card_state state[STATES_MAX];
} cards[CARDS_MAX];

/* What M shares made. */
struct made {
	struct secret *from; /* one behind another */
	struct secret *secret, *prk;
};

static struct {
	unsigned next;
	struct made made[MADE_MAX];
} joined;

/* Of the world that is looked at; borrowed from the cards' states. */
static struct {
	size_t count;
	const struct found *found[SHARES_MAX];
} shares;

/* ---- One card ------------------------------------------------------------------------------ */

static enum err
verify(struct card *card)
{
	struct secret *pin = NULL;
	enum err err = people_pin(card_facts(card)->serial, &pin, NULL);

	if (err == ERR_OK)
		err = card_verify(
		    card, &(struct card_pin_entry){ .which = CARD_PIN_USER, .pin = pin }, NULL);
	secret_free(pin);
	return err;
}

static void
open_all(struct card *card, const struct header *header, const struct record_set *set,
    struct card_state *out)
{
	const struct card_share_of of = { header->quorum_id, header->practice };

	for (size_t i = 0; i < set->count; i++) {
		struct found *found = &out->found[out->count];

		if (card_share_open(card, &of, &set->record[i], &found->share, NULL) != ERR_OK)
			continue;
		memcpy(found->quorum, header->quorum_id, sizeof(found->quorum));
		found->generation = set->record[i].generation;
		found->threshold = set->record[i].threshold;
		out->count++;
	}
}

/* A card that is blank, or has a PIN that nobody chose, gives none. */
static void
ask_card(const char *file, struct card_state *out)
{
	struct readers_local local = { .count = 1 };
	struct vcard_local *copy = NULL;
	struct card *card = NULL;
	struct readers readers;
	struct header header;
	struct record_set set;

	if (vcard_local_of(file, &copy, NULL) != ERR_OK)
		return;
	readers_local_open(&local, &readers);
	readers_local_put(&local, 0, copy);
	if (card_visit_begin(&readers, "Local 0", NULL, &card, NULL) == ERR_OK) {
		if (card_header_load(card, &header, NULL) == ERR_OK && verify(card) == ERR_OK &&
		    card_records_load(card, &set, NULL) == ERR_OK)
			open_all(card, &header, &set, out);
		card_visit_end(card);
	}
	reader_close(&readers);
	vcard_local_free(copy);
}

static void
forget(struct card_state *state)
{
	for (size_t i = 0; i < state->count; i++)
		secret_free(state->found[i].share);
	free(state->bytes);
	*state = (struct card_state){ .bytes = NULL };
}

static const struct card_state *
state_of(size_t card, const char *file)
{
	unsigned long len;
	char *bytes = world_read(file, &len);
	struct card_state *state;

	for (unsigned i = 0; i < STATES_MAX; i++) {
		state = &cards[card].state[i];
		if (state->bytes == NULL || state->len != len ||
		    memcmp(state->bytes, bytes, len) != 0)
			continue;
		free(bytes);
		return state;
	}
	state = &cards[card].state[cards[card].next++ % STATES_MAX];
	forget(state);
	state->bytes = bytes;
	state->len = len;
	ask_card(file, state);
	return state;
}

/* ---- What M of them make ------------------------------------------------------------------- */

static bool
is_alike(const struct found *a, const struct found *b)
{
	return a->generation == b->generation &&
	       memcmp(a->quorum, b->quorum, sizeof(a->quorum)) == 0;
}

/* The first M that are like this one; false: there are not as many. */
static bool
gather(const struct found *first, const struct secret *set[SHARES_MAX], struct secret **from)
{
	size_t count = 0;

	if (secret_new(SHARES_MAX * SHARE_SIZE, from, NULL) != ERR_OK)
		return false;
	for (size_t i = 0; i < shares.count && count < first->threshold; i++) {
		const struct secret *share = shares.found[i]->share;

		if (!is_alike(first, shares.found[i]))
			continue;
		set[count++] = share;
		if (secret_append(*from, secret_bytes(share), secret_len(share), NULL) != ERR_OK)
			return false;
	}
	return count == first->threshold;
}

static const struct made *
join(const struct found *first)
{
	const struct secret *set[SHARES_MAX];
	struct secret *from = NULL;
	struct made *made = NULL;

	if (!gather(first, set, &from))
		goto out;
	for (unsigned i = 0; i < MADE_MAX; i++)
		if (joined.made[i].from != NULL && secret_equal(joined.made[i].from, from)) {
			made = &joined.made[i];
			goto out;
		}
	made = &joined.made[joined.next++ % MADE_MAX];
	secret_drop(&made->from);
	secret_drop(&made->secret);
	secret_drop(&made->prk);
	if (share_combine(set, first->threshold, NULL, &made->secret, NULL) != ERR_OK ||
	    derive_prk(first->quorum, made->secret, &made->prk, NULL) != ERR_OK) {
		made = NULL;
		goto out;
	}
	made->from = from;
	from = NULL;
out:
	secret_free(from);
	return made;
}

/* The cards of the world in the order of their names, so that each keeps its place. */
static void
look_at_cards(const struct world *world)
{
	char pattern[WORLD_FILE];
	glob_t files = { .gl_pathc = 0 };

	shares.count = 0;
	(void)snprintf(pattern, sizeof(pattern), "%s/cards/*.card", world->dir);
	if (glob(pattern, 0, NULL, &files) != 0)
		return;
	for (size_t i = 0; i < files.gl_pathc && i < CARDS_MAX; i++) {
		const struct card_state *state = state_of(i, files.gl_pathv[i]);

		for (size_t j = 0; j < state->count; j++)
			shares.found[shares.count++] = &state->found[j];
	}
	globfree(&files);
}

void
shares_of_world(const struct world *world, const struct shares_visitor *visitor)
{
	look_at_cards(world);
	for (size_t i = 0; i < shares.count; i++) {
		const struct found *found = shares.found[i];
		const struct made *made = join(found);

		visitor->bytes(secret_bytes(found->share), secret_len(found->share));
		if (made == NULL)
			continue;
		visitor->bytes(secret_bytes(made->secret), secret_len(made->secret));
		visitor->bytes(secret_bytes(made->prk), secret_len(made->prk));
		if (visitor->made != NULL)
			visitor->made(
			    &(struct shares_made){ found->quorum, found->generation, made->prk });
	}
}
