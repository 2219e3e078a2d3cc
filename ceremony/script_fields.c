/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/script_fields.h"

#include "ceremony/rows.h"
#include "ceremony/script_parts.h"

enum { DAYS_MAX = 3650, PEOPLE_MAX = 64, MINUTES_MAX = 24 * 60, TIMEOUT_MAX_S = 24 * 3600 };

/* ---- roles, references, tasks ---------------------------------------------------------------- */

static const char *const reference_words[] = { "policy", "profile", "previous-ceremony", "other",
	NULL };

static const struct field_row reference_rows[] = {
	{ ROW("what", ONE_OF, script_reference, what), NEEDED, .words = reference_words },
	{ ROW("title", TEXT, script_reference, title), NEEDED },
	{ ROW("where", TEXT, script_reference, where) },
	END,
};

static const struct field_table reference_table = {
	.what = "a reference",
	.size = sizeof(struct script_reference),
	.rows = reference_rows,
	.place_offset = offsetof(struct script_reference, place),
};

static const char *const stands_for_words[] = { "auditor", "security", "independent-witness",
	NULL };

static const struct field_row role_rows[] = {
	{ ROW("name", NAME, script_role, name), NEEDED },
	{ ROW("duty", TEXT, script_role, duty), NEEDED },
	{ ROW("as", NAME, script_role, as) },
	{ ROW("least", NUMBER, script_role, least), .least = 0, .most = PEOPLE_MAX },
	{ ROW("most", NUMBER, script_role, most), .least = 1, .most = PEOPLE_MAX },
	{ ROW("excludes", NAMES, script_role, excludes) },
	{ ROW("signs", WORD, script_role, signs), .words = script_signing_words },
	{ ROW("always", FLAG, script_role, always) },
	{ ROW("stands_for", ONE_OF, script_role, stands_for), .words = stands_for_words },
	END,
};

static const struct field_table role_table = {
	.what = "a role",
	.size = sizeof(struct script_role),
	.rows = role_rows,
	.place_offset = offsetof(struct script_role, place),
	.standard = &(const struct script_role){ .least = 1 },
	.finish = script_part_role,
};

static const struct field_row task_rows[] = {
	{ ROW("task", TEXT, script_task, task), NEEDED },
	{ ROW("owner", NAME, script_task, owner), NEEDED },
	{ ROW("days", NUMBER, script_task, days), .least = 0, .most = DAYS_MAX },
	END,
};

static const struct field_table task_table = {
	.what = "a task",
	.size = sizeof(struct script_task),
	.rows = task_rows,
	.place_offset = offsetof(struct script_task, place),
};

/* ---- what is given --------------------------------------------------------------------------- */

static const char *const sample_words[] = { "csr", "crl-entries", "text", NULL };

static const struct field_row given_rows[] = {
	{ ROW("kind", WORD, script_given, kind), NEEDED, .words = script_given_words },
	{ ROW("name", TEXT, script_given, name), NEEDED },
	{ ROW("threshold", NUMBER, script_given, threshold), .least = 2, .most = 16 },
	{ ROW("custodians", NAME, script_given, custodians) },
	{ ROW("quorum", NAME, script_given, quorum) },
	{ ROW("binding", NAME, script_given, binding) },
	{ ROW("to", NAME, script_given, to) },
	{ ROW("file", TEXT, script_given, file) },
	{ ROW("sample", ONE_OF, script_given, sample), .words = sample_words },
	{ ROW("type", NAME, script_given, type) },
	{ ROW("extractable", FLAG, script_given, extractable) },
	END,
};

static const struct field_table given_table = {
	.what = "what is given",
	.size = sizeof(struct script_given),
	.rows = given_rows,
	.place_offset = offsetof(struct script_given, place),
	.finish = script_part_given,
};

/* ---- a step ---------------------------------------------------------------------------------- */

static const struct field_row json_rows[] = {
	{ ROW("path", TEXT, script_expect, path), NEEDED },
	{ ROW("value", TEXT, script_expect, text), NEEDED },
	END,
};

static const struct field_table json_table = {
	.what = "an expected value",
	.size = sizeof(struct script_expect),
	.rows = json_rows,
	.place_offset = offsetof(struct script_expect, place),
	.standard = &(const struct script_expect){ .kind = SCRIPT_EXPECT_JSON },
};

static const struct field_row file_rows[] = {
	{ ROW("path", TEXT, script_expect, path), NEEDED },
	{ ROW("sha256", TEXT, script_expect, text) },
	END,
};

static const struct field_table file_table = {
	.what = "an expected file",
	.size = sizeof(struct script_expect),
	.rows = file_rows,
	.place_offset = offsetof(struct script_expect, place),
	.standard = &(const struct script_expect){ .kind = SCRIPT_EXPECT_FILE },
};

static const struct field_row expect_rows[] = {
	{ ROW("status", NUMBER, script_expect_draft, status), .most = 255 },
	{ ROW("text", WORDS, script_expect_draft, text) },
	{ ROW("pattern", WORDS, script_expect_draft, pattern) },
	{ ROW("json", LIST, script_expect_draft, json),
	    ITEMS(script_expect_draft, json_count, json_table) },
	{ ROW("file", LIST, script_expect_draft, file),
	    ITEMS(script_expect_draft, file_count, file_table) },
	END,
};

const struct field_table script_expect_fields = {
	.what = "what is expected",
	.size = sizeof(struct script_expect_draft),
	.rows = expect_rows,
	.place_offset = offsetof(struct script_expect_draft, place),
};

static const struct field_row record_rows[] = {
	{ ROW("kind", WORD, script_record, kind), NEEDED, .words = script_record_words },
	{ ROW("name", NAME, script_record, name), NEEDED },
	{ ROW("label", TEXT, script_record, label), NEEDED },
	{ ROW("about", TEXT, script_record, about) },
	{ ROW("pattern", TEXT, script_record, pattern) },
	{ ROW("example", TEXT, script_record, example) },
	END,
};

static const struct field_table record_table = {
	.what = "what is recorded",
	.size = sizeof(struct script_record),
	.rows = record_rows,
	.place_offset = offsetof(struct script_record, place),
};

static const struct field_row choice_rows[] = {
	{ ROW("word", NAME, script_choice, word), NEEDED },
	{ ROW("text", TEXT, script_choice, text), NEEDED },
	{ ROW("to", NAME, script_choice, to) },
	END,
};

static const struct field_table choice_table = {
	.what = "a choice",
	.size = sizeof(struct script_choice),
	.rows = choice_rows,
	.place_offset = FIELDS_NONE,
};

static const struct field_row decide_rows[] = {
	{ ROW("question", TEXT, script_step, question), NEEDED },
	{ ROW("choices", LIST, script_step, choices), NEEDED,
	    ITEMS(script_step, choice_count, choice_table) },
	END,
};

static const struct field_table decide_table = {
	.what = "a decision",
	.rows = decide_rows,
	.place_offset = FIELDS_NONE,
};

static const struct field_row step_rows[] = {
	{ ROW("id", NAME, script_step, id), NEEDED },
	{ ROW("title", TEXT, script_step, title), NEEDED },
	{ ROW("instruction", TEXT, script_step, instruction), NEEDED },
	{ ROW("command", COMMAND, script_step, command) },
	{ ROW("practice", COMMAND, script_step, practice) },
	{ ROW("expect", CUSTOM, script_step, expects), .table = &script_expect_fields,
	    .read = script_part_expect },
	{ ROW("present", NAMES, script_step, present) },
	{ ROW("confirm", SEATS, script_step, confirm) },
	{ ROW("record", LIST, script_step, records),
	    ITEMS(script_step, record_count, record_table) },
	{ ROW("decide", GROUP, script_step, question), .table = &decide_table },
	{ ROW("uses", WORDS, script_step, uses) },
	{ ROW("makes", WORDS, script_step, makes) },
	{ ROW("never_skip", FLAG, script_step, never_skip) },
	{ ROW("minutes", NUMBER, script_step, minutes), .least = 1, .most = MINUTES_MAX },
	{ ROW("timeout", DURATION, script_step, timeout_s), .least = 1, .most = TIMEOUT_MAX_S,
	    .unit = 1 },
	END,
};

static const struct field_table step_table = {
	.what = "a step",
	.size = sizeof(struct script_step),
	.rows = step_rows,
	.place_offset = offsetof(struct script_step, place),
	.standard = &(const struct script_step){ .timeout_s = 900 },
	.finish = script_part_step,
};

static const struct field_row phase_rows[] = {
	{ ROW("title", TEXT, script_phase_draft, title), NEEDED },
	{ ROW("steps", LIST, script_phase_draft, steps), NEEDED,
	    ITEMS(script_phase_draft, step_count, step_table) },
	END,
};

static const struct field_table phase_table = {
	.what = "a phase",
	.size = sizeof(struct script_phase_draft),
	.rows = phase_rows,
	.place_offset = offsetof(struct script_phase_draft, place),
};

static const struct field_row session_rows[] = {
	{ ROW("quorum", NAME, script_session, quorum), NEEDED },
	{ ROW("steps", CUSTOM, script_session, first), NEEDED, .read = script_part_steps },
	{ ROW("for", DURATION, script_session, minutes), .least = 1, .most = MINUTES_MAX,
	    .unit = 60 },
	END,
};

static const struct field_table session_table = {
	.what = "a session",
	.size = sizeof(struct script_session),
	.rows = session_rows,
	.place_offset = offsetof(struct script_session, place),
	.standard = &(const struct script_session){ .minutes = 60 },
};

/* ---- the script ------------------------------------------------------------------------------ */

static const char *const kind_words[] = { "root", "other", NULL };

static const struct field_row script_rows[] = {
	{ ROW("quorate-script", NUMBER, script_draft, version), NEEDED, .least = SCRIPT_VERSION,
	    .most = SCRIPT_VERSION },
	{ ROW("name", NAME, script_draft, script.name), NEEDED },
	{ ROW("title", TEXT, script_draft, script.title), NEEDED },
	{ ROW("purpose", TEXT, script_draft, script.purpose), NEEDED },
	{ ROW("kind", ONE_OF, script_draft, script.kind), NEEDED, .words = kind_words },
	{ ROW("references", LIST, script_draft, script.references),
	    ITEMS(script_draft, script.reference_count, reference_table) },
	{ ROW("roles", LIST, script_draft, script.roles), NEEDED,
	    ITEMS(script_draft, script.role_count, role_table) },
	{ ROW("given", LIST, script_draft, script.givens),
	    ITEMS(script_draft, script.given_count, given_table) },
	{ ROW("preparation", LIST, script_draft, script.preparation),
	    ITEMS(script_draft, script.preparation_count, task_table) },
	{ ROW("phases", LIST, script_draft, phases), NEEDED,
	    ITEMS(script_draft, phase_count, phase_table) },
	{ ROW("sessions", LIST, script_draft, script.sessions),
	    ITEMS(script_draft, script.session_count, session_table) },
	{ ROW("sign_off", NAMES, script_draft, script.sign_off) },
	{ ROW("video", FLAG, script_draft, script.video) },
	{ ROW("afterwards", LIST, script_draft, script.afterwards),
	    ITEMS(script_draft, script.afterwards_count, task_table) },
	END,
};

const struct field_table script_fields = {
	.what = "a script",
	.size = sizeof(struct script_draft),
	.rows = script_rows,
	.place_offset = FIELDS_NONE,
};
