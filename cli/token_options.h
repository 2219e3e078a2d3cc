/* SPDX-License-Identifier: BSD-2-Clause */
/* The options with which a token is named and bound; `quorum create` and `token bind` share them.
 */
#ifndef CLI_TOKEN_OPTIONS_H
#define CLI_TOKEN_OPTIONS_H

#include "cli/command.h"
#include "custody/create.h"

struct token_values {
	const char *token;
	const char *module;
	const char *name;
	const char *role;
	bool user_only;
	const char *user_format;
	const char *so_format;
};

#define TOKEN_OPTIONS(type, member)                                                                \
	{ .name = "token",                                                                         \
		.kind = OPTION_TEXT,                                                               \
		.metavar = "URI",                                                                  \
		.help = "which token (PKCS#11 URI); without it the only fresh one",                \
		.offset = offsetof(type, member.token) },                                          \
	    { .name = "module",                                                                    \
		    .kind = OPTION_TEXT,                                                           \
		    .metavar = "NAME",                                                             \
		    .help = "its module: a name of modules.conf or a path; else softhsm",          \
		    .offset = offsetof(type, member.module) },                                     \
	    { .name = "name",                                                                      \
		    .kind = OPTION_TEXT,                                                           \
		    .metavar = "NAME",                                                             \
		    .help = "the binding's name, for ever: 1 to 32 of a-z, 0-9 and -",             \
		    .required = true,                                                              \
		    .offset = offsetof(type, member.name) },                                       \
	    { .name = "role",                                                                      \
		    .kind = OPTION_TEXT,                                                           \
		    .metavar = "ROLE",                                                             \
		    .help = "primary (else), backup or test",                                      \
		    .offset = offsetof(type, member.role) },                                       \
	    { .name = "user-pin-only",                                                             \
		    .kind = OPTION_FLAG,                                                           \
		    .help = "the token's SO PIN stays with whoever has it now",                    \
		    .offset = offsetof(type, member.user_only) },                                  \
	    { .name = "user-pin-format",                                                           \
		    .kind = OPTION_TEXT,                                                           \
		    .metavar = "LENGTH:ALPHABET[:PREFIX]",                                         \
		    .help = "for a token that refuses 32 characters of base32",                    \
		    .offset = offsetof(type, member.user_format) },                                \
	{                                                                                          \
		.name = "so-pin-format", .kind = OPTION_TEXT,                                      \
		.metavar = "LENGTH:ALPHABET[:PREFIX]",                                             \
		.help = "the same for the SO PIN: 16:0123456789abcdef",                            \
		.offset = offsetof(type, member.so_format)                                         \
	}

/* Turns the texts into a request that borrows them. */
MUST_CHECK enum err token_values_read(
    const struct token_values *values, struct create_token *out, struct err_trace *trace);

#endif
