/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/tries.h"

#include "roster/card_report.h"

enum err
tries_note(struct custody *custody, const struct card *card, struct err_trace *trace)
{
	const struct roster_card_tries tries = { card_tries_left(card, CARD_PIN_USER),
		card_tries_left(card, CARD_PIN_ADMIN) };
	struct roster_card known;
	enum err err;

	if (custody->roster == NULL || !roster_is_writable(custody->roster))
		return ERR_OK;
	err = roster_card_by_serial(custody->roster, card_facts(card)->serial, &known, NULL);
	if (err == ERR_ABSENT || (err == ERR_OK && known.state != ROSTER_CARD_ENROLLED))
		return ERR_OK;
	if (err == ERR_OK)
		err = roster_card_note_tries(custody->roster, &known.id, &tries, trace);
	return err == ERR_OK ? err : FAIL(trace, err, "the card's tries were not recorded");
}
