# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# For the tests of this folder, sourced with their two arguments: the folder of the test programs
# and p11-kit-client.so; `here`, this folder, where it is not that of the script. Makes a SoftHSM
# token with an EC P-384 key, and ways to hold it open.
set -eu

: "${here:=$(cd "$(dirname "$0")" && pwd)}"
# shellcheck source=tests/card/tap.sh
. "$here/../../card/tap.sh"

programs=$1
client_module=$2
softhsm=/usr/lib/softhsm/libsofthsm2.so
pin=mfrggzdfmztwq2lknnwg23tpobyxe43u
token=pkcs11:token=held

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/tokens"
printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' \
	"$folder/tokens" >"$folder/softhsm.conf"
export SOFTHSM2_CONF="$folder/softhsm.conf"
export folder programs client_module softhsm token
# The PIN itself is in no environment: the agent's is part of its memory.
printf '%s\n' "$pin" >"$folder/pin"

# What a maker's tool would do; the PIN in argv is the test's own.
on_token() {
	pkcs11-tool --module "$softhsm" --token-label held --login --pin "$pin" "$@" 2>&1
}

{
	softhsm2-util --init-token --free --label held --so-pin "$pin" --pin "$pin"
	on_token --keypairgen --key-type EC:secp384r1 --label root-ca --id 01
	# OpenSC 0.23 cannot write an EC public key with OpenSSL 3.
	GNUTLS_PIN=$pin p11tool --provider "$softhsm" --login --export-pubkey --outfile "$folder/public.pem" \
		"$token;object=root-ca;type=public"
} >"$folder/setup" 2>&1 || {
	sed 's/^/# /' "$folder/setup"
	exit 1
}
printf 'what is signed\n' >"$folder/data"

# hold [OPTION...] -- CMD...
hold() {
	"$programs/hold" --token "$token" --folder "$folder/run" --state "$folder/state" "$@" \
		<"$folder/pin"
}

# hold_says PATTERN STATUS [OPTION...] -- CMD...: what hold prints, and how it ends.
hold_says() {
	wanted_text=$1
	wanted_end=$2
	shift 2
	end=0
	hold "$@" >"$folder/said" 2>&1 || end=$?
	cat "$folder/said"
	[ "$end" = "$wanted_end" ] && grep -q -e "$wanted_text" "$folder/said"
}

# For CMD, which is started by hold: the agent is its sibling. It is given to eval.
# shellcheck disable=SC2089,SC2090
{
	find_agent='agent=$(pgrep -P "$PPID" quorate-agent); address=${P11_KIT_SERVER_ADDRESS#unix:path=};'
	export find_agent
}
