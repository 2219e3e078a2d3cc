/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/client.h"

#include <stdlib.h>
#include <sys/eventfd.h>

#include "base/clock.h"
#include "base/hash.h"

static _Thread_local struct client *current;

void
client_enter(struct client *client)
{
	current = client;
}

struct client *
client_current(void)
{
	return current;
}

/* Never 0, which means "invalid"; 32 bits, for programs that keep handles in an int. */
static bool
draw_number(CK_ULONG *out)
{
	uint32_t number = 0;

	while (number == 0)
		if (random_bytes(&number, sizeof(number), NULL) != ERR_OK)
			return false;
	*out = number;
	return true;
}

static bool
object_number_is_taken(const struct client *client, size_t before, CK_OBJECT_HANDLE number)
{
	for (size_t i = 0; i < before; i++)
		if (client->object_number[i] == number)
			return true;
	return false;
}

static bool
number_objects(struct client *client)
{
	for (size_t i = 0; i < client->activation->visible->count; i++)
		do {
			if (!draw_number(&client->object_number[i]))
				return false;
		} while (object_number_is_taken(client, i, client->object_number[i]));
	return true;
}

struct client *
client_new(struct activation *activation, const struct peer *peer)
{
	struct client *client = calloc(1, sizeof(*client));

	if (client == NULL)
		return NULL;
	client->activation = activation;
	client->peer = *peer;
	client->since = clock_utc();
	client->object_number =
	    calloc(activation->visible->count + 1, sizeof(*client->object_number));
	if (client->object_number == NULL || !number_objects(client)) {
		client_free(client);
		return NULL;
	}
	return client;
}

void
client_free(struct client *client)
{
	if (client == NULL)
		return;
	client_close_all(client);
	free(client->object_number);
	free(client);
}

struct client_session *
client_session(struct client *client, CK_SESSION_HANDLE number)
{
	for (size_t i = 0; number != 0 && i < CLIENT_SESSIONS; i++)
		if (client->session[i].number == number)
			return &client->session[i];
	return NULL;
}

static struct client_session *
free_place(struct client *client)
{
	for (size_t i = 0; i < CLIENT_SESSIONS; i++)
		if (client->session[i].number == 0)
			return &client->session[i];
	return NULL;
}

/* Always read-only: nothing that clients may do wants more. */
static CK_RV
open_real(const struct client *client, CK_SESSION_HANDLE *real)
{
	const struct activation *activation = client->activation;

	return client_answer(client, activation->functions->C_OpenSession(
					 activation->slot, CKF_SERIAL_SESSION, NULL, NULL, real));
}

CK_RV
client_open_session(struct client *client, CK_SESSION_HANDLE *number)
{
	struct client_session *session = free_place(client);
	CK_SESSION_HANDLE drawn;
	CK_RV rv;

	if (session == NULL)
		return CKR_SESSION_COUNT;
	do {
		if (!draw_number(&drawn))
			return CKR_DEVICE_ERROR;
	} while (client_session(client, drawn) != NULL);
	rv = open_real(client, &session->real);
	if (rv != CKR_OK)
		return rv;
	session->number = drawn;
	*number = drawn;
	return CKR_OK;
}

void
client_forget_signing(struct client_session *session)
{
	sha256_stream_free(session->sign.given);
	session->sign = (struct client_operation){ .active = false };
}

void
client_close_session(struct client *client, struct client_session *session)
{
	client->activation->functions->C_CloseSession(session->real);
	client_forget_signing(session);
	free(session->found);
	*session = (struct client_session){ 0 };
}

CK_RV
client_renew_session(struct client *client, struct client_session *session)
{
	CK_SESSION_HANDLE real;
	CK_RV rv = open_real(client, &real);

	if (rv != CKR_OK)
		return rv;
	client->activation->functions->C_CloseSession(session->real);
	session->real = real;
	client_forget_signing(session);
	return CKR_OK;
}

void
client_close_all(struct client *client)
{
	for (size_t i = 0; i < CLIENT_SESSIONS; i++)
		if (client->session[i].number != 0)
			client_close_session(client, &client->session[i]);
}

const struct visible_object *
client_object(const struct client *client, CK_OBJECT_HANDLE number)
{
	const struct visible *visible = client->activation->visible;

	for (size_t i = 0; number != 0 && i < visible->count; i++)
		if (client->object_number[i] == number)
			return &visible->object[i];
	return NULL;
}

CK_OBJECT_HANDLE
client_number_of(const struct client *client, CK_OBJECT_HANDLE real)
{
	const struct visible *visible = client->activation->visible;
	const struct visible_object *object = visible_find(visible, real);

	return object == NULL ? 0 : client->object_number[object - visible->object];
}

CK_RV
client_answer(const struct client *client, CK_RV rv)
{
	struct activation *activation = client->activation;

	if (rv != CKR_DEVICE_REMOVED && rv != CKR_TOKEN_NOT_PRESENT && rv != CKR_USER_NOT_LOGGED_IN)
		return rv;
	/* Nobody but the agent logs in or out: a login that is gone means that the token went. */
	atomic_store(&activation->token_gone, true);
	if (activation->token_gone_fd >= 0)
		(void)eventfd_write(activation->token_gone_fd, 1);
	return CKR_DEVICE_REMOVED;
}
