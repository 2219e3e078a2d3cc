/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

static void
print_trace(const struct err_trace *trace)
{
	char text[ERR_TEXT + 64];

	for (unsigned i = 0; trace != NULL && i < trace->count; i++) {
		const struct err_frame *frame = &trace->frame[i];

		err_format(frame, text, sizeof(text));
		print_error("  %s:%d: %s (%s)\n", frame->function, frame->line, text,
		    err_word(frame->code));
	}
	if (trace != NULL && trace->dropped > 0)
		print_error("  and %u more\n", trace->dropped);
	if (trace != NULL && trace->next[0] != '\0')
		print_error("  next: %s\n", trace->next);
}

void
test_ok(enum err got, const struct err_trace *trace, const char *file, int line)
{
	if (got == ERR_OK)
		return;
	print_error("expected success, but it failed (%s)\n", err_word(got));
	print_trace(trace);
	_fail(file, line);
}

void
test_fails(enum err got, enum err want, const struct err_trace *trace, const char *file, int line)
{
	if (got == want)
		return;
	print_error("expected to fail (%s), but got (%s)\n", err_word(want), err_word(got));
	print_trace(trace);
	_fail(file, line);
}
