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
	sleep 1.1 # gpg's clock must not be what makes the fingerprints agree
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

# When the keys were made, as the card tells it (CD of 6E): the time is part of the fingerprint, and
# gpg takes the present one, which may be a second later.
made_at() {
	let_go
	printf '%d' "0x$(apdu "$select" 00CA006E00 | sed 's/.*CD0C//' | cut -c 1-8)"
}

takes_the_keys() {
	then="--faked-system-time $(made_at)!"
	# shellcheck disable=SC2086 # an option and its value
	typed 14 1 '' 0 'Alice Example' alice@example.org '' "$pin" "$pin" -- $then --full-generate-key
	# shellcheck disable=SC2086
	typed addkey 14 2 '' 0 "$pin" "$pin" save -- $then --edit-key "$(of_gpg 1)"
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
