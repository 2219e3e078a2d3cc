#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# demo.sh QUORATE STORY LEAKS
#
# The demo's story, whole, and its ceremony, which leaves no secret in any file; and that the story
# does not end well when one byte of a card's file is another.
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

# What was printed, as text as well: in one piece where a line was broken, and as programs read it.
read_out() {
	for pages in script report; do
		pdftotext "$pages.pdf" "$pages.txt"
		tr -d ' \n\f' <"$pages.txt" >"$pages.one"
	done
	quorate ceremony report root-2027 --json >report.json
	quorate ceremony verify root-2027 --json >verify.json
	quorate roster log --json >log.json
	quorate roster pack roster.pack
}

# In the sandbox, whose programs write nowhere else but for temporary files: afterwards nothing has
# a secret in it, and it is no matter where one is planted. Pages are packed: so also where only their text has it.
ceremony_that_is_searched() {
	leaks=$(realpath "$3")
	TMPDIR=$(mktemp -d) # not below /run, which the dry run's own sandbox hides
	export TMPDIR
	trap 'rm -rf "$TMPDIR"' EXIT
	"$2" ceremony
	cd "$HOME"
	read_out
	evidence=root-2027/evidence
	"$leaks" "$QUORATE_ROSTER" "$XDG_RUNTIME_DIR" "$TMPDIR" -- "$evidence/record.jsonl" "$evidence/manifest" \
		"$evidence"/outputs/* "$evidence"/signatures/*.sig "$evidence/addendum.jsonl" \
		report.txt report.one report.json log.json roster.pack "$QUORATE_ROSTER" ||
		return
	sed -i "s/^place: .*/place: $(quorate-robot --pin card FFFE:00000001)/" "$evidence/sheet.yaml"
	quorate ceremony report root-2027 --out planted.pdf
	rm "$evidence/sheet.yaml"
	status=0
	"$leaks" "$QUORATE_ROSTER" || status=$?
	[ "$status" = 0 ] || { echo 'pages are not packed: search them as they are' && return 1; }
	pdftotext planted.pdf planted.txt
	"$leaks" "$QUORATE_ROSTER" || status=$?
	[ "$status" = 3 ]
}

if [ "${4:-}" = searched ]; then
	ceremony_that_is_searched "$@"
	exit
elif [ "${3:-}" = flipped ]; then
	story_with_a_flipped_byte "$@"
fi

holds 'the story holds from its first command to its last' "$1" sandbox -- "$2"
holds 'the ceremony holds, from its template to its evidence, and leaves no secret in any file' \
	"$1" sandbox -- "$0" "$@" searched
for place in 0 50 100; do
	gives 1 "the story fails when the byte at $place % of a card's file is another" \
		"$1" sandbox -- "$0" "$1" "$2" flipped "$place"
done

conclude
