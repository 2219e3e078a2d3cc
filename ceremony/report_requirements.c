/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What auditors ask for, in words of our own, and what of it the evidence has. An answer is made of
 * what was recorded and of nothing else: where that is nothing, the answer is null, and the pages
 * leave it open for a person. That a requirement is answered does not say that it is met.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/report_parts.h"

struct asked {
	const struct report_sources *from;
	const json_t *report;
};

/* ---- Answers ------------------------------------------------------------------------------- */

static size_t
length_of(const struct asked *asked, const char *list)
{
	return json_array_size(json_object_get(asked->report, list));
}

static json_t *answer(const char *fmt, ...) PRINTF_LIKE(1, 2);

static json_t *
answer(const char *fmt, ...)
{
	char *text = NULL;
	json_t *out;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0)
		return NULL;
	out = json_string(text);
	free(text);
	return out;
}

/* How many steps have that result; NULL: any. */
static unsigned
steps_done(const struct asked *asked, const char *result)
{
	const json_t *phase, *step;
	unsigned count = 0;
	size_t i, j;

	json_array_foreach (json_object_get(asked->report, "phases"), i, phase)
		json_array_foreach (json_object_get(phase, "steps"), j, step) {
			const char *its = json_string_value(json_object_get(step, "result"));

			count += its != NULL && (result == NULL || strcmp(its, result) == 0);
		}
	return count;
}

static json_t *
script_followed(const struct asked *asked)
{
	const unsigned done = steps_done(asked, NULL);

	if (done == 0)
		return json_null();
	return answer("script '%s', by its SHA-256; of %zu steps %u were done, %u of them as "
		      "written, %u with a deviation",
	    asked->from->script->name, asked->from->script->step_count, done,
	    steps_done(asked, "as-written"), steps_done(asked, "deviation"));
}

/* Who came in that stands for that; NULL: nobody did. */
static const char *
came(const struct asked *asked, const char *stands_for)
{
	const json_t *person;
	size_t i;

	json_array_foreach (json_object_get(asked->report, "attendance"), i, person) {
		const char *role = json_string_value(json_object_get(person, "role"));
		const struct script_role *of =
		    role == NULL ? NULL : script_role(asked->from->script, role);

		if (of != NULL && of->stands_for != NULL &&
		    json_is_true(json_object_get(person, "in")) &&
		    strcmp(of->stands_for, stands_for) == 0)
			return json_string_value(json_object_get(person, "person"));
	}
	return NULL;
}

static unsigned
additions(const struct asked *asked, const char *kind)
{
	const json_t *line;
	unsigned count = 0;
	size_t i;

	json_array_foreach (json_object_get(asked->report, "addendum"), i, line) {
		const char *its = json_string_value(json_object_get(line, "kind"));

		count += its != NULL && strcmp(its, kind) == 0;
	}
	return count;
}

static json_t *
auditor_or_video(const struct asked *asked)
{
	const char *auditor = came(asked, "auditor");
	const unsigned videos = additions(asked, "video");

	if (auditor != NULL && videos > 0)
		return answer(
		    "%s witnessed as auditor; %u video files by their hashes", auditor, videos);
	if (auditor != NULL)
		return answer("%s witnessed as auditor", auditor);
	return videos == 0 ? json_null() : answer("%u video files by their hashes", videos);
}

/* How many things of that kind were written down at the steps. */
static unsigned
filled(const struct asked *asked, const char *record)
{
	const json_t *phase, *step, *one;
	unsigned count = 0;
	size_t i, j, k;

	json_array_foreach (json_object_get(asked->report, "phases"), i, phase)
		json_array_foreach (json_object_get(phase, "steps"), j, step)
			json_array_foreach (json_object_get(step, "filled"), k, one) {
				const char *its = json_string_value(json_object_get(one, "record"));

				count += its != NULL && strcmp(its, record) == 0;
			}
	return count;
}

static json_t *
secured_place(const struct asked *asked)
{
	const unsigned entries = filled(asked, "access") + additions(asked, "access-log");

	if (entries == 0 || asked->from->sheet->place_name == NULL)
		return json_null();
	return answer("%s; %u entries of its access log", asked->from->sheet->place_name, entries);
}

/* Somebody beside the first who came. */
static bool
came_several(const struct asked *asked)
{
	const json_t *list = json_object_get(asked->report, "attendance"), *one;
	const json_t *first = json_object_get(json_array_get(list, 0), "person");
	size_t i;

	json_array_foreach (list, i, one)
		if (!json_equal(json_object_get(one, "person"), first))
			return true;
	return false;
}

/* One person alone is no control by several, however often they came in. */
static json_t *
several_people(const struct asked *asked)
{
	const size_t sessions = length_of(asked, "sessions"),
		     lines = length_of(asked, "attendance");

	if (!came_several(asked))
		return json_null();
	if (sessions == 0)
		return answer("attendance with roles and times (%zu lines)", lines);
	return answer("attendance with roles and times (%zu lines); %zu openings and closings of "
		      "quorums, M of N",
	    lines, sessions);
}

static json_t *
modules(const struct asked *asked)
{
	const json_t *device;
	size_t i;

	json_array_foreach (json_object_get(asked->report, "devices"), i, device)
		if (!json_is_string(json_object_get(device, "certificate")))
			return json_null();
	return i == 0 ? json_null() : answer("%zu devices, each with its certificate's number", i);
}

static json_t *
device_papers(const struct asked *asked)
{
	const json_t *device;
	size_t i;

	json_array_foreach (json_object_get(asked->report, "devices"), i, device)
		if (!json_is_string(json_object_get(device, "serial")) ||
		    !json_is_string(json_object_get(device, "firmware")))
			return json_null();
	return i == 0 ? json_null()
		      : answer("%zu devices, each with model, serial and firmware", i);
}

static json_t *
logged(const struct asked *asked)
{
	if (!asked->from->record.frozen)
		return json_null();
	return answer("a chained record of %zu lines, frozen; %zu files in its manifest",
	    asked->from->record.count, asked->from->verdict.files);
}

/* Who approved exactly the bytes that were followed, in which role. */
static json_t *
approved(const struct asked *asked)
{
	const json_t *one;
	json_t *out = json_null();
	size_t i;

	json_array_foreach (json_object_get(asked->report, "approvals"), i, one) {
		const char *before = json_string_value(out);
		json_t *longer = answer("%s%s%s (%s)", before == NULL ? "" : before,
		    before == NULL ? "the script, by " : ", ",
		    json_string_value(json_object_get(one, "person")),
		    json_string_value(json_object_get(one, "role")));

		json_decref(out);
		out = longer;
	}
	return out;
}

static json_t *
not_in_evidence(const struct asked *asked)
{
	(void)asked;
	return json_null();
}

static json_t *
roles_and_functions(const struct asked *asked)
{
	return answer("%zu roles with their duties and people; each step with who confirmed it, by "
		      "phase",
	    asked->from->script->role_count);
}

static json_t *
after_the_ceremony(const struct asked *asked)
{
	const size_t tasks = asked->from->script->afterwards_count;

	return tasks == 0 ? json_null()
			  : answer("%zu tasks afterwards, each with its owner", tasks);
}

static bool
has_said(const struct asked *asked, const char *stands_for)
{
	const json_t *one;
	size_t i;

	json_array_foreach (json_object_get(asked->report, "statements"), i, one) {
		const char *role = json_string_value(json_object_get(one, "role"));
		const struct script_role *of =
		    role == NULL ? NULL : script_role(asked->from->script, role);

		if (of != NULL && of->stands_for != NULL && strcmp(of->stands_for, stands_for) == 0)
			return true;
	}
	return false;
}

static json_t *
security_signed(const struct asked *asked)
{
	if (!has_said(asked, "security"))
		return json_null();
	return answer("the statement of the role that stands for security is in the record");
}

static json_t *
witness_signed(const struct asked *asked)
{
	if (!has_said(asked, "independent-witness") && !has_said(asked, "auditor"))
		return json_null();
	return answer("the statement of an independent witness is in the record");
}

static json_t *
stored_afterwards(const struct asked *asked)
{
	const unsigned things =
	    filled(asked, "stow") + additions(asked, "bag") + additions(asked, "safe");

	return things == 0 ? json_null() : answer("%u entries of bags and safes", things);
}

static json_t *
signed_off(const struct asked *asked)
{
	const size_t statements = length_of(asked, "statements");

	if (statements == 0)
		return json_null();
	return answer(
	    "%zu statements; %zu signatures of cards", statements, length_of(asked, "signatures"));
}

static json_t *
deviations(const struct asked *asked)
{
	if (!asked->from->record.frozen)
		return json_null();
	return answer("%u steps with a deviation, %zu exceptions", steps_done(asked, "deviation"),
	    length_of(asked, "exceptions"));
}

static json_t *
keys_known(const struct asked *asked)
{
	const json_t *device;
	size_t i, keys = 0;

	json_array_foreach (json_object_get(asked->report, "devices"), i, device)
		keys += json_array_size(json_object_get(device, "keys"));
	return keys == 0 ? json_null() : answer("%zu keys in the devices' inventory", keys);
}

static json_t *
entropy(const struct asked *asked)
{
	json_t *text = json_object_get(asked->report, "entropy");

	return json_is_string(text) ? json_incref(text) : json_null();
}

/* ---- The table ----------------------------------------------------------------------------- */

#define BR       "CA/Browser Forum BR 6.1.1.1"
#define ETSI     "ETSI EN 319 411-1 6.5.1"
#define WEBTRUST "WebTrust for CAs 4.1"

static const struct {
	const char *standard;
	const char *asks;
	json_t *(*answer)(const struct asked *asked);
} requirements[] = {
	{ BR, "A key generation script was prepared and followed", script_followed },
	{ BR, "A qualified auditor witnessed it, or the whole of it was filmed", auditor_or_video },
	{ BR, "The qualified auditor's own report", not_in_evidence },
	{ BR, "A physically secured environment", secured_place },
	{ BR, "Trusted roles, several people's control, split knowledge", several_people },
	{ BR, "Cryptographic modules that meet the requirements", modules },
	{ BR, "The generation was logged", logged },
	{ ETSI, "Roles, and what each does in which phase", roles_and_functions },
	{ ETSI, "Responsibilities during the ceremony and after it", after_the_ceremony },
	{ ETSI, "The evidence that was collected", logged },
	{ ETSI, "A secure cryptographic device, by its certificate", modules },
	{ ETSI, "The keys that were generated", keys_known },
	{ ETSI, "Signed by the role responsible for the security of key management",
	    security_signed },
	{ ETSI, "For a root: signed by a trustworthy person independent of the management",
	    witness_signed },
	{ WEBTRUST, "Roles and responsibilities of participants", roles_and_functions },
	{ WEBTRUST, "Management's approval of the ceremony", approved },
	{ WEBTRUST, "Hardware and software, with identifying marks such as serials",
	    device_papers },
	{ WEBTRUST, "The steps that were performed", script_followed },
	{ WEBTRUST, "Physical security of the place, with its access log", secured_place },
	{ WEBTRUST, "Source of the random numbers", entropy },
	{ WEBTRUST, "Where hardware and activation material went afterwards", stored_afterwards },
	{ WEBTRUST, "Sign-off of participants and witnesses", signed_off },
	{ WEBTRUST, "Deviations from the script", deviations },
};

json_t *
report_requirements(const struct report_sources *from, const json_t *report)
{
	const struct asked asked = { from, report };
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < sizeof(requirements) / sizeof(*requirements); i++) {
		json_t *row = json_pack("{s:s, s:s, s:o}", "standard", requirements[i].standard,
		    "asks", requirements[i].asks, "answer", requirements[i].answer(&asked));

		if (json_array_append_new(list, row) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}
