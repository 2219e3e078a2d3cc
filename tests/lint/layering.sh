#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Includes name their folder and point the way that the table allows.
. "$(dirname "$0")/tree.sh"

tree_files '*.c' '*.h' >"$scratch/files"
# "file:line:opening:name" of each include
xargs awk '
	/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
		name = $0
		sub(/^[ \t]*#[ \t]*include[ \t]*/, "", name)
		opening = substr(name, 1, 1)
		name = substr(name, 2)
		sub(/[>"].*/, "", name)
		print FILENAME ":" FNR ":" opening ":" name
	}' /dev/null <"$scratch/files" >"$scratch/includes"

awk -F: '
	FILENAME == layers {
		count = split($0, word, " ")
		if (count == 0 || word[1] ~ /^#/)
			next
		known[word[1]] = 1
		for (i = 2; i <= count; i++)
			allowed[word[1], word[i]] = 1
		next
	}
	$3 == "\"" {
		from = $1
		to = $4
		where = $1 ":" $2 ": "
		if (to !~ /\// || to ~ /\.\./) {
			print where "\"" to "\" does not name its folder"
			next
		}
		sub(/\/.*/, "", from)
		sub(/\/.*/, "", to)
		if (!(from in known))
			print where "folder " from "/ is not in tests/lint/layers"
		else if (!((from, to) in allowed))
			print where from "/ may not include " to "/"
	}' layers="$here/layers" "$here/layers" "$scratch/includes" >>"$scratch/found"

grep -v '^#' "$here/outside-headers" | while read -r pattern folders; do
	while IFS=: read -r file line opening name; do
		# shellcheck disable=SC2254 # it is a pattern
		case $opening$name in "<"$pattern) ;; *) continue ;; esac
		for folder in $folders; do
			case $file in "$folder" | "$folder"/*) continue 2 ;; esac
		done
		echo "$file:$line: <$name> is for $folders alone" >>"$scratch/found"
	done <"$scratch/includes"
done
finish
