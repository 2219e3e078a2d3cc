/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Searches a world for secrets: each PIN that was typed or derived, each share on a card, and what
 * M of them make; as they are, in hex and in base64, shares packed as they are sealed, and PINs in
 * base32 as the bytes behind them. Cards and SoftHSM's tokens hold them by nature and are left out.
 */
#ifndef TESTS_CHAOS_SEARCH_H
#define TESTS_CHAOS_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/chaos/world.h"

/* Forgets what was looked for, but for the PINs that people have. */
void search_begin(void);

/* Of the card with this serial; NULL: of tokens. */
void search_add_pin_of(const char *serial);

/* From here on also what this world's cards and tokens have now: a re-key erases some of it. */
void search_add(const struct world *world);

/* A secret as it is, and a PIN in base32 also as the bytes behind it. */
void search_add_bytes(const void *bytes, size_t len);

/* How many secrets are looked for, each in all its forms. */
size_t search_count(void);

/* False: a file of the world, or of another folder, holds a secret; its path is in `found`. */
bool search_is_clean(const struct world *world, char found[WORLD_FILE]);
bool search_folder_is_clean(const char *folder, char found[WORLD_FILE]);

/* Plants a secret in each form, one after another, and looks whether it is found. */
bool search_finds_what_is_planted(const struct world *world);

/* The same in the midst of a file's bytes, which stays as it was. */
bool search_finds_what_is_planted_in(const char *path);

#endif
