# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# Sourced inside a sandbox, behind tests/card/inside.sh: makes a quorum of 3 of 5 with a key, and
# counts APDUs. GET RESPONSE (INS C0) is counted apart by everyone.

# make_cards: a roster, five people, five enrolled cards.
make_cards() {
	quorate init --practice --by ann
	for name in alice bob carol dave eve; do
		quorate person add $name --role custodian --by ann
	done
	for name in alice bob carol dave eve; do
		quorate card enrol --custodian $name --quorum root --by ann
	done
}

# The next commands, for who measures them.
create='quorate quorum create root -m 3 --custodian alice,bob,carol,dave,eve --name root-ca --by ann'
generate='quorate key generate root --label root-ca --by ann'

# Every card out, as it is when people come in one by one.
empty_readers() {
	virtual-card list | awk '$2 != "-" { print $1 }' | while read -r name; do
		virtual-card eject "$name"
	done
	soon are_seen 0
}

# sent TRACE: how many APDUs a trace of quorate has; continued TRACE: its GET RESPONSE.
sent() {
	grep -vc '^.. C0 ' "$1" || true
}

continued() {
	grep -c '^.. C0 ' "$1" || true
}

# The same of OpenSC's own log.
opensc_apdus() {
	grep -A 1 'Outgoing APDU' "$1" | grep -E '^([0-9A-F]{2} ){4}'
}

# opensc_uses CARD SERIAL: OpenSC's module logs in to that card, reads the sealed share's object and
# uses the decryption key once; the log of it goes to opensc.log.
opensc_uses() {
	insert "$1"
	openssl ecparam -name prime256v1 -genkey -noout -out peer.key
	openssl pkey -in peer.key -pubout -outform DER -out peer.der
	# The PIN is a virtual card's.
	OPENSC_DEBUG=9 pkcs11-tool --module opensc-pkcs11.so --login \
		--pin "$(quorate-robot --pin card "$2")" --derive --mechanism ECDH1-DERIVE --id 02 \
		--input-file peer.der --output-file peer.shared 2>opensc.log
	eject "$1"
	test -s peer.shared
}
