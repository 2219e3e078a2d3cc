/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For benches: rate MODULE LABEL CLIENTS SECONDS < PIN. That many processes sign a digest with the
 * EC or RSA key of that label for that long, each with its own session, logged in where the token
 * wants it. Prints signatures a second of all together, and the median and the 99th percentile of
 * one in microseconds.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <p11-kit/pkcs11.h>

enum { SLOTS = 16, SIGNATURE = 512, SAMPLES = 1 << 16, PIN_MAX = 128 };

struct signer {
	CK_FUNCTION_LIST *pkcs11;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	CK_MECHANISM mechanism;
};

struct result {
	uint64_t count;
	uint64_t median_ns;
	uint64_t late_ns; /* 99 of 100 take less */
};

static char pin[PIN_MAX];
static int failing = -1; /* where a client that cannot go on writes a 0 */

static void
must(const char *what, CK_RV rv)
{
	if (rv == CKR_OK)
		return;
	fprintf(stderr, "rate: %s: 0x%lx\n", what, rv);
	(void)!write(failing, "", 1);
	exit(1);
}

static uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static CK_FUNCTION_LIST *
load(const char *module)
{
	void *library = dlopen(module, RTLD_NOW);
	void *symbol = library == NULL ? NULL : dlsym(library, "C_GetFunctionList");
	CK_C_GetFunctionList get_list;
	CK_FUNCTION_LIST *list;

	if (symbol == NULL) {
		fprintf(stderr, "rate: %s\n", dlerror());
		exit(1);
	}
	memcpy(&get_list, &symbol, sizeof(get_list));
	must("C_GetFunctionList", get_list(&list));
	must("C_Initialize", list->C_Initialize(NULL));
	return list;
}

/* The first token that is initialised: SoftHSM always shows a fresh one too. */
static CK_SLOT_ID
find_slot(CK_FUNCTION_LIST *pkcs11, CK_FLAGS *flags)
{
	CK_SLOT_ID slots[SLOTS];
	CK_ULONG count = SLOTS;
	CK_TOKEN_INFO info;

	must("C_GetSlotList", pkcs11->C_GetSlotList(CK_TRUE, slots, &count));
	for (CK_ULONG i = 0; i < count; i++) {
		must("C_GetTokenInfo", pkcs11->C_GetTokenInfo(slots[i], &info));
		*flags = info.flags;
		if ((info.flags & CKF_USER_PIN_INITIALIZED) != 0)
			return slots[i];
	}
	must("a token", CKR_TOKEN_NOT_PRESENT);
	return 0;
}

static struct signer
open_signer(const char *module, char *label)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template[] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_LABEL, label, strlen(label) } };
	CK_KEY_TYPE type = CKK_EC;
	CK_ATTRIBUTE kind = { CKA_KEY_TYPE, &type, sizeof(type) };
	struct signer signer = { .pkcs11 = load(module) };
	CK_FUNCTION_LIST *pkcs11 = signer.pkcs11;
	CK_ULONG count = 0;
	CK_FLAGS flags;
	CK_SLOT_ID slot = find_slot(pkcs11, &flags);

	must("C_OpenSession",
	    pkcs11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &signer.session));
	if ((flags & CKF_LOGIN_REQUIRED) != 0) {
		CK_RV rv = pkcs11->C_Login(signer.session, CKU_USER, (CK_BYTE *)pin, strlen(pin));

		/* Clients of one server share its login. */
		must("C_Login", rv == CKR_USER_ALREADY_LOGGED_IN ? CKR_OK : rv);
	}
	must("C_FindObjectsInit", pkcs11->C_FindObjectsInit(signer.session, template, 2));
	must("C_FindObjects", pkcs11->C_FindObjects(signer.session, &signer.key, 1, &count));
	must("C_FindObjectsFinal", pkcs11->C_FindObjectsFinal(signer.session));
	must("the key", count == 1 ? CKR_OK : CKR_KEY_HANDLE_INVALID);
	must("C_GetAttributeValue",
	    pkcs11->C_GetAttributeValue(signer.session, signer.key, &kind, 1));
	signer.mechanism.mechanism = type == CKK_RSA ? CKM_RSA_PKCS : CKM_ECDSA;
	return signer;
}

static void
sign(struct signer *signer)
{
	CK_BYTE digest[32] = { 1 }, signature[SIGNATURE];
	CK_ULONG len = sizeof(signature);

	must("C_SignInit",
	    signer->pkcs11->C_SignInit(signer->session, &signer->mechanism, signer->key));
	must("C_Sign",
	    signer->pkcs11->C_Sign(signer->session, digest, sizeof(digest), signature, &len));
}

static int
by_size(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static struct result
sign_for(struct signer *signer, uint64_t seconds)
{
	static uint64_t sample[SAMPLES];
	uint64_t begun = now_ns(), before = begun, kept;
	struct result result = { 0 };

	while (before - begun < seconds * 1000000000) {
		uint64_t after;

		sign(signer);
		after = now_ns();
		sample[result.count++ % SAMPLES] = after - before;
		before = after;
	}
	kept = result.count < SAMPLES ? result.count : SAMPLES;
	qsort(sample, kept, sizeof(*sample), by_size);
	result.median_ns = sample[kept / 2];
	result.late_ns = sample[kept * 99 / 100];
	return result;
}

/* Opens, says so, waits for the start that all share, signs, tells. */
static void
run_client(char **argv, int ready, int start, int tell)
{
	struct signer signer;
	struct result result;
	char byte = 1;

	failing = ready;
	signer = open_signer(argv[1], argv[2]);
	if (write(ready, &byte, 1) != 1 || read(start, &byte, 1) != 0)
		exit(1);
	result = sign_for(&signer, strtoul(argv[4], NULL, 10));
	if (write(tell, &result, sizeof(result)) != sizeof(result))
		exit(1);
	exit(0);
}

int
main(int argc, char **argv)
{
	int ready[2], start[2], tell[2], clients;
	struct result result, all = { 0 };
	char byte;

	if (argc != 5 || fgets(pin, sizeof(pin), stdin) == NULL || pipe(ready) != 0 ||
	    pipe(start) != 0 || pipe(tell) != 0)
		return 2;
	pin[strcspn(pin, "\n")] = '\0';
	clients = (int)strtol(argv[3], NULL, 10);
	/* One after another: SoftHSM's processes trip over each other while they open a token. */
	for (int i = 0; i < clients; i++) {
		if (fork() == 0) {
			close(start[1]);
			run_client(argv, ready[1], start[0], tell[1]);
		}
		if (read(ready[0], &byte, 1) != 1 || byte != 1)
			return 1;
	}
	close(tell[1]);
	close(start[1]);
	for (int i = 0; i < clients; i++) {
		if (read(tell[0], &result, sizeof(result)) != sizeof(result))
			return 1;
		all.count += result.count;
		all.median_ns += result.median_ns / (uint64_t)clients;
		all.late_ns += result.late_ns / (uint64_t)clients;
	}
	printf("%.0f %.0f %.0f\n", (double)all.count / strtod(argv[4], NULL),
	    (double)all.median_ns / 1000, (double)all.late_ns / 1000);
	return 0;
}
