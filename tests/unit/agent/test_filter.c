/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "agent/client.h"
#include "agent/filter.h"
#include "agent/visible.h"
#include "custody/agent_link.h"
#include "tests/unit/agent/fake_token.h"

/* An activation of the fake token with two clients, ann and bob. */
struct room {
	struct activation activation;
	struct visible *visible;
	struct client *ann;
	struct client *bob;
	CK_FUNCTION_LIST *served;
};

static CK_MECHANISM ecdsa = { CKM_ECDSA, NULL, 0 };

/* A record that keeps the last line, or fails. */
static json_t *last_line;
static bool log_is_broken;

static bool
log_has_room(void *context)
{
	(void)context;
	return true;
}

static enum err
log_write(void *context, json_t *line, struct err_trace *trace)
{
	(void)context;
	(void)trace;
	json_decref(last_line);
	last_line = line;
	return log_is_broken ? ERR_IO : ERR_OK;
}

static void
open_room(struct room *room, const struct agent_order *order)
{
	struct visible_source source = { .functions = fake_token_functions() };
	const struct bound_clock clock = bound_clock();
	struct err_trace trace = { 0 };

	fake_token_reset();
	assert_int_equal(source.functions->C_OpenSession(0, 0, NULL, NULL, &source.session), 0);
	assert_ok(visible_read(&source, order, &room->visible, &trace), &trace);
	room->activation = (struct activation){
		.functions = source.functions, .visible = room->visible, .token_gone_fd = -1
	};
	room->activation.uses.time = bound_time(&clock, 0);
	room->activation.uses.log = (struct use_log){ NULL, log_has_room, log_write };
	room->ann = client_new(&room->activation, &(struct peer){ 1, 1, "/ann" });
	room->bob = client_new(&room->activation, &(struct peer){ 2, 2, "/bob" });
	assert_non_null(room->ann);
	assert_non_null(room->bob);
	room->served = filter_functions();
	client_enter(room->ann);
}

static void
close_room(struct room *room)
{
	client_free(room->ann);
	client_free(room->bob);
	client_enter(NULL);
	visible_free(room->visible);
	json_decref(last_line);
	last_line = NULL;
}

static void
open_all(struct room *room)
{
	static const struct agent_order order = { .label = "t" };

	open_room(room, &order);
}

static void
open_pinned(struct room *room)
{
	static const char *const keys[] = { "label:ca" };
	static const struct agent_order order = { .label = "t", .keys = keys, .key_count = 1 };

	open_room(room, &order);
}

static CK_SESSION_HANDLE
open_session(const struct room *room)
{
	CK_SESSION_HANDLE session = 0;

	assert_int_equal(
	    room->served->C_OpenSession(FILTER_SLOT, CKF_SERIAL_SESSION, NULL, NULL, &session),
	    CKR_OK);
	return session;
}

/* How many objects a search finds; the first one in *first. */
static CK_ULONG
find(const struct room *room, CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count,
    CK_OBJECT_HANDLE *first)
{
	CK_OBJECT_HANDLE found[16];
	CK_ULONG got = 0;

	assert_int_equal(room->served->C_FindObjectsInit(session, template, count), CKR_OK);
	assert_int_equal(room->served->C_FindObjects(session, found, 16, &got), CKR_OK);
	assert_int_equal(room->served->C_FindObjectsFinal(session), CKR_OK);
	if (got > 0 && first != NULL)
		*first = found[0];
	return got;
}

static CK_OBJECT_HANDLE
find_private(const struct room *room, CK_SESSION_HANDLE session)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template[] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_LABEL, (char[]){ "ca" }, 2 } };
	CK_OBJECT_HANDLE key = 0;

	assert_int_equal(find(room, session, template, 2, &key), 1);
	return key;
}

static CK_RV
sign(const struct room *room, CK_SESSION_HANDLE session)
{
	CK_BYTE signature[FAKE_SIGNATURE];
	CK_ULONG len = sizeof(signature);
	CK_RV rv = room->served->C_SignInit(session, &ecdsa, find_private(room, session));

	assert_int_equal(rv, CKR_OK);
	return room->served->C_Sign(session, (CK_BYTE[]){ 1 }, 1, signature, &len);
}

static void
a_client_signs(void **state)
{
	struct room room;
	CK_SESSION_HANDLE session;

	(void)state;
	open_all(&room);
	session = open_session(&room);
	assert_int_equal(sign(&room, session), CKR_OK);
	assert_int_equal(sign(&room, session), CKR_OK);
	assert_int_equal(fake_token.signatures, 2);
	assert_int_equal(use_count(&room.activation.uses), 2);
	close_room(&room);
}

static void
another_clients_session_is_invalid(void **state)
{
	CK_SESSION_INFO info;
	CK_BYTE byte = 0;
	CK_ULONG len = 1;
	CK_OBJECT_HANDLE key;
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_all(&room);
	session = open_session(&room);
	key = find_private(&room, session);
	assert_int_equal(room.served->C_SignInit(session, &ecdsa, key), CKR_OK);
	client_enter(room.bob);
	assert_int_equal(room.served->C_GetSessionInfo(session, &info), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(
	    room.served->C_Sign(session, &byte, 1, &byte, &len), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(room.served->C_SignUpdate(session, &byte, 1), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(
	    room.served->C_FindObjectsInit(session, NULL, 0), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(room.served->C_CloseSession(session), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(room.served->C_CloseAllSessions(FILTER_SLOT), CKR_OK);
	client_enter(room.ann);
	assert_int_equal(room.served->C_GetSessionInfo(session, &info), CKR_OK);
	close_room(&room);
}

static void
another_clients_object_is_invalid(void **state)
{
	CK_SESSION_HANDLE anns, bobs;
	CK_OBJECT_HANDLE key;
	CK_ATTRIBUTE label = { CKA_LABEL, NULL, 0 };
	struct room room;

	(void)state;
	open_all(&room);
	anns = open_session(&room);
	key = find_private(&room, anns);
	client_enter(room.bob);
	bobs = open_session(&room);
	assert_int_equal(room.served->C_SignInit(bobs, &ecdsa, key), CKR_KEY_HANDLE_INVALID);
	assert_int_equal(
	    room.served->C_GetAttributeValue(bobs, key, &label, 1), CKR_OBJECT_HANDLE_INVALID);
	close_room(&room);
}

static void
the_tokens_own_handles_mean_nothing(void **state)
{
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_all(&room);
	session = open_session(&room);
	assert_int_equal(
	    room.served->C_SignInit(session, &ecdsa, FAKE_CA_PRIVATE), CKR_KEY_HANDLE_INVALID);
	assert_int_equal(
	    room.served->C_SignInit(session, &ecdsa, FAKE_SECRET), CKR_KEY_HANDLE_INVALID);
	close_room(&room);
}

static void
a_client_that_leaves_leaves_no_session(void **state)
{
	struct room room;

	(void)state;
	open_all(&room);
	for (int i = 0; i < 10; i++)
		(void)open_session(&room);
	assert_int_equal(fake_token.open_sessions, 11);
	client_free(room.ann);
	room.ann = NULL;
	/* The agent's own, which keeps the login. */
	assert_int_equal(fake_token.open_sessions, 1);
	close_room(&room);
}

static void
sessions_of_one_client_are_limited(void **state)
{
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_all(&room);
	for (int i = 0; i < CLIENT_SESSIONS; i++)
		(void)open_session(&room);
	assert_int_equal(
	    room.served->C_OpenSession(FILTER_SLOT, CKF_SERIAL_SESSION, NULL, NULL, &session),
	    CKR_SESSION_COUNT);
	close_room(&room);
}

static void
only_the_pinned_key_and_its_public_objects_are_seen(void **state)
{
	CK_ATTRIBUTE other = { CKA_LABEL, (char[]){ "other" }, 5 };
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_pinned(&room);
	session = open_session(&room);
	assert_int_equal(find(&room, session, NULL, 0, NULL), 3);
	assert_int_equal(find(&room, session, &other, 1, NULL), 0);
	close_room(&room);
}

static void
secret_keys_and_each_time_keys_are_never_seen(void **state)
{
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_all(&room);
	session = open_session(&room);
	assert_int_equal(find(&room, session, NULL, 0, NULL), 5);
	assert_string_equal(room.visible->left_out, "'careful'");
	close_room(&room);
}

static void
a_pinned_key_that_is_missing_is_named(void **state)
{
	static const char *const keys[] = { "label:ca", "label:typo" };
	static const struct agent_order order = { .label = "t", .keys = keys, .key_count = 2 };
	struct visible_source source = { .functions = fake_token_functions() };
	struct visible *visible = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	fake_token_reset();
	source.functions->C_OpenSession(0, 0, NULL, NULL, &source.session);
	assert_fails(visible_read(&source, &order, &visible, &trace), ERR_ABSENT, &trace);
	assert_non_null(strstr(trace.frame[0].text, "label:typo"));
	assert_null(visible);
}

static void
a_key_that_wants_its_pin_each_time_is_refused_with_words(void **state)
{
	static const char *const keys[] = { "id:03" };
	static const struct agent_order order = { .label = "t", .keys = keys, .key_count = 1 };
	struct visible_source source = { .functions = fake_token_functions() };
	struct visible *visible = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	fake_token_reset();
	source.functions->C_OpenSession(0, 0, NULL, NULL, &source.session);
	assert_fails(visible_read(&source, &order, &visible, &trace), ERR_UNSUPPORTED, &trace);
	assert_non_null(strstr(trace.frame[0].text, "careful"));
}

static void
the_private_half_is_never_read(void **state)
{
	CK_BYTE value[64];
	CK_ATTRIBUTE template[] = { { CKA_VALUE, value, sizeof(value) },
		{ CKA_LABEL, value, sizeof(value) } };
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_all(&room);
	session = open_session(&room);
	memset(value, 0, sizeof(value));
	assert_int_equal(
	    room.served->C_GetAttributeValue(session, find_private(&room, session), template, 2),
	    CKR_ATTRIBUTE_SENSITIVE);
	assert_int_equal(template[0].ulValueLen, CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(template[1].ulValueLen, 2);
	assert_memory_equal(value, "ca", 2);
	close_room(&room);
}

/* The fake token says how long it would be, as OpenSC's module does. */
static void
an_attribute_that_does_not_fit_has_no_length(void **state)
{
	CK_BYTE byte = 0;
	CK_ATTRIBUTE label = { CKA_LABEL, &byte, 1 };
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_all(&room);
	session = open_session(&room);
	assert_int_equal(
	    room.served->C_GetAttributeValue(session, find_private(&room, session), &label, 1),
	    CKR_BUFFER_TOO_SMALL);
	assert_int_equal(label.ulValueLen, CK_UNAVAILABLE_INFORMATION);
	close_room(&room);
}

static void
a_search_cannot_guess_a_private_half(void **state)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template[] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_VALUE, (char[]){ "half" }, 4 } };
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_all(&room);
	session = open_session(&room);
	assert_int_equal(find(&room, session, template, 2, NULL), 0);
	class = CKO_CERTIFICATE;
	assert_int_equal(find(&room, session, template, 2, NULL), 1);
	close_room(&room);
}

static void
attributes_that_hold_attributes_are_unknown(void **state)
{
	CK_BYTE bytes[48] = { 0 };
	CK_ATTRIBUTE nested = { CKA_WRAP_TEMPLATE, bytes, sizeof(bytes) };
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_all(&room);
	session = open_session(&room);
	assert_int_equal(
	    room.served->C_GetAttributeValue(session, find_private(&room, session), &nested, 1),
	    CKR_ATTRIBUTE_TYPE_INVALID);
	assert_int_equal(
	    room.served->C_FindObjectsInit(session, &nested, 1), CKR_ATTRIBUTE_TYPE_INVALID);
	close_room(&room);
}

static void
raw_rsa_is_no_mechanism(void **state)
{
	CK_MECHANISM raw = { CKM_RSA_X_509, NULL, 0 };
	CK_MECHANISM padded = { CKM_ECDSA, (CK_BYTE[]){ 1 }, 1 };
	CK_OBJECT_HANDLE key;
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_all(&room);
	session = open_session(&room);
	key = find_private(&room, session);
	assert_int_equal(room.served->C_SignInit(session, &raw, key), CKR_MECHANISM_INVALID);
	assert_int_equal(
	    room.served->C_SignInit(session, &padded, key), CKR_MECHANISM_PARAM_INVALID);
	close_room(&room);
}

static void
asking_for_the_length_is_no_use(void **state)
{
	CK_BYTE byte = 0;
	CK_ULONG len = 0;
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_all(&room);
	session = open_session(&room);
	assert_int_equal(
	    room.served->C_SignInit(session, &ecdsa, find_private(&room, session)), CKR_OK);
	assert_int_equal(room.served->C_Sign(session, &byte, 1, NULL, &len), CKR_OK);
	assert_int_equal(len, FAKE_SIGNATURE);
	len = 1;
	assert_int_equal(room.served->C_Sign(session, &byte, 1, &byte, &len), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(use_count(&room.activation.uses), 0);
	assert_int_equal(fake_token.signatures, 0);
	close_room(&room);
}

static void
a_use_too_many_is_refused_and_the_session_stays_usable(void **state)
{
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_all(&room);
	room.activation.uses.max = 1;
	session = open_session(&room);
	assert_int_equal(sign(&room, session), CKR_OK);
	assert_int_equal(sign(&room, session), CKR_FUNCTION_REJECTED);
	assert_int_equal(sign(&room, session), CKR_FUNCTION_REJECTED);
	assert_int_equal(fake_token.signatures, 1);
	close_room(&room);
}

static void
a_multi_part_signature_is_one_use(void **state)
{
	CK_BYTE part = 7, signature[FAKE_SIGNATURE];
	CK_ULONG len = sizeof(signature);
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_all(&room);
	session = open_session(&room);
	assert_int_equal(
	    room.served->C_SignInit(session, &ecdsa, find_private(&room, session)), CKR_OK);
	assert_int_equal(room.served->C_SignUpdate(session, &part, 1), CKR_OK);
	assert_int_equal(room.served->C_SignUpdate(session, &part, 1), CKR_OK);
	assert_int_equal(room.served->C_SignFinal(session, signature, &len), CKR_OK);
	assert_int_equal(use_count(&room.activation.uses), 1);
	assert_int_equal(
	    room.served->C_SignFinal(session, signature, &len), CKR_OPERATION_NOT_INITIALIZED);
	close_room(&room);
}

static void
what_was_given_in_parts_is_recorded_by_its_hash(void **state)
{
	CK_BYTE a[] = "a", bc[] = "bc", signature[FAKE_SIGNATURE];
	CK_MECHANISM hashes = { CKM_ECDSA_SHA256, NULL, 0 };
	CK_ULONG len = sizeof(signature);
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_all(&room);
	session = open_session(&room);
	assert_int_equal(
	    room.served->C_SignInit(session, &hashes, find_private(&room, session)), CKR_OK);
	assert_int_equal(room.served->C_SignUpdate(session, a, 1), CKR_OK);
	assert_int_equal(room.served->C_SignUpdate(session, bc, 2), CKR_OK);
	assert_int_equal(room.served->C_SignFinal(session, signature, &len), CKR_OK);
	assert_string_equal(json_string_value(json_object_get(last_line, "signed")),
	    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	close_room(&room);
}

static void
a_signature_that_cannot_be_recorded_is_withheld(void **state)
{
	CK_BYTE byte = 7, signature[FAKE_SIGNATURE], nothing[FAKE_SIGNATURE] = { 0 };
	CK_ULONG len = sizeof(signature);
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_all(&room);
	session = open_session(&room);
	assert_int_equal(
	    room.served->C_SignInit(session, &ecdsa, find_private(&room, session)), CKR_OK);
	log_is_broken = true;
	assert_int_equal(room.served->C_Sign(session, &byte, 1, signature, &len), CKR_DEVICE_ERROR);
	log_is_broken = false;
	assert_int_equal(fake_token.signatures, 1);
	assert_int_equal(len, 0);
	assert_memory_equal(signature, nothing, sizeof(nothing));
	close_room(&room);
}

static void
a_signature_that_the_token_did_not_make_is_no_use(void **state)
{
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_all(&room);
	session = open_session(&room);
	fake_token.sign_answer = CKR_DEVICE_ERROR;
	assert_int_equal(sign(&room, session), CKR_DEVICE_ERROR);
	assert_int_equal(use_count(&room.activation.uses), 0);
	assert_false(room.activation.token_gone);
	close_room(&room);
}

static void
a_lost_login_is_noticed(void **state)
{
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_all(&room);
	session = open_session(&room);
	fake_token.sign_answer = CKR_USER_NOT_LOGGED_IN;
	assert_int_equal(sign(&room, session), CKR_DEVICE_REMOVED);
	assert_true(room.activation.token_gone);
	close_room(&room);
}

static void
logins_are_absorbed(void **state)
{
	CK_UTF8CHAR pin[] = "0000";
	CK_SESSION_HANDLE session;
	struct room room;

	(void)state;
	open_all(&room);
	session = open_session(&room);
	assert_int_equal(room.served->C_Login(session, CKU_USER, pin, 4), CKR_OK);
	assert_int_equal(room.served->C_Login(session, CKU_SO, pin, 4), CKR_USER_TYPE_INVALID);
	assert_int_equal(room.served->C_Logout(session), CKR_OK);
	assert_int_equal(sign(&room, session), CKR_OK);
	close_room(&room);
}

static void
the_token_asks_for_no_pin(void **state)
{
	CK_TOKEN_INFO info;
	struct room room;

	(void)state;
	open_all(&room);
	assert_int_equal(room.served->C_GetTokenInfo(FILTER_SLOT, &info), CKR_OK);
	assert_int_equal(info.flags, CKF_TOKEN_INITIALIZED | CKF_RNG | CKF_WRITE_PROTECTED);
	assert_int_equal(room.served->C_GetTokenInfo(FILTER_SLOT + 1, &info), CKR_SLOT_ID_INVALID);
	close_room(&room);
}

static void
only_served_mechanisms_are_listed(void **state)
{
	CK_MECHANISM_TYPE list[8];
	CK_ULONG count = 8;
	struct room room;

	(void)state;
	open_all(&room);
	assert_int_equal(room.served->C_GetMechanismList(FILTER_SLOT, list, &count), CKR_OK);
	assert_int_equal(count, 2);
	assert_int_equal(list[0], CKM_ECDSA);
	assert_int_equal(list[1], CKM_SHA256);
	count = 1;
	assert_int_equal(
	    room.served->C_GetMechanismList(FILTER_SLOT, list, &count), CKR_BUFFER_TOO_SMALL);
	close_room(&room);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_signs),
		cmocka_unit_test(another_clients_session_is_invalid),
		cmocka_unit_test(another_clients_object_is_invalid),
		cmocka_unit_test(the_tokens_own_handles_mean_nothing),
		cmocka_unit_test(a_client_that_leaves_leaves_no_session),
		cmocka_unit_test(sessions_of_one_client_are_limited),
		cmocka_unit_test(only_the_pinned_key_and_its_public_objects_are_seen),
		cmocka_unit_test(secret_keys_and_each_time_keys_are_never_seen),
		cmocka_unit_test(a_pinned_key_that_is_missing_is_named),
		cmocka_unit_test(a_key_that_wants_its_pin_each_time_is_refused_with_words),
		cmocka_unit_test(the_private_half_is_never_read),
		cmocka_unit_test(an_attribute_that_does_not_fit_has_no_length),
		cmocka_unit_test(a_search_cannot_guess_a_private_half),
		cmocka_unit_test(attributes_that_hold_attributes_are_unknown),
		cmocka_unit_test(raw_rsa_is_no_mechanism),
		cmocka_unit_test(asking_for_the_length_is_no_use),
		cmocka_unit_test(a_use_too_many_is_refused_and_the_session_stays_usable),
		cmocka_unit_test(a_multi_part_signature_is_one_use),
		cmocka_unit_test(what_was_given_in_parts_is_recorded_by_its_hash),
		cmocka_unit_test(a_signature_that_cannot_be_recorded_is_withheld),
		cmocka_unit_test(a_signature_that_the_token_did_not_make_is_no_use),
		cmocka_unit_test(a_lost_login_is_noticed),
		cmocka_unit_test(logins_are_absorbed),
		cmocka_unit_test(the_token_asks_for_no_pin),
		cmocka_unit_test(only_served_mechanisms_are_listed),
	};

	return cmocka_run_group_tests_name("agent: filter", tests, NULL, NULL);
}
