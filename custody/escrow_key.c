/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/escrow_key.h"

#include <string.h>

#include "base/secret.h"
#include "quorum/derive.h"
#include "quorum/escrow.h"

_Static_assert((int)ESCROW_MAX <= (int)ROSTER_ESCROW_MAX, "an escrow fits the roster");
_Static_assert((int)ROSTER_ESCROW_ADMIN_PIN == (int)ESCROW_ADMIN_PIN &&
		   (int)ROSTER_ESCROW_OLDER_SECRET == (int)ESCROW_OLDER_SECRET,
    "one numbering");

static struct escrow_subject
subject_of(const struct escrow_end *end, enum roster_escrow_kind kind, const uint8_t *subject)
{
	struct escrow_subject made = { .practice = end->practice,
		.generation = end->generation,
		.kind = (enum escrow_kind)kind };

	memcpy(made.quorum_id, end->quorum->bytes, sizeof(made.quorum_id));
	if (kind == ROSTER_ESCROW_ADMIN_PIN)
		memcpy(made.fingerprint, subject, sizeof(made.fingerprint));
	for (int i = 4; kind == ROSTER_ESCROW_OLDER_SECRET && i > 0; i--)
		made.older_generation =
		    made.older_generation << 8 | subject[ROSTER_SUBJECT_SIZE - i];
	return made;
}

static enum err
open_sealed(const struct escrow_end *end, const struct escrow_subject *subject,
    const struct escrow *sealed, struct secret **plaintext, struct err_trace *trace)
{
	struct secret *key = NULL;
	uint8_t point[P256_POINT];
	enum err err = derive_escrow_key(end->prk, &key, point, trace);

	if (err == ERR_OK)
		err = escrow_open(subject, sealed, key, plaintext, trace);
	secret_free(key);
	return err;
}

enum err
escrow_row_open(const struct escrow_end *end, const struct roster_escrow *row,
    enum escrow_which which, struct secret **plaintext, struct err_trace *trace)
{
	const struct escrow_subject subject = subject_of(end, row->kind, row->subject);
	const uint8_t *bytes = which == ESCROW_FORMER ? row->former : row->blob;
	struct escrow sealed = { .len = which == ESCROW_FORMER ? row->former_len : row->blob_len };

	if (sealed.len == 0)
		return FAIL(trace, ERR_ABSENT, "there is no such escrow");
	if (sealed.len > sizeof(sealed.bytes))
		return FAIL(trace, ERR_FORMAT, "an escrow in the roster is damaged");
	memcpy(sealed.bytes, bytes, sealed.len);
	return open_sealed(end, &subject, &sealed, plaintext, trace);
}

/* What could not be opened again would be noticed when it is needed, and that is too late. */
static enum err
check_sealed(const struct escrow_end *end, const struct escrow_subject *subject,
    const struct escrow *sealed, const struct secret *plaintext, struct err_trace *trace)
{
	struct secret *opened = NULL;
	enum err err;

	if (end->prk == NULL)
		return ERR_OK;
	err = open_sealed(end, subject, sealed, &opened, trace);
	if (err == ERR_OK && !secret_equal(opened, plaintext))
		err = FAIL(trace, ERR_INTERNAL, "what was sealed opens as something else");
	secret_free(opened);
	return err;
}

enum err
escrow_row_seal(const struct escrow_end *end, const struct escrow_content *content,
    struct roster_escrow *out, struct err_trace *trace)
{
	const struct escrow_subject subject = subject_of(end, content->kind, content->subject);
	const struct escrow_sealing sealing = { end->point, content->plaintext,
		content->ephemeral };
	struct escrow sealed;
	enum err err = escrow_seal(&subject, &sealing, &sealed, trace);

	if (err == ERR_OK)
		err = check_sealed(end, &subject, &sealed, content->plaintext, trace);
	if (err != ERR_OK)
		return err;
	*out = (struct roster_escrow){
		.kind = content->kind, .generation = end->generation, .blob_len = sealed.len
	};
	memcpy(out->subject, content->subject, sizeof(out->subject));
	memcpy(out->blob, sealed.bytes, sealed.len);
	return ERR_OK;
}

enum err
escrow_row_prk(const struct escrow_end *end, const struct roster_escrow *row,
    const struct roster_generation *of, struct secret **prk, struct err_trace *trace)
{
	struct secret *secret = NULL, *derived = NULL;
	uint8_t check[DERIVE_CHECK_SIZE];
	enum err err = escrow_row_open(end, row, ESCROW_PRESENT, &secret, trace);

	if (err == ERR_OK)
		err = derive_prk(end->quorum->bytes, secret, &derived, trace);
	secret_free(secret);
	if (err == ERR_OK)
		err = derive_check(derived, check, trace);
	if (err == ERR_OK && memcmp(check, of->check, sizeof(check)) != 0)
		err = FAIL(trace, ERR_FORMAT,
		    "what was escrowed as the secret of generation %u is another", of->number);
	if (err != ERR_OK) {
		secret_free(derived);
		return err;
	}
	*prk = derived;
	return ERR_OK;
}
