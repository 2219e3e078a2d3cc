#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_token.sh FOLDER-OF-PROGRAMS
#
# Tokens: taken over with what is on them, bound and let go, and refused. SoftHSM and pkcs11-tool
# say what became of them.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

softhsm=$(softhsm_module)

# other NAME PIN ARGUMENT...: pkcs11-tool with the token of that name, logged in with that PIN.
other() {
	label=$1
	pin=$2
	shift 2
	pkcs11-tool --module "$softhsm" --token-label "$label" --login --pin "$pin" "$@"
}
user_pin_of() {
	quorate-robot --pin token-user "$1"
}
so_pin_of() {
	quorate-robot --pin token-so "$1"
}
# made_by_hand LABEL SO-PIN USER-PIN
made_by_hand() {
	softhsm2-util --init-token --free --label "$1" --so-pin "$2" --pin "$3"
}
create_with() {
	quorate quorum create root -m 2 --custodian alice,bob,carol --name root-ca --by ann "$@"
}
no_quorum() {
	[ -z "$(quorate quorum list)" ]
}

holds 'a roster is founded' founds alice bob carol
holds 'and cards are enrolled' enrols root alice bob carol

# ---- tokens that will not do --------------------------------------------------------------------

made_by_hand own 12345678 87654321 >/dev/null
made_by_hand 'PRACTICE other' 12345678 87654321 >/dev/null
told 3 'a practice quorum takes no real token' "token 'own' (serial
is a real one, and this roster is for practice" create_with --token pkcs11:token=own
told 4 'a token that is not there is absent, and those that are there named' \
	"no token matches the URI; there are:
'PRACTICE other' (serial
quorate token list" create_with --token pkcs11:token=gone
told 4 'so is a module that this machine does not know' \
	"no PKCS#11 module named 'luna' is configured on this machine
/etc/quorate/modules.conf" create_with --module luna
told 2 'a PIN in a URI is refused' 'PIN' \
	create_with --token 'pkcs11:token=PRACTICE%20other?pin-value=87654321'
told 2 'a PIN format wants enough bits' 'bits, not 64 to 384' \
	create_with --user-pin-format 6:0123456789
holds 'no quorum came of all these' no_quorum

# ---- a verdict ----------------------------------------------------------------------------------

told 0 'a fresh token that is as expected is told so, in a line each' \
	"initialised: expected no, is no: as expected
empty: expected no object, is not initialised and so can hold none: as expected
Token without a name: as expected." quorate token info --fresh --expect initialised=no --expect-empty
told 1 'one that is not says what was expected and what is' \
	"model: expected SoftHSM v2, is SoftHSM v2: as expected
firmware: expected 7.8, is 2.6: NOT AS EXPECTED
label: expected PRACTICE another, is PRACTICE other: NOT AS EXPECTED
empty: expected no object, shows none without its PIN (private ones cannot be seen): as expected
: NOT as expected (2 of 4)." quorate token info 'pkcs11:token=PRACTICE%20other' \
	--expect 'model=SoftHSM v2,firmware=7.8' --expect 'label=PRACTICE another' --expect-empty
told 1 'the verdict is there for programs too' '"as_expected": false' \
	quorate token info 'pkcs11:token=own' --expect firmware=7.8 --json
told 4 'an expected token that is not there is absent' 'no token matches the URI' \
	quorate token info pkcs11:token=gone --expect-empty
told 2 'what no token tells cannot be expected' "'colour=red' is nothing to expect of a token" \
	quorate token info 'pkcs11:token=own' --expect colour=red
leaves_an_object() {
	echo certificate >public
	other own 87654321 --write-object public --type data --label seen
	meets 1 'empty: expected no object, shows 1 without its PIN: NOT AS EXPECTED' \
		quorate token info 'pkcs11:token=own' --expect-empty
}
holds 'an object that all can see makes it not empty' leaves_an_object

wrong_user_pin() {
	meets 3 "'create' of quorum 'root' is not complete; no token was touched
token 'PRACTICE other' refused its user PIN
Find the right PIN before you try again" create_with --token 'pkcs11:token=PRACTICE%20other'
	# tried once: SoftHSM notes one wrong try and the right one still opens
	meets 0 'user PIN     a wrong try was counted' \
		quorate token info 'pkcs11:token=PRACTICE%20other'
	other 'PRACTICE other' 87654321 --list-objects
	meets 0 'No token was touched' quorate quorum abort root --reason 'wrong PIN' --by ann
	no_quorum
}
holds 'a wrong present PIN is tried once, before any card, and changes nothing' wrong_user_pin

# ---- taken over ---------------------------------------------------------------------------------

makes_the_old_token() {
	made_by_hand 'PRACTICE old' "$(so_pin_of 'PRACTICE old')" "$(user_pin_of 'PRACTICE old')"
	other 'PRACTICE old' "$(user_pin_of 'PRACTICE old')" --keypairgen --key-type EC:secp384r1 \
		--label old-key --id 01
	echo certificate >object
	other 'PRACTICE old' "$(user_pin_of 'PRACTICE old')" --write-object object --type data \
		--label old-data
	other 'PRACTICE old' "$(user_pin_of 'PRACTICE old')" --list-objects | grep EC_POINT: >point
}
takes_it_over() {
	meets 0 "Quorum root stands: any 2 of its 3 cards open token 'root-ca'.
token 'PRACTICE old' (root-ca, primary" create_with --token 'pkcs11:token=PRACTICE%20old'
}
old_pins_are_dead() {
	fails other 'PRACTICE old' "$(user_pin_of 'PRACTICE old')" --list-objects
	fails pkcs11-tool --module "$softhsm" --token-label 'PRACTICE old' --login --login-type so \
		--so-pin "$(so_pin_of 'PRACTICE old')" --new-pin 00000000 --change-pin
}
# What the cards hold opens it, and all that was on it is there.
derived_pin_opens_it() {
	virtual-card list | sed -n 's/^card\([12]\) *\([0-3]\) .*/\1 \2/p' |
		while read -r number reader; do
			echo "$reader $(pin_of "$number")"
		done >readers
	/usr/bin/python3 "$here/story_reader.py" root-ca <readers | sed -n 's/^user-pin //p' >pin
	other 'PRACTICE old' "$(cat pin)" --list-objects >objects
	cat objects
	grep -q "label: *'old-data'" objects
	grep -q 'Private Key Object; EC' objects
	grep -qFf point objects
}
lists_the_old_key() {
	meets 0 'old-key  ec-p384  id 01' quorate key list root --by ann
}
holds 'another program fills a token' makes_the_old_token
holds 'a quorum takes it over' takes_it_over
holds 'its old PINs open nothing' old_pins_are_dead
holds 'the PIN that follows from the cards does, and every object is there' derived_pin_opens_it
holds 'its key is listed, though a wrong try was counted' lists_the_old_key
told 1 'it is bound once' "token 'PRACTICE old' is bound already, as 'root-ca'" \
	quorate token bind root 'pkcs11:token=PRACTICE%20old' --name again --by ann
told 1 'a bound token is not erased' "token 'PRACTICE old' is bound to a quorum
quorate token unbind root-ca" \
	quorate token init 'pkcs11:token=PRACTICE%20old' --label 'PRACTICE new' --erase

# ---- further tokens -----------------------------------------------------------------------------

label_is_taken() {
	made_by_hand 'PRACTICE second' 12345678 87654321
	meets 1 "a token labelled 'PRACTICE second' is there already; nothing was begun
Choose another name for the binding" quorate token bind root --name second --by ann
	meets 4 'nothing is pending' quorate quorum resume root --by ann
}
which_of_two() {
	meets 125 'the quorum opens several tokens: root-ca, backup
--token NAME' quorate activate root --by ann -- true
	meets 125 "the quorum opens no token 'gone', but: root-ca, backup" \
		quorate activate root --token gone --by ann -- true
	meets 0 'The token holds no private key' quorate key list root --token backup --by ann
}
two_people_type() {
	meets 2 '--people wants two names' \
		quorate token unbind backup --people ann --reason over --by ann
	meets 2 'two different people' \
		quorate token unbind backup --people ann,ann --reason over --by ann
	meets 4 "called 'zoe'" quorate token unbind backup --people ann,zoe --reason over --by ann
	meets 1 'is there
Without --gone' quorate token unbind backup --gone --people ann,bob --reason over --by ann
	robot 'decline pin' meets 1 'no new PIN was typed; the token is unchanged' \
		quorate token unbind backup --people ann,bob --reason over --by ann
	meets 0 "bound as 'backup'" quorate token list
}
unbinds() {
	recorded meets 0 "Token 'backup' has the PINs that ann and bob typed; no quorum opens it." \
		quorate token unbind backup --people ann,bob --reason over --by ann
	asks '"for":"new","custodian":"ann"
"for":"new","custodian":"bob"
"purpose":"give the token other PINs"'
	meets 0 'PRACTICE backup  SOFTWARE TOKEN' quorate token list
	fails grep -q "bound as 'backup'" said
	meets 125 "the quorum opens no token 'backup'" \
		quorate activate root --token backup --by ann -- true
}
holds 'a fresh token with a label that is taken is refused' label_is_taken
told 1 'a binding'\''s name is used once' "there is a binding 'root-ca' already" \
	quorate token bind root --name root-ca --by ann
told 0 'a fresh token is bound beside the first' "Token 'backup' opens with quorum root now." \
	quorate token bind root --name backup --role backup --by ann
holds 'which of two is to be said' which_of_two
holds 'to let go of one, two people type its new PINs' two_people_type
holds 'then no card opens it' unbinds
told 4 'what is not bound cannot be let go' "the roster has no binding 'backup'" \
	quorate token unbind backup --people ann,bob --reason over --by ann

# ---- another PIN, absent, full ------------------------------------------------------------------

# pkcs11-tool changes the PIN that only the quorum should know.
has_another_pin() {
	other 'PRACTICE old' "$(cat pin)" --change-pin --new-pin changed1
	meets 3 'refused' quorate key list root --by ann
	cp said first
	meets 0 'user PIN     a wrong try was counted' quorate token info 'pkcs11:token=PRACTICE%20old'
	robot 'decline confirm' recorded meets 1 'stopped before the user PIN of token' \
		quorate key list root --by ann
	asks "Token 'PRACTICE old' counts a wrong user PIN"
	other 'PRACTICE old' changed1 --change-pin --new-pin "$(cat pin)"
	lists_the_old_key
}
tokens=$(sed -n 's/^directories.tokendir *= *//p' "$SOFTHSM2_CONF")
is_absent() {
	mv "$tokens" tokens.kept
	mkdir "$tokens"
	meets 4 "token 'PRACTICE old' is not there
Connect the HSM that holds token 'PRACTICE old' (serial" quorate key list root --by ann
	meets 125 'is not there' quorate activate root --by ann -- true
	rmdir "$tokens" || ls -R "$tokens"
	mv tokens.kept "$tokens"
	lists_the_old_key
}
is_full() {
	cp -a "$tokens" tokens.kept
	status=0
	mounting "
		mount -t tmpfs -o size=512k none '$tokens'
		cp -r tokens.kept/. '$tokens'
		dd if=/dev/zero of='$tokens/filler' bs=4k 2>/dev/null || true
		quorate key generate root --label new --by ann" >said 2>&1 || status=$?
	cat said
	[ $status != 0 ]
	grep -q "PRACTICE old" said
	lists_the_old_key
	fails grep -q '^new ' said
}
holds 'a token with another PIN is tried once, and asked about after that' has_another_pin
holds 'a token that is away is named, with what to connect' is_absent
holds 'a full token makes no key, and keeps the old' is_full
told 0 'the roster verifies after all that' 'every hash, signature and table agrees' \
	quorate roster verify
conclude
