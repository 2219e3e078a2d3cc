/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests: an application, well or ill behaved, at the socket of an activation. PKCS#11 goes
 * through the unmodified p11-kit-client.so, each client in a process of its own.
 *
 *   client MODULE sign            signs once
 *   client MODULE storm N         N clients sign at once; prints "made A, refused B, failed C"
 *   client MODULE rival           one client attacks another's session, object and operation
 *   client MODULE refused         calls everything that the policy refuses, and asks for secrets
 *   client SOCKET send HEX        sends bytes; ends well when it is cut within 15 seconds
 *   client SOCKET crowd N         opens N connections and says nothing on them for a second
 */
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
#include "tests/softhsm/agent/refused.h"
#include "tests/softhsm/agent/signer.h"

enum { SIGNATURE = 512, BYTES = 64, CUT_MS = 15000 };

static CK_BYTE digest[SIGNER_DIGEST] = { 1, 2, 3 };

static CK_RV
finish_signature(const struct signer *hold)
{
	CK_BYTE signature[SIGNATURE];
	CK_ULONG len = sizeof(signature);

	return hold->pkcs11->C_Sign(hold->session, digest, sizeof(digest), signature, &len);
}

static int
run_sign(const char *module, const char *unused)
{
	struct signer hold = signer_connect(module);

	(void)unused;
	signer_must("C_Sign", signer_sign(&hold, digest));
	return 0;
}

/* 0 made, 1 refused by a bound, 2 anything else; all sign when `gate` opens. */
static int
storm_child(const char *module, int gate)
{
	struct signer hold = signer_connect(module);
	char byte;
	CK_RV rv;

	if (read(gate, &byte, 1) != 0)
		return 2;
	rv = signer_sign(&hold, digest);
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
attack(const struct signer *rival, const struct signer *victim)
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
	    pkcs11->C_SignInit(rival->session, &signer_ecdsa, victim->key), CKR_KEY_HANDLE_INVALID);
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
	struct signer hold = signer_connect(module);
	char byte;

	signer_must("the victim's C_SignInit",
	    hold.pkcs11->C_SignInit(hold.session, &signer_ecdsa, hold.key));
	if (write(tell, &hold, sizeof(hold)) != sizeof(hold) || read(wait_fd, &byte, 1) != 1)
		return 1;
	signer_must("the victim's C_Sign after the attack", finish_signature(&hold));
	signer_must("the victim's next signature", signer_sign(&hold, digest));
	return 0;
}

static int
run_rival(const char *module, const char *unused)
{
	int told[2], go[2], status = 1;
	struct signer victim, rival;
	int bad;

	(void)unused;
	if (pipe(told) != 0 || pipe(go) != 0)
		return 1;
	if (fork() == 0)
		_exit(run_victim(module, told[1], go[0]));
	rival = signer_connect(module);
	if (read(told[0], &victim, sizeof(victim)) != sizeof(victim))
		return 1;
	bad = attack(&rival, &victim);
	(void)!write(go[1], "g", 1);
	wait(&status);
	return bad > 0 || status != 0;
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
		{ "refused", refused_run },
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
