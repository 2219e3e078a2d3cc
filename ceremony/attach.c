/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/attach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/json.h"
#include "base/shell_word.h"
#include "ceremony/bundle.h"
#include "ceremony/bundle_sign.h"
#include "ceremony/bundle_tree.h"
#include "ceremony/folder.h"
#include "ceremony/timestamp.h"
#include "custody/custody.h"
#include "custody/sign_round.h"
#include "roster/ceremony.h"
#include "roster/roster.h"

enum { FILE_MAX = 256 * 1024 * 1024 };

struct attaching {
	const struct attach_input *input;
	char *evidence;
	struct bundle_verdict verdict;
	struct addendum_place place;
	struct addendum before;
	json_t *body;
};

/* ---- words --------------------------------------------------------------------------------- */

enum err
attach_kind(const char *word, enum addendum_kind *out, struct err_trace *trace)
{
	for (unsigned i = 0; i < ADDENDUM_KIND__COUNT; i++)
		if (i != ADDENDUM_CARD && strcmp(word, addendum_kind_word(i)) == 0) {
			*out = i;
			return ERR_OK;
		}
	err_next(
	    trace, "Words are bag, safe, access-log, scan, video, timestamp, statement, other.");
	return FAIL(trace, ERR_ARGUMENT, "'%.40s' is nothing that can be attached", word);
}

/* ---- files --------------------------------------------------------------------------------- */

static json_t *
file_json(const char *member, const char *name, const struct bundle_file *file)
{
	char hex[2 * SHA256_SIZE + 1];

	hex_encode(file->hash, SHA256_SIZE, hex);
	return json_pack(
	    "{s:I, s:s, s:s}", "bytes", (json_int_t)file->size, member, name, "sha256", hex);
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* The stamp must be over this evidence's head. */
static enum err
check_stamp(struct attaching *attaching, const struct part *bytes, struct err_trace *trace)
{
	struct timestamp stamp;
	enum err err = timestamp_read(bytes->bytes, bytes->len, &stamp, trace);

	if (err == ERR_OK && !sha256_equal(stamp.imprint, attaching->verdict.head)) {
		err_next(
		    trace, "Stamp the manifest: 'openssl ts -query -data manifest -sha256 -cert'.");
		err = FAIL(trace, ERR_FORMAT, "the time stamp is not over this evidence's head");
	}
	if (err == ERR_OK &&
	    json_object_set_new(attaching->body, "stamped", json_integer(stamp.time)) != 0)
		err = FAIL(trace, ERR_NOMEM, "no memory for an addition");
	return err;
}

/* A copy that an attempt before this one left is the same bytes, or another file. */
static enum err
put_copy(const char *path, const struct part *bytes, struct err_trace *trace)
{
	uint8_t hash[SHA256_SIZE], wanted[SHA256_SIZE];
	char *there = NULL;
	size_t len = 0;
	bool same;

	if (file_read(path, FILE_MAX, &there, &len, NULL) != ERR_OK)
		return file_create(path, bytes->bytes, bytes->len, trace);
	same = sha256(there, len, hash, NULL) == ERR_OK &&
	       sha256(bytes->bytes, bytes->len, wanted, NULL) == ERR_OK &&
	       sha256_equal(hash, wanted);
	free(there);
	if (same)
		return ERR_OK;
	err_next(trace, "It belongs to no line: look at it, take it away, and attach again.");
	return FAIL(trace, ERR_EXISTS, "%s is there and is another file", path);
}

static enum err
copy_in(struct attaching *attaching, const struct part *bytes, struct err_trace *trace)
{
	struct bundle_file file = { .size = bytes->len };
	char *name = NULL, *path = NULL, *folder = NULL;
	enum err err = sha256(bytes->bytes, bytes->len, file.hash, trace);

	if (err == ERR_OK &&
	    asprintf(&name, "%s/%03zu-%s", EVIDENCE_ADDENDUM, attaching->before.count + 1,
		base_name(attaching->input->file)) < 0)
		err = FAIL(trace, ERR_NOMEM, "no memory for a path");
	if (err == ERR_OK && !bundle_path_is_good(name)) {
		err_next(trace, "Rename it: letters, digits and -._ are fine everywhere.");
		err = FAIL(trace, ERR_ARGUMENT, "not every medium can hold a file of that name");
	}
	if (err == ERR_OK)
		err = folder_path(attaching->evidence, EVIDENCE_ADDENDUM, &folder, trace);
	if (err == ERR_OK)
		err = file_make_folder(folder, trace);
	if (err == ERR_OK)
		err = folder_path(attaching->evidence, name, &path, trace);
	if (err == ERR_OK)
		err = put_copy(path, bytes, trace);
	if (err == ERR_OK &&
	    json_object_set_new(attaching->body, "file", file_json("file", name, &file)) != 0)
		err = FAIL(trace, ERR_NOMEM, "no memory for an addition");
	free(folder);
	free(path);
	free(name);
	return err;
}

static enum err
add_file(struct attaching *attaching, struct err_trace *trace)
{
	const struct attach_input *input = attaching->input;
	struct bundle_file film = { .size = 0 };
	char *text = NULL;
	size_t len = 0;
	enum err err;

	if (input->kind == ADDENDUM_VIDEO) {
		err = bundle_hash_file(input->file, &film, trace);
		if (err == ERR_OK && json_object_set_new(attaching->body, "outside",
					 file_json("name", base_name(input->file), &film)) != 0)
			err = FAIL(trace, ERR_ARGUMENT, "the file's name is not UTF-8");
		return err;
	}
	err = file_read(input->file, FILE_MAX, &text, &len, trace);
	if (err == ERR_OK && input->kind == ADDENDUM_TIMESTAMP)
		err = check_stamp(attaching, &(struct part){ text, len }, trace);
	if (err == ERR_OK)
		err = copy_in(attaching, &(struct part){ text, len }, trace);
	free(text);
	return err;
}

/* ---- the line ------------------------------------------------------------------------------ */

static enum err
add_texts(struct attaching *attaching, struct err_trace *trace)
{
	const struct attach_input *input = attaching->input;
	const struct {
		const char *name;
		const char *text;
	} members[] = { { "by", input->by }, { "number", input->number }, { "safe", input->safe },
		{ "holds", input->holds }, { "person", input->person }, { "text", input->text },
		{ "begins", input->begins }, { "ends", input->ends } };

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (members[i].text != NULL && json_object_set_new(attaching->body, members[i].name,
						   json_string(members[i].text)) != 0)
			return FAIL(trace, ERR_ARGUMENT, "'%s' is not UTF-8", members[i].name);
	return ERR_OK;
}

static enum err
check_times(const struct attach_input *input, struct err_trace *trace)
{
	int64_t begins = 0, ends = 0;

	if (input->begins == NULL && input->ends == NULL)
		return ERR_OK;
	if (input->begins != NULL && input->ends != NULL && clock_parse(input->begins, &begins) &&
	    clock_parse(input->ends, &ends) && begins <= ends)
		return ERR_OK;
	err_next(trace, "Write both as 2026-11-23T11:51:46Z, the beginning first.");
	return FAIL(trace, ERR_ARGUMENT, "--begins and --ends are not two times in order");
}

/* What was never closed has no head to follow; what was cut off would be written anew. */
static enum err
check_fit(const struct attaching *attaching, struct err_trace *trace)
{
	const struct attach_input *input = attaching->input;

	for (size_t i = 0; i < attaching->verdict.finding_count; i++) {
		const struct bundle_finding *finding = &attaching->verdict.findings[i];

		if (finding->kind == BUNDLE_OPEN) {
			err_next(trace, "Close it first: quorate ceremony close %s --by %s",
			    shell_word(input->folder).text, shell_word(input->by).text);
			return FAIL(trace, ERR_NOT_NOW, "this ceremony was not closed");
		}
		if (finding->kind == BUNDLE_CUT) {
			err_next(
			    trace, "Put the addendum back from the latest copy, then add to it.");
			return FAIL(trace, ERR_FORMAT, "%.300s", finding->what);
		}
	}
	return ERR_OK;
}

static enum err
load(struct attaching *attaching, struct err_trace *trace)
{
	const struct attach_input *input = attaching->input;
	enum err err = folder_evidence(input->folder, &attaching->evidence, trace);
	struct bundle_question question = { .roster = input->custody->roster };

	question.evidence = attaching->evidence;
	if (err == ERR_OK)
		bundle_sweep(attaching->evidence);
	if (err == ERR_OK)
		err = bundle_verify(&question, &attaching->verdict, trace);
	if (err == ERR_OK)
		err = check_fit(attaching, trace);
	attaching->place = (struct addendum_place){ attaching->evidence, attaching->verdict.head };
	if (err == ERR_OK)
		err = addendum_read(
		    attaching->evidence, attaching->verdict.head, &attaching->before, trace);
	return err;
}

static enum err
add_line(struct attaching *attaching, struct err_trace *trace)
{
	const struct attach_input *input = attaching->input;
	enum err err = check_times(input, trace);

	attaching->body = json_object();
	if (err == ERR_OK)
		err = add_texts(attaching, trace);
	if (err == ERR_OK && input->file != NULL)
		err = add_file(attaching, trace);
	if (err != ERR_OK) {
		json_decref(attaching->body);
		return err;
	}
	err = addendum_add(&attaching->place, input->kind, attaching->body, trace);
	if (err == ERR_FORMAT)
		err = FAIL(trace, ERR_ARGUMENT, "for '%s' something is missing",
		    addendum_kind_word(input->kind));
	return err;
}

/* ---- signing ------------------------------------------------------------------------------- */

/* Whether the evidence has that card's key already: in the manifest, or in a line before. */
static bool
has_key(const struct attaching *attaching, const struct bundle_card *card)
{
	char name[BUNDLE_CARD_FILE];
	char *path = NULL, *text = NULL;
	size_t len = 0;
	struct bundle_card one;
	json_t *json = NULL;
	bool there;

	for (size_t i = 0; i < attaching->before.count; i++) {
		if (attaching->before.line[i].kind == ADDENDUM_CARD &&
		    bundle_card_read(attaching->before.line[i].json, &one, NULL) == ERR_OK &&
		    sha256_equal(one.fingerprint, card->fingerprint))
			return true;
	}
	bundle_card_path(EVIDENCE_CARDS "/", card->name, ".json", name);
	there = folder_path(attaching->evidence, name, &path, NULL) == ERR_OK &&
		file_read(path, BUNDLE_CARD_TEXT, &text, &len, NULL) == ERR_OK &&
		json_parse(text, len, BUNDLE_CARD_TEXT, &json, NULL) == ERR_OK &&
		bundle_card_read(json, &one, NULL) == ERR_OK &&
		sha256_equal(one.fingerprint, card->fingerprint);
	json_decref(json);
	free(text);
	free(path);
	return there;
}

/* A card that was not at the ceremony: its key comes into the addendum first. */
static enum err
add_key(struct attaching *attaching, const struct bundle_card *card, struct err_trace *trace)
{
	json_t *body = bundle_card_json(card);

	if (body != NULL &&
	    json_object_set_new(body, "by", json_string(attaching->input->by)) != 0) {
		json_decref(body);
		body = NULL;
	}
	const enum err err = addendum_add(&attaching->place, ADDENDUM_CARD, body, trace);

	addendum_free(&attaching->before);
	return err != ERR_OK ? err
			     : addendum_read(attaching->evidence, attaching->verdict.head,
				   &attaching->before, trace);
}

static enum err
list_signers(struct attaching *attaching, struct sign_round *round, struct err_trace *trace)
{
	struct roster *roster = attaching->input->custody->roster;
	enum err err = ERR_OK;

	if (attaching->input->card_count > VISIT_WANTED_MAX)
		return FAIL(trace, ERR_ARGUMENT, "more cards than one round can ask for");
	for (size_t i = 0; i < attaching->input->card_count && err == ERR_OK; i++) {
		struct sign_card *signer = &round->signer[round->signers++];
		struct bundle_card card;

		err = roster_card_by_name(roster, attaching->input->cards[i], &signer->card, trace);
		if (err == ERR_OK)
			err = bundle_card_of(roster, &signer->card, &card, trace);
		if (err == ERR_OK && !has_key(attaching, &card))
			err = add_key(attaching, &card, trace);
		if (err == ERR_OK)
			snprintf(signer->custodian, sizeof(signer->custodian), "%s", card.person);
	}
	round->wanted = round->least = (unsigned)round->signers;
	return err;
}

static enum err
sign(struct attaching *attaching, struct sign_round *round, struct attach_outcome *out,
    struct err_trace *trace)
{
	struct bundle_signing signing = { .custody = attaching->input->custody,
		.evidence = attaching->evidence,
		.what = { .addendum = true, .practice = attaching->verdict.practice },
		.line = out->line };
	enum err err;

	signing.what.hash = out->hash;
	round->purpose = "sign what was added to the evidence";
	round->sign = bundle_sign;
	round->context = &signing;
	err = sign_round_hold(attaching->input->custody, round, trace);
	round->context = NULL;
	out->signatures = round->signed_so_far;
	if (err != ERR_OK)
		err_next(trace,
		    "The addition is there, unsigned: 'quorate ceremony attach FOLDER --by "
		    "NAME --sign CARD' signs it.");
	return err;
}

/* The place of the last line, as it is now. */
static enum err
find_last(struct attaching *attaching, struct attach_outcome *out, struct err_trace *trace)
{
	enum err err;

	addendum_free(&attaching->before);
	err =
	    addendum_read(attaching->evidence, attaching->verdict.head, &attaching->before, trace);
	if (err == ERR_OK && attaching->before.count == 0)
		err = FAIL(trace, ERR_NOT_NOW, "nothing was added yet that could be signed");
	if (err != ERR_OK)
		return err;
	out->line = (unsigned)attaching->before.count;
	memcpy(out->hash, attaching->before.line[out->line - 1].hash, sizeof(out->hash));
	return ERR_OK;
}

/* Who cuts lines off cannot take their number out of the roster. */
static enum err
note_in_roster(
    const struct attaching *attaching, const struct attach_outcome *out, struct err_trace *trace)
{
	struct roster *roster = attaching->input->custody->roster;
	struct roster_addendum now = { .lines = out->line }, *known = NULL;
	size_t count = 0;
	bool noted = !attaching->verdict.noted; /* another roster's ceremony */
	enum err err;

	memcpy(now.head.bytes, attaching->verdict.head, sizeof(now.head.bytes));
	memcpy(now.last.bytes, out->hash, sizeof(now.last.bytes));
	err = roster_addendum_list(roster, &now.head, &known, &count, trace);
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		noted |= known[i].lines == now.lines;
	free(known);
	return err != ERR_OK || noted ? err : roster_addendum_add(roster, &now, trace);
}

static enum err
attach_all(
    struct attaching *attaching, bool adds, struct attach_outcome *out, struct err_trace *trace)
{
	struct sign_round *round = calloc(1, sizeof(*round));
	enum err err = round == NULL ? FAIL(trace, ERR_NOMEM, "no memory for a round of cards")
				     : load(attaching, trace);

	if (err == ERR_OK)
		err = list_signers(attaching, round, trace);
	if (err == ERR_OK && adds)
		err = add_line(attaching, trace);
	if (err == ERR_OK)
		err = find_last(attaching, out, trace);
	if (err == ERR_OK)
		err = note_in_roster(attaching, out, trace);
	if (err == ERR_OK && round->signers > 0)
		err = sign(attaching, round, out, trace);
	free(round);
	addendum_free(&attaching->before);
	bundle_verdict_free(&attaching->verdict);
	free(attaching->evidence);
	return err;
}

enum err
attach(const struct attach_input *input, struct attach_outcome *out, struct err_trace *trace)
{
	struct attaching attaching = { .input = input };
	struct attach_outcome found = { .line = 0 };
	const enum err err = attach_all(&attaching, true, &found, trace);

	if (err == ERR_OK)
		*out = found;
	return err;
}

enum err
attach_sign(const struct attach_input *input, struct attach_outcome *out, struct err_trace *trace)
{
	struct attaching attaching = { .input = input };
	struct attach_outcome found = { .line = 0 };
	const enum err err = attach_all(&attaching, false, &found, trace);

	if (err == ERR_OK)
		*out = found;
	return err;
}
