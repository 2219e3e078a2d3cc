/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests: a client that calls every function that the policy refuses, and asks for secrets. */
#ifndef TESTS_REFUSED_H
#define TESTS_REFUSED_H

/* 0 when each was refused as it should be; else says which was not. */
int refused_run(const char *module, const char *unused);

#endif
