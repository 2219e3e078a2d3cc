/* SPDX-License-Identifier: BSD-2-Clause */
/* What the two sides of a backup share. */
#ifndef HSM_BACKUP_INTERNAL_H
#define HSM_BACKUP_INTERNAL_H

#include "hsm/backup.h"
#include "hsm/pkcs11.h"

/* By it, what an interrupted backup left is known for what it is. */
#define TRANSPORT_LABEL "quorate-transport"

/* The kind of the transport pair. */
#define TRANSPORT_KIND  KEY_RSA_3072

/* What is asked of the module before anything is made; ERR_UNSUPPORTED names what is missing. */
MUST_CHECK enum err backup_check_mechanisms(struct token_session *session, struct err_trace *trace);

/* RSA-OAEP with SHA-1 and without a label, for the wrapper. Points into static storage. */
CK_MECHANISM backup_oaep(void);

#endif
