/* SPDX-License-Identifier: BSD-2-Clause */
/* How a generation ends: when nothing opens with it any more, and what is erased with it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/content.h"
#include "roster/generation.h"
#include "roster/roster_internal.h"
#include "roster/token_copy.h"

enum err
roster_generation_opens(struct roster *roster, const struct roster_id *quorum, unsigned number,
    bool *out, struct err_trace *trace)
{
	struct roster_openers openers;
	const enum err err = roster_generation_openers(roster, quorum, number, &openers, trace);

	if (err == ERR_OK)
		*out = openers.pins + openers.copies != 0 || openers.unsure;
	return err;
}

void
roster_subject_of_generation(unsigned number, uint8_t out[ROSTER_SUBJECT_SIZE])
{
	memset(out, 0, ROSTER_SUBJECT_SIZE);
	for (int i = 0; i < 4; i++)
		out[ROSTER_SUBJECT_SIZE - 1 - i] = (uint8_t)(number >> (8 * i));
}

static bool
read_hash(const struct db_rows *rows, void *item)
{
	return db_copy_blob(rows, 0, item, ROSTER_HASH_SIZE);
}

/* The sealed records, what is escrowed to it, and its own secret in the escrow of later ones. */
static enum err
erase_contents(struct roster *roster, const struct roster_id *quorum, unsigned number,
    const char *reason, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_hash), read_hash };
	uint8_t subject[ROSTER_SUBJECT_SIZE];
	void *hashes = NULL;
	size_t count = 0;
	enum err err;

	roster_subject_of_generation(number, subject);
	err = db_all(roster->db,
	    DB_CALL("SELECT c.hash FROM content c WHERE c.hash IN ("
		    "SELECT record FROM share WHERE quorum = ?1 AND generation = ?2 "
		    "UNION SELECT blob FROM escrow WHERE quorum = ?1 AND (generation = ?2 OR "
		    "(kind = ?3 AND subject = ?4)) "
		    "UNION SELECT former FROM escrow WHERE quorum = ?1 AND generation = ?2) "
		    "ORDER BY c.hash",
		db_blob(quorum->bytes, ROSTER_ID_SIZE), db_integer(number),
		db_integer(ROSTER_ESCROW_OLDER_SECRET), db_blob(subject, sizeof(subject))),
	    &shape, &hashes, &count, trace);
	if (err == ERR_OK && count > 0)
		err = content_erase(roster, hashes, count, reason, trace);
	free(hashes);
	return err;
}

enum err
roster_generation_end(struct roster *roster, const struct roster_id *quorum,
    const struct roster_generation_ending *ending, struct err_trace *trace)
{
	bool opens = false;
	enum err err = roster_generation_opens(roster, quorum, ending->generation, &opens, trace);

	if (err == ERR_OK && opens)
		err = FAIL(trace, ERR_NOT_NOW,
		    "generation %u still opens a token, or a copy of one", ending->generation);
	if (err == ERR_OK)
		err = roster_begin(roster, trace);
	if (err != ERR_OK)
		return err;
	err = roster_generation_set_state(roster, quorum, ending->generation, ending->state, trace);
	if (err == ERR_OK)
		err = erase_contents(roster, quorum, ending->generation,
		    ending->state == ROSTER_GENERATION_DEAD ? "the generation is dead"
							    : "the generation was given up",
		    trace);
	return roster_end(roster, err, trace);
}

static bool
read_number(const struct db_rows *rows, void *item)
{
	unsigned *number = item;

	*number = (unsigned)db_get_integer(rows, 0);
	return true;
}

enum err
roster_generation_end_unused(
    struct roster *roster, const struct roster_id *quorum, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(unsigned), read_number };
	void *numbers = NULL;
	size_t count = 0;
	enum err err = db_all(roster->db,
	    DB_CALL(
		"SELECT number FROM generation WHERE quorum = ?1 AND state = ?2 ORDER BY number",
		db_blob(quorum->bytes, ROSTER_ID_SIZE), db_integer(ROSTER_GENERATION_LIVE)),
	    &shape, &numbers, &count, trace);

	for (size_t i = 0; err == ERR_OK && i + 1 < count; i++) {
		const struct roster_generation_ending ending = { ((unsigned *)numbers)[i],
			ROSTER_GENERATION_DEAD };
		bool opens = false;

		err = roster_generation_opens(roster, quorum, ending.generation, &opens, trace);
		if (err == ERR_OK && !opens)
			err = roster_generation_end(roster, quorum, &ending, trace);
	}
	free(numbers);
	return err;
}
