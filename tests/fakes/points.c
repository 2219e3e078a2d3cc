/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fakes/points.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const names[POINTS__COUNT] = {
	[POINTS_APDU] = "apdu",
	[POINTS_WRITE] = "write",
	[POINTS_FILL] = "fill",
	[POINTS_TOKEN] = "token",
	[POINTS_P11] = "p11",
};

static atomic_uint counts[POINTS__COUNT];

/* Is this program one of those that are counted? */
static bool
is_counted(void)
{
	const char *list = getenv("QUORATE_POINTS_PROGRAMS");
	const char *name = program_invocation_short_name;
	size_t len = strlen(name);

	for (list = list == NULL ? "quorate" : list; *list != '\0';) {
		size_t word = strcspn(list, ",");

		if (word == len && strncmp(list, name, len) == 0)
			return true;
		list += word + (list[word] == ',');
	}
	return false;
}

/* "write:17" or "write:17:after"; `when` gets what follows the ordinal, "" when nothing does. */
static bool
matches(const char *order, const struct points_mark *mark, const char **when)
{
	char begin[32];
	size_t len =
	    (size_t)snprintf(begin, sizeof(begin), "%s:%u", names[mark->class], mark->ordinal);

	if (order == NULL || strncmp(order, begin, len) != 0)
		return false;
	if (order[len] != '\0' && order[len] != ':')
		return false;
	*when = order[len] == ':' ? order + len + 1 : "";
	return true;
}

/* By system calls: the write that points_writes.c counts is not ours. */
static void
write_log(const struct points_mark *mark, const char *when)
{
	const char *path = getenv("QUORATE_POINTS_LOG");
	char line[512];
	int len, fd;

	if (path == NULL)
		return;
	len = snprintf(line, sizeof(line), "%s %u %s %s\n", names[mark->class], mark->ordinal, when,
	    mark->detail);
	if (len > 0 && (size_t)len >= sizeof(line))
		len = sizeof(line) - 1;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	(void)syscall(SYS_write, fd, line, (size_t)len);
	close(fd);
}

static void
pass(const struct points_mark *mark, const char *here)
{
	const char *when;

	write_log(mark, here);
	if (matches(getenv("QUORATE_POINTS_KILL"), mark, &when) && strcmp(when, here) == 0) {
		(void)kill(getpid(), SIGKILL);
		for (;;)
			pause();
	}
}

/* "fill:N": a full disk stays full. */
static bool
is_full_since(const struct points_mark *mark)
{
	const char *order = getenv("QUORATE_POINTS_FAIL");
	unsigned since;

	return mark->class == POINTS_FILL && order != NULL &&
	       sscanf(order, "fill:%u", &since) == 1 && mark->ordinal >= since;
}

enum points_verdict
points_before(enum points_class class, const char *detail, struct points_mark *mark)
{
	int saved = errno;
	const char *when = "";
	enum points_verdict verdict = POINTS_GO;

	*mark = (struct points_mark){ .class = class, .detail = detail };
	if (!is_counted())
		return POINTS_GO;
	mark->ordinal = atomic_fetch_add(&counts[class], 1) + 1;
	pass(mark, "before");
	if (is_full_since(mark))
		verdict = POINTS_FAIL_BEFORE;
	else if (matches(getenv("QUORATE_POINTS_FAIL"), mark, &when))
		verdict = strcmp(when, "after") == 0     ? POINTS_FAIL_AFTER
			  : strcmp(when, "service") == 0 ? POINTS_FAIL_SERVICE
							 : POINTS_FAIL_BEFORE;
	errno = saved;
	return verdict;
}

void
points_after(const struct points_mark *mark)
{
	int saved = errno;

	if (mark->ordinal > 0)
		pass(mark, "after");
	errno = saved;
}
