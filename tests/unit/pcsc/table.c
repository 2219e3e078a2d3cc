/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "pcsc/pin.h"
#include "tests/unit/pcsc/table.h"

enum { CARD_FILE_MAX = 1 << 20 };

void
table_lay(struct table *table, const char *variants)
{
	struct vcard_local *card = NULL;
	struct err_trace trace = { 0 };

	*table = (struct table){ .local = { .count = 1 } };
	assert_ok(vcard_local_new(1, variants, &card, &trace), &trace);
	table->local.fault = &table->fault;
	readers_local_put(&table->local, 0, card);
	readers_local_open(&table->local, &table->readers);
}

void
table_clear(struct table *table)
{
	reader_close(&table->readers);
	vcard_local_free(table->local.card[0]);
	free(table->snapshot);
}

struct card *
table_visit(struct table *table)
{
	struct card *card = NULL;
	struct err_trace trace = { 0 };

	assert_ok(card_visit_begin(&table->readers, "Local 0", NULL, &card, &trace), &trace);
	return card;
}

void
table_keep(struct table *table)
{
	free(table->snapshot);
	assert_ok(file_read(vcard_local_file(table->local.card[0]), CARD_FILE_MAX, &table->snapshot,
		      &table->snapshot_len, NULL),
	    NULL);
}

void
table_restore(struct table *table)
{
	struct vcard_local *card = table->local.card[0];

	vcard_local_pull(card);
	assert_ok(
	    file_replace(vcard_local_file(card), table->snapshot, table->snapshot_len, NULL), NULL);
	vcard_local_insert(card);
	table->fault = (struct wire_fault){ 0 };
}

static struct secret *
secret_of(const char *text)
{
	struct secret *secret = NULL;

	assert_ok(secret_from(text, strlen(text), &secret, NULL), NULL);
	return secret;
}

enum err
table_try(struct card *card, enum card_pin which, const char *pin, struct err_trace *trace)
{
	struct secret *secret = secret_of(pin);
	struct card_pin_entry entry = { .which = which, .pin = secret };
	enum err err = card_verify(card, &entry, trace);

	secret_free(secret);
	return err;
}

void
table_verify(struct card *card, enum card_pin which, const char *pin)
{
	struct err_trace trace = { 0 };

	assert_ok(table_try(card, which, pin, &trace), &trace);
}

enum err
table_change(struct card *card, enum card_pin which, const char *from, const char *to,
    struct err_trace *trace)
{
	struct secret *old = secret_of(from);
	struct secret *new = secret_of(to);
	struct card_pin_entry entry = { .which = which, .pin = old };
	enum err err = card_change_pin(card, &entry, new, trace);

	secret_free(new);
	secret_free(old);
	return err;
}

void
table_enrol(struct table *table, struct card_keys *keys)
{
	struct card *card = table_visit(table);
	struct err_trace trace = { 0 };

	table_verify(card, CARD_PIN_ADMIN, CARD_FACTORY_ADMIN_PIN);
	assert_ok(card_make_keys(card, TABLE_CREATED, keys, &trace), &trace);
	assert_ok(card_set_sign_pin_lasting(card, true, &trace), &trace);
	assert_ok(table_change(card, CARD_PIN_USER, CARD_FACTORY_USER_PIN, TABLE_USER_PIN, &trace),
	    &trace);
	assert_ok(
	    table_change(card, CARD_PIN_ADMIN, CARD_FACTORY_ADMIN_PIN, TABLE_ADMIN_PIN, &trace),
	    &trace);
	card_visit_end(card);
}

int
table_start(void **state)
{
	(void)state;
	/* Cards sync their file at each change; thousands of times is better done in memory. */
	if (access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 0);
	return secret_heap_init(NULL) == ERR_OK ? 0 : -1;
}
