/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PKCS#11 module that is another one (QUORATE_P11_REAL, a path) with every call counted as a
 * point and made to fail on demand.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define CRYPTOKI_GNU 1 /* the names that p11_functions.inc uses */
#include <p11-kit/pkcs11.h>

#include "tests/fakes/points.h"

static struct ck_function_list *real;

#define FORWARD(name, parameters, arguments)                                                       \
	static ck_rv_t points_##name parameters                                                    \
	{                                                                                          \
		struct points_mark mark;                                                           \
		enum points_verdict verdict = points_before(POINTS_P11, #name, &mark);             \
		ck_rv_t rv = CKR_DEVICE_ERROR;                                                     \
                                                                                                   \
		if (verdict != POINTS_FAIL_BEFORE)                                                 \
			rv = real->name arguments;                                                 \
		points_after(&mark);                                                               \
		return verdict == POINTS_FAIL_AFTER ? CKR_DEVICE_ERROR : rv;                       \
	}
#include "tests/fakes/p11_functions.inc"
#undef FORWARD

static ck_rv_t points_C_GetFunctionList(struct ck_function_list **list);

#define FORWARD(name, parameters, arguments) .name = points_##name,
static struct ck_function_list functions = {
	.version = { 2, 40 },
	.C_GetFunctionList = points_C_GetFunctionList,
#include "tests/fakes/p11_functions.inc"
};
#undef FORWARD

static ck_rv_t
points_C_GetFunctionList(struct ck_function_list **list)
{
	*list = &functions;
	return CKR_OK;
}

/* The module is never unloaded: what it gave out points into it. */
static ck_rv_t
load(void)
{
	const char *path = getenv("QUORATE_P11_REAL");
	void *module = path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void *found = module == NULL ? NULL : dlsym(module, "C_GetFunctionList");
	ck_rv_t (*get)(struct ck_function_list **);

	if (found == NULL)
		return CKR_GENERAL_ERROR;
	memcpy(&get, &found, sizeof(get));
	return get(&real);
}

ck_rv_t
C_GetFunctionList(struct ck_function_list **list)
{
	ck_rv_t rv = real == NULL ? load() : CKR_OK;

	return rv == CKR_OK ? points_C_GetFunctionList(list) : rv;
}
