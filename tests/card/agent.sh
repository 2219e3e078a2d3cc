#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# agent.sh FOLDER-OF-PROGRAMS FOLDER-OF-TEST-PROGRAMS
#
# A card in a reader keeps an activation open, through the real pcscd.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/tap.sh
. "$here/tap.sh"

sandbox=$1/quorate-sandbox
tests=$2
export tests

# Made in each sandbox: a token, two cards in their readers, and what holds the token open with the
# card in the first reader: hold CMD...
prepare='
	PIN=mfrggzdfmztwq2lk
	softhsm2-util --init-token --free --label held --so-pin $PIN --pin $PIN
	pkcs11-tool --module /usr/lib/softhsm/libsofthsm2.so --token-label held --login --pin $PIN \
		--keypairgen --key-type EC:prime256v1 --label ca --id 01
	set -- $(virtual-card list | awk "{ print \$1 }")
	first=$1 second=$2
	virtual-card insert $first 0
	virtual-card insert $second 1
	soon() {
		for _ in $(seq 100); do
			"$@" && return 0
			sleep 0.1
		done
		return 1
	}
	seen() {
		opensc-tool --list-readers | grep -c "Yes" | grep -qx 2
	}
	soon seen
	reader=$(opensc-tool --list-readers | awk "\$2 == \"Yes\" { print }" | head -n 1 |
		sed "s/^[0-9]* *Yes *//")
	hold() {
		echo $PIN | "$tests/hold" --token pkcs11:token=held --folder /run/held --state /run/state \
			--reader "$reader" -- "$@" 2>/run/said
	}
	ended() {
		cat /run/said
		grep -q "^ended: $1" /run/said
	}'

inside() {
	"$sandbox" -- sh -euc "$prepare
$1"
}

holds 'the card may stay, and the command ends it' inside '
	hold sleep 1
	ended command'
holds 'the card is taken out, and the activation and its command end' inside '
	(sleep 1; virtual-card eject $first) &
	status=0
	hold sleep 20 || status=$?
	test $status = 125
	ended "card: the card in reader"'
holds 'another card is taken out, and nothing ends' inside '
	(sleep 0.5; virtual-card eject $second) &
	hold sleep 2
	ended command'
holds 'a card that is out already is refused, and no PIN is asked for' inside '
	virtual-card eject $first
	sleep 1
	status=0
	hold true || status=$?
	test $status = 125
	grep "was taken out of reader" /run/said
	! grep PIN /run/said'
holds 'pcscd dies, and after a grace the activation ends with words' inside '
	(sleep 1; kill -KILL $(cat /run/pcscd/pcscd.pid)) &
	status=0
	hold sleep 60 || status=$?
	test $status = 125
	ended "card: .*pcscd"'

holds 'pcscd dies and returns with the same card, and nothing ends' inside '
	(sleep 0.5; kill -KILL $(cat /run/pcscd/pcscd.pid); sleep 0.3; pcscd) &
	hold sleep 4
	ended command'

conclude
