/* SPDX-License-Identifier: BSD-2-Clause */
/* People, cards, quorums and bindings: what is taken, and what is refused with which words. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/activation.h"
#include "roster/calendar.h"
#include "roster/key.h"
#include "roster/log.h"
#include "roster/policy.h"
#include "roster/signing.h"
#include "tests/unit/roster/support.h"

static const struct {
	const char *name;
	unsigned roles;
	enum err err;
} people[] = {
	{ "Zoë Ångström", ROSTER_WITNESS | ROSTER_KEEPER, ERR_OK },
	{ "ann", ROSTER_WITNESS, ERR_EXISTS },
	{ "", ROSTER_WITNESS, ERR_ARGUMENT },
	{ "bob,carol", ROSTER_WITNESS, ERR_ARGUMENT },
	{ "bob\033[2J", ROSTER_WITNESS, ERR_ARGUMENT },
	{ " bob", ROSTER_WITNESS, ERR_ARGUMENT },
	{ "-bob", ROSTER_WITNESS, ERR_ARGUMENT },
	{ "bob\xff", ROSTER_WITNESS, ERR_ARGUMENT },
	{ "erased person 01234567", ROSTER_WITNESS, ERR_ARGUMENT },
	{ "bob", 0, ERR_ARGUMENT },
	{ "bob", 1 << 7, ERR_ARGUMENT },
};

static void
a_person_needs_a_name_of_their_own_and_a_role(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_id id;

	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		const struct roster_person_add add = { .name = people[i].name,
			.roles = people[i].roles };

		err_clear(&trace);
		const enum err err = roster_person_add(place->roster, &add, &id, &trace);
		if (err != people[i].err)
			print_error("'%s'\n", people[i].name);
		assert_int_equal(err, people[i].err);
	}
}

static void
a_person_is_found_by_name_and_by_id_and_near_names_are_told(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_person found;
	char id[ROSTER_ID_TEXT];

	place_add_people(place);
	assert_ok(roster_person_find(place->roster, "carol", &found, &trace), &trace);
	assert_true(roster_id_equal(&found.id, &place->person[2]));
	roster_id_format(&found.id, id);
	id[12] = '\0';
	assert_ok(roster_person_find(place->roster, id, &found, &trace), &trace);
	assert_string_equal(found.name, "carol");
	assert_fails(roster_person_find(place->roster, "caro", &found, &trace), ERR_ABSENT, &trace);
	assert_true(place_says(&trace, "did you mean 'carol'"));
}

static void
nobody_unknown_acts_on_the_roster(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	const struct roster_id nobody = { { 9 } };

	assert_fails(roster_act_as(place->roster, &nobody, &trace), ERR_ABSENT, &trace);
}

static void
begin_card(struct place *place, const char *quorum, const char *serial, enum err want,
    struct roster_card *out)
{
	struct err_trace trace = { 0 };
	const struct roster_card_begin begin = { .quorum = quorum,
		.serial = serial,
		.custodian = place->person[0],
		.family = "openpgp",
		.model = "m",
		.firmware = "1",
		.atr = "3b" };
	const enum err err = roster_card_begin(place->roster, &begin, out, &trace);

	if (want == ERR_OK)
		assert_ok(err, &trace);
	else
		assert_fails(err, want, &trace);
}

static void
a_short_name_is_never_given_twice(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_card card;

	place_add_people(place);
	begin_card(place, "root", "A:1", ERR_OK, &card);
	assert_string_equal(card.name, "root/1");
	assert_ok(roster_card_abandon(place->roster, &card.id, "broken", &trace), &trace);
	begin_card(place, "root", "A:2", ERR_OK, &card);
	assert_string_equal(card.name, "root/2");
	begin_card(place, "issuing", "A:3", ERR_OK, &card);
	assert_string_equal(card.name, "issuing/1");
	begin_card(place, "Not Plain", "A:4", ERR_ARGUMENT, &card);
}

static void
a_begun_enrolment_is_found_by_serial_and_not_begun_twice(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_card card;

	place_add_people(place);
	begin_card(place, "root", "A:1", ERR_OK, &card);
	begin_card(place, "root", "A:1", ERR_NOT_NOW, &card);
	assert_ok(roster_card_by_serial(place->roster, "A:1", &card, &trace), &trace);
	assert_int_equal(card.state, ROSTER_CARD_BEGUN);
	assert_false(roster_id_is_set(&(struct roster_id){ { card.fingerprint.bytes[0] } }));
	assert_fails(
	    roster_card_by_serial(place->roster, "A:9", &card, &trace), ERR_ABSENT, &trace);
}

static void
a_card_that_holds_a_live_share_is_not_enrolled_anew(void **state)
{
	struct place *place = *state;
	struct roster_card card;

	place_found_quorum(place);
	begin_card(place, "root", "FFFE:00000001", ERR_NOT_NOW, &card);
}

static void
an_enrolled_card_without_a_share_may_be_enrolled_anew_under_a_new_name(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_card card;

	place_add_people(place);
	place_enrol_cards(place);
	begin_card(place, "root", "FFFE:00000001", ERR_OK, &card);
	assert_string_equal(card.name, "root/6");
	assert_ok(roster_card_get(place->roster, &place->card[0], &card, &trace), &trace);
	assert_int_equal(card.state, ROSTER_CARD_ABANDONED);
	assert_ok(roster_card_by_name(place->roster, "root/1", &card, &trace), &trace);
	assert_fails(
	    roster_card_by_name(place->roster, "root/01", &card, &trace), ERR_ABSENT, &trace);
	err_clear(&trace);
	assert_fails(
	    roster_card_by_name(place->roster, "root/1x", &card, &trace), ERR_ABSENT, &trace);
}

static void
keys_must_be_points_with_their_fingerprint(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_card good;
	struct roster_card card;
	struct roster_card_keys keys;

	place_add_people(place);
	place_enrol_cards(place);
	assert_ok(roster_card_get(place->roster, &place->card[0], &good, &trace), &trace);
	memcpy(keys.dec, good.dec, sizeof(keys.dec));
	memcpy(keys.sig, good.sig, sizeof(keys.sig));
	keys.fingerprint = good.fingerprint;
	begin_card(place, "root", "A:7", ERR_OK, &card);
	keys.fingerprint.bytes[0] ^= 1;
	assert_fails(
	    roster_card_enrol(place->roster, &card.id, &keys, &trace), ERR_ARGUMENT, &trace);
	keys.fingerprint.bytes[0] ^= 1;
	keys.dec[64] ^= 1;
	err_clear(&trace);
	assert_fails(
	    roster_card_enrol(place->roster, &card.id, &keys, &trace), ERR_ARGUMENT, &trace);
	keys.dec[64] ^= 1;
	err_clear(&trace);
	assert_ok(roster_card_enrol(place->roster, &card.id, &keys, &trace), &trace);
	assert_fails(
	    roster_card_enrol(place->roster, &card.id, &keys, &trace), ERR_NOT_NOW, &trace);
}

static void
an_admin_pin_changes_only_after_its_escrow(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_card card;

	place_add_people(place);
	place_enrol_cards(place);
	assert_fails(roster_card_set_admin_pin(
			 place->roster, &place->card[0], ROSTER_ADMIN_PIN_CHANGED, &trace),
	    ERR_NOT_NOW, &trace);
	err_clear(&trace);
	assert_ok(roster_card_set_admin_pin(
		      place->roster, &place->card[0], ROSTER_ADMIN_PIN_ESCROWED, &trace),
	    &trace);
	assert_ok(roster_card_set_admin_pin(
		      place->roster, &place->card[0], ROSTER_ADMIN_PIN_CHANGED, &trace),
	    &trace);
	assert_ok(roster_card_get(place->roster, &place->card[0], &card, &trace), &trace);
	assert_int_equal(card.admin_pin, ROSTER_ADMIN_PIN_CHANGED);
	assert_fails(
	    roster_card_set_admin_pin(place->roster, &place->card[0], ROSTER_ADMIN_PIN_OWN, &trace),
	    ERR_NOT_NOW, &trace);
}

static void
a_receipt_is_confirmed_by_two_different_people(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_id twice[2];
	struct roster_card card;

	place_add_people(place);
	place_enrol_cards(place);
	twice[0] = twice[1] = place->person[0];
	assert_fails(roster_card_confirm_receipt(place->roster, &place->card[1], twice, &trace),
	    ERR_ARGUMENT, &trace);
	err_clear(&trace);
	assert_ok(
	    roster_card_confirm_receipt(place->roster, &place->card[1], place->person, &trace),
	    &trace);
	assert_ok(roster_card_get(place->roster, &place->card[1], &card, &trace), &trace);
	assert_true(card.receipt_confirmed);
}

/* Each spoils a good seal; the roster must refuse it whole. */
static void
spoil_threshold_1(struct roster_seal *seal)
{
	seal->threshold = 1;
}

static void
spoil_threshold_6(struct roster_seal *seal)
{
	seal->threshold = 6;
}

static void
spoil_number(struct roster_seal *seal)
{
	seal->number = 2;
}

static void
spoil_index(struct roster_seal *seal)
{
	seal->share[3].index = 0;
}

static void
spoil_index_16(struct roster_seal *seal)
{
	seal->share[3].index = 16;
}

static void
spoil_card(struct roster_seal *seal)
{
	seal->share[3].card = seal->share[2].card;
}

static void
spoil_unknown_card(struct roster_seal *seal)
{
	seal->share[3].card.bytes[0] ^= 1;
}

static void
spoil_escrow(struct roster_seal *seal)
{
	seal->escrow[64] ^= 1;
}

static const struct {
	void (*spoil)(struct roster_seal *seal);
	enum err err;
} spoilt[] = {
	{ spoil_threshold_1, ERR_ARGUMENT },
	{ spoil_threshold_6, ERR_ARGUMENT },
	{ spoil_number, ERR_ARGUMENT },
	{ spoil_index, ERR_ARGUMENT },
	{ spoil_index_16, ERR_ARGUMENT },
	{ spoil_card, ERR_ARGUMENT },
	{ spoil_unknown_card, ERR_ABSENT },
	{ spoil_escrow, ERR_ARGUMENT },
};

static void
a_seal_with_anything_wrong_stores_nothing(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_seal seal;
	struct roster_generation *list = NULL;
	struct roster_hash before;
	struct roster_hash after;
	size_t count = 1;

	place_add_people(place);
	place_enrol_cards(place);
	assert_ok(roster_quorum_create(place->roster, "root", &place->quorum, &trace), &trace);
	assert_ok(roster_head(place->roster, &before, &trace), &trace);
	for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
		place_seal_of(place, 1, &seal);
		spoilt[i].spoil(&seal);
		err_clear(&trace);
		assert_fails(roster_generation_seal(place->roster, &place->quorum, &seal, &trace),
		    spoilt[i].err, &trace);
	}
	assert_ok(roster_head(place->roster, &after, &trace), &trace);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_ok(
	    roster_generation_list(place->roster, &place->quorum, &list, &count, &trace), &trace);
	assert_int_equal(count, 0);
	free(list);
}

static void
a_sealed_generation_reads_back_as_it_was(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_seal seal;
	struct roster_generation generation;

	place_add_people(place);
	place_enrol_cards(place);
	assert_ok(roster_quorum_create(place->roster, "root", &place->quorum, &trace), &trace);
	place_seal_of(place, 1, &seal);
	assert_ok(roster_generation_seal(place->roster, &place->quorum, &seal, &trace), &trace);
	assert_ok(
	    roster_generation_get(place->roster, &place->quorum, 1, &generation, &trace), &trace);
	assert_int_equal(generation.state, ROSTER_GENERATION_SEALED);
	assert_int_equal(generation.threshold, 3);
	assert_memory_equal(generation.escrow, seal.escrow, sizeof(seal.escrow));
	for (unsigned i = 0; i < seal.size; i++) {
		assert_int_equal(generation.share[i].index, seal.share[i].index);
		assert_true(generation.share[i].has_record);
		assert_memory_equal(
		    generation.share[i].record, seal.share[i].record, ROSTER_RECORD_SIZE);
		assert_memory_equal(
		    &generation.share[i].custodian, &place->person[i], sizeof(place->person[i]));
	}
}

static void
a_generation_goes_only_forwards(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	static const enum roster_generation_state refused[] = { ROSTER_GENERATION_SEALED,
		ROSTER_GENERATION_DELIVERING, ROSTER_GENERATION_LIVE, ROSTER_GENERATION_ABORTED };

	place_found_quorum(place);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		err_clear(&trace);
		assert_fails(roster_generation_set_state(
				 place->roster, &place->quorum, 1, refused[i], &trace),
		    ERR_NOT_NOW, &trace);
	}
	err_clear(&trace);
	assert_ok(roster_binding_remove(place->roster, &place->binding, "gone", &trace), &trace);
	assert_ok(roster_generation_set_state(
		      place->roster, &place->quorum, 1, ROSTER_GENERATION_DEAD, &trace),
	    &trace);
}

static void
an_abandoned_quorums_name_is_free_again_and_a_standing_one_cannot_be(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_id first;
	struct roster_id second;

	assert_ok(roster_quorum_create(place->roster, "root", &first, &trace), &trace);
	assert_fails(
	    roster_quorum_create(place->roster, "root", &second, &trace), ERR_EXISTS, &trace);
	err_clear(&trace);
	assert_ok(roster_quorum_abandon(place->roster, &first, "aborted", &trace), &trace);
	place_found_quorum(place);
	assert_fails(roster_quorum_abandon(place->roster, &place->quorum, "no", &trace),
	    ERR_NOT_NOW, &trace);
}

static void
a_card_of_one_quorum_is_not_sealed_to_by_another(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_seal seal;
	struct roster_id other;

	place_found_quorum(place);
	assert_ok(roster_quorum_create(place->roster, "issuing", &other, &trace), &trace);
	place_seal_of(place, 1, &seal);
	assert_fails(
	    roster_generation_seal(place->roster, &other, &seal, &trace), ERR_NOT_NOW, &trace);
}

static void
an_escrow_is_replaced_and_the_old_one_erased(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_escrow escrow = { .kind = ROSTER_ESCROW_OLDER_SECRET,
		.subject = { [31] = 1 },
		.generation = 1,
		.blob_len = 81,
		.blob = "first" };
	struct roster_escrow found;
	struct roster_escrow *list = NULL;
	size_t count = 0;

	place_found_quorum(place);
	assert_ok(roster_escrow_store(place->roster, &place->quorum, &escrow, &trace), &trace);
	memcpy(escrow.blob, "second", 6);
	assert_ok(roster_escrow_store(place->roster, &place->quorum, &escrow, &trace), &trace);
	assert_ok(
	    roster_escrow_get(place->roster, &place->quorum, &escrow, &found, &trace), &trace);
	assert_memory_equal(found.blob, escrow.blob, escrow.blob_len);
	assert_ok(
	    roster_escrow_list(place->roster, &place->quorum, 1, &list, &count, &trace), &trace);
	assert_int_equal(count, 1);
	assert_int_equal(list[0].kind, ROSTER_ESCROW_OLDER_SECRET);
	free(list);
	place_close(place);
	assert_false(place_has_bytes(place, "first\0\0\0\0\0\0", 11));
	assert_true(place_has_bytes(place, "second\0\0\0\0\0", 11));
}

static const struct {
	const char *name;
	struct roster_pin_format format;
	enum err err;
} formats[] = {
	{ "the default", { 0 }, ERR_OK },
	{ "digits", { true, "", "0123456789", 20 }, ERR_OK },
	{ "with a prefix", { true, "partition:", "0123456789abcdef", 16 }, ERR_OK },
	{ "too short", { true, "", "0123456789", 19 }, ERR_ARGUMENT },
	{ "too long", { true, "", "0123456789abcdef", 97 }, ERR_ARGUMENT },
	{ "one character", { true, "", "0", 64 }, ERR_ARGUMENT },
	{ "the same character twice", { true, "", "01230", 64 }, ERR_ARGUMENT },
	{ "a space in it", { true, "", "01 23", 64 }, ERR_ARGUMENT },
	{ "a prefix not printable", { true, "\t", "0123456789", 20 }, ERR_ARGUMENT },
};

static void
a_pin_format_has_64_to_384_bits_of_a_sound_alphabet(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_binding_spec spec;
	struct roster_binding found;
	struct roster_id id;
	char name[ROSTER_BINDING_NAME];

	place_found_quorum(place);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		snprintf(name, sizeof(name), "binding-%zu", i);
		place_spec(&spec, name);
		spec.format[ROSTER_SO_PIN] = formats[i].format;
		err_clear(&trace);
		const enum err err =
		    roster_binding_add(place->roster, &place->quorum, &spec, &id, &trace);
		if (err != formats[i].err)
			print_error("%s\n", formats[i].name);
		assert_int_equal(err, formats[i].err);
		if (err != ERR_OK)
			continue;
		assert_ok(roster_binding_find(place->roster, name, &found, &trace), &trace);
		assert_int_equal(found.spec.format[ROSTER_SO_PIN].is_set, formats[i].format.is_set);
		assert_string_equal(
		    found.spec.format[ROSTER_SO_PIN].alphabet, formats[i].format.alphabet);
		assert_string_equal(
		    found.spec.format[ROSTER_SO_PIN].prefix, formats[i].format.prefix);
		assert_false(found.spec.format[ROSTER_USER_PIN].is_set);
	}
}

static void
a_binding_reads_back_with_what_each_pin_opens_with(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_binding found;
	struct roster_binding_spec spec;
	struct roster_token token;
	struct roster_id id;

	place_found_quorum(place);
	assert_ok(
	    roster_binding_by_serial(place->roster, "0123456789abcdef", &found, &trace), &trace);
	assert_string_equal(found.spec.name, "root-ca");
	assert_int_equal(found.opens[ROSTER_USER_PIN], 1);
	assert_int_equal(found.opens[ROSTER_SO_PIN], 1);
	assert_true(found.spec.token.software);
	place_spec(&spec, "root-ca");
	assert_fails(roster_binding_add(place->roster, &place->quorum, &spec, &id, &trace),
	    ERR_EXISTS, &trace);
	err_clear(&trace);
	token = found.spec.token;
	snprintf(token.serial, sizeof(token.serial), "ffff");
	assert_ok(roster_binding_set_token(place->roster, &place->binding, &token, &trace), &trace);
	assert_ok(roster_binding_by_serial(place->roster, "ffff", &found, &trace), &trace);
	assert_ok(roster_binding_remove(place->roster, &place->binding, "sold", &trace), &trace);
	assert_fails(
	    roster_binding_find(place->roster, "root-ca", &found, &trace), ERR_ABSENT, &trace);
}

static void
a_pin_opens_only_with_a_generation_that_is_there_and_only_if_bound(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_binding_spec spec;
	struct roster_id id;

	place_found_quorum(place);
	assert_fails(
	    roster_binding_opens(place->roster, &place->binding, ROSTER_USER_PIN, 2, &trace),
	    ERR_ABSENT, &trace);
	place_spec(&spec, "user-only");
	spec.binds[ROSTER_SO_PIN] = false;
	err_clear(&trace);
	assert_ok(roster_binding_add(place->roster, &place->quorum, &spec, &id, &trace), &trace);
	assert_fails(roster_binding_opens(place->roster, &id, ROSTER_SO_PIN, 1, &trace),
	    ERR_ARGUMENT, &trace);
}

static void
an_activation_is_opened_once_and_closed_once(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_activation activation = {
		.generation = 1, .binding = "root-ca", .purpose = "sign the CRL", .cards = 3
	};
	struct roster_activation *list = NULL;
	size_t count = 0;

	place_found_quorum(place);
	activation.quorum = place->quorum;
	for (int i = 0; i < 3; i++)
		activation.card[i] = place->card[i];
	assert_ok(roster_activation_open(place->roster, &activation, &trace), &trace);
	assert_ok(
	    roster_activation_close(place->roster, &activation.id, 2, "exit 0", &trace), &trace);
	assert_fails(roster_activation_close(place->roster, &activation.id, 2, "exit 0", &trace),
	    ERR_NOT_NOW, &trace);
	err_clear(&trace);
	assert_ok(
	    roster_activation_list(place->roster, &place->quorum, &list, &count, &trace), &trace);
	assert_int_equal(count, 1);
	assert_int_equal(list[0].uses, 2);
	assert_int_equal(list[0].cards, 3);
	assert_memory_equal(&list[0].card[2], &place->card[2], sizeof(place->card[2]));
	free(list);
}

static void
a_generated_key_is_listed_under_its_binding(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_key key = { .binding = "root-ca",
		.label = "root 2026",
		.algorithm = "ec-p384",
		.id = "01",
		.public_hash = { { 5 } } };
	struct roster_key *list = NULL;
	size_t count = 0;

	place_found_quorum(place);
	assert_ok(roster_key_generated(place->roster, &key, &trace), &trace);
	assert_ok(roster_key_list(place->roster, "root-ca", &list, &count, &trace), &trace);
	assert_int_equal(count, 1);
	assert_string_equal(list[0].label, "root 2026");
	free(list);
	snprintf(key.id, sizeof(key.id), "not hex");
	assert_fails(roster_key_generated(place->roster, &key, &trace), ERR_FORMAT, &trace);
}

static void
what_a_key_signed_is_listed_and_its_end_is_in_the_calendar(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_signing signing = { .binding = "root-ca",
		.label = "root 2026",
		.id = "01",
		.kind = ROSTER_SIGNED_SELF,
		.subject = "CN=Root",
		.number = "0a",
		.hash = { { 7 } },
		.from = 1000,
		.until = 2000 };
	struct roster_signing *list = NULL;
	struct roster_date *dates = NULL;
	size_t count = 0;

	place_found_quorum(place);
	assert_ok(roster_signing_add(place->roster, &place->quorum, &signing, &trace), &trace);
	signing.kind = ROSTER_SIGNED_CRL;
	signing.until = 1500;
	assert_ok(roster_signing_add(place->roster, &place->quorum, &signing, &trace), &trace);
	assert_ok(roster_signing_list(place->roster, "root-ca", &list, &count, &trace), &trace);
	assert_int_equal(count, 2);
	assert_int_equal(list[0].kind, ROSTER_SIGNED_SELF);
	assert_string_equal(list[0].subject, "CN=Root");
	assert_string_equal(list[0].number, "0a");
	assert_int_equal(list[0].hash.bytes[0], 7);
	assert_int_equal(list[0].until, 2000);
	assert_string_equal(roster_signing_word(list[1].kind), "crl");
	free(list);
	assert_ok(
	    roster_calendar_list(place->roster, &place->quorum, &dates, &count, &trace), &trace);
	assert_int_equal(count, 2);
	assert_int_equal(dates[0].kind, ROSTER_DATE_CRL);
	assert_int_equal(dates[0].date, 1500);
	assert_int_equal(dates[1].kind, ROSTER_DATE_RENEWAL);
	assert_string_equal(dates[1].subject, "root 2026");
	free(dates);
}

static void
a_signature_without_an_end_is_refused_and_sets_no_date(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	const struct roster_signing signing = { .binding = "root-ca",
		.label = "root",
		.kind = ROSTER_SIGNED_SELF,
		.subject = "CN=Root",
		.number = "0a",
		.from = 1000 };
	struct roster_date *dates = NULL;
	size_t count = 0;

	place_found_quorum(place);
	assert_fails(roster_signing_add(place->roster, &place->quorum, &signing, &trace),
	    ERR_FORMAT, &trace);
	err_clear(&trace);
	assert_ok(
	    roster_calendar_list(place->roster, &place->quorum, &dates, &count, &trace), &trace);
	assert_int_equal(count, 0);
	free(dates);
}

static void
the_policy_has_defaults_bounds_and_a_history(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_policy_change change = {
		.which = ROSTER_POLICY_MARGIN, .value = 2, .reason = "two sites"
	};
	const int64_t before = place->now;
	enum roster_policy which;
	int64_t all[ROSTER_POLICY__COUNT];
	int64_t value = 0;

	place_add_people(place);
	memcpy(change.people, place->person, sizeof(change.people));
	assert_ok(roster_policy_find("roll-call-days", &which, &trace), &trace);
	assert_ok(roster_policy_get(place->roster, which, 0, &value, &trace), &trace);
	assert_int_equal(value, 180);
	place->now += 1000;
	assert_ok(roster_policy_set(place->roster, &change, &trace), &trace);
	assert_ok(roster_policy_get(place->roster, change.which, 0, &value, &trace), &trace);
	assert_int_equal(value, 2);
	assert_ok(roster_policy_get(place->roster, change.which, before, &value, &trace), &trace);
	assert_int_equal(value, 1);
	assert_ok(roster_policy_all(place->roster, 0, all, &trace), &trace);
	assert_int_equal(all[ROSTER_POLICY_MARGIN], 2);
	assert_int_equal(all[ROSTER_POLICY_ROLL_CALL_DAYS], 180);
	assert_ok(roster_policy_all(place->roster, before, all, &trace), &trace);
	assert_int_equal(all[ROSTER_POLICY_MARGIN], 1);
	change.value = 15;
	assert_fails(roster_policy_set(place->roster, &change, &trace), ERR_ARGUMENT, &trace);
	change.value = 1;
	change.people[1] = change.people[0];
	err_clear(&trace);
	assert_fails(roster_policy_set(place->roster, &change, &trace), ERR_ARGUMENT, &trace);
	err_clear(&trace);
	assert_fails(roster_policy_find("roll-call", &which, &trace), ERR_ARGUMENT, &trace);
	assert_true(place_says(&trace, "roll-call-grace-days"));
}

static void
a_clock_far_behind_the_last_event_is_refused(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_id id;
	const struct roster_person_add add = { .name = "walter", .roles = ROSTER_WITNESS };

	place->now -= 60; /* a small step back: the event takes the last one's time */
	place_go_on(place, "wanda");
	place->now -= 3600;
	assert_fails(roster_person_add(place->roster, &add, &id, &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "clock"));
}

static enum err
look_for_names(void *context, const struct roster_log_entry *entry, struct err_trace *trace)
{
	unsigned *found = context;

	(void)trace;
	assert_null(strstr(entry->line, "alice"));
	*found += strcmp(entry->type, "card.begin") == 0 &&
		  strstr(entry->words, "custodian=alice") != NULL &&
		  strstr(entry->words, "card=root/1") != NULL;
	return ERR_OK;
}

static void
the_log_names_people_in_words_and_never_in_lines(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	unsigned found = 0;

	place_found_quorum(place);
	assert_ok(
	    roster_log(place->roster,
		&(struct roster_log_walk){ .visit = look_for_names, .context = &found }, &trace),
	    &trace);
	assert_int_equal(found, 1);
}

#define WITH_ROSTER(test) cmocka_unit_test_setup_teardown(test, place_setup_roster, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROSTER(a_person_needs_a_name_of_their_own_and_a_role),
		WITH_ROSTER(a_person_is_found_by_name_and_by_id_and_near_names_are_told),
		WITH_ROSTER(nobody_unknown_acts_on_the_roster),
		WITH_ROSTER(a_short_name_is_never_given_twice),
		WITH_ROSTER(a_begun_enrolment_is_found_by_serial_and_not_begun_twice),
		WITH_ROSTER(a_card_that_holds_a_live_share_is_not_enrolled_anew),
		WITH_ROSTER(an_enrolled_card_without_a_share_may_be_enrolled_anew_under_a_new_name),
		WITH_ROSTER(keys_must_be_points_with_their_fingerprint),
		WITH_ROSTER(an_admin_pin_changes_only_after_its_escrow),
		WITH_ROSTER(a_receipt_is_confirmed_by_two_different_people),
		WITH_ROSTER(a_seal_with_anything_wrong_stores_nothing),
		WITH_ROSTER(a_sealed_generation_reads_back_as_it_was),
		WITH_ROSTER(a_generation_goes_only_forwards),
		WITH_ROSTER(an_abandoned_quorums_name_is_free_again_and_a_standing_one_cannot_be),
		WITH_ROSTER(a_card_of_one_quorum_is_not_sealed_to_by_another),
		WITH_ROSTER(an_escrow_is_replaced_and_the_old_one_erased),
		WITH_ROSTER(a_pin_format_has_64_to_384_bits_of_a_sound_alphabet),
		WITH_ROSTER(a_binding_reads_back_with_what_each_pin_opens_with),
		WITH_ROSTER(a_pin_opens_only_with_a_generation_that_is_there_and_only_if_bound),
		WITH_ROSTER(an_activation_is_opened_once_and_closed_once),
		WITH_ROSTER(a_generated_key_is_listed_under_its_binding),
		WITH_ROSTER(what_a_key_signed_is_listed_and_its_end_is_in_the_calendar),
		WITH_ROSTER(a_signature_without_an_end_is_refused_and_sets_no_date),
		WITH_ROSTER(the_policy_has_defaults_bounds_and_a_history),
		WITH_ROSTER(a_clock_far_behind_the_last_event_is_refused),
		WITH_ROSTER(the_log_names_people_in_words_and_never_in_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
