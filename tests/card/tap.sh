# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# For test scripts: each check is a sentence about behaviour, printed as a line of TAP. What a check
# printed is shown only when it does not hold.

checks=0
failures=0

# gives STATUS SENTENCE COMMAND...: the command must end with that status.
gives() {
	wanted=$1
	sentence=$2
	shift 2
	checks=$((checks + 1))
	# Not with "||", which would let a function go on after a command of it failed.
	set +e
	shown=$(
		set -e
		"$@" 2>&1 </dev/null
	)
	status=$?
	set -e
	if [ "$status" = "$wanted" ]; then
		printf 'ok %d - %s\n' "$checks" "$sentence"
	else
		failures=$((failures + 1))
		printf 'not ok %d - %s\n' "$checks" "$sentence"
		printf '%s\n' "$shown" | tail -n 40 | sed 's/^/# /'
		printf '# exit status %s, not %s\n' "$status" "$wanted"
	fi
}

# holds SENTENCE COMMAND...
holds() {
	gives 0 "$@"
}

# skips SENTENCE WHY: what cannot be checked here.
skips() {
	checks=$((checks + 1))
	printf 'ok %d - %s # SKIP %s\n' "$checks" "$1" "$2"
}

# fails COMMAND...: for the middle of a function, where "! COMMAND" would go unheard.
fails() {
	if "$@"; then
		return 1
	fi
}

# Each test script ends with this.
conclude() {
	printf '1..%d\n' "$checks"
	[ "$failures" = 0 ]
}
