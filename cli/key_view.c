/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/key_view.h"

#include "base/encode.h"

const char *
key_view_yes_no(bool value)
{
	return value ? "yes" : "no";
}

json_t *
key_view_json(const struct key_facts *key)
{
	char id[2 * KEY_ID_MAX + 1];

	hex_encode(key->id, key->id_len, id);
	return json_pack("{s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:b, s:b}", "label", key->label,
	    "type", key_kind_word(key->kind), "id", id, "on_token", key->on_token, "made_here",
	    key->made_here, "sensitive", key->sensitive, "extractable", key->extractable,
	    "never_extractable", key->never_extractable, "can_sign", key->can_sign);
}
