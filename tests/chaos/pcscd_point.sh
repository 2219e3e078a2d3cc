#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# pcscd_point.sh FOLDER-OF-PROGRAMS SCENARIO INSERTION APDU FAULT
#
# One point, in its sandbox: prints "held", "not reached" or "NOT HELD" and why.
set -eu

point="$2 $3 $4 $5"
scenario=$2
insertion=$3
apdu=$4
fault=$5
here=$(cd "$(dirname "$0")/../card" && pwd)
set -- "$1"
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

lost() {
	echo "NOT HELD $point: $*"
	exit
}

pcscd_runs() {
	pidof pcscd >/dev/null && opensc-tool --list-readers >/dev/null 2>&1
}
starts_pcscd() {
	pcscd_runs && return
	rm -f /run/pcscd/pcscd.comm /run/pcscd/pcscd.pid
	setsid pcscd --foreground --config /run/quorate-readers >/dev/null 2>&1 &
	soon opensc-tool --list-readers >/dev/null
}

rule="fault $insertion $fault:$apdu"
create='quorate quorum create root -m 3 --custodian alice,bob,carol,dave,eve --name root-ca --by ann'
rekey='quorate quorum rekey root --remove dave --add frank --by ann'

# begins: what stands before the command.
begins() {
	virtual-card new "$QUORATE_SANDBOX/cards/card6.card" --serial 6 &&
		founds alice bob carol dave eve frank &&
		enrols root alice bob carol dave eve frank &&
		{ [ "$scenario" = create ] || $create; } &&
		empties_readers
}
begins >said 2>&1 || lost "the beginning: $(tail -n 2 said | tr '\n' ' ')"
case $scenario in
create) command=$create ;;
rekey) command=$rekey ;;
esac
[ "$fault" != kill ] || rule="$rule:$(pidof pcscd)"

status=0
# shellcheck disable=SC2086 # words
QUORATE_ROBOT=$rule $command >said 2>&1 || status=$?
[ "$fault" != kill ] || ! pcscd_runs || { echo "not reached $point" && exit; }
[ "$status" = 0 ] || grep -q 'next: ' said || lost "status $status without what to do"
starts_pcscd || lost 'pcscd does not start again'
empties_readers >/dev/null 2>&1 || true
if [ "$status" != 0 ]; then
	quorate quorum resume root --by ann >said 2>&1 || $command >said 2>&1 ||
		lost "resume: $(tail -n 3 said | tr '\n' ' ')"
fi
QUORATE_ROBOT='absent alice;absent bob' quorate key list root --by ann >said 2>&1 ||
	lost "the others do not open it: $(tail -n 2 said | tr '\n' ' ')"
quorate roster verify >said 2>&1 || lost 'the roster does not verify'
rm -rf "$QUORATE_SANDBOX/roster" "$QUORATE_SANDBOX/state"
quorate quorum adopt root --by ann >said 2>&1 || lost "without the roster: $(tail -n 3 said | tr '\n' ' ')"
echo "held $point"
