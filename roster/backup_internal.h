/* SPDX-License-Identifier: BSD-2-Clause */
/* The events of backups of keys. Internal to roster/. */
#ifndef ROSTER_BACKUP_INTERNAL_H
#define ROSTER_BACKUP_INTERNAL_H

#include "roster/event.h"

extern const struct event_type backup_events[];

#endif
