/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/attributes.h"

#include <stddef.h>

struct attribute {
	CK_ATTRIBUTE_TYPE type;
	enum attribute_form form;
	bool is_public;
};

/* The forms are p11-kit's (map_attribute_to_value_type); a mistake here is cut, not misread. */
static const struct attribute attributes[] = {
	{ CKA_CLASS, ATTRIBUTE_NUMBER, true },
	{ CKA_TOKEN, ATTRIBUTE_FLAG, true },
	{ CKA_PRIVATE, ATTRIBUTE_FLAG, true },
	{ CKA_LABEL, ATTRIBUTE_BYTES, true },
	{ CKA_VALUE, ATTRIBUTE_BYTES, false }, /* a certificate, or a private key */
	{ CKA_CERTIFICATE_TYPE, ATTRIBUTE_NUMBER, true },
	{ CKA_ISSUER, ATTRIBUTE_BYTES, true },
	{ CKA_SERIAL_NUMBER, ATTRIBUTE_BYTES, true },
	{ CKA_OWNER, ATTRIBUTE_BYTES, true },
	{ CKA_TRUSTED, ATTRIBUTE_FLAG, true },
	{ CKA_CERTIFICATE_CATEGORY, ATTRIBUTE_NUMBER, true },
	{ CKA_URL, ATTRIBUTE_BYTES, true },
	{ CKA_HASH_OF_SUBJECT_PUBLIC_KEY, ATTRIBUTE_BYTES, true },
	{ CKA_HASH_OF_ISSUER_PUBLIC_KEY, ATTRIBUTE_BYTES, true },
	{ CKA_CHECK_VALUE, ATTRIBUTE_BYTES, true },
	{ CKA_KEY_TYPE, ATTRIBUTE_NUMBER, true },
	{ CKA_SUBJECT, ATTRIBUTE_BYTES, true },
	{ CKA_ID, ATTRIBUTE_BYTES, true },
	{ CKA_SENSITIVE, ATTRIBUTE_FLAG, true },
	{ CKA_ENCRYPT, ATTRIBUTE_FLAG, true },
	{ CKA_DECRYPT, ATTRIBUTE_FLAG, true },
	{ CKA_WRAP, ATTRIBUTE_FLAG, true },
	{ CKA_UNWRAP, ATTRIBUTE_FLAG, true },
	{ CKA_SIGN, ATTRIBUTE_FLAG, true },
	{ CKA_SIGN_RECOVER, ATTRIBUTE_FLAG, true },
	{ CKA_VERIFY, ATTRIBUTE_FLAG, true },
	{ CKA_VERIFY_RECOVER, ATTRIBUTE_FLAG, true },
	{ CKA_DERIVE, ATTRIBUTE_FLAG, true },
	{ CKA_START_DATE, ATTRIBUTE_DATE, true },
	{ CKA_END_DATE, ATTRIBUTE_DATE, true },
	{ CKA_MODULUS, ATTRIBUTE_BYTES, true },
	{ CKA_MODULUS_BITS, ATTRIBUTE_NUMBER, true },
	{ CKA_PUBLIC_EXPONENT, ATTRIBUTE_BYTES, true },
	{ CKA_PRIVATE_EXPONENT, ATTRIBUTE_BYTES, false },
	{ CKA_PRIME_1, ATTRIBUTE_BYTES, false },
	{ CKA_PRIME_2, ATTRIBUTE_BYTES, false },
	{ CKA_EXPONENT_1, ATTRIBUTE_BYTES, false },
	{ CKA_EXPONENT_2, ATTRIBUTE_BYTES, false },
	{ CKA_COEFFICIENT, ATTRIBUTE_BYTES, false },
	{ CKA_EXTRACTABLE, ATTRIBUTE_FLAG, true },
	{ CKA_LOCAL, ATTRIBUTE_FLAG, true },
	{ CKA_NEVER_EXTRACTABLE, ATTRIBUTE_FLAG, true },
	{ CKA_ALWAYS_SENSITIVE, ATTRIBUTE_FLAG, true },
	{ CKA_KEY_GEN_MECHANISM, ATTRIBUTE_NUMBER, true },
	{ CKA_MODIFIABLE, ATTRIBUTE_FLAG, true },
	{ CKA_EC_PARAMS, ATTRIBUTE_BYTES, true },
	{ CKA_EC_POINT, ATTRIBUTE_BYTES, true },
	{ CKA_ALWAYS_AUTHENTICATE, ATTRIBUTE_FLAG, true },
	{ CKA_WRAP_WITH_TRUSTED, ATTRIBUTE_FLAG, true },
};

static const struct attribute *
find(CK_ATTRIBUTE_TYPE type)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++)
		if (attributes[i].type == type)
			return &attributes[i];
	return NULL;
}

enum attribute_form
attribute_form(CK_ATTRIBUTE_TYPE type)
{
	const struct attribute *attribute = find(type);

	return attribute == NULL ? ATTRIBUTE_UNKNOWN : attribute->form;
}

bool
attribute_is_public(CK_ATTRIBUTE_TYPE type)
{
	const struct attribute *attribute = find(type);

	return attribute != NULL && attribute->is_public;
}
