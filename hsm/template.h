/* SPDX-License-Identifier: BSD-2-Clause */
/* Templates: the attributes that an object is to have, for PKCS#11, which borrows their values. */
#ifndef HSM_TEMPLATE_H
#define HSM_TEMPLATE_H

#include <stdbool.h>

#include "hsm/pkcs11.h"
#include "hsm/token_info.h"

enum { TEMPLATE_MAX = 20 };

struct template
{
	CK_ATTRIBUTE at[TEMPLATE_MAX];
	CK_ULONG count;
};

/* `value` stays the caller's until the template was used. At most TEMPLATE_MAX. */
static inline void
template_put(struct template *to, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	to->at[to->count++] = (CK_ATTRIBUTE){ type, ck_bytes(value), (CK_ULONG)len };
}

static inline void
template_flag(struct template *to, CK_ATTRIBUTE_TYPE type, bool value)
{
	static const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

	template_put(to, type, value ? &yes : &no, sizeof(CK_BBOOL));
}

static inline void
template_number(struct template *to, CK_ATTRIBUTE_TYPE type, const CK_ULONG *value)
{
	template_put(to, type, value, sizeof(*value));
}

#endif
