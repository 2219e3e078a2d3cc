#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Builds constant_time.c with base and quorum by one compiler at one level, and runs it under
# valgrind: run.sh SOURCE_ROOT COMPILER LEVEL [branch|address]
# With a third word that fault is planted, and valgrind must find it.
set -eu

root=$1
compiler=$2
level=$3
plant=${4:-none}
here=$root/tests/unit/quorum/ct

for program in valgrind "$compiler"; do
	if ! command -v "$program" >/dev/null; then
		echo "skipped: there is no $program here"
		exit 77
	fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

field=$root/quorum/field.c
define=QUORUM_CT
case $plant in
none) ;;
branch) field=$here/planted_field.c define=PLANT_BRANCH ;;
address) field=$here/planted_field.c define=PLANT_ADDRESS ;;
*)
	echo "unknown plant: $plant" >&2
	exit 2
	;;
esac

sources=$here/constant_time.c
for name in bytes encode err hash secret tlv words; do
	sources="$sources $root/base/$name.c"
done
for source in "$root"/quorum/*.c; do
	[ "$source" = "$root/quorum/field.c" ] || sources="$sources $source"
done

# The flags of the real build that change code; DWARF 4, which valgrind reads of both compilers.
# shellcheck disable=SC2086 # the list of sources is split on purpose
"$compiler" -std=gnu17 "-O$level" -gdwarf-4 -fPIE -pie -fno-strict-aliasing \
	-fno-delete-null-pointer-checks -fstack-protector-strong -D_GNU_SOURCE \
	-DOPENSSL_API_COMPAT=30000 -DOPENSSL_NO_DEPRECATED -DQUORUM_CT "-D$define" \
	-I"$root" -o "$work/constant_time" $sources "$field" -lcrypto

# A report is exit status 9; the program's own failure is 2.
status=0
valgrind --quiet --error-exitcode=9 --track-origins=no --num-callers=30 --leak-check=no \
	--suppressions="$here/openssl.supp" "$work/constant_time" >"$work/log" 2>&1 || status=$?

if [ "$plant" = none ]; then
	[ "$status" = 0 ] || cat "$work/log"
	exit "$status"
fi
if [ "$status" = 9 ] && grep -q 'planted_field.c' "$work/log"; then
	echo "the planted $plant was found"
	exit 0
fi
cat "$work/log"
echo "the planted $plant was not found (status $status)" >&2
exit 1
