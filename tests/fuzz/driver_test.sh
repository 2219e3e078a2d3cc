#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Usage: driver_test.sh HARNESS. It must not call an empty or a missing folder a success.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/empty"
for case in empty missing; do
	if "$1" "$folder/$case" >"$folder/said" 2>&1; then
		echo "a folder that is $case was a success:"
		cat "$folder/said"
		exit 1
	fi
done
grep -q 'no such folder' "$folder/said"
