/* SPDX-License-Identifier: BSD-2-Clause */
/* A table with one reader and one virtual card, for the tests of cards. */
#ifndef TESTS_UNIT_PCSC_TABLE_H
#define TESTS_UNIT_PCSC_TABLE_H

#include "pcsc/card.h"
#include "tests/fakes/readers_local.h"

/* The PINs that these tests set. */
#define TABLE_USER_PIN  "271828"
#define TABLE_ADMIN_PIN "16180339"

enum { TABLE_CREATED = 1700000000 };

struct table {
	struct readers_local local;
	struct readers readers;
	struct wire_fault fault; /* around every channel */
	char *snapshot;          /* the card's file */
	size_t snapshot_len;
};

/* Fails the test when anything goes wrong. `variants` as vcard_local_new takes them. */
void table_lay(struct table *table, const char *variants);
void table_clear(struct table *table);

/* A visit that must begin. */
struct card *table_visit(struct table *table);

/* The card as it is now comes back with table_restore, powered anew, the fault forgotten. */
void table_keep(struct table *table);
void table_restore(struct table *table);

/* Verifies, changes: must succeed. */
void table_verify(struct card *card, enum card_pin which, const char *pin);

/* verify with a PIN given as text, for its result. */
enum err
table_try(struct card *card, enum card_pin which, const char *pin, struct err_trace *trace);
enum err table_change(struct card *card, enum card_pin which, const char *from, const char *to,
    struct err_trace *trace);

/* A card with keys and the PINs above, as enrolment leaves it. */
void table_enrol(struct table *table, struct card_keys *keys);

/* For cmocka_run_group_tests: the secure heap. */
int table_start(void **state);

#endif
