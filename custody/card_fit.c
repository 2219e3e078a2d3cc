/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/card_fit.h"

#include <string.h>

#include "base/shell_word.h"
#include "roster/card_condition.h"
#include "roster/roster.h"

/* Nobody is given a share on a card that is gone, broken, or was in other hands. */
static enum err
check_usable(const struct card_fit *fit, const struct roster_card *card, struct err_trace *trace)
{
	const enum roster_condition condition =
	    roster_condition_of(card, INT64_MAX / 4, roster_now(fit->custody->roster));

	if (condition == ROSTER_CONDITION_READY || condition == ROSTER_CONDITION_STALE ||
	    condition == ROSTER_CONDITION_PIN_UNKNOWN || condition == ROSTER_CONDITION_BLOCKED)
		return ERR_OK;
	err_next(trace, "Enrol another: quorate card enrol --custodian %s --quorum %s --by NAME",
	    shell_word(fit->custodian).text, fit->quorum->name);
	return FAIL(trace, ERR_DENIED, "%s's card %s is %s, and gets no share", fit->custodian,
	    card->name, roster_condition_words(condition));
}

/*
 * A card that can take a share: with its own admin PIN, or one that the quorum's escrow still has.
 * What was escrowed to a generation that was given up is gone, and the card kept that PIN.
 */
static enum err
check_admin_pin(const struct card_fit *fit, const struct roster_card *card, struct err_trace *trace)
{
	struct roster_escrow row = { .kind = ROSTER_ESCROW_ADMIN_PIN,
		.generation = fit->generation };
	enum err err;

	if (card->admin_pin == ROSTER_ADMIN_PIN_OWN || card->admin_pin == ROSTER_ADMIN_PIN_UNKNOWN)
		return ERR_OK;
	memcpy(row.subject, card->fingerprint.bytes, sizeof(row.subject));
	err = roster_escrow_get(fit->custody->roster, &fit->quorum->id, &row, &row, NULL);
	if (err == ERR_OK)
		return ERR_OK;
	if (err != ERR_ABSENT)
		return FAIL(trace, err, "the escrow of card %s was not read", card->name);
	err_next(trace, "Enrol it again: quorate card enrol --custodian %s --quorum %s --by NAME",
	    shell_word(fit->custodian).text, fit->quorum->name);
	return FAIL(trace, ERR_NOT_NOW,
	    "%s's card %s has an admin PIN from a generation that was given up", fit->custodian,
	    card->name);
}

enum err
card_fit_check(const struct card_fit *fit, const struct roster_card *card, struct err_trace *trace)
{
	const enum err err = check_usable(fit, card, trace);

	return err == ERR_OK ? check_admin_pin(fit, card, trace) : err;
}
