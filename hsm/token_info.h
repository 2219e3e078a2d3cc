/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of hsm/ share about tokens in PKCS#11's own terms. */
#ifndef HSM_TOKEN_INFO_H
#define HSM_TOKEN_INFO_H

#include <stdint.h>

#include "base/secret.h"
#include "hsm/pkcs11.h"
#include "hsm/token.h"

/* The slots that have a token; free() *out. */
MUST_CHECK enum err
token_slots(struct module *module, CK_SLOT_ID **out, size_t *count, struct err_trace *trace);

void token_facts_from(unsigned long slot, const CK_TOKEN_INFO *info, struct token_facts *out);

/* PKCS#11 takes what it only reads without const. */
static inline CK_BYTE *
ck_bytes(const void *bytes)
{
	return (CK_BYTE *)(uintptr_t)bytes;
}

static inline CK_BYTE *
ck_pin(const struct secret *pin)
{
	return ck_bytes(secret_bytes(pin));
}

static inline CK_ULONG
ck_pin_len(const struct secret *pin)
{
	return (CK_ULONG)secret_len(pin);
}

static inline CK_USER_TYPE
ck_user(enum token_who who)
{
	return who == TOKEN_SO ? CKU_SO : CKU_USER;
}

static inline const char *
token_pin_word(enum token_who who)
{
	return who == TOKEN_SO ? "SO PIN" : "user PIN";
}

/* C_Login, once; the session remembers a success and logs out when it closes. */
CK_RV
token_login_once(struct token_session *session, enum token_who who, const struct secret *pin);

/* What a refusal of it means, in words. */
MUST_CHECK enum err token_login_failed(
    const struct token_session *session, enum token_who who, CK_RV rv, struct err_trace *trace);

/* "; a few tries are left": what the counter says, to end a sentence with. */
const char *token_tries_words(const struct token_facts *token, enum token_who who);

#endif
