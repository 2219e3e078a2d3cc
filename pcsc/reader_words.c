/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/reader.h"
#include "pcsc/reader_pcsc.h"

struct pcsc_row {
	LONG rc;
	enum err code;
	const char *words;
	const char *next; /* NULL: nothing that helps */
};

#define START_PCSCD "Start the smart card service: systemctl start pcscd.socket"
#define PLUG_READER "Plug the reader in, or use another one ('quorate doctor' lists them)."
#define PUT_BACK    "Put the card back into its reader and leave it there until told."

static const struct pcsc_row rows[] = {
	{ SCARD_E_NO_SERVICE, ERR_ABSENT, "the smart card service pcscd does not run",
	    START_PCSCD },
	{ SCARD_E_SERVICE_STOPPED, ERR_ABSENT, "the smart card service pcscd was stopped",
	    START_PCSCD },
	{ SCARD_F_COMM_ERROR, ERR_IO, "the smart card service pcscd went away", START_PCSCD },
	{ SCARD_E_INVALID_HANDLE, ERR_IO, "the smart card service pcscd was restarted",
	    "Try again." },
	{ SCARD_E_NO_READERS_AVAILABLE, ERR_ABSENT, "there is no smart card reader", PLUG_READER },
	{ SCARD_E_UNKNOWN_READER, ERR_ABSENT, "there is no such reader", PLUG_READER },
	{ SCARD_E_READER_UNAVAILABLE, ERR_IO, "the reader is gone", PLUG_READER },
	{ SCARD_E_NO_SMARTCARD, ERR_ABSENT, "there is no card in the reader",
	    "Put the card into the reader." },
	{ SCARD_W_REMOVED_CARD, ERR_IO, "the card was taken out", PUT_BACK },
	{ SCARD_W_RESET_CARD, ERR_IO, "the card was reset by another program", PUT_BACK },
	{ SCARD_E_NOT_TRANSACTED, ERR_IO, "the card stopped answering", PUT_BACK },
	{ SCARD_W_UNRESPONSIVE_CARD, ERR_IO, "the card does not answer",
	    "Is it the right way round? Clean its contacts and put it in again." },
	{ SCARD_W_UNPOWERED_CARD, ERR_IO, "the card has no power",
	    "Is it the right way round? Clean its contacts and put it in again." },
	{ SCARD_W_UNSUPPORTED_CARD, ERR_UNSUPPORTED, "the reader does not know this kind of card",
	    NULL },
	{ SCARD_E_PROTO_MISMATCH, ERR_UNSUPPORTED, "card and reader have no protocol in common",
	    "Try another reader." },
	{ SCARD_E_SHARING_VIOLATION, ERR_NOT_NOW, "another program holds the card", NULL },
	{ SCARD_W_SECURITY_VIOLATION, ERR_DENIED, "this user may not use the reader",
	    "Allow it (polkit action org.debian.pcsc-lite.access_card), or log in at the "
	    "machine." },
	{ SCARD_E_NO_ACCESS, ERR_DENIED, "this user may not use the reader",
	    "Allow it (polkit action org.debian.pcsc-lite.access_pcsc), or log in at the "
	    "machine." },
	{ SCARD_F_INTERNAL_ERROR, ERR_IO, "pcscd gave an answer that makes no sense", NULL },
	{ SCARD_E_NO_MEMORY, ERR_NOMEM, "no memory", NULL },
	{ SCARD_E_TIMEOUT, ERR_TIMEOUT, "it took too long", NULL },
	{ SCARD_E_CANCELLED, ERR_CANCELLED, "it was cancelled", NULL },
	{ SCARD_E_INSUFFICIENT_BUFFER, ERR_FORMAT, "the answer is too long", NULL },
	{ SCARD_E_UNSUPPORTED_FEATURE, ERR_UNSUPPORTED, "the reader cannot do that", NULL },
};

static const struct pcsc_row *
find_row(LONG rc)
{
	static const struct pcsc_row other = { 0, ERR_IO, "the reader reports a fault", NULL };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].rc == rc)
			return &rows[i];
	return &other;
}

enum err
reader_pcsc_fail(struct err_trace *trace, LONG rc, const char *doing, const char *reader)
{
	const struct pcsc_row *row = find_row(rc);
	enum err err;

	if (reader != NULL)
		err = FAIL_RAW(trace, row->code, ERR_ORIGIN_PCSC, rc,
		    "could not %s in reader '%s': %s", doing, reader, row->words);
	else
		err = FAIL_RAW(
		    trace, row->code, ERR_ORIGIN_PCSC, rc, "could not %s: %s", doing, row->words);
	if (row->next != NULL)
		err_next(trace, "%s", row->next);
	return err;
}

bool
reader_pcsc_lost(LONG rc)
{
	return rc == SCARD_E_NO_SERVICE || rc == SCARD_E_SERVICE_STOPPED ||
	       rc == SCARD_F_COMM_ERROR || rc == SCARD_E_INVALID_HANDLE;
}
