#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story.sh FOLDER-OF-PROGRAMS MEASURE UNASKED
#
# One run of the main job in a sandbox of its own, measured: prints one figure a line, as its name,
# whose it is (ours, or a peer's name) and the number.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/inside.sh
. "$here/../card/inside.sh"
# shellcheck source=tests/bench/apdus.sh
. "$here/apdus.sh"

measure=$2
unasked=$3
threshold=3

# took NAME COMMAND...: its time in milliseconds.
took() {
	name=$1
	shift
	"$measure" took "$@" >said 2>&1 || {
		cat said >&2
		exit 1
	}
	read -r us kib <took
	echo "time-$name ours $((us / 1000))"
}

# overheard NAME COMMAND...: likewise, and for how long of it nobody was asked anything.
overheard() {
	QUORATE_ATTENDANT=$unasked UNASKED=$PWD/unasked took "$@"
	# The attendant ends after the command.
	soon test -s unasked
	read -r all longest <unasked
	rm unasked
	echo "unasked-$1 ours $((all / 1000))"
	echo "longest-$1 ours $((longest / 1000))"
}

# needed NAME: the peak of memory of what was measured last, in KiB.
needed() {
	echo "memory-$1 ours $kib"
}

make_cards >said 2>&1
empty_readers
# The words of a command, split on purpose.
# shellcheck disable=SC2086
took create $create
needed create
$generate >said 2>&1
empty_readers
# shellcheck disable=SC2016
took activate quorate activate root --trace one-by-one --by ann -- \
	sh -c 'grep VmHWM "/proc/$(pgrep -x quorate-agent)/status" >agent'
needed activate
awk '{ print "memory-agent ours", $2 }' agent
took activate-lying quorate activate root --by ann -- true
virtual-card new "$QUORATE_SANDBOX/cards/card6.card" --serial 6
virtual-card new "$QUORATE_SANDBOX/cards/card7.card" --serial 7
{
	quorate person add frank --role custodian --by ann
	quorate card enrol --custodian frank --quorum root --by ann
} >said 2>&1
empty_readers
overheard rekey quorate quorum rekey root --remove dave --add frank --trace rekey.trace --by ann
echo "rekey-insertions ours $(grep -c '^robot: inserts' said)"
echo "rekey-apdus ours $(sent rekey.trace)"
virtual-card eject card2
rm "$QUORATE_SANDBOX/cards/card2.card"
quorate card enrol --custodian bob --quorum root --by ann >said 2>&1
empty_readers
overheard replace quorate quorum replace-card root bob --trace replace.trace --by ann
echo "replace-apdus ours $(sent replace.trace)"
took health quorate health
needed health
empty_readers
mv "$QUORATE_ROSTER" "$QUORATE_ROSTER.kept"
overheard adopt quorate quorum adopt root --trace adopt.trace --by ann
echo "adopt-apdus ours $(sent adopt.trace)"
empty_readers
opensc_uses card1 FFFE:00000001 >said 2>&1

echo "apdus ours $(($(sent one-by-one) / threshold))"
echo "get-response ours $(($(continued one-by-one) / threshold))"
echo "apdus opensc $(opensc_apdus opensc.log | grep -vc '^00 C0')"
echo "get-response opensc $(opensc_apdus opensc.log | grep -c '^00 C0' || true)"
