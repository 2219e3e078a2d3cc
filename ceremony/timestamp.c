/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/timestamp.h"

#include <string.h>
#include <time.h>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/ts.h>

static enum err
read_imprint(TS_TST_INFO *info, struct timestamp *out, struct err_trace *trace)
{
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
	const ASN1_OBJECT *algorithm = NULL;
	const ASN1_OCTET_STRING *hash;

	if (imprint == NULL)
		return FAIL(trace, ERR_FORMAT, "the time stamp stamps nothing");
	X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
	hash = TS_MSG_IMPRINT_get_msg(imprint);
	if (OBJ_obj2nid(algorithm) != NID_sha256 || ASN1_STRING_length(hash) != SHA256_SIZE)
		return FAIL(trace, ERR_FORMAT, "the time stamp is not over a SHA-256");
	memcpy(out->imprint, ASN1_STRING_get0_data(hash), SHA256_SIZE);
	return ERR_OK;
}

static enum err
read_info(TS_RESP *reply, struct timestamp *out, struct err_trace *trace)
{
	TS_STATUS_INFO *status = TS_RESP_get_status_info(reply);
	TS_TST_INFO *info = TS_RESP_get_tst_info(reply);
	const long granted =
	    status == NULL ? -1 : ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status));
	struct tm when;

	if (info == NULL ||
	    (granted != TS_STATUS_GRANTED && granted != TS_STATUS_GRANTED_WITH_MODS))
		return FAIL(
		    trace, ERR_FORMAT, "the reply has no time stamp: the authority refused");
	if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &when) != 1)
		return FAIL(trace, ERR_FORMAT, "the time stamp has no time");
	out->time = (int64_t)timegm(&when);
	return read_imprint(info, out, trace);
}

enum err
timestamp_read(const void *bytes, size_t len, struct timestamp *out, struct err_trace *trace)
{
	const unsigned char *at = bytes;
	struct timestamp found = { .time = 0 };
	TS_RESP *reply = NULL;
	enum err err = ERR_FORMAT;

	if (len <= TIMESTAMP_MAX)
		reply = d2i_TS_RESP(NULL, &at, (long)len);
	if (reply == NULL || at != (const unsigned char *)bytes + len)
		err = FAIL(trace, ERR_FORMAT, "it is no reply of a time stamping authority (.tsr)");
	else
		err = read_info(reply, &found, trace);
	TS_RESP_free(reply);
	ERR_clear_error();
	if (err == ERR_OK)
		*out = found;
	return err;
}
