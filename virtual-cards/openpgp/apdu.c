/* SPDX-License-Identifier: BSD-2-Clause */
/* ISO/IEC 7816-4, 5.1: the four cases of a command, short and extended. */
#include "virtual-cards/openpgp/internal.h"

static bool
parse_short(struct cursor body, struct vcard_apdu *out)
{
	uint8_t count;

	if (body.left == 0)
		return true;
	(void)cursor_u8(&body, &count);
	if (body.left == 0) {
		out->le = count == 0 ? 256 : count;
		return true;
	}
	out->data = body.at;
	out->len = count;
	if (count == 0 || !cursor_skip(&body, count))
		return false;
	if (body.left == 0)
		return true;
	(void)cursor_u8(&body, &count);
	out->le = count == 0 ? 256 : count;
	return body.left == 0;
}

/* Behind a first length byte of 00. */
static bool
parse_extended(struct cursor body, struct vcard_apdu *out)
{
	uint16_t count;

	out->extended = true;
	if (!cursor_u16(&body, &count))
		return false;
	if (body.left == 0) {
		out->le = count == 0 ? 65536 : count;
		return true;
	}
	out->data = body.at;
	out->len = count;
	if (count == 0 || !cursor_skip(&body, count))
		return false;
	if (body.left == 0)
		return true;
	if (!cursor_u16(&body, &count))
		return false;
	out->le = count == 0 ? 65536 : count;
	return body.left == 0;
}

bool
vcard_apdu_parse(const uint8_t *bytes, size_t len, struct vcard_apdu *out)
{
	struct cursor body = cursor_over(bytes, len);

	*out = (struct vcard_apdu){ 0 };
	if (!cursor_u8(&body, &out->cla) || !cursor_u8(&body, &out->ins) ||
	    !cursor_u8(&body, &out->p1) || !cursor_u8(&body, &out->p2))
		return false;
	if (body.left > 1 && body.at[0] == 0) {
		(void)cursor_skip(&body, 1);
		return parse_extended(body, out);
	}
	return parse_short(body, out);
}
