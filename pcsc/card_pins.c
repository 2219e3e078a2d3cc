/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The care around PINs that is the same for every family: what is never sent, and what a refusal
 * means for the tries left.
 */
#include "pcsc/card_family.h"
#include "pcsc/pin.h"

static const char *const pin_words[] = {
	[CARD_PIN_USER] = "user PIN",
	[CARD_PIN_SIGN] = "user PIN",
	[CARD_PIN_RESET_CODE] = "reset code",
	[CARD_PIN_ADMIN] = "admin PIN",
};
_Static_assert(sizeof(pin_words) / sizeof(pin_words[0]) == CARD_PIN__COUNT, "a PIN unnamed");

const char *
card_pin_words(enum card_pin which)
{
	return pin_words[which];
}

unsigned
card_tries_left(const struct card *card, enum card_pin which)
{
	return card->tries[which];
}

enum err
card_probe_pad(struct card *card, struct err_trace *trace)
{
	enum err err;

	if (card->pad_probed)
		return ERR_OK;
	err = reader_pad_probe(&card->link.channel, &card->pad, trace);
	if (err == ERR_OK)
		card->pad_probed = true;
	return err;
}

bool
card_has_pad(struct card *card)
{
	return card->facts.kdf == CARD_KDF_OFF && card_probe_pad(card, NULL) == ERR_OK &&
	       card->pad.can_verify;
}

static enum err
blocked(const struct card *card, enum card_pin which, struct err_trace *trace)
{
	enum err err = FAIL(trace, ERR_LOCKED, "the %s of card %s is blocked: no try is left",
	    pin_words[which], card->facts.serial);

	if (which == CARD_PIN_ADMIN)
		err_next(trace, "A card whose admin PIN is blocked can only be reset to an empty "
				"one, if its make allows that.");
	else
		err_next(trace, "Its custodian's share is still on it: unblock it with "
				"'quorate card unblock CARD --by NAME'.");
	return err;
}

static enum err
last_try(const struct card *card, enum card_pin which, struct err_trace *trace)
{
	enum err err =
	    FAIL(trace, ERR_NOT_NOW, "one try is left for the %s of card %s, so nothing was sent",
		pin_words[which], card->facts.serial);

	err_next(trace, "A wrong one now blocks it. Only if you are sure, say that the last try is "
			"to be used.");
	return err;
}

static enum err
check_tries(struct card *card, const struct card_pin_entry *entry, struct err_trace *trace)
{
	if (card->tries[entry->which] <= 1 && card->tries_stale[entry->which]) {
		enum err err = card->family->identify(card, trace);

		if (err != ERR_OK)
			return err;
	}
	if (card->tries[entry->which] == 0)
		return blocked(card, entry->which, trace);
	if (card->tries[entry->which] == 1 && !entry->last_try)
		return last_try(card, entry->which, trace);
	return ERR_OK;
}

/* A PIN of a length that the card cannot have is not sent: some cards count it, some do not. */
static enum err
check_length(const struct card *card, enum card_pin which, const struct secret *pin,
    const char *purpose, struct err_trace *trace)
{
	size_t least = card->facts.pin_min[which];
	size_t most = card->facts.pin_max[which];
	size_t len = secret_len(pin);

	if (len >= least && (len <= most || card->facts.kdf == CARD_KDF_ITERSALTED))
		return ERR_OK;
	return FAIL(trace, ERR_DENIED,
	    "the %s%s for card %s must have %zu to %zu characters; it was not sent, no try is lost",
	    purpose, pin_words[which], card->facts.serial, least, most);
}

static enum err
check_kdf(const struct card *card, struct err_trace *trace)
{
	if (card->facts.kdf != CARD_KDF_UNKNOWN)
		return ERR_OK;
	return FAIL(trace, ERR_UNSUPPORTED,
	    "card %s wants PINs hashed in a way that Quorate does not know, so none was sent",
	    card->facts.serial);
}

static enum err
check_pad(struct card *card, struct err_trace *trace)
{
	if (card->facts.kdf != CARD_KDF_OFF)
		return FAIL(trace, ERR_UNSUPPORTED,
		    "card %s wants hashed PINs, which a reader's PIN pad cannot make",
		    card->facts.serial);
	return card_probe_pad(card, trace);
}

static enum err
check_command(struct card *card, const struct card_pin_entry *entry, struct err_trace *trace)
{
	enum err err = check_kdf(card, trace);

	if (err == ERR_OK)
		err = check_tries(card, entry, trace);
	if (err == ERR_OK && entry->pin == NULL)
		err = check_pad(card, trace);
	if (err == ERR_OK && entry->pin != NULL)
		err = check_length(card, entry->which, entry->pin, "", trace);
	return err;
}

static void
set_tries(struct card *card, enum card_pin which, unsigned left)
{
	card->tries[which] = left;
	card->tries_stale[which] = false;
	/* One PIN behind two references, one counter. */
	if (which == CARD_PIN_USER || which == CARD_PIN_SIGN) {
		card->tries[CARD_PIN_USER] = card->tries[CARD_PIN_SIGN] = left;
		card->tries_stale[CARD_PIN_USER] = card->tries_stale[CARD_PIN_SIGN] = false;
	}
}

static void
forget_tries(struct card *card, enum card_pin which)
{
	card->tries_stale[which] = true;
	if (which == CARD_PIN_USER || which == CARD_PIN_SIGN)
		card->tries_stale[CARD_PIN_USER] = card->tries_stale[CARD_PIN_SIGN] = true;
}

/*
 * A success: the counter is full again. How full that is only the card knows, and it is asked where
 * less than what cards are made with was seen before.
 */
static enum err
learn_tries(struct card *card, enum card_pin which, struct err_trace *trace)
{
	enum { MADE_WITH = 3 };

	forget_tries(card, which);
	return card->tries[which] < MADE_WITH ? card->family->identify(card, trace) : ERR_OK;
}

/* No answer: the try may be lost, so the card is asked before what may be the last one. */
static void
fear_for_tries(struct card *card, enum card_pin which)
{
	if (card->tries[which] > 0)
		set_tries(card, which, card->tries[which] - 1);
	forget_tries(card, which);
}

static enum err
wrong_pin(const struct card *card, enum card_pin which, uint16_t sw, struct err_trace *trace)
{
	unsigned left = card->tries[which];

	if (left == 0) {
		(void)FAIL_RAW(
		    trace, ERR_LOCKED, ERR_ORIGIN_SW, sw, "the %s was wrong", pin_words[which]);
		return blocked(card, which, trace);
	}
	return FAIL_RAW(trace, ERR_DENIED, ERR_ORIGIN_SW, sw, "card %s refused the %s; %u %s left",
	    card->facts.serial, pin_words[which], left, left == 1 ? "try is" : "tries are");
}

/*
 * What a status word says of a PIN that was sent. Cards differ: 63Cx counts, 6983 is blocked, and
 * 6982 is "wrong" on some and "wrong, or blocked" on others, so that the counter is asked for.
 */
static enum err
judge(struct card *card, enum card_pin which, uint16_t sw, struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (sw == 0x9000)
		return learn_tries(card, which, trace);
	if ((sw & 0xFFF0) == 0x63C0)
		set_tries(card, which, sw & 0x0F);
	else if (sw == 0x6983)
		set_tries(card, which, 0);
	else if (sw == 0x6982)
		err = card->family->identify(card, trace);
	else if (sw == 0x6700 || sw == 0x6A80)
		return FAIL_RAW(trace, ERR_DENIED, ERR_ORIGIN_SW, sw,
		    "card %s does not take a %s of this length; no try is lost", card->facts.serial,
		    pin_words[which]);
	else
		return APDU_FAIL(trace, sw, "take the PIN");
	if (err != ERR_OK)
		return err;
	return wrong_pin(card, which, sw, trace);
}

enum err
card_verify(struct card *card, const struct card_pin_entry *entry, struct err_trace *trace)
{
	struct card_pin_command command = { .which = entry->which, .pin = entry->pin };
	enum err err = check_command(card, entry, trace);
	uint16_t sw = 0;

	if (err != ERR_OK)
		return err;
	err = card->family->verify(card, &command, &sw, trace);
	if (err != ERR_OK) {
		fear_for_tries(card, entry->which);
		return err;
	}
	return judge(card, entry->which, sw, trace);
}

enum err
card_change_pin(struct card *card, const struct card_pin_entry *entry, const struct secret *to,
    struct err_trace *trace)
{
	struct card_pin_command command = { .which = entry->which, .pin = entry->pin, .to = to };
	enum err err;
	uint16_t sw = 0;

	if ((entry->pin == NULL) != (to == NULL) || entry->which == CARD_PIN_RESET_CODE)
		return FAIL(trace, ERR_INTERNAL, "a change of PIN half on the pad, half here");
	err = check_command(card, entry, trace);
	if (err == ERR_OK && to != NULL)
		err = check_length(card, entry->which, to, "new ", trace);
	if (err != ERR_OK)
		return err;
	err = card->family->change(card, &command, &sw, trace);
	if (err != ERR_OK) {
		fear_for_tries(card, entry->which);
		return err;
	}
	return judge(card, entry->which, sw, trace);
}

enum err
card_unblock(struct card *card, const struct secret *new_pin, struct err_trace *trace)
{
	enum err err = check_kdf(card, trace);

	if (err == ERR_OK)
		err = check_length(card, CARD_PIN_USER, new_pin, "new ", trace);
	if (err == ERR_OK)
		err = card->family->unblock(card, new_pin, trace);
	if (err == ERR_OK)
		err = card->family->identify(card, trace);
	return err;
}

enum err
card_set_reset_code(struct card *card, const struct secret *code, struct err_trace *trace)
{
	enum err err = check_kdf(card, trace);

	if (err == ERR_OK && code != NULL)
		err = check_length(card, CARD_PIN_RESET_CODE, code, "new ", trace);
	if (err == ERR_OK)
		err = card->family->set_reset_code(card, code, trace);
	if (err == ERR_OK)
		err = card->family->identify(card, trace);
	return err;
}

enum err
card_logout(struct card *card, struct err_trace *trace)
{
	bool ours = false;
	enum err err = card->family->select(card, &ours, trace);

	if (err == ERR_OK && !ours)
		err = FAIL(trace, ERR_IO, "the card no longer answers as the one it was");
	return err;
}
