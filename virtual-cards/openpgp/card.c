/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/openpgp/card.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/tlv.h"
#include "virtual-cards/openpgp/internal.h"

_Static_assert(VCARD_RESPONSE_MAX == VCARD_COMMAND_DATA_MAX + 2, "an answer and its status word");

/* D27600012401, six bytes, is the application's identifier: any prefix from there on selects. */
enum { CHALLENGE_MAX = 32, CLA_CHAINED = 0x10, APPLICATION = 6 };

static void
forget_session(struct vcard *card)
{
	memset(&card->session, 0, sizeof(card->session));
}

static uint16_t
select_application(struct vcard *card, const struct vcard_apdu *apdu, struct writer *answer)
{
	uint8_t aid[16];
	size_t aid_len = vcard_objects_aid(card, aid);

	if (apdu->p1 != 0x04)
		return SW_NOT_FOUND;
	/* The longest AID is 16 bytes; a longer or other name is another application. */
	if (apdu->len < APPLICATION || apdu->len > aid_len ||
	    memcmp(aid, apdu->data, apdu->len) != 0)
		return SW_NOT_FOUND;
	card->session.selected = true;
	card->session.verified = 0;
	card->session.certificate = 0;
	if (card->state.terminated)
		return SW_TERMINATED;
	if (apdu->p2 == 0x00) {
		tlv_begin(answer, 0x6F, tlv_size(0x84, aid_len));
		tlv_put(answer, 0x84, aid, aid_len);
	}
	return SW_OK;
}

static uint16_t
get_challenge(struct vcard *card, const struct vcard_apdu *apdu, struct writer *answer)
{
	uint8_t challenge[CHALLENGE_MAX];
	size_t len = apdu->le == 256 || apdu->le == 65536 ? CHALLENGE_MAX : apdu->le;

	if (vcard_is(card, VCARD_NO_CHALLENGE))
		return SW_INSTRUCTION;
	if (apdu->p1 != 0 || apdu->p2 != 0)
		return SW_PARAMETERS;
	if (apdu->len != 0 || len == 0 || len > CHALLENGE_MAX)
		return SW_LENGTH;
	if (random_bytes(challenge, len, NULL) != ERR_OK)
		return SW_FAULT;
	writer_put(answer, challenge, len);
	return SW_OK;
}

/* 7.2.16: possible with PW3, or when nobody can present it any more. */
static uint16_t
terminate(struct vcard *card, const struct vcard_apdu *apdu, struct writer *answer)
{
	(void)answer;
	if (vcard_is(card, VCARD_NO_TERMINATE))
		return SW_INSTRUCTION;
	if (apdu->p1 != 0 || apdu->p2 != 0)
		return SW_PARAMETERS;
	if (!(card->session.verified & VCARD_PW3_ADMIN) && card->state.tries[VCARD_PW3] > 0)
		return SW_SECURITY;
	card->state.terminated = true;
	card->changed = true;
	card->session.verified = 0;
	return SW_OK;
}

/* 7.2.17: after TERMINATE DF the card becomes blank; else nothing happens. */
static uint16_t
activate(struct vcard *card, const struct vcard_apdu *apdu, struct writer *answer)
{
	(void)answer;
	if (vcard_is(card, VCARD_NO_TERMINATE))
		return SW_INSTRUCTION;
	if (apdu->p1 != 0 || apdu->p2 != 0)
		return SW_PARAMETERS;
	if (!card->state.terminated)
		return SW_OK;
	if (vcard_state_blank(&card->state, &card->state.profile, NULL) != ERR_OK)
		return SW_FAULT;
	card->changed = true;
	return SW_OK;
}

enum when { ALWAYS, SELECTED, OPERATIONAL };

static const struct instruction {
	uint8_t ins;
	enum when when;
	vcard_handler *run;
} instructions[] = {
	{ 0x20, OPERATIONAL, vcard_pins_verify },
	{ 0x24, OPERATIONAL, vcard_pins_change },
	{ 0x2A, OPERATIONAL, vcard_keys_pso },
	{ 0x2C, OPERATIONAL, vcard_pins_reset_retry },
	{ 0x44, SELECTED, activate },
	{ 0x47, OPERATIONAL, vcard_keys_generate },
	{ 0x84, OPERATIONAL, get_challenge },
	{ 0x88, OPERATIONAL, vcard_keys_authenticate },
	{ 0xA4, ALWAYS, select_application },
	{ 0xA5, OPERATIONAL, vcard_objects_select },
	{ 0xCA, OPERATIONAL, vcard_objects_get },
	{ 0xDA, OPERATIONAL, vcard_objects_put },
	{ 0xE6, OPERATIONAL, terminate },
};

static uint16_t
dispatch(struct vcard *card, const struct vcard_apdu *apdu, struct writer *answer)
{
	const struct instruction *found = NULL;

	for (size_t i = 0; i < sizeof(instructions) / sizeof(instructions[0]); i++) {
		if (instructions[i].ins == apdu->ins)
			found = &instructions[i];
	}
	if (found == NULL || (found->when > ALWAYS && !card->session.selected))
		return SW_INSTRUCTION;
	if (found->when == OPERATIONAL && card->state.terminated)
		return SW_TERMINATED;
	return found->run(card, apdu, answer);
}

/* Runs a whole command and gives nothing away before the file says the same. */
static uint16_t
run(struct vcard *card, const struct vcard_apdu *apdu)
{
	struct vcard_answer *answer = &card->session.answer;
	struct writer to = writer_into(answer->bytes, sizeof(answer->bytes));
	uint16_t sw;

	answer->at = 0;
	card->changed = false;
	sw = dispatch(card, apdu, &to);
	answer->len = writer_done(&to) ? to.len : 0;
	if (!writer_done(&to))
		sw = SW_FAULT;
	if (!card->changed || vcard_store_write(card->path, &card->state, NULL) == ERR_OK)
		return sw;
	answer->len = 0;
	card->session.verified = 0;
	if (vcard_store_read(card->path, &card->state, NULL) != ERR_OK)
		forget_session(card);
	return SW_MEMORY;
}

/* ISO/IEC 7816-4, 5.1.1.1: each link but the last has the bit set; all have the same INS P1 P2. */
static uint16_t
run_link(struct vcard *card, const struct vcard_apdu *apdu, bool *answered)
{
	struct vcard_chain *chain = &card->session.chain;
	const uint8_t head[3] = { apdu->ins, apdu->p1, apdu->p2 };
	struct vcard_apdu whole = *apdu;

	if (chain->open && memcmp(chain->head, head, sizeof(head)) != 0) {
		chain->open = false;
		return SW_LAST_OF_CHAIN;
	}
	if (!chain->open)
		chain->len = 0;
	chain->open = false;
	if (apdu->len > sizeof(chain->bytes) - chain->len)
		return SW_LENGTH;
	if (apdu->len > 0)
		memcpy(chain->bytes + chain->len, apdu->data, apdu->len);
	chain->len += apdu->len;
	if (apdu->cla & CLA_CHAINED) {
		memcpy(chain->head, head, sizeof(head));
		chain->open = true;
		return SW_OK;
	}
	whole.data = chain->bytes;
	whole.len = chain->len;
	*answered = true;
	return run(card, &whole);
}

static uint16_t
run_command(struct vcard *card, const struct vcard_apdu *apdu, bool *answered)
{
	if (apdu->cla & ~CLA_CHAINED)
		return SW_CLASS;
	if (apdu->extended && vcard_is(card, VCARD_NO_EXTENDED))
		return SW_LENGTH;
	if ((apdu->cla & CLA_CHAINED) && vcard_is(card, VCARD_NO_CHAINING))
		return SW_NO_CHAINING;
	if (apdu->ins == 0xC0) {
		*answered = card->session.answer.at < card->session.answer.len;
		return *answered ? SW_OK : SW_CONDITIONS;
	}
	return run_link(card, apdu, answered);
}

/* As much of the answer as Le allows, and how much is left. */
static size_t
give(struct vcard *card, const struct vcard_apdu *apdu, uint16_t sw, uint8_t *response)
{
	struct vcard_answer *answer = &card->session.answer;
	size_t left = answer->len - answer->at;
	size_t most = apdu->le == 0 ? 256 : apdu->le;
	size_t now = left < most ? left : most;

	if (now < left && most < 256 && left <= 256 && vcard_is(card, VCARD_EXACT_LE)) {
		sw = (uint16_t)(SW_EXACT_LENGTH | (left & 0xFF));
		now = 0;
	}
	memcpy(response, answer->bytes + answer->at, now);
	answer->at += now;
	left -= now;
	if (now > 0 && left > 0)
		sw = (uint16_t)(SW_MORE | (left > 255 ? 0 : left));
	response[now] = (uint8_t)(sw >> 8);
	response[now + 1] = (uint8_t)sw;
	return now + 2;
}

size_t
vcard_process(struct vcard *card, const uint8_t *command, size_t command_len, uint8_t *response)
{
	struct vcard_apdu apdu;
	bool answered = false;
	uint16_t sw = SW_LENGTH;

	if (vcard_apdu_parse(command, command_len, &apdu))
		sw = run_command(card, &apdu, &answered);
	if (answered)
		return give(card, &apdu, sw, response);
	card->session.answer.len = 0;
	card->session.answer.at = 0;
	response[0] = (uint8_t)(sw >> 8);
	response[1] = (uint8_t)sw;
	return 2;
}

enum err
vcard_create(const char *path, const struct vcard_profile *profile, struct err_trace *trace)
{
	enum err err = ERR_INTERNAL;
	struct vcard_state *state = calloc(1, sizeof(*state));

	if (state == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a card");
	err = vcard_state_blank(state, profile, trace);
	if (err == ERR_OK)
		err = vcard_store_create(path, state, trace);
	free(state);
	return err;
}

enum err
vcard_open(const char *path, struct vcard **out, struct err_trace *trace)
{
	enum err err = ERR_INTERNAL;
	struct vcard *card = calloc(1, sizeof(*card));

	if (card == NULL || (card->path = strdup(path)) == NULL) {
		free(card);
		return FAIL(trace, ERR_NOMEM, "no memory for a card");
	}
	err = vcard_reset(card, trace);
	if (err != ERR_OK) {
		vcard_close(card);
		return err;
	}
	*out = card;
	return ERR_OK;
}

void
vcard_close(struct vcard *card)
{
	if (card == NULL)
		return;
	free(card->path);
	free(card);
}

enum err
vcard_reset(struct vcard *card, struct err_trace *trace)
{
	forget_session(card);
	return vcard_store_read(card->path, &card->state, trace);
}

size_t
vcard_atr(const struct vcard *card, uint8_t out[VCARD_ATR_MAX])
{
	/* T=1, IFSC 254; then the ten historical bytes, and a check byte over all but TS. */
	static const uint8_t interface[] = { 0x3B, 0xDA, 0x18, 0xFF, 0x81, 0xB1, 0xFE, 0x75, 0x1F,
		0x03 };
	size_t len = sizeof(interface);
	uint8_t check = 0;

	memcpy(out, interface, sizeof(interface));
	len += vcard_objects_historical(card, out + len);
	for (size_t i = 1; i < len; i++)
		check ^= out[i];
	out[len] = check;
	return len + 1;
}

const struct vcard_profile *
vcard_profile_of(const struct vcard *card)
{
	return &card->state.profile;
}

void
vcard_serial_text(const struct vcard_profile *profile, char out[VCARD_SERIAL_TEXT])
{
	(void)snprintf(
	    out, VCARD_SERIAL_TEXT, "%04X:%08X", (unsigned)profile->manufacturer, profile->serial);
}
