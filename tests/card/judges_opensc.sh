#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# judges_opensc.sh FOLDER-OF-PROGRAMS
#
# OpenSC sees an OpenPGP card in a virtual card and can use its keys; OpenSSL checks what comes out.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/inside.sh
. "$here/inside.sh"
# shellcheck source=tests/card/tap.sh
. "$here/tap.sh"

printed() {
	wanted=$1
	shift
	"$@" >printed 2>&1
	grep -q -- "$wanted" printed || { cat printed && false; }
}

# OpenSC lists a key only when it has an OpenPGP fingerprint.
set_fingerprints() {
	for object in C7 C8 C9; do
		says 9000 $select $verify_admin \
			"00DA00${object}140102030405060708090A0B0C0D0E0F1011121314"
	done
}

pkcs11() {
	pkcs11-tool --module opensc-pkcs11.so "$@"
}

signs() {
	pkcs15-tool --reader 0 --read-public-key 1 >public.pem
	head -c 32 /dev/urandom >digest
	pkcs11 --token-label 'OpenPGP card (User PIN (sig))' --login --pin 123456 --sign --id 01 \
		--mechanism ECDSA --signature-format openssl --input-file digest --output-file signature
	openssl pkeyutl -verify -pubin -inkey public.pem -in digest -sigfile signature
}

signs_with_p384() {
	pkcs15-tool --reader 0 --read-public-key 3 >public.pem
	head -c 48 /dev/urandom >digest
	pkcs11 --token-label 'OpenPGP card (User PIN)' --login --pin 123456 --sign --id 03 \
		--mechanism ECDSA --signature-format openssl --input-file digest --output-file signature
	openssl pkeyutl -verify -pubin -inkey public.pem -in digest -sigfile signature
}

agrees_with_openssl() {
	pkcs15-tool --reader 0 --read-public-key 2 >public.pem
	openssl ecparam -genkey -name prime256v1 -noout -out own.pem
	openssl ec -in own.pem -pubout -outform DER -out own.der
	pkcs11 --token-label 'OpenPGP card (User PIN)' --login --pin 123456 --derive --id 02 \
		--mechanism ECDH1-DERIVE --input-file own.der --output-file by-card
	openssl pkeyutl -derive -inkey own.pem -peerkey public.pem -out by-openssl
	cmp by-card by-openssl
}

refuses_a_wrong_pin() {
	fails openpgp-tool --reader 0 --verify CHV1 --pin 999999
	pkcs15-tool --reader 0 --dump >dump
	grep -A 12 'PIN \[User PIN\]' dump | grep 'Tries left *: 2'
}

keeps_private_objects() {
	says 9000 $select $verify_user 00DA010303616263
	openpgp-tool --reader 0 --verify CHV2 --pin 123456 --raw --do 3 >object
	[ "$(cat object)" = abc ]
	says 6982 $select 00CA010300
}

lists_three_keys() {
	pkcs15-tool --reader 0 --list-keys >keys
	[ "$(grep -c '^Private EC Key' keys)" = 3 ]
}

is_blank_again() {
	openpgp-tool --reader 0 --erase
	printed 'Sig Algorithm: *RSA2048' openpgp-tool --reader 0 --key-info
	says 6A88 $select 0047810002B600
	says 9000 $select $verify_user 00CA010300
}

insert card1
holds 'opensc-tool names the card' \
	printed '^OpenPGP card v3.4 (FFFE 00000001)$' opensc-tool --reader 0 --name
holds 'its ATR is well-formed and carries the historical bytes' \
	printed '^3b:da:18:ff:81:b1:fe:75:1f:03:00:31:f5:73:c0:01:e0:05:90:00:99$' \
	opensc-tool --reader 0 --atr
holds 'openpgp-tool reads version and serial' \
	printed '^Serial number: *00000001$' openpgp-tool --reader 0 --card-info
holds 'openpgp-tool reads the holder' \
	printed '^Gender: *not announced$' openpgp-tool --reader 0 --user-info
holds 'keys are made on the card' make_keys
holds 'openpgp-tool sees their algorithms' \
	printed '^Dec Algorithm: *ECDH$' openpgp-tool --reader 0 --key-info
holds 'fingerprints are kept' set_fingerprints
holds 'pkcs15-tool lists three private keys' lists_three_keys
holds 'a signature of the card verifies in OpenSSL' signs
holds 'so does one with P-384' signs_with_p384
holds 'the card and OpenSSL agree on an ECDH' agrees_with_openssl
holds 'a wrong PIN is refused and counted' refuses_a_wrong_pin
holds 'a private object is read with the PIN alone' keeps_private_objects
holds 'openpgp-tool makes the card blank again' is_blank_again
conclude
