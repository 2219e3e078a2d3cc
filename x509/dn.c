/* SPDX-License-Identifier: BSD-2-Clause */
#include "x509/dn.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>

/* The attributes that names of CAs have, with RFC 5280's upper bounds in characters. */
static const struct attribute {
	const char *word;
	int nid;
	int type;
	int bound;
} attributes[] = {
	{ "C", NID_countryName, MBSTRING_UTF8, 2 },
	{ "ST", NID_stateOrProvinceName, MBSTRING_UTF8, 128 },
	{ "L", NID_localityName, MBSTRING_UTF8, 128 },
	{ "O", NID_organizationName, MBSTRING_UTF8, 64 },
	{ "OU", NID_organizationalUnitName, MBSTRING_UTF8, 64 },
	{ "CN", NID_commonName, MBSTRING_UTF8, 64 },
	{ "serialNumber", NID_serialNumber, MBSTRING_UTF8, 64 },
	{ "organizationIdentifier", NID_organizationIdentifier, MBSTRING_UTF8, 128 },
	{ "DC", NID_domainComponent, MBSTRING_UTF8, 64 },
};

static const struct attribute *
find(const char *word)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++)
		if (strcmp(attributes[i].word, word) == 0)
			return &attributes[i];
	return NULL;
}

/* Up to an unescaped `end` or the end of the text; the escapes go. False when it does not fit. */
static bool
take(const char **at, char end, char *out, size_t size)
{
	size_t len = 0;

	for (; **at != '\0' && **at != end; (*at)++) {
		if (**at == '\\' && (*at)[1] != '\0')
			(*at)++;
		if (len + 1 >= size)
			return false;
		out[len++] = **at;
	}
	while (len > 0 && out[len - 1] == ' ')
		len--;
	out[len] = '\0';
	return true;
}

static enum err
add(X509_NAME *name, const char *word, const char *value, struct err_trace *trace)
{
	const struct attribute *row = find(word);

	if (row == NULL) {
		err_next(trace,
		    "Names are made of C, ST, L, O, OU, CN, serialNumber, "
		    "organizationIdentifier and DC: C=DE,O=Example AG,CN=Example Root 1");
		return FAIL(trace, ERR_ARGUMENT, "a name has no attribute '%.40s'", word);
	}
	if (value[0] == '\0')
		return FAIL(trace, ERR_ARGUMENT, "%s is empty", word);
	if (row->nid != NID_organizationalUnitName && row->nid != NID_domainComponent &&
	    X509_NAME_get_index_by_NID(name, row->nid, -1) >= 0)
		return FAIL(trace, ERR_ARGUMENT, "%s is there twice", word);
	if (X509_NAME_add_entry_by_NID(
		name, row->nid, row->type, (const unsigned char *)value, -1, -1, 0) != 1) {
		ERR_clear_error();
		return FAIL(trace, ERR_ARGUMENT,
		    "%s='%.80s' is no text of at most %d characters that it may have", word, value,
		    row->bound);
	}
	return ERR_OK;
}

static enum err
fill(const char *text, X509_NAME *name, struct err_trace *trace)
{
	char word[64], value[DN_TEXT];
	enum err err = ERR_OK;

	while (err == ERR_OK) {
		text += strspn(text, " ");
		if (!take(&text, '=', word, sizeof(word)) || *text != '=')
			return FAIL(
			    trace, ERR_ARGUMENT, "'%.80s' is not written as ATTRIBUTE=value", word);
		text += 1 + strspn(text + 1, " ");
		if (!take(&text, ',', value, sizeof(value)))
			return FAIL(trace, ERR_ARGUMENT, "%s is too long", word);
		err = add(name, word, value, trace);
		if (*text == '\0')
			break;
		text++;
	}
	return err;
}

enum err
dn_parse(const char *text, X509_NAME **out, struct err_trace *trace)
{
	X509_NAME *name = X509_NAME_new();
	enum err err =
	    name == NULL ? FAIL(trace, ERR_NOMEM, "no memory for a name") : fill(text, name, trace);

	if (err == ERR_OK)
		*out = name;
	else
		X509_NAME_free(name);
	return err;
}

void
dn_format(const X509_NAME *name, char out[DN_TEXT])
{
	/* RFC 2253's escapes, but in the order of the encoding. */
	const unsigned long form = (XN_FLAG_RFC2253 & ~(unsigned long)XN_FLAG_DN_REV);
	BIO *to = BIO_new(BIO_s_mem());
	int len = -1;

	if (to != NULL && X509_NAME_print_ex(to, name, 0, form) >= 0)
		len = BIO_read(to, out, DN_TEXT - 1);
	if (len == DN_TEXT - 1)
		memcpy(out + DN_TEXT - 4, "...", 3);
	out[len > 0 ? len : 0] = '\0';
	BIO_free(to);
}
