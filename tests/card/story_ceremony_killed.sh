#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The ceremony of a root key, killed at the prompt of every step and again when the step's command
# has run and people are asked what they saw: each time it goes on where it was, and at the end there
# is evidence that verifies.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

fresh='pkcs11:model=SoftHSM%20v2;token='
steps=26

set_up() {
	quorate init --practice --by 'Anna Arndt'
	while read -r role name; do
		quorate person add "$name" --role "$role" --by 'Anna Arndt' || return
	done <<-END
		administrator Bea Brandt
		security-officer Samir Sahin
		custodian Ben Bauer
		custodian Cleo Conrad
		custodian Dan Dorn
		custodian Eva Ebert
		custodian Finn Fuchs
		auditor Oda Oppel
		witness Wim Wolters
	END
	quorate ceremony new root-key-generation root
	mkdir copy-a copy-b
	sed -i "s|^date: .*|date: $(date -u +%F)|; s|'pkcs11:serial=[0-9]*'|'$fresh'|; /^    serial:/d
		s|model: .*|model: SoftHSM v2|; s|firmware: .*|firmware: '2.6'|
		s|path: /media|path: $PWD|" root/sheet.yaml
	sed -i 's|--name primary --role primary|& --sheet binding.txt|' root/script.yaml
	quorate ceremony dry-run root --by 'Anna Arndt'
}

# goes_on VERB KILL: with the robot, killed at that ask.
goes_on() {
	QUORATE_KILL=$2 quorate ceremony "$1" root --attendant "$here/ceremony_killer.py" \
		--by 'Anna Arndt' >>held.log 2>&1
}

# The quorum is being made when the power goes: done once more, the step goes on with it.
cut_off_in_the_middle() {
	status=0
	goes_on resume 'cut pin' || status=$?
	[ "$status" = 137 ] || { echo "cut off, it ended with $status" >&2 && return 1; }
	soon alone
	status=0
	goes_on resume 'menu Step 14' || status=$?
	[ "$status" = 137 ] || { echo "gone on with, it ended with $status" >&2 && return 1; }
}

alone() {
	! pgrep -f 'quorum create' >/dev/null
}

# Each kill is at an ask, so that it is told which, and the record tells that it came so far.
killed_everywhere() {
	verb=run
	step=1
	while [ "$step" -le "$steps" ]; do
		for at in menu confirm; do
			if [ "$at $step" = 'confirm 13' ]; then
				cut_off_in_the_middle || return
				continue
			fi
			status=0
			goes_on "$verb" "$at Step $step" || status=$?
			[ "$status" = 137 ] || {
				echo "at '$at' of step $step it ended with $status" >&2
				tail -n 5 held.log >&2
				return 1
			}
			verb=resume
		done
		step=$((step + 1))
	done
	goes_on resume ''
}

interruptions() {
	count=$(grep -c '"kind":"resumed"' root/evidence/record.jsonl)
	[ "$count" -ge $((2 * steps)) ] || { echo "resumed $count times" >&2 && return 1; }
}

nothing_twice() {
	done=$(grep -c '"kind":"done"' root/evidence/record.jsonl)
	begun=$(grep -c '"kind":"begin"' root/evidence/record.jsonl)
	[ "$done $begun" = "$steps $((steps + 1))" ] || { echo "done $done, begun $begun" >&2 && return 1; }
}

goes_on_with_what_was_pending() {
	grep -q '"command":\["[^"]*","quorum","resume",.*"root","--sheet","binding.txt"\],.*"step":13' \
		root/evidence/record.jsonl
	grep -q 'QUORATE BINDING SHEET' root/evidence/files/binding.txt
}

says_what_to_type() {
	if quorate ceremony resume root --by 'Anna Arndt' >>held.log 2>refused.log; then
		return 1
	fi
	grep "quorate ceremony close root --by 'Anna Arndt'" refused.log
}

holds 'the script has passed its dry run' set_up
holds 'killed at every prompt and at what people confirm, it goes on' killed_everywhere
holds 'the record has each interruption' interruptions
holds 'no step was done twice, and only the one cut off in its middle begun twice' nothing_twice
holds 'that one went on with what was pending' goes_on_with_what_was_pending
holds 'what to do next can be typed as it stands' says_what_to_type
holds 'it is closed' quorate ceremony close root --by 'Anna Arndt'
holds 'its evidence verifies' quorate ceremony verify root
holds 'the register verifies' quorate roster verify
conclude
