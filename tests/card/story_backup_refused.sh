#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_backup_refused.sh FOLDER-OF-PROGRAMS MODULE
#
# Backups in which a token refuses in the middle, the roster has no room, or policy keeps keys
# otherwise: what is said, what state things are in, and that the same command goes on. MODULE:
# tests/fakes/p11_refuses.c.
set -eu

# Meson adds the folder of MODULE, where something stands in for pcscd's library, too.
unset LD_LIBRARY_PATH

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

tokens=$(sed -n 's/^directories.tokendir *= *//p' "$SOFTHSM2_CONF")
modules=${XDG_CONFIG_HOME:-$HOME/.config}/quorate
mkdir -p "$modules"
printf 'softhsm = off:%s\n' "$2" >"$modules/modules.conf"
chmod 600 "$modules/modules.conf"
QUORATE_P11_REFUSALS=$scratch/refusals
export QUORATE_P11_REFUSALS

# refusals LINE...: from now on these, and no others.
refusals() {
	printf '%s\n' "$@" >"$QUORATE_P11_REFUSALS"
}
create() {
	quorate backup create root --key ca --to backup --by ann,alice "$@"
}
verify() {
	quorate backup verify root --key ca --from backup --to test --by ann,alice
}
# on BINDING WORDS: what the token's list of keys says.
on() {
	meets 0 "$2" quorate key list root --token "$1" --by ann
}
nothing_is_there() {
	on backup 'no private key'
	fails grep quorate-transport said
	meets 0 'No key has a backup' quorate backup list
}
keeps() {
	quorate policy set extractable-after-backup "$1" --people ann,alice --reason practice --by ann
}

stands() {
	founds alice bob carol
	enrols root alice bob carol
	creates root 2 alice,bob,carol
	for name in backup test; do
		quorate token bind root --name "$name" --role "$name" --by ann
	done
	quorate token bind root --name backup-2 --role backup --by ann
	quorate activate root --admin --persistent --by ann
	quorate key generate root --token root-ca --label ca --backup --by ann
}
holds 'a quorum has a key that may be backed up' stands

# ---- refused in the middle ----------------------------------------------------------------------

pulled() {
	refusals 'pulled PRACTICE backup'
	meets 5 "the wrapping key did not come out of its wrapping: CKR_DEVICE_REMOVED
No transport key is left in token 'PRACTICE backup'" create
	fails grep 'changed on its way' said
	refusals
	nothing_is_there
}
holds 'a backup token that is pulled in the middle has nothing' pulled

so_locked() {
	refusals 'so-locked PRACTICE root-ca'
	meets 3 "token 'PRACTICE root-ca' (serial " create
	grep 'refused the SO PIN: CKR_PIN_LOCKED' said
	refusals
	nothing_is_there
}
holds 'a token whose SO is locked lets no key leave' so_locked

# The roster's disk is full by the time that the words are confirmed.
no_room() {
	mkdir full
	mounting '
		mount -t tmpfs -o size=16m none full
		cp "$QUORATE_ROSTER" full/roster
		export QUORATE_ATTENDANT="$0/story_attendant.sh" STORY_KILLS=people
		export STORY_DOES="head -c 16m /dev/zero >full/other 2>&1 || true"
		quorate backup create root --key ca --to backup --by ann,alice --roster full/roster \
			>full.said 2>&1 && exit 1
		rm full/other
		unset STORY_KILLS
		quorate backup create root --key ca --to backup --by ann,alice --roster full/roster
		cp full/roster "$QUORATE_ROSTER"' "$here"
	cat full.said
	all_in full.said "The copy is in token 'backup', but not in the roster"
	on backup 'ca  ec-p384'
	meets 0 'NEVER VERIFIED' quorate backup list root
}
holds 'a copy that the roster has no room for is found and recorded' no_room

# ---- policy -------------------------------------------------------------------------------------

keeps_it_everywhere() {
	keeps everywhere
	meets 0 "The backup of key 'ca' is good" verify
	on root-ca 'may leave the token: yes'
	keeps backup
}
holds 'where policy lets keys leave everywhere, none is sealed' keeps_it_everywhere

# As at a recovery site.
not_here() {
	quorate deactivate root
	folder=$(dirname "$(grep -rlaF 'PRACTICE root-ca' "$tokens" | head -n 1)")
	mv "$folder" elsewhere
	meets 0 "NOT SEALED  token 'root-ca' is not here, and its key may still leave it" verify
	mv elsewhere "$folder"
	quorate activate root --admin --persistent --by ann
	on root-ca 'may leave the token: yes'
}
holds 'a primary token that is not here is named, and not sealed' not_here

unsealed() {
	refusals 'unsealed PRACTICE root-ca'
	meets 1 "the backup is verified and recorded, but key 'ca' may still leave token 'root-ca'
Give the command again" verify
	refusals
	on root-ca 'may leave the token: yes'
	meets 0 "the key may no longer leave token 'root-ca'" verify
	on root-ca 'may leave the token: no'
	on backup 'may leave the token: yes'
}
holds 'a token that does not seal is named, and sealed when it does' unsealed

# The original is sealed by now: the backup is what a second one can be made of.
copied_on() {
	meets 0 "Key 'ca' is in token 'PRACTICE backup-2', too." \
		quorate backup create root --key ca --from backup --to backup-2 --by ann,alice
	meets 2 "'backup' is both where the key is and where it shall go" create --from backup
}
holds 'a backup is copied into another backup token, and not into its own' copied_on

keeps_it_nowhere() {
	keeps nowhere
	meets 0 "the key may no longer leave token 'backup'" verify
	on backup 'may leave the token: no'
	meets 3 "key 'ca' cannot leave token 'PRACTICE backup'" verify
}
holds 'where policy lets keys leave nowhere, the backup is sealed, too' keeps_it_nowhere
holds 'the roster verifies' roster_verifies

conclude
