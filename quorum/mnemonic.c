/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SLIP-0039, "Format of the share mnemonic": id 15 bits, extendable 1, exponent 4, group index 4,
 * group threshold − 1 4, group count − 1 4, member index 4, member threshold − 1 4, then the value,
 * zero-padded on its left to words of ten bits, then three words of checksum.
 */
#include "quorum/mnemonic.h"

#include <string.h>

#include "quorum/declassify.h"
#include "quorum/mnemonic_words.h"
#include "quorum/rs1024.h"

enum {
	WORD_BITS = 10,
	HEAD_WORDS = 4,
	EXTRA_WORDS = HEAD_WORDS + RS1024_WORDS,
	WORDS_MIN = EXTRA_WORDS + 13, /* a value of 16 bytes */
	PADDING_MAX = 8,
	WORD_ROOM = MNEMONIC_WORD_SIZE + 1,
};

/* A mnemonic as numbers of ten bits; wiped by whoever has one on the stack. */
struct numbers {
	uint16_t word[MNEMONIC_WORDS_MAX];
	size_t count;
};

/* Regroups bits, most significant first; only the numbers of bits decide what is done when. */
struct bits {
	uint32_t waiting;
	unsigned count;
};

static void
bits_push(struct bits *bits, uint32_t value, unsigned count)
{
	bits->waiting = (bits->waiting << count) | value;
	bits->count += count;
}

static uint32_t
bits_pull(struct bits *bits, unsigned count)
{
	bits->count -= count;
	const uint32_t value = bits->waiting >> bits->count;
	bits->waiting &= (1U << bits->count) - 1U;
	return value;
}

void
mnemonic_clear(struct mnemonic *mnemonic)
{
	secret_free(mnemonic->value);
	*mnemonic = (struct mnemonic){ 0 };
}

static enum err
check_head(const struct mnemonic_head *head, struct err_trace *trace)
{
	const bool fits = head->id <= MNEMONIC_ID_MAX && head->exponent <= 15 &&
			  head->group_count >= 1 && head->group_count <= 16 &&
			  head->group_threshold >= 1 && head->member_threshold >= 1 &&
			  head->member_threshold <= 16 && head->member_index <= 15;

	if (!fits)
		return FAIL(trace, ERR_FORMAT, "a share's numbers are out of range");
	if (head->group_threshold > head->group_count)
		return FAIL(trace, ERR_FORMAT, "a share wants %u groups of %u",
		    head->group_threshold, head->group_count);
	if (head->group_index >= head->group_count)
		return FAIL(trace, ERR_FORMAT, "a share is of group %u of %u",
		    head->group_index + 1U, head->group_count);
	return ERR_OK;
}

static void
put_head(struct numbers *out, const struct mnemonic_head *head)
{
	const uint32_t low = ((uint32_t)head->group_index << 16) |
			     ((head->group_threshold - 1U) << 12) |
			     ((head->group_count - 1U) << 8) | ((uint32_t)head->member_index << 4) |
			     (head->member_threshold - 1U);
	const uint32_t high =
	    ((uint32_t)head->id << 5) | (head->extendable ? 1U << 4 : 0) | head->exponent;

	out->word[0] = (uint16_t)(high >> WORD_BITS);
	out->word[1] = (uint16_t)(high & 0x3FF);
	out->word[2] = (uint16_t)(low >> WORD_BITS);
	out->word[3] = (uint16_t)(low & 0x3FF);
}

static struct mnemonic_head
get_head(const struct numbers *in)
{
	const uint32_t high = ((uint32_t)in->word[0] << WORD_BITS) | in->word[1];
	const uint32_t low = ((uint32_t)in->word[2] << WORD_BITS) | in->word[3];

	return (struct mnemonic_head){
		.id = (uint16_t)(high >> 5),
		.extendable = (high >> 4 & 1U) != 0,
		.exponent = (uint8_t)(high & 0xF),
		.group_index = (uint8_t)(low >> 16),
		.group_threshold = (uint8_t)((low >> 12 & 0xF) + 1),
		.group_count = (uint8_t)((low >> 8 & 0xF) + 1),
		.member_index = (uint8_t)(low >> 4 & 0xF),
		.member_threshold = (uint8_t)((low & 0xF) + 1),
	};
}

static enum err
to_numbers(const struct mnemonic *mnemonic, struct numbers *out, struct err_trace *trace)
{
	const size_t len = secret_len(mnemonic->value);
	const uint8_t *value = secret_bytes(mnemonic->value);
	struct bits bits = { 0 };
	enum err err = check_head(&mnemonic->head, trace);

	if (err != ERR_OK)
		return err;
	if (len < MNEMONIC_VALUE_MIN || len > MNEMONIC_VALUE_MAX || len % 2 != 0)
		return FAIL(trace, ERR_ARGUMENT, "a share's value cannot have %zu bytes", len);

	put_head(out, &mnemonic->head);
	out->count = HEAD_WORDS;
	bits_push(&bits, 0, (unsigned)((WORD_BITS - len * 8 % WORD_BITS) % WORD_BITS));
	for (size_t i = 0; i < len; i++) {
		bits_push(&bits, value[i], 8);
		if (bits.count >= WORD_BITS)
			out->word[out->count++] = (uint16_t)bits_pull(&bits, WORD_BITS);
	}
	out->count += RS1024_WORDS;
	rs1024_seal(out->word, out->count, mnemonic->head.extendable);
	return ERR_OK;
}

/* The value's bytes; false when the padding before them is not zero. */
static bool
get_value(const struct numbers *in, size_t padding, uint8_t *out)
{
	const size_t end = in->count - RS1024_WORDS;
	struct bits bits = { 0 };
	uint32_t pad = in->word[HEAD_WORDS] >> (WORD_BITS - padding);

	for (size_t i = HEAD_WORDS; i < end; i++) {
		bits_push(&bits, in->word[i], WORD_BITS);
		if (i == HEAD_WORDS)
			(void)bits_pull(&bits, (unsigned)padding);
		while (bits.count >= 8)
			*out++ = (uint8_t)bits_pull(&bits, 8);
	}
	declassify(&pad, sizeof(pad));
	return pad == 0;
}

static enum err
check_numbers(struct numbers *in, size_t padding, struct err_trace *trace)
{
	uint32_t residue = 0;

	if (in->count < WORDS_MIN || padding > PADDING_MAX)
		return FAIL(trace, ERR_FORMAT, "a share cannot have %zu words", in->count);
	declassify(in->word, HEAD_WORDS * sizeof(in->word[0]));
	residue = rs1024_residue(in->word, in->count, get_head(in).extendable);
	declassify(&residue, sizeof(residue));
	if (residue != 0)
		return FAIL(trace, ERR_FORMAT, "a share's checksum does not fit: it is damaged");
	return ERR_OK;
}

static enum err
from_numbers(struct numbers *in, struct mnemonic *out, struct err_trace *trace)
{
	const size_t value_bits =
	    in->count < EXTRA_WORDS ? 0 : (in->count - EXTRA_WORDS) * WORD_BITS;
	const size_t padding = value_bits % 16;
	const size_t len = (value_bits - padding) / 8;
	struct mnemonic_head head = { 0 };
	struct secret *value = NULL;
	enum err err = check_numbers(in, padding, trace);

	if (err != ERR_OK)
		return err;
	head = get_head(in);
	err = check_head(&head, trace);
	if (err != ERR_OK)
		return err;
	err = secret_new(len, &value, trace);
	if (err != ERR_OK)
		return err;
	if (!get_value(in, padding, secret_extend(value, len))) {
		secret_free(value);
		return FAIL(trace, ERR_FORMAT, "a share's padding is not zero: it is damaged");
	}
	*out = (struct mnemonic){ .head = head, .value = value };
	return ERR_OK;
}

static enum err
append_words(const struct numbers *in, struct secret *words, struct err_trace *trace)
{
	for (size_t i = 0; i < in->count; i++) {
		const char *word = mnemonic_words[in->word[i]];
		enum err err = i == 0 ? ERR_OK : secret_append(words, " ", 1, trace);

		if (err == ERR_OK)
			err = secret_append(words, word, strlen(word), trace);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

enum err
mnemonic_to_words(const struct mnemonic *mnemonic, struct secret **words, struct err_trace *trace)
{
	struct numbers numbers = { 0 };
	struct secret *made = NULL;
	enum err err = to_numbers(mnemonic, &numbers, trace);

	if (err != ERR_OK)
		goto out;
	err = secret_new(numbers.count * MNEMONIC_WORD_SIZE, &made, trace);
	if (err != ERR_OK)
		goto out;
	err = append_words(&numbers, made, trace);
	if (err != ERR_OK)
		goto out;
	*words = made;
	made = NULL;
out:
	secret_free(made);
	secret_wipe(&numbers, sizeof(numbers));
	return err;
}

static bool
is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* The place of a word in the list, or MNEMONIC_WORD_COUNT. */
static size_t
find_word(const char *word)
{
	size_t low = 0;
	size_t high = MNEMONIC_WORD_COUNT;

	while (low < high) {
		const size_t middle = (low + high) / 2;
		const int order = strcmp(word, mnemonic_words[middle]);

		if (order == 0)
			return middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return MNEMONIC_WORD_COUNT;
}

/* Copies the next word in lower case; one that is too long stays too long. */
static size_t
take_word(const uint8_t *text, size_t len, size_t at, char word[WORD_ROOM])
{
	size_t size = 0;

	for (; at < len && !is_blank(text[at]); at++) {
		const uint8_t byte = text[at];
		const bool upper = byte >= 'A' && byte <= 'Z';

		if (size < WORD_ROOM - 1)
			word[size++] = (char)(upper ? byte - 'A' + 'a' : byte);
	}
	word[size] = '\0';
	return at;
}

static enum err
find_words(const struct secret *words, struct numbers *out, struct err_trace *trace)
{
	const uint8_t *text = secret_bytes(words);
	const size_t len = secret_len(words);
	char word[WORD_ROOM] = { 0 };
	enum err err = ERR_OK;

	for (size_t at = 0; err == ERR_OK && at < len;) {
		if (is_blank(text[at])) {
			at++;
			continue;
		}
		at = take_word(text, len, at, word);
		const size_t found = find_word(word);
		if (found == MNEMONIC_WORD_COUNT)
			err = FAIL(trace, ERR_FORMAT,
			    "word %zu of a share is not in SLIP-39's list", out->count + 1);
		else if (out->count == MNEMONIC_WORDS_MAX)
			err = FAIL(trace, ERR_FORMAT, "a share has too many words");
		else
			out->word[out->count++] = (uint16_t)found;
	}
	secret_wipe(word, sizeof(word));
	return err;
}

enum err
mnemonic_from_words(const struct secret *words, struct mnemonic *out, struct err_trace *trace)
{
	struct numbers numbers = { 0 };
	enum err err = find_words(words, &numbers, trace);

	if (err == ERR_OK)
		err = from_numbers(&numbers, out, trace);
	secret_wipe(&numbers, sizeof(numbers));
	return err;
}

enum err
mnemonic_pack(const struct mnemonic *mnemonic, struct secret **packed, struct err_trace *trace)
{
	struct numbers numbers = { 0 };
	struct bits bits = { 0 };
	struct secret *made = NULL;
	uint8_t *at = NULL;
	enum err err = to_numbers(mnemonic, &numbers, trace);

	if (err != ERR_OK)
		goto out;
	err = secret_new((numbers.count * WORD_BITS + 7) / 8, &made, trace);
	if (err != ERR_OK)
		goto out;
	at = secret_extend(made, secret_capacity(made));
	for (size_t i = 0; i < numbers.count; i++) {
		bits_push(&bits, numbers.word[i], WORD_BITS);
		while (bits.count >= 8)
			*at++ = (uint8_t)bits_pull(&bits, 8);
	}
	if (bits.count > 0)
		*at = (uint8_t)(bits.waiting << (8 - bits.count));
	*packed = made;
out:
	secret_wipe(&numbers, sizeof(numbers));
	secret_wipe(&bits, sizeof(bits));
	return err;
}

/* False when the bits behind the last whole word are not zero. */
static bool
unpack_numbers(const struct secret *packed, struct numbers *out)
{
	const uint8_t *bytes = secret_bytes(packed);
	struct bits bits = { 0 };

	for (size_t i = 0; i < secret_len(packed); i++) {
		bits_push(&bits, bytes[i], 8);
		if (bits.count >= WORD_BITS)
			out->word[out->count++] = (uint16_t)bits_pull(&bits, WORD_BITS);
	}
	declassify(&bits.waiting, sizeof(bits.waiting));
	return bits.waiting == 0 && bits.count < 8;
}

enum err
mnemonic_unpack(const struct secret *packed, struct mnemonic *out, struct err_trace *trace)
{
	struct numbers numbers = { 0 };
	enum err err = ERR_INTERNAL;

	if (secret_len(packed) * 8 / WORD_BITS > MNEMONIC_WORDS_MAX)
		return FAIL(
		    trace, ERR_FORMAT, "a packed share cannot have %zu bytes", secret_len(packed));
	if (unpack_numbers(packed, &numbers))
		err = from_numbers(&numbers, out, trace);
	else
		err = FAIL(trace, ERR_FORMAT, "a packed share does not end in zero bits");
	secret_wipe(&numbers, sizeof(numbers));
	return err;
}
