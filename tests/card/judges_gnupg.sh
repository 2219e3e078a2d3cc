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

GNUPGHOME=$scratch/gnupg
export GNUPGHOME
mkdir -m 700 "$GNUPGHOME"
echo 'pinentry-mode loopback' >"$GNUPGHOME/gpg.conf"
echo 'allow-loopback-pinentry' >"$GNUPGHOME/gpg-agent.conf"
echo 'disable-ccid' >"$GNUPGHOME/scdaemon.conf"

# card_edit ANSWER...: what a person types at gpg's card menu, PINs among it.
card_edit() {
	printf '%s\n' admin "$@" quit >typed
	timeout 60 gpg --no-tty --expert --command-fd 0 --status-fd 1 --edit-card <typed >said 2>&1
	cat said
}

# A command with the user PIN on its stdin.
with_pin() {
	echo 123456 | timeout 60 gpg --batch --yes --passphrase-fd 0 --trust-model always "$@"
}

with_wrong_pin() {
	echo 999999 | timeout 60 gpg --batch --passphrase-fd 0 "$@"
}

# The daemon keeps a card to itself until it is told to let go.
let_go() {
	gpgconf --kill all
}

status_says() {
	gpg --card-status >status
	grep -q -- "$1" status || { cat status && false; }
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

signs() {
	echo "what alice signs" >message
	with_pin --output signature --detach-sign message
	gpg --verify signature message
	echo "something else" >message
	fails gpg --verify signature message
}

decrypts() {
	echo "what alice reads" >message
	gpg --batch --yes --trust-model always --recipient alice@example.org --output sealed \
		--encrypt message
	let_go
	with_pin --output opened --decrypt sealed
	cmp message opened
}

refuses_a_wrong_pin() {
	let_go
	fails with_wrong_pin --output stolen --decrypt sealed
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
	printf '%s\n' admin factory-reset y yes quit >typed
	timeout 60 gpg --no-tty --command-fd 0 --status-fd 1 --edit-card <typed
	status_says '^Signature key ....: \[none\]$'
}

insert card1
holds 'gpg shows the card' status_says '^Serial number ....: 00000001$'
holds 'gpg chooses P-256 for its keys' chooses_p256
holds 'gpg makes keys on the card' makes_keys
holds 'gpg signs with them, and verifies' signs
holds 'gpg decrypts with them' decrypts
holds 'a wrong PIN opens nothing and costs a try' refuses_a_wrong_pin
holds 'gpg makes the card blank again' is_blank_again
let_go
eject card1
virtual-card new "$QUORATE_SANDBOX/cards/kdf.card" --serial 7 --variant kdf-off
insert kdf
holds 'gpg switches hashed PINs on' hashes_pins
holds 'gpg chooses P-256 with hashed PINs' chooses_p256
holds 'gpg makes keys with hashed PINs' makes_keys
holds 'gpg signs with hashed PINs' signs
let_go
conclude
