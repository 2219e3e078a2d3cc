#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# bench.sh BUILD-FOLDER CLIENT-MODULE [--json] [--runs N]
#
# Takes the figures of N runs (3 without it) and prints their medians beside those of the peers,
# which ran in the same run. docs/figures.md says what each is.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=$1
client_module=$2
shift 2
form=table
runs=3
while [ $# -gt 0 ]; do
	case $1 in
	--json) form=json ;;
	--runs)
		runs=$2
		shift
		;;
	*)
		echo "bench: what is '$1'?" >&2
		exit 2
		;;
	esac
	shift
done

figures=$(mktemp)
rosters=$(mktemp -d)
trap 'rm -rf "$figures" "$rosters"' EXIT

say() {
	printf '%s\n' "$*" >&2
}

say 'rosters of 10,000 and 1,000,000 events are made: a minute or two'
"$here/register.sh" make "$build" "$rosters"
run=0
while [ $run -lt "$runs" ]; do
	run=$((run + 1))
	say "run $run of $runs"
	"$here/story.sh" "$build/virtual-cards" "$build/tests/bench/measure" \
		"$build/tests/bench/unasked" >>"$figures"
	"$build/tests/bench/split" 3 5 >>"$figures"
	"$build/tests/bench/split" 8 16 >>"$figures"
	"$here/register.sh" measure "$build" "$rosters" >>"$figures"
	"$here/agent.sh" "$build/tests/softhsm/agent" "$client_module" "$build/tests/bench/rate" >>"$figures"
done
awk -v form=$form -v runs="$runs" -f "$here/table.awk" "$here/figures" "$figures"
