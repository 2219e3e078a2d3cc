/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The binding sheet: what must be on paper to open the HSM without the roster (docs/formats/
 * sheet.md). No secret is on it. Its text is for people and ends with a block of lines that
 * `quorate quorum adopt --sheet` reads back; its pages are made of the same (cli/sheet_pages.h).
 */
#ifndef ROSTER_SHEET_H
#define ROSTER_SHEET_H

#include "roster/binding.h"
#include "roster/quorum.h"
#include "roster/roster.h"

enum {
	ROSTER_SHEET_GENERATIONS = 8,
	ROSTER_SHEET_BINDINGS = 64,
	ROSTER_SHEET_OLDER = 33 + 32 + 16, /* enc, and a quorum secret with its tag */
	ROSTER_SHEET_MAX = 256 * 1024
};

struct roster_sheet_card {
	unsigned index; /* of its share */
	char name[ROSTER_SHORT_NAME];
	char serial[ROSTER_TEXT];
	struct roster_hash fingerprint;
	char custodian[ROSTER_NAME];
};

struct roster_sheet_generation {
	unsigned number;
	unsigned threshold;
	unsigned size;
	enum roster_generation_state state; /* not in the block */
	uint8_t escrow[ROSTER_POINT_SIZE];  /* not in the block */
	bool has_older; /* of an older generation: its secret, sealed to the newest one */
	uint8_t older[ROSTER_SHEET_OLDER];
	unsigned cards; /* known ones, `size` at most */
	struct roster_sheet_card card[ROSTER_CARDS_MAX];
};

struct roster_sheet_binding {
	struct roster_binding_spec spec; /* its token without the URI */
	unsigned opens[ROSTER_TOKEN_PIN__COUNT];
};

struct roster_sheet {
	bool practice;
	bool complete; /* false: an operation is pending, or something bound opens with nothing yet
			*/
	struct roster_id quorum;
	char name[ROSTER_NAME];
	int64_t printed;
	unsigned generations; /* those that are live, newest first; else what is sealed */
	struct roster_sheet_generation generation[ROSTER_SHEET_GENERATIONS];
	size_t bindings;
	struct roster_sheet_binding *binding;
};

/* As the roster has it now; roster_sheet_free *out. ERR_NOT_NOW: nothing was sealed yet. */
MUST_CHECK enum err roster_sheet_load(struct roster *roster, const struct roster_id *quorum,
    struct roster_sheet **out, struct err_trace *trace);

/* NULL is fine. */
void roster_sheet_free(struct roster_sheet *sheet);

/* UTF-8 text for people, with the block behind it; free() *out. */
MUST_CHECK enum err
roster_sheet_text(const struct roster_sheet *sheet, char **out, struct err_trace *trace);

/* The block alone; free() *out. */
MUST_CHECK enum err
roster_sheet_block(const struct roster_sheet *sheet, char **out, struct err_trace *trace);

/*
 * Finds the block in a text, whatever is around it, and reads it. ERR_FORMAT names the line that is
 * not as it must be: a sheet may have been typed from paper. roster_sheet_free *out.
 */
MUST_CHECK enum err roster_sheet_parse(
    const char *text, size_t len, struct roster_sheet **out, struct err_trace *trace);

/* "root-ca: user PIN, generation 2, default format": one line for people, without its end. */
enum { ROSTER_SHEET_LINE = 320 };
void roster_sheet_pin_words(const struct roster_sheet_binding *binding, enum roster_token_pin pin,
    char out[ROSTER_SHEET_LINE]);

#endif
