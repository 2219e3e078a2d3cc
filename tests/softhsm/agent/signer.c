/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/softhsm/agent/signer.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNATURE = 512 };

CK_MECHANISM signer_ecdsa = { CKM_ECDSA, NULL, 0 };

void
signer_must(const char *what, CK_RV rv)
{
	if (rv == CKR_OK)
		return;
	fprintf(stderr, "%s: 0x%lx\n", what, rv);
	exit(1);
}

static CK_OBJECT_HANDLE
find_key(const struct signer *signer)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template = { CKA_CLASS, &class, sizeof(class) };
	CK_FUNCTION_LIST *pkcs11 = signer->pkcs11;
	CK_OBJECT_HANDLE key = 0;
	CK_ULONG count = 0;

	signer_must("C_FindObjectsInit", pkcs11->C_FindObjectsInit(signer->session, &template, 1));
	signer_must("C_FindObjects", pkcs11->C_FindObjects(signer->session, &key, 1, &count));
	signer_must("C_FindObjectsFinal", pkcs11->C_FindObjectsFinal(signer->session));
	if (count != 1) {
		fprintf(stderr, "no private key is visible\n");
		exit(1);
	}
	return key;
}

struct signer
signer_connect(const char *module)
{
	struct signer signer = { 0 };
	CK_ULONG count = 1;
	CK_C_GetFunctionList get_list;
	void *library = dlopen(module, RTLD_NOW);
	void *symbol = library == NULL ? NULL : dlsym(library, "C_GetFunctionList");

	if (symbol == NULL) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	memcpy(&get_list, &symbol, sizeof(get_list));
	signer_must("C_GetFunctionList", get_list(&signer.pkcs11));
	signer_must("C_Initialize", signer.pkcs11->C_Initialize(NULL));
	signer_must("C_GetSlotList", signer.pkcs11->C_GetSlotList(CK_TRUE, &signer.slot, &count));
	signer_must("C_OpenSession", signer.pkcs11->C_OpenSession(signer.slot, CKF_SERIAL_SESSION,
					 NULL, NULL, &signer.session));
	signer.key = find_key(&signer);
	return signer;
}

CK_RV
signer_sign(const struct signer *signer, CK_BYTE digest[SIGNER_DIGEST])
{
	CK_BYTE signature[SIGNATURE];
	CK_ULONG len = sizeof(signature);
	CK_RV rv = signer->pkcs11->C_SignInit(signer->session, &signer_ecdsa, signer->key);

	return rv == CKR_OK
		   ? signer->pkcs11->C_Sign(signer->session, digest, SIGNER_DIGEST, signature, &len)
		   : rv;
}
