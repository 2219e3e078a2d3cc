#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_travel.sh FOLDER-OF-PROGRAMS
#
# A roster on two installations: packs between them, the seat, checkpoints by command, the log's
# filters; and docs/verify-by-hand.md, followed literally with no program of Quorate.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

# elsewhere COMMAND...: on the second installation, which has a file and a state folder of its own.
elsewhere() (
	export XDG_STATE_HOME="$scratch/laptop" QUORATE_ROSTER="$scratch/laptop/roster.db"
	"$@"
)
head_of() {
	"$@" quorate roster verify --json | sed -n 's/.*"head": "\([0-9a-f]*\)".*/\1/p' | tail -n 1
}
here_too() {
	"$@"
}

founds_a_quorum() {
	founds alice bob carol
	enrols root alice bob carol
	creates root 2 alice,bob,carol
}
holds 'a quorum stands' founds_a_quorum

# ---- two installations --------------------------------------------------------------------------

told 0 'a whole pack is written, with the head in hex and words' 'whole.pack has
  head ' quorate roster pack whole.pack
told 1 'a pack is never written over a file' "'whole.pack' exists" quorate roster pack whole.pack
told 4 'who joins is of the roster' "nobody in the roster is called 'mallory'" \
	elsewhere quorate init --join whole.pack --installation laptop --by mallory
told 0 'a second installation begins from it' "this is its installation 'laptop'" \
	elsewhere quorate init --join whole.pack --installation laptop --by alice
told 1 'it does not enrol cards: the seat is with the first' "the seat is with the installation 'first'
quorate roster hand-over" elsewhere quorate card enrol --custodian bob --quorum root --by alice

both_write_and_exchange() {
	elsewhere quorate person add dave --role custodian --by alice
	quorate person add erin --role witness --by ann
	elsewhere quorate roster pack laptop.pack
	meets 0 'This roster has events that' quorate roster take laptop.pack --by ann
	quorate roster pack office.pack --for laptop
	meets 0 'It is the head of the roster that the pack was made of' \
		elsewhere quorate roster take office.pack --by alice
	[ "$(head_of here_too)" = "$(head_of elsewhere)" ]
	elsewhere quorate person show erin
	quorate person show dave
}
holds 'what both write is on both after a pack each way, and the heads are the same' both_write_and_exchange
told 0 'a pack taken again adds nothing' 'New here: 0 events, 0 contents' \
	quorate roster take laptop.pack --by ann
told 0 'verify names the installations and who has the seat' 'installation first (
; it has the seat
installation laptop (' quorate roster verify

# ---- packs that are refused ---------------------------------------------------------------------

harmed() {
	head -c 3000 whole.pack >cut.pack
	meets 1 'truncated
copy the pack again' elsewhere quorate roster take cut.pack --by alice
	sed '3s/person/persom/' whole.pack >changed.pack
	meets 1 'the pack was changed' elsewhere quorate roster take changed.pack --by alice
	sed '1s/"pack":1/"pack":9/' whole.pack >newer.pack
	meets 1 'the pack has version 9' elsewhere quorate roster take newer.pack --by alice
	quorate init --practice --by ann --roster stranger.db
	quorate roster pack stranger.pack --roster stranger.db
	meets 1 'the pack is of another roster' elsewhere quorate roster take stranger.pack --by alice
	meets 0 'every hash, signature and table agrees' elsewhere quorate roster verify
}
holds 'one cut off, changed, newer or a stranger is refused, and the roster is as it was' harmed

clone_goes_on() {
	cp -r "$scratch/laptop" "$scratch/laptop.copy"
	elsewhere quorate person add frank --role witness --by alice
	elsewhere quorate roster pack frank.pack
	quorate roster take frank.pack --by ann
	mv "$scratch/laptop" "$scratch/laptop.real"
	mv "$scratch/laptop.copy" "$scratch/laptop"
	elsewhere quorate person add mallory --role witness --by alice
	elsewhere quorate roster pack clone.pack
	meets 1 'two different events with one writer and number' quorate roster take clone.pack --by ann
	rm -r "$scratch/laptop"
	mv "$scratch/laptop.real" "$scratch/laptop"
}
holds 'a clone that went on is refused, and both events are named' clone_goes_on

# ---- the seat -----------------------------------------------------------------------------------

passes_the_seat() {
	meets 0 "The seat passes to the installation 'laptop'" \
		quorate roster hand-over --to laptop --by ann
	meets 1 "the seat is with the installation 'laptop'" \
		quorate quorum create other -m 2 --custodian alice,bob,carol --name x --by ann
	quorate roster pack seat.pack --for laptop
	elsewhere quorate roster take seat.pack --by alice
	virtual-card new "$QUORATE_SANDBOX/cards/card9.card" --serial 9
	elsewhere quorate card enrol --custodian dave --quorum root --by alice
}
holds 'the seat passes with a pack, and enrolling goes with it' passes_the_seat
told 0 'cards sign the head by command' 'is signed by 2 cards of
  head ' elsewhere quorate roster checkpoint root --cards 2 --by alice
told 4 'for a quorum that there is' "no quorum 'other'" \
	elsewhere quorate roster checkpoint other --by alice

claims_the_seat() {
	meets 2 'give either --to INSTALLATION or --claim' quorate roster hand-over --by ann
	elsewhere quorate roster pack last.pack
	quorate roster take last.pack --by ann
	meets 0 'This installation has the seat: 2 cards' \
		quorate roster hand-over --claim --people alice,bob --quorum root --by ann
	meets 1 'this installation has the seat already' \
		quorate roster hand-over --claim --people alice,bob --quorum root --by ann
}
holds "a dead holder's seat is claimed by two people and M cards" claims_the_seat

# ---- the log ------------------------------------------------------------------------------------

filters() {
	quorate roster log --json >all
	quorate roster log --json --type card.enrol >enrolled
	[ "$(wc -l <enrolled)" = 4 ]
	[ "$(quorate roster log --json --type seat | wc -l)" = 2 ]
	quorate roster log --json --about bob | grep -q card.begin
	[ "$(quorate roster log --about bob | grep -c frank)" = 0 ]
	[ "$(quorate roster log --json --limit 3)" = "$(tail -n 3 all)" ]
	[ "$(quorate roster log --json --until 2020-01-01 | wc -l)" = 0 ]
	[ "$(quorate roster log --json --since 2020-01-01 | wc -l)" = "$(wc -l <all)" ]
	[ "$(quorate roster log --json --by alice | wc -l)" -lt "$(wc -l <all)" ]
	quorate roster log --about root/2 | grep -q 'card.enrol'
	meets 2 "'yesterday' is not a date" quorate roster log --since yesterday
	meets 4 "no quorum, card or person 'nothing'" quorate roster log --about nothing
}
holds 'the log is filtered by time, type, person, card and number' filters

# ---- by hand ------------------------------------------------------------------------------------

# shellcheck source=tests/card/by_hand.sh
. "$here/by_hand.sh"
verifies_by_hand() {
	mkdir room
	boxes roster >room/boxes
	quorate roster pack room/office.pack
	fails env -i PATH=/usr/bin:/bin sh -c 'command -v quorate'
	by_hand >said 2>&1
	cat said
	says_what_the_page_says roster || return 1
	fails grep -E 'BROKEN|WRONG|CHANGED|ANOTHER' said
	grep -qF "head: $(head_of here_too)" said
	grep -q 'by card root/' said
}
holds 'docs/verify-by-hand.md verifies a pack as it says' verifies_by_hand

# flip EXPRESSION: the pack with a planted change.
flip() {
	cp room/office.pack room/whole
	sed -i "$1" room/office.pack
	cmp -s room/office.pack room/whole && return 1
	by_hand >said 2>&1 || true
	mv room/whole room/office.pack
}
finds_what_is_planted() {
	flip '5s/"time":1/"time":2/' || return 1
	grep -q 'bytes: CHANGED' said
	grep -q 'BROKEN, it does not follow' said
	flip '/"type":"checkpoint.sign"/s/"signature":"30\(..\)0220\(.\)/"signature":"30\1022f\2/' ||
		flip '/"type":"checkpoint.sign"/s/\("signature":"[0-9a-f]*\)\([0-9a-f]\)"/\1\2\2"/' || return 1
	grep -q 'the signature of card root/. is WRONG' said
	flip '$!s/^{"bytes":"\(.\)\(.\)/{"bytes":"\2\1/' || return 1
	grep -q 'contents: [1-9][0-9]* of [0-9]* are WRONG' said
}
holds 'a byte that was changed in an event, a signature or a content is found by it' finds_what_is_planted

conclude
