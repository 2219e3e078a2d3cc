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

# cell SHARE TEXT [MEMBERS]
cell() {
	printf '{"share":%s,"font":"plain","caption":"","text":"%s"%s}' "$1" "$2" "${3:-}"
}

# cells MEMBERS CELL...: a row of them.
cells() {
	members=$1
	shift
	printf '{"kind":"cells","above":0,"least":0%s,"cells":[%s' "$members" "$1"
	shift
	[ $# = 0 ] || printf ',%s' "$@"
	printf ']}'
}

cells_are_beside_each_other() {
	document '' "$(cells '' "$(cell 500 left ',"frame":true,"box":true')" \
		"$(cell 300 right)" '{"share":200,"font":"bold","caption":"Small","text":"below"}')" >document
	becomes 1
	grep -q 'left  *right' text
	tr -d '\n' <text | grep -q 'Small.*below'
}

# A table of 100 rows, each of two lines: the header is at the top of each of its pages.
header_is_repeated() {
	header=$(cells ',"header":true' "$(cell 500 Head)")
	rows=$(for i in $(seq 100); do
		printf ',%s' "$(cells ',"table":true' "$(cell 500 "row $i\\nmore")")"
	done)
	document '' "$header$rows,{\"kind\":\"text\",\"text\":\"behind\"}" >document
	becomes 4
	[ "$(grep -c '^ *Head$' text)" = 4 ]
	[ "$(grep -c 'row [0-9]*$' text)" = 100 ]
}

# One cell of 300 lines, which begins below another row.
long_cell_goes_on() {
	seq 1001 1300 >lines
	lines=$(awk '{ printf "%s\\n", $1 }' lines)
	document '' "$(cells '' "$(cell 1000 first)"),$(cells '' "$(cell 100 number)" \
		"$(cell 900 "$lines" ',"frame":true')")" >document
	pages=$("$paper" <document >pages.pdf && pdfinfo pages.pdf | sed -n "s/^Pages: *//p")
	[ "$pages" -gt 4 ]
	pdftotext -layout pages.pdf text
	grep -o '1[0-9][0-9][0-9]$' text | diff lines -
}

page_begins_where_it_is_told() {
	document '' '{"kind":"text","text":"one"},{"kind":"text","text":"two","begins":true}' >document
	becomes 2
	awk '/two/ && page == 1 { found = 1 } /\f/ { page++ } /\f.*two/ { found = 1 }
		END { exit !found }' text
}

head_and_seal_are_on_each_page() {
	printf '{"title":"A title","head":"The head","seal":"%s","mark":"PRACTICE","foot":"Foot",
		"blocks":[%s]}' 'c0ffee c0ffee' '{"kind":"text","text":"one"},
		{"kind":"text","text":"two","begins":true}' >document
	becomes 2
	for words in 'The head' 'c0ffee c0ffee' PRACTICE Foot; do
		[ "$(grep -c "$words" text)" = 2 ]
	done
	fails grep -q 'A title' text
}

holds 'what is in a document is on its page' everything_is_there
holds 'what stays together is on one page' keeps_together
holds 'no hyphen is added to what is copied by hand' is_not_hyphenated
holds 'a character that no font has is named, and there is no page' names_what_no_font_has
document '' '{"kind":"text","text":"Zoë 𓀀","where":"step 4"}' >document
holds 'and so is its place' refused "of 'Zoë 𓀀': step 4"
holds 'cells are beside each other' cells_are_beside_each_other
holds 'the header of a table is on each of its pages' header_is_repeated
holds 'what is longer than a page goes on, and nothing of it is lost' long_cell_goes_on
holds 'a page begins where it is told to' page_begins_where_it_is_told
holds 'head, mark, foot and seal are on each page' head_and_seal_are_on_each_page
document '' "$(cells '' "$(cell 0 x)")" >document
holds 'a cell without a width is refused' refused 'share'
document '' '{"kind":"cells","above":0,"least":0,"cells":[{"share":1,"font":"gothic","text":""}]}' >document
holds 'so is a font that is none' refused "there is no font 'gothic'"
printf '{"title":"x","mark":"","foot":"","blocks":[{"kind":"poem","text":"x"}]}' >document
holds 'a block that is none is refused' refused "there is no block 'poem'"
printf 'no JSON' >document
holds 'so is what is no document' refused ''
conclude
