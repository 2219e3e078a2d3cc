# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# docs/verify-by-hand.md, followed literally: its boxes, in bash with coreutils and openssl alone.
# Sourced with $here set.

# shellcheck disable=SC2154 # here is set by who sources this
# part roster|ceremony: of the page.
part() {
	case $1 in
	roster) sed '/^# A ceremony/,$d' "$here/../../docs/verify-by-hand.md" ;;
	ceremony) sed -n '/^# A ceremony/,$p' "$here/../../docs/verify-by-hand.md" ;;
	esac
}
boxes() {
	part "$1" | sed -n '/^```sh$/,/^```$/p' | grep -v '^```'
}
outputs() {
	part "$1" | sed -n '/^```output$/,/^```$/p' | grep -v '^```'
}
# by_hand: in the folder "room", whose file "boxes" has them.
by_hand() (
	cd room || exit
	env -i HOME="$HOME" PATH=/usr/bin:/bin bash boxes
)
# Each line of the page's outputs is in what was said; "..." is anything.
says_what_the_page_says() {
	outputs "$1" | sed 's/[][\.*^$]/\\&/g; s/\\\.\\\.\\\./.*/g' | while IFS= read -r line; do
		grep -q "^$line\$" said || { echo "not said: $line" && exit 1; }
	done
}
