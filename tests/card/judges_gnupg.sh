#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# judges_gnupg.sh FOLDER-OF-PROGRAMS
#
# GnuPG makes keys on a virtual card, signs and decrypts with them, switches its KDF on, and resets
# it. Nothing of Quorate is in the conversation but the card.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/inside.sh
. "$here/inside.sh"
# shellcheck source=tests/card/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/card/gnupg.sh
. "$here/gnupg.sh"

card_edit() {
	typed admin "$@" quit -- --edit-card
}

chooses_p256() {
	card_edit key-attr 2 3 12345678 2 3 12345678 2 3 12345678
	status_says '^Key attributes ...: nistp256 nistp256 nistp256$'
}

makes_keys() {
	card_edit generate 12345678 123456 0 'Alice Example' alice@example.org '' \
		123456 123456 123456 123456
	status_says '^Authentication key: [0-9A-F ]*$'
	gpg --list-secret-keys alice@example.org
}

refuses_a_wrong_pin() {
	let_go
	fails with_pin 999999 --output stolen --decrypt sealed
	[ ! -e stolen ]
	status_says '^PIN retry counter : 2 0 3$'
}

hashes_pins() {
	card_edit kdf-setup 12345678
	status_says '^KDF setting ......: on$'
	let_go
	says 6700 $select $verify_user
}

is_blank_again() {
	card_edit factory-reset y yes
	status_says '^Signature key ....: \[none\]$'
}

insert card1
holds 'gpg shows the card' status_says '^Serial number ....: 00000001$'
holds 'gpg chooses P-256 for its keys' chooses_p256
holds 'gpg makes keys on the card' makes_keys
holds 'gpg signs with them, and verifies' signs_with 123456
holds 'gpg decrypts with them' decrypts_with 123456
holds 'a wrong PIN opens nothing and costs a try' refuses_a_wrong_pin
holds 'gpg makes the card blank again' is_blank_again
let_go
eject card1
virtual-card new "$QUORATE_SANDBOX/cards/kdf.card" --serial 7 --variant kdf-off
insert kdf
holds 'gpg switches hashed PINs on' hashes_pins
holds 'gpg chooses P-256 with hashed PINs' chooses_p256
holds 'gpg makes keys with hashed PINs' makes_keys
holds 'gpg signs with hashed PINs' signs_with 123456
let_go
conclude
