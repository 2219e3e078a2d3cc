/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a command and quorate-agent say to each other (docs/formats/agent.md). The command starts
 * the agent with one end of a socket pair, the link. Over it goes the order, one line of JSON with
 * nothing secret in it; the agent hardens itself, finds the token and asks for the user PIN; only
 * then does the PIN follow, length first, from one locked memory into the other. The agent logs in,
 * wipes the PIN, and answers that it is ready and where its sockets are, or what failed. Later it
 * says on the same link why it ended. Closing the link ends the agent, unless the command left it
 * to itself before: an activation never outlives its command unseen.
 *
 *   command -> agent  {"v":2,"module":…,"token":…,"label":…,"quorum":…,"purpose":…,"users":[…],
 *                      "keys":[…],"bounds":{"for_ms":…,"max_uses":…},"record":…,"folder":…,
 *                      "serves":"applications","generation":…,"tokens":[],
 *                      "watch":[{"reader":…,"events":…,"serial":…}]}
 *   agent -> command  {"asks":"secrets"}
 *   command -> agent  of each secret four bytes of length, big-endian, then itself
 *   agent -> command  {"ready":true,"socket":…,"control":…,"text":…}
 *                or    {"failed":"denied","because":[…],"next":…}
 *   command -> agent  {"leave":true}: it goes on alone, and the link closes
 *   agent -> command  {"ended":"card","text":…,"uses":…}, then the link closes
 */
#ifndef CUSTODY_AGENT_LINK_H
#define CUSTODY_AGENT_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct agent;
struct secret;

enum {
	AGENT_LINK_VERSION = 2,
	AGENT_LINK_LINE = 1 << 16,  /* the longest line either side accepts */
	AGENT_LINK_JOB = 1 << 25,   /* of a session: a long revocation list may be in it */
	AGENT_LINK_MARKS = 1 << 16, /* the most commas, braces and brackets in a job: JSON of 32 MiB
				       that is nothing else would take a gigabyte */
	AGENT_LINK_ON = 1024,       /* bytes of what a job is said to be on */
	AGENT_PIN_MAX = 1024,
	AGENT_USERS = 64,
	AGENT_KEYS = 64,
	AGENT_WATCHED = 16, /* one for each card that must stay in */
	AGENT_TOKENS = 8,   /* of one session */
	AGENT_SECRETS = 2 * AGENT_TOKENS + 1,
};

/* A card that keeps an activation open as long as it stays where it is. */
struct agent_watched {
	const char *reader;
	uint32_t events;    /* the reader's, when the card was in use: a swap since then is seen */
	const char *serial; /* it must be this card when the reader, or pcscd, was away */
};

/* A token of a session. */
struct agent_token {
	const char *binding;
	const char *module;
	const char *uri;
	const char *label;
	bool has_user; /* its user PIN follows */
	bool has_so;   /* its SO PIN follows, behind the user PIN */
};

struct agent_order {
	bool commands;                    /* serves Quorate's own commands, not applications */
	unsigned generation;              /* of the quorum, that opens it */
	const struct agent_token *tokens; /* of a session; then the next three are NULL */
	size_t token_count;
	const char *module; /* as module_open of hsm/module.h takes it: absolute path or name */
	const char *token;  /* PKCS#11 URI, as token_uri of hsm/token.h writes it */
	const char *label;  /* for people: messages name the token by it */
	const char *quorum;
	const char *purpose; /* NULL: none given */
	const char *folder;  /* where the socket goes, made 0700; NULL: the user's runtime folder */
	const uid_t *users;  /* who may connect; none: only who runs the command */
	size_t user_count;
	const char *const *keys; /* "label:…" or "id:HEX"; none: every private key of the token */
	size_t key_count;
	const struct agent_watched *watched; /* taking any of these out ends the activation */
	size_t watched_count;
	const char *record;  /* path of the record of uses (custody/use_record.h), made already */
	int64_t for_ms;      /* 0: no bound */
	int64_t max_uses;    /* 0: no bound */
	const char *program; /* NULL: the quorate-agent of this build or installation */
};

/* Why an activation ended. The words on the link are those of agent_end_word. */
enum agent_end {
	AGENT_END_NONE,    /* it has not */
	AGENT_END_CARD,    /* a watched card was taken out, its reader went, or pcscd died */
	AGENT_END_COMMAND, /* the command closed the link */
	AGENT_END_SIGNAL,  /* SIGTERM, SIGINT or SIGHUP */
	AGENT_END_TIME,    /* for_ms is over */
	AGENT_END_SUSPEND, /* the machine slept */
	AGENT_END_TOKEN,   /* the token went away */
	AGENT_END_ASKED,   /* somebody who may said so: quorate deactivate */
	AGENT_END_RECORD,  /* the record of uses cannot be written */
	AGENT_END_SOCKET,  /* its socket was removed or replaced */
	AGENT_END_FAULT,   /* the agent died without a word */
	AGENT_END__COUNT
};

struct agent_event {
	enum agent_end end;
	int64_t uses;        /* private-key operations done */
	char text[ERR_TEXT]; /* a sentence for people */
};

/*
 * What the agent is handed, in this order: for applications, the user PIN. For commands, of each
 * token the PINs that it says, and behind them the quorum's private escrow key.
 */
struct agent_secrets {
	size_t count;
	const struct secret *secret[AGENT_SECRETS];
};

/*
 * Starts the agent, gives it the secrets (borrowed; the caller still frees its own) and waits,
 * bounded, until it serves. ERR_DENIED for a wrong PIN, ERR_LOCKED for a locked one, ERR_ABSENT for
 * a missing module, token or key.
 */
MUST_CHECK enum err agent_start(const struct agent_order *order,
    const struct agent_secrets *secrets, struct agent **out, struct err_trace *trace);

/* Becomes readable when the agent has something to say: for poll beside a child's pidfd. */
int agent_fd(const struct agent *agent);

/*
 * Waits until the activation ended. ERR_TIMEOUT when it still runs after `timeout_ms` (0: only
 * looks). An agent that died gives AGENT_END_FAULT. May be called again after the end.
 */
MUST_CHECK enum err agent_wait_event(
    struct agent *agent, int timeout_ms, struct agent_event *out, struct err_trace *trace);

/*
 * Ends the activation if it still runs, waits until the token is closed and the agent gone, and
 * says why it ended. ERR_TIMEOUT when it had to be killed: the token's sessions died with it.
 */
MUST_CHECK enum err
agent_end(struct agent *agent, struct agent_event *out, struct err_trace *trace);

/* Leaves it to itself: it goes on until a bound ends it. Then `agent` is freed. */
MUST_CHECK enum err agent_leave(struct agent *agent, struct err_trace *trace);

/* Ends it as agent_end does, if nobody did; NULL is fine. */
void agent_free(struct agent *agent);

/*
 * One sentence for people on what is served: which token, how many keys, and which keys are left
 * out and why (those that want their PIN before each use). Borrowed from the agent.
 */
const char *agent_ready_text(const struct agent *agent);

/*
 * What an application needs: { "P11_KIT_SERVER_ADDRESS=unix:path=…", NULL }, for
 * process_start.env. Borrowed from the agent.
 */
const char *const *agent_client_environment(const struct agent *agent);

/* The PKCS#11 module that an application loads: p11-kit-client.so. */
const char *agent_client_module(void);

/* "card", "command", …; and back, AGENT_END_FAULT for a word that is none. */
const char *agent_end_word(enum agent_end end);
enum agent_end agent_end_from_word(const char *word);

#endif
