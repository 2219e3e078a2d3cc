#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# clients.sh PROGRAMS CLIENT-MODULE
#
# Clients that are many, hostile, or not allowed at all.
# shellcheck source=tests/softhsm/agent/token.sh
. "$(dirname "$0")/token.sh"

# hold_through HEX: a client sends this and is cut, and another signs before and after.
hold_through() {
	hold -- sh -euc "$find_agent"'
		"$programs/client" "$client_module" sign
		"$programs/client" "$address" send "$0"
		"$programs/client" "$client_module" sign' "$1"
}

# as_user UID: a client of that user; the token is held for user 4242.
as_user() {
	chmod 711 "$folder"
	cp "$programs/client" "$folder/client"
	hold --user 4242 -- setpriv --reuid "$1" --regid "$1" --clear-groups \
		"$folder/client" "$client_module" sign
}

same_objects() {
	on_token --list-objects >"$folder/before"
	hold -- "$programs/client" "$client_module" refused || return 1
	on_token --list-objects >"$folder/after"
	cmp "$folder/before" "$folder/after"
}

holds 'a rival cannot use or end what is another client'"'"'s' \
	hold -- "$programs/client" "$client_module" rival
holds 'what the policy refuses is refused, and changes nothing' same_objects
holds 'forty clients sign at once' hold_says '^made 40, refused 0, failed 0' 0 -- \
	"$programs/client" "$client_module" storm 40
holds 'a frame of two gigabytes is cut, others go on' \
	hold_through 0000000001000000007fffffff
holds 'text is cut, others go on' hold_through 00474554202f20485454502f312e310d0a0d0a
holds 'half a frame is cut after a while, others go on' hold_through 000000000100
holds 'room for two gigabytes is cut, others go on' \
	hold_through 00000000100000000000000012000000400000000375667900000000000000017fffffff
holds 'three hundred idle connections end nothing' hold -- sh -euc "$find_agent"'
	"$programs/client" "$address" crowd 300
	sleep 1
	"$programs/client" "$client_module" sign'
if [ "$(id -u)" = 0 ]; then
	holds 'a user that the order names signs' as_user 4242
	gives 1 'another user is turned away' as_user 4243
	gives 1 'even root is turned away when it is not named' \
		hold --user 4242 -- "$programs/client" "$client_module" sign
fi

conclude
