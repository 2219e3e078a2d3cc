#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# demo.sh QUORATE STORY
#
# The demo's story, whole, and its ceremony; and that it does not end well when one byte of a card's file is another.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/tap.sh
. "$here/tap.sh"

# flip FILE PLACE: one bit of the byte at that many percent of the file.
flip() {
	offset=$((($(stat -c %s "$1") - 1) * $2 / 100))
	byte=$(od -An -tu1 -j "$offset" -N 1 "$1")
	printf "\\$(printf %o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$offset" conv=notrunc status=none
}

story_with_a_flipped_byte() {
	"$2" people enrol || return 99
	virtual-card eject card4 || true # it may have made room for another
	flip "$QUORATE_SANDBOX/cards/card4.card" "$4"
	exec "$2" create key activate
}

if [ "${3:-}" = flipped ]; then
	story_with_a_flipped_byte "$@"
fi

holds 'the story holds from its first command to its last' "$1" sandbox -- "$2"
holds 'the ceremony holds, from its template to its evidence' "$1" sandbox -- "$2" ceremony
for place in 0 50 100; do
	gives 1 "the story fails when the byte at $place % of a card's file is another" \
		"$1" sandbox -- "$0" "$1" "$2" flipped "$place"
done

conclude
