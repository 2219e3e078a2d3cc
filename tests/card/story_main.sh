#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_main.sh FOLDER-OF-PROGRAMS
#
# The main job from an empty roster to a signature, by quorate's commands, and judged by programs
# that know nothing of Quorate: OpenSSL, OpenSC and SoftHSM. (judges_*.sh has the cards alone.)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

client=$(p11_client)
softhsm=$(softhsm_module)
everybody=alice,bob,carol,dave,eve

# ---- enrolment ----------------------------------------------------------------------------------

# The receipt's fingerprint is what OpenSC and OpenSSL make of the card's own keys.
fingerprint_is_of_its_keys() {
	says 9000 $select
	for object in B800 B600; do
		apdu $select "0047810002${object}00"
	done | sed 's/9000$//; s/.*\(04.\{128\}\)$/\1/' | tr -d '\n' | xxd -r -p |
		openssl dgst -sha256 -r | cut -d ' ' -f 1 >computed
	grep -A 1 fingerprint receipt | sed 's/fingerprint//' | tr -d ' \n' >printed
	[ "$(cat printed)" = "$(cat computed)" ]
}

enrols_alice() {
	meets 0 'RECEIPT: card root/1' quorate card enrol --custodian alice --quorum root --by ann
	cp said receipt
}

holds 'a practice roster begins with its administrator' meets 0 \
	'PRACTICE. Roster
ann is its first person, an administrator' quorate init --practice --by ann
adds_everybody() {
	for name in alice bob carol dave eve; do
		meets 0 "$name is in the roster" quorate person add $name --role custodian --by ann
	done
}
holds 'five custodians are added' adds_everybody
told 0 'the token is fresh' 'fresh token  SOFTWARE TOKEN, not initialised' quorate token list
holds 'a blank card becomes the first custodian'\''s' enrols_alice
holds 'its receipt has the fingerprint of the keys on the card' fingerprint_is_of_its_keys
holds 'the others get their cards' enrols root bob carol dave eve

# ---- the quorum ---------------------------------------------------------------------------------

# read_cards WHICH...: the independent reader opens the shares of the cards that are in readers.
# WHICH is a filter of their list: `tail -n 3`.
read_cards() {
	virtual-card list | grep ' Sandbox ' | "$@" | while read -r name reader _; do
		echo "$reader $(pin_of "${name#card}")"
	done >readers
	/usr/bin/python3 "$here/story_reader.py" root-ca <readers
}

three_cards_open() {
	read_cards head -n 3 >opened
	cat opened
	[ "$(grep -c '^share ' opened)" = 3 ]
	sed -n 's/^user-pin //p' opened >user-pin
	sed -n 's/^so-pin //p' opened >so-pin
	[ "$(wc -c <user-pin)" = 33 ]
	[ "$(wc -c <so-pin)" = 33 ]
}

three_others_open_the_same() {
	read_cards tail -n 3 | grep -v '^share ' >others
	grep -v '^share ' opened | diff - others
}

token_opens() {
	pkcs11-tool --module "$softhsm" --token-label 'PRACTICE root-ca' --login --pin "$1" \
		--list-objects
}

# To itself: SoftHSM has no other use for a security officer here.
so_pin_changes() {
	pkcs11-tool --module "$softhsm" --token-label 'PRACTICE root-ca' --login --login-type so \
		--so-pin "$1" --new-pin "$1" --change-pin
}

no_key_without_a_pin() {
	pkcs11-tool --module "$softhsm" --token-label 'PRACTICE root-ca' --list-objects >objects
	cat objects
	fails grep -q 'Private Key' objects
}

holds 'three of five cards make a quorum with the fresh token' meets 0 \
	"Quorum root stands: any 3 of its 5 cards open token 'root-ca'.
generation 1: 3 of 5, live
SOFTWARE TOKEN, user PIN generation 1, SO PIN generation 1" creates root 3 $everybody
holds 'OpenSSL opens three shares by what the cards themselves compute' three_cards_open
gives 1 'two of them are not enough' read_cards head -n 2
holds 'the user PIN that follows from them opens the token' \
	token_opens "$(cat user-pin)"
gives 1 'another PIN does not' token_opens "$(tr 'a-y' 'b-z' <user-pin)"
holds 'the wrong one is seen, asked about, and cured' meets 0 \
	'counts a wrong user PIN' quorate key list root --by ann
holds 'the SO PIN that follows from them is the security officer'\''s' \
	so_pin_changes "$(cat so-pin)"
gives 1 'another one is not' so_pin_changes "$(tr 'a-y' 'b-z' <so-pin)"

# ---- a key, and an activation -------------------------------------------------------------------

makes_a_key() {
	meets 0 'root-ca  ec-p384
may leave the token: no' \
		quorate key generate root --label root-ca --by ann --out root.pem
	openssl pkey -pubin -in root.pem -noout -text | grep -q 'NIST CURVE: P-384'
}

# signs_with ORDER: three cards in that order, and pkcs11-tool that is never told a PIN.
signs_with() {
	rm -f signature
	echo "what the HSM signs $1" >data
	openssl dgst -sha384 -binary -out digest data
	robot "order $1" meets 0 "Open: token 'PRACTICE root-ca'
Closed: its command ended (1 use)" quorate activate root --by ann -- \
		pkcs11-tool --module "$client" --sign --mechanism ECDSA \
		--signature-format openssl --input-file digest --output-file signature
	openssl dgst -sha384 -verify root.pem -signature signature data
	echo "other data" >data
	fails openssl dgst -sha384 -verify root.pem -signature signature data
}

openssl_signs() {
	echo "what OpenSSL signs" >data
	PKCS11_MODULE_PATH=$client meets 0 'Closed: its command ended (1 use)' \
		quorate activate root --by ann -- openssl dgst -engine pkcs11 -keyform engine \
		-sha384 -sign 'pkcs11:object=root-ca;type=private' -out signature data
	openssl dgst -sha384 -verify root.pem -signature signature data
}

nothing_answers() {
	fails pkcs11-tool --module "$client" --list-objects
	no_key_without_a_pin
}

holds 'a key is made in the token' makes_a_key
holds 'it shows nobody its private key without a PIN' no_key_without_a_pin
holds 'three cards have pkcs11-tool sign, and OpenSSL verifies' signs_with alice,bob,carol
holds 'any three do, in any order' signs_with dave,bob,alice
holds 'openssl signs through its engine' openssl_signs
holds 'after its command the HSM is closed' nothing_answers
holds 'without cards it stays closed' robot \
	'absent alice;absent bob;absent carol;absent dave;absent eve' \
	meets 125 '0 of 3 cards' quorate activate root --by ann -- touch ran
gives 1 'and the command did not run' test -e ran
holds 'another three cards open the very same' three_others_open_the_same

# ---- what is said of it -------------------------------------------------------------------------

inspects_all() {
	virtual-card list | while read -r name reader _ place; do
		[ "$reader" = - ] && continue
		QUORATE_ROSTER=/nowhere meets 0 "of quorum 'root': share ${name#card} of generation 1, 3 of 5
opens        root-ca
PRACTICE card root/${name#card}" quorate card inspect --reader "$place" || exit 1
	done
}

holds 'each card says what it is, without a roster' inspects_all
told 0 'health is good' 'root: OK, margin 2, exposure 0' quorate health
told 0 'the binding sheet has what paper must keep' "root-ca
$(sed -n 's/.*(\([0-9a-f]\{32\}\)).*/\1/p' said)" quorate quorum sheet root
# What is on paper is read back by another program: words and hex as on the text, and no PIN.
pages_say_the_same() {
	meets 0 'The binding sheet is in sheet.pdf, its text in sheet.txt' \
		quorate quorum sheet root --out sheet.pdf
	pdftotext -layout sheet.pdf pages
	meets 1 "'sheet.txt' exists" quorate quorum sheet root --out sheet.txt
	quorate quorum sheet root | grep -q PRACTICE
	grep -q 'PRACTICE$' pages
	grep -q '^threshold  *3 of 5$' pages
	[ "$(grep -c '^fingerprint ' pages)" -ge 5 ]
	sed -n 's/^ *\([A-Za-z]* [A-Za-z]* [A-Za-z]* [A-Za-z]*\)$/\1/p' sheet.txt | sort >on-text
	[ "$(wc -l <on-text)" = 20 ]
	sed 's/^ *//' pages | sort | comm -13 - on-text | grep . && return 1
	tr -d ' ' <pages | grep -qF "$(sed -n 's/^quorum id *//p' sheet.txt)"
	fails grep -qFf user-pin pages sheet.txt
}
holds 'its pages say the same' pages_say_the_same
told 0 'the roster verifies' 'every hash, signature and table agrees
signed by root/1 (alice)' quorate roster verify
no_secret_is_in_files() {
	fails grep -rqFf user-pin "$QUORATE_SANDBOX/roster" "$HOME" "$QUORATE_SANDBOX/pcscd.log"
	fails grep -rqFf so-pin "$QUORATE_SANDBOX/roster" "$HOME" "$QUORATE_SANDBOX/pcscd.log"
}
holds 'no PIN of the token is in a file' no_secret_is_in_files
conclude
