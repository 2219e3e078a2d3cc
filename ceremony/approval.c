/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/approval.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/chain.h"
#include "base/encode.h"
#include "base/json.h"
#include "ceremony/bundle_card.h"
#include "ceremony/bundle_sign.h"
#include "custody/whose.h"
#include "roster/card.h"
#include "roster/point.h"

_Static_assert((int)ROSTER_CEREMONY_SIGNATURE >= (int)BUNDLE_SIGNATURE_MAX, "a signature fits");

/* ---- one ----------------------------------------------------------------------------------- */

static enum err
check_text(const json_t *statement, const char *name, const char *wanted, struct err_trace *trace)
{
	const char *said = json_string_value(json_object_get(statement, name));

	if (said != NULL && wanted != NULL && strcmp(said, wanted) == 0)
		return ERR_OK;
	return FAIL(trace, ERR_FORMAT, "what was signed is of another %s", name);
}

static enum err
check_statement(const json_t *line, const struct approval_question *question,
    const struct bundle_card *card, struct err_trace *trace)
{
	const json_t *statement = json_object_get(line, "statement");
	const char *role = json_string_value(json_object_get(line, "role"));
	const char *person = json_string_value(json_object_get(line, "person"));
	char script[2 * SHA256_SIZE + 1];
	enum err err;

	hex_encode(question->script, SHA256_SIZE, script);
	err = check_text(statement, "kind", "approval", trace);
	if (err == ERR_OK)
		err = check_text(statement, "script", script, trace);
	if (err == ERR_OK)
		err = check_text(statement, "roster", question->roster, trace);
	if (err == ERR_OK)
		err = check_text(statement, "role", role, trace);
	if (err == ERR_OK)
		err = check_text(statement, "name", person, trace);
	if (err == ERR_OK && strcmp(card->person, person) != 0)
		err = FAIL(trace, ERR_FORMAT, "card %s is not of %.128s", card->name, person);
	return err;
}

static enum err
check_signature(
    const json_t *line, const struct bundle_card *card, bool practice, struct err_trace *trace)
{
	const char *hex = json_string_value(json_object_get(line, "signature"));
	const size_t len = hex == NULL ? 0 : strlen(hex) / 2;
	uint8_t message[BUNDLE_MESSAGE_MAX], der[BUNDLE_SIGNATURE_MAX], hash[SHA256_SIZE];
	struct point_signed what = { message, 0, der, len };
	char *text = NULL;
	enum err err;

	if (len == 0 || len > sizeof(der) || !hex_decode(hex, der, len))
		return FAIL(trace, ERR_FORMAT, "no signature is with it");
	err = json_canonical(json_object_get(line, "statement"), &text, trace);
	if (err == ERR_OK)
		err = sha256(text, strlen(text), hash, trace);
	free(text);
	if (err != ERR_OK)
		return err;
	what.message_len = bundle_message(
	    &(struct bundle_message){ .practice = practice, .hash = hash, .approval = true },
	    message);
	if (point_verify(card->sig, &what, NULL) != ERR_OK)
		return FAIL(trace, ERR_DENIED, "the signature is not by card %s", card->name);
	return ERR_OK;
}

static enum err
check_paper(const json_t *line, struct err_trace *trace)
{
	if (json_is_null(json_object_get(line, "card")) &&
	    json_is_null(json_object_get(line, "statement")) &&
	    json_is_null(json_object_get(line, "signature")))
		return ERR_OK;
	return FAIL(trace, ERR_FORMAT, "it is on paper, and has what a card signs");
}

enum err
approval_verify(
    const json_t *line, const struct approval_question *question, struct err_trace *trace)
{
	const char *how = json_string_value(json_object_get(line, "how"));
	struct bundle_card card;
	enum err err;

	if (how != NULL && strcmp(how, "paper") == 0)
		return check_paper(line, trace);
	if (how == NULL || strcmp(how, "card") != 0)
		return FAIL(trace, ERR_FORMAT, "it is neither by card nor on paper");
	err = bundle_card_read(json_object_get(line, "card"), &card, trace);
	if (err == ERR_OK)
		err = check_statement(line, question, &card, trace);
	return err == ERR_OK ? check_signature(line, &card, question->practice, trace) : err;
}

void
approval_how(const struct approval *approval, char *out, size_t size)
{
	snprintf(
	    out, size, "%s%s", approval->card[0] == '\0' ? "on paper" : "by card ", approval->card);
}

/* ---- those of the roster ------------------------------------------------------------------- */

struct reading {
	struct roster *roster;
	const struct script *script;
	const struct sheet *sheet;
	struct approvals *out;
};

/* The parts that a card's approval has beside: its key, the statement, the signature. */
static enum err
add_signed(struct reading *reading, const struct roster_ceremony *event, struct approval *out,
    struct err_trace *trace)
{
	char hex[2 * ROSTER_CEREMONY_SIGNATURE + 1];
	struct bundle_card key;
	struct roster_card card;
	json_t *statement = NULL;
	enum err err = roster_card_get(reading->roster, &event->card, &card, trace);

	if (err == ERR_OK)
		err = bundle_card_of(reading->roster, &card, &key, trace);
	if (err == ERR_OK && event->statement[0] == '\0')
		err = FAIL(trace, ERR_ABSENT, "what was signed was erased");
	if (err == ERR_OK)
		err = json_parse_canonical(event->statement, strlen(event->statement),
		    ROSTER_CEREMONY_STATEMENT, &statement, trace);
	if (err != ERR_OK)
		return err;
	snprintf(out->card, sizeof(out->card), "%s", card.name);
	hex_encode(event->signature, event->signature_len, hex);
	if (json_object_set_new(out->line, "card", bundle_card_json(&key)) != 0 ||
	    json_object_set_new(out->line, "statement", statement) != 0 ||
	    json_object_set_new(out->line, "signature", json_string(hex)) != 0)
		err = FAIL(trace, ERR_NOMEM, "no memory for an approval");
	return err;
}

static enum err
read_one(struct reading *reading, const struct roster_ceremony *event, struct approval *out,
    struct err_trace *trace)
{
	struct err_trace why = { .count = 0 };
	char roster[ROSTER_ID_TEXT];
	const struct approval_question question = { reading->script->hash, roster,
		roster_is_practice(reading->roster) };
	enum err err = ERR_OK;

	roster_id_format(roster_identity(reading->roster), roster);
	whose_name(reading->roster, &event->person, out->person);
	snprintf(out->role, sizeof(out->role), "%s", event->role);
	out->time = event->time;
	out->line = json_pack("{s:o, s:s, s:s, s:I, s:n, s:n, s:n}", "person",
	    chain_text(out->person), "role", out->role, "how", event->text, "at",
	    (json_int_t)event->time, "card", "statement", "signature");
	if (out->line == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for an approval");
	if (strcmp(event->text, "card") == 0)
		err = add_signed(reading, event, out, &why);
	if (err == ERR_OK)
		err = approval_verify(out->line, &question, &why);
	if (err == ERR_NOMEM)
		return FAIL(trace, err, "no memory for an approval");
	if (err != ERR_OK)
		snprintf(out->wrong, sizeof(out->wrong), "%.*s", APPROVAL_WHY - 1,
		    why.count == 0 ? "it cannot be checked" : why.frame[0].text);
	return ERR_OK;
}

/* A later one of the same person in the same role takes the place of an earlier. */
static struct approval *
place_for(struct approvals *out, const struct roster_ceremony *event, const char *person)
{
	for (size_t i = 0; i < out->count; i++) {
		struct approval *one = &out->one[i];

		if (strcmp(one->role, event->role) != 0 || strcmp(one->person, person) != 0)
			continue;
		json_decref(one->line);
		*one = (struct approval){ .time = 0 };
		return one;
	}
	return &out->one[out->count++];
}

static void PRINTF_LIKE(3, 4) add(char *out, size_t size, const char *format, ...)
{
	const size_t at = strlen(out);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(out + at, size - at, format, arguments);
	va_end(arguments);
}

static enum err
take_one(struct reading *reading, const struct roster_ceremony *event, struct err_trace *trace)
{
	struct approvals *out = reading->out;
	char person[ROSTER_NAME];

	whose_name(reading->roster, &event->person, person);
	if (sheet_fills(reading->sheet, event->role, person))
		return read_one(reading, event, place_for(out, event, person), trace);
	add(out->others, sizeof(out->others), "%s%.40s (%s)", out->others[0] == '\0' ? "" : ", ",
	    person, event->role);
	return ERR_OK;
}

/* Those of other bytes, as long as the role has not approved these. */
static void
find_stale(struct reading *reading)
{
	struct approvals *out = reading->out;
	struct roster_ceremony *list = NULL;
	size_t count = 0;

	if (roster_ceremony_list_named(
		reading->roster, reading->script->name, &list, &count, NULL) != ERR_OK)
		return;
	for (size_t i = 0; i < count; i++) {
		const size_t at = strlen(out->stale);

		if (list[i].kind != ROSTER_CEREMONY_APPROVED ||
		    sha256_equal(list[i].script.bytes, reading->script->hash) ||
		    approvals_of(out, list[i].role) != NULL ||
		    strstr(out->stale, list[i].role) != NULL)
			continue;
		snprintf(out->stale + at, sizeof(out->stale) - at, "%s%s", at == 0 ? "" : ", ",
		    list[i].role);
	}
	free(list);
}

enum err
approvals_read(struct roster *roster, const struct approval_wanted *wanted, struct approvals *out,
    struct err_trace *trace)
{
	struct approvals all = { .count = 0 };
	struct reading reading = { roster, wanted->script, wanted->sheet, &all };
	struct roster_ceremony *list = NULL;
	struct roster_hash hash;
	size_t count = 0;
	enum err err;

	memcpy(hash.bytes, wanted->script->hash, sizeof(hash.bytes));
	err = roster_ceremony_list(roster, &hash, &list, &count, trace);
	if (err != ERR_OK)
		return err;
	all.one = calloc(count + 1, sizeof(*all.one));
	if (all.one == NULL)
		err = FAIL(trace, ERR_NOMEM, "no memory for approvals");
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		if (list[i].kind == ROSTER_CEREMONY_APPROVED)
			err = take_one(&reading, &list[i], trace);
	}
	free(list);
	if (err == ERR_OK)
		find_stale(&reading);
	if (err == ERR_OK)
		*out = all;
	else
		approvals_free(&all);
	return err;
}

void
approvals_free(struct approvals *approvals)
{
	for (size_t i = 0; i < approvals->count; i++)
		json_decref(approvals->one[i].line);
	free(approvals->one);
	*approvals = (struct approvals){ .count = 0 };
}

const struct approval *
approvals_of(const struct approvals *approvals, const char *role)
{
	for (size_t i = 0; i < approvals->count; i++)
		if (approvals->one[i].wrong[0] == '\0' && strcmp(approvals->one[i].role, role) == 0)
			return &approvals->one[i];
	return NULL;
}

bool
approvals_look(
    const struct approvals *approvals, const struct script *script, char *out, size_t size)
{
	bool well = true;

	out[0] = '\0';
	for (size_t i = 0; i < approvals->count; i++) {
		const struct approval *one = &approvals->one[i];

		if (one->wrong[0] == '\0')
			continue;
		add(out, size, "%sof %.40s as %s: %s", well ? "" : "; ", one->person, one->role,
		    one->wrong);
		well = false;
	}
	for (size_t i = 0, missing = 0; i < script->role_count; i++) {
		const struct script_role *role = &script->roles[i];

		if (role->signs == SCRIPT_SIGNS_NOT || approvals_of(approvals, role->name) != NULL)
			continue;
		add(out, size, "%s%s",
		    missing++ > 0 ? ", "
		    : well        ? "not approved by: "
				  : "; not approved by: ",
		    role->name);
		well = false;
	}
	if (!well && approvals->stale[0] != '\0')
		add(out, size, "; other bytes of it were, by: %s", approvals->stale);
	if (!well && approvals->others[0] != '\0')
		add(out, size, "; not on the sheet as such: %s", approvals->others);
	for (size_t i = 0; well && i < approvals->count; i++) {
		char how[ROSTER_SHORT_NAME + 16];

		approval_how(&approvals->one[i], how, sizeof(how));
		add(out, size, "%s%s (%.40s) %s", i == 0 ? "" : ", ", approvals->one[i].role,
		    approvals->one[i].person, how);
	}
	return well;
}
