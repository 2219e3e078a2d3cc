#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# An attendant that plays the conversation of docs/formats/attendant.md ($ATTENDANT_PAGE): whatever it
# is asked must be the page's next line. A difference is answered with an end of file, and told.
page=${ATTENDANT_PAGE:?}
exec 3<&0
sed -n '/^## A conversation/,$ { /^[<>] /p; }' "$page" | while IFS= read -r line; do
	case $line in
	'> '*)
		IFS= read -r asked <&3 || exit 1
		if [ "$asked" != "${line#> }" ]; then
			echo "asked:  $asked" >&2
			echo "wanted: ${line#> }" >&2
			exit 1
		fi
		;;
	'< '*) printf '%s\n' "${line#< }" ;;
	esac
done
