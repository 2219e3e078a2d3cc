#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The whole tree is as clang-format 14 writes it; other versions differ in small things.
. "$(dirname "$0")/tree.sh"

formatter=
for name in clang-format-14 clang-format; do
	if "$name" --version 2>/dev/null | grep -q 'version 14\.'; then
		formatter=$name
		break
	fi
done
[ -n "$formatter" ] || skip "clang-format 14 is not installed"

tree_files '*.c' '*.h' | xargs "$formatter" --dry-run -Werror --style=file 2>&1 |
	grep 'error:' >>"$scratch/found" || true
finish
