/* SPDX-License-Identifier: BSD-2-Clause */
/* Shares that no roster knows, one after another, some of which are not right. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "custody/adopt_internal.h"
#include "quorum/share.h"

enum { THRESHOLD = 3, SIZE = 5 };

static const struct adopt_request no_sheet = { .name = "root" };

/* The shares of a secret, and those of another one that claims to be the same generation. */
static struct {
	struct adoption *adoption;
	struct adopt_generation *generation;
	struct secret *right[SHARE_COUNT_MAX], *wrong[SHARE_COUNT_MAX];
} stage;

static void
split(struct secret *shares[SHARE_COUNT_MAX])
{
	struct secret *secret = NULL, *seed = NULL;
	struct err_trace trace = { 0 };

	assert_ok(secret_random(SHARE_SECRET_SIZE, &secret, &trace), &trace);
	assert_ok(secret_random(32, &seed, &trace), &trace);
	assert_ok(share_split(secret, (struct share_plan){ THRESHOLD, SIZE }, seed, shares, &trace),
	    &trace);
	secret_free(secret);
	secret_free(seed);
}

static int
begin(void **state)
{
	(void)state;
	memset(&stage, 0, sizeof(stage));
	stage.adoption = calloc(1, sizeof(*stage.adoption));
	if (stage.adoption == NULL)
		return -1;
	split(stage.right);
	split(stage.wrong);
	stage.adoption->request = &no_sheet;
	stage.adoption->has_id = true;
	stage.adoption->cards = SIZE;
	stage.generation = adopt_generation_of(stage.adoption, 1, THRESHOLD, SIZE);
	return stage.generation == NULL ? -1 : 0;
}

static int
end(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SHARE_COUNT_MAX; i++) {
		secret_free(stage.right[i]);
		secret_free(stage.wrong[i]);
		secret_free(stage.generation->hold[i].share);
	}
	free(stage.adoption);
	return 0;
}

/* As custody/adopt_card.c does: card N gives the share of index N. */
static enum adopt_fit
give(struct secret *const shares[SHARE_COUNT_MAX], unsigned n)
{
	struct adopt_offer offer = { .index = n };
	struct err_trace trace = { 0 };

	assert_ok(secret_copy(shares[n], &offer.share, &trace), &trace);
	stage.adoption->card[n].aside = false;
	assert_ok(adopt_take_share(stage.adoption, stage.generation, &offer, &trace), &trace);
	assert_null(offer.share);
	if (offer.fit != ADOPT_FITS_NOT)
		stage.generation->share[n] = (struct adopt_share){ .seen = true, .card = n };
	assert_true(stage.generation->held < THRESHOLD);
	return offer.fit;
}

static void
m_shares_that_fit_open_it(void **state)
{
	(void)state;
	assert_int_equal(give(stage.right, 4), ADOPT_FITS);
	assert_int_equal(give(stage.right, 0), ADOPT_FITS);
	assert_false(stage.generation->complete);
	assert_int_equal(give(stage.right, 2), ADOPT_FITS);
	assert_true(stage.generation->complete);
	assert_int_equal(give(stage.right, 1), ADOPT_FITS);
}

static void
once_it_is_open_a_share_that_does_not_fit_is_refused_alone(void **state)
{
	(void)state;
	for (unsigned n = 0; n < THRESHOLD; n++)
		assert_int_equal(give(stage.right, n), ADOPT_FITS);
	assert_int_equal(give(stage.wrong, 3), ADOPT_FITS_NOT);
	assert_false(stage.generation->share[3].seen);
	assert_true(stage.generation->complete);
	assert_int_equal(give(stage.right, 4), ADOPT_FITS);
}

static void
a_wrong_share_among_the_first_makes_room_for_the_others(void **state)
{
	(void)state;
	assert_int_equal(give(stage.wrong, 0), ADOPT_FITS);
	assert_int_equal(give(stage.right, 1), ADOPT_FITS);
	assert_int_equal(give(stage.right, 2), ADOPT_SETS_ASIDE);
	assert_true(stage.adoption->card[0].aside);
	assert_false(stage.generation->share[0].seen);
	assert_false(stage.generation->complete);
	assert_int_equal(give(stage.right, 3), ADOPT_FITS);
	assert_true(stage.generation->complete);
	assert_int_equal(give(stage.wrong, 0), ADOPT_FITS_NOT);
}

/* Nobody can tell then whose it is: a card that was set aside for it comes again. */
static void
a_wrong_share_that_came_last_is_passed_by(void **state)
{
	(void)state;
	assert_int_equal(give(stage.right, 0), ADOPT_FITS);
	assert_int_equal(give(stage.right, 1), ADOPT_FITS);
	assert_int_equal(give(stage.wrong, 2), ADOPT_SETS_ASIDE);
	assert_true(stage.adoption->card[0].aside);
	assert_int_equal(give(stage.right, 3), ADOPT_SETS_ASIDE);
	assert_true(stage.adoption->card[2].aside);
	assert_int_equal(give(stage.right, 0), ADOPT_FITS);
	assert_true(stage.generation->complete);
	assert_int_equal(give(stage.right, 4), ADOPT_FITS);
}

/* More wrong ones than right ones, of one splitting. */
static void
as_many_that_fit_one_after_another_open_it_whatever_came_before(void **state)
{
	(void)state;
	assert_int_equal(give(stage.wrong, 0), ADOPT_FITS);
	assert_int_equal(give(stage.wrong, 1), ADOPT_FITS);
	assert_int_equal(give(stage.right, 2), ADOPT_SETS_ASIDE);
	assert_int_equal(give(stage.right, 3), ADOPT_SETS_ASIDE);
	assert_int_equal(give(stage.right, 4), ADOPT_FITS);
	assert_true(stage.generation->complete);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(m_shares_that_fit_open_it, begin, end),
		cmocka_unit_test_setup_teardown(
		    once_it_is_open_a_share_that_does_not_fit_is_refused_alone, begin, end),
		cmocka_unit_test_setup_teardown(
		    a_wrong_share_among_the_first_makes_room_for_the_others, begin, end),
		cmocka_unit_test_setup_teardown(
		    a_wrong_share_that_came_last_is_passed_by, begin, end),
		cmocka_unit_test_setup_teardown(
		    as_many_that_fit_one_after_another_open_it_whatever_came_before, begin, end),
	};

	if (secret_heap_init(NULL) != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
