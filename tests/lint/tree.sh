#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sourced by the checks. Each takes the root of a tree, says nothing when all is well, and else
# prints one line for each finding and exits 1; 77 means that a tool it needs is not there.
set -eu
export LC_ALL=C

here=$(dirname "$0")
cd "${1:?usage: $0 ROOT}"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

# The files of the tree whose names match one of the patterns, without what a build made. From git
# where the tree is a clone of its own; a tarball has none.
tree_files() {
	if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$(pwd -P)" ]; then
		git ls-files --cached --others --exclude-standard -- "$@" | sort -u
	else
		find . -name .git -prune -o -type d -exec test -e '{}/build.ninja' ';' -prune -o \
			-type f -print | sed 's|^\./||' | sort >"$scratch/all"
		for pattern in "$@"; do
			# shellcheck disable=SC2254 # it is a pattern
			while read -r file; do
				case ${file##*/} in $pattern) echo "$file" ;; esac
			done <"$scratch/all"
		done
	fi | while read -r file; do
		if [ -f "$file" ]; then echo "$file"; fi
	done
}

# Skips the check with a word about what is missing.
skip() {
	echo "skipped: $*"
	exit 77
}

# Ends the check: with what it found, if anything.
finish() {
	if [ -s "$scratch/found" ]; then
		sort -u "$scratch/found"
		exit 1
	fi
	exit 0
}
: >"$scratch/found"
