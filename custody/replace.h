/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work on the cards of a generation that stands: a later delivery, another card for a custodian
 * whose card died, and the switch of tokens that were away.
 */
#ifndef CUSTODY_REPLACE_H
#define CUSTODY_REPLACE_H

#include "custody/attendance.h"
#include "custody/custody.h"
#include "roster/quorum.h"

/*
 * The custodian's card died and is in hand: M others give the same share to their new card, which
 * is enrolled. No HSM is touched. ERR_DENIED: it is not in hand, and a re-key is due.
 */
MUST_CHECK enum err replace_card(
    struct custody *custody, const char *quorum, const char *custodian, struct err_trace *trace);

/* Delivers to those who were not there; *waiting is how many still wait for theirs afterwards. */
MUST_CHECK enum err deliver_shares(struct custody *custody, const char *quorum,
    const struct attendance *attendance, unsigned *waiting, struct err_trace *trace);

/*
 * Tokens that still open with an older generation than the newest live one, and are switched by it.
 * ERR_ABSENT: there is none.
 */
MUST_CHECK enum err switch_left_behind(struct custody *custody, const struct roster_quorum *quorum,
    const struct attendance *attendance, struct err_trace *trace);

#endif
