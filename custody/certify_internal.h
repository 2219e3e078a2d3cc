/* SPDX-License-Identifier: BSD-2-Clause */
/* What the signing of certificates and of revocation lists share. Internal to custody/. */
#ifndef CUSTODY_CERTIFY_INTERNAL_H
#define CUSTODY_CERTIFY_INTERNAL_H

#include "custody/certify.h"
#include "custody/login.h"

struct certify_issuer {
	const X509 *certificate;
	const char *label; /* of the key that should be its */
};

/* ERR_DENIED when it has ended, or the roster knows that the key of that label is another. */
MUST_CHECK enum err certify_check_issuer(struct custody *custody, const struct login_target *target,
    const struct certify_issuer *issuer, struct err_trace *trace);

/* What the job gave, but for what depends on the kind of it. */
MUST_CHECK enum err certify_take_reply(const json_t *reply, const struct login_target *target,
    const char *label, struct certified *out, struct err_trace *trace);

MUST_CHECK enum err certify_take_certificate(const json_t *reply, const struct login_target *target,
    const struct certify_request *request, struct certified *out, struct err_trace *trace);

#endif
