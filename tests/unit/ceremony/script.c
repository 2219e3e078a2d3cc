/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "base/encode.h"
#include "ceremony/script.h"
#include "tests/unit/ceremony/refused.h"

#define HEAD                                                                                       \
	"quorate-script: 1\nname: try\ntitle: T\npurpose: P\nkind: other\n"                        \
	"roles:\n  - {name: admin, duty: types}\n"
#define STEP_HEAD HEAD "phases:\n  - title: One\n    steps:\n"

static enum err
parse(const char *text, struct err_trace *trace)
{
	struct script *script = NULL;
	const enum err err = script_parse("f", text, strlen(text), &script, trace);

	script_free(script);
	return err;
}

static struct script *
must_parse(const char *text)
{
	struct err_trace trace = { 0 };
	struct script *script = NULL;

	assert_ok(script_parse("f", text, strlen(text), &script, &trace), &trace);
	return script;
}

static void
steps_are_numbered_through_all_phases(void **state)
{
	struct script *script = must_parse(HEAD "phases:\n"
						"  - title: One\n    steps:\n"
						"      - {id: a, title: A, instruction: Do a.}\n"
						"      - {id: b, title: B, instruction: Do b.}\n"
						"  - title: Two\n    steps:\n"
						"      - {id: c, title: C, instruction: Do c.}\n");

	(void)state;
	assert_int_equal(script->step_count, 3);
	assert_int_equal(script->steps[2].number, 3);
	assert_int_equal(script->steps[2].phase, 1);
	assert_int_equal(script->phases[1].first, 2);
	assert_int_equal(script->phases[1].count, 1);
	assert_int_equal(script_step(script, "b")->place.line, 12);
	assert_null(script_step(script, "d"));
	assert_string_equal(script_role(script, "admin")->duty, "types");
	assert_null(script_role(script, "other"));
	script_free(script);
}

static void
a_step_has_all_that_was_written(void **state)
{
	struct script *script = must_parse(STEP_HEAD
	    "      - id: key\n        title: Key\n        instruction: Generate it.\n"
	    "        command: quorate key generate root --label 'a b'\n"
	    "        practice: [echo, 'it''s']\n"
	    "        expect:\n          status: 3\n          text: done\n"
	    "          pattern: [^a, b$]\n"
	    "          json: [{path: key.label, value: ca}, {path: n, value: 5}]\n"
	    "          file: [{path: pub.pem}]\n"
	    "        present: admin\n        confirm: [admin]\n"
	    "        record:\n          - {kind: stow, name: bag, label: Bag?, about: root/1}\n"
	    "        decide:\n          question: Go?\n          choices:\n"
	    "            - {word: 'yes', text: Go}\n            - {word: no, text: Not, to: key}\n"
	    "        uses: 'file:a'\n        makes: ['key:ca']\n"
	    "        never_skip: true\n        minutes: 7\n        timeout: 2m\n");
	const struct script_step *step = &script->steps[0];

	(void)state;
	assert_int_equal(step->command.count, 6);
	assert_string_equal(step->command.word[5], "a b");
	assert_string_equal(step->practice.word[1], "it's");
	assert_int_equal(step->expect_count, 7);
	assert_int_equal(step->expects[0].kind, SCRIPT_EXPECT_STATUS);
	assert_int_equal(step->expects[0].status, 3);
	assert_string_equal(step->expects[1].text, "done");
	assert_int_equal(step->expects[3].kind, SCRIPT_EXPECT_PATTERN);
	assert_string_equal(step->expects[3].text, "b$");
	assert_string_equal(step->expects[5].path, "n");
	assert_string_equal(step->expects[5].text, "5");
	assert_int_equal(step->expects[6].kind, SCRIPT_EXPECT_FILE);
	assert_null(step->expects[6].text);
	assert_string_equal(step->present.word[0], "admin");
	assert_string_equal(script_record_word(step->records[0].kind), "stow");
	assert_string_equal(step->question, "Go?");
	assert_string_equal(step->choices[1].to, "key");
	assert_string_equal(step->uses.word[0], "file:a");
	assert_true(step->never_skip);
	assert_int_equal(step->minutes, 7);
	assert_int_equal(step->timeout_s, 120);
	script_free(script);
}

static void
what_is_not_written_has_its_usual_value(void **state)
{
	struct script *script =
	    must_parse(HEAD "  - {name: custodian, duty: holds, least: 3}\n"
			    "phases:\n  - title: One\n    steps:\n"
			    "      - {id: a, title: A, instruction: I, command: 'true'}\n"
			    "sessions:\n  - {quorum: root, steps: 4-7}\n"
			    "  - {quorum: root, steps: 9, for: 2h}\n");

	(void)state;
	assert_int_equal(script->roles[0].least, 1);
	assert_int_equal(script->roles[0].most, 1);
	assert_int_equal(script->roles[0].signs, SCRIPT_SIGNS_NOT);
	assert_int_equal(script->roles[1].most, 3);
	assert_int_equal(script->steps[0].expect_count, 1);
	assert_int_equal(script->steps[0].expects[0].status, 0);
	assert_int_equal(script->steps[0].timeout_s, 900);
	assert_int_equal(script->steps[0].minutes, 0);
	assert_int_equal(script->sessions[0].first, 4);
	assert_int_equal(script->sessions[0].last, 7);
	assert_int_equal(script->sessions[0].minutes, 60);
	assert_int_equal(script->sessions[1].last, 9);
	assert_int_equal(script->sessions[1].minutes, 120);
	assert_false(script->video);
	script_free(script);
}

static void
the_hash_is_of_the_bytes_of_the_file(void **state)
{
	static const char text[] = STEP_HEAD "      - {id: a, title: A, instruction: I}\n";
	/* printf '…' | sha256sum */
	static const char wanted[] =
	    "b56b31feff377476bcc77a41133e5934db977382be02bfcd78d2c93d64dc536f";
	struct script *script = must_parse(text);
	char hash[2 * SHA256_SIZE + 1];

	(void)state;
	hex_encode(script->hash, sizeof(script->hash), hash);
	assert_string_equal(hash, wanted);
	assert_int_equal(script->len, strlen(text));
	assert_string_equal(script->bytes, text);
	script_free(script);
}

static void
what_the_format_does_not_say_is_refused_with_its_place(void **state)
{
	static const struct refused rows[] = {
		{ "- a\n",
		    "f:1:1: this is not such a file: it must begin with 'quorate-script: 1'" },
		{ "name: try\nquorate-script: 1\n",
		    "f:1:1: this is not such a file: it must begin with 'quorate-script: 1'" },
		{ "quorate-script: 2\n",
		    "f:1:17: this program reads 'quorate-script: 1' and no other version" },
		{ HEAD, "f:1:1: a script needs 'phases'" },
		{ HEAD "phases: []\n", "f:8:9: the list is empty" },
		{ HEAD "phases: x\n", "f:8:9: 'phases' must be a list, and is a text" },
		{ HEAD "pases: []\n", "f:8:1: a script has no key 'pases'; nearest: 'phases'" },
		{ HEAD "video: yes\n", "f:8:8: 'video' must be true or false" },
		{ HEAD "references:\n  - {what: law, title: T}\n",
		    "f:9:12: 'what' cannot be 'law'; it is one of: policy, profile, "
		    "previous-ceremony, other" },
		{ HEAD "  - {name: Upper, duty: d}\n", "f:8:12: 'Upper' is no name: a to z, 0 to 9 "
						       "and -, at most 32, and no - first" },
		{ HEAD "  - {name: b, duty: d, least: 3, most: 2}\n",
		    "f:8:5: 'most' of role 'b' is less than 'least'" },
		{ HEAD "  - {name: b, duty: d, least: 65}\n",
		    "f:8:31: 'least' must be a number from 0 to 64" },
		{ HEAD "  - {name: b, duty: d, least: '1'}\n",
		    "f:8:31: 'least' must be a number from 0 to 64" },
		{ HEAD "  - {name: b, duty: d, least: -1}\n",
		    "f:8:31: 'least' must be a number from 0 to 64" },
		{ HEAD "  - {name: b, duty: }\n",
		    "f:8:21: there is no value; leave the key out, or say it" },
		{ HEAD "  - {name: b, duty: [x]}\n",
		    "f:8:21: 'duty' must be a text, and is a list" },
		{ HEAD "given:\n  - {kind: quorum, name: root}\n",
		    "f:9:5: what is given as a quorum needs 'threshold'" },
		{ HEAD "sessions:\n  - {quorum: root, steps: 7-4}\n",
		    "f:9:27: 'steps' must be numbers of steps such as 4-7, the first one first" },
		{ HEAD "sessions:\n  - {quorum: root, steps: 0-4}\n",
		    "f:9:27: 'steps' must be numbers of steps such as 4-7, the first one first" },
		{ HEAD "sessions:\n  - {quorum: root, steps: 1-2, for: 90s}\n",
		    "f:9:37: 'for' must be a time such as 90s, 15m or 2h, from 1 to 1440 minutes" },
		{ STEP_HEAD "      - {id: a, title: A}\n", "f:11:9: a step needs 'instruction'" },
		{ STEP_HEAD "      - {id: a, title: A, instruction: I, expect: {status: 1}}\n",
		    "f:11:9: step 'a' expects something, and has no command" },
		{ STEP_HEAD "      - {id: a, title: A, instruction: I, practice: echo x}\n",
		    "f:11:9: 'practice' of step 'a' stands in for a command, and there is none" },
		{ STEP_HEAD "      - {id: a, title: A, instruction: I, command: \"echo 'x\"}\n",
		    "f:11:52: a quotation that begins with ' does not end" },
		{ STEP_HEAD "      - {id: a, title: A, instruction: I, command: []}\n",
		    "f:11:52: the list is empty" },
		{ STEP_HEAD "      - {id: a, title: A, instruction: I, command: x, expect: "
			    "{status: 256}}\n",
		    "f:11:72: 'status' must be a number from 0 to 255" },
		{ STEP_HEAD "      - {id: a, title: A, instruction: I, confirm: [a.0]}\n",
		    "f:11:53: 'a.0' is no role, and no role with a number, as custodian.2" },
		{ STEP_HEAD "      - {id: a, title: A, instruction: I, minutes: soon}\n",
		    "f:11:52: 'minutes' must be a number from 1 to 1440" },
		{ STEP_HEAD "      - {id: a, title: A, instruction: I, decide: {question: Q}}\n",
		    "f:11:51: a decision needs 'choices'" },
	};

	(void)state;
	check_refused(rows, sizeof(rows) / sizeof(*rows), parse);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_are_numbered_through_all_phases),
		cmocka_unit_test(a_step_has_all_that_was_written),
		cmocka_unit_test(what_is_not_written_has_its_usual_value),
		cmocka_unit_test(the_hash_is_of_the_bytes_of_the_file),
		cmocka_unit_test(what_the_format_does_not_say_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
