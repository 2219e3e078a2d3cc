/* SPDX-License-Identifier: BSD-2-Clause */
/* The table behind words_encode and words_decode (base/encode.h). */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

extern const char *const words_table[256][2];

#endif
