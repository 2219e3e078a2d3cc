#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_things.sh FOLDER-OF-PROGRAMS
#
# What becomes of cards and things: PINs that change, cards that are blocked, forgotten, lost and
# found, items, and what lies in numbered bags.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

gathers() {
	quorate key list root --by ann
}
shows() {
	meets 0 "$2" quorate card show "$1"
}
changes() {
	quorate card change-pin "$1" --by ann
}

holds 'a roster is founded' founds alice bob carol dave
holds 'everybody gets a card' enrols root alice bob carol dave
holds 'and a share, 2 of 4' creates root 2 alice,bob,carol,dave
told 0 'a card that did its part is ready' "root/1: alice's card, ready
share        root, generation 1 (live)" quorate card show root/1

# ---- change-pin ---------------------------------------------------------------------------------

changes_it() {
	recorded meets 0 'Card root/1 has its new PIN' changes root/1
	asks '"purpose":"change the card'\''s PIN"
"for":"verify","custodian":"alice","card":"root/1","serial":"FFFE:00000001","tries":3
"for":"new","custodian":"alice","card":"root/1","serial":"FFFE:00000001","tries":0,"min":6'
}
new_pin_opens() {
	robot 'order alice,bob' meets 0 'no private key' gathers
	shows root/1 'ready'
}
wrong_then_right() {
	robot 'wrong-pin bob 1' recorded meets 0 'Card root/2 has its new PIN' changes root/2
	asks 'The card refused the PIN.'
	quorate roster log >log
	grep -q 'card.tries card=root/2 user=2' log
	shows root/2 'tries left   3'
}
another_card() {
	empties_readers
	robot 'present card4; stop-at card 2' recorded meets 1 \
		"change the card's PIN: stopped with 0 of 1 cards" changes root/3
	asks "root/4 is dave's card (serial FFFE:00000004)"
	fails grep -q '"ask":"pin"' "$STORY_ASKED"
}
same_pin() {
	empties_readers
	pin_of 3 >same
	STORY_NEW_PINS=$scratch/same recorded meets 3 \
		'the new PIN is the one that card root/3 has: nothing was changed' changes root/3
}
too_short() {
	echo 12345 >short
	STORY_NEW_PINS=$scratch/short recorded meets 0 'Card root/3 has its new PIN' changes root/3
	asks 'the new PIN is shorter than 6 characters'
}
# The sixth APDU of the visit is the change: the card has the old PIN before it, the new one after.
pulled() {
	for fault in pull-before:6 pull-after:6; do
		empties_readers
		robot "fault 1 $fault" meets 5 \
			'card root/4 has the old PIN or the new one: give the command again' changes root/4 ||
			return 1
		empties_readers
		meets 0 'Card root/4 has its new PIN' changes root/4 || return 1
	done
	shows root/4 'ready'
}
last_try() {
	robot 'wrong-pin alice 1; choice stop' meets 1 'root/1: 2 tries are left' changes root/1 ||
		return 1
	robot 'wrong-pin alice 1; choice stop' meets 1 'root/1: 1 try is left' changes root/1 ||
		return 1
	shows root/1 'tries left   1' || return 1
	robot 'choice last-try' recorded meets 0 'Card root/1 has its new PIN' changes root/1 ||
		return 1
	asks '"of":["last-try","stop"]'
}
holds 'a PIN is changed by who knows it, after the card was identified' changes_it
holds 'the new one opens' new_pin_opens
holds 'a wrong one costs a try, which the roster knows, and the right one follows' wrong_then_right
holds 'somebody else'\''s card is named, and gets no PIN' another_card
holds 'the PIN that it has is no new one' same_pin
holds 'nor is one that the policy calls too short' too_short
holds 'pulled in between, the card has one of the two, and the command begins again' pulled
holds 'the last try wants its word' last_try
told 4 'a card that nobody has is none' "the roster has no card 'root/9'" \
	quorate card change-pin root/9 --by ann

# ---- blocked, and forgotten ---------------------------------------------------------------------

blocks_it() {
	robot 'wrong-pin carol 3; choice last-try; choice again' meets 3 \
		"carol's card root/3 is blocked" changes root/3 || true
	shows root/3 'root/3: carol'\''s card, blocked
tries left   0'
}
not_counted() {
	quorate health --json >health.json || true
	grep -q '"ready": 3' health.json
}
unblocks_it() {
	robot 'order alice,bob' meets 0 'It counts as ready again after a roll-call' \
		quorate card unblock root/3 --by ann
}
proves_it() {
	meets 0 '' quorate card check root/3 --by ann
	shows root/3 "carol's card, ready"
}
forgets() {
	meets 0 "root/4, dave's card, is reported pin-unknown
It is PIN unknown
quorate card unblock root/4 --by NAME" quorate card report root/4 pin-unknown --by ann || return 1
	quorate card list --json >cards.json
	grep -q '"condition": "pin-unknown"' cards.json
}
remembers() {
	quorate card check root/4 --by ann && shows root/4 'ready'
}
holds 'three wrong ones block a card, and the roster knows at once' blocks_it
holds 'health does not count it' not_counted
holds 'behind two others it gets a new PIN' unblocks_it
holds 'but is not ready yet' shows root/3 "carol's card, stale"
holds 'before a roll-call proved it' proves_it
holds 'a forgotten PIN is reported, with what to do' forgets
holds 'whose custodian remembers proves it' remembers

# ---- lost and found -----------------------------------------------------------------------------

loses() {
	meets 0 "root/1, alice's card, is reported lost
It is lost, and its share counts as exposed.
Tonight:
1. Ask alice whether anybody can know the PIN
See that each of the others has their card: quorate custody
Decide within 24 hours, and re-key by" quorate card report root/1 lost --reporter bob \
		--words 'left in a train' --by ann || return 1
	shows root/1 'by bob: left in a train' || return 1
	grep -q train log && return 1
	quorate health >health || true
	grep -q 'exposure 1' health
}
not_asked_for() {
	robot 'present card1; order bob,carol' recorded meets 0 'no private key' gathers
	asks "root/1, alice's card, is reported lost or destroyed"
}
finds() {
	meets 0 'It is suspected, and its share counts as exposed.' \
		quorate card report root/1 found --by ann
}
compromised() {
	meets 0 "2 shares are outside and 2 open it: treat the keys of 'root' as compromised, now." \
		quorate card report root/2 stolen --by ann
}
holds 'a lost card counts as exposed, and what to do tonight is said' loses
empties_readers
holds 'a gathering does not want it, and says why' not_asked_for
told 1 'its PIN is not changed' 'card root/1 is reported lost or destroyed
next: If it is here: quorate card report root/1 found' quorate card change-pin root/1 --by ann
holds 'found, it is suspected' finds
breaks() {
	meets 0 "It is damaged.
Enrol another card for dave, then: quorate quorum replace-card root dave --by NAME
Keep what is left of root/4 under lock" quorate card report root/4 damaged --by ann
}
holds 'with as many outside as open it, the keys are compromised' compromised
holds 'a damaged card is replaced, and kept until then' breaks
told 2 'what a card cannot be is refused with the list' "'eaten' is nothing that a card can be
next: say lost, stolen, found" quorate card report root/2 eaten --by ann
told 2 'a day to come is refused' 'is too late' \
	quorate card report root/3 lost --on 2100-01-01 --by ann
told 2 'and what is no day' "'yesterday' is not a date" \
	quorate card report root/3 lost --on yesterday --by ann
told 4 'and who is nobody' "nobody in the roster is called 'mallory'" \
	quorate card report root/3 lost --reporter mallory --by ann
told 4 'and a card that is none' "the roster has no card 'root/9'" \
	quorate card report root/9 lost --by ann

# ---- items and bags -----------------------------------------------------------------------------

adds_items() {
	quorate item add hsm-1 --kind hsm --model 'Luna 7' --serial 99 --firmware 7.8.0 \
		--certificate 4684 --certificate-end 2030-09-21 --by ann || return 1
	quorate item change hsm-1 --firmware 7.8.4 --by ann || return 1
	meets 0 'firmware         7.8.4
ends on          2030-09-21' quorate item show hsm-1
}
stows_it() {
	meets 0 'hsm-1 lies in bag A-1 in safe 1' \
		quorate stow hsm-1 --bag A-1 --place 'safe 1' --by bob,carol &&
		meets 0 'in bag A-1 in safe 1 since
put there by bob and carol
root/3           carol            with its custodian' quorate custody
}
other_bag() {
	quorate stow root/3 --bag A-2 --place 'safe 1' --by bob,carol || return 1
	meets 0 'SUSPECTED: it was put into bag A-2.' \
		quorate unstow root/3 --bag A-3 --intact yes --by bob,dave || return 1
	shows root/3 "carol's card, suspected
by the bag that it came out of" || return 1
	quorate custody --json >custody.json
	grep -q '"suspected": true' custody.json
}
broken_bag() {
	meets 0 'SUSPECTED: its bag was not whole.' \
		quorate unstow hsm-1 --bag A-1 --intact no --by bob,dave
}
custody_of_a_day() {
	quorate custody --at 2020-01-01 >before
	[ "$(cat before)" = 'The roster knows of no card, token or item then.' ]
}
read_only() {
	mounting 'mount --bind "$(dirname "$QUORATE_ROSTER")" "$(dirname "$QUORATE_ROSTER")"
		mount -o remount,bind,ro "$(dirname "$QUORATE_ROSTER")"
		quorate custody >read && quorate card show root/3 >>read && quorate item list >>read
		! quorate stow root/4 --bag A-9 --place safe --by bob,carol 2>refused' || return 1
	grep -q 'hsm-1' read && grep -q 'next: ' refused
}
holds 'an HSM is put into the roster, and its firmware changes' adds_items
told 2 'a kind that is none is refused with the list' 'say hsm, laptop, reader, medium or envelope' \
	quorate item add x --kind fridge --by ann
holds 'two put it into a bag, and custody says so' stows_it
told 1 'what is stowed is not stowed again' 'hsm-1 is stowed already: in bag A-1 in safe 1' \
	quorate stow hsm-1 --bag A-5 --place 'safe 2' --by bob,carol
told 1 'nor retired' "item 'hsm-1' lies in bag A-1" quorate item retire hsm-1 --reason old --by ann
told 3 'a bag lies in one place' 'bag A-1 lies in safe 1 already' \
	quorate stow root/4 --bag A-1 --place 'safe 2' --by bob,carol
told 2 'one alone stows nothing' 'this takes two people, and --by names one' \
	quorate stow root/4 --bag A-4 --place 'safe 1' --by bob
told 2 'nor does the same one twice' 'two different people' \
	quorate stow root/4 --bag A-4 --place 'safe 1' --by bob,bob
told 4 'nor somebody whom nobody knows' "nobody in the roster is called 'mallory'" \
	quorate stow root/4 --bag A-4 --place 'safe 1' --by bob,mallory
told 4 'nor anything that is not there' "the roster has no card, token or item 'laptop-7'" \
	quorate stow laptop-7 --bag A-4 --place 'safe 1' --by bob,carol
told 1 'what is not stowed is not taken out' 'root/4 is not stowed' \
	quorate unstow root/4 --bag A-4 --intact yes --by bob,carol
told 2 'a bag is whole or not' "--intact is yes or no, not 'maybe'" \
	quorate unstow hsm-1 --bag A-1 --intact maybe --by bob,carol
holds 'a card from another bag is suspected' other_bag
holds 'and a thing from one that is not whole' broken_bag
told 3 'a bag serves once' 'bag A-1 was opened on' \
	quorate stow root/4 --bag A-1 --place 'safe 1' --by bob,carol
holds 'before anything was there, nobody had it' custody_of_a_day
told 2 'a day to come is nobody'\''s knowledge' 'is too late' quorate custody --at 2100-01-01
holds 'a roster that is only read tells all of it, and takes nothing' read_only
holds 'the roster verifies after all that' roster_verifies
conclude
