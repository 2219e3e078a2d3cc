/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the roster's idea of a token and a PKCS#11 module's. */
#ifndef CUSTODY_TOKEN_H
#define CUSTODY_TOKEN_H

#include "custody/custody.h"
#include "hsm/token.h"
#include "quorum/derive.h"
#include "roster/binding.h"

struct module;
struct secret;

/* A bound token, present now: its module (by the name that the roster has) and its facts. */
struct bound_token {
	struct module *module;
	struct token_facts facts;
};

/*
 * Opens the module by name, never by a path from the roster, and finds the token by its stored URI.
 * ERR_ABSENT says which token to connect; ERR_DENIED when real and practice meet.
 */
MUST_CHECK enum err bound_token_open(struct custody *custody, const struct roster_token *token,
    struct bound_token *out, struct err_trace *trace);
void bound_token_close(struct bound_token *token);

/* The same in a module that is open already: out->module. It stays open whatever happens. */
MUST_CHECK enum err bound_token_find(struct custody *custody, const struct roster_token *token,
    struct bound_token *out, struct err_trace *trace);

/* The PIN that the generation behind `prk` gives this token. */
MUST_CHECK enum err
bound_token_pin(const struct secret *prk, const struct roster_binding_spec *spec,
    enum roster_token_pin which, struct secret **pin, struct err_trace *trace);

/* How the roster writes a token down. */
MUST_CHECK enum err bound_token_describe(const struct token_facts *facts, const char *module,
    struct roster_token *out, struct err_trace *trace);

/*
 * The binding that is meant: by name, or the quorum's only one. ERR_ABSENT and ERR_ARGUMENT list
 * those there are.
 */
MUST_CHECK enum err bound_token_choose(struct roster *roster, const struct roster_id *quorum,
    const char *name, struct roster_binding *out, struct err_trace *trace);

/* "user PIN" and which login it is. */
enum token_who bound_token_who(enum roster_token_pin which);

#endif
