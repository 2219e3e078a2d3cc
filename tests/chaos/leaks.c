/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leaks ROSTER [FOLDER...] [-- FILE...]
 *
 * In a sandbox, after a ceremony: no file of it, and none of the folders, has a secret in it. What
 * is looked for is what the cards give when they are asked now, and all that follows from it: the
 * PINs of people and of bound tokens, the admin PINs in escrow, shares, secrets, PRKs. That these
 * are the right ones is seen by opening each bound token with its PIN. Then each is planted in each
 * of the files, and must be found.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/process.h"
#include "base/secret.h"
#include "custody/escrow_key.h"
#include "hsm/guard.h"
#include "quorum/derive.h"
#include "roster/binding.h"
#include "roster/quorum.h"
#include "tests/chaos/search.h"
#include "tests/chaos/shares.h"

static struct {
	struct roster *roster;
	unsigned admin_pins; /* that the escrow gave */
	unsigned tokens;     /* that the derived PIN opened */
} leaks;

static void
end(const char *what, const struct err_trace *trace)
{
	fprintf(stderr, "leaks: %s: %s\n", what,
	    trace == NULL || trace->count == 0 ? "" : trace->frame[0].text);
	exit(1);
}

/* ---- what follows from a PRK --------------------------------------------------------------- */

static void
add_admin_pins(const struct roster_id *quorum, const struct shares_made *made)
{
	struct err_trace trace = { .count = 0 };
	struct roster_generation generation;
	struct roster_escrow *rows = NULL;
	struct escrow_end at = { .quorum = quorum,
		.generation = made->generation,
		.point = generation.escrow,
		.prk = made->prk,
		.practice = true };
	size_t count = 0;

	if (roster_generation_get(leaks.roster, quorum, made->generation, &generation, &trace) !=
		ERR_OK ||
	    roster_escrow_list(leaks.roster, quorum, made->generation, &rows, &count, &trace) !=
		ERR_OK)
		end("the roster", &trace);
	for (size_t i = 0; i < count; i++) {
		struct secret *held = NULL;

		if (escrow_row_open(&at, &rows[i], ESCROW_PRESENT, &held, &trace) != ERR_OK)
			end("an escrow", &trace);
		search_add_bytes(secret_bytes(held), secret_len(held));
		leaks.admin_pins += rows[i].kind == ROSTER_ESCROW_ADMIN_PIN;
		secret_free(held);
	}
	free(rows);
}

/* A binding of this search has the default format: any other would not open its token. */
static struct secret *
token_pin(const struct shares_made *made, const char *binding, enum pin_kind kind)
{
	const struct derive_pin which = { .kind = kind, .binding = binding };
	struct err_trace trace = { .count = 0 };
	struct secret *pin = NULL;

	if (derive_pin(made->prk, &which, &pin, &trace) != ERR_OK)
		end(binding, &trace);
	search_add_bytes(secret_bytes(pin), secret_len(pin));
	return pin;
}

static bool
opens(const struct roster_binding *binding, enum token_who who, const struct secret *pin)
{
	const struct token_proof proof = { .module_path = CHAOS_SOFTHSM,
		.serial = binding->spec.token.serial,
		.attempt = { .who = who, .pin = pin, .even_if_low = true } };
	enum token_verdict verdict = TOKEN_PIN_WRONG;

	return token_prove_pin(&proof, &verdict, NULL) == ERR_OK && verdict == TOKEN_PIN_RIGHT;
}

static void
add_token_pins(const struct roster_id *quorum, const struct shares_made *made)
{
	struct roster_binding *bindings = NULL;
	struct err_trace trace = { .count = 0 };
	size_t count = 0;

	if (roster_binding_list(leaks.roster, quorum, &bindings, &count, &trace) != ERR_OK)
		end("the roster", &trace);
	for (size_t i = 0; i < count; i++) {
		struct secret *user = token_pin(made, bindings[i].spec.name, PIN_USER);
		struct secret *so = token_pin(made, bindings[i].spec.name, PIN_SO);

		if (!opens(&bindings[i], TOKEN_USER, user) || !opens(&bindings[i], TOKEN_SO, so))
			end(bindings[i].spec.name, NULL);
		leaks.tokens++;
		secret_free(so);
		secret_free(user);
	}
	free(bindings);
}

/* Each share of a generation leads to the same PRK: once is enough. */
static void
add_what_follows(const struct shares_made *made)
{
	static struct roster_id seen;
	struct roster_id quorum;

	memcpy(quorum.bytes, made->quorum, sizeof(quorum.bytes));
	if (memcmp(&seen, &quorum, sizeof(seen)) == 0)
		return;
	seen = quorum;
	add_admin_pins(&quorum, made);
	add_token_pins(&quorum, made);
}

/* ---- the search ---------------------------------------------------------------------------- */

static void
open_roster(const char *file)
{
	const struct roster_options options = { .paths = { file, "." }, .mode = ROSTER_READ };
	struct err_trace trace = { .count = 0 };

	if (roster_open(&options, &leaks.roster, &trace) != ERR_OK)
		end("the roster", &trace);
}

static void
know_secrets(struct world *world)
{
	static const struct shares_visitor visitor = { search_add_bytes, add_what_follows };
	const char *sandbox = getenv("QUORATE_SANDBOX");

	if (sandbox == NULL || strlen(sandbox) >= sizeof(world->dir))
		end("this is no sandbox", NULL);
	(void)snprintf(world->dir, sizeof(world->dir), "%s", sandbox);
	search_begin();
	shares_of_world(world, &visitor);
	if (leaks.admin_pins == 0 || leaks.tokens == 0)
		end("there is no quorum that opens a token", NULL);
	printf("%zu secrets; %u admin PINs, %u tokens opened\n", search_count(), leaks.admin_pins,
	    leaks.tokens);
}

static void
must_be_clean(const char *folder)
{
	char found[WORLD_FILE] = "";

	if (search_folder_is_clean(folder, found))
		return;
	fprintf(stderr, "leaks: a secret is in %s\n", found);
	exit(3);
}

int
main(int argc, char **argv)
{
	struct world world = { .commands = 0 };
	struct err_trace trace = { .count = 0 };
	int i = 2;

	if (argc < 2)
		end("which roster?", NULL);
	if (process_harden(&trace) != ERR_OK || secret_heap_init(&trace) != ERR_OK)
		end("the secure heap", &trace);
	open_roster(argv[1]);
	know_secrets(&world);
	must_be_clean(world.dir);
	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		must_be_clean(argv[i]);
	for (i++; i < argc; i++)
		if (!search_finds_what_is_planted_in(argv[i]))
			end(argv[i], NULL);
	return roster_close(leaks.roster, NULL) == ERR_OK ? 0 : 1;
}
