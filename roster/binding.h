/* SPDX-License-Identifier: BSD-2-Clause */
/* Bindings: which generation of a quorum opens which PIN of which PKCS#11 token. */
#ifndef ROSTER_BINDING_H
#define ROSTER_BINDING_H

#include "roster/quorum.h"
#include "roster/roster.h"

enum roster_binding_role { ROSTER_PRIMARY, ROSTER_BACKUP, ROSTER_TEST, ROSTER_BINDING_ROLE__COUNT };
const char *roster_binding_role_word(enum roster_binding_role role);
bool roster_binding_role_parse(const char *word, enum roster_binding_role *role);

enum roster_token_pin { ROSTER_USER_PIN, ROSTER_SO_PIN, ROSTER_TOKEN_PIN__COUNT };

/* A PIN format that is not the default (design.md, 4, Derivation). */
struct roster_pin_format {
	bool is_set;       /* false: the default, 32 characters of base32 */
	char prefix[33];   /* not counted in length */
	char alphabet[95]; /* 2 to 94 different printable ASCII characters */
	unsigned length;
};

struct roster_token {
	char uri[1024]; /* RFC 7512 */
	char label[33];
	char serial[17];
	char manufacturer[33];
	char model[17];
	char module[ROSTER_TEXT]; /* the module's name, for display; never loaded from here */
	bool software;            /* marked SOFTWARE TOKEN in a real roster (rule 7) */
};

struct roster_binding_spec {
	char name[ROSTER_BINDING_NAME]; /* [a-z0-9-]{1,32} */
	enum roster_binding_role role;
	bool fresh;                          /* not initialised when planned */
	bool binds[ROSTER_TOKEN_PIN__COUNT]; /* which PINs */
	struct roster_pin_format format[ROSTER_TOKEN_PIN__COUNT];
	struct roster_token token;
};

struct roster_binding {
	struct roster_id id;
	struct roster_id quorum;
	struct roster_binding_spec spec;
	unsigned opens[ROSTER_TOKEN_PIN__COUNT]; /* the generation, 0: none yet */
	int64_t bound;
	int64_t unbound; /* 0: still bound */
};

/* ERR_EXISTS when a present binding has the name; ERR_ARGUMENT names what is not allowed. */
MUST_CHECK enum err roster_binding_add(struct roster *roster, const struct roster_id *quorum,
    const struct roster_binding_spec *spec, struct roster_id *out, struct err_trace *trace);

/* The token as it is known now (its serial is drawn by C_InitToken). */
MUST_CHECK enum err roster_binding_set_token(struct roster *roster, const struct roster_id *binding,
    const struct roster_token *token, struct err_trace *trace);

/* From now on this PIN opens with this generation (after the switch was proven by a login). */
MUST_CHECK enum err roster_binding_opens(struct roster *roster, const struct roster_id *binding,
    enum roster_token_pin pin, unsigned generation, struct err_trace *trace);

MUST_CHECK enum err roster_binding_remove(struct roster *roster, const struct roster_id *binding,
    const char *reason, struct err_trace *trace);

/* Present ones by name. */
MUST_CHECK enum err roster_binding_find(
    struct roster *roster, const char *name, struct roster_binding *out, struct err_trace *trace);
MUST_CHECK enum err roster_binding_by_serial(struct roster *roster, const char *token_serial,
    struct roster_binding *out, struct err_trace *trace);
/* Present ones of a quorum, or all with NULL; in order of binding; free() *out. */
MUST_CHECK enum err roster_binding_list(struct roster *roster, const struct roster_id *quorum,
    struct roster_binding **out, size_t *count, struct err_trace *trace);

/* ERR_ARGUMENT says what is wrong: length, alphabet, 64 to 384 bits. */
MUST_CHECK enum err
roster_pin_format_check(const struct roster_pin_format *format, struct err_trace *trace);

/* [a-z0-9-]{1,32}: the form of binding and quorum names. */
bool roster_is_plain_name(const char *name);

#endif
