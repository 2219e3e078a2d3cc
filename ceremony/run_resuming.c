/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `quorate quorum create root …` a second time, where the first was broken off: the words that go
 * on with it.
 */
#include "ceremony/run_internal.h"

#include <stdlib.h>
#include <string.h>

#include "roster/operation.h"
#include "roster/quorum.h"

enum { LOCK_WAIT_MS = 10000, NAME = 3 /* which word is the quorum's */ };

/* When this step's command began for the first time. */
static enum err
find_beginning(const struct running *run, int64_t *out, struct err_trace *trace)
{
	struct record record = { .count = 0 };
	enum err err = run_read_record(run, &record, trace);

	*out = INT64_MAX;
	for (size_t i = 0; i < record.count; i++) {
		const struct record_line *line = &record.lines[i];
		const json_t *step = json_object_get(line->json, "step");

		if (line->kind == RECORD_BEGIN && json_integer_value(step) == run->progress.step) {
			*out = line->time;
			break;
		}
	}
	record_free(&record);
	return err;
}

struct wanted {
	const char *kind, *quorum;
	int64_t since; /* what was begun before is not this step's */
};

/* The operation that is pending for the quorum. */
static enum err
is_pending(struct roster *roster, const struct wanted *wanted, bool *out, struct err_trace *trace)
{
	struct roster_operation *operation = NULL;
	struct roster_quorum quorum;
	struct err_trace why = { 0 };
	enum err err = roster_quorum_find(roster, wanted->quorum, &quorum, &why);

	if (err == ERR_OK)
		err = roster_operation_pending(roster, &quorum.id, &operation, &why);
	*out = err == ERR_OK && operation->begun >= wanted->since &&
	       strcmp(roster_operation_word(operation->plan.kind), wanted->kind) == 0;
	roster_operation_free(operation);
	if (err == ERR_OK || err == ERR_ABSENT)
		return ERR_OK;
	*trace = why;
	return err;
}

static enum err
look_for_pending(
    const struct running *run, const struct wanted *wanted, bool *out, struct err_trace *trace)
{
	const struct roster_options options = {
		.paths = run->input->roster, .mode = ROSTER_READ, .wait_ms = LOCK_WAIT_MS
	};
	struct roster *roster = NULL;
	enum err err = roster_open(&options, &roster, trace);

	if (err == ERR_OK)
		err = is_pending(roster, wanted, out, trace);
	if (err == ERR_OK)
		return roster_close(roster, trace);
	roster_drop(roster);
	return err;
}

/* What `quorum resume` understands, too. */
static bool
goes_along(const char *word)
{
	static const char *const options[] = { "--later", "--away", "--people", "--sheet" };

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (strcmp(word, options[i]) == 0)
			return true;
	return false;
}

static enum err
write_words(const struct script_words *from, struct script_words *out, struct err_trace *trace)
{
	const char *const head[] = { "quorate", "quorum", "resume", from->word[NAME] };
	const char **word = calloc(from->count + 1, sizeof(*word));
	size_t count = sizeof(head) / sizeof(*head);

	if (word == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a command");
	memcpy(word, head, sizeof(head));
	for (size_t i = count; i + 1 < from->count; i++) {
		if (!goes_along(from->word[i]))
			continue;
		word[count++] = from->word[i];
		word[count++] = from->word[++i];
	}
	*out = (struct script_words){ count, word };
	return ERR_OK;
}

enum err
run_resuming_words(struct running *run, const struct script_words *from, struct script_words *out,
    struct err_trace *trace)
{
	struct wanted wanted = { .since = 0 };
	char *name = NULL;
	bool pending = false;
	enum err err;

	if (from->count <= NAME || strcmp(from->word[0], "quorate") != 0)
		return ERR_OK;
	err = find_beginning(run, &wanted.since, trace);
	if (err == ERR_OK)
		err = run_expand(run, from->word[NAME], &name, trace);
	wanted.kind = from->word[2];
	wanted.quorum = name;
	if (err == ERR_OK)
		err = look_for_pending(run, &wanted, &pending, trace);
	if (err == ERR_OK && pending)
		err = write_words(from, out, trace);
	free(name);
	return err;
}
