/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "roster/card.h"
#include "roster/content.h"
#include "roster/item.h"
#include "roster/person_internal.h"
#include "roster/quorum.h"
#include "roster/replay.h"
#include "roster/roster_internal.h"

enum { SHOWN_MAX = 64, ABBREVIATED = 8, PAIRS_SHOWN = 4 };

/* A random id as what people call it. */
typedef void (*namer)(struct roster *roster, const struct roster_id *id, char *out, size_t size);

static void
name_card(struct roster *roster, const struct roster_id *id, char *out, size_t size)
{
	struct roster_card card;

	if (roster_card_get(roster, id, &card, NULL) == ERR_OK)
		snprintf(out, size, "%s", card.name);
}

static void
name_quorum(struct roster *roster, const struct roster_id *id, char *out, size_t size)
{
	struct roster_quorum quorum;

	if (roster_quorum_get(roster, id, &quorum, NULL) == ERR_OK)
		snprintf(out, size, "%s", quorum.name);
}

static void
name_item(struct roster *roster, const struct roster_id *id, char *out, size_t size)
{
	struct roster_item item;

	if (roster_item_get(roster, id, &item, NULL) == ERR_OK)
		snprintf(out, size, "%s", item.name);
}

/* A card or an item; a binding's id stays one. */
static void
name_thing(struct roster *roster, const struct roster_id *id, char *out, size_t size)
{
	name_card(roster, id, out, size);
	name_item(roster, id, out, size);
}

static const struct naming {
	const char *member;
	namer name;
} namings[] = {
	{ "person", person_name },
	{ "custodian", person_name },
	{ "founder", person_name },
	{ "deputy", person_name },
	{ "reporter", person_name },
	{ "item", name_item },
	{ "thing", name_thing },
	{ "card", name_card },
	{ "quorum", name_quorum },
};

static bool
is_long_hex(const char *text)
{
	const size_t len = strlen(text);

	return len >= ROSTER_ID_TEXT - 1 && strspn(text, "0123456789abcdef") == len;
}

static void
show_text(struct roster *roster, FILE *to, const char *name, const char *text)
{
	char shown[ROSTER_NAME];
	struct roster_id id;

	snprintf(shown, sizeof(shown), "%.*s…", ABBREVIATED, text);
	if (!is_long_hex(text)) {
		fprintf(to, " %s=%.*s", name, SHOWN_MAX, text);
		return;
	}
	for (size_t i = 0; i < sizeof(namings) / sizeof(namings[0]); i++) {
		if (strcmp(namings[i].member, name) == 0 && roster_id_parse(text, &id))
			namings[i].name(roster, &id, shown, sizeof(shown));
	}
	fprintf(to, " %s=%s", name, shown);
}

/* Text about people, while it is there. */
static void
show_content(struct roster *roster, FILE *to, const struct member *member, const char *text)
{
	struct roster_hash hash = { 0 };
	char shown[ROSTER_TEXT] = "";
	size_t len = 0;

	if (!hex_decode(text, hash.bytes, sizeof(hash.bytes)) ||
	    content_get(roster->db, &hash, shown, sizeof(shown) - 1, &len, NULL) != ERR_OK)
		return;
	fprintf(to, " %s=%s", member->name, len > 0 ? shown : "(erased)");
}

static void
show_integer(FILE *to, const struct member *member, int64_t value)
{
	char text[CLOCK_TEXT];

	clock_format(value, text);
	if (member->is_time)
		fprintf(to, " %s=%s", member->name, text);
	else
		fprintf(to, " %s=%" PRId64, member->name, value);
}

static void
show_member(struct roster *roster, FILE *to, const struct member *member, const json_t *value);

/* Words, and a few pairs, such as a card and its fate; of others how many there are. */
static void
show_array(struct roster *roster, FILE *to, const struct member *member, const json_t *list)
{
	const size_t size = json_array_size(list);
	const bool has_words = member->kind == MEMBER_ITEMS && member->of->kind == MEMBER_WORD;
	const bool has_pairs = member->kind == MEMBER_LIST && size <= PAIRS_SHOWN &&
			       member->of[1].name != NULL && member->of[2].name == NULL;

	if (!has_pairs)
		fprintf(to, " %s=", member->name);
	if (!has_pairs && !has_words)
		fprintf(to, "(%zu)", size);
	for (size_t i = 0; i < size; i++) {
		const json_t *item = json_array_get(list, i);

		if (has_words)
			fprintf(to, "%s%s", i == 0 ? "" : ",", json_string_value(item));
		for (int of = 0; has_pairs && of < 2; of++)
			show_member(roster, to, &member->of[of],
			    json_object_get(item, member->of[of].name));
	}
}

static void
show_member(struct roster *roster, FILE *to, const struct member *member, const json_t *value)
{
	if (json_is_string(value) && member->is_text)
		show_content(roster, to, member, json_string_value(value));
	else if (json_is_string(value))
		show_text(roster, to, member->name, json_string_value(value));
	else if (json_is_integer(value))
		show_integer(to, member, json_integer_value(value));
	else if (json_is_boolean(value))
		fprintf(to, " %s=%s", member->name, json_is_true(value) ? "yes" : "no");
	else if (json_is_array(value))
		show_array(roster, to, member, value);
}

/* "card.enrol card=root/2 fingerprint=01234567…"; free() it. */
static char *
in_words(struct roster *roster, const struct event *event)
{
	char *words = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&words, &len);

	if (to == NULL)
		return NULL;
	fputs(event->type->name, to);
	for (const struct member *member = event->type->body; member->name != NULL; member++)
		show_member(roster, to, member, json_object_get(event->body, member->name));
	if (fclose(to) != 0) {
		free(words);
		return NULL;
	}
	return words;
}

static enum err
visit_event(struct roster *roster, const struct roster_log_walk *walk, const struct event *event,
    const char *line, struct err_trace *trace)
{
	char *words = in_words(roster, event);

	if (words == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the log");
	const struct roster_log_entry entry = { .line = line,
		.line_len = strlen(line),
		.hash = event->hash,
		.writer = event->writer,
		.n = event->n,
		.time = event->time,
		.type = event->type->name,
		.by = event->by,
		.words = words };
	const enum err err = walk->visit(walk->context, &entry, trace);

	free(words);
	return err;
}

/* "card" chooses "card.enrol", and "card.enrol" itself. */
static bool
is_of_type(const char *type, const char *wanted)
{
	const size_t len = strlen(wanted);

	return strncmp(type, wanted, len) == 0 && (type[len] == '\0' || type[len] == '.');
}

/* The canonical line begins with the body, and goes on with this; a text has its quotes escaped. */
static size_t
body_len(const char *line)
{
	static const char behind[] = ",\"by\":\"";
	const char *last = line;

	for (const char *at = line; (at = strstr(at, behind)) != NULL; at++)
		last = at;
	return (size_t)(last - line);
}

static bool
is_about(const struct roster_log_filter *filter, const struct event *event, const char *line)
{
	char id[ROSTER_ID_TEXT];

	roster_id_format(&filter->about, id);
	if (memmem(line, body_len(line), id, strlen(id)) != NULL)
		return true;
	return filter->quorum != NULL && strcmp(event->type->name, "card.begin") == 0 &&
	       strcmp(member_text(event->body, "quorum"), filter->quorum) == 0;
}

static bool
is_chosen(const struct roster_log_filter *filter, const struct event *event, const char *line)
{
	if (event->time < filter->since || (filter->until != 0 && event->time > filter->until))
		return false;
	if (filter->type != NULL && !is_of_type(event->type->name, filter->type))
		return false;
	if (roster_id_is_set(&filter->by) && !roster_id_equal(&filter->by, &event->by))
		return false;
	return !roster_id_is_set(&filter->about) || is_about(filter, event, line);
}

/* Visits what is chosen but for the first `skip`; `walk` NULL only counts. */
static enum err
go_through(struct roster *roster, const struct roster_log_filter *filter,
    const struct roster_log_walk *walk, size_t *skip, struct err_trace *trace)
{
	struct replay *replay = NULL;
	const struct event *event = NULL;
	const char *line = NULL;
	size_t chosen = 0;
	enum err err = replay_open(roster->db, NULL, &replay, trace);

	while (err == ERR_OK) {
		err = replay_next(replay, &event, &line, trace);
		if (err != ERR_OK || event == NULL)
			break;
		if (is_chosen(filter, event, line) && ++chosen > *skip && walk != NULL)
			err = visit_event(roster, walk, event, line, trace);
	}
	replay_close(replay);
	*skip = chosen;
	return err;
}

enum err
roster_log(struct roster *roster, const struct roster_log_walk *walk, struct err_trace *trace)
{
	static const struct roster_log_filter all = { 0 };
	const struct roster_log_filter *filter = walk->filter != NULL ? walk->filter : &all;
	size_t skip = 0;

	/* The newest are counted from the end, which a first pass finds. */
	if (filter->limit != 0) {
		const enum err err = go_through(roster, filter, NULL, &skip, trace);

		if (err != ERR_OK)
			return err;
		skip = skip > filter->limit ? skip - filter->limit : 0;
	}
	return go_through(roster, filter, walk, &skip, trace);
}
