#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# judges_enrolled.sh FOLDER-OF-PROGRAMS FOLDER-OF-QUORATE
#
# GnuPG takes a card that `card enrol` made as one of its own: it finds the fingerprints right,
# verifies what the card signs, and encrypts to it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/inside.sh
. "$here/inside.sh"
# shellcheck source=tests/card/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/card/gnupg.sh
. "$here/gnupg.sh"
PATH=$PATH:$2

enrols() {
	quorate init --practice --by ann
	quorate person add alice --role custodian --by ann
	quorate card enrol --custodian alice --quorum root --by ann
}

# What the card says of its keys: 40 digits each, in C5 of 6E.
on_card() {
	let_go
	apdu "$select" 00CA006E00 | sed 's/.*C53C//' | fold -w 40 | sed -n "$1p"
}

of_gpg() {
	gpg --with-colons --with-subkey-fingerprint --list-secret-keys |
		awk -F: '/^fpr/ { print $10 }' | sed -n "$1p"
}

takes_the_keys() {
	typed 14 1 '' 0 'Alice Example' alice@example.org '' "$pin" "$pin" -- --full-generate-key
	typed addkey 14 2 '' 0 "$pin" "$pin" save -- --edit-key "$(of_gpg 1)"
	gpg --list-secret-keys
	[ -n "$(of_gpg 2)" ]
}

finds_the_fingerprints_right() {
	[ "$(of_gpg 1)" = "$(on_card 1)" ]
	[ "$(of_gpg 2)" = "$(on_card 2)" ]
}

refuses_the_factory_pins() {
	let_go
	says 6982 "$select" $verify_user
	says 9000 "$select" $verify_admin # the admin PIN is changed at delivery
}

holds 'quorate enrols a card' enrols
pin=$(quorate-robot --pin card FFFE:00000001)
holds 'gpg shows whose card it is' status_says '^Name of cardholder: alice$'
holds 'gpg makes a certificate of the keys on it' takes_the_keys
holds 'the fingerprints on the card are those that gpg computes' finds_the_fingerprints_right
holds 'gpg verifies what the card signs' signs_with "$pin"
holds 'gpg encrypts to the card, and the card decrypts' decrypts_with "$pin"
holds "the user PIN is not the factory's" refuses_the_factory_pins
let_go
conclude
