/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates, requests and revocation lists as files, read and written with their names said. */
#ifndef CLI_PKI_FILE_H
#define CLI_PKI_FILE_H

#include "cli/cli.h"
#include "custody/certify.h"
#include "x509/encoding.h"

enum { PKI_FILE_MAX = 16 * 1024 * 1024 };

/* PEM or DER; der_drop *out. */
MUST_CHECK enum err
pki_file_read(enum encoding kind, const char *path, struct der *out, struct err_trace *trace);
/* X509_free *out. */
MUST_CHECK enum err pki_file_certificate(const char *path, X509 **out, struct err_trace *trace);

/*
 * A new file with PEM, or with DER. Where it cannot be written, what was signed is not lost: the
 * PEM is printed.
 */
struct pki_output {
	enum encoding kind;
	const char *path;
	bool der;
};
MUST_CHECK enum err pki_file_write(struct cli *cli, const struct pki_output *output,
    const struct der *der, struct err_trace *trace);

/*
 * What was signed goes into the roster and into the file. Both are tried, whatever becomes of the
 * other: a signature cannot be taken back.
 */
MUST_CHECK enum err pki_file_keep(struct cli *cli, const struct pki_output *output,
    const struct certified *made, struct err_trace *trace);

#endif
