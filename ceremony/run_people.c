/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is in the room, and in which role. */
#include "ceremony/run_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/chain.h"
#include "custody/attendant.h"

#define ADMINISTRATOR "administrator"

static enum err
write_person(struct running *run, const char *name, const char *role, const char *how,
    struct err_trace *trace)
{
	return run_write(run, RECORD_PERSON,
	    json_pack("{s:o, s:s, s:b, s:b}", "person", chain_text(name), "role", role, "in",
		strcmp(how, "absent") != 0, "deputy", strcmp(how, "deputy") == 0),
	    trace);
}

static enum err
ask_person(struct running *run, const struct sheet_person *person, struct err_trace *trace)
{
	static const struct attendant_menu_row rows[] = {
		{ "here", "is in the room, and fills the role" },
		{ "absent", "does not come; 'in' takes back who comes later" },
		{ "deputy", "does not come, and the deputy is here" },
	};
	struct attendant *attendant = run->input->attendant;
	char text[512];
	const struct attendant_menu menu = { text, rows, person->deputy == NULL ? 2 : 3 };
	size_t taken = 0;
	enum err err;

	snprintf(text, sizeof(text), "Who is in the room: %s, as %s.%s%s", person->name,
	    person->role, person->deputy == NULL ? "" : " The deputy is ",
	    person->deputy == NULL ? "" : person->deputy);
	err = attendant->menu(attendant->context, &menu, &taken, trace);
	if (err != ERR_OK)
		return err;
	if (taken == 2) {
		err = write_person(run, person->name, person->role, "absent", trace);
		return err == ERR_OK
			   ? write_person(run, person->deputy, person->role, "deputy", trace)
			   : err;
	}
	return write_person(run, person->name, person->role, rows[taken].word, trace);
}

enum err
run_roll_call(struct running *run, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < run->sheet->person_count; i++) {
		const struct sheet_person *person = &run->sheet->people[i];

		if (!progress_was_asked(&run->progress, person->role, person->name))
			err = ask_person(run, person, trace);
	}
	return err;
}

/* Names for a menu; those of people who are `here`, each once. */
struct names {
	const char *name[64];
	size_t count;
};

static void
add_name(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->name[i], name) == 0)
			return;
	if (names->count < sizeof(names->name) / sizeof(*names->name))
		names->name[names->count++] = name;
}

enum err
run_ask_who(struct running *run, const char *text, const char *but, const char **out,
    struct err_trace *trace)
{
	struct names names = { .count = 0 };
	struct script_words of = { 0, names.name };
	size_t taken = 0;
	enum err err;

	for (size_t i = 0; i < run->progress.person_count; i++) {
		const struct progress_person *person = &run->progress.persons[i];

		if (person->here && (but == NULL || strcmp(person->name, but) != 0))
			add_name(&names, person->name);
	}
	if (names.count == 0)
		return FAIL(
		    trace, ERR_ABSENT, "nobody%s is in the room", but == NULL ? "" : " else");
	of.count = names.count;
	err = run_choose(run, text, &of, &taken, trace);
	if (err == ERR_OK)
		*out = names.name[taken];
	return err;
}

/* People of the sheet, deputies too, who are not in the room in that role. */
struct seat {
	const char *name;
	const char *role;
	bool deputy;
};

struct seats {
	struct seat seat[64];
	char label[64][200];
	const char *word[64];
	size_t count;
};

static void
add_seat(struct seats *seats, const struct running *run, const struct seat *seat)
{
	for (size_t i = 0; i < run->progress.person_count; i++) {
		const struct progress_person *person = &run->progress.persons[i];

		if (person->here && strcmp(person->name, seat->name) == 0 &&
		    strcmp(person->role, seat->role) == 0)
			return;
	}
	if (seats->count == sizeof(seats->seat) / sizeof(*seats->seat))
		return;
	snprintf(seats->label[seats->count], sizeof(seats->label[0]), "%s as %s", seat->name,
	    seat->role);
	seats->word[seats->count] = seats->label[seats->count];
	seats->seat[seats->count++] = *seat;
}

enum err
run_person_in(struct running *run, struct err_trace *trace)
{
	struct seats *seats = calloc(1, sizeof(*seats));
	struct script_words of;
	size_t taken = 0;
	enum err err = ERR_OK;

	if (seats == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	for (size_t i = 0; i < run->sheet->person_count; i++) {
		const struct sheet_person *person = &run->sheet->people[i];

		add_seat(seats, run, &(struct seat){ person->name, person->role, false });
		if (person->deputy != NULL)
			add_seat(seats, run, &(struct seat){ person->deputy, person->role, true });
	}
	of = (struct script_words){ seats->count, seats->word };
	if (seats->count > 0)
		err = run_choose(run, "Who comes in?", &of, &taken, trace);
	if (err == ERR_OK && seats->count > 0)
		err = write_person(run, seats->seat[taken].name, seats->seat[taken].role,
		    seats->seat[taken].deputy ? "deputy" : "here", trace);
	free(seats);
	return err;
}

enum err
run_person_out(struct running *run, struct err_trace *trace)
{
	const char *who = NULL;
	enum err err = run_ask_who(run, "Who goes out?", NULL, &who, trace);

	for (size_t i = 0; err == ERR_OK && i < run->progress.person_count; i++) {
		const struct progress_person person = run->progress.persons[i];

		if (person.here && strcmp(person.name, who) == 0)
			err = write_person(run, person.name, person.role, "absent", trace);
	}
	return err;
}

/* ---- who is needed ------------------------------------------------------------------------- */

static unsigned
count_here(const struct running *run, const char *role)
{
	unsigned count = 0;

	for (size_t i = 0; i < run->progress.person_count; i++)
		count += run->progress.persons[i].here &&
			 strcmp(run->progress.persons[i].role, role) == 0;
	return count;
}

static bool
is_here_as(const struct running *run, const char *name, const char *role)
{
	for (size_t i = 0; name != NULL && i < run->progress.person_count; i++) {
		const struct progress_person *person = &run->progress.persons[i];

		if (person->here && strcmp(person->name, name) == 0 &&
		    strcmp(person->role, role) == 0)
			return true;
	}
	return false;
}

const char *
run_seated(const struct running *run, const char *word, const char *but)
{
	const struct script_seat seat = script_seat(word);
	const struct sheet_person *of = sheet_seated(run->sheet, word);
	const char *found = NULL;

	if (seat.nth == 0)
		return progress_who(&run->progress, seat.role, but);
	if (of != NULL && is_here_as(run, of->name, seat.role))
		found = of->name;
	else if (of != NULL && is_here_as(run, of->deputy, seat.role))
		found = of->deputy;
	return found != NULL && but != NULL && strcmp(found, but) == 0 ? NULL : found;
}

static bool
names_role(const struct script_words *words, const char *role)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->word[i], role) == 0)
			return true;
	return false;
}

bool
run_all_here(const struct running *run, char *missing, size_t size)
{
	const struct script_step *step = progress_step(&run->progress);
	size_t at = 0;

	missing[0] = '\0';
	for (size_t i = 0; step != NULL && i < run->script->role_count; i++) {
		const struct script_role *role = &run->script->roles[i];
		const bool present = role->always || names_role(&step->present, role->name);
		const unsigned least = present ? role->least : 0;
		const unsigned here = count_here(run, role->name);
		int n = 0;

		if (here < least)
			n = snprintf(missing + at, size - at, "%s%s (%u of %u here)",
			    at == 0 ? "" : ", ", role->name, here, least);
		if (n > 0 && at + (size_t)n < size)
			at += (size_t)n;
	}
	for (size_t i = 0; step != NULL && i < step->confirm.count; i++) {
		const char *word = step->confirm.word[i];
		const struct sheet_person *of = sheet_seated(run->sheet, word);
		int n = 0;

		if (run_seated(run, word, NULL) == NULL)
			n = snprintf(missing + at, size - at, "%s%s (%s)", at == 0 ? "" : ", ",
			    of == NULL ? word : of->name, of == NULL ? "to confirm" : of->role);
		if (n > 0 && at + (size_t)n < size)
			at += (size_t)n;
	}
	return at == 0;
}

const char *
run_first_person(const struct running *run)
{
	const char *administrator = progress_who(&run->progress, ADMINISTRATOR, NULL);

	return administrator == NULL ? run->input->by : administrator;
}

const char *
run_second_person(const struct running *run)
{
	const struct script_step *step = progress_step(&run->progress);
	const char *first = run_first_person(run), *found = NULL;

	for (size_t i = 0; step != NULL && found == NULL && i < step->confirm.count; i++)
		found = run_seated(run, step->confirm.word[i], first);
	for (size_t i = 0; step != NULL && found == NULL && i < step->present.count; i++)
		found = progress_who(&run->progress, step->present.word[i], first);
	for (size_t i = 0; found == NULL && i < run->progress.person_count; i++) {
		const struct progress_person *person = &run->progress.persons[i];

		if (person->here && strcmp(person->name, first) != 0)
			found = person->name;
	}
	return found == NULL ? "" : found;
}
