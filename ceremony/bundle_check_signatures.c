/* SPDX-License-Identifier: BSD-2-Clause */
/* What cards signed, and what none did. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "ceremony/bundle_check.h"
#include "ceremony/folder.h"
#include "roster/card.h"
#include "roster/ceremony.h"
#include "roster/person.h"
#include "roster/point.h"

static const struct bundle_card *
find_card(const struct bundle_check *check, const struct bundle_signed *what)
{
	for (size_t i = 0; i < check->card_count; i++)
		if (strcmp(check->cards[i].name, what->card) == 0 &&
		    strcmp(check->cards[i].person, what->person) == 0 &&
		    sha256_equal(check->cards[i].fingerprint, what->fingerprint))
			return &check->cards[i];
	return NULL;
}

/* What was signed must be of this evidence: its head, or the line of its addendum. */
static bool
is_ours(struct bundle_check *check, const char *path, const struct bundle_signed *what)
{
	const uint8_t *wanted = check->verdict.head;

	if (what->line > check->addendum.count) {
		bundle_found(check, BUNDLE_SPLICED,
		    "%s: it is over line %u of an addendum, which is not here", path, what->line);
		return false;
	}
	if (what->line > 0)
		wanted = check->addendum.line[what->line - 1].hash;
	if (sha256_equal(what->hash, wanted))
		return true;
	bundle_found(check, BUNDLE_SPLICED, "%s: it is over the %s of other evidence", path,
	    what->line > 0 ? "addendum" : "head");
	return false;
}

static bool
signs_as(const struct bundle_card *card, const struct bundle_message *words,
    const struct point_signed *signature)
{
	uint8_t message[BUNDLE_MESSAGE_MAX];
	struct point_signed whole = *signature;

	whole.message = message;
	whole.message_len = bundle_message(words, message);
	return point_verify(card->sig, &whole, NULL) == ERR_OK;
}

/* A record that cannot be read does not say whether it was practice: then either will do. */
static bool
verifies(
    struct bundle_check *check, const struct bundle_signed *what, const struct bundle_card *card)
{
	struct bundle_message words = {
		.addendum = what->line > 0, .practice = check->verdict.practice, .hash = what->hash
	};
	struct point_signed signature = { .message = NULL };
	char path[BUNDLE_CARD_FILE];
	char *der;
	bool right;

	bundle_signed_path(what, ".sig", path);
	der = bundle_take(check, path, BUNDLE_SIGNATURE_MAX, &signature.der_len);
	if (der == NULL)
		return false;
	signature.der = (const uint8_t *)der;
	right = signs_as(card, &words, &signature);
	if (!right && check->record.count == 0) {
		words.practice = !words.practice;
		right = signs_as(card, &words, &signature);
	}
	free(der);
	return right;
}

static bool
is_named(struct roster *roster, const struct roster_id *person, const char *name)
{
	struct roster_person found;

	return roster_person_get(roster, person, &found, NULL) == ERR_OK &&
	       strcmp(found.name, name) == 0;
}

static bool
was_named(const struct bundle_check *check, const struct roster_id *person, const char *name,
    int64_t time)
{
	struct roster *past = NULL;
	bool was;

	if (roster_open_past(check->question->roster, time, &past, NULL) != ERR_OK)
		return false;
	was = is_named(past, person, name);
	roster_drop(past);
	return was;
}

/* People marry: the name that they had at the ceremony, or at the last addition, is right too. */
static bool
has_name(const struct bundle_check *check, const struct roster_id *person, const char *name)
{
	const struct addendum *later = &check->addendum;

	if (is_named(check->question->roster, person, name))
		return true;
	if (check->has_record && check->record.count > 0 &&
	    was_named(check, person, name, check->record.lines[check->record.count - 1].time))
		return true;
	return later->count > 0 &&
	       was_named(check, person, name, later->line[later->count - 1].time);
}

bool
bundle_roster_knows(
    const struct bundle_check *check, const char *person, const uint8_t fingerprint[SHA256_SIZE])
{
	struct roster_card *cards = NULL;
	size_t count = 0;
	bool known = false;

	if (roster_card_list(check->question->roster, NULL, &cards, &count, NULL) != ERR_OK)
		return false;
	for (size_t i = 0; i < count && !known; i++)
		known = sha256_equal(cards[i].fingerprint.bytes, fingerprint) &&
			has_name(check, &cards[i].custodian, person);
	free(cards);
	return known;
}

static void
find_role(const struct bundle_check *check, struct bundle_signature *out)
{
	for (size_t i = 0; check->has_record && i < check->record.count; i++) {
		const struct record_line *line = &check->record.lines[i];
		const char *person = json_string_value(json_object_get(line->json, "person"));
		const char *role = json_string_value(json_object_get(line->json, "role"));

		if (line->kind == RECORD_STATEMENT && person != NULL && role != NULL &&
		    strcmp(person, out->person) == 0)
			snprintf(out->role, sizeof(out->role), "%s", role);
	}
}

static void
add_signature(struct bundle_check *check, const struct bundle_signed *what, bool right)
{
	struct bundle_verdict *verdict = &check->verdict;
	struct bundle_signature *more =
	    reallocarray(verdict->signatures, verdict->signature_count + 1, sizeof(*more));
	struct bundle_signature *out;

	if (more == NULL) {
		check->no_memory = true;
		return;
	}
	verdict->signatures = more;
	out = &more[verdict->signature_count++];
	*out = (struct bundle_signature){ .line = what->line, .right = right };
	snprintf(out->card, sizeof(out->card), "%s", what->card);
	snprintf(out->person, sizeof(out->person), "%s", what->person);
	memcpy(out->fingerprint, what->fingerprint, SHA256_SIZE);
	find_role(check, out);
	out->known = check->question->roster != NULL &&
		     bundle_roster_knows(check, what->person, what->fingerprint);
	if (check->question->roster != NULL && !out->known)
		bundle_found(check, BUNDLE_STRANGER,
		    "card %s of %.128s signed, and the roster does not know it as such", what->card,
		    what->person);
}

static void
check_signed(struct bundle_check *check, const char *path, const struct bundle_signed *what)
{
	const struct bundle_card *card = find_card(check, what);
	bool right = false;

	if (!is_ours(check, path, what))
		return;
	if (card == NULL)
		bundle_found(check, BUNDLE_SIGNATURE,
		    "%s: the evidence has no key of card %s of %.128s with that fingerprint", path,
		    what->card, what->person);
	else
		right = verifies(check, what, card);
	if (card != NULL && !right)
		bundle_found(check, BUNDLE_SIGNATURE, "%s: the signature is not by card %s", path,
		    what->card);
	add_signature(check, what, right);
}

static void
read_signed(struct bundle_check *check, const char *path)
{
	struct err_trace why = { .count = 0 };
	struct bundle_signed what;
	char named[BUNDLE_CARD_FILE];
	size_t len = 0;
	char *text = bundle_take(check, path, BUNDLE_CARD_TEXT, &len);

	if (text == NULL)
		return;
	if (bundle_signed_parse(text, len, &what, &why) != ERR_OK) {
		bundle_found_why(check, BUNDLE_SIGNATURE, path, &why);
	} else {
		bundle_signed_path(&what, ".json", named);
		if (strcmp(named, path) != 0)
			bundle_found(
			    check, BUNDLE_SIGNATURE, "%s: it belongs into %s", path, named);
		else
			check_signed(check, path, &what);
	}
	free(text);
}

/* Each .json has its .sig and the other way round; there is nothing else. */
static void
check_pair(struct bundle_check *check, const char *path)
{
	const bool is_json = bundle_path_ends_with(path, ".json");
	char other[BUNDLE_PATH_MAX + 8];
	const char *dot = strrchr(path, '.');

	if (!is_json && !bundle_path_ends_with(path, ".sig")) {
		bundle_found(check, BUNDLE_ADDED, "%s: it is no signature", path);
		return;
	}
	snprintf(
	    other, sizeof(other), "%.*s%s", (int)(dot - path), path, is_json ? ".sig" : ".json");
	if (bundle_tree_find(&check->tree, other) == NULL)
		bundle_found(check, BUNDLE_SIGNATURE, "%s: %s is missing beside it", path, other);
	else if (is_json)
		read_signed(check, path);
}

/* What no right signature covers. */
static void
tell_unsigned(struct bundle_check *check)
{
	const struct bundle_verdict *verdict = &check->verdict;
	unsigned head = 0, covered = 0;

	for (size_t i = 0; i < verdict->signature_count; i++) {
		const struct bundle_signature *one = &verdict->signatures[i];

		head += one->right && one->line == 0;
		if (one->right && one->line > covered)
			covered = one->line;
	}
	if (head == 0 && covered == 0)
		bundle_found(check, BUNDLE_UNSIGNED,
		    "no card signed the head: only paper vouches for this evidence");
	if (covered < check->addendum.count)
		bundle_found(check, BUNDLE_UNSIGNED,
		    "no card signed the addendum from line %u to %zu", covered + 1,
		    check->addendum.count);
}

/*
 * Someone said at the sign-off that they would sign with their card, and no such signature is
 * there: it was taken away, or the closing was broken off. Only while it is being closed is that
 * well.
 */
static void
tell_promised(struct bundle_check *check)
{
	for (size_t i = 0; check->has_record && i < check->record.count; i++) {
		const struct record_line *line = &check->record.lines[i];
		const char *person = json_string_value(json_object_get(line->json, "person"));
		const char *how = json_string_value(json_object_get(line->json, "how"));
		bool kept = false;

		if (line->kind != RECORD_STATEMENT || person == NULL || how == NULL ||
		    strcmp(how, "card") != 0)
			continue;
		for (size_t j = 0; j < check->verdict.signature_count; j++)
			kept |= check->verdict.signatures[j].right &&
				check->verdict.signatures[j].line == 0 &&
				strcmp(check->verdict.signatures[j].person, person) == 0;
		if (!kept)
			bundle_found(check,
			    check->question->being_closed ? BUNDLE_UNSIGNED : BUNDLE_SIGNATURE,
			    "%.128s was to sign with a card, and no such signature is there",
			    person);
	}
}

/* Who takes signatures away and freezes anew cannot take the head out of the roster. */
static void
check_noted(struct bundle_check *check)
{
	const struct bundle_file *script = bundle_tree_find(&check->tree, FOLDER_SCRIPT);
	struct roster_ceremony *known = NULL;
	struct roster_hash hash;
	size_t count = 0;

	if (!check->frozen || script == NULL || check->question->being_closed)
		return;
	memcpy(hash.bytes, script->hash, sizeof(hash.bytes));
	if (roster_ceremony_list(check->question->roster, &hash, &known, &count, NULL) != ERR_OK)
		count = 0;
	for (size_t i = 0; i < count; i++)
		check->verdict.noted |= known[i].kind == ROSTER_CEREMONY_CLOSED &&
					sha256_equal(known[i].hash.bytes, check->verdict.head);
	free(known);
	if (!check->verdict.noted)
		bundle_found(check, BUNDLE_STRANGER,
		    "the roster knows no ceremony of this script that was closed with this head");
}

/* Whose the cards are is asked of the roster that the ceremony was held with, and of no other. */
static void
check_roster(struct bundle_check *check)
{
	const json_t *open = check->has_record && check->record.count > 0
				 ? json_object_get(check->record.lines[0].json, "roster")
				 : NULL;
	char ours[ROSTER_ID_TEXT];
	const char *id = json_string_value(json_object_get(open, "id"));

	if (check->question->roster == NULL) {
		bundle_found(check, BUNDLE_UNSEEN,
		    "no roster was looked at: whose the cards are is what the evidence says of "
		    "itself");
		bundle_tell_length(check);
		return;
	}
	roster_id_format(roster_identity(check->question->roster), ours);
	if (id != NULL && strcmp(id, ours) != 0)
		bundle_found(check, BUNDLE_STRANGER,
		    "the evidence was made with roster %.8s, and the one in use is %.8s", id, ours);
	else {
		check_noted(check);
		bundle_check_length(check);
	}
}

enum err
bundle_check_signatures(struct bundle_check *check, struct err_trace *trace)
{
	(void)trace;
	check_roster(check);
	for (size_t i = 0; i < check->tree.count; i++)
		if (bundle_path_lies_in(check->tree.file[i].path, EVIDENCE_SIGNATURES))
			check_pair(check, check->tree.file[i].path);
	if (check->frozen) {
		tell_unsigned(check);
		tell_promised(check);
	}
	return ERR_OK;
}
