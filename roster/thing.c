/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/thing.h"

#include <stdio.h>
#include <string.h>

#include "roster/binding.h"
#include "roster/card.h"
#include "roster/item.h"

enum { WITH_BOTH = 2 };

static enum err
find_card(
    struct roster *roster, const char *name, struct roster_thing *out, struct err_trace *trace)
{
	struct roster_card card;
	const enum err err = roster_card_by_name(roster, name, &card, trace);

	if (err == ERR_OK)
		out->id = card.id;
	return err;
}

static enum err
find_token(
    struct roster *roster, const char *name, struct roster_thing *out, struct err_trace *trace)
{
	struct roster_binding binding;
	const enum err err = roster_binding_find(roster, name, &binding, trace);

	if (err == ERR_OK)
		out->id = binding.id;
	return err;
}

static enum err
find_item(
    struct roster *roster, const char *name, struct roster_thing *out, struct err_trace *trace)
{
	struct roster_item item;
	const enum err err = roster_item_find(roster, name, &item, trace);

	if (err == ERR_OK && item.retired != 0)
		return FAIL(trace, ERR_ABSENT, "item '%s' was retired", item.name);
	if (err == ERR_OK)
		out->id = item.id;
	return err;
}

static const struct {
	const char *word;
	enum err (*find)(struct roster *roster, const char *name, struct roster_thing *out,
	    struct err_trace *trace);
} kinds[] = {
	[ROSTER_THING_CARD] = { "card", find_card },
	[ROSTER_THING_TOKEN] = { "token", find_token },
	[ROSTER_THING_ITEM] = { "item", find_item },
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == ROSTER_THING__COUNT, "a row for each kind");

const char *
roster_thing_word(enum roster_thing_kind kind)
{
	return kinds[kind].word;
}

static enum err
find_as(struct roster *roster, enum roster_thing_kind kind, const char *name,
    struct roster_thing *out, struct err_trace *trace)
{
	struct roster_thing thing = { .kind = kind };
	const enum err err = kinds[kind].find(roster, name, &thing, trace);

	if (err != ERR_OK)
		return err;
	snprintf(thing.name, sizeof(thing.name), "%s", name);
	*out = thing;
	return ERR_OK;
}

/* "token:NAME", "item:NAME", "card:NAME" */
static bool
has_prefix(const char *name, enum roster_thing_kind kind)
{
	const size_t len = strlen(kinds[kind].word);

	return strncmp(name, kinds[kind].word, len) == 0 && name[len] == ':';
}

/* A name that says no kind: the only kind that has it. */
static enum err
find_bare(
    struct roster *roster, const char *name, struct roster_thing *out, struct err_trace *trace)
{
	unsigned found = 0;

	for (enum roster_thing_kind kind = ROSTER_THING_TOKEN; kind < ROSTER_THING__COUNT; kind++) {
		const enum err err = find_as(roster, kind, name, out, NULL);

		if (err != ERR_OK && err != ERR_ABSENT)
			return FAIL(trace, err, "the roster's things were not read");
		found += err == ERR_OK;
	}
	if (found == WITH_BOTH) {
		err_next(trace, "say token:%.40s or item:%.40s", name, name);
		return FAIL(trace, ERR_ARGUMENT, "a token and an item have the name '%.40s'", name);
	}
	if (found == 0) {
		err_next(trace, "'quorate card list', 'quorate token list' and 'quorate item list' "
				"show what there is");
		return FAIL(
		    trace, ERR_ABSENT, "the roster has no card, token or item '%.40s'", name);
	}
	return ERR_OK;
}

enum err
roster_thing_find(
    struct roster *roster, const char *name, struct roster_thing *out, struct err_trace *trace)
{
	for (enum roster_thing_kind kind = ROSTER_THING_CARD; kind < ROSTER_THING__COUNT; kind++) {
		if (has_prefix(name, kind))
			return find_as(roster, kind, strchr(name, ':') + 1, out, trace);
	}
	if (strchr(name, '/') != NULL)
		return find_as(roster, ROSTER_THING_CARD, name, out, trace);
	return find_bare(roster, name, out, trace);
}
