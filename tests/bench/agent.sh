#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# agent.sh PROGRAMS CLIENT-MODULE RATE
#
# Signatures a second through the agent, against SoftHSM in the application's own process and
# against `p11-kit server` with the same token, in one run.
set -eu

rate=$3
here=$(cd "$(dirname "$0")/../softhsm/agent" && pwd)
# shellcheck source=tests/softhsm/agent/token.sh
. "$here/token.sh"

seconds=2
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

line() {
	printf '%-10s %7s  %-22s %12s %14s %9s\n' "$@"
}

line key clients way signatures/s 'median, us' ratio
for key in p256 root-ca; do
	for clients in 1 16; do
		base=
		for way in directly through_agent through_server; do
			figures=$($way $key $clients 2>"$folder/noise") || figures='- -'
			persecond=${figures% *}
			: "${base:=$persecond}"
			line $key $clients "$(echo $way | tr _ ' ')" "$persecond" "${figures#* }" \
				"$(echo "$persecond $base" | awk '{ printf "%.2f", $1 / $2 }')"
		done
	done
done
