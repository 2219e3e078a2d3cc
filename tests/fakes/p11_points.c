/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PKCS#11 module that is another one (QUORATE_P11_REAL, a path) with every call counted as a
 * point and made to fail on demand. The PINs that come by are written to QUORATE_P11_PINS, a line
 * each, for a search of where else they are.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

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

/* ---- PINs that come by --------------------------------------------------------------------- */

/* By a system call, as points.c does: this write is not the program's. */
static void
note_pin(const unsigned char *pin, unsigned long len)
{
	const char *path = getenv("QUORATE_P11_PINS");
	char line[256];
	int fd;

	if (path == NULL || pin == NULL || len >= sizeof(line))
		return;
	memcpy(line, pin, len);
	line[len] = '\n';
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	(void)syscall(SYS_write, fd, line, len + 1);
	close(fd);
}

static ck_rv_t
noting_C_InitToken(
    ck_slot_id_t slot, unsigned char *pin, unsigned long pin_len, unsigned char *label)
{
	note_pin(pin, pin_len);
	return points_C_InitToken(slot, pin, pin_len, label);
}

static ck_rv_t
noting_C_InitPIN(ck_session_handle_t session, unsigned char *pin, unsigned long pin_len)
{
	note_pin(pin, pin_len);
	return points_C_InitPIN(session, pin, pin_len);
}

static ck_rv_t
noting_C_SetPIN(ck_session_handle_t session, unsigned char *old_pin, unsigned long old_len,
    unsigned char *new_pin, unsigned long new_len)
{
	note_pin(old_pin, old_len);
	note_pin(new_pin, new_len);
	return points_C_SetPIN(session, old_pin, old_len, new_pin, new_len);
}

static ck_rv_t
noting_C_Login(
    ck_session_handle_t session, ck_user_type_t user, unsigned char *pin, unsigned long pin_len)
{
	note_pin(pin, pin_len);
	return points_C_Login(session, user, pin, pin_len);
}

static void
note_pins(void)
{
	functions.C_InitToken = noting_C_InitToken;
	functions.C_InitPIN = noting_C_InitPIN;
	functions.C_SetPIN = noting_C_SetPIN;
	functions.C_Login = noting_C_Login;
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
	note_pins();
	return get(&real);
}

ck_rv_t
C_GetFunctionList(struct ck_function_list **list)
{
	ck_rv_t rv = real == NULL ? load() : CKR_OK;

	return rv == CKR_OK ? points_C_GetFunctionList(list) : rv;
}
