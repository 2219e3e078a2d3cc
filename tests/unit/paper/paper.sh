#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# paper.sh QUORATE-PAPER
#
# Documents become pages whose text can be read back, and nothing where that cannot be.
set -eu

paper=$(realpath "$1")
# shellcheck source=tests/card/tap.sh
. "$(dirname "$0")/../../card/tap.sh"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

document() {
	printf '{"title":"A title","mark":"%s","foot":"At the foot","blocks":[%s]}' "$1" "$2"
}

# becomes PAGES: of what document wrote, whose text is then in the file `text`.
becomes() {
	"$paper" <document >pages.pdf || { cat pages.pdf && return 1; }
	pdftotext -layout pages.pdf text
	[ "$(pdfinfo pages.pdf | sed -n 's/^Pages: *//p')" = "$1" ]
}

everything_is_there() {
	document 'NOT COMPLETE' '{"kind":"heading","text":"A heading"},{"kind":"text","text":"Some text"},
		{"kind":"row","label":"a label","text":"Zoë Ångström"},
		{"kind":"line","label":"","text":"0123 4567 89ab cdef"}' >document
	becomes 1
	for words in 'A title' 'NOT COMPLETE' 'A heading' 'Some text' 'a label  *Zoë Ångström' \
		'0123 4567 89ab cdef' 'At the foot' 'page 1 of 1'; do
		grep -q "$words" text
	done
}

# 120 lines of which each three stay together.
keeps_together() {
	blocks=$(seq 120 | awk '{ printf "%s{\"kind\":\"text\",\"text\":\"%d of %d\"%s}", sep, $1,
		int(($1 + 2) / 3), $1 % 3 == 1 ? "" : ",\"keep\":true"; sep = "," }')
	document '' "$blocks" >document
	becomes 4
	awk '/ of [0-9]*$/ && !/page/ { count[page + 0, $NF]++ } /\f/ { page++ }
		END { for (i in count) if (count[i] != 3) exit 1 }' text
}

is_not_hyphenated() {
	long=$(printf 'abcdefghij%.0s' 1 2 3 4 5 6 7 8 9 10 11 12)
	document '' "{\"kind\":\"line\",\"text\":\"$long\"}" >document
	becomes 1
	fails grep -q "j-" text
}

# refused WORDS
refused() {
	fails "$paper" <document >said
	cat said
	grep -qF "$1" said
	fails grep -q %PDF said
}

# A hieroglyph: no font of scripts/packages has one.
names_what_no_font_has() {
	document '' '{"kind":"text","text":"Zoë 𓀀"}' >document
	refused 'no font of this machine has the character U+13000'
}

holds 'what is in a document is on its page' everything_is_there
holds 'what stays together is on one page' keeps_together
holds 'no hyphen is added to what is copied by hand' is_not_hyphenated
holds 'a character that no font has is named, and there is no page' names_what_no_font_has
printf '{"title":"x","mark":"","foot":"","blocks":[{"kind":"poem","text":"x"}]}' >document
holds 'a block that is none is refused' refused "there is no block 'poem'"
printf 'no JSON' >document
holds 'so is what is no document' refused ''
conclude
