/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/card_header.h"

enum err
card_header_load(struct card *card, struct header *out, struct err_trace *trace)
{
	uint8_t bytes[CARD_HEADER_MAX];
	size_t len = 0;
	enum err err = card_header_read(card, bytes, &len, trace);

	return err == ERR_OK ? header_decode(bytes, len, out, trace) : err;
}

enum err
card_header_store(struct card *card, const struct header *header, struct err_trace *trace)
{
	uint8_t bytes[HEADER_SIZE_MAX];
	size_t len = 0;
	enum err err = header_encode(header, bytes, &len, trace);

	return err == ERR_OK ? card_header_write(card, bytes, len, trace) : err;
}

enum err
card_records_load(struct card *card, struct record_set *out, struct err_trace *trace)
{
	uint8_t bytes[CARD_RECORDS_MAX];
	size_t len = 0;
	enum err err = card_records_read(card, bytes, &len, trace);

	return err == ERR_OK ? records_decode(bytes, len, out, trace) : err;
}

enum err
card_records_store(struct card *card, const struct record_set *set, struct err_trace *trace)
{
	uint8_t bytes[RECORDS_SIZE];
	size_t len = 0;
	enum err err = records_encode(set, bytes, &len, trace);

	return err == ERR_OK ? card_records_write(card, bytes, len, trace) : err;
}
