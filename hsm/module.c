/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/module.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* p11_kit_be_quiet and p11_kit_message, which 0.24 still calls unstable. */
#define P11_KIT_FUTURE_UNSTABLE_API
#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include "hsm/module_config.h"
#include "hsm/pkcs11.h"
#include "hsm/text.h"

#define DEFAULT_NAME "softhsm"

enum { DESCRIPTION = 128 };

struct module {
	CK_FUNCTION_LIST *functions;
	bool initialised;
	char *path;
	char name[MODULE_NAME]; /* empty: none */
	char description[DESCRIPTION];
};

CK_FUNCTION_LIST *
module_functions(struct module *module)
{
	return module->functions;
}

const char *
module_name(const struct module *module)
{
	return module->name[0] ? module->name : NULL;
}

const char *
module_path(const struct module *module)
{
	return module->path;
}

const char *
module_description(const struct module *module)
{
	return module->description;
}

void
module_close(struct module *module)
{
	if (!module)
		return;
	if (module->initialised)
		(void)module->functions->C_Finalize(NULL);
	if (module->functions)
		p11_kit_module_release(module->functions);
	free(module->path);
	free(module);
}

static enum err
describe(struct module *module, struct err_trace *trace)
{
	CK_INFO info = { .flags = 0 };
	char maker[sizeof(info.manufacturerID) + 1];
	char library[sizeof(info.libraryDescription) + 1];
	CK_RV rv = module->functions->C_GetInfo(&info);

	if (rv != CKR_OK)
		return FAIL_CKR(trace, rv, "module %s does not say what it is", module->path);
	text_from_padded(info.manufacturerID, sizeof(info.manufacturerID), maker);
	text_from_padded(info.libraryDescription, sizeof(info.libraryDescription), library);
	(void)snprintf(module->description, sizeof(module->description),
	    "%s: %s %u.%u (PKCS#11 %u.%u)", maker, library, info.libraryVersion.major,
	    info.libraryVersion.minor, info.cryptokiVersion.major, info.cryptokiVersion.minor);
	return ERR_OK;
}

/*
 * Unmanaged: p11-kit's managed mode puts a table of its own before the module's, in which a
 * function that the module lacks looks present. So C_Initialize is ours to call, with locking by
 * the system's mutexes.
 */
static enum err
load(struct module *module, struct err_trace *trace)
{
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };
	const char *why;
	CK_RV rv;

	p11_kit_be_quiet();
	module->functions = p11_kit_module_load(module->path, P11_KIT_MODULE_UNMANAGED);
	if (!module->functions) {
		why = p11_kit_message();
		err_next(trace, "Look whether this file is a PKCS#11 module for this machine.");
		return FAIL(trace, ERR_FORMAT, "module not loaded: %s", why ? why : module->path);
	}
	rv = module->functions->C_Initialize(&args);
	if (rv == CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return FAIL_CKR(
		    trace, rv, "module %s is open in this program already", module->path);
	if (rv != CKR_OK)
		return FAIL_CKR(trace, rv, "module %s did not start", module->path);
	module->initialised = true;
	return describe(module, trace);
}

/* Takes `path`, also on failure. */
static enum err
open_path(char *path, const char *name, struct module **out, struct err_trace *trace)
{
	struct module *module = calloc(1, sizeof(*module));
	enum err err;

	if (!module) {
		free(path);
		return FAIL(trace, ERR_NOMEM, "no memory for a module");
	}
	module->path = path;
	(void)snprintf(module->name, sizeof(module->name), "%s", name);
	if (access(path, R_OK) != 0)
		err = FAIL_ERRNO(trace, "PKCS#11 module %s", path);
	else
		err = load(module, trace);
	if (err) {
		module_close(module);
		return err;
	}
	*out = module;
	return ERR_OK;
}

enum err
module_open_named(const char *name, struct module **out, struct err_trace *trace)
{
	char *path = NULL;
	enum err err;

	if (!module_config_is_name(name))
		return FAIL(trace, ERR_ARGUMENT,
		    "'%s' is not the name of a PKCS#11 module: 1 to 32 of a-z, 0-9 and -", name);
	err = module_config_path(name, &path, trace);
	if (err)
		return err;
	return open_path(path, name, out, trace);
}

/* SoftHSM's own library, whatever the links to it are called. */
static bool
is_softhsm(const char *path)
{
	char *real = realpath(path, NULL);
	const char *slash = real ? strrchr(real, '/') : NULL;
	bool is = slash && strcmp(slash + 1, "libsofthsm2.so") == 0;

	free(real);
	return is;
}

/* free() *path; an empty name for a path that has none. */
static enum err
name_and_path(
    const char *name_or_path, char name[MODULE_NAME], char **path, struct err_trace *trace)
{
	enum err err;

	if (!name_or_path || name_or_path[0] != '/') {
		(void)snprintf(name, MODULE_NAME, "%s", name_or_path ? name_or_path : DEFAULT_NAME);
		return module_config_path(name, path, trace);
	}
	name[0] = '\0';
	err = module_config_name(name_or_path, name, trace);
	if (err && err != ERR_ABSENT)
		return err;
	if (err)
		err_clear(trace);
	*path = strdup(name_or_path);
	return *path ? ERR_OK : FAIL(trace, ERR_NOMEM, "no memory for a path");
}

enum err
module_open(const char *name_or_path, struct module **out, struct err_trace *trace)
{
	char name[MODULE_NAME];
	char *path = NULL;
	enum err err;

	if (!name_or_path || name_or_path[0] != '/')
		return module_open_named(name_or_path ? name_or_path : DEFAULT_NAME, out, trace);
	err = name_and_path(name_or_path, name, &path, trace);
	return err ? err : open_path(path, name, out, trace);
}

enum err
module_profile(const char *name_or_path, char out[MODULE_NAME], struct err_trace *trace)
{
	char name[MODULE_NAME], profile[MODULE_NAME] = "";
	char *path = NULL;
	enum err err = name_and_path(name_or_path, name, &path, trace);

	if (!err && name[0])
		err = module_config_profile(name, profile, trace);
	if (!err && !profile[0])
		(void)snprintf(
		    profile, sizeof(profile), "%s", is_softhsm(path) ? "softhsm" : "network");
	if (!err)
		memcpy(out, profile, sizeof(profile));
	free(path);
	return err;
}

enum err
module_open_for_uri(
    const char *uri, const char *otherwise, struct module **out, struct err_trace *trace)
{
	P11KitUri *parsed = p11_kit_uri_new();
	const char *path;
	const char *name;
	enum err err;
	int result;

	if (!parsed)
		return FAIL(trace, ERR_NOMEM, "no memory for a PKCS#11 URI");
	result = p11_kit_uri_parse(uri, P11_KIT_URI_FOR_ANY, parsed);
	if (result != P11_KIT_URI_OK) {
		err = FAIL(trace, ERR_FORMAT, "'%s' is not a PKCS#11 URI: %s", uri,
		    p11_kit_uri_message(result));
		goto out;
	}
	path = p11_kit_uri_get_module_path(parsed);
	name = p11_kit_uri_get_module_name(parsed);
	if (path && path[0] != '/')
		err = FAIL(trace, ERR_ARGUMENT, "module-path in a URI must begin with /");
	else if (path)
		err = module_open(path, out, trace);
	else if (name)
		err = module_open_named(name, out, trace);
	else
		err = module_open(otherwise, out, trace);
out:
	p11_kit_uri_free(parsed);
	return err;
}
