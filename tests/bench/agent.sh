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

# measure CURVE KEY CLIENTS
measure() {
	for way in through_agent directly through_server; do
		figures=$($way "$2" "$3" 2>"$folder/noise")
		echo "sign-$1-$3 $(whose $way) ${figures% *}"
	done
}

measure p384 root-ca 1
measure p384 root-ca 16
measure p256 p256 1
