/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changing the PIN of a custodian's card by who knows it. The card is identified by serial and key
 * before a PIN goes to it; both PINs are typed at the keyboard, for a reader's pad would not keep
 * to the policy's shortest PIN.
 */
#ifndef CUSTODY_CHANGE_PIN_H
#define CUSTODY_CHANGE_PIN_H

#include "custody/custody.h"

/*
 * `name`: the card's short name. ERR_NOT_NOW: it is not enrolled, or reported lost or destroyed.
 * Broken off, the card has the old PIN or the new one, and the same command begins again.
 */
MUST_CHECK enum err change_pin(struct custody *custody, const char *name, struct err_trace *trace);

#endif
