#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_cert.sh FOLDER-OF-PROGRAMS
#
# Certificates and revocation lists, signed by a key on a token, and what is refused before it
# signs. OpenSSL and GnuTLS's certtool judge them.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

root_name='C=DE,O=Example AG,CN=Example Root CA 1'

self_signs() {
	quorate cert self-sign root --key root-ca --profile root --subject "$root_name" --by ann "$@"
}
# hash_of FILE
hash_of() {
	sum=$(sha256sum "$1")
	echo "${sum%% *}"
}
signs() {
	request=$1
	shift
	quorate cert sign root --key root-ca --ca root.pem --csr "$request" \
		--csr-sha256 "$(hash_of "$request")" --by ann "$@"
}
lists() {
	quorate crl sign root --key root-ca --ca root.pem --by ann "$@"
}
# x509 FILE WORDS: each line of them is somewhere in what OpenSSL says of the certificate.
x509() {
	openssl x509 -in "$1" -noout -text >said
	all_in said "$2"
}

stands() {
	founds alice bob carol
	enrols root alice bob carol
	creates root 2 alice,bob,carol
	quorate key generate root --label root-ca --by ann
}
holds 'a quorum stands, with a key' stands

# ---- the key's own ------------------------------------------------------------------------------

told 3 'a name without a country is refused by the rules for public roots, before any card' \
	'the subject has a country of two capital letters (BR 7.1.2.10.2)
would break the rules' \
	quorate cert self-sign root --key root-ca --profile root --subject CN=Root --out no.pem --by ann
told 3 'so are too many days' '2922 to 9132 days' self_signs --days 9133 --out no.pem
told 3 'and too few' '2922 to 9132 days' self_signs --days 2921 --out no.pem
told 2 'days that lie behind are no end' 'in the past' self_signs --until 2020-01-01 --out no.pem
told 2 'a name that is none is refused' "a name has no attribute 'X'" \
	quorate cert self-sign root --key root-ca --profile root --subject X=1 --out no.pem --by ann
told 4 'a profile that is none is absent' "no certificate profile 'rooot'" \
	quorate cert self-sign root --key root-ca --profile rooot --out no.pem --by ann
told 2 'a profile of a CA below does not fit' 'is of kind intermediate' \
	quorate cert self-sign root --key root-ca --profile intermediate --out no.pem --by ann
printf 'kind = root\nrules = public\ndays = many\n' >bad.profile
told 1 'a profile says where it is wrong' 'bad.profile:3:8: days is no number in its range' \
	quorate cert self-sign root --key root-ca --profile bad.profile --out no.pem --by ann
told 4 'a key that is not there is absent' "has no private key 'other'; it has 'root-ca'" \
	quorate cert self-sign root --key other --profile root --subject "$root_name" --out no.pem \
	--by ann
nothing_was_signed() {
	[ ! -e no.pem ]
	[ -z "$(quorate roster log | grep cert.sign)" ]
}
holds 'of all these nothing was signed' nothing_was_signed

self_signed() {
	self_signs --out root.pem >shown
	fingerprint=$(openssl x509 -in root.pem -noout -fingerprint -sha256 | sed 's/.*=//; s/://g')
	grep -qi "$fingerprint" shown
	x509 root.pem 'ecdsa-with-SHA384
Subject: C = DE, O = Example AG, CN = Example Root CA 1
GMT
CA:TRUE
Certificate Sign, CRL Sign'
	fails grep -q 'Extended Key Usage\|pathlen\|Policies' said
	[ "$(grep -c critical said)" = 2 ]
}
holds 'the key signs its own certificate' self_signed
judged() {
	openssl verify -x509_strict -check_ss_sig -CAfile root.pem root.pem
	certtool --verify-chain --infile root.pem | grep -q 'The certificate is trusted'
	openssl asn1parse -in root.pem | grep -q 'GENERALIZEDTIME'
}
holds 'which OpenSSL and certtool verify, and ends in GeneralizedTime' judged
told 1 'a file that is there is never overwritten' "'root.pem' exists" self_signs --out root.pem
told 1 'a key that has a certificate gets no other one unawares' 'has a certificate on its token
--again' self_signs --out no.pem
exported() {
	quorate cert export root --key root-ca --out same.pem --by ann
	cmp root.pem same.pem
	quorate cert export root --key root-ca --der --out same.der --by ann
	openssl x509 -in same.der -inform DER -outform PEM | cmp - root.pem
	quorate cert show same.der | grep -F "$root_name"
}
holds 'the token has it too, and gives it back' exported
renewed() {
	self_signs --again --no-store --days 3000 --out renewed.pem
	quorate health root --at "$(date -u -d '+2950 days' +%F)" | grep -q "the certificate 'root-ca' ends on"
}
holds 'a renewal is said, and its end is in the calendar' renewed

# ---- that of a CA below -------------------------------------------------------------------------

cat >issuing.profile <<'END'
kind = intermediate
rules = public
days = 3000
path-length = 0
extended-key-usage = serverAuth, clientAuth
policy = 2.23.140.1.2.2
permit = DNS:example.org
crl-url = http://pki.example.org/root-1.crl
issuer-url = http://pki.example.org/root-1.cer
END
# requests NAME SUBJECT OPTION...: a request, and its key.
requests() {
	request_name=$1
	request_subject=$2
	shift 2
	openssl req -new -nodes -keyout "$request_name.key" -out "$request_name.csr" \
		-subj "$request_subject" "$@" 2>/dev/null
}
ec() {
	requests "$@" -newkey ec -pkeyopt ec_paramgen_curve:P-384
}
ec sub '/C=DE/O=Example AG/CN=Example Issuing 1' -addext subjectAltName=DNS:evil.example
ec bare '/CN=Sub'
requests weak '/C=DE/O=Example AG/CN=Weak' -newkey rsa:1024
openssl req -in sub.csr -outform DER -out whole.der
# The last byte of the signature becomes another.
{
	head -c -1 whole.der
	printf x
} >forged.csr

told 3 'a request that was not announced is refused' 'is not the request that was announced' \
	quorate cert sign root --key root-ca --ca root.pem --csr sub.csr --csr-sha256 "$(hash_of root.pem)" \
	--profile intermediate --out no.pem --by ann
told 3 'so is one without proof of possession' 'not signed by the key that it asks' \
	signs forged.csr --profile intermediate --out no.pem
told 3 'and one with a weak key' 'is an RSA key of less than 2048 bits' \
	signs weak.csr --profile intermediate --out no.pem
told 3 'a public CA below needs more than a name' 'the subject has an organisation' \
	signs bare.csr --profile issuing.profile --out no.pem
told 3 'it ends no later than its issuer' 'valid only while the issuer' \
	signs sub.csr --profile issuing.profile --until 2060-01-01 --out no.pem
openssl req -x509 -new -key sub.key -subj '/CN=Other' -days 30 -out other.pem
told 3 "a CA's certificate of another key is refused" "is not that of the key 'root-ca'" \
	quorate cert sign root --key root-ca --ca other.pem --csr sub.csr \
	--csr-sha256 "$(hash_of sub.csr)" --profile intermediate --out no.pem --by ann
printf 'cn = Old\nactivation_date = "2020-01-01"\nexpiration_date = "2021-01-01"\n' >old.template
certtool --generate-self-signed --load-privkey sub.key --template old.template --outfile old.pem 2>made
told 3 "so is a CA's certificate that has ended" 'the CA certificate ended on 2021-01-01' \
	quorate cert sign root --key root-ca --ca old.pem --csr sub.csr \
	--csr-sha256 "$(hash_of sub.csr)" --profile intermediate --out no.pem --by ann
told 3 'for a revocation list, too' 'the CA certificate ended on 2021-01-01' \
	quorate crl sign root --key root-ca --ca old.pem --number 1 \
	--next-update "$(date -u -d '+200 days' +%F)" --out no.pem --by ann

opens_session() {
	quorate activate root --admin --persistent --purpose 'sign' --by ann
}
# ask ON REQUEST: what the session answers to a job that is no program's of ours.
ask() {
	/usr/bin/python3 - "$(quorate status --json | sed -n 's/.*"socket": "\(.*\)".*/\1/p')" "$1" "$2" <<'END'
import json, socket, sys
link = socket.socket(socket.AF_UNIX)
link.connect(sys.argv[1])
job = {"job": "key.list", "binding": "root-ca", "generation": 1, "on": "x" * int(sys.argv[2]),
       "request": [0] * int(sys.argv[3])}
link.sendall(json.dumps(job, separators=(",", ":")).encode() + b"\n")
print(link.makefile().readline() or "nothing")
END
}
bounds_what_is_asked() {
	record=$(find "$HOME" -name '*.uses')
	before=$(grep -c . "$record")
	ask 5000 1 | grep -F 'what the job is on is of more than 1024 bytes'
	ask 10 100000 | grep -qx nothing
	[ "$(grep -c . "$record")" = "$before" ]
	ask 10 1 | grep -qi '"done": *true'
	[ "$(grep -c . "$record")" = $((before + 1)) ]
}
holds 'a session is opened' opens_session
holds 'what could not be recorded is not begun there' bounds_what_is_asked
below() {
	signs sub.csr --profile issuing.profile --out sub.pem >shown 2>&1
	grep -F 'The request asks for X509v3 Subject Alternative Name: that is not copied' shown
	x509 sub.pem 'CA:TRUE, pathlen:0
TLS Web Server Authentication, TLS Web Client Authentication
DNS:example.org
URI:http://pki.example.org/root-1.crl'
	fails grep -q evil.example said
	openssl verify -x509_strict -CAfile root.pem sub.pem
	cat sub.pem root.pem >chain.pem
	certtool --verify-chain --infile chain.pem | grep -q 'The certificate is trusted'
}
holds 'it signs a CA below, without a card, and copies nothing that the request asks' below

# ---- revocation lists ---------------------------------------------------------------------------

next=$(date -u -d '+200 days' +%F)
export next
serial=$(openssl x509 -in sub.pem -noout -serial | sed 's/.*=//')
printf 'serial,date,reason\n%s,2026-11-01,keyCompromise\n' "$serial" >one.csv
printf 'serial,date,reason\n%s,2026-11-01,keyCompromise\n0A,2026-13-01,\n' "$serial" >bad.csv
printf 'serial,date,reason\n0a,2026-11-01,\n%s,2026-11-01,\n00:0A,2026-11-02,\n' "$serial" >twice.csv
printf 'serial,date,reason\n0B,2026-11-02,cessationOfOperation\n' >two.csv
told 1 'a bad row is named, and nothing signed' "bad.csv:3: '2026-13-01' is no date" \
	lists --number 1 --next-update "$next" --entries bad.csv --out no.pem
told 1 'so is a number that is there twice' 'twice.csv:4: the serial number is that of line 2' \
	lists --number 1 --next-update "$next" --entries twice.csv --out no.pem
told 3 'a public CA renews its list within a year' 'within twelve months (BR 4.9.7)' \
	lists --number 1 --next-update 2049-06-30 --public --out no.pem
listed() {
	lists --number 7 --next-update "$next" --entries one.csv --public --out one.crl
	openssl crl -in one.crl -noout -CAfile root.pem 2>&1 | grep -q 'verify OK'
	openssl crl -in one.crl -noout -text >said
	all_in said "Key Compromise
Next Update: $(LC_ALL=C date -u -d "$next" '+%b %e') 23:59:59"
	fails openssl verify -crl_check -CAfile root.pem -CRLfile one.crl sub.pem
	certtool --crl-info --infile one.crl | grep -q 'Number (not critical): 07'
	quorate health root --at "$next" | grep -q "the revocation list 'root-ca' ends on $next"
}
holds 'a list is signed that OpenSSL and certtool read, and its end is in the calendar' listed
told 3 'the next one cannot leave it out' 'signed revocation list 7 last
--previous' lists --number 8 --next-update "$next" --entries two.csv --out no.pem
told 2 'nor count backwards' "number 7 does not follow" \
	lists --number 7 --previous one.crl --next-update "$next" --out no.pem
told 1 'nor revoke again what is revoked' 'line 2: the previous list revokes that certificate' \
	lists --number 8 --previous one.crl --next-update "$next" --entries one.csv --out no.pem
kept() {
	lists --number 8 --previous one.crl --next-update "$next" --entries two.csv --out two.crl
	openssl crl -in two.crl -noout -text >said
	all_in said "Serial Number: $serial
Serial Number: 0B
Cessation Of Operation"
	quorate crl show two.crl | grep 'Revoked  2'
}
holds 'what was revoked stays revoked' kept
other_lists() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key \
		-subj "/C=DE/O=Example AG/CN=Example Root CA 1" -days 30 -out ca.pem
	: >index.txt
	echo 01 >number
	printf '[ca]\ndefault_ca=c\n[c]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\n' >cnf
	openssl ca -config cnf -gencrl -keyfile ca.key -cert ca.pem -crldays 30 -out foreign.crl
}
holds "another's list" other_lists
told 3 'is no previous one, whatever name it bears' 'another list was given' \
	lists --number 9 --previous foreign.crl --next-update "$next" --out no.pem

# ---- the end ------------------------------------------------------------------------------------

full_disk() {
	mounting '
		mkdir small
		mount -t tmpfs -o size=4k none small
		head -c 4096 /dev/zero >small/full || true
		quorate crl sign root --key root-ca --ca root.pem --number 9 --previous two.crl \
			--next-update "$next" --out small/nine.crl --by ann >shown 2>messages &&
			exit 1
		[ ! -e small/nine.crl ]'
	all_in messages 'is printed here: put it into a file'
	openssl crl -in shown -noout -CAfile root.pem 2>&1 | grep -q 'verify OK'
}
holds 'what was signed is printed where the disk is full' full_disk
# A list as real ones are: megabytes go to the session's agent and come back.
long() {
	{
		echo serial,date,reason
		seq -f '%06g,2026-11-03,superseded' 100000 149999
	} >many.csv
	lists --number 10 --previous shown --next-update "$next" --entries many.csv --out many.crl
	openssl crl -in many.crl -noout -CAfile root.pem 2>&1 | grep -q 'verify OK'
	quorate crl show many.crl | grep 'Revoked  50002'
}
holds 'a list of 50,000 entries is signed in a session' long
rsa() {
	quorate key generate root --label rsa --type rsa-4096 --by ann
	quorate cert self-sign root --key rsa --profile private --subject CN=R --out rsa.pem --by ann
	x509 rsa.pem 'sha384WithRSAEncryption'
	openssl verify -x509_strict -check_ss_sig -CAfile rsa.pem rsa.pem
}
holds 'an RSA key signs too' rsa
ends() {
	quorate deactivate root
	[ ! -e no.pem ]
	quorate roster verify
	[ "$(quorate roster log | grep -c 'cert.sign')" = 8 ]
}
holds 'each signature is in the log, which verifies' ends
conclude
