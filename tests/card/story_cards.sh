#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_cards.sh FOLDER-OF-PROGRAMS
#
# What a card gets that will not do, or a person who names the wrong one; and what the reader or
# pcscd gets that is not there. kinds.sh has the kinds of OpenPGP card.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

enrol() {
	quorate card enrol --quorum root --by ann --custodian "$@"
}

holds 'a roster is founded' founds alice bob carol dave walt

# ---- names, before a card is asked for ----------------------------------------------------------

told 2 'a quorum has a plain name' "'Root' is not a quorum's name: 1 to 32 of a-z, 0-9 and -" \
	quorate card enrol --custodian alice --quorum Root --by ann
told 4 'nobody unknown gets a card' "nobody in the roster is called 'zoe'
'quorate person list' shows everybody" enrol zoe
walter_is_a_witness() {
	quorate person add walter --role witness --by ann
	meets 3 'walter is neither custodian nor deputy
--role custodian' enrol walter
}
holds 'nor does somebody who is no custodian' walter_is_a_witness
told 2 'somebody must be at the keyboard' 'who is at the keyboard?
Add --by NAME' quorate card enrol --custodian alice --quorum root
told 4 'and be known' "nobody in the roster is called 'mallory'" \
	quorate card enrol --custodian alice --quorum root --by mallory
told 4 'no card in any reader is said' 'no card is inserted
Insert the card' quorate card inspect
gives 0 'no card was asked for until now' test "$(virtual-card list | grep -c ' Sandbox ')" = 0

# ---- cards that are somebody's ------------------------------------------------------------------

port=$(sed -n '1s/^0 \([0-9]*\) .*/\1/p' "$QUORATE_SANDBOX/readers")
inserts_a_dummy() {
	"$here/dummy_card.py" "$port" >/dev/null 2>&1 &
	echo $! >dummy
	soon are_seen 1
}
refuses_the_dummy() {
	meets 1 'this is not an OpenPGP card
(ATR 3B 85 80 01 51 55 41 52 49)
Quorate needs an OpenPGP card' quorate card inspect
	robot 'absent alice' recorded meets 1 'enrol a card: stopped with 0 of 1 cards' enrol alice
	asks '(ATR 3B 85 80 01 51 55 41 52 49)'
}
removes_the_dummy() {
	kill "$(cat dummy)"
	soon are_seen 0
}
holds 'a card of another kind goes in' inserts_a_dummy
holds 'it is refused, with its ATR' refuses_the_dummy
removes_the_dummy

# answers with keys or data that Quorate did not put there
with_own_key() {
	insert "$1"
	says 9000 $select $verify_admin 00DA00C209122A8648CE3D030107
	apdu $select $verify_admin 0047800002B800
}
with_own_data() {
	insert "$1"
	says 9000 $select $verify_user 00DA010103616263
}
# refuses_own CARD WHAT
refuses_own() {
	recorded meets 3 "the card with serial FFFE:0000000${1#card} is not blank: it holds $2
Take a blank card, or add --erase and type the card's serial." enrol walt
	meets 0 "holds        $2
not a card of Quorate's" quorate card inspect
}
erases_nothing_unsaid() {
	robot 'decline type' recorded meets 1 'the serial was not typed; the card is unchanged' \
		enrol walt --erase
	asks 'The card with serial FFFE:00000005 holds a decryption key. Enrolling it erases all of that
Type its serial, FFFE:00000005, to erase it.'
	meets 0 'holds        a decryption key' quorate card inspect
}
erases_when_told() {
	meets 0 'RECEIPT: card root/1' enrol walt --erase
	meets 0 'PRACTICE card root/1, enrolled' quorate card inspect
}
with_own_data card4 >/dev/null
holds 'a card with data that Quorate did not write is refused' refuses_own card4 'public data'
eject card4
rm "$QUORATE_SANDBOX/cards/card4.card"
virtual-card new "$QUORATE_SANDBOX/cards/card4.card" --serial 4
with_own_key card5 >/dev/null
holds 'a card with a key that Quorate did not make is refused' refuses_own card5 'a decryption key'
holds 'with --erase it is not erased before its serial is typed' erases_nothing_unsaid
holds 'but then' erases_when_told
eject card5
holds 'three others get blank cards' enrols root alice bob carol
told 0 'the receipt counts on' 'RECEIPT: card other/1' \
	quorate card enrol --custodian dave --quorum other --by ann

# ---- again, and cards of others -----------------------------------------------------------------

stays_as_it_is() {
	robot 'present card2;decline confirm' recorded meets 1 'card root/3 stays as it is' enrol bob
	asks "This is bob's card root/3 (serial FFFE:00000002), enrolled already"
}
not_anothers() {
	robot 'present card2;absent alice' recorded meets 1 'stopped with 0 of 1 cards' \
		quorate card enrol --custodian alice --quorum other --by ann
	asks "root/3 is bob's card (serial FFFE:00000002) of another quorum, 'root'."
}
holds 'an enrolled card is enrolled again only when that is meant' stays_as_it_is
holds 'a card that another has enrolled is no blank one, and named' not_anothers
holds 'a quorum is made of three of them' creates root 2 alice,bob,carol
not_with_a_live_share() {
	for switch in '' --erase; do
		# shellcheck disable=SC2086 # no word where there is no switch
		robot 'present card1' meets 1 \
			"root/2 (serial FFFE:00000001) holds a live share, generation 1 of 'root'
Take a blank card." enrol alice $switch
	done
}
holds 'a card with a live share is never enrolled again' not_with_a_live_share
named_and_refused() {
	robot 'present card4' recorded meets 0 'The token holds no private key' \
		quorate key list root --by ann
	asks "other/1 is dave's card (serial FFFE:00000004) of another quorum, 'other'."
}
holds 'a card of another quorum is named, and another asked for' named_and_refused
# The same serial without its keys, and then with others: what a reset leaves, and a forgery.
has_other_keys() {
	empties_readers
	mv "$QUORATE_SANDBOX/cards/card3.card" card3.kept
	virtual-card new "$QUORATE_SANDBOX/cards/card3.card" --serial 3
	robot 'present card3;absent bob;absent carol' recorded meets 1 'stopped with 1 of 2 cards' \
		quorate key list root --by ann
	asks 'The card with serial FFFE:00000003 has lost the key that was enrolled as root/4.'
	empties_readers
	with_own_key card3
	robot 'absent bob;absent carol' recorded meets 1 'stopped with 1 of 2 cards' \
		quorate key list root --by ann
	asks 'The card with serial FFFE:00000003 has another key than the one enrolled as root/4.'
	empties_readers
	mv card3.kept "$QUORATE_SANDBOX/cards/card3.card"
}
holds 'a known card that was reset, or has other keys, is found out' has_other_keys

# to_card COMMAND...: after its PIN; the last answer without its status word.
to_bobs_card() {
	pin=$(pin_of 2 | tr -d '\n' | xxd -p -u)
	apdu $select "00200082$(printf %02X $((${#pin} / 2)))$pin" "$@"
}
# Bob's own PIN lets him write what he likes.
damages_a_share() {
	insert card2 0
	object=$(to_bobs_card 00CA010300 | sed 's/9000$//')
	[ ${#object} = 200 ]
	last=${object#"${object%??}"}
	[ "$(to_bobs_card "00DA010364${object%??}$(printf %02X $((0x$last ^ 1)))")" = 9000 ]
	robot 'order bob' meets 1 "bob's card root/3: its sealed share is corrupt" \
		quorate key list root --by ann
}
holds 'a corrupt share is named by its custodian and card' damages_a_share

# ---- readers and pcscd --------------------------------------------------------------------------

pcscd_ends() {
	kill "$(tr -d '\0' </run/pcscd/pcscd.pid)"
	soon test ! -e /run/pcscd/pcscd.pid
}
no_pcscd() {
	for command in 'card inspect' 'card enrol --custodian dave --quorum root --by ann' \
		'key list root --by ann'; do
		# shellcheck disable=SC2086 # several words
		meets 4 'the smart card service pcscd does not run
systemctl start pcscd.socket' quorate $command
	done
	meets 3 'mend: Start the smart card service' quorate doctor
}
no_reader() {
	mkdir no-readers
	pcscd --foreground --config "$scratch/no-readers" >/dev/null 2>&1 &
	soon quorate_sees 'there is no card reader'
	for command in 'card inspect' 'card enrol --custodian dave --quorum root --by ann'; do
		# shellcheck disable=SC2086 # several words
		meets 4 "there is no card reader
Plug a reader in, then run 'quorate doctor'" quorate $command
	done
	meets 3 'BAD   reader  none is connected' quorate doctor
}
quorate_sees() {
	quorate card inspect 2>&1 | grep -q "$1"
}
pcscd_ends
holds 'where pcscd does not run, that is said, and what starts it' no_pcscd
holds 'where no reader is, that is said' no_reader
told 0 'the roster verifies after all that' 'every hash, signature and table agrees' \
	quorate roster verify
conclude
