/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys on a token: made there, never anywhere else, with the attributes of a CA key, which are read
 * back and given to the caller to show. The session must be logged in as user, and writable to
 * make a key.
 *
 * A key's CKA_ID is the leftmost 160 bits of SHA-256 over the value of its subjectPublicKey BIT
 * STRING (RFC 7093, method 1), so that it is the same on every token that holds the key and equals
 * the subject key identifier of its certificate.
 */
#ifndef HSM_KEY_H
#define HSM_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct token_session;

enum key_kind {
	KEY_EC_P256,
	KEY_EC_P384,
	KEY_RSA_3072,
	KEY_RSA_4096,
	KEY_OTHER, /* on a token already: listed, never made or used */
	KEY_KIND__COUNT
};

/* "ec-p384"; how options and events write it. */
const char *key_kind_word(enum key_kind kind);
/* False for words that name no kind that can be made. */
bool key_kind_parse(const char *word, enum key_kind *kind);

enum { KEY_LABEL = 65, KEY_ID_MAX = 32 };

struct key_request {
	enum key_kind kind;
	const char *label; /* 1 to 64 bytes of printable UTF-8 */
	/*
	 * For a backup from HSM to HSM the key must be wrappable once; CKA_EXTRACTABLE then goes to
	 * false, which is one-way. Without it the key never leaves the token.
	 */
	bool extractable_until_backup;
	/* And then only under a key that the SO trusts, where the module knows of that. */
	bool wrap_with_trusted;
};

/* What the token itself says of a private key. */
struct key_facts {
	unsigned long handle; /* of this session's token, while it stays logged in */
	char label[KEY_LABEL];
	uint8_t id[KEY_ID_MAX];
	size_t id_len;
	enum key_kind kind;
	bool on_token;
	bool is_private;
	bool sensitive;
	bool always_sensitive;
	bool extractable;
	bool never_extractable;
	bool made_here; /* CKA_LOCAL */
	bool can_sign;
	bool can_decrypt;
	bool can_unwrap;
	bool can_derive;
	bool asks_each_time;    /* CKA_ALWAYS_AUTHENTICATE */
	bool wrap_with_trusted; /* leaves only under a key that the SO trusts */
};

/*
 * Makes a key pair. ERR_EXISTS when any object on the token (key or certificate) has the label.
 * The attributes are read back; when the token gave others than were asked, the pair is destroyed
 * and ERR_UNSUPPORTED names the attribute.
 */
MUST_CHECK enum err key_generate(struct token_session *session, const struct key_request *request,
    struct key_facts *out, struct err_trace *trace);

/* The private keys; free() *out. */
MUST_CHECK enum err key_list(
    struct token_session *session, struct key_facts **out, size_t *count, struct err_trace *trace);

/* The one private key with this label; ERR_ABSENT names those there are, two are ERR_NOT_NOW. */
MUST_CHECK enum err key_find(struct token_session *session, const char *label,
    struct key_facts *out, struct err_trace *trace);

/* The public half as SubjectPublicKeyInfo, from the token's public object; free() *out. */
MUST_CHECK enum err key_public_der(struct token_session *session, const struct key_facts *key,
    uint8_t **out, size_t *len, struct err_trace *trace);
/* NUL-terminated PEM; free() *out. */
MUST_CHECK enum err key_public_pem(struct token_session *session, const struct key_facts *key,
    char **out, struct err_trace *trace);

enum key_hash { KEY_SHA256, KEY_SHA384, KEY_SHA512, KEY_HASH__COUNT };

struct key_digest {
	enum key_hash hash;
	const uint8_t *bytes; /* 32, 48 or 64 of them */
};

enum { KEY_SIGNATURE_MAX = 512 };
struct key_signature {
	uint8_t bytes[KEY_SIGNATURE_MAX];
	size_t len;
};

/* ECDSA as DER, or RSA PKCS#1 v1.5 with its DigestInfo: what certificates carry. */
MUST_CHECK enum err key_sign(struct token_session *session, const struct key_facts *key,
    const struct key_digest *digest, struct key_signature *out, struct err_trace *trace);

/* Signs random bytes and verifies the signature with OpenSSL and the public half. */
MUST_CHECK enum err
key_prove(struct token_session *session, const struct key_facts *key, struct err_trace *trace);

/* The same with this public half, as SubjectPublicKeyInfo, whatever the token has. */
MUST_CHECK enum err key_prove_as(struct token_session *session, const struct key_facts *key,
    const uint8_t *der, size_t len, struct err_trace *trace);

#endif
