#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_evidence.sh FOLDER-OF-PROGRAMS
#
# A ceremony's end: closed with cards, copies and paper, killed on the way, added to, verified; and
# docs/verify-by-hand.md, followed literally with no program of Quorate.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"
# shellcheck source=tests/card/by_hand.sh
. "$here/by_hand.sh"

closes() {
	quorate ceremony close "$@" --by ann
}
verifies() {
	quorate ceremony verify "$@"
}
roster_id() {
	quorate roster pack id.pack >id
	head -n 1 id.pack | sed 's/.*"roster":"\([0-9a-f]*\)".*/\1/'
}
# has_ceremony FOLDER [WORD...]: a tiny one, at its last step.
has_ceremony() {
	folder=$1
	shift
	/usr/bin/python3 "$here/ceremony_by_hand.py" "$folder" "$(cat roster-id)" "$PWD/usb1" \
		"$PWD/usb2" -- alice=custodian bob=custodian carol=auditor "$@"
}

stands() {
	founds alice bob dave
	quorate person add carol --role auditor --by ann
	enrols root alice bob dave
	creates root 2 alice,bob,dave
	mkdir usb1 usb2
	roster_id >roster-id
	[ "$(wc -c <roster-id)" = 33 ]
}
holds 'a quorum stands' stands

# ---- before the end -----------------------------------------------------------------------------

not_at_its_end() {
	CEREMONY=unfinished has_ceremony half
	meets 1 'step 0 of 1 was done last: the ceremony is not at its end
quorate ceremony resume half --by ann' closes half
	meets 1 'WRONG, open: there is no manifest
quorate ceremony resume half --by NAME
quorate ceremony close half --by NAME' verifies half
	quorate init --practice --roster elsewhere.db --by ann >init.out
	meets 3 'this ceremony was begun with another roster than elsewhere.db' \
		quorate ceremony resume half --roster elsewhere.db --by ann
	mkdir none
	meets 4 'the ceremony in none was never begun' closes none
	meets 4 'there is no evidence in none' verifies none
}
holds 'a ceremony that is not at its end is not closed' not_at_its_end

# ---- the end, and each place where the power goes -----------------------------------------------

killed_on_the_way() {
	has_ceremony root-2027
	robot 'stop-at menu 2' meets 1 'stop' closes root-2027
	[ ! -e root-2027/evidence/manifest ]
	robot 'stop-at confirm 1' meets 1 'stop' closes root-2027
	cp root-2027/evidence/manifest frozen
	robot 'stop-at pin 1' meets 1 'stop' closes root-2027
	cmp frozen root-2027/evidence/manifest
	[ -z "$(find root-2027/evidence -name '*.sig')" ]
	mv usb2 usb3
	meets 4 "the medium at $PWD/usb2 is not there" closes root-2027
	[ "$(find root-2027/evidence -name '*.sig' | wc -l)" = 2 ]
	mv usb3 usb2
	meets 0 'PRACTICE: The ceremony is closed: 2 signatures by cards, 2 copies read back.
quorate ceremony attach root-2027 --what bag' closes root-2027
	cmp frozen root-2027/evidence/manifest
	[ "$(grep -c '"kind":"statement"' root-2027/evidence/record.jsonl)" = 3 ]
	diff -r root-2027/evidence usb1/tiny-*
	diff -r root-2027/evidence usb2/tiny-*
}
# Nobody is there who could answer, and no card.
closed_already() {
	rules='stop-at menu 1;stop-at confirm 1;stop-at pin 1'
	robot "$rules" meets 0 'Nobody is asked again
PRACTICE: The ceremony was already closed: 2 signatures by cards, 2 copies read back.
quorate ceremony verify root-2027' closes root-2027
	rm -r usb2/tiny-*
	robot "$rules" meets 0 'The ceremony is closed: 2 signatures by cards, 2 copies' closes root-2027
	diff -r root-2027/evidence usb2/tiny-*
}
holds 'broken off at each question, closing goes on where it was' killed_on_the_way
holds 'closed again, it says so, asks nothing, and makes the copy that is missing' closed_already

well() {
	meets 0 'head: card root/1 of alice (custodian): right; the roster knows the card as theirs
unsigned: carol (auditor) signs on paper: compare the head on the signature page
Well: every byte is as it was frozen.' verifies root-2027
	meets 0 'no roster was looked at' verifies usb1/tiny-* --no-roster
	chmod -R a-w usb2
	status=0
	meets 0 'Well: every byte' verifies usb2/tiny-* || status=1
	chmod -R u+w usb2
	return "$status"
}
holds 'it verifies, with a roster and without, from a copy that nobody can write' well

pinned_too() {
	quorate roster verify | grep 'signed by root/1 (alice), root/2 (bob)'
	[ "$(quorate roster log --type ceremony.close | wc -l)" = 1 ]
}
holds 'in the same visit the cards signed the head of the roster' pinned_too

# ---- what comes after ---------------------------------------------------------------------------

adds() {
	quorate ceremony attach root-2027 "$@" --by ann
}
added() {
	echo page >page.png
	echo film >film.mp4
	meets 0 'Line 1 of the addendum
UNSIGNED' adds --what bag --number A100 --holds 'HSM 1'
	meets 0 'signed by 1 card' adds --what scan --file page.png --sign root/1
	# dave's card was not at the ceremony: its key comes first
	meets 0 'Line 4 of the addendum
signed by 1 card' adds --what video --file film.mp4 --begins 2027-03-01T09:00:00Z \
		--ends 2027-03-01T12:00:00Z --sign root/3
	meets 0 'addendum: card root/3 of dave, up to line 4: right
Well: every byte' verifies root-2027
	fails grep -rq film root-2027/evidence/addendum
}
refused() {
	meets 2 "for 'bag' something is missing" adds --what bag --number A100
	meets 2 "'box' is nothing that can be attached" adds --what box
	meets 2 'not two times in order' adds --what video --file film.mp4 --begins yesterday --ends x
	meets 1 'it is no reply of a time stamping authority' adds --what timestamp --file page.png
	mkfifo pipe
	meets 2 'pipe is not a plain file' adds --what video --file pipe \
		--begins 2027-03-01T09:00:00Z --ends 2027-03-01T12:00:00Z
	meets 0 'Well: every byte' verifies root-2027
}
holds 'bags, scans and videos are added, chained and signed' added
holds 'what is not fit to be added is refused, and changes nothing' refused

# shortens EVIDENCE: by the last line of its addendum; what is left is as well-formed as before.
shortens() {
	head -n -2 "$1/addendum.jsonl" >lines
	sum=$(sha256sum <lines)
	{ cat lines && printf '{"sha256":"%s"}\n' "${sum%% *}"; } >"$1/addendum.jsonl"
	rm "$1"/signatures/addendum-004-*
}
# attaches_unseen FOLDER TEXT...: with a roster that has nothing to do with it.
attaches_unseen() {
	folder=$1
	shift
	for text; do
		quorate ceremony attach "$folder" --what other --text "$text" --by eve --roster elder.db ||
			return 1
	done
	[ "$(quorate roster log --type ceremony.attached --roster elder.db | wc -l)" = 0 ]
}
cut_off() {
	cp -r root-2027 cut
	shortens cut/evidence
	meets 0 'the addendum ends with line 3, hash
Well: every byte' verifies cut --no-roster
	meets 1 'WRONG, cut: the addendum was cut off, or this is a copy from before: the roster knows 4 lines' \
		verifies cut
	meets 1 'Put the addendum back' quorate ceremony attach cut --what other --text more --by ann
	rm -r cut/evidence/addendum cut/evidence/addendum.jsonl cut/evidence/signatures/addendum-*
	meets 1 'the roster knows 4 lines, and here are 0' verifies cut
	quorate init --practice --by eve --roster elder.db
	attaches_unseen cut one two three four
	meets 1 'WRONG, cut: the addendum was cut off and written anew: the roster knows another line 4' \
		verifies cut
}
# As when the power goes before the roster learns of the line.
not_noted_yet() {
	attaches_unseen root-2027 'The lamp was off.'
	meets 0 'unnoted: the roster knows 4 lines of the addendum, and here are 5
Well: every byte' verifies root-2027
	adds --sign root/2
	verifies root-2027 >after
	fails grep unnoted after
}
holds 'lines that were cut off or written anew are found with the roster' cut_off
holds 'a line that the roster did not learn is told, and noted with the next addition' not_noted_yet

# An authority of our own stamps the manifest, as openssl does it.
authority() {
	mkdir tsa
	openssl req -x509 -newkey rsa:2048 -nodes -keyout tsa/key.pem -out tsa/cert.pem -days 2 \
		-subj /CN=Stamps -addext extendedKeyUsage=critical,timeStamping 2>tsa/log
	cat >tsa/conf <<END
[tsa]
default_tsa = one
[one]
serial = $PWD/tsa/serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
END
	echo 01 >tsa/serial
}
# stamps FILE REPLY
stamps() {
	openssl ts -query -data "$1" -sha256 -cert -out query.tsq
	openssl ts -reply -config tsa/conf -section one -queryfile query.tsq -signer tsa/cert.pem \
		-inkey tsa/key.pem -out "$2"
}
stamped() {
	authority
	stamps root-2027/evidence/manifest stamp.tsr
	stamps root-2027/evidence/record.jsonl other.tsr
	meets 1 "the time stamp is not over this evidence's head" adds --what timestamp --file other.tsr
	meets 0 'Line 6 of the addendum' adds --what timestamp --file stamp.tsr --sign root/2
	meets 0 'Well: every byte' verifies root-2027
	openssl ts -verify -data root-2027/evidence/manifest \
		-in root-2027/evidence/addendum/006-stamp.tsr -CAfile tsa/cert.pem
}
holds 'a time stamp is taken when it is over the head' stamped

# A name that is no UTF-8 is told in JSON that every program can read.
odd_names() {
	cp -r root-2027/evidence odd
	touch "odd/files/$(printf '\377')"
	status=0
	verifies odd --json >odd.json || status=$?
	[ "$status" = 1 ] && /usr/bin/python3 -m json.tool odd.json | grep '"odd"'
}
holds 'a name that is no text is told as JSON too' odd_names

# ---- by hand ------------------------------------------------------------------------------------

verifies_by_hand() {
	mkdir room
	boxes ceremony >room/boxes
	cp -r root-2027/evidence room/evidence
	by_hand >said 2>&1
	cat said
	says_what_the_page_says ceremony || return 1
	fails grep -E 'BROKEN|WRONG|CHANGED|ANOTHER|ADDED|ODD' said
}
holds 'docs/verify-by-hand.md verifies the evidence as it says' verifies_by_hand

# planted WORD COMMAND...: in a copy; by hand and by command it is found.
planted() {
	word=$1
	shift
	rm -rf room/evidence
	cp -r root-2027/evidence room/evidence
	(cd room/evidence && "$@")
	by_hand >said 2>&1 || true
	cat said
	grep -q "$word" said || return 1
	gives_1 quorate ceremony verify room/evidence || return 1
}
gives_1() {
	status=0
	"$@" || status=$?
	[ "$status" = 1 ]
}
found_by_hand() {
	planted CHANGED sed -i s/hello/hallo/ outputs/001-1.out
	planted ADDED touch files/more
	planted ODD ln -s /etc/passwd files/link
	planted ODD mkdir files/none
	planted BROKEN sed -i 3d record.jsonl
	planted WRONG sed -i s/made/Made/ manifest
	planted CHANGED sed -i s/A100/A101/ addendum.jsonl
	planted 'signature is WRONG' cp signatures/root-2.sig signatures/root-1.sig
}
holds 'what was planted is found by hand and by command' found_by_hand

# ---- strangers, chains, dissent -----------------------------------------------------------------

refrozen() {
	rm -rf anew
	cp -r root-2027 anew
	(
		cd anew/evidence
		rm -r signatures addendum addendum.jsonl
		echo other >files/made.txt
		cut -c 67- manifest | tr '\n' '\0' | xargs -0 sha256sum >../manifest
		mv ../manifest manifest
	)
	meets 1 'alice was to sign with a card, and no such signature is there' \
		verifies anew --no-roster
	meets 1 'no ceremony of this script that was closed with this head' verifies anew
}
unhex() {
	/usr/bin/python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))'
}
# A card of nobody's, whose key is in the manifest and whose signature is right.
forged() {
	rm -rf forged
	cp -r root-2027 forged
	cd forged/evidence
	rm -r signatures addendum addendum.jsonl manifest
	mkdir signatures
	openssl ecparam -name prime256v1 -genkey -noout -out ../key.pem
	openssl pkey -in ../key.pem -pubout -out cards/root-9.pem
	point=$(openssl pkey -in ../key.pem -pubout -outform DER | od -An -v -tx1 | tr -d ' \n')
	point=$(printf %s "$point" | tail -c 130)
	print=$(printf %s "$point$point" | unhex | sha256sum)
	printf '{"card":"root/9","dec":"%s","fingerprint":"%s","person":"alice","sig":"%s"}' \
		"$point" "${print%% *}" "$point" >cards/root-9.json
	find . -type f | sed 's|^\./||' | LC_ALL=C sort | tr '\n' '\0' | xargs -0 sha256sum >../manifest
	mv ../manifest manifest
	head=$(sha256sum <manifest)
	{ printf 'quorate/1 PRACTICE evidence' && printf %s "${head%% *}" | unhex; } >../message
	openssl dgst -sha256 -sign ../key.pem -out signatures/root-9.sig ../message
	printf '{"card":"root/9","fingerprint":"%s","hash":"%s","line":0,"person":"alice","v":1}\n' \
		"${print%% *}" "${head%% *}" >signatures/root-9.json
	cd ../..
	meets 1 'bob was to sign with a card, and no such signature is there' \
		verifies forged --no-roster
	meets 1 'WRONG, stranger: card root/9 of alice signed, and the roster does not know it as such' \
		verifies forged
}
another_roster() {
	quorate init --practice --by eve --roster other.db
	meets 1 'WRONG, stranger: the evidence was made with roster' verifies root-2027 --roster other.db
	meets 3 'this ceremony was held with another roster' \
		quorate ceremony close root-2027 --by eve --roster other.db
}
follows() {
	head=$(sha256sum <root-2027/evidence/manifest)
	has_ceremony root-2028 "previous=${head%% *}"
	robot 'menu 3 not-agreed' meets 0 'The ceremony is closed' \
		quorate ceremony close root-2028 --on-paper bob --by ann
	meets 0 'dissent:
does NOT agree
bob (custodian) signs on paper' verifies root-2028 --previous root-2027
	cp -r root-2027 changed
	echo more >>changed/evidence/files/made.txt
	meets 1 'WRONG, chain:' verifies root-2028 --previous changed
	meets 1 'its head is not the one that the record names' verifies root-2028 --previous root-2028
}
holds 'without its signatures, evidence that was frozen anew is not what the roster knows' refrozen
holds 'a card that the roster does not know is a stranger, however right its signature' forged
holds 'cards of another roster are strangers' another_roster
holds 'dissent is told, and the chain to the ceremony before is checked' follows

# Both are what the roster says today; what was signed is of the day when it was signed.
later() {
	quorate person edit alice --name alicia --by ann
	quorate card report root/2 lost --reporter bob --by ann
	meets 0 'card root/1 of alice (custodian): right; the roster knows the card as theirs
Well: every byte' verifies root-2027
	meets 1 'WRONG, stranger: card root/9 of alice signed' verifies forged
}
holds 'a new name and a lost card make no stranger of who signed before' later

conclude
