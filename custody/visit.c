/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/visit.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "custody/attendant.h"
#include "custody/tries.h"
#include "custody/whose.h"

enum { BREAKS_MAX = 5, ASKED_MAX = 30, NAMED_WAIT_MS = 3000 };

/* One asking: what is wanted, what is there, and why the last card would not do. */
struct asking {
	struct custody *custody;
	const struct visit_ask *ask;
	struct visit_seen *seen;
	struct reader_list readers;
	char reason[VISIT_REASON];
	unsigned asked;
};

/* The readers whose card nobody has looked at yet. */
static size_t
unseen_cards(struct asking *asking, const struct reader *found[READER_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < asking->readers.count; i++) {
		const struct reader *reader = &asking->readers.reader[i];

		if (reader->present && !visit_seen_at(asking->seen, reader)->looked_at)
			found[count++] = reader;
	}
	return count;
}

static bool
would_do(const struct visit_ask *ask, const char *serial)
{
	for (size_t i = 0; !ask->blank && i < ask->wanted_count; i++)
		if (strcmp(ask->wanted[i].serial, serial) == 0)
			return true;
	return false;
}

/* The serial of a card that is to be named; NULL when it cannot be read. */
static const char *
serial_of(struct asking *asking, const struct reader *reader)
{
	struct visit_seen_card *known = visit_seen_at(asking->seen, reader);
	struct card *card = NULL;

	if (known->serial[0] != '\0')
		return known->serial;
	if (card_visit_begin(asking->custody->readers, reader->name, asking->custody->card_options,
		&card, NULL) != ERR_OK)
		return NULL;
	snprintf(known->serial, sizeof(known->serial), "%s", card_facts(card)->serial);
	if (would_do(asking->ask, known->serial))
		known->held = card;
	else
		card_visit_end(card);
	return known->serial;
}

/* The question, but for the cards that are there. `wanted` is borrowed by it. */
static struct attendant_card_ask
question_of(const struct asking *asking, struct attendant_wanted wanted[VISIT_WANTED_MAX])
{
	const struct visit_ask *ask = asking->ask;

	for (size_t i = 0; i < ask->wanted_count; i++)
		wanted[i] = (struct attendant_wanted){ ask->wanted[i].custodian,
			ask->wanted[i].card, ask->wanted[i].serial };
	return (struct attendant_card_ask){
		.quorum = ask->quorum,
		.generation = ask->generation,
		.purpose = ask->purpose,
		.done = ask->done,
		.total = ask->total,
		.through = ask->through,
		.through_count = ask->through_count,
		.blank = ask->blank,
		.any = ask->any,
		.wanted = wanted,
		.wanted_count = ask->wanted_count,
		.reason = asking->reason[0] == '\0' ? NULL : asking->reason,
	};
}

static enum err
put_question(struct asking *asking, struct attendant_card_answer *answer, struct err_trace *trace)
{
	struct attendant *attendant = asking->custody->attendant;
	struct attendant_wanted wanted[VISIT_WANTED_MAX];
	struct attendant_present present[READER_MAX];
	struct attendant_card_ask question = question_of(asking, wanted);

	question.present = present;
	for (size_t i = 0; i < asking->readers.count; i++) {
		const struct reader *reader = &asking->readers.reader[i];

		if (reader->present)
			present[question.present_count++] =
			    (struct attendant_present){ reader->name, serial_of(asking, reader) };
	}
	answer->reader[0] = '\0';
	return attendant->card(attendant->context, &question, answer, trace);
}

/* Tells which card in which reader it is now; and what for, if nobody had to be asked for it. */
static void
tell_arrival(const struct asking *asking, const struct visit *visit)
{
	struct attendant *attendant = asking->custody->attendant;
	struct attendant_wanted wanted[VISIT_WANTED_MAX];
	const struct attendant_card_ask question = question_of(asking, wanted);
	const struct attendant_present card = { visit->reader, card_facts(visit->card)->serial };

	if (attendant->arrived != NULL)
		attendant->arrived(attendant->context, &question, &card, asking->asked > 0);
}

/* Waits until a card is there that nobody has looked at, within the attendant's patience. */
static enum err
wait_for_card(struct asking *asking, struct err_trace *trace)
{
	struct attendant *attendant = asking->custody->attendant;
	int64_t until = clock_boot_ms() + attendant->card_wait_ms;
	const struct reader *found[READER_MAX];

	while (unseen_cards(asking, found) == 0) {
		int64_t left = until - clock_boot_ms();
		struct reader_wait wait = { .timeout_ms = left > 0 ? (int)left : 0,
			.cancel_fd = attendant->cancel_fd };
		enum err err =
		    reader_wait_change(asking->custody->readers, &wait, &asking->readers, trace);

		if (err == ERR_CANCELLED) {
			if (attendant->stopped != NULL && !attendant->stopped(attendant->context)) {
				err_clear(trace);
				continue;
			}
			return FAIL(trace, ERR_CANCELLED, "stopped while a card was awaited");
		}
		if (err == ERR_TIMEOUT) {
			err_next(trace,
			    "Insert the card and give the command again; it goes on where it was.");
			return FAIL(trace, ERR_TIMEOUT, "no card was inserted in %d seconds",
			    attendant->card_wait_ms / 1000);
		}
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

/* Says why this card is not one of those wanted. */
static void
explain(struct asking *asking, const struct card *card, const struct whose *whose)
{
	const char *serial = card_facts(card)->serial;

	if (whose->missing)
		snprintf(asking->reason, sizeof(asking->reason),
		    "%.43s, %.64s's card, is reported lost or destroyed; now that it is here: "
		    "quorate card report %.43s found --by NAME.",
		    whose->card, whose->custodian, whose->card);
	else if (whose->known && asking->ask->quorum != NULL &&
		 strcmp(whose->quorum, asking->ask->quorum) == 0)
		snprintf(asking->reason, sizeof(asking->reason),
		    "%.43s is %.64s's card (serial %s); %s.", whose->card, whose->custodian, serial,
		    asking->ask->blank ? "a blank card is wanted" : "it is not wanted now");
	else if (whose->known)
		snprintf(asking->reason, sizeof(asking->reason),
		    "%.43s is %.64s's card (serial %s) of another quorum, '%.32s'.", whose->card,
		    whose->custodian, serial, whose->quorum);
	else
		snprintf(asking->reason, sizeof(asking->reason), "The card with serial %s is %s.",
		    serial,
		    asking->custody->roster == NULL ? "not the one that is wanted"
						    : "not in this roster");
}

/* Where a blank card is wanted, a card that somebody else has enrolled is none. */
static bool
is_blank_for(const struct visit_ask *ask, const struct whose *whose)
{
	return !whose->enrolled || (strcmp(whose->custodian, ask->wanted[0].custodian) == 0 &&
				       strcmp(whose->quorum, ask->quorum) == 0);
}

/* False, with the reason, when the card has another key than the one enrolled, or tells none. */
static bool
has_key(struct asking *asking, struct card *card, const struct visit_wanted *wanted)
{
	uint8_t point[CARD_POINT];
	enum err err;

	if (wanted->dec_point == NULL)
		return true;
	err = card_public_key(card, CARD_KEY_DEC, point, NULL);
	if (err == ERR_ABSENT) {
		snprintf(asking->reason, sizeof(asking->reason),
		    "The card with serial %s has lost the key that was enrolled as %.43s. Was it "
		    "reset? It opens nothing any more.",
		    wanted->serial, wanted->card);
		return false;
	}
	if (err != ERR_OK) {
		snprintf(asking->reason, sizeof(asking->reason),
		    "The card with serial %s did not tell its key; put it in again.",
		    wanted->serial);
		return false;
	}
	if (memcmp(point, wanted->dec_point, sizeof(point)) == 0)
		return true;
	snprintf(asking->reason, sizeof(asking->reason),
	    "The card with serial %s has another key than the one enrolled as %.43s.",
	    wanted->serial, wanted->card);
	return false;
}

/* The place of this card in `wanted`; -1 when it is none of them. */
static int
match_wanted(struct asking *asking, struct card *card)
{
	const struct visit_ask *ask = asking->ask;
	struct whose whose;

	if (ask->any)
		return 0;
	whose_card(asking->custody->roster, card_facts(card)->serial, &whose);
	if (ask->blank && is_blank_for(ask, &whose))
		return 0;
	for (size_t i = 0; !ask->blank && i < ask->wanted_count; i++) {
		const struct visit_wanted *wanted = &ask->wanted[i];

		if (strcmp(wanted->serial, card_facts(card)->serial) == 0)
			return has_key(asking, card, wanted) ? (int)i : -1;
	}
	explain(asking, card, &whose);
	return -1;
}

/* Looks at one card. *taken stays false when it is none of those wanted. */
static enum err
try_card(struct asking *asking, const struct reader *reader, struct visit *out, bool *taken,
    struct err_trace *trace)
{
	struct err_trace why = { 0 };
	struct visit_seen_card *known = visit_seen_at(asking->seen, reader);
	struct card *card = known->held;
	enum err err = ERR_OK;
	int which;

	known->looked_at = true;
	known->held = NULL;
	if (card == NULL)
		err = card_visit_begin(asking->custody->readers, reader->name,
		    asking->custody->card_options, &card, &why);
	if (err == ERR_NOT_NOW || err == ERR_LOCKED || err == ERR_INTERNAL || err == ERR_NOMEM) {
		if (trace != NULL)
			*trace = why;
		return err;
	}
	if (err != ERR_OK) {
		snprintf(asking->reason, sizeof(asking->reason), "%.180s.",
		    why.count == 0 ? "the card could not be read" : why.frame[why.count - 1].text);
		return ERR_OK;
	}
	snprintf(known->serial, sizeof(known->serial), "%s", card_facts(card)->serial);
	err = tries_note(asking->custody, card, trace);
	if (err != ERR_OK) {
		card_visit_end(card);
		return err;
	}
	which = match_wanted(asking, card);
	if (which < 0) {
		card_visit_end(card);
		return ERR_OK;
	}
	out->card = card;
	out->which = (size_t)which;
	out->events = reader->events;
	snprintf(out->reader, sizeof(out->reader), "%s", reader->name);
	*taken = true;
	return ERR_OK;
}

/* How far the cards had come when the people stopped, or nobody came any more. */
static enum err
stopped_short(const struct asking *asking, enum err err, struct err_trace *trace)
{
	if (err != ERR_CANCELLED && err != ERR_TIMEOUT)
		return err;
	return FAIL(trace, err, "%s: stopped with %u of %u cards", asking->ask->purpose,
	    asking->ask->done, asking->ask->total);
}

static enum err
check_readers(struct asking *asking, struct err_trace *trace)
{
	enum err err = reader_list_now(asking->custody->readers, &asking->readers, trace);

	if (err != ERR_OK)
		return err;
	if (asking->readers.count > 0)
		return ERR_OK;
	err_next(trace, "Plug a reader in, then run 'quorate doctor' if it is not seen.");
	return FAIL(trace, ERR_ABSENT, "there is no card reader");
}

/*
 * The reader that the people named, once a card is seen in it: they may be faster than pcscd. NULL,
 * with a reason, when none comes.
 */
static enum err
named_reader(
    struct asking *asking, const char *name, const struct reader **out, struct err_trace *trace)
{
	int64_t until = clock_boot_ms() + NAMED_WAIT_MS;
	const struct reader *reader;
	enum err err = reader_list_now(asking->custody->readers, &asking->readers, trace);

	*out = NULL;
	while (err == ERR_OK) {
		int64_t left = until - clock_boot_ms();
		struct reader_wait wait = { .timeout_ms = left > 0 ? (int)left : 0,
			.cancel_fd = -1 };

		reader = reader_find(&asking->readers, name);
		if (reader != NULL && reader->present) {
			*out = reader;
			return ERR_OK;
		}
		err = reader_wait_change(asking->custody->readers, &wait, &asking->readers, trace);
	}
	if (err != ERR_TIMEOUT)
		return err;
	err_clear(trace);
	snprintf(
	    asking->reason, sizeof(asking->reason), "There is no card in reader '%.128s'.", name);
	return ERR_OK;
}

/* Which card to look at next: the only one there is, the one that the people name, or a new one. */
static enum err
next_reader(struct asking *asking, const struct reader **out, struct err_trace *trace)
{
	struct attendant_card_answer answer = { .reader = "" };
	const struct reader *found[READER_MAX];
	size_t count = unseen_cards(asking, found);
	enum err err;

	if (count == 1 && reader_cards(&asking->readers) == 1) {
		*out = found[0];
		return ERR_OK;
	}
	if (asking->asked++ == ASKED_MAX)
		return FAIL(trace, ERR_DENIED, "none of the cards that are wanted was presented");
	err = put_question(asking, &answer, trace);
	if (err != ERR_OK)
		return stopped_short(asking, err, trace);
	asking->reason[0] = '\0';
	if (answer.reader[0] != '\0')
		return named_reader(asking, answer.reader, out, trace);
	for (size_t i = 0; count > 1 && i < count; i++)
		visit_seen_at(asking->seen, found[i])->looked_at = true;
	err = wait_for_card(asking, trace);
	if (err == ERR_OK && unseen_cards(asking, found) == 1)
		*out = found[0];
	return stopped_short(asking, err, trace);
}

enum err
visit_begin(struct custody *custody, const struct visit_ask *ask, struct visit_seen *seen,
    struct visit *out, struct err_trace *trace)
{
	struct asking asking = { .custody = custody, .ask = ask, .seen = seen };
	bool taken = false;
	enum err err = ERR_OK;

	if (ask->wanted_count > VISIT_WANTED_MAX)
		return FAIL(trace, ERR_INTERNAL, "more cards are wanted than a quorum has");
	while (!taken) {
		const struct reader *reader = NULL;

		err = check_readers(&asking, trace);
		if (err == ERR_OK)
			err = next_reader(&asking, &reader, trace);
		if (err == ERR_OK && reader != NULL)
			err = try_card(&asking, reader, out, &taken, trace);
		if (err != ERR_OK)
			return err;
	}
	tell_arrival(&asking, out);
	return ERR_OK;
}

void
visit_end(struct custody *custody, struct visit *visit, const char *text)
{
	if (visit->card == NULL)
		return;
	card_visit_end(visit->card);
	visit->card = NULL;
	custody->attendant->remove(custody->attendant->context, visit->reader, text);
}

void
visit_end_and_stay(struct visit *visit)
{
	card_visit_end(visit->card);
	visit->card = NULL;
}

bool
visit_broke_off(struct custody *custody, enum err err, unsigned *breaks, struct err_trace *trace)
{
	char text[VISIT_REASON + 64];
	unsigned long raw;

	if (err != ERR_IO || *breaks == BREAKS_MAX)
		return false;
	/* A disk that failed is no card that went away. */
	if (err_raw(trace, ERR_ORIGIN_SQLITE, &raw) || err_raw(trace, ERR_ORIGIN_ERRNO, &raw))
		return false;
	(*breaks)++;
	snprintf(text, sizeof(text),
	    "The card went away (%.200s). Nothing is lost: insert it again.",
	    trace == NULL || trace->count == 0 ? "no answer" : trace->frame[0].text);
	custody->attendant->note(custody->attendant->context, text);
	err_clear(trace);
	return true;
}
