#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every command and option of the table is in its man page, and nothing else is; pages have their
# sections and render without a warning. Usage: man.sh ROOT QUORATE [PAGE]
set -eu
export LC_ALL=C

root=${1:?usage: $0 ROOT QUORATE}
quorate=${2:?usage: $0 ROOT QUORATE}
only=${3:-*.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

finding() {
	printf '%s\n' "$*"
	: >"$work/found"
}

# "card enrol", "init", a line each
commands() {
	"$quorate" help | sed -n 's/^  \([a-z][a-z -]*[a-z]\)   *[A-Z].*/\1/p'
}

# Where a command's page is: with its noun, and the small ones with the program.
page_of() {
	case $1 in
	help | completion) echo quorate.1 ;;
	*) echo "quorate-${1%% *}.1" ;;
	esac
}

# The options that the program says a command takes.
options_of() {
	# shellcheck disable=SC2086 # one word or two
	"$quorate" help $1 | sed -n 's/^  [ -][^-]*--\([a-z][a-z0-9-]*\).*/\1/p' | sort -u
}

# options_in PAGE SUBSECTION: those that it has as items.
options_in() {
	awk -v wanted=".Ss $2" '
		/^\.S[hs] / { inside = $0 == wanted }
		inside && /^\.It / {
			for (i = 2; i < NF; i++)
				if ($i == "Fl" && $(i + 1) ~ /^-./)
					print substr($(i + 1), 2)
		}' "$root/man/$1" | sort -u
}

# The options of the line that says how to use a command.
used_by() {
	# shellcheck disable=SC2086 # one word or two
	"$quorate" help $1 | sed '/^$/q; /^[A-Z]/q' | grep -v '^[A-Z]' | grep -o -- '--[a-z][a-z0-9-]*' |
		sed 's/^--//' | sort -u
}

# synopsis_in PAGE COMMAND: the options that its synopsis has.
synopsis_in() {
	awk -v wanted=".Nm quorate $2" '
		/^\.Sh / { synopsis = $0 == ".Sh SYNOPSIS" }
		/^\.Nm / { inside = synopsis && $0 == wanted }
		inside {
			for (i = 1; i <= NF; i++)
				if ($i ~ /^\.?Fl$/ && $(i + 1) ~ /^-./)
					print substr($(i + 1), 2)
		}' "$root/man/$1" | sort -u
}

check_command() {
	page=$(page_of "$1")
	# shellcheck disable=SC2254 # it is a pattern
	case $page in $only) ;; *) return ;; esac
	[ -f "$root/man/$page" ] || { finding "man/$page: missing, for 'quorate $1'" && return; }
	options_of "$1" >"$work/table"
	options_in "$page" "quorate $1" >"$work/own"
	options_in "$page" 'Common options' | sort -u - "$work/own" >"$work/page"
	grep -qx ".Ss quorate $1" "$root/man/$page" || finding "man/$page: no subsection 'quorate $1'"
	comm -23 "$work/table" "$work/page" | while read -r option; do
		finding "man/$page: 'quorate $1' takes --$option, which is not there"
	done
	comm -13 "$work/table" "$work/own" | while read -r option; do
		finding "man/$page: 'quorate $1' takes no --$option"
	done
	cat "$work/table" >>"$work/taken.$page"
	synopsis_in "$page" "$1" >"$work/synopsis"
	used_by "$1" | comm -23 - "$work/synopsis" | while read -r option; do
		finding "man/$page: 'quorate $1' takes --$option, which its synopsis has not"
	done
}

# What a page has that no command has.
check_page() {
	page=$1
	[ -f "$work/taken.$page" ] || { finding "man/$page: no command is of this page" && return; }
	sed -n 's/^\.Ss quorate //p' "$root/man/$page" | sort >"$work/described"
	comm -23 "$work/described" "$work/commands" | while read -r command; do
		finding "man/$page: there is no 'quorate $command'"
	done
	sort -u "$work/taken.$page" >"$work/table"
	options_in "$page" 'Common options' | comm -13 "$work/table" - | while read -r option; do
		finding "man/$page: no command of it takes --$option"
	done
	for section in NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' EXAMPLES SECURITY; do
		grep -qx "\.Sh $section" "$root/man/$page" || finding "man/$page: no section $section"
	done
}

check_any() {
	page=$1
	grep -q "'$page'" "$root/man/meson.build" || finding "man/$page: not installed"
	groff -mandoc -Tutf8 -ww -z "$root/man/$page" >"$work/warnings" 2>&1 || true
	[ ! -s "$work/warnings" ] || finding "man/$page: $(cat "$work/warnings")"
}

commands | sort >"$work/commands"
[ -s "$work/commands" ] || finding "'quorate help' lists no command"
while read -r command; do
	check_command "$command"
done <"$work/commands"
for path in "$root"/man/$only; do
	page=${path##*/}
	case $page in
	quorate-robot.1 | virtual-card.1) ;; # programs of their own
	*) check_page "$page" ;;
	esac
	check_any "$page"
done
[ ! -e "$work/found" ]
