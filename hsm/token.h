/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tokens: what a module's tokens say of themselves, how a person or the roster names one, and its
 * sessions.
 *
 * A token is found by what does not change: serial number, maker and model. Labels are not unique,
 * some modules decorate them, and a fresh token has neither label nor serial. Before a PIN goes to
 * a token, its slot is read again and must still hold the token that the facts describe.
 */
#ifndef HSM_TOKEN_H
#define HSM_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct module;
struct secret;
struct token_session;

enum token_who { TOKEN_USER, TOKEN_SO };

/* The counter of one PIN as far as PKCS#11 tells it: flags, no number. */
struct token_tries {
	bool count_low; /* wrong at least once since the last right one */
	bool final_try;
	bool locked;
	bool to_be_changed; /* a maker's default or expired PIN */
};

/* Sizes with the NUL; PKCS#11's fields are blank-padded, here the blanks are cut. */
struct token_facts {
	unsigned long slot;
	char label[33];
	char manufacturer[33];
	char model[17];
	char serial[17];  /* empty on some fresh tokens */
	char hardware[8]; /* "2.6" */
	char firmware[8];
	bool broken; /* does not answer: of all this only the slot is known (token_list alone) */
	bool initialised;
	bool user_pin_set;
	bool login_required;
	bool has_random;
	bool write_protected;
	bool own_pin_pad; /* PINs are typed on the device; Quorate cannot set them */
	struct token_tries user;
	struct token_tries so;
	unsigned long pin_min;
	unsigned long pin_max;
	unsigned long
	    sessions;  /* open in this process; meaningless when the module does not tell */
	bool software; /* SoftHSM and the like: marked SOFTWARE TOKEN everywhere */
};

/* Every token present, in slot order; free() *out. No token is ERR_OK and a count of 0. */
MUST_CHECK enum err
token_list(struct module *module, struct token_facts **out, size_t *count, struct err_trace *trace);

/*
 * The facts of the same token now; ERR_ABSENT when the slot holds another (by its serial). A fresh
 * token has no serial: *now may be somebody's by now, and says so.
 */
MUST_CHECK enum err token_refresh(struct module *module, const struct token_facts *token,
    struct token_facts *now, struct err_trace *trace);

enum token_wanted { TOKEN_ANY, TOKEN_FRESH, TOKEN_INITIALISED };

/*
 * The one token that an RFC 7512 URI means; NULL or "" means the only one of the wanted kind. A
 * fresh token is meant by its slot-id, or by whatever leaves only one fresh token. None is
 * ERR_ABSENT, several are ERR_NOT_NOW; both list the candidates as URIs.
 */
MUST_CHECK enum err token_find(struct module *module, const char *uri, enum token_wanted wanted,
    struct token_facts *out, struct err_trace *trace);

/* The one initialised token with this serial; ERR_ABSENT or, with two, ERR_NOT_NOW. */
MUST_CHECK enum err token_find_serial(
    struct module *module, const char *serial, struct token_facts *out, struct err_trace *trace);

/* The same by label: how a resumed operation finds the token that it was initialising. */
MUST_CHECK enum err token_find_label(
    struct module *module, const char *label, struct token_facts *out, struct err_trace *trace);

enum token_uri_form {
	TOKEN_URI_STORED, /* serial, manufacturer, model: what the roster keeps */
	TOKEN_URI_SHOWN,  /* with the label too */
};
enum { TOKEN_URI = 512 };

/*
 * A token without a serial is named by its label, a fresh one by its slot-id. `out` has room for
 * TOKEN_URI bytes.
 */
MUST_CHECK enum err token_uri(
    const struct token_facts *token, enum token_uri_form form, char *out, struct err_trace *trace);

/* ERR_FORMAT when it is no PKCS#11 URI; ERR_ARGUMENT when it carries a PIN, which is refused. */
MUST_CHECK enum err token_uri_check(const char *uri, struct err_trace *trace);

/* The label begins with "PRACTICE " (design.md, rule 9). */
bool token_is_practice(const struct token_facts *token);

/*
 * Whether a label may be given to a new token: 1 to 32 bytes of printable UTF-8 with no blank at
 * either end; in practice it begins with "PRACTICE ", in earnest it does not.
 */
MUST_CHECK enum err token_label_check(const char *label, bool practice, struct err_trace *trace);

/* ERR_DENIED when a practice roster meets a real token or the other way round. */
MUST_CHECK enum err
token_practice_check(const struct token_facts *token, bool practice, struct err_trace *trace);

/*
 * A session. Login belongs to the whole process: all its sessions of a token are logged in
 * together, and when the last one closes the token logs out. A session is used by one thread at a
 * time; sessions of the same module by several threads at once.
 */
MUST_CHECK enum err token_session_open(struct module *module, const struct token_facts *token,
    bool writable, struct token_session **out, struct err_trace *trace);

/* Logs out if this session logged in, and closes; NULL is fine. */
void token_session_close(struct token_session *session);

/* The token's facts when it was opened; borrowed. */
const struct token_facts *token_session_token(const struct token_session *session);

/*
 * ERR_DENIED: the token refused the PIN, and the trace says what its counter says now; ERR_LOCKED:
 * no tries left; ERR_NOT_NOW: somebody in this process is logged in already (the PIN was not
 * tried).
 */
MUST_CHECK enum err token_login(struct token_session *session, enum token_who who,
    const struct secret *pin, struct err_trace *trace);
MUST_CHECK enum err token_logout(struct token_session *session, struct err_trace *trace);

/* How many objects the session sees: all when logged in as user, else the public ones. */
MUST_CHECK enum err
token_count_objects(struct token_session *session, size_t *count, struct err_trace *trace);

/* Appends `len` bytes of C_GenerateRandom. ERR_UNSUPPORTED on a token that has none. */
MUST_CHECK enum err token_random(
    struct token_session *session, size_t len, struct secret *out, struct err_trace *trace);

#endif
