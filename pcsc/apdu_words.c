/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/apdu.h"

/* ISO/IEC 7816-4, tables 5 and 6, and OpenPGP card 3.4, 7.1. The first row that fits counts. */
struct sw_row {
	uint16_t sw;
	uint16_t mask;
	enum err code;
	const char *words;
};

static const struct sw_row sw_rows[] = {
	{ 0x9000, 0xFFFF, ERR_OK, "done" },
	{ 0x6285, 0xFFFF, ERR_NOT_NOW, "the card is terminated and has to be reset first" },
	{ 0x63C0, 0xFFFF, ERR_LOCKED, "wrong PIN, and no try is left" },
	{ 0x63C0, 0xFFF0, ERR_DENIED, "wrong PIN" },
	{ 0x6400, 0xFFFF, ERR_IO, "it failed inside, nothing was changed" },
	{ 0x6581, 0xFFFF, ERR_IO, "its memory failed" },
	{ 0x6600, 0xFFFF, ERR_DENIED, "nobody touched its button in time" },
	{ 0x6700, 0xFFFF, ERR_UNSUPPORTED, "wrong length" },
	{ 0x6881, 0xFFFF, ERR_UNSUPPORTED, "it has no logical channels" },
	{ 0x6882, 0xFFFF, ERR_UNSUPPORTED, "it has no secure messaging" },
	{ 0x6883, 0xFFFF, ERR_FORMAT, "it still waits for the end of a chained command" },
	{ 0x6884, 0xFFFF, ERR_UNSUPPORTED, "it takes no chained commands" },
	{ 0x6982, 0xFFFF, ERR_DENIED, "a PIN is needed first, or a touch was missing" },
	{ 0x6983, 0xFFFF, ERR_LOCKED, "the PIN is blocked" },
	{ 0x6985, 0xFFFF, ERR_NOT_NOW, "not in the card's present state" },
	{ 0x6986, 0xFFFF, ERR_UNSUPPORTED, "not in this application" },
	{ 0x6999, 0xFFFF, ERR_UNSUPPORTED, "it has no such application" },
	{ 0x6A80, 0xFFFF, ERR_UNSUPPORTED, "it does not take this content" },
	{ 0x6A81, 0xFFFF, ERR_UNSUPPORTED, "it has no such function" },
	{ 0x6A82, 0xFFFF, ERR_ABSENT, "it has no such application or file" },
	{ 0x6A84, 0xFFFF, ERR_UNSUPPORTED, "its memory is full" },
	{ 0x6A86, 0xFFFF, ERR_UNSUPPORTED, "it does not know these parameters" },
	{ 0x6A88, 0xFFFF, ERR_ABSENT, "it has no such object" },
	{ 0x6B00, 0xFFFF, ERR_UNSUPPORTED, "it does not know these parameters" },
	{ 0x6D00, 0xFFFF, ERR_UNSUPPORTED, "it does not know this command" },
	{ 0x6E00, 0xFFFF, ERR_UNSUPPORTED, "it does not know this class of commands" },
	{ 0x6F00, 0xFF00, ERR_IO, "it failed inside and does not say why" },
	{ 0x6400, 0xFF00, ERR_IO, "it failed inside" },
	{ 0x6500, 0xFF00, ERR_IO, "its memory failed" },
	{ 0x6200, 0xFE00, ERR_FORMAT, "it answered with a warning" },
	{ 0x0000, 0x0000, ERR_FORMAT, "it gives no reason that is known here" },
};

static const struct sw_row *
find_row(uint16_t sw)
{
	const struct sw_row *row = sw_rows;

	while ((sw & row->mask) != row->sw)
		row++;
	return row;
}

const char *
apdu_sw_words(uint16_t sw)
{
	return find_row(sw)->words;
}

enum err
apdu_sw_err(uint16_t sw)
{
	return find_row(sw)->code;
}
