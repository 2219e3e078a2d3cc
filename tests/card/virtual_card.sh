#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# virtual_card.sh FOLDER-OF-PROGRAMS
#
# The program virtual-card inside a sandbox: inserting, ejecting, failing on purpose, through the
# real pcscd.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/inside.sh
. "$here/inside.sh"
# shellcheck source=tests/card/tap.sh
. "$here/tap.sh"

listed() {
	virtual-card list >listing
	grep -q "$1" listing || { cat listing && false; }
}

goes_in_and_out() {
	insert card1
	listed '^card1  *0  *FFFE:00000001  *Sandbox A 00 00$'
	says 9000 $select
	eject card1
	listed '^card1  *-  *FFFE:00000001$'
}

comes_into_the_reader_that_is_named() {
	insert card2 'Sandbox B 00 00'
	listed '^card2  *2 '
	eject card2
	insert card2 3
	listed '^card2  *3 '
	eject card2
}

fills_all_readers() {
	for card in 1 2 3 4; do
		insert "card$card"
	done
	are_seen 4
	fails virtual-card insert card5
	for card in 1 2 3 4; do
		eject "card$card"
	done
	are_seen 0
}

# armed FAULT HEX...: the card in the first reader fails that way at one of these APDUs.
armed() {
	insert card1 0
	virtual-card fault card1 "$1"
	shift
	apdu "$@"
}

is_out() {
	soon listed '^card1  *-'
	soon are_seen 0
}

is_pulled_before() {
	armed pull-before:3 $select $verify_user 00DA010303616263
	is_out
	insert card1 0
	says 9000 $select $verify_user 00CA010300
	eject card1
}

is_pulled_after() {
	armed pull-after:3 $select $verify_user 00DA010303616263
	is_out
	insert card1 0
	says 6162639000 $select $verify_user 00CA010300
	eject card1
}

answers_with_a_planted_word() {
	given=$(armed status:2:6F42 $select $verify_user)
	[ "$given" = 6F42 ]
	says 9000 $select $verify_user
	eject card1
}

# pcscd gives up on a card that answers so, which is one way of not taking it for an answer.
answers_with_one_byte() {
	armed one-byte:2 $select $verify_user >given
	tail -n 1 answers | grep 'APDU transmit failed'
	virtual-card eject card1
	soon are_seen 0
}

dies_when_damaged() {
	size=$(stat --format %s "$QUORATE_SANDBOX/cards/card4.card")
	printf 'X' | dd of="$QUORATE_SANDBOX/cards/card4.card" bs=1 seek=$((size / 2)) \
		conv=notrunc status=none
	fails virtual-card insert card4 2>error
	grep damaged error
	listed '^card4  *-  *damaged'
}

survives_its_reader() {
	insert card3 0
	kill "$(pgrep -x pcscd)"
	soon fails pgrep -x pcscd
	listed '^card3  *0 '
	virtual-card eject card3
}

has_a_page_that_knows_every_variant() {
	virtual-card --help | sed -n '/^Variants:/,$s/^  \([a-z0-9-]*\).*/\1/p' >variants
	[ "$(wc -l <variants)" -gt 10 ]
	while read -r name; do
		grep -q -- "Cm.* $name\b" "$here/../../man/virtual-card.1"
	done <variants
}

holds 'its page in man/ knows every variant' has_a_page_that_knows_every_variant
holds 'a card goes in and out' goes_in_and_out
holds 'a card comes into the reader that is named' comes_into_the_reader_that_is_named
holds 'four readers hold four cards, and no fifth' fills_all_readers
gives 1 'a card that is in no reader cannot be taken out' virtual-card eject card1
gives 4 'a card that does not exist is said to be absent' virtual-card insert nobody
gives 2 'a fault that does not exist is a mistake of use' virtual-card fault card1 burn:1
holds 'a card pulled before a command did not obey it' is_pulled_before
holds 'a card pulled after a command did' is_pulled_after
holds 'a wrong status word comes where it was planted' answers_with_a_planted_word
holds 'an answer of one byte is no answer' answers_with_one_byte
holds 'a card whose file was changed is dead' dies_when_damaged
holds 'a card outlives pcscd in its reader' survives_its_reader
gives 1 'outside of a sandbox there is nothing to list' env -u QUORATE_SANDBOX virtual-card list
conclude
