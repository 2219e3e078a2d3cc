#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# pcscd.sh FOLDER-OF-PROGRAMS [EVERY]
#
# What chaos.c does at each point of a card in one process, here through the real pcscd: it is
# killed, or the card pulled, at every tenth APDU of each card of create and re-key; a point is a
# sandbox of its own (pcscd_point.sh), which mostly waits: four run at once for each core. EVERY: every
# so many of these points.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
programs=$(realpath "$1")
every=${2:-1}
known=60 # fewer points than these at EVERY 1 mean that something is not seen any more

# "scenario insertion apdu fault", a line each. A card that stays in its reader counts on.
points() {
	for apdu in 3 13 23 33; do
		for card in 1 2 3 4 5 6; do
			printf '%s\n' "create $card $apdu kill" "create $card $apdu pull-after" \
				"rekey $card $apdu kill" "rekey $card $apdu pull-before"
		done
	done
}

results=$(mktemp)
trap 'rm -f "$results"' EXIT
points | awk -v every="$every" 'NR % every == 0' |
	xargs -P "$((4 * $(nproc)))" -L 1 "$programs/quorate-sandbox" -- sh "$here/pcscd_point.sh" "$programs" >"$results" 2>/dev/null || true
grep -v '^held\|^not reached' "$results" || true
tried=$(grep -c '^held\|^NOT HELD' "$results" || true)
held=$(grep -c '^held' "$results" || true)
printf 'pcscd            killed, or the card pulled, at an APDU  %s points tried, %s held\n' "$tried" "$held"
[ "$tried" = "$held" ] && [ "$tried" -ge $((known / every * 8 / 10)) ]
