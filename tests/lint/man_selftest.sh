#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# man.sh says nothing about the pages as they are, and finds what is planted in them. Usage:
# man_selftest.sh ROOT QUORATE
set -eu
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
root=${1:?usage: $0 ROOT QUORATE}
quorate=${2:?usage: $0 ROOT QUORATE}
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
trap 'exit 1' HUP INT TERM

# finds WORDS SED-EXPRESSION FILE [PAGE]: in FILE, and PAGE is looked at.
finds() {
	rm -rf "$tree/man"
	cp -r "$root/man" "$tree/man"
	sed -i "$2" "$tree/man/$3"
	if sh "$here/man.sh" "$tree" "$quorate" "${4:-$3}" >"$tree/said"; then
		echo "nothing was found after: $2"
		exit 1
	fi
	grep -q -- "$1" "$tree/said" || {
		echo "not said: $1"
		cat "$tree/said"
		exit 1
	}
}

sh "$here/man.sh" "$root" "$quorate" quorate-card.1
finds "'quorate card enrol' takes --erase, which is not there" '/^.It Fl -erase/d' quorate-card.1
finds "'quorate card enrol' takes no --eraze" 's/^.It Fl -erase/.It Fl -eraze/' quorate-card.1
finds "no subsection 'quorate card list'" '/^.Ss quorate card list/d' quorate-card.1
finds "there is no 'quorate card lost'" 's/^.Ss quorate card list/.Ss quorate card lost/' \
	quorate-card.1
finds "'quorate card enrol' takes --erase, which its synopsis has not" '/^.Op Fl -erase/d' quorate-card.1
finds 'no command of it takes --frobnicate' 's/^.It Fl -json/.It Fl -frobnicate/' quorate-card.1
finds 'no section SECURITY' '/^.Sh SECURITY/d' quorate-health.1
finds 'quorate-health.1: ' 's/^.Nm quorate-health/.Zz &/' quorate-health.1
finds 'quorate-key.1: not installed' "s/'quorate-key.1',//" meson.build \
	quorate-key.1
