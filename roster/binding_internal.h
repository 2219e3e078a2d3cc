/* SPDX-License-Identifier: BSD-2-Clause */
/* Binding specs as JSON, in events of bindings and in the plans of operations. Internal. */
#ifndef ROSTER_BINDING_INTERNAL_H
#define ROSTER_BINDING_INTERNAL_H

#include "roster/binding.h"
#include "roster/event.h"

extern const struct member binding_spec_members[];
extern const struct member binding_token_members[];

/* The words of enum roster_token_pin, NULL-terminated. */
extern const char *const binding_pin_words[];

/* ERR_ARGUMENT says what a spec must not be. */
MUST_CHECK enum err
binding_spec_check(const struct roster_binding_spec *spec, struct err_trace *trace);

/* NULL when there is no memory, or a text is not UTF-8. */
json_t *binding_spec_pack(const struct roster_binding_spec *spec);
json_t *binding_token_pack(const struct roster_token *token);

/* From objects that were checked against the members above. */
void binding_spec_unpack(const json_t *json, struct roster_binding_spec *out);
void binding_token_unpack(const json_t *json, struct roster_token *out);

extern const struct event_type binding_events[];

#endif
