/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every kind of reason, by facts that bring it about and that a sound quorum lacks. A kind without
 * a row here fails.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/advisory.h"
#include "roster/health/kinds.h"

enum { DAY = 86400, NOW = 1790000000, CARDS = 5 };

/* A sound quorum 'root', 3 of 5, on different models of cards and at different places. */
struct sound {
	struct facts facts;
	struct fact_generation generation[2];
	struct fact_share share[CARDS + 1];
	struct fact_binding binding;
	struct fact_copy copy;
	struct roster_date date;
	struct roster_absence absence;
	struct advisories *advisories;
};

static void
fill_share(struct fact_share *share, int i)
{
	static const char *const people[CARDS] = { "alice", "bob", "carol", "dave", "eve" };

	*share = (struct fact_share){ .delivered = NOW - 10 * DAY, .proven = NOW - 10 * DAY };
	share->card = (struct roster_card){ .id = { { (uint8_t)(i + 1) } },
		.state = ROSTER_CARD_ENROLLED,
		.enrolled = NOW - 20 * DAY,
		.firmware = "5.7.1",
		.proven = NOW - 10 * DAY,
		.tries_left = 3 };
	share->custodian = (struct roster_person){ .id = { { (uint8_t)(i + 101) } },
		.acknowledged_until = NOW + 100 * DAY };
	snprintf(share->card.name, sizeof(share->card.name), "root/%d", i + 1);
	snprintf(share->card.model, sizeof(share->card.model), "model %d", i);
	snprintf(share->custodian.name, sizeof(share->custodian.name), "%s", people[i]);
	snprintf(share->custodian.site, sizeof(share->custodian.site), "site %d", i);
	snprintf(share->custodian.employer, sizeof(share->custodian.employer), "firm %d", i);
	snprintf(share->custodian.line, sizeof(share->custodian.line), "line %d", i);
}

static void
make_sound(struct sound *sound)
{
	memset(sound, 0, sizeof(*sound));
	for (int i = 0; i < ROSTER_POLICY__COUNT; i++)
		sound->facts.policy[i] = roster_policy_row((enum roster_policy)i)->standard;
	snprintf(sound->facts.name, sizeof(sound->facts.name), "root");
	sound->generation[0] = (struct fact_generation){ .number = 1,
		.threshold = 3,
		.size = CARDS,
		.shares = CARDS,
		.live = NOW - 10 * DAY,
		.known_elsewhere = true };
	for (int i = 0; i < CARDS; i++)
		fill_share(&sound->share[i], i);
	sound->binding = (struct fact_binding){ .name = "hsm-a", .opens = { 1, 1 } };
	sound->facts.generation = sound->generation;
	sound->facts.generations = 1;
	sound->facts.share = sound->share;
	sound->facts.shares = CARDS;
	sound->facts.binding = &sound->binding;
	sound->facts.bindings = 1;
	sound->facts.copy = &sound->copy;
	sound->facts.date = &sound->date;
	sound->facts.checkpoints = 1;
}

/* ---- what brings each about ------------------------------------------------------------------ */

static void
no_generation(struct sound *sound)
{
	sound->facts.generations = 0;
	sound->facts.shares = 0;
}

static void
three_away(struct sound *sound)
{
	sound->absence = (struct roster_absence){ .from = NOW - DAY, .until = NOW + DAY };
	for (int i = 0; i < 3; i++) {
		sound->share[i].absence = &sound->absence;
		sound->share[i].absences = 1;
	}
}

static void
two_damaged(struct sound *sound)
{
	for (int i = 0; i < 2; i++) {
		sound->share[i].card.report = ROSTER_REPORT_DAMAGED;
		sound->share[i].card.reported = NOW - DAY;
	}
}

static void
not_delivered(struct sound *sound)
{
	sound->share[0].delivered = 0;
}

static void
not_seen(struct sound *sound)
{
	sound->generation[0].size = CARDS + 1;
}

static void
proven_long_ago(struct sound *sound)
{
	sound->share[0].proven = NOW - 181 * DAY;
}

static void
proven_too_long_ago(struct sound *sound)
{
	sound->share[0].proven = NOW - 211 * DAY;
}

static void
one_try(struct sound *sound)
{
	sound->share[0].card.tries_left = 1;
}

static void
blocked(struct sound *sound)
{
	sound->share[0].card.pin_state = ROSTER_PIN_BLOCKED;
}

static void
pin_unknown(struct sound *sound)
{
	sound->share[0].card.pin_state = ROSTER_PIN_UNKNOWN;
}

static void
lost(struct sound *sound, int count, int64_t since)
{
	for (int i = 0; i < count; i++) {
		sound->share[i].card.report = ROSTER_REPORT_LOST;
		sound->share[i].card.reported = since;
		sound->share[i].card.exposed = since;
	}
}

static void
one_lost(struct sound *sound)
{
	lost(sound, 1, NOW - 3600);
}

static void
three_lost(struct sound *sound)
{
	lost(sound, 3, NOW - 3600);
}

static void
one_lost_for_two_days(struct sound *sound)
{
	lost(sound, 1, NOW - 2 * DAY);
}

static void
one_lost_for_a_week(struct sound *sound)
{
	lost(sound, 1, NOW - 7 * DAY);
}

static void
one_left(struct sound *sound)
{
	sound->share[0].custodian.departed = NOW - DAY;
}

static void
copy_left(struct sound *sound)
{
	sound->binding.copy_left = true;
}

static void
token_suspected(struct sound *sound)
{
	sound->binding.suspected = NOW - DAY;
}

static void
two_generations(struct sound *sound)
{
	sound->generation[1] = sound->generation[0];
	sound->generation[1].number = 2;
	for (int i = 0; i < CARDS; i++)
		sound->share[i].generation = 1;
	sound->facts.generations = 2;
}

static void
old_token(struct sound *sound)
{
	two_generations(sound);
}

static void
old_copy(struct sound *sound)
{
	two_generations(sound);
	sound->binding.opens[0] = sound->binding.opens[1] = 2;
	sound->copy = (struct fact_copy){ .name = "hsm-a", .place = "the vault", .generation = 1 };
	sound->facts.copies = 1;
}

static void
records_left(struct sound *sound)
{
	sound->facts.records_left = 2;
}

static void
bad_firmware(struct sound *sound)
{
	static const char text[] =
	    "{\"quorate-advisories\":1,\"advisories\":[{\"id\":\"X-1\",\"model\":\"model 0\","
	    "\"from\":\"5.0\",\"below\":\"5.7.2\",\"says\":\"it leaks\",\"do\":\"replace it\"}]}";
	struct err_trace trace = { 0 };

	assert_ok(advisories_parse(text, strlen(text), &sound->advisories, &trace), &trace);
	sound->facts.advisories = sound->advisories;
}

static void
two_cards_of_one(struct sound *sound, int count)
{
	for (int i = 1; i < count; i++)
		sound->share[i].custodian.id = sound->share[0].custodian.id;
}

static void
three_cards_with_one(struct sound *sound)
{
	two_cards_of_one(sound, 3);
}

static void
two_cards_with_one(struct sound *sound)
{
	two_cards_of_one(sound, 2);
}

static void
three_at_one_site(struct sound *sound)
{
	for (int i = 0; i < 3; i++)
		snprintf(sound->share[i].custodian.site, ROSTER_PLACE, "Berlin");
}

static void
pending(struct sound *sound)
{
	sound->facts.pending = true;
	sound->facts.operation = ROSTER_OP_REKEY;
	sound->facts.begun = NOW - DAY;
}

static void
software(struct sound *sound)
{
	sound->binding.software = true;
}

static void
no_token(struct sound *sound)
{
	sound->facts.bindings = 0;
}

static void
acknowledgement_lapsed(struct sound *sound)
{
	sound->share[0].custodian.acknowledged_until = NOW - DAY;
}

static void
standing_for_long(struct sound *sound)
{
	sound->generation[0].live = NOW - 365 * DAY;
}

static void
dated(struct sound *sound, int64_t date)
{
	sound->date =
	    (struct roster_date){ .kind = ROSTER_DATE_CRL, .subject = "ca-1", .date = date };
	sound->facts.dates = 1;
}

static void
with_key(struct sound *sound, const struct fact_key *key)
{
	static struct fact_key only;

	only = *key;
	sound->facts.key = &only;
	sound->facts.keys = 1;
}

static void
key_not_backed_up(struct sound *sound)
{
	with_key(sound,
	    &(struct fact_key){ .label = "root-ca", .name = "hsm-a", .made = NOW - 7 * DAY });
}

static void
crl_near(struct sound *sound)
{
	dated(sound, NOW + 14 * DAY);
}

static void
crl_past(struct sound *sound)
{
	dated(sound, NOW);
}

static void
no_checkpoint(struct sound *sound)
{
	sound->facts.checkpoints = 0;
}

static void
old_news(struct sound *sound)
{
	sound->facts.others = 1;
	sound->facts.oldest_news = NOW - 31 * DAY;
}

static void
unknown_elsewhere(struct sound *sound)
{
	sound->facts.others = 1;
	sound->facts.oldest_news = NOW;
	sound->generation[0].known_elsewhere = false;
}

static const struct {
	void (*bring_about)(struct sound *sound);
	enum roster_level level; /* of the kind */
	const char *words;
	const char *next;
} rows[] = {
	[ROSTER_REASON_NOT_LIVE] = { no_generation, ROSTER_LEVEL_UNKNOWN,
	    "no generation of quorum 'root' opens anything yet", "" },
	[ROSTER_REASON_BELOW_THRESHOLD] = { three_away, ROSTER_LEVEL_CRITICAL,
	    "2 of the 3 cards that it needs are ready",
	    "quorate card check --all --quorum root --by NAME, and bring back those who are away" },
	[ROSTER_REASON_MARGIN] = { two_damaged, ROSTER_LEVEL_WARNING,
	    "3 cards are ready and 3 are needed: a margin of 0, where the policy wants 1",
	    "quorate quorum rekey root --by NAME" },
	[ROSTER_REASON_NOT_DELIVERED] = { not_delivered, ROSTER_LEVEL_WARNING,
	    "the share for card root/1 of alice was not delivered yet",
	    "quorate quorum deliver root --by NAME" },
	[ROSTER_REASON_NOT_SEEN] = { not_seen, ROSTER_LEVEL_WARNING,
	    "1 of the 6 cards of generation 1 were not seen since the quorum was adopted",
	    "quorate quorum adopt root --by NAME (with the other cards)" },
	[ROSTER_REASON_ROLL_CALL_DUE] = { proven_long_ago, ROSTER_LEVEL_WARNING,
	    "card root/1 of alice was last proven on 2026-03-24; its roll-call is due",
	    "quorate card check root/1 --by NAME" },
	[ROSTER_REASON_ROLL_CALL_OVERDUE] = { proven_too_long_ago, ROSTER_LEVEL_WARNING,
	    "card root/1 of alice was last proven on 2026-02-22 and no longer counts as ready",
	    "quorate card check root/1 --by NAME" },
	[ROSTER_REASON_TRIES] = { one_try, ROSTER_LEVEL_WARNING,
	    "card root/1 of alice has one PIN try left",
	    "quorate card check root/1 --by NAME (with its right PIN, which gives the tries "
	    "back)" },
	[ROSTER_REASON_BLOCKED] = { blocked, ROSTER_LEVEL_WARNING,
	    "card root/1 of alice is blocked: no PIN try is left",
	    "quorate card unblock root/1 --by NAME" },
	[ROSTER_REASON_PIN_UNKNOWN] = { pin_unknown, ROSTER_LEVEL_WARNING,
	    "alice does not know the PIN of card root/1", "quorate card unblock root/1 --by NAME" },
	[ROSTER_REASON_CARD_REPORTED] = { two_damaged, ROSTER_LEVEL_WARNING,
	    "card root/1 of alice counts as damaged since 2026-09-20",
	    "quorate card enrol --custodian alice --quorum root --by NAME, then quorate quorum "
	    "replace-card root alice --by NAME" },
	[ROSTER_REASON_AWAY] = { three_away, ROSTER_LEVEL_OK,
	    "alice is away until 2026-09-22: card root/1 does not count", "" },
	[ROSTER_REASON_EXPOSED] = { three_lost, ROSTER_LEVEL_CRITICAL,
	    "3 shares of generation 1, of which 3 suffice, are in the wrong hands: treat the keys "
	    "as compromised",
	    "quorate quorum rekey root --by NAME" },
	[ROSTER_REASON_EXPOSURE] = { one_lost, ROSTER_LEVEL_WARNING,
	    "1 share of generation 1, of which 3 suffice, is in the wrong hands; a re-key is due",
	    "quorate quorum rekey root --by NAME" },
	[ROSTER_REASON_DECIDE] = { one_lost, ROSTER_LEVEL_WARNING,
	    "card root/1 of alice is out of trusted hands since 2026-09-21: decide by 2026-09-22 "
	    "13:13 UTC",
	    "quorate quorum rekey root --by NAME" },
	[ROSTER_REASON_DECISION_OVERDUE] = { one_lost_for_two_days, ROSTER_LEVEL_CRITICAL,
	    "card root/1 of alice is out of trusted hands since 2026-09-19: the time to decide "
	    "ended on 2026-09-20 14:13 UTC, and no re-key has begun",
	    "quorate quorum rekey root --by NAME" },
	[ROSTER_REASON_PERSON_GONE] = { one_left, ROSTER_LEVEL_WARNING,
	    "alice, who has a share of generation 1, left on 2026-09-20: re-key by 2026-09-27",
	    "quorate quorum rekey root --by NAME" },
	[ROSTER_REASON_REKEY_OVERDUE] = { one_lost_for_a_week, ROSTER_LEVEL_CRITICAL,
	    "a re-key was due on 2026-09-21, for what happened on 2026-09-14",
	    "quorate quorum rekey root --by NAME" },
	[ROSTER_REASON_COPY_LEFT] = { copy_left, ROSTER_LEVEL_WARNING,
	    "a copy of the software token 'hsm-a' from before a switch was not destroyed",
	    "quorate doctor (it names the folder)" },
	[ROSTER_REASON_COPY_OPENS] = { old_copy, ROSTER_LEVEL_WARNING,
	    "a copy of token 'hsm-a' at 'the vault' opens with generation 1 for ever",
	    "destroy it, then quorate token copy hsm-a --destroyed ID --how TEXT --by NAME (ID: "
	    "quorate token copies)" },
	[ROSTER_REASON_RECORD_LEFT] = { records_left, ROSTER_LEVEL_WARNING,
	    "2 cards keep records of a generation that was given up, which with an old copy of the "
	    "roster may open what it was to open",
	    "quorate key list root --by NAME (a card loses it at its next use; quorate quorum "
	    "show)" },
	[ROSTER_REASON_TOKEN_SUSPECTED] = { token_suspected, ROSTER_LEVEL_WARNING,
	    "token 'hsm-a' came out of another bag, or one that was not whole, on 2026-09-20: "
	    "somebody could have had it",
	    "have two people check its seals, and re-key: quorate quorum rekey root --by NAME" },
	[ROSTER_REASON_ADVISORY] = { bad_firmware, ROSTER_LEVEL_WARNING,
	    "card root/1 of alice (model 0, firmware 5.7.1), X-1: it leaks", "replace it" },
	[ROSTER_REASON_PERSON_ALONE] = { three_cards_with_one, ROSTER_LEVEL_WARNING,
	    "without alice, who has 3 cards, fewer than 3 would be ready",
	    "quorate quorum rekey root --by NAME" },
	[ROSTER_REASON_PERSON_SHARES] = { two_cards_with_one, ROSTER_LEVEL_WARNING,
	    "alice has 2 shares of generation 1; the policy allows one person fewer",
	    "quorate quorum rekey root --by NAME" },
	[ROSTER_REASON_PLACE_ALONE] = { three_at_one_site, ROSTER_LEVEL_WARNING,
	    "without the site 'Berlin', which has 3 cards, fewer than 3 would be ready",
	    "quorate quorum rekey root --by NAME, with cards elsewhere, or accept it by the "
	    "policy's "
	    "shares-per-site" },
	[ROSTER_REASON_PLACE_SHARES] = { three_at_one_site, ROSTER_LEVEL_WARNING,
	    "the site 'Berlin' has 3 shares of generation 1, enough to open it alone; the policy "
	    "allows fewer",
	    "quorate quorum rekey root --by NAME, with cards elsewhere, or accept it by the "
	    "policy's "
	    "shares-per-site" },
	[ROSTER_REASON_OPERATION_PENDING] = { pending, ROSTER_LEVEL_WARNING,
	    "'rekey' was begun on 2026-09-20 14:13 UTC and is not finished",
	    "quorate quorum resume root --by NAME" },
	[ROSTER_REASON_OLD_GENERATION] = { old_token, ROSTER_LEVEL_WARNING,
	    "token 'hsm-a' still opens with an older generation than 2",
	    "quorate quorum resume root --by NAME" },
	[ROSTER_REASON_SOFTWARE_TOKEN] = { software, ROSTER_LEVEL_OK,
	    "token 'hsm-a' is a SOFTWARE TOKEN: whoever copies its files has its keys", "" },
	[ROSTER_REASON_NO_TOKEN] = { no_token, ROSTER_LEVEL_WARNING,
	    "no token is bound to quorum 'root'",
	    "quorate token bind root --name BINDING --by NAME" },
	[ROSTER_REASON_ACKNOWLEDGEMENT] = { acknowledgement_lapsed, ROSTER_LEVEL_WARNING,
	    "the acknowledgement that alice signed ended on 2026-09-20",
	    "quorate person appoint alice --appointed-by TEXT --acknowledged DATE --by NAME" },
	[ROSTER_REASON_RECOVERY_TEST] = { standing_for_long, ROSTER_LEVEL_WARNING,
	    "a recovery test is due since 2026-09-21",
	    "rehearse docs/recover-by-hand.md with the backup, and record it" },
	[ROSTER_REASON_KEY_BACKUP] = { key_not_backed_up, ROSTER_LEVEL_WARNING,
	    "key 'root-ca' (token 'hsm-a') has no backup",
	    "quorate backup create root --key 'root-ca' --from hsm-a --to BINDING --by A,B; or, by "
	    "the HSM's own tool, quorate backup record root --key KEY --what TEXT --place "
	    "TEXT --by NAME" },
	[ROSTER_REASON_DATE_NEAR] = { crl_near, ROSTER_LEVEL_WARNING,
	    "the revocation list 'ca-1' ends on 2026-10-05", "sign the next one before its end" },
	[ROSTER_REASON_DATE_PASSED] = { crl_past, ROSTER_LEVEL_CRITICAL,
	    "the revocation list 'ca-1' ended on 2026-09-21", "sign the next one before its end" },
	[ROSTER_REASON_NO_CHECKPOINT] = { no_checkpoint, ROSTER_LEVEL_OK,
	    "no card has signed the roster's head: nothing pins its past to people",
	    "quorate roster checkpoint root --by NAME" },
	[ROSTER_REASON_STALE_NEWS] = { old_news, ROSTER_LEVEL_WARNING,
	    "another installation's last news is of 2026-08-21: what it did since is not judged "
	    "here",
	    "quorate roster pack FILE on the other one, quorate roster take FILE --by NAME here" },
	[ROSTER_REASON_ONE_INSTALLATION] = { unknown_elsewhere, ROSTER_LEVEL_WARNING,
	    "no other installation is known to have heard of generation 1",
	    "quorate roster pack FILE here, quorate roster take FILE --by NAME on the other one" },
};
_Static_assert(sizeof(rows) / sizeof(rows[0]) == ROSTER_REASON__COUNT, "a row for the last kind");

static const struct finding *
find(const struct judgement *judgement, enum roster_reason_kind kind)
{
	for (size_t i = 0; i < judgement->findings; i++) {
		if (judgement->finding[i].kind == kind)
			return &judgement->finding[i];
	}
	return NULL;
}

static void
a_sound_quorum_has_no_reason_at_all(void **state)
{
	static struct sound sound;
	static struct judgement judgement;

	(void)state;
	make_sound(&sound);
	judge(&sound.facts, NOW, &judgement);
	assert_int_equal(judgement.findings, 0);
	assert_int_equal(judgement.level, ROSTER_LEVEL_OK);
	assert_int_equal(judgement.ready, 5);
	assert_int_equal(judgement.margin, 2);
}

static void
each_kind_of_reason_comes_with_its_facts_level_and_words(void **state)
{
	static struct sound sound;
	static struct judgement judgement;
	static struct roster_reason reason;

	(void)state;
	for (int kind = 0; kind < ROSTER_REASON__COUNT; kind++) {
		print_message("%s\n", roster_reason_word((enum roster_reason_kind)kind));
		assert_non_null(rows[kind].bring_about);
		make_sound(&sound);
		rows[kind].bring_about(&sound);
		judge(&sound.facts, NOW, &judgement);
		const struct finding *finding = find(&judgement, (enum roster_reason_kind)kind);

		assert_non_null(finding);
		reason_of(&judgement, finding, &reason);
		assert_string_equal(reason.words, rows[kind].words);
		assert_string_equal(reason.next, rows[kind].next);
		assert_int_equal(reason.level, rows[kind].level);
		assert_true(judgement.level >= rows[kind].level);
		advisories_free(sound.advisories);
	}
}

/* What is said of a key; the next step too. */
static const struct {
	struct fact_key key;
	const char *words, *next; /* NULL: nothing */
} keys[] = {
	{ { .label = "k", .name = "hsm-a", .made = NOW - 7 * DAY + 1 }, NULL, NULL },
	{ { .label = "k",
	      .name = "hsm-a",
	      .backup = "hsm-b",
	      .backed_up = true,
	      .made = NOW - 7 * DAY },
	    "key 'k' (token 'hsm-a') has a backup that was never verified",
	    "quorate backup verify root --key 'k' --from hsm-b --to BINDING --by A,B" },
	{ { .label = "k", .name = "hsm-a", .backed_up = true, .made = NOW - 7 * DAY },
	    "key 'k' (token 'hsm-a') has a backup that was never verified",
	    "quorate backup verify root --key 'k' --token BINDING --by A,B" },
	{ { .label = "k",
	      .name = "hsm-a",
	      .backup = "hsm-b",
	      .backed_up = true,
	      .made = NOW - 900 * DAY,
	      .verified = NOW - 365 * DAY + 1 },
	    NULL, NULL },
	{ { .label = "k",
	      .name = "hsm-a",
	      .backup = "hsm-b",
	      .backed_up = true,
	      .made = NOW - 900 * DAY,
	      .verified = NOW - 365 * DAY },
	    "the last backup of key 'k' (token 'hsm-a') was verified on 2025-09-21, too long ago",
	    "quorate backup verify root --key 'k' --from hsm-b --to BINDING --by A,B" },
};

static void
a_key_wants_a_backup_that_was_verified_and_not_too_long_ago(void **state)
{
	static struct sound sound;
	static struct judgement judgement;
	static struct roster_reason reason;

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		make_sound(&sound);
		with_key(&sound, &keys[i].key);
		sound.facts.policy[ROSTER_POLICY_RECOVERY_TEST_DAYS] = 365;
		judge(&sound.facts, NOW, &judgement);
		const struct finding *finding = find(&judgement, ROSTER_REASON_KEY_BACKUP);

		if (keys[i].words == NULL) {
			assert_null(finding);
			continue;
		}
		assert_non_null(finding);
		reason_of(&judgement, finding, &reason);
		assert_string_equal(reason.words, keys[i].words);
		assert_string_equal(reason.next, keys[i].next);
	}
}

static void
what_the_organisation_accepts_is_no_reason(void **state)
{
	static struct sound sound;
	static struct judgement judgement;

	(void)state;
	make_sound(&sound);
	three_at_one_site(&sound);
	sound.facts.policy[ROSTER_POLICY_SHARES_PER_SITE] = 3;
	judge(&sound.facts, NOW, &judgement);
	assert_int_equal(judgement.findings, 0);
	/* Places that are not known are not alike; sites are alike whatever their letters' case. */
	make_sound(&sound);
	three_at_one_site(&sound);
	for (int i = 0; i < 3; i++)
		sound.share[i].custodian.site[0] = '\0';
	judge(&sound.facts, NOW, &judgement);
	assert_int_equal(judgement.findings, 0);
}

static void
a_rekey_that_has_begun_is_a_decision(void **state)
{
	static struct sound sound;
	static struct judgement judgement;

	(void)state;
	make_sound(&sound);
	one_lost_for_two_days(&sound);
	pending(&sound);
	judge(&sound.facts, NOW, &judgement);
	assert_null(find(&judgement, ROSTER_REASON_DECIDE));
	assert_null(find(&judgement, ROSTER_REASON_DECISION_OVERDUE));
	assert_non_null(find(&judgement, ROSTER_REASON_EXPOSURE));
}

static void
cards_that_were_long_not_proven_are_proven_and_not_rekeyed(void **state)
{
	static struct sound sound;
	static struct judgement judgement;
	static struct roster_reason reason;
	const struct finding *finding;

	(void)state;
	make_sound(&sound);
	proven_too_long_ago(&sound);
	sound.share[1].proven = sound.share[0].proven;
	judge(&sound.facts, NOW, &judgement);
	assert_int_equal(judgement.margin, 0);
	finding = find(&judgement, ROSTER_REASON_MARGIN);
	assert_non_null(finding);
	reason_of(&judgement, finding, &reason);
	assert_string_equal(reason.next, "quorate card check --all --quorum root --by NAME");
}

static void
a_destroyed_card_is_not_exposed_when_its_custodian_leaves(void **state)
{
	static struct sound sound;
	static struct judgement judgement;

	(void)state;
	make_sound(&sound);
	one_left(&sound);
	sound.share[0].card.report = ROSTER_REPORT_DESTROYED;
	judge(&sound.facts, NOW, &judgement);
	assert_int_equal(judgement.exposure, 0);
	assert_non_null(find(&judgement, ROSTER_REASON_PERSON_GONE));
}

/* What was expected of the card before the day does not count on the day. */
static void
an_expected_return_is_no_return(void **state)
{
	static struct sound sound;
	static struct judgement judgement;

	(void)state;
	make_sound(&sound);
	one_left(&sound);
	sound.share[0].fate =
	    (struct roster_card_fate){ .fate = ROSTER_FATE_RETURNED, .stated = NOW - 5 * DAY };
	judge(&sound.facts, NOW, &judgement);
	assert_int_equal(judgement.exposure, 1);
	sound.share[0].fate.stated = NOW - DAY / 2;
	judge(&sound.facts, NOW, &judgement);
	assert_int_equal(judgement.exposure, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_quorum_has_no_reason_at_all),
		cmocka_unit_test(each_kind_of_reason_comes_with_its_facts_level_and_words),
		cmocka_unit_test(a_key_wants_a_backup_that_was_verified_and_not_too_long_ago),
		cmocka_unit_test(what_the_organisation_accepts_is_no_reason),
		cmocka_unit_test(a_rekey_that_has_begun_is_a_decision),
		cmocka_unit_test(cards_that_were_long_not_proven_are_proven_and_not_rekeyed),
		cmocka_unit_test(a_destroyed_card_is_not_exposed_when_its_custodian_leaves),
		cmocka_unit_test(an_expected_return_is_no_return),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
