/* SPDX-License-Identifier: BSD-2-Clause */
#include "x509/profile_value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "x509/dn.h"
#include "x509/profile.h"

enum { ITEM_MAX = 256 };

const char *
profile_take_word(const struct profile_field *field, const char *value)
{
	for (unsigned i = 0; i < (unsigned)field->max; i++)
		if (strcmp(field->words[i], value) == 0) {
			*(unsigned *)field->at = i;
			return NULL;
		}
	return "is none of the words that it takes";
}

const char *
profile_take_number(const struct profile_field *field, const char *value)
{
	char *end = NULL;
	long number;

	errno = 0;
	number = strtol(value, &end, 10);
	if (value[strspn(value, "0123456789")] != '\0' || *end != '\0' || errno != 0 ||
	    number < field->min || number > field->max)
		return "is no number in its range";
	*(int64_t *)field->at = number;
	return NULL;
}

const char *
profile_take_name(const struct profile_field *field, const char *value)
{
	X509_NAME *name = NULL;

	if (strlen(value) >= PROFILE_VALUES || dn_parse(value, &name, NULL) != ERR_OK)
		return "is no name like C=DE,O=Example AG,CN=Example Root 1";
	X509_NAME_free(name);
	snprintf(field->at, PROFILE_VALUES, "%s", value);
	return NULL;
}

/* Appends to what the key has so far. */
static const char *
append(const struct profile_field *field, const char *value)
{
	char *list = field->at;
	size_t used = strlen(list);
	int len = snprintf(list + used, PROFILE_VALUES - used, "%s%s%s", used == 0 ? "" : ",",
	    field->before == NULL ? "" : field->before, value);

	return len >= 0 && (size_t)len < PROFILE_VALUES - used ? NULL : "has too many values";
}

/* Each of the words between commas, once. */
static const char *
take_list(
    const struct profile_field *field, const char *value, const char *(*check)(const char *item))
{
	const char *wrong = NULL;

	while (wrong == NULL) {
		char item[ITEM_MAX];
		size_t len;

		value += strspn(value, " \t");
		len = strcspn(value, ", \t");
		if (len == 0 || len >= sizeof(item))
			return "has an empty or overlong value";
		snprintf(item, sizeof(item), "%.*s", (int)len, value);
		wrong = check(item);
		if (wrong == NULL)
			wrong = append(field, item);
		value += len + strspn(value + len, " \t");
		if (*value == '\0')
			break;
		if (*value++ != ',')
			return "wants commas between its values";
	}
	return wrong;
}

static const char *
check_usage(const char *item)
{
	static const char *const known[] = { "keyCertSign", "cRLSign", "digitalSignature" };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(known[i], item) == 0)
			return NULL;
	return "takes keyCertSign, cRLSign and digitalSignature";
}

const char *
profile_take_usage(const struct profile_field *field, const char *value)
{
	return take_list(field, value, check_usage);
}

static const char *
check_oid(const char *item)
{
	ASN1_OBJECT *object = OBJ_txt2obj(item, 1);
	bool good = object != NULL && strchr(item, '.') != NULL;

	ASN1_OBJECT_free(object);
	ERR_clear_error();
	return good ? NULL : "is no object identifier like 2.23.140.1.2.1";
}

static const char *
check_purpose(const char *item)
{
	static const char *const known[] = { "serverAuth", "clientAuth", "codeSigning",
		"emailProtection", "timeStamping", "OCSPSigning" };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(known[i], item) == 0)
			return NULL;
	return check_oid(item) == NULL ? NULL
				       : "takes serverAuth, clientAuth, codeSigning, "
					 "emailProtection, timeStamping, OCSPSigning or an object "
					 "identifier";
}

const char *
profile_take_purpose(const struct profile_field *field, const char *value)
{
	return take_list(field, value, check_purpose);
}

const char *
profile_take_oid(const struct profile_field *field, const char *value)
{
	return take_list(field, value, check_oid);
}

/* Whether a text can stand in OpenSSL's lists as it is. */
static bool
is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~' || strchr(",;\\\"", *text) != NULL)
			return false;
	return true;
}

const char *
profile_take_constraint(const struct profile_field *field, const char *value)
{
	static const char *const kinds[] = { "DNS:", "email:", "IP:", "URI:" };
	bool known = false;
	GENERAL_NAME *name = NULL;
	char type[8] = "";
	const char *colon = strchr(value, ':');

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		known |= strncmp(kinds[i], value, strlen(kinds[i])) == 0;
	if (!known || !is_plain(value) || colon == NULL || colon[1] == '\0')
		return "takes DNS:name, email:name, IP:address/mask or URI:host";
	snprintf(type, sizeof(type), "%.*s", (int)(colon - value), value);
	CONF_VALUE entry = { .name = type, .value = (char *)(uintptr_t)(colon + 1) };
	name = v2i_GENERAL_NAME_ex(NULL, NULL, NULL, &entry, 1);
	GENERAL_NAME_free(name);
	ERR_clear_error();
	return name == NULL ? "has an address that is none" : append(field, value);
}

const char *
profile_take_url(const struct profile_field *field, const char *value)
{
	if ((strncmp(value, "http://", 7) != 0 && strncmp(value, "ldap://", 7) != 0) ||
	    value[7] == '\0' || !is_plain(value))
		return "is no http:// address without blanks, commas and semicolons";
	return append(field, value);
}
