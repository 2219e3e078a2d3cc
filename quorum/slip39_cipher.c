/* SPDX-License-Identifier: BSD-2-Clause */
/* SLIP-0039, "Encryption of the master secret": four Feistel rounds over PBKDF2-HMAC-SHA256. */
#include "quorum/slip39.h"

#include "quorum/hkdf.h"

enum { ROUNDS = 4, ITERATIONS_PER_ROUND = 2500, SALT_PREFIX = 6 };

/* The passphrase behind the round's number, in one piece because it is an HMAC key. */
static enum err
make_password(
    uint8_t round, const struct secret *passphrase, struct secret **out, struct err_trace *trace)
{
	const size_t len = passphrase == NULL ? 0 : secret_len(passphrase);
	struct secret *made = NULL;
	enum err err = secret_new(1 + len, &made, trace);

	if (err == ERR_OK)
		err = secret_append(made, &round, 1, trace);
	if (err == ERR_OK && len > 0)
		err = secret_append(made, secret_bytes(passphrase), len, trace);
	if (err != ERR_OK) {
		secret_free(made);
		return err;
	}
	*out = made;
	return ERR_OK;
}

/* F(round, right). An extendable splitting has no salt, so that its id may change. */
static enum err
round_function(const struct mnemonic_head *head, const struct secret *password,
    const struct part *right, struct secret **out, struct err_trace *trace)
{
	const uint8_t id[2] = { (uint8_t)(head->id >> 8), (uint8_t)head->id };
	const struct part salt[] = {
		{ "shamir", head->extendable ? 0 : SALT_PREFIX },
		{ id, head->extendable ? 0 : sizeof(id) },
		*right,
	};
	const struct hkdf_pbkdf2 input = {
		.password = { secret_bytes(password), secret_len(password) },
		.salt = HKDF_PARTS(salt),
		.iterations = (uint32_t)ITERATIONS_PER_ROUND << head->exponent,
	};

	return hkdf_pbkdf2(&input, right->len, out, trace);
}

struct feistel {
	const struct mnemonic_head *head;
	const struct secret *passphrase;
	uint8_t *left;
	uint8_t *right;
	size_t half;
};

/* (left, right) becomes (right, left ^ F(round, right)). */
static enum err
do_round(const struct feistel *feistel, uint8_t round, struct err_trace *trace)
{
	const struct part right = { feistel->right, feistel->half };
	struct secret *password = NULL;
	struct secret *mask = NULL;
	enum err err = make_password(round, feistel->passphrase, &password, trace);

	if (err == ERR_OK)
		err = round_function(feistel->head, password, &right, &mask, trace);
	for (size_t i = 0; err == ERR_OK && i < feistel->half; i++) {
		const uint8_t mixed = feistel->left[i] ^ secret_bytes(mask)[i];

		feistel->left[i] = feistel->right[i];
		feistel->right[i] = mixed;
	}
	secret_free(mask);
	secret_free(password);
	return err;
}

static void
swap_halves(const struct feistel *feistel)
{
	for (size_t i = 0; i < feistel->half; i++) {
		const uint8_t left = feistel->left[i];

		feistel->left[i] = feistel->right[i];
		feistel->right[i] = left;
	}
}

/* Encryption counts the rounds up, decryption down. */
struct direction {
	uint8_t first;
	bool up;
};

static enum err
run(struct feistel *feistel, struct direction direction, const struct secret *input,
    struct secret **out, struct err_trace *trace)
{
	const size_t len = secret_len(input);
	struct secret *made = NULL;
	uint8_t round = direction.first;
	enum err err = ERR_INTERNAL;

	if (len < MNEMONIC_VALUE_MIN || len > MNEMONIC_VALUE_MAX || len % 2 != 0)
		return FAIL(trace, ERR_ARGUMENT, "SLIP-39 cannot split a secret of %zu bytes", len);
	if (feistel->head->exponent > 15)
		return FAIL(trace, ERR_ARGUMENT, "SLIP-39's iteration exponent is at most 15");
	err = secret_new(len, &made, trace);
	if (err != ERR_OK)
		return err;
	feistel->left = secret_extend(made, len);
	feistel->half = len / 2;
	feistel->right = feistel->left + feistel->half;
	for (size_t i = 0; i < len; i++)
		feistel->left[i] = secret_bytes(input)[i];
	for (int i = 0; err == ERR_OK && i < ROUNDS; i++) {
		err = do_round(feistel, round, trace);
		round = (uint8_t)(direction.up ? round + 1 : round - 1);
	}
	if (err != ERR_OK) {
		secret_free(made);
		return err;
	}
	swap_halves(feistel);
	*out = made;
	return ERR_OK;
}

enum err
slip39_encrypt(const struct mnemonic_head *head, const struct secret *master,
    const struct secret *passphrase, struct secret **encrypted, struct err_trace *trace)
{
	struct feistel feistel = { .head = head, .passphrase = passphrase };

	return run(
	    &feistel, (struct direction){ .first = 0, .up = true }, master, encrypted, trace);
}

enum err
slip39_decrypt(const struct mnemonic_head *head, const struct secret *encrypted,
    const struct secret *passphrase, struct secret **master, struct err_trace *trace)
{
	struct feistel feistel = { .head = head, .passphrase = passphrase };

	return run(&feistel, (struct direction){ .first = ROUNDS - 1, .up = false }, encrypted,
	    master, trace);
}
