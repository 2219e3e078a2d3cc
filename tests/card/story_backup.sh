#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_backup.sh FOLDER-OF-PROGRAMS
#
# A key's backup from token to token, its proof, and the way back. openssl and pkcs11-tool say what
# is on the tokens.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

softhsm=$(softhsm_module)

founds_a_quorum() {
	founds alice bob carol
	enrols root alice bob carol
	creates root 2 alice,bob,carol
	for name in backup test; do
		quorate token bind root --name "$name" --role "$name" --by ann
	done
	# one gathering serves what follows
	quorate activate root --admin --persistent --by ann
}
makes_keys() {
	quorate key generate root --token root-ca --label ca --backup --out ca.pem --by ann
	quorate key generate root --token root-ca --label fixed --out fixed.pem --by ann
}
hash_of() {
	openssl pkey -pubin -in "$1" -outform DER | sha256sum | cut -d ' ' -f 1
}
# on BINDING WORDS: what the token's list of keys says.
on() {
	meets 0 "$2" quorate key list root --token "$1" --by ann
}
no_transport_key() {
	! pkcs11-tool --module "$softhsm" --token-label "PRACTICE $1" --list-objects |
		grep -i 'quorate-transport'
}
create() {
	quorate backup create root --key ca --to backup --by ann,alice "$@"
}
verify() {
	quorate backup verify root --key ca --from backup --to test --by ann,alice "$@"
}
holds 'a quorum opens a primary, a backup and a test token' founds_a_quorum
holds 'and makes a key that may leave, and one that may not' makes_keys

# ---- refused ------------------------------------------------------------------------------------

told 3 'a key that may not leave does not' "key 'fixed' cannot leave token
quorate key generate QUORUM --label LABEL --backup" \
	quorate backup create root --key fixed --to backup --by ann,alice
told 4 'a key that is not there is named, with those that are' "no private key 'gone'; it has " quorate backup create root --key gone --to backup --by ann,alice
told 2 'no token is its own backup' "'root-ca' is both where the key is and where it shall go" \
	quorate backup create root --key ca --to root-ca --by ann,alice
told 2 'a test token is no backup' "token 'test' is bound as test, and a backup one is wanted" \
	quorate backup create root --key ca --to test --by ann,alice
told 4 'a token that is not bound is not found' "no token 'gone', but: root-ca, backup, test" \
	quorate backup create root --key ca --to gone --by ann,alice
told 2 'it takes two people' 'this takes two people' \
	quorate backup create root --key ca --to backup --by ann
told 2 'who are not one and the same' 'two different people' \
	quorate backup create root --key ca --to backup --by ann,ann
told 4 'what was never backed up cannot be verified' \
	"the roster has no backup of key 'ca' in token 'backup'" verify
told 0 'nothing is in the roster yet' 'No key has a backup' quorate backup list

declined() {
	meets 3 "the words of the transport key were not confirmed: no key left token" \
		robot 'decline confirm' recorded create
	asks '"people": ["ann", "alice"]' || asks '"people":["ann","alice"]'
	no_transport_key backup
	on backup 'no private key'
}
holds 'two people who refuse the words end it, and nothing is left' declined

killed() {
	STORY_KILLS=people
	export STORY_KILLS
	fails recorded create
	unset STORY_KILLS
	! no_transport_key backup
}
holds 'killed between the steps, it leaves a transport key, known by its name' killed

# ---- made and verified --------------------------------------------------------------------------

copies_it() {
	meets 0 "Key 'ca' is in token 'PRACTICE backup', too.
public key  SHA-256 $(hash_of ca.pem), the same in both
the source lets it leave only under a key that its SO trusts
sensitive   yes; may leave that token: yes; signs: yes
not verified yet" create
	no_transport_key backup
	on backup "ca  ec-p384"
	meets 0 'NEVER VERIFIED' quorate backup list root
	meets 1 "key 'ca' (token 'root-ca') has a backup that was never verified
quorate backup verify root --key 'ca' --from backup --to BINDING --by A,B" \
		quorate health root --at "$(date -u -d '+8 days' +%F)"
}
verifies_it() {
	meets 0 "The backup of key 'ca' is good
nothing: 0 objects before, 0 after
the key may no longer leave token 'root-ca'" verify
	no_transport_key test
	on test 'no private key'
	on root-ca 'may leave the token: no; ever could: yes'
	on backup 'may leave the token: yes'
	quorate roster log | grep -c 'calendar.set' | grep -x 1
	meets 0 'verified 20' quorate backup list root
	quorate health root --at "$(date -u -d '+8 days' +%F)" --json >health.json || true
	grep '"key-backup"' health.json
	grep "key 'fixed' (token 'root-ca') has no backup" health.json
	fails grep "key 'ca'" health.json
}
holds 'it is copied, trusted by the SO, and nothing else' copies_it
told 1 'once' "key 'ca' is in token 'backup' already, and recorded as a backup" create
killed_verifying() {
	STORY_KILLS=people
	export STORY_KILLS
	fails recorded verify
	unset STORY_KILLS
	quorate key list root --token test --by ann >said
	grep 'quorate-transport' said
	fails grep '^ca ' said
	on root-ca 'may leave the token: yes'
	meets 0 'NEVER VERIFIED' quorate backup list root
}
holds 'killed while it is verified, the key is not there, not sealed and not recorded' \
	killed_verifying
holds 'it is verified in a session of the test token, and the original sealed' verifies_it
told 0 'the copy itself signs, too' "signed in token 'PRACTICE backup'" \
	quorate backup verify root --key ca --token backup --by ann
told 2 'that the original signs says nothing' "token 'root-ca' is bound as primary" \
	quorate backup verify root --key ca --token root-ca --by ann

# ---- restored -----------------------------------------------------------------------------------

told 1 'a key that is there is not restored' "key 'ca' is in token 'root-ca' already" \
	quorate backup restore root --key ca --from backup --to root-ca --by ann,alice
killed_restoring() {
	quorate token bind root --name second --by ann
	# the session opens only what was bound when it began
	quorate deactivate root
	STORY_KILLS=people
	export STORY_KILLS
	fails recorded quorate backup restore root --key ca --from backup --to second --by ann,alice
	unset STORY_KILLS
	on second 'quorate-transport'
	fails grep '^ca ' said
}
restores_it() {
	meets 0 "Key 'ca' is in token 'PRACTICE second' for good
may leave that token: no; signs: yes" quorate backup restore root --key ca --from backup \
		--to second --by ann,alice
	no_transport_key second
	echo message >message
	openssl dgst -sha384 -binary message >digest
	quorate activate root --token second --by ann -- pkcs11-tool --module "$(p11_client)" \
		--sign --mechanism ECDSA --signature-format openssl --input-file digest \
		--output-file signature
	openssl dgst -sha384 -verify ca.pem -signature signature message
}
holds 'killed while it is restored, the key is not there' killed_restoring
holds 'into a new token it is, and the original public key verifies what it signs' restores_it
told 1 'but once' "key 'ca' is in token 'second' already" \
	quorate backup restore root --key ca --from backup --to second --by ann,alice

# ---- a maker's own ------------------------------------------------------------------------------

records_one() {
	meets 0 "of key 'fixed' is recorded: backup HSM 4711, at safe 2" quorate backup record root \
		--key fixed --from root-ca --what 'backup HSM 4711' --place 'safe 2' --by ann
	meets 0 'safe 2' quorate token copies
	meets 4 "no private key 'fixed'" quorate backup verify root --key fixed --token test --by ann
}
holds 'a backup by other means is recorded, as a copy too, and verified where it was restored' \
	records_one
told 0 'all of it is in the log' 'backup.restore' quorate roster log
holds 'the roster verifies' roster_verifies

conclude
