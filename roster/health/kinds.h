/* SPDX-License-Identifier: BSD-2-Clause */
/* The kinds of reason: one table says of each its word, its level and who words it. Internal to
 * roster/. */
#ifndef ROSTER_HEALTH_KINDS_H
#define ROSTER_HEALTH_KINDS_H

#include "roster/health/judge.h"

/* Fills `words` and `next` of a reason whose other members are set. */
typedef void (*reason_say)(
    const struct judgement *judgement, const struct finding *finding, struct roster_reason *out);

/* A finding with its words. */
void reason_of(
    const struct judgement *judgement, const struct finding *finding, struct roster_reason *out);

/* One per kind, by subject; words_*.c have them. */
#define SAY(name)                                                                                  \
	void name(const struct judgement *judgement, const struct finding *finding,                \
	    struct roster_reason *out)
SAY(say_not_live);
SAY(say_below_threshold);
SAY(say_margin);
SAY(say_not_delivered);
SAY(say_not_seen);
SAY(say_roll_call_due);
SAY(say_roll_call_overdue);
SAY(say_tries);
SAY(say_blocked);
SAY(say_pin_unknown);
SAY(say_card_reported);
SAY(say_away);
SAY(say_exposure);
SAY(say_decide);
SAY(say_decision_overdue);
SAY(say_person_gone);
SAY(say_rekey_overdue);
SAY(say_copy_left);
SAY(say_copy_opens);
SAY(say_record_left);
SAY(say_token_suspected);
SAY(say_advisory);
SAY(say_person_alone);
SAY(say_person_shares);
SAY(say_place_alone);
SAY(say_place_shares);
SAY(say_operation_pending);
SAY(say_old_generation);
SAY(say_software_token);
SAY(say_no_token);
SAY(say_acknowledgement);
SAY(say_recovery_test);
SAY(say_key_backup);
SAY(say_date);
SAY(say_no_checkpoint);
SAY(say_stale_news);
SAY(say_one_installation);

#endif
