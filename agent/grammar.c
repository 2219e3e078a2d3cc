/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/grammar.h"

#include <string.h>

#include "agent/attributes.h"
#include "agent/mechanisms.h"
#include "agent/policy.h"
#include "base/bytes.h"

/* One request being walked. */
struct walk {
	struct cursor at;
	size_t room; /* bytes of room that it may still ask for */
	CK_RV refusal;
};

static const uint32_t no_bytes = UINT32_MAX;

static enum grammar_verdict
skip(struct walk *walk, size_t len)
{
	return cursor_skip(&walk->at, len) ? GRAMMAR_PASS : GRAMMAR_CUT;
}

static enum grammar_verdict
refuse(struct walk *walk, CK_RV rv)
{
	walk->refusal = rv;
	return GRAMMAR_REFUSE;
}

static enum grammar_verdict
take_room(struct walk *walk, size_t len)
{
	if (len > walk->room)
		return GRAMMAR_CUT;
	walk->room -= len;
	return GRAMMAR_PASS;
}

static bool
read_bytes(struct walk *walk, uint32_t *len)
{
	if (!cursor_u32(&walk->at, len))
		return false;
	if (*len == no_bytes) {
		*len = 0;
		return true;
	}
	return cursor_skip(&walk->at, *len);
}

static enum grammar_verdict
check_number(struct walk *walk)
{
	return skip(walk, 8);
}

static enum grammar_verdict
check_byte(struct walk *walk)
{
	return skip(walk, 1);
}

static enum grammar_verdict
check_bytes(struct walk *walk)
{
	uint8_t present;
	uint32_t len;

	if (!cursor_u8(&walk->at, &present) || present != 1)
		return GRAMMAR_CUT;
	return read_bytes(walk, &len) ? GRAMMAR_PASS : GRAMMAR_CUT;
}

static enum grammar_verdict
check_byte_room(struct walk *walk)
{
	uint32_t len;

	return cursor_u32(&walk->at, &len) ? take_room(walk, len) : GRAMMAR_CUT;
}

static enum grammar_verdict
check_number_room(struct walk *walk)
{
	uint32_t count;

	return cursor_u32(&walk->at, &count) && count <= GRAMMAR_NUMBERS ? GRAMMAR_PASS
									 : GRAMMAR_CUT;
}

static enum grammar_verdict
check_attribute_room(struct walk *walk)
{
	uint32_t count, type, len;

	if (!cursor_u32(&walk->at, &count) || count > GRAMMAR_ATTRIBUTES)
		return GRAMMAR_CUT;
	for (uint32_t i = 0; i < count; i++) {
		if (!cursor_u32(&walk->at, &type) || !cursor_u32(&walk->at, &len) ||
		    len > GRAMMAR_ATTRIBUTE_LEN || take_room(walk, len) != GRAMMAR_PASS)
			return GRAMMAR_CUT;
	}
	return GRAMMAR_PASS;
}

/* `len` is the room that p11-kit makes; the value is what it then writes there. */
static enum grammar_verdict
check_value(struct walk *walk, CK_ATTRIBUTE_TYPE type, uint32_t len)
{
	uint32_t got;

	switch (attribute_form(type)) {
	case ATTRIBUTE_FLAG:
		return len == 1 ? skip(walk, 1) : GRAMMAR_CUT;
	case ATTRIBUTE_NUMBER:
		return len == sizeof(CK_ULONG) ? skip(walk, 8) : GRAMMAR_CUT;
	case ATTRIBUTE_DATE:
		if (len != 0 && len != sizeof(CK_DATE))
			return GRAMMAR_CUT;
		return read_bytes(walk, &got) && got == len ? GRAMMAR_PASS : GRAMMAR_CUT;
	case ATTRIBUTE_BYTES:
		return read_bytes(walk, &got) && got == len ? GRAMMAR_PASS : GRAMMAR_CUT;
	case ATTRIBUTE_UNKNOWN:
		break;
	}
	return refuse(walk, CKR_ATTRIBUTE_TYPE_INVALID);
}

static enum grammar_verdict
check_attributes(struct walk *walk)
{
	enum grammar_verdict verdict = GRAMMAR_PASS;
	uint32_t count, type, len;
	uint8_t present;

	if (!cursor_u32(&walk->at, &count) || count > GRAMMAR_ATTRIBUTES)
		return GRAMMAR_CUT;
	for (uint32_t i = 0; verdict == GRAMMAR_PASS && i < count; i++) {
		if (!cursor_u32(&walk->at, &type) || !cursor_u8(&walk->at, &present))
			return GRAMMAR_CUT;
		if (present == 0)
			return refuse(walk, CKR_ATTRIBUTE_VALUE_INVALID);
		if (!cursor_u32(&walk->at, &len))
			return GRAMMAR_CUT;
		verdict = check_value(walk, type, len);
	}
	return verdict;
}

/* Three numbers for RSA-PSS, else no bytes: agent/mechanisms.h knows no other parameter. */
static enum grammar_verdict
check_mechanism(struct walk *walk)
{
	const struct mechanism *mechanism;
	uint32_t type, len;

	if (!cursor_u32(&walk->at, &type))
		return GRAMMAR_CUT;
	mechanism = mechanism_find(type);
	if (mechanism == NULL)
		return refuse(walk, CKR_MECHANISM_INVALID);
	if (mechanism->parameter_len != 0)
		return skip(walk, 24);
	if (!read_bytes(walk, &len))
		return GRAMMAR_CUT;
	return len == 0 ? GRAMMAR_PASS : refuse(walk, CKR_MECHANISM_PARAM_INVALID);
}

static const struct {
	const char *letters;
	enum grammar_verdict (*check)(struct walk *walk);
} arguments[] = {
	{ "u", check_number },
	{ "y", check_byte },
	{ "ay", check_bytes },
	{ "aA", check_attributes },
	{ "fy", check_byte_room },
	{ "fu", check_number_room },
	{ "fA", check_attribute_room },
	{ "M", check_mechanism },
};

static enum grammar_verdict
check_argument(struct walk *walk, const char **request)
{
	for (size_t i = 0; i < sizeof(arguments) / sizeof(*arguments); i++) {
		size_t len = strlen(arguments[i].letters);

		if (strncmp(*request, arguments[i].letters, len) == 0) {
			*request += len;
			return arguments[i].check(walk);
		}
	}
	return GRAMMAR_CUT;
}

static enum grammar_verdict
check_signature(struct walk *walk, const char *request)
{
	struct cursor signature;
	uint32_t len;

	if (!cursor_u32(&walk->at, &len) || !cursor_take(&walk->at, len, &signature))
		return GRAMMAR_CUT;
	return len == strlen(request) && memcmp(signature.at, request, len) == 0 ? GRAMMAR_PASS
										 : GRAMMAR_CUT;
}

const char *
grammar_call_name(const uint8_t *body, size_t len)
{
	struct cursor at = cursor_over(body, len);
	const struct policy_row *row;
	uint32_t call;

	if (!cursor_u32(&at, &call))
		return "?";
	row = policy_by_call(call);
	return row == NULL ? "?" : row->name;
}

enum grammar_verdict
grammar_check(const uint8_t *body, size_t len, CK_RV *refusal)
{
	struct walk walk = { .at = cursor_over(body, len), .room = GRAMMAR_ROOM };
	const struct policy_row *row;
	enum grammar_verdict verdict;
	const char *request;
	uint32_t call;

	*refusal = CKR_FUNCTION_NOT_SUPPORTED;
	if (!cursor_u32(&walk.at, &call))
		return GRAMMAR_CUT;
	row = policy_by_call(call);
	if (row == NULL || row->verdict == POLICY_REFUSED)
		return GRAMMAR_REFUSE;
	request = row->request;
	verdict = check_signature(&walk, request);
	while (verdict == GRAMMAR_PASS && *request != '\0')
		verdict = check_argument(&walk, &request);
	if (verdict == GRAMMAR_PASS && walk.at.left != 0)
		verdict = GRAMMAR_CUT;
	if (verdict == GRAMMAR_REFUSE)
		*refusal = walk.refusal;
	return verdict;
}
