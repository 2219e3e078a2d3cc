/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Readers: which there are, what lies in them, and waiting until that changes. pcscd may die and
 * return, readers may be unplugged at any moment: a list is a snapshot, and a wait outlives both.
 *
 * As the card channel, the set of readers is a struct of functions, so that operations run in
 * tests against cards in the same process.
 */
#ifndef PCSC_READER_H
#define PCSC_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "pcsc/channel.h"

enum {
	READER_NAME = 128, /* PC/SC-lite's MAX_READERNAME, with the NUL */
	READER_ATR = CHANNEL_ATR,
	READER_MAX = 16, /* as many as PC/SC-lite knows */
	READER_FOREVER = -1,
};

struct reader {
	char name[READER_NAME];
	bool present; /* a card is in it */
	bool mute;    /* a card is in it, but does not answer (upside down, or dead) */
	bool in_use;  /* another program has the card to itself */
	uint8_t atr[READER_ATR];
	size_t atr_len;
	uint32_t events; /* grows with each insertion and removal: a fast swap is seen */
};

struct reader_list {
	size_t count;
	struct reader reader[READER_MAX];
};

struct reader_wait {
	int timeout_ms; /* READER_FOREVER: no bound but the cancel fd */
	int cancel_fd;  /* readable: ERR_CANCELLED; -1: none. Nothing is read from it. */
};

struct reader_ops {
	enum err (*list)(void *context, struct reader_list *out, struct err_trace *trace);
	enum err (*wait)(void *context, const struct reader_wait *wait, struct reader_list *list,
	    struct err_trace *trace);
	enum err (*connect)(
	    void *context, const char *reader, struct channel *out, struct err_trace *trace);
	void (*close)(void *context);
};

struct readers {
	const struct reader_ops *ops; /* NULL: closed */
	void *context;
};

/* The readers of this machine's pcscd; ERR_ABSENT, with the command that starts it, if none. */
MUST_CHECK enum err reader_open_pcsc(struct readers *out, struct err_trace *trace);

/* Closes once; closed ones are fine. Channels made from them must be closed before. */
void reader_close(struct readers *readers);

/*
 * All readers now, without waiting for cards. No reader at all is not an error here: the list is
 * empty. A pcscd that died is given a few seconds to return.
 */
MUST_CHECK enum err
reader_list_now(struct readers *readers, struct reader_list *out, struct err_trace *trace);

/*
 * Returns when anything differs from `list` (a reader came or went, a card was inserted or
 * removed), and replaces it by what is there now. While pcscd is away the list is empty, and its
 * return is waited for. ERR_TIMEOUT and ERR_CANCELLED leave `list` as it was.
 */
MUST_CHECK enum err reader_wait_change(struct readers *readers, const struct reader_wait *wait,
    struct reader_list *list, struct err_trace *trace);

/*
 * Powers the card in `reader` and takes it for this process alone. ERR_ABSENT: no such reader, or
 * no card in it; ERR_NOT_NOW: another program holds it, which is named with the command that frees
 * it where known; ERR_IO: the card does not answer.
 */
MUST_CHECK enum err reader_connect(
    struct readers *readers, const char *name, struct channel *out, struct err_trace *trace);

/* The reader of that name in a list, or NULL. */
const struct reader *reader_find(const struct reader_list *list, const char *name);

/* Whether a person would see no difference: what reader_wait_change waits for. */
bool reader_list_same(const struct reader_list *a, const struct reader_list *b);

/* How many have a card in them (mute ones too). */
size_t reader_cards(const struct reader_list *list);

/* "3B 8C 80 01 …", cut to fit. */
enum { READER_ATR_TEXT = READER_ATR * 3 };
void reader_atr_text(const uint8_t *atr, size_t len, char out[READER_ATR_TEXT]);

/*
 * The programs that use smart cards now, other than this one: "scdaemon (4711), firefox (815)",
 * empty when none can be seen. For doctor, and for the words of a sharing violation.
 */
enum { READER_HOLDERS = 128 };
void reader_holders(char out[READER_HOLDERS]);

/* True when a running pcscd logs APDUs (--apdu), PINs included: rule 1 refuses it. */
bool reader_pcscd_logs_apdus(void);

/* The same two over another folder than /proc, for tests. */
void reader_holders_in(const char *proc, char out[READER_HOLDERS]);
bool reader_pcscd_logs_apdus_in(const char *proc);

/*
 * The folder or file of readers that a running pcscd was told of (--config), cut to fit; false when
 * none was, and out is untouched.
 */
enum { READER_CONFIG = 256 };
bool reader_pcscd_config_in(const char *proc, char out[READER_CONFIG]);

#endif
