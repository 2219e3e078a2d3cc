/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/robot_pin.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/secret.h"

/* No two of these follow one another in ASCII, so that no run can come about. */
static const char alphabet[] = "ACEGIKMOQSUWY2468";

enum { ALPHABET = sizeof(alphabet) - 1 };

static const char domain[] = "quorate practice PIN";

static size_t
length_of(const struct robot_pin *pin)
{
	size_t len = ROBOT_PIN;

	if (pin->min > len)
		len = pin->min;
	if (pin->max != 0 && pin->max < len)
		len = pin->max;
	return len;
}

static enum err
hash(const struct robot_pin *pin, uint8_t out[SHA256_SIZE], struct err_trace *trace)
{
	char change[16];
	const struct part parts[] = {
		{ domain, sizeof(domain) },
		{ pin->kind, strlen(pin->kind) + 1 },
		{ pin->name, strlen(pin->name) + 1 },
		{ change, sizeof(change) },
	};

	memset(change, 0, sizeof(change));
	snprintf(change, sizeof(change), "%u", pin->change);
	return sha256_parts(parts, sizeof(parts) / sizeof(parts[0]), out, trace);
}

/* Each byte chooses among the characters that differ from the one before. */
static void
spell(const uint8_t bytes[SHA256_SIZE], uint8_t *out, size_t len)
{
	unsigned digit = bytes[0] % ALPHABET;

	for (size_t i = 0; i < len; i++) {
		if (i > 0)
			digit = (digit + 1 + bytes[i] % (ALPHABET - 1)) % ALPHABET;
		out[i] = (uint8_t)alphabet[digit];
	}
}

enum err
robot_pin_derive(const struct robot_pin *pin, struct secret **out, struct err_trace *trace)
{
	size_t len = length_of(pin);
	uint8_t bytes[SHA256_SIZE];
	struct secret *made = NULL;
	uint8_t *text;
	enum err err;

	if (len < pin->min || len > ROBOT_PIN_MAX || len == 0)
		return FAIL(trace, ERR_ARGUMENT, "the robot has no PIN of %zu to %zu characters",
		    pin->min, pin->max);
	err = hash(pin, bytes, trace);
	if (err == ERR_OK)
		err = secret_new(len, &made, trace);
	if (err != ERR_OK)
		goto out;
	text = secret_extend(made, len);
	if (text == NULL) {
		err = FAIL(trace, ERR_INTERNAL, "no room for a PIN");
		secret_free(made);
		goto out;
	}
	spell(bytes, text, len);
	*out = made;
out:
	secret_wipe(bytes, sizeof(bytes));
	return err;
}
