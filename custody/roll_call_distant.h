/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A roll-call at a distance: the roster's machine asks for one card, the custodian's machine has
 * the card answer and sign, the roster's machine verifies (docs/formats/roll-call.md). The nonce is
 * sealed to the card, so that a signature without the PIN and the card's other key is not enough.
 */
#ifndef CUSTODY_ROLL_CALL_DISTANT_H
#define CUSTODY_ROLL_CALL_DISTANT_H

#include "custody/custody.h"
#include "custody/roll_call_file.h"

/*
 * Makes a request for the card with that short name and records it; an earlier one for the card is
 * withdrawn. `days`: until it expires. ERR_ABSENT: no such card; ERR_NOT_NOW: it is not enrolled.
 */
struct roll_call_asking {
	const char *card;
	int days;
};
MUST_CHECK enum err roll_call_ask(struct custody *custody, const struct roll_call_asking *asking,
    struct roll_call_request *out, struct err_trace *trace);

/*
 * On the custodian's machine, without a roster: tells the people what is asked, has exactly that
 * card answer, and makes the statement that it signed; *line ends with a newline; free() it.
 * ERR_NOT_NOW: the request has expired by this machine's clock; ERR_DENIED, ERR_FORMAT, ERR_ABSENT:
 * the card is not as the request wants it.
 */
MUST_CHECK enum err roll_call_answer(struct custody *custody,
    const struct roll_call_request *request, char **line, struct err_trace *trace);

/*
 * Verifies a statement and records the proof. ERR_ABSENT: nobody asked for its nonce; ERR_EXISTS:
 * imported before; ERR_NOT_NOW: expired, or withdrawn by a later request; ERR_DENIED: another card,
 * another signer, a changed byte, practice for real; ERR_FORMAT: the records are not those that the
 * card was given. Nothing is recorded then.
 */
struct roll_call_imported {
	char card[ROSTER_SHORT_NAME];
	char custodian[ROSTER_NAME];
	bool has_share;
	unsigned tries;
	int64_t answered; /* by the clock of the custodian's machine */
};
MUST_CHECK enum err roll_call_import(struct custody *custody, const struct roll_call_signed *what,
    struct roll_call_imported *out, struct err_trace *trace);

#endif
