#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# No function over 60 lines outside of tests, no file over 800 but for tables of words.
. "$(dirname "$0")/tree.sh"

for file in $(tree_files '*.c' '*.h' '*.sh'); do
	case $file in *words*.c) continue ;; esac
	lines=$(wc -l <"$file")
	if [ "$lines" -gt 800 ]; then
		echo "$file: $lines lines, more than 800" >>"$scratch/found"
	fi
done
[ ! -s "$scratch/found" ] || finish

ctags --version 2>/dev/null | grep -q 'Universal Ctags' || skip "universal-ctags is not installed"
tree_files '*.c' | grep -v '^tests/' >"$scratch/sources" || true
ctags --languages=C --kinds-C=f --fields=+ne --excmd=number -L "$scratch/sources" -f - |
	awk -F'\t' '
		{
			line = end = 0
			for (i = 4; i <= NF; i++) {
				if ($i ~ /^line:/)
					line = substr($i, 6)
				if ($i ~ /^end:/)
					end = substr($i, 5)
			}
			if (end - line + 1 > 60)
				print $2 ":" line ": " $1 " has " end - line + 1 " lines, more than 60"
		}' >>"$scratch/found"
finish
