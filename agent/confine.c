/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/confine.h"

#include <stdlib.h>
#include <sys/prctl.h>

#include "agent/calls.h"
#include "agent/fence.h"
#include "agent/held.h"
#include "agent/place.h"
#include "agent/witness.h"
#include "custody/agent_link.h"
#include "hsm/module.h"
#include "hsm/softhsm.h"
#include "hsm/token.h"

enum err
confine_begin(struct err_trace *trace)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return FAIL_ERRNO(trace, "new privileges cannot be given up");
	return witness_start(trace);
}

static enum err
profile_of(const char *module, const struct profile **out, struct err_trace *trace)
{
	char name[MODULE_NAME];
	enum err err = module_profile(module, name, trace);

	return err == ERR_OK ? profile_find(name, out, trace) : err;
}

/*
 * A session loads its modules again for each job: nothing of it can be strict. Neither can what a
 * sanitizer watches, which asks the kernel for more than the program does.
 */
static enum err
loosen(const struct profile **profile, bool strict_will_not_do, struct err_trace *trace)
{
	const struct profile *device;
	enum err err = profile_find("device", &device, trace);

	if (err == ERR_OK && strict_will_not_do)
		*profile = profile_wider(*profile, device);
	return err;
}

static enum err
choose(const struct agent_order *order, const struct profile **out, struct err_trace *trace)
{
	const struct profile *chosen = NULL, *next;
	enum err err = ERR_OK;

	if (!order->commands)
		err = profile_of(order->module, &chosen, trace);
	for (size_t i = 0; err == ERR_OK && i < order->token_count; i++) {
		err = profile_of(order->tokens[i].module, &next, trace);
		if (err == ERR_OK)
			chosen = chosen == NULL ? next : profile_wider(chosen, next);
	}
	if (err == ERR_OK && chosen == NULL)
		err = profile_find("device", &chosen, trace);
	if (err == ERR_OK)
		err = loosen(&chosen, order->commands || SANITIZED, trace);
	if (err == ERR_OK)
		*out = chosen;
	return err;
}

/* The strict profile knows where SoftHSM keeps its tokens, and no other module. */
static enum err
fence_strictly(const struct agent_order *order, const struct held *held, struct err_trace *trace)
{
	char sockets[PLACE_PATH];
	char *token = NULL;
	enum err err = place_folder(order, sockets, trace);

	if (err == ERR_OK)
		err = softhsm_folder(token_session_token(held->session)->serial, &token, trace);
	if (err == ERR_ABSENT)
		err_next(trace, "The profile 'softhsm' is for SoftHSM: name another one for this "
				"module in modules.conf.");
	if (err == ERR_OK) {
		const struct fence_place places[] = { { token, FENCE_FILES },
			{ sockets, FENCE_SOCKETS }, { "/dev/null", FENCE_DEVICE } };
		const struct fence_order fence = { .place = places,
			.count = sizeof(places) / sizeof(*places) };

		err = fence_files(&fence, trace);
	}
	free(token);
	return err;
}

static enum err
fence_loosely(const struct profile *profile, struct err_trace *trace)
{
	const struct fence_order fence = { .all_files = true, .network = profile->network };

	return fence_files(&fence, trace);
}

enum err
confine_files(const struct agent_order *order, const struct held *held, struct confine *out,
    struct err_trace *trace)
{
	const struct profile *profile;
	enum err err = choose(order, &profile, trace);

	if (err != ERR_OK)
		return err;
	*out = (struct confine){ .profile = profile };
	if (!profile->on)
		return ERR_OK;
	err = profile->strict ? fence_strictly(order, held, trace) : fence_loosely(profile, trace);
	out->unfenced = err == ERR_UNSUPPORTED;
	if (out->unfenced)
		err_clear(trace);
	return out->unfenced ? ERR_OK : err;
}

enum err
confine_calls(
    const struct confine *confine, const struct agent_order *order, struct err_trace *trace)
{
	if (!confine->profile->on)
		return ERR_OK;
	return calls_confine(confine->profile, order->watched_count > 0, trace);
}

const char *
confine_text(const struct confine *confine)
{
	if (!confine->profile->on)
		return "; NOT CONFINED: modules.conf says 'off' for this module";
	if (confine->unfenced)
		return "; files are not fenced off, since this kernel has no landlock";
	return "";
}
