#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_rekey_undone.sh FOLDER-OF-PROGRAMS
#
# Re-keys that are given up or go wrong, one after another while a token is away, and a card that
# died and is replaced: what stood before stands, or what was begun is finished.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

tokens=$(sed -n 's/^directories.tokendir *= *//p' "$SOFTHSM2_CONF")

rekey() {
	quorate quorum rekey root --by ann "$@"
}
resumes() {
	quorate quorum resume root --by ann "$@"
}
stands() {
	for number in 6 7 8; do
		virtual-card new "$QUORATE_SANDBOX/cards/card$number.card" --serial $number
	done
	founds alice bob carol dave frank
	enrols root alice bob carol dave
	creates root 2 alice,bob,carol,dave
	quorate token bind root --name backup --role backup --by ann
	enrols root frank
}
holds 'a quorum of 2 of 4 stands, with two tokens' stands

# ---- given up -----------------------------------------------------------------------------------

stopped_in_delivery() {
	robot 'stop-at pin 5;order frank,alice' meets 1 "'rekey' of quorum 'root' is not complete; no token was touched
quorate quorum resume root --by NAME' to go on, or 'quorate quorum abort root" \
		rekey --remove dave --add frank
	meets 1 "'rekey' of quorum 'root' is pending" rekey --remove dave
	meets 1 "'rekey' of quorum 'root' is pending" quorate quorum deliver root --by ann
	meets 1 "'rekey' of quorum 'root' is pending" quorate quorum replace-card root bob --by ann
}
# The old generation works, but nobody's PIN changes under what they have open.
not_while_active() {
	quorate activate root --admin --persistent --by ann || return 1
	meets 1 "quorum 'root' is activated now
quorate deactivate root" resumes
	quorate deactivate root
}
old_generation_works() {
	robot 'absent alice;absent bob' meets 0 'The token holds no private key' \
		quorate key list root --token "$1" --by ann
}
given_up() {
	old_generation_works root-ca
	meets 0 'Given up. No token was touched.
root/5   quorate card enrol --custodian frank --quorum root
Cards that keep a record of what was given up, until it is erased at their next use:
root/1   (alice) generation 2' quorate quorum abort root --reason 'the fire alarm' --by ann
	old_generation_works root-ca
	old_generation_works backup
}
holds 'stopped in the middle of delivery, it says so' stopped_in_delivery
holds 'it does not go on while the HSM is open' not_while_active
holds 'given up, the old generation works, and cards with records are named' given_up
shows_it() {
	meets 0 'generation 2: 2 of 4, aborted: nothing opens with it
root/1       alice            record still on the card, opens nothing' quorate quorum show root
	meets 1 'of a generation that was given up' quorate health
}
holds 'what was given up is shown' shows_it
erases() {
	robot 'order alice,carol' quorate key list root --token root-ca --by ann
	meets 0 'root/1       alice            record erased' quorate quorum show root
}
holds 'such a record is erased at the next use of its card' erases

enrolled_again() {
	meets 1 "frank's card root/5 has an admin PIN from a generation that was given up
quorate card enrol --custodian frank --quorum root" rekey --remove dave --add frank --away backup
	enrols root frank
}
holds 'a card whose admin PIN went with it is refused until it is enrolled again' enrolled_again

# ---- no way back --------------------------------------------------------------------------------

# The last admin PIN is still to be changed when the people go: the tokens have changed.
stopped_at_the_end() {
	robot 'stop-at card 12' meets 1 "its tokens have their PINs
Run 'quorate quorum resume root --by NAME': it finishes this" rekey --remove dave --add frank --away backup
	meets 1 'a token was touched already: there is no way back' \
		quorate quorum abort root --reason late --by ann
	meets 0 'nothing is pending for root
generation 3: 2 of 4, live' resumes
}
holds 'a number that was given up is not used again, and after a switch there is no way back' \
	stopped_at_the_end

# ---- another re-key while a token is away -------------------------------------------------------

rekeys_again() {
	meets 0 'is away for another re-key' quorate quorum rekey root --plan -m 3 --away backup
	meets 0 'generation 1: 2 of 4, live: opens 2 token PINs
generation 3: 2 of 4, dead: nothing opens with it
generation 4: 3 of 4, live' rekey -m 3 --away backup
	meets 0 'The secret of generation 1, sealed to the escrow key of generation 4:
older secret' quorate quorum sheet root
}
# The roster is lost now: no card has a share of generation 1 any more. Then all is as it was.
adopts_what_the_sheet_has() {
	quorate quorum sheet root --out older.txt
	mkdir kept
	cp -r "$QUORATE_SANDBOX/cards" "$tokens" kept
	mv "$QUORATE_ROSTER" "$XDG_STATE_HOME" kept
	found=0
	meets 0 "generation 1: 2 of 4, live; 0 of its cards were here
(backup): its user PIN opens with generation 1
(backup): its SO PIN opens with generation 1" \
		quorate quorum adopt root --sheet older.txt --by ann || found=1
	meets 0 'generation 1: 2 of 4, dead: nothing opens with it' resumes || found=1
	empties_readers
	rm -rf "$tokens"
	mv "kept/$(basename "$tokens")" "$tokens"
	rm -rf "$QUORATE_ROSTER" "$XDG_STATE_HOME"
	mv "kept/$(basename "$QUORATE_ROSTER")" "$QUORATE_ROSTER"
	mv "kept/$(basename "$XDG_STATE_HOME")" "$XDG_STATE_HOME"
	cp kept/cards/*.card "$QUORATE_SANDBOX/cards"
	return $found
}
switches_over_two() {
	robot 'absent alice' meets 0 'generation 1: 2 of 4, dead: nothing opens with it
(backup, backup, serial' resumes
	robot 'absent carol' meets 0 'The token holds no private key' \
		quorate key list root --token backup --by ann
	meets 0 'margin 1, exposure 0' quorate health
}
holds 'a further re-key works while a token is away' rekeys_again
holds 'what its cards have no room for is on the binding sheet' adopts_what_the_sheet_has
holds 'and the newest cards switch it when it is back' switches_over_two

# ---- a card died --------------------------------------------------------------------------------

no_new_card() {
	meets 4 "bob has no other enrolled card for 'root'
quorate card enrol --custodian bob --quorum root" quorate quorum replace-card root bob --by ann
}
bob_enrols() {
	# Bob's card is dead: it is in no reader, and the next blank card is his.
	rm "$QUORATE_SANDBOX/cards/card2.card"
	enrols root bob
}
# A card that cannot take the share: of another quorum, damaged since, or blocked.
others_are_no_card_for_it() {
	virtual-card new "$QUORATE_SANDBOX/cards/card9.card" --serial 9
	robot 'present card9' enrols branch bob
	meets 4 "bob has no other enrolled card for 'root'" quorate quorum replace-card root bob --by ann
}
damaged_is_refused() {
	quorate card report root/7 damaged --reporter bob --by ann
	meets 3 "bob's card root/7 is damaged, and gets no share
quorate card enrol --custodian bob --quorum root" quorate quorum replace-card root bob --by ann
	rm "$QUORATE_SANDBOX/cards/card6.card"
	enrols root bob
}
# Blocked before the share was on it, it is no end: another takes its place.
blocked_gives_way() {
	robot 'wrong-pin bob 3;stop-at choice 3' meets 1 "root/8, serial FFFE:00000007: 0 tries left; the card is blocked
quorate quorum resume root --later bob --by NAME" quorate quorum replace-card root bob --by ann
	meets 1 'there is no way back
If the new card cannot take its share' quorate quorum abort root --reason blocked --by ann
	meets 0 "Pending: 'replace-card', generation 4, begun by ann.
bob              share waits to be delivered" resumes --later bob
	rm "$QUORATE_SANDBOX/cards/card7.card"
	enrols root bob
}
lost_is_refused() {
	robot 'decline confirm' meets 3 'a card that is not in hand is not replaced
quorate quorum rekey root' quorate quorum replace-card root bob --by ann
}
replaced() {
	meets 0 "bob's new card has the same share, proven. Destroy the old one
bob              share delivered" quorate quorum replace-card root bob --by ann
	robot 'absent alice' meets 0 'The token holds no private key' \
		quorate key list root --token root-ca --by ann
}
holds 'a card is replaced by one that is enrolled' no_new_card
holds 'one of another quorum is none' others_are_no_card_for_it
holds 'bob gets a blank one' bob_enrols
holds 'one that is lost is not replaced' lost_is_refused
holds 'one that is damaged gets no share' damaged_is_refused
holds 'one that is blocked before it has the share gives way to another' blocked_gives_way
holds 'the same share for the new card, proven' replaced

# ---- somebody left before the share came ---------------------------------------------------------

waits_for_carol() {
	meets 0 'share waits to be delivered' rekey -m 2 --later carol
	quorate person depart carol --card outstanding --by ann
}
holds 'carol was not there, and leaves' waits_for_carol
told 3 'who left gets no share any more' 'carol has left, and gets no share
quorate quorum rekey root --remove carol --by NAME' quorate quorum deliver root --by ann
nothing_of_hers() {
	meets 1 'exposure 0
re-key by' quorate health && ! grep -q 'quorum deliver' said
}
holds 'health does not want it delivered' nothing_of_hers

begun_when_alice_leaves() {
	robot 'stop-at card 1' meets 1 'no token was touched' rekey --remove carol -m 2
	quorate person depart alice --card outstanding --by ann
	meets 3 'alice has left, and gets no share; nothing is sealed yet
quorate quorum abort root --reason TEXT --by NAME' quorate quorum resume root --by ann
	quorate quorum abort root --reason 'alice left' --by ann
}
holds 'who leaves before anything is sealed gets no share of it' begun_when_alice_leaves

told 0 'the roster verifies' 'every hash, signature and table agrees' quorate roster verify
conclude
