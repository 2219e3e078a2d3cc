#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_open.sh FOLDER-OF-PROGRAMS
#
# What stays open in the background: what is seen of it, what ends it, and what the log has then.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"

client=$(p11_client)
openssl rand 48 >digest

activates() {
	quorate activate root --by ann "$@"
}
founds_a_quorum() {
	founds alice bob carol
	enrols root alice bob carol
	creates root 2 alice,bob,carol
	quorate key generate root --label root-ca --out root.pem --by ann
	quorate key generate root --label other --out other.pem --by ann
}
holds 'a quorum stands' founds_a_quorum

# opens OPTION...: opens in the background; its one line of environment is taken over.
opens() {
	activates "$@" >line 2>said || { cat said && return 1; }
	cat line said
	[ "$(wc -l <line)" = 1 ]
	eval "$(cat line)"
}
signs() {
	rm -f "$1"
	pkcs11-tool --module "$client" --sign --mechanism ECDSA --input-file digest --output-file "$1"
	[ -s "$1" ]
}
agent_is_gone() {
	for _ in $(seq 80); do
		pgrep -x quorate-agent >pid || return 0
		sleep 0.1
	done
	return 1
}
# The newest activation in the log.
closes_as() {
	quorate roster log | grep activation.close | tail -n 1 >closed
	cat closed
	all_in closed "$1"
}

stays_open() {
	robot 'order alice,bob' opens --for 15m --max-uses 3 --keys root-ca --users "$(id -un)" \
		--purpose 'sign issuing CA 7'
	all_in said "Open: token 'PRACTICE root-ca'
taking it out closes the HSM
quorate deactivate root"
	signs first
}
shows_what_is_open() {
	meets 0 "root: token 'PRACTICE root-ca' for applications, since
 by ann with cards root/1, root/2
for: sign issuing CA 7
2 of 3 uses
done: 1, refused: 0
while the card stays in: Sandbox
only keys: label:root-ca
only users: $(id -u)
applications: P11_KIT_SERVER_ADDRESS=unix:path=/
root-ca signed, ECDSA, raw:$(od -An -tx1 digest | tr -d ' \n' | cut -c1-20)
pkcs11-tool, user $(id -u), process
end it: quorate deactivate root
Health of root: " quorate status
}
sees_only_its_key() {
	eval "$(cat line)"
	pkcs11-tool --module "$client" --list-objects >objects
	grep -q root-ca objects
	fails grep -q other objects
}
shows_it_as_json() {
	quorate status --json >status.json
	python3 - <<-E
		import json
		s = json.load(open('status.json'))
		o, = s['open']
		assert s['quorate'] == 1 and s['pending'] == [] and s['seat']['ours']
		assert o['quorum'] == 'root' and o['serves'] == 'applications'
		assert o['status']['uses'] == 1 and o['status']['max_uses'] == 3
		assert 0 < o['status']['left_ms'] <= 900000
		assert o['last'][0]['key'] == 'root-ca' and o['last'][0]['result'] == 'made'
	E
}
is_deactivated() {
	meets 0 "Closed: root, token 'PRACTICE root-ca'." quorate deactivate
	fails pgrep -x quorate-agent
	meets 0 'Nothing is open.' quorate status
	meets 0 'Nothing is open.' quorate deactivate root
	closes_as "uses=1 result=deactivated: user $(id -u) said so"
	quorate roster log | grep 'activation.uses activation='
	[ -z "$(find "$HOME" -name '*.uses')" ]
}
holds 'without a command it stays open, and says how to reach it' stays_open
holds 'status shows all of it on one screen' shows_what_is_open
holds 'and as JSON' shows_it_as_json
holds 'only the pinned key is there' sees_only_its_key
holds 'deactivate ends it at once, and the log has it' is_deactivated

# ---- several -----------------------------------------------------------------------------------

several_at_once() {
	robot 'order alice,bob' opens --persistent
	first=$P11_KIT_SERVER_ADDRESS
	robot 'order alice,bob' opens --persistent --purpose second
	[ "$first" != "$P11_KIT_SERVER_ADDRESS" ]
	signs one
	P11_KIT_SERVER_ADDRESS=$first signs two
	meets 2 '2 are open
quorate status' quorate deactivate
	quorate status --json >status.json
	[ "$(grep -c '"quorum": "root"' status.json)" -ge 2 ]
	quorate deactivate --all --json >ended.json
	[ "$(grep -c '"activation"' ended.json)" = 2 ]
	fails pgrep -x quorate-agent
}
holds 'several are open at once, each with its own socket' several_at_once

# ---- all cards stay in --------------------------------------------------------------------------

all_stay() {
	robot 'order alice,bob' opens --while-inserted=all
	all_in said "Card root/1 stays in reader
Card root/2 stays in reader"
	virtual-card list >cards && cat cards
	grep -q '^card1 .*Sandbox' cards
	grep -q '^card2 .*Sandbox' cards
	virtual-card eject card1
	agent_is_gone
	meets 0 'Nothing is open.' quorate status
	closes_as 'result=card: the card in reader'
}
holds 'with --while-inserted=all the first card closes it too' all_stay
told 2 'and excludes --persistent' 'exclude each other' activates --persistent --while-inserted

# ---- a session for Quorate's own commands -------------------------------------------------------

# Nobody is asked for a card: the attendant would stop.
without_cards() {
	robot 'absent alice;absent bob;absent carol' "$@"
}
opens_a_session() {
	robot 'order alice,bob' meets 0 "Open: a session of 'root' for Quorate's own commands.
Card root/2 stays in reader
quorate deactivate root" activates --admin --for 40m --purpose 'the ceremony'
	meets 0 "root: a session for Quorate's own commands, since" quorate status
}
serves_many_commands() {
	without_cards meets 0 'The open session of
in-session  ec-p256' quorate key generate root --label in-session --type ec-p256 --out s.pem --by ann
	openssl pkey -pubin -in s.pem -noout
	without_cards meets 1 "an object labelled 'in-session'" \
		quorate key generate root --label in-session --by ann
	without_cards meets 0 'in-session  ec-p256' quorate key list root --by ann
}
each_is_an_event() {
	meets 0 'key.generate on root-ca: done
key.generate on root-ca: failed
key.list on root-ca: done' quorate status
	quorate roster log >log
	all_in log 'key.generate binding=root-ca label=in-session
session.open activation='
}
speaks_no_pkcs11() {
	socket=$(quorate status --json | sed -n 's/.*"socket": "\(.*\)".*/\1/p')
	[ -S "$socket" ]
	P11_KIT_SERVER_ADDRESS=unix:path=$socket
	export P11_KIT_SERVER_ADDRESS
	fails pkcs11-tool --module "$client" --list-objects
}
# For a session the HSM may go away and return.
outlives_its_hsm() {
	tokens=$(sed -n 's/^directories.tokendir *= *//p' "$SOFTHSM2_CONF")
	mv "$tokens" "$tokens.away" && mkdir "$tokens"
	without_cards meets 4 "token 'PRACTICE root-ca' is not there" quorate key list root --by ann
	rmdir "$tokens" && mv "$tokens.away" "$tokens"
	without_cards meets 0 'in-session' quorate key list root --by ann
}
# The session opens the escrow of the admin PIN: only the card itself has to come.
unblocks_a_card() {
	robot 'absent alice;absent bob' meets 0 '' quorate card unblock root/3 --by ann
	quorate status >status
	all_in status 'admin-pin on root/3: done'
}
is_bounded() {
	meets 2 'bound applications, not --admin' activates --admin --max-uses 1
	meets 3 'the policy allows a session of at most' activates --admin --for 20h
	virtual-card eject card2
	agent_is_gone
	meets 0 'Nothing is open.' quorate status
	closes_as 'result=card: the card in reader'
	without_cards meets 1 '0 of the 2 cards' quorate key list root --by ann
}
holds 'one gathering opens a session' opens_a_session
holds 'which serves many commands without a card' serves_many_commands
holds 'each of them is an event' each_is_an_event
holds 'it speaks no PKCS#11' speaks_no_pkcs11
holds 'an HSM that was away may return' outlives_its_hsm
holds 'it unblocks a card' unblocks_a_card
holds 'it is bounded too, and its card ends it' is_bounded

# ---- faults ------------------------------------------------------------------------------------

a_killed_agent_is_in_the_log() {
	robot 'order alice,bob' opens --persistent
	signs killed
	pkill -KILL -x quorate-agent
	agent_is_gone
	meets 0 'ended without a word; the log has 1 use.' quorate status
	closes_as 'uses=1 result=ended without a word'
	quorate roster verify
}
a_killed_command_ends_it_and_is_in_the_log() {
	robot 'order alice,bob' quorate activate root --by ann -- \
		sh -c "pkcs11-tool --module $client --sign --mechanism ECDSA \
		--input-file digest --output-file cut; kill -KILL \$PPID; sleep 1" >said 2>&1 && return 1
	agent_is_gone
	quorate roster log >log
	closes_as 'uses=1 result=command: its command ended'
}
control_c_is_the_commands() {
	robot 'order alice,bob' meets 130 'Closed: its command ended' activates -- \
		sh -c 'kill -INT $PPID; sleep 20'
}
a_signal_ends_it() {
	robot 'order alice,bob' opens --persistent
	pkill -TERM -x quorate-agent
	agent_is_gone
	meets 0 'Nothing is open.' quorate status
	closes_as 'result=signal: signal TERM from process'
}
its_time_ends_it() {
	robot 'order alice,bob' opens --persistent --for 1s
	agent_is_gone
	quorate status
	closes_as 'result=time: its time was over'
}
holds 'a killed agent is closed in the log, with its uses' a_killed_agent_is_in_the_log
holds 'a killed command ends the agent, and the log has it' a_killed_command_ends_it_and_is_in_the_log
holds 'Control-C is for the command, and how it ended is told' control_c_is_the_commands
holds 'a signal ends it' a_signal_ends_it
holds 'its time ends it' its_time_ends_it

says_what_a_use_was_spent_on() {
	robot 'order alice,bob' meets 1 '(1 use)
root-ca signed, ECDSA, raw:' activates --keys root-ca -- \
		sh -c "pkcs11-tool --module $client --sign --mechanism ECDSA --input-file digest \
		--output-file /nowhere/at/all"
}
holds 'what a use was spent on is said, also when its output is lost' says_what_a_use_was_spent_on
told 0 'the roster verifies after all that' 'every hash, signature and table agrees' \
	quorate roster verify
conclude
