#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_roster.sh FOLDER-OF-PROGRAMS
#
# A roster's file that was edited, truncated, cloned, rolled back, held, is not for writing, or of
# another kind; and practice that is not taken for real. SQLite is Python's.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

# sql FILE STATEMENT
sql() {
	/usr/bin/python3 -c '
import sqlite3, sys
base = sqlite3.connect(sys.argv[1])
for row in base.execute(sys.argv[2]):
    print(*row)
base.commit()' "$@"
}
# copied NAME: a copy of the closed roster.
copied() {
	cp "$QUORATE_ROSTER" "$1.roster"
}
adds() {
	name=$1
	shift
	quorate person add "$name" --role witness --by ann "$@"
}

founds_a_quorum() {
	founds alice bob carol
	enrols root alice bob carol
	creates root 2 alice,bob,carol
}
holds 'a quorum stands' founds_a_quorum
told 0 'its roster verifies' 'every hash, signature and table agrees
events are pinned by checkpoints' quorate roster verify
told 1 'one that is there is not made again' 'is there already
name another with --roster' quorate init --practice --by ann

# ---- edited -------------------------------------------------------------------------------------

edited_event() {
	copied edited
	sql edited.roster "update event set line = replace(line, 'root-ca', 'root-cb')
		where line like '%root-ca%'"
	meets 1 'edited.roster' quorate roster verify --roster edited.roster
	grep -Eq 'hash|chain' said
}
removed_event() {
	copied removed
	sql removed.roster 'delete from event where seq = 7'
	meets 1 'removed.roster' quorate roster verify --roster removed.roster
}
edited_table() {
	copied table
	sql table.roster 'delete from share where rowid = 1'
	meets 1 'table.roster' quorate roster verify --roster table.roster
	meets 0 verifies quorate roster verify
}
holds 'an event that was edited is found' edited_event
holds 'one that was taken out too' removed_event
holds 'a table that does not follow from the events too' edited_table

# ---- damaged, foreign, newer --------------------------------------------------------------------

truncated() {
	copied truncated
	truncate -s 20000 truncated.roster
	meets 3 "the roster 'truncated.roster' was truncated
take the newest copy" quorate health --roster truncated.roster
	meets 1 'was truncated' quorate roster verify --roster truncated.roster
	meets 1 'was truncated' adds x --roster truncated.roster
}
not_a_roster() {
	echo hello >text.roster
	meets 3 'the file is not a roster' quorate health --roster text.roster
	sql other.roster 'create table event(a)'
	meets 3 'a database, but not a roster' quorate health --roster other.roster
	: >empty.roster
	meets 3 'but not a roster' quorate health --roster empty.roster
}
newer() {
	copied newer
	sql newer.roster 'pragma user_version = 99'
	meets 3 'newer' quorate health --roster newer.roster
	meets 1 'the roster has version 99; this Quorate knows
use the newer Quorate' adds x --roster newer.roster
	[ "$(sql newer.roster 'pragma user_version')" = 99 ]
}
absent() {
	meets 3 "Make one with 'quorate init --by NAME', or name one with --roster FILE." \
		quorate health --roster none.roster
	meets 4 'quorate init' adds x --roster none.roster
	[ ! -e none.roster ]
}
holds 'a truncated file is said to be one' truncated
holds 'what is no roster is not taken for one' not_a_roster
holds 'a newer version'\''s is refused and left alone' newer
holds 'one that is not there is not made in passing' absent

# ---- held, and not for writing ------------------------------------------------------------------

held() {
	mkfifo held
	printf '#!/bin/sh\nread -r asked\ncat held\n' >waits
	chmod +x waits
	quorate card enrol --custodian alice --quorum other --by ann --attendant ./waits \
		>/dev/null 2>&1 &
	# Open for writing once the other command, which has the roster, reads.
	exec 6>held
	meets 1 "another command has the roster '$QUORATE_ROSTER'
Wait until that command has ended" adds x
	meets 0 'root: OK' quorate health
	exec 6>&-
	wait
	adds held-no-more
}
not_for_writing() {
	mkdir medium
	mounting '
		mount -t tmpfs none medium
		cp "$QUORATE_ROSTER" medium/copy.roster
		mount -o remount,bind,ro medium
		quorate health --roster medium/copy.roster >health
		quorate roster verify --roster medium/copy.roster >verified
		quorate person add x --role witness --by ann --roster medium/copy.roster 2>refused' &&
		return 1
	[ $? = 3 ]
	cat refused
	all_in health 'root: OK'
	all_in verified 'every hash, signature and table agrees'
	all_in refused 'Read-only file system'
}
holds 'while one command has it, another waits, then says so; reading goes on' held
holds 'from a medium that takes no writing it can be read and verified' not_for_writing

# ---- cloned and rolled back ---------------------------------------------------------------------

rolled_back() {
	copied old
	adds newest
	cp "$QUORATE_ROSTER" kept
	cp old.roster "$QUORATE_ROSTER"
	meets 1 'rolled back to an older copy
find the copy of the roster that ends with event' adds other
	meets 3 'rolled back to an older copy' quorate health
	cp kept "$QUORATE_ROSTER"
	adds after-that
}
two_histories() {
	copied one
	cp -r "$XDG_STATE_HOME" state
	adds left
	cp "$QUORATE_ROSTER" kept
	XDG_STATE_HOME=$scratch/state adds right --roster one.roster
	meets 1 'the roster is a clone
this one can only be read' adds more --roster one.roster
}
holds 'an older copy in its place is noticed, and only read' rolled_back
holds 'two histories with one writer are noticed' two_histories

# ---- practice and real --------------------------------------------------------------------------

# real COMMAND...: the same installation's program, with a roster in earnest.
real() {
	XDG_STATE_HOME=$scratch/in-earnest QUORATE_ROSTER=$scratch/real.roster "$@"
}
founds_in_earnest() {
	# without this name, because in a sandbox every roster is for practice
	real meets 0 'ann is its first person' env -u QUORATE_SANDBOX quorate init --by ann
	fails grep -q PRACTICE said
	for name in alice bob carol; do
		real quorate person add $name --role custodian --by ann
	done
}
asks_a_terminal() {
	real meets 4 'people must be asked, and there is no terminal
--attendant PROGRAM' quorate card enrol --custodian alice --quorum root --by ann
}
refuses_practice_cards() {
	empties_readers
	real meets 3 "the card holds a PRACTICE share of quorum 'root', card root/1" quorate card enrol \
		--custodian alice --quorum root --by ann --attendant quorate-robot --accept swap
}
refuses_practice_tokens() {
	for number in 6 7 8; do
		virtual-card new "$QUORATE_SANDBOX/cards/card$number.card" --serial "$number"
	done
	for pair in alice:6 bob:7 carol:8; do
		empties_readers
		real robot "present card${pair#*:}" quorate card enrol --custodian "${pair%:*}" \
			--quorum root --by ann --attendant quorate-robot --accept swap
	done
	real meets 3 "token 'PRACTICE root-ca' (serial
is for practice, and this roster is a real one" quorate quorum create root -m 2 \
		--custodian alice,bob,carol --token 'pkcs11:token=PRACTICE%20root-ca' --name root-ca \
		--by ann --attendant quorate-robot --accept swap
}
refuses_real_cards() {
	empties_readers
	robot 'present card6;absent bob' meets 3 "the card holds a share" \
		quorate card enrol --custodian bob --quorum other --by ann
}
told 0 'in a sandbox every roster is for practice' 'PRACTICE. Roster' quorate init --by ann \
	--roster another.roster
holds 'a roster in earnest says nothing of practice' founds_in_earnest
holds 'no program answers for people in it unasked' asks_a_terminal
holds 'it refuses a practice card, by name' refuses_practice_cards
holds 'and a practice token' refuses_practice_tokens
told 0 'the roster verifies after all that' 'every hash, signature and table agrees' \
	quorate roster verify
conclude
