/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/roll_call_card.h"

#include <string.h>

#include "base/secret.h"
#include "custody/card_header.h"
#include "quorum/seed.h"

enum err
roll_call_check_card(struct card *card, const struct roll_call_want *want, struct header *header,
    struct err_trace *trace)
{
	uint8_t fingerprint[SHA256_SIZE];
	enum err err = card_inspect(card, trace);

	if (err != ERR_OK)
		return err;
	err = card_header_load(card, header, trace);
	if (err != ERR_OK)
		return FAIL(trace, err, "its header cannot be read");
	if (header->practice != want->subject.practice)
		return FAIL(trace, ERR_DENIED, "it is a %s card, and this roll-call is %s",
		    header->practice ? "PRACTICE" : "real",
		    want->subject.practice ? "PRACTICE" : "real");
	err = card_fingerprint(card, fingerprint, trace);
	if (err == ERR_OK &&
	    memcmp(fingerprint, want->subject.fingerprint, sizeof(fingerprint)) != 0)
		err = FAIL(trace, ERR_DENIED, "it has other keys than those enrolled");
	if (err == ERR_OK && want->subject.generation != 0 &&
	    memcmp(header->quorum_id, want->subject.quorum_id, sizeof(header->quorum_id)) != 0)
		err = FAIL(trace, ERR_DENIED, "its header names another quorum, '%s'",
		    header->quorum_name);
	return err;
}

enum err
roll_call_open_nonce(struct card *card, const struct roll_call_subject *subject,
    const struct roll_call_sealed *sealed, struct secret **nonce, struct err_trace *trace)
{
	uint8_t card_point[CARD_POINT], enc[P256_POINT];
	struct secret *shared_x = NULL;
	enum err err = secret_new(CARD_ECDH, &shared_x, trace);

	if (err == ERR_OK)
		err = roll_call_point(sealed, enc, trace);
	if (err == ERR_OK)
		err = card_public_key(card, CARD_KEY_DEC, card_point, trace);
	if (err == ERR_OK)
		err = card_ecdh(card, enc, shared_x, trace);
	if (err == ERR_OK)
		err = roll_call_open(subject, sealed,
		    &(struct roll_call_opening){ .card_point = card_point, .shared_x = shared_x },
		    nonce, trace);
	secret_free(shared_x);
	return err;
}

enum err
roll_call_check_records(struct card *card, const struct roll_call_want *want,
    struct roll_call_found *found, struct err_trace *trace)
{
	struct record_set set;
	enum err err = card_records_load(card, &set, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "holds records that cannot be read");
	err = roll_call_found_in(&set, found, trace);
	return err == ERR_OK ? roll_call_compare(want, found, trace) : err;
}

const char *
roll_call_firmware(const struct card *card)
{
	const struct card_facts *facts = card_facts(card);

	return facts->firmware[0] == '\0' ? facts->version : facts->firmware;
}

enum err
roll_call_new_nonce(const struct roll_call_subject *subject, const uint8_t *card_point,
    struct roll_call_sealed *sealed, struct secret **nonce, struct err_trace *trace)
{
	struct secret *seed = NULL, *ephemeral = NULL, *made = NULL;
	enum err err = secret_random(ROLL_CALL_NONCE, &made, trace);

	if (err == ERR_OK)
		err = seed_new(NULL, 0, &seed, trace);
	if (err == ERR_OK)
		err = seed_expand(seed,
		    (struct seed_use){ .label = SEED_EPHEMERAL, .len = SEED_SIZE }, &ephemeral,
		    trace);
	if (err == ERR_OK)
		err = roll_call_seal(subject,
		    &(struct roll_call_sealing){
			.card_point = card_point, .nonce = made, .ephemeral = ephemeral },
		    sealed, trace);
	secret_free(ephemeral);
	secret_free(seed);
	if (err != ERR_OK) {
		secret_free(made);
		return err;
	}
	*nonce = made;
	return ERR_OK;
}
