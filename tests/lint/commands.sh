#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# commands.sh FOLDER QUORATE
#
# Whatever a message, a page or a script tells people to run must exist: each "quorate WORD WORD" in
# the sources' texts, and in the code of the README and the procedures, is looked up in the program.
# And who copies a line from a message can type it as it stands: where the command wants --by, a text
# that gives it arguments gives it that, too.
set -u

folder=${1:?}
quorate=${2:?}
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
	exists "$command" || {
		echo "there is no command 'quorate $command', but a text names it"
		status=1
	}
done

# FILE: COMMAND ARGUMENTS for each line in the texts. A literal is joined over its lines first; a text
# ends with its quotation, unless that is of an argument.
lines() {
	find "$folder" -path "$folder/tests" -prune -o -name "*.c" -print | while read -r file; do
		awk -v file="${file#"$folder/"}" '
			{ text = text $0 "\n" }
			END {
				gsub(/\\"/, "\\q", text)
				gsub(/"[ \t\n]*(PRI[a-z0-9]+[ \t\n]*)?"/, "", text)
				gsub(/\\n--/, " --", text)
				while (match(text, /quorate [a-z]+( [a-z][a-z-]*)?( \047[^\047\n]*\047|[^\047"`\n])*/)) {
					line = substr(text, RSTART, RLENGTH)
					text = substr(text, RSTART + RLENGTH)
					sub(/\\n.*/, "", line)
					sub(/^quorate /, "", line)
					print file ": " line
				}
			}' "$file"
	done
}

# Those of a form that asks nobody who they are, and prose that goes on after the command's name.
without_by() {
	lines | grep -E '^[^:]*: [a-z]+( [a-z-]+)? +(%|[A-Z<]|--|[a-z0-9/-]+ --)' |
		grep -vE -e ' --by|--plan|--answer' |
		sed -E 's/^([^:]*): ([a-z]+( [a-z][a-z-]*)?).*/\1 \2/' | sort -u
}

without_by >"${TMPDIR:-/tmp}/without_by.$$"
while read -r file command; do
	# The group alone takes words that are no command: `quorate health root`.
	"$quorate" help ${command} 2>/dev/null | grep -q '^      --by' || continue
	echo "$file: 'quorate $command' is not a line to type: it wants --by NAME"
	status=1
done <"${TMPDIR:-/tmp}/without_by.$$"
rm -f "${TMPDIR:-/tmp}/without_by.$$"
exit $status
