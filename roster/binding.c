/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/binding.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "roster/binding_internal.h"
#include "roster/quorum_internal.h"
#include "roster/roster_internal.h"
#include "roster/seat.h"

enum { SPEC_MAX = 16 * 1024 };

#define BINDING_COLUMNS                                                                            \
	"SELECT id, quorum, spec, token, opens_user, opens_so, bound, unbound FROM binding "

/* The JSON in a column, checked against its members; json_decref it. NULL when it is not. */
static json_t *
read_json(const struct db_rows *rows, int column, const struct member *members)
{
	const char *text = db_get_text(rows, column);
	json_t *json = NULL;

	if (json_parse(text, strlen(text), SPEC_MAX, &json, NULL) != ERR_OK)
		return NULL;
	if (member_check(members, json, NULL) != ERR_OK) {
		json_decref(json);
		return NULL;
	}
	return json;
}

static bool
read_binding(const struct db_rows *rows, void *item)
{
	struct roster_binding *binding = item;
	json_t *spec = read_json(rows, 2, binding_spec_members);
	json_t *token = read_json(rows, 3, binding_token_members);
	const bool whole = spec != NULL && token != NULL &&
			   db_copy_blob(rows, 0, binding->id.bytes, ROSTER_ID_SIZE) &&
			   db_copy_blob(rows, 1, binding->quorum.bytes, ROSTER_ID_SIZE);

	if (whole) {
		binding_spec_unpack(spec, &binding->spec);
		binding_token_unpack(token, &binding->spec.token);
	}
	json_decref(spec);
	json_decref(token);
	binding->opens[ROSTER_USER_PIN] = (unsigned)db_get_integer(rows, 4);
	binding->opens[ROSTER_SO_PIN] = (unsigned)db_get_integer(rows, 5);
	binding->bound = db_get_integer(rows, 6);
	binding->unbound = db_get_integer(rows, 7);
	return whole;
}

static enum err
get_one(struct roster *roster, const struct db_call *call, struct roster_binding *out,
    struct err_trace *trace)
{
	struct roster_binding binding = { 0 };
	const enum err err = db_one(roster->db, call, read_binding, &binding, trace);

	if (err == ERR_OK)
		*out = binding;
	return err;
}

enum err
roster_binding_find(
    struct roster *roster, const char *name, struct roster_binding *out, struct err_trace *trace)
{
	const enum err err = get_one(roster,
	    DB_CALL(BINDING_COLUMNS "WHERE name = ?1 AND unbound = 0", db_text(name)), out, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, err, "the roster has no binding '%.32s'", name);
	return err;
}

enum err
roster_binding_by_serial(struct roster *roster, const char *token_serial,
    struct roster_binding *out, struct err_trace *trace)
{
	const enum err err = get_one(roster,
	    DB_CALL(BINDING_COLUMNS "WHERE serial = ?1 AND serial <> '' AND unbound = 0",
		db_text(token_serial)),
	    out, trace);

	if (err == ERR_ABSENT)
		return FAIL(
		    trace, err, "no binding is of a token with the serial %.16s", token_serial);
	return err;
}

static enum err
get_present(struct roster *roster, const struct roster_id *id, struct roster_binding *out,
    struct err_trace *trace)
{
	const enum err err = get_one(roster,
	    DB_CALL(BINDING_COLUMNS "WHERE id = ?1 AND unbound = 0",
		db_blob(id->bytes, ROSTER_ID_SIZE)),
	    out, trace);

	if (err == ERR_ABSENT)
		return FAIL(trace, err, "the roster has no such binding, or it was unbound");
	return err;
}

enum err
roster_binding_list(struct roster *roster, const struct roster_id *quorum,
    struct roster_binding **out, size_t *count, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_binding), read_binding };
	void *bindings = NULL;
	/* Two statements, so that one quorum's are found by the index. */
	const struct db_call *call =
	    quorum == NULL
		? DB_CALL0(BINDING_COLUMNS "WHERE unbound = 0 ORDER BY ordinal")
		: DB_CALL(BINDING_COLUMNS "WHERE unbound = 0 AND quorum = ?1 ORDER BY ordinal",
		      db_blob(quorum->bytes, ROSTER_ID_SIZE));
	const enum err err = db_all(roster->db, call, &shape, &bindings, count, trace);

	if (err == ERR_OK)
		*out = bindings;
	return err;
}

enum err
roster_binding_add(struct roster *roster, const struct roster_id *quorum,
    const struct roster_binding_spec *spec, struct roster_id *out, struct err_trace *trace)
{
	struct roster_quorum found;
	struct roster_binding other;
	struct roster_id id;
	enum err err = binding_spec_check(spec, trace);

	if (err == ERR_OK)
		err = roster_seat_check(roster, trace);
	if (err == ERR_OK)
		err = roster_quorum_get(roster, quorum, &found, trace);
	if (err != ERR_OK)
		return err;
	err = roster_binding_find(roster, spec->name, &other, NULL);
	if (err == ERR_OK) {
		err_next(trace, "'quorate token list' shows it; take another name.");
		return FAIL(trace, ERR_EXISTS, "there is a binding '%s' already", spec->name);
	}
	if (err != ERR_ABSENT)
		return FAIL(trace, err, "the bindings were not read");
	err = roster_id_new(&id, trace);
	if (err == ERR_OK)
		err = event_append(roster, "binding.add",
		    json_pack("{s:o, s:o, s:o}", "binding", member_of_id(&id), "quorum",
			member_of_id(quorum), "spec", binding_spec_pack(spec)),
		    trace);
	if (err == ERR_OK)
		*out = id;
	return err;
}

enum err
roster_binding_set_token(struct roster *roster, const struct roster_id *binding,
    const struct roster_token *token, struct err_trace *trace)
{
	struct roster_binding found;
	const enum err err = get_present(roster, binding, &found, trace);

	if (err != ERR_OK)
		return err;
	return event_append(roster, "binding.token",
	    json_pack(
		"{s:o, s:o}", "binding", member_of_id(binding), "token", binding_token_pack(token)),
	    trace);
}

enum err
roster_binding_opens(struct roster *roster, const struct roster_id *binding,
    enum roster_token_pin pin, unsigned generation, struct err_trace *trace)
{
	struct roster_binding found;
	enum err err = get_present(roster, binding, &found, trace);

	if (err == ERR_OK && !found.spec.binds[pin])
		err = FAIL(trace, ERR_ARGUMENT, "binding '%s' is not of the %s PIN",
		    found.spec.name, binding_pin_words[pin]);
	if (err == ERR_OK)
		err = generation_check(roster, &found.quorum, generation, trace);
	if (err != ERR_OK)
		return err;
	return event_append(roster, "binding.opens",
	    json_pack("{s:o, s:s, s:i}", "binding", member_of_id(binding), "pin",
		binding_pin_words[pin], "generation", (int)generation),
	    trace);
}

enum err
roster_binding_remove(struct roster *roster, const struct roster_id *binding, const char *reason,
    struct err_trace *trace)
{
	struct roster_binding found;
	const enum err err = get_present(roster, binding, &found, trace);

	if (err != ERR_OK)
		return err;
	return event_append(roster, "binding.remove",
	    json_pack("{s:o, s:s}", "binding", member_of_id(binding), "reason", reason), trace);
}

static enum err
apply_add(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *spec = json_object_get(event->body, "spec");
	const json_t *token = json_object_get(spec, "token");
	char *spec_text = NULL;
	char *token_text = NULL;
	struct roster_id id;
	struct roster_id quorum;
	enum err err = json_canonical(spec, &spec_text, trace);

	if (err == ERR_OK)
		err = json_canonical(token, &token_text, trace);
	member_hex(event->body, "binding", id.bytes, sizeof(id.bytes));
	member_hex(event->body, "quorum", quorum.bytes, sizeof(quorum.bytes));
	if (err == ERR_OK)
		err = db_run(db,
		    DB_CALL("INSERT INTO binding(id, name, quorum, spec, token, serial, "
			    "opens_user, opens_so, bound, unbound) "
			    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0, 0, ?7, 0)",
			db_blob(id.bytes, sizeof(id.bytes)), db_text(member_text(spec, "name")),
			db_blob(quorum.bytes, sizeof(quorum.bytes)), db_text(spec_text),
			db_text(token_text), db_text(member_text(token, "serial")),
			db_integer(event->time)),
		    trace);
	free(spec_text);
	free(token_text);
	return err;
}

static enum err
apply_token(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *token = json_object_get(event->body, "token");
	char *text = NULL;
	struct roster_id id;
	enum err err = json_canonical(token, &text, trace);

	member_hex(event->body, "binding", id.bytes, sizeof(id.bytes));
	if (err == ERR_OK)
		err = db_change(db,
		    DB_CALL("UPDATE binding SET token = ?2, serial = ?3 WHERE id = ?1",
			db_blob(id.bytes, sizeof(id.bytes)), db_text(text),
			db_text(member_text(token, "serial"))),
		    trace);
	free(text);
	return err;
}

static enum err
apply_opens(struct db *db, const struct event *event, struct err_trace *trace)
{
	const int pin = member_word(event->body, "pin", binding_pin_words);
	struct roster_id id;

	member_hex(event->body, "binding", id.bytes, sizeof(id.bytes));
	return db_change(db,
	    DB_CALL("UPDATE binding SET opens_user = iif(?2, opens_user, ?3), "
		    "opens_so = iif(?2, ?3, opens_so) WHERE id = ?1",
		db_blob(id.bytes, sizeof(id.bytes)), db_integer(pin == ROSTER_SO_PIN),
		db_integer(member_integer(event->body, "generation"))),
	    trace);
}

static enum err
apply_remove(struct db *db, const struct event *event, struct err_trace *trace)
{
	struct roster_id id;

	member_hex(event->body, "binding", id.bytes, sizeof(id.bytes));
	return db_change(db,
	    DB_CALL("UPDATE binding SET unbound = ?2 WHERE id = ?1",
		db_blob(id.bytes, sizeof(id.bytes)), db_integer(event->time)),
	    trace);
}

static const struct member add_members[] = {
	MEMBER_AN_ID("binding"),
	MEMBER_AN_ID("quorum"),
	{ .name = "spec", .kind = MEMBER_OBJECT, .of = binding_spec_members },
	MEMBER_END,
};
static const struct member token_members[] = {
	MEMBER_AN_ID("binding"),
	{ .name = "token", .kind = MEMBER_OBJECT, .of = binding_token_members },
	MEMBER_END,
};
static const struct member opens_members[] = {
	MEMBER_AN_ID("binding"),
	MEMBER_A_WORD("pin", binding_pin_words),
	MEMBER_A_NUMBER("generation", 1, INT32_MAX),
	MEMBER_END,
};
static const struct member remove_members[] = {
	MEMBER_AN_ID("binding"),
	MEMBER_A_TEXT("reason", 1, ROSTER_TEXT - 1),
	MEMBER_END,
};

const struct event_type binding_events[] = {
	{ "binding.add", add_members, apply_add },
	{ "binding.token", token_members, apply_token },
	{ "binding.opens", opens_members, apply_opens },
	{ "binding.remove", remove_members, apply_remove },
	{ 0 },
};
