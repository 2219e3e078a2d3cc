/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/agent_wire.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static const char *const end_words[] = {
	[AGENT_END_NONE] = "none",
	[AGENT_END_CARD] = "card",
	[AGENT_END_COMMAND] = "command",
	[AGENT_END_SIGNAL] = "signal",
	[AGENT_END_TIME] = "time",
	[AGENT_END_SUSPEND] = "suspend",
	[AGENT_END_TOKEN] = "token",
	[AGENT_END_ASKED] = "deactivated",
	[AGENT_END_RECORD] = "record",
	[AGENT_END_SOCKET] = "socket",
	[AGENT_END_FAULT] = "fault",
};
_Static_assert(sizeof(end_words) / sizeof(*end_words) == AGENT_END__COUNT, "a word is missing");

const char *
agent_end_word(enum agent_end end)
{
	return end < AGENT_END__COUNT ? end_words[end] : end_words[AGENT_END_FAULT];
}

enum agent_end
agent_end_from_word(const char *word)
{
	for (unsigned i = 0; i < AGENT_END__COUNT; i++)
		if (strcmp(word, end_words[i]) == 0)
			return (enum agent_end)i;
	return AGENT_END_FAULT;
}

static json_t *
texts_to_json(const char *const *texts, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_string(texts[i]));
	return array;
}

static json_t *
users_to_json(const uid_t *users, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_integer(users[i]));
	return array;
}

static json_t *
watched_to_json(const struct agent_watched *watched, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(
		    array, json_pack("{s:s,s:I,s:s}", "reader", watched[i].reader, "events",
			       (json_int_t)watched[i].events, "serial", watched[i].serial));
	return array;
}

static json_t *
tokens_to_json(const struct agent_token *tokens, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array,
		    json_pack("{s:s,s:s,s:s,s:s,s:b,s:b}", "binding", tokens[i].binding, "module",
			tokens[i].module, "uri", tokens[i].uri, "label", tokens[i].label, "user",
			tokens[i].has_user, "so", tokens[i].has_so));
	return array;
}

static bool
is_small_enough(const struct agent_order *order)
{
	return order->user_count <= AGENT_USERS && order->key_count <= AGENT_KEYS &&
	       order->watched_count <= AGENT_WATCHED && order->token_count <= AGENT_TOKENS;
}

enum err
agent_order_to_json(const struct agent_order *order, json_t **out, struct err_trace *trace)
{
	json_t *json;

	if (!is_small_enough(order))
		return FAIL(trace, ERR_ARGUMENT,
		    "an activation takes at most %d users, %d keys, %d cards and %d tokens",
		    AGENT_USERS, AGENT_KEYS, AGENT_WATCHED, AGENT_TOKENS);
	json =
	    json_pack("{s:i,s:s,s:i,s:s*,s:s*,s:s*,s:s,s:s*,s:s*,s:s,s:o,s:o,s:o,s:o,s:{s:I,s:I}}",
		"v", AGENT_LINK_VERSION, "serves", order->commands ? "commands" : "applications",
		"generation", (int)order->generation, "module", order->module, "token",
		order->token, "label", order->label, "quorum", order->quorum, "purpose",
		order->purpose, "folder", order->folder, "record", order->record, "users",
		users_to_json(order->users, order->user_count), "keys",
		texts_to_json(order->keys, order->key_count), "watch",
		watched_to_json(order->watched, order->watched_count), "tokens",
		tokens_to_json(order->tokens, order->token_count), "bounds", "for_ms",
		(json_int_t)order->for_ms, "max_uses", (json_int_t)order->max_uses);
	if (json == NULL)
		return FAIL(
		    trace, ERR_ARGUMENT, "the order to the agent holds a text that is not UTF-8");
	*out = json;
	return ERR_OK;
}

static enum err
texts_from_json(json_t *array, const char **out, size_t max, struct err_trace *trace)
{
	if (json_array_size(array) > max)
		return FAIL(trace, ERR_FORMAT, "the order holds too many entries");
	for (size_t i = 0; i < json_array_size(array); i++) {
		out[i] = json_string_value(json_array_get(array, i));
		if (out[i] == NULL)
			return FAIL(trace, ERR_FORMAT, "an entry of the order is not text");
	}
	return ERR_OK;
}

static enum err
users_from_json(json_t *array, uid_t *out, struct err_trace *trace)
{
	if (json_array_size(array) > AGENT_USERS)
		return FAIL(trace, ERR_FORMAT, "the order names too many users");
	for (size_t i = 0; i < json_array_size(array); i++) {
		json_t *user = json_array_get(array, i);
		json_int_t number = json_integer_value(user);

		if (!json_is_integer(user) || number < 0 || number >= UINT32_MAX)
			return FAIL(trace, ERR_FORMAT, "a user of the order is not a number");
		out[i] = (uid_t)number;
	}
	return ERR_OK;
}

static enum err
watched_from_json(json_t *array, struct agent_watched *out, struct err_trace *trace)
{
	json_error_t error;

	if (json_array_size(array) > AGENT_WATCHED)
		return FAIL(trace, ERR_FORMAT, "the order names too many cards");
	for (size_t i = 0; i < json_array_size(array); i++) {
		json_int_t events;

		if (json_unpack_ex(json_array_get(array, i), &error, JSON_STRICT, "{s:s,s:I,s:s !}",
			"reader", &out[i].reader, "events", &events, "serial",
			&out[i].serial) != 0 ||
		    events < 0 || events > UINT32_MAX)
			return FAIL(trace, ERR_FORMAT, "a card of the order is not understood");
		out[i].events = (uint32_t)events;
	}
	return ERR_OK;
}

static enum err
tokens_from_json(json_t *array, struct agent_token *out, struct err_trace *trace)
{
	if (json_array_size(array) > AGENT_TOKENS)
		return FAIL(trace, ERR_FORMAT, "the order names too many tokens");
	for (size_t i = 0; i < json_array_size(array); i++) {
		int user, so;

		if (json_unpack_ex(json_array_get(array, i), NULL, JSON_STRICT,
			"{s:s,s:s,s:s,s:s,s:b,s:b !}", "binding", &out[i].binding, "module",
			&out[i].module, "uri", &out[i].uri, "label", &out[i].label, "user", &user,
			"so", &so) != 0)
			return FAIL(trace, ERR_FORMAT, "a token of the order is not understood");
		out[i].has_user = user;
		out[i].has_so = so;
	}
	return ERR_OK;
}

/* The lists of an order; each is an array, empty where nothing is named. */
struct order_lists {
	json_t *users, *keys, *watch, *tokens;
};

static enum err
read_lists(struct agent_order_read *read, const struct order_lists *lists, struct err_trace *trace)
{
	struct agent_order *order = &read->order;
	enum err err = users_from_json(lists->users, read->users, trace);

	order->users = read->users;
	order->user_count = json_array_size(lists->users);
	order->keys = read->key_names;
	order->key_count = json_array_size(lists->keys);
	order->watched = read->watched;
	order->watched_count = json_array_size(lists->watch);
	order->tokens = read->tokens;
	order->token_count = json_array_size(lists->tokens);
	if (err == ERR_OK)
		err = texts_from_json(lists->keys, read->key_names, AGENT_KEYS, trace);
	if (err == ERR_OK)
		err = watched_from_json(lists->watch, read->watched, trace);
	if (err == ERR_OK)
		err = tokens_from_json(lists->tokens, read->tokens, trace);
	return err;
}

/* For applications one token, for commands a list. */
static enum err
read_serves(struct agent_order *order, const char *serves, struct err_trace *trace)
{
	order->commands = strcmp(serves, "commands") == 0;
	if (!order->commands && (strcmp(serves, "applications") != 0 || order->module == NULL ||
				    order->token == NULL || order->label == NULL))
		return FAIL(trace, ERR_FORMAT, "the order to the agent does not say what to serve");
	return ERR_OK;
}

/* Strict unpacking: a member that this version does not know would be a bound not kept. */
static enum err
unpack_order(struct agent_order_read *read, json_t *json, struct err_trace *trace)
{
	struct agent_order *order = &read->order;
	struct order_lists lists;
	json_int_t for_ms, max_uses;
	json_error_t error;
	const char *serves;
	int version, generation;
	enum err err;

	if (json_unpack_ex(json, &error, JSON_STRICT,
		"{s:i,s:s,s:i,s?s,s?s,s?s,s:s,s?s,s?s,s:s,s:o,s:o,s:o,s:o,s:{s:I,s:I !}!}", "v",
		&version, "serves", &serves, "generation", &generation, "module", &order->module,
		"token", &order->token, "label", &order->label, "quorum", &order->quorum, "purpose",
		&order->purpose, "folder", &order->folder, "record", &order->record, "users",
		&lists.users, "keys", &lists.keys, "watch", &lists.watch, "tokens", &lists.tokens,
		"bounds", "for_ms", &for_ms, "max_uses", &max_uses) != 0)
		return FAIL(trace, ERR_FORMAT, "the order to the agent: %s", error.text);
	if (version != AGENT_LINK_VERSION || for_ms < 0 || max_uses < 0 || generation < 0)
		return FAIL(trace, ERR_FORMAT, "the order to the agent is of another version");
	order->generation = (unsigned)generation;
	order->for_ms = for_ms;
	order->max_uses = max_uses;
	err = read_serves(order, serves, trace);
	return err == ERR_OK ? read_lists(read, &lists, trace) : err;
}

enum err
agent_order_from_json(json_t *json, struct agent_order_read **out, struct err_trace *trace)
{
	struct agent_order_read *read = calloc(1, sizeof(*read));
	enum err err;

	if (read == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the order");
	err = unpack_order(read, json, trace);
	if (err != ERR_OK) {
		free(read);
		return err;
	}
	read->json = json_incref(json);
	*out = read;
	return ERR_OK;
}

void
agent_order_read_free(struct agent_order_read *read)
{
	if (read == NULL)
		return;
	json_decref(read->json);
	free(read);
}

json_t *
agent_failure_to_json(enum err err, const struct err_trace *trace)
{
	json_t *because = json_array();
	char text[ERR_TEXT];

	for (unsigned i = 0; i < trace->count; i++) {
		err_format(&trace->frame[i], text, sizeof(text));
		json_array_append_new(because, json_string(text));
	}
	return json_pack(
	    "{s:s,s:o,s:s}", "failed", err_word(err), "because", because, "next", trace->next);
}

enum err
agent_failure_from_json(const json_t *json, struct err_trace *trace)
{
	const char *word = json_string_value(json_object_get(json, "failed"));
	const char *next = json_string_value(json_object_get(json, "next"));
	const json_t *because = json_object_get(json, "because");
	enum err code = ERR_FORMAT;
	enum err err = ERR_INTERNAL;

	for (unsigned i = ERR_OK + 1; word != NULL && i < ERR__COUNT; i++)
		if (strcmp(word, err_word((enum err)i)) == 0)
			code = (enum err)i;
	for (size_t i = 0; i < json_array_size(because); i++) {
		const char *text = json_string_value(json_array_get(because, i));

		err = FAIL(trace, code, "%s", text == NULL ? "?" : text);
	}
	if (err == ERR_INTERNAL)
		err = FAIL(trace, code, "the agent failed without a word");
	if (next != NULL && next[0] != '\0')
		err_next(trace, "%s", next);
	return err;
}

json_t *
agent_event_to_json(const struct agent_event *event)
{
	return json_pack("{s:s,s:s,s:I}", "ended", agent_end_word(event->end), "text", event->text,
	    "uses", (json_int_t)event->uses);
}

enum err
agent_event_from_json(const json_t *json, struct agent_event *out, struct err_trace *trace)
{
	const char *word, *text;
	int64_t uses;
	enum err err = json_get_text(json, "ended", &word, trace);

	if (err == ERR_OK)
		err = json_get_text(json, "text", &text, trace);
	if (err == ERR_OK)
		err = json_get_int(json, "uses", 0, INT64_MAX, &uses, trace);
	if (err != ERR_OK)
		return err;
	out->end = agent_end_from_word(word);
	out->uses = uses;
	snprintf(out->text, sizeof(out->text), "%s", text);
	return ERR_OK;
}
