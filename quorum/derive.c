/* SPDX-License-Identifier: BSD-2-Clause */
#include "quorum/derive.h"

#include <string.h>

#include "base/encode.h"
#include "quorum/declassify.h"
#include "quorum/hkdf.h"
#include "quorum/hpke.h"
#include "quorum/radix.h"

enum { DEFAULT_PIN_BYTES = 20, ESCROW_IKM = 32, LIMBS = 14 };

static const struct {
	const char *label;
	const char *text;
} kinds[] = {
	[PIN_USER] = { "quorate/1 user-pin ", "user PIN" },
	[PIN_SO] = { "quorate/1 so-pin ", "SO PIN" },
};

const char *
pin_kind_text(enum pin_kind kind)
{
	return kinds[kind].text;
}

bool
binding_name_is_good(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	const size_t len = strnlen(name, BINDING_NAME_MAX + 1);

	return len >= 1 && len <= BINDING_NAME_MAX && strspn(name, allowed) == len;
}

static bool
is_printable(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static bool
has_repeats(const char *text)
{
	for (; *text != '\0'; text++)
		if (strchr(text + 1, *text) != NULL)
			return true;
	return false;
}

/* Are there from 2^64 to 2^384 PINs, that is base^length? Exactly, in limbs of 32 bits. */
static bool
strength_is_good(size_t base, unsigned length)
{
	uint32_t power[LIMBS] = { 1 };
	uint32_t above = 0;
	uint32_t below_384 = 0;

	for (unsigned n = 0; n < length && power[LIMBS - 1] == 0; n++) {
		uint64_t carry = 0;

		for (size_t i = 0; i < LIMBS; i++) {
			carry += (uint64_t)power[i] * base;
			power[i] = (uint32_t)carry;
			carry >>= 32;
		}
	}
	for (size_t i = PIN_BITS_MIN / 32; i < LIMBS; i++)
		above |= power[i];
	for (size_t i = 0; i < PIN_BITS_MAX / 32; i++)
		below_384 |= power[i];
	const uint32_t top = power[PIN_BITS_MAX / 32];
	const bool fits = power[LIMBS - 1] == 0 && (top == 0 || (top == 1 && below_384 == 0));
	return above != 0 && fits;
}

enum err
pin_format_check(const struct pin_format *format, struct err_trace *trace)
{
	const size_t base = strnlen(format->alphabet, sizeof(format->alphabet));
	const size_t prefix = strnlen(format->prefix, sizeof(format->prefix));

	if (base < RADIX_MIN || base > PIN_ALPHABET_MAX)
		return FAIL(trace, ERR_ARGUMENT, "a PIN's alphabet has 2 to %d characters",
		    PIN_ALPHABET_MAX);
	if (!is_printable(format->alphabet) || has_repeats(format->alphabet))
		return FAIL(trace, ERR_ARGUMENT,
		    "a PIN's alphabet has different printable ASCII characters");
	if (prefix > PIN_PREFIX_MAX || !is_printable(format->prefix))
		return FAIL(trace, ERR_ARGUMENT,
		    "a PIN's prefix has at most %d printable ASCII characters", PIN_PREFIX_MAX);
	if (!strength_is_good(base, format->length))
		return FAIL(trace, ERR_ARGUMENT,
		    "%u characters out of %zu are not between %d and %d bits", format->length, base,
		    PIN_BITS_MIN, PIN_BITS_MAX);
	return ERR_OK;
}

enum err
pin_format_fits(const struct pin_format *format, size_t min, size_t max, struct err_trace *trace)
{
	const size_t len =
	    format == NULL ? PIN_DEFAULT_LENGTH : strlen(format->prefix) + format->length;

	if (len >= min && len <= max)
		return ERR_OK;
	err_next(trace, "Give this binding its own PIN format (prefix, alphabet, length).");
	return FAIL(trace, ERR_ARGUMENT, "PINs of %zu characters; the token takes %zu to %zu", len,
	    min, max);
}

enum err
derive_prk(const uint8_t quorum_id[QUORUM_ID_SIZE], const struct secret *secret,
    struct secret **prk, struct err_trace *trace)
{
	const struct part salt = { quorum_id, QUORUM_ID_SIZE };
	const struct part ikm[] = { { secret_bytes(secret), secret_len(secret) } };

	return hkdf_extract(&salt, HKDF_PARTS(ikm), prk, trace);
}

static enum err
expand_for_pin(const struct secret *prk, const struct derive_pin *which, size_t len,
    struct secret **out, struct err_trace *trace)
{
	const char *label = kinds[which->kind].label;
	const struct part info[] = { { label, strlen(label) },
		{ which->binding, strlen(which->binding) } };

	return hkdf_expand(prk, HKDF_PARTS(info), len, out, trace);
}

static enum err
default_pin(const struct secret *prk, const struct derive_pin *which, struct secret **pin,
    struct err_trace *trace)
{
	struct secret *bytes = NULL;
	struct secret *made = NULL;
	enum err err = expand_for_pin(prk, which, DEFAULT_PIN_BYTES, &bytes, trace);

	if (err == ERR_OK)
		err = secret_new(PIN_DEFAULT_LENGTH, &made, trace);
	if (err == ERR_OK)
		err = base32_append(made, bytes, trace);
	secret_free(bytes);
	if (err != ERR_OK) {
		secret_free(made);
		return err;
	}
	*pin = made;
	return ERR_OK;
}

static enum err
formatted_pin(const struct secret *prk, const struct derive_pin *which, struct secret **pin,
    struct err_trace *trace)
{
	const struct pin_format *format = which->format;
	const size_t prefix = strlen(format->prefix);
	struct secret *number = NULL;
	struct secret *made = NULL;
	enum err err = expand_for_pin(prk, which, RADIX_NUMBER, &number, trace);

	if (err == ERR_OK)
		err = secret_new(prefix + format->length, &made, trace);
	if (err == ERR_OK && prefix > 0)
		err = secret_append(made, format->prefix, prefix, trace);
	if (err == ERR_OK)
		err = radix_append(made, number, format->alphabet, format->length, trace);
	secret_free(number);
	if (err != ERR_OK) {
		secret_free(made);
		return err;
	}
	*pin = made;
	return ERR_OK;
}

enum err
derive_pin(const struct secret *prk, const struct derive_pin *which, struct secret **pin,
    struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (!binding_name_is_good(which->binding))
		return FAIL(trace, ERR_ARGUMENT, "a binding's name has 1 to %d of a-z, 0-9 and '-'",
		    BINDING_NAME_MAX);
	if (which->format == NULL)
		return default_pin(prk, which, pin, trace);
	err = pin_format_check(which->format, trace);
	if (err != ERR_OK)
		return err;
	return formatted_pin(prk, which, pin, trace);
}

enum err
derive_check(const struct secret *prk, uint8_t check[DERIVE_CHECK_SIZE], struct err_trace *trace)
{
	static const struct part info[] = { { "quorate/1 check", 15 } };
	struct secret *bytes = NULL;
	enum err err = hkdf_expand(prk, HKDF_PARTS(info), DERIVE_CHECK_SIZE, &bytes, trace);

	if (err != ERR_OK)
		return err;
	memcpy(check, secret_bytes(bytes), DERIVE_CHECK_SIZE);
	declassify(check, DERIVE_CHECK_SIZE);
	secret_free(bytes);
	return ERR_OK;
}

enum err
derive_escrow_key(const struct secret *prk, struct secret **private_key, uint8_t point[P256_POINT],
    struct err_trace *trace)
{
	static const struct part info[] = { { "quorate/1 escrow", 16 } };
	struct secret *ikm = NULL;
	enum err err = hkdf_expand(prk, HKDF_PARTS(info), ESCROW_IKM, &ikm, trace);

	if (err == ERR_OK)
		err = hpke_derive_key_pair(ikm, private_key, point, trace);
	secret_free(ikm);
	return err;
}
