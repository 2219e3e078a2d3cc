/* SPDX-License-Identifier: BSD-2-Clause */
#include "quorum/rs1024.h"

static const uint32_t generator[10] = { 0x00E0E040, 0x01C1C080, 0x03838100, 0x07070200, 0x0E0E0009,
	0x1C0C2412, 0x38086C24, 0x3090FC48, 0x21B1F890, 0x03F3F120 };

static uint32_t
step(uint32_t sum, uint16_t word)
{
	const uint32_t high = sum >> 20;

	sum = ((sum & 0xFFFFF) << 10) ^ word;
	for (unsigned bit = 0; bit < 10; bit++)
		sum ^= generator[bit] & (0U - ((high >> bit) & 1U));
	return sum;
}

static uint32_t
checksum(const uint16_t *words, size_t count, bool extendable)
{
	uint32_t sum = 1;

	/* SLIP-39's customization string keeps the checksum from fitting another standard's. */
	for (const char *at = extendable ? "shamir_extendable" : "shamir"; *at != '\0'; at++)
		sum = step(sum, (uint8_t)*at);
	for (size_t i = 0; i < count; i++)
		sum = step(sum, words[i]);
	return sum;
}

void
rs1024_seal(uint16_t *words, size_t count, bool extendable)
{
	uint16_t *last = words + count - RS1024_WORDS;
	uint32_t sum = 0;

	for (size_t i = 0; i < RS1024_WORDS; i++)
		last[i] = 0;
	sum = checksum(words, count, extendable) ^ 1;
	for (size_t i = 0; i < RS1024_WORDS; i++)
		last[i] = (uint16_t)((sum >> (10 * (RS1024_WORDS - 1 - i))) & 0x3FF);
}

uint32_t
rs1024_residue(const uint16_t *words, size_t count, bool extendable)
{
	return checksum(words, count, extendable) ^ 1;
}
