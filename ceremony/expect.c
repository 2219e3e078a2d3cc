/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/expect.h"

#include <ctype.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/file.h"
#include "base/file_hash.h"

/* More than any command prints that means something; what is behind it is not looked at. */
enum { LOOK_MAX = 16 * 1024 * 1024 };

/* Text for people, cut to fit, with a "?" for what is no text. */
static void PRINTF_LIKE(2, 3) say(char out[EXPECT_TEXT], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(out, EXPECT_TEXT, format, arguments);
	va_end(arguments);
	for (char *at = out; *at != '\0'; at++)
		if (!isprint((unsigned char)*at))
			*at = *at == '\n' || *at == '\t' ? ' ' : '?';
}

/* At most LOOK_MAX bytes of it; a file that cannot be read is empty. free() it. */
static char *
look(const char *path, size_t *len)
{
	FILE *file = fopen(path, "re");
	char *bytes = NULL;
	size_t size = 0;

	*len = 0;
	while (file != NULL && *len == size && size < LOOK_MAX) {
		char *more = realloc(bytes, size + 65536 + 1);

		if (more == NULL)
			break;
		bytes = more;
		size += 65536;
		*len += fread(bytes + *len, 1, size - *len, file);
	}
	if (file != NULL)
		fclose(file);
	if (bytes == NULL)
		return calloc(1, 1);
	bytes[*len] = '\0';
	return bytes;
}

/* The first line that says something. */
static void
say_first_line(char out[EXPECT_TEXT], const char *bytes, size_t len)
{
	const char *at = bytes + strspn(bytes, "\n ");

	if (*at == '\0')
		say(out, len == 0 ? "nothing was printed" : "the output is not text");
	else
		say(out, "not there; the output begins: %.*s",
		    (int)(strcspn(at, "\n") > 200 ? 200 : strcspn(at, "\n")), at);
}

static enum err
check_status(const struct script_expect *expect, const struct expect_seen *seen,
    struct expect_result *out, struct err_trace *trace)
{
	(void)trace;
	say(out->expected, "exit status %d", expect->status);
	if (seen->timed_out)
		say(out->actual, "it did not end in time, and was ended");
	else if (seen->too_much)
		say(out->actual, "it printed without end, and was ended");
	else
		say(out->actual, "exit status %d", seen->status);
	out->well = !seen->timed_out && !seen->too_much && seen->status == expect->status;
	return ERR_OK;
}

static enum err
check_text(const struct script_expect *expect, const struct expect_seen *seen,
    struct expect_result *out, struct err_trace *trace)
{
	size_t len = 0, err_len = 0;
	char *bytes = look(seen->out, &len), *errors = look(seen->err, &err_len);

	say(out->expected, "%s", expect->text);
	if (bytes == NULL || errors == NULL) {
		free(bytes);
		free(errors);
		return FAIL(trace, ERR_NOMEM, "no memory for what was printed");
	}
	out->well = memmem(bytes, len, expect->text, strlen(expect->text)) != NULL ||
		    memmem(errors, err_len, expect->text, strlen(expect->text)) != NULL;
	if (out->well)
		say(out->actual, "%s", expect->text);
	else
		say_first_line(out->actual, len > 0 ? bytes : errors, len > 0 ? len : err_len);
	free(bytes);
	free(errors);
	return ERR_OK;
}

static enum err
check_pattern(const struct script_expect *expect, const struct expect_seen *seen,
    struct expect_result *out, struct err_trace *trace)
{
	regmatch_t match;
	regex_t regex;
	size_t len = 0;
	char *bytes;

	say(out->expected, "a line like %s", expect->text);
	if (regcomp(&regex, expect->text, REG_EXTENDED | REG_NEWLINE) != 0) {
		say(out->actual, "the pattern is none");
		return ERR_OK;
	}
	bytes = look(seen->out, &len);
	if (bytes == NULL) {
		regfree(&regex);
		return FAIL(trace, ERR_NOMEM, "no memory for what was printed");
	}
	out->well = regexec(&regex, bytes, 1, &match, 0) == 0;
	if (out->well)
		say(out->actual, "%.*s", (int)(match.rm_eo - match.rm_so), bytes + match.rm_so);
	else
		say_first_line(out->actual, bytes, len);
	regfree(&regex);
	free(bytes);
	return ERR_OK;
}

/* The value at "key.public_hash" or "checks.0.actual"; NULL: none. */
static const json_t *
value_at(const json_t *value, const char *path)
{
	while (value != NULL && *path != '\0') {
		const size_t len = strcspn(path, ".");
		char name[128];

		snprintf(name, sizeof(name), "%.*s", (int)len, path);
		value = json_is_array(value) ? json_array_get(value, strtoul(name, NULL, 10))
					     : json_object_get(value, name);
		path += len + (path[len] == '.');
	}
	return value;
}

/* `text` is the value as JSON writes it, or, of a text, the text itself. */
static bool
is_value(const json_t *value, const char *text)
{
	json_t *wanted;
	bool same;

	if (json_is_string(value) && strcmp(json_string_value(value), text) == 0)
		return true;
	wanted = json_loads(text, JSON_DECODE_ANY, NULL);
	same = wanted != NULL && json_equal(value, wanted) == 1;
	json_decref(wanted);
	return same;
}

static enum err
check_json(const struct script_expect *expect, const struct expect_seen *seen,
    struct expect_result *out, struct err_trace *trace)
{
	size_t len = 0;
	char *bytes = look(seen->out, &len), *shown = NULL;
	json_t *document = bytes == NULL ? NULL : json_loadb(bytes, len, 0, NULL);
	const json_t *value = value_at(document, expect->path);

	say(out->expected, "%s is %s", expect->path, expect->text);
	if (value != NULL)
		shown = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	out->well = value != NULL && is_value(value, expect->text);
	if (document == NULL)
		say(out->actual, "the output is no JSON");
	else if (value == NULL)
		say(out->actual, "there is no %s", expect->path);
	else
		say(out->actual, "%s is %s", expect->path, shown == NULL ? "?" : shown);
	json_decref(document);
	free(shown);
	free(bytes);
	return bytes == NULL ? FAIL(trace, ERR_NOMEM, "no memory for what was printed") : ERR_OK;
}

static enum err
check_file(const struct script_expect *expect, const struct expect_seen *seen,
    struct expect_result *out, struct err_trace *trace)
{
	char hex[2 * SHA256_SIZE + 1] = "";
	char *path = NULL;
	bool there;

	if (asprintf(&path, "%s%s%s", expect->path[0] == '/' ? "" : seen->files,
		expect->path[0] == '/' ? "" : "/", expect->path) < 0)
		return FAIL(trace, ERR_NOMEM, "no memory for a file's path");
	there = file_hash_hex(path, hex);
	free(path);
	if (expect->text == NULL)
		say(out->expected, "a file %s", expect->path);
	else
		say(out->expected, "%s with SHA-256 %s", expect->path, expect->text);
	if (there)
		say(out->actual, "%s with SHA-256 %s", expect->path, hex);
	else
		say(out->actual, "there is no %s", expect->path);
	out->well = there && (expect->text == NULL || strcasecmp(expect->text, hex) == 0);
	return ERR_OK;
}

static const struct {
	const char *kind;
	enum err (*check)(const struct script_expect *expect, const struct expect_seen *seen,
	    struct expect_result *out, struct err_trace *trace);
} checks[] = {
	[SCRIPT_EXPECT_STATUS] = { "status", check_status },
	[SCRIPT_EXPECT_TEXT] = { "text", check_text },
	[SCRIPT_EXPECT_PATTERN] = { "pattern", check_pattern },
	[SCRIPT_EXPECT_JSON] = { "json", check_json },
	[SCRIPT_EXPECT_FILE] = { "file", check_file },
};
_Static_assert(sizeof(checks) / sizeof(*checks) == SCRIPT_EXPECT__COUNT, "a check each");

enum err
expect_compare(const struct script_expect *expect, const struct expect_seen *seen,
    struct expect_result *out, struct err_trace *trace)
{
	out->kind = checks[expect->kind].kind;
	out->well = false;
	return checks[expect->kind].check(expect, seen, out, trace);
}
