/* SPDX-License-Identifier: BSD-2-Clause */
/* X.509's times as seconds of UTC. */
#ifndef X509_TIMES_H
#define X509_TIMES_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/asn1.h>

/* False for a time that is none. */
bool times_read(const ASN1_TIME *time, int64_t *utc);

/* RFC 5280, 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050. */
bool times_has_right_form(const ASN1_TIME *time);

#endif
