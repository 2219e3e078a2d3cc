#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Each header compiles alone, and twice, with each compiler that is there.
. "$(dirname "$0")/tree.sh"

flags=$(pkg-config --cflags libcrypto jansson libpcsclite sqlite3 p11-kit-1 pangocairo cmocka \
	2>/dev/null) || flags=
compilers=
for compiler in gcc clang; do
	if command -v "$compiler" >/dev/null; then compilers="$compilers $compiler"; fi
done
[ -n "$compilers" ] || skip "neither gcc nor clang is installed"

for header in $(tree_files '*.h'); do
	for compiler in $compilers; do
		# shellcheck disable=SC2086 # several flags
		if ! "$compiler" -fsyntax-only -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Wpedantic \
			-Werror -I. $flags -include "$header" -include "$header" -x c /dev/null \
			2>"$scratch/errors"; then
			sed "s|^|$header ($compiler): |" "$scratch/errors" >>"$scratch/found"
		fi
	done
done
finish
