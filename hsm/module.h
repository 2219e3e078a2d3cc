/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PKCS#11 module: the shared library with which an HSM's maker opens its tokens to programs.
 *
 * Loading a module runs its code with our rights, so exactly one is loaded, and only because a
 * person named it: by a path on the command line, by a PKCS#11 URI that they typed, or by a name
 * that this installation's configuration gives a path to. The modules that the machine has
 * registered with p11-kit are never loaded (OpenSC's would send 76 APDUs to a custodian's card),
 * and neither is a path that came out of an event or a pack: the roster carries names only.
 *
 * The configuration is lines of `name = /path`, or `name = profile:/path`, in
 * $XDG_CONFIG_HOME/quorate/modules.conf (default
 * ~/.config) and then /etc/quorate/modules.conf; the first that has the name wins, and 'softhsm'
 * means Debian's when neither has it. A file that others than root and its reader could have
 * written is refused.
 *
 * A module may be used by several threads at once. PKCS#11 does not survive fork: a child may exec
 * and do nothing else. One process opens the same library once; a second time is ERR_NOT_NOW.
 */
#ifndef HSM_MODULE_H
#define HSM_MODULE_H

#include <stddef.h>

#include "base/err.h"

struct module;

enum { MODULE_NAME = 33 }; /* [a-z0-9-]{1,32} and its NUL */

/* By a name of the configuration: for whatever comes from the roster. A path is refused. */
MUST_CHECK enum err
module_open_named(const char *name, struct module **out, struct err_trace *trace);

/* By what a person typed: an absolute path, or a name. NULL is the name 'softhsm'. */
MUST_CHECK enum err
module_open(const char *name_or_path, struct module **out, struct err_trace *trace);

/*
 * By a PKCS#11 URI that a person typed: its module-path, else its module-name, else `otherwise` as
 * in module_open. Never for a URI that was stored or received.
 */
MUST_CHECK enum err module_open_for_uri(
    const char *uri, const char *otherwise, struct module **out, struct err_trace *trace);

/* Ends all its sessions and unloads it; NULL is fine. */
void module_close(struct module *module);

/*
 * The configuration's name for it, which the roster may store; NULL when it was opened by a path
 * that has none (then a line in modules.conf is wanted before a token of it is bound).
 */
const char *module_name(const struct module *module);
const char *module_path(const struct module *module);

/*
 * How closely a process that serves its tokens should shut itself in (agent/profile.h): what the
 * line of its name says, else 'softhsm' for SoftHSM's own library and 'network' for any other.
 * `name_or_path` as module_open takes it.
 */
MUST_CHECK enum err
module_profile(const char *name_or_path, char out[MODULE_NAME], struct err_trace *trace);

/* What it says of itself: "SoftHSM: Implementation of PKCS11 2.6 (PKCS#11 2.40)". */
const char *module_description(const struct module *module);

/* One configured module; `from` is the file that says so, or "built in". */
struct module_entry {
	char name[MODULE_NAME];
	char profile[MODULE_NAME]; /* empty: the line names none */
	char *path;
	char *from;
};

/*
 * Everything that is configured, the effective lines first, for lists and doctor. A file that is
 * refused is an error. Free with module_entries_free.
 */
MUST_CHECK enum err
module_entries(struct module_entry **out, size_t *count, struct err_trace *trace);
void module_entries_free(struct module_entry *entries, size_t count);

#endif
