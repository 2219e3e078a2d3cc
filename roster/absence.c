/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/absence.h"

#include "base/clock.h"
#include "roster/person_internal.h"
#include "roster/roster_internal.h"

static enum err
check_span(struct roster *roster, const struct roster_absence *absence, struct err_trace *trace)
{
	char until[CLOCK_DATE];

	clock_format_date(absence->until, until);
	if (absence->until <= roster_now(roster)) {
		err_next(trace, "Give the day on which they are back.");
		return FAIL(trace, ERR_ARGUMENT, "an absence until %s is over already", until);
	}
	if (absence->until <= absence->from) {
		err_next(trace, "Give a day of return after the first day away.");
		return FAIL(
		    trace, ERR_ARGUMENT, "an absence until %s ends before it begins", until);
	}
	return ERR_OK;
}

/* Nobody is away who has left. */
static enum err
check_here(struct roster *roster, const struct roster_absence *absence, struct err_trace *trace)
{
	struct roster_person person;
	char date[CLOCK_DATE];
	enum err err = person_check_present(roster, &absence->person, trace);

	if (err == ERR_OK)
		err = roster_person_get(roster, &absence->person, &person, trace);
	if (err != ERR_OK || !roster_person_has_left(&person, absence->from))
		return err;
	clock_format_date(person.departed, date);
	return FAIL(trace, ERR_ABSENT, "'%s' leaves on %s, before that absence", person.name, date);
}

enum err
roster_person_away(
    struct roster *roster, const struct roster_absence *absence, struct err_trace *trace)
{
	struct roster_absence settled = *absence;
	enum err err;

	if (settled.from == 0)
		settled.from = roster_now(roster);
	err = check_span(roster, &settled, trace);
	if (err == ERR_OK)
		err = check_here(roster, &settled, trace);
	if (err != ERR_OK)
		return err;
	return event_append(roster, "person.away",
	    json_pack("{s:o, s:I, s:I}", "person", member_of_id(&settled.person), "from",
		(json_int_t)settled.from, "until", (json_int_t)settled.until),
	    trace);
}

/* Whether there is anything to end, or to take back. */
static enum err
check_away(
    struct roster *roster, const struct roster_id *person, bool planned, struct err_trace *trace)
{
	const int64_t now = roster_now(roster);
	int64_t begun = 0;
	int64_t ahead = 0;
	char name[ROSTER_NAME];
	enum err err = db_ask_integer(roster->db,
	    DB_CALL("SELECT count(*) FROM absence WHERE person = ?1 AND begins <= ?2 AND ends > ?2",
		db_blob(person->bytes, ROSTER_ID_SIZE), db_integer(now)),
	    0, &begun, trace);

	if (err == ERR_OK)
		err = db_ask_integer(roster->db,
		    DB_CALL("SELECT count(*) FROM absence WHERE person = ?1 AND begins > ?2",
			db_blob(person->bytes, ROSTER_ID_SIZE), db_integer(now)),
		    0, &ahead, trace);
	if (err != ERR_OK || (planned ? ahead : begun) > 0)
		return err;
	person_name(roster, person, name, sizeof(name));
	if (!planned && ahead > 0)
		err_next(trace, "An absence is planned; --planned takes it back.");
	return FAIL(trace, ERR_NOT_NOW,
	    planned ? "no absence of '%s' is planned" : "'%s' is not away", name);
}

enum err
roster_person_back(
    struct roster *roster, const struct roster_id *person, bool planned, struct err_trace *trace)
{
	enum err err = person_check_present(roster, person, trace);

	if (err == ERR_OK)
		err = check_away(roster, person, planned, trace);
	if (err != ERR_OK)
		return err;
	return event_append(roster, "person.back",
	    json_pack("{s:o, s:b}", "person", member_of_id(person), "planned", planned ? 1 : 0),
	    trace);
}

static bool
read_absence(const struct db_rows *rows, void *item)
{
	struct roster_absence *absence = item;

	absence->from = db_get_integer(rows, 1);
	absence->until = db_get_integer(rows, 2);
	return db_copy_blob(rows, 0, absence->person.bytes, ROSTER_ID_SIZE);
}

enum err
roster_absences(struct roster *roster, const struct roster_id *person_or_null,
    struct roster_absence **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_absence), read_absence };
	void *absences = NULL;
	/* Two statements, so that one person's are found by the index. */
	const struct db_call *call =
	    person_or_null == NULL
		? DB_CALL0("SELECT person, begins, ends FROM absence ORDER BY begins, ordinal")
		: DB_CALL("SELECT person, begins, ends FROM absence WHERE person = ?1 "
			  "ORDER BY begins, ordinal",
		      db_blob(person_or_null->bytes, ROSTER_ID_SIZE));
	const enum err err = db_all(roster->db, call, &shape, &absences, count, trace);

	if (err == ERR_OK)
		*out = absences;
	return err;
}

bool
roster_is_away(const struct roster_absence *absences, size_t count, int64_t at, int64_t *until)
{
	int64_t end = at;

	/* By beginning, so that one pass finds what joins on. */
	for (size_t i = 0; i < count; i++) {
		if (absences[i].from <= end && absences[i].until > end)
			end = absences[i].until;
	}
	if (end == at)
		return false;
	*until = end;
	return true;
}

static enum err
apply_away(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id person;
	const enum err err = person_note(db, event, &person, trace);

	if (err != ERR_OK)
		return err;
	return db_run(db,
	    DB_CALL("INSERT INTO absence(person, begins, ends) VALUES(?1, ?2, ?3)",
		db_blob(person.bytes, sizeof(person.bytes)),
		db_integer(member_integer(event->body, "from")),
		db_integer(member_integer(event->body, "until"))),
	    trace);
}

static enum err
apply_back(struct db *db, const struct event *event, struct err_trace *trace)
{
	const char *sql =
	    member_bool(event->body, "planned")
		? "DELETE FROM absence WHERE person = ?1 AND begins > ?2"
		: "UPDATE absence SET ends = ?2 WHERE person = ?1 AND begins <= ?2 AND ends > ?2";
	struct roster_id person;
	const enum err err = person_note(db, event, &person, trace);

	if (err != ERR_OK)
		return err;
	return db_run(db,
	    &(const struct db_call){ sql,
		(const struct db_value[]){
		    db_blob(person.bytes, sizeof(person.bytes)), db_integer(event->time) },
		2 },
	    trace);
}

static const struct member away_members[] = {
	MEMBER_AN_ID("person"),
	MEMBER_A_TIME("from"),
	MEMBER_A_TIME("until"),
	MEMBER_END,
};
static const struct member back_members[] = {
	MEMBER_AN_ID("person"),
	MEMBER_A_BOOL("planned"),
	MEMBER_END,
};

const struct event_type absence_events[] = {
	{ "person.away", away_members, apply_away },
	{ "person.back", back_members, apply_back },
	{ 0 },
};
