/* SPDX-License-Identifier: BSD-2-Clause */
#define P11_KIT_FUTURE_UNSTABLE_API
#include "agent/serve.h"

#include <errno.h>
#include <p11-kit/remote.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "agent/client.h"
#include "agent/filter.h"
#include "agent/frames.h"
#include "agent/peer.h"
#include "agent/place.h"
#include "base/clock.h"
#include "custody/agent_link.h"

enum { FULL_MS = 50 };

struct connection {
	struct serve *serve;
	struct client *client;
	int fd; /* the client's socket; -1: this place is free */
};

struct serve {
	struct activation *activation;
	struct place place;
	uid_t users[AGENT_USERS];
	size_t user_count;
	pthread_mutex_t lock; /* over the rest */
	pthread_cond_t left;
	size_t count;
	bool closing;
	struct connection connection[SERVE_CONNECTIONS];
};

/* p11-kit's end of one connection. */
struct server {
	struct client *client;
	int fd;
};

static void
take_users(struct serve *serve, const struct agent_order *order)
{
	serve->users[0] = geteuid();
	serve->user_count = 1;
	if (order->user_count == 0)
		return;
	for (size_t i = 0; i < order->user_count; i++)
		serve->users[i] = order->users[i];
	serve->user_count = order->user_count;
}

enum err
serve_open(const struct agent_order *order, struct activation *activation, struct serve **out,
    struct err_trace *trace)
{
	struct serve *serve = calloc(1, sizeof(*serve));
	enum err err;

	if (serve == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the socket");
	serve->activation = activation;
	take_users(serve, order);
	for (size_t i = 0; i < SERVE_CONNECTIONS; i++)
		serve->connection[i].fd = -1;
	pthread_mutex_init(&serve->lock, NULL);
	pthread_cond_init(&serve->left, NULL);
	err = place_make(order, &serve->place, trace);
	if (err == ERR_OK)
		*out = serve;
	else
		free(serve);
	return err;
}

const struct place *
serve_place(const struct serve *serve)
{
	return &serve->place;
}

json_t *
serve_clients(struct serve *serve)
{
	json_t *clients = json_array();

	pthread_mutex_lock(&serve->lock);
	for (size_t i = 0; i < SERVE_CONNECTIONS; i++) {
		const struct client *client = serve->connection[i].client;
		json_t *entry;

		if (serve->connection[i].fd < 0)
			continue;
		entry = peer_json(&client->peer);
		json_object_set_new(entry, "since", json_integer(client->since));
		json_object_set_new(entry, "made", json_integer(client->made));
		json_array_append_new(clients, entry);
	}
	pthread_mutex_unlock(&serve->lock);
	return clients;
}

static void *
run_server(void *argument)
{
	struct server *server = argument;

	client_enter(server->client);
	(void)p11_kit_remote_serve_module(filter_functions(), server->fd, server->fd);
	client_enter(NULL);
	/* Wakes the relay, should it wait for an answer that will not come. */
	shutdown(server->fd, SHUT_RDWR);
	return NULL;
}

static void
note_refusal(void *context, const char *call, CK_RV rv)
{
	struct client *client = context;

	use_refuse_call(&client->activation->uses, client, call, rv);
}

static void
serve_client(const struct connection *connection)
{
	struct frames frames = { .client = connection->fd,
		.stall_ms = FRAMES_STALL_MS,
		.refused = note_refusal,
		.context = connection->client };
	struct server server = { .client = connection->client };
	pthread_t thread;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return;
	frames.server = ends[0];
	server.fd = ends[1];
	if (pthread_create(&thread, NULL, run_server, &server) == 0) {
		(void)frames_relay(&frames);
		shutdown(frames.server, SHUT_RDWR);
		pthread_join(thread, NULL);
	}
	close(ends[0]);
	close(ends[1]);
}

static void *
run_connection(void *argument)
{
	struct connection *connection = argument;
	struct serve *serve = connection->serve;
	struct client *client = connection->client;

	serve_client(connection);
	pthread_mutex_lock(&serve->lock);
	close(connection->fd);
	connection->fd = -1; /* nobody else looks at the client from here on */
	pthread_mutex_unlock(&serve->lock);
	client_free(client);
	pthread_mutex_lock(&serve->lock);
	serve->count--;
	pthread_cond_broadcast(&serve->left);
	pthread_mutex_unlock(&serve->lock);
	return NULL;
}

static bool
may_connect(const struct serve *serve, int fd, struct peer *peer)
{
	if (peer_of(fd, peer, NULL) != ERR_OK)
		return false;
	for (size_t i = 0; i < serve->user_count; i++)
		if (serve->users[i] == peer->uid)
			return true;
	return false;
}

/* Takes a free place for the connection; NULL when all are taken. Under the lock. */
static struct connection *
take_place(struct serve *serve, int fd, struct client *client)
{
	for (size_t i = 0; i < SERVE_CONNECTIONS && !serve->closing; i++) {
		struct connection *connection = &serve->connection[i];

		if (connection->fd >= 0)
			continue;
		*connection = (struct connection){ .serve = serve, .client = client, .fd = fd };
		serve->count++;
		return connection;
	}
	return NULL;
}

static bool
start_thread(struct connection *connection)
{
	pthread_attr_t attributes;
	pthread_t thread;
	bool started;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	started = pthread_create(&thread, &attributes, run_connection, connection) == 0;
	pthread_attr_destroy(&attributes);
	return started;
}

static bool
let_in(struct serve *serve, int fd)
{
	struct connection *connection;
	struct client *client;
	struct peer peer;

	if (!may_connect(serve, fd, &peer))
		return false;
	client = client_new(serve->activation, &peer);
	if (client == NULL)
		return false;
	pthread_mutex_lock(&serve->lock);
	connection = take_place(serve, fd, client);
	if (connection != NULL && !start_thread(connection)) {
		connection->fd = -1;
		serve->count--;
		connection = NULL;
	}
	pthread_mutex_unlock(&serve->lock);
	if (connection == NULL)
		client_free(client);
	return connection != NULL;
}

void
serve_accept(struct serve *serve)
{
	for (;;) {
		int fd = accept4(serve->place.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		/* Out of descriptors or memory: who waits stays at the door; do not spin on it. */
		if (fd < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
			poll(NULL, 0, FULL_MS);
		if (fd < 0)
			return;
		if (!let_in(serve, fd))
			close(fd);
	}
}

size_t
serve_count(struct serve *serve)
{
	size_t count;

	pthread_mutex_lock(&serve->lock);
	count = serve->count;
	pthread_mutex_unlock(&serve->lock);
	return count;
}

static bool
wait_until_empty(struct serve *serve, int grace_ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += grace_ms / 1000;
	while (serve->count > 0)
		if (pthread_cond_clockwait(&serve->left, &serve->lock, CLOCK_MONOTONIC, &until) !=
		    0)
			return false;
	return true;
}

bool
serve_close(struct serve *serve, int grace_ms)
{
	bool empty;

	place_remove(&serve->place);
	pthread_mutex_lock(&serve->lock);
	serve->closing = true;
	for (size_t i = 0; i < SERVE_CONNECTIONS; i++)
		if (serve->connection[i].fd >= 0)
			shutdown(serve->connection[i].fd, SHUT_RDWR);
	empty = wait_until_empty(serve, grace_ms);
	pthread_mutex_unlock(&serve->lock);
	if (empty) {
		pthread_cond_destroy(&serve->left);
		pthread_mutex_destroy(&serve->lock);
		free(serve);
	}
	return empty;
}
