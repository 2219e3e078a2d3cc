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
for template in "$@"; do
	holds "$template is written" quorate ceremony new "$template" "$template"
	holds "$template has nothing that lint finds" passes_lint "$template"
	holds "$template passes a whole dry run" passes_its_dry_run "$template"
done
conclude
