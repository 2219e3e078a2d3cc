#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_rollcall.sh FOLDER-OF-PROGRAMS
#
# Roll-calls: a set of cards in the room, one at a distance, and each way in which a card or a
# statement can be wrong.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

checks() {
	quorate card check --by ann "$@"
}
proofs() {
	quorate roster log | grep -c 'card.proof .*kind=roll-call' || true
}
# proves_nothing COMMAND...: and no proof is added by it.
proves_nothing() {
	proofs_before=$(proofs)
	"$@" || return 1
	[ "$(proofs)" = "$proofs_before" ]
}

founds_two_quorums() {
	founds alice bob carol dave erin
	enrols root alice bob carol
	creates root 2 alice,bob,carol
	enrols root dave
	enrols other erin
}
holds 'a quorum stands, and two cards have no share yet' founds_two_quorums

# ---- the walk -----------------------------------------------------------------------------------

stopped_on_the_way() {
	robot 'order carol,bob;absent alice;absent dave' recorded meets 1 '2 of 4 cards are proven
roll-call: stopped with 2 of 4 cards
root/1       alice            MISSING
root/2       bob              proven, 3 tries left
root/3       carol            proven, 3 tries left
root/4       dave             MISSING
Give the same command again: with --all it asks only for the cards that are missing.' \
		checks --quorum root --all
	asks '"purpose":"roll-call","done":1,"total":4
"through":["carol"]
"for":"verify","custodian":"bob"'
}
gone_on_with() {
	recorded meets 0 'root/1       alice            proven, 3 tries left
root/2       bob              had its roll-call today
root/3       carol            had its roll-call today
root/4       dave             proven (keys and PIN; it holds no share yet), 3 tries left' \
		checks --quorum root --all
	fails grep -q '"custodian":"bob","card":"root/2","serial":"[^"]*","tries"' "$STORY_ASKED"
}
nothing_left() {
	proves_nothing meets 0 'root/4       dave             had its roll-call today' \
		checks --quorum root --all
}
all_again() {
	meets 0 'root/4       dave             proven' checks --quorum root --all --again
	[ "$(proofs)" = 8 ]
}
any_one() {
	robot 'order bob' meets 0 'root/2       bob              proven' checks --quorum root
	[ "$(wc -l <said)" -le 3 ]
}
each_signs() {
	quorate roster verify >verified
	cat verified
	all_in verified 'signed by root/4 (dave)'
	quorate roster log | tail -n 1 | grep -F 'checkpoint.sign number='
}
holds 'cards come in any order; stopped, it says who is proven and who is missing' \
	stopped_on_the_way
holds 'the same command goes on with those, and says what a card without a share proves' gone_on_with
holds 'with all done it asks nobody' nothing_left
holds 'unless that is wanted' all_again
holds 'any one card of the quorum will do where that is wanted' any_one
holds 'each card signs the head of the roster, its own proof included' each_signs
told 0 'names are checked in any number' 'root/3       carol            proven
other/1      erin             proven (keys and PIN; it holds no share yet)' \
	checks root/3 other/1

# ---- mistakes -----------------------------------------------------------------------------------

mistakes() {
	meets 2 'which card?' checks
	meets 2 'name cards, or a quorum, not both' checks root/1 --quorum root
	meets 2 '--all goes with --quorum' checks root/1 --all
	meets 2 '--again goes with --all' checks --quorum root --again
	meets 2 '--request is for exactly one card' checks root/1 root/2 --request r
	meets 2 '--answer and --out go together' quorate card check --answer r
	meets 2 'are three different commands' checks root/1 --request r --import s
	meets 2 'the file says which card it is about' checks root/1 --import s
	meets 2 "--days cannot be '91'" checks root/1 --request r --days 91
	meets 2 'who is at the keyboard?' quorate card check root/1
	meets 2 'card root/1 is named twice' checks root/1 root/1
	meets 4 "'root/9'" checks root/9
	meets 4 "no card in use is enrolled for a quorum 'leaf'" checks --quorum leaf --all
}
holds 'what does not go together is refused, each with its reason' proves_nothing mistakes

# ---- PINs ---------------------------------------------------------------------------------------

wrong_then_right() {
	robot 'wrong-pin alice 1' recorded meets 0 'root/1       alice            proven, 3 tries' \
		checks root/1
	asks 'The card refused the PIN. alice'\''s card root/1, serial FFFE:00000001: 2 tries left'
}
last_try() {
	proves_nothing robot 'wrong-pin alice 2;choice stop' meets 1 \
		"stopped at the PIN of alice's card root/1: 2 tries are left" checks root/1
	robot 'wrong-pin alice 1;choice stop' meets 1 '1 try is left' checks root/1
	robot 'choice last-try' recorded meets 0 'root/1       alice            proven, 3 tries' \
		checks root/1
	asks '1 try left. If the last try fails, the card is blocked.'
}
gives_way() {
	robot 'wrong-pin alice 1;choice other' meets 3 \
		'root/1       alice            NOT PROVEN: no PIN was given
root/2       bob              proven' checks root/1 root/2
}
blocked() {
	proves_nothing robot 'wrong-pin alice 9;choice last-try' meets 3 \
		"alice's card root/1 is blocked: no tries are left
quorate card unblock root/1" checks root/1
	quorate card unblock root/1 --by ann
	meets 0 'root/1       alice            proven' checks root/1
}
holds 'a wrong PIN costs a try, and the right one proves the card' wrong_then_right
holds 'the last try wants its word' last_try
holds 'who gives no PIN is not proven, and the others go on' gives_way
holds 'a blocked card is named, with what frees it; then it is proven' blocked

# ---- cards that are not as they should be -------------------------------------------------------

of_another_quorum() {
	robot 'present card5' recorded meets 0 'root/2       bob              proven' checks root/2
	asks "other/1 is erin's card (serial FFFE:00000005) of another quorum, 'other'."
}
# Bob's own PIN lets him write what he likes.
to_bobs_card() {
	pin=$(pin_of 2 | tr -d '\n' | xxd -p -u)
	apdu $select "00200082$(printf %02X $((${#pin} / 2)))$pin" "$@"
}
writes_records() {
	[ "$(to_bobs_card "00DA0103$(printf %02X $((${#1} / 2)))$1")" = 9000 ]
}
# bobs_card_fails STATUS WORDS: his card stays where it is, so that more can be written to it.
bobs_card_fails() {
	proves_nothing robot leave-in meets "$1" "bob's card root/2 is not proven: $2
Do not count on this card" checks root/2
}
changed_records() {
	empties_readers
	insert card2 0
	object=$(to_bobs_card 00CA010300 | sed 's/9000$//')
	[ ${#object} = 200 ]
	echo "$object" >object
	writes_records "D16200000002${object#????????????}"
	bobs_card_fails 1 \
		'holds the share of generation 2, and it was given that of generation 1'
	writes_records "D16300${object#??????}"
	bobs_card_fails 1 'holds records that cannot be read'
	[ "$(to_bobs_card 00DA0103)" = 9000 ]
	bobs_card_fails 4 'holds no share, and it was given that of generation 1'
	last=${object#"${object%??}"}
	writes_records "${object%??}$(printf %02X $((0x$last ^ 1)))"
	bobs_card_fails 1 'holds another sealed share of generation 1 than it was given'
}
others_go_on() {
	robot leave-in meets 1 'root/2       bob              NOT PROVEN: holds another sealed share
root/3       carol            proven
1 of 2 cards are proven' checks root/2 root/3
	eject card3
	writes_records "$(cat object)"
	robot leave-in meets 0 'root/2       bob              proven' checks root/2
	empties_readers
}
reset_or_forged() {
	mv "$QUORATE_SANDBOX/cards/card3.card" card3.kept
	virtual-card new "$QUORATE_SANDBOX/cards/card3.card" --serial 3
	robot 'present card3' recorded meets 3 'none of the cards that are wanted' checks root/3
	asks 'The card with serial FFFE:00000003 has lost the key that was enrolled as root/3.'
	empties_readers
	mv card3.kept "$QUORATE_SANDBOX/cards/card3.card"
}
pulled() {
	robot 'fault 1 pull-after:14' meets 0 'Nothing is lost: insert it again.
root/3       carol            proven' checks root/3
}
holds 'a card of another quorum is named, and the right one asked for' of_another_quorum
holds 'a changed, older, damaged or missing share is told, and nothing recorded as proven' \
	changed_records
holds 'the others go on; with its own share again the card is proven' others_go_on
holds 'a card that was reset is found out' proves_nothing reset_or_forged
holds 'a card pulled in the middle is asked for again' pulled

# ---- the roster ---------------------------------------------------------------------------------

not_for_writing() {
	mkdir medium
	mounting '
		mount -t tmpfs none medium
		cp "$QUORATE_ROSTER" medium/copy.roster
		mount -o remount,bind,ro medium
		quorate card check root/1 --by ann --roster medium/copy.roster' >refused 2>&1 && return 1
	cat refused
	all_in refused 'Read-only file system'
	fails grep -q 'types the PIN' refused
}
disk_is_full() {
	mkdir small
	cp "$QUORATE_ROSTER" full.roster
	mounting '
		mount -t tmpfs -o size=2m none small
		cp full.roster small/full.roster
		dd if=/dev/zero of=small/filler bs=4k 2>/dev/null || true
		quorate card check root/1 --by ann --roster small/full.roster || echo "status $?"
		rm small/filler
		quorate roster verify --roster small/full.roster
		quorate roster log --roster small/full.roster >after' >full 2>&1
	cat full
	all_in full 'status 5
every hash, signature and table agrees'
	fails grep -q 'alice            proven' full
	[ "$(grep -c kind=roll-call after)" = "$(proofs)" ]
}
holds 'a roster that takes no writing is refused before any PIN' proves_nothing not_for_writing
holds 'on a full disk nothing is proven, and the roster is whole' disk_is_full

# ---- at a distance ------------------------------------------------------------------------------

# The custodian's machine: a state folder of its own, and no roster.
answers() {
	mkdir -p theirs
	env -u QUORATE_ROSTER XDG_STATE_HOME="$scratch/theirs" quorate card check --accept swap \
		--attendant "${theirs:-quorate-robot}" "$@"
}
asks_bob() {
	meets 0 "The request for bob's card root/2 is in bob.request, good until
quorate card check --answer bob.request --out STATEMENT" \
		checks root/2 --request bob.request --days 3
	meets 1 "'bob.request' exists and is never overwritten" \
		checks root/2 --request bob.request
	fails grep -qi 'nonce' bob.request
}
bob_answers() {
	meets 0 "PRACTICE: Roll-call of bob's card root/2, serial FFFE:00000002, of quorum 'root'
share of generation 1 stays sealed
Card root/2 answered; its statement is in bob.statement." \
		answers --answer bob.request --out bob.statement
	meets 1 "'bob.statement' exists and is never overwritten" \
		answers --answer bob.request --out bob.statement
	[ -z "$(find theirs -type f)" ]
}
# By docs/formats/roll-call.md, with no line of Quorate.
openssl_verifies() {
	sig=$(quorate roster log --json | grep '"type":"card.enrol"' | sed -n 2p |
		sed 's/.*"sig":"\([0-9a-f]*\)".*/\1/')
	sed -E 's/^\{"signature":"[0-9a-f]+","statement":(.*)\}$/\1/' bob.statement |
		tr -d '\n' >signed
	sed -E 's/^\{"signature":"([0-9a-f]+)".*$/\1/' bob.statement | xxd -r -p >signature.der
	{ printf 'quorate/1 PRACTICE roll-call statement' && cat signed; } >message
	{ printf 3059301306072a8648ce3d020106082a8648ce3d030107034200 && printf %s "$sig"; } |
		xxd -r -p | openssl pkey -pubin -inform DER -out card.pem
	openssl dgst -sha256 -verify card.pem -signature signature.der message
	sed -i 's/"tries":3/"tries":2/' message
	fails openssl dgst -sha256 -verify card.pem -signature signature.der message
}
the_nonce_is_the_one_asked_for() {
	nonce=$(sed 's/.*"nonce":"\([0-9a-f]*\)".*/\1/' bob.statement | xxd -r -p | sha256sum)
	quorate roster log --json | grep '"type":"roll-call.request"' | tail -n 1 |
		grep -F "\"nonce\":\"${nonce%% *}\""
}
# refused STATUS WORDS FILE
refused() {
	proves_nothing meets "$1" "$2
the statement was not taken; the roster is unchanged" checks --import "$3"
}
tampered() {
	sed 's/"tries":3/"tries":2/' bob.statement >changed
	refused 3 'one of them was changed, or another key signed' changed
	sed 's/"nonce":"../"nonce":"zz/' bob.statement >changed
	meets 1 'this is not a roll-call statement' checks --import changed
	sed 's/"nonce":"[^"]*/"nonce":"'"$(printf %064d 7)"'/' bob.statement >changed
	refused 4 'a nonce that was never asked for' changed
	meets 1 'this is not a roll-call statement' checks --import bob.request
	head -c 100 bob.statement >changed
	meets 1 'this is not a roll-call statement' checks --import changed
	meets 4 'nothing-there' checks --import nothing-there
}
imported() {
	meets 0 "bob's card root/2 is proven, 3 tries left." checks --import bob.statement
	refused 1 'this statement of card root/2 was imported at' bob.statement
}
only_that_card() {
	checks root/3 --request carol.request
	empties_readers
	theirs=$here/story_attendant.sh robot 'present card1' recorded meets 0 \
		'Card root/3 answered' answers --answer carol.request --out carol.statement
	asks 'The card with serial FFFE:00000001 is not the one that is wanted.'
	meets 1 'this is not a roll-call request' answers --answer carol.statement --out x
	sed 's/"serial":"FFFE:00000003"/"serial":"FFFE:00000001"/;s/"carol"/"alice"/' \
		carol.request >forged
	meets 3 "alice's card root/3 did not answer
it has other keys than those enrolled
Send no answer" answers --answer forged --out x
	[ ! -e x ]
}
withdrawn() {
	checks root/3 --request carol.second
	refused 1 'card root/3 was asked anew since; only the last request can be answered' \
		carol.statement
}
wrong_pin_there() {
	robot 'wrong-pin carol 1' meets 0 'Card root/3 answered' \
		answers --answer carol.second --out carol.late
	robot 'wrong-pin carol 2;choice stop' meets 1 '2 tries are left' \
		answers --answer carol.second --out x
	[ ! -e x ]
}
without_share() {
	checks root/4 --request dave.request
	answers --answer dave.request --out dave.statement
	meets 0 "dave's card root/4 is proven (keys and PIN; it holds no share yet), 3 tries left" \
		checks --import dave.statement
}
holds 'a request for one card is written, once' asks_bob
holds 'the custodian sees what is asked; the card answers, and no roster is needed or made' bob_answers
holds 'openssl verifies the statement by the page, and not with a changed byte' openssl_verifies
holds 'what the card opened is what the roster has the hash of' the_nonce_is_the_one_asked_for
holds 'a statement with a changed byte, an unknown nonce, cut or missing is refused' tampered
holds 'as it came it proves the card, once' imported
holds 'a request is for one card: another is refused by name, a forged one by its keys' only_that_card
holds 'a later request withdraws the one before' withdrawn
holds 'a wrong PIN costs a try there too, and stopped there is no statement' wrong_pin_there
holds 'a card without a share answers too, and that is said' without_share

# ---- advice -------------------------------------------------------------------------------------

advises() {
	meets 0 'root: 2 of 3. Over 10 years, if within a year 10 % of the custodians leave and 2.0 %
with a roll-call every 180 days and a re-key finished 7 days after trouble is noticed
* 2 of 3     5.3 %              1.3 %
  2 of 4     0.091 %            2.6 %
  3 of 4     10 %               0.0055 %
The smallest that keep both within 0.10 %:
  3 of 6     0.0041 %           0.029 %' quorate quorum advise root
	meets 0 'Over 30 years, if within a year 5.5 % of the custodians leave and none of the
with a roll-call every 365 days and a re-key finished 0 days
both within 0.0010 %' quorate quorum advise root --horizon 30 --attrition 5.5 \
		--card-failure 0 --roll-call 365 --rekey 0 --target 0.001
	meets 0 'No set of up to 16 cards keeps both within 0.10 %: hold roll-calls more often' \
		quorate quorum advise root --attrition 90 --rekey 366
}
advises_no_nonsense() {
	for wrong in '--attrition x' '--attrition 91' '--attrition 1.' '--attrition .5' \
		'--attrition 1.12345678' '--card-failure -1' '--target 0' '--target 1e-3' '--rekey -1' \
		'--rekey 367' '--rekey 7d' '--horizon 0' '--horizon 31' '--roll-call 0'; do
		# shellcheck disable=SC2086 # two words
		meets 2 "${wrong% *} cannot be" quorate quorum advise root $wrong
	done
	meets 4 "no quorum 'leaf'" quorate quorum advise leaf
}
holds 'the quorum and its neighbours are weighed, and the smallest that suffices is named' advises
holds 'percentages and days that cannot be are refused' advises_no_nonsense

# ---- pcscd --------------------------------------------------------------------------------------

pcscd_ends() {
	kill "$(tr -d '\0' </run/pcscd/pcscd.pid)"
	soon test ! -e /run/pcscd/pcscd.pid
}
no_pcscd() {
	meets 4 'the smart card service pcscd does not run' checks root/1
	meets 4 'the smart card service pcscd does not run' \
		answers --answer carol.second --out x
	meets 0 "is in erin.request" checks other/1 --request erin.request
}
pcscd_ends
holds 'without pcscd that is said; a request needs none' no_pcscd
told 0 'the roster verifies after all that' 'every hash, signature and table agrees' \
	quorate roster verify
conclude
