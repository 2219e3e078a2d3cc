/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of keys: Quorate's own, and the one that GnuPG computes and looks for. */
#include <openssl/evp.h>

#include "pcsc/openpgp.h"

/* 04 ‖ x ‖ y as a number: the leading 04 has three bits. */
enum { POINT_BITS = 515 };

enum err
card_fingerprint_of(const uint8_t dec[CARD_POINT], const uint8_t sig[CARD_POINT],
    uint8_t out[SHA256_SIZE], struct err_trace *trace)
{
	const struct part parts[] = { { dec, CARD_POINT }, { sig, CARD_POINT } };

	return sha256_parts(parts, 2, out, trace);
}

enum err
card_fingerprint(struct card *card, uint8_t out[SHA256_SIZE], struct err_trace *trace)
{
	uint8_t dec[CARD_POINT];
	uint8_t sig[CARD_POINT];
	enum err err = card_public_key(card, CARD_KEY_DEC, dec, trace);

	if (err == ERR_OK)
		err = card_public_key(card, CARD_KEY_SIG, sig, trace);
	if (err == ERR_OK)
		err = card_fingerprint_of(dec, sig, out, trace);
	return err;
}

/* RFC 4880, 5.5.2 and 12.2; RFC 6637, 9 and 13 for the curve and, for ECDH, SHA-256 and AES-128. */
enum err
card_openpgp_fingerprint(enum card_key key, const uint8_t point[CARD_POINT], uint32_t created,
    uint8_t out[CARD_OPENPGP_FINGERPRINT], struct err_trace *trace)
{
	static const uint8_t ecdh_parameters[] = { 0x03, 0x01, 0x08, 0x07 };
	struct cursor attributes = openpgp_p256_attributes(key);
	bool ecdh = key == CARD_KEY_DEC;
	size_t body =
	    1 + 4 + 1 + attributes.left + 2 + CARD_POINT + (ecdh ? sizeof(ecdh_parameters) : 0);
	uint8_t bytes[128];
	struct writer packet = writer_into(bytes, sizeof(bytes));

	writer_u8(&packet, 0x99);
	writer_u16(&packet, (uint16_t)body);
	writer_u8(&packet, 4);
	writer_u32(&packet, created);
	writer_u8(&packet, attributes.at[0]);
	writer_u8(&packet, (uint8_t)(attributes.left - 1));
	writer_put(&packet, attributes.at + 1, attributes.left - 1);
	writer_u16(&packet, POINT_BITS);
	writer_put(&packet, point, CARD_POINT);
	if (ecdh)
		writer_put(&packet, ecdh_parameters, sizeof(ecdh_parameters));
	if (!writer_done(&packet) ||
	    EVP_Digest(bytes, packet.len, out, NULL, EVP_sha1(), NULL) != 1)
		return FAIL(trace, ERR_INTERNAL, "no OpenPGP fingerprint could be computed");
	return ERR_OK;
}
