/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/mechanisms.h"

#include <stddef.h>

enum {
	SIGNATURE = MECHANISM_SIGN | MECHANISM_VERIFY,
	PSS = sizeof(CK_RSA_PKCS_PSS_PARAMS),
};

static const struct mechanism mechanisms[] = {
	{ CKM_ECDSA, SIGNATURE, 0, "ECDSA", true },
	{ CKM_ECDSA_SHA1, SIGNATURE, 0, "ECDSA-SHA1", false },
	{ CKM_ECDSA_SHA224, SIGNATURE, 0, "ECDSA-SHA224", false },
	{ CKM_ECDSA_SHA256, SIGNATURE, 0, "ECDSA-SHA256", false },
	{ CKM_ECDSA_SHA384, SIGNATURE, 0, "ECDSA-SHA384", false },
	{ CKM_ECDSA_SHA512, SIGNATURE, 0, "ECDSA-SHA512", false },
	{ CKM_EDDSA, SIGNATURE, 0, "EdDSA", false },
	{ CKM_RSA_PKCS, SIGNATURE, 0, "RSA-PKCS", true },
	{ CKM_SHA1_RSA_PKCS, SIGNATURE, 0, "RSA-PKCS-SHA1", false },
	{ CKM_SHA224_RSA_PKCS, SIGNATURE, 0, "RSA-PKCS-SHA224", false },
	{ CKM_SHA256_RSA_PKCS, SIGNATURE, 0, "RSA-PKCS-SHA256", false },
	{ CKM_SHA384_RSA_PKCS, SIGNATURE, 0, "RSA-PKCS-SHA384", false },
	{ CKM_SHA512_RSA_PKCS, SIGNATURE, 0, "RSA-PKCS-SHA512", false },
	{ CKM_RSA_PKCS_PSS, SIGNATURE, PSS, "RSA-PSS", true },
	{ CKM_SHA1_RSA_PKCS_PSS, SIGNATURE, PSS, "RSA-PSS-SHA1", false },
	{ CKM_SHA224_RSA_PKCS_PSS, SIGNATURE, PSS, "RSA-PSS-SHA224", false },
	{ CKM_SHA256_RSA_PKCS_PSS, SIGNATURE, PSS, "RSA-PSS-SHA256", false },
	{ CKM_SHA384_RSA_PKCS_PSS, SIGNATURE, PSS, "RSA-PSS-SHA384", false },
	{ CKM_SHA512_RSA_PKCS_PSS, SIGNATURE, PSS, "RSA-PSS-SHA512", false },
	{ CKM_SHA_1, MECHANISM_DIGEST, 0, "SHA1", false },
	{ CKM_SHA224, MECHANISM_DIGEST, 0, "SHA224", false },
	{ CKM_SHA256, MECHANISM_DIGEST, 0, "SHA256", false },
	{ CKM_SHA384, MECHANISM_DIGEST, 0, "SHA384", false },
	{ CKM_SHA512, MECHANISM_DIGEST, 0, "SHA512", false },
};

const struct mechanism *
mechanism_find(CK_MECHANISM_TYPE type)
{
	for (size_t i = 0; i < sizeof(mechanisms) / sizeof(*mechanisms); i++)
		if (mechanisms[i].type == type)
			return &mechanisms[i];
	return NULL;
}

CK_RV
mechanism_check(const CK_MECHANISM *mechanism, enum mechanism_use use)
{
	const struct mechanism *known = mechanism_find(mechanism->mechanism);

	if (known == NULL || (known->uses & (unsigned)use) == 0)
		return CKR_MECHANISM_INVALID;
	if (mechanism->ulParameterLen != known->parameter_len ||
	    (known->parameter_len != 0 && mechanism->pParameter == NULL))
		return CKR_MECHANISM_PARAM_INVALID;
	return CKR_OK;
}
