#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Who approves a script, by card and on paper; what counts, and what the evidence has of it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"
# shellcheck source=tests/card/by_hand.sh
. "$here/by_hand.sh"

writes() {
	mkdir -p one copy-a copy-b
	cat >one/script.yaml <<END
quorate-script: 1
name: small
title: $1
purpose: To see who approves it.
kind: other
roles:
  - {name: administrator, duty: types, as: administrator, signs: paper, always: true}
  - {name: auditor, duty: watches, as: custodian, signs: card, always: true}
phases:
  - title: Only
    steps:
      - id: look
        title: Look
        instruction: Look at it.
        command: echo well
        expect: {text: well}
        confirm: [auditor]
        minutes: 1
sign_off: [administrator, auditor]
END
	cat >one/sheet.yaml <<END
quorate-sheet: 1
ceremony: small
date: 2026-11-23
place: Room
people:
  administrator: ann
  auditor: oda
media:
  a: {path: $PWD/copy-a, label: A, copy: true}
  b: {path: $PWD/copy-b, label: B, copy: true}
END
}

has_people() {
	founds oda kim
	enrols root oda kim
	writes 'A small ceremony'
}

approve() {
	quorate ceremony approve one "$@"
}

is_held() {
	quorate ceremony dry-run one --by ann
	quorate ceremony run one --by ann
	[ "$(grep -c '"kind":"approved"' one/evidence/record.jsonl)" = 2 ]
	grep -q '"accepted":\[\],"check":"approvals".*"verdict":"well"' one/evidence/record.jsonl
	quorate ceremony close one --by ann
}

# Whom the sheet gives another role approved nothing.
is_approved_in_a_pause() {
	rm -rf late && mkdir late && cp one/*.yaml one/dry-run.json late
	sed -i 's/auditor: oda/auditor: kim/' late/sheet.yaml
	meets 0 'not on the sheet as such: oda (auditor)' quorate ceremony approve late
	sed -i 's/auditor: kim/auditor: {name: oda, deputy: kim}/' late/sheet.yaml
	robot 'stop-at menu 5' fails quorate ceremony run late --by ann
	[ "$(grep -c '"kind":"approved"' late/evidence/record.jsonl)" = 2 ]
	quorate ceremony approve late --role auditor --paper --by kim
	meets 4 "nobody in the roster is called 'nobody'" quorate ceremony resume late --by nobody
	quorate ceremony resume late --by kim
	[ "$(grep -c '"kind":"approved"' late/evidence/record.jsonl)" = 3 ]
	grep -q '"by":"kim".*"kind":"resumed"' late/evidence/record.jsonl
	quorate ceremony close late --by ann
	quorate ceremony verify late
}

# What is read a second time is another script: each pipe gives its reader the next bytes.
is_swapped() {
	rm -rf two && mkdir two && cp one/script.yaml script-1 && cp one/sheet.yaml sheet-1
	sed 's/Look at it/Look away/' script-1 >script-2
	mkfifo two/script.yaml two/sheet.yaml
	{
		cat script-1 >two/script.yaml && cat sheet-1 >two/sheet.yaml
		cat script-2 >two/script.yaml && cat sheet-1 >two/sheet.yaml
	} &
	meets 3 'script.yaml was changed while it was looked at' quorate ceremony run two --by ann
	wait
	[ ! -e two/evidence ]
}

# In a real roster a finding ends it, or two people accept it: here the sandbox's machine has some.
has_real_people() {
	env -u QUORATE_SANDBOX quorate init --by ann
	quorate person add oda --role custodian --by ann
	quorate person appoint oda --appointed-by "the board" --acknowledged 2026-11-01 --by ann
	rm -rf one/evidence && quorate ceremony dry-run one --by ann
	for role in 'administrator --by ann' 'auditor --by oda'; do
		# shellcheck disable=SC2086 # a role and a person
		quorate ceremony approve one --paper --role $role
	done
}

begins() {
	rm -rf one/evidence
	# a roster in earnest takes no attendant from the environment
	robot "$1" quorate ceremony run one --by ann --attendant "$(command -v quorate-robot)"
}

two_accept() {
	begins 'menu 3 accept;menu 6 accept'
	[ "$(grep -c '"accepted":\["ann","oda"\],.*"verdict":"accepted"' one/evidence/record.jsonl)" = 2 ]
	! grep -q '"verdict":"reported"' one/evidence/record.jsonl
}

the_report_names_who_approved() {
	quorate ceremony report one --json | jq -e '.requirements[] |
		select(.asks == "Management\u0027s approval of the ceremony") |
		.answer == "the script, by ann (administrator), oda (auditor)"'
}

nobody_approved() {
	writes 'Yet another title'
	quorate ceremony dry-run one --by ann
	begins ''
}

# Not a byte of an approval can be another, even if the chain were made anew.
is_caught() {
	rm -rf forged && cp -r one forged
	/usr/bin/python3 - forged/evidence/record.jsonl "$1" "$2" <<'END'
import hashlib, json, sys
path, old, new = sys.argv[1:]
prev, out = "0" * 64, []
for line in open(path, encoding="utf-8"):
    again = old == new
    if '"kind":"approved"' in line:
        line = line.replace(old, new)
    for i in range(1 + (again and old in line)):
        members = json.loads(line)
        members["prev"] = prev
        members["n"] = len(out) + 1
        text = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        prev = hashlib.sha256(text.encode()).hexdigest()
        out.append(text + "\n")
open(path, "w", encoding="utf-8").writelines(out)
END
	fails quorate ceremony verify forged >said 2>&1
	grep -q "the approval in line [234]: $3" said || { cat said && return 1; }
}

a_shell_checks_it() {
	mkdir -p room && cp -r one/evidence room/ && boxes ceremony >room/boxes
	by_hand >said 2>&1
	grep -qx 'auditor oda approved by card' said || { cat said && return 1; }
	grep -qx 'administrator ann approved on paper' said || { cat said && return 1; }
}

holds 'people with cards stand ready' has_people
told 0 'without a role it is said who must approve' 'auditor              oda                            NOT approved' \
	approve
told 2 'by card or on paper, one of them' 'by card or on paper?' approve --role auditor --by oda
told 3 'who does not fill the role approves nothing' "kim does not fill the role" \
	approve --role auditor --paper --by kim
told 3 'the card of somebody else signs nothing' 'is not one that oda can sign with' \
	approve --role auditor --card root/2 --by oda
told 0 'a card signs its approval' 'oda, as auditor, approved the script by card root/1' \
	approve --role auditor --card root/1 --by oda
told 1 'ready says in the words of run what is missing' 'reported  approvals                not approved by: administrator' \
	quorate ceremony ready one
told 0 'the page is signed on paper' 'ann, as administrator, approved the script on paper' \
	approve --role administrator --paper --by ann
told 0 'then it is said how each approved' 'approved by oda by card root/1' approve
writes 'Another title'
told 1 'an approval of other bytes counts for nothing' 'other bytes of it were, by: auditor, administrator' \
	quorate ceremony ready one
writes 'A small ceremony'
holds 'a ceremony that was approved is held, and its record says by whom' is_held
told 0 'its evidence verifies' 'as it was' quorate ceremony verify one
holds 'a script that is swapped behind the gate is not held' is_swapped
holds 'who approved while it was paused is in its record, too' is_approved_in_a_pause
holds 'another role in an approval is caught' is_caught '"role":"auditor"' '"role":"guest"' \
	'the signature is not by card'
holds 'so is another person' is_caught '"person":"oda"' '"person":"kim"' 'what was signed is of another name'
holds 'so is another script' is_caught '"script":"' '"script":"0' 'what was signed is of another script'
holds 'so is one that is neither by card nor on paper' is_caught '"how":"paper"' '"how":"voice"' \
	'it is neither by card nor on paper'
holds 'so is one on paper with what a card signs' is_caught '"how":"card"' '"how":"paper"' \
	'it is on paper, and has what a card signs'
holds 'so is one from after its line' is_caught '"at":' '"at":1' 'it was given after the line was written'
holds 'so is one that stands there twice' is_caught '"role":"auditor"' '"role":"auditor"' \
	'it stands in line [23], too'
holds 'and a shell with openssl checks it' a_shell_checks_it
QUORATE_ROSTER=$PWD/real.db
export QUORATE_ROSTER
holds 'the same people in a roster that is not practice' has_real_people
told 1 'ready says what run refuses there' 'REFUSED   folders' quorate ceremony ready one
told 4 'a dry run is held where TMPDIR says' "no folder for a dry run in $scratch/nowhere" \
	env TMPDIR="$scratch/nowhere" quorate ceremony dry-run one --by ann
told 3 'a finding ends it' 'does not begin: the state folder is in memory: a power cut would take it' begins ''
told 4 'one alone accepts nothing' 'nobody' begins 'menu 2 absent;menu 3 accept'
holds 'two who accept it by name go on, and the record says who' two_accept
holds 'the report answers with who approved' the_report_names_who_approved
told 3 'nor is it begun without approvals' 'not approved by: administrator, auditor' nobody_approved

conclude
