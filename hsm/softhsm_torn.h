/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a process that dies inside C_InitToken leaves of a SoftHSM token: a folder that shows no
 * token, or one without its SO PIN. Which folders there were before is noted, so that it is known
 * for what it is and cleared away by whoever resumes; nothing was ever kept in it.
 *
 * `note` is the path of a file in durable state. That it exists says that C_InitToken may have been
 * called.
 */
#ifndef HSM_SOFTHSM_TORN_H
#define HSM_SOFTHSM_TORN_H

#include <stdbool.h>

#include "hsm/token.h"

/* Before C_InitToken; a note that is there already is replaced. No-op on hardware. */
MUST_CHECK enum err
softhsm_torn_note(const struct token_facts *fresh, const char *note, struct err_trace *trace);

bool softhsm_torn_is_noted(const char *note);

/*
 * Removes each token's folder that is not in the note, holds no object and belongs to none of the
 * tokens in `whole`. With the module closed in this process.
 */
MUST_CHECK enum err softhsm_torn_clear(
    const char *note, const struct token_facts *whole, size_t count, struct err_trace *trace);

/* When the token is whole. No note is fine. */
MUST_CHECK enum err softhsm_torn_forget(const char *note, struct err_trace *trace);

#endif
