#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Each source begins with its licence: on line 1, or behind #! on line 2.
. "$(dirname "$0")/tree.sh"

name='SPDX-License-Identifier: BSD-2-Clause'
for file in $(tree_files '*.c' '*.h'); do
	if [ "$(sed -n 1p "$file")" != "/* $name */" ]; then
		echo "$file:1: wants /* $name */" >>"$scratch/found"
	fi
done
for file in $(tree_files '*'); do
	line=1
	case $(head -c 2 "$file" | tr -d '\0'),$file in
	'#!',*) line=2 ;;
	*.sh) ;;
	*) continue ;;
	esac
	if [ "$(sed -n ${line}p "$file")" != "# $name" ]; then
		echo "$file:$line: wants # $name" >>"$scratch/found"
	fi
done
finish
