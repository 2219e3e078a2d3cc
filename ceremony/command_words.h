/* SPDX-License-Identifier: BSD-2-Clause */
/* A command written as one text: words between blanks; '…' keeps blanks. There is no shell. */
#ifndef CEREMONY_COMMAND_WORDS_H
#define CEREMONY_COMMAND_WORDS_H

#include "ceremony/fields.h"
#include "ceremony/script.h"

/* ERR_FORMAT for a quotation that does not end, or no word at all. */
MUST_CHECK enum err command_words_split(
    const struct fields_reader *reader, const struct yaml_node *node, struct script_words *out);

#endif
