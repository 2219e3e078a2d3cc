/* SPDX-License-Identifier: BSD-2-Clause */
/* The words behind mnemonic_to_words and mnemonic_from_words (quorum/mnemonic.h). */
#ifndef QUORUM_MNEMONIC_WORDS_H
#define QUORUM_MNEMONIC_WORDS_H

enum { MNEMONIC_WORD_COUNT = 1024, MNEMONIC_WORD_SIZE = 9 };

extern const char mnemonic_words[MNEMONIC_WORD_COUNT][MNEMONIC_WORD_SIZE];

#endif
