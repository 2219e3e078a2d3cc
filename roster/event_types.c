/* SPDX-License-Identifier: BSD-2-Clause */
/* Every type of event, subject by subject. A new one is a row in its subject's table. */
#include <string.h>

#include "roster/activation_internal.h"
#include "roster/adopt_internal.h"
#include "roster/backup_internal.h"
#include "roster/binding_internal.h"
#include "roster/calendar_internal.h"
#include "roster/card_internal.h"
#include "roster/ceremony_internal.h"
#include "roster/checkpoint_internal.h"
#include "roster/content.h"
#include "roster/event.h"
#include "roster/founding.h"
#include "roster/item_internal.h"
#include "roster/key_internal.h"
#include "roster/operation_internal.h"
#include "roster/person_internal.h"
#include "roster/policy_internal.h"
#include "roster/quorum_internal.h"
#include "roster/seat_internal.h"
#include "roster/signing_internal.h"
#include "roster/stow_internal.h"
#include "roster/token_copy_internal.h"

static const struct event_type *const subjects[] = {
	founding_events,
	seat_events,
	content_events,
	person_events,
	absence_events,
	departure_events,
	appointment_events,
	card_events,
	card_report_events,
	item_events,
	stow_events,
	quorum_events,
	generation_events,
	seal_events,
	proof_events,
	roll_call_events,
	share_events,
	escrow_events,
	binding_events,
	token_copy_events,
	operation_events,
	step_events,
	checkpoint_events,
	activation_events,
	key_events,
	signing_events,
	backup_events,
	ceremony_events,
	policy_events,
	calendar_events,
	adopt_events,
};

const struct event_type *
event_type_at(size_t index)
{
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		for (const struct event_type *type = subjects[i]; type->name != NULL; type++) {
			if (index-- == 0)
				return type;
		}
	}
	return NULL;
}

const struct event_type *
event_type_find(const char *name)
{
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		for (const struct event_type *type = subjects[i]; type->name != NULL; type++) {
			if (strcmp(type->name, name) == 0)
				return type;
		}
	}
	return NULL;
}
