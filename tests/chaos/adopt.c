/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/chaos/adopt.h"

#include <string.h>

#include "base/json.h"

static bool
runs(struct world *world, const char *words, const char *absent)
{
	const struct world_run run = { .absent = absent };

	return world_quorate(world, words, &run) == 0;
}

static unsigned
number_of(const json_t *object, const char *name)
{
	return (unsigned)json_integer_value(json_object_get(object, name));
}

/* How many tokens the new roster opens, with both PINs. */
static unsigned
count_open(struct world *bare)
{
	json_t *quorum, *token;
	unsigned open = 0;
	size_t i;

	if (!runs(bare, "quorum show root --json", NULL))
		return 0;
	quorum = world_last_json(bare);
	json_array_foreach (json_object_get(quorum, "tokens"), i, token)
		open += number_of(token, "user_pin_generation") != 0 &&
				number_of(token, "so_pin_generation") != 0
			    ? 1
			    : 0;
	json_decref(quorum);
	return open;
}

/* A token that nobody adopted and that has not its old PINs either is one that is lost. */
static const char *
check_others(struct world *bare)
{
	const char *problem = NULL;
	json_t *list, *token;
	size_t i;

	if (!runs(bare, "token list --json", NULL))
		return "without the roster, the tokens cannot be listed";
	list = world_last_json(bare);
	json_array_foreach (json_object_get(list, "tokens"), i, token) {
		const char *name = json_string_value(json_object_get(token, "bound_as"));
		const char *serial = json_string_value(json_object_get(token, "serial"));

		if (!json_is_true(json_object_get(token, "initialised")) ||
		    (name != NULL && *name != '\0'))
			continue;
		if (serial == NULL || !world_token_is_as_before(bare, serial))
			problem = "without the roster, a token is left that nobody can open";
	}
	json_decref(list);
	return problem;
}

bool
adopt_found(struct world *founded)
{
	static const char *const nobody[] = { NULL };

	world_make(founded, nobody);
	return runs(founded, "init --practice --by ann", NULL);
}

const char *
adopt_check(const struct scenario *scenario, struct world *bare, const char *absent)
{
	bool adopted = runs(bare, scenario->adopt, absent);

	if (scenario->bound > 0 && !adopted)
		return "without the roster, M cards adopt nothing";
	if (adopted && count_open(bare) < scenario->bound)
		return "without the roster, a token does not open";
	if (!runs(bare, "roster verify", NULL))
		return "the adopted roster does not verify";
	return check_others(bare);
}
