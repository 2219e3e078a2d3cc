/* SPDX-License-Identifier: BSD-2-Clause */
#include "quorum/share.h"

#include <string.h>

#include "quorum/hpke.h"

_Static_assert(RECORD_SEALED == SHARE_SIZE + HPKE_TAG, "a record holds one packed share");

/* The share must be the one that its place says: custody hands out by index. */
static enum err
check_label(const struct secret *share, uint8_t index, uint8_t threshold, struct err_trace *trace)
{
	struct share_label label = { 0 };
	enum err err = share_read_label(share, &label, trace);

	if (err != ERR_OK)
		return err;
	if (label.index != index || label.threshold != threshold)
		return FAIL(trace, ERR_FORMAT, "share %u with M = %u is labelled %u with M = %u",
		    label.index, label.threshold, index, threshold);
	return ERR_OK;
}

enum err
share_seal(const struct share_sealing *sealing, struct record *out, struct err_trace *trace)
{
	const struct share_place *place = sealing->place;
	const struct info info = info_for_share(place);
	const struct hpke_context context = {
		.recipient = sealing->card_point,
		.info = info.bytes,
		.info_len = info.len,
	};
	const struct hpke_sealing seal = { sealing->share, sealing->ephemeral };
	struct record made = {
		.generation = place->generation,
		.index = place->index,
		.threshold = place->threshold,
		.size = place->size,
	};
	struct hpke_sealed sealed = { .ciphertext = made.sealed };
	enum err err = check_label(sealing->share, place->index, place->threshold, trace);

	if (err != ERR_OK)
		return err;
	if (place->generation == 0 ||
	    !record_numbers_are_good(place->index, place->threshold, place->size))
		return FAIL(trace, ERR_ARGUMENT, "no share has generation %u, index %u, M %u, N %u",
		    place->generation, place->index, place->threshold, place->size);
	err = hpke_seal(&context, &seal, &sealed, trace);
	if (err != ERR_OK)
		return err;
	memcpy(made.enc, sealed.enc, sizeof(made.enc));
	*out = made;
	return ERR_OK;
}

enum share_fault
share_compare(const struct record *record, const struct share_place *wanted)
{
	if (wanted->generation == 0)
		return SHARE_SOUND;
	if (record->generation < wanted->generation)
		return SHARE_STALE;
	if (record->generation > wanted->generation)
		return SHARE_EARLY;
	if (record->index != wanted->index || record->threshold != wanted->threshold ||
	    record->size != wanted->size)
		return SHARE_FOREIGN;
	return SHARE_SOUND;
}

/* Opens with the record's own values, as practice or as real. */
static enum err
open_as(const struct record *record, const struct share_opening *opening, bool practice,
    struct secret **share, struct err_trace *trace)
{
	struct share_place place = {
		.practice = practice,
		.generation = record->generation,
		.index = record->index,
		.threshold = record->threshold,
		.size = record->size,
	};
	const struct hpke_opening sealed = {
		.enc = record->enc,
		.ciphertext = record->sealed,
		.ciphertext_len = sizeof(record->sealed),
		.shared_x = opening->shared_x,
	};

	memcpy(place.quorum_id, opening->quorum_id, QUORUM_ID_SIZE);
	const struct info info = info_for_share(&place);
	const struct hpke_context context = {
		.recipient = opening->card_point,
		.info = info.bytes,
		.info_len = info.len,
	};
	return hpke_open(&context, &sealed, share, trace);
}

/* After a failure: is it a share of the other kind, practice or real? */
static enum err
name_failure(const struct record *record, const struct share_opening *opening,
    enum share_fault *fault, struct err_trace *trace)
{
	struct secret *share = NULL;

	if (open_as(record, opening, !opening->practice, &share, NULL) != ERR_OK) {
		*fault = SHARE_CORRUPT;
		return FAIL(trace, ERR_FORMAT,
		    "the share does not open: it is damaged, or sealed to another card or quorum");
	}
	secret_free(share);
	*fault = opening->practice ? SHARE_REAL : SHARE_PRACTICE;
	err_clear(trace);
	return FAIL(trace, ERR_DENIED, "the share %s", share_fault_text(*fault));
}

static enum err
open_and_check(const struct record *record, const struct share_opening *opening,
    enum share_fault *fault, struct secret **share, struct err_trace *trace)
{
	struct secret *made = NULL;
	enum err err = open_as(record, opening, opening->practice, &made, trace);

	if (err == ERR_FORMAT)
		return name_failure(record, opening, fault, trace);
	if (err == ERR_OK) {
		err = check_label(made, record->index, record->threshold, trace);
		*fault = err == ERR_FORMAT ? SHARE_CORRUPT : *fault;
	}
	if (err != ERR_OK) {
		secret_free(made);
		return err;
	}
	*share = made;
	return ERR_OK;
}

enum err
share_open(const struct record *record, const struct share_opening *opening,
    enum share_fault *fault, struct secret **share, struct err_trace *trace)
{
	enum share_fault found = SHARE_SOUND;
	enum err err = open_and_check(record, opening, &found, share, trace);

	if (err != ERR_OK && fault != NULL)
		*fault = found;
	return err;
}
