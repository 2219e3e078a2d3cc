/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Reed-Solomon checksum over GF(1024) of SLIP-39 mnemonics: any change in up to three words is
 * found, any other but one in 2^30. Constant time in the words' values.
 */
#ifndef QUORUM_RS1024_H
#define QUORUM_RS1024_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RS1024_WORDS = 3 };

/* Sets the last three of `count` ten-bit words so that the whole verifies. */
void rs1024_seal(uint16_t *words, size_t count, bool extendable);

/* 0 when the checksum verifies, else some other value; without a branch on the words. */
uint32_t rs1024_residue(const uint16_t *words, size_t count, bool extendable);

#endif
