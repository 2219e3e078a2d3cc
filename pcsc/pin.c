/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/pin.h"

#include <stdbool.h>
#include <stdint.h>

/* What cards are sold with; a new PIN is never one of them. */
static const char *const factory_pins[] = { CARD_FACTORY_USER_PIN, CARD_FACTORY_ADMIN_PIN };

static bool
is_factory(const struct secret *pin)
{
	bool found = false;

	for (size_t i = 0; i < sizeof(factory_pins) / sizeof(factory_pins[0]); i++) {
		size_t len = 0;

		while (factory_pins[i][len] != '\0')
			len++;
		found |= secret_equal_bytes(pin, factory_pins[i], len);
	}
	return found;
}

/* 123456, fedcba: each character a fixed step of one from the one before. */
static bool
is_run(const uint8_t *at, size_t len)
{
	bool up = true;
	bool down = true;

	for (size_t i = 1; i < len; i++) {
		up &= at[i] == at[i - 1] + 1;
		down &= at[i] + 1 == at[i - 1];
	}
	return up | down;
}

/* 111111, 121212, 1231231: one piece twice or more, the last time perhaps in part. */
static bool
is_repetition(const uint8_t *at, size_t len)
{
	bool found = false;

	for (size_t period = 1; period <= len / 2; period++) {
		bool same = true;

		for (size_t i = period; i < len; i++)
			same &= at[i] == at[i - period];
		found |= same;
	}
	return found;
}

static bool
has_control(const uint8_t *at, size_t len)
{
	bool found = false;

	for (size_t i = 0; i < len; i++)
		found |= (at[i] < 0x20) | (at[i] == 0x7F);
	return found;
}

enum err
card_pin_acceptable(const struct secret *pin, size_t min_len, struct err_trace *trace)
{
	size_t least = min_len > CARD_PIN_LENGTH ? min_len : (size_t)CARD_PIN_LENGTH;
	size_t len = secret_len(pin);
	const uint8_t *at = secret_bytes(pin);

	if (len < least)
		return FAIL(trace, ERR_DENIED, "the new PIN is shorter than %zu characters", least);
	if (len > CARD_PIN_LENGTH_MAX)
		return FAIL(trace, ERR_DENIED, "the new PIN is longer than %d characters",
		    CARD_PIN_LENGTH_MAX);
	if (has_control(at, len))
		return FAIL(trace, ERR_DENIED,
		    "the new PIN has a control character in it, which is most likely a slip");
	if (is_factory(pin))
		return FAIL(trace, ERR_DENIED, "the new PIN is one that cards are sold with");
	if (is_run(at, len))
		return FAIL(
		    trace, ERR_DENIED, "the new PIN is a run of neighbouring digits or letters");
	if (is_repetition(at, len))
		return FAIL(trace, ERR_DENIED, "the new PIN is one piece over and over");
	return ERR_OK;
}
