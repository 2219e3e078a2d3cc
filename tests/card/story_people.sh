#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_people.sh FOLDER-OF-PROGRAMS
#
# People come, change, go away and leave with a card or without; the policy is changed by two of
# them; and what is refused of it leaves the roster as it was.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

# head_is WORDS: the roster's head has not moved since `head_of` wrote it down.
head_of() {
	quorate roster verify | grep -A 1 ' head '
}
# refused STATUS WORDS COMMAND...: as meets, and the roster is as it was.
refused() {
	head_of >before
	meets "$@" --by ann
	head_of >after
	cmp before after
}
unmoved() {
	refused_status=$1
	sentence=$2
	words=$3
	shift 3
	holds "$sentence" refused "$refused_status" "$words" "$@"
}

today=$(date -u +%Y-%m-%d)
tomorrow=$(date -u -d '1 day' +%Y-%m-%d)
yesterday=$(date -u -d '1 day ago' +%Y-%m-%d)

founds_and_enrols() {
	founds alice bob carol
	quorate person edit bob --role custodian,administrator --by ann
	enrols root alice
}
holds 'people and a card are there' founds_and_enrols

# ---- dates and names ----------------------------------------------------------------------------

unmoved 4 'somebody unknown is not sent away' "nobody in the roster is called 'alicf'
did you mean 'alice'" quorate person away alicf --until "$tomorrow"
unmoved 2 'a day that never was is refused' "--until: '2026-02-30' is not a date
YYYY-MM-DD" quorate person away alice --until 2026-02-30
unmoved 2 'an absence that is over is refused' 'is over already' \
	quorate person away alice --until "$yesterday"
told 0 'an absence can be planned' "back on 2099-01-31" \
	quorate person away alice --from 2099-01-01 --until 2099-01-31 --by ann
unmoved 1 'who is not away is not back' "'alice' is not away
--planned" quorate person back alice
unmoved 2 'an edit that changes nothing is refused' 'nothing was named' quorate person edit alice

# ---- leaving ------------------------------------------------------------------------------------

unmoved 2 'what became of the card is asked' 'what became of the card?
They hold card root/1: --card returned, outstanding or destroyed' quorate person depart alice
unmoved 2 'who holds a card cannot say that they hold none' 'they do hold a card' \
	quorate person depart alice --card none
unmoved 2 'who holds none cannot say what became of it' '--card none' \
	quorate person depart carol --card returned
unmoved 2 'a fate that there is not is refused' 'that is not what can become of a card' \
	quorate person depart alice --card kept
unmoved 2 "another person's card is none of theirs" 'they do not hold such a card' \
	quorate person depart carol --card root/1=returned
told 0 'a departure can be planned' "alice leaves on $tomorrow" \
	quorate person depart alice --on "$tomorrow" --card root/1=returned --by ann
told 0 'it is shown as what is expected' "card root/1
expected to be returned
away from 2099-01-01, back on 2099-01-31" quorate person show alice
unmoved 2 'which day is meant is not guessed' "is to leave on $tomorrow: is that still the day?" \
	quorate person depart alice --card returned
told 0 'it can be taken back' 'alice stays' quorate person depart alice --cancel --by ann
unmoved 1 'but not twice' "no departure of 'alice' is planned" quorate person depart alice --cancel
told 0 'somebody leaves and keeps the card' "alice left on $today" \
	quorate person depart alice --card outstanding --by ann
told 0 'what became of it can be said later' "alice left on $today" \
	quorate person depart alice --card returned --by ann
unmoved 1 'but not on another day' "'alice' left on $today already" \
	quorate person depart alice --on "$yesterday" --card returned
unmoved 4 'who has left gets no card' "'alice' left on $today" \
	quorate card enrol --custodian alice --quorum other
told 4 'and does not act' "'alice' left on $today" quorate person add x --role witness --by alice
told 0 'the history tells it all' 'card.begin
fate=outstanding
fate=returned' quorate person show alice
told 0 'what is stored about her can be erased' "'erased person" \
	quorate person erase alice --reason 'retention has ended' --by ann
told 4 'then nobody finds the name' "nobody in the roster is called 'alice'" quorate person show alice
holds 'and the chain verifies' roster_verifies
unmoved 1 'of who is here nothing is erased' "'bob' has not left" \
	quorate person erase bob --reason x

# ---- tables -------------------------------------------------------------------------------------

printf '\357\273\277name,roles,site\r\n"Zoë ""Z"" Å",custodian;auditor,Bern\r\ndan,witness,\r\n' >new.csv
told 0 'people come from a table' '2 people were added' quorate person import new.csv --by ann
unmoved 1 'twice it is refused by its line' "line 2: 'Zoë \"Z\" Å' is in the roster already" \
	quorate person import new.csv
printf 'name,roles\nyan,witness\nzed,boss\n' >bad.csv
unmoved 2 'a bad row is named and nobody is added' "nobody was imported
line 3
'boss' is not a role" quorate person import bad.csv
told 0 'and go into one' '5 people are in all.csv' quorate person export all.csv
holds 'as they came' grep -q '^"Zoë ""Z"" Å",custodian;auditor,,Bern,,,' all.csv
told 1 'no file is overwritten' 'is never overwritten' quorate person export all.csv

# ---- the policy ---------------------------------------------------------------------------------

sets() {
	quorate policy set "$@" --reason 'the audit of May' --people bob,carol
}
unmoved 2 'a limit that there is not is answered with the list' "the policy has no 'speed'
roll-call-days" sets speed 1
unmoved 2 'a value that cannot be is answered with its bounds' 'from 6 to 64' sets pin-length 4
unmoved 2 'one person is not two' 'two different people' \
	quorate policy set margin 2 --reason x --people bob,bob
told 0 'two people change a limit' 'margin is 2 from now on' sets margin 2 --by ann
told 0 'who, when and why is told' "since $today, by bob and carol: the audit of May" quorate policy show
# One command waits for the other's lock.
at_once() {
	sets roll-call-days 90 --by ann &
	sets rekey-days 5 --by bob
	wait $!
	meets 0 '"rekey-days": 5
"roll-call-days": 90' quorate policy show --json
	[ "$(quorate policy show --at "$yesterday" | grep -c ' since ')" = 0 ]
}
holds 'two at once are one after the other, and the day before has none of it' at_once
told 3 'M = N is refused' 'with 2 of 2 the first card that fails loses the key' \
	quorate quorum create root -m 2 --custodian bob,carol --name root-ca --by ann
unmoved 1 'and what refused is not loosened the same day' "'all-of-n' refused an operation
not loosened for 24 hours" sets all-of-n allowed
holds 'the roster verifies' roster_verifies

conclude
