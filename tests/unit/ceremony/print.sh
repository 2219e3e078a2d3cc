#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# print.sh QUORATE TREE
#
# A script and its sheet become pages from which the whole ceremony can be read back.
set -eu

quorate=$(realpath "$1")
root=$2
# shellcheck source=tests/card/tap.sh
. "$root/tests/card/tap.sh"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export HOME="$scratch" XDG_STATE_HOME="$scratch/state"
unset QUORATE_ROSTER

# printed FOLDER: its pages are then in the file `text`, as one line each without their spaces in
# `words`.
printed() {
	rm -f pages.pdf
	"$quorate" ceremony print "$1" --out pages.pdf
	pdftotext -layout pages.pdf text
	pages=$(pdfinfo pages.pdf | sed -n 's/^Pages: *//p')
	tr -s ' \n' ' ' <text >words
}

# on_each_page WORDS
on_each_page() {
	[ "$(grep -cF -e "$1" text)" = "$pages" ] || { echo "not on each of $pages pages: $1" && false; }
}

template_is_whole() {
	"$quorate" ceremony new root-key-generation root-key
	printed root-key
	grep -o 'title: .*' root-key/script.yaml |
		sed "s/title: //; s/^'//; s/'$//; s/}$//; s/, where:.*//" | cut -c 1-30 >titles
	[ "$(wc -l <titles)" -gt 30 ]
	while IFS= read -r title; do
		grep -qF -e "$title" words || { echo "not there: $title" && return 1; }
	done <titles
	steps=$(grep -c '^      - id: ' root-key/script.yaml)
	for number in $(seq "$steps"); do
		grep -q "^ *$number  *[A-Z]" text || { echo "no step $number" && return 1; }
	done
}

hash_is_on_each_page() {
	printed root-key
	hash=$(sha256sum root-key/script.yaml | sed 's/ .*//; s/..../& /g')
	on_each_page "SHA-256 of this script: ${hash% }"
	on_each_page 'in words: '
	for page in $(seq "$pages"); do
		grep -q "page $page of $pages\$" text
	done
}

# ceremony [LINE]...: the folder `made`, whose one step has these lines too.
ceremony() {
	rm -rf made
	mkdir made
	cat >made/script.yaml <<'END'
quorate-script: 1
name: try
title: Größe und Ύψος
purpose: To see it on paper.
kind: other
roles:
  - {name: admin, duty: types, signs: card}
preparation:
  - {task: Buy bags, owner: admin, days: 3}
afterwards:
  - {task: Lock up, owner: admin, days: 30}
sign_off: [admin]
phases:
  - title: One
    steps:
      - id: first
        title: The first
        instruction: Look at ${value.thing}.
END
	for line in "$@"; do
		printf '        %s\n' "$line" >>made/script.yaml
	done
	cat >made/sheet.yaml <<'END'
quorate-sheet: 1
ceremony: try
date: 2027-03-01
start: '23:50'
place: Köln
people: {admin: {name: Zoë Ångström, deputy: Ümit}}
values: {thing: the moon, long: x}
END
}

# all_there WORDS: each line of it is somewhere, in one line of the page.
all_there() {
	printf '%s\n' "$1" | while IFS= read -r line; do
		grep -qF -e "$line" words || { echo "not there: $line" && exit 1; }
	done
}

blanks_are_there() {
	ceremony 'never_skip: true' 'minutes: 15' 'present: admin' 'confirm: [admin]' \
		'command: quorate status' "expect: {text: well, json: [{path: a.b, value: 5}]}" \
		'record: [{kind: stow, name: bag, label: Which bag?, about: "${value.thing}"}]' \
		'decide: {question: Is it?, choices: [{word: yea, text: It is}, {word: nay, text: No}]}'
	printed made
	all_there 'Größe und Ύψος
Buy bags
2027-02-26
Lock up
2027-03-31
Look at the moon.
NEVER SKIP
quorate status
Expected Actual:
exit status 0
the output has: well
a.b in the output is: 5
Which bag?
(the moon)
Decision: Is it?
yea: It is
Confirmed by admin Initials
15 min, from 23:50
Begun at Ended at
Exception no. 4
Decided by (name) Signature Confirmed by (another name) Signature
retry
Attendance
Zoë Ångström, or Ümit
followed with the deviations listed
I do NOT agree'
}

exceptions_as_many_as_asked_for() {
	ceremony
	"$quorate" ceremony print made --out many.pdf --exceptions 9
	pdftotext -layout many.pdf text
	grep -q 'Exception no. 9' text
	fails grep -q 'Exception no. 10' text
}

# What is printed of a command, read back as a shell reads it.
long_commands_keep_every_character() {
	long=$(seq -s "'" 100)
	ceremony "command: [printf, '%s|', \"two words\", \"$long\", '\$\${x}']"
	printed made
	sed -n '/^ *printf/,/^ *Expected/p' text | sed '$d; s/^ *//; /^$/d' >typed
	[ "$(wc -l <typed)" -gt 3 ]
	sh ./typed >given
	printf '%s|' 'two words' "$long" '${x}' | diff - given
}

long_instructions_go_on() {
	ceremony
	sed -i 's/Look at .*/|/' made/script.yaml
	for i in $(seq 1001 1150); do
		echo "          Line $i of it." >>made/script.yaml
	done
	printed made
	grep -o 'Line [0-9]* of it' words | grep -o '[0-9]*' >seen
	seq 1001 1150 | diff - seen
}

# refused STATUS WORDS COMMAND...: and nothing is written.
refused() {
	status=0
	wanted=$1
	shift
	said=$1
	shift
	rm -f new.pdf
	"$@" >out 2>&1 || status=$?
	cat out
	[ "$status" = "$wanted" ]
	grep -qF -e "$said" out
	[ ! -e new.pdf ]
}

glyph() {
	ceremony
	sed -i 's/The first/Zoë 𓀀/' made/script.yaml
	refused 1 "the character U+13000 of 'Zoë 𓀀': step 1, script.yaml, line 16" \
		"$quorate" ceremony print made --out new.pdf
}

unknown_name() {
	ceremony 'command: quorate status ${value.moon}'
	refused 4 "step 1, 'The first', script.yaml, line 16, cannot be printed" \
		"$quorate" ceremony print made --out new.pdf
	grep -qF 'value.moon' out
}

existing_file() {
	ceremony
	echo mine >mine.pdf
	refused 1 "mine.pdf" "$quorate" ceremony print made --out mine.pdf
	[ "$(cat mine.pdf)" = mine ]
}

holds 'each step of a template is on its pages, with its number' template_is_whole
holds "the script's hash is on each page, and which of how many it is" hash_is_on_each_page
holds 'what is written by hand has its place' blanks_are_there
holds 'there are as many exception sheets as were asked for' exceptions_as_many_as_asked_for
holds 'a long command is broken without losing a character' long_commands_keep_every_character
holds 'an instruction longer than a page goes on' long_instructions_go_on
holds 'a character that no font has is named with its place' glyph
holds 'so is a name that the sheet does not have' unknown_name
holds 'a file that exists is not touched' existing_file
ceremony
holds 'a folder that is not there is named' refused 4 'nowhere' \
	"$quorate" ceremony print nowhere --out new.pdf
holds 'so is one to write into' refused 4 'no/new.pdf' \
	"$quorate" ceremony print made --out no/new.pdf
rm made/sheet.yaml
holds 'without a sheet there are no pages' refused 4 'sheet.yaml' \
	"$quorate" ceremony print made --out new.pdf
conclude
