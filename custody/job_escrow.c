/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jobs on what is escrowed to a generation. A card's admin PIN is given out, for the command that
 * unblocks that card; an older generation's secret never is: a session holds nothing that opens
 * what it was not opened for.
 */
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "custody/job.h"
#include "quorum/escrow.h"

static enum err
read_subject(const json_t *request, struct escrow_subject *out, struct err_trace *trace)
{
	int64_t generation;
	enum err err =
	    json_get_hex(request, "quorum", out->quorum_id, sizeof(out->quorum_id), trace);

	if (err == ERR_OK)
		err = json_get_hex(
		    request, "fingerprint", out->fingerprint, sizeof(out->fingerprint), trace);
	if (err == ERR_OK)
		err = json_get_int(request, "generation", 1, UINT32_MAX, &generation, trace);
	if (err != ERR_OK)
		return err;
	out->kind = ESCROW_ADMIN_PIN;
	out->generation = (uint32_t)generation;
	out->practice = json_is_true(json_object_get(request, "practice"));
	return ERR_OK;
}

static enum err
run_admin_pin(const struct job_tools *tools, const json_t *request, struct job_result *out,
    struct err_trace *trace)
{
	struct escrow_subject subject = { .practice = false };
	struct escrow sealed;
	const char *hex;
	enum err err = read_subject(request, &subject, trace);

	if (err == ERR_OK)
		err = json_get_text(request, "sealed", &hex, trace);
	if (err != ERR_OK)
		return err;
	sealed.len = strlen(hex) / 2;
	if (sealed.len > sizeof(sealed.bytes) || !hex_decode(hex, sealed.bytes, sealed.len))
		return FAIL(trace, ERR_FORMAT, "what is escrowed is damaged");
	err = escrow_open(&subject, &sealed, tools->escrow, &out->secret, trace);
	if (err == ERR_OK)
		out->reply = json_object();
	return err;
}

const struct job job_escrow_rows[] = {
	{ "admin-pin", false, run_admin_pin },
	{ .name = NULL },
};
