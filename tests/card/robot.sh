#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# robot.sh FOLDER-OF-PROGRAMS
#
# The sandbox's attendant: what it answers, and how it misbehaves by rule.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/tap.sh
. "$here/tap.sh"

if [ -z "${QUORATE_SANDBOX:-}" ]; then
	exec "$1/quorate-sandbox" -- "$here/robot.sh"
fi

blank() {
	printf '{"ask":"card","blank":true,"wanted":[{"custodian":"%s","card":"root/%s"}]}\n' "$@"
}

# wanted CUSTODIAN SERIAL...
wanted() {
	list=
	while [ $# -gt 0 ]; do
		list="$list${list:+,}{\"custodian\":\"$1\",\"serial\":\"FFFE:0000000$2\"}"
		shift 2
	done
	printf '{"ask":"card","blank":false,"wanted":[%s]}\n' "$list"
}

# pin FOR CUSTODIAN SERIAL
pin() {
	printf '{"ask":"pin","for":"%s","custodian":"%s","serial":"FFFE:0000000%s","min":6,"max":127}\n' \
		"$@"
}

remove() {
	printf '{"tell":"remove","serial":"FFFE:0000000%s"}\n' "$1"
}

# answers RULES ASKS ANSWERS: the robot answers these asks, under these rules, with these lines;
# "nothing" is no line at all.
answers() {
	printf '%s\n' "$2" | QUORATE_ROBOT=$1 quorate-robot >"$QUORATE_SANDBOX/answers" || return 1
	if [ "$3" = nothing ]; then
		[ ! -s "$QUORATE_SANDBOX/answers" ]
	else
		printf '%s\n' "$3" | diff - "$QUORATE_SANDBOX/answers"
	fi
}

inserted() {
	[ "$(virtual-card list | awk '$2 != "-" { printf "%s ", $1 }')" = "$1" ]
}

pin_of() {
	quorate-robot --pin card "FFFE:0000000$1"
}

first='{"ok":true,"reader":"Sandbox A 00 00"}'
second='{"ok":true,"reader":"Sandbox A 00 01"}'
stop='{"stop":true}'

holds 'a blank is the next card that is nobody'\''s' answers '' "$(blank alice 1)" "$first"
holds 'and it is in the reader' inserted 'card1 '
holds 'it is taken out when it should be' answers '' "$(remove 1)" nothing
holds 'and is gone' inserted ''
holds 'the next custodian gets the next card' answers '' "$(blank 'bob b' 2)" "$first"
holds 'who enrols again gets the same card again' answers '' "$(blank 'bob b' 2)" "$first"
holds 'one card more is put beside it' answers '' "$(wanted alice 1)" "$second"
holds 'one that is there already is named' answers '' "$(wanted 'bob b' 2)" "$first"
holds 'a card that nobody has brings nobody' answers '' "$(wanted zoe 9)" "$stop"
holds 'who is absent does not come' answers 'absent alice' "$(wanted alice 1 'bob b' 2)" "$first"
holds 'the order can be another' answers 'order alice' "$(wanted 'bob b' 2 alice 1)" "$second"
holds 'another card can come first, once' answers 'present card1' \
	"$(wanted 'bob b' 2; wanted 'bob b' 2)" "$second
$first"
holds 'a card can stay where it should be removed' answers leave-in "$(remove 1)" nothing
holds 'and does' inserted 'card1 card2 '

holds 'a PIN is the one that --pin prints' answers '' "$(pin verify alice 1)" "$(pin_of 1)"
holds 'a token'\''s PIN goes by its label' answers '' \
	'{"ask":"pin","for":"token-user","token":"root-ca"}' "$(quorate-robot --pin token-user root-ca)"
holds 'a PIN can be declined' answers 'decline pin' "$(pin verify alice 1)" ''
mistyped() {
	pin verify alice 1 | QUORATE_ROBOT='wrong-pin alice 1' quorate-robot >"$QUORATE_SANDBOX/answers"
	! pin_of 1 | diff -q - "$QUORATE_SANDBOX/answers"
}
holds 'a PIN can be mistyped' mistyped
changed() {
	printf '%s\n%s\n' "$(pin verify alice 1)" "$(pin new alice 1)" | quorate-robot | tail -n 1 \
		>"$QUORATE_SANDBOX/new"
	pin verify alice 1 | quorate-robot | diff - "$QUORATE_SANDBOX/new" &&
		! pin_of 1 | diff -q - "$QUORATE_SANDBOX/new"
}
holds 'a changed PIN is another, and remembered' changed
holds 'and the one before is typed when it is refused' answers '' \
	"$(pin verify alice 1; pin verify alice 1)" "$(cat "$QUORATE_SANDBOX/new")
$(pin_of 1)"
rm "$QUORATE_SANDBOX/new" "$QUORATE_SANDBOX/answers"
no_pin_in_files() {
	! grep -rqF "$(pin_of 1)" "$QUORATE_SANDBOX"
}
holds 'no file of the sandbox has a PIN in it' no_pin_in_files
planted_pin() {
	pin_of 1 >"$QUORATE_SANDBOX/planted"
	! no_pin_in_files && rm "$QUORATE_SANDBOX/planted"
}
holds 'a planted one is found' planted_pin

virtual-card eject card1
virtual-card eject card2
fails_by_rule() {
	wanted alice 1 | QUORATE_ROBOT='fault 1 pull-before:1' quorate-robot || return 1
	sleep 1 # until pcscd has seen it
	inserted 'card1 ' || return 1
	opensc-tool --name
	inserted ''
}
holds 'a card can fail by rule' fails_by_rule

choice='{"ask":"choice","of":["again","other","stop"]}'
holds 'the first choice is taken' answers '' "$choice" '{"take":"again"}'
holds 'or the one that a rule names' answers 'choice other' "$choice" '{"take":"other"}'
menu='{"ask":"menu","of":[{"word":"go","help":"do it"},{"word":"pause","help":"later"}]}'
holds 'the first row of a menu is taken' answers '' "$menu" '{"take":"go"}'
holds 'or the one that a rule names for that menu' answers 'menu 1 pause' "$menu" '{"take":"pause"}'
holds 'a rule for a later menu changes nothing' answers 'menu 2 pause' "$menu" '{"take":"go"}'
holds 'an example is written down' answers '' '{"ask":"type","text":"Bag?","example":"B-1"}' '{"text":"B-1"}'
holds 'a rule for what is not offered changes nothing' answers 'choice unblock' "$choice" \
	'{"take":"again"}'
holds 'a confirmation is given' answers '' '{"ask":"confirm","text":"Sure?"}' '{"yes":true}'
holds 'or refused' answers 'decline confirm' '{"ask":"confirm","text":"Sure?"}' '{"yes":false}'
holds 'a serial that is to be typed is read from the text' answers '' \
	'{"ask":"type","expect":"serial","text":"To erase added data type FFFE:00000003."}' \
	'{"text":"FFFE:00000003"}'
holds 'a word between quotes too' answers '' \
	'{"ask":"type","expect":"word","text":"Type '\''erase'\'' to go on."}' '{"text":"erase"}'

holds 'it can say stop at an ask' answers 'stop-at confirm 2' \
	'{"ask":"confirm"}
{"ask":"confirm"}' '{"yes":true}
{"stop":true}'
holds 'and die at one' answers 'quit-at confirm 1' '{"ask":"confirm"}' nothing
gives 1 'what it was never taught ends it' sh -c 'echo "{\"ask\":\"dance\"}" | quorate-robot'
gives 1 'so does what is not the protocol' sh -c 'echo hello | quorate-robot'
gives 2 'a rule that it does not know is refused' env QUORATE_ROBOT=sing quorate-robot
gives 1 'outside a sandbox it does nothing' env -u QUORATE_SANDBOX quorate-robot

conclude
