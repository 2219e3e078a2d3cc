#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# confined.sh PROGRAMS CLIENT-MODULE
#
# What the agent may do once it serves, by the profile of its module: a module that is SoftHSM tries
# what no module should before each signature, and the signature is made all the same.
# shellcheck source=tests/softhsm/agent/token.sh
. "$(dirname "$0")/token.sh"

probe=$programs/../../fakes/p11-probe.so
export QUORATE_PROBE_FILE="$folder/planted"
export XDG_CONFIG_HOME="$folder/config"
mkdir -p "$folder/config/quorate"

# with_profile PROFILE [OPTION...]: the module under it signs once.
with_profile() {
	printf 'probe = %s:%s\n' "$1" "$probe" >"$folder/config/quorate/modules.conf"
	shift
	rm -f "$folder/planted"
	hold_says '^ready' 0 --module probe "$@" -- "$programs/client" "$client_module" sign
}

# tries "allowed|refused" NAME...: so it went for these.
tries() {
	how=$1
	shift
	for name; do
		grep -qx "probe: $name: $how" "$folder/said" || {
			echo "it $name: not $how"
			return 1
		}
	done
}

under_softhsm() {
	with_profile softhsm && ! grep ': allowed' "$folder/said" && [ ! -e "$folder/planted" ] &&
		tries refused 'reads a file' 'lists a folder' 'makes a file' 'starts a program' \
			'uses the network' 'uses local sockets' 'traces a process' 'signals a process' \
			'makes a namespace' 'makes code'
}

under_device() {
	with_profile device && tries allowed 'reads a file' 'makes a file' 'uses local sockets' &&
		tries refused 'starts a program' 'uses the network' 'traces a process' 'makes a namespace'
}

under_network() {
	with_profile network && tries allowed 'uses the network' 'reads a file' &&
		tries refused 'starts a program' 'traces a process' 'makes a namespace'
}

# That the module does try, and that the agent says that nothing holds it.
under_off() {
	with_profile off && grep '^ready: .*NOT CONFINED' "$folder/said" &&
		! grep 'probe: [^s].*: refused' "$folder/said" && tries allowed 'starts a program'
}

without_a_profile() {
	printf 'probe = %s\n' "$probe" >"$folder/config/quorate/modules.conf"
	hold_says '^ready' 0 --module probe -- "$programs/client" "$client_module" sign &&
		tries refused 'starts a program' && tries allowed 'uses the network'
}

under_another() {
	printf 'probe = lax:%s\n' "$probe" >"$folder/config/quorate/modules.conf"
	hold_says "no profile 'lax'" 125 --module probe -- true
}

each_thread_is_confined() {
	hold_says '^confined [1-9]' 0 -- sh -euc "$find_agent"'
		"$programs/client" "$address" crowd 3 &
		sleep 0.5
		count=0
		for status in /proc/$agent/task/*/status; do
			grep -q "^NoNewPrivs:.1" $status
			grep -q "^Seccomp:.2" $status
			count=$((count + 1))
		done
		[ $count -gt 3 ]
		echo "confined $count"
		wait'
}

# Its own user, who is not root, may neither read its memory nor trace it. The programs are copied
# to where that user can run them: the checkout may be root's alone.
own_user_looks() {
	chmod 755 "$folder"
	mkdir "$folder/programs"
	cp "$programs/hold" "$programs/client" "$programs/memory" \
		"$programs/../../../agent/quorate-agent" "$folder/programs"
	chown -R 4242 "$folder/tokens" "$folder/state" "$folder/config"
	chmod 644 "$folder/softhsm.conf" "$folder/pin"
	mkdir -p "$folder/theirs"
	chown 4242 "$folder/theirs"
	cd "$folder"
	programs=$folder/programs
	setpriv --reuid 4242 --regid 4242 --clear-groups "$programs/hold" --token "$token" \
		--folder "$folder/theirs/run" --state "$folder/theirs/state" -- sh -euc "$find_agent"'
		echo "agent $agent"
		"$programs/memory" "$agent" <"$folder/pin" && exit 1
		cat "/proc/$agent/environ" && exit 1
		strace -p "$agent" && exit 1
		"$programs/client" "$client_module" sign' <"$folder/pin"
}

without_landlock() {
	rm "$folder/config/quorate/modules.conf"
	end=0
	"$programs/without" landlock_create_ruleset "$programs/hold" --token "$token" \
		--folder "$folder/run" --state "$folder/state" -- "$programs/client" "$client_module" sign \
		<"$folder/pin" >"$folder/said" 2>&1 || end=$?
	cat "$folder/said"
	[ "$end" = 0 ] && grep '^ready: .*files are not fenced off' "$folder/said"
}

holds 'with SoftHSM it can do nothing but sign' under_softhsm
holds 'with a device it has no network and starts nothing' under_device
holds 'with an HSM behind a network it starts nothing' under_network
holds 'off is told, and the module could do as it likes' under_off
holds 'a module without a profile starts nothing' without_a_profile
holds 'a profile that is none is refused' under_another
holds 'each of its threads is confined, and gains no privileges' each_thread_is_confined
holds 'a kernel without landlock is told' without_landlock
if [ "$(id -u)" = 0 ]; then
	holds 'its own user cannot look into it' own_user_looks
else
	skips 'its own user cannot look into it' 'only root can be two users'
fi

conclude
