#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# recover_by_hand.sh FOLDER-OF-PROGRAMS
#
# Follows docs/recover-by-hand.md literally: Quorate makes a quorum, and its programs, roster and
# state go away; then the page's own commands are typed into a shell, box by box, and each must say
# what the page says. What the test adds is a person's: cards in and out, and answers to questions.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

page=$here/../../docs/recover-by-hand.md
mkdir boxes room
cp "$page" room

# ---- before: Quorate makes what is to be opened --------------------------------------------------

# Real cards differ: these want their PINs hashed, or are particular about lengths.
cards_differ() {
	rm "$QUORATE_SANDBOX/cards/card2.card" "$QUORATE_SANDBOX/cards/card3.card"
	virtual-card new "$QUORATE_SANDBOX/cards/card2.card" --serial 2 --variant kdf-on
	virtual-card new "$QUORATE_SANDBOX/cards/card3.card" --serial 3 --variant exact-le
}

binds_another_with_pins_of_its_own() {
	label='PRACTICE spare'
	softhsm2-util --init-token --free --label "$label" \
		--pin "$(quorate-robot --pin token-user "$label")" \
		--so-pin "$(quorate-robot --pin token-so "$label")"
	quorate token bind root --token 'pkcs11:token=PRACTICE%20spare' --name spare --role backup \
		--user-pin-format '20:0123456789abcdef:P-' --so-pin-format '40:zyx0123456789' --by ann
}

makes_a_quorum() {
	cards_differ
	founds alice bob carol dave eve
	enrols root alice bob carol dave eve
	creates root 3 alice,bob,carol,dave,eve
	binds_another_with_pins_of_its_own
	quorate key generate root --token root-ca --label root-ca --type ec-p384 --out root-ca.pem --by ann
	quorate key generate root --token spare --label spare-ca --type rsa-3072 --out spare.pem --by ann
	quorate quorum sheet root >sheet
	for card in 1 2 3 4 5; do
		virtual-card eject "card$card" || true
	done
	soon are_seen 0
	for card in 1 2 3 4 5; do
		pin_of "$card" >"pin$card"
	done
}

# by_hand COMMAND...: as somebody who has the packages that the page names, and nothing else.
by_hand() (
	cd room
	env -i HOME="$HOME" PATH=/usr/bin:/bin SOFTHSM2_CONF="$SOFTHSM2_CONF" "$@"
)

quorate_goes_away() {
	mkdir gone
	mv "$QUORATE_ROSTER" "$XDG_STATE_HOME" gone
	for name in quorate quorate-agent quorate-sandbox quorate-robot; do
		fails by_hand sh -c "command -v $name"
	done
}

# ---- the page ------------------------------------------------------------------------------------

# Boxes of commands into boxes/NN-WORDS, what they print into boxes/NN-WORDS.output.
awk -v folder=boxes '
	/^```sh / {
		words = substr($0, 7)
		gsub(/ /, "-", words)
		file = box = sprintf("%s/%02d-%s", folder, ++count, words)
		next
	}
	/^```output$/ { file = box ".output"; next }
	/^```/ { close(file); file = ""; next }
	file != "" { print > file }' "$page"

# The boxes of a kind, in the page's order.
boxes() {
	find boxes \( -name "*-$1" -o -name "*-$1-*" \) ! -name '*.output' | sort
}

on_the_sheet() {
	sed -n "s/^ *$1  *//p" sheet
}

# What somebody types who is asked that, with the sheet at hand: what is special first.
answer() {
	case $1 in
	'quorum id'*) echo "${quorum:-$(on_the_sheet 'quorum id')}" ;;
	generation*) echo "${generation:-1}" ;;
	threshold*) on_the_sheet threshold | cut -d ' ' -f 1 ;;
	'PIN of this card'*) echo "${pin:-$(cat "pin$card")}" ;;
	'master secret'*) cat secret ;;
	'name of the binding'*) echo "$binding" ;;
	'which PIN'*) echo "$which" ;;
	*prefix*) format 's/.*prefix "\([^"]*\)".*/\1/p' ;;
	*length*) format 's/.*length \([0-9]*\),.*/\1/p' ;;
	*alphabet*) format '2s/^ *//p' ;;
	'PKCS#11 library'*) softhsm_module ;;
	'label of the token'*) echo "PRACTICE $binding" ;;
	'ID of the key'*) echo "$id" ;;
	certificate*) echo "$scratch/$binding.pem" ;;
	*) echo "nobody knows: $1" ;;
	esac
}

# format SED-COMMAND: of the two lines that the sheet has about a PIN of that form.
format() {
	[ "$which" = so ] && line='SO PIN' || line='user PIN'
	grep -A 1 "$line .*prefix" sheet | sed -n "$1"
}

# types KIND...: the boxes onto the terminal, with the answers to their questions.
types() {
	for kind in "$@"; do
		for box in $(boxes "$kind"); do
			cat "$box"
			question=$(sed -n "s/.*read -[rs]* -p '\([^']*\)'.*/\1/p" "$box")
			[ -z "$question" ] || answer "$question"
			echo "echo; echo '@@ $box'"
		done
	done
}

# Takes the card away that is in the reader, and puts that one in.
cat >insert <<END
#!/bin/sh
QUORATE_SANDBOX=$QUORATE_SANDBOX
export QUORATE_SANDBOX
for card in 1 2 3 4 5; do
	$(command -v virtual-card) eject card\$card
done
while opensc-tool --list-readers | grep -q ' Yes '; do sleep 0.1; done
$(command -v virtual-card) insert card\$1 0
until opensc-tool --list-readers | grep -q ' Yes '; do sleep 0.1; done
END
chmod +x insert

# presents CARD...: alone in the reader, one after another, through the page's chapter on cards.
presents() {
	for card in "$@"; do
		echo "$scratch/insert $card </dev/null >/dev/null 2>&1"
		types card
	done
}

# sits_down: what was typed goes into a shell; into `seen` what the screen shows.
sits_down() {
	cat >typed
	# A pipe, for then the shell takes a line at a time, and leaves the answers to what asks.
	# shellcheck disable=SC2002
	cat typed | by_hand bash >seen 2>&1
	for card in 1 2 3 4 5; do
		virtual-card eject "card$card" >/dev/null 2>&1 || true
	done
	soon are_seen 0
}

# Each line that the page shows was printed by its box, each time.
as_the_page_says() {
	cat seen
	: >part
	while IFS= read -r line; do
		case $line in
		'@@ '*)
			printed_as_shown "${line#@@ }.output" || return 1
			: >part
			;;
		*) printf '%s\n' "$line" >>part ;;
		esac
	done <seen
}

# printed_as_shown FILE: "..." stands for anything.
printed_as_shown() {
	[ -e "$1" ] || return 0
	sed 's/[][\.*^$]/\\&/g; s/\\\.\\\.\\\./.*/g' "$1" | while IFS= read -r shown; do
		grep -qx -e "$shown" part || { echo "$1: not printed: $shown" && exit 1; }
	done
}

# seen_line PATTERN
seen_line() {
	grep -qx -e "$1" seen
}

# ---- what the standard says ----------------------------------------------------------------------

passes_the_vectors() {
	sed -n '/^```python$/,/^```$/{/^```/!p;}' "$page" >slip39.py
	sed -n '/^```words$/,/^```$/{/^```/!p;}' "$page" | sed 's/^ *[0-9]* //' | tr ' ' '\n' >words
	python3 - "$here/../vectors/slip39.json" <<-'END'
		import json, subprocess, sys
		vectors = json.load(open(sys.argv[1]))
		for name, mnemonics, secret, *_ in vectors:
		    said = subprocess.run(['python3', 'slip39.py', 'words', 'TREZOR'], text=True,
		                          input='\n'.join(mnemonics), capture_output=True)
		    if secret:
		        right = said.returncode == 0 and said.stdout == secret + '\n'
		    else:
		        right = said.returncode == 1 and said.stderr.startswith('slip39: ')
		    if not right:
		        sys.exit(f'{name}: {said}')
		sys.exit(len(vectors) != 45)
	END
}

# The vector of docs/formats/share-on-card.md: a real share, and a card with two records.
opens_the_vector() {
	of() { sed -n "s/^$1 = //p" "$here/../../docs/formats/share-on-card.md"; }
	{
		types tools
		echo "generation=2 object=$(of object)$(of object | sed 's/^d16200000001/d16200000002/')"
		types record
		echo 'echo "second $record"'
		echo "generation=1 quorum=$(of quorum-id) threshold=2 shares=()"
		echo "object=$(of object) point=$(of card-point) ecdh=$(of shared-x)"
		types record hpke
		echo 'echo "opened $share"'
	} | sits_down
	as_the_page_says
	seen_line "second $(of record | sed 's/^00000001/00000002/')"
	seen_line "opened $(of share-1)"
}

# ---- with cards ----------------------------------------------------------------------------------

id_of() {
	by_hand pkcs11-tool --module "$(softhsm_module)" --token-label "PRACTICE $1" \
		--list-objects --type pubkey | sed -n 's/^ *ID: *//p'
}

three_cards_open() {
	binding=root-ca
	id=$(id_of root-ca)
	{
		types tools sheet
		presents 1 2 3
		types secret pins hsm user so sign ec
		echo 'echo "secret $secret"'
		types end
		echo 'echo "left:$secret$prk$USER_PIN$SO_PIN"; ls'
	} | sits_down
	as_the_page_says
	sed -n 's/^secret //p' seen >secret
	seen_line left:
	seen_line recover-by-hand.md
}

# Two cards have shares of both generations, the third of the old alone; the tokens have not switched.
a_rekey_is_broken_off() {
	mv "gone/$(basename "$QUORATE_ROSTER")" "$QUORATE_ROSTER"
	mv "gone/$(basename "$XDG_STATE_HOME")" "$XDG_STATE_HOME"
	rmdir gone
	robot 'stop-at pin 6' meets 1 "'rekey' of quorum 'root' is not complete; no token was touched" \
		quorate quorum rekey root --by ann
	for card in 1 2; do
		quorate quorum show root | sed -n '/generation 2/,$p' |
			grep -q "root/$card .*delivered"
	done
	empties_readers
	quorate_goes_away
}

others_open_pins_of_their_own_form() {
	binding=spare
	id=$(id_of spare)
	{
		types tools sheet
		presents 5 4 2
		types instead pins
		for which in user so; do
			types format
		done
		types hsm user so sign rsa
	} | sits_down
	as_the_page_says
}

two_do_not() {
	{
		types tools sheet
		presents 1 2
		types secret
	} | sits_down
	seen_line 'slip39: 3 shares are needed, these are 2'
	seen_line 'NO SECRET'
}

# In one sitting what goes wrong, and then the card opens after all.
wrong_things_are_named() {
	{
		types tools
		quorum=a0a1a2a3a4a5a6a7a8a9aaabacadaeaf types sheet
		presents 4
		generation=3 types sheet
		pin=wrong-pin presents 4
		presents 4
		types sheet
		presents 4
	} | sits_down
	cat seen
	seen_line 'NOT A CARD OF THIS QUORUM'
	seen_line 'PIN: REFUSED (6982 *)'
	seen_line 'tries left for the PIN: 2'
	seen_line 'NO SHARE OF GENERATION 3 ON THIS CARD: .*'
	seen_line 'opened. Shares so far: 1 of 3'
}

practice_is_not_real() {
	sed -i 's/practice=.PRACTICE ./practice=/' boxes/*-card
	{
		types tools sheet
		presents 1
	} | sits_down
	seen_line 'the card computed'
	seen_line 'NOT OPENED'
}

holds "the page's SLIP-39 passes the standard's vectors" passes_the_vectors
holds 'the page opens the vector of the page on formats' opens_the_vector
holds 'quorate makes a quorum, and binds two tokens' makes_a_quorum
holds 'its programs, the roster and the state go away' quorate_goes_away
holds 'three cards, the sheet and the page open the HSM, and sign' three_cards_open
holds 'three others open the token that has PINs of its own form' others_open_pins_of_their_own_form
holds 'a re-key is broken off, and all goes away again' a_rekey_is_broken_off
holds 'in the middle of it three cards open the HSM, and sign' three_cards_open
holds 'two cards do not' two_do_not
holds 'a wrong quorum, PIN or generation is named as the page says' wrong_things_are_named
holds 'a practice share does not open as a real one' practice_is_not_real
conclude
