#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Each source begins with its licence: C on line 1, a script on line 2.
. "$(dirname "$0")/tree.sh"

name='SPDX-License-Identifier: BSD-2-Clause'
for file in $(tree_files '*.c' '*.h'); do
	if [ "$(sed -n 1p "$file")" != "/* $name */" ]; then
		echo "$file:1: wants /* $name */" >>"$scratch/found"
	fi
done
for file in $(tree_files '*'); do
	case $file in
	*.sh) ;;
	*) [ "$(head -c 2 "$file" | tr -d '\0')" = '#!' ] || continue ;;
	esac
	if [ "$(sed -n 2p "$file")" != "# $name" ]; then
		echo "$file:2: wants # $name" >>"$scratch/found"
	fi
done
finish
