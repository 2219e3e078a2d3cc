#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_ceremony_pages.sh FOLDER-OF-PROGRAMS
#
# A ceremony on paper: its script before it is held, and the report of it from the evidence alone.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

founds_a_ceremony() {
	quorate init --practice --by ann
	quorate person add bob --role auditor --by ann
	quorate person appoint bob --appointed-by 'the board' --by ann
	quorate quorum list --json >/dev/null
	mkdir small small/brought
	cat >small/script.yaml <<'END'
quorate-script: 1
name: small
title: A small ceremony of Größe und Ύψος
purpose: To have something that a report can be made of.
kind: other
roles:
  - {name: administrator, duty: types, signs: paper, always: true}
  - {name: auditor, duty: watches, signs: paper, stands_for: auditor}
sign_off: [administrator, auditor]
phases:
  - title: The only one
    steps:
      - id: look
        title: Look at the sky
        instruction: Look up, and write down what is there.
        record:
          - {kind: access, name: door, label: Entry of the access log, example: 2027-041}
          - {kind: text, name: bag, label: Number of the bag, example: B-100}
        confirm: [auditor]
      - id: make
        title: Make a file
        instruction: Write a file.
        command: [sh, -c, "echo made; echo text >made.txt"]
        expect: {text: made, file: [{path: made.txt}]}
        never_skip: true
        minutes: 2
END
	cat >small/sheet.yaml <<'END'
quorate-sheet: 1
ceremony: small
date: 2027-03-01
place: Raum 2, Köln
people: {administrator: ann, auditor: bob}
tokens:
  primary: {uri: 'pkcs11:model=SoftHSM%20v2', serial: '700101', model: SoftHSM v2, firmware: '2.6', certificate: '4000'}
END
}

# printed COMMAND...: its pages are then in `text`, their words in one line in `words`.
printed() {
	rm -f pages.pdf
	"$@" --out pages.pdf
	pdftotext -layout pages.pdf text
	pages=$(pdfinfo pages.pdf | sed -n 's/^Pages: *//p')
	tr -s ' \n' ' ' <text >words
}

script_says_practice_on_each_page() {
	printed quorate ceremony print small
	[ "$(grep -c 'PRACTICE · SOFTWARE TOKEN' text)" = "$pages" ]
}

without_a_roster() {
	(
		unset QUORATE_ROSTER
		QUORATE_ROSTER=$scratch/none "$@"
	)
}

script_is_of_nobody_without_a_roster() {
	printed without_a_roster quorate ceremony print small
	fails grep -q PRACTICE text
	grep -q 'SOFTWARE TOKEN' text
}

report_is_whole() {
	printed quorate ceremony report small
	all_in words 'A small ceremony of Größe und Ύψος
a rehearsal: nothing of it is used
Raum 2, Köln
Look at the sky
Make a file
B-100
Actual: as expected
outputs/002-1.out
the board
What auditors ask for, and where it is'
	[ "$(grep -c 'PRACTICE · SOFTWARE TOKEN · NOT CLOSED' text)" = "$pages" ]
	hash=$(sha256sum small/script.yaml | cut -d ' ' -f 1)
	grep -q "$hash" text
}

# A module says of itself what SoftHSM's does; what no one knows is not guessed.
versions_are_in_it() {
	all_in small/evidence/record.jsonl '"name":"libcrypto","path":"","sha256":"","version":"OpenSSL 3.
"version":"pcsc-lite version 
"version":"SoftHSM: Implementation of PKCS11 '
	grep -o '"programs":.*' small/evidence/record.jsonl >programs
	[ "$(grep -o '"version"' programs | wc -l)" = "$(grep -o '"sha256"' programs | wc -l)" ]
	printed quorate ceremony report small
	all_in words 'pcscd pcsc-lite version '
}

evidence_is_enough() {
	cp -r small/evidence alone
	printed without_a_roster quorate ceremony report alone
	all_in words 'Not recorded: this report was made without a roster.
Make a file'
}

# full COMMAND...: FILE would be on a disk with no room.
full() {
	mkdir -p disk
	mounting "mount -t tmpfs -o size=8k none disk; quorate ceremony $1 small --out disk/x.pdf" \
		>said 2>&1 && return 1
	cat said
	grep -q 'No space left' said
}

spliced() {
	cp -r alone bad
	sed -i '3s/"time":1/"time":2/' bad/record.jsonl
	meets 1 'quorate ceremony verify' quorate ceremony report bad --json
}

holds 'a practice ceremony is there' founds_a_ceremony
holds 'each page of its script says what it is' script_says_practice_on_each_page
holds 'a script is printed where there is no roster' script_is_of_nobody_without_a_roster
told 4 'no report before it was held' 'evidence' quorate ceremony report small --json
holds 'it is rehearsed' timeout 25 quorate ceremony rehearse small --by ann
holds 'its report has all of it, and where it is open' report_is_whole
holds 'and the versions of what was used' versions_are_in_it
holds 'the evidence alone is enough' evidence_is_enough
told 2 'a report goes somewhere' '--out FILE' quorate ceremony report small
told 1 'it is not written over a file' 'pages.pdf' quorate ceremony report small --out pages.pdf
holds 'a full disk is told, by the script' full print
holds 'and by the report' full report
holds 'a changed record is refused, with where to see more' spliced
conclude
