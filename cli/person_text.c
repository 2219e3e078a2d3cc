/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/person_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "roster/absence.h"
#include "roster/appointment.h"
#include "roster/card.h"
#include "roster/departure.h"
#include "roster/log.h"

const char *
roles_text(unsigned roles, char out[ROLES_TEXT])
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned role = 1; role <= ROSTER_ROLES_ALL; role <<= 1)
		if ((roles & role) != 0 && len < ROLES_TEXT)
			len += (size_t)snprintf(out + len, ROLES_TEXT - len, "%s%s",
			    len == 0 ? "" : ", ", roster_role_word(role));
	return out;
}

enum err
roles_parse(const struct names *names, unsigned *out, struct err_trace *trace)
{
	unsigned roles = 0, role;

	for (size_t i = 0; i < names->count; i++) {
		if (!roster_role_parse(names->name[i], &role)) {
			err_next(trace, "Roles are custodian, deputy, administrator, "
					"security-officer, witness, auditor and keeper.");
			return FAIL(trace, ERR_ARGUMENT, "'%s' is not a role", names->name[i]);
		}
		roles |= role;
	}
	*out = roles;
	return ERR_OK;
}

/* "alice", or empty where nobody is named. */
static const char *
name_of(struct cli *cli, const struct roster_id *id, struct roster_person *person)
{
	if (!roster_id_is_set(id) ||
	    roster_person_get(cli->custody.roster, id, person, NULL) != ERR_OK)
		return "";
	return person->name;
}

json_t *
person_json(struct cli *cli, const struct roster_person *person)
{
	json_t *roles = json_array();
	struct roster_person deputy;
	char id[ROSTER_ID_TEXT];

	for (unsigned role = 1; role <= ROSTER_ROLES_ALL; role <<= 1)
		if ((person->roles & role) != 0)
			json_array_append_new(roles, json_string(roster_role_word(role)));
	roster_id_format(&person->id, id);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:b}", "id", id,
	    "name", person->name, "contact", person->contact, "site", person->site, "employer",
	    person->employer, "line", person->line, "deputy",
	    name_of(cli, &person->deputy, &deputy), "roles", roles, "since",
	    (json_int_t)person->since, "departed", (json_int_t)person->departed,
	    "acknowledged_until", (json_int_t)person->acknowledged_until, "erased",
	    (int)person->is_erased);
}

enum err
person_presence(struct cli *cli, const struct roster_person *person, char out[PRESENCE_TEXT],
    struct err_trace *trace)
{
	const int64_t now = roster_now(cli->custody.roster);
	struct roster_absence *absences = NULL;
	size_t count = 0;
	int64_t until = 0;
	char date[CLOCK_DATE];
	size_t len = 0;
	enum err err;

	out[0] = '\0';
	clock_format_date(person->departed, date);
	if (person->departed != 0)
		len = (size_t)snprintf(out, PRESENCE_TEXT, ", %s on %s",
		    roster_person_has_left(person, now) ? "left" : "leaves", date);
	if (roster_person_has_left(person, now))
		return ERR_OK;
	err = roster_absences(cli->custody.roster, &person->id, &absences, &count, trace);
	if (err != ERR_OK)
		return err;
	if (roster_is_away(absences, count, now, &until)) {
		clock_format_date(until, date);
		snprintf(out + len, PRESENCE_TEXT - len, ", away until %s", date);
	}
	free(absences);
	return ERR_OK;
}

/* ---- show ---------------------------------------------------------------------------------- */

/* What is put together of one person: a document, or lines as they come. */
struct shown {
	struct cli *cli;
	const struct roster_person *person;
	json_t *document; /* NULL: text */
};

static void
print_known(const struct shown *shown, const char *presence)
{
	const struct roster_person *person = shown->person;
	struct roster_person deputy;
	const struct {
		const char *word;
		const char *value;
	} rows[] = {
		{ "contact", person->contact },
		{ "site", person->site },
		{ "employer", person->employer },
		{ "reports to", person->line },
		{ "deputy", name_of(shown->cli, &person->deputy, &deputy) },
	};
	char roles[ROLES_TEXT];
	char time[CLI_TIME];

	fprintf(shown->cli->out, "%s: %s, since %s%s\n", person->name,
	    roles_text(person->roles, roles), cli_time(person->since, time), presence);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].value[0] != '\0')
			fprintf(shown->cli->out, "  %s: %s\n", rows[i].word, rows[i].value);
}

/* What was said of a card, and whether that is what it counts as. */
static void
print_card(
    const struct shown *shown, const struct roster_card *card, const struct roster_card_fate *said)
{
	const int64_t now = roster_now(shown->cli->custody.roster);
	const bool has_left = roster_person_has_left(shown->person, now);
	const char *said_word = said == NULL ? "" : roster_fate_word(said->fate);
	const char *word = roster_fate_word(roster_fate_at(shown->person, said, now));

	if (shown->document != NULL) {
		json_array_append_new(json_object_get(shown->document, "cards"),
		    json_pack("{s:s, s:s, s:s, s:s}", "card", card->name, "serial", card->serial,
			"said", said_word, "counts_as", has_left ? word : ""));
		return;
	}
	fprintf(shown->cli->out, "  card %s, serial %s", card->name, card->serial);
	if (has_left)
		fprintf(shown->cli->out, ": %s%s", word,
		    strcmp(word, said_word) != 0 && said != NULL
			? " (what was expected is not confirmed)"
			: "");
	else if (shown->person->departed != 0 && said != NULL)
		fprintf(shown->cli->out, ": expected to be %s", said_word);
	fputc('\n', shown->cli->out);
}

static enum err
show_cards(const struct shown *shown, struct err_trace *trace)
{
	struct roster *roster = shown->cli->custody.roster;
	struct roster_card_fate *fates = NULL;
	struct roster_card *cards = NULL;
	size_t fate_count = 0;
	size_t count = 0;
	enum err err = roster_fates(roster, &shown->person->id, &fates, &fate_count, trace);

	if (err == ERR_OK)
		err = roster_card_list(roster, NULL, &cards, &count, trace);
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		const struct roster_card_fate *said = NULL;

		if (!roster_id_equal(&cards[i].custodian, &shown->person->id) ||
		    cards[i].state == ROSTER_CARD_ABANDONED)
			continue;
		for (size_t j = 0; j < fate_count; j++)
			if (roster_id_equal(&fates[j].card, &cards[i].id))
				said = &fates[j];
		print_card(shown, &cards[i], said);
	}
	free(fates);
	free(cards);
	return err;
}

static enum err
show_absences(const struct shown *shown, struct err_trace *trace)
{
	struct roster_absence *absences = NULL;
	size_t count = 0;
	char from[CLOCK_DATE];
	char until[CLOCK_DATE];
	const enum err err = roster_absences(
	    shown->cli->custody.roster, &shown->person->id, &absences, &count, trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < count; i++) {
		clock_format_date(absences[i].from, from);
		clock_format_date(absences[i].until, until);
		if (shown->document != NULL)
			json_array_append_new(json_object_get(shown->document, "absences"),
			    json_pack("{s:I, s:I}", "from", (json_int_t)absences[i].from, "until",
				(json_int_t)absences[i].until));
		else
			fprintf(shown->cli->out, "  away from %s, back on %s\n", from, until);
	}
	free(absences);
	return ERR_OK;
}

static json_t *
appointment_json(const struct roster_appointment *appointment)
{
	char document[ROSTER_HASH_TEXT] = "";

	if (appointment->has_document)
		hex_encode(appointment->document.bytes, ROSTER_HASH_SIZE, document);
	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "time",
	    (json_int_t)appointment->time, "by", appointment->by, "identity", appointment->identity,
	    "background", appointment->background, "training", appointment->training, "document",
	    document, "acknowledged", (json_int_t)appointment->acknowledged, "acknowledged_until",
	    (json_int_t)appointment->acknowledged_until);
}

static void
print_appointment(FILE *out, const struct roster_appointment *appointment)
{
	const struct {
		const char *word;
		const char *value;
	} rows[] = {
		{ "identity", appointment->identity },
		{ "background check", appointment->background },
		{ "training", appointment->training },
	};
	char document[ROSTER_HASH_TEXT];
	char date[CLOCK_DATE];

	clock_format_date(appointment->time, date);
	fprintf(out, "  appointed by %s, recorded on %s\n",
	    appointment->by[0] != '\0' ? appointment->by : "(erased)", date);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].value[0] != '\0')
			fprintf(out, "    %s: %s\n", rows[i].word, rows[i].value);
	hex_encode(appointment->document.bytes, ROSTER_HASH_SIZE, document);
	if (appointment->has_document)
		fprintf(out, "    document, SHA-256: %s\n", document);
	if (appointment->acknowledged == 0)
		return;
	clock_format_date(appointment->acknowledged, date);
	fprintf(out, "    acknowledgement signed on %s", date);
	clock_format_date(appointment->acknowledged_until, date);
	fprintf(out, ", until %s\n", date);
}

static enum err
show_appointments(const struct shown *shown, struct err_trace *trace)
{
	struct roster_appointment *list = NULL;
	size_t count = 0;
	const enum err err = roster_appointments(
	    shown->cli->custody.roster, &shown->person->id, &list, &count, trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < count; i++) {
		if (shown->document != NULL)
			json_array_append_new(json_object_get(shown->document, "appointments"),
			    appointment_json(&list[i]));
		else
			print_appointment(shown->cli->out, &list[i]);
	}
	free(list);
	return ERR_OK;
}

static enum err
show_event(void *context, const struct roster_log_entry *entry, struct err_trace *trace)
{
	const struct shown *shown = context;
	struct roster_person by;
	char time[CLI_TIME];

	(void)trace;
	if (shown->document != NULL)
		json_array_append_new(json_object_get(shown->document, "history"),
		    json_pack("{s:I, s:s, s:s, s:s}", "time", (json_int_t)entry->time, "by",
			name_of(shown->cli, &entry->by, &by), "type", entry->type, "words",
			entry->words));
	else
		fprintf(shown->cli->out, "  %s  by %s: %s\n", cli_time(entry->time, time),
		    name_of(shown->cli, &entry->by, &by), entry->words);
	return ERR_OK;
}

static enum err
show_all(struct shown *shown, struct err_trace *trace)
{
	const struct roster_log_filter filter = { .about = shown->person->id };
	const struct roster_log_walk walk = { &filter, show_event, shown };
	char presence[PRESENCE_TEXT];
	enum err err = person_presence(shown->cli, shown->person, presence, trace);

	if (err == ERR_OK && shown->document == NULL)
		print_known(shown, presence);
	if (err == ERR_OK)
		err = show_cards(shown, trace);
	if (err == ERR_OK)
		err = show_absences(shown, trace);
	if (err == ERR_OK)
		err = show_appointments(shown, trace);
	if (err == ERR_OK && shown->document == NULL)
		fprintf(shown->cli->out, "history:\n");
	if (err == ERR_OK)
		err = roster_log(shown->cli->custody.roster, &walk, trace);
	return err;
}

enum err
person_print(struct cli *cli, const struct roster_person *person, struct err_trace *trace)
{
	static const char *const lists[] = { "cards", "absences", "appointments", "history" };
	struct shown shown = { .cli = cli, .person = person };
	enum err err;

	if (!cli->line->json)
		return show_all(&shown, trace);
	shown.document = person_json(cli, person);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		json_object_set_new(shown.document, lists[i], json_array());
	err = show_all(&shown, trace);
	if (err == ERR_OK)
		return cli_print_json(cli, shown.document, trace);
	json_decref(shown.document);
	return err;
}
