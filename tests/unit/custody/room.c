/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/secret.h"
#include "custody/enrol.h"
#include "pcsc/pin.h"
#include "roster/person.h"
#include "tests/unit/custody/room.h"

static const char pin[] = "736152";

/* ---- The people ---------------------------------------------------------------------------- */

static bool
room_skips_first(const struct room *room, const struct attendant_card_ask *ask)
{
	return room->skip_after_note && room->said[0] != '\0' && ask->wanted_count > 1 &&
	       strcmp(ask->wanted[0].custodian, "p0") == 0;
}

static enum err
put_card(void *context, const struct attendant_card_ask *ask, struct attendant_card_answer *answer,
    struct err_trace *trace)
{
	struct room *room = context;
	size_t first = room_skips_first(room, ask) ? 1 : 0;
	size_t n = (size_t)(ask->wanted[first].custodian[1] - '0');

	answer->reader[0] = '\0';
	if (ask->reason != NULL)
		snprintf(room->note, sizeof(room->note), "%s", ask->reason);
	if (n == 0 && room->fault_was_armed && room->stop_after_fault && !room->stopped) {
		room->stopped = true;
		return FAIL(trace, ERR_CANCELLED, "stopped");
	}
	readers_local_put(&room->local, 0, room->card[n]);
	room->insertions++;
	if (n == 0 && room->fault != NULL && !room->fault_was_armed) {
		vcard_local_fault(room->card[0], room->fault);
		room->fault_was_armed = true;
	}
	return ERR_OK;
}

static enum err
type_pin(void *context, const struct attendant_pin_ask *ask, struct secret **out,
    struct err_trace *trace)
{
	(void)context;
	if (ask->purpose == ATTENDANT_PIN_ADMIN)
		return secret_from(
		    CARD_FACTORY_ADMIN_PIN, strlen(CARD_FACTORY_ADMIN_PIN), out, trace);
	return secret_from(pin, strlen(pin), out, trace);
}

static enum err
agree(
    void *context, const char *text, const char *const *people, bool *yes, struct err_trace *trace)
{
	(void)context, (void)text, (void)people, (void)trace;
	*yes = true;
	return ERR_OK;
}

static enum err
choose(void *context, const char *text, unsigned of, enum attendant_choice *taken,
    struct err_trace *trace)
{
	(void)context, (void)text, (void)of, (void)trace;
	*taken = ATTENDANT_STOP;
	return ERR_OK;
}

static void
hear_progress(void *context, const char *text, unsigned done, unsigned total)
{
	(void)context, (void)text, (void)done, (void)total;
}

static void
hear_note(void *context, const char *text)
{
	struct room *room = context;

	snprintf(room->said, sizeof(room->said), "%s", text);
}

static void
take_out(void *context, const char *reader, const char *text)
{
	struct room *room = context;

	(void)reader, (void)text;
	readers_local_put(&room->local, 0, NULL);
}

static int64_t
room_clock(void *context)
{
	return clock_utc() + ((const struct room *)context)->ahead;
}

/* ---- The room ------------------------------------------------------------------------------ */

static void
add_people(struct room *room)
{
	struct err_trace trace = { 0 };

	for (unsigned n = 0; n < ROOM_PEOPLE; n++) {
		struct roster_id id;
		char name[] = { 'p', (char)('0' + n), '\0' };

		assert_ok(
		    roster_person_add(room->roster,
			&(struct roster_person_add){ .name = name, .roles = ROSTER_CUSTODIAN }, &id,
			&trace),
		    &trace);
		assert_ok(vcard_local_new(n + 1, NULL, &room->card[n], &trace), &trace);
	}
}

void
room_open(struct room *room)
{
	struct err_trace trace = { 0 };

	*room = (struct room){ .local = { .count = 1 } };
	snprintf(room->folder, sizeof(room->folder), "%s/quorate-room-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(room->folder));
	snprintf(room->file, sizeof(room->file), "%s/roster", room->folder);
	snprintf(room->state_dir, sizeof(room->state_dir), "%s/state", room->folder);
	snprintf(room->old_file, sizeof(room->old_file), "%s/old-roster", room->folder);
	snprintf(room->old_state_dir, sizeof(room->old_state_dir), "%s/old-state", room->folder);
	assert_ok(roster_create(&(struct roster_founding){ .paths = { room->file, room->state_dir },
				    .clock = { room_clock, room },
				    .practice = true,
				    .administrator = "ann" },
		      &room->roster, &trace),
	    &trace);
	room->attendant = (struct attendant){ .context = room,
		.card = put_card,
		.pin = type_pin,
		.confirm = agree,
		.choice = choose,
		.progress = hear_progress,
		.note = hear_note,
		.remove = take_out,
		.cancel_fd = -1,
		.card_wait_ms = 10 };
	readers_local_open(&room->local, &room->readers);
	room->custody = (struct custody){ .roster = room->roster,
		.attendant = &room->attendant,
		.readers = &room->readers,
		.state_dir = room->state_dir };
	add_people(room);
}

void
room_close(struct room *room)
{
	roster_drop(room->roster);
	for (size_t n = 0; n < ROOM_PEOPLE; n++)
		vcard_local_free(room->card[n]);
	assert_int_equal(file_remove_tree(room->folder, NULL), ERR_OK);
}

static void
open_again(struct room *room)
{
	struct err_trace trace = { 0 };
	struct roster_person ann;

	assert_ok(roster_open(&(struct roster_options){ .paths = { room->file, room->state_dir },
				  .clock = { room_clock, room },
				  .mode = ROSTER_WRITE },
		      &room->roster, &trace),
	    &trace);
	room->custody.roster = room->roster;
	assert_ok(roster_person_find(room->roster, "ann", &ann, &trace), &trace);
	assert_ok(roster_act_as(room->roster, &ann.id, &trace), &trace);
}

static void
close_roster(struct room *room)
{
	struct err_trace trace = { 0 };

	assert_ok(roster_close(room->roster, &trace), &trace);
	room->roster = NULL;
}

void
room_reopen(struct room *room)
{
	close_roster(room);
	open_again(room);
}

static void
copy_file(const char *from, const char *to)
{
	struct err_trace trace = { 0 };
	char *bytes = NULL;
	size_t len = 0;

	assert_ok(file_read(from, 64 << 20, &bytes, &len, &trace), &trace);
	assert_ok(file_replace(to, bytes, len, &trace), &trace);
	free(bytes);
}

void
room_keep_roster(struct room *room)
{
	struct err_trace trace = { 0 };

	close_roster(room);
	copy_file(room->file, room->old_file);
	assert_ok(file_copy_tree(room->state_dir, room->old_state_dir, &trace), &trace);
	open_again(room);
}

void
room_roll_back(struct room *room)
{
	struct err_trace trace = { 0 };

	close_roster(room);
	copy_file(room->old_file, room->file);
	assert_ok(file_remove_tree(room->state_dir, &trace), &trace);
	assert_ok(file_copy_tree(room->old_state_dir, room->state_dir, &trace), &trace);
	open_again(room);
}

enum err
room_pin(struct secret **out, struct err_trace *trace)
{
	return secret_from(pin, strlen(pin), out, trace);
}

enum err
room_enrol(struct room *room, unsigned n, struct err_trace *trace)
{
	const char name[] = { 'p', (char)('0' + n), '\0' };
	struct roster_card card;

	return enrol_card(&room->custody,
	    &(struct enrol_request){
		.custodian = name, .quorum = "root", .keep_admin_pin = room->keep_admin_pin },
	    &card, trace);
}
