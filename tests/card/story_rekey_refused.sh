#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_rekey_refused.sh FOLDER-OF-PROGRAMS MODULE
#
# Re-keys in which a token refuses: it is locked, takes no PIN of such a form, or has other PINs than
# the quorum's by now. The others switch, it stays listed with the generation that opens it, which
# stays live, and resume finishes once the token is freed. MODULE: tests/fakes/p11_refuses.c.
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
rekey() {
	quorate quorum rekey root --by ann "$@"
}
resumes() {
	quorate quorum resume root --by ann "$@"
}
shows() {
	meets 0 "$1" quorate quorum show root
}

folder_of() {
	grep -rlaF "$1" "$tokens" | head -n 1 | xargs dirname
}

stands() {
	founds alice bob carol dave
	enrols root alice bob carol dave
	creates root 2 alice,bob,carol
	for name in backup spare; do
		quorate token bind root --name "$name" --role backup --by ann
	done
	cp -r "$(folder_of 'PRACTICE spare')" spare-before
}
holds 'a quorum of 2 of 3 stands, with three tokens' stands

# ---- locked, and of another form ----------------------------------------------------------------

first_refused() {
	refusals 'user-locked PRACTICE root-ca' 'form PRACTICE backup'
	meets 3 "'rekey' of quorum 'root' is not complete; its token's PINs are being set
Token 'PRACTICE root-ca' (root-ca) has not all its new PINs: it is locked; have it unlocked. The generation that opens it stays live.
Token 'PRACTICE backup' (backup) has not all its new PINs: it takes no PIN of this form
refused the user PIN: CKR_PIN_LOCKED
Run 'quorate quorum resume root --by NAME'" rekey --remove carol --add dave
}
others_switched() {
	shows "generation 1: 2 of 3, live: opens 4 token PINs
generation 2: 2 of 3, live
(spare, backup, serial
user PIN generation 2, SO PIN generation 2
user PIN generation 1, SO PIN generation 1"
	meets 1 'a token was touched already: there is no way back' \
		quorate quorum abort root --reason late --by ann
}
holds 'one that is locked and one that takes no such PIN are named' first_refused
holds 'the third is switched, and the generation of before stays live' others_switched
other_works() {
	meets 0 'The token holds no private key' quorate key list root --token spare --by ann
}
holds 'what switched is open to the new cards' other_works

# Nothing but cards and tokens: the old ones open what refused.
adopts() {
	mkdir kept
	cp -r "$QUORATE_SANDBOX/cards" "$tokens" kept
	mv "$QUORATE_ROSTER" "$XDG_STATE_HOME" kept
	rm "$QUORATE_P11_REFUSALS"
	found=0
	robot 'absent dave' meets 0 '(backup): its user PIN opens with generation 1
(root-ca): its SO PIN opens with generation 1
(spare): its user PIN opens with generation 2' \
		quorate quorum adopt root --name backup,spare --by ann || found=1
	empties_readers
	rm -rf "$QUORATE_ROSTER" "$XDG_STATE_HOME" "$tokens"
	mv "kept/$(basename "$tokens")" "$tokens"
	mv "kept/$(basename "$QUORATE_ROSTER")" "$QUORATE_ROSTER"
	mv "kept/$(basename "$XDG_STATE_HOME")" "$XDG_STATE_HOME"
	cp kept/cards/*.card "$QUORATE_SANDBOX/cards"
	return $found
}
holds 'with no roster, cards open all three' adopts

user_is_freed() {
	refusals 'so-locked PRACTICE root-ca'
	robot 'absent carol' meets 3 'refused the SO PIN: CKR_PIN_LOCKED' resumes
	shows "generation 1: 2 of 3, live: opens 1 token PIN
user PIN generation 2, SO PIN generation 1"
}
holds 'the SO PIN is locked after the user PIN was freed' user_is_freed
all_freed() {
	rm "$QUORATE_P11_REFUSALS"
	robot 'absent carol' meets 0 'nothing is pending for root
generation 1: 2 of 3, dead: nothing opens with it' resumes
	meets 0 'The token holds no private key' quorate key list root --token root-ca --by ann
	meets 0 'The token holds no private key' quorate key list root --token backup --by ann
}
holds 'freed, resume finishes with new cards alone' all_freed

# ---- somebody else was there --------------------------------------------------------------------

# Its PINs are of generation 1 again, as if somebody had set others.
has_other_pins() {
	folder_of 'PRACTICE spare' >where
	mv "$(cat where)" spare-now
	cp -r spare-before "$(cat where)"
	meets 3 "Token 'PRACTICE spare' (spare) has not all its new PINs: it has another PIN than the quorum gave it
refused the user PIN
it finishes this" rekey
	shows "generation 2: 2 of 3, live: opens 2 token PINs
user PIN generation 2, SO PIN generation 2
user PIN generation 3, SO PIN generation 3"
}
right_one_back() {
	rm -r "$(cat where)"
	mv spare-now "$(cat where)"
	meets 0 'generation 2: 2 of 3, dead: nothing opens with it' resumes
	meets 0 'margin 1, exposure 0' quorate health
}
holds 'one whose PINs somebody changed is named, and the others switch' has_other_pins
holds 'resume finishes when it has them again' right_one_back

told 0 'the roster verifies' 'every hash, signature and table agrees' quorate roster verify
conclude
