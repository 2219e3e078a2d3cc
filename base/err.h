/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors have two audiences. The program gets one member of a small closed enum that it can switch
 * on and cannot ignore. The person gets a trace: what was being attempted at each level, innermost
 * first, with the raw number of the card, the token or the system, and the one line that says what
 * to do next.
 *
 * A trace lives on its owner's stack, holds no pointer and needs no freeing, so that running out
 * of memory is reported like any other failure. No text in it may hold a secret. Every function
 * that takes a trace accepts NULL ("code only"). Only cli/ prints one.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

#define MUST_CHECK             __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/*
 * Grouped by whose doing it is. Never renumbered: tests and the attendant protocol name them.
 * (ERR_STATE, which one might miss, is the name of a type of OpenSSL.)
 */
enum err {
	ERR_OK = 0,
	ERR_ARGUMENT,    /* the caller: a value that the command or function refuses */
	ERR_NOT_NOW,     /* the caller: not now, in this state of roster, card or token */
	ERR_DENIED,      /* the operator: a wrong PIN, policy, a "no" */
	ERR_LOCKED,      /* the operator: no tries left; a card or token is blocked */
	ERR_ABSENT,      /* the operator: no such card, reader, person, token, file */
	ERR_CANCELLED,   /* the operator: said stop, or the attendant went away */
	ERR_EXISTS,      /* the operator: would overwrite or repeat */
	ERR_IO,          /* the world: a reader, a card pulled, a disk, a socket */
	ERR_FORMAT,      /* the world: bytes that are not what they should be */
	ERR_TIMEOUT,     /* the world: nothing came in time */
	ERR_NOMEM,       /* the world: memory, or locked memory */
	ERR_UNSUPPORTED, /* the world: this card, token or module cannot do it */
	ERR_INTERNAL,    /* ours: a bug; the value every result variable starts with */
	ERR__COUNT
};

/* How the raw number of a frame is printed. */
enum err_origin {
	ERR_ORIGIN_NONE,
	ERR_ORIGIN_ERRNO,   /* "No such file or directory" */
	ERR_ORIGIN_PCSC,    /* PC/SC 0x80100069 */
	ERR_ORIGIN_SW,      /* SW 63C2 */
	ERR_ORIGIN_CKR,     /* CKR 0x000000A0 */
	ERR_ORIGIN_SQLITE,  /* SQLite 13 */
	ERR_ORIGIN_OPENSSL, /* OpenSSL 0x... */
	ERR_ORIGIN__COUNT
};

enum { ERR_FRAMES = 8, ERR_TEXT = 224, ERR_NEXT = 320 };

struct err_frame {
	enum err code;
	enum err_origin origin;
	unsigned long raw;
	const char *function; /* static storage */
	int line;
	char text[ERR_TEXT];
};

struct err_trace {
	unsigned count;   /* frames in use */
	unsigned dropped; /* frames that came when all were in use; the innermost are kept */
	struct err_frame frame[ERR_FRAMES];
	char next[ERR_NEXT]; /* what to do next, in the imperative; empty when nobody knew */
};

/* Adds one frame and returns `code`. Use FAIL and FAIL_RAW rather than this. */
enum err err_fail(struct err_trace *trace, enum err code, enum err_origin origin, unsigned long raw,
    const char *function, int line, const char *fmt, ...) PRINTF_LIKE(7, 8);

/* return FAIL(trace, ERR_DENIED, "custodian %u not signed in", id); */
#define FAIL(trace, code, ...) FAIL_RAW(trace, code, ERR_ORIGIN_NONE, 0, __VA_ARGS__)

/*
 * For the wrapper of an outside call, once, at the boundary: inner code never sees LONG or CK_RV.
 * Its value is written out as `code`, so that an analyser sees that it is no success.
 */
#define FAIL_RAW(trace, code, origin, raw, ...)                                                    \
	__extension__({                                                                            \
		const enum err fail_code_ = (code);                                                \
		err_fail((trace), fail_code_, (origin), (unsigned long)(raw), __func__, __LINE__,  \
		    __VA_ARGS__);                                                                  \
		fail_code_;                                                                        \
	})

/* As FAIL with the present errno; ENOSPC, EACCES, ENOENT and the like choose the code. */
enum err err_fail_errno(struct err_trace *trace, const char *function, int line, const char *fmt,
    ...) PRINTF_LIKE(4, 5);
#define FAIL_ERRNO(trace, ...)                                                                     \
	__extension__({                                                                            \
		const enum err fail_code_ =                                                        \
		    err_fail_errno((trace), __func__, __LINE__, __VA_ARGS__);                      \
		fail_code_ != ERR_OK ? fail_code_ : ERR_INTERNAL;                                  \
	})

/* Says what to do next. The first one said stays: the innermost knows best. */
void err_next(struct err_trace *trace, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* As err_next, but replaces what was said before: for a layer that knows the wider situation. */
void err_next_instead(struct err_trace *trace, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Forgets everything in it, for a failure that was handled. */
void err_clear(struct err_trace *trace);

/* The raw number of the innermost frame with that origin; false when there is none. */
bool err_raw(const struct err_trace *trace, enum err_origin origin, unsigned long *raw);

/* One word for people: "denied", "absent". */
const char *err_word(enum err code);

/* 0 done, 1 failed, 2 usage, 3 denied, 4 absent, 5 I/O, 70 bug. Never renumbered. */
int err_exit_code(enum err code);

/* Writes a frame as "card refused the PIN [SW 63C2]" into `out` (cut to fit, always terminated). */
void err_format(const struct err_frame *frame, char *out, size_t out_size);

#endif
