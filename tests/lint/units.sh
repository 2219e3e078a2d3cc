#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# units.sh ROOT FOLDER-OF-UNITS QUORATE: systemd finds nothing to say of the units, and little of
# what they leave open; the users and folders that they need are those that are made.
units=$(realpath "$2")
quorate=$(realpath "$3")
# shellcheck source=tests/lint/tree.sh
. "$(dirname "$0")/tree.sh"

command -v systemd-analyze >/dev/null || skip "systemd-analyze is not there"

# As they will be installed, with the program as it was built.
mkdir "$scratch/units"
for unit in "$units"/*.service systemd/*.timer; do
	sed "s|^ExecStart=[^ ]*|ExecStart=$quorate|" "$unit" >"$scratch/units/${unit##*/}"
done
cd "$scratch/units"
mv 'quorate-activation@.service' 'quorate-activation@root.service'
for unit in *; do
	# What it says of the machine's own units is not ours.
	systemd-analyze verify --man=no --recursive-errors=no "./$unit" >said 2>&1 ||
		echo "$unit: refused" >>"$scratch/found"
	grep -h quorate said >>"$scratch/found" || true
done
rm said

# Out of 100; an activation is let use a console, devices that a drop-in names, and a network.
for judged in 'quorate-activation@root.service 25' 'quorate-health.service 15'; do
	systemd-analyze security --offline=true --threshold="${judged#* }" "./${judged% *}" >said 2>&1 ||
		sed "s/^/$judged: /" said >>"$scratch/found"
done

cd "$OLDPWD"
for user in $(sed -n 's/^User=//p' "$units"/*.service); do
	grep -q "^u $user " systemd/quorate.sysusers.conf || echo "user $user is not made" >>"$scratch/found"
done
for folder in $(sed -n 's/^ReadWritePaths=//p' "$units"/*.service); do
	grep -q "^d $folder " systemd/quorate.tmpfiles.conf || echo "$folder is not made" >>"$scratch/found"
done
if command -v systemd-tmpfiles systemd-sysusers >/dev/null; then
	mkdir -p "$scratch/root/etc"
	systemd-sysusers --root="$scratch/root" - <systemd/quorate.sysusers.conf >/dev/null 2>>"$scratch/said" &&
		systemd-tmpfiles --root="$scratch/root" --create - <systemd/quorate.tmpfiles.conf 2>>"$scratch/said" ||
		sed 's/^/not made: /' "$scratch/said" >>"$scratch/found"
	[ -d "$scratch/root/run/quorate" ] || echo "/run/quorate was not made" >>"$scratch/found"
fi

finish
