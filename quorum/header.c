/* SPDX-License-Identifier: BSD-2-Clause */
#include "quorum/header.h"

#include <string.h>

#include "base/bytes.h"
#include "quorum/record.h"

enum {
	MAGIC_SIZE = 7,
	FLAG_PRACTICE = 0x01,
	FLAG_INCOMPLETE = 0x02, /* not all bindings are listed */
	FLAGS_KNOWN = FLAG_PRACTICE | FLAG_INCOMPLETE,
};

static const char magic[MAGIC_SIZE + 1] = "quorate";

static bool
share_is_good(const struct header_share *share)
{
	return share->generation > 0 &&
	       record_numbers_are_good(share->index, share->threshold, share->size);
}

/* "root/2": a name of lower-case letters, digits and '-', then '/' and a number from 1. */
static bool
card_name_is_good(const char *name)
{
	const size_t len = strnlen(name, HEADER_CARD_NAME_MAX + 1);
	const char *slash = memchr(name, '/', len);
	char stem[HEADER_CARD_NAME_MAX + 1] = { 0 };

	if (len > HEADER_CARD_NAME_MAX || slash == NULL || slash[1] < '1' || slash[1] > '9')
		return false;
	memcpy(stem, name, (size_t)(slash - name));
	return binding_name_is_good(stem) && strspn(slash + 1, "0123456789") == strlen(slash + 1);
}

static enum err
check_shares(const struct header *header, enum err code, struct err_trace *trace)
{
	if (header->share_count > HEADER_SHARES_MAX)
		return FAIL(trace, code, "a card's header names at most two shares");
	for (size_t i = 0; i < header->share_count; i++)
		if (!share_is_good(&header->share[i]))
			return FAIL(trace, code, "a card's header names an impossible share");
	if (header->share_count == 2 && header->share[0].generation >= header->share[1].generation)
		return FAIL(trace, code, "a card's header names its shares out of order");
	return ERR_OK;
}

/* The rules for both directions; `code` says whose fault a breach is. */
static enum err
check_header(const struct header *header, enum err code, struct err_trace *trace)
{
	if (!card_name_is_good(header->card_name))
		return FAIL(trace, code, "a card's header has no proper short name");
	if (header->quorum_name[0] != '\0' && !binding_name_is_good(header->quorum_name))
		return FAIL(trace, code, "a card's header has no proper quorum name");
	if (header->binding_count > HEADER_BINDINGS_MAX)
		return FAIL(trace, code, "a card's header names too many bindings");
	for (size_t i = 0; i < header->binding_count; i++)
		if (!binding_name_is_good(header->binding[i]))
			return FAIL(trace, code, "a card's header has no proper binding name");
	return check_shares(header, code, trace);
}

static void
write_text(struct writer *writer, const char *text)
{
	writer_u8(writer, (uint8_t)strlen(text));
	writer_text(writer, text);
}

/* How many binding names fit behind what is written. */
static size_t
count_fitting(const struct header *header, size_t room)
{
	size_t count = 0;

	for (; count < header->binding_count; count++) {
		const size_t need = 1 + strlen(header->binding[count]);

		if (need > room)
			break;
		room -= need;
	}
	return count;
}

static void
write_header(struct writer *writer, const struct header *header)
{
	const size_t flags_at = MAGIC_SIZE + 1;
	uint8_t flags = (uint8_t)((header->practice ? FLAG_PRACTICE : 0) |
				  (header->bindings_incomplete ? FLAG_INCOMPLETE : 0));

	writer_text(writer, magic);
	writer_u8(writer, HEADER_FORMAT);
	writer_u8(writer, flags);
	writer_put(writer, header->quorum_id, QUORUM_ID_SIZE);
	writer_u32(writer, header->checkpoint);
	writer_put(writer, header->checkpoint_head, HEADER_CHECKPOINT_HEAD);
	write_text(writer, header->card_name);
	write_text(writer, header->quorum_name);
	writer_u8(writer, (uint8_t)header->share_count);
	for (size_t i = 0; i < header->share_count; i++) {
		writer_u32(writer, header->share[i].generation);
		writer_u8(writer, header->share[i].index);
		writer_u8(writer, header->share[i].threshold);
		writer_u8(writer, header->share[i].size);
	}
	const size_t fitting = count_fitting(header, HEADER_SIZE_MAX - writer->len - 1);
	if (fitting < header->binding_count)
		writer->bytes[flags_at] = flags | FLAG_INCOMPLETE;
	writer_u8(writer, (uint8_t)fitting);
	for (size_t i = 0; i < fitting; i++)
		write_text(writer, header->binding[i]);
}

enum err
header_encode(
    const struct header *header, uint8_t out[HEADER_SIZE_MAX], size_t *len, struct err_trace *trace)
{
	struct writer writer = writer_into(out, HEADER_SIZE_MAX);
	enum err err = check_header(header, ERR_ARGUMENT, trace);

	if (err != ERR_OK)
		return err;
	write_header(&writer, header);
	if (!writer_done(&writer))
		return FAIL(trace, ERR_INTERNAL, "a header larger than %d bytes", HEADER_SIZE_MAX);
	*len = writer.len;
	return ERR_OK;
}

bool
header_is_ours(const void *bytes, size_t len)
{
	return len > MAGIC_SIZE && strncmp(bytes, magic, MAGIC_SIZE) == 0;
}

/* A text of up to `max` characters behind its length; no NUL within, so that all of it is seen. */
static bool
read_text(struct cursor *cursor, char *out, size_t max)
{
	uint8_t len = 0;

	if (!cursor_u8(cursor, &len) || len > max || !cursor_copy(cursor, out, len))
		return false;
	out[len] = '\0';
	return strlen(out) == len;
}

static bool
read_shares(struct cursor *cursor, struct header *out)
{
	uint8_t count = 0;

	if (!cursor_u8(cursor, &count) || count > HEADER_SHARES_MAX)
		return false;
	for (out->share_count = 0; out->share_count < count; out->share_count++) {
		struct header_share *share = &out->share[out->share_count];

		if (!cursor_u32(cursor, &share->generation) || !cursor_u8(cursor, &share->index) ||
		    !cursor_u8(cursor, &share->threshold) || !cursor_u8(cursor, &share->size))
			return false;
	}
	return true;
}

static bool
read_bindings(struct cursor *cursor, struct header *out)
{
	uint8_t count = 0;

	if (!cursor_u8(cursor, &count) || count > HEADER_BINDINGS_MAX)
		return false;
	for (out->binding_count = 0; out->binding_count < count; out->binding_count++)
		if (!read_text(cursor, out->binding[out->binding_count], BINDING_NAME_MAX))
			return false;
	return true;
}

/* What stands behind the format; false when it is cut short, too long or has unknown flags. */
static bool
read_header(struct cursor *cursor, struct header *out)
{
	uint8_t flags = 0;

	if (!cursor_u8(cursor, &flags) || (flags & ~FLAGS_KNOWN) != 0 ||
	    !cursor_copy(cursor, out->quorum_id, QUORUM_ID_SIZE) ||
	    !cursor_u32(cursor, &out->checkpoint) ||
	    !cursor_copy(cursor, out->checkpoint_head, HEADER_CHECKPOINT_HEAD) ||
	    !read_text(cursor, out->card_name, HEADER_CARD_NAME_MAX) ||
	    !read_text(cursor, out->quorum_name, HEADER_QUORUM_NAME_MAX) ||
	    !read_shares(cursor, out) || !read_bindings(cursor, out))
		return false;
	out->practice = (flags & FLAG_PRACTICE) != 0;
	out->bindings_incomplete = (flags & FLAG_INCOMPLETE) != 0;
	return cursor->left == 0;
}

enum err
header_decode(const void *bytes, size_t len, struct header *out, struct err_trace *trace)
{
	struct cursor cursor = cursor_over(bytes, len);
	struct header header = { 0 };
	uint8_t format = 0;
	enum err err = ERR_INTERNAL;

	if (!header_is_ours(bytes, len))
		return FAIL(trace, ERR_ABSENT, "the card has no header of Quorate's");
	if (!cursor_skip(&cursor, MAGIC_SIZE) || !cursor_u8(&cursor, &format))
		return FAIL(trace, ERR_INTERNAL, "a header shorter than its beginning");
	if (format != HEADER_FORMAT)
		return FAIL(trace, ERR_UNSUPPORTED,
		    "the card's header has format %u, this program knows %d", format,
		    HEADER_FORMAT);
	if (len > HEADER_SIZE_MAX || !read_header(&cursor, &header))
		return FAIL(trace, ERR_FORMAT, "the card's header is damaged");
	err = check_header(&header, ERR_FORMAT, trace);
	if (err == ERR_OK)
		*out = header;
	return err;
}

const struct header_share *
header_newest(const struct header *header)
{
	return header->share_count == 0 ? NULL : &header->share[header->share_count - 1];
}
