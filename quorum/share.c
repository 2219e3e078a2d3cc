/* SPDX-License-Identifier: BSD-2-Clause */
#include "quorum/share.h"

#include "base/hash.h"
#include "quorum/declassify.h"
#include "quorum/seed.h"
#include "quorum/slip39.h"

static const struct part commitment_label = { "quorate/1 commitment", 20 };

static const char *const fault_texts[] = {
	[SHARE_SOUND] = "is sound",
	[SHARE_CORRUPT] = "is corrupt",
	[SHARE_REPEATED] = "was given before",
	[SHARE_FOREIGN] = "is of another quorum or another splitting",
	[SHARE_STALE] = "is of an older generation",
	[SHARE_EARLY] = "is of a later generation",
	[SHARE_PRACTICE] = "is PRACTICE, and a real one is wanted",
	[SHARE_REAL] = "is real, and this is practice",
};
_Static_assert(
    sizeof(fault_texts) / sizeof(fault_texts[0]) == SHARE_FAULT__COUNT, "a text for each fault");

const char *
share_fault_text(enum share_fault fault)
{
	return fault_texts[fault];
}

/* The shares of one set, unpacked. */
struct set {
	struct mnemonic share[SHARE_COUNT_MAX];
	size_t count;
};

static void
set_clear(struct set *set)
{
	for (size_t i = 0; i < SHARE_COUNT_MAX; i++)
		mnemonic_clear(&set->share[i]);
}

/* One share as Quorate makes them: any other form of SLIP-39 is not ours. */
static enum err
unpack(const struct secret *share, struct mnemonic *out, struct err_trace *trace)
{
	struct mnemonic made = { 0 };
	enum err err = ERR_INTERNAL;

	if (secret_len(share) != SHARE_SIZE)
		return FAIL(trace, ERR_FORMAT, "a share has %d bytes, not %zu", SHARE_SIZE,
		    secret_len(share));
	err = mnemonic_unpack(share, &made, trace);
	if (err != ERR_OK)
		return err;
	if (!made.head.extendable || made.head.exponent != 0 || made.head.group_count != 1 ||
	    made.head.member_threshold < SHARE_THRESHOLD_MIN) {
		mnemonic_clear(&made);
		return FAIL(trace, ERR_FORMAT, "a SLIP-39 share, but not one of a Quorate quorum");
	}
	*out = made;
	return ERR_OK;
}

static enum err
draw_set_id(const struct secret *seed, uint16_t *id, struct err_trace *trace)
{
	struct secret *bytes = NULL;
	enum err err =
	    seed_expand(seed, (struct seed_use){ .label = SEED_SET_ID, .len = 2 }, &bytes, trace);

	if (err != ERR_OK)
		return err;
	uint16_t drawn =
	    (uint16_t)((secret_bytes(bytes)[0] << 8 | secret_bytes(bytes)[1]) & MNEMONIC_ID_MAX);
	declassify(&drawn, sizeof(drawn));
	secret_free(bytes);
	*id = drawn;
	return ERR_OK;
}

static enum err
split_set(const struct secret *secret, struct share_plan plan, const struct secret *seed,
    struct set *set, struct err_trace *trace)
{
	const struct slip39_group group = { .threshold = plan.threshold, .count = plan.size };
	const struct slip39_input input = { .master = secret, .seed = seed };
	struct slip39_plan slip39 = {
		.extendable = true,
		.group_threshold = 1,
		.group_count = 1,
		.groups = &group,
	};
	enum err err = draw_set_id(seed, &slip39.id, trace);

	if (err == ERR_OK)
		err = slip39_split(&slip39, &input, set->share, trace);
	if (err == ERR_OK)
		set->count = plan.size;
	return err;
}

static enum err
pack_set(const struct set *set, struct secret **shares, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < set->count; i++)
		err = mnemonic_pack(&set->share[i], &shares[i], trace);
	return err;
}

static enum err
check_plan(struct share_plan plan, const struct secret *secret, struct err_trace *trace)
{
	if (!record_numbers_are_good(0, plan.threshold, plan.size))
		return FAIL(trace, ERR_ARGUMENT, "a quorum of %u of %u: M is 2 to N, N at most %d",
		    plan.threshold, plan.size, SHARE_COUNT_MAX);
	if (secret_len(secret) != SHARE_SECRET_SIZE)
		return FAIL(trace, ERR_ARGUMENT, "a quorum secret has %d bytes, not %zu",
		    SHARE_SECRET_SIZE, secret_len(secret));
	return ERR_OK;
}

enum err
share_split(const struct secret *secret, struct share_plan plan, const struct secret *seed,
    struct secret *shares[SHARE_COUNT_MAX], struct err_trace *trace)
{
	struct secret *made[SHARE_COUNT_MAX] = { NULL };
	struct set set = { 0 };
	enum err err = check_plan(plan, secret, trace);

	if (err != ERR_OK)
		return err;
	err = split_set(secret, plan, seed, &set, trace);
	if (err == ERR_OK)
		err = pack_set(&set, made, trace);
	if (err == ERR_OK)
		err = share_prove((const struct secret *const *)made, plan, secret, trace);
	for (size_t i = 0; err == ERR_OK && i < plan.size; i++) {
		shares[i] = made[i];
		made[i] = NULL;
	}
	for (size_t i = 0; i < SHARE_COUNT_MAX; i++)
		secret_free(made[i]);
	set_clear(&set);
	return err;
}

/* Recovers one subset's encrypted secret; the members borrow their values from the set. */
static enum err
recover_subset(
    const struct set *set, uint32_t members, struct secret **encrypted, struct err_trace *trace)
{
	struct mnemonic chosen[SHARE_COUNT_MAX] = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < set->count; i++)
		if ((members >> i & 1U) != 0)
			chosen[count++] = set->share[i];
	return slip39_recover(chosen, count, encrypted, trace);
}

/* The subset must give what the others gave; the first one sets *expected. */
static enum err
prove_subset(
    const struct set *set, uint32_t members, struct secret **expected, struct err_trace *trace)
{
	struct secret *encrypted = NULL;
	bool same = false;
	enum err err = recover_subset(set, members, &encrypted, trace);

	if (err != ERR_OK)
		return err;
	if (*expected == NULL) {
		*expected = encrypted;
		return ERR_OK;
	}
	same = secret_equal(encrypted, *expected);
	declassify(&same, sizeof(same));
	secret_free(encrypted);
	if (!same)
		return FAIL(trace, ERR_FORMAT, "two subsets of the shares give different secrets");
	return ERR_OK;
}

static enum err
prove_subsets(
    const struct set *set, uint8_t threshold, struct secret **encrypted, struct err_trace *trace)
{
	const uint32_t end = 1U << set->count;
	enum err err = ERR_OK;

	for (uint32_t members = 0; err == ERR_OK && members < end; members++)
		if (__builtin_popcount(members) == threshold)
			err = prove_subset(set, members, encrypted, trace);
	return err;
}

/* Every share must be what its place in the set says. */
static enum err
unpack_set(const struct secret *const *shares, struct share_plan plan, struct set *set,
    struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (uint8_t i = 0; err == ERR_OK && i < plan.size; i++) {
		err = unpack(shares[i], &set->share[i], trace);
		if (err == ERR_OK && (set->share[i].head.member_index != i ||
					 set->share[i].head.member_threshold != plan.threshold))
			err = FAIL(trace, ERR_FORMAT, "share %u says that it is another", i);
	}
	if (err == ERR_OK)
		set->count = plan.size;
	return err;
}

enum err
share_prove(const struct secret *const *shares, struct share_plan plan, const struct secret *secret,
    struct err_trace *trace)
{
	struct set set = { 0 };
	struct secret *encrypted = NULL;
	struct secret *decrypted = NULL;
	bool same = false;
	enum err err = check_plan(plan, secret, trace);

	if (err != ERR_OK)
		return err;
	err = unpack_set(shares, plan, &set, trace);
	if (err == ERR_OK)
		err = prove_subsets(&set, plan.threshold, &encrypted, trace);
	if (err == ERR_OK)
		err = slip39_decrypt(&set.share[0].head, encrypted, NULL, &decrypted, trace);
	if (err == ERR_OK) {
		same = secret_equal(decrypted, secret);
		declassify(&same, sizeof(same));
		if (!same)
			err = FAIL(trace, ERR_FORMAT, "the shares give another secret");
	}
	secret_free(decrypted);
	secret_free(encrypted);
	set_clear(&set);
	return err;
}

static void
suspect(struct share_suspect *out, enum share_fault fault, size_t position)
{
	if (out != NULL)
		*out = (struct share_suspect){ .fault = fault, .position = position };
}

/* How many of the shares are of the same splitting as this one. */
static size_t
count_kin(const struct set *set, const struct mnemonic_head *head)
{
	size_t kin = 0;

	for (size_t i = 0; i < set->count; i++)
		kin += set->share[i].head.id == head->id &&
		       set->share[i].head.member_threshold == head->member_threshold;
	return kin;
}

/* The first share that most others disagree with; with a tie, the later one given. */
static bool
find_stranger(const struct set *set, size_t *position)
{
	size_t fewest = set->count;

	for (size_t i = 0; i < set->count; i++) {
		const size_t kin = count_kin(set, &set->share[i].head);

		if (kin < set->count && kin <= fewest) {
			fewest = kin;
			*position = i;
		}
	}
	return fewest < set->count;
}

static bool
find_repeat(const struct set *set, size_t *position)
{
	for (size_t i = 1; i < set->count; i++)
		for (size_t j = 0; j < i; j++)
			if (set->share[i].head.member_index == set->share[j].head.member_index) {
				*position = i;
				return true;
			}
	return false;
}

static enum err
check_set(const struct set *set, struct share_suspect *out, struct err_trace *trace)
{
	size_t position = 0;

	if (find_stranger(set, &position)) {
		suspect(out, SHARE_FOREIGN, position);
		return FAIL(trace, ERR_ARGUMENT, "share %zu of those given is of another splitting",
		    position + 1);
	}
	if (find_repeat(set, &position)) {
		suspect(out, SHARE_REPEATED, position);
		return FAIL(
		    trace, ERR_ARGUMENT, "share %zu of those given was given before", position + 1);
	}
	if (set->count != set->share[0].head.member_threshold)
		return FAIL(trace, ERR_ARGUMENT, "%zu shares were given; exactly %u are wanted",
		    set->count, set->share[0].head.member_threshold);
	return ERR_OK;
}

/* Unpacks shares in the order given. */
static enum err
gather(const struct secret *const *shares, size_t count, struct set *set, struct share_suspect *out,
    struct err_trace *trace)
{
	for (; set->count < count; set->count++) {
		enum err err = unpack(shares[set->count], &set->share[set->count], trace);

		if (err != ERR_OK) {
			suspect(out, SHARE_CORRUPT, set->count);
			return FAIL(
			    trace, err, "share %zu of those given is corrupt", set->count + 1);
		}
	}
	return ERR_OK;
}

enum err
share_combine(const struct secret *const *shares, size_t count, struct share_suspect *out,
    struct secret **secret, struct err_trace *trace)
{
	struct set set = { 0 };
	enum err err = ERR_INTERNAL;

	if (count < SHARE_THRESHOLD_MIN || count > SHARE_COUNT_MAX)
		return FAIL(trace, ERR_ARGUMENT, "cannot combine %zu shares", count);
	err = gather(shares, count, &set, out, trace);
	if (err == ERR_OK)
		err = check_set(&set, out, trace);
	if (err == ERR_OK)
		err = slip39_combine(set.share, set.count, NULL, secret, trace);
	set_clear(&set);
	return err;
}

enum err
share_recompute(const struct secret *const *shares, size_t count, uint8_t index,
    struct secret **share, struct err_trace *trace)
{
	struct mnemonic made = { 0 };
	struct set set = { 0 };
	enum err err = ERR_INTERNAL;

	if (count < SHARE_THRESHOLD_MIN || count > SHARE_COUNT_MAX || index >= SHARE_COUNT_MAX)
		return FAIL(
		    trace, ERR_ARGUMENT, "cannot compute share %u from %zu shares", index, count);
	err = gather(shares, count, &set, NULL, trace);
	if (err == ERR_OK)
		err = check_set(&set, NULL, trace);
	if (err == ERR_OK)
		err = slip39_member(set.share, set.count, index, &made, trace);
	if (err == ERR_OK)
		err = mnemonic_pack(&made, share, trace);
	mnemonic_clear(&made);
	set_clear(&set);
	return err;
}

enum err
share_read_label(const struct secret *share, struct share_label *out, struct err_trace *trace)
{
	struct mnemonic mnemonic = { 0 };
	enum err err = unpack(share, &mnemonic, trace);

	if (err != ERR_OK)
		return err;
	*out = (struct share_label){
		.set = mnemonic.head.id,
		.index = mnemonic.head.member_index,
		.threshold = mnemonic.head.member_threshold,
	};
	mnemonic_clear(&mnemonic);
	return ERR_OK;
}

enum err
share_commit(
    const struct secret *share, uint8_t commitment[SHARE_COMMITMENT_SIZE], struct err_trace *trace)
{
	const struct part parts[] = { commitment_label,
		{ secret_bytes(share), secret_len(share) } };
	enum err err = ERR_INTERNAL;

	if (secret_len(share) != SHARE_SIZE)
		return FAIL(trace, ERR_ARGUMENT, "a share has %d bytes", SHARE_SIZE);
	err = sha256_parts(parts, 2, commitment, trace);
	if (err == ERR_OK)
		declassify(commitment, SHARE_COMMITMENT_SIZE);
	return err;
}

enum err
share_check_commitment(const struct secret *share, const uint8_t commitment[SHARE_COMMITMENT_SIZE],
    struct err_trace *trace)
{
	uint8_t own[SHARE_COMMITMENT_SIZE] = { 0 };
	uint8_t difference = 0;
	enum err err = share_commit(share, own, trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < SHARE_COMMITMENT_SIZE; i++)
		difference |= own[i] ^ commitment[i];
	if (difference != 0)
		return FAIL(trace, ERR_FORMAT, "the share is not the one that was sealed");
	return ERR_OK;
}
