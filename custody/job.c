/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "base/secret.h"

static const struct job *const tables[] = { job_backup_rows, job_cert_rows, job_escrow_rows,
	job_key_rows };

enum err
job_find(const char *name, const struct job **out, struct err_trace *trace)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct job *job = tables[i]; job->name != NULL; job++)
			if (strcmp(job->name, name) == 0) {
				*out = job;
				return ERR_OK;
			}
	return FAIL(trace, ERR_ABSENT, "there is no job '%.40s'", name);
}

void
job_result_drop(struct job_result *result)
{
	json_decref(result->reply);
	secret_free(result->secret);
	*result = (struct job_result){ .reply = NULL };
}

json_t *
job_der(const uint8_t *bytes, size_t len)
{
	char *text = malloc(4 * ((len + 2) / 3) + 1);
	json_t *json = NULL;

	if (text != NULL) {
		base64_encode(bytes, len, text);
		json = json_string(text);
	}
	free(text);
	return json;
}

enum err
job_der_read(const json_t *json, const char *name, struct der *out, struct err_trace *trace)
{
	struct der der = { .bytes = NULL };
	const char *text;
	enum err err = json_get_text(json, name, &text, trace);

	if (err != ERR_OK)
		return err;
	der.bytes = malloc(strlen(text) + 1);
	if (der.bytes == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for '%s'", name);
	if (!base64_decode(text, der.bytes, strlen(text), &der.len) || der.len == 0) {
		der_drop(&der);
		return FAIL(trace, ERR_FORMAT, "'%s' is damaged", name);
	}
	*out = der;
	return ERR_OK;
}
