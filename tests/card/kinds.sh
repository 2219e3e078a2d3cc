#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# kinds.sh FOLDER-OF-PROGRAMS FOLDER-OF-QUORATE
#
# Every kind of card that `virtual-card new --variant` makes is enrolled, or refused with words that
# say why; and cards of unlike kinds make one quorum.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/inside.sh
. "$here/inside.sh"
# shellcheck source=tests/card/tap.sh
. "$here/tap.sh"
PATH=$PATH:$2

# Variants, exit status, words of the refusal.
table() {
	cat <<'END'
chaining-only|0|
extended-only|0|
short-only|0|
exact-le|0|
kdf-off|0|
kdf-on|0|
wrong-pin=always|0|
wrong-pin=count|0|
touch|0|
no-challenge|0|
keys-before-pin|0|
slow=20|0|
manufacturer=6|0|
private-max=200|0|
private-max=199|1|private data objects are too small
no-private-objects|1|no private data objects
no-terminate|1|cannot be factory-reset
touch-on|3|touch its button
x25519-only|1|P-256
END
}

number=0

# blank VARIANT...: a card of that kind, for a custodian of its own, in the sandbox alone.
blank() {
	number=$((number + 1))
	for variant in "$@"; do
		shift
		set -- "$@" --variant "$variant"
	done
	virtual-card new "$QUORATE_SANDBOX/cards/kind$number.card" --serial "$number" "$@"
	quorate person add "person$number" --role custodian --by ann >/dev/null
}

taken_away() {
	virtual-card eject "kind$number" 2>/dev/null || true
	soon are_seen 0
	mv "$QUORATE_SANDBOX/cards/kind$number.card" .
}

# enrols STATUS WORDS
enrols() {
	status=0
	quorate card enrol --custodian "person$number" --quorum root --by ann >said 2>&1 || status=$?
	cat said
	taken_away
	echo "exit status $status"
	[ "$status" = "$1" ]
	grep -q -- "$2" said
}

make_a_quorum() {
	for variants in 'kdf-on chaining-only' 'extended-only wrong-pin=count' 'keys-before-pin touch'; do
		# shellcheck disable=SC2086 # several words
		blank $variants
		quorate card enrol --custodian "person$number" --quorum unlike --by ann
	done
	quorate quorum create unlike -m 2 --name unlike-ca --by ann \
		--custodian "person$((number - 2)),person$((number - 1)),person$number"
	quorate key generate unlike --label unlike-ca --out unlike-ca.pem --by ann
	quorate activate unlike --purpose 'try it' --by ann -- true
	quorate roster verify
}

rm "$QUORATE_SANDBOX"/cards/*.card
quorate init --practice --by ann >/dev/null
while IFS='|' read -r kind status words; do
	blank "$kind"
	case $status in
	0) holds "a card of the kind $kind is enrolled" enrols 0 '' ;;
	*) holds "a card of the kind $kind is refused: $words" enrols "$status" "$words" ;;
	esac
done <<END
$(table)
END
holds 'cards of unlike kinds make a quorum and activate it' make_a_quorum
conclude
