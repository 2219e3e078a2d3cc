/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/softhsm/agent/refused.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "agent/policy.h"
#include "tests/softhsm/agent/signer.h"

enum { OUT = 512, IN = 64, CALLS = 64 };

struct answers {
	size_t count;
	struct answer {
		const char *name;
		CK_RV rv;
	} answer[CALLS];
};

static CK_MECHANISM rsa = { CKM_RSA_PKCS, NULL, 0 };
static CK_BYTE in[IN];

static void
add(struct answers *answers, const struct answer *more, size_t count)
{
	memcpy(&answers->answer[answers->count], more, count * sizeof(*more));
	answers->count += count;
}

static void
ask_for_management(const struct signer *s, struct answers *answers)
{
	CK_FUNCTION_LIST *p = s->pkcs11;
	CK_SESSION_HANDLE h = s->session;
	CK_OBJECT_HANDLE k = s->key, made;
	CK_MECHANISM aes = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_MECHANISM pair = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_UTF8CHAR pin[] = "12345678", label[32] = "x";
	CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE token = { CKA_TOKEN, &yes, sizeof(yes) };
	CK_BYTE out[OUT];
	CK_ULONG len = sizeof(out);
	CK_SLOT_ID slot;
	const struct answer more[] = {
		{ "C_InitToken", p->C_InitToken(s->slot, pin, 8, label) },
		{ "C_InitPIN", p->C_InitPIN(h, pin, 8) },
		{ "C_SetPIN", p->C_SetPIN(h, pin, 8, pin, 8) },
		{ "C_GetOperationState", p->C_GetOperationState(h, out, &len) },
		{ "C_SetOperationState", p->C_SetOperationState(h, out, 8, 0, 0) },
		{ "C_CreateObject", p->C_CreateObject(h, &token, 1, &made) },
		{ "C_CopyObject", p->C_CopyObject(h, k, &token, 1, &made) },
		{ "C_DestroyObject", p->C_DestroyObject(h, k) },
		{ "C_GetObjectSize", p->C_GetObjectSize(h, k, &len) },
		{ "C_SetAttributeValue", p->C_SetAttributeValue(h, k, &token, 1) },
		{ "C_GenerateKey", p->C_GenerateKey(h, &aes, &token, 1, &made) },
		{ "C_GenerateKeyPair",
		    p->C_GenerateKeyPair(h, &pair, &token, 1, &token, 1, &made, &made) },
		{ "C_WrapKey", p->C_WrapKey(h, &rsa, k, k, out, &len) },
		{ "C_UnwrapKey", p->C_UnwrapKey(h, &rsa, k, in, 32, &token, 1, &made) },
		{ "C_DeriveKey", p->C_DeriveKey(h, &rsa, k, &token, 1, &made) },
		{ "C_SeedRandom", p->C_SeedRandom(h, in, 32) },
		{ "C_WaitForSlotEvent", p->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL) },
	};

	add(answers, more, sizeof(more) / sizeof(*more));
}

static void
ask_for_operations(const struct signer *s, struct answers *answers)
{
	CK_FUNCTION_LIST *p = s->pkcs11;
	CK_SESSION_HANDLE h = s->session;
	CK_OBJECT_HANDLE k = s->key;
	CK_BYTE out[OUT];
	CK_ULONG len = sizeof(out);
	const struct answer more[] = {
		{ "C_EncryptInit", p->C_EncryptInit(h, &rsa, k) },
		{ "C_Encrypt", p->C_Encrypt(h, in, 32, out, &len) },
		{ "C_EncryptUpdate", p->C_EncryptUpdate(h, in, 32, out, &len) },
		{ "C_EncryptFinal", p->C_EncryptFinal(h, out, &len) },
		{ "C_DecryptInit", p->C_DecryptInit(h, &rsa, k) },
		{ "C_Decrypt", p->C_Decrypt(h, in, 32, out, &len) },
		{ "C_DecryptUpdate", p->C_DecryptUpdate(h, in, 32, out, &len) },
		{ "C_DecryptFinal", p->C_DecryptFinal(h, out, &len) },
		{ "C_DigestKey", p->C_DigestKey(h, k) },
		{ "C_SignRecoverInit", p->C_SignRecoverInit(h, &rsa, k) },
		{ "C_SignRecover", p->C_SignRecover(h, in, 32, out, &len) },
		{ "C_VerifyRecoverInit", p->C_VerifyRecoverInit(h, &rsa, k) },
		{ "C_VerifyRecover", p->C_VerifyRecover(h, in, 32, out, &len) },
		{ "C_DigestEncryptUpdate", p->C_DigestEncryptUpdate(h, in, 32, out, &len) },
		{ "C_DecryptDigestUpdate", p->C_DecryptDigestUpdate(h, in, 32, out, &len) },
		{ "C_SignEncryptUpdate", p->C_SignEncryptUpdate(h, in, 32, out, &len) },
		{ "C_DecryptVerifyUpdate", p->C_DecryptVerifyUpdate(h, in, 32, out, &len) },
	};

	add(answers, more, sizeof(more) / sizeof(*more));
}

static bool
is_refused(const struct answers *answers, const char *name)
{
	for (size_t i = 0; i < answers->count; i++)
		if (strcmp(answers->answer[i].name, name) == 0)
			return answers->answer[i].rv == CKR_FUNCTION_NOT_SUPPORTED;
	return false;
}

/* Each row of the policy that is refused and can be asked for. */
static int
count_not_refused(const struct answers *answers)
{
	size_t count;
	const struct policy_row *rows = policy_rows(&count);
	int bad = 0;

	for (size_t i = 0; i < count; i++) {
		if (rows[i].verdict != POLICY_REFUSED || rows[i].call == 0 ||
		    is_refused(answers, rows[i].name))
			continue;
		fprintf(stderr, "%s: not refused, or not asked for\n", rows[i].name);
		bad++;
	}
	return bad;
}

static int
count_secrets_told(const struct signer *signer)
{
	static const CK_ATTRIBUTE_TYPE secrets[] = { CKA_VALUE, CKA_PRIVATE_EXPONENT, CKA_PRIME_1,
		CKA_PRIME_2, CKA_EXPONENT_1, CKA_EXPONENT_2, CKA_COEFFICIENT };
	int bad = 0;

	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++) {
		CK_BYTE out[OUT];
		CK_ATTRIBUTE attribute = { secrets[i], out, sizeof(out) };
		CK_RV rv = signer->pkcs11->C_GetAttributeValue(
		    signer->session, signer->key, &attribute, 1);

		if (rv == CKR_ATTRIBUTE_SENSITIVE &&
		    attribute.ulValueLen == CK_UNAVAILABLE_INFORMATION)
			continue;
		fprintf(stderr, "attribute 0x%lx: 0x%lx\n", secrets[i], rv);
		bad++;
	}
	return bad;
}

int
refused_run(const char *module, const char *unused)
{
	struct signer signer = signer_connect(module);
	struct answers answers = { 0 };
	CK_UTF8CHAR pin[] = "12345678";
	int bad;

	(void)unused;
	ask_for_management(&signer, &answers);
	ask_for_operations(&signer, &answers);
	bad = count_not_refused(&answers) + count_secrets_told(&signer);
	if (signer.pkcs11->C_Login(signer.session, CKU_SO, pin, 8) == CKR_USER_TYPE_INVALID)
		return bad > 0;
	fprintf(stderr, "C_Login as SO: not refused\n");
	return 1;
}
