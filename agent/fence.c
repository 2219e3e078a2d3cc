/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * What newer kernels know than the headers of Debian 12: landlock(7) says which version of its
 * interface brought each. A kernel takes a longer structure as long as it knows what is not zero.
 */
struct ruleset {
	uint64_t files;
	uint64_t network;
	uint64_t scoped;
};

#define FILES_1      (((uint64_t)LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)
#define REFER        (UINT64_C(1) << 13)
#define TRUNCATE     (UINT64_C(1) << 14)
#define IOCTL_DEVICE (UINT64_C(1) << 15)
#define TCP          UINT64_C(3) /* bind and connect */
#define SCOPES       UINT64_C(3) /* abstract sockets and signals */

/* What each version added. */
static const struct ruleset added[] = {
	[1] = { .files = FILES_1 },
	[2] = { .files = REFER },
	[3] = { .files = TRUNCATE },
	[4] = { .network = TCP },
	[5] = { .files = IOCTL_DEVICE },
	[6] = { .scoped = SCOPES },
};

static const uint64_t uses[] = {
	[FENCE_FILES] = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
			LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
			LANDLOCK_ACCESS_FS_REMOVE_FILE | TRUNCATE,
	[FENCE_SOCKETS] = LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_MAKE_SOCK |
			  LANDLOCK_ACCESS_FS_REMOVE_FILE,
	[FENCE_DEVICE] = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE,
};

/* What this kernel can fence; all zero: nothing. */
static struct ruleset
known_to_kernel(void)
{
	long version =
	    syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset known = { 0 };

	for (long i = 1; i <= version && i < (long)(sizeof(added) / sizeof(*added)); i++) {
		known.files |= added[i].files;
		known.network |= added[i].network;
		known.scoped |= added[i].scoped;
	}
	return known;
}

static enum err
allow(int rules, const struct fence_place *place, uint64_t known, struct err_trace *trace)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = uses[place->use] & known };
	enum err err = ERR_OK;

	rule.parent_fd = open(place->path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return FAIL_ERRNO(trace, "cannot fence in '%s'", place->path);
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
		err = FAIL_ERRNO(trace, "cannot fence in '%s'", place->path);
	close(rule.parent_fd);
	return err;
}

static enum err
restrict_self(int rules, const struct fence_order *order, uint64_t known, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && !order->all_files && i < order->count; i++)
		err = allow(rules, &order->place[i], known, trace);
	if (err != ERR_OK)
		return err;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_landlock_restrict_self, rules, 0) != 0)
		return FAIL_ERRNO(trace, "cannot fence in this process");
	return ERR_OK;
}

enum err
fence_files(const struct fence_order *order, struct err_trace *trace)
{
	struct ruleset fenced = known_to_kernel();
	enum err err;
	int rules;

	if (fenced.files == 0)
		return FAIL(trace, ERR_UNSUPPORTED, "this kernel has no landlock");
	if (order->all_files)
		fenced.files = LANDLOCK_ACCESS_FS_EXECUTE;
	if (order->network)
		fenced.network = 0;
	rules = (int)syscall(SYS_landlock_create_ruleset, &fenced, sizeof(fenced), 0);
	if (rules < 0)
		return FAIL_ERRNO(trace, "cannot fence in this process");
	err = restrict_self(rules, order, fenced.files, trace);
	close(rules);
	return err;
}
