#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# programs.sh PROGRAMS CLIENT-MODULE
#
# Programs that know nothing of Quorate sign with the held token; openssl and the public half judge.
# shellcheck source=tests/softhsm/agent/token.sh
. "$(dirname "$0")/token.sh"

cat >"$folder/openssl.cnf" <<END
openssl_conf = start
[start]
engines = engines
[engines]
pkcs11 = pkcs11
[pkcs11]
engine_id = pkcs11
MODULE_PATH = $client_module
init = 0
END
export OPENSSL_CONF="$folder/openssl.cnf"
key='pkcs11:object=root-ca;type=private'
export key
cd "$folder"

with_pkcs11_tool='
	openssl dgst -sha384 -binary data >digest
	pkcs11-tool --module "$client_module" --sign --mechanism ECDSA --id 01 \
		--signature-format openssl --input-file digest --output-file tool.sig
	openssl dgst -sha384 -verify public.pem -signature tool.sig data'
with_engine='
	openssl dgst -sha384 -engine pkcs11 -keyform engine -sign "$key" -out engine.sig data
	openssl dgst -sha384 -verify public.pem -signature engine.sig data'
with_certificate='
	openssl req -new -x509 -engine pkcs11 -keyform engine -key "$key" -subj /CN=Root -days 30 \
		-sha384 -out ca.pem
	openssl verify -CAfile ca.pem ca.pem'
with_p11tool='
	p11tool --provider "$client_module" --list-all | grep "type=private"
	p11tool --provider "$client_module" --list-all | grep "object=root-ca"
	p11tool --provider "$client_module" --list-tokens | grep "token=held"'
with_ssh_keygen='
	ssh-keygen -q -t ed25519 -N "" -f user
	ssh-keygen -D "$client_module" >ca.pub
	ssh-keygen -q -s ca.pub -D "$client_module" -I someone user.pub
	ssh-keygen -L -f user-cert.pub | grep "Signing CA: ECDSA"'

holds 'pkcs11-tool signs, and openssl verifies' hold -- sh -euc "$with_pkcs11_tool"
holds "openssl's engine signs, and openssl verifies" hold -- sh -euc "$with_engine"
holds 'openssl makes a self-signed certificate' hold -- sh -euc "$with_certificate"
holds 'p11tool lists the key and the token' hold -- sh -euc "$with_p11tool"
holds 'ssh-keygen signs an SSH certificate' hold -- sh -euc "$with_ssh_keygen"
gives 1 'a signature over other data does not verify' \
	openssl dgst -sha384 -verify public.pem -signature engine.sig public.pem
gives 1 'without an activation nothing signs' \
	pkcs11-tool --module "$client_module" --sign --mechanism ECDSA --id 01 \
	--input-file digest --output-file after.sig

conclude
