/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "tests/unit/ceremony/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>

#include "base/encode.h"
#include "base/file.h"
#include "ceremony/addendum.h"
#include "ceremony/bundle_tree.h"
#include "ceremony/folder.h"
#include "ceremony/record.h"

static void
make_path(const struct evidence *evidence, const char *path, char out[400])
{
	snprintf(out, 400, "%s/%s", evidence->evidence, path);
}

void
evidence_put(const struct evidence *evidence, const char *path, const char *text, size_t len)
{
	const char *slash = strrchr(path, '/');
	char whole[400], folder[400];
	FILE *to;

	snprintf(folder, sizeof(folder), "%s/%.*s", evidence->evidence,
	    slash == NULL ? 0 : (int)(slash - path), path);
	assert_int_equal(file_make_folder(folder, NULL), ERR_OK);
	make_path(evidence, path, whole);
	to = fopen(whole, "we");
	assert_non_null(to);
	assert_int_equal(fwrite(text, 1, len, to), len);
	assert_int_equal(fclose(to), 0);
}

static void
put_text(const struct evidence *evidence, const char *path, const char *text)
{
	evidence_put(evidence, path, text, strlen(text));
}

char *
evidence_get(const struct evidence *evidence, const char *path, size_t *len)
{
	struct err_trace trace = { .count = 0 };
	char whole[400];
	char *text = NULL;

	make_path(evidence, path, whole);
	assert_ok(file_read(whole, 1 << 20, &text, len, &trace), &trace);
	return text;
}

void
evidence_drop(const struct evidence *evidence, const char *path)
{
	char whole[400];

	make_path(evidence, path, whole);
	assert_int_equal(unlink(whole), 0);
	*strrchr(whole, '/') = '\0';
	(void)rmdir(whole); /* only an empty folder goes */
}

static void
hash_of(const struct evidence *evidence, const char *path, char out[2 * SHA256_SIZE + 1])
{
	uint8_t hash[SHA256_SIZE];
	size_t len = 0;
	char *text = evidence_get(evidence, path, &len);

	assert_int_equal(sha256(text, len, hash, NULL), ERR_OK);
	hex_encode(hash, sizeof(hash), out);
	free(text);
}

/* ---- the record ---------------------------------------------------------------------------- */

static json_t *
opening(const struct evidence *evidence)
{
	char script[65], sheet[65];
	json_t *previous = evidence->previous[0] == '\0'
			       ? json_null()
			       : json_pack("{s:s}", "head", evidence->previous);

	hash_of(evidence, FOLDER_SCRIPT, script);
	hash_of(evidence, FOLDER_SHEET, sheet);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s, s:b}, s:s, s:[], s:{}, s:o, s:s}",
	    "mode", "run", "name", evidence->name, "title", "A small ceremony", "script", script,
	    "sheet", sheet, "roster", "id", "00112233445566778899aabbccddeeff", "head", script,
	    "practice", evidence->practice ? 1 : 0, "build", "1.0", "programs", "host", "previous",
	    previous, "by", "ann");
}

static json_t *
ending(const struct evidence *evidence)
{
	char out[65], nothing[65];

	hash_of(evidence, "outputs/001-1.out", out);
	hash_of(evidence, "outputs/001-1.err", nothing);
	return json_pack("{s:i, s:i, s:i, s:i, s:{s:s, s:s, s:i}, s:{s:s, s:s, s:i}, s:[], s:b}",
	    "step", 1, "attempt", 1, "status", 0, "seconds", 1, "out", "file", "outputs/001-1.out",
	    "sha256", out, "bytes", 6, "err", "file", "outputs/001-1.err", "sha256", nothing,
	    "bytes", 0, "checks", "matches", 1);
}

static json_t *
statement(const char *person, const char *role, const char *says, const char *how)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "person", person, "role", role, "says", says,
	    "text", "", "how", how);
}

static void
write_record(const struct evidence *evidence)
{
	struct err_trace trace = { .count = 0 };
	struct record_writer *writer = NULL;
	char path[400];

	make_path(evidence, EVIDENCE_RECORD, path);
	assert_ok(record_writer_open(path, &writer, &trace), &trace);
	assert_ok(record_add(writer, RECORD_OPEN, opening(evidence), &trace), &trace);
	assert_ok(record_add(writer, RECORD_END, ending(evidence), &trace), &trace);
	assert_ok(record_add(writer, RECORD_STATEMENT,
		      statement("alice", "custodian", "followed", "card"), &trace),
	    &trace);
	assert_ok(record_add(writer, RECORD_STATEMENT,
		      statement("carol", "auditor", "not-agreed", "paper"), &trace),
	    &trace);
	assert_ok(
	    record_add(writer, RECORD_FROZEN,
		json_pack("{s:i, s:i, s:i}", "steps", 1, "deviations", 0, "exceptions", 0), &trace),
	    &trace);
	record_writer_close(writer);
}

/* ---- cards --------------------------------------------------------------------------------- */

static void
make_card(struct evidence *evidence, unsigned i)
{
	static const char *const people[] = { "alice", "bob" };
	struct bundle_card *card = &evidence->card[i];
	const struct part points[] = { { card->dec, BUNDLE_POINT }, { card->sig, BUNDLE_POINT } };
	size_t len = 0;

	evidence->key[i] = EVP_EC_gen("P-256");
	assert_non_null(evidence->key[i]);
	assert_int_equal(EVP_PKEY_get_octet_string_param(evidence->key[i], OSSL_PKEY_PARAM_PUB_KEY,
			     card->sig, sizeof(card->sig), &len),
	    1);
	assert_int_equal(len, BUNDLE_POINT);
	memcpy(card->dec, card->sig, sizeof(card->dec));
	snprintf(card->name, sizeof(card->name), "root/%u", i + 1);
	snprintf(card->person, sizeof(card->person), "%s", people[i]);
	assert_int_equal(sha256_parts(points, 2, card->fingerprint, NULL), ERR_OK);
}

static void
put_card(const struct evidence *evidence, const struct bundle_card *card)
{
	char path[BUNDLE_CARD_FILE], pem[BUNDLE_CARD_TEXT];
	json_t *json = bundle_card_json(card);
	char *text = json_dumps(json, JSON_COMPACT);

	bundle_card_path(EVIDENCE_CARDS "/", card->name, ".json", path);
	put_text(evidence, path, text);
	bundle_card_pem(card, pem);
	bundle_card_path(EVIDENCE_CARDS "/", card->name, ".pem", path);
	put_text(evidence, path, pem);
	free(text);
	json_decref(json);
}

/* ---- the whole ----------------------------------------------------------------------------- */

void
evidence_make(struct evidence *evidence)
{
	static const char *const folders[] = { "", EVIDENCE_OUTPUTS, EVIDENCE_FILES, EVIDENCE_CARDS,
		EVIDENCE_SIGNATURES, EVIDENCE_ADDENDUM };
	char path[400];

	snprintf(evidence->folder, sizeof(evidence->folder), "/tmp/evidence-XXXXXX");
	assert_non_null(mkdtemp(evidence->folder));
	snprintf(evidence->evidence, sizeof(evidence->evidence), "%s/evidence", evidence->folder);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		make_path(evidence, folders[i], path);
		assert_int_equal(file_make_folder(path, NULL), ERR_OK);
	}
	snprintf(path, sizeof(path), "quorate-script: 1\nname: %s\n", evidence->name);
	put_text(evidence, FOLDER_SCRIPT, path);
	snprintf(path, sizeof(path), "quorate-sheet: 1\nceremony: %s\n", evidence->name);
	put_text(evidence, FOLDER_SHEET, path);
	put_text(evidence, "outputs/001-1.out", "hello\n");
	put_text(evidence, "outputs/001-1.err", "");
	put_text(evidence, "files/root.pem", "-----BEGIN CERTIFICATE-----\n");
	for (unsigned i = 0; i < EVIDENCE_CARDS_MADE; i++) {
		make_card(evidence, i);
		put_card(evidence, &evidence->card[i]);
	}
	write_record(evidence);
}

void
evidence_freeze(struct evidence *evidence)
{
	struct err_trace trace = { .count = 0 };

	bundle_sweep(evidence->evidence);
	assert_ok(bundle_freeze(evidence->evidence, evidence->head, &trace), &trace);
}

/* What the line of the addendum hashes to. */
static void
line_hash(const struct evidence *evidence, unsigned line, uint8_t out[SHA256_SIZE])
{
	struct err_trace trace = { .count = 0 };
	struct addendum addendum;

	assert_ok(addendum_read(evidence->evidence, evidence->head, &addendum, &trace), &trace);
	assert_true(line <= addendum.count);
	memcpy(out, addendum.line[line - 1].hash, SHA256_SIZE);
	addendum_free(&addendum);
}

void
evidence_sign(const struct evidence *evidence, unsigned card, unsigned line)
{
	struct bundle_signed what = { .line = line };
	struct bundle_message words = {
		.addendum = line > 0, .practice = evidence->practice, .hash = what.hash
	};
	uint8_t message[BUNDLE_MESSAGE_MAX], der[BUNDLE_SIGNATURE_MAX];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = sizeof(der), message_len;
	char path[BUNDLE_CARD_FILE];
	char *text = NULL;

	snprintf(what.card, sizeof(what.card), "%s", evidence->card[card].name);
	snprintf(what.person, sizeof(what.person), "%s", evidence->card[card].person);
	memcpy(what.fingerprint, evidence->card[card].fingerprint, SHA256_SIZE);
	memcpy(what.hash, evidence->head, SHA256_SIZE);
	if (line > 0)
		line_hash(evidence, line, what.hash);
	message_len = bundle_message(&words, message);
	assert_int_equal(
	    EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, evidence->key[card], NULL), 1);
	assert_int_equal(EVP_DigestSign(ctx, der, &len, message, message_len), 1);
	EVP_MD_CTX_free(ctx);
	bundle_signed_path(&what, ".sig", path);
	evidence_put(evidence, path, (const char *)der, len);
	assert_int_equal(bundle_signed_format(&what, &text, NULL), ERR_OK);
	bundle_signed_path(&what, ".json", path);
	put_text(evidence, path, text);
	free(text);
}

void
evidence_remove(struct evidence *evidence)
{
	for (unsigned i = 0; i < EVIDENCE_CARDS_MADE; i++)
		EVP_PKEY_free(evidence->key[i]);
	assert_int_equal(file_remove_tree(evidence->folder, NULL), ERR_OK);
}

size_t
evidence_count(const struct bundle_verdict *verdict, enum bundle_finding_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < verdict->finding_count; i++)
		count += verdict->findings[i].kind == kind;
	return count;
}
