#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_json.sh FOLDER-OF-PROGRAMS
#
# Every command that takes --json prints one JSON document with the version in it, and nothing else.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

# The commands that the program itself says take --json, a line each.
with_json() {
	quorate help | sed -n 's/^  \([a-z].*[a-z]\)  .*/\1/p' | sed 's/   .*//' | sort -u |
		while read -r command; do
			# shellcheck disable=SC2086 # one word or two
			quorate help $command | grep -q '^ *--json' && echo "$command" || true
		done
}

# What each of them is given here.
table() {
	cat <<'END'
card enrol|--custodian dave --quorum other --by ann
card inspect|
card list|
backup list|
backup create|root --key first --from root-ca --to in-backup --by ann,alice
backup verify|root --key first --from in-backup --to in-test --by ann,alice
backup restore|root --key first --from in-backup --to in-primary --by ann,alice
backup record|root --key first --from root-ca --what tape --place safe --by ann
card show|root/1
ceremony close|tiny --by ann
ceremony attach|tiny --what other --text noted --by ann
ceremony new|--list
ceremony lint|ceremony
ceremony verify|tiny
ceremony approve|ceremony
ceremony ready|ceremony
ceremony report|tiny
custody|
doctor|
health|
item list|
item show|hsm-1
key generate|root --token root-ca --label second --by ann
key list|root --token root-ca --by ann
person list|
person show|alice
policy show|
quorum list|
quorum show|root
roster verify|
token info|pkcs11:token=PRACTICE%20root-ca
token list|
card check|root/1 --by ann
quorum advise|root --attrition 12.5
status|
token copies|
deactivate|root
quorum rekey|root --plan
roster pack|json.pack
roster take|json.pack --by ann
cert self-sign|root --token root-ca --key first --profile root --subject C=DE,O=Example,CN=Root --out root.pem --by ann
cert export|root --token root-ca --key first --out same.pem --by ann
cert show|root.pem
crl sign|root --token root-ca --key first --ca root.pem --number 1 --next-update 2049-05-01 --out root.crl --by ann
crl show|root.crl
END
	hash=$(sha256sum sub.csr)
	echo "cert sign|root --token root-ca --key first --ca root.pem --csr sub.csr --csr-sha256 ${hash%% *}" \
		'--profile intermediate --out sub.pem --by ann'
}

every_one_is_here() {
	with_json >has
	cat has
	(
		table | cut -d '|' -f 1
		echo 'roster log'
	) | sort | diff has -
}

# prints_json STATUSES ARGUMENT...
prints_json() {
	statuses=$1
	shift
	status=0
	quorate "$@" --json >document 2>messages </dev/null || status=$?
	cat document messages
	case " $statuses " in *" $status "*) ;; *) return 1 ;; esac
	/usr/bin/python3 -c '
import json, sys
def pairs(members):
    names = [name for name, _ in members]
    assert len(names) == len(set(names)), names
    return dict(members)
def no_float(text):
    raise ValueError(text)
document = json.load(open("document"), object_pairs_hook=pairs, parse_float=no_float)
assert document["quorate"] == 1, document
assert len(document) > 1, document'
}

# The log's lines are the very bytes that the hash chain is made of, so each has its own version.
chain_holds() {
	quorate roster log --json >log
	/usr/bin/python3 -c '
import hashlib, json
hashes, count = {}, 0
for line in open("log", "rb").read().splitlines():
    event = json.loads(line)
    assert event["v"] == 1, event
    before = hashes.get((event["writer"], event["n"] - 1))
    assert before == event["prev"] or count == 0, event
    hashes[event["writer"], event["n"]] = hashlib.sha256(line).hexdigest()
    count += 1
assert count > 20, count'
}

founds_a_quorum() {
	founds alice bob carol dave
	enrols root alice bob carol
	creates root 2 alice,bob,carol
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout sub.pem.key \
		-subj /CN=Sub -out sub.csr
	quorate key generate root --label first --backup --by ann
	for name in backup test primary; do
		quorate token bind root --name "in-$name" --role "$name" --by ann
	done
	quorate item add hsm-1 --kind hsm --by ann
	quorate ceremony new root-key-generation ceremony
	mkdir usb1 usb2
	quorate roster pack id.pack
	/usr/bin/python3 "$here/ceremony_by_hand.py" tiny \
		"$(head -n 1 id.pack | sed 's/.*"roster":"\([0-9a-f]*\)".*/\1/')" "$PWD/usb1" "$PWD/usb2" \
		-- ann=administrator
	empties_readers
	insert card4
}
holds 'a quorum stands' founds_a_quorum
holds 'every command that takes --json is tried below' every_one_is_here
while IFS='|' read -r command arguments; do
	# doctor's is 3 where this machine has something to mend, swap for example
	statuses=0
	[ "$command" != doctor ] || statuses='0 3'
	# and lint finds that nobody of the template's sheet is in the roster
	[ "$command" != 'ceremony lint' ] || statuses=1
	[ "$command" != 'ceremony ready' ] || statuses=1
	# shellcheck disable=SC2086 # several words each
	holds "$command --json is one JSON document" prints_json "$statuses" $command $arguments
done <<END
$(table)
END
holds 'roster log --json prints the events, whose chain Python follows' chain_holds
no_document() {
	quorate health --roster none --json >document 2>messages && return 1
	[ ! -s document ]
	[ -s messages ]
}
holds 'where a command fails it prints no document' no_document
conclude
