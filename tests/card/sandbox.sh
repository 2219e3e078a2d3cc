#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# sandbox.sh FOLDER-OF-PROGRAMS root|user
#
# What the sandbox hides, gives and leaves behind. `user`: the same without root; run by root, the
# programs are copied to where nobody can run them.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/tap.sh
. "$here/tap.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
programs=$folder/programs
mkdir "$programs"
cp "$1/quorate-sandbox" "$1/quorate-robot" "$1/virtual-card" "$1/libifdvpcd.so" "$programs"
chmod 755 "$folder" "$programs"
sandbox=$programs/quorate-sandbox

if [ "$2" = user ] && [ "$(id -u)" = 0 ]; then
	mkdir "$folder/own"
	chown 65534:65534 "$folder/own"
	lower='setpriv --reuid 65534 --regid 65534 --clear-groups'
else
	mkdir "$folder/own"
	lower=
fi

# Runs a shell command line in a sandbox.
inside() {
	# $lower is words on purpose.
	# shellcheck disable=SC2086
	$lower "$sandbox" -- sh -euc "$1"
}

# The same where a pretended machine has a pcscd, a registered module, a driver and a USB device.
on_a_full_machine() {
	# shellcheck disable=SC2086
	$lower unshare --user --map-root-user --mount sh -euc '
		mount -t tmpfs none /run
		mkdir -p /run/pcscd
		touch /run/pcscd/planted
		mount -t tmpfs none /usr/share/p11-kit/modules
		echo "module: planted.so" >/usr/share/p11-kit/modules/planted.module
		mount -t tmpfs none /usr/lib/pcsc/drivers
		touch /usr/lib/pcsc/drivers/planted
		mount -t tmpfs none /dev/shm
		touch /dev/shm/planted
		exec "$@"' planting "$@"
}

planted='cat /run/pcscd/planted /usr/share/p11-kit/modules/planted.module \
	/usr/lib/pcsc/drivers/planted /dev/shm/planted'
none_planted='! cat /run/pcscd/planted && ! cat /usr/share/p11-kit/modules/planted.module &&
	! cat /usr/lib/pcsc/drivers/planted && ! cat /dev/shm/planted'

ports_outside() {
	awk '{ print $2 }' /proc/net/tcp /proc/net/tcp6 | grep -E ':8C7[B-E]$'
}

# Waits until a command holds, ten seconds at most.
soon() {
	for _ in $(seq 100); do
		"$@" && return 0
		sleep 0.1
	done
	return 1
}

nothing_called() {
	! pgrep -f "$1" >/dev/null
}

holds 'pcscd answers with four readers, and those alone' inside '
	opensc-tool --list-readers | grep -o "Sandbox.*" >/run/seen
	cut -d " " -f 3- "$QUORATE_SANDBOX/readers" | diff - /run/seen
	test "$(wc -l </run/seen)" = 4'
holds 'there are five cards' inside 'test "$(virtual-card list | wc -l)" = 5'
holds 'SoftHSM has one fresh token' inside '
	test "$(softhsm2-util --show-slots | grep -c "^Slot")" = 1
	softhsm2-util --show-slots | grep -q "Initialized: *no"'
holds 'a pretended machine shows what is planted in it' on_a_full_machine sh -euc "$planted"
holds 'a sandbox on that machine hides it' \
	on_a_full_machine "$sandbox" -- sh -euc "$none_planted"
holds 'no PKCS#11 module is registered inside' inside '! p11-kit list-modules | grep -q .'
holds 'no device inside is a reader or an HSM' inside '
	for node in /dev/*; do
		test -L "$node" || test -d "$node" || echo "$node"
	done >/run/seen
	test "$(tr "\n" " " </run/seen)" = "/dev/full /dev/null /dev/random \
/dev/tty /dev/urandom /dev/zero "'
holds 'the loopback is the only network inside' inside '
	test "$(tail -n +3 /proc/net/dev | cut -d : -f 1 | tr -d " ")" = lo'
holds 'a roster, HOME and token folder of its own are named' inside '
	for name in QUORATE_ROSTER HOME XDG_STATE_HOME SOFTHSM2_CONF; do
		eval "value=\$$name"
		case $value in "$QUORATE_SANDBOX"/*) ;; *) exit 1 ;; esac
	done'
holds 'a server of PKCS#11 outside is forgotten' \
	env P11_KIT_SERVER_ADDRESS=unix:path=/nowhere "$sandbox" -- \
	sh -c 'test -z "${P11_KIT_SERVER_ADDRESS:-}"'
holds 'a terminal can be made inside' inside 'expect -c "spawn true; expect eof"'

gives 7 'the exit status is that of the command' inside 'exit 7'
gives 137 'a command that was killed gives 128 and the signal' inside 'kill -9 $$'
gives 143 'a signal to the sandbox reaches the command' \
	timeout --preserve-status 1 "$sandbox" -- sleep 60
gives 4 'a command that is not there is said to be absent' "$sandbox" -- /no/such/command
gives 2 'no command at all is a mistake of use' "$sandbox"
gives 2 'a folder that the sandbox hides cannot hold it' "$sandbox" --dir /dev/shm/quorate true

kept() {
	# shellcheck disable=SC2086
	$lower "$sandbox" --dir "$folder/own/kept" -- sh -euc "$1"
}
holds 'a sandbox with a folder can be left' kept 'echo here >"$HOME/note"'
holds 'and entered again with what was in it' kept 'grep -q here "$HOME/note"'
holds 'but not twice at once' kept "
	'$sandbox' --dir '$folder/own/kept' -- true 2>&1 | grep 'is held by another command'"

marker="sleep 98$$"
holds 'what runs on when the command ends' inside "setsid $marker & sleep 0.1"
holds 'is gone afterwards' soon nothing_called "$marker"

# shellcheck disable=SC2086
$lower "$sandbox" -- $marker &
outer=$!
holds 'a sandbox that runs' soon pgrep -f "^$marker"
gives 1 'has no port open outside' ports_outside
kill -KILL "$outer"
wait "$outer" 2>/dev/null || true
holds 'ends as a whole when its keeper is killed' soon nothing_called "$marker"

gives 5 'where the system refuses, the sandbox says so and runs nothing' \
	unshare --user --map-root-user sh -c '
		echo 0 >/proc/sys/user/max_mnt_namespaces
		exec "$@"' refusing "$sandbox" -- touch "$folder/ran"
gives 1 'indeed nothing ran' test -e "$folder/ran"

conclude
