# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# Sourced first, with the script's arguments, of which the first is the folder of programs: starts
# the script again inside a sandbox, or skips it where the system refuses namespaces.

may_be_apart() {
	unshare --mount --net --pid --fork true 2>/dev/null ||
		unshare --user --map-root-user --mount --net --pid --fork true 2>/dev/null
}

if [ -z "${QUORATE_SANDBOX:-}" ]; then
	if ! may_be_apart; then
		echo '1..0 # SKIP the system refuses the namespaces that a sandbox needs'
		exit 0
	fi
	exec "$1/quorate-sandbox" -- sh "$0" "$@"
fi

scratch=$(mktemp -d)
cd "$scratch" || exit

# insert NAME: returns when pcscd has seen the card.
insert() {
	wanted=$(($(cards_seen) + 1))
	virtual-card insert "$@"
	soon are_seen "$wanted"
}

# eject NAME: returns when pcscd has seen it go.
eject() {
	wanted=$(($(cards_seen) - 1))
	virtual-card eject "$1"
	soon are_seen "$wanted"
}

cards_seen() {
	opensc-tool --list-readers | grep -c ' Yes ' || true
}

# are_seen COUNT
are_seen() {
	[ "$(cards_seen)" = "$1" ]
}

soon() {
	for _ in $(seq 100); do
		"$@" && return 0
		sleep 0.05
	done
	return 1
}

# apdu HEX...: sends them to the card in the first reader; prints the last answer, status word and
# all, in hex. The default driver sends nothing of its own.
apdu() {
	for command in "$@"; do
		shift
		set -- "$@" --send-apdu "$command"
	done
	opensc-tool --reader 0 --card-driver default "$@" >answers 2>&1 || true
	awk '/^Received/ {
			data = ""
			sw = $0
			gsub(/.*SW1=0x|, SW2=0x|\).*/, "", sw)
		}
		/^([0-9A-F][0-9A-F] )/ { data = data substr($0, 1, 48) }
		END { gsub(/[^0-9A-F]/, "", data); print data sw }' answers
}

# says ANSWER HEX...: the last answer is that.
says() {
	wanted=$1
	shift
	given=$(apdu "$@")
	[ "$given" = "$wanted" ] || { echo "answered $given" && false; }
}

# shellcheck disable=SC2034 # used by who sources this
{
	select=00A4040C06D27600012401
	verify_sign=0020008106313233343536
	verify_user=0020008206313233343536
	verify_admin=00200083083132333435363738
}

# Keys made on the card: P-256 to sign and to decrypt, P-384 to authenticate.
make_keys() {
	says 9000 $select $verify_admin 00DA00C109132A8648CE3D030107 00DA00C209122A8648CE3D030107 \
		00DA00C306132B81040022 0047800002B600 0047800002B800 0047800002A400 00DA00C40101
}
