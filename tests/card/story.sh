# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# For the story_*.sh scripts, which give quorate's commands as people do, in a sandbox with its
# robot. Sourced with the script's arguments, as inside.sh, and with $here set.

# shellcheck source=tests/card/inside.sh disable=SC2154 # here is set by who sources this
. "$here/inside.sh"
# shellcheck source=tests/card/tap.sh
. "$here/tap.sh"

# Where story_attendant.sh writes down what it is asked.
STORY_ASKED=$scratch/asked
export STORY_ASKED

# meets STATUS WORDS COMMAND...: the command ends with that status, and each line of WORDS is
# somewhere in what it says. What it says is printed, for `gives` to show.
meets() {
	wanted_status=$1
	words=$2
	shift 2
	status=0
	"$@" >said 2>&1 </dev/null || status=$?
	cat said
	if [ "$status" != "$wanted_status" ]; then
		echo "exit status $status, not $wanted_status"
		return 1
	fi
	all_in said "$words" || return 1
}

# all_in FILE WORDS: each line of them is part of a line of the file.
all_in() {
	printf '%s\n' "$2" | while IFS= read -r line; do
		grep -qF -e "$line" "$1" || { echo "not there: $line" && exit 1; }
	done
}

# told STATUS SENTENCE WORDS COMMAND...: one check, that `meets` makes.
told() {
	told_status=$1
	sentence=$2
	words=$3
	shift 3
	holds "$sentence" meets "$told_status" "$words" "$@"
}

# asks WORDS: each line of them was part of a question since the last recorded command began.
asks() {
	all_in "$STORY_ASKED" "$1" || return 1
}

# recorded COMMAND...: with an attendant that writes down what it is asked. The rules are the
# robot's.
recorded() {
	rm -f "$STORY_ASKED"
	QUORATE_ATTENDANT=$here/story_attendant.sh "$@"
}

# robot RULES COMMAND...
robot() {
	rules=$1
	shift
	QUORATE_ROBOT=$rules "$@"
}

# The practice PIN on the card with the serial number FFFE:0000000$1.
pin_of() {
	quorate-robot --pin card "FFFE:0000000$1"
}

# founds NAME...: a practice roster of ann, and these custodians.
founds() {
	quorate init --practice --by ann
	for name in "$@"; do
		quorate person add "$name" --role custodian --by ann
	done
}

# enrols QUORUM NAME...
enrols() {
	quorum=$1
	shift
	for name in "$@"; do
		quorate card enrol --custodian "$name" --quorum "$quorum" --by ann
	done
}

# creates QUORUM M NAME,NAME,... [OPTION...]: its fresh token is bound as QUORUM-ca.
creates() {
	quorum=$1
	threshold=$2
	names=$3
	shift 3
	quorate quorum create "$quorum" -m "$threshold" --custodian "$names" --name "$quorum-ca" \
		--by ann "$@"
}

# mounting SCRIPT [$0]: runs it where it may mount, also by a user.
mounting() {
	map=
	[ "$(id -u)" = 0 ] || map='--user --map-root-user'
	# shellcheck disable=SC2086 # two words, or none
	unshare $map --mount sh -euc "$@"
}

empties_readers() {
	virtual-card list | sed -n 's/ .* Sandbox .*//p' | while read -r name; do
		virtual-card eject "$name"
	done
	soon are_seen 0
}

roster_verifies() {
	quorate roster verify
}

# Unmodified programs reach an activated HSM through this module.
p11_client() {
	for module in /usr/lib/*/pkcs11/p11-kit-client.so /usr/lib/pkcs11/p11-kit-client.so; do
		[ -e "$module" ] && echo "$module" && return
	done
	echo p11-kit-client.so
}
softhsm_module() {
	for module in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so; do
		[ -e "$module" ] && echo "$module" && return
	done
	echo libsofthsm2.so
}
