#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# story_templates.sh FOLDER-OF-PROGRAMS TEMPLATE...
#
# Each of these templates is written, linted with the people of its sheet in a roster, and held in a
# whole dry run.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/card/story.sh
. "$here/story.sh"
shift

# The sheet's people with the roles of the script.
knows_the_people() {
	quorate init --practice --by 'Anna Arndt'
	while IFS='|' read -r name role; do
		quorate person add "$name" --role "$role" --by 'Anna Arndt'
	done <<END
Bea Brandt|administrator
Samir Sahin|security-officer
Oda Oppel|auditor
Wim Wolters|witness
Gita Gross|custodian
Ben Bauer|custodian
Cleo Conrad|custodian
Dan Dorn|custodian
Eva Ebert|custodian
Finn Fuchs|custodian
END
}
passes_lint() {
	meets 0 'Nothing to find fault with' quorate ceremony lint "$1"
}
passes_its_dry_run() {
	meets 0 "The dry run passed: " quorate ceremony dry-run "$1" --by 'Anna Arndt'
	fails grep -qE 'NOT PASSED|not reached' said
}

holds 'a roster knows the people of the sheets' knows_the_people
told 4 'a template that is not there is absent, and a near one named' \
	"there is no template 'root-key'
Did you mean 'root-key-generation'?" quorate ceremony new root-key elsewhere
told 1 'a folder with something in it is left as it is' 'has something in it' \
	quorate ceremony new crl-issue .

# ---- what lint refuses, and finds ---------------------------------------------------------------

# spoils SED-SCRIPT: the first template's script, changed.
spoils() {
	rm -rf spoilt
	quorate ceremony new crl-issue spoilt
	sed -i "$1" spoilt/script.yaml
}
told 4 'lint of a folder that is not there says how to begin one' \
	'quorate ceremony new TEMPLATE FOLDER' quorate ceremony lint nowhere
is_no_yaml() {
	spoils '5s/^/  - [/'
	meets 1 'spoilt/script.yaml:' quorate ceremony lint spoilt
}
has_no_such_key() {
	spoils 's/^sign_off:/sing_off:/'
	meets 1 "a script has no key 'sing_off'; nearest: 'sign_off'" quorate ceremony lint spoilt
}
has_no_such_option() {
	spoils 's/--expect firmware=/--expekt firmware=/'
	meets 1 "there is no option '--expekt'
(command-line)
1 finding." quorate ceremony lint spoilt
}
has_no_such_command() {
	spoils 's/quorate crl show/quorate crl look/'
	meets 1 "there is no command 'quorate crl look' (unknown-command)" \
		quorate ceremony lint spoilt
}
wants_the_list() {
	spoils 's/--next-update .{value.next-update}//'
	meets 1 '--next-update' quorate ceremony lint spoilt
}
holds 'what is no YAML is refused with its place' is_no_yaml
holds 'an unknown key is refused with the nearest one' has_no_such_key
holds 'an option that the command does not take is found' has_no_such_option
holds 'so is a command that the program does not have' has_no_such_command
holds 'and one that lacks what it needs' wants_the_list

# ---- each template ------------------------------------------------------------------------------

for template in "$@"; do
	holds "$template is written" quorate ceremony new "$template" "$template"
	holds "$template has nothing that lint finds" passes_lint "$template"
	holds "$template passes a whole dry run" passes_its_dry_run "$template"
done
conclude
