/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules for a PIN that a person chooses. No text ever repeats the PIN or a part of it. */
#ifndef PCSC_PIN_H
#define PCSC_PIN_H

#include <stddef.h>

#include "base/err.h"
#include "base/secret.h"

/* What an OpenPGP card has after a factory reset; for tests of a PIN and for reset cards only. */
#define CARD_FACTORY_USER_PIN  "123456"
#define CARD_FACTORY_ADMIN_PIN "12345678"

/* ISO 9564's lower bound is four; OpenPGP cards want six, and so does the policy's default. */
enum { CARD_PIN_LENGTH = 6, CARD_ADMIN_PIN_LENGTH = 8, CARD_PIN_LENGTH_MAX = 127 };

/*
 * ERR_DENIED, saying which rule: shorter than min_len (the policy's) or than the card family's
 * six; a factory PIN; a run (123456, fedcba); a repetition (111111, 121212, 123123); control
 * characters, which a keyboard slip brings and a PIN pad cannot type.
 */
MUST_CHECK enum err
card_pin_acceptable(const struct secret *pin, size_t min_len, struct err_trace *trace);

#endif
