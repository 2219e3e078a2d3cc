/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/roll_call_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "roster/member.h"

enum { VERSION = 1 };

#define TIME_MAX INT64_C(253402300799) /* the end of the year 9999 */

static const char *const request_words[] = { "roll-call request", NULL };
static const char *const statement_words[] = { "roll-call statement", NULL };

static const struct member record_members[] = {
	MEMBER_A_NUMBER("generation", 1, INT32_MAX),
	MEMBER_BYTES("hash", SHA256_SIZE),
	MEMBER_END,
};

/* What both are about. */
#define SUBJECT_MEMBERS                                                                            \
	MEMBER_A_TEXT("card", 1, ROSTER_SHORT_NAME - 1), MEMBER_BYTES("fingerprint", 32),          \
	    MEMBER_A_NUMBER("generation", 0, INT32_MAX), MEMBER_A_BOOL("practice"),                \
	    MEMBER_BYTES("quorum-id", QUORUM_ID_SIZE),                                             \
	    MEMBER_A_LIST("records", record_members, 0, RECORDS_MAX),                              \
	    MEMBER_A_TEXT("serial", 1, ROSTER_TEXT - 1), MEMBER_A_NUMBER("v", VERSION, VERSION)

static const struct member request_members[] = {
	SUBJECT_MEMBERS,
	MEMBER_A_WORD("kind", request_words),
	MEMBER_A_TEXT("custodian", 1, ROSTER_NAME - 1),
	MEMBER_BYTES("enc", P256_COMPRESSED),
	MEMBER_A_NUMBER("expires", 0, TIME_MAX),
	MEMBER_A_NUMBER("made", 0, TIME_MAX),
	MEMBER_A_TEXT("quorum", 1, ROSTER_NAME - 1),
	MEMBER_BYTES("sealed", ROLL_CALL_SEALED),
	MEMBER_END,
};

static const struct member statement_members[] = {
	SUBJECT_MEMBERS,
	MEMBER_A_WORD("kind", statement_words),
	MEMBER_A_NUMBER("checkpoint", 0, UINT32_MAX),
	MEMBER_BYTES("checkpoint-head", HEADER_CHECKPOINT_HEAD),
	MEMBER_A_TEXT("firmware", 0, ROSTER_TEXT - 1),
	MEMBER_BYTES("nonce", ROLL_CALL_NONCE),
	MEMBER_A_NUMBER("time", 0, TIME_MAX),
	MEMBER_A_NUMBER("tries", 0, 255),
	MEMBER_END,
};

static const struct member file_members[] = {
	{ .name = "signature", .kind = MEMBER_HEX, .min = 8, .max = ROSTER_SIGNATURE_MAX },
	{ .name = "statement", .kind = MEMBER_OBJECT, .of = statement_members },
	MEMBER_END,
};

/* ---- Writing ------------------------------------------------------------------------------- */

static json_t *
records_json(const struct roll_call_record *records, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(
		    list, json_pack("{s:I, s:o}", "generation", (json_int_t)records[i].generation,
			      "hash", member_of_bytes(records[i].hash, SHA256_SIZE)));
	return list;
}

/* Takes `json`, which is NULL when there was no memory or a text was not UTF-8. */
static enum err
to_line(json_t *json, const char *end, char **line, struct err_trace *trace)
{
	char *text = NULL;
	char *whole = NULL;
	enum err err;

	if (json == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a roll-call's file");
	err = json_canonical(json, &text, trace);
	json_decref(json);
	if (err == ERR_OK && asprintf(&whole, "%s%s", text, end) < 0)
		err = FAIL(trace, ERR_NOMEM, "no memory for a roll-call's file");
	free(text);
	if (err == ERR_OK)
		*line = whole;
	return err;
}

enum err
roll_call_request_write(
    const struct roll_call_request *request, char **line, struct err_trace *trace)
{
	const struct roll_call_subject *subject = &request->want.subject;

	return to_line(
	    json_pack("{s:s, s:o, s:I, s:b, s:o, s:o, s:s, s:i, s:s, s:s, s:o, s:I, s:I, s:s, s:o}",
		"card", request->card, "fingerprint",
		member_of_bytes(subject->fingerprint, FINGERPRINT_SIZE), "generation",
		(json_int_t)subject->generation, "practice", subject->practice, "quorum-id",
		member_of_bytes(subject->quorum_id, QUORUM_ID_SIZE), "records",
		records_json(request->want.record, request->want.count), "serial", request->serial,
		"v", VERSION, "kind", request_words[0], "custodian", request->custodian, "enc",
		member_of_bytes(request->sealed.enc, P256_COMPRESSED), "expires",
		(json_int_t)request->expires, "made", (json_int_t)request->made, "quorum",
		request->quorum, "sealed",
		member_of_bytes(request->sealed.sealed, ROLL_CALL_SEALED)),
	    "\n", line, trace);
}

static json_t *
statement_json(const struct roll_call_statement *statement)
{
	const struct roll_call_subject *subject = &statement->subject;

	return json_pack(
	    "{s:s, s:o, s:I, s:b, s:o, s:o, s:s, s:i, s:s, s:I, s:o, s:s, s:o, s:I, s:i}", "card",
	    statement->card, "fingerprint", member_of_bytes(subject->fingerprint, FINGERPRINT_SIZE),
	    "generation", (json_int_t)subject->generation, "practice", subject->practice,
	    "quorum-id", member_of_bytes(subject->quorum_id, QUORUM_ID_SIZE), "records",
	    records_json(statement->found.record, statement->found.count), "serial",
	    statement->serial, "v", VERSION, "kind", statement_words[0], "checkpoint",
	    (json_int_t)statement->checkpoint, "checkpoint-head",
	    member_of_bytes(statement->checkpoint_head, HEADER_CHECKPOINT_HEAD), "firmware",
	    statement->firmware, "nonce", member_of_bytes(statement->nonce, ROLL_CALL_NONCE),
	    "time", (json_int_t)statement->time, "tries", (int)statement->tries);
}

enum err
roll_call_statement_message(const struct roll_call_statement *statement, char **message,
    size_t *len, struct err_trace *trace)
{
	char *line = NULL;
	char *whole = NULL;
	enum err err = to_line(statement_json(statement), "", &line, trace);
	int size;

	if (err != ERR_OK)
		return err;
	size = asprintf(&whole, "quorate/1 %sroll-call statement%s",
	    statement->subject.practice ? "PRACTICE " : "", line);
	free(line);
	if (size < 0)
		return FAIL(trace, ERR_NOMEM, "no memory for a statement");
	*message = whole;
	*len = (size_t)size;
	return ERR_OK;
}

enum err
roll_call_statement_write(const struct roll_call_signed *what, char **line, struct err_trace *trace)
{
	return to_line(json_pack("{s:o, s:o}", "signature",
			   member_of_bytes(what->signature, what->signature_len), "statement",
			   statement_json(&what->statement)),
	    "\n", line, trace);
}

/* ---- Reading ------------------------------------------------------------------------------- */

/* The file of a newer Quorate is told from a damaged one. */
static enum err
check_version(const json_t *json, struct err_trace *trace)
{
	const json_t *version = json_object_get(json, "v");

	if (json_is_integer(version) && json_integer_value(version) > VERSION)
		return FAIL(trace, ERR_UNSUPPORTED,
		    "it has version %" JSON_INTEGER_FORMAT "; this Quorate knows up to %d",
		    json_integer_value(version), VERSION);
	return ERR_OK;
}

/* One line, with its newline or without. json_decref *out. */
static enum err
parse(const char *text, size_t len, json_t **out, struct err_trace *trace)
{
	if (len > 0 && text[len - 1] == '\n')
		len--;
	return json_parse_canonical(text, len, ROLL_CALL_FILE_MAX, out, trace);
}

static void
copy_text(const json_t *json, const char *name, char *out, size_t size)
{
	snprintf(out, size, "%s", member_text(json, name));
}

static void
read_subject(const json_t *json, struct roll_call_subject *out)
{
	out->practice = member_bool(json, "practice");
	out->generation = (uint32_t)member_integer(json, "generation");
	member_hex(json, "quorum-id", out->quorum_id, sizeof(out->quorum_id));
	member_hex(json, "fingerprint", out->fingerprint, sizeof(out->fingerprint));
}

static size_t
read_records(const json_t *json, struct roll_call_record *out)
{
	const json_t *list = json_object_get(json, "records");
	const size_t count = json_array_size(list);

	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(list, i);

		out[i] = (struct roll_call_record){
			.generation = (uint32_t)member_integer(item, "generation"),
			.due = true,
		};
		member_hex(item, "hash", out[i].hash, sizeof(out[i].hash));
	}
	return count;
}

static void
read_request(const json_t *json, struct roll_call_request *out)
{
	*out = (struct roll_call_request){ .made = member_integer(json, "made"),
		.expires = member_integer(json, "expires") };
	read_subject(json, &out->want.subject);
	out->want.count = read_records(json, out->want.record);
	copy_text(json, "quorum", out->quorum, sizeof(out->quorum));
	copy_text(json, "card", out->card, sizeof(out->card));
	copy_text(json, "custodian", out->custodian, sizeof(out->custodian));
	copy_text(json, "serial", out->serial, sizeof(out->serial));
	member_hex(json, "enc", out->sealed.enc, sizeof(out->sealed.enc));
	member_hex(json, "sealed", out->sealed.sealed, sizeof(out->sealed.sealed));
}

enum err
roll_call_request_read(
    const char *text, size_t len, struct roll_call_request *out, struct err_trace *trace)
{
	json_t *json = NULL;
	enum err err = parse(text, len, &json, trace);

	if (err == ERR_OK)
		err = check_version(json, trace);
	if (err == ERR_OK)
		err = member_check(request_members, json, trace);
	if (err == ERR_OK)
		read_request(json, out);
	json_decref(json);
	return err == ERR_OK ? ERR_OK : FAIL(trace, err, "this is not a roll-call request");
}

static void
read_statement(const json_t *json, struct roll_call_statement *out)
{
	*out = (struct roll_call_statement){ .tries = (unsigned)member_integer(json, "tries"),
		.checkpoint = (uint32_t)member_integer(json, "checkpoint"),
		.time = member_integer(json, "time") };
	read_subject(json, &out->subject);
	out->found.count = read_records(json, out->found.record);
	copy_text(json, "card", out->card, sizeof(out->card));
	copy_text(json, "serial", out->serial, sizeof(out->serial));
	copy_text(json, "firmware", out->firmware, sizeof(out->firmware));
	member_hex(json, "nonce", out->nonce, sizeof(out->nonce));
	member_hex(json, "checkpoint-head", out->checkpoint_head, sizeof(out->checkpoint_head));
}

static enum err
read_signed(const json_t *json, struct roll_call_signed *out, struct err_trace *trace)
{
	struct roll_call_signed made = {
		.signature_len = strlen(member_text(json, "signature")) / 2,
	};
	enum err err;

	member_hex(json, "signature", made.signature, made.signature_len);
	read_statement(json_object_get(json, "statement"), &made.statement);
	err = roll_call_statement_message(&made.statement, &made.message, &made.message_len, trace);
	if (err == ERR_OK)
		*out = made;
	return err;
}

enum err
roll_call_statement_read(
    const char *text, size_t len, struct roll_call_signed *out, struct err_trace *trace)
{
	json_t *json = NULL;
	enum err err = parse(text, len, &json, trace);

	if (err == ERR_OK)
		err = check_version(json_object_get(json, "statement"), trace);
	if (err == ERR_OK)
		err = member_check(file_members, json, trace);
	if (err == ERR_OK)
		err = read_signed(json, out, trace);
	json_decref(json);
	if (err == ERR_OK)
		return ERR_OK;
	err_next(trace, "Name the file that 'quorate card check --answer' wrote.");
	return FAIL(trace, err, "this is not a roll-call statement");
}
