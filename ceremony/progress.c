/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/progress.h"

#include <stdlib.h>
#include <string.h>

static const char *
text_of(const json_t *line, const char *name)
{
	const char *text = json_string_value(json_object_get(line, name));

	return text == NULL ? "" : text;
}

static unsigned
number_of(const json_t *line, const char *name)
{
	const json_int_t number = json_integer_value(json_object_get(line, name));

	return number < 0 || number > 1000000 ? 0 : (unsigned)number;
}

static bool
is_true(const json_t *line, const char *name)
{
	return json_is_true(json_object_get(line, name));
}

enum err
progress_start(const struct script *script, struct progress *out, struct err_trace *trace)
{
	unsigned *tries = calloc(script->step_count + 1, sizeof(*tries));

	if (tries == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for what happened so far");
	*out = (struct progress){ .script = script, .step = 1, .tries = tries };
	return ERR_OK;
}

void
progress_free(struct progress *progress)
{
	for (size_t i = 0; i < progress->person_count; i++) {
		free(progress->persons[i].name);
		free(progress->persons[i].role);
	}
	for (size_t i = 0; i < progress->value_count; i++) {
		free(progress->values[i].name);
		free(progress->values[i].value);
	}
	free(progress->persons);
	free(progress->values);
	free(progress->taken);
	free(progress->session);
	free(progress->tries);
	*progress = (struct progress){ .script = NULL };
}

const struct script_step *
progress_step(const struct progress *progress)
{
	return progress->step > progress->script->step_count
		   ? NULL
		   : &progress->script->steps[progress->step - 1];
}

/* ---- lines --------------------------------------------------------------------------------- */

static enum err
no_memory(struct err_trace *trace)
{
	return FAIL(trace, ERR_NOMEM, "no memory for what happened so far");
}

static struct progress_person *
find_person(const struct progress *progress, const char *role, const char *name)
{
	for (size_t i = 0; i < progress->person_count; i++)
		if (strcmp(progress->persons[i].role, role) == 0 &&
		    strcmp(progress->persons[i].name, name) == 0)
			return &progress->persons[i];
	return NULL;
}

/* Room for one more person, whose texts it takes copies of. */
static enum err
push_person(struct progress *progress, const json_t *line, struct err_trace *trace)
{
	struct progress_person *more =
	    realloc(progress->persons, (progress->person_count + 1) * sizeof(*more));
	char *name = strdup(text_of(line, "person")), *role = strdup(text_of(line, "role"));

	if (more != NULL)
		progress->persons = more;
	if (more == NULL || name == NULL || role == NULL) {
		free(name);
		free(role);
		return no_memory(trace);
	}
	more[progress->person_count++] = (struct progress_person){ .name = name, .role = role };
	return ERR_OK;
}

static enum err
add_person(struct progress *progress, const json_t *line, struct err_trace *trace)
{
	struct progress_person *person =
	    find_person(progress, text_of(line, "role"), text_of(line, "person"));

	if (person == NULL) {
		enum err err = push_person(progress, line, trace);

		if (err != ERR_OK)
			return err;
		person = &progress->persons[progress->person_count - 1];
	}
	person->here = is_true(line, "in");
	person->deputy = is_true(line, "deputy");
	return ERR_OK;
}

static enum err
add_value(struct progress *progress, const json_t *line, struct err_trace *trace)
{
	struct progress_value *more =
	    realloc(progress->values, (progress->value_count + 1) * sizeof(*more));
	char *name = strdup(text_of(line, "name")), *value = strdup(text_of(line, "value"));

	if (more != NULL)
		progress->values = more;
	if (more == NULL || name == NULL || value == NULL) {
		free(name);
		free(value);
		return no_memory(trace);
	}
	more[progress->value_count++] = (struct progress_value){ .step = number_of(line, "step"),
		.round = progress->done,
		.name = name,
		.value = value };
	return ERR_OK;
}

static void
add_begin(struct progress *progress)
{
	progress->tries[progress->step - 1]++;
	progress->begun = true;
	progress->ended = false;
	progress->matches = progress->cut = false;
	progress->outcome = 0;
}

/* More roles than bits: the last one stands for the rest. */
static uint64_t
bit(size_t index)
{
	return UINT64_C(1) << (index < 63 ? index : 63);
}

static void
add_confirmed(struct progress *progress, const json_t *line)
{
	const struct script_step *step = progress_step(progress);

	for (size_t i = 0; step != NULL && i < step->confirm.count; i++)
		if (strcmp(step->confirm.word[i], text_of(line, "role")) == 0)
			progress->confirmed |= bit(i);
}

/* The step that follows: the next one, unless a decision says otherwise. */
static void
go_on(struct progress *progress)
{
	const struct script_step *step = progress_step(progress);
	unsigned next = progress->step + 1;

	for (size_t i = 0; step != NULL && progress->taken != NULL && i < step->choice_count; i++) {
		const struct script_choice *choice = &step->choices[i];

		if (strcmp(choice->word, progress->taken) == 0 && choice->to != NULL &&
		    script_step(progress->script, choice->to) != NULL)
			next = script_step(progress->script, choice->to)->number;
	}
	free(progress->taken);
	progress->taken = NULL;
	progress->step = next;
	progress->begun = progress->ended = progress->matches = progress->cut = false;
	progress->outcome = 0;
	progress->confirmed = 0;
}

/* A power cut in its middle: there is no line of its end. */
static void
add_resumed(struct progress *progress)
{
	const struct script_step *step = progress_step(progress);

	if (step != NULL && step->command.count > 0 && progress->begun && !progress->ended)
		progress->cut = true;
}

/* What a signal ended was cut off too, also when it is ours: its time was over. */
static void
add_end(struct progress *progress, const json_t *line)
{
	progress->ended = true;
	progress->matches = is_true(line, "matches");
	progress->cut = number_of(line, "status") > 128;
}

static void
add_done(struct progress *progress, const json_t *line)
{
	progress->done++;
	progress->deviations += strcmp(text_of(line, "result"), "deviation") == 0;
	go_on(progress);
}

static enum err
add_session(struct progress *progress, const json_t *line, struct err_trace *trace)
{
	free(progress->session);
	progress->session = is_true(line, "open") ? strdup(text_of(line, "quorum")) : NULL;
	return is_true(line, "open") && progress->session == NULL ? no_memory(trace) : ERR_OK;
}

/* A line about a step speaks of the one in hand. */
static enum err
check_step(const struct progress *progress, enum record_kind kind, const json_t *line,
    struct err_trace *trace)
{
	const bool of_step = kind == RECORD_BEGIN || kind == RECORD_END || kind == RECORD_FILLED ||
			     kind == RECORD_CONFIRMED || kind == RECORD_DECIDED ||
			     kind == RECORD_DONE;

	if (!of_step ||
	    (number_of(line, "step") == progress->step && progress_step(progress) != NULL))
		return ERR_OK;
	return FAIL(trace, ERR_FORMAT, "a line of the record is about step %u, not step %u",
	    number_of(line, "step"), progress->step);
}

enum err
progress_add(
    struct progress *progress, enum record_kind kind, const json_t *line, struct err_trace *trace)
{
	enum err err = check_step(progress, kind, line, trace);

	if (err != ERR_OK)
		return err;
	progress->paused = kind == RECORD_PAUSED;
	switch (kind) {
	case RECORD_OPEN:
		progress->began = json_integer_value(json_object_get(line, "time"));
		return ERR_OK;
	case RECORD_PERSON:
		return add_person(progress, line, trace);
	case RECORD_SESSION:
		return add_session(progress, line, trace);
	case RECORD_BEGIN:
		add_begin(progress);
		return ERR_OK;
	case RECORD_END:
		add_end(progress, line);
		return ERR_OK;
	case RECORD_RESUMED:
		add_resumed(progress);
		return ERR_OK;
	case RECORD_FILLED:
		return add_value(progress, line, trace);
	case RECORD_CONFIRMED:
		add_confirmed(progress, line);
		return ERR_OK;
	case RECORD_DECIDED:
		free(progress->taken);
		progress->taken = strdup(text_of(line, "taken"));
		return progress->taken == NULL ? no_memory(trace) : ERR_OK;
	case RECORD_DONE:
		add_done(progress, line);
		return ERR_OK;
	case RECORD_EXCEPTION:
		progress->exceptions++;
		progress->outcome = text_of(line, "outcome")[0];
		return ERR_OK;
	case RECORD_STOPPED:
		progress->stopped = true;
		return ERR_OK;
	case RECORD_FROZEN:
		progress->frozen = true;
		return ERR_OK;
	case RECORD_APPROVED:
	case RECORD_PREFLIGHT:
	case RECORD_NOTE:
	case RECORD_PAUSED:
	case RECORD_INVENTORY:
	case RECORD_STATEMENT:
	case RECORD_KIND__COUNT:
		return ERR_OK;
	}
	return FAIL(trace, ERR_INTERNAL, "a line of no kind");
}

/* ---- questions ----------------------------------------------------------------------------- */

static bool
is_filled(const struct progress *progress, const char *name)
{
	for (size_t i = 0; i < progress->value_count; i++)
		if (progress->values[i].step == progress->step &&
		    progress->values[i].round == progress->done &&
		    strcmp(progress->values[i].name, name) == 0)
			return true;
	return false;
}

/* What people still have to do once the command is through. */
static enum progress_next
next_by_hand(const struct progress *progress, const struct script_step *step, size_t *which)
{
	for (*which = 0; *which < step->record_count; (*which)++)
		if (!is_filled(progress, step->records[*which].name))
			return PROGRESS_FILL;
	for (*which = 0; *which < step->confirm.count; (*which)++)
		if ((progress->confirmed & bit(*which)) == 0)
			return PROGRESS_CONFIRM;
	if (step->choice_count > 0 && progress->taken == NULL)
		return PROGRESS_DECIDE;
	return PROGRESS_DONE;
}

enum progress_next
progress_next(const struct progress *progress, size_t *which)
{
	const struct script_step *step = progress_step(progress);

	*which = 0;
	if (progress->stopped || progress->frozen)
		return PROGRESS_STOPPED;
	if (progress->outcome == 's')
		return PROGRESS_STOPPING;
	if (step == NULL)
		return PROGRESS_COMPLETE;
	if (progress->outcome == 'r')
		return PROGRESS_AGAIN;
	if (progress->outcome == 'd')
		return step->choice_count > 0 && progress->taken == NULL ? PROGRESS_DECIDE
									 : PROGRESS_DONE;
	if (!progress->begun)
		return PROGRESS_BEGIN;
	if (step->command.count > 0 && !progress->ended)
		return PROGRESS_INTERRUPTED;
	if (step->command.count > 0 && !progress->matches)
		return PROGRESS_MISMATCH;
	return next_by_hand(progress, step, which);
}

const char *
progress_value(const struct progress *progress, const char *step, const char *name)
{
	const struct script_step *found = script_step(progress->script, step);

	for (size_t i = progress->value_count; found != NULL && i-- > 0;)
		if (progress->values[i].step == found->number &&
		    strcmp(progress->values[i].name, name) == 0)
			return progress->values[i].value;
	return NULL;
}

const char *
progress_who(const struct progress *progress, const char *role, const char *but)
{
	for (size_t i = 0; i < progress->person_count; i++) {
		const struct progress_person *person = &progress->persons[i];

		if (person->here && strcmp(person->role, role) == 0 &&
		    (but == NULL || strcmp(person->name, but) != 0))
			return person->name;
	}
	return NULL;
}

bool
progress_is_here(const struct progress *progress, const char *name)
{
	for (size_t i = 0; i < progress->person_count; i++)
		if (progress->persons[i].here && strcmp(progress->persons[i].name, name) == 0)
			return true;
	return false;
}

bool
progress_was_asked(const struct progress *progress, const char *role, const char *name)
{
	return find_person(progress, role, name) != NULL;
}
