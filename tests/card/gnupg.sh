# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# Sourced after inside.sh by tests in which GnuPG is the judge: a GNUPGHOME of its own, whose PINs
# come from stdin.

# shellcheck disable=SC2154 # it is of inside.sh
GNUPGHOME=$scratch/gnupg
export GNUPGHOME
mkdir -m 700 "$GNUPGHOME"
echo 'pinentry-mode loopback' >"$GNUPGHOME/gpg.conf"
echo 'allow-loopback-pinentry' >"$GNUPGHOME/gpg-agent.conf"
echo 'disable-ccid' >"$GNUPGHOME/scdaemon.conf"

# typed ANSWER... -- ARGUMENT...: what a person types at gpg's questions, PINs among it.
typed() {
	: >typed
	while [ "$1" != -- ]; do
		printf '%s\n' "$1" >>typed
		shift
	done
	shift
	timeout 60 gpg --no-tty --expert --command-fd 0 --status-fd 1 "$@" <typed >said 2>&1 || true
	cat said
}

# with_pin PIN ARGUMENT...: a command with that PIN on its stdin.
with_pin() {
	printf '%s\n' "$1" >typed
	shift
	timeout 60 gpg --batch --yes --passphrase-fd 0 --trust-model always "$@" <typed
}

# The daemon keeps a card to itself until it is told to let go.
let_go() {
	gpgconf --kill all
}

status_says() {
	gpg --card-status >status
	grep -q -- "$1" status || { cat status && false; }
}

# signs_with PIN: and a changed message does not verify.
signs_with() {
	echo 'what alice signs' >message
	with_pin "$1" --output signature --detach-sign message
	gpg --verify signature message
	echo 'something else' >message
	fails gpg --verify signature message
}

# decrypts_with PIN: presented anew.
decrypts_with() {
	echo 'what alice reads' >message
	gpg --batch --yes --trust-model always --recipient alice@example.org --output sealed \
		--encrypt message
	let_go
	with_pin "$1" --output opened --decrypt sealed
	cmp message opened
}
