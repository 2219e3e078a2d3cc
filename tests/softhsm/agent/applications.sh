#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# applications.sh PROGRAMS CLIENT-MODULE
#
# Programs that know nothing of Quorate sign with the held token: the commands of
# docs/applications.md, as they stand there.
# shellcheck source=tests/softhsm/agent/token.sh
. "$(dirname "$0")/token.sh"

page=$here/../../../docs/applications.md
cd "$folder"

# The commands of the page's part before its first heading, and of one of its sections.
commands() {
	awk -v wanted="$1" '
		/^## / { section = substr($0, 4) }
		/^    / && (section == "" || section == wanted) { print substr($0, 5) }' "$page"
}

section() {
	commands "$1" >"$folder/commands"
	# The module, and what is done with it.
	[ "$(wc -l <"$folder/commands")" -gt 3 ] && hold -- sh -eux "$folder/commands"
}

# A line of its own for each section: one that is new must be added here too.
sections_are_these() {
	sed -n 's/^## //p' "$page" >headings
	cat headings
	[ "$(tr '\n' ',' <headings)" = 'pkcs11-tool,OpenSSL,GnuTLS,OpenSSH,Java,When it does not work,' ]
}

# What a maker's tool would do: Java wants a certificate beside the key.
with_certificate() {
	openssl x509 -in root.pem -outform DER -out root.der
	on_token --write-object root.der --type cert --id 01 --label root-ca
}

ssh_certificate_is_signed() {
	section OpenSSH && ssh-keygen -L -f user-cert.pub | grep 'Signing CA: ECDSA'
}

java() {
	with_certificate && section Java
}

holds 'the page has these sections' sections_are_these
holds 'pkcs11-tool, as on the page' section pkcs11-tool
holds 'OpenSSL, as on the page' section OpenSSL
holds 'GnuTLS, as on the page' section GnuTLS
holds 'ssh-keygen signs an SSH certificate, as on the page' ssh_certificate_is_signed
if command -v keytool jarsigner jar >/dev/null; then
	holds 'Java, as on the page' java
else
	skips 'Java, as on the page' 'there is no JDK'
fi
gives 1 'a signature over other data does not verify' \
	openssl dgst -sha384 -verify root.pub -signature data.sig root.pub
gives 1 'without an activation nothing signs' \
	pkcs11-tool --module "$client_module" --sign --mechanism ECDSA --id 01 \
	--input-file digest --output-file after.sig

conclude
