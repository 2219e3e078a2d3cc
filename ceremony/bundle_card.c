/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/bundle_card.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "ceremony/folder.h"

enum {
	VERSION = 1,
	HEX = 2 * SHA256_SIZE + 1,
	POINT_HEX = 2 * BUNDLE_POINT + 1,
	LINES_MAX = 99999
};

void
bundle_card_path(const char *start, const char *card, const char *end, char out[BUNDLE_CARD_FILE])
{
	const int len = snprintf(out, BUNDLE_CARD_FILE, "%s%s%s", start, card, end);

	for (size_t i = strlen(start); len > 0 && i < BUNDLE_CARD_FILE && out[i] != '\0'; i++)
		if (out[i] == '/')
			out[i] = '-';
}

json_t *
bundle_card_json(const struct bundle_card *card)
{
	char fingerprint[HEX], dec[POINT_HEX], sig[POINT_HEX];

	hex_encode(card->fingerprint, SHA256_SIZE, fingerprint);
	hex_encode(card->dec, BUNDLE_POINT, dec);
	hex_encode(card->sig, BUNDLE_POINT, sig);
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "card", card->name, "dec", dec, "fingerprint",
	    fingerprint, "person", card->person, "sig", sig);
}

static enum err
get_text(const json_t *json, const char *name, char *out, size_t size, struct err_trace *trace)
{
	const char *text = NULL;
	enum err err = json_get_text(json, name, &text, trace);

	if (err == ERR_OK && (text[0] == '\0' || strlen(text) >= size))
		err = FAIL(trace, ERR_FORMAT, "member \"%s\" is empty or too long", name);
	if (err == ERR_OK)
		snprintf(out, size, "%s", text);
	return err;
}

/* "root/1": a quorum's name and a number, as everywhere. */
static bool
name_is_good(const char *name)
{
	const char *slash = strchr(name, '/');

	if (slash == NULL || slash == name || slash[1] == '\0')
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == (size_t)(slash - name) &&
	       strspn(slash + 1, "0123456789") == strlen(slash + 1);
}

static enum err
get_card_name(const json_t *json, char out[BUNDLE_CARD_NAME], struct err_trace *trace)
{
	enum err err = get_text(json, "card", out, BUNDLE_CARD_NAME, trace);

	if (err == ERR_OK && !name_is_good(out))
		err = FAIL(trace, ERR_FORMAT, "'%s' is not the name of a card", out);
	return err;
}

enum err
bundle_card_read(const json_t *json, struct bundle_card *out, struct err_trace *trace)
{
	const struct part points[] = { { out->dec, BUNDLE_POINT }, { out->sig, BUNDLE_POINT } };
	uint8_t found[SHA256_SIZE];
	enum err err = get_card_name(json, out->name, trace);

	if (err == ERR_OK)
		err = get_text(json, "person", out->person, sizeof(out->person), trace);
	if (err == ERR_OK)
		err = json_get_hex(json, "fingerprint", out->fingerprint, SHA256_SIZE, trace);
	if (err == ERR_OK)
		err = json_get_hex(json, "dec", out->dec, BUNDLE_POINT, trace);
	if (err == ERR_OK)
		err = json_get_hex(json, "sig", out->sig, BUNDLE_POINT, trace);
	if (err == ERR_OK)
		err = sha256_parts(points, 2, found, trace);
	if (err == ERR_OK && !sha256_equal(found, out->fingerprint))
		err = FAIL(trace, ERR_FORMAT, "the fingerprint is not that of the keys");
	return err;
}

void
bundle_card_pem(const struct bundle_card *card, char out[BUNDLE_CARD_TEXT])
{
	/* SubjectPublicKeyInfo of an uncompressed point of P-256 (RFC 5480). */
	static const uint8_t start[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce,
		0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03,
		0x42, 0x00 };
	enum { LINE = 64, SPKI = sizeof(start) + BUNDLE_POINT };
	uint8_t spki[SPKI];
	char text[4 * ((SPKI + 2) / 3) + 1];

	memcpy(spki, start, sizeof(start));
	memcpy(spki + sizeof(start), card->sig, BUNDLE_POINT);
	base64_encode(spki, sizeof(spki), text);
	snprintf(out, BUNDLE_CARD_TEXT,
	    "-----BEGIN PUBLIC KEY-----\n%.*s\n%s\n-----END PUBLIC KEY-----\n", LINE, text,
	    text + LINE);
}

size_t
bundle_message(const struct bundle_message *what, uint8_t out[BUNDLE_MESSAGE_MAX])
{
	char words[BUNDLE_MESSAGE_MAX - SHA256_SIZE];
	const int len =
	    snprintf(words, sizeof(words), "quorate/1 %s%s", what->practice ? "PRACTICE " : "",
		what->approval   ? "approval"
		: what->addendum ? "addendum"
				 : "evidence");

	memcpy(out, words, (size_t)len);
	memcpy(out + len, what->hash, SHA256_SIZE);
	return (size_t)len + SHA256_SIZE;
}

void
bundle_signed_path(const struct bundle_signed *what, const char *end, char out[BUNDLE_CARD_FILE])
{
	char start[sizeof(EVIDENCE_SIGNATURES) + 32] = EVIDENCE_SIGNATURES "/";

	if (what->line != 0)
		snprintf(
		    start, sizeof(start), "%s/addendum-%03u-", EVIDENCE_SIGNATURES, what->line);
	bundle_card_path(start, what->card, end, out);
}

enum err
bundle_signed_format(const struct bundle_signed *what, char **out, struct err_trace *trace)
{
	char fingerprint[HEX], hash[HEX];
	char *canonical = NULL;
	json_t *json;
	enum err err;

	hex_encode(what->fingerprint, SHA256_SIZE, fingerprint);
	hex_encode(what->hash, SHA256_SIZE, hash);
	json = json_pack("{s:i, s:s, s:s, s:s, s:i, s:s}", "v", VERSION, "card", what->card,
	    "fingerprint", fingerprint, "hash", hash, "line", (int)what->line, "person",
	    what->person);
	if (json == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a signature");
	err = json_canonical(json, &canonical, trace);
	json_decref(json);
	if (err == ERR_OK && asprintf(out, "%s\n", canonical) < 0)
		err = FAIL(trace, ERR_NOMEM, "no memory for a signature");
	free(canonical);
	return err;
}

static enum err
read_signed(const json_t *json, struct bundle_signed *out, struct err_trace *trace)
{
	int64_t version = 0, line = 0;
	enum err err = json_get_int(json, "v", VERSION, VERSION, &version, trace);

	if (err == ERR_OK)
		err = get_card_name(json, out->card, trace);
	if (err == ERR_OK)
		err = get_text(json, "person", out->person, sizeof(out->person), trace);
	if (err == ERR_OK)
		err = json_get_hex(json, "fingerprint", out->fingerprint, SHA256_SIZE, trace);
	if (err == ERR_OK)
		err = json_get_hex(json, "hash", out->hash, SHA256_SIZE, trace);
	if (err == ERR_OK)
		err = json_get_int(json, "line", 0, LINES_MAX, &line, trace);
	if (err == ERR_OK && json_object_size(json) != 6)
		err = FAIL(trace, ERR_FORMAT, "it has members that do not belong there");
	out->line = (unsigned)line;
	return err;
}

enum err
bundle_signed_parse(
    const char *text, size_t len, struct bundle_signed *out, struct err_trace *trace)
{
	struct bundle_signed found = { .line = 0 };
	json_t *json = NULL;
	enum err err;

	if (len == 0 || text[len - 1] != '\n')
		return FAIL(trace, ERR_FORMAT, "it is cut off");
	err = json_parse_canonical(text, len - 1, BUNDLE_CARD_TEXT, &json, trace);
	if (err == ERR_OK)
		err = read_signed(json, &found, trace);
	json_decref(json);
	if (err == ERR_OK)
		*out = found;
	return err;
}
