/* SPDX-License-Identifier: BSD-2-Clause */
#include "quorum/slip39.h"

#include "quorum/declassify.h"
#include "quorum/field.h"
#include "quorum/hkdf.h"
#include "quorum/seed.h"

enum {
	SECRET_X = 255, /* where the polynomials have the shared value */
	DIGEST_X = 254, /* where they have its digest and the digest's key */
	DIGEST_SIZE = 4,
	/* Numbers of SEED_VALUE: a splitting in the high byte, an x in the low one. */
	GROUPS_SPLITTING = 0x100,
};

/* One splitting of one value: of the whole over groups, or of a group's part over members. */
struct splitting {
	uint8_t threshold;
	uint8_t count;
	const struct secret *seed;
	uint32_t number; /* keeps its random values apart from other splittings' */
};

static void
drop_all(struct secret **values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		secret_drop(&values[i]);
}

static enum err
random_value(const struct splitting *splitting, uint8_t x, size_t len, struct secret **out,
    struct err_trace *trace)
{
	const struct seed_use use = {
		.label = SEED_VALUE,
		.number = (splitting->number << 8) | x,
		.len = len,
	};

	return seed_expand(splitting->seed, use, out, trace);
}

/* HMAC-SHA256(key, value), of which SLIP-39 takes the first four bytes. */
static enum err
digest(const struct part *key, const struct secret *value, struct secret **out,
    struct err_trace *trace)
{
	const struct part message[] = { { secret_bytes(value), secret_len(value) } };

	return hkdf_hmac(key, HKDF_PARTS(message), out, trace);
}

static enum err
make_digest_value(const struct splitting *splitting, const struct secret *value,
    struct secret **out, struct err_trace *trace)
{
	const size_t len = secret_len(value);
	struct secret *key = NULL;
	struct secret *hash = NULL;
	struct secret *made = NULL;
	enum err err = random_value(splitting, DIGEST_X, len - DIGEST_SIZE, &key, trace);

	if (err != ERR_OK)
		goto out;
	err = digest(&(struct part){ secret_bytes(key), secret_len(key) }, value, &hash, trace);
	if (err != ERR_OK)
		goto out;
	err = secret_new(len, &made, trace);
	if (err == ERR_OK)
		err = secret_append(made, secret_bytes(hash), DIGEST_SIZE, trace);
	if (err == ERR_OK)
		err = secret_append(made, secret_bytes(key), secret_len(key), trace);
	if (err != ERR_OK)
		goto out;
	*out = made;
	made = NULL;
out:
	secret_free(made);
	secret_free(hash);
	secret_free(key);
	return err;
}

static enum err
interpolate(const struct field_point *points, size_t count, uint8_t x, size_t len,
    struct secret **out, struct err_trace *trace)
{
	struct secret *made = NULL;
	enum err err = secret_new(len, &made, trace);

	if (err != ERR_OK)
		return err;
	field_interpolate(points, count, x, secret_extend(made, len), len);
	*out = made;
	return ERR_OK;
}

/* The values at 0 to count − 1 of the polynomial through random values, digest and value. */
static enum err
split_by_polynomial(const struct splitting *splitting, const struct secret *value,
    const struct secret *digest_value, struct secret **out, struct err_trace *trace)
{
	const size_t len = secret_len(value);
	const uint8_t random = (uint8_t)(splitting->threshold - 2);
	struct field_point points[FIELD_POINTS_MAX] = { { 0, NULL } };
	uint8_t x = 0;
	enum err err = ERR_OK;

	for (; err == ERR_OK && x < random; x++) {
		err = random_value(splitting, x, len, &out[x], trace);
		if (err == ERR_OK)
			points[x] = (struct field_point){ x, secret_bytes(out[x]) };
	}
	points[random] = (struct field_point){ DIGEST_X, secret_bytes(digest_value) };
	points[random + 1] = (struct field_point){ SECRET_X, secret_bytes(value) };
	for (; err == ERR_OK && x < splitting->count; x++)
		err = interpolate(points, splitting->threshold, x, len, &out[x], trace);
	return err;
}

/* Fills out[0] to out[count − 1]; on failure none is left. */
static enum err
split_value(const struct splitting *splitting, const struct secret *value, struct secret **out,
    struct err_trace *trace)
{
	struct secret *digest_value = NULL;
	enum err err = ERR_OK;

	if (splitting->threshold == 1)
		return secret_copy(value, &out[0], trace);
	err = make_digest_value(splitting, value, &digest_value, trace);
	if (err == ERR_OK)
		err = split_by_polynomial(splitting, value, digest_value, out, trace);
	if (err != ERR_OK)
		drop_all(out, splitting->count);
	secret_free(digest_value);
	return err;
}

static enum err
check_plan(const struct slip39_plan *plan, struct err_trace *trace)
{
	if (plan->group_count < 1 || plan->group_count > SLIP39_GROUPS_MAX ||
	    plan->group_threshold < 1 || plan->group_threshold > plan->group_count)
		return FAIL(trace, ERR_ARGUMENT, "SLIP-39 cannot have %u of %u groups",
		    plan->group_threshold, plan->group_count);
	/* A threshold of one is SLIP-39's for single members; for groups it means copies. */
	for (unsigned i = 0; i < plan->group_count; i++) {
		const struct slip39_group group = plan->groups[i];

		if (group.threshold < 1 || group.threshold > group.count ||
		    group.count > SLIP39_MEMBERS_MAX || (group.threshold == 1 && group.count > 1))
			return FAIL(trace, ERR_ARGUMENT, "SLIP-39 cannot have %u of %u members",
			    group.threshold, group.count);
	}
	if (plan->id > MNEMONIC_ID_MAX)
		return FAIL(trace, ERR_ARGUMENT, "a SLIP-39 id has 15 bits");
	return ERR_OK;
}

/* One group of one threshold: every group gets the same part. */
static enum err
split_groups(const struct slip39_plan *plan, const struct slip39_input *input,
    const struct secret *encrypted, struct secret **parts, struct err_trace *trace)
{
	const struct splitting splitting = {
		.threshold = plan->group_threshold,
		.count = plan->group_count,
		.seed = input->seed,
		.number = GROUPS_SPLITTING,
	};
	enum err err = ERR_OK;

	if (plan->group_threshold > 1)
		return split_value(&splitting, encrypted, parts, trace);
	for (size_t i = 0; err == ERR_OK && i < plan->group_count; i++)
		err = secret_copy(encrypted, &parts[i], trace);
	return err;
}

/* Moves the members' values into mnemonics. */
static enum err
split_members(const struct slip39_plan *plan, const struct splitting *splitting,
    const struct secret *part, struct mnemonic *shares, struct err_trace *trace)
{
	struct secret *values[SLIP39_MEMBERS_MAX] = { NULL };
	enum err err = split_value(splitting, part, values, trace);

	for (uint8_t i = 0; err == ERR_OK && i < splitting->count; i++) {
		shares[i] = (struct mnemonic){
			.head = {
				.id = plan->id,
				.extendable = plan->extendable,
				.exponent = plan->exponent,
				.group_index = (uint8_t)splitting->number,
				.group_threshold = plan->group_threshold,
				.group_count = plan->group_count,
				.member_index = i,
				.member_threshold = splitting->threshold,
			},
			.value = values[i],
		};
	}
	return err;
}

static enum err
split_encrypted(const struct slip39_plan *plan, const struct slip39_input *input,
    const struct secret *encrypted, struct mnemonic *shares, struct err_trace *trace)
{
	struct secret *parts[SLIP39_GROUPS_MAX] = { NULL };
	size_t done = 0;
	enum err err = split_groups(plan, input, encrypted, parts, trace);

	for (uint8_t i = 0; err == ERR_OK && i < plan->group_count; i++) {
		const struct splitting splitting = {
			.threshold = plan->groups[i].threshold,
			.count = plan->groups[i].count,
			.seed = input->seed,
			.number = i,
		};

		err = split_members(plan, &splitting, parts[i], shares + done, trace);
		if (err == ERR_OK)
			done += splitting.count;
	}
	for (size_t i = 0; err != ERR_OK && i < done; i++)
		mnemonic_clear(&shares[i]);
	drop_all(parts, SLIP39_GROUPS_MAX);
	return err;
}

enum err
slip39_split(const struct slip39_plan *plan, const struct slip39_input *input,
    struct mnemonic *shares, struct err_trace *trace)
{
	const struct mnemonic_head head = {
		.id = plan->id,
		.extendable = plan->extendable,
		.exponent = plan->exponent,
	};
	struct secret *encrypted = NULL;
	enum err err = check_plan(plan, trace);

	if (err != ERR_OK)
		return err;
	err = slip39_encrypt(&head, input->master, input->passphrase, &encrypted, trace);
	if (err == ERR_OK)
		err = split_encrypted(plan, input, encrypted, shares, trace);
	secret_free(encrypted);
	return err;
}

/* The points of one polynomial, gathered from shares in any order. */
struct gathering {
	struct field_point point[FIELD_POINTS_MAX];
	size_t count;
	size_t threshold;
	size_t len;
};

static enum err
check_digest(const struct secret *value, const struct secret *digest_value, struct err_trace *trace)
{
	const uint8_t *bytes = secret_bytes(digest_value);
	const struct part key = { bytes + DIGEST_SIZE, secret_len(digest_value) - DIGEST_SIZE };
	struct secret *hash = NULL;
	bool fits = false;
	enum err err = digest(&key, value, &hash, trace);

	if (err != ERR_OK)
		return err;
	secret_truncate(hash, DIGEST_SIZE);
	fits = secret_equal_bytes(hash, bytes, DIGEST_SIZE);
	declassify(&fits, sizeof(fits));
	secret_free(hash);
	if (!fits)
		return FAIL(trace, ERR_FORMAT, "the shares do not fit together: one is wrong");
	return ERR_OK;
}

static enum err
recover_value(const struct gathering *from, struct secret **out, struct err_trace *trace)
{
	struct secret *digest_value = NULL;
	struct secret *value = NULL;
	enum err err = ERR_INTERNAL;

	if (from->threshold == 1)
		return secret_from(from->point[0].y, from->len, out, trace);
	err = interpolate(from->point, from->count, SECRET_X, from->len, &value, trace);
	if (err == ERR_OK)
		err = interpolate(
		    from->point, from->count, DIGEST_X, from->len, &digest_value, trace);
	if (err == ERR_OK)
		err = check_digest(value, digest_value, trace);
	secret_free(digest_value);
	if (err != ERR_OK) {
		secret_free(value);
		return err;
	}
	*out = value;
	return ERR_OK;
}

static enum err
add_point(struct gathering *to, uint8_t x, const struct secret *value, struct err_trace *trace)
{
	for (size_t i = 0; i < to->count; i++)
		if (to->point[i].x == x)
			return FAIL(trace, ERR_ARGUMENT, "share %u was given twice", x);
	if (to->count == to->threshold)
		return FAIL(trace, ERR_ARGUMENT, "more shares were given than the %zu wanted",
		    to->threshold);
	to->point[to->count++] = (struct field_point){ x, secret_bytes(value) };
	return ERR_OK;
}

static bool
same_splitting(const struct mnemonic *a, const struct mnemonic *b)
{
	return a->head.id == b->head.id && a->head.extendable == b->head.extendable &&
	       a->head.exponent == b->head.exponent &&
	       a->head.group_threshold == b->head.group_threshold &&
	       a->head.group_count == b->head.group_count &&
	       secret_len(a->value) == secret_len(b->value);
}

static enum err
check_same(const struct mnemonic *shares, size_t count, struct err_trace *trace)
{
	if (count == 0 || count > SLIP39_SHARES_MAX)
		return FAIL(trace, ERR_ARGUMENT, "SLIP-39 cannot combine %zu shares", count);
	for (size_t i = 1; i < count; i++)
		if (!same_splitting(&shares[0], &shares[i]))
			return FAIL(trace, ERR_ARGUMENT, "the shares are of different splittings");
	return ERR_OK;
}

/* The group's part; *out stays NULL when no share is of this group. */
static enum err
recover_group(const struct mnemonic *shares, size_t count, uint8_t group, struct secret **out,
    struct err_trace *trace)
{
	struct gathering members = { .len = secret_len(shares[0].value) };
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		const struct mnemonic_head *head = &shares[i].head;

		if (head->group_index != group)
			continue;
		if (members.threshold == 0)
			members.threshold = head->member_threshold;
		if (members.threshold != head->member_threshold)
			return FAIL(trace, ERR_ARGUMENT, "shares of one group differ in threshold");
		err = add_point(&members, head->member_index, shares[i].value, trace);
	}
	if (err != ERR_OK || members.count == 0)
		return err;
	if (members.count < members.threshold)
		return FAIL(trace, ERR_ARGUMENT, "%zu of the %zu shares wanted were given",
		    members.count, members.threshold);
	return recover_value(&members, out, trace);
}

enum err
slip39_recover(
    const struct mnemonic *shares, size_t count, struct secret **encrypted, struct err_trace *trace)
{
	struct secret *parts[SLIP39_GROUPS_MAX] = { NULL };
	struct gathering groups = { 0 };
	enum err err = check_same(shares, count, trace);

	if (err != ERR_OK)
		return err;
	groups.threshold = shares[0].head.group_threshold;
	groups.len = secret_len(shares[0].value);
	for (uint8_t i = 0; err == ERR_OK && i < SLIP39_GROUPS_MAX; i++) {
		err = recover_group(shares, count, i, &parts[i], trace);
		if (err == ERR_OK && parts[i] != NULL)
			err = add_point(&groups, i, parts[i], trace);
	}
	if (err == ERR_OK && groups.count < groups.threshold)
		err = FAIL(trace, ERR_ARGUMENT, "%zu of the %zu groups wanted were given",
		    groups.count, groups.threshold);
	if (err == ERR_OK)
		err = recover_value(&groups, encrypted, trace);
	drop_all(parts, SLIP39_GROUPS_MAX);
	return err;
}

enum err
slip39_member(const struct mnemonic *shares, size_t count, uint8_t index, struct mnemonic *out,
    struct err_trace *trace)
{
	struct gathering members = { .len = secret_len(shares[0].value) };
	struct mnemonic made = { .head = shares[0].head };
	struct secret *encrypted = NULL;
	enum err err = slip39_recover(shares, count, &encrypted, trace);

	secret_free(encrypted);
	if (err == ERR_OK && shares[0].head.group_count != 1)
		err = FAIL(trace, ERR_ARGUMENT, "the splitting has more than one group");
	members.threshold = shares[0].head.member_threshold;
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		err = add_point(&members, shares[i].head.member_index, shares[i].value, trace);
	if (err == ERR_OK)
		err = interpolate(
		    members.point, members.count, index, members.len, &made.value, trace);
	if (err != ERR_OK)
		return err;
	made.head.member_index = index;
	*out = made;
	return ERR_OK;
}

enum err
slip39_combine(const struct mnemonic *shares, size_t count, const struct secret *passphrase,
    struct secret **master, struct err_trace *trace)
{
	struct secret *encrypted = NULL;
	enum err err = slip39_recover(shares, count, &encrypted, trace);

	if (err == ERR_OK)
		err = slip39_decrypt(&shares[0].head, encrypted, passphrase, master, trace);
	secret_free(encrypted);
	return err;
}
