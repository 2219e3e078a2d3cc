#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_broken.sh FOLDER-OF-PROGRAMS
#
# What tests/chaos does at every point beside pcscd, done here at a few through it: cards that are
# pulled while they are worked on, a pcscd that is killed, and what goes on from there.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

everybody=alice,bob,carol,dave,eve
client=$(p11_client)

# The one of this sandbox: it has processes of its own.
pid_of_pcscd() {
	pidof pcscd
}

starts_pcscd() {
	rm -f /run/pcscd/pcscd.comm /run/pcscd/pcscd.pid
	setsid pcscd --foreground --config /run/quorate-readers >pcscd.log 2>&1 &
	soon opensc-tool --list-readers
}

# enrols_with_a_pull NAME N: the card goes away at its N-th APDU; the same command goes on.
enrols_with_a_pull() {
	meets 5 'next: ' robot "fault 1 pull-after:$2" \
		quorate card enrol --custodian "$1" --quorum root --by ann || return 1
	meets 0 'RECEIPT' quorate card enrol --custodian "$1" --quorum root --by ann
}

enrols_everybody() {
	enrols_with_a_pull alice 10 && enrols_with_a_pull bob 20 && enrols_with_a_pull carol 30 &&
		enrols_with_a_pull dave 40 && enrols_with_a_pull eve 50
}

holds 'a practice roster with five custodians' founds alice bob carol dave eve
holds 'each is enrolled with a card that was pulled meanwhile' enrols_everybody

# ---- pcscd dies ---------------------------------------------------------------------------------

# At the second card's fifteenth APDU its share is being delivered.
pcscd_dies() {
	meets 4 "'create' of quorum 'root' is not complete; no token was touched
next: Start the smart card service" robot "fault 2 kill:15:$(pid_of_pcscd)" \
		creates root 3 $everybody
}
goes_on_without_pcscd() {
	meets 4 'pcscd' quorate quorum resume root --by ann
}

holds 'the cards go home' empties_readers
holds 'when pcscd is killed, create says what is not complete, and what to do' pcscd_dies
holds 'without it resume says what is missing' goes_on_without_pcscd
holds 'pcscd is started again' starts_pcscd
holds 'the cards go home again' empties_readers

pulled='fault 1 pull-before:7; fault 3 pull-after:9; fault 5 pull-before:11'
told 0 'resume finishes, with cards pulled at three more points' 'nothing is pending' \
	robot "$pulled" quorate quorum resume root --by ann

# ---- nothing was lost ---------------------------------------------------------------------------

signs() {
	head -c 48 /dev/zero >digest
	meets 0 '' robot 'absent alice; absent bob; fault 2 pull-before:6' quorate activate root \
		--by ann -- pkcs11-tool --module "$client" --sign --mechanism ECDSA --label ca \
		--input-file digest --output-file signature
	[ -s signature ]
}

told 0 'a key is made' 'ca' robot 'fault 1 pull-after:8' \
	quorate key generate root --label ca --by ann
holds 'the other three cards open the token, one of them pulled' signs
told 0 'the quorum is well' 'OK' quorate health
holds 'the roster verifies' roster_verifies

binds_with_a_pull() {
	QUORATE_KILL='pin ' fails quorate token bind root --name spare --role backup --by ann \
		--attendant "$here/ceremony_killer.py"
	meets 1 "'bind' of quorum 'root' is pending
quorate quorum resume root --by NAME" quorate token bind root --name spare --role backup --by ann
	meets 0 'Finished: nothing is pending' quorate quorum resume root --by ann
}
holds 'a bind that is killed and typed again names resume' binds_with_a_pull

conclude
