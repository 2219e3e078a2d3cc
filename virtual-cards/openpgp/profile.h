/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kind of card a virtual card is: how real cards differ (the data sheet it was made from), as
 * names that are given when the card's file is made: "no-private-objects", "private-max=128".
 */
#ifndef VIRTUAL_CARDS_OPENPGP_PROFILE_H
#define VIRTUAL_CARDS_OPENPGP_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum vcard_flag {
	VCARD_NO_PRIVATE_OBJECTS = 1 << 0, /* 0101 to 0104 do not exist, as on Gnuk */
	VCARD_NO_EXTENDED = 1 << 1,        /* long commands by chaining only */
	VCARD_NO_CHAINING = 1 << 2,        /* long commands by extended length only */
	VCARD_KDF = 1 << 3,                /* the KDF-DO exists; off until written */
	VCARD_KDF_ON = 1 << 4,             /* made with the KDF-DO on: PINs are hashed */
	VCARD_NO_TERMINATE = 1 << 5,       /* no life cycle: no factory reset */
	VCARD_TOUCH = 1 << 6,              /* touch policies announced, off */
	VCARD_TOUCH_ON = 1 << 7,           /* ... on, and nobody ever touches */
	VCARD_X25519_ONLY = 1 << 8,        /* the DEC key can be X25519 only */
	VCARD_NO_CHALLENGE = 1 << 9,       /* no GET CHALLENGE */
	VCARD_KEYS_BEFORE_PIN = 1 << 10, /* PW1 changes only once keys exist; a new key resets it */
	VCARD_EXACT_LE = 1 << 11,        /* a short Le is answered 6Cxx, not cut with 61xx */
};

/* What a card says to a wrong PIN; all of these exist. */
enum vcard_wrong_pin {
	VCARD_WRONG_PIN_BLOCKED, /* 6982, and 6983 once blocked */
	VCARD_WRONG_PIN_ALWAYS,  /* 6982, also when blocked */
	VCARD_WRONG_PIN_COUNT,   /* 63Cx, and 6983 once blocked */
	VCARD_WRONG_PIN__COUNT
};

struct vcard_profile {
	uint16_t manufacturer;
	uint32_t serial;
	uint16_t flags;       /* enum vcard_flag */
	uint16_t private_max; /* greatest length of 0101 to 0104 */
	uint16_t slow_ms;     /* the driver waits so long before each answer */
	enum vcard_wrong_pin wrong_pin;
};

/* A card that can everything: private objects of 255 bytes, chaining and extended length. */
struct vcard_profile vcard_profile_default(uint32_t serial);

/* Applies one variant, "name" or "name=value"; ERR_ARGUMENT when there is no such. */
MUST_CHECK enum err
vcard_profile_vary(struct vcard_profile *profile, const char *name, struct err_trace *trace);

/* The variants, one a line with what each does, for --help. */
const char *vcard_profile_help(unsigned row); /* NULL behind the last */

#endif
