#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_pins.sh FOLDER-OF-PROGRAMS
#
# PINs that custodians choose, mistype, forget and keep to themselves.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

# Any command that gathers cards will do.
gathers() {
	quorate key list root --by ann
}

place_of() {
	virtual-card list | sed -n "s/^$1 .* \(Sandbox .*\)/\1/p"
}
tries_of() {
	quorate card inspect --reader "$(place_of "card$1")" |
		sed -n 's/.*tries left *PIN \([0-9]\),.*/\1/p'
}

# ---- a new PIN ----------------------------------------------------------------------------------

bad_pins_are_refused() {
	printf '%s\n' 12345 123456 12345678 111111 121212 654321 abcdefg >bad
	# shellcheck disable=SC2030 # for this command alone
	STORY_NEW_PINS=$scratch/bad
	export STORY_NEW_PINS
	recorded meets 0 'RECEIPT: card root/1' \
		quorate card enrol --custodian alice --quorum root --by ann
	asks '"for":"new","custodian":"alice","card":"root/1","serial":"FFFE:00000001","tries":0,"min":6
the new PIN is shorter than 6 characters
the new PIN is one that cards are sold with
the new PIN is one piece over and over
the new PIN is a run of neighbouring digits or letters'
	[ "$(grep -c '"for":"new"' "$STORY_ASKED")" = 8 ]
}
none_chosen() {
	robot 'decline pin' meets 1 'no PIN was chosen for card root/2
Give the same command again with the same card: it begins the card anew.' \
		quorate card enrol --custodian bob --quorum root --by ann
}
pins_are_set_on_the_cards() {
	for number in 1 2 3; do
		meets 0 'tries left   PIN 3, admin PIN 3' \
			quorate card inspect --reader "$(place_of "card$number")"
	done
	[ "$(place_of card1)" = 'Sandbox A 00 00' ]
	says 6982 $select $verify_user
}

holds 'a roster is founded' founds alice bob carol
holds 'PINs that are short, sold with cards, runs or repetitions are refused, each with its reason' \
	bad_pins_are_refused
holds 'a custodian who chooses none has no card' none_chosen
told 0 'who tries again gets the card' 'RECEIPT: card root/2' \
	quorate card enrol --custodian bob --quorum root --by ann
holds 'and another theirs' enrols root carol
holds 'every PIN has its tries, and the factory'\''s is gone' pins_are_set_on_the_cards
holds 'a quorum is made of the three' creates root 2 alice,bob,carol

# ---- a wrong PIN --------------------------------------------------------------------------------

offered_again() {
	robot 'wrong-pin alice 1' recorded meets 0 'no private key' gathers
	asks '"for":"verify","custodian":"alice","card":"root/1","serial":"FFFE:00000001","tries":'"$1"'
The card refused the PIN. alice'\''s card root/1, serial FFFE:00000001: '"$(($1 - 1))"' tr
"of":["again","other","stop"]
"tries":'"$(($1 - 1))"',"min":6,"max":127,"reason":"The card refused the PIN."'
}
somebody_else() {
	robot 'wrong-pin alice 1;choice other' recorded meets 0 'no private key' gathers
	asks 'serial FFFE:00000001: 2 tries left.
"for":"verify","custodian":"carol"'
}
stops() {
	robot 'wrong-pin alice 1;choice stop' recorded meets 1 \
		"stopped at the PIN of alice's card root/1: 1 try is left" gathers
}
stop_is_heard() {
	robot 'stop-at pin 2' meets 1 "stopped at the PIN of bob's card root/2: 3 tries are left" \
		gathers
}
declined() {
	robot 'decline pin;choice other' recorded meets 3 '2 more cards are needed' gathers
	asks 'No PIN was given. alice'
	[ "$(tries_of 1)" = 3 ]
}
holds 'a wrong PIN shows the tries that are left, and is asked for again' offered_again 3
holds 'after the right one all tries are back' test "$(tries_of 1)" = 3
holds 'a declined PIN costs none' declined
holds 'a stop instead of a PIN says whose it would have been' stop_is_heard
holds 'somebody else may come instead' somebody_else
holds 'or all may stop, and see what is left' stops

# ---- the last try -------------------------------------------------------------------------------

last_try_wants_its_word() {
	[ "$(tries_of 1)" = 1 ]
	robot 'choice other' recorded meets 0 'no private key' gathers
	asks 'root/1, serial FFFE:00000001: 1 try left. If the last try fails, the card is blocked.
"of":["last-try","other","stop"]'
	[ "$(tries_of 1)" = 1 ]
}
last_try_is_right() {
	robot 'choice last-try' recorded meets 0 'no private key' gathers
	[ "$(tries_of 1)" = 3 ]
}
blocks_it() {
	robot 'wrong-pin alice 3;choice last-try' recorded meets 0 'no private key' gathers
	asks 'alice'\''s card root/1, serial FFFE:00000001: 0 tries left; the card is blocked.
"of":["other","stop"]
"for":"verify","custodian":"carol"'
	[ "$(tries_of 1)" = 0 ]
}
blocked_is_said() {
	robot 'order alice;choice stop' recorded meets 3 \
		"alice's card root/1 is blocked: no tries are left
quorate card unblock root/1" gathers
	fails grep -q '"ask":"pin"' "$STORY_ASKED"
}
holds 'before the last try a word is wanted, and no PIN is sent without it' last_try_wants_its_word
holds 'with the word it is tried, and right' last_try_is_right
holds 'three wrong ones block the card, and somebody else is asked' blocks_it
holds 'a blocked card is never asked for its PIN' blocked_is_said
unblocks_it() {
	meets 0 '' quorate card unblock root/1 --by ann
	[ "$(tries_of 1)" = 3 ]
	robot 'order alice' recorded meets 0 'no private key' gathers
	asks '"for":"verify","custodian":"alice"'
}
holds 'behind the others it gets a new PIN' unblocks_it
pastes_too_much() {
	empties_readers
	virtual-card insert card3
	env -u QUORATE_ATTENDANT "$here/story_typist.py" quorate card check root/3 --by ann <<-END
		(Enter alone declines): ># $(printf '%300s' '' | tr ' ' 7)
		That is longer than any PIN. Again: ># $(pin_of 3)
	END
}
holds 'what is too long to be a PIN is asked for again, at a terminal' pastes_too_much
told 0 'the roster verifies after all that' 'every hash, signature and table agrees' \
	quorate roster verify
conclude
