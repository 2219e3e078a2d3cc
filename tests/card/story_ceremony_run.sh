#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A small ceremony as it is held: what is refused, what an exception does, what a pause and a kill
# leave, and that no PIN is in what is kept.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

# writes FOLDER COMMAND: a script with that command, and its sheet.
writes() {
	mkdir -p "$1" copy-a copy-b
	cat >"$1/script.yaml" <<END
quorate-script: 1
name: small
title: A small ceremony
purpose: To see that it is held as it is written.
kind: other
roles:
  - {name: administrator, duty: types, as: administrator, signs: paper, always: true}
  - {name: auditor, duty: watches, as: auditor, signs: paper, always: true}
phases:
  - title: Only
    steps:
      - id: look
        title: Look
        instruction: Look at it.
        command: $2
        expect: {text: well}
        confirm: [auditor]
        timeout: 2s
        minutes: 1
      - id: stow
        title: Write the bag down
        instruction: Write it down.
        record:
          - {kind: text, name: bag, label: Bag, pattern: 'B-[0-9]+', example: B-1}
        confirm: [auditor]
        minutes: 1
sign_off: [administrator, auditor]
END
	cat >"$1/sheet.yaml" <<END
quorate-sheet: 1
ceremony: small
date: 2026-11-23
place: Room
people:
  administrator: ann
  auditor: {name: oda, deputy: pia}
media:
  a: {path: $PWD/copy-a, label: A, copy: true}
  b: {path: $PWD/copy-b, label: B, copy: true}
END
}

# recorded_lines FOLDER KIND: how many lines of that kind its record has.
recorded_lines() {
	grep -c "\"kind\":\"$2\"" "$1/evidence/record.jsonl"
}

founds_people() {
	quorate init --practice --by ann
	quorate person add oda --role auditor --by ann
	quorate person add pia --role auditor --by ann
	quorate person add carl --role custodian --by ann
	quorate person add bea --role custodian --by ann
	quorate person add kim --role custodian --by ann
	quorate person add ida --role deputy --by ann
}

is_held() {
	writes good 'echo well'
	recorded quorate ceremony rehearse good --by ann
	[ "$(recorded_lines good 'done')" = 2 ] && [ "$(recorded_lines good filled)" = 1 ]
}

# A sandbox has virtual readers, and no network but its own, whatever the machine outside has.
the_machine_is_told_as_it_is() {
	grep '"check":"virtual-readers"' good/evidence/record.jsonl >told
	grep -q 'set up: /run/quorate-readers/readers.conf.*"verdict":"reported"' told
	for check in network routes peers; do
		grep -q "\"check\":\"$check\".*\"verdict\":\"well\"" good/evidence/record.jsonl
	done
}

a_deputy_is_recorded() {
	writes deputy 'echo well'
	robot 'menu 2 deputy' quorate ceremony rehearse deputy --by ann
	grep -q '"deputy":true.*"person":"pia"' deputy/evidence/record.jsonl
}

nobody_begins_without_an_auditor() {
	writes alone 'echo well'
	robot 'menu 2 absent' quorate ceremony rehearse alone --by ann >said 2>&1 || :
	! grep -q '"kind":"begin"' alone/evidence/record.jsonl
}

is_paused_and_resumed() {
	writes paused 'echo well'
	robot 'menu 5 pause' quorate ceremony rehearse paused --by ann
	[ "$(recorded_lines paused paused)" = 1 ]
	sed -i 's/Look at it/Look away/' paused/script.yaml
	meets 0 'script.yaml was changed after the ceremony began. What counts is evidence/script.yaml' \
		quorate ceremony resume paused --by ann
	[ "$(recorded_lines paused 'done')" = 2 ]
	grep -q '"after":"pause"' paused/evidence/record.jsonl
}

# Two custodians confirm, each a step, the second one first; and the first one's deputy is there.
each_confirms_for_himself() {
	writes seats 'echo well'
	sed -i "s/^phases:/  - {name: custodian, duty: holds, as: custodian, least: 2, most: 2}\n&/
		s/confirm: .auditor./confirm: [custodian.N, auditor]/" seats/script.yaml
	sed -i '0,/custodian.N/s//custodian.2/; s/custodian.N/custodian.1/' seats/script.yaml
	sed -i 's/^media:/  custodian: [{name: carl, deputy: ida}, bea]\n&/' seats/sheet.yaml
	robot 'menu 3 deputy' quorate ceremony rehearse seats --by ann
	grep '"role":"custodian.2"' seats/evidence/record.jsonl | grep -q '"person":"bea"'
	grep '"role":"custodian.1"' seats/evidence/record.jsonl | grep -q '"person":"ida"'
	[ "$(recorded_lines seats confirmed)" = 4 ]
}

a_mismatch_is_stopped() {
	writes wrong 'echo ill'
	fails quorate ceremony rehearse wrong --by ann 2>said
	grep -q 'Close it as what it is: quorate ceremony close wrong --by ann' said
	grep -q '"expected":"well".*"happened":"not there; the output begins: ill"' \
		wrong/evidence/record.jsonl
	grep -q '"outcome":"stop"' wrong/evidence/record.jsonl
	[ "$(recorded_lines wrong stopped)" = 1 ] && [ "$(recorded_lines wrong end)" = 1 ]
	quorate ceremony close wrong --by ann
	meets 0 'stopped: the ceremony was stopped at step 1 by ann
deviates: at step 1 there was an exception (stop, decided by ann, confirmed by oda)
Well: every byte' quorate ceremony verify wrong
	meets 1 'this ceremony is closed
quorate ceremony verify wrong' quorate ceremony resume wrong --by ann
	meets 1 'this ceremony is closed' quorate ceremony rehearse wrong --by ann
}

# A decision that leads past a step: that step is not in the record, and who decided is.
a_decision_leads_past_a_step() {
	writes jumps 'echo well'
	sed -i "s/^      - id: stow/      - id: skipped\n        title: Once more\n        instruction: Look.\n\
        minutes: 1\n&/; 0,/confirm: .auditor./s//&\n        decide:\n          question: Once more?\n\
          choices:\n            - {word: again, text: look once more, to: skipped}\n\
            - {word: enough, text: it was seen, to: stow}/" jumps/script.yaml
	robot "menu $((first + 1)) enough; menu $((first + 2)) oda" quorate ceremony rehearse jumps --by ann
	grep '"kind":"decided"' jumps/evidence/record.jsonl |
		grep '"by":"oda"' | grep '"step":1' | grep -q '"taken":"enough"'
	fails grep -q '"step":2' jumps/evidence/record.jsonl
	[ "$(recorded_lines jumps 'done')" = 2 ] && [ "$(recorded_lines jumps stopped)" = 0 ]
	quorate ceremony close jumps --by ann
	quorate ceremony verify jumps
}

# Out before the second step, which asks again until she is back.
who_goes_out_is_waited_for() {
	writes waits 'echo well'
	robot "menu $((first + 1)) out; menu $((first + 2)) oda; menu $((first + 3)) note;
		menu $((first + 4)) ann; menu $((first + 5)) in" recorded \
		quorate ceremony rehearse waits --by ann
	asks 'NOT HERE: auditor (0 of 1 here), auditor (to confirm). The step cannot begin without them.'
	grep '"kind":"person"' waits/evidence/record.jsonl | grep '"person":"oda"' |
		sed 's/.*"in":\([a-z]*\).*/\1/' >went
	printf 'true\nfalse\ntrue\n' | cmp - went
	[ "$(recorded_lines waits note)" = 1 ] && [ "$(recorded_lines waits 'done')" = 2 ]
}

# The first run stands at its first step while a second one is tried.
one_run_at_a_time() {
	writes twice "[sh, -c, 'touch ../../on; while ! test -e ../../enough; do sleep 0.05; done; echo well']"
	sed -i 's/timeout: 2s/timeout: 60s/' twice/script.yaml
	quorate ceremony rehearse twice --by ann >running 2>&1 &
	soon test -e twice/on || cat running
	cp twice/evidence/record.jsonl before
	for verb in rehearse resume; do
		meets 1 'this ceremony is being run by another program' \
			quorate ceremony "$verb" twice --by ann || return
	done
	cmp before twice/evidence/record.jsonl
	touch twice/enough
	wait $!
	[ "$(recorded_lines twice 'done')" = 2 ]
}

# The second step's command writes over what the first one printed: the third is not begun.
what_was_printed_is_guarded() {
	writes printed 'echo well'
	sed -i "s/^      - id: stow/      - id: spoils\n        title: Spoil it\n        instruction: Do it.\n\
        command: cp \/etc\/hostname ..\/outputs\/001-1.out\n        minutes: 1\n&/" printed/script.yaml
	for verb in rehearse resume; do
		meets 1 'what step 1 printed is not what the record tells of (evidence/outputs/001-1.out)
step 3 was not begun' quorate ceremony "$verb" printed --by ann || return
	done
	fails grep -q '"kind":"begin".*"step":3' printed/evidence/record.jsonl
	echo well >printed/evidence/outputs/001-1.out
	quorate ceremony resume printed --by ann
	rm printed/evidence/outputs/002-1.err
	meets 1 'what step 2 printed' quorate ceremony close printed --by ann
	fails grep -q '"kind":"statement"' printed/evidence/record.jsonl
	touch printed/evidence/outputs/002-1.err
	quorate ceremony close printed --by ann
	quorate ceremony verify printed
}

# A step's command writes into the record: found at that step.
the_record_is_guarded() {
	writes guarded "cp /etc/hostname ../record.jsonl"
	meets 1 'the record was changed' quorate ceremony rehearse guarded --by ann

	writes disguised "sh -c 'cp -p ../record.jsonl was; printf X | dd of=../record.jsonl conv=notrunc; \
touch -r was ../record.jsonl; echo well'"
	meets 1 'the record was changed' quorate ceremony rehearse disguised --by ann
}

an_example_that_does_not_fit_ends_it() {
	writes unfit 'echo well'
	sed -i "s/example: B-1/example: --help/; s/, pattern: 'B-.0-9.+'//" unfit/script.yaml
	meets 2 'not of the form' timeout 60 quorate ceremony rehearse unfit --by ann
	! grep -q -e --help unfit/evidence/record.jsonl
}

# What a command did that was ended is as unknown as after a crash.
a_hanging_command_is_bounded() {
	writes hangs 'sleep 600'
	sed -i '0,/timeout: 2s/s//&\n        never_skip: true/' hangs/script.yaml
	recorded fails quorate ceremony rehearse hangs --by ann
	grep -q 'did not end in time' hangs/evidence/record.jsonl
	asks 'This step is never skipped, but its command was cut off'
}

# Cut off by a signal, it may have been finished otherwise; done once more, that is what counts.
once_more_it_is_never_skipped() {
	writes again "[sh, -c, 'rm ../../first && kill -9 \$\$\$\$']"
	sed -i '0,/timeout: 2s/s//&\n        never_skip: true/' again/script.yaml
	touch again/first
	robot "menu $((first + 2)) retry; menu $((first + 7)) deviation" recorded \
		meets 1 'took nothing that was offered' quorate ceremony rehearse again --by ann
	asks 'This step is never skipped, but its command was cut off
(This step is never skipped.)'
	[ "$(recorded_lines again end)" = 2 ] && ! recorded_lines again 'done'
}

what_is_no_text_is_kept_whole() {
	writes binary 'head -c 300000 /dev/urandom'
	fails quorate ceremony rehearse binary --by ann
	[ "$(wc -c <binary/evidence/outputs/001-1.out)" = 300000 ]
	grep -q '"bytes":300000' binary/evidence/record.jsonl
	! LC_ALL=C grep -q '[^ -~]' binary/evidence/record.jsonl
}

# A disk of 24 MB: what prints without end leaves the record its room, and is closed as what it is.
what_prints_without_end_is_cut_off() {
	mkdir endless
	mounting '
		mount -t tmpfs -o size=24m none endless
		cp -r writes/. endless
		quorate ceremony rehearse endless --by ann && exit 1
		grep -q "printed without end" endless/evidence/record.jsonl
		[ "$(stat -c %s endless/evidence/outputs/001-1.out)" -lt 9000000 ]
		quorate ceremony close endless --by ann
		quorate ceremony verify endless'
}

# The first step leaves too little room for the second: it is not begun, until there is room.
a_full_disk_stops_before_a_step() {
	mkdir full
	mounting '
		mount -t tmpfs -o size=24m none full
		cp -r fills/. full
		head -c 5M /dev/zero >full/other
		quorate ceremony rehearse full --by ann 2>said && exit 1
		grep -q "the disk with the evidence is full: step 2 was not begun" said
		grep -q "quorate ceremony resume full --by ann" said
		grep -q "\"kind\":\"begin\".*\"step\":2," full/evidence/record.jsonl && exit 1
		rm full/other
		quorate ceremony resume full --by ann
		quorate ceremony close full --by ann
		quorate ceremony verify full'
}

# A medium of the sheet that is full, and then another one in its place.
a_full_medium_is_replaced() {
	writes media 'echo well'
	sed -i "s|$PWD/copy-a|$PWD/small|" media/sheet.yaml
	mkdir small other
	quorate ceremony rehearse media --by ann
	mounting '
		mount -t tmpfs -o size=8k none small
		quorate ceremony close media --by ann 2>said && exit 1
		grep -q "NO COPY in .*/small: " said
		grep -q "The record is frozen, and nothing of the evidence is lost" said
		quorate ceremony close media --by ann --copy other >said
		grep -q "closed: 0 signatures by cards, 2 copies read back" said'
	quorate ceremony verify other/small-*
	quorate ceremony verify media
}

# What was printed to a file that a step reads is a PIN here: planted, it must be found.
holds_a_pin() {
	for card in 1 2 3 4 5; do
		grep -rqaF -e "$(pin_of "$card")" "$1" && return 0
	done
	return 1
}

cards_leave_no_pin() {
	writes cards 'quorate card enrol --custodian carl --quorum root'
	sed -i 's/text: well/text: ready for its share/; s/timeout: 2s/timeout: 60s/' cards/script.yaml
	quorate ceremony rehearse cards --by ann
	[ "$(recorded_lines cards 'done')" = 2 ]
	! holds_a_pin cards/evidence
}

a_planted_pin_is_found() {
	pin_of 3 >cards/evidence/files/planted
	holds_a_pin cards/evidence
}

# people_hold COMMAND...: what they type at a terminal, from the roll call to the last step.
people_hold() {
	"$here/story_typist.py" "$@" <<-END
		ann, as administrator > here
		oda, as auditor > here
		Who is the first > ann
		And the second > oda
		ann: yes or no? > yes
		oda: yes or no? > yes
		Step 1 of 2 > note
		to be noted? > all well
		Who notes it? > oda
		Go on? > go
		oda (auditor), do you confirm > yes
		Step 2 of 2 > go
		Bag > bag 7
		Bag > B-7
		oda (auditor), do you confirm > yes
	END
}

# The robot puts the card in and types its PINs.
people_rehearse() {
	writes typed 'quorate card enrol --custodian kim --quorum root'
	sed -i 's/text: well/text: ready for its share/; s/timeout: 2s/timeout: 60s/' typed/script.yaml
	people_hold quorate ceremony rehearse typed --people --by ann
	grep '"kind":"filled"' typed/evidence/record.jsonl | grep -q '"value":"B-7"'
	[ "$(recorded_lines typed 'done')" = 2 ] && [ "$(recorded_lines typed confirmed)" = 2 ]
}

people_practise() {
	writes practised 'echo well'
	sed -i 's/deputy: pia/deputy: una/' practised/sheet.yaml
	people_hold quorate ceremony dry-run practised --people --by ann >practised/said 2>&1
	cat practised/said
	grep -q '"passed": true' practised/dry-run.json
	grep -q "would be refused: 1 thing is wrong.*'una'" practised/said
	fails grep -q 'by a stand-in' practised/said
}

# Two steps in one session of a quorum; the second one with a command, too.
writes_session() {
	writes "$1" 'quorate key list root'
	sed -i "s/text: well/text: signer/; s/timeout: 2s/timeout: 60s/
		s/^      - id: stow/      - id: more\n        title: List\n        instruction: List once more.\n\
        command: quorate key list root --json\n        minutes: 1\n&/
		s/^sign_off:/sessions:\n  - {quorum: root, steps: 1-2, for: 15m}\n&/" "$1/script.yaml"
}

# killed_at ASK VERB FOLDER: with the robot, killed at that ask.
killed_at() {
	status=0
	QUORATE_KILL=$1 quorate ceremony "$2" "$3" --attendant "$here/ceremony_killer.py" --by ann ||
		status=$?
	[ "$status" = 137 ] || { echo "at '$1' it ended with $status" && return 1; }
}

nothing_is_open() {
	fails pgrep -x quorate-agent
	fails pgrep -f 'quorate activate'
}

# sessions_of FOLDER: opened and closed, in order.
sessions_of() {
	grep '"kind":"session"' "$1/evidence/record.jsonl" | sed 's/.*"open":\([a-z]*\).*/\1/' |
		tr '\n' ' '
}

a_quorum_stands() {
	enrols root bea
	creates root 2 carl,bea,kim
	quorate key generate root --label signer --by ann
	nothing_is_open
}

a_session_serves_its_steps() {
	writes_session session
	quorate ceremony rehearse session --by ann
	[ "$(sessions_of session)" = 'true false ' ]
	nothing_is_open
}

# Of the second step, whose output is JSON; and on the pages as a table.
the_report_has_the_keys_attributes() {
	quorate ceremony report session --json | jq -e '.key_attributes == [{step: 2, label: "signer",
		type: "ec-p384", id: .key_attributes[0].id, made_here: true, sensitive: true,
		extractable: false, never_extractable: true, can_sign: true}]'
	quorate ceremony report session --out session.pdf
	pdftotext -layout session.pdf - | grep -E '2 +signer +ec-p384 +yes +yes +no +yes +yes'
}

# Killed in its middle, and before that where it was open and no line said so yet.
a_killed_session_is_opened_again() {
	writes_session killed
	killed_at 'menu Step 1' rehearse killed
	quorate activate root --admin --persistent --by ann
	killed_at 'menu Step 2' resume killed
	[ "$(sessions_of killed)" = 'true ' ]
	pgrep -x quorate-agent
	quorate ceremony resume killed --by ann
	[ "$(sessions_of killed)" = 'true false true false ' ]
	nothing_is_open
	quorate ceremony close killed --by ann
	quorate ceremony verify killed
}

# Whoever is at the keyboard stops it in the middle of the session.
a_session_ends_with_the_run() {
	writes_session left
	robot "stop-at menu $((first + 1))" fails quorate ceremony rehearse left --by ann
	[ "$(sessions_of left)" = 'true false ' ]
	nothing_is_open
	quorate ceremony resume left --by ann
	[ "$(sessions_of left)" = 'true false true false ' ]
	nothing_is_open
}

holds 'people stand ready' founds_people
holds 'a ceremony is held as it is written' is_held
# The menu of the first step: how many stand before it depends on what preflight finds here.
first=$(sed '/Step 1 of/q' "$STORY_ASKED" | grep -c '"ask":"menu"')
holds 'and the machine is told as it is' the_machine_is_told_as_it_is
told 1 'a second run of it is refused' 'begun before' quorate ceremony rehearse good --by ann
told 1 'and there is nothing to resume' 'every step of this ceremony is done' \
	quorate ceremony resume good --by ann
writes plain 'echo well'
told 3 'what passed no dry run is not run' 'passed no dry run' quorate ceremony run plain --by ann
holds 'a deputy takes the seat, and the record says so' a_deputy_is_recorded
holds 'without somebody who must be there nothing begins' nobody_begins_without_an_auditor
holds 'a pause is resumed where it was' is_paused_and_resumed
holds 'each custodian confirms for himself, or the deputy does' each_confirms_for_himself
holds 'what is not as expected is an exception' a_mismatch_is_stopped
holds 'a decision leads past a step, and the record says whose it was' a_decision_leads_past_a_step
holds 'who went out is waited for' who_goes_out_is_waited_for
holds 'a ceremony is run by one program at a time' one_run_at_a_time
holds 'what a step printed is the same at the next ones' what_was_printed_is_guarded
holds 'a command that changes the record is found at its step' the_record_is_guarded
holds 'what could be an option is not taken, and not asked for ever' an_example_that_does_not_fit_ends_it
holds 'a command that hangs is ended' a_hanging_command_is_bounded
holds 'what was cut off may be done otherwise, until it is done again' once_more_it_is_never_skipped
holds 'output that is no text is kept whole, beside the record' what_is_no_text_is_kept_whole
writes writes yes
holds 'what prints without end is cut off, and is an exception' what_prints_without_end_is_cut_off
writes fills 'printf %04000000d-well 0'
holds 'a full disk stops before a step, and it goes on when there is room' \
	a_full_disk_stops_before_a_step
holds 'a medium that is full is replaced by another' a_full_medium_is_replaced
holds 'no PIN of a card is in the evidence' cards_leave_no_pin
holds 'and one that is planted there is found' a_planted_pin_is_found

holds 'people answer at the terminal, and the robot has the cards' people_rehearse
holds 'and so they practise in a dry run' people_practise

holds 'a quorum has a key' a_quorum_stands
holds 'a session serves its steps' a_session_serves_its_steps
holds 'and the report has what the keys were read back as' the_report_has_the_keys_attributes
holds 'killed in a session, it ends that one and opens another' a_killed_session_is_opened_again
holds 'a session ends with the run that opened it' a_session_ends_with_the_run

conclude
