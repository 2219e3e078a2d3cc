/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where SoftHSM keeps a token: a folder below `directories.tokendir` of its configuration, named by
 * a UUID whose last 16 hex digits, without the dash, are the token's serial number. So a folder is
 * found by its name even when what is in it was torn.
 */
#ifndef HSM_SOFTHSM_H
#define HSM_SOFTHSM_H

#include <stdbool.h>

#include "hsm/token.h"

/* Its files are SoftHSM's, on this machine, rewritten in place. */
bool softhsm_keeps(const struct token_facts *token);

/* Whether a token that need not be initialised yet would be kept so. */
bool softhsm_would_keep(const struct token_facts *token);

/* The folder that holds the tokens' folders; free() *root. */
MUST_CHECK enum err softhsm_root(char **root, struct err_trace *trace);

/* A token's folder has such a name; with a serial, that token's. */
bool softhsm_is_folder(const char *name);
bool softhsm_is_folder_of(const char *name, const char *serial);

/* ERR_ABSENT when no folder belongs to the serial; free() *folder. */
MUST_CHECK enum err softhsm_folder(const char *serial, char **folder, struct err_trace *trace);

#endif
