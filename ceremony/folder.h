/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a ceremony lives: one folder, named on the command line.
 *
 *	FOLDER/script.yaml  FOLDER/sheet.yaml      what was written beforehand
 *	FOLDER/brought/                            files that steps read: a CSR, a list
 *	FOLDER/evidence/                           made by `run`, and what is kept for ever:
 *		script.yaml sheet.yaml             the bytes that were followed
 *		record.jsonl                       the record, one chained line each (record.h)
 *		outputs/004-1.out outputs/004-1.err   of step 4, at its first try
 *		files/                             what the steps made; commands run in here
 *		cards/NAME.pem                     public keys of the cards that sign
 *		manifest                           sha256sum's form; its SHA-256 is the head
 *		signatures/NAME.sig NAME.json      over the head (bundle.h)
 *		addendum.jsonl addendum/           what came after, chained and signed in turn
 */
#ifndef CEREMONY_FOLDER_H
#define CEREMONY_FOLDER_H

#include "base/err.h"

#define FOLDER_SCRIPT       "script.yaml"
#define FOLDER_SHEET        "sheet.yaml"
#define FOLDER_BROUGHT      "brought"
#define FOLDER_EVIDENCE     "evidence"

#define EVIDENCE_RECORD     "record.jsonl"
#define EVIDENCE_OUTPUTS    "outputs"
#define EVIDENCE_FILES      "files"
#define EVIDENCE_CARDS      "cards"
#define EVIDENCE_MANIFEST   "manifest"
#define EVIDENCE_SIGNATURES "signatures"
#define EVIDENCE_ADDENDUM   "addendum"

/* FOLDER/`part` (NULL: FOLDER itself), absolute; free() *out. ERR_ABSENT: no such folder. */
MUST_CHECK enum err
folder_path(const char *folder, const char *part, char **out, struct err_trace *trace);

/*
 * The evidence that a person named: FOLDER/evidence, or the folder itself when it has a record or a
 * manifest; free() *out. ERR_ABSENT: neither.
 */
MUST_CHECK enum err folder_evidence(const char *folder, char **out, struct err_trace *trace);

/* Says what to do next when a ceremony's folder or a file of it is not there. */
void folder_next_absent(struct err_trace *trace);

#endif
