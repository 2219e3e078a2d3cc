#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Words that are forbidden in the code (words.rules), but for the counted exceptions of the tree's
# own tests/lint/words.allow: "count rule path". A count that is too high is a finding too.
. "$(dirname "$0")/tree.sh"

tree_files '*.c' '*.h' | xargs awk -f "$here/code.awk" /dev/null >"$scratch/code"

sed -n 's/[ \t]*# .*//; /^[^#]/p' "$here/words.rules" | while read -r rule paths pattern; do
	bounded=$(printf '%s\n' "$pattern" | sed 's/^B/(^|[^A-Za-z0-9_])/')
	PATHS=$paths PATTERN=$bounded awk -v rule="$rule" '
		{
			match($0, /^[^:]*:[^:]*:/)
			where = substr($0, 1, RLENGTH)
			code = substr($0, RLENGTH + 1)
			path = where
			sub(/:.*/, "", path)
			if (path ~ ENVIRON["PATHS"] && code ~ ENVIRON["PATTERN"])
				print rule, path, where code
		}' "$scratch/code"
done >"$scratch/hits"

touch "$scratch/allow"
if [ -f tests/lint/words.allow ]; then
	grep -v -e '^#' -e '^$' tests/lint/words.allow >"$scratch/allow" || true
fi
awk '
	FILENAME == allow {
		allowed[$2 " " $3] = $1
		next
	}
	{
		key = $1 " " $2
		count[key]++
		line = $0
		sub(/^[^ ]* [^ ]* /, "", line)
		lines[key] = lines[key] line " (" $1 ")\n"
	}
	END {
		for (key in count) {
			if (count[key] > allowed[key])
				printf "%s", lines[key]
		}
		for (key in allowed) {
			if (count[key] + 0 < allowed[key])
				print "tests/lint/words.allow: " key ": " allowed[key] \
					" allowed, but " count[key] + 0 " there"
		}
	}' allow="$scratch/allow" "$scratch/allow" "$scratch/hits" >>"$scratch/found"
finish
