/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys from one SoftHSM token into another. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "hsm/backup.h"
#include "hsm/key.h"
#include "hsm/object.h"
#include "hsm/pkcs11.h"
#include "tests/unit/hsm/softhsm.h"

#define TARGET_LABEL "PRACTICE backup"

/* Both ends of a backup, logged in. */
struct ends {
	struct softhsm *softhsm;
	struct err_trace *trace;
	struct token_session *source;
	struct token_session *target;
	struct secret *user, *so;
	struct backup_pins pins;
};

static struct token_facts
second_token(struct softhsm *softhsm, struct secret *user, struct secret *so)
{
	const struct token_init init = { .label = TARGET_LABEL, .so_pin = so, .practice = true };
	const struct token_user_pin pins = { so, user };
	struct err_trace *trace = &softhsm->trace;
	struct token_facts fresh, now;

	assert_ok(token_find(softhsm->module, NULL, TOKEN_FRESH, &fresh, trace), trace);
	assert_ok(token_init(softhsm->module, &fresh, &init, &now, trace), trace);
	assert_ok(token_init_user_pin(softhsm->module, &now, &pins, trace), trace);
	return now;
}

static struct ends
begin(void **state)
{
	struct softhsm *softhsm = *state;
	struct ends ends = { .softhsm = softhsm,
		.trace = &softhsm->trace,
		.user = pin_of(USER_PIN),
		.so = pin_of(SO_PIN) };
	struct token_facts source = softhsm_token(softhsm);
	struct token_facts target = second_token(softhsm, ends.user, ends.so);

	ends.source = softhsm_login(softhsm, &source);
	ends.target = softhsm_login(softhsm, &target);
	ends.pins = (struct backup_pins){ ends.user, ends.so };
	return ends;
}

static void
end(struct ends *ends)
{
	token_session_close(ends->source);
	token_session_close(ends->target);
	secret_free(ends->user);
	secret_free(ends->so);
}

static struct key_facts
make(struct ends *ends, enum key_kind kind, bool with_trusted)
{
	const struct key_request request = { .kind = kind,
		.label = "ca",
		.extractable_until_backup = true,
		.wrap_with_trusted = with_trusted };
	struct key_facts key;

	assert_ok(key_generate(ends->source, &request, &key, ends->trace), ends->trace);
	return key;
}

static struct public_der
public_of(struct ends *ends, const struct key_facts *key)
{
	struct public_der out = { .len = 0 };
	uint8_t *der = NULL;

	assert_ok(key_public_der(ends->source, key, &der, &out.len, ends->trace), ends->trace);
	memcpy(out.bytes, der, out.len);
	free(der);
	return out;
}

static size_t
objects(struct ends *ends, struct token_session *session)
{
	size_t count = 0;

	assert_ok(token_count_objects(session, &count, ends->trace), ends->trace);
	return count;
}

/* All but the unwrapping. */
struct wrapping {
	struct key_facts key;
	struct public_der public, transport;
	struct wrapped_key wrapped;
	struct backup_unwrap request;
};

static void
wrap(struct ends *ends, enum key_kind kind, bool with_trusted, struct wrapping *out)
{
	out->key = make(ends, kind, with_trusted);
	out->public = public_of(ends, &out->key);
	assert_ok(backup_transport_make(ends->target, &out->transport, ends->trace), ends->trace);
	assert_ok(backup_wrap(ends->source, &out->key, &out->transport, &ends->pins, &out->wrapped,
		      ends->trace),
	    ends->trace);
	out->request = (struct backup_unwrap){ .transport = &out->transport,
		.wrapped = &out->wrapped,
		.public = &out->public,
		.label = "ca",
		.keep = true,
		.extractable = true };
}

static void
each_kind_arrives_and_signs(void **state)
{
	static const enum key_kind kinds[] = { KEY_EC_P256, KEY_EC_P384, KEY_RSA_3072 };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct ends ends = begin(state);
		struct wrapping wrapping;
		struct key_facts copy, found;
		size_t cleared = 0;

		wrap(&ends, kinds[i], false, &wrapping);
		assert_int_equal(wrapping.wrapped.trust, BACKUP_TRUST_NOT_ASKED);
		assert_ok(
		    backup_unwrap(ends.target, &wrapping.request, &copy, ends.trace), ends.trace);
		assert_int_equal(copy.kind, kinds[i]);
		assert_true(copy.on_token && copy.sensitive && copy.extractable);
		assert_false(copy.made_here);
		assert_memory_equal(copy.id, wrapping.key.id, copy.id_len);
		assert_ok(backup_transport_clear(ends.target, &cleared, ends.trace), ends.trace);
		assert_int_equal(cleared, 2);
		/* the key and its public half, and nothing else */
		assert_int_equal(objects(&ends, ends.target), 2);
		assert_ok(key_find(ends.target, "ca", &found, ends.trace), ends.trace);
		assert_ok(key_prove(ends.target, &found, ends.trace), ends.trace);
		end(&ends);
		softhsm_teardown(state);
		softhsm_setup(state);
	}
}

static void
a_trusted_wrapper_is_made_by_the_so_where_the_module_insists(void **state)
{
	struct ends ends = begin(state);
	struct wrapping wrapping;
	struct key_facts copy, found;

	wrap(&ends, KEY_EC_P384, true, &wrapping);
	assert_true(wrapping.key.wrap_with_trusted);
	assert_int_equal(wrapping.wrapped.trust, BACKUP_TRUST_ENFORCED);
	wrapping.request.with_trusted = true;
	assert_ok(backup_unwrap(ends.target, &wrapping.request, &copy, ends.trace), ends.trace);
	assert_true(copy.wrap_with_trusted);
	/* the user is logged in again, and nothing is left on the source */
	assert_int_equal(objects(&ends, ends.source), 2);
	assert_ok(key_find(ends.source, "ca", &found, ends.trace), ends.trace);
	assert_ok(key_prove(ends.source, &found, ends.trace), ends.trace);
	end(&ends);
}

static void
without_the_so_a_key_that_wants_trust_stays(void **state)
{
	struct ends ends = begin(state);
	struct key_facts key = make(&ends, KEY_EC_P384, true);
	const struct backup_pins pins = { ends.user, NULL };
	struct public_der transport;
	struct wrapped_key wrapped;

	assert_ok(backup_transport_make(ends.target, &transport, ends.trace), ends.trace);
	assert_fails(backup_wrap(ends.source, &key, &transport, &pins, &wrapped, ends.trace),
	    ERR_NOT_NOW, ends.trace);
	assert_int_equal(objects(&ends, ends.source), 2);
	end(&ends);
}

static void
a_key_that_may_not_leave_stays(void **state)
{
	struct ends ends = begin(state);
	const struct key_request request = { .kind = KEY_EC_P256, .label = "fixed" };
	struct key_facts key;
	struct public_der transport;
	struct wrapped_key wrapped;

	assert_ok(key_generate(ends.source, &request, &key, ends.trace), ends.trace);
	assert_ok(backup_transport_make(ends.target, &transport, ends.trace), ends.trace);
	assert_fails(backup_wrap(ends.source, &key, &transport, &ends.pins, &wrapped, ends.trace),
	    ERR_DENIED, ends.trace);
	end(&ends);
}

static void
a_sealed_key_leaves_no_more(void **state)
{
	struct ends ends = begin(state);
	struct wrapping wrapping;
	struct wrapped_key again;
	struct key_facts key;

	wrap(&ends, KEY_EC_P256, false, &wrapping);
	key = wrapping.key;
	assert_ok(backup_seal(ends.source, &key, ends.trace), ends.trace);
	assert_false(key.extractable);
	assert_ok(backup_seal(ends.source, &key, ends.trace), ends.trace);
	assert_ok(key_prove(ends.source, &key, ends.trace), ends.trace);
	assert_fails(
	    backup_wrap(ends.source, &key, &wrapping.transport, &ends.pins, &again, ends.trace),
	    ERR_DENIED, ends.trace);
	/* even where it is only pretended */
	key.extractable = true;
	assert_fails(
	    backup_wrap(ends.source, &key, &wrapping.transport, &ends.pins, &again, ends.trace),
	    ERR_DENIED, ends.trace);
	end(&ends);
}

static void
for_a_test_it_is_the_sessions_alone(void **state)
{
	struct ends ends = begin(state);
	const size_t before = objects(&ends, ends.target);
	struct wrapping wrapping;
	struct key_facts copy;
	size_t cleared = 0;

	wrap(&ends, KEY_EC_P384, false, &wrapping);
	wrapping.request.keep = false;
	wrapping.request.extractable = false;
	assert_ok(backup_unwrap(ends.target, &wrapping.request, &copy, ends.trace), ends.trace);
	assert_false(copy.on_token || copy.extractable);
	backup_forget(ends.target, &copy);
	assert_ok(backup_transport_clear(ends.target, &cleared, ends.trace), ends.trace);
	assert_int_equal(objects(&ends, ends.target), before);
	end(&ends);
}

static void
what_was_changed_on_its_way_is_refused_and_leaves_no_key(void **state)
{
	struct ends ends = begin(state);
	struct wrapping wrapping;
	struct key_facts copy;

	wrap(&ends, KEY_EC_P256, false, &wrapping);
	wrapping.wrapped.key[9] ^= 1;
	assert_fails(backup_unwrap(ends.target, &wrapping.request, &copy, ends.trace), ERR_FORMAT,
	    ends.trace);
	wrapping.wrapped.key[9] ^= 1;
	wrapping.wrapped.wrapper[9] ^= 1;
	assert_fails(backup_unwrap(ends.target, &wrapping.request, &copy, ends.trace), ERR_FORMAT,
	    ends.trace);
	wrapping.wrapped.wrapper[9] ^= 1;
	assert_fails(key_find(ends.target, "ca", &copy, ends.trace), ERR_ABSENT, ends.trace);
	assert_ok(backup_unwrap(ends.target, &wrapping.request, &copy, ends.trace), ends.trace);
	end(&ends);
}

static void
another_key_in_its_place_is_found_and_destroyed(void **state)
{
	struct ends ends = begin(state);
	const struct key_request request = { .kind = KEY_EC_P256, .label = "other" };
	struct wrapping wrapping;
	struct key_facts other, copy;

	wrap(&ends, KEY_EC_P256, false, &wrapping);
	assert_ok(key_generate(ends.source, &request, &other, ends.trace), ends.trace);
	wrapping.public = public_of(&ends, &other);
	assert_fails(backup_unwrap(ends.target, &wrapping.request, &copy, ends.trace), ERR_FORMAT,
	    ends.trace);
	assert_fails(key_find(ends.target, "ca", &copy, ends.trace), ERR_ABSENT, ends.trace);
	end(&ends);
}

static void
a_label_in_use_is_refused(void **state)
{
	struct ends ends = begin(state);
	const struct key_request request = { .kind = KEY_EC_P256, .label = "ca" };
	struct wrapping wrapping;
	struct key_facts there, copy;

	assert_ok(key_generate(ends.target, &request, &there, ends.trace), ends.trace);
	wrap(&ends, KEY_EC_P256, false, &wrapping);
	assert_fails(backup_unwrap(ends.target, &wrapping.request, &copy, ends.trace), ERR_EXISTS,
	    ends.trace);
	assert_ok(key_find(ends.target, "ca", &copy, ends.trace), ends.trace);
	assert_memory_equal(copy.id, there.id, there.id_len);
	end(&ends);
}

static void
what_an_interrupted_backup_left_is_cleared_away(void **state)
{
	struct ends ends = begin(state);
	struct public_der first, second;
	struct wrapping wrapping;
	struct key_facts copy;
	size_t cleared = 0;

	assert_ok(backup_transport_make(ends.target, &first, ends.trace), ends.trace);
	assert_ok(backup_transport_make(ends.target, &second, ends.trace), ends.trace);
	assert_int_equal(objects(&ends, ends.target), 2);
	wrap(&ends, KEY_EC_P256, false, &wrapping);
	wrapping.request.transport = &first;
	assert_fails(backup_unwrap(ends.target, &wrapping.request, &copy, ends.trace), ERR_ABSENT,
	    ends.trace);
	wrapping.request.transport = &wrapping.transport;
	assert_ok(backup_transport_clear(ends.target, &cleared, ends.trace), ends.trace);
	assert_int_equal(cleared, 2);
	assert_fails(backup_unwrap(ends.target, &wrapping.request, &copy, ends.trace), ERR_ABSENT,
	    ends.trace);
	end(&ends);
}

static void
a_transport_key_that_is_none_is_refused(void **state)
{
	struct ends ends = begin(state);
	struct key_facts key = make(&ends, KEY_EC_P256, false);
	struct public_der not_rsa = public_of(&ends, &key);
	struct public_der garbage = { .bytes = "garbage", .len = 7 };
	struct wrapped_key wrapped;

	assert_fails(backup_wrap(ends.source, &key, &not_rsa, &ends.pins, &wrapped, ends.trace),
	    ERR_FORMAT, ends.trace);
	assert_fails(backup_wrap(ends.source, &key, &garbage, &ends.pins, &wrapped, ends.trace),
	    ERR_FORMAT, ends.trace);
	assert_int_equal(objects(&ends, ends.source), 2);
	end(&ends);
}

/* ---- a module that is not as it should be: some of SoftHSM's functions are replaced --------- */

static CK_FUNCTION_LIST real;
static CK_ATTRIBUTE_TYPE spoilt;

static CK_RV
no_wrapping(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
	return type == CKM_AES_KEY_WRAP_PAD ? CKR_MECHANISM_INVALID
					    : real.C_GetMechanismInfo(slot, type, info);
}

/* Gives a private key the contrary of what was asked of the attribute `spoilt`. */
static CK_RV
spoils_pairs(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_ATTRIBUTE *public,
    CK_ULONG publics, CK_ATTRIBUTE *private, CK_ULONG privates, CK_OBJECT_HANDLE *public_key,
    CK_OBJECT_HANDLE *private_key)
{
	for (CK_ULONG i = 0; i < privates; i++) {
		static CK_BBOOL other;

		if (private[i].type != spoilt)
			continue;
		other = *(CK_BBOOL *)private[i].pValue == CK_TRUE ? CK_FALSE : CK_TRUE;
		private[i].pValue = &other;
	}
	return real.C_GenerateKeyPair(
	    session, mechanism, public, publics, private, privates, public_key, private_key);
}

/* Knows nothing of CKA_WRAP_WITH_TRUSTED. */
static CK_RV
knows_no_trust(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_ATTRIBUTE *public,
    CK_ULONG publics, CK_ATTRIBUTE *private, CK_ULONG privates, CK_OBJECT_HANDLE *public_key,
    CK_OBJECT_HANDLE *private_key)
{
	for (CK_ULONG i = 0; i < privates; i++)
		if (private[i].type == CKA_WRAP_WITH_TRUSTED)
			return CKR_ATTRIBUTE_TYPE_INVALID;
	return real.C_GenerateKeyPair(
	    session, mechanism, public, publics, private, privates, public_key, private_key);
}

static CK_FUNCTION_LIST *
replacing(struct ends *ends)
{
	CK_FUNCTION_LIST *functions = module_functions(ends->softhsm->module);

	real = *functions;
	return functions;
}

static void
a_module_that_cannot_wrap_is_named_before_anything_is_made(void **state)
{
	struct ends ends = begin(state);
	struct key_facts key = make(&ends, KEY_EC_P256, false);
	CK_FUNCTION_LIST *functions = replacing(&ends);
	struct public_der transport = { .len = 0 };
	struct wrapped_key wrapped;

	functions->C_GetMechanismInfo = no_wrapping;
	assert_fails(backup_transport_make(ends.target, &transport, ends.trace), ERR_UNSUPPORTED,
	    ends.trace);
	assert_fails(backup_wrap(ends.source, &key, &transport, &ends.pins, &wrapped, ends.trace),
	    ERR_UNSUPPORTED, ends.trace);
	assert_non_null(strstr(ends.trace->next, "quorate backup record"));
	*functions = real;
	assert_int_equal(objects(&ends, ends.target), 0);
	assert_int_equal(objects(&ends, ends.source), 2);
	end(&ends);
}

static void
a_transport_key_that_is_not_as_asked_is_destroyed(void **state)
{
	static const CK_ATTRIBUTE_TYPE types[] = { CKA_EXTRACTABLE, CKA_SENSITIVE, CKA_DECRYPT,
		CKA_SIGN, CKA_UNWRAP };
	struct ends ends = begin(state);
	CK_FUNCTION_LIST *functions = replacing(&ends);
	struct public_der transport;

	functions->C_GenerateKeyPair = spoils_pairs;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		spoilt = types[i];
		assert_fails(backup_transport_make(ends.target, &transport, ends.trace),
		    ERR_UNSUPPORTED, ends.trace);
		assert_int_equal(objects(&ends, ends.target), 0);
	}
	*functions = real;
	assert_ok(backup_transport_make(ends.target, &transport, ends.trace), ends.trace);
	end(&ends);
}

static void
a_module_that_knows_no_trust_makes_the_key_without(void **state)
{
	struct ends ends = begin(state);
	CK_FUNCTION_LIST *functions = replacing(&ends);
	struct key_facts key;

	functions->C_GenerateKeyPair = knows_no_trust;
	key = make(&ends, KEY_EC_P256, true);
	*functions = real;
	assert_false(key.wrap_with_trusted);
	assert_true(key.extractable);
	end(&ends);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    each_kind_arrives_and_signs, softhsm_setup, softhsm_teardown),
		cmocka_unit_test_setup_teardown(
		    a_trusted_wrapper_is_made_by_the_so_where_the_module_insists, softhsm_setup,
		    softhsm_teardown),
		cmocka_unit_test_setup_teardown(
		    without_the_so_a_key_that_wants_trust_stays, softhsm_setup, softhsm_teardown),
		cmocka_unit_test_setup_teardown(
		    a_key_that_may_not_leave_stays, softhsm_setup, softhsm_teardown),
		cmocka_unit_test_setup_teardown(
		    a_sealed_key_leaves_no_more, softhsm_setup, softhsm_teardown),
		cmocka_unit_test_setup_teardown(
		    for_a_test_it_is_the_sessions_alone, softhsm_setup, softhsm_teardown),
		cmocka_unit_test_setup_teardown(
		    what_was_changed_on_its_way_is_refused_and_leaves_no_key, softhsm_setup,
		    softhsm_teardown),
		cmocka_unit_test_setup_teardown(another_key_in_its_place_is_found_and_destroyed,
		    softhsm_setup, softhsm_teardown),
		cmocka_unit_test_setup_teardown(
		    a_label_in_use_is_refused, softhsm_setup, softhsm_teardown),
		cmocka_unit_test_setup_teardown(what_an_interrupted_backup_left_is_cleared_away,
		    softhsm_setup, softhsm_teardown),
		cmocka_unit_test_setup_teardown(
		    a_transport_key_that_is_none_is_refused, softhsm_setup, softhsm_teardown),
		cmocka_unit_test_setup_teardown(
		    a_module_that_cannot_wrap_is_named_before_anything_is_made, softhsm_setup,
		    softhsm_teardown),
		cmocka_unit_test_setup_teardown(a_transport_key_that_is_not_as_asked_is_destroyed,
		    softhsm_setup, softhsm_teardown),
		cmocka_unit_test_setup_teardown(a_module_that_knows_no_trust_makes_the_key_without,
		    softhsm_setup, softhsm_teardown),
	};

	return cmocka_run_group_tests(tests, softhsm_start, NULL);
}
