/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * register FILE STATE-FOLDER QUORUMS EVENTS
 * register --more FILE STATE-FOLDER EVENTS
 *
 * Makes a practice roster through roster's own functions: ten people and one quorum of 3 of 5 for
 * each of QUORUMS, and roll-calls until it has EVENTS events. For figures at a size that no sandbox
 * reaches. With --more, that many roll-calls in a roster that is there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>

#include "base/clock.h"
#include "base/hash.h"
#include "roster/binding.h"
#include "roster/card.h"
#include "roster/checkpoint.h"
#include "roster/person.h"
#include "roster/quorum.h"
#include "roster/roster.h"

enum { CARDS = 5, THRESHOLD = 3, PEOPLE_EACH = 10, KEYS = 8, BATCH = 50000 };

struct quorum {
	struct roster_id id;
	char name[33];
	struct roster_id person[PEOPLE_EACH];
	struct roster_id card[CARDS];
};

struct making {
	struct roster *roster;
	struct quorum *quorum;
	int64_t now;
	long events;
	struct roster_card_keys keys[KEYS];
	struct err_trace trace;
};

static void
check(enum err err, const struct err_trace *trace)
{
	if (err == ERR_OK)
		return;
	fprintf(stderr, "register: %s\n", trace->count > 0 ? trace->frame[0].text : "failed");
	exit(1);
}

static int64_t
clock_of(void *context)
{
	return ((const struct making *)context)->now;
}

/* One event more: its time is the next second, and now and then all is committed. */
static void
count(struct making *making, long events)
{
	const long before = making->events;

	making->events += events;
	making->now += events;
	if (before / BATCH == making->events / BATCH)
		return;
	check(roster_commit(making->roster, &making->trace), &making->trace);
	check(roster_begin(making->roster, &making->trace), &making->trace);
}

static void
make_point(uint8_t out[ROSTER_POINT_SIZE])
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	size_t len = 0;

	if (key == NULL ||
	    EVP_PKEY_get_octet_string_param(key, "pub", out, ROSTER_POINT_SIZE, &len) != 1)
		exit(1);
	EVP_PKEY_free(key);
}

static void
make_keys(struct making *making)
{

	for (int i = 0; i < KEYS; i++) {
		struct roster_card_keys *keys = &making->keys[i];
		const struct part parts[] = { { keys->dec, sizeof(keys->dec) },
			{ keys->sig, sizeof(keys->sig) } };

		make_point(keys->dec);
		make_point(keys->sig);
		check(sha256_parts(parts, 2, keys->fingerprint.bytes, &making->trace),
		    &making->trace);
	}
}

static void
add_people(struct making *making, long at)
{
	struct quorum *quorum = &making->quorum[at];
	char name[64];

	for (int i = 0; i < PEOPLE_EACH; i++) {
		const struct roster_person_add add = {
			.name = name, .contact = "someone@example.org", .roles = ROSTER_CUSTODIAN
		};

		snprintf(name, sizeof(name), "Person %ld of %s", (long)i, quorum->name);
		check(roster_person_add(making->roster, &add, &quorum->person[i], &making->trace),
		    &making->trace);
		count(making, 1);
	}
}

static void
add_cards(struct making *making, long at)
{
	struct quorum *quorum = &making->quorum[at];
	struct roster_card card;
	char serial[32];

	for (int i = 0; i < CARDS; i++) {
		const struct roster_card_begin begin = { .quorum = quorum->name,
			.serial = serial,
			.custodian = quorum->person[i],
			.family = "openpgp",
			.model = "virtual",
			.firmware = "3.4",
			.atr = "3b00",
			.resettable = true };

		snprintf(serial, sizeof(serial), "FFFE:%08lX", at * CARDS + i);
		check(roster_card_begin(making->roster, &begin, &card, &making->trace),
		    &making->trace);
		quorum->card[i] = card.id;
		check(roster_card_enrol(
			  making->roster, &card.id, &making->keys[(at + i) % KEYS], &making->trace),
		    &making->trace);
		count(making, 2);
	}
}

static void
prove(struct making *making, long at, int card, enum roster_proof_kind kind)
{
	const struct roster_proof proof = { .kind = kind,
		.card = making->quorum[at].card[card],
		.quorum = making->quorum[at].id,
		.generation = 1,
		.tries_left = 3,
		.firmware = "3.4" };

	check(roster_card_proven(making->roster, &proof, &making->trace), &making->trace);
	count(making, 1);
}

static void
set_state(struct making *making, long at, enum roster_generation_state state)
{

	check(roster_generation_set_state(
		  making->roster, &making->quorum[at].id, 1, state, &making->trace),
	    &making->trace);
	count(making, 1);
}

static void
seal(struct making *making, long at)
{
	struct quorum *quorum = &making->quorum[at];
	struct roster_seal seal = { .number = 1, .threshold = THRESHOLD, .size = CARDS };

	check(roster_quorum_create(making->roster, quorum->name, &quorum->id, &making->trace),
	    &making->trace);
	make_point(seal.escrow);
	for (unsigned i = 0; i < CARDS; i++) {
		seal.share[i].index = i;
		seal.share[i].card = quorum->card[i];
		memset(seal.share[i].record, (int)i, ROSTER_RECORD_SIZE);
	}
	check(roster_generation_seal(making->roster, &quorum->id, &seal, &making->trace),
	    &making->trace);
	count(making, 2);
}

static void
bind(struct making *making, long at)
{
	struct quorum *quorum = &making->quorum[at];
	struct roster_binding_spec spec = {
		.role = ROSTER_PRIMARY, .binds = { true, true }, .token = { .module = "softhsm2" }
	};
	struct roster_id binding;

	snprintf(spec.name, sizeof(spec.name), "%s", quorum->name);
	snprintf(spec.token.label, sizeof(spec.token.label), "%s", quorum->name);
	snprintf(spec.token.serial, sizeof(spec.token.serial), "%016lx", at);
	snprintf(spec.token.uri, sizeof(spec.token.uri), "pkcs11:token=%s", quorum->name);
	check(roster_binding_add(making->roster, &quorum->id, &spec, &binding, &making->trace),
	    &making->trace);
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		check(roster_binding_opens(
			  making->roster, &binding, (enum roster_token_pin)pin, 1, &making->trace),
		    &making->trace);
	count(making, 3);
}

static void
make_quorum(struct making *making, long at)
{
	snprintf(making->quorum[at].name, sizeof(making->quorum[at].name), "q%05ld", at);
	add_people(making, at);
	add_cards(making, at);
	seal(making, at);
	set_state(making, at, ROSTER_GENERATION_DELIVERING);
	for (int i = 0; i < CARDS; i++)
		prove(making, at, i, ROSTER_PROOF_DELIVERY);
	set_state(making, at, ROSTER_GENERATION_LIVE);
	bind(making, at);
}

static void
make_all(struct making *making, long quorums, long events)
{

	check(roster_begin(making->roster, &making->trace), &making->trace);
	for (long at = 0; at < quorums; at++)
		make_quorum(making, at);
	for (long at = 0; making->events < events; at++)
		prove(making, at / CARDS % quorums, (int)(at % CARDS), ROSTER_PROOF_ROLL_CALL);
	check(roster_commit(making->roster, &making->trace), &making->trace);
}

/* Whose turn it is among all the cards of the roster. */
static void
prove_one(struct making *making, const struct roster_card *card)
{
	struct roster_quorum quorum;
	struct roster_proof proof = { .kind = ROSTER_PROOF_ROLL_CALL,
		.card = card->id,
		.generation = 1,
		.tries_left = 3,
		.firmware = "3.4" };

	check(roster_quorum_find(making->roster, card->quorum, &quorum, &making->trace),
	    &making->trace);
	proof.quorum = quorum.id;
	check(roster_card_proven(making->roster, &proof, &making->trace), &making->trace);
}

static void
write_more(struct making *making, const struct roster_paths *paths, long events)
{
	const struct roster_options options = { .paths = *paths, .mode = ROSTER_WRITE };
	struct roster_card *cards = NULL;
	struct roster_person ann;
	size_t count_of_cards = 0;

	check(roster_open(&options, &making->roster, &making->trace), &making->trace);
	check(roster_person_find(making->roster, "ann", &ann, &making->trace), &making->trace);
	check(roster_act_as(making->roster, &ann.id, &making->trace), &making->trace);
	check(roster_card_list(making->roster, NULL, &cards, &count_of_cards, &making->trace),
	    &making->trace);
	check(roster_begin(making->roster, &making->trace), &making->trace);
	for (long i = 0; i < events; i++)
		prove_one(making, &cards[(size_t)i % count_of_cards]);
	check(roster_commit(making->roster, &making->trace), &making->trace);
	free(cards);
}

static void
make_new(struct making *making, const struct roster_paths *paths, long quorums, long events)
{
	const struct roster_founding founding = { .paths = *paths,
		.clock = { clock_of, making },
		.practice = true,
		.administrator = "ann" };

	making->quorum = calloc((size_t)quorums, sizeof(*making->quorum));
	if (making->quorum == NULL)
		exit(1);
	making->events = 2;
	making->now = clock_utc() - events - 60;
	make_keys(making);
	check(roster_create(&founding, &making->roster, &making->trace), &making->trace);
	make_all(making, quorums, events);
	free(making->quorum);
}

int
main(int argc, char **argv)
{
	const bool more = argc == 5 && strcmp(argv[1], "--more") == 0;
	struct making *making = calloc(1, sizeof(*making));

	if (argc != 5 || making == NULL) {
		fputs("usage: register FILE STATE-FOLDER QUORUMS EVENTS\n"
		      "       register --more FILE STATE-FOLDER EVENTS\n",
		    stderr);
		return 2;
	}
	const struct roster_paths paths = { argv[more ? 2 : 1], argv[more ? 3 : 2] };
	const long events = strtol(argv[4], NULL, 10);

	if (more)
		write_more(making, &paths, events);
	else
		make_new(making, &paths, strtol(argv[3], NULL, 10), events);
	check(roster_close(making->roster, &making->trace), &making->trace);
	free(making);
	return 0;
}
