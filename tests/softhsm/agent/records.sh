#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# records.sh PROGRAMS CLIENT-MODULE
#
# Each use is on the disk before it is answered, and what cannot be recorded does not happen.
# shellcheck source=tests/softhsm/agent/token.sh
. "$(dirname "$0")/token.sh"

# The records that the activations of one test left.
# The room that was taken ahead is zeros behind them.
lines() {
	cat "$folder"/state/activations/test/*.uses | tr -d '\000'
}
sign='"$programs/client" "$client_module" sign'

fresh() {
	rm -rf "$folder/state"
	: >"$folder/trace"
}

says_who_what_and_how() {
	fresh
	hold -- sh -euc "$sign" && lines >"$folder/lines" || return 1
	cat "$folder/lines"
	[ "$(grep -c . "$folder/lines")" = 4 ] || return 1
	grep '"kind":"use"' "$folder/lines" | grep "\"uid\":$(id -u)" | grep '"program":"[^"]*/client"' |
		grep '"key":"root-ca"' | grep '"mechanism":"ECDSA"' | grep '"signed":"raw:' |
		grep '"result":"made"' && grep '"end":"command"' "$folder/lines"
}

# The chain, by sha256sum alone.
chain_holds() {
	prev=0000000000000000000000000000000000000000000000000000000000000000
	while IFS= read -r line; do
		case $line in
		*"\"prev\":\"$prev\""*) ;;
		*) return 1 ;;
		esac
		prev=$(printf %s "$line" | sha256sum | cut -d' ' -f1)
	done <"$folder/lines"
}

# In the trace of the agent: its write of the use, the end of fdatasync, and only then the answer.
is_durable_before_it_is_answered() {
	fresh
	hold -- sh -euc "$find_agent
		strace -f -qq -e trace=pwrite64,fdatasync,sendto -s 4096 -o $folder/trace -p \$agent 2>$folder/noise &
		while ! grep -q TracerPid:.[1-9] /proc/\$agent/status; do sleep 0.05; done
		$sign
		kill \$! && wait" || true
	awk '
		/pwrite64\(.*kind\\":\\"use/ { written = NR }
		written && /fdatasync.* = 0/ { synced = NR }
		written && !answered && /sendto\([0-9]+, .*C_Sign|sendto\(/ && NR > written { answered = NR }
		END { printf "written %d, synced %d, answered %d\n", written, synced, answered
			exit !(written && synced > written && answered > synced) }' "$folder/trace"
}

refusals_are_recorded() {
	fresh
	hold --max-uses 1 -- sh -euc "$sign; $sign || true; \"\$programs/client\" \"\$client_module\" refused"
	lines >"$folder/lines"
	grep '"kind":"refused"' "$folder/lines" | grep '"why":"its uses are used up"' |
		grep '"key":"root-ca"' && grep '"call":"C_DecryptInit"' "$folder/lines" &&
		grep '"call":"C_DestroyObject"' "$folder/lines" && chain_holds
}

# A disk of its own that is filled while the token is open.
a_full_disk_signs_nothing() {
	unshare -rm sh -euc '
		mkdir -p "$folder/small"
		mount -t tmpfs -o size=2m tmpfs "$folder/small"
		"$programs/hold" --token "$token" --folder "$folder/run" --state "$folder/small" -- sh -uc "
			dd if=/dev/zero of=$folder/small/filler bs=64k
			i=0
			while \"\$programs/client\" \"\$client_module\" sign && [ \$i -lt 5000 ]; do
				i=\$((i + 1))
			done
			echo made \$i before it was full
			after=\$(grep -ac result...made $folder/small/activations/test/*.uses)
			[ \$after = \$i ] || exit 3
			rm $folder/small/filler
			\"\$programs/client\" \"\$client_module\" sign
		" <"$folder/pin"' 2>&1 | tee "$folder/said"
	grep -q 'C_Sign: 0x31' "$folder/said" && grep -q '^ended: command' "$folder/said"
}

a_killed_agent_keeps_what_it_recorded() {
	fresh
	hold -- sh -uc "$find_agent $sign; $sign; kill -KILL \$agent; sleep 20" || [ $? = 125 ] || return 1
	lines >"$folder/lines"
	[ "$(grep -c '"result":"made"' "$folder/lines")" = 2 ] && ! grep '"kind":"end"' "$folder/lines" &&
		chain_holds
}

a_folder_that_vanishes_ends_it() {
	fresh
	hold_says '^ended: socket' 125 -- sh -euc 'mv "$folder/run" "$folder/gone"; sleep 20'
	[ "$(find "$folder/gone" -type s | wc -l)" = 2 ] && rm -rf "$folder/gone"
}

holds 'a use says who, with what, what was signed and how it went' says_who_what_and_how
holds 'the lines are a chain that sha256sum checks' chain_holds
# The agent lets only root look at it.
if [ "$(id -u)" = 0 ]; then
	holds 'a use is on the disk before it is answered' is_durable_before_it_is_answered
else
	skips 'a use is on the disk before it is answered' 'only root may trace the agent'
fi
holds 'refused uses are recorded too' refusals_are_recorded
holds 'on a full disk nothing is signed, and again when there is room' a_full_disk_signs_nothing
holds 'a killed agent keeps what it recorded' a_killed_agent_keeps_what_it_recorded
holds 'a socket whose folder vanishes ends it' a_folder_that_vanishes_ends_it

conclude
