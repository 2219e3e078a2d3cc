/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Things that are neither cards nor tokens but are watched over as they are: HSMs, laptops,
 * readers, media, envelopes.
 */
#ifndef ROSTER_ITEM_H
#define ROSTER_ITEM_H

#include "roster/roster.h"

enum roster_item_kind {
	ROSTER_ITEM_HSM,
	ROSTER_ITEM_LAPTOP,
	ROSTER_ITEM_READER,
	ROSTER_ITEM_MEDIUM,
	ROSTER_ITEM_ENVELOPE,
	ROSTER_ITEM__COUNT
};

/* "hsm" */
const char *roster_item_word(enum roster_item_kind kind);
/* ERR_ARGUMENT lists the kinds. */
MUST_CHECK enum err
roster_item_parse(const char *word, enum roster_item_kind *out, struct err_trace *trace);

enum { ROSTER_ITEM_NAME = 33 };

struct roster_item {
	struct roster_id id;
	char name[ROSTER_ITEM_NAME]; /* [a-z0-9-]{1,32} */
	enum roster_item_kind kind;
	char model[ROSTER_TEXT]; /* these may each be empty */
	char serial[ROSTER_TEXT];
	char firmware[ROSTER_TEXT];
	char certificate[ROSTER_TEXT]; /* its number: of FIPS 140, Common Criteria */
	int64_t certificate_end;       /* seconds UTC, 0 for none */
	int64_t added;
	int64_t retired; /* 0: in use */
};

/* ERR_EXISTS when an item in use has the name; ERR_ARGUMENT says what is not allowed. */
MUST_CHECK enum err roster_item_add(struct roster *roster, const struct roster_item *item,
    struct roster_id *out, struct err_trace *trace);

/* What changed; NULL and 0 leave a value as it is. ERR_ARGUMENT when nothing would. */
struct roster_item_change {
	const char *firmware;
	const char *certificate;
	int64_t certificate_end;
};
MUST_CHECK enum err roster_item_change(struct roster *roster, const struct roster_id *item,
    const struct roster_item_change *change, struct err_trace *trace);

/* It is not used any more; its name is free. ERR_NOT_NOW while it is stowed. */
MUST_CHECK enum err roster_item_retire(struct roster *roster, const struct roster_id *item,
    const char *reason, struct err_trace *trace);

MUST_CHECK enum err roster_item_get(struct roster *roster, const struct roster_id *id,
    struct roster_item *out, struct err_trace *trace);
/* In use, by name; else the one retired last. */
MUST_CHECK enum err roster_item_find(
    struct roster *roster, const char *name, struct roster_item *out, struct err_trace *trace);
/* In order of their adding, the retired ones too; free() *out. */
MUST_CHECK enum err roster_item_list(
    struct roster *roster, struct roster_item **out, size_t *count, struct err_trace *trace);

#endif
