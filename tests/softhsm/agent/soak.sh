#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# soak.sh PROGRAMS CLIENT-MODULE SIGNATURES
#
# Sixteen clients sign and are killed at random; then the agent is killed among them. Each signature
# that a client saw is recorded, each record is of something that was asked for, none is there
# twice, and of what was recorded only those answers are missing that somebody was killed before.
# shellcheck source=tests/softhsm/agent/token.sh
. "$(dirname "$0")/token.sh"

clients=16
export signatures="$3" clients asked="$folder/asked" seen="$folder/seen"
soak='"$programs/soak" "$client_module" "$signatures" "$clients" "$asked" "$seen"'

fresh() {
	rm -rf "$folder/state" "$asked"
	: >"$seen"
}

# What the record says was made, sorted.
recorded() {
	cat "$folder"/state/activations/test/*.uses >"$folder/lines"
	sed -n 's/.*"result":"made","signed":"raw:\([0-9a-f]*\)".*/\1/p' "$folder/lines" | sort \
		>"$folder/recorded"
	sort "$asked" >"$folder/asked.sorted"
	sort "$seen" >"$folder/seen.sorted"
}

nothing_in() {
	! grep -q . "$1" || {
		echo "$2: $(wc -l <"$1")"
		return 1
	}
}

# agrees LOST: at most so many answers were recorded and seen by nobody.
agrees() {
	recorded
	uniq -d "$folder/recorded" >"$folder/twice"
	comm -23 "$folder/seen.sorted" "$folder/recorded" >"$folder/unrecorded"
	comm -13 "$folder/asked.sorted" "$folder/recorded" >"$folder/unasked"
	comm -13 "$folder/seen.sorted" "$folder/recorded" >"$folder/unseen"
	echo "recorded $(wc -l <"$folder/recorded"), seen $(wc -l <"$seen")," \
		"recorded and seen by nobody $(wc -l <"$folder/unseen") of at most $1"
	nothing_in "$folder/twice" 'recorded twice' &&
		nothing_in "$folder/unrecorded" 'answered and not recorded' &&
		nothing_in "$folder/unasked" 'recorded and not asked for' &&
		[ "$(wc -l <"$folder/unseen")" -le "$1" ]
}

killed() {
	sed -n 's/^killed \([0-9]*\),.*/\1/p' "$folder/said"
}

clients_are_killed() {
	fresh
	hold_says '^killed [1-9]' 0 -- sh -euc "$soak" || return 1
	[ "$(wc -l <"$seen")" -ge "$signatures" ] && agrees "$(killed)"
}

agent_is_killed() {
	fresh
	# What holds the token open tells its command to end, which has more to say.
	hold_says '^killed [0-9]' 125 -- sh -uc "trap : TERM; $find_agent
		$soak &
		soak=\$!
		while kill -0 \$soak && [ \$(wc -l <\$seen) -lt \$((signatures / 3)) ]; do sleep 0.1; done
		kill -KILL \$agent
		wait \$soak
		wait \$soak" || return 1
	! grep '"kind":"end"' "$folder"/state/activations/test/*.uses || return 1
	# Of each client that had asked, the answer may have died with the agent.
	agrees $(($(killed) + clients))
}

holds "$signatures signatures, and clients that are killed" clients_are_killed
holds 'the agent is killed among them' agent_is_killed

conclude
