/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/use.h"

#include <stdio.h>
#include <string.h>

#include "agent/client.h"
#include "agent/mechanisms.h"
#include "agent/visible.h"
#include "base/encode.h"
#include "base/hash.h"
#include "custody/use_record.h"

void
use_describe_digest(struct use *use, const uint8_t digest[SHA256_SIZE])
{
	char hex[2 * SHA256_SIZE + 1];

	hex_encode(digest, SHA256_SIZE, hex);
	snprintf(use->signed_what, sizeof(use->signed_what), "sha256:%s", hex);
}

enum err
use_describe(struct use *use, const void *data, size_t len, struct err_trace *trace)
{
	uint8_t digest[SHA256_SIZE];
	char hex[2 * USE_RAW_MAX + 1];
	enum err err;

	if (use->mechanism->takes_digest && len <= USE_RAW_MAX) {
		hex_encode(data, len, hex);
		snprintf(use->signed_what, sizeof(use->signed_what), "raw:%s", hex);
		return ERR_OK;
	}
	err = sha256(data, len, digest, trace);
	if (err == ERR_OK)
		use_describe_digest(use, digest);
	return err;
}

/* The line of a use but for its kind and outcome; members that are not known are left out. */
static json_t *
line_of(const struct use *use)
{
	char id[2 * VISIBLE_ID + 1] = "";
	json_t *line = json_pack(
	    "{s:o*}", "client", use->client == NULL ? NULL : peer_json(&use->client->peer));

	if (use->key != NULL) {
		hex_encode(use->key->id, use->key->id_len, id);
		json_object_set_new(line, "key", chain_text(use->key->label));
		json_object_set_new(line, "id", json_string(id));
	}
	if (use->mechanism != NULL)
		json_object_set_new(line, "mechanism", json_string(use->mechanism->word));
	if (use->signed_what[0] != '\0')
		json_object_set_new(line, "signed", json_string(use->signed_what));
	return line;
}

enum err
use_write(struct uses *uses, json_t *line, struct err_trace *trace)
{
	if (uses->log.write != NULL)
		return uses->log.write(uses->log.context, line, trace);
	json_decref(line);
	return FAIL(trace, ERR_INTERNAL, "there is no record to write to");
}

static enum err
write_line(struct uses *uses, json_t *line, const char *kind)
{
	if (json_object_set_new(line, "kind", json_string(kind)) != 0) {
		json_decref(line);
		return ERR_NOMEM;
	}
	return use_write(uses, line, NULL);
}

bool
use_has_room(struct uses *uses)
{
	return uses->log.has_room != NULL && uses->log.has_room(uses->log.context);
}

/* A client that is refused again and again must not fill the disk: then each thousandth tells. */
static void
record_refusal(struct uses *uses, const struct use *use, const char *call, const char *why)
{
	int64_t count = atomic_fetch_add(&uses->refused, 1) + 1;
	enum err told = ERR_OK;
	json_t *line;

	if (!use_has_room(uses))
		return;
	if (count <= USE_REFUSALS_SINGLY) {
		line = line_of(use);
		json_object_set_new(line, "call", json_string(call));
		json_object_set_new(line, "why", json_string(why));
		told = write_line(uses, line, "refused");
	} else if (count % USE_REFUSALS_SINGLY == 0) {
		line = json_pack("{s:i}", "count", (int)USE_REFUSALS_SINGLY);
		told = write_line(uses, line, "refusals");
	}
	(void)told; /* it is refused all the same; a record that fails ends the activation */
}

static bool
take_one(struct uses *uses)
{
	int64_t taken = atomic_load(&uses->taken);

	do {
		if (uses->max != 0 && taken >= uses->max)
			return false;
	} while (!atomic_compare_exchange_weak(&uses->taken, &taken, taken + 1));
	return true;
}

/* The main loop notices the same, a little later. */
const char *
use_over(const struct uses *uses)
{
	if (bound_time_slept(&uses->time))
		return "the machine was suspended";
	return bound_time_left(&uses->time) == 0 ? "its time is over" : NULL;
}

CK_RV
use_begin(struct uses *uses, const struct use *use)
{
	const char *why = use_over(uses);

	if (why != NULL) {
		record_refusal(uses, use, "C_Sign", why);
		return CKR_FUNCTION_REJECTED;
	}
	if (!use_has_room(uses)) {
		atomic_fetch_add(&uses->refused, 1);
		return CKR_DEVICE_MEMORY;
	}
	if (!take_one(uses)) {
		record_refusal(uses, use, "C_Sign", "its uses are used up");
		return CKR_FUNCTION_REJECTED;
	}
	return CKR_OK;
}

CK_RV
use_end(struct uses *uses, const struct use *use, CK_RV result)
{
	char failed[32];
	json_t *line;

	if (result == CKR_BUFFER_TOO_SMALL) {
		/* Nothing was made, and the operation goes on (PKCS#11 2.40, 5.2). */
		atomic_fetch_sub(&uses->taken, 1);
		return result;
	}
	snprintf(failed, sizeof(failed), "failed 0x%lx", result);
	line = line_of(use);
	json_object_set_new(line, "result", json_string(result == CKR_OK ? "made" : failed));
	if (result != CKR_OK)
		atomic_fetch_sub(&uses->taken, 1);
	if (write_line(uses, line, "use") != ERR_OK)
		return CKR_DEVICE_ERROR;
	if (result == CKR_OK && use->client != NULL)
		atomic_fetch_add(&use->client->made, 1);
	return result;
}

void
use_refuse_call(struct uses *uses, struct client *client, const char *call, CK_RV rv)
{
	char why[48];
	const struct use use = { .client = client };

	snprintf(why, sizeof(why), "refused by the policy (0x%lx)", rv);
	record_refusal(uses, &use, call, why);
}

int64_t
use_count(const struct uses *uses)
{
	return atomic_load(&uses->taken);
}
