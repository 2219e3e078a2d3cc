/* SPDX-License-Identifier: BSD-2-Clause */
/* A revocation list as people and programs read it. */
#ifndef CLI_CRL_VIEW_H
#define CLI_CRL_VIEW_H

#include <jansson.h>

#include "cli/cli.h"
#include "x509/encoding.h"

MUST_CHECK enum err crl_view_print(struct cli *cli, const struct der *der, struct err_trace *trace);

/* json_decref() *out. */
MUST_CHECK enum err crl_view_json(const struct der *der, json_t **out, struct err_trace *trace);

#endif
