/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/chaos/shares.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "custody/card_header.h"
#include "custody/card_share.h"
#include "quorum/derive.h"
#include "quorum/share.h"
#include "tests/chaos/people.h"
#include "tests/chaos/scenario.h"
#include "tests/fakes/readers_local.h"

enum { SHARES_MAX = 32 };

struct found {
	uint8_t quorum[QUORUM_ID_SIZE];
	unsigned generation;
	uint8_t threshold;
	struct secret *share;
};

static struct {
	size_t count;
	struct found found[SHARES_MAX];
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
open_all(struct card *card, const struct header *header, const struct record_set *set)
{
	const struct card_share_of of = { header->quorum_id, header->practice };

	for (size_t i = 0; i < set->count && shares.count < SHARES_MAX; i++) {
		struct found *found = &shares.found[shares.count];

		if (card_share_open(card, &of, &set->record[i], &found->share, NULL) != ERR_OK)
			continue;
		memcpy(found->quorum, header->quorum_id, sizeof(found->quorum));
		found->generation = set->record[i].generation;
		found->threshold = set->record[i].threshold;
		shares.count++;
	}
}

/* A card that is blank, or has a PIN that nobody chose, gives none. */
static void
ask_card(const char *file)
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
			open_all(card, &header, &set);
		card_visit_end(card);
	}
	reader_close(&readers);
	vcard_local_free(copy);
}

/* ---- What M of them make ------------------------------------------------------------------- */

static bool
is_alike(const struct found *a, const struct found *b)
{
	return a->generation == b->generation &&
	       memcmp(a->quorum, b->quorum, sizeof(a->quorum)) == 0;
}

static void
visit_secret(const struct found *first, shares_visit visit)
{
	const struct secret *set[SHARES_MAX];
	struct secret *secret = NULL, *prk = NULL;
	size_t count = 0;

	for (size_t i = 0; i < shares.count && count < first->threshold; i++)
		if (is_alike(first, &shares.found[i]))
			set[count++] = shares.found[i].share;
	if (count == first->threshold && share_combine(set, count, NULL, &secret, NULL) == ERR_OK &&
	    derive_prk(first->quorum, secret, &prk, NULL) == ERR_OK) {
		visit(secret_bytes(secret), secret_len(secret));
		visit(secret_bytes(prk), secret_len(prk));
	}
	secret_free(secret);
	secret_free(prk);
}

void
shares_of_world(const struct world *world, shares_visit visit)
{
	char file[WORLD_FILE];

	shares.count = 0;
	for (size_t i = 0; scenario_custodians[i] != NULL; i++) {
		(void)snprintf(
		    file, sizeof(file), "%s/cards/%s.card", world->dir, scenario_custodians[i]);
		if (access(file, R_OK) == 0)
			ask_card(file);
	}
	for (size_t i = 0; i < shares.count; i++) {
		visit(secret_bytes(shares.found[i].share), secret_len(shares.found[i].share));
		visit_secret(&shares.found[i], visit);
	}
	for (size_t i = 0; i < shares.count; i++)
		secret_drop(&shares.found[i].share);
}
