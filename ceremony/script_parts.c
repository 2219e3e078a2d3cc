/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/script_parts.h"

#include <stdlib.h>
#include <string.h>

const char *const script_given_words[] = {
	[SCRIPT_GIVEN_QUORUM] = "quorum",
	[SCRIPT_GIVEN_TOKEN] = "token",
	[SCRIPT_GIVEN_KEY] = "key",
	[SCRIPT_GIVEN_CERT] = "certificate",
	[SCRIPT_GIVEN_BACKUP] = "backup",
	[SCRIPT_GIVEN_FILE] = "file",
	[SCRIPT_GIVEN_BUNDLE] = "evidence",
	[SCRIPT_GIVEN__COUNT] = NULL,
};

const char *const script_record_words[] = {
	[SCRIPT_RECORD_TEXT] = "text",
	[SCRIPT_RECORD_NUMBER] = "number",
	[SCRIPT_RECORD_TIME] = "time",
	[SCRIPT_RECORD_HASH] = "hash",
	[SCRIPT_RECORD_STOW] = "stow",
	[SCRIPT_RECORD_UNSTOW] = "unstow",
	[SCRIPT_RECORD_ACKNOWLEDGEMENT] = "acknowledgement",
	[SCRIPT_RECORD_ACCESS] = "access",
	[SCRIPT_RECORD__COUNT] = NULL,
};

const char *const script_signing_words[] = {
	[SCRIPT_SIGNS_NOT] = "no",
	[SCRIPT_SIGNS_PAPER] = "paper",
	[SCRIPT_SIGNS_CARD] = "card",
	NULL,
};

const char *
script_given_word(enum script_given_kind kind)
{
	return script_given_words[kind];
}

const char *
script_record_word(enum script_record_kind kind)
{
	return script_record_words[kind];
}

const char *
script_signing_word(enum script_signing signing)
{
	return script_signing_words[signing];
}

enum err
script_part_role(const struct fields_reader *reader, const struct yaml_node *node, void *item)
{
	struct script_role *role = item;

	if (role->most == 0)
		role->most = role->least > 1 ? role->least : 1;
	if (role->most < role->least)
		return fields_refuse(
		    reader, node->place, "'most' of role '%s' is less than 'least'", role->name);
	return ERR_OK;
}

/* ---- what is given --------------------------------------------------------------------------- */

enum {
	NEEDS_THRESHOLD = 1 << 0,
	NEEDS_CUSTODIANS = 1 << 1,
	NEEDS_QUORUM = 1 << 2,
	NEEDS_BINDING = 1 << 3,
	NEEDS_TO = 1 << 4,
	NEEDS_FILE = 1 << 5,
	NEEDS_SAMPLE = 1 << 6,
};

static const unsigned given_needs[] = {
	[SCRIPT_GIVEN_QUORUM] = NEEDS_THRESHOLD | NEEDS_CUSTODIANS,
	[SCRIPT_GIVEN_TOKEN] = NEEDS_QUORUM | NEEDS_BINDING,
	[SCRIPT_GIVEN_KEY] = NEEDS_QUORUM | NEEDS_BINDING,
	[SCRIPT_GIVEN_CERT] = NEEDS_QUORUM | NEEDS_BINDING | NEEDS_FILE,
	[SCRIPT_GIVEN_BACKUP] = NEEDS_QUORUM | NEEDS_BINDING | NEEDS_TO,
	[SCRIPT_GIVEN_FILE] = NEEDS_FILE | NEEDS_SAMPLE,
	[SCRIPT_GIVEN_BUNDLE] = 0,
};
_Static_assert(sizeof(given_needs) / sizeof(*given_needs) == SCRIPT_GIVEN__COUNT,
    "each kind of what is given says what it needs");

enum err
script_part_given(const struct fields_reader *reader, const struct yaml_node *node, void *item)
{
	const struct script_given *given = item;
	const struct {
		unsigned need;
		const char *key;
		bool there;
	} keys[] = {
		{ NEEDS_THRESHOLD, "threshold", given->threshold > 0 },
		{ NEEDS_CUSTODIANS, "custodians", given->custodians != NULL },
		{ NEEDS_QUORUM, "quorum", given->quorum != NULL },
		{ NEEDS_BINDING, "binding", given->binding != NULL },
		{ NEEDS_TO, "to", given->to != NULL },
		{ NEEDS_FILE, "file", given->file != NULL },
		{ NEEDS_SAMPLE, "sample", given->sample != NULL },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if ((given_needs[given->kind] & keys[i].need) != 0 && !keys[i].there)
			return fields_refuse(reader, node->place,
			    "what is given as a %s needs '%s'", script_given_words[given->kind],
			    keys[i].key);
	return ERR_OK;
}

/* ---- steps ----------------------------------------------------------------------------------- */

enum { STEPS_MAX = 4096 };

static void
add_texts(struct script_step *step, const struct script_expect_draft *draft,
    enum script_expect_kind kind, const struct script_words *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		step->expects[step->expect_count++] = (struct script_expect){
			.kind = kind, .text = texts->word[i], .place = draft->place
		};
}

/* The status first, whether it was given or not. */
static enum err
flatten_expect(const struct fields_reader *reader, const struct script_expect_draft *draft,
    struct script_step *step)
{
	const size_t most =
	    1 + draft->text.count + draft->pattern.count + draft->json_count + draft->file_count;
	const enum err err =
	    field_room(reader, most, sizeof(*step->expects), (void **)&step->expects);

	if (err != ERR_OK)
		return err;
	step->expects[step->expect_count++] = (struct script_expect){
		.kind = SCRIPT_EXPECT_STATUS, .status = (int)draft->status, .place = draft->place
	};
	add_texts(step, draft, SCRIPT_EXPECT_TEXT, &draft->text);
	add_texts(step, draft, SCRIPT_EXPECT_PATTERN, &draft->pattern);
	for (size_t i = 0; i < draft->json_count; i++)
		step->expects[step->expect_count++] = draft->json[i];
	for (size_t i = 0; i < draft->file_count; i++)
		step->expects[step->expect_count++] = draft->file[i];
	return ERR_OK;
}

enum err
script_part_expect(const struct fields_reader *reader, const struct yaml_node *node, void *item)
{
	struct script_expect_draft draft = { .status = 0 };
	const enum err err = fields_read(reader, &script_expect_fields, node, &draft);

	return err == ERR_OK ? flatten_expect(reader, &draft, item) : err;
}

enum err
script_part_step(const struct fields_reader *reader, const struct yaml_node *node, void *item)
{
	struct script_step *step = item;

	if (step->command.count == 0 && step->expect_count > 0)
		return fields_refuse(reader, node->place,
		    "step '%s' expects something, and has no command", step->id);
	if (step->command.count == 0 && step->practice.count > 0)
		return fields_refuse(reader, node->place,
		    "'practice' of step '%s' stands in for a command, and there is none", step->id);
	if (step->command.count > 0 && step->expect_count == 0)
		return flatten_expect(
		    reader, &(struct script_expect_draft){ .place = node->place }, step);
	return ERR_OK;
}

/* A step's number, moving behind it; 0: there is none. */
static unsigned
take_number(const char **at)
{
	char *end = NULL;
	unsigned long value;

	if (**at < '1' || **at > '9')
		return 0;
	value = strtoul(*at, &end, 10);
	*at = end;
	return value > STEPS_MAX ? 0 : (unsigned)value;
}

enum err
script_part_steps(const struct fields_reader *reader, const struct yaml_node *node, void *item)
{
	struct script_session *session = item;
	const char *at = NULL;
	const enum err err = field_text(reader, node, &at);

	if (err != ERR_OK)
		return err;
	session->first = session->last = take_number(&at);
	if (*at == '-') {
		at++;
		session->last = take_number(&at);
	}
	if (*at != '\0' || session->first == 0 || session->last < session->first)
		return fields_refuse(reader, node->place,
		    "'steps' must be numbers of steps such as 4-7, the first one first");
	return ERR_OK;
}
