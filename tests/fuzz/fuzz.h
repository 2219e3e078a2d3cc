/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A harness is a function of bytes that states, in a comment, what holds whatever they are. With
 * -Dfuzz=true libFuzzer calls it; else driver.c does, with each file of the committed corpus, so
 * that every find stays an ordinary test.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The bytes are an allocation of just this size: a read beyond them is seen by ASan and valgrind.
 */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Stops at a property that does not hold; libFuzzer keeps the input. Not an assert(): always on. */
#define HOLDS(claim)                                                                               \
	do {                                                                                       \
		if (!(claim)) {                                                                    \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #claim); \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

#endif
