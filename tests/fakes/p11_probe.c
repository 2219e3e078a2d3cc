/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PKCS#11 module that is SoftHSM, and before each signature tries what no HSM's module should:
 * it says on stderr "probe: NAME: refused" or "allowed". The file that it makes where it may is
 * QUORATE_PROBE_FILE.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#include <p11-kit/pkcs11.h>

#define SOFTHSM "/usr/lib/softhsm/libsofthsm2.so"

static CK_FUNCTION_LIST functions;
static CK_FUNCTION_LIST *real;

static long
closed(int fd)
{
	if (fd >= 0)
		close(fd);
	return fd;
}

static long
read_a_file(void)
{
	return closed(open("/etc/passwd", O_RDONLY));
}

static long
list_a_folder(void)
{
	return closed(open("/usr", O_RDONLY | O_DIRECTORY));
}

static long
make_a_file(void)
{
	return closed(open(getenv("QUORATE_PROBE_FILE"), O_WRONLY | O_CREAT, 0600));
}

/* One that is not there: it would take the place of the agent. */
static long
start_a_program(void)
{
	return execl("/nowhere", "/nowhere", (char *)NULL);
}

static long
use_the_network(void)
{
	return closed(socket(AF_INET, SOCK_STREAM, 0));
}

static long
use_local_sockets(void)
{
	return closed(socket(AF_UNIX, SOCK_STREAM, 0));
}

/* A process that is not there. */
static long
trace_a_process(void)
{
	return ptrace(PTRACE_ATTACH, -1, NULL, NULL);
}

static long
signal_a_process(void)
{
	return kill(getppid(), 0);
}

/* In a process with threads it is another error, where it is not refused. */
static long
make_a_namespace(void)
{
	return unshare(CLONE_NEWUSER);
}

static long
make_code(void)
{
	void *page = mmap(
	    NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return -1;
	munmap(page, 4096);
	return 0;
}

static const struct {
	const char *name;
	long (*attempt)(void);
} attempts[] = {
	{ "reads a file", read_a_file },
	{ "lists a folder", list_a_folder },
	{ "makes a file", make_a_file },
	{ "starts a program", start_a_program },
	{ "uses the network", use_the_network },
	{ "uses local sockets", use_local_sockets },
	{ "traces a process", trace_a_process },
	{ "signals a process", signal_a_process },
	{ "makes a namespace", make_a_namespace },
	{ "makes code", make_code },
};

static CK_RV
sign_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++) {
		bool refused = attempts[i].attempt() < 0 && (errno == EPERM || errno == EACCES);

		fprintf(
		    stderr, "probe: %s: %s\n", attempts[i].name, refused ? "refused" : "allowed");
	}
	return real->C_SignInit(session, mechanism, key);
}

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **out)
{
	void *library = dlopen(SOFTHSM, RTLD_NOW);
	void *symbol = library == NULL ? NULL : dlsym(library, "C_GetFunctionList");
	CK_C_GetFunctionList get_list;

	if (symbol == NULL)
		return CKR_GENERAL_ERROR;
	memcpy(&get_list, &symbol, sizeof(get_list));
	if (get_list(&real) != CKR_OK)
		return CKR_GENERAL_ERROR;
	functions = *real;
	functions.C_GetFunctionList = C_GetFunctionList;
	functions.C_SignInit = sign_init;
	*out = &functions;
	return CKR_OK;
}
