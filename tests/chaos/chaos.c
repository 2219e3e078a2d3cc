/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chaos: breaks commands off at every point there is, and looks whether anything was lost.
 *
 * For each scenario a snapshot is made and the points of its command are counted (tests/fakes/
 * points.h). Then, for each point, the real program runs in a copy of the snapshot and is killed
 * there, or the card is pulled, pcscd dies, the disk is full, or the token's call fails. Whatever
 * it left must be brought to the end by `quorum resume`, or the same command again, with nothing in
 * the way; and then the quorum's other cards must open its tokens, every token must be somebody's
 * and the roster must verify. Cards and tokens alone, copied to another world before that, must
 * begin a new roster (`quorum adopt`). And no PIN, share or secret may lie in any file.
 *
 * chaos [--every N] [--only SCENARIO[:CLASS[:ORDINAL]]] [--workers N] [--list]: every N-th point, 1
 * unless told; with an ordinal, that point alone. scripts/chaos runs it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "base/secret.h"
#include "tests/chaos/adopt.h"
#include "tests/chaos/scenario.h"
#include "tests/chaos/search.h"
#include "tests/chaos/world.h"

enum {
	WORKERS_MAX = 32,
	PER_CORE = 2, /* a command whose pcscd died waits for it for seconds */
	JOBS_MAX = 65536,
	SPREAD = 7919, /* a prime: no two neighbours of the plan run one after the other */
	KILLED = 128 + 9,
	LINE = 256,
	MODES_MAX = 16
};

/* What can happen at a point. */
static const struct mode {
	enum points_class class;
	const char *word; /* as in points.h */
	bool kill;
	bool after_too;   /* a full disk is full before; so is a write that is not yet durable */
	const char *when; /* in place of before and after; NULL: those */
	unsigned stride;  /* of so many points one: what nobody asked for, and much like the rest */
	const char *name;
} modes[] = {
	{ POINTS_APDU, "apdu", true, true, NULL, 1, "killed at an APDU" },
	{ POINTS_APDU, "apdu", false, true, NULL, 1, "card pulled at an APDU" },
	{ POINTS_APDU, "apdu", false, false, "service", 1, "pcscd dies at an APDU" },
	{ POINTS_WRITE, "write", true, true, NULL, 1, "killed at a durable write" },
	{ POINTS_WRITE, "write", false, true, NULL, 4, "a durable write fails" },
	{ POINTS_FILL, "fill", true, false, NULL, 6, "killed at a write" },
	{ POINTS_FILL, "fill", false, false, NULL, 1, "the disk is full from a write on" },
	{ POINTS_TOKEN, "token", true, true, NULL, 1, "killed while the token writes" },
	{ POINTS_P11, "p11", true, true, NULL, 1, "killed at a PKCS#11 call" },
	{ POINTS_P11, "p11", false, true, NULL, 1, "a PKCS#11 call fails" },
};

enum { MODES = sizeof(modes) / sizeof(*modes) };

enum result { RESULT_NONE, RESULT_HELD, RESULT_LOST, RESULT_NOT_REACHED };

struct job {
	const struct mode *mode;
	unsigned ordinal;
	bool after;
};

static struct {
	bool list; /* the scenarios, and nothing else */
	unsigned every;
	unsigned workers;  /* 0: as many as keep the cores busy */
	const char *only;  /* scenario; NULL: all */
	const char *class; /* NULL: all */
	unsigned ordinal;  /* 0: all */
	char dir[WORLD_PATH / 2];
	struct world founded; /* where a quorum is adopted */
	unsigned jobs;
	struct job job[JOBS_MAX];
	unsigned tried[MODES_MAX], held[MODES_MAX]; /* by mode, of all scenarios */
	struct shared {
		atomic_uint next;               /* job that nobody took */
		unsigned char result[JOBS_MAX]; /* by job, an enum result */
	} * shared;                             /* with the workers */
} chaos = { .every = 1 };

/* ---- One point ----------------------------------------------------------------------------- */

static const char *
when_of(const struct job *job)
{
	return job->mode->when != NULL ? job->mode->when : job->after ? "after" : "before";
}

static void
job_name(const struct scenario *scenario, const struct job *job, char out[LINE])
{
	(void)snprintf(out, LINE, "%s:%s:%u:%s:%s", scenario->name, job->mode->word, job->ordinal,
	    when_of(job), job->mode->kill ? "kill" : "fail");
}

static bool
says_what_to_do(const struct world *world)
{
	char path[WORLD_FILE];
	unsigned long len;
	char *text;
	bool says;

	world_said(world, path);
	text = world_read(path, &len);
	says = strstr(text, "  next: ") != NULL;
	free(text);
	return says;
}

/* Breaks the command off. NULL, or what is wrong with how it ended. */
static const char *
break_off(const struct scenario *scenario, const struct job *job, struct world *world, bool *ended)
{
	struct world_run run = { .fault.variable = job->mode->kill ? "QUORATE_POINTS_KILL"
								   : "QUORATE_POINTS_FAIL" };
	int status;

	(void)snprintf(run.fault.value, sizeof(run.fault.value), "%s:%u:%s", job->mode->word,
	    job->ordinal, when_of(job));
	status = world_quorate(world, scenario->command, &run);
	*ended = status == 0;
	if (status == WORLD_OUTLIVED)
		return "something outlived the command";
	if (status == WORLD_STUCK)
		return "the command never ended";
	if (job->mode->kill)
		return status == KILLED || status == 0 ? NULL : "it failed before the point";
	if (status > 128 || status == 70)
		return "the command crashed";
	return status == 0 || says_what_to_do(world) ? NULL : "the message says not what to do";
}

/* With nothing in the way any more. What is not brought to its end shows in what is not whole. */
static void
recover(const struct scenario *scenario, struct world *world)
{
	const char *const ways[] = { scenario->recover, scenario->otherwise, scenario->command };
	size_t way = 0;

	while (way < sizeof(ways) / sizeof(*ways) &&
	       (ways[way] == NULL || world_quorate(world, ways[way], NULL) != 0))
		way++;
	if (way != 0 || scenario->again == NULL)
		return;
	for (const struct step *step = scenario->again; step->words != NULL; step++)
		(void)world_quorate(world, step->words, NULL);
}

static const char *
find_leak(const struct world *world)
{
	static char leak[2 * WORLD_FILE];
	char found[WORLD_FILE];

	if (search_is_clean(world, found))
		return NULL;
	(void)snprintf(leak, sizeof(leak), "a secret lies in %s", found);
	return leak;
}

/* A token whose own files are torn is healed by the copy in the state folder, which is lost too. */
static const char *
try_without_roster(const struct scenario *scenario, const struct job *job,
    const struct world *world, struct world *bare)
{
	static const char *const absent[] = { NULL, "alice,bob" };
	const char *problem;

	if (scenario->adopt == NULL || job->mode->class == POINTS_TOKEN)
		return NULL;
	world_copy(&chaos.founded, bare);
	world_bring(world, bare);
	problem = adopt_check(scenario, bare, absent[job->ordinal % 2]);
	return problem == NULL ? find_leak(bare) : problem;
}

static const char *
try(const struct scenario *scenario, const struct job *job, struct world worlds[2], bool *reached)
{
	struct world *world = &worlds[0];
	bool ended;
	const char *problem = break_off(scenario, job, world, &ended);

	if (problem != NULL)
		return problem;
	/* A run has a few points more or less than the one that counted. */
	*reached = !ended || !job->mode->kill;
	search_begin();
	problem = find_leak(world);
	if (problem == NULL)
		problem = try_without_roster(scenario, job, world, &worlds[1]);
	if (problem != NULL)
		return problem;
	if (!ended)
		recover(scenario, world);
	problem = scenario_is_whole(scenario, world);
	return problem == NULL ? find_leak(world) : problem;
}

/* ---- All of them --------------------------------------------------------------------------- */

static void
place_world(const char *name, struct world *out)
{
	*out = (struct world){ .commands = 0 };
	(void)snprintf(out->dir, sizeof(out->dir), "%s/%s", chaos.dir, name);
	(void)snprintf(out->pins, sizeof(out->pins), "%s/%s.pins", chaos.dir, name);
}

/* What did not hold is kept, to be looked at. */
static void
report(const struct scenario *scenario, const struct job *job, const struct world *world,
    const char *problem)
{
	char name[LINE];
	struct world kept;

	job_name(scenario, job, name);
	place_world(name, &kept);
	printf("NOT HELD %s: %s (%s)\n", name, problem, kept.dir);
	(void)fflush(stdout);
	if (access(kept.dir, F_OK) != 0 && rename(world->dir, kept.dir) != 0)
		printf("  which could not be kept: %s\n", strerror(errno));
}

static void
work(const struct scenario *scenario, const struct world *snapshot, unsigned worker)
{
	struct world worlds[2], *world = &worlds[0];
	char name[32];

	(void)snprintf(name, sizeof(name), "w%u", worker);
	place_world(name, world);
	(void)snprintf(name, sizeof(name), "w%u-bare", worker);
	place_world(name, &worlds[1]);
	memcpy(worlds[1].pins, world->pins, sizeof(world->pins));
	for (unsigned n; (n = atomic_fetch_add(&chaos.shared->next, 1)) < chaos.jobs;) {
		unsigned i = (unsigned)((uint64_t)n * SPREAD % chaos.jobs);
		const char *problem;
		bool reached = true;

		(void)unlink(world->pins);
		world_copy(snapshot, world);
		problem = try(scenario, &chaos.job[i], worlds, &reached);
		chaos.shared->result[i] = problem != NULL ? RESULT_LOST
					  : reached       ? RESULT_HELD
							  : RESULT_NOT_REACHED;
		if (problem != NULL)
			report(scenario, &chaos.job[i], world, problem);
	}
	(void)unlink(world->pins);
	world_remove(world);
	world_remove(&worlds[1]);
}

static bool
work_all(const struct scenario *scenario, const struct world *snapshot)
{
	bool fine = true;
	int status;

	memset(chaos.shared, 0, sizeof(*chaos.shared));
	(void)fflush(NULL);
	for (unsigned i = 0; i < chaos.workers; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			work(scenario, snapshot, i);
			(void)fflush(NULL);
			_exit(0);
		}
		fine = fine && pid > 0;
	}
	while (wait(&status) > 0)
		fine = fine && status == 0;
	return fine;
}

/* Every N-th point of each class, in each scenario beginning with another; and both sides of it. */
static void
plan(const struct scenario *scenario, const unsigned count[POINTS__COUNT])
{
	chaos.jobs = 0;
	for (unsigned m = 0; m < MODES; m++) {
		const struct mode *mode = &modes[m];
		unsigned every =
		    chaos.ordinal != 0 ? 1 : chaos.every * mode->stride * scenario->stride;
		unsigned first = 1 + (m + (unsigned)(scenario - scenarios)) % every;

		if (mode->class == POINTS_TOKEN && !scenario->guarded)
			continue;
		if (chaos.class != NULL && strcmp(chaos.class, mode->word) != 0)
			continue;
		for (unsigned n = first; n <= count[mode->class]; n += every) {
			if (chaos.ordinal != 0 && n != chaos.ordinal)
				continue;
			for (int after = 0; after <= (mode->after_too ? 1 : 0); after++)
				if (chaos.jobs < JOBS_MAX)
					chaos.job[chaos.jobs++] =
					    (struct job){ mode, n, after != 0 };
		}
	}
}

/* The greatest ordinal of each class in the log of points. */
static void
read_counts(const char *path, unsigned count[POINTS__COUNT])
{
	unsigned long len;
	char *text = world_read(path, &len), *rest = text, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		char word[16];
		unsigned ordinal;

		if (sscanf(line, "%15s %u", word, &ordinal) != 2)
			continue;
		for (unsigned m = 0; m < MODES; m++)
			if (strcmp(modes[m].word, word) == 0 && ordinal > count[modes[m].class])
				count[modes[m].class] = ordinal;
	}
	free(text);
}

/* The command with nothing in its way: it must succeed and leave a whole quorum. */
static bool
count_points(
    const struct scenario *scenario, const struct world *snapshot, unsigned count[POINTS__COUNT])
{
	struct world world;
	char log[WORLD_FILE], found[WORLD_FILE];
	const struct world_run run = { .count = log };
	const char *problem = NULL;

	place_world("count", &world);
	(void)snprintf(log, sizeof(log), "%s/%s.points", chaos.dir, scenario->name);
	(void)unlink(log);
	(void)unlink(world.pins);
	world_copy(snapshot, &world);
	if (world_quorate(&world, scenario->command, &run) != 0)
		problem = "the command failed";
	if (problem == NULL)
		problem = scenario_is_whole(scenario, &world);
	search_begin();
	if (problem == NULL && !search_is_clean(&world, found))
		problem = "a secret lies in a file";
	if (problem == NULL && !search_finds_what_is_planted(&world))
		problem = "a secret that was planted is not found";
	if (problem != NULL) {
		printf("NOT HELD %s, with nothing in the way: %s (%s)\n", scenario->name, problem,
		    world.dir);
		return false;
	}
	read_counts(log, count);
	world_remove(&world);
	return true;
}

static bool
print_modes(const struct scenario *scenario, const unsigned count[POINTS__COUNT])
{
	bool all = true;

	for (unsigned m = 0; m < MODES; m++) {
		unsigned planned = 0, reached = 0, held = 0;

		for (unsigned i = 0; i < chaos.jobs; i++) {
			if (chaos.job[i].mode != &modes[m])
				continue;
			planned++;
			reached += chaos.shared->result[i] != RESULT_NOT_REACHED ? 1 : 0;
			held += chaos.shared->result[i] == RESULT_HELD ? 1 : 0;
		}
		if (planned == 0)
			continue;
		chaos.tried[m] += reached;
		chaos.held[m] += held;
		printf("%-16s %-34s %4u points, %4u tried, %4u held\n", scenario->name,
		    modes[m].name, count[modes[m].class], reached, held);
		all = all && held == reached && reached * 10 >= planned * 9;
	}
	return all;
}

static bool
run_scenario(const struct scenario *scenario)
{
	unsigned count[POINTS__COUNT] = { 0 };
	int64_t begun = clock_boot_ms();
	struct world snapshot;
	bool fine;

	place_world("snapshot", &snapshot);
	(void)unlink(snapshot.pins);
	scenario_prepare(scenario, &snapshot);
	if (!count_points(scenario, &snapshot, count))
		return false;
	plan(scenario, count);
	fine = work_all(scenario, &snapshot);
	fine = print_modes(scenario, count) && fine;
	for (unsigned class = 0; class < POINTS__COUNT; class ++) {
		if (count[class] >= scenario->minimum[class])
			continue;
		printf("%s: only %u points of class %u, where %u are known\n", scenario->name,
		    count[class], class, scenario->minimum[class]);
		fine = false;
	}
	printf("%-16s %u runs in %lld s\n", scenario->name, chaos.jobs,
	    (long long)(clock_boot_ms() - begun) / 1000);
	(void)fflush(stdout);
	(void)unlink(snapshot.pins);
	world_remove(&snapshot);
	return fine;
}

static void
print_all(void)
{
	for (unsigned m = 0; m < MODES; m++)
		if (chaos.tried[m] > 0)
			printf("%-16s %-34s               %4u tried, %4u held\n", "all",
			    modes[m].name, chaos.tried[m], chaos.held[m]);
}

/* ---- The program --------------------------------------------------------------------------- */

/* "create-fresh:apdu:17" */
static void
take_only(char *text)
{
	char *ordinal;

	chaos.only = strsep(&text, ":");
	chaos.class = strsep(&text, ":");
	ordinal = strsep(&text, ":");
	if (ordinal != NULL)
		chaos.ordinal = (unsigned)strtoul(ordinal, NULL, 10);
}

static bool
take_options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "every", required_argument, NULL, 'e' },
		{ "only", required_argument, NULL, 'o' },
		{ "list", no_argument, NULL, 'l' },
		{ "workers", required_argument, NULL, 'w' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'e')
			chaos.every = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'o')
			take_only(optarg);
		else if (option == 'l')
			chaos.list = true;
		else if (option == 'w')
			chaos.workers = (unsigned)strtoul(optarg, NULL, 10);
		else
			return false;
	}
	return optind == argc && chaos.every > 0;
}

/* In memory where that is possible: each run syncs hundreds of times. */
static bool
make_place(void)
{
	const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (chaos.workers == 0)
		chaos.workers = PER_CORE * (cores < 1 ? 1 : (unsigned)cores);
	if (chaos.workers > WORKERS_MAX)
		chaos.workers = WORKERS_MAX;
	(void)snprintf(chaos.dir, sizeof(chaos.dir), "%s/quorate-chaos.XXXXXX", parent);
	chaos.shared = mmap(
	    NULL, sizeof(*chaos.shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return chaos.shared != MAP_FAILED && mkdtemp(chaos.dir) != NULL;
}

int
main(int argc, char **argv)
{
	struct err_trace trace = { 0 };
	bool fine = true, any = false;

	if (!take_options(argc, argv)) {
		fputs("usage: chaos [--every N] [--only SCENARIO[:CLASS[:ORDINAL]]] "
		      "[--workers N] [--list]\n",
		    stderr);
		return 2;
	}
	if (chaos.list) {
		for (unsigned i = 0; i < scenario_count; i++)
			puts(scenarios[i].name);
		return 0;
	}
	if (process_harden(&trace) != ERR_OK || secret_heap_init(&trace) != ERR_OK || !make_place())
		return 2;
	place_world("founded", &chaos.founded);
	if (!adopt_found(&chaos.founded))
		return 2;
	for (unsigned i = 0; i < scenario_count; i++) {
		if (chaos.only != NULL && strcmp(chaos.only, scenarios[i].name) != 0)
			continue;
		fine = run_scenario(&scenarios[i]) && fine;
		any = true;
	}
	print_all();
	if (fine && file_remove_tree(chaos.dir, &trace) != ERR_OK)
		return 2;
	return fine && any ? 0 : 1;
}
