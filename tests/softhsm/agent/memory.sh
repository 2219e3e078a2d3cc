#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# memory.sh PROGRAMS CLIENT-MODULE
#
# Neither the PIN nor a part of it is in the agent's memory after the login and after a signature;
# a planted copy is found by the same search. Root alone can look.
# shellcheck source=tests/softhsm/agent/token.sh
. "$(dirname "$0")/token.sh"

search="$find_agent"'
	"$programs/client" "$client_module" sign
	"$programs/memory" "$agent" <"$folder/needle"'

not_there() {
	printf '%s\n' "$1" >"$folder/needle"
	hold_says '^found 0 times' 0 -- sh -euc "$search"
}

planted() {
	printf '%s\n' "$1" >"$folder/needle"
	hold_says '^found [1-9]' 0 --purpose "to sign $pin" -- sh -euc "$search"
}

if [ "$(id -u)" = 0 ]; then
	holds 'the PIN is not in memory' not_there "$pin"
	holds 'its first half is not in memory' not_there "$(printf %.16s "$pin")"
	holds 'a planted copy is found' planted "$pin"
	holds 'its first half is found in the planted copy' planted "$(printf %.16s "$pin")"
else
	holds 'its own user cannot read its memory' hold -- sh -euc "$find_agent"'
		! "$programs/memory" "$agent" <"$folder/pin"'
fi

conclude
