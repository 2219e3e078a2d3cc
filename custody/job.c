/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/job.h"

#include <string.h>

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
