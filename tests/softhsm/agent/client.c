/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests: an application, well or ill behaved, at the socket of an activation. PKCS#11 goes
 * through the unmodified p11-kit-client.so, each client in a process of its own.
 *
 *   client MODULE sign            signs once
 *   client MODULE storm N         N clients sign at once; prints "made A, refused B, failed C"
 *   client MODULE rival           one client attacks another's session, object and operation
 *   client MODULE refused         calls what the policy refuses
 *   client SOCKET send HEX        sends bytes; ends well when it is cut within 15 seconds
 *   client SOCKET crowd N         opens N connections and says nothing on them for a second
 */
#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <p11-kit/pkcs11.h>

#include "base/encode.h"

enum { SIGNATURE = 512, BYTES = 64, CUT_MS = 15000 };

/* What one client holds; what a rival would like to have. */
struct hold {
	CK_FUNCTION_LIST *pkcs11;
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
};

static CK_MECHANISM ecdsa = { CKM_ECDSA, NULL, 0 };
static CK_BYTE digest[48] = { 1, 2, 3 };

static void
must(const char *what, CK_RV rv)
{
	if (rv == CKR_OK)
		return;
	fprintf(stderr, "%s: 0x%lx\n", what, rv);
	exit(1);
}

static CK_OBJECT_HANDLE
find_key(const struct hold *hold)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template = { CKA_CLASS, &class, sizeof(class) };
	CK_OBJECT_HANDLE key = 0;
	CK_ULONG count = 0;

	must("C_FindObjectsInit", hold->pkcs11->C_FindObjectsInit(hold->session, &template, 1));
	must("C_FindObjects", hold->pkcs11->C_FindObjects(hold->session, &key, 1, &count));
	must("C_FindObjectsFinal", hold->pkcs11->C_FindObjectsFinal(hold->session));
	if (count != 1) {
		fprintf(stderr, "no private key is visible\n");
		exit(1);
	}
	return key;
}

static struct hold
connect_client(const char *module)
{
	struct hold hold = { 0 };
	CK_ULONG count = 1;
	CK_C_GetFunctionList get_list;
	void *library = dlopen(module, RTLD_NOW);
	void *symbol = library == NULL ? NULL : dlsym(library, "C_GetFunctionList");

	if (symbol == NULL) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	memcpy(&get_list, &symbol, sizeof(get_list));
	must("C_GetFunctionList", get_list(&hold.pkcs11));
	must("C_Initialize", hold.pkcs11->C_Initialize(NULL));
	must("C_GetSlotList", hold.pkcs11->C_GetSlotList(CK_TRUE, &hold.slot, &count));
	must("C_OpenSession",
	    hold.pkcs11->C_OpenSession(hold.slot, CKF_SERIAL_SESSION, NULL, NULL, &hold.session));
	hold.key = find_key(&hold);
	return hold;
}

static CK_RV
finish_signature(const struct hold *hold)
{
	CK_BYTE signature[SIGNATURE];
	CK_ULONG len = sizeof(signature);

	return hold->pkcs11->C_Sign(hold->session, digest, sizeof(digest), signature, &len);
}

static CK_RV
sign_once(const struct hold *hold)
{
	CK_RV rv = hold->pkcs11->C_SignInit(hold->session, &ecdsa, hold->key);

	return rv == CKR_OK ? finish_signature(hold) : rv;
}

static int
run_sign(const char *module, const char *unused)
{
	struct hold hold = connect_client(module);

	(void)unused;
	must("C_Sign", sign_once(&hold));
	return 0;
}

/* 0 made, 1 refused by a bound, 2 anything else; all sign when `gate` opens. */
static int
storm_child(const char *module, int gate)
{
	struct hold hold = connect_client(module);
	char byte;
	CK_RV rv;

	if (read(gate, &byte, 1) != 0)
		return 2;
	rv = sign_once(&hold);
	if (rv != CKR_OK && rv != CKR_FUNCTION_REJECTED)
		fprintf(stderr, "C_Sign: 0x%lx\n", rv);
	return rv == CKR_OK ? 0 : rv == CKR_FUNCTION_REJECTED ? 1 : 2;
}

static int
run_storm(const char *module, const char *number)
{
	int count = (int)strtol(number, NULL, 10);
	int ended[3] = { 0 };
	int gate[2];

	if (pipe(gate) != 0)
		return 1;
	for (int i = 0; i < count; i++) {
		if (fork() != 0)
			continue;
		close(gate[1]);
		_exit(storm_child(module, gate[0]));
	}
	/* Long enough for all to have connected; they go on when the pipe closes. */
	poll(NULL, 0, 2000);
	close(gate[1]);
	for (int i = 0; i < count; i++) {
		int status;

		wait(&status);
		ended[WIFEXITED(status) && WEXITSTATUS(status) < 3 ? WEXITSTATUS(status) : 2]++;
	}
	printf("made %d, refused %d, failed %d\n", ended[0], ended[1], ended[2]);
	return 0;
}

static int
expect(const char *what, CK_RV rv, CK_RV wanted)
{
	if (rv == wanted)
		return 0;
	fprintf(stderr, "%s: 0x%lx, not 0x%lx\n", what, rv, wanted);
	return 1;
}

/* Everything a rival could try with numbers that it somehow learnt. */
static int
attack(const struct hold *rival, const struct hold *victim)
{
	CK_FUNCTION_LIST *pkcs11 = rival->pkcs11;
	CK_BYTE bytes[SIGNATURE];
	CK_ULONG len = sizeof(bytes);
	CK_ATTRIBUTE label = { CKA_LABEL, bytes, sizeof(bytes) };
	CK_SESSION_INFO info;
	int bad = 0;

	bad += expect("C_Sign in the victim's operation",
	    pkcs11->C_Sign(victim->session, digest, sizeof(digest), bytes, &len),
	    CKR_SESSION_HANDLE_INVALID);
	bad += expect("C_SignUpdate in the victim's operation",
	    pkcs11->C_SignUpdate(victim->session, digest, 1), CKR_SESSION_HANDLE_INVALID);
	bad += expect("C_GetSessionInfo of the victim's session",
	    pkcs11->C_GetSessionInfo(victim->session, &info), CKR_SESSION_HANDLE_INVALID);
	bad += expect("C_GetAttributeValue of the victim's number",
	    pkcs11->C_GetAttributeValue(rival->session, victim->key, &label, 1),
	    CKR_OBJECT_HANDLE_INVALID);
	bad += expect("C_SignInit with the victim's number",
	    pkcs11->C_SignInit(rival->session, &ecdsa, victim->key), CKR_KEY_HANDLE_INVALID);
	bad += expect("C_CloseSession of the victim's session",
	    pkcs11->C_CloseSession(victim->session), CKR_SESSION_HANDLE_INVALID);
	bad += expect("C_Logout", pkcs11->C_Logout(rival->session), CKR_OK);
	bad += expect("C_CloseAllSessions", pkcs11->C_CloseAllSessions(rival->slot), CKR_OK);
	bad += expect("C_Finalize", pkcs11->C_Finalize(NULL), CKR_OK);
	return bad;
}

/* The victim begins a signature, tells its numbers, and finishes after the attack. */
static int
run_victim(const char *module, int tell, int wait_fd)
{
	struct hold hold = connect_client(module);
	char byte;

	must("the victim's C_SignInit", hold.pkcs11->C_SignInit(hold.session, &ecdsa, hold.key));
	if (write(tell, &hold, sizeof(hold)) != sizeof(hold) || read(wait_fd, &byte, 1) != 1)
		return 1;
	must("the victim's C_Sign after the attack", finish_signature(&hold));
	must("the victim's next signature", sign_once(&hold));
	return 0;
}

static int
run_rival(const char *module, const char *unused)
{
	int told[2], go[2], status = 1;
	struct hold victim, rival;
	int bad;

	(void)unused;
	if (pipe(told) != 0 || pipe(go) != 0)
		return 1;
	if (fork() == 0)
		_exit(run_victim(module, told[1], go[0]));
	rival = connect_client(module);
	if (read(told[0], &victim, sizeof(victim)) != sizeof(victim))
		return 1;
	bad = attack(&rival, &victim);
	(void)!write(go[1], "g", 1);
	wait(&status);
	return bad > 0 || status != 0;
}

static int
run_refused(const char *module, const char *unused)
{
	struct hold hold = connect_client(module);
	CK_FUNCTION_LIST *pkcs11 = hold.pkcs11;
	CK_SESSION_HANDLE session = hold.session;
	CK_MECHANISM generate = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_MECHANISM rsa = { CKM_RSA_PKCS, NULL, 0 };
	CK_UTF8CHAR pin[] = "12345678", label[32] = "x";
	CK_OBJECT_HANDLE made[2];
	CK_BYTE out[SIGNATURE];
	CK_ULONG len = sizeof(out);
	const CK_RV no = CKR_FUNCTION_NOT_SUPPORTED;
	int bad = 0;

	(void)unused;
	bad += expect("C_InitToken", pkcs11->C_InitToken(hold.slot, pin, 8, label), no);
	bad += expect("C_SetPIN", pkcs11->C_SetPIN(session, pin, 8, pin, 8), no);
	bad += expect("C_InitPIN", pkcs11->C_InitPIN(session, pin, 8), no);
	bad += expect("C_DestroyObject", pkcs11->C_DestroyObject(session, hold.key), no);
	bad += expect(
	    "C_SetAttributeValue", pkcs11->C_SetAttributeValue(session, hold.key, NULL, 0), no);
	bad += expect("C_CreateObject", pkcs11->C_CreateObject(session, NULL, 0, made), no);
	bad += expect("C_CopyObject", pkcs11->C_CopyObject(session, hold.key, NULL, 0, made), no);
	bad += expect("C_GenerateKeyPair",
	    pkcs11->C_GenerateKeyPair(session, &generate, NULL, 0, NULL, 0, &made[0], &made[1]),
	    no);
	bad += expect("C_DecryptInit", pkcs11->C_DecryptInit(session, &rsa, hold.key), no);
	bad +=
	    expect("C_Decrypt", pkcs11->C_Decrypt(session, digest, sizeof(digest), out, &len), no);
	bad += expect("C_SignRecoverInit", pkcs11->C_SignRecoverInit(session, &rsa, hold.key), no);
	bad += expect(
	    "C_WrapKey", pkcs11->C_WrapKey(session, &rsa, hold.key, hold.key, out, &len), no);
	bad += expect("C_DigestKey", pkcs11->C_DigestKey(session, hold.key), no);
	bad += expect(
	    "C_Login as SO", pkcs11->C_Login(session, CKU_SO, pin, 8), CKR_USER_TYPE_INVALID);
	return bad > 0;
}

static int
connect_raw(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

/* True when the other side closes within the time, whatever it says before. */
static bool
is_cut(int fd)
{
	struct pollfd polled = { .fd = fd, .events = POLLIN };
	char bytes[BYTES];

	while (poll(&polled, 1, CUT_MS) == 1)
		if (read(fd, bytes, sizeof(bytes)) <= 0)
			return true;
	return false;
}

static int
run_send(const char *path, const char *hex)
{
	char bytes[4 * BYTES];
	size_t len = strlen(hex) / 2;
	int fd = connect_raw(path);

	if (len > sizeof(bytes) || !hex_decode(hex, bytes, len))
		return 2;
	return send(fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len && is_cut(fd) ? 0 : 1;
}

static int
run_crowd(const char *path, const char *number)
{
	int count = (int)strtol(number, NULL, 10);

	for (int i = 0; i < count; i++)
		(void)connect_raw(path);
	poll(NULL, 0, 1000);
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(const char *where, const char *argument);
	} commands[] = {
		{ "sign", run_sign },
		{ "storm", run_storm },
		{ "rival", run_rival },
		{ "refused", run_refused },
		{ "send", run_send },
		{ "crowd", run_crowd },
	};

	/* p11-kit's client writes to a socket that may have been cut. */
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; argc >= 3 && i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(argv[2], commands[i].name) == 0)
			return commands[i].run(argv[1], argc > 3 ? argv[3] : "");
	return 2;
}
