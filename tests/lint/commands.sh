#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# commands.sh FOLDER QUORATE
#
# Whatever a message, a page or a script tells people to run must exist: each "quorate WORD WORD" in
# the sources' texts, and in the code of the README and the procedures, is looked up in the program.
# Commands that are still to come are listed here; a reason of `quorate health` may name them before.
set -u

folder=${1:?}
quorate=${2:?}
later=',quorum adopt,token copy,'
status=0

named() {
	for part in cli custody hsm pcsc quorum roster agent; do
		[ ! -d "$folder/$part" ] ||
			grep -hoE "['\"]quorate [a-z]+( [a-z][a-z-]*)?" -r --include='*.c' "$folder/$part"
	done | sed "s/^['\"]quorate //"
	for page in "$folder"/README.md "$folder"/docs/procedures/*.md; do
		[ ! -f "$page" ] ||
			sed -n 's/^    \(sudo \)*quorate \([a-z]*\( [a-z][a-z-]*\)*\).*/\2/p' "$page" |
			cut -d ' ' -f 1,2
	done
}

# Two words that are a command or begin with one of a single word; or a group's name alone.
exists() {
	"$quorate" help "${1%% *}" "${1#* }" >/dev/null 2>&1 ||
		"$quorate" help "${1%% *}" 2>/dev/null | head -n 1 | grep -q '^usage:' ||
		{ [ "$1" = "${1%% *}" ] && "$quorate" help "$1" >/dev/null 2>&1; }
}

for word in $(named | tr ' ' '+' | sort -u); do
	command=$(printf %s "$word" | tr '+' ' ')
	case $later in *",$command,"*) continue ;; esac
	exists "$command" || {
		echo "there is no command 'quorate $command', but a text names it"
		status=1
	}
done
exit $status
