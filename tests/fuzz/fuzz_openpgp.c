/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever a card says of itself: facts are whole or untouched, texts end inside their arrays, and
 * no limit is greater than what there is room for.
 */
#include <string.h>

#include "pcsc/openpgp.h"
#include "tests/fuzz/fuzz.h"

#define TERMINATED(text) HOLDS(memchr((text), '\0', sizeof(text)) != NULL)

static void
application(struct cursor bytes)
{
	static const struct card_facts untouched = { .family = "openpgp" };
	struct card_facts facts = untouched;
	unsigned tries[CARD_PIN__COUNT] = { 7, 7, 7, 7 };

	if (openpgp_parse_application(bytes, &facts, tries, NULL) != ERR_OK) {
		HOLDS(memcmp(&facts, &untouched, sizeof(facts)) == 0);
		HOLDS(tries[CARD_PIN_ADMIN] == 7);
		return;
	}
	TERMINATED(facts.serial);
	TERMINATED(facts.model);
	TERMINATED(facts.version);
	HOLDS(strlen(facts.serial) == CARD_SERIAL - 1);
	HOLDS(facts.limits.command <= APDU_COMMAND_MAX && facts.limits.answer <= APDU_ANSWER_MAX);
	HOLDS(!facts.limits.extended || facts.limits.answer >= APDU_SHORT_ANSWER);
	HOLDS(facts.can.private_objects || facts.can.private_object_max == 0);
	for (size_t i = 0; i < CARD_PIN__COUNT; i++)
		HOLDS(facts.pin_max[i] <= 127 && tries[i] <= 255);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct cursor whole = cursor_over(bytes, len);
	struct card_kdf_data kdf;
	char curves[32];
	uint8_t point[CARD_POINT] = { 0 };

	application(whole);
	openpgp_parse_kdf(whole, &kdf);
	HOLDS(kdf.kind != CARD_KDF_ITERSALTED || kdf.hash == 8 || kdf.hash == 10);
	openpgp_parse_curves(whole, curves, sizeof(curves));
	TERMINATED(curves);
	HOLDS((openpgp_parse_point(whole, point, NULL) == ERR_OK) == (point[0] == 0x04));
	return 0;
}
