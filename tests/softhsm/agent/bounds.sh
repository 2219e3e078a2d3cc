#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# bounds.sh PROGRAMS CLIENT-MODULE
#
# What ends an activation or keeps it from beginning, and how often it may be used.
# shellcheck source=tests/softhsm/agent/token.sh
. "$(dirname "$0")/token.sh"

wrong_pin() {
	printf 'not the pin\n' | "$programs/hold" --token "$token" --folder "$folder/run" -- true
}

after_the_end_nothing_signs() {
	hold -- sh -euc 'echo "$P11_KIT_SERVER_ADDRESS" >"$folder/address"'
	P11_KIT_SERVER_ADDRESS=$(cat "$folder/address")
	export P11_KIT_SERVER_ADDRESS
	! "$programs/client" "$client_module" sign
}

no_socket_is_left() {
	! find "$folder/run" -name '*.sock' | grep .
}

a_killed_agent_leaves_a_socket_that_the_next_one_clears() {
	hold_says '^ended: fault' 125 -- sh -euc "$find_agent kill -KILL \$agent; sleep 20" || return 1
	find "$folder/run" -name '*.sock' | grep . || return 1
	hold -- true && no_socket_is_left
}

holds 'the status is the status of the command' hold_says '^ended: command' 7 -- sh -c 'exit 7'
holds 'a wrong PIN is refused with words' sh -c \
	'printf "not the pin\n" | "$programs/hold" --token "$token" -- true 2>&1 | grep "refused"'
gives 125 'with a wrong PIN no command runs' wrong_pin
holds 'the right PIN still works' hold -- true
holds 'a key that is not there is named' \
	hold_says 'no private key label:typo' 125 --key label:typo -- true
holds 'a token that is not there is refused' \
	hold_says '^failed:' 125 --token pkcs11:token=elsewhere -- true
holds 'after its command nothing signs' after_the_end_nothing_signs
holds 'after its command no socket is left' no_socket_is_left
holds 'SIGTERM ends it, and the command with it' \
	hold_says '^ended: signal: signal TERM' 125 -- sh -euc "$find_agent kill \$agent; sleep 20"
holds 'its time ends it' hold_says '^ended: time' 125 --for-ms 700 -- sleep 20
holds 'a killed agent leaves a socket that the next one clears' \
	a_killed_agent_leaves_a_socket_that_the_next_one_clears
holds 'of fifty clients at once one makes the only signature' \
	hold_says '^made 1, refused 49, failed 0' 0 --max-uses 1 -- \
	"$programs/client" "$client_module" storm 50
holds 'uses are counted' \
	hold_says '; uses 3$' 0 -- sh -euc \
	'for i in 1 2 3; do "$programs/client" "$client_module" sign; done'
holds 'a use too many fails' hold_says '^C_Sign: 0x200' 1 --max-uses 1 -- sh -euc \
	'"$programs/client" "$client_module" sign; "$programs/client" "$client_module" sign'

on_token --keypairgen --key-type EC:secp384r1 --label careful --id 02 --always-auth \
	>"$folder/setup"
holds 'a key that wants its PIN before each use is left out' \
	hold_says "left out, because they want their PIN before each use: 'careful'" 0 -- true
holds 'a key that wants its PIN before each use is refused when it is pinned' \
	hold_says "'careful' wants its PIN before each use" 125 --key id:02 -- true
holds 'only the pinned key is visible' sh -euc '
	"$programs/hold" --token "$token" --folder "$folder/run" --key id:01 -- \
		pkcs11-tool --module "$client_module" --list-objects <"$folder/pin" >"$folder/objects"
	grep root-ca "$folder/objects" && ! grep careful "$folder/objects"'

conclude
