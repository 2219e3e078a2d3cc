#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_health.sh FOLDER-OF-PROGRAMS
#
# Health of a quorum as people and monitoring ask for it: today, on another day, and what if; the
# figures for Prometheus; and what cannot be judged.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

founds_a_quorum() {
	founds alice bob carol
	enrols root alice bob carol
	creates root 2 alice,bob,carol
}
holds 'a quorum stands' founds_a_quorum

# in_days N: that day, as --at takes it.
in_days() {
	date -u -d "+$1 days" +%F
}
# events: how many the roster has, which nothing here may change.
events() {
	quorate roster log --json | wc -l
}

# ---- another day ---------------------------------------------------------------------------------

told 0 'today it is well, and what comes is told' 'root: OK, margin 1, exposure 0
ahead, if nothing is done:
its roll-call is due
before: quorate card check root/1 --by NAME' quorate health
told 1 'in half a year the roll-calls are due' 'As planned today, on
root: WARNING, margin 1
do: quorate card check root/1 --by NAME' quorate health root --at "$(in_days 182)"
told 2 'a month later no card counts' '0 of the 2 cards that it needs are ready' \
	quorate health root --at "$(in_days 212)"
told 3 'before its founding there was no roster' 'the roster did not exist yet
give a later date' \
	quorate health --at 2001-01-01
was_forming() {
	sleep 1
	then=$(date -u +%FT%TZ)
	sleep 1
	quorate person add dora --role custodian --by ann
	quorate card enrol --custodian dora --quorum later --by ann
	meets 0 'As it was known on
root: OK' quorate health --at "$then"
}
holds 'a past day is judged by what was known then' was_forming

before=$(events)

# ---- what if -------------------------------------------------------------------------------------

told 1 'a departure leaves a share outside, and says what to do tonight' \
	'If alice had left (nothing was written):
root: WARNING, margin 0, exposure 1
alice left on
tonight:
quorate card report root/1 found
do: quorate quorum rekey root --by NAME' quorate health root --if-depart alice
told 2 'two departures are a key to be treated as compromised' 'treat the keys as compromised
root: CRITICAL, margin -1, exposure 2' quorate health --if-depart alice,bob
told 2 'someone away and a card lost leave too few' 'root: CRITICAL, margin -1, exposure 1
carol is away' quorate health --if-away carol --if-lost root/1
told 0 'none of it was written' 'root: OK, margin 1, exposure 0' quorate health
nothing_was_written() {
	[ "$(events)" = "$before" ]
}
holds 'and the roster has no event more' nothing_was_written

# ---- for monitoring ------------------------------------------------------------------------------

gives_figures() {
	meets 0 'root: OK' quorate health --prometheus quorate.prom
	cat quorate.prom
	all_in quorate.prom 'quorate_health_level{quorum="root"} 0
quorate_ready_cards{quorum="root"} 3
quorate_margin_cards{quorum="root"} 1'
	[ "$(stat -c %a quorate.prom)" = 644 ]
}
holds 'figures are written for everybody to read' gives_figures
keeps_old_figures() {
	cp quorate.prom old.prom
	meets 3 'the figures for Prometheus were not written
see that the folder' quorate health --prometheus none/quorate.prom
	mkdir folder.prom
	meets 3 'has no figures of Quorate' quorate health --prometheus folder.prom
	meets 3 'has no figures of Quorate' quorate health --prometheus "$QUORATE_ROSTER"
	cmp quorate.prom old.prom
}
holds 'figures that cannot be written are status 3' keeps_old_figures
full_output() {
	status=0
	quorate health >/dev/full 2>said || status=$?
	cat said
	[ "$status" = 3 ]
}
holds 'an answer that could not be told is no answer' full_output
has_no_colour() {
	quorate health --if-depart alice,bob >said || true
	! grep -q "$(printf '\033')" said
}
holds 'no colour where there is no terminal' has_no_colour

# As a user of no rights, from a medium that takes no writing; the program is installed there too,
# for the checkout may be root's alone.
for_nobody() {
	[ "$(id -u)" = 0 ] || return 0
	advisories=$here/../../roster/advisories.json mounting '
		mount -t tmpfs -o mode=755 none /mnt
		cp "$QUORATE_ROSTER" /mnt/copy.roster
		mkdir -p /mnt/bin /mnt/share/quorate
		cp "$(command -v quorate)" /mnt/bin
		cp "$advisories" /mnt/share/quorate
		chmod 444 /mnt/copy.roster
		cd /mnt
		mount -o remount,bind,ro /mnt
		setpriv --reuid 65534 --regid 65534 --clear-groups \
			env HOME=/mnt XDG_STATE_HOME=/mnt /mnt/bin/quorate health --roster /mnt/copy.roster' >said 2>&1 ||
		{ cat said && return 1; }
	all_in said 'root: OK'
}
holds 'anybody who can read the file can ask, from a read-only medium' for_nobody

# ---- what cannot be judged -----------------------------------------------------------------------

told 3 'nobody of that name' "nothing was supposed of 'zoe'" quorate health --if-depart zoe
told 3 'no card of that name' "nothing was supposed of 'root/9'" quorate health --if-lost root/9
told 3 'no quorum of that name' 'there is no quorum issuing' quorate health issuing
told 3 'not a date' "'2027-02-30' is not a date
write a day as 2027-01-31" quorate health --at 2027-02-30
told 3 'a mistake of use' '--if-sick' quorate health --if-sick alice
told 3 'no such list of advisories' "the advisories in 'none.json' were not taken" \
	quorate health --advisories none.json
broken_list() {
	echo '{"quorate-advisories":1,"advisories":[{"id":"X"}]}' >broken.json
	meets 3 "the advisories in 'broken.json' were not taken
entry 1 of the advisories
model" quorate health --advisories broken.json
}
holds 'a broken list of advisories' broken_list
damaged() {
	cp "$QUORATE_ROSTER" damaged.roster
	truncate -s -100 damaged.roster
	meets 3 'was truncated' quorate health --roster damaged.roster
}
holds 'a damaged roster' damaged

conclude
