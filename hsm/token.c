/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/module.h"
#include "hsm/pkcs11.h"
#include "hsm/text.h"
#include "hsm/token_info.h"

#define PRACTICE "PRACTICE "

enum { SLOTS_MAX = 4096, LIST_TRIES = 4 };

/* Tokens whose keys are files on this machine, by what they say of themselves. */
static const struct {
	const char *manufacturer;
	const char *model; /* the beginning of it */
} software_tokens[] = {
	{ "SoftHSM project", "SoftHSM" },
	{ "Kryoptic Project", "" },
	{ "Kryoptic", "" },
	{ "Mozilla Foundation", "NSS" },
	{ "IBM", "Soft" },
};

static bool
is_software(const struct token_facts *token)
{
	for (size_t i = 0; i < sizeof(software_tokens) / sizeof(*software_tokens); i++) {
		const char *model = software_tokens[i].model;

		if (strcmp(token->manufacturer, software_tokens[i].manufacturer) == 0 &&
		    strncmp(token->model, model, strlen(model)) == 0)
			return true;
	}
	return false;
}

static void
version_text(const CK_VERSION *version, char out[8])
{
	(void)snprintf(out, 8, "%u.%u", version->major, version->minor);
}

static struct token_tries
tries_from(CK_FLAGS flags, enum token_who who)
{
	bool user = who == TOKEN_USER;

	return (struct token_tries){
		.count_low = flags & (user ? CKF_USER_PIN_COUNT_LOW : CKF_SO_PIN_COUNT_LOW),
		.final_try = flags & (user ? CKF_USER_PIN_FINAL_TRY : CKF_SO_PIN_FINAL_TRY),
		.locked = flags & (user ? CKF_USER_PIN_LOCKED : CKF_SO_PIN_LOCKED),
		.to_be_changed =
		    flags & (user ? CKF_USER_PIN_TO_BE_CHANGED : CKF_SO_PIN_TO_BE_CHANGED),
	};
}

void
token_facts_from(unsigned long slot, const CK_TOKEN_INFO *info, struct token_facts *out)
{
	*out = (struct token_facts){
		.slot = slot,
		.initialised = info->flags & CKF_TOKEN_INITIALIZED,
		.user_pin_set = info->flags & CKF_USER_PIN_INITIALIZED,
		.login_required = info->flags & CKF_LOGIN_REQUIRED,
		.has_random = info->flags & CKF_RNG,
		.write_protected = info->flags & CKF_WRITE_PROTECTED,
		.own_pin_pad = info->flags & CKF_PROTECTED_AUTHENTICATION_PATH,
		.user = tries_from(info->flags, TOKEN_USER),
		.so = tries_from(info->flags, TOKEN_SO),
		.pin_min = info->ulMinPinLen,
		.pin_max = info->ulMaxPinLen,
		.sessions = info->ulSessionCount,
	};
	text_from_padded(info->label, sizeof(info->label), out->label);
	text_from_padded(info->manufacturerID, sizeof(info->manufacturerID), out->manufacturer);
	text_from_padded(info->model, sizeof(info->model), out->model);
	text_from_padded(info->serialNumber, sizeof(info->serialNumber), out->serial);
	version_text(&info->hardwareVersion, out->hardware);
	version_text(&info->firmwareVersion, out->firmware);
	out->software = is_software(out);
}

/* A slot may appear between the two calls: try again with the new count. */
enum err
token_slots(struct module *module, CK_SLOT_ID **out, size_t *count, struct err_trace *trace)
{
	CK_FUNCTION_LIST *functions = module_functions(module);
	CK_SLOT_ID *slots = NULL;
	CK_ULONG n = 0;
	CK_RV rv = CKR_BUFFER_TOO_SMALL;

	for (int i = 0; i < LIST_TRIES && rv == CKR_BUFFER_TOO_SMALL; i++) {
		free(slots);
		slots = NULL;
		rv = functions->C_GetSlotList(CK_TRUE, NULL, &n);
		if (rv != CKR_OK)
			break;
		if (n > SLOTS_MAX)
			return FAIL(trace, ERR_FORMAT, "module %s shows %lu slots, more than %d",
			    module_path(module), n, SLOTS_MAX);
		slots = calloc(n + 1, sizeof(*slots));
		if (!slots)
			return FAIL(trace, ERR_NOMEM, "no memory for the list of slots");
		rv = functions->C_GetSlotList(CK_TRUE, slots, &n);
	}
	if (rv != CKR_OK) {
		free(slots);
		return FAIL_CKR(
		    trace, rv, "module %s does not list its tokens", module_path(module));
	}
	*out = slots;
	*count = n;
	return ERR_OK;
}

/* Answers that mean: nothing usable in this slot just now. */
static bool
is_empty_slot(CK_RV rv)
{
	return rv == CKR_TOKEN_NOT_PRESENT || rv == CKR_TOKEN_NOT_RECOGNIZED ||
	       rv == CKR_DEVICE_REMOVED || rv == CKR_SLOT_ID_INVALID;
}

enum err
token_list(struct module *module, struct token_facts **out, size_t *count, struct err_trace *trace)
{
	CK_SLOT_ID *slots = NULL;
	struct token_facts *tokens;
	size_t slot_count = 0;
	size_t used = 0;
	enum err err = token_slots(module, &slots, &slot_count, trace);

	if (err)
		return err;
	tokens = calloc(slot_count + 1, sizeof(*tokens));
	if (!tokens)
		err = FAIL(trace, ERR_NOMEM, "no memory for the list of tokens");
	for (size_t i = 0; !err && i < slot_count; i++) {
		CK_TOKEN_INFO info = { .flags = 0 };
		CK_RV rv = module_functions(module)->C_GetTokenInfo(slots[i], &info);

		if (rv == CKR_OK)
			token_facts_from(slots[i], &info, &tokens[used++]);
		else if (!is_empty_slot(rv))
			tokens[used++] = (struct token_facts){ .slot = slots[i], .broken = true };
	}
	free(slots);
	if (err) {
		free(tokens);
		return err;
	}
	*out = tokens;
	*count = used;
	return ERR_OK;
}

enum err
token_refresh(struct module *module, const struct token_facts *token, struct token_facts *now,
    struct err_trace *trace)
{
	CK_TOKEN_INFO info = { .flags = 0 };
	struct token_facts seen;
	CK_RV rv = module_functions(module)->C_GetTokenInfo(token->slot, &info);

	if (is_empty_slot(rv))
		return FAIL_RAW(trace, ERR_ABSENT, ERR_ORIGIN_CKR, rv,
		    "token '%s' (serial %s) is gone", token->label, token->serial);
	if (rv != CKR_OK)
		return FAIL_CKR(trace, rv, "token '%s' (serial %s) says nothing of itself",
		    token->label, token->serial);
	token_facts_from(token->slot, &info, &seen);
	/* A fresh token has no serial worth comparing; who needs it fresh looks at *now. */
	if (token->initialised && strcmp(seen.serial, token->serial) != 0)
		return FAIL(trace, ERR_ABSENT,
		    "slot %lu now holds the token with serial '%s' instead of '%s'", token->slot,
		    seen.serial, token->serial);
	*now = seen;
	return ERR_OK;
}

bool
token_is_practice(const struct token_facts *token)
{
	return strncmp(token->label, PRACTICE, strlen(PRACTICE)) == 0;
}

enum err
token_label_check(const char *label, bool practice, struct err_trace *trace)
{
	size_t len = strlen(label);
	bool marked = strncmp(label, PRACTICE, strlen(PRACTICE)) == 0;

	if (len == 0 || len > sizeof(((CK_TOKEN_INFO *)0)->label))
		return FAIL(
		    trace, ERR_ARGUMENT, "a token's label has 1 to 32 bytes, this has %zu", len);
	if (!text_is_printable(label))
		return FAIL(trace, ERR_ARGUMENT, "a token's label is printable UTF-8");
	if (label[0] == ' ' || label[len - 1] == ' ')
		return FAIL(trace, ERR_ARGUMENT, "a token's label has no blank at its ends");
	if (practice && !marked) {
		err_next(trace, "Name it '" PRACTICE "%s'.", label);
		return FAIL(trace, ERR_ARGUMENT,
		    "'%s': in a practice roster a token's label begins with '" PRACTICE "'", label);
	}
	if (!practice && marked)
		return FAIL(trace, ERR_ARGUMENT,
		    "'%s': labels that begin with '" PRACTICE "' are for practice rosters", label);
	return ERR_OK;
}

enum err
token_practice_check(const struct token_facts *token, bool practice, struct err_trace *trace)
{
	if (!token->initialised || token_is_practice(token) == practice)
		return ERR_OK;
	if (practice)
		return FAIL(trace, ERR_DENIED,
		    "token '%s' (serial %s) is a real one, and this roster is for practice",
		    token->label, token->serial);
	return FAIL(trace, ERR_DENIED,
	    "token '%s' (serial %s) is for practice, and this roster is a real one", token->label,
	    token->serial);
}
