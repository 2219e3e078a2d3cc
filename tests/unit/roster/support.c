/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <sqlite3.h>

#include "base/file.h"
#include "base/hash.h"
#include "tests/unit/roster/support.h"

static const char *const names[PEOPLE] = { "alice", "bob", "carol", "dave", "eve" };

static int64_t
clock_of(void *context)
{
	return ((const struct place *)context)->now;
}

int
place_setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	/* In memory where that is to be had: thousands of commits are synced in these tests. */
	snprintf(place->folder, sizeof(place->folder), "%s/quorate-roster-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(place->folder));
	snprintf(place->file, sizeof(place->file), "%s/roster", place->folder);
	snprintf(place->state_dir, sizeof(place->state_dir), "%s/state", place->folder);
	snprintf(place->spare_file, sizeof(place->spare_file), "%s/spare", place->folder);
	snprintf(place->spare_state_dir, sizeof(place->spare_state_dir), "%s/spare-state",
	    place->folder);
	place->now = 1790000000;
	*state = place;
	return 0;
}

int
place_teardown(void **state)
{
	struct place *place = *state;

	roster_drop(place->roster);
	for (int i = 0; i < PEOPLE; i++)
		EVP_PKEY_free(place->key[i]);
	assert_int_equal(file_remove_tree(place->folder, NULL), ERR_OK);
	free(place);
	return 0;
}

int
place_setup_roster(void **state)
{
	place_setup(state);
	place_create(*state);
	return 0;
}

struct roster_options
place_options(struct place *place, enum roster_mode mode)
{
	return (struct roster_options){ .paths = { place->file, place->state_dir },
		.mode = mode,
		.clock = { clock_of, place } };
}

void
place_create(struct place *place)
{
	struct err_trace trace = { 0 };
	const struct roster_founding founding = { .paths = { place->file, place->state_dir },
		.clock = { clock_of, place },
		.practice = true,
		.administrator = "ann" };

	assert_ok(roster_create(&founding, &place->roster, &trace), &trace);
}

enum err
place_try_open(struct place *place, enum roster_mode mode, struct err_trace *trace)
{
	const struct roster_options options = place_options(place, mode);

	return roster_open(&options, &place->roster, trace);
}

void
place_open(struct place *place, enum roster_mode mode)
{
	struct err_trace trace = { 0 };

	assert_ok(place_try_open(place, mode, &trace), &trace);
}

void
place_reopen(struct place *place)
{
	struct err_trace trace = { 0 };
	struct roster_person ann;

	place_open(place, ROSTER_WRITE);
	assert_ok(roster_person_find(place->roster, "ann", &ann, &trace), &trace);
	assert_ok(roster_act_as(place->roster, &ann.id, &trace), &trace);
}

void
place_close(struct place *place)
{
	struct err_trace trace = { 0 };
	struct roster *roster = place->roster;

	place->roster = NULL;
	assert_ok(roster_close(roster, &trace), &trace);
}

void
place_add_people(struct place *place)
{
	struct err_trace trace = { 0 };

	for (int i = 0; i < PEOPLE; i++) {
		const struct roster_person_add add = { .name = names[i],
			.contact = i == 0 ? "alice@example.org" : NULL,
			.roles = ROSTER_CUSTODIAN };

		assert_ok(
		    roster_person_add(place->roster, &add, &place->person[i], &trace), &trace);
	}
}

static void
point_of(EVP_PKEY *key, uint8_t out[ROSTER_POINT_SIZE])
{
	size_t len = 0;

	assert_int_equal(
	    EVP_PKEY_get_octet_string_param(key, "pub", out, ROSTER_POINT_SIZE, &len), 1);
	assert_int_equal(len, ROSTER_POINT_SIZE);
}

static void
keys_with(EVP_PKEY *sig, struct roster_card_keys *out)
{
	EVP_PKEY *dec = EVP_EC_gen("P-256");
	uint8_t both[2 * ROSTER_POINT_SIZE];

	assert_non_null(dec);
	assert_non_null(sig);
	point_of(dec, out->dec);
	point_of(sig, out->sig);
	EVP_PKEY_free(dec);
	memcpy(both, out->dec, ROSTER_POINT_SIZE);
	memcpy(both + ROSTER_POINT_SIZE, out->sig, ROSTER_POINT_SIZE);
	assert_int_equal(sha256(both, sizeof(both), out->fingerprint.bytes, NULL), ERR_OK);
}

static void
make_keys(struct place *place, int i, struct roster_card_keys *out)
{
	place->key[i] = EVP_EC_gen("P-256");
	keys_with(place->key[i], out);
}

void
place_keys(struct roster_card_keys *out)
{
	EVP_PKEY *sig = EVP_EC_gen("P-256");

	keys_with(sig, out);
	EVP_PKEY_free(sig);
}

void
place_enrol_cards(struct place *place)
{
	struct err_trace trace = { 0 };
	struct roster_card card;
	struct roster_card_keys keys;
	char serial[32];

	for (int i = 0; i < PEOPLE; i++) {
		snprintf(serial, sizeof(serial), "FFFE:0000000%d", i + 1);
		const struct roster_card_begin begin = { .quorum = "root",
			.serial = serial,
			.custodian = place->person[i],
			.family = "openpgp",
			.model = "virtual",
			.firmware = "3.4",
			.atr = "3b00",
			.resettable = true };

		assert_ok(roster_card_begin(place->roster, &begin, &card, &trace), &trace);
		make_keys(place, i, &keys);
		place->card[i] = card.id;
		assert_ok(roster_card_enrol(place->roster, &card.id, &keys, &trace), &trace);
	}
}

void
place_seal_of(const struct place *place, unsigned generation, struct roster_seal *out)
{
	EVP_PKEY *escrow = EVP_EC_gen("P-256");

	*out = (struct roster_seal){ .number = generation, .threshold = 3, .size = PEOPLE };
	point_of(escrow, out->escrow);
	EVP_PKEY_free(escrow);
	memset(out->check, 0xC5, sizeof(out->check));
	for (unsigned i = 0; i < PEOPLE; i++) {
		out->share[i].index = i;
		out->share[i].card = place->card[i];
		memset(out->share[i].commitment.bytes, (int)(0x10 + i), ROSTER_HASH_SIZE);
		memset(out->share[i].record, (int)(0x80 + 16 * generation + i), ROSTER_RECORD_SIZE);
	}
}

void
place_seal(struct place *place, unsigned generation)
{
	struct err_trace trace = { 0 };
	struct roster_seal seal;

	if (generation == 1)
		assert_ok(
		    roster_quorum_create(place->roster, "root", &place->quorum, &trace), &trace);
	place_seal_of(place, generation, &seal);
	assert_ok(roster_generation_seal(place->roster, &place->quorum, &seal, &trace), &trace);
}

void
place_deliver(struct place *place, unsigned generation)
{
	struct err_trace trace = { 0 };

	assert_ok(roster_generation_set_state(place->roster, &place->quorum, generation,
		      ROSTER_GENERATION_DELIVERING, &trace),
	    &trace);
	for (int i = 0; i < PEOPLE; i++) {
		const struct roster_proof proof = { .kind = ROSTER_PROOF_DELIVERY,
			.card = place->card[i],
			.quorum = place->quorum,
			.generation = generation,
			.tries_left = 3,
			.firmware = "3.4" };

		assert_ok(roster_card_proven(place->roster, &proof, &trace), &trace);
	}
}

void
place_go_live(struct place *place, unsigned generation)
{
	struct err_trace trace = { 0 };

	assert_ok(roster_generation_set_state(
		      place->roster, &place->quorum, generation, ROSTER_GENERATION_LIVE, &trace),
	    &trace);
}

void
place_spec(struct roster_binding_spec *out, const char *name)
{
	/* Static, and copied as bytes: its padding is zero, for tests that compare. */
	static const struct roster_binding_spec spec = { .role = ROSTER_PRIMARY,
		.fresh = true,
		.binds = { true, true },
		.token = { .uri = "pkcs11:token=root-ca",
		    .label = "root-ca",
		    .serial = "0123456789abcdef",
		    .manufacturer = "SoftHSM project",
		    .model = "SoftHSM v2",
		    .module = "softhsm2",
		    .software = true } };

	memcpy(out, &spec, sizeof(spec));
	snprintf(out->name, sizeof(out->name), "%s", name);
}

void
place_bind(struct place *place)
{
	struct err_trace trace = { 0 };
	struct roster_binding_spec spec;

	place_spec(&spec, "root-ca");
	assert_ok(roster_binding_add(place->roster, &place->quorum, &spec, &place->binding, &trace),
	    &trace);
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		assert_ok(roster_binding_opens(place->roster, &place->binding,
			      (enum roster_token_pin)pin, 1, &trace),
		    &trace);
}

void
place_found_quorum(struct place *place)
{
	place_add_people(place);
	place_enrol_cards(place);
	place_seal(place, 1);
	place_deliver(place, 1);
	place_bind(place);
	place_go_live(place, 1);
}

void
place_sign(struct place *place, int card, const struct roster_checkpoint_request *request,
    struct roster_signature *out)
{
	static const char context[] = "quorate/1 checkpoint";
	uint8_t message[sizeof(context) - 1 + ROSTER_HASH_SIZE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	memcpy(message, context, sizeof(context) - 1);
	memcpy(message + sizeof(context) - 1, request->head.bytes, ROSTER_HASH_SIZE);
	*out = (struct roster_signature){ .card = place->card[card], .len = sizeof(out->der) };
	assert_int_equal(
	    EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, place->key[card], NULL), 1);
	assert_int_equal(EVP_DigestSign(ctx, out->der, &out->len, message, sizeof(message)), 1);
	EVP_MD_CTX_free(ctx);
}

void
place_tamper(const struct place *place, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;

	assert_int_equal(sqlite3_open(place->file, &db), SQLITE_OK);
	for (const char *at = sql; *at != '\0';) {
		assert_int_equal(sqlite3_prepare_v2(db, at, -1, &stmt, &at), SQLITE_OK);
		while (sqlite3_step(stmt) == SQLITE_ROW)
			continue;
		if (sqlite3_finalize(stmt) != SQLITE_OK)
			fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	}
	assert_true(sqlite3_total_changes(db) > 0 || strncmp(sql, "PRAGMA", 6) == 0 ||
		    strncmp(sql, "CREATE", 6) == 0);
	sqlite3_close(db);
}

static void
copy_file(const char *from, const char *to)
{
	char *bytes = NULL;
	size_t len = 0;

	assert_int_equal(file_read(from, 64 * 1024 * 1024, &bytes, &len, NULL), ERR_OK);
	assert_int_equal(file_replace(to, bytes, len, NULL), ERR_OK);
	free(bytes);
}

void
place_copy_file(const struct place *place)
{
	copy_file(place->file, place->spare_file);
}

void
place_restore_file(const struct place *place)
{
	copy_file(place->spare_file, place->file);
}

void
place_copy_state(const struct place *place)
{
	struct err_trace trace = { 0 };

	assert_ok(file_copy_tree(place->state_dir, place->spare_state_dir, &trace), &trace);
}

static void
swap(char a[PATH_SIZE], char b[PATH_SIZE])
{
	char held[PATH_SIZE];

	memcpy(held, a, PATH_SIZE);
	memcpy(a, b, PATH_SIZE);
	memcpy(b, held, PATH_SIZE);
}

void
place_swap_file(struct place *place)
{
	swap(place->file, place->spare_file);
}

void
place_swap_state(struct place *place)
{
	swap(place->state_dir, place->spare_state_dir);
}

void
place_go_on(struct place *place, const char *name)
{
	struct err_trace trace = { 0 };
	struct roster_id id;
	const struct roster_person_add add = { .name = name, .roles = ROSTER_WITNESS };

	assert_ok(roster_person_add(place->roster, &add, &id, &trace), &trace);
}

void
place_depart(struct place *place, const struct roster_id *person)
{
	struct err_trace trace = { 0 };
	const struct roster_departure departure = { .person = *person };

	assert_ok(roster_person_depart(place->roster, &departure, &trace), &trace);
}

bool
place_says(const struct err_trace *trace, const char *words)
{
	for (unsigned i = 0; i < trace->count; i++) {
		if (strstr(trace->frame[i].text, words) != NULL)
			return true;
	}
	return strstr(trace->next, words) != NULL;
}

static bool
file_has_bytes(const char *path, const void *bytes, size_t len)
{
	char *content = NULL;
	size_t content_len = 0;

	if (file_read(path, 64 * 1024 * 1024, &content, &content_len, NULL) != ERR_OK)
		return false;
	const bool has = memmem(content, content_len, bytes, len) != NULL;
	free(content);
	return has;
}

static bool
folder_has_bytes(const char *folder, const void *bytes, size_t len)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	char path[PATH_SIZE];
	bool has = false;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		has = has || (entry->d_type == DT_REG && file_has_bytes(path, bytes, len));
	}
	closedir(dir);
	return has;
}

bool
place_has_bytes(const struct place *place, const void *bytes, size_t len)
{
	return folder_has_bytes(place->folder, bytes, len) ||
	       folder_has_bytes(place->state_dir, bytes, len);
}
