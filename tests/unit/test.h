/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only includer of <cmocka.h>, which wants these four before it. Every unit test begins with
 * #include "tests/unit/test.h".
 */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"

/* Asserts that an operation succeeded; prints the whole trace when it did not. */
void test_ok(enum err got, const struct err_trace *trace, const char *file, int line);

/* Asserts that an operation failed with `want`; prints what came instead. */
void
test_fails(enum err got, enum err want, const struct err_trace *trace, const char *file, int line);

#define assert_ok(call, trace)          test_ok((call), (trace), __FILE__, __LINE__)
#define assert_fails(call, want, trace) test_fails((call), (want), (trace), __FILE__, __LINE__)

#endif
