#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# sign.sh LABEL: what an activation is for: an unmodified program signs with the token's key, without a PIN.
set -eu

module=$(pkg-config --variable=libdir p11-kit-1)/pkcs11/p11-kit-client.so
head -c 48 /dev/zero >digest
pkcs11-tool --module "$module" --sign --mechanism ECDSA --label "$1" \
	--input-file digest --output-file signature
