/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every operation, with every one of its APDUs going wrong in every way: never success, never a
 * crash, no try lost, and the operation done again on the same card succeeds.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "pcsc/pin.h"
#include "tests/unit/pcsc/table.h"

static const uint8_t bytes_98[98] = { 0, 0, 0, 1, 2, 3, 5 };

typedef enum err operation(struct card *card, struct err_trace *trace);

static enum err
identify(struct card *card, struct err_trace *trace)
{
	return card_suits(card, trace);
}

static enum err
inspect(struct card *card, struct err_trace *trace)
{
	return card_inspect(card, trace);
}

static enum err
fingerprint(struct card *card, struct err_trace *trace)
{
	uint8_t out[SHA256_SIZE];

	return card_fingerprint(card, out, trace);
}

static enum err
verify(struct card *card, struct err_trace *trace)
{
	return table_try(card, CARD_PIN_USER, TABLE_USER_PIN, trace);
}

static enum err
make_keys(struct card *card, struct err_trace *trace)
{
	struct card_keys keys;
	enum err err = table_try(card, CARD_PIN_ADMIN, TABLE_ADMIN_PIN, trace);

	return err != ERR_OK ? err : card_make_keys(card, TABLE_CREATED + 1, &keys, trace);
}

static enum err
set_holder(struct card *card, struct err_trace *trace)
{
	enum err err = table_try(card, CARD_PIN_ADMIN, TABLE_ADMIN_PIN, trace);

	return err != ERR_OK ? err : card_set_holder(card, "Alice", trace);
}

static enum err
write_header(struct card *card, struct err_trace *trace)
{
	enum err err = verify(card, trace);

	return err != ERR_OK ? err : card_header_write(card, bytes_98, sizeof(bytes_98), trace);
}

static enum err
write_records(struct card *card, struct err_trace *trace)
{
	enum err err = verify(card, trace);

	return err != ERR_OK ? err : card_records_write(card, bytes_98, sizeof(bytes_98), trace);
}

static enum err
erase_records(struct card *card, struct err_trace *trace)
{
	enum err err = verify(card, trace);

	return err != ERR_OK ? err : card_records_write(card, NULL, 0, trace);
}

static enum err
ecdh(struct card *card, struct err_trace *trace)
{
	uint8_t point[CARD_POINT];
	struct secret *x = NULL;
	enum err err = verify(card, trace);

	if (err == ERR_OK)
		err = card_public_key(card, CARD_KEY_DEC, point, trace);
	assert_ok(secret_new(CARD_ECDH, &x, NULL), NULL);
	if (err == ERR_OK)
		err = card_ecdh(card, point, x, trace);
	assert_int_equal(secret_len(x), err == ERR_OK ? CARD_ECDH : 0);
	secret_free(x);
	return err;
}

static enum err
sign(struct card *card, struct err_trace *trace)
{
	uint8_t digest[SHA256_SIZE] = { 7 };
	struct card_signature signature;
	enum err err = table_try(card, CARD_PIN_SIGN, TABLE_USER_PIN, trace);

	return err != ERR_OK ? err : card_sign(card, digest, &signature, trace);
}

static enum err
challenge(struct card *card, struct err_trace *trace)
{
	struct secret *random = NULL;
	enum err err;

	assert_ok(secret_new(32, &random, NULL), NULL);
	err = card_challenge(card, 32, random, trace);
	secret_free(random);
	return err;
}

/* After a lost answer the new PIN may be the one: whoever changes it tries both. */
static enum err
change_pin(struct card *card, struct err_trace *trace)
{
	enum err err = table_change(card, CARD_PIN_USER, TABLE_USER_PIN, "141421", trace);

	return err != ERR_DENIED ? err : table_try(card, CARD_PIN_USER, "141421", trace);
}

static enum err
unblock(struct card *card, struct err_trace *trace)
{
	struct secret *pin = NULL;
	enum err err = table_try(card, CARD_PIN_ADMIN, TABLE_ADMIN_PIN, trace);

	assert_ok(secret_from("141421", 6, &pin, NULL), NULL);
	if (err == ERR_OK)
		err = card_unblock(card, pin, trace);
	secret_free(pin);
	return err;
}

static enum err
clear_reset_code(struct card *card, struct err_trace *trace)
{
	enum err err = table_try(card, CARD_PIN_ADMIN, TABLE_ADMIN_PIN, trace);

	return err != ERR_OK ? err : card_set_reset_code(card, NULL, trace);
}

static enum err
sign_pin_lasting(struct card *card, struct err_trace *trace)
{
	enum err err = table_try(card, CARD_PIN_ADMIN, TABLE_ADMIN_PIN, trace);

	return err != ERR_OK ? err : card_set_sign_pin_lasting(card, false, trace);
}

static enum err
reset_by_blocking(struct card *card, struct err_trace *trace)
{
	return card_factory_reset(card, NULL, trace);
}

/* Lost after ACTIVATE, the reset is done: then the admin PIN is the factory's. */
static enum err
reset_by_admin_pin(struct card *card, struct err_trace *trace)
{
	struct secret *admin = NULL;
	enum err err;

	assert_ok(secret_from(TABLE_ADMIN_PIN, 8, &admin, NULL), NULL);
	err = card_factory_reset(card, admin, trace);
	secret_free(admin);
	return err != ERR_DENIED ? err
				 : table_try(card, CARD_PIN_ADMIN, CARD_FACTORY_ADMIN_PIN, trace);
}

struct row {
	const char *name;
	operation *run;
	bool bears_refusals; /* reads what may not be there, or only counts what the card counts */
	bool spends_tries;   /* on purpose, or in trying both PINs */
};

static const struct row rows[] = {
	{ "identify", identify, false, false },
	{ "inspect", inspect, true, false },
	{ "fingerprint", fingerprint, false, false },
	{ "verify", verify, false, false },
	{ "make keys", make_keys, false, false },
	{ "set holder", set_holder, false, false },
	{ "write header", write_header, false, false },
	{ "write records", write_records, false, false },
	{ "erase records", erase_records, true, false },
	{ "ecdh", ecdh, false, false },
	{ "sign", sign, false, false },
	{ "challenge", challenge, false, false },
	{ "change PIN", change_pin, false, true },
	{ "unblock", unblock, false, false },
	{ "clear reset code", clear_reset_code, false, false },
	{ "sign PIN lasting", sign_pin_lasting, false, false },
	{ "reset by blocking", reset_by_blocking, true, true },
	{ "reset by admin PIN", reset_by_admin_pin, true, true },
};

struct way {
	const char *name;
	struct wire_fault fault;
	bool refusal; /* the card says something; the visit goes on */
};

static const struct way ways[] = {
	{ "pulled before", { .kind = WIRE_FAULT_PULLED_BEFORE }, false },
	{ "pulled after", { .kind = WIRE_FAULT_PULLED_AFTER }, false },
	{ "no byte", { .kind = WIRE_FAULT_EMPTY }, false },
	{ "one byte", { .kind = WIRE_FAULT_ONE_BYTE }, false },
	{ "6F00", { .kind = WIRE_FAULT_SW, .sw = 0x6F00 }, true },
	{ "6982", { .kind = WIRE_FAULT_SW, .sw = 0x6982 }, true },
	{ "6581", { .kind = WIRE_FAULT_SW, .sw = 0x6581 }, true },
	{ "6A80", { .kind = WIRE_FAULT_SW, .sw = 0x6A80 }, true },
};

/* One visit with one operation; where even the visit does not begin, that is the result. */
static enum err
visit(struct table *table, const struct row *row, struct err_trace *trace)
{
	struct card *card = NULL;
	enum err err = card_visit_begin(&table->readers, "Local 0", NULL, &card, trace);

	if (err != ERR_OK)
		return err;
	err = row->run(card, trace);
	card_visit_end(card);
	return err;
}

static unsigned
count_apdus(struct table *table, const struct row *row)
{
	struct err_trace trace = { 0 };

	table_restore(table);
	assert_ok(visit(table, row, &trace), &trace);
	return table->fault.seen;
}

static void
check_result(const struct row *row, const struct way *way, unsigned at, enum err err,
    const struct err_trace *trace)
{
	if (err == ERR_OK && !(way->refusal && row->bears_refusals))
		fail_msg("%s, APDU %u %s: success", row->name, at, way->name);
	if (err == ERR_INTERNAL)
		fail_msg("%s, APDU %u %s: called a bug", row->name, at, way->name);
	/* Of a card that went away, the code is always the same. */
	if (!way->refusal && err != ERR_IO)
		fail_msg("%s, APDU %u %s: %s", row->name, at, way->name, err_word(err));
	if (err != ERR_OK)
		assert_true(trace->count > 0);
}

static void
check_again(struct table *table, const struct row *row, const struct way *way, unsigned at)
{
	struct err_trace trace = { 0 };
	struct card *card;
	enum err err;

	table->fault = (struct wire_fault){ 0 };
	if (!row->spends_tries) {
		card = table_visit(table);
		if (card_facts(card)->life == CARD_LIFE_OPERATIONAL) {
			assert_int_equal(card_tries_left(card, CARD_PIN_USER), 3);
			assert_int_equal(card_tries_left(card, CARD_PIN_ADMIN), 3);
		}
		card_visit_end(card);
	}
	err = visit(table, row, &trace);
	if (err != ERR_OK)
		print_error("%s again after APDU %u %s\n", row->name, at, way->name);
	assert_ok(err, &trace);
}

static void
walk(struct table *table, const struct row *row)
{
	unsigned count = count_apdus(table, row);

	assert_in_range(count, 2, 40);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		for (unsigned at = 1; at <= count; at++) {
			struct err_trace trace = { 0 };

			table_restore(table);
			table->fault = ways[i].fault;
			table->fault.at = at;
			check_result(row, &ways[i], at, visit(table, row, &trace), &trace);
			check_again(table, row, &ways[i], at);
		}
	}
}

static void
every_apdu_of_every_operation_can_fail_and_the_operation_can_be_repeated(void **state)
{
	struct table table;
	struct card_keys keys;

	(void)state;
	table_lay(&table, NULL);
	table_enrol(&table, &keys);
	table_keep(&table);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		walk(&table, &rows[i]);
	table_clear(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_apdu_of_every_operation_can_fail_and_the_operation_can_be_repeated),
	};

	return cmocka_run_group_tests(tests, table_start, NULL);
}
