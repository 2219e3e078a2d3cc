/* SPDX-License-Identifier: BSD-2-Clause */
/* Packs: what they carry, and what is refused with nothing changed. */
#include "tests/unit/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/hash.h"
#include "roster/content.h"
#include "roster/log.h"
#include "roster/roster_internal.h"
#include "tests/unit/roster/offices.h"

enum { PACK_MAX = 4 * 1024 * 1024 };

static void
what_two_installations_write_at_once_is_on_both_afterwards(void **state)
{
	struct offices *offices = *state;
	struct err_trace trace = { 0 };
	struct roster_person found;
	char one[ROSTER_HASH_TEXT];
	char other[ROSTER_HASH_TEXT];

	place_go_on(offices->place[0], "walter");
	place_go_on(offices->place[1], "wanda");
	offices_pack(offices, 0);
	offices_take(offices, 1);
	offices_pack_for(offices, 1, 0);
	offices_take(offices, 0);
	offices_head(offices, 0, one);
	offices_head(offices, 1, other);
	assert_string_equal(one, other);
	for (unsigned at = 0; at < 2; at++) {
		struct roster *roster = offices->place[at]->roster;

		assert_ok(roster_person_find(roster, "walter", &found, &trace), &trace);
		assert_ok(roster_person_find(roster, "wanda", &found, &trace), &trace);
		offices_verify(offices, at);
		place_go_on(offices->place[at], "both go on");
	}
}

static void
a_pack_taken_again_adds_nothing(void **state)
{
	struct offices *offices = *state;
	struct err_trace trace = { 0 };
	struct roster_taken taken;

	place_go_on(offices->place[0], "walter");
	offices_pack(offices, 0);
	assert_ok(roster_take(offices->place[1]->roster, offices->pack, &taken, &trace), &trace);
	assert_int_equal(taken.events, 1);
	assert_int_equal(taken.contents, 1);
	assert_ok(roster_take(offices->place[1]->roster, offices->pack, &taken, &trace), &trace);
	assert_int_equal(taken.events, 0);
	assert_int_equal(taken.contents, 0);
}

static void
a_pack_for_an_installation_has_only_what_it_lacks(void **state)
{
	struct offices *offices = *state;
	struct err_trace trace = { 0 };
	struct roster_installation laptop;
	struct roster_packed packed;
	char path[PATH_SIZE];

	offices_pack(offices, 1);
	offices_take(offices, 0);
	place_go_on(offices->place[0], "walter");
	assert_ok(
	    roster_installation_find(offices->place[0]->roster, "laptop", &laptop, &trace), &trace);
	snprintf(path, sizeof(path), "%s/part.pack", offices->place[0]->folder);
	assert_ok(roster_pack(offices->place[0]->roster, path, &laptop, &packed, &trace), &trace);
	assert_int_equal(packed.events, 1);
	assert_int_equal(packed.contents, 1);
	assert_fails(roster_pack(offices->place[0]->roster, path, &laptop, &packed, &trace),
	    ERR_EXISTS, &trace);
}

static void
a_pack_that_begins_too_late_is_refused(void **state)
{
	struct offices *offices = *state;
	struct err_trace trace = { 0 };

	offices_pack(offices, 1);
	offices_take(offices, 0);
	place_go_on(offices->place[0], "walter");
	offices_pack_for(offices, 0, 1); /* the third does not know the second yet */
	assert_fails(offices_try_take(offices, 2, &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "of which this roster has 0"));
	err_clear(&trace);
	place_go_on(offices->place[0], "wanda");
	offices_pack(offices, 0);
	offices_take(offices, 1);
	place_go_on(offices->place[1], "wolf");
	offices_pack(offices, 1);
	offices_take(offices, 0);
	place_go_on(offices->place[0], "wim");
	offices_pack_for(offices, 0, 1);
	assert_fails(offices_try_take(offices, 2, &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "of which this roster has"));
}

static void
an_erasure_wins_over_a_pack_that_brings_the_name_back(void **state)
{
	struct offices *offices = *state;
	struct place *laptop = offices->place[1];
	struct err_trace trace = { 0 };
	struct roster_person walter;

	place_go_on(offices->place[0], "walter the secret");
	offices_pack(offices, 0);
	offices_take(offices, 1);
	assert_ok(roster_person_find(laptop->roster, "walter the secret", &walter, &trace), &trace);
	place_depart(laptop, &walter.id);
	assert_ok(roster_person_erase(laptop->roster, &walter.id, "asked for", &trace), &trace);
	offices_take(offices, 1); /* the same pack once more */
	offices_verify(offices, 1);
	place_close(laptop);
	assert_false(place_has_bytes(laptop, "walter the secret", 17));
	place_reopen(laptop);
	offices_pack(offices, 1);
	unlink(offices->pack);
	offices_pack(offices, 1);
	offices_take(offices, 0);
	offices_verify(offices, 0);
	assert_fails(
	    roster_person_find(offices->place[0]->roster, "walter the secret", &walter, &trace),
	    ERR_ABSENT, &trace);
}

/* The laptop, which did not know that alice had left, planned her departure for later. */
static void
who_left_does_not_come_back_by_a_departure_planned_elsewhere(void **state)
{
	struct offices *offices = *state;
	struct place *first = offices->place[0];
	struct place *laptop = offices->place[1];
	struct roster_card_fate fate = { .card = first->card[0], .fate = ROSTER_FATE_OUTSTANDING };
	struct roster_departure departure = {
		.person = first->person[0], .card = &fate, .cards = 1
	};
	struct err_trace trace = { 0 };
	struct roster_person alice;

	assert_ok(roster_person_depart(first->roster, &departure, &trace), &trace);
	laptop->now = first->now += 60;
	departure.on = laptop->now + 30 * 86400;
	assert_ok(roster_person_depart(laptop->roster, &departure, &trace), &trace);
	offices_pack(offices, 1);
	offices_take(offices, 0);
	assert_ok(roster_person_get(first->roster, &first->person[0], &alice, &trace), &trace);
	assert_true(roster_person_has_left(&alice, first->now));
}

/* ---- packs that were harmed ---------------------------------------------------------------- */

struct text {
	char *bytes;
	size_t len;
};

static void
load_pack(const struct offices *offices, struct text *out)
{
	assert_int_equal(file_read(offices->pack, PACK_MAX, &out->bytes, &out->len, NULL), ERR_OK);
}

static void
store_pack(const struct offices *offices, const struct text *text)
{
	assert_int_equal(file_replace(offices->pack, text->bytes, text->len, NULL), ERR_OK);
}

/* Gives the lines a last one that is of them: what a forger would do. */
static void
sign_again(struct text *text)
{
	uint8_t hash[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];
	char *end = memmem(text->bytes, text->len, "{\"sha256\"", 9);

	assert_non_null(end);
	assert_int_equal(sha256(text->bytes, (size_t)(end - text->bytes), hash, NULL), ERR_OK);
	hex_encode(hash, sizeof(hash), hex);
	memcpy(end + 11, hex, sizeof(hex) - 1);
}

static void
assert_refused(struct offices *offices, const struct text *text, enum err wanted)
{
	struct err_trace trace = { 0 };
	char before[ROSTER_HASH_TEXT];
	char after[ROSTER_HASH_TEXT];
	int64_t contents[2] = { 0, 0 };

	store_pack(offices, text);
	offices_head(offices, 2, before);
	assert_int_equal(db_ask_integer(offices->place[2]->roster->db,
			     DB_CALL0("SELECT count(*) FROM content"), 0, &contents[0], NULL),
	    ERR_OK);
	assert_fails(offices_try_take(offices, 2, &trace), wanted, &trace);
	offices_head(offices, 2, after);
	assert_string_equal(before, after);
	assert_int_equal(db_ask_integer(offices->place[2]->roster->db,
			     DB_CALL0("SELECT count(*) FROM content"), 0, &contents[1], NULL),
	    ERR_OK);
	assert_int_equal(contents[0], contents[1]);
}

static void
prepare_harm(struct offices *offices, struct text *text)
{
	for (unsigned i = 0; i < 4; i++) {
		offices->place[0]->now += 60;
		place_go_on(offices->place[0], i == 0   ? "walter"
					       : i == 1 ? "wanda"
					       : i == 2 ? "wim"
							: "wolf");
	}
	offices->place[2]->now += 600;
	offices_pack(offices, 0);
	load_pack(offices, text);
}

static void
a_pack_cut_off_anywhere_is_refused(void **state)
{
	struct offices *offices = *state;
	struct text text;
	struct text cut;

	prepare_harm(offices, &text);
	for (size_t len = 0; len < text.len; len += 1 + text.len / 97) {
		cut = (struct text){ text.bytes, len };
		assert_refused(offices, &cut, ERR_FORMAT);
	}
	cut = (struct text){ text.bytes, text.len - 1 };
	assert_refused(offices, &cut, ERR_FORMAT);
	store_pack(offices, &text);
	offices_take(offices, 2);
	free(text.bytes);
}

static void
a_pack_with_a_changed_byte_is_refused_wherever_it_is(void **state)
{
	struct offices *offices = *state;
	struct text text;

	prepare_harm(offices, &text);
	for (size_t at = 0; at < text.len; at += 1 + text.len / 211) {
		/* The version alone may say that it is of another one. */
		if (memmem(text.bytes + (at < 9 ? 0 : at - 9), 10, "\"pack\":", 7) != NULL)
			continue;
		text.bytes[at] ^= 1;
		assert_refused(offices, &text, ERR_FORMAT);
		text.bytes[at] ^= 1;
	}
	free(text.bytes);
}

static char *
line_at(const struct text *text, const char *beginning)
{
	char *at = memmem(text->bytes, text->len, beginning, strlen(beginning));

	assert_non_null(at);
	return at;
}

/* Swaps the last two events, and makes the last line fit. */
static void
a_pack_whose_events_were_reordered_is_refused(void **state)
{
	struct offices *offices = *state;
	struct text text;

	prepare_harm(offices, &text);
	char *end = line_at(&text, "\n{\"bytes\"") + 1;
	char *last = memrchr(text.bytes, '\n', (size_t)(end - 1 - text.bytes));
	char *former = memrchr(text.bytes, '\n', (size_t)(last - text.bytes));
	const size_t first_len = (size_t)(last - former);
	const size_t last_len = (size_t)(end - 1 - last);
	char *copy = malloc(first_len);

	assert_non_null(copy);
	memcpy(copy, former + 1, first_len);
	memmove(former + 1, last + 1, last_len);
	memcpy(former + 1 + last_len, copy, first_len);
	free(copy);
	sign_again(&text);
	assert_refused(offices, &text, ERR_NOT_NOW);
	free(text.bytes);
}

static void
replace_in(struct text *text, const char *beginning, const char *from, const char *to)
{
	char *line = line_at(text, beginning);
	char *at = memmem(line, text->len - (size_t)(line - text->bytes), from, strlen(from));

	assert_non_null(at);
	assert_int_equal(strlen(from), strlen(to));
	memcpy(at, to, strlen(to));
}

/* Each is signed anew by the forger, so that the pack's own bytes fit. */
static void
a_forged_pack_is_refused_whatever_was_forged(void **state)
{
	struct offices *offices = *state;
	static const struct {
		const char *line;
		const char *from;
		const char *to;
		enum err err;
	} rows[] = {
		{ "{\"contents\"", "\"pack\":1", "\"pack\":2", ERR_UNSUPPORTED },
		{ "{\"contents\"", "\"pack\"", "\"park\"", ERR_FORMAT },
		{ "{\"contents\"", "\"practice\":true,\"roster\":\"",
		    "\"practice\":true,\"rostar\":\"", ERR_FORMAT },
		{ "{\"body\"", "\"v\":1", "\"v\":2", ERR_UNSUPPORTED },
		{ "{\"body\"", "roster.found", "roster.fownd", ERR_UNSUPPORTED },
		{ "{\"body\"", "\"practice\":true", "\"practice\":1234", ERR_FORMAT },
		{ "{\"body\"", "\"prev\":\"0", "\"prev\":\"1", ERR_EXISTS },
		{ "{\"bytes\"", "\"salt\":\"", "\"sa1t\":\"", ERR_FORMAT },
	};
	struct text text;
	struct text forged;

	prepare_harm(offices, &text);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		forged = (struct text){ malloc(text.len), text.len };
		assert_non_null(forged.bytes);
		memcpy(forged.bytes, text.bytes, text.len);
		replace_in(&forged, rows[i].line, rows[i].from, rows[i].to);
		sign_again(&forged);
		print_message("%s -> %s\n", rows[i].from, rows[i].to);
		assert_refused(offices, &forged, rows[i].err);
		free(forged.bytes);
	}
	free(text.bytes);
}

/* The first content's salt, of an event that is here already, and of one that is new. */
/* What no Quorate writes, but an installation that was tampered with could. */
static void
write_name(struct place *place, const char *name)
{
	struct err_trace trace = { 0 };
	struct roster_id id;
	json_t *hash = NULL;

	assert_ok(roster_id_new(&id, &trace), &trace);
	assert_ok(roster_begin(place->roster, &trace), &trace);
	assert_ok(content_put_text(place->roster, name, &hash, &trace), &trace);
	assert_ok(event_append(place->roster, "person.add",
		      json_pack("{s:o, s:o, s:[s]}", "person", member_of_id(&id), "name", hash,
			  "roles", "witness"),
		      &trace),
	    &trace);
	assert_ok(roster_end(place->roster, ERR_OK, &trace), &trace);
}

static void
a_name_that_a_terminal_would_obey_is_refused_with_its_pack(void **state)
{
	static const char *const names[] = { "a\x1b[2J", "a\xc2\x9bJ", "not UTF-8 \xff" };
	struct offices *offices = *state;

	for (unsigned at = 1; at < OFFICES; at++) {
		struct err_trace trace = { 0 };

		write_name(offices->place[at], names[at]);
		offices_pack(offices, at);
		assert_fails(offices_try_take(offices, 0, &trace), ERR_FORMAT, &trace);
		assert_true(place_says(&trace, "a text that cannot be shown"));
	}
	write_name(offices->place[1], names[0]);
}

static void
a_content_that_was_changed_is_refused(void **state)
{
	struct offices *offices = *state;
	struct text text;

	prepare_harm(offices, &text);
	char *salt = line_at(&text, "\"salt\":\"") + 8;
	salt[0] = salt[0] == '0' ? '1' : '0';
	sign_again(&text);
	assert_refused(offices, &text, ERR_FORMAT);
	free(text.bytes);
}

/* ---- the wrong pack ------------------------------------------------------------------------ */

static void
found_stranger(struct place *place, bool practice)
{
	struct err_trace trace = { 0 };
	const struct roster_options options = place_options(place, ROSTER_WRITE);
	const struct roster_founding founding = { .paths = options.paths,
		.clock = options.clock,
		.practice = practice,
		.administrator = "ann" };

	assert_ok(roster_create(&founding, &place->roster, &trace), &trace);
}

static void
try_stranger(struct offices *offices, bool practice, enum err wanted, const char *words)
{
	struct err_trace trace = { 0 };
	struct roster_packed packed;
	void *state = NULL;

	place_setup(&state);
	struct place *stranger = state;
	found_stranger(stranger, practice);
	unlink(offices->pack);
	assert_ok(roster_pack(stranger->roster, offices->pack, NULL, &packed, &trace), &trace);
	assert_fails(offices_try_take(offices, 1, &trace), wanted, &trace);
	assert_true(place_says(&trace, words));
	place_teardown(&state);
}

static void
a_strangers_pack_and_a_real_one_are_refused(void **state)
{
	try_stranger(*state, true, ERR_FORMAT, "of another roster");
	try_stranger(*state, false, ERR_DENIED, "the pack is of a real roster; this is a PRACTICE");
}

static void
a_pack_from_the_future_is_refused_with_both_times(void **state)
{
	struct offices *offices = *state;
	struct err_trace trace = { 0 };

	offices->place[0]->now += 400;
	place_go_on(offices->place[0], "walter");
	offices_pack(offices, 0);
	assert_fails(offices_try_take(offices, 1, &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "but the clock here says"));
	offices->place[1]->now += 400;
	offices_take(offices, 1);
}

static void
a_clock_before_the_last_event_is_told(void **state)
{
	struct offices *offices = *state;
	struct err_trace trace = { 0 };
	struct roster_id id;
	const struct roster_person_add add = { .name = "walter", .roles = ROSTER_WITNESS };

	offices->place[0]->now += 4000;
	offices->place[1]->now += 4000;
	place_go_on(offices->place[0], "wanda");
	offices_pack(offices, 0);
	offices_take(offices, 1);
	offices->place[1]->now -= 4000;
	assert_fails(
	    roster_person_add(offices->place[1]->roster, &add, &id, &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "set the machine's clock"));
}

/* A copy of a whole machine, state folder and all, went on by itself. */
static void
a_clones_pack_is_refused_with_both_events(void **state)
{
	struct offices *offices = *state;
	struct place *first = offices->place[0];
	struct err_trace trace = { 0 };

	place_close(first);
	place_copy_file(first);
	place_copy_state(first);
	place_reopen(first);
	place_go_on(first, "walter");
	offices_pack(offices, 0);
	offices_take(offices, 1);
	place_close(first);
	place_swap_file(first);
	place_swap_state(first);
	place_reopen(first);
	first->now += 60;
	place_go_on(first, "mallory");
	offices_pack(offices, 0);
	offices->place[1]->now += 60;
	assert_fails(offices_try_take(offices, 1, &trace), ERR_EXISTS, &trace);
	assert_true(place_says(&trace, "two different events with one writer and number"));
	assert_true(place_says(&trace, "of 'first' is"));
}

/* The other way round: the rolled-back machine learns from a pack that it is one. */
static void
a_rolled_back_installation_learns_it_from_a_pack(void **state)
{
	struct offices *offices = *state;
	struct place *first = offices->place[0];
	struct err_trace trace = { 0 };

	place_close(first);
	place_copy_file(first);
	place_copy_state(first);
	place_reopen(first);
	place_go_on(first, "walter");
	offices_pack(offices, 0);
	offices_take(offices, 1);
	offices_pack(offices, 1);
	place_close(first);
	place_swap_file(first);
	place_swap_state(first);
	place_reopen(first);
	assert_fails(offices_try_take(offices, 0, &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "whose own roster ends with event"));
}

static enum err
try_join(struct place *place, const char *pack, const char *person, struct err_trace *trace)
{
	const struct roster_options options = place_options(place, ROSTER_WRITE);
	const struct roster_joining joining = { .paths = options.paths,
		.clock = options.clock,
		.pack = pack,
		.person = person,
		.installation = "another" };

	return roster_join(&joining, &place->roster, trace);
}

static void
who_joins_is_of_the_roster_and_joins_once(void **state)
{
	struct offices *offices = *state;
	struct err_trace trace = { 0 };
	void *other = NULL;

	place_setup(&other);
	struct place *place = other;
	offices_pack(offices, 0);
	assert_fails(try_join(place, offices->pack, "nobody", &trace), ERR_ABSENT, &trace);
	assert_int_not_equal(access(place->file, F_OK), 0);
	err_clear(&trace);
	place->now = offices->place[0]->now;
	assert_ok(try_join(place, offices->pack, "ann", &trace), &trace);
	place_close(place);
	assert_fails(try_join(place, offices->pack, "ann", &trace), ERR_EXISTS, &trace);
	err_clear(&trace);
	snprintf(place->file, sizeof(place->file), "%s/elsewhere", place->folder);
	assert_fails(try_join(place, offices->pack, "ann", &trace), ERR_EXISTS, &trace);
	assert_true(place_says(&trace, "has a file of the roster"));
	assert_true(place_says(&trace, ".writer"));
	place_teardown(&other);
}

static void
a_second_installation_does_not_begin_from_a_part(void **state)
{
	struct offices *offices = *state;
	struct err_trace trace = { 0 };
	void *other = NULL;

	place_setup(&other);
	offices_pack(offices, 1);
	offices_take(offices, 0);
	place_go_on(offices->place[0], "walter");
	offices_pack_for(offices, 0, 1);
	assert_fails(try_join(other, offices->pack, "ann", &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "a whole pack"));
	place_teardown(&other);
}

/* ---- the page ------------------------------------------------------------------------------ */

/* The lines "pack-1 = …" of the page's vector, as the file that they are. */
static void
write_vector(const char *path)
{
	char *page = NULL;
	size_t len = 0;
	char *text = NULL;
	size_t text_len = 0;
	FILE *to = open_memstream(&text, &text_len);

	assert_non_null(to);
	assert_int_equal(file_read(PACK_PAGE, PACK_MAX, &page, &len, NULL), ERR_OK);
	for (const char *at = page; (at = strstr(at, "\npack-")) != NULL; at++) {
		const char *line = strstr(at, " = ") + 3;

		fprintf(to, "%.*s\n", (int)strcspn(line, "\n"), line);
	}
	assert_int_equal(fclose(to), 0);
	assert_int_equal(file_create(path, text, text_len, NULL), ERR_OK);
	free(text);
	free(page);
}

static void
the_pages_vector_is_a_pack_that_can_be_joined(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_person found;

	write_vector(place->spare_file);
	assert_ok(try_join(place, place->spare_file, "Zoë Ångström", &trace), &trace);
	assert_ok(roster_person_find(place->roster, "Zoë Ångström", &found, &trace), &trace);
	assert_int_equal(found.since, 1790000000);
}

#define WITH_OFFICES(test) cmocka_unit_test_setup_teardown(test, offices_setup, offices_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_OFFICES(what_two_installations_write_at_once_is_on_both_afterwards),
		WITH_OFFICES(a_pack_taken_again_adds_nothing),
		WITH_OFFICES(a_pack_for_an_installation_has_only_what_it_lacks),
		WITH_OFFICES(a_pack_that_begins_too_late_is_refused),
		WITH_OFFICES(an_erasure_wins_over_a_pack_that_brings_the_name_back),
		WITH_OFFICES(who_left_does_not_come_back_by_a_departure_planned_elsewhere),
		WITH_OFFICES(a_name_that_a_terminal_would_obey_is_refused_with_its_pack),
		WITH_OFFICES(a_pack_cut_off_anywhere_is_refused),
		WITH_OFFICES(a_pack_with_a_changed_byte_is_refused_wherever_it_is),
		WITH_OFFICES(a_pack_whose_events_were_reordered_is_refused),
		WITH_OFFICES(a_forged_pack_is_refused_whatever_was_forged),
		WITH_OFFICES(a_content_that_was_changed_is_refused),
		WITH_OFFICES(a_strangers_pack_and_a_real_one_are_refused),
		WITH_OFFICES(a_pack_from_the_future_is_refused_with_both_times),
		WITH_OFFICES(a_clock_before_the_last_event_is_told),
		WITH_OFFICES(a_clones_pack_is_refused_with_both_events),
		WITH_OFFICES(a_rolled_back_installation_learns_it_from_a_pack),
		WITH_OFFICES(who_joins_is_of_the_roster_and_joins_once),
		WITH_OFFICES(a_second_installation_does_not_begin_from_a_part),
		cmocka_unit_test_setup_teardown(
		    the_pages_vector_is_a_pack_that_can_be_joined, place_setup, place_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
