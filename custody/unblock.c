/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/unblock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/secret.h"
#include "custody/escrow_key.h"
#include "custody/gather.h"
#include "custody/pin_entry.h"
#include "custody/session.h"
#include "custody/tries.h"
#include "custody/whose.h"
#include "roster/card_condition.h"

/* What is escrowed of one admin PIN; borrowed from its row. */
struct sealed_pin {
	const uint8_t *bytes;
	size_t len;
};

struct unblocking {
	struct custody *custody;
	struct roster_card card;
	char custodian[ROSTER_NAME];
	struct roster_quorum quorum;
	struct roster_generation generation;
	struct roster_escrow stored;
};

/* The newest live generation that keeps the card's admin PIN. */
static enum err
find_escrow(struct unblocking *unblocking, struct err_trace *trace)
{
	struct roster *roster = unblocking->custody->roster;
	struct roster_holding *holdings = NULL;
	size_t count = 0;
	bool found = false;
	enum err err = roster_card_holdings(roster, &unblocking->card.id, &holdings, &count, trace);

	for (size_t i = 0; err == ERR_OK && !found && i < count; i++) {
		struct roster_escrow which = { .kind = ROSTER_ESCROW_ADMIN_PIN,
			.generation = holdings[i].generation };

		if (holdings[i].state != ROSTER_GENERATION_LIVE)
			continue;
		memcpy(which.subject, unblocking->card.fingerprint.bytes, sizeof(which.subject));
		found = roster_escrow_get(roster, &holdings[i].quorum, &which, &unblocking->stored,
			    NULL) == ERR_OK;
		if (found)
			err = roster_quorum_get(
			    roster, &holdings[i].quorum, &unblocking->quorum, trace);
	}
	free(holdings);
	if (err == ERR_OK && !found) {
		err_next(trace, "A card without a share is freed by enrolling it again.");
		err = FAIL(trace, ERR_ABSENT,
		    "no quorum that stands keeps the admin PIN of card %s", unblocking->card.name);
	}
	return err;
}

static enum err
find(struct unblocking *unblocking, const char *name, struct err_trace *trace)
{
	struct roster *roster = unblocking->custody->roster;
	enum err err = roster_card_by_name(roster, name, &unblocking->card, trace);

	if (err != ERR_OK)
		return err;
	if (roster_card_is_missing(&unblocking->card)) {
		err_next(trace, "If it is here: quorate card report %s found --by NAME", name);
		return FAIL(trace, ERR_NOT_NOW, "card %s is reported lost or destroyed", name);
	}
	whose_name(roster, &unblocking->card.custodian, unblocking->custodian);
	err = find_escrow(unblocking, trace);
	return err == ERR_OK ? roster_generation_get(roster, &unblocking->quorum.id,
				   unblocking->stored.generation, &unblocking->generation, trace)
			     : err;
}

/* The PIN that the card has; and, where a change of it was broken off, the one from before. */
static enum err
open_escrow(const struct unblocking *unblocking, const struct secret *prk, struct secret *admin[2],
    struct err_trace *trace)
{
	const struct escrow_end end = { .quorum = &unblocking->quorum.id,
		.generation = unblocking->generation.number,
		.point = unblocking->generation.escrow,
		.prk = prk,
		.practice = roster_is_practice(unblocking->custody->roster) };
	enum err err = escrow_row_open(&end, &unblocking->stored, ESCROW_PRESENT, &admin[0], trace);

	if (err == ERR_OK && unblocking->stored.former_len > 0)
		err = escrow_row_open(&end, &unblocking->stored, ESCROW_FORMER, &admin[1], trace);
	return err;
}

/* The cards open the escrow; nothing but the one admin PIN is left of it. */
static enum err
gather_admin_pin(struct unblocking *unblocking, struct visit_seen *seen, struct secret *admin[2],
    struct err_trace *trace)
{
	char purpose[ROSTER_SHORT_NAME + 32];
	const struct gather_request request = { .quorum = &unblocking->quorum,
		.generation = &unblocking->generation,
		.purpose = purpose };
	struct collection collection = { .quorum = &unblocking->quorum,
		.generation = &unblocking->generation };
	struct gathered gathered = { 0 };
	enum err err;

	snprintf(purpose, sizeof(purpose), "unblock card %s", unblocking->card.name);
	err = gather(unblocking->custody, &request, &collection, seen, &gathered, trace);
	if (err != ERR_OK)
		return err;
	err = open_escrow(unblocking, gathered.prk, admin, trace);
	gathered_end(unblocking->custody, &gathered, false);
	return err;
}

static enum err
ask_session(const struct unblocking *unblocking, const struct session *session,
    const struct sealed_pin *sealed, struct secret **admin, struct err_trace *trace)
{
	char quorum[ROSTER_ID_TEXT];
	char fingerprint[ROSTER_HASH_TEXT];
	char hex[2 * ROSTER_ESCROW_MAX + 1];
	struct session_job job = { .name = "admin-pin", .on = unblocking->card.name };
	struct job_result opened = { .reply = NULL };
	enum err err;

	roster_id_format(&unblocking->quorum.id, quorum);
	hex_encode(unblocking->card.fingerprint.bytes, sizeof(unblocking->card.fingerprint.bytes),
	    fingerprint);
	hex_encode(sealed->bytes, sealed->len, hex);
	job.request = json_pack("{s:s, s:i, s:s, s:b, s:s}", "quorum", quorum, "generation",
	    (int)unblocking->generation.number, "fingerprint", fingerprint, "practice",
	    roster_is_practice(unblocking->custody->roster), "sealed", hex);
	err = session_run(session, &job, &opened, trace);
	json_decref(job.request);
	if (err == ERR_OK && opened.secret == NULL)
		err = FAIL(trace, ERR_FORMAT, "the session gave no admin PIN");
	if (err == ERR_OK) {
		*admin = opened.secret;
		opened.secret = NULL;
	}
	job_result_drop(&opened);
	return err;
}

/* By the quorum's open session where there is one, else by its cards. */
static enum err
find_admin_pin(struct unblocking *unblocking, struct visit_seen *seen, struct secret *admin[2],
    struct err_trace *trace)
{
	const struct roster_escrow *row = &unblocking->stored;
	const struct sealed_pin present = { row->blob, row->blob_len };
	const struct sealed_pin former = { row->former, row->former_len };
	struct session session;
	enum err err;

	if (!session_find(unblocking->custody, unblocking->quorum.name,
		unblocking->generation.number, &session))
		return gather_admin_pin(unblocking, seen, admin, trace);
	err = ask_session(unblocking, &session, &present, &admin[0], trace);
	if (err == ERR_OK && former.len > 0)
		err = ask_session(unblocking, &session, &former, &admin[1], trace);
	return err;
}

static enum err
verify_admin(struct card *card, struct secret *const admin[2], struct err_trace *trace)
{
	struct card_pin_entry entry = { .which = CARD_PIN_ADMIN, .pin = admin[0] };
	enum err err = card_verify(card, &entry, trace);

	if (err != ERR_DENIED || admin[1] == NULL)
		return err;
	err_clear(trace);
	entry.pin = admin[1];
	return card_verify(card, &entry, trace);
}

static enum err
give_pin(const struct unblocking *unblocking, struct card *card, struct secret *const admin[2],
    struct err_trace *trace)
{
	const struct pin_owner owner = { unblocking->custodian, unblocking->card.name };
	struct secret *pin = NULL;
	enum err err = pin_entry_new(unblocking->custody, card, &owner, &pin, trace);

	if (err == ERR_OK)
		err = verify_admin(card, admin, trace);
	if (err == ERR_OK)
		err = card_unblock(card, pin, trace);
	if (err == ERR_OK)
		err = card_logout(card, trace);
	if (err == ERR_OK)
		err = card_verify(
		    card, &(struct card_pin_entry){ .which = CARD_PIN_USER, .pin = pin }, trace);
	secret_free(pin);
	if (err == ERR_OK)
		err = tries_note(unblocking->custody, card, trace);
	if (err == ERR_OK)
		err = roster_card_pin_changed(unblocking->custody->roster, &unblocking->card.id,
		    &(struct roster_pin_change){ ROSTER_CARD_PIN_USER, true }, trace);
	return err;
}

static enum err
visit_card(const struct unblocking *unblocking, struct visit_seen *seen,
    struct secret *const admin[2], struct err_trace *trace)
{
	const struct visit_wanted wanted = { unblocking->custodian, unblocking->card.name,
		unblocking->card.serial, unblocking->card.dec };
	const struct visit_ask ask = { .quorum = unblocking->quorum.name,
		.generation = unblocking->generation.number,
		.purpose = "give the card a new PIN",
		.total = 1,
		.wanted = &wanted,
		.wanted_count = 1 };
	struct visit visit = { 0 };
	enum err err = visit_begin(unblocking->custody, &ask, seen, &visit, trace);

	if (err != ERR_OK)
		return err;
	err = give_pin(unblocking, visit.card, admin, trace);
	visit_end(unblocking->custody, &visit, "Take the card out.");
	return err;
}

enum err
unblock_card(struct custody *custody, const char *name, struct err_trace *trace)
{
	struct unblocking *unblocking = calloc(1, sizeof(*unblocking));
	struct visit_seen seen = { 0 };
	struct secret *admin[2] = { NULL };
	enum err err;

	if (unblocking == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	unblocking->custody = custody;
	err = find(unblocking, name, trace);
	if (err == ERR_OK)
		err = find_admin_pin(unblocking, &seen, admin, trace);
	seen = (struct visit_seen){ 0 };
	if (err == ERR_OK)
		err = visit_card(unblocking, &seen, admin, trace);
	visit_seen_release(&seen);
	secret_free(admin[0]);
	secret_free(admin[1]);
	free(unblocking);
	return err;
}
