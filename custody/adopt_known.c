/* SPDX-License-Identifier: BSD-2-Clause */
/* A second sitting goes on from the first: what the roster has already is not asked for again. */
#include <stdlib.h>
#include <string.h>

#include "custody/adopt_internal.h"
#include "roster/binding.h"
#include "roster/quorum.h"
#include "roster/token_copy.h"

/* Known to the roster, but for what opens with it. */
static bool
is_unsure(const struct adoption *adoption, unsigned number)
{
	struct roster_openers openers = { .unsure = false };

	return roster_generation_openers(adoption->custody->roster, &adoption->quorum, number,
		   &openers, NULL) == ERR_OK &&
	       openers.unsure;
}

static void
load_generation(struct adoption *adoption, const struct roster_generation *from)
{
	static const uint8_t unknown[ROSTER_CHECK_SIZE];
	struct adopt_generation *to =
	    adopt_generation_of(adoption, from->number, from->threshold, from->size);

	if (to == NULL)
		return;
	memcpy(to->check, from->check, sizeof(to->check));
	memcpy(to->escrow, from->escrow, sizeof(to->escrow));
	to->known = to->complete = memcmp(to->check, unknown, sizeof(unknown)) != 0;
	to->unsure = is_unsure(adoption, from->number);
	for (unsigned i = 0; i < from->shares; i++)
		to->share[from->share[i].index] =
		    (struct adopt_share){ .seen = true, .known = true };
}

static enum err
load_generations(struct adoption *adoption, struct err_trace *trace)
{
	struct roster_generation *all = NULL;
	size_t count = 0;
	enum err err = roster_generation_list(
	    adoption->custody->roster, &adoption->quorum, &all, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count; i++)
		load_generation(adoption, &all[i]);
	free(all);
	return err;
}

static enum err
load_tokens(struct adoption *adoption, struct err_trace *trace)
{
	struct roster_binding *all = NULL;
	size_t count = 0;
	enum err err =
	    roster_binding_list(adoption->custody->roster, &adoption->quorum, &all, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count && i < ADOPT_TOKENS; i++) {
		struct adopt_token *token = &adoption->token[adoption->tokens++];

		token->known = true;
		token->spec = all[i].spec;
		memcpy(token->opens, all[i].opens, sizeof(token->opens));
	}
	free(all);
	return err;
}

enum err
adopt_load_known(struct adoption *adoption, struct err_trace *trace)
{
	struct roster_quorum known;
	enum err err =
	    roster_quorum_find(adoption->custody->roster, adoption->request->name, &known, NULL);

	if (err == ERR_ABSENT)
		return ERR_OK;
	if (err != ERR_OK)
		return FAIL(trace, err, "the quorums were not read");
	adoption->quorum = known.id;
	adoption->has_id = true;
	err = load_generations(adoption, trace);
	return err == ERR_OK ? load_tokens(adoption, trace) : err;
}
