/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of a roll-call at a distance, as they come by mail.
 *
 * Whatever the bytes: what is taken has one spelling, is written again to the same bytes, holds no
 * more records than a card, and no text that would paint a terminal.
 */
#include <stdlib.h>
#include <string.h>

#include "custody/roll_call_file.h"
#include "tests/fuzz/fuzz.h"

static void
check_text(const char *text, size_t size)
{
	HOLDS(strnlen(text, size) < size);
	for (; *text != '\0'; text++)
		HOLDS((unsigned char)*text >= ' ' && *text != 0x7F);
}

static void
check_same(const char *again, const uint8_t *bytes, size_t len)
{
	const size_t size = strlen(again) - 1; /* its newline may have been left out */

	HOLDS(size == len || (size + 1 == len && bytes[size] == '\n'));
	HOLDS(memcmp(again, bytes, size) == 0);
}

static void
check_request(const uint8_t *bytes, size_t len)
{
	struct roll_call_request request;
	char *again = NULL;

	if (roll_call_request_read((const char *)bytes, len, &request, NULL) != ERR_OK)
		return;
	check_text(request.card, sizeof(request.card));
	check_text(request.custodian, sizeof(request.custodian));
	check_text(request.serial, sizeof(request.serial));
	check_text(request.quorum, sizeof(request.quorum));
	HOLDS(request.want.count <= RECORDS_MAX);
	HOLDS(roll_call_request_write(&request, &again, NULL) == ERR_OK);
	check_same(again, bytes, len);
	free(again);
}

static void
check_statement(const uint8_t *bytes, size_t len)
{
	static const char prefix[] = "quorate/1 ";
	struct roll_call_signed what;
	char *again = NULL;

	if (roll_call_statement_read((const char *)bytes, len, &what, NULL) != ERR_OK)
		return;
	check_text(what.statement.card, sizeof(what.statement.card));
	check_text(what.statement.serial, sizeof(what.statement.serial));
	check_text(what.statement.firmware, sizeof(what.statement.firmware));
	HOLDS(what.statement.found.count <= RECORDS_MAX);
	HOLDS(what.signature_len <= ROSTER_SIGNATURE_MAX);
	HOLDS(what.message_len == strlen(what.message));
	HOLDS(strncmp(what.message, prefix, strlen(prefix)) == 0);
	HOLDS(roll_call_statement_write(&what, &again, NULL) == ERR_OK);
	check_same(again, bytes, len);
	free(again);
	free(what.message);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	check_request(bytes, len);
	check_statement(bytes, len);
	return 0;
}
