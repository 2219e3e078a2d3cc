#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# installed.sh BUILD-FOLDER STORY
#
# What `meson install` gives works from where it lies, and gives the machine's own pcscd nothing.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/tap.sh
. "$here/tap.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

install_it() {
	DESTDIR=$folder meson install -C "$1" --no-rebuild --quiet
}

holds 'it can be installed' install_it "$1"
quorate=$(find "$folder" -type f -path '*/bin/quorate')
prefix=${quorate%/bin/quorate}

from_the_build_folder() {
	# shellcheck disable=SC2016
	"$quorate" sandbox -- sh -c 'for name in quorate quorate-agent virtual-card quorate-robot; do
		command -v "$name"
	done' | grep -v "^$folder/"
}
find_in() {
	find "$folder" -path "$1" | grep .
}

# What does not lie in the places where it belongs.
elsewhere() {
	find "$folder" ! -type d ! -path "$prefix/bin/quorate" ! -path "$prefix/libexec/quorate/*" \
		! -path "$prefix/share/*" ! -path "$prefix/lib/systemd/system/quorate-*" \
		! -path "$prefix/lib/*.d/quorate.conf" | grep .
}
completes() {
	bash -euc '. "$1"
		COMP_WORDS=(quorate token in)
		COMP_CWORD=2
		_quorate
		test "${COMPREPLY[*]}" = "info init"' completing "$prefix/share/bash-completion/completions/quorate"
}

holds 'the command is there' test -x "$quorate"
gives 1 'nothing lies outside its folders' elsewhere
holds 'bash completes its words' completes
holds 'a ceremony begins from an installed template' \
	"$quorate" ceremony new root-key-generation "$folder/ceremony"
holds 'the story begins with what was installed' \
	"$quorate" sandbox -- "$2" people enrol create key
gives 1 'every program inside is the installed one' from_the_build_folder
gives 1 'no reader entry comes with the driver' find_in '*reader.conf*'
gives 1 'and the driver is not where pcscd looks' find_in '*/pcsc/drivers/*'

conclude
