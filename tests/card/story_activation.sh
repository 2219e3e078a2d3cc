#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_activation.sh FOLDER-OF-PROGRAMS
#
# What opens the HSM, what closes it, and what keeps it shut.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

client=$(p11_client)

activates() {
	quorate activate root --by ann "$@"
}
founds_a_quorum() {
	founds alice bob carol
	enrols root alice bob carol
	creates root 2 alice,bob,carol
}
nothing_answers() {
	fails pkcs11-tool --module "$client" --list-objects
	fails pgrep -x quorate-agent
}

holds 'a quorum stands' founds_a_quorum
told 125 'a token without a key is not opened' "token 'PRACTICE root-ca' has no private key
quorate key generate" activates -- touch ran
told 2 'a type of key is one of four' "'dsa' is not a type of key
ec-p256, ec-p384, rsa-3072 and rsa-4096" \
	quorate key generate root --type dsa --label x --by ann
told 0 'a key is made' 'root-ca  ec-p384' \
	quorate key generate root --label root-ca --out root.pem --by ann
told 1 'its label is used once' "has an object labelled 'root-ca'
Choose another label" quorate key generate root --label root-ca --out other.pem --by ann
gives 1 'and no file was written' test -e other.pem
file_exists() {
	cp root.pem kept.pem
	empties_readers
	meets 1 "'root.pem' exists and is never overwritten
Nothing was done yet." quorate key generate root --label second --out root.pem --by ann
	cmp root.pem kept.pem
	[ "$(virtual-card list | grep -c Sandbox)" = 0 ]
	meets 0 'root-ca  ec-p384' quorate key list root --by ann
	fails grep -q '^second ' said
}
holds 'a file that exists is kept, and no key is made' file_exists

# ---- who must come ------------------------------------------------------------------------------

told 125 'somebody must be at the keyboard' 'who is at the keyboard?' quorate activate root -- true
two_are_needed() {
	robot 'absent bob;absent carol' meets 125 '1 of 2' activates -- touch ran
	[ ! -e ran ]
}
holds 'one card of two opens nothing' two_are_needed
told 125 'the policy bounds the time' 'an activation of at most 240 minutes' \
	activates --for 24h -- touch ran
told 125 'and it is a time' 'such as 90s, 15m or 2h' activates --for 15 -- touch ran
told 125 'a bound is a number in its range' '--max-uses' activates --max-uses 0 -- touch ran
gives 1 'none of these ran anything' test -e ran

# ---- what the command ends with -----------------------------------------------------------------

told 7 'its exit status is passed on' 'Closed: its command ended (0 uses).' \
	activates -- sh -c 'exit 7'
told 137 'so is the signal that killed it' 'Closed: its command ended' activates -- sh -c 'kill -9 $$'
told 143 'of any kind' 'Closed: its command ended' activates -- sh -c 'kill -15 $$'
told 125 'a command that is not there never ran' "/no/such/program does not start
Closed: its command ended" activates -- /no/such/program
holds 'after each the HSM is closed' nothing_answers

# ---- what ends it -------------------------------------------------------------------------------

sign="pkcs11-tool --module $client --sign --mechanism ECDSA --input-file digest --output-file"
openssl rand 48 >digest

ends_with_its_card() {
	robot 'order alice,bob' meets 125 "Card root/2 stays in reader 'Sandbox
taking it out closes the HSM.
Closed: the card in reader 'Sandbox" activates -- sh -c "
		$sign before
		virtual-card eject card2
		sleep 30
		touch survived"
	grep -q 'was taken out (1 use).' said
	[ -s before ]
	[ ! -e survived ]
	nothing_answers
}
other_cards_may_go() {
	robot 'order alice,bob' meets 0 'Closed: its command ended (1 use).' activates -- sh -c "
		virtual-card eject card1
		sleep 1
		$sign after"
	[ -s after ]
}
persists() {
	robot 'order alice,bob' meets 0 'Closed: its command ended (1 use).' \
		activates --persistent -- sh -c "virtual-card eject card2; sleep 1; $sign persistent"
	[ -s persistent ]
}
uses_are_counted() {
	robot '' meets 5 '(1 use)' activates --max-uses 1 -- sh -c "
		$sign first || exit 1
		$sign second && exit 2
		exit 5"
	[ -s first ]
	[ ! -s second ]
}
cannot_make_keys() {
	meets 3 'error' activates -- sh -c "pkcs11-tool --module $client --keypairgen \
		--key-type EC:secp256r1 --label stray || exit 3"
	meets 0 'root-ca' quorate key list root --by ann
	fails grep -q stray said
}
roster_is_free_meanwhile() {
	meets 0 'walter is in the roster' activates -- \
		quorate person add walter --role witness --by ann
}
is_logged() {
	quorate roster log >log
	cat log
	meets 0 'sign the intermediate' quorate roster log --json
}
holds 'it ends when the card presented last is pulled, and takes its command along' \
	ends_with_its_card
holds 'the others may go' other_cards_may_go
holds 'or all of them, if that was asked for' persists
holds 'a number of uses is kept to' uses_are_counted
holds 'its command makes no keys' cannot_make_keys
holds 'others may use the roster meanwhile' roster_is_free_meanwhile
told 0 'a purpose is given' 'Closed' activates --purpose 'sign the intermediate' -- true
holds 'and logged' is_logged
holds 'a second try without cards fails' robot 'absent alice;absent bob;absent carol' \
	meets 125 '0 of 2' activates -- touch ran
gives 1 'and runs nothing' test -e ran
told 0 'the roster verifies after all that' 'every hash, signature and table agrees' \
	quorate roster verify
conclude
