#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# register.sh make BUILD-FOLDER FOLDER
# register.sh measure BUILD-FOLDER FOLDER
#
# Figures of rosters of 1,000 quorums and 1,000,000 events, and of a hundredth of both. `make` makes
# them once, with a pack of 1,000 events for each; `measure` prints the figures, by the name of the
# greater ("ours") and, to compare, of the smaller ("hundredth") and of sha256sum.
set -eu

what=$1
build=$(cd "$2" && pwd)
mkdir -p "$3"
cd "$3"
quorate=$build/cli/quorate
measure=$build/tests/bench/measure
sizes='hundredth:10:10000 ours:1000:1000000'

# at NAME COMMAND...: on that roster, as its installation.
at() (
	export XDG_STATE_HOME="$PWD/$1" QUORATE_ROSTER="$PWD/$1/roster.db"
	shift
	"$@"
)

# A pack of what another installation wrote meanwhile: 1,000 events behind all that is there.
make_pack() {
	at "$1" "$quorate" roster pack "$1.pack" >said
	at "$1.other" "$quorate" init --join "$1.pack" --installation other --by ann >said
	at "$1.other" "$quorate" roster pack "$1.joined" --for first >said
	at "$1" "$quorate" roster take "$1.joined" --by ann >said
	at "$1.other" "$build/tests/bench/register" --more "$1.other/roster.db" "$1.other/quorate" 1000
	at "$1.other" "$quorate" roster pack "$1.thousand" --for first >said
	rm -r "$1.other" "$1.joined"
}

make_all() {
	for size in $sizes; do
		name=${size%%:*} rest=${size#*:}
		mkdir -p "$name/quorate"
		"$build/tests/bench/register" "$name/roster.db" "$name/quorate" "${rest%:*}" "${rest#*:}"
		make_pack "$name"
	done
}

# took FIGURE NAME FOLDER COMMAND...: milliseconds, of a command on the roster there; health warns.
took() {
	figure=$1 name=$2 folder=$3
	shift 3
	at "$folder" "$measure" took "$@" >said 2>&1 || [ "$figure" = health-all ] || {
		cat said >&2
		exit 1
	}
	read -r us kib <took
	echo "time-$figure $name $((us / 1000))"
}

# Into a copy, as all that writes: the next run finds the roster as it was, and the pack's events
# behind all that is there.
takes_a_thousand() {
	cp -r "$1" copy
	took take "$1" copy "$quorate" roster take "$1.thousand" --by ann
	rm -r copy
}

measure_all() {
	for size in $sizes; do
		name=${size%%:*}
		took open "$name" "$name" "$quorate" policy show
		took health-all "$name" "$name" "$quorate" health
		echo "memory-health-all $name $kib"
		took verify "$name" "$name" "$quorate" roster verify
		echo "memory-verify $name $kib"
		takes_a_thousand "$name"
		cp -r "$name" copy
		took one-more "$name" copy "$quorate" person add one --role witness --by ann
		rm -r copy
	done
	"$measure" took sha256sum ours.pack >said
	read -r us kib <took
	echo "time-verify sha256sum $((us / 1000))"
}

"${what}_all"
