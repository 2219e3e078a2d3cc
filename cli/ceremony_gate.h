/* SPDX-License-Identifier: BSD-2-Clause */
/* What must be so before a ceremony is held: its exact bytes passed lint, and a dry run. */
#ifndef CLI_CEREMONY_GATE_H
#define CLI_CEREMONY_GATE_H

#include "ceremony/script.h"
#include "ceremony/sheet.h"
#include "cli/cli.h"

struct ceremony_texts {
	struct script *script;
	struct sheet *sheet;
};

/* Reads FOLDER's two files; ceremony_texts_free(out). */
MUST_CHECK enum err
ceremony_texts_read(const char *folder, struct ceremony_texts *out, struct err_trace *trace);
void ceremony_texts_free(struct ceremony_texts *texts);

/* ERR_DENIED when lint finds anything. `roster`: NULL looks at the texts alone. */
MUST_CHECK enum err ceremony_gate_lint(const char *folder, const struct ceremony_texts *texts,
    struct roster *roster, struct err_trace *trace);

/* ERR_DENIED when this roster knows of no dry run that these bytes passed. */
MUST_CHECK enum err ceremony_gate_dry_run(struct roster *roster, const char *folder,
    const struct script *script, struct err_trace *trace);

#endif
