/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/pki_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"

enum err
pki_file_read(enum encoding kind, const char *path, struct der *out, struct err_trace *trace)
{
	char *text = NULL;
	size_t len = 0;
	enum err err = file_read(path, PKI_FILE_MAX, &text, &len, trace);

	if (err != ERR_OK)
		return err;
	err = encoding_read(kind, text, len, out, trace);
	free(text);
	if (err != ERR_OK) {
		err_next(
		    trace, "See that it is the file that is meant: openssl asn1parse -in %s", path);
		err = FAIL(
		    trace, err, "'%s' is not the %s that it should be", path, encoding_word(kind));
	}
	return err;
}

enum err
pki_file_certificate(const char *path, X509 **out, struct err_trace *trace)
{
	struct der der = { .bytes = NULL };
	enum err err = pki_file_read(ENCODING_CERTIFICATE, path, &der, trace);

	if (err == ERR_OK) {
		err = encoding_certificate(&der, out, trace);
		if (err != ERR_OK)
			err = FAIL(trace, err, "'%s' cannot be read", path);
	}
	der_drop(&der);
	return err;
}

enum err
pki_file_write(struct cli *cli, const struct pki_output *output, const struct der *der,
    struct err_trace *trace)
{
	char *pem = NULL;
	enum err err = encoding_pem(output->kind, der, &pem, trace);

	if (err != ERR_OK)
		return err;
	err = output->der ? file_create(output->path, der->bytes, der->len, trace)
			  : file_create(output->path, pem, strlen(pem), trace);
	if (err != ERR_OK) {
		fputs(pem, cli->out);
		err_next_instead(trace, "The %s is made, and is printed here: put it into a file.",
		    encoding_word(output->kind));
		err = FAIL(trace, err, "'%s' was not written", output->path);
	}
	free(pem);
	return err;
}

enum err
pki_file_keep(struct cli *cli, const struct pki_output *output, const struct certified *made,
    struct err_trace *trace)
{
	struct err_trace second = { 0 };
	enum err recorded = certify_record(&cli->custody, made, trace);
	enum err err =
	    pki_file_write(cli, output, &made->der, recorded == ERR_OK ? trace : &second);

	if (recorded != ERR_OK)
		return FAIL(trace, recorded, "the %s was signed, but the roster does not have it",
		    encoding_word(output->kind));
	return err;
}
