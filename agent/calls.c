/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/calls.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/profile.h"

/* What the strict profile allows whatever the arguments. */
static const char *const allowed[] = {
	/* memory and threads */
	"brk", "munmap", "mremap", "madvise", "mlock", "mlock2", "munlock", "futex", "membarrier",
	"set_robust_list", "rseq", "sched_yield", "sched_getaffinity", "gettid", "getpid", "exit",
	"exit_group", "restart_syscall",
	/* signals and time */
	"rt_sigprocmask", "rt_sigaction", "rt_sigreturn", "sigaltstack", "clock_gettime",
	"clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time",
	/* what is open */
	"read", "readv", "pread64", "write", "writev", "pwrite64", "lseek", "close", "close_range",
	"dup", "dup2", "dup3", "fcntl", "fsync", "fdatasync", "ftruncate", "fallocate", "flock",
	"poll", "ppoll", "select", "pselect6", "pipe2", "eventfd2",
	/* files; which of them, the fence says */
	"open", "openat", "access", "faccessat", "faccessat2", "stat", "lstat", "fstat",
	"newfstatat", "statx", "getdents64", "readlink", "readlinkat", "unlink", "unlinkat",
	"rename", "renameat", "renameat2", "getcwd", "umask",
	/* sockets that are there */
	"accept", "accept4", "recvfrom", "recvmsg", "sendto", "sendmsg", "shutdown", "getsockopt",
	"setsockopt", "getsockname", "getpeername",
	/* who and what one is */
	"getuid", "geteuid", "getgid", "getegid", "getppid", "uname", "sysinfo", "getrusage",
	"getrandom", NULL
};

/* What asks for a socket of this machine again. */
static const char *const for_readers[] = { "connect", NULL };

static const char *const for_looking[] = { "read", "write", "recvfrom", "sendto", "openat", "open",
	"readlink", "readlinkat", "close", "exit", "exit_group", "rt_sigreturn", "restart_syscall",
	NULL };

/* What the others refuse: another program, another process, the kernel itself. */
static const char *const refused[] = { "execve", "execveat", "ptrace", "process_vm_readv",
	"process_vm_writev", "process_madvise", "pidfd_getfd", "kcmp", "mount", "umount2",
	"pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount",
	"fspick", "mount_setattr", "unshare", "setns", "bpf", "perf_event_open", "init_module",
	"finit_module", "delete_module", "kexec_load", "kexec_file_load", "add_key", "request_key",
	"keyctl", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
	"open_by_handle_at", "name_to_handle_at", "swapon", "swapoff", "reboot", "sethostname",
	"setdomainname", "settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "acct",
	"quotactl", "syslog", "iopl", "ioperm", "personality", "setuid", "setgid", "setreuid",
	"setregid", "setresuid", "setresgid", "setgroups", "setfsuid", "setfsgid", NULL };

struct rule {
	const char *call;
	struct scmp_arg_cmp argument;
};

/* A name that this machine's kernel does not have is no call. */
static bool
add_rule(scmp_filter_ctx filter, uint32_t action, const struct rule *rule)
{
	int number = seccomp_syscall_resolve_name(rule->call);

	return number == __NR_SCMP_ERROR ||
	       seccomp_rule_add_array(filter, action, number, 1, &rule->argument) == 0;
}

static bool
add_calls(scmp_filter_ctx filter, uint32_t action, const char *const *names)
{
	for (size_t i = 0; names[i] != NULL; i++) {
		int number = seccomp_syscall_resolve_name(names[i]);

		if (number != __NR_SCMP_ERROR && seccomp_rule_add(filter, action, number, 0) != 0)
			return false;
	}
	return true;
}

/* Its flags lie in memory that a filter cannot read; without it, glibc falls back to clone. */
static bool
hide_clone3(scmp_filter_ctx filter)
{
	static const char *const clone3[] = { "clone3", NULL };

	return add_calls(filter, SCMP_ACT_ERRNO(ENOSYS), clone3);
}

static bool
allow_listed(scmp_filter_ctx filter, bool readers)
{
	const struct rule rules[] = {
		{ "clone", SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD) },
		/* No code but what is loaded. */
		{ "mmap", SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) },
		{ "mprotect", SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) },
		{ "socketpair", SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0) },
		/* abort() */
		{ "tgkill", SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0) },
		/* Reads a limit, sets none. */
		{ "prlimit64", SCMP_A2(SCMP_CMP_EQ, 0, 0) },
	};
	const struct rule local = { "socket", SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0) };

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (!add_rule(filter, SCMP_ACT_ALLOW, &rules[i]))
			return false;
	return hide_clone3(filter) && add_calls(filter, SCMP_ACT_ALLOW, allowed) &&
	       (!readers || (add_rule(filter, SCMP_ACT_ALLOW, &local) &&
				add_calls(filter, SCMP_ACT_ALLOW, for_readers)));
}

static bool
refuse_listed(scmp_filter_ctx filter, bool network)
{
	const struct rule rules[] = {
		{ "clone", SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER) },
		{ "socket", SCMP_A0(SCMP_CMP_EQ, AF_PACKET, 0) },
		{ "socket", SCMP_A0(SCMP_CMP_EQ, AF_VSOCK, 0) },
		{ "socket", SCMP_A0(SCMP_CMP_EQ, AF_INET, 0) },
		{ "socket", SCMP_A0(SCMP_CMP_EQ, AF_INET6, 0) },
	};
	size_t count = sizeof(rules) / sizeof(*rules) - (network ? 2 : 0);

	for (size_t i = 0; i < count; i++)
		if (!add_rule(filter, SCMP_ACT_ERRNO(EPERM), &rules[i]))
			return false;
	return hide_clone3(filter) && add_calls(filter, SCMP_ACT_ERRNO(EPERM), refused);
}

/* Takes the filter. */
static enum err
load(scmp_filter_ctx filter, bool filled, struct err_trace *trace)
{
	enum err err = ERR_OK;
	int failed = 0;

	if (filled)
		failed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (filled && failed == 0)
		failed = seccomp_load(filter);
	if (!filled || failed != 0) {
		errno = -failed;
		err_next(trace, "Use a kernel with seccomp, or name the profile 'off' for this "
				"module in modules.conf.");
		err = FAIL_ERRNO(trace, "the system calls of this process cannot be confined");
	}
	seccomp_release(filter);
	return err;
}

enum err
calls_confine(const struct profile *profile, bool readers, struct err_trace *trace)
{
	scmp_filter_ctx filter =
	    seccomp_init(profile->strict ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_ALLOW);

	if (filter == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a list of system calls");
	return load(filter,
	    profile->strict ? allow_listed(filter, readers)
			    : refuse_listed(filter, profile->network),
	    trace);
}

enum err
calls_confine_to_looking(struct err_trace *trace)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));

	if (filter == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a list of system calls");
	return load(filter, add_calls(filter, SCMP_ACT_ALLOW, for_looking), trace);
}
