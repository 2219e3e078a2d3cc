/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

enum { FAULT_TEXT = 64 };

static const struct {
	const char *name;
	int base; /* of the value; 0: it has none */
} kinds[] = {
	[FAULT_NONE] = { "", 0 },
	[FAULT_PULL_BEFORE] = { "pull-before:", 0 },
	[FAULT_PULL_AFTER] = { "pull-after:", 0 },
	[FAULT_ONE_BYTE] = { "one-byte:", 0 },
	[FAULT_NO_BYTES] = { "no-bytes:", 0 },
	[FAULT_STATUS] = { "status:", 16 },
	[FAULT_DELAY] = { "delay:", 10 },
	[FAULT_KILL] = { "kill:", 10 },
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == FAULT__COUNT, "every fault has its name");

/* Digits, then `end`; returns what follows, or NULL. */
static const char *
take_number(const char *text, int base, char end, unsigned *out)
{
	char *rest;
	unsigned long value = strtoul(text, &rest, base);

	if (rest == text || *rest != end || value > 0x7FFFFFFF)
		return NULL;
	*out = (unsigned)value;
	return end == '\0' ? rest : rest + 1;
}

static bool
parse_numbers(const char *text, int base, struct fault *out)
{
	if (base == 0)
		return take_number(text, 10, '\0', &out->at) != NULL;
	text = take_number(text, 10, ':', &out->at);
	return text != NULL && take_number(text, base, '\0', &out->value) != NULL;
}

enum err
fault_parse(const char *text, struct fault *out, struct err_trace *trace)
{
	for (unsigned kind = FAULT_NONE + 1; kind < FAULT__COUNT; kind++) {
		struct fault fault = { .kind = (enum fault_kind)kind };
		size_t len = strlen(kinds[kind].name);

		if (strncmp(text, kinds[kind].name, len) != 0 ||
		    !parse_numbers(text + len, kinds[kind].base, &fault) || fault.at == 0)
			continue;
		*out = fault;
		return ERR_OK;
	}
	return FAIL(trace, ERR_ARGUMENT, "'%s' is no fault that a virtual card can have", text);
}

static void
fault_path(const char *card_file, char *out, size_t out_size)
{
	(void)snprintf(out, out_size, "%s.fault", card_file);
}

enum err
fault_arm(const char *card_file, const char *text, struct err_trace *trace)
{
	char path[1024];
	struct fault fault;
	enum err err = fault_parse(text, &fault, trace);

	if (err != ERR_OK)
		return err;
	fault_path(card_file, path, sizeof(path));
	return file_replace(path, text, strlen(text), trace);
}

bool
fault_take(const char *card_file, struct fault *out)
{
	char path[1024];
	char *text = NULL;
	size_t len;
	bool taken;

	fault_path(card_file, path, sizeof(path));
	if (access(path, F_OK) != 0 || file_read(path, FAULT_TEXT, &text, &len, NULL) != ERR_OK)
		return false;
	unlink(path);
	text[strcspn(text, "\n")] = '\0';
	taken = fault_parse(text, out, NULL) == ERR_OK;
	free(text);
	return taken;
}
