/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A folder, a clock that stands still until told, and a roster in the folder with people, cards
 * that can sign (their keys are here), a quorum and a binding, as far as a test wants them.
 */
#ifndef TESTS_UNIT_ROSTER_SUPPORT_H
#define TESTS_UNIT_ROSTER_SUPPORT_H

#include "roster/binding.h"
#include "roster/card.h"
#include "roster/checkpoint.h"
#include "roster/departure.h"
#include "roster/operation.h"
#include "roster/person.h"
#include "roster/quorum.h"
#include "roster/roster.h"

enum { PEOPLE = 5, PATH_SIZE = 512 };

struct place {
	char folder[64];
	char file[PATH_SIZE];
	char state_dir[PATH_SIZE];
	char spare_file[PATH_SIZE];      /* for a copy of the file */
	char spare_state_dir[PATH_SIZE]; /* for a copy of the state folder */
	int64_t now;
	struct roster *roster;
	struct roster_id person[PEOPLE]; /* alice, bob, carol, dave, eve */
	struct roster_id card[PEOPLE];
	void *key[PEOPLE]; /* the cards' SIG keys: EVP_PKEY */
	struct roster_id quorum;
	struct roster_id binding;
	struct roster_id operation;
};

/* cmocka setup and teardown: an empty folder, nothing opened. */
int place_setup(void **state);
int place_teardown(void **state);

/* Setup that goes on to a new practice roster by 'ann', open for writing. */
int place_setup_roster(void **state);

struct roster_options place_options(struct place *place, enum roster_mode mode);
void place_create(struct place *place);
void place_open(struct place *place, enum roster_mode mode);
void place_close(struct place *place);
/* Opens for writing as ann. */
void place_reopen(struct place *place);
/* What opening gives. */
enum err place_try_open(struct place *place, enum roster_mode mode, struct err_trace *trace);

/* The stages of a whole quorum 'root', 3 of 5; each needs those before it. */
void place_add_people(struct place *place);
void place_enrol_cards(struct place *place);
void place_seal(struct place *place, unsigned generation);
void place_deliver(struct place *place, unsigned generation);
void place_go_live(struct place *place, unsigned generation);
void place_bind(struct place *place);
/* All of them: a standing quorum. */
void place_found_quorum(struct place *place);

void place_spec(struct roster_binding_spec *out, const char *name);
void place_seal_of(const struct place *place, unsigned generation, struct roster_seal *out);

/* The keys of one more card, which never signs. */
void place_keys(struct roster_card_keys *out);

/* One card signs what is asked. */
void place_sign(struct place *place, int card, const struct roster_checkpoint_request *request,
    struct roster_signature *out);

/* Runs SQL on the closed file, past all checks: what an editor of the file could do. */
void place_tamper(const struct place *place, const char *sql);

/* Copies the closed file to spare_file. */
void place_copy_file(const struct place *place);
/* Puts the copy back. */
void place_restore_file(const struct place *place);
/* Copies the state folder to spare_state_dir. */
void place_copy_state(const struct place *place);
/* Works with the copies from here on, or with the originals again. */
void place_swap_file(struct place *place);
void place_swap_state(struct place *place);

/* Adds a person, so that the roster goes on by one event. */
void place_go_on(struct place *place, const char *name);

/* Somebody without a card leaves today. */
void place_depart(struct place *place, const struct roster_id *person);

/* True when one of the trace's texts has these words. */
bool place_says(const struct err_trace *trace, const char *words);

/* True when any file in the folder (the state folder too) has these bytes. */
bool place_has_bytes(const struct place *place, const void *bytes, size_t len);

#endif
