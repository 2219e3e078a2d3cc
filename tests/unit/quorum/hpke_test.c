/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "base/encode.h"
#include "quorum/hpke.h"
#include "tests/unit/quorum/support.h"

enum { TEXT_MAX = 256 };

static json_t *
vector(void)
{
	return load_json("tests/vectors/hpke-p256-sha256-aes128gcm-base.json");
}

static const char *
text(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	assert_non_null(value);
	return value;
}

/* Recipient, info and aad of the RFC's first message. */
struct message {
	uint8_t recipient[P256_POINT];
	uint8_t info[TEXT_MAX];
	uint8_t aad[TEXT_MAX];
	uint8_t ciphertext[TEXT_MAX];
	uint8_t enc[P256_POINT];
	size_t ciphertext_len;
	struct hpke_context context;
};

static void
read_message(const json_t *json, struct message *out)
{
	const json_t *first = json_array_get(json_object_get(json, "encryptions"), 0);

	bytes_of_hex(text(json, "pkRm"), out->recipient, sizeof(out->recipient));
	bytes_of_hex(text(json, "enc"), out->enc, sizeof(out->enc));
	out->ciphertext_len =
	    bytes_of_hex(text(first, "ct"), out->ciphertext, sizeof(out->ciphertext));
	out->context = (struct hpke_context){
		.recipient = out->recipient,
		.info = out->info,
		.info_len = bytes_of_hex(text(json, "info"), out->info, sizeof(out->info)),
		.aad = out->aad,
		.aad_len = bytes_of_hex(text(first, "aad"), out->aad, sizeof(out->aad)),
	};
}

static void
derive_key_pair_gives_the_keys_of_rfc_9180(void **state)
{
	static const char *const pairs[][3] = { { "ikmE", "skEm", "pkEm" },
		{ "ikmR", "skRm", "pkRm" } };
	json_t *json = vector();

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct secret *ikm = secret_of_hex(text(json, pairs[i][0]));
		struct secret *key = NULL;
		struct err_trace trace = { 0 };
		uint8_t point[P256_POINT];

		assert_ok(hpke_derive_key_pair(ikm, &key, point, &trace), &trace);
		assert_secret_hex(key, text(json, pairs[i][1]));
		assert_hex(point, sizeof(point), text(json, pairs[i][2]));
		secret_free(key);
		secret_free(ikm);
	}
	json_decref(json);
}

static void
sealing_gives_the_ciphertext_of_rfc_9180(void **state)
{
	json_t *json = vector();
	const json_t *first = json_array_get(json_object_get(json, "encryptions"), 0);
	struct message message;
	uint8_t ciphertext[TEXT_MAX];
	uint8_t enc[P256_POINT];
	struct hpke_sealed sealed = { .ciphertext = ciphertext };
	struct secret *plaintext = secret_of_hex(text(first, "pt"));
	struct secret *ephemeral = secret_of_hex(text(json, "ikmE"));
	const struct hpke_sealing sealing = { plaintext, ephemeral };
	struct err_trace trace = { 0 };

	(void)state;
	read_message(json, &message);
	assert_ok(hpke_seal(&message.context, &sealing, &sealed, &trace), &trace);
	assert_hex(ciphertext, message.ciphertext_len, text(first, "ct"));
	assert_ok(p256_expand(sealed.enc, enc, &trace), &trace);
	assert_hex(enc, sizeof(enc), text(json, "enc"));
	secret_free(ephemeral);
	secret_free(plaintext);
	json_decref(json);
}

/* Opens the RFC's message, as it is or with something changed. */
struct opened {
	struct message message;
	uint8_t compressed[P256_COMPRESSED];
	struct secret *shared_x;
	struct hpke_opening opening;
};

static void
prepare(struct opened *out)
{
	json_t *json = vector();
	struct secret *key = secret_of_hex(text(json, "skRm"));
	struct err_trace trace = { 0 };

	memset(out, 0, sizeof(*out));
	read_message(json, &out->message);
	assert_ok(p256_compress(out->message.enc, out->compressed, &trace), &trace);
	assert_ok(p256_ecdh(key, out->message.enc, &out->shared_x, &trace), &trace);
	out->opening = (struct hpke_opening){
		.enc = out->compressed,
		.ciphertext = out->message.ciphertext,
		.ciphertext_len = out->message.ciphertext_len,
		.shared_x = out->shared_x,
	};
	secret_free(key);
	json_decref(json);
}

static void
opening_with_the_recipients_ecdh_gives_the_plaintext(void **state)
{
	struct opened opened;
	struct secret *plaintext = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	prepare(&opened);
	assert_ok(hpke_open(&opened.message.context, &opened.opening, &plaintext, &trace), &trace);
	assert_secret_text(plaintext, "Beauty is truth, truth beauty");
	secret_free(plaintext);
	secret_free(opened.shared_x);
}

static void
assert_closed(struct opened *opened)
{
	struct secret *plaintext = NULL;
	struct err_trace trace = { 0 };

	assert_fails(hpke_open(&opened->message.context, &opened->opening, &plaintext, &trace),
	    ERR_FORMAT, &trace);
	assert_null(plaintext);
}

static void
any_changed_byte_of_the_ciphertext_keeps_it_closed(void **state)
{
	struct opened opened;

	(void)state;
	prepare(&opened);
	for (size_t i = 0; i < opened.message.ciphertext_len; i++) {
		opened.message.ciphertext[i] ^= 0x01;
		assert_closed(&opened);
		opened.message.ciphertext[i] ^= 0x01;
	}
	secret_free(opened.shared_x);
}

static void
other_info_aad_recipient_or_point_keeps_it_closed(void **state)
{
	struct opened opened;
	struct message *message = NULL;

	(void)state;
	prepare(&opened);
	message = &opened.message;
	message->info[0] ^= 0x01;
	assert_closed(&opened);
	message->info[0] ^= 0x01;
	message->context.info_len--;
	assert_closed(&opened);
	message->context.info_len++;
	message->aad[0] ^= 0x01;
	assert_closed(&opened);
	message->aad[0] ^= 0x01;
	message->recipient[64] ^= 0x01;
	assert_closed(&opened);
	message->recipient[64] ^= 0x01;
	opened.compressed[0] ^= 0x01;
	assert_closed(&opened);
	secret_free(opened.shared_x);
}

static void
a_ciphertext_shorter_than_its_tag_is_refused(void **state)
{
	struct opened opened;

	(void)state;
	prepare(&opened);
	for (size_t len = 0; len <= HPKE_TAG; len++) {
		opened.opening.ciphertext_len = len;
		assert_closed(&opened);
	}
	secret_free(opened.shared_x);
}

static void
a_shared_x_of_another_length_is_refused(void **state)
{
	struct opened opened;
	struct secret *plaintext = NULL;

	(void)state;
	prepare(&opened);
	secret_truncate(opened.shared_x, 31);
	assert_fails(hpke_open(&opened.message.context, &opened.opening, &plaintext, NULL),
	    ERR_ARGUMENT, NULL);
	secret_free(opened.shared_x);
}

static void
too_little_to_derive_from_is_refused(void **state)
{
	struct secret *ikm = secret_of_hex("000102030405060708090a0b0c0d0e0f");
	struct secret *key = NULL;
	uint8_t point[P256_POINT];

	(void)state;
	assert_fails(hpke_derive_key_pair(ikm, &key, point, NULL), ERR_ARGUMENT, NULL);
	assert_null(key);
	secret_free(ikm);
}

static void
points_survive_compression(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 16; i++) {
		struct secret *ikm = secret_of_number(i);
		struct secret *key = NULL;
		uint8_t point[P256_POINT];
		uint8_t compressed[P256_COMPRESSED];
		uint8_t again[P256_POINT];

		assert_ok(hpke_derive_key_pair(ikm, &key, point, NULL), NULL);
		assert_ok(p256_compress(point, compressed, NULL), NULL);
		assert_ok(p256_expand(compressed, again, NULL), NULL);
		assert_memory_equal(point, again, sizeof(point));
		secret_free(key);
		secret_free(ikm);
	}
}

static void
what_is_no_point_of_the_curve_is_refused(void **state)
{
	uint8_t point[P256_POINT] = { 0x04, 1, 2, 3 };
	uint8_t compressed[P256_COMPRESSED] = { 0 };
	uint8_t out[P256_POINT];

	(void)state;
	assert_fails(p256_check(point, NULL), ERR_FORMAT, NULL);
	assert_fails(p256_compress(point, compressed, NULL), ERR_FORMAT, NULL);
	/* x = 5 is on the curve, x = 1 is not; 05 is no form; 00 is the point at infinity. */
	compressed[0] = 0x02;
	compressed[32] = 5;
	assert_ok(p256_expand(compressed, out, NULL), NULL);
	assert_ok(p256_check(out, NULL), NULL);
	out[0] = 0x06;
	assert_fails(p256_check(out, NULL), ERR_FORMAT, NULL);
	compressed[32] = 1;
	assert_fails(p256_expand(compressed, out, NULL), ERR_FORMAT, NULL);
	compressed[0] = 0x05;
	assert_fails(p256_expand(compressed, out, NULL), ERR_FORMAT, NULL);
	memset(compressed, 0, sizeof(compressed));
	assert_fails(p256_expand(compressed, out, NULL), ERR_FORMAT, NULL);
}

static void
private_keys_outside_1_to_the_order_are_refused(void **state)
{
	static const struct {
		const char *scalar;
		bool good;
	} rows[] = {
		{ "0000000000000000000000000000000000000000000000000000000000000000", false },
		{ "0000000000000000000000000000000000000000000000000000000000000001", true },
		{ "0100000000000000000000000000000000000000000000000000000000000000", true },
		{ "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550", true },
		{ "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", false },
		{ "ffffffff00000001000000000000000000000000000000000000000000000000", false },
		{ "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false },
		{ "01", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct secret *key = secret_of_hex(rows[i].scalar);
		uint8_t point[P256_POINT];

		assert_int_equal(p256_is_scalar(key), rows[i].good);
		assert_int_equal(p256_public(key, point, NULL), rows[i].good ? ERR_OK : ERR_FORMAT);
		secret_free(key);
	}
}

/* A card answers 32 bytes too, zeros included: one x in 256 begins with one. */
static void
an_ecdh_keeps_its_leading_zeros(void **state)
{
	size_t found = 0;
	struct secret *ikm = secret_of_number(1000);
	struct secret *own = NULL;
	uint8_t own_point[P256_POINT];

	(void)state;
	assert_ok(hpke_derive_key_pair(ikm, &own, own_point, NULL), NULL);
	for (uint32_t i = 0; found == 0 && i < 4096; i++) {
		struct secret *other_ikm = secret_of_number(i);
		struct secret *other = NULL;
		struct secret *x = NULL;
		struct secret *same_x = NULL;
		uint8_t other_point[P256_POINT];

		assert_ok(hpke_derive_key_pair(other_ikm, &other, other_point, NULL), NULL);
		assert_ok(p256_ecdh(own, other_point, &x, NULL), NULL);
		assert_ok(p256_ecdh(other, own_point, &same_x, NULL), NULL);
		assert_int_equal(secret_len(x), P256_SCALAR);
		assert_true(secret_equal(x, same_x));
		found += secret_bytes(x)[0] == 0;
		secret_free(same_x);
		secret_free(x);
		secret_free(other);
		secret_free(other_ikm);
	}
	assert_int_equal(found, 1);
	secret_free(own);
	secret_free(ikm);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(derive_key_pair_gives_the_keys_of_rfc_9180),
		cmocka_unit_test(sealing_gives_the_ciphertext_of_rfc_9180),
		cmocka_unit_test(opening_with_the_recipients_ecdh_gives_the_plaintext),
		cmocka_unit_test(any_changed_byte_of_the_ciphertext_keeps_it_closed),
		cmocka_unit_test(other_info_aad_recipient_or_point_keeps_it_closed),
		cmocka_unit_test(a_ciphertext_shorter_than_its_tag_is_refused),
		cmocka_unit_test(a_shared_x_of_another_length_is_refused),
		cmocka_unit_test(too_little_to_derive_from_is_refused),
		cmocka_unit_test(points_survive_compression),
		cmocka_unit_test(what_is_no_point_of_the_curve_is_refused),
		cmocka_unit_test(private_keys_outside_1_to_the_order_are_refused),
		cmocka_unit_test(an_ecdh_keeps_its_leading_zeros),
	};

	return cmocka_run_group_tests(tests, quorum_setup, NULL);
}
