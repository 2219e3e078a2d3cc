/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/appointment.h"

#include "base/clock.h"
#include "roster/content.h"
#include "roster/person_internal.h"
#include "roster/policy.h"
#include "roster/roster_internal.h"

static enum err
check_texts(const struct roster_appoint *appoint, struct err_trace *trace)
{
	const struct person_text texts[] = {
		{ "who appoints", appoint->by, ROSTER_TEXT },
		{ "the proof of identity", appoint->identity, ROSTER_TEXT },
		{ "the background check", appoint->background, ROSTER_TEXT },
		{ "the training", appoint->training, ROSTER_TEXT },
	};
	enum err err = ERR_OK;

	if (appoint->by == NULL)
		return FAIL(trace, ERR_ARGUMENT, "who appoints is needed");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && err == ERR_OK; i++)
		err = person_check_text(&texts[i], trace);
	return err;
}

/* How long the acknowledgement holds: as said, and never longer than the policy allows. */
static enum err
settle_end(struct roster *roster, const struct roster_appoint *appoint, int64_t *until,
    struct err_trace *trace)
{
	int64_t days = 0;
	enum err err =
	    roster_policy_get(roster, ROSTER_POLICY_ACKNOWLEDGEMENT_DAYS, 0, &days, trace);

	*until = appoint->acknowledged_until;
	if (err != ERR_OK)
		return err;
	if (appoint->acknowledged == 0)
		return *until == 0
			   ? ERR_OK
			   : FAIL(trace, ERR_ARGUMENT, "an end without the day of the signature");
	if (appoint->acknowledged > roster_now(roster)) {
		err_next(trace, "Give this command again on the day it is signed, or leave "
				"--acknowledged out.");
		return FAIL(trace, ERR_ARGUMENT, "an acknowledgement signed in the future");
	}
	const int64_t longest = appoint->acknowledged + days * CLOCK_DAY;
	if (*until == 0)
		*until = longest;
	if (*until <= appoint->acknowledged)
		return FAIL(trace, ERR_ARGUMENT, "the acknowledgement ends before it was signed");
	if (*until > longest) {
		err_next(
		    trace, "Give an earlier end, or none. 'quorate policy show' has the limit.");
		return FAIL(trace, ERR_DENIED,
		    "the policy lets an acknowledgement hold for %lld days", (long long)days);
	}
	return ERR_OK;
}

static json_t *
time_or_null(int64_t time)
{
	return time != 0 ? json_integer(time) : NULL;
}

static enum err
append_appointment(struct roster *roster, const struct roster_appoint *appoint, int64_t until,
    struct err_trace *trace)
{
	json_t *by = NULL;
	json_t *identity = NULL;
	json_t *background = NULL;
	json_t *training = NULL;
	enum err err = person_put_text(roster, appoint->by, &by, trace);

	if (err == ERR_OK)
		err = person_put_text(roster, appoint->identity, &identity, trace);
	if (err == ERR_OK)
		err = person_put_text(roster, appoint->background, &background, trace);
	if (err == ERR_OK)
		err = person_put_text(roster, appoint->training, &training, trace);
	if (err == ERR_OK)
		err = event_append(roster, "person.appoint",
		    json_pack("{s:o, s:O, s:O*, s:O*, s:O*, s:o*, s:o*, s:o*}", "person",
			member_of_id(&appoint->person), "by", by, "identity", identity,
			"background", background, "training", training, "document",
			appoint->document != NULL ? member_of_hash(appoint->document) : NULL,
			"acknowledged", time_or_null(appoint->acknowledged), "until",
			time_or_null(until)),
		    trace);
	json_decref(by);
	json_decref(identity);
	json_decref(background);
	json_decref(training);
	return err;
}

enum err
roster_person_appoint(
    struct roster *roster, const struct roster_appoint *appoint, struct err_trace *trace)
{
	int64_t until = 0;
	enum err err = person_check_present(roster, &appoint->person, trace);

	if (err == ERR_OK)
		err = check_texts(appoint, trace);
	if (err == ERR_OK)
		err = settle_end(roster, appoint, &until, trace);
	if (err == ERR_OK)
		err = roster_begin(roster, trace);
	if (err != ERR_OK)
		return err;
	err = append_appointment(roster, appoint, until, trace);
	return roster_end(roster, err, trace);
}

static bool
read_appointment(const struct db_rows *rows, void *item)
{
	struct roster_appointment *appointment = item;

	appointment->time = db_get_integer(rows, 0);
	db_copy_text(rows, 1, appointment->by, sizeof(appointment->by));
	db_copy_text(rows, 2, appointment->identity, sizeof(appointment->identity));
	db_copy_text(rows, 3, appointment->background, sizeof(appointment->background));
	db_copy_text(rows, 4, appointment->training, sizeof(appointment->training));
	appointment->acknowledged = db_get_integer(rows, 6);
	appointment->acknowledged_until = db_get_integer(rows, 7);
	appointment->has_document = !db_is_null(rows, 5);
	return !appointment->has_document ||
	       db_copy_blob(rows, 5, appointment->document.bytes, ROSTER_HASH_SIZE);
}

enum err
roster_appointments(struct roster *roster, const struct roster_id *person,
    struct roster_appointment **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_appointment),
		read_appointment };
	void *appointments = NULL;
	const enum err err = db_all(roster->db,
	    DB_CALL("SELECT a.time, CAST(w.bytes AS TEXT), CAST(i.bytes AS TEXT), "
		    "CAST(b.bytes AS TEXT), CAST(t.bytes AS TEXT), a.document, a.acknowledged, "
		    "a.acknowledged_until FROM appointment a "
		    "LEFT JOIN content w ON w.hash = a.authority "
		    "LEFT JOIN content i ON i.hash = a.identity "
		    "LEFT JOIN content b ON b.hash = a.background "
		    "LEFT JOIN content t ON t.hash = a.training "
		    "WHERE a.person = ?1 ORDER BY a.ordinal",
		db_blob(person->bytes, ROSTER_ID_SIZE)),
	    &shape, &appointments, count, trace);

	if (err == ERR_OK)
		*out = appointments;
	return err;
}

static enum err
insert_appointment(struct db *db, const struct event *event, const struct roster_id *person,
    struct err_trace *trace)
{
	const json_t *body = event->body;
	struct roster_hash by, identity, background, training, document;

	return db_run(db,
	    DB_CALL("INSERT INTO appointment(person, time, authority, identity, background, "
		    "training, document, acknowledged, acknowledged_until) "
		    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		db_blob(person->bytes, ROSTER_ID_SIZE), db_integer(event->time),
		person_content(body, "by", &by), person_content(body, "identity", &identity),
		person_content(body, "background", &background),
		person_content(body, "training", &training),
		person_content(body, "document", &document),
		db_integer(member_integer(body, "acknowledged")),
		db_integer(member_integer(body, "until"))),
	    trace);
}

static enum err
apply_appoint(struct db *db, const struct event *event, struct err_trace *trace)
{
	const int64_t until = member_integer(event->body, "until");
	struct roster_id person;
	enum err err = person_note(db, event, &person, trace);

	if (err == ERR_OK)
		err = insert_appointment(db, event, &person, trace);
	if (err != ERR_OK || until == 0)
		return err;
	return db_run(db,
	    DB_CALL("UPDATE person SET acknowledged_until = ?2 WHERE id = ?1",
		db_blob(person.bytes, sizeof(person.bytes)), db_integer(until)),
	    trace);
}

#define MAYBE_A_TIME(n)                                                                            \
	{                                                                                          \
		.name = (n), .kind = MEMBER_INTEGER, .optional = true, .min = 1,                   \
		.max = MEMBER_TIME_MAX, .is_time = true                                            \
	}

static const struct member appoint_members[] = {
	MEMBER_AN_ID("person"),
	MEMBER_A_PERSONAL("by"),
	MEMBER_MAYBE_PERSONAL("identity"),
	MEMBER_MAYBE_PERSONAL("background"),
	MEMBER_MAYBE_PERSONAL("training"),
	{ .name = "document", .kind = MEMBER_HEX, .optional = true, .min = 32, .max = 32 },
	MAYBE_A_TIME("acknowledged"),
	MAYBE_A_TIME("until"),
	MEMBER_END,
};

const struct event_type appointment_events[] = {
	{ "person.appoint", appoint_members, apply_appoint },
	{ 0 },
};
