/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of events: what is parsed and what is refused. For every type, a body is made from its own
 * table; then each member is left out in turn, mistyped in turn, and one too many is added.
 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "roster/event.h"

static json_t *sample_object(const struct member *members);

/* Text of `len` times the same character. */
static json_t *
sample_text(size_t len, char character)
{
	char *text = malloc(len + 1);
	json_t *value;

	assert_non_null(text);
	memset(text, character, len);
	text[len] = '\0';
	value = json_string(text);
	free(text);
	return value;
}

static json_t *sample(const struct member *member);

static json_t *
sample_list(const struct member *member, bool of_objects)
{
	json_t *list = json_array();

	for (int64_t i = 0; i < (member->min == 0 ? 1 : member->min); i++)
		json_array_append_new(
		    list, of_objects ? sample_object(member->of) : sample(member->of));
	return list;
}

static json_t *
sample(const struct member *member)
{
	switch (member->kind) {
	case MEMBER_TEXT:
		return sample_text((size_t)(member->min == 0 ? 1 : member->min), 'x');
	case MEMBER_INTEGER:
		return json_integer(member->max);
	case MEMBER_BOOL:
		return json_true();
	case MEMBER_HEX:
	case MEMBER_CONTENT:
		return sample_text((size_t)member->max * 2, 'a');
	case MEMBER_WORD:
		return json_string(member->words[0]);
	case MEMBER_LIST:
		return sample_list(member, true);
	case MEMBER_ITEMS:
		return sample_list(member, false);
	case MEMBER_OBJECT:
		return sample_object(member->of);
	case MEMBER_ANY:
		break;
	}
	fail_msg("a kind of member without a sample");
	return NULL;
}

static json_t *
sample_object(const struct member *members)
{
	json_t *object = json_object();

	for (const struct member *member = members; member->name != NULL; member++)
		json_object_set_new(object, member->name, sample(member));
	return object;
}

/* The event with this body, taken, through the parser. */
static enum err
parse_with(const char *type, json_t *body, struct err_trace *trace)
{
	char *text = NULL;
	struct event event = { 0 };
	json_t *line = json_pack("{s:i, s:o, s:i, s:o, s:[], s:i, s:o, s:s, s:o}", "v", 1, "writer",
	    sample_text(32, 'a'), "n", 1, "prev", sample_text(64, '0'), "seen", "time", 1790000000,
	    "by", sample_text(32, 'b'), "type", type, "body", body);

	assert_non_null(line);
	assert_int_equal(json_canonical(line, &text, NULL), ERR_OK);
	const enum err err = event_parse(text, strlen(text), &event, trace);
	event_clear(&event);
	free(text);
	json_decref(line);
	return err;
}

static void
every_type_takes_what_its_table_says(void **state)
{
	struct err_trace trace = { 0 };
	size_t types = 0;

	(void)state;
	for (; event_type_at(types) != NULL; types++) {
		const struct event_type *type = event_type_at(types);

		err_clear(&trace);
		assert_ok(parse_with(type->name, sample_object(type->body), &trace), &trace);
	}
	assert_true(types >= 28);
}

static void
every_type_refuses_a_body_that_lacks_a_member(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	for (size_t i = 0; event_type_at(i) != NULL; i++) {
		const struct event_type *type = event_type_at(i);

		for (const struct member *member = type->body; member->name != NULL; member++) {
			json_t *body = sample_object(type->body);

			json_object_del(body, member->name);
			err_clear(&trace);
			if (member->optional)
				assert_ok(parse_with(type->name, body, &trace), &trace);
			else
				assert_fails(
				    parse_with(type->name, body, &trace), ERR_FORMAT, &trace);
		}
	}
}

static void
every_type_refuses_a_member_of_another_kind(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	for (size_t i = 0; event_type_at(i) != NULL; i++) {
		const struct event_type *type = event_type_at(i);

		for (const struct member *member = type->body; member->name != NULL; member++) {
			json_t *body = sample_object(type->body);

			json_object_set_new(body, member->name, json_null());
			err_clear(&trace);
			assert_fails(parse_with(type->name, body, &trace), ERR_FORMAT, &trace);
		}
	}
}

static void
every_type_refuses_a_member_that_it_does_not_know(void **state)
{
	struct err_trace trace = { 0 };

	(void)state;
	for (size_t i = 0; event_type_at(i) != NULL; i++) {
		const struct event_type *type = event_type_at(i);
		json_t *body = sample_object(type->body);

		json_object_set_new(body, "surprise", json_true());
		err_clear(&trace);
		assert_fails(parse_with(type->name, body, &trace), ERR_FORMAT, &trace);
	}
}

#define LINE(v, n, seen, type, body)                                                               \
	"{\"body\":" body ",\"by\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\",\"n\":" n ",\"prev\":"     \
	"\"0000000000000000000000000000000000000000000000000000000000000000\",\"seen\":" seen      \
	",\"time\":1790000000,\"type\":\"" type "\",\"v\":" v ",\"writer\":"                       \
	"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}"
#define ABANDON "{\"quorum\":\"cccccccccccccccccccccccccccccccc\",\"reason\":\"why\"}"

static const struct {
	const char *name;
	const char *line;
	enum err err;
} lines[] = {
	{ "a good one", LINE("1", "1", "[]", "quorum.abandon", ABANDON), ERR_OK },
	{ "a newer version", LINE("2", "1", "[]", "quorum.abandon", ABANDON), ERR_UNSUPPORTED },
	{ "an unknown type", LINE("1", "1", "[]", "quorum.teleport", ABANDON), ERR_UNSUPPORTED },
	{ "number zero", LINE("1", "0", "[]", "quorum.abandon", ABANDON), ERR_FORMAT },
	{ "a number that is a text", LINE("1", "\"1\"", "[]", "quorum.abandon", ABANDON),
	    ERR_FORMAT },
	{ "a number that is no integer", LINE("1", "1.0", "[]", "quorum.abandon", ABANDON),
	    ERR_FORMAT },
	{ "a seen that is no list", LINE("1", "1", "{}", "quorum.abandon", ABANDON), ERR_FORMAT },
	{ "white space", " " LINE("1", "1", "[]", "quorum.abandon", ABANDON), ERR_FORMAT },
	{ "a newline", LINE("1", "1", "[]", "quorum.abandon", ABANDON) "\n", ERR_FORMAT },
	{ "a body that is a list", LINE("1", "1", "[]", "quorum.abandon", "[]"), ERR_FORMAT },
	{ "a control character",
	    LINE("1", "1", "[]", "quorum.abandon",
		"{\"quorum\":\"cccccccccccccccccccccccccccccccc\",\"reason\":\"\\u001b[2J\"}"),
	    ERR_FORMAT },
	{ "upper-case hex",
	    LINE("1", "1", "[]", "quorum.abandon",
		"{\"quorum\":\"CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC\",\"reason\":\"why\"}"),
	    ERR_FORMAT },
	{ "no object", "[]", ERR_FORMAT },
	{ "nothing", "", ERR_FORMAT },
};

static void
a_line_is_taken_in_its_one_form_only(void **state)
{
	struct err_trace trace = { 0 };
	struct event event;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		event = (struct event){ 0 };
		err_clear(&trace);
		const enum err err =
		    event_parse(lines[i].line, strlen(lines[i].line), &event, &trace);
		if (err != lines[i].err)
			print_error("%s\n", lines[i].name);
		assert_int_equal(err, lines[i].err);
		event_clear(&event);
	}
}

static const char *const heads[] = {
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 01 "
	"0000000000000000000000000000000000000000000000000000000000000000",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  1 "
	"0000000000000000000000000000000000000000000000000000000000000000",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa -1 "
	"0000000000000000000000000000000000000000000000000000000000000000",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1 "
	"00000000000000000000000000000000000000000000000000000000000000",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1 "
	"0000000000000000000000000000000000000000000000000000000000000000 ",
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 1 "
	"0000000000000000000000000000000000000000000000000000000000000000",
	"",
};

static void
a_head_has_one_spelling(void **state)
{
	struct event_head head = { .n = 42 };
	struct event_head again;
	char text[EVENT_HEAD_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		assert_false(event_head_parse(heads[i], &again));
	event_head_format(&head, text);
	assert_true(event_head_parse(text, &again));
	assert_memory_equal(&head, &again, sizeof(head));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_takes_what_its_table_says),
		cmocka_unit_test(every_type_refuses_a_body_that_lacks_a_member),
		cmocka_unit_test(every_type_refuses_a_member_of_another_kind),
		cmocka_unit_test(every_type_refuses_a_member_that_it_does_not_know),
		cmocka_unit_test(a_line_is_taken_in_its_one_form_only),
		cmocka_unit_test(a_head_has_one_spelling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
