# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# What the scripts in this folder share; sourced, not run. They set `root`, the folder of the
# sources, before.
: "${root:?}"

say() {
	printf '%s\n' "$*"
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "this needs root, and there is no sudo: $*"
	fi
}

owner_of() {
	stat -c %u "$1"
}

# Every package of scripts/packages for the given purposes that is not installed.
missing_packages() {
	for purpose; do
		awk -v purpose="$purpose" '!/^#/ && $2 == purpose { print $1 }' "$root/scripts/packages"
	done | while read -r package; do
		state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
		[ "$state" = installed ] || printf '%s\n' "$package"
	done
}

# install_packages PURPOSE...: says nothing and needs no network when everything is there.
install_packages() {
	missing=$(missing_packages "$@" | sort -u | tr '\n' ' ')
	[ -n "$missing" ] || return 0
	say "installing: $missing"
	log=$(mktemp)
	# The list is split into words on purpose. Without systemd, a runlevel in which no service
	# starts keeps the installation from starting pcscd; with it, pcscd starts on demand.
	# shellcheck disable=SC2086
	if ! { as_root apt-get -qq update &&
		as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qq -o DPkg::Lock::Timeout=120 \
			--no-install-recommends install $missing; } >"$log" 2>&1; then
		cat "$log" >&2
		rm -f "$log"
		die "these packages could not be installed: $missing"
	fi
	rm -f "$log"
}

# Who may write here. Root works as root, and gives back what it made to the owner of the sources
# (give_back). A person works in sources of their own; in another's, as root.
claim_sources() {
	if [ "$(id -u)" != 0 ] && ! [ -w "$root" ]; then
		command -v sudo >/dev/null ||
			die "$root belongs to another user, and there is no sudo: clone it yourself"
		exec sudo "$root/scripts/${0##*/}" "$@"
	fi
	if [ -d "$root/build" ] && [ "$(id -u)" != 0 ] && [ "$(owner_of "$root/build")" != "$(id -u)" ]; then
		say "build/ was made by another user: taking it over"
		as_root chown -R "$(id -u):$(id -g)" "$root/build"
	fi
}

give_back() {
	[ "$(id -u)" = 0 ] && [ "$(owner_of "$root")" != 0 ] || return 0
	for made in build .cache; do
		[ ! -d "$root/$made" ] || chown -R --reference="$root" "$root/$made"
	done
}

# The driver of the virtual readers that the first build unpacked serves the others.
vpcd_option() {
	driver=$root/build/virtual-cards/libifdvpcd.so
	[ -f "$driver" ] || driver= # unpacked by the build
	printf -- '-Dvpcd_driver=%s' "$driver"
}

# build FOLDER [MESON-OPTION...]: configures once, compiles what changed; quiet unless it fails.
build() {
	folder=$1
	shift
	log=$(mktemp)
	if ! {
		if [ -f "$folder/build.ninja" ]; then
			meson configure "$folder" "$@"
		else
			meson setup "$folder" "$root" "$@"
		fi && ninja -C "$folder"
	} >"$log" 2>&1; then
		grep -v '^\[[0-9]*/[0-9]*\]' "$log" | tail -n 60 >&2
		rm -f "$log"
		die "the build in $folder failed"
	fi
	rm -f "$log"
}
