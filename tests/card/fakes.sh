#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# fakes.sh FOLDER-OF-PROGRAMS FOLDER-OF-FAKES
#
# The readers without pcscd answer as pcscd does, and points are counted, killed at and failed where
# they are said to be (tests/fakes/points.h). Programs of others are what is tried.
set -eu

# Meson adds the folder of the libraries that a test depends on, and ours would stand in for pcscd's
# everywhere.
unset LD_LIBRARY_PATH

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/inside.sh
. "$here/inside.sh"
# shellcheck source=tests/card/tap.sh
. "$here/tap.sh"

fakes=$2
log=$scratch/points
readers=$scratch/readers

# without_pcscd COMMAND...
without_pcscd() (
	QUORATE_FAKE_CARDS=$readers LD_LIBRARY_PATH=$fakes
	export QUORATE_FAKE_CARDS LD_LIBRARY_PATH
	"$@"
)

# counted PROGRAM NAME=VALUE... COMMAND...: its points go to the log.
counted() {
	rm -f "$log"
	QUORATE_POINTS_PROGRAMS=$1 QUORATE_POINTS_LOG=$log
	export QUORATE_POINTS_PROGRAMS QUORATE_POINTS_LOG
	shift
	env "$@"
}

fresh_readers() {
	rm -rf "$readers"
	mkdir "$readers"
	virtual-card new "$readers/one.card" --serial 1
	ln -s one.card "$readers/reader0"
	: >"$readers/reader1"
}

# put CARD READER: as a hand would, all at once.
put() {
	ln -sf "$1" "$readers/.new"
	mv -T "$readers/.new" "$readers/$2"
}

conversation() {
	opensc-tool --reader 0 --card-driver default \
		--send-apdu 00A4040006D27600012401 --send-apdu 00CA006E00 \
		--send-apdu 00CA004F04 --send-apdu 00C0000000 \
		--send-apdu 0020008206393939393939 --send-apdu 00200082 \
		--send-apdu $verify_user --send-apdu 10DA01030161 --send-apdu 00DA01030162 \
		--send-apdu 00CA010300 \
		--send-apdu 00FF0000
}

agrees_with_pcscd() {
	fresh_readers
	insert card1
	conversation >through-pcscd
	eject card1
	without_pcscd conversation >without
	diff through-pcscd without
}

lists_readers() {
	fresh_readers
	without_pcscd opensc-tool --list-readers >listing
	grep '^0    Yes .* Fake Reader 00 00$' listing
	grep '^1    No .* Fake Reader 01 00$' listing
	rm "$readers/reader1"
	without_pcscd opensc-tool --list-readers >listing
	fails grep 'Fake Reader 01' listing
}

needs_its_folder() {
	rm -rf "$readers"
	without_pcscd opensc-tool --list-readers >listing 2>&1 || true
	fails grep 'Fake Reader' listing
}

sees_an_insertion() {
	fresh_readers
	rm "$readers/reader0"
	: >"$readers/reader0"
	without_pcscd timeout 20 opensc-tool --wait --name >name &
	sleep 0.2
	put one.card reader0
	wait $!
	grep 'OpenPGP card v3.4' name
}

# apdus NAME=VALUE...: a conversation, its APDUs counted. Mostly called by way of is_killed.
# shellcheck disable=SC2120
apdus() {
	counted opensc-tool "$@" QUORATE_FAKE_CARDS="$readers" LD_LIBRARY_PATH="$fakes" \
		opensc-tool --reader 0 --card-driver default --send-apdu $select \
		--send-apdu $verify_user --send-apdu 00DA010303616263
}

last_record() {
	put one.card reader0
	without_pcscd opensc-tool --reader 0 --card-driver default --send-apdu $select \
		--send-apdu $verify_user --send-apdu 00CA010300 | tail -n 1
}

counts_apdus() {
	fresh_readers
	apdus QUORATE_POINTS_FAIL=
	[ "$(grep -c '^apdu [123] before ' "$log")" = 3 ]
	[ "$(grep -c '^apdu [123] after ' "$log")" = 3 ]
	grep '^apdu 2 before 00200082$' "$log"
	fails grep 313233 "$log"
}

is_killed() {
	status=0
	"$@" || status=$?
	[ "$status" = 137 ]
}

kills_before_and_after_an_apdu() {
	fresh_readers
	is_killed apdus QUORATE_POINTS_KILL=apdu:3:before
	last_record | grep 'SW1=0x90, SW2=0x00)$'
	is_killed apdus QUORATE_POINTS_KILL=apdu:3:after
	last_record | grep '^61 62 63'
}

pulls_before_and_after_an_apdu() {
	fresh_readers
	fails apdus QUORATE_POINTS_FAIL=apdu:3:before
	[ ! -s "$readers/reader0" ]
	last_record | grep 'SW1=0x90, SW2=0x00)$'
	fails apdus QUORATE_POINTS_FAIL=apdu:3:after
	[ ! -s "$readers/reader0" ]
	last_record | grep '^61 62 63'
}

counts_only_who_is_named() {
	fresh_readers
	counted quorate QUORATE_FAKE_CARDS="$readers" LD_LIBRARY_PATH="$fakes" opensc-tool \
		--reader 0 --name
	[ ! -e "$log" ]
}

preloaded() {
	program=$1
	shift
	counted "$program" LD_PRELOAD="$fakes/libpoints-writes.so" "$@"
}

counts_what_is_made_durable() {
	echo old >file
	preloaded sync sync file
	grep "^write 1 after fsync $scratch/file$" "$log"
	preloaded truncate truncate --size 1 file
	grep "^write 1 before ftruncate $scratch/file$" "$log"
	preloaded sync sync a.card 2>/dev/null || true
	[ ! -e "$log" ]
}

kills_before_and_after_a_write() {
	echo old >file
	is_killed preloaded truncate QUORATE_POINTS_KILL=write:1:before truncate --size 1 file
	[ "$(cat file)" = old ]
	is_killed preloaded truncate QUORATE_POINTS_KILL=write:1:after truncate --size 1 file
	[ "$(cat file)" = o ]
}

fills_the_disk() {
	fails preloaded sync QUORATE_POINTS_FAIL=write:1 sync file
	head -c 300000 /dev/zero >large
	fails preloaded dd QUORATE_POINTS_FAIL=fill:2 dd if=large of=copy bs=100000 2>said
	grep 'No space left' said
	[ "$(stat --format %s copy)" = 100000 ]
}

module() {
	counted pkcs11-tool QUORATE_P11_REAL=/usr/lib/softhsm/libsofthsm2.so "$@"
}

counts_calls_of_a_token() {
	module pkcs11-tool --module "$fakes/libp11-points.so" --list-slots
	grep '^p11 1 before C_Initialize$' "$log"
	grep 'after C_Finalize$' "$log"
}

fails_a_call_of_a_token() {
	ordinal=$(sed -n 's/^p11 \([0-9]*\) before C_GetSlotInfo$/\1/p' "$log" | head -n 1)
	[ "$ordinal" -gt 0 ]
	module QUORATE_POINTS_FAIL="p11:$ordinal" \
		pkcs11-tool --module "$fakes/libp11-points.so" --list-slots >said 2>&1 || true
	grep CKR_DEVICE_ERROR said
	is_killed module QUORATE_POINTS_KILL="p11:$ordinal:after" \
		pkcs11-tool --module "$fakes/libp11-points.so" --list-slots
}

holds 'the readers are those of the folder' lists_readers
holds 'without the folder there is no pcscd' needs_its_folder
holds 'a card answers through pcscd as without it' agrees_with_pcscd
holds 'an insertion is seen' sees_an_insertion
holds 'APDUs are counted, and their bodies not logged' counts_apdus
holds 'a process is killed before an APDU, or after it' kills_before_and_after_an_apdu
holds 'a card is pulled before an APDU, or after it' pulls_before_and_after_an_apdu
holds 'only the programs that are named are counted' counts_only_who_is_named
holds 'what makes files durable is counted, but of cards' counts_what_is_made_durable
holds 'a process is killed before a write, or after it' kills_before_and_after_a_write
holds 'a write fails, and a full disk stays full' fills_the_disk
holds 'calls of a token are counted' counts_calls_of_a_token
holds 'a call of a token fails, or kills' fails_a_call_of_a_token
conclude
