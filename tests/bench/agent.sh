#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# agent.sh PROGRAMS CLIENT-MODULE RATE
#
# Signatures a second through the agent, by SoftHSM in the application's own process and through
# `p11-kit server` with the same token, in one run. One figure a line: name, whose, number.
set -eu

rate=$3
here=$(cd "$(dirname "$0")/../softhsm/agent" && pwd)
# shellcheck source=tests/softhsm/agent/token.sh
. "$here/token.sh"

seconds=1
on_token --keypairgen --key-type EC:prime256v1 --label p256 --id 02 >"$folder/setup"
on_token --keypairgen --key-type rsa:3072 --label rsa --id 03 >"$folder/setup"
export rate

directly() {
	"$rate" "$softhsm" "$1" "$2" $seconds <"$folder/pin"
}

through_agent() {
	# The variables are for the inner shell.
	# shellcheck disable=SC2016
	hold -- sh -euc '"$@" <"$folder/pin"' bench "$rate" "$client_module" "$1" "$2" $seconds
}

through_server() {
	p11-kit server --foreground --provider "$softhsm" --name "$folder/server.sock" \
		"$token" >"$folder/noise" &
	server=$!
	while ! [ -S "$folder/server.sock" ]; do sleep 0.1; done
	P11_KIT_SERVER_ADDRESS=unix:path=$folder/server.sock \
		"$rate" "$client_module" "$1" "$2" $seconds <"$folder/pin"
	kill -KILL "$server"
	wait "$server" || :
	rm -f "$folder/server.sock"
}

# What each way is called in the figures.
whose() {
	case $1 in
	through_agent) echo ours ;;
	directly) echo softhsm ;;
	through_server) echo p11-kit-server ;;
	esac
}

# measure KIND KEY CLIENTS
measure() {
	for way in through_agent directly through_server; do
		# Three words: a second, median, 99th percentile.
		# shellcheck disable=SC2046
		set -- "$1" "$2" "$3" $($way "$2" "$3" 2>"$folder/noise")
		echo "sign-$1-$3 $(whose $way) $4"
		echo "median-$1-$3 $(whose $way) $5"
		echo "late-$1-$3 $(whose $way) $6"
		set -- "$1" "$2" "$3"
	done
}

# What the agent has in memory with 1 and 64 clients, and after 10,000 uses at least. For hold.
# shellcheck disable=SC2016
memory='
	used() { awk "/^VmRSS/ { print \$2 }" "/proc/$agent/status"; }
	run() { "$rate" "$client_module" p256 "$1" "$2" <"$folder/pin" >"$folder/noise" 2>&1; }
	while_running() { run "$1" 2 & sleep 1.5; used; wait; }
	echo "resident-1 ours $(while_running 1)"
	echo "resident-64 ours $(while_running 64)"
	before=$(used)
	for _ in 1 2 3; do run 16 2; done
	[ "$(cat "$folder"/state/activations/test/*.uses | grep -ac result...made)" -ge 10000 ]
	echo "growth ours $(($(used) - before))"'

for clients in 1 16; do
	measure p256 p256 $clients
	measure p384 root-ca $clients
	measure rsa3072 rsa $clients
done
rm -rf "$folder/state"
hold -- sh -euc "$find_agent$memory" 2>"$folder/noise"
