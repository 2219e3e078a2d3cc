/* SPDX-License-Identifier: BSD-2-Clause */
#include "quorum/info.h"

#include "base/bytes.h"

/* "quorate/1 share", or "quorate/1 PRACTICE share". */
static struct writer
begin(struct info *info, bool practice, const char *purpose)
{
	struct writer writer = writer_into(info->bytes, sizeof(info->bytes));

	writer_text(&writer, practice ? "quorate/1 PRACTICE " : "quorate/1 ");
	writer_text(&writer, purpose);
	return writer;
}

struct info
info_for_share(const struct share_place *place)
{
	struct info info = { 0 };
	struct writer writer = begin(&info, place->practice, "share");

	writer_put(&writer, place->quorum_id, QUORUM_ID_SIZE);
	writer_u32(&writer, place->generation);
	writer_u8(&writer, place->index);
	writer_u8(&writer, place->threshold);
	writer_u8(&writer, place->size);
	info.len = writer.len;
	return info;
}

struct info
info_for_escrow(const struct escrow_subject *subject)
{
	static const uint8_t zeros[FINGERPRINT_SIZE - 4];
	struct info info = { 0 };
	struct writer writer = begin(&info, subject->practice, "escrow");

	writer_put(&writer, subject->quorum_id, QUORUM_ID_SIZE);
	writer_u32(&writer, subject->generation);
	writer_u8(&writer, (uint8_t)subject->kind);
	if (subject->kind == ESCROW_OLDER_SECRET) {
		writer_put(&writer, zeros, sizeof(zeros));
		writer_u32(&writer, subject->older_generation);
	} else {
		writer_put(&writer, subject->fingerprint, FINGERPRINT_SIZE);
	}
	info.len = writer.len;
	return info;
}

struct info
info_for_roll_call(const struct roll_call_subject *subject)
{
	struct info info = { 0 };
	struct writer writer = begin(&info, subject->practice, "roll-call");

	writer_put(&writer, subject->quorum_id, QUORUM_ID_SIZE);
	writer_u32(&writer, subject->generation);
	writer_put(&writer, subject->fingerprint, FINGERPRINT_SIZE);
	info.len = writer.len;
	return info;
}
