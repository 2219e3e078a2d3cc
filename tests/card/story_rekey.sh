#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_rekey.sh FOLDER-OF-PROGRAMS
#
# Dave leaves: what a re-key would take, three cards of before, frank's delivery, eve's later visit,
# a token that was away and is switched afterwards, and the old generation proven dead.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

softhsm=$(softhsm_module)
tokens=$(sed -n 's/^directories.tokendir *= *//p' "$SOFTHSM2_CONF")
virtual-card new "$QUORATE_SANDBOX/cards/card6.card" --serial 6

rekey() {
	quorate quorum rekey root --by ann "$@"
}
plans() {
	quorate quorum rekey root --plan "$@"
}

# The folder of the token with that label; and where it is while the token is away.
folder_of() {
	grep -rlaF "$1" "$tokens" | head -n 1 | xargs dirname
}
goes_away() {
	folder_of "$1" >away
	mv "$(cat away)" elsewhere
}
comes_back() {
	mv elsewhere "$(cat away)"
}

stands() {
	founds alice bob carol dave eve frank
	enrols root alice bob carol dave eve frank
	creates root 3 alice,bob,carol,dave,eve
	quorate key generate root --label root-ca --by ann --out root.pem
	quorate token bind root --name backup --role backup --by ann
	cp -r "$(folder_of 'PRACTICE backup')" backup-before
}
holds 'a quorum of 3 of 5 stands, with two tokens' stands

# ---- the plan -----------------------------------------------------------------------------------

told 0 'the plan says who, how many, which tokens, and what changes' \
	'Re-key of root: generation 1 (3 of 5) becomes generation 2 (3 of 5).
dave             root/4     leaves  may open what stands
frank            root/6     joins   cannot open what stands, gets a share now
eve              root/5     stays   may open what stands, gets the share at the next visit
(root-ca): switches
(backup): switches
3 of the 5 cards that may open what stands (invite one more), and 4 of the 5 new ones
Margin 2 before, 1 after. Exposure 0 before, 0 after' \
	plans --remove dave --add frank --later eve
plan_is_json() {
	plans --remove dave --add frank --json >plan.json
	jq -e '.quorate == 1 and .generation == 2 and .proven_before_switch == 4 and
		([.people[] | select(.change == "leaves") | .custodian] == ["dave"])' plan.json
}
holds 'for programs too' plan_is_json
told 1 'nobody agreed: nothing is begun' 'nothing was begun' \
	robot 'decline confirm' rekey --remove dave
told 4 'nothing is pending after plans' 'nothing is pending' quorate quorum resume root --by ann

told 2 'so many cannot leave' 'that leaves 2 custodians, and 3 cards are to open the HSM
--add, or give another M' plans --remove dave,eve,alice
told 3 'nor all but M' 'with 3 of 3 the first card that fails loses the key for ever' \
	plans --remove dave,eve
told 4 'who is not of it cannot leave it' '--remove names somebody who is not of generation 1' \
	plans --remove frank
told 2 'who is of it cannot join' 'bob stays already: --add is for others' plans --add bob
told 4 'who has no card cannot join' "nobody in the roster is called 'zoe'" plans --add zoe
told 3 'not so many may come later' '3 new cards would be proven before a token switches, and 4 must be
At most 1 of the 5 may come later' plans --remove dave --add frank --later eve,frank
told 2 'a token that is not bound cannot be left out' "--away names a token that is not bound" \
	plans --away nothing
has_no_card() {
	quorate person add gina --role custodian --by ann
	meets 4 "gina has no enrolled card for 'root'
quorate card enrol --custodian gina --quorum root" plans --add gina
}
holds 'nor who has no enrolled one' has_no_card

# ---- with eve and one token away ----------------------------------------------------------------

not_vouched_for() {
	virtual-card new "$QUORATE_SANDBOX/cards/card7.card" --serial 7
	enrols root gina
	robot 'absent gina' meets 3 "is not complete; no token was touched
the key of gina's card root/7 is vouched for by no card that is here
--people NAME,NAME" rekey --add gina --later gina
	robot 'absent gina;stop-at pin 1' meets 1 'no token was touched' \
		recorded quorate quorum resume root --by ann --later gina --people ann,bob
	asks 'Are these the words on it?'
	meets 0 'Given up. No token was touched.
can be used again' quorate quorum abort root --reason test --by ann
}
rekeys() {
	goes_away 'PRACTICE backup'
	robot 'absent eve' meets 0 "is not here: it keeps its PINs for now
is re-keyed: any 3 of its 5 new cards open what switched
generation 1: 3 of 5, live: opens 2 token PINs
generation 2: 3 of 5, live
share waits to be delivered
(root-ca, primary, serial
user PIN generation 2, SO PIN generation 2
user PIN generation 1, SO PIN generation 1" \
		recorded rekey --remove dave --add frank --later eve
	asks 'open generation 1 for its re-key
admin PIN'
}
holds 'nobody vouches for the key of who is not there' not_vouched_for
holds 'the re-key leaves the token that is away, and eve, for later' rekeys
still_waits() {
	meets 1 "still opens with an older generation
was not delivered yet" quorate health
}
holds 'health says what is not done' still_waits

# pin_opens LABEL PIN
pin_opens() {
	pkcs11-tool --module "$softhsm" --token-label "$1" --login --pin "$2" --list-objects
}
signs() {
	rm -f signature
	robot "${1:-}" quorate activate root --token root-ca --by ann -- \
		pkcs11-tool --module "$(p11_client)" --sign --mechanism ECDSA \
		--signature-format openssl --input-file digest --output-file signature
	openssl dgst -sha384 -verify root.pem -signature signature data
}
new_cards_sign() {
	echo 'what is signed' >data
	openssl dgst -sha384 -binary -out digest data
	signs 'absent dave;absent eve;absent bob'
}
holds 'frank, alice and carol open the HSM' new_cards_sign
not_by_dave() {
	robot 'absent alice;absent bob;absent carol' meets 125 '1 of the 3 cards that are needed did their part' \
		quorate activate root --token root-ca --by ann -- true
}
holds 'cards of the generation before do not' not_by_dave

delivers_to_eve() {
	meets 0 'Every card of root has its share, proven.' quorate quorum deliver root --by ann
	signs 'absent alice;absent bob'
}
holds 'eve comes, and gets hers' delivers_to_eve
told 4 'then nothing waits' "every card of 'root' has its share" \
	quorate quorum deliver root --by ann

# ---- the token comes back -----------------------------------------------------------------------

told 4 'a token that is still away is named' "token 'PRACTICE backup' is not there" \
	quorate quorum resume root --by ann
switches_later() {
	comes_back
	robot 'absent dave;absent alice' meets 0 'nothing is pending for root
generation 1: 3 of 5, dead: nothing opens with it
root/4       dave             record still on the card, opens nothing
(backup, backup, serial
user PIN generation 2, SO PIN generation 2' quorate quorum resume root --by ann
}
holds 'three new cards switch it, and generation 1 is dead' switches_later
old_cards_are_dead() {
	quorate person depart dave --on "$(date -u +%F)" --card outstanding --by ann
	meets 0 'exposure 0' quorate health
}
holds 'health says so too' old_cards_are_dead
told 4 'who left cannot join again' "'dave' left on" plans --add dave
told 4 'then nothing is left to switch' 'every token opens with generation 2' \
	quorate quorum resume root --by ann
erased_at_next_use() {
	signs 'order alice,bob,carol'
	meets 0 'root/1       alice            record erased' quorate quorum show root
}
holds 'a card loses its dead record at its next use' erased_at_next_use

# Somebody puts the token back as it was before: its PINs are of generation 1 again.
put_back() {
	folder_of 'PRACTICE backup' >where
	mv "$(cat where)" backup-now
	cp -r backup-before "$(cat where)"
	meets 3 'refused the user PIN' quorate key list root --token backup --by ann
}
# Each PIN is tried once; with the right token in its place it goes on.
stops_there() {
	meets 3 "'rekey' of quorum 'root' is not complete; its token's PINs are being set
refused the user PIN
quorate quorum resume root --by NAME': it finishes this" rekey
	rm -r "$(cat where)"
	mv backup-now "$(cat where)"
	meets 0 'generation 2: 3 of 5, dead: nothing opens with it
generation 3: 3 of 5, live' quorate quorum resume root --by ann
}
holds 'a token that somebody put back to its PINs of before is named' put_back
holds 'a re-key stops at it, and goes on when the right one is back' stops_there

# ---- two come later -----------------------------------------------------------------------------

# The first card that comes is dave's, of a generation that opens nothing any more.
two_come_later() {
	meets 3 'At most 2 of the 6 may come later' plans --add gina --later eve,frank,carol
	robot 'present card4;absent eve;absent frank' meets 0 "root/4 is dave's card
it is not wanted now
generation 4: 3 of 6, live
root/5       eve              share waits to be delivered
root/6       frank            share waits to be delivered" rekey --add gina --later eve,frank
	signs 'absent eve;absent frank;absent alice'
}
each_at_a_visit() {
	meets 0 "1 of root's cards still waits for its share" quorate quorum deliver root --later frank --by ann
	robot 'wrong-pin frank 3' meets 3 "frank's card root/6 is blocked: no tries are left
quorate card unblock root/6" quorate quorum deliver root --by ann
	meets 0 '' robot 'absent eve' quorate card unblock root/6 --by ann
	meets 0 'Finished: nothing is pending for root.' quorate quorum resume root --by ann
	signs 'absent alice;absent bob;absent carol'
}
holds 'two of six come later, the third may not, and the others open the HSM' two_come_later
holds 'each gets a share at a visit, and then they open it too' each_at_a_visit

told 0 'the roster verifies' 'every hash, signature and table agrees' quorate roster verify
conclude
