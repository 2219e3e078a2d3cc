/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two files of a roll-call at a distance (docs/formats/roll-call.md): the request that goes to
 * the custodian, and the statement that comes back. Each is one line of canonical JSON.
 */
#ifndef CUSTODY_ROLL_CALL_FILE_H
#define CUSTODY_ROLL_CALL_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "custody/roll_call_want.h"
#include "quorum/header.h"
#include "quorum/roll_call.h"
#include "roster/checkpoint.h"
#include "roster/roster.h"

enum { ROLL_CALL_FILE_MAX = 16 * 1024 };

struct roll_call_request {
	struct roll_call_want want; /* the due records alone */
	char quorum[ROSTER_NAME];   /* the name that the card was enrolled for */
	char card[ROSTER_SHORT_NAME];
	char custodian[ROSTER_NAME];
	char serial[ROSTER_TEXT];
	int64_t made;
	int64_t expires;
	struct roll_call_sealed sealed;
};

struct roll_call_statement {
	struct roll_call_subject subject;
	char card[ROSTER_SHORT_NAME];
	char serial[ROSTER_TEXT];
	char firmware[ROSTER_TEXT];
	uint8_t nonce[ROLL_CALL_NONCE]; /* opened by the card; secret no more */
	unsigned tries;                 /* left */
	struct roll_call_found found;
	uint32_t checkpoint; /* the last one that the card signed, from its header; 0: none */
	uint8_t checkpoint_head[HEADER_CHECKPOINT_HEAD];
	int64_t time; /* of the custodian's machine */
};

/* A statement as a file has it: the exact bytes that the card signed, and the signature. */
struct roll_call_signed {
	struct roll_call_statement statement;
	char *message; /* "quorate/1 roll-call statement" ‖ the statement's line; free() */
	size_t message_len;
	size_t signature_len;
	uint8_t signature[ROSTER_SIGNATURE_MAX]; /* DER */
};

/* *line ends with a newline; free() it. */
MUST_CHECK enum err roll_call_request_write(
    const struct roll_call_request *request, char **line, struct err_trace *trace);

/*
 * ERR_FORMAT names what is wrong: not canonical, another format, a member that is missing or bad.
 * ERR_UNSUPPORTED: of a newer version.
 */
MUST_CHECK enum err roll_call_request_read(
    const char *text, size_t len, struct roll_call_request *out, struct err_trace *trace);

/* The bytes to be signed; free() *message. */
MUST_CHECK enum err roll_call_statement_message(const struct roll_call_statement *statement,
    char **message, size_t *len, struct err_trace *trace);

/* `what` with its signature; *line ends with a newline; free() it. */
MUST_CHECK enum err roll_call_statement_write(
    const struct roll_call_signed *what, char **line, struct err_trace *trace);

/* As roll_call_request_read; the signature is not verified here. free() out->message. */
MUST_CHECK enum err roll_call_statement_read(
    const char *text, size_t len, struct roll_call_signed *out, struct err_trace *trace);

#endif
