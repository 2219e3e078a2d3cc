/* SPDX-License-Identifier: BSD-2-Clause */
/* A token whose PINs were being changed when its device was lost for good. No token is anywhere. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "custody/issuing.h"
#include "custody/pending.h"
#include "custody/unbind.h"
#include "roster/binding.h"
#include "tests/unit/custody/room.h"

static const struct roster_binding_spec hsm = {
	.name = "hsm",
	.binds = { true, true },
	.token = { .uri = "pkcs11:serial=1", .label = "hsm", .serial = "1", .module = "softhsm" },
};

static struct {
	struct room room;
	struct roster_id operation;
} stage;

static void
journal(enum roster_step_kind kind)
{
	const struct roster_step step = { .kind = kind, .binding = "hsm", .pin = ROSTER_USER_PIN };
	struct err_trace trace = { 0 };

	assert_ok(
	    roster_operation_journal(stage.room.roster, &stage.operation, &step, &trace), &trace);
}

/* The token is to be switched, and was touched. */
static struct room *
begin(enum roster_operation_kind kind)
{
	struct roster_plan *plan = calloc(1, sizeof(*plan));
	struct room *room = &stage.room;
	struct err_trace trace = { 0 };
	struct roster_id binding;

	assert_non_null(plan);
	room_open(room);
	*plan = (struct roster_plan){ .kind = kind, .generation = 1, .threshold = 2 };
	plan->token[plan->tokens++] = hsm;
	assert_ok(roster_quorum_create(room->roster, "root", &plan->quorum, &trace), &trace);
	assert_ok(roster_binding_add(room->roster, &plan->quorum, &hsm, &binding, &trace), &trace);
	assert_ok(roster_operation_begin(room->roster, plan, &stage.operation, &trace), &trace);
	free(plan);
	journal(ROSTER_STEP_SWITCH_BEGUN);
	return room;
}

static enum err
call_gone(const char *one, const char *other, struct err_trace *trace)
{
	const struct unbind_request request = {
		.binding = "hsm", .people = { one, other }, .reason = "the fire"
	};

	return unbind_gone(&stage.room.custody, &request, trace);
}

static void
what_was_begun_waits_for_the_token_and_says_the_way_out(void **state)
{
	struct room *room = begin(ROSTER_OP_REKEY);
	struct issuing *issuing = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	journal(ROSTER_STEP_SWITCH_DONE);
	assert_ok(issuing_open(&room->custody, &stage.operation, &issuing, &trace), &trace);
	assert_fails(issuing_find_tokens(issuing, &trace), ERR_ABSENT, &trace);
	assert_non_null(strstr(trace.next, "quorate token unbind hsm --gone --people NAME,NAME"));
	issuing_close(issuing);
	room_close(room);
}

static void
it_goes_on_without_a_token_that_two_people_call_gone(void **state)
{
	struct room *room = begin(ROSTER_OP_REKEY);
	struct issuing *issuing = NULL;
	struct pending *pending = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(call_gone("p0", "p1", &trace), &trace);
	assert_ok(pending_describe(&room->custody, "root", &pending, &trace), &trace);
	assert_string_equal(pending->line[pending->lines - 1],
	    "Token 'hsm' (hsm): is gone for good, and left out.");
	free(pending);
	assert_ok(issuing_open(&room->custody, &stage.operation, &issuing, &trace), &trace);
	assert_ok(issuing_find_tokens(issuing, &trace), &trace);
	assert_true(issuing->token[0].gone);
	issuing_close(issuing);
	room_close(room);
}

static void
one_person_alone_calls_nothing_gone(void **state)
{
	struct roster_binding binding;
	struct err_trace trace = { 0 };
	struct room *room = begin(ROSTER_OP_REKEY);

	(void)state;
	assert_fails(call_gone("p0", "p0", &trace), ERR_ARGUMENT, &trace);
	err_clear(&trace);
	assert_fails(call_gone("p0", "nobody", &trace), ERR_ABSENT, &trace);
	err_clear(&trace);
	assert_ok(roster_binding_find(room->roster, "hsm", &binding, &trace), &trace);
	room_close(room);
}

/* Nobody is left who could give its new PINs: that operation is over too. */
static void
a_token_that_was_being_unbound_is_unbound(void **state)
{
	struct roster_operation *operation = NULL;
	struct roster_quorum quorum;
	struct err_trace trace = { 0 };
	struct room *room = begin(ROSTER_OP_UNBIND);

	(void)state;
	assert_ok(call_gone("p0", "p1", &trace), &trace);
	assert_ok(roster_quorum_find(room->roster, "root", &quorum, &trace), &trace);
	assert_fails(roster_operation_pending(room->roster, &quorum.id, &operation, &trace),
	    ERR_ABSENT, &trace);
	room_close(room);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_begun_waits_for_the_token_and_says_the_way_out),
		cmocka_unit_test(it_goes_on_without_a_token_that_two_people_call_gone),
		cmocka_unit_test(one_person_alone_calls_nothing_gone),
		cmocka_unit_test(a_token_that_was_being_unbound_is_unbound),
	};

	if (secret_heap_init(NULL) != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
