/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The function list that clients reach in place of the module's own: agent/policy.h says which
 * functions it serves, filter_*.c serve them. Every function finds its client by the thread that
 * calls it (client_current) and knows sessions and objects only by that client's own numbers.
 */
#ifndef AGENT_FILTER_H
#define AGENT_FILTER_H

#include <p11-kit/pkcs11.h>

/* The only slot that clients see. */
enum { FILTER_SLOT = 0 };

/* Static; the same for all clients. */
CK_FUNCTION_LIST *filter_functions(void);

/* The rows that are refused: each function answers CKR_FUNCTION_NOT_SUPPORTED. */
void filter_refuse_all(CK_FUNCTION_LIST *list);

/* filter_token.c */
CK_RV filter_initialize(void *args);
CK_RV filter_finalize(void *reserved);
CK_RV filter_get_info(CK_INFO *info);
CK_RV filter_get_slot_list(CK_BBOOL present, CK_SLOT_ID *list, CK_ULONG *count);
CK_RV filter_get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO *info);
CK_RV filter_get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info);
CK_RV filter_get_mechanism_list(CK_SLOT_ID slot, CK_MECHANISM_TYPE *list, CK_ULONG *count);
CK_RV filter_get_mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info);

/* filter_session.c */
CK_RV filter_open_session(CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify,
    CK_SESSION_HANDLE *number);
CK_RV filter_close_session(CK_SESSION_HANDLE number);
CK_RV filter_close_all_sessions(CK_SLOT_ID slot);
CK_RV filter_get_session_info(CK_SESSION_HANDLE number, CK_SESSION_INFO *info);
CK_RV filter_login(CK_SESSION_HANDLE number, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG pin_len);
CK_RV filter_logout(CK_SESSION_HANDLE number);
CK_RV filter_generate_random(CK_SESSION_HANDLE number, CK_BYTE *out, CK_ULONG len);

/* filter_object.c */
CK_RV filter_find_objects_init(CK_SESSION_HANDLE number, CK_ATTRIBUTE *template, CK_ULONG count);
CK_RV
filter_find_objects(CK_SESSION_HANDLE number, CK_OBJECT_HANDLE *out, CK_ULONG max, CK_ULONG *count);
CK_RV filter_find_objects_final(CK_SESSION_HANDLE number);
CK_RV filter_get_attribute_value(
    CK_SESSION_HANDLE number, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template, CK_ULONG count);

/* filter_sign.c */
CK_RV filter_sign_init(CK_SESSION_HANDLE number, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV filter_sign(CK_SESSION_HANDLE number, CK_BYTE *data, CK_ULONG len, CK_BYTE *signature,
    CK_ULONG *signature_len);
CK_RV filter_sign_update(CK_SESSION_HANDLE number, CK_BYTE *part, CK_ULONG len);
CK_RV filter_sign_final(CK_SESSION_HANDLE number, CK_BYTE *signature, CK_ULONG *signature_len);

/* filter_public.c */
CK_RV filter_verify_init(CK_SESSION_HANDLE number, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV filter_verify(CK_SESSION_HANDLE number, CK_BYTE *data, CK_ULONG len, CK_BYTE *signature,
    CK_ULONG signature_len);
CK_RV filter_verify_update(CK_SESSION_HANDLE number, CK_BYTE *part, CK_ULONG len);
CK_RV filter_verify_final(CK_SESSION_HANDLE number, CK_BYTE *signature, CK_ULONG signature_len);
CK_RV filter_digest_init(CK_SESSION_HANDLE number, CK_MECHANISM *mechanism);
CK_RV filter_digest(
    CK_SESSION_HANDLE number, CK_BYTE *data, CK_ULONG len, CK_BYTE *digest, CK_ULONG *digest_len);
CK_RV filter_digest_update(CK_SESSION_HANDLE number, CK_BYTE *part, CK_ULONG len);
CK_RV filter_digest_final(CK_SESSION_HANDLE number, CK_BYTE *digest, CK_ULONG *digest_len);

#endif
