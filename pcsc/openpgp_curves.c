/* SPDX-License-Identifier: BSD-2-Clause */
/* Algorithm information (4.4.3.11): which curves a card offers for its DEC key. */
#include <string.h>

#include "base/tlv.h"
#include "pcsc/openpgp.h"

struct curve {
	const char *name;
	uint8_t len;
	uint8_t oid[10];
};

static const struct curve curves[] = {
	{ "P-256", 8, { 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07 } },
	{ "P-384", 5, { 0x2B, 0x81, 0x04, 0x00, 0x22 } },
	{ "P-521", 5, { 0x2B, 0x81, 0x04, 0x00, 0x23 } },
	{ "secp256k1", 5, { 0x2B, 0x81, 0x04, 0x00, 0x0A } },
	{ "brainpoolP256r1", 9, { 0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07 } },
	{ "brainpoolP384r1", 9, { 0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0B } },
	{ "brainpoolP512r1", 9, { 0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0D } },
	{ "X25519", 10, { 0x2B, 0x06, 0x01, 0x04, 0x01, 0x97, 0x55, 0x01, 0x05, 0x01 } },
};

static const char *
curve_name(struct cursor attributes)
{
	uint8_t algorithm = 0;

	if (!cursor_u8(&attributes, &algorithm) || algorithm != OPENPGP_ECDH)
		return NULL;
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (attributes.left >= curves[i].len &&
		    memcmp(attributes.at, curves[i].oid, curves[i].len) == 0)
			return curves[i].name;
	return NULL;
}

void
openpgp_parse_curves(struct cursor answer, char *out, size_t out_size)
{
	struct cursor all = openpgp_unwrap(answer, OPENPGP_DO_ALGORITHMS);
	struct writer text = writer_into(out, out_size - 1);
	struct tlv tlv = { 0 };

	while (tlv_next(&all, &tlv)) {
		const char *name = NULL;

		if (tlv.tag == OPENPGP_DO_ALGORITHM_SIG + CARD_KEY_DEC)
			name = curve_name(tlv.value);
		if (name == NULL || strlen(name) + 2 > text.capacity - text.len)
			continue;
		if (text.len > 0)
			writer_text(&text, ", ");
		writer_text(&text, name);
	}
	out[text.len] = '\0';
}
