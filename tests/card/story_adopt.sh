#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_adopt.sh FOLDER-OF-PROGRAMS
#
# The roster is lost: cards, tokens and the binding sheet begin a new one, also in the middle of a
# re-key; and copies of tokens, which keep what they open with live.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

# Nothing but cards and tokens is left.
roster_is_lost() {
	rm -rf "$QUORATE_SANDBOX/roster" "$QUORATE_SANDBOX/state"
	find "$QUORATE_SANDBOX" "$HOME" -name '*.writer' -delete
	[ ! -e "$QUORATE_ROSTER" ]
}
opens_with_key() {
	meets 0 "$2" quorate key list root --token "$1" --by ann
}

holds 'a roster is founded' founds alice bob carol dave
holds 'cards are enrolled' enrols root alice bob carol dave
holds 'a quorum is created, and its sheet kept' creates root 2 alice,bob,carol --sheet sheet.pdf
holds 'it makes a key' quorate key generate root --label first --by ann

# ---- copies of a token --------------------------------------------------------------------------

told 0 'a copy is recorded' "of 'root-ca' is recorded: it keeps generation 1 live" \
	quorate token copy root-ca --kind snapshot --place 'backup store, Bern' --made 2026-01-02 --by ann
copy=$(sed -n 's/^Copy \([0-9a-f]*\) .*/\1/p' said)
told 0 'and listed' "$copy  root-ca, snapshot of 2026-01-02, at backup store, Bern" quorate token copies
told 2 'a copy without a place is asked for one' '--place TEXT' quorate token copy root-ca --by ann
told 2 'of a kind that is one' "'tape' is no kind of copy" \
	quorate token copy root-ca --kind tape --place here --by ann
told 2 'made on a day that was' 'is still to come' \
	quorate token copy root-ca --place here --made 2999-01-01 --by ann
told 4 'of a token that is bound' "no binding 'other'" quorate token copy other --place here --by ann

# ---- a re-key with a token away -----------------------------------------------------------------

second_token() {
	quorate token init --label 'PRACTICE backup'
	quorate token bind root pkcs11:token=PRACTICE%20backup --name backup --role backup \
		--user-pin-format 16:0123456789abcdef --sheet two.txt --by ann
}
tokens=$(sed -n 's/^directories.tokendir *= *//p' "$SOFTHSM2_CONF")

# The folder of the token that is bound so.
folder_of() {
	serial=$(quorate quorum show root | sed -n "s/.*($1, [a-z]*, serial \([0-9a-f]*\)).*/\1/p")
	grep -rl "$serial" "$tokens" | head -n 1 | xargs dirname
}
goes_away() {
	folder_of backup >where
	mv "$(cat where)" away
}
comes_back() {
	mv away "$(cat where)"
}
rekeyed_with_one_away() {
	goes_away
	meets 0 'root is re-keyed' quorate quorum rekey root --remove carol --add dave --away backup --by ann
	comes_back
}
old_is_alive_by_token_and_copy() {
	meets 0 'backup, backup, serial' quorate quorum show root
	quorate quorum show root |
		grep -q 'generation 1: 2 of 3, live: opens 2 token PINs and copies of tokens'
}
# A copy of roster and state, as a pack of before would bring it; and back again.
keeps_a_copy() {
	cp "$QUORATE_ROSTER" older
	cp -r "$XDG_STATE_HOME" older-state
}
swaps_with_the_copy() {
	mv "$QUORATE_ROSTER" swap && mv older "$QUORATE_ROSTER" && mv swap older
	mv "$XDG_STATE_HOME" swap && mv older-state "$XDG_STATE_HOME" && mv swap older-state
}
an_older_roster_is_told() {
	swaps_with_the_copy
	found=0
	meets 1 'this roster is older than card root/1: the card holds a share of generation 2
Find the roster that this card last worked with
Nothing was changed on card or token' \
		quorate key list root --token root-ca --by ann || found=1
	swaps_with_the_copy
	return $found
}
holds 'a second token is bound' second_token
holds 'somebody keeps a copy of the roster' keeps_a_copy
last_copy_is_destroyed() {
	meets 0 'is recorded as destroyed' \
		quorate token copy root-ca --destroyed "$copy" --how 'shredded, bob saw it' --by ann
	meets 0 'destroyed 2' quorate token copies
	meets 1 'destruction is recorded already' \
		quorate token copy root-ca --destroyed "$copy" --how again --by ann
	quorate quorum show root | grep -q 'generation 1: 2 of 3, live: opens 2 token PINs$'
}
holds 'while it is away, the quorum is re-keyed' rekeyed_with_one_away
holds 'the copy is older than the cards, and told so' an_older_roster_is_told
holds 'the old generation lives on' old_is_alive_by_token_and_copy
holds 'until its copy is destroyed, and the token' last_copy_is_destroyed

# ---- the roster is lost -------------------------------------------------------------------------

adopted_in_the_middle() {
	meets 0 "generation 2: 2 of 3, live
generation 1: 2 of 3, live
token 'PRACTICE root-ca' (root-ca): its user PIN opens with generation 2
Lost, or not known:
bindings that do not stand on the cards: --sheet FILE brings them
the admin PINs of the cards
record them with 'quorate token copy'" robot 'absent carol' quorate quorum adopt root --by ann
}
nothing_is_there_to_open() {
	mv "$tokens" elsewhere
	mkdir "$tokens"
	found=0
	meets 4 "no token that is here opens with the 4 cards that were
quorum 'root' was not adopted: the roster is as it was" quorate quorum adopt root --by ann || found=1
	rm -r "$tokens"
	mv elsewhere "$tokens"
	[ -z "$(quorate quorum list)" ]
	return $found
}
# Somebody mistyped the token's PIN before: no second wrong try without a word from the people.
no_try_without_a_word() {
	fails pkcs11-tool --module "$(softhsm_module)" --token-label 'PRACTICE root-ca' --login \
		--pin not-its-pin --list-objects
	meets 0 "Token 'PRACTICE root-ca' counts a wrong user PIN
token 'PRACTICE root-ca' (root-ca): its user PIN was not tried
token 'PRACTICE root-ca' (root-ca): its SO PIN opens with generation 2" \
		robot 'absent carol;decline confirm' quorate quorum adopt root --by ann
	roster_is_lost
}
typed_wrong() {
	sed 's/^name root$/name roof/' two.txt >typed.txt
	meets 1 "the sheet's lines and its check do not fit" \
		quorate quorum adopt root --sheet typed.txt --by ann
}
the_sheet_brings_the_other() {
	sed 's/^/  /; s/$/ /' two.txt >typed.txt
	meets 0 "token 'PRACTICE backup' (backup): its user PIN opens with generation 1
token 'PRACTICE backup' (backup): its SO PIN opens with generation 1" \
		robot 'absent carol' quorate quorum adopt root --sheet typed.txt --by ann
}
goes_on_with_it() {
	roster_verifies
	opens_with_key root-ca first
	opens_with_key backup ''
	meets 1 'WARNING' quorate health
}
holds 'the roster is lost' roster_is_lost
told 1 'another name finds no card' "of another quorum, 'root'" quorate quorum adopt roof --by ann
holds 'where no token is, nothing is adopted' nothing_is_there_to_open
holds 'a sheet that was typed wrong is refused' typed_wrong
holds 'a low counter is asked about, and no means no' no_try_without_a_word
holds 'in the middle of a re-key, what the cards tell of opens' adopted_in_the_middle
holds 'and what the sheet tells of, typed from paper' the_sheet_brings_the_other
holds 'the new roster works' goes_on_with_it
told 4 'given again, it has nothing to add' 'nothing was here that the roster does not have' \
	robot 'absent carol;absent dave' quorate quorum adopt root --by ann

told 0 'a card that was not there is added' 'generation 2: 2 of 3, live; 3 of its cards were here' \
	robot 'absent carol' quorate quorum adopt root --by ann

rekeyed_afterwards() {
	meets 0 'root is re-keyed' quorate quorum rekey root --by ann
	quorate quorum show root | grep -q 'generation 1: 2 of 3, dead: nothing opens with it'
	opens_with_key root-ca first
	opens_with_key backup ''
	roster_verifies
}
holds 'it is re-keyed, and what nobody knows any more with it' rekeyed_afterwards

# ---- two cards of one person --------------------------------------------------------------------

# Bob's old card died, it was thought; it was replaced, and is found again.
bob='custodian of root/2'
bob_has_two() {
	virtual-card new "$QUORATE_SANDBOX/cards/card2b.card" --serial 6
	mv "$QUORATE_SANDBOX/cards/card2.card" bobs
	enrols root "$bob"
	meets 0 "new card has the same share" quorate quorum replace-card root "$bob" --by ann
	mv bobs "$QUORATE_SANDBOX/cards/card2.card"
	roster_is_lost
}
the_second_is_given_back() {
	meets 0 'gave share 2 of generation 3 already. A quorum has it once
generation 3: 2 of 3, live; 3 of its cards were here' \
		robot 'decline confirm' quorate quorum adopt root --by ann
	roster_verifies
	opens_with_key root-ca first
}
holds 'a card is replaced, and the old one is found again when the roster is lost' bob_has_two
holds 'the second card with one share is given back, and others are asked for' the_second_is_given_back

conclude
