#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_quorum.sh FOLDER-OF-PROGRAMS
#
# Quorums that cannot be, and those that are begun and broken off: what is pending is said, and
# resume or abort leaves a whole quorum or none.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

# of M NAME,NAME,... [OPTION...]
of() {
	creates root "$@"
}
nothing_is_there() {
	[ -z "$(quorate quorum list)" ]
	meets 3 'there is no quorum' quorate health
	meets 0 'fresh token' quorate token list
}

holds 'a roster is founded' founds alice bob carol
told 4 'custodians need their cards first' "alice has no enrolled card for 'root'
quorate card enrol --custodian alice --quorum root" of 2 alice,bob,carol
holds 'they get them' enrols root alice bob carol

# ---- numbers and names --------------------------------------------------------------------------

told 2 'M = 1 is no quorum' '1 of 3 is not a quorum
2 to 16 custodians' of 1 alice,bob,carol
told 3 'M = N is refused by the policy' 'with 3 of 3 the first card that fails loses the key for ever
Add a custodian' of 3 alice,bob,carol
told 2 'M > N is no quorum' '4 of 3 is not a quorum' of 4 alice,bob,carol
told 2 'nor are more than 16' '2 of 17 is not a quorum' of 2 a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q
told 2 'nor is a number that is none' "--threshold cannot be 'two'" of two alice,bob,carol
told 2 'a custodian counts once' 'alice is named twice: a person has one card' of 2 alice,bob,alice
told 4 'an unknown person is named' "nobody in the roster is called 'zoe'" of 2 alice,bob,zoe
told 2 'its name is a plain one' "'Root' is not a quorum's name" creates Root 2 alice,bob,carol
told 2 'so is its binding'\''s' "'Root CA' is not a binding name" \
	quorate quorum create root -m 2 --custodian alice,bob,carol --name 'Root CA' --by ann
sheet_exists() {
	echo kept >sheet
	meets 1 "'sheet' exists and is never overwritten
Nothing was done yet." of 2 alice,bob,carol --sheet sheet
	grep -q kept sheet
}
holds 'a sheet that exists is kept, and nothing is begun' sheet_exists
told 4 'a sheet where there is no folder too' 'cannot be written' \
	of 2 alice,bob,carol --sheet nowhere/sheet
holds 'of all these nothing is there' nothing_is_there

# ---- broken off before there was a secret -------------------------------------------------------

broken_off_early() {
	empties_readers
	robot 'stop-at card 2' meets 1 "'create' of quorum 'root' is not complete; no token was touched
read the card's key (no PIN): stopped with 1 of 3 cards
quorate quorum resume root --by NAME' to go on, or 'quorate quorum abort root --reason TEXT --by NAME' to give it up" \
		of 2 alice,bob,carol
}
what_is_pending() {
	meets 1 'has no generation yet: there is nothing to print' quorate quorum sheet root
	meets 3 "'create' was begun
do: quorate quorum resume root --by NAME" quorate health
	meets 0 'not complete yet
user PIN not set yet, SO PIN not set yet' quorate quorum show root
	meets 1 "a quorum 'root' was begun already and is not complete
resume root" of 2 alice,bob,carol
	meets 125 "quorum 'root' is not complete yet
quorate quorum resume root" quorate activate root --by ann -- touch ran
	[ ! -e ran ]
}
left_as_it_is() {
	robot 'decline confirm' meets 1 "Pending: 'create', generation 1, 2 of 3, begun by ann.
No secret was made yet
not initialised yet
left as it is" quorate quorum resume root --by ann
	robot 'decline confirm' meets 1 'left as it is' \
		quorate quorum abort root --reason 'not today' --by ann
	what_is_pending
}
given_up_early() {
	meets 0 'Given up. No token was touched.
Its cards are as they were and can be used again.' \
		quorate quorum abort root --reason 'not today' --by ann
	nothing_is_there
}
holds 'stopped before the secret, it says so' broken_off_early
holds 'what is pending is said everywhere' what_is_pending
holds 'and stays when nobody agrees' left_as_it_is
holds 'given up, nothing is left of it' given_up_early
told 4 'and nothing is pending' "the roster has no quorum 'root'" \
	quorate quorum abort root --reason again --by ann

# ---- broken off in the middle of delivery -------------------------------------------------------

broken_off_late() {
	robot 'stop-at pin 3' meets 1 "no token was touched
stopped at the PIN of carol's card root/3: 3 tries are left" of 2 alice,bob,carol
}
sheet_is_not_complete() {
	meets 0 'NOT COMPLETE: something is under way
user PIN     NOT SET YET
state incomplete' quorate quorum sheet root
}
cards_are_said() {
	sheet_is_not_complete
	robot 'decline confirm' meets 1 'root/1 (alice): has its share, proven.
root/2 (bob): has its share, proven.
root/3 (carol): waits for its share.
not initialised yet' quorate quorum resume root --by ann
}
given_up_late() {
	meets 0 'Cards to enrol again, which resets them:
root/1   quorate card enrol --custodian alice --quorum root
root/2   quorate card enrol --custodian bob --quorum root' \
		quorate quorum abort root --reason 'the fire alarm' --by ann
	fails grep -q 'custodian carol' said
	nothing_is_there
	meets 0 'the fire alarm' quorate roster log
}
not_before_they_are() {
	meets 1 "alice's card root/1 has an admin PIN from a quorum that was given up
quorate card enrol --custodian alice --quorum root" of 2 alice,bob,carol
}
holds 'stopped at the third card, it says so' broken_off_late
holds 'who has a share is said' cards_are_said
holds 'given up, the cards to enrol again are named' given_up_late
holds 'and refused until they are' not_before_they_are
holds 'all can be enrolled again' enrols root alice bob carol

# ---- and finished -------------------------------------------------------------------------------

finished_by_resume() {
	robot 'stop-at pin 2' meets 1 "stopped at the PIN of bob's card root/5" of 2 alice,bob,carol
	meets 0 'root/6 (carol): waits for its share.
Finished: nothing is pending for root.' quorate quorum resume root --by ann
	meets 0 'root: OK, margin 1, exposure 0' quorate health
}
holds 'what was broken off is finished by resume, and whole' finished_by_resume
told 4 'then nothing is pending' "nothing is pending for 'root', and every token opens with generation 1" \
	quorate quorum resume root --by ann
told 1 'its name is taken' "a quorum 'root' exists already
quorate quorum show root" of 2 alice,bob,carol
told 0 'its cards open its token' 'The token holds no private key.' \
	quorate key list root --by ann

told 0 'the roster verifies after all that' 'every hash, signature and table agrees' \
	quorate roster verify
conclude
