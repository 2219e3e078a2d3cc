/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PKCS#11 module that is SoftHSM, with tokens that refuse what SoftHSM never does. The file
 * QUORATE_P11_REFUSALS has a line for each refusal, of a word and a token's label: "user-locked"
 * and "so-locked" are answered at the login, "form" when a PIN is to be changed, "pulled" when a
 * key is to be unwrapped, "unsealed" when an attribute is to be changed. No file: no refusal.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <p11-kit/pkcs11.h>

#define SOFTHSM "/usr/lib/softhsm/libsofthsm2.so"

static CK_FUNCTION_LIST functions;
static CK_FUNCTION_LIST *real;

/* A file's line for this token; its label is padded with blanks. */
static bool
is_line_for(const char *line, const char *word, const CK_TOKEN_INFO *token)
{
	size_t length = strlen(word), label;

	if (strncmp(line, word, length) != 0 || line[length] != ' ')
		return false;
	line += length + 1;
	label = strcspn(line, "\n");
	return label > 0 && label < sizeof(token->label) &&
	       memcmp(token->label, line, label) == 0 && token->label[label] == ' ';
}

static bool
refuses(CK_SESSION_HANDLE session, const char *word)
{
	const char *path = getenv("QUORATE_P11_REFUSALS");
	FILE *file = path == NULL ? NULL : fopen(path, "r");
	CK_SESSION_INFO info;
	CK_TOKEN_INFO token;
	char line[128];
	bool found = false;

	if (file == NULL)
		return false;
	if (real->C_GetSessionInfo(session, &info) == CKR_OK &&
	    real->C_GetTokenInfo(info.slotID, &token) == CKR_OK)
		while (!found && fgets(line, sizeof(line), file) != NULL)
			found = is_line_for(line, word, &token);
	(void)fclose(file);
	return found;
}

static CK_RV
login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG len)
{
	if (refuses(session, user == CKU_SO ? "so-locked" : "user-locked"))
		return CKR_PIN_LOCKED;
	return real->C_Login(session, user, pin, len);
}

static CK_RV
set_pin(CK_SESSION_HANDLE session, CK_UTF8CHAR *old_pin, CK_ULONG old_len, CK_UTF8CHAR *new_pin,
    CK_ULONG new_len)
{
	if (refuses(session, "form"))
		return CKR_PIN_LEN_RANGE;
	return real->C_SetPIN(session, old_pin, old_len, new_pin, new_len);
}

static CK_RV
unwrap_key(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE unwrapping,
    CK_BYTE *wrapped, CK_ULONG len, CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *key)
{
	if (refuses(session, "pulled"))
		return CKR_DEVICE_REMOVED;
	return real->C_UnwrapKey(
	    session, mechanism, unwrapping, wrapped, len, template, count, key);
}

static CK_RV
set_attributes(
    CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template, CK_ULONG count)
{
	if (refuses(session, "unsealed"))
		return CKR_ATTRIBUTE_READ_ONLY;
	return real->C_SetAttributeValue(session, object, template, count);
}

/* The module is never unloaded: what it gave out points into it. */
static CK_RV
load(void)
{
	void *module = dlopen(SOFTHSM, RTLD_NOW | RTLD_LOCAL);
	void *found = module == NULL ? NULL : dlsym(module, "C_GetFunctionList");
	CK_RV (*get)(CK_FUNCTION_LIST **);
	CK_RV rv;

	if (found == NULL)
		return CKR_GENERAL_ERROR;
	memcpy(&get, &found, sizeof(get));
	rv = get(&real);
	if (rv != CKR_OK)
		return rv;
	functions = *real;
	functions.C_GetFunctionList = C_GetFunctionList;
	functions.C_Login = login;
	functions.C_SetPIN = set_pin;
	functions.C_UnwrapKey = unwrap_key;
	functions.C_SetAttributeValue = set_attributes;
	return CKR_OK;
}

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **out)
{
	CK_RV rv = real == NULL ? load() : CKR_OK;

	if (rv == CKR_OK)
		*out = &functions;
	return rv;
}
