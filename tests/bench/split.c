/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * split M N
 *
 * Times the splitting of a 32-byte secret, the proof that every M of its N shares give it back, and
 * the combining of M of them. One figure a line: name, whose, microseconds.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/secret.h"
#include "quorum/share.h"
#include "quorum/slip39.h"

enum { TRIES = 200, MICRO = 1000 };

struct splitting {
	struct share_plan plan;
	struct secret *secret;
	struct secret *seed;
	struct secret *shares[SHARE_COUNT_MAX];
};

static void
must(enum err err, const char *what)
{
	if (err == ERR_OK)
		return;
	fprintf(stderr, "split: %s: %s\n", what, err_word(err));
	exit(1);
}

static int64_t
now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
split_once(struct splitting *s)
{
	struct mnemonic shares[SHARE_COUNT_MAX] = { 0 };
	const struct slip39_group group = { s->plan.threshold, s->plan.size };
	const struct slip39_plan plan = {
		.id = 1,
		.extendable = true,
		.group_threshold = 1,
		.group_count = 1,
		.groups = &group,
	};
	const struct slip39_input input = { .master = s->secret, .seed = s->seed };

	must(slip39_split(&plan, &input, shares, NULL), "it was not split");
	for (size_t i = 0; i < s->plan.size; i++)
		mnemonic_clear(&shares[i]);
}

static void
prove_once(struct splitting *s)
{
	must(share_prove((const struct secret *const *)s->shares, s->plan, s->secret, NULL),
	    "it was not proven");
}

static void
combine_once(struct splitting *s)
{
	struct secret *secret = NULL;

	must(share_combine(
		 (const struct secret *const *)s->shares, s->plan.threshold, NULL, &secret, NULL),
	    "it was not combined");
	if (!secret_equal(secret, s->secret))
		must(ERR_INTERNAL, "another secret came back");
	secret_free(secret);
}

static int
compare(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void
measure(const char *name, void (*once)(struct splitting *s), struct splitting *s, size_t tries)
{
	int64_t took[TRIES] = { 0 };

	for (size_t i = 0; i < tries; i++) {
		int64_t begun = now_ns();

		once(s);
		took[i] = now_ns() - begun;
	}
	qsort(took, tries, sizeof(*took), compare);
	printf("%s-%u-of-%u ours %" PRId64 "\n", name, s->plan.threshold, s->plan.size,
	    took[tries / 2] / MICRO);
}

int
main(int argc, char **argv)
{
	struct splitting s = { 0 };
	struct err_trace trace = { 0 };

	if (argc != 3)
		return 2;
	s.plan.threshold = (uint8_t)strtoul(argv[1], NULL, 10);
	s.plan.size = (uint8_t)strtoul(argv[2], NULL, 10);
	must(secret_heap_init(&trace), "no locked memory");
	must(secret_random(SHARE_SECRET_SIZE, &s.secret, &trace), "no secret");
	must(secret_random(SHARE_SECRET_SIZE, &s.seed, &trace), "no seed");
	must(share_split(s.secret, s.plan, s.seed, s.shares, &trace), "it was not split");
	measure("split", split_once, &s, TRIES);
	measure("prove", prove_once, &s, 1);
	measure("combine", combine_once, &s, TRIES);
	for (size_t i = 0; i < s.plan.size; i++)
		secret_free(s.shares[i]);
	secret_free(s.seed);
	secret_free(s.secret);
	return 0;
}
