/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the keys of a profile take. Each function reads a value, which is not empty, into its field
 * and returns NULL, or what is wrong with it, to stand behind the key's name. Internal to x509/.
 */
#ifndef X509_PROFILE_VALUE_H
#define X509_PROFILE_VALUE_H

#include <stdbool.h>
#include <stdint.h>

struct profile_field {
	void *at;                 /* unsigned, int64_t or char[PROFILE_VALUES] */
	const char *const *words; /* a word: `max` of them */
	int64_t min, max;         /* a number */
	const char *before;       /* what a list's value has before it */
};

const char *profile_take_word(const struct profile_field *field, const char *value);
const char *profile_take_number(const struct profile_field *field, const char *value);
const char *profile_take_name(const struct profile_field *field, const char *value);
const char *profile_take_usage(const struct profile_field *field, const char *value);
const char *profile_take_purpose(const struct profile_field *field, const char *value);
const char *profile_take_oid(const struct profile_field *field, const char *value);
const char *profile_take_constraint(const struct profile_field *field, const char *value);
const char *profile_take_url(const struct profile_field *field, const char *value);

#endif
