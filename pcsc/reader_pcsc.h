/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside pcsc/ only: what the two users of PC/SC-lite share. */
#ifndef PCSC_READER_PCSC_H
#define PCSC_READER_PCSC_H

#include <stdbool.h>

#include <winscard.h>

#include "base/err.h"
#include "pcsc/channel.h"

/* Records a PC/SC number with its words; `doing` completes "could not". */
enum err reader_pcsc_fail(struct err_trace *trace, LONG rc, const char *doing, const char *reader);

/* pcscd is gone, or has forgotten us: a new context is needed. */
bool reader_pcsc_lost(LONG rc);

/* channel_pcsc.c */
MUST_CHECK enum err channel_open_pcsc(
    SCARDCONTEXT context, const char *reader, struct channel *out, struct err_trace *trace);

#endif
