#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# judges_share.sh FOLDER-OF-PROGRAMS FOLDER-OF-QUORATE
#
# Quorate issues the cards of a quorum; then OpenSC's and OpenSSL's command-line tools open a share
# by docs/formats/share-on-card.md, RFC 9180 and SLIP-39, with no line of Quorate in the way.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/inside.sh
. "$here/inside.sh"
# shellcheck source=tests/card/tap.sh
. "$here/tap.sh"
PATH=$PATH:$2

issues_a_quorum() {
	quorate init --practice --by ann
	for name in alice bob carol; do
		quorate person add "$name" --role custodian --by ann
		quorate card enrol --custodian "$name" --quorum root --by ann
	done
	quorate quorum create root -m 2 --custodian alice,bob,carol --name root-ca --by ann
	for card in 1 2 3; do
		virtual-card eject "card$card" || true
	done
	soon are_seen 0
}

# -- Bytes in hex ----------------------------------------------------------------------------------

bytes() {
	xxd -r -p
}

hex() {
	xxd -p | tr -d '\n'
}

text() {
	printf %s "$1" | hex
}

# hmac KEY MESSAGE
hmac() {
	printf %s "$2" | bytes | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" -binary | hex
}

# slice AT COUNT HEX: so many bytes from there.
slice() {
	printf %s "$3" | dd bs=1 skip=$((2 * $1)) count=$((2 * $2)) status=none
}

# -- RFC 9180, base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM ----------------------

version=$(text HPKE-v1)
kem=$(text KEM)0010
suite=$(text HPKE)001000010001
nothing=0000000000000000000000000000000000000000000000000000000000000000

# extract SALT SUITE LABEL INPUT
extract() {
	hmac "${1:-$nothing}" "$version$2$(text "$3")$4"
}

# expand KEY SUITE LABEL INFO LENGTH: 32 bytes at most, so one round of HKDF.
expand() {
	slice 0 "$5" "$(hmac "$1" "$(printf %04x "$5")$version$2$(text "$3")${4}01")"
}

# open_sealed ECDH ENC KEY INFO CIPHERTEXT: the plaintext; the tag is not checked, as OpenSSL's
# command line has no GCM: the share's own checksum tells.
open_sealed() {
	shared=$(expand "$(extract '' "$kem" eae_prk "$1")" "$kem" shared_secret "$2$3" 32)
	context=00$(extract '' "$suite" psk_id_hash '')$(extract '' "$suite" info_hash "$4")
	secret=$(extract "$shared" "$suite" secret '')
	printf %s "$5" | bytes |
		openssl enc -d -aes-128-ctr -K "$(expand "$secret" "$suite" key "$context" 16)" \
			-iv "$(expand "$secret" "$suite" base_nonce "$context" 12)00000002" | hex
}

# A compressed point, uncompressed.
uncompressed() {
	printf '3039301306072a8648ce3d020106082a8648ce3d030107032200%s' "$1" | bytes |
		openssl ec -pubin -inform DER -conv_form uncompressed -pubout -outform DER 2>/dev/null |
		tail -c 65 | hex
}

# -- SLIP-39 ---------------------------------------------------------------------------------------

# The 33 words of a packed share, as numbers.
words() {
	printf %s "$1" | bytes | xxd -b -c 1 | awk '{ printf "%s", $2 }' | head -c 330 | fold -w 10 |
		awk '{ n = 0; for (i = 1; i <= 10; i++) n = 2 * n + substr($0, i, 1); print n }'
}

# SLIP-39's checksum: over the customization string and the words, it is 1.
checksum() {
	check=1
	for value in $(text shamir_extendable | fold -w 2 | sed 's/^/0x/') $(words "$1"); do
		top=$((check >> 20))
		check=$(((check & 0xFFFFF) << 10 ^ value))
		bit=0
		for generator in 0xE0E040 0x1C1C080 0x3838100 0x7070200 0xE0E0009 0x1C0C2412 \
			0x38086C24 0x3090FC48 0x21B1F890 0x3F3F120; do
			[ $((top >> bit & 1)) = 0 ] || check=$((check ^ generator))
			bit=$((bit + 1))
		done
	done
	echo "$check"
}

# -- The card --------------------------------------------------------------------------------------

low() {
	tr '[:upper:]' '[:lower:]'
}

# without its status word, in small letters
answer() {
	apdu "$@" | sed 's/9000$//' | low
}

presented() {
	pin=$(text "$(quorate-robot --pin card "$1")")
	printf '00200082%02x%s' $((${#pin} / 2)) "$pin"
}

# share CARD: opens the share on the card of that number.
share() {
	virtual-card insert "card$1" 0
	soon are_seen 1
	pin=$(presented "FFFE:0000000$1")
	header=$(answer $select 00CA010100)
	object=$(answer $select "$pin" 00CA010300)
	key=$(slice 5 65 "$(answer $select 0047810002B80000)")
	enc=$(uncompressed "$(slice 9 33 "$object")")
	ecdh=$(answer $select "$pin" "002A808648A6467F49438641${enc}00")
	virtual-card eject "card$1"
	soon are_seen 0
	info=$(text 'quorate/1 PRACTICE share')$(slice 9 16 "$header")$(slice 2 7 "$object")
	open_sealed "$ecdh" "$enc" "$key" "${2:-$info}" "$(slice 42 42 "$object")"
}

is_a_share() {
	opened=$(share "$1")
	echo "$opened"
	[ "$(checksum "$opened")" = 1 ]
}

is_no_share_for_another_info() {
	opened=$(share 1 "$(text 'quorate/1 share')")
	[ "$(checksum "$opened")" != 1 ]
}

# The vector of docs/formats/share-on-card.md, so that what judges is judged.
judges_the_vector() {
	vector=$here/../../docs/formats/share-on-card.md
	of() { sed -n "s/^$1 = //p" "$vector"; }
	record=$(of record)
	[ "$(open_sealed "$(of shared-x)" "$(uncompressed "$(slice 7 33 "$record")")" \
		"$(of card-point)" "$(of info)" "$(slice 40 42 "$record")")" = "$(of share-1)" ]
	[ "$(checksum "$(of share-1)")" = 1 ]
	[ "$(checksum "$(of share-1 | sed 's/f5ff/f5fe/')")" != 1 ]
}

holds 'the judge opens the vector of the page on formats' judges_the_vector
holds 'quorate issues the cards of a quorum' issues_a_quorum
for card in 1 2 3; do
	holds "OpenSC and OpenSSL open the share on card $card" is_a_share "$card"
done
holds 'a practice share does not open as a real one' is_no_share_for_another_info
conclude
