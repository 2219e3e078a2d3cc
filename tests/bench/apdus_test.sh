#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# apdus_test.sh FOLDER-OF-PROGRAMS FIGURES
#
# What docs/figures.md promises of the APDUs of an activation: how many a card, and which. FIGURES is
# that page.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/tap.sh
. "$here/../card/tap.sh"
# shellcheck source=tests/card/inside.sh
. "$here/../card/inside.sh"
# shellcheck source=tests/bench/apdus.sh
. "$here/apdus.sh"

figures=$2
threshold=3
most=8 # a card

ready() {
	make_cards
	$create
	$generate
}

activates() {
	quorate activate root --trace "$1" --by ann -- true
	test "$(continued "$1")" = 0
	test "$(sent "$1")" -gt 0
}

# at_most EACH TRACE
at_most() {
	echo "$(sent "$2") APDUs to $threshold cards"
	test "$(sent "$2")" -le $(($1 * threshold))
}

# Each APDU of a trace has its line, with the reason, in the page's table.
explained() {
	cut -c 1-11 "$1" | sort -u | while read -r header; do
		grep -q "^| \`$header\`" "$figures" || { echo "$header" && exit 1; }
	done
}

planted() {
	cat "$1"
	yes '00 CA 00 6E Lc 0 -> 237 9000' | head -n $((most * threshold))
}

holds 'a quorum of three of five is ready' ready
holds 'every card is out' empty_readers
holds 'an activation with cards that come when asked' activates one-by-one
holds "sends at most $most APDUs a card" at_most $most one-by-one
holds 'and the page on figures has a reason for each' explained one-by-one
holds 'an activation with cards that lie in the readers' activates lying
holds "sends at most $most APDUs a card too" at_most $most lying
holds 'for the same reasons' explained lying
planted one-by-one >beyond
gives 1 'APDUs beyond that would be found' at_most $most beyond
echo '00 FF 00 00 Lc 0 -> 0 9000' >unexplained
gives 1 'an APDU without a reason would be found' explained unexplained

conclude
