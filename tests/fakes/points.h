/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Points: the moments at which a program can be killed or made to fail, counted by class from 1.
 * A first run with QUORATE_POINTS_LOG=FILE counts them, a line each, "CLASS ORDINAL WHEN DETAIL";
 * each further run takes one:
 *
 *	QUORATE_POINTS_KILL=CLASS:ORDINAL:before|after     SIGKILL to the program itself
 *	QUORATE_POINTS_FAIL=CLASS:ORDINAL[:before|after]   the call fails before, or though it is
 *	                                                   done; apdu:N:service: pcscd dies there
 *
 *	apdu   an APDU to a card (fails: the card is pulled)          tests/fakes/pcsc_inprocess.c
 *	write  fsync, fdatasync, ftruncate, rename, link, unlink (fails: ENOSPC)
 *	                                                            tests/fakes/points_writes.c
 *	fill   a write to a file (fails: ENOSPC, and so does every later one)     "
 *	token  what "write" is, to the files of a software token                  "
 *	p11    a call of a PKCS#11 function (fails: CKR_DEVICE_ERROR) tests/fakes/p11_points.c
 *
 * Counted is a process whose program is called quorate, or as one of QUORATE_POINTS_PROGRAMS
 * ("quorate,quorate-agent"); the counts begin with the process.
 */
#ifndef TESTS_FAKES_POINTS_H
#define TESTS_FAKES_POINTS_H

#include <stdbool.h>

enum points_class {
	POINTS_APDU,
	POINTS_WRITE,
	POINTS_FILL,
	POINTS_TOKEN,
	POINTS_P11,
	POINTS__COUNT
};

/* POINTS_FAIL_SERVICE: not the card but pcscd is gone, from here on. */
enum points_verdict { POINTS_GO, POINTS_FAIL_BEFORE, POINTS_FAIL_AFTER, POINTS_FAIL_SERVICE };

struct points_mark {
	enum points_class class;
	unsigned ordinal; /* 0: not counted */
	const char *detail;
};

/* `detail` says in the log what it was; it must hold no secret and outlive the mark. */
enum points_verdict
points_before(enum points_class class, const char *detail, struct points_mark *mark);
void points_after(const struct points_mark *mark);

#endif
