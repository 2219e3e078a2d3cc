/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A key from one token into another with no key in clear outside of either. The target makes an RSA
 * pair whose private half can unwrap and nothing else, and never leaves; the source wraps the key
 * with a fresh AES-256 key (RFC 5649), and that one to the pair's public half (RSA-OAEP; its SHA-1
 * is what every module takes, and collisions do not matter there). All sessions are logged in as
 * user and writable.
 *
 * What the wrapping is worth hangs on the public half: whoever can put another in its place on its
 * way through the host gets the key. So people compare its words (SECURITY.md).
 */
#ifndef HSM_BACKUP_H
#define HSM_BACKUP_H

#include "hsm/key.h"

struct secret;

enum { PUBLIC_DER = 800, WRAPPED_KEY = 4096, WRAPPED_WRAPPER = 512 };

/* A public key as SubjectPublicKeyInfo. */
struct public_der {
	uint8_t bytes[PUBLIC_DER];
	size_t len;
};

/* Of any key of the token. ERR_FORMAT: it is longer than any that Quorate uses. */
MUST_CHECK enum err backup_public(struct token_session *session, const struct key_facts *key,
    struct public_der *out, struct err_trace *trace);

/*
 * On the target. What an interrupted backup left is destroyed first. The public half stays beside
 * the private one, labelled 'quorate-transport', so that a second machine can read it without a
 * PIN. The private half's attributes are read back: a token that gave others than were asked is
 * ERR_UNSUPPORTED, and the pair is destroyed. ERR_UNSUPPORTED also names a mechanism that the
 * module does not have.
 */
MUST_CHECK enum err backup_transport_make(
    struct token_session *session, struct public_der *out, struct err_trace *trace);

/* Destroys every transport key on the token, by its label; *cleared of them. */
MUST_CHECK enum err
backup_transport_clear(struct token_session *session, size_t *cleared, struct err_trace *trace);

/* How far the source token itself sees to it that a key leaves only under a trusted key. */
enum backup_trust {
	BACKUP_TRUST_NOT_ASKED, /* the key was made without CKA_WRAP_WITH_TRUSTED */
	BACKUP_TRUST_IGNORED,   /* it has it, and the module wrapped it under an untrusted key */
	BACKUP_TRUST_ENFORCED,  /* an untrusted key was refused, one that the SO trusts was not */
	BACKUP_TRUST__COUNT
};
/* "enforced" */
const char *backup_trust_word(enum backup_trust trust);

struct wrapped_key {
	uint8_t key[WRAPPED_KEY]; /* under the wrapper */
	size_t key_len;
	uint8_t wrapper[WRAPPED_WRAPPER]; /* under the transport key */
	size_t wrapper_len;
	enum backup_trust trust;
};

/* The PINs of the source, for the wrapper that the SO trusts; so_pin NULL: not the quorum's. */
struct backup_pins {
	const struct secret *user;
	const struct secret *so;
};

/* ERR_DENIED when the key cannot leave, and says why. */
MUST_CHECK enum err backup_check_key(
    struct token_session *session, const struct key_facts *key, struct err_trace *trace);

/*
 * On the source. ERR_DENIED as above; ERR_NOT_NOW when it leaves
 * only under a trusted key and the SO PIN is not there, or its counter shows a wrong try. The
 * wrapper is a session object, gone when this returns.
 */
MUST_CHECK enum err backup_wrap(struct token_session *session, const struct key_facts *key,
    const struct public_der *transport, const struct backup_pins *pins, struct wrapped_key *out,
    struct err_trace *trace);

struct backup_unwrap {
	const struct public_der *transport;
	const struct wrapped_key *wrapped;
	const struct public_der *public; /* of the wrapped key */
	const char *label;
	bool keep;        /* an object of the token; else of this session only */
	bool extractable; /* may itself be backed up or restored from */
	bool with_trusted;
};

/*
 * On the target. The unwrapped key has signed, and the signature was verified with `public`, before
 * this returns; its attributes were read back. The public half is put beside a key that is kept.
 * ERR_EXISTS when any object has the label, unless it is the public half alone, which an
 * interrupted backup left; ERR_FORMAT when what comes out of the wrapping is not that key; then it
 * is destroyed. The transport key stays: backup_transport_clear.
 */
MUST_CHECK enum err backup_unwrap(struct token_session *session,
    const struct backup_unwrap *request, struct key_facts *out, struct err_trace *trace);

/* Destroys the private key of a session. */
void backup_forget(struct token_session *session, const struct key_facts *key);

/* CKA_EXTRACTABLE goes to false for ever, and is read back. Sealed already is ERR_OK. */
MUST_CHECK enum err
backup_seal(struct token_session *session, struct key_facts *key, struct err_trace *trace);

#endif
