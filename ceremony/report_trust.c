/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "base/clock.h"
#include "base/encode.h"
#include "ceremony/addendum.h"
#include "ceremony/report_parts.h"
#include "roster/appointment.h"
#include "roster/person.h"

static enum err
set(json_t *report, const char *name, json_t *value, struct err_trace *trace)
{
	if (json_object_set_new(report, name, value) != 0)
		return FAIL(trace, ERR_NOMEM, "no memory for a report");
	return ERR_OK;
}

static json_t *
signatures_json(const struct bundle_verdict *verdict)
{
	json_t *list = json_array();

	for (size_t i = 0; i < verdict->signature_count; i++) {
		const struct bundle_signature *signature = &verdict->signatures[i];
		char fingerprint[2 * SHA256_SIZE + 1];

		hex_encode(signature->fingerprint, SHA256_SIZE, fingerprint);
		(void)json_array_append_new(
		    list, json_pack("{s:s, s:s, s:s, s:s, s:i, s:b, s:b}", "card", signature->card,
			      "person", signature->person, "role", signature->role, "fingerprint",
			      fingerprint, "line", (int)signature->line, "right", signature->right,
			      "known", signature->known));
	}
	return list;
}

static json_t *
findings_json(const struct bundle_verdict *verdict)
{
	json_t *list = json_array();

	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct bundle_finding *finding = &verdict->findings[i];

		(void)json_array_append_new(list,
		    json_pack("{s:s, s:b, s:s}", "kind", bundle_finding_word(finding->kind), "note",
			bundle_finding_is_note(finding->kind), "what", finding->what));
	}
	return list;
}

/* As far as it can be read; what cannot is among the findings. */
static json_t *
addendum_json(const struct report_sources *from)
{
	struct addendum addendum = { .count = 0 };
	json_t *list = json_array();

	(void)!addendum_read(from->question->evidence, from->verdict.head, &addendum, NULL);
	for (size_t i = 0; i < addendum.count; i++) {
		json_t *line = json_deep_copy(addendum.line[i].json);

		(void)json_object_del(line, "v");
		(void)json_object_del(line, "prev");
		(void)json_object_set_new(line, "time", report_time(addendum.line[i].time));
		(void)json_array_append_new(list, line);
	}
	addendum_free(&addendum);
	return list;
}

/* ---- Appointments, where a roster knows them ----------------------------------------------- */

static void
add_appointments(struct roster *roster, const char *name, json_t *list)
{
	struct roster_appointment *made = NULL;
	struct roster_person person;
	char day[CLOCK_DATE];
	size_t count = 0;

	if (roster_person_find(roster, name, &person, NULL) != ERR_OK ||
	    roster_appointments(roster, &person.id, &made, &count, NULL) != ERR_OK)
		return;
	for (size_t i = 0; i < count; i++) {
		clock_format_date(made[i].time, day);
		(void)json_array_append_new(
		    list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "person", name, "recorded",
			      day, "by", made[i].by, "identity", made[i].identity, "background",
			      made[i].background, "training", made[i].training));
	}
	free(made);
}

static json_t *
appointments_json(const struct report_sources *from)
{
	json_t *list;

	if (from->question->roster == NULL)
		return json_null();
	list = json_array();
	for (size_t i = 0; i < from->sheet->person_count; i++)
		add_appointments(from->question->roster, from->sheet->people[i].name, list);
	return list;
}

enum err
report_trust(const struct report_sources *from, json_t *report, struct err_trace *trace)
{
	const struct bundle_verdict *verdict = &from->verdict;
	enum err err = set(report, "verifies", json_boolean(verdict->well), trace);

	if (err == ERR_OK)
		err = set(report, "signatures", signatures_json(verdict), trace);
	if (err == ERR_OK)
		err = set(report, "findings", findings_json(verdict), trace);
	if (err == ERR_OK)
		err = set(report, "addendum", addendum_json(from), trace);
	if (err == ERR_OK)
		err = set(report, "appointments", appointments_json(from), trace);
	return err;
}
