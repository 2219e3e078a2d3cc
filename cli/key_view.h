/* SPDX-License-Identifier: BSD-2-Clause */
/* What a token says of a key, as it is shown. */
#ifndef CLI_KEY_VIEW_H
#define CLI_KEY_VIEW_H

#include <jansson.h>

#include "hsm/key.h"

/* "yes" or "no". */
const char *key_view_yes_no(bool value);

/* label, type, id, and each attribute as true or false; NULL: no memory. */
json_t *key_view_json(const struct key_facts *key);

#endif
