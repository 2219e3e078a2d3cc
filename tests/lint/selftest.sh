#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Each check says nothing about a good tree, and finds what is planted in a bad one. Usage:
# selftest.sh CHECK
set -eu
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
check=${1:?usage: $0 CHECK}
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
trap 'exit 1' HUP INT TERM
cd "$tree"

licence='/* SPDX-License-Identifier: BSD-2-Clause */'

# put FILE: the licence, then what comes on stdin
put() {
	mkdir -p "$(dirname "$1")"
	{
		echo "$licence"
		cat
	} >"$1"
}

# A tree that every check must find nothing in, with the things that look like findings.
plant_good_tree() {
	rm -rf ./*
	cp "$here/../../.clang-format" .
	put base/thing.h <<'END'
#ifndef BASE_THING_H
#define BASE_THING_H

#include <stddef.h>

/* Not strcpy(), and no char *pin. */
size_t thing_len(const char *key_label);

#endif
END
	put base/thing.c <<'END'
#include "base/thing.h"

#include <string.h>

size_t
thing_len(const char *key_label)
{
	return strlen(key_label) + strlen("// strcpy( \" printf(");
}
END
	put hsm/token.h <<'END'
struct token;
END
	put hsm/token.c <<'END'
#include <p11-kit/pkcs11.h>

#include "base/thing.h"
#include "hsm/token.h"
END
	put build/generated.c <<'END'
#include "nowhere.h"
strcpy(a, b); system("x");
END
	touch build/build.ninja
	printf '#!/bin/sh\n# SPDX-License-Identifier: BSD-2-Clause\ntrue\n' >run.sh
}

failures=0

# wants STATUS PATTERN: runs the check on the tree
wants() {
	status=0
	said=$(sh "$here/$check.sh" "$tree" 2>&1) || status=$?
	if [ "$status" = 77 ]; then
		echo "$said"
		exit 77
	fi
	if [ "$status" != "$1" ] || ! printf '%s\n' "$said" | grep -q -e "$2"; then
		echo "wanted status $1 and '$2', got $status and:"
		echo "$said"
		failures=$((failures + 1))
	fi
}

# finds PATTERN FILE: plants FILE (from stdin, licence and all) in a good tree, which makes it bad
finds() {
	plant_good_tree
	mkdir -p "$(dirname "$2")"
	cat >"$2"
	wants 1 "$1"
}

# finds_code PATTERN FILE CODE
finds_code() {
	printf '%s\n%s\n' "$licence" "$3" | finds "$1" "$2"
}

test_layering() {
	finds_code 'base/ may not include hsm/' base/up.c '#include "hsm/token.h"'
	finds_code 'pcsc/ may not include roster/' pcsc/side.h '  #  include "roster/log.h"'
	finds_code 'virtual-cards/ may not include quorum/' virtual-cards/a/b.c '#include "quorum/p256.h"'
	finds_code 'does not name its folder' base/bare.c '#include "thing.h"'
	finds_code 'does not name its folder' base/dots.c '#include "base/../hsm/token.h"'
	finds_code 'not in tests/lint/layers' newfolder/a.c '#include "base/thing.h"'
	finds_code '<winscard.h> is for pcsc' custody/a.c '#include <winscard.h>'
	finds_code '<winscard.h> is for pcsc' virtual-cards/a.c '#include <winscard.h>'
	finds_code '<PCSC/reader.h>' hsm/a.c '#include <PCSC/reader.h>'
	finds_code '<sqlite3.h> is for roster' cli/a.c '#include <sqlite3.h>'
	finds_code '<p11-kit/uri.h> is for hsm' custody/a.c '#include <p11-kit/uri.h>'
	finds_code '<cmocka.h> is for' tests/unit/base/a.c '#include <cmocka.h>'
}

test_headers() {
	finds_code 'base/uses.h' base/uses.h 'size_t uses(void);'
	finds_code 'base/twice.h' base/twice.h 'struct twice { int a; };'
	finds_code 'base/wrong.h' base/wrong.h 'int wrong('
}

test_words() {
	finds_code '(unbounded)' base/a.c '	strcpy(to, from);'
	finds_code '(unbounded)' tests/unit/a.c '	x = sprintf(to, "%d", 1);'
	finds_code '(number)' cli/a.c '	int x = atoi(text);'
	finds_code '(random)' quorum/a.c '	return rand();'
	finds_code '(shell)' cli/a.c '	system("ls");'
	finds_code '(print)' pcsc/a.c '	printf("hello");'
	finds_code '(stream)' roster/a.c '	fputs("hello", stderr);'
	finds_code '(exit)' custody/a.c '	exit(1);'
	finds_code '(memcmp)' quorum/a.c '	if (memcmp(a, b, 4) == 0)'
	finds_code '(plain-secret)' pcsc/a.h 'int card_verify(const char *pin);'
	finds_code '(plain-secret)' pcsc/a.h 'int card_change(char *old_pin, int new);'
	finds_code '(plain-secret)' quorum/a.h 'struct a { char secret[32]; };'
	finds_code '(transmit)' custody/a.c '	SCardTransmit(card);'
	finds_code '(sql)' roster/a.c '	sqlite3_exec(db, text, NULL, NULL, NULL);'
	finds_code '(nocheck)' roster/a.c '	json_string_nocheck(text);'
	finds_code '(line-comment)' base/a.c 'int a; // no'
	finds_code '(static-linker)' base/a.c '__attribute__((constructor)) static void a(void);'
	finds_code 'base/a.c:4' base/a.c '/* a comment that ends
	*/ int a = 1;
	/* and */ strcpy(a, /* one */ b); /*
	 strcpy(a, b); */'

	plant_good_tree
	printf '%s\n%s\n' "$licence" '	if (memcmp(a, b, 4) == 0)' >base/a.c
	mkdir -p tests/lint
	echo '1 memcmp base/a.c' >tests/lint/words.allow
	wants 0 '^$'
	echo '2 memcmp base/a.c' >tests/lint/words.allow
	wants 1 '2 allowed, but 1 there'
	echo '	if (memcmp(c, d, 4) == 0)' >>base/a.c
	wants 0 '^$'
	echo '	if (memcmp(e, f, 4) == 0)' >>base/a.c
	wants 1 'base/a.c:4'
}

test_format() {
	finds_code 'base/a.c:2' base/a.c 'int  a;'
	finds_code 'base/a.h:2' base/a.h 'int a(void)	;'
}

test_licence() {
	echo 'int a;' | finds 'base/a.c:1' base/a.c
	printf '\n%s\n' "$licence" | finds 'base/a.h:1' base/a.h
	printf '#!/bin/sh\ntrue\n' | finds 'scripts/a.sh:2' scripts/a.sh
	printf 'true\n' | finds 'scripts/sourced.sh:1' scripts/sourced.sh
	printf '#!/usr/bin/expect -f\n\n' | finds 'scripts/a:2' scripts/a
}

test_size() {
	yes 'int a;' | head -n 801 | finds 'base/a.c: 801 lines' base/a.c
	# brace, 59 lines, brace: with its name, 62
	{
		printf 'void\na(void)\n{\n'
		yes '	b();' | head -n 59
		echo '}'
	} | finds 'a has 62 lines' base/a.c

	plant_good_tree
	{
		printf 'void\na(void)\n{\n'
		yes '	b();' | head -n 57
		echo '}'
	} >base/a.c
	wants 0 '^$'
}

plant_good_tree
wants 0 '^$'
"test_$check"
[ "$failures" = 0 ]
