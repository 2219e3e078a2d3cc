/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The length of `text` without a character of UTF-8 that was cut in its middle. */
static size_t
whole_characters(const unsigned char *text, size_t len)
{
	size_t start = len;
	size_t wanted;

	while (start > 0 && len - start < 3 && (text[start - 1] & 0xC0) == 0x80)
		start--;
	if (start == 0 || text[start - 1] < 0xC0)
		return len;
	start--;
	wanted = text[start] >= 0xF0 ? 4 : text[start] >= 0xE0 ? 3 : 2;
	return len - start < wanted ? start : len;
}

/* A name from a card or a file must not move the cursor of somebody's terminal. */
static void
make_printable(char *text)
{
	unsigned char *at = (unsigned char *)text;

	for (; *at != '\0'; at++) {
		if (*at < 0x20 || *at == 0x7F)
			*at = '?';
		else if (at[0] == 0xC2 && at[1] >= 0x80 && at[1] < 0xA0) /* C1 controls */
			at[0] = at[1] = '?';
	}
}

static void PRINTF_LIKE(3, 0) format_text(char *out, size_t size, const char *fmt, va_list args)
{
	const int wanted = vsnprintf(out, size, fmt, args);

	if (wanted < 0)
		out[0] = '\0';
	else if ((size_t)wanted >= size)
		out[whole_characters((const unsigned char *)out, size - 1)] = '\0';
	make_printable(out);
}

static void PRINTF_LIKE(3, 0)
    add_frame(struct err_trace *trace, const struct err_frame *head, const char *fmt, va_list args)
{
	struct err_frame *frame;

	if (trace == NULL)
		return;
	if (trace->count >= ERR_FRAMES) {
		trace->dropped++;
		return;
	}
	frame = &trace->frame[trace->count++];
	frame->code = head->code;
	frame->origin = head->origin;
	frame->raw = head->raw;
	frame->function = head->function;
	frame->line = head->line;
	format_text(frame->text, sizeof(frame->text), fmt, args);
}

enum err
err_fail(struct err_trace *trace, enum err code, enum err_origin origin, unsigned long raw,
    const char *function, int line, const char *fmt, ...)
{
	const struct err_frame head = {
		.code = code,
		.origin = origin,
		.raw = raw,
		.function = function,
		.line = line,
	};
	va_list args;

	va_start(args, fmt);
	add_frame(trace, &head, fmt, args);
	va_end(args);
	return code;
}

static const struct {
	int number;
	enum err code;
} errno_codes[] = {
	{ ENOENT, ERR_ABSENT },
	{ ENODEV, ERR_ABSENT },
	{ ENXIO, ERR_ABSENT },
	{ ENOTDIR, ERR_ABSENT },
	{ ESRCH, ERR_ABSENT },
	{ ECONNREFUSED, ERR_ABSENT },
	{ EACCES, ERR_DENIED },
	{ EPERM, ERR_DENIED },
	{ EROFS, ERR_DENIED },
	{ EEXIST, ERR_EXISTS },
	{ ENOTEMPTY, ERR_EXISTS },
	{ EADDRINUSE, ERR_EXISTS },
	{ ENAMETOOLONG, ERR_ARGUMENT },
	{ ELOOP, ERR_ARGUMENT },
	{ EISDIR, ERR_ARGUMENT },
	{ EBUSY, ERR_NOT_NOW },
	{ ETXTBSY, ERR_NOT_NOW },
	{ ETIMEDOUT, ERR_TIMEOUT },
	{ ENOMEM, ERR_NOMEM },
	{ ENOSYS, ERR_UNSUPPORTED },
	{ EOPNOTSUPP, ERR_UNSUPPORTED },
};

static enum err
code_of_errno(int number)
{
	for (size_t i = 0; i < sizeof(errno_codes) / sizeof(errno_codes[0]); i++) {
		if (errno_codes[i].number == number)
			return errno_codes[i].code;
	}
	return ERR_IO;
}

enum err
err_fail_errno(struct err_trace *trace, const char *function, int line, const char *fmt, ...)
{
	const int number = errno;
	const struct err_frame head = {
		.code = code_of_errno(number),
		.origin = ERR_ORIGIN_ERRNO,
		.raw = (unsigned long)number,
		.function = function,
		.line = line,
	};
	va_list args;

	va_start(args, fmt);
	add_frame(trace, &head, fmt, args);
	va_end(args);
	if (number == ENOSPC || number == EDQUOT)
		err_next(trace, "Make room on that disk, then run the command again.");
	return head.code;
}

void
err_next(struct err_trace *trace, const char *fmt, ...)
{
	va_list args;

	if (trace == NULL || trace->next[0] != '\0')
		return;
	va_start(args, fmt);
	format_text(trace->next, sizeof(trace->next), fmt, args);
	va_end(args);
}

void
err_next_instead(struct err_trace *trace, const char *fmt, ...)
{
	va_list args;

	if (trace == NULL)
		return;
	va_start(args, fmt);
	format_text(trace->next, sizeof(trace->next), fmt, args);
	va_end(args);
}

void
err_clear(struct err_trace *trace)
{
	if (trace == NULL)
		return;
	trace->count = 0;
	trace->dropped = 0;
	trace->next[0] = '\0';
}

bool
err_raw(const struct err_trace *trace, enum err_origin origin, unsigned long *raw)
{
	for (unsigned i = 0; trace != NULL && i < trace->count; i++) {
		if (trace->frame[i].origin == origin) {
			*raw = trace->frame[i].raw;
			return true;
		}
	}
	return false;
}

static const char *const words[] = {
	[ERR_OK] = "done",
	[ERR_ARGUMENT] = "refused",
	[ERR_NOT_NOW] = "not now",
	[ERR_DENIED] = "denied",
	[ERR_LOCKED] = "locked",
	[ERR_ABSENT] = "absent",
	[ERR_CANCELLED] = "cancelled",
	[ERR_EXISTS] = "exists",
	[ERR_IO] = "i/o",
	[ERR_FORMAT] = "format",
	[ERR_TIMEOUT] = "timeout",
	[ERR_NOMEM] = "memory",
	[ERR_UNSUPPORTED] = "unsupported",
	[ERR_INTERNAL] = "bug",
};
_Static_assert(sizeof(words) / sizeof(words[0]) == ERR__COUNT, "each code has its word");

const char *
err_word(enum err code)
{
	return (unsigned)code < ERR__COUNT ? words[code] : words[ERR_INTERNAL];
}

int
err_exit_code(enum err code)
{
	switch (code) {
	case ERR_OK:
		return 0;
	case ERR_ARGUMENT:
		return 2;
	case ERR_DENIED:
	case ERR_LOCKED:
		return 3;
	case ERR_ABSENT:
		return 4;
	case ERR_IO:
		return 5;
	case ERR_NOT_NOW:
	case ERR_CANCELLED:
	case ERR_EXISTS:
	case ERR_FORMAT:
	case ERR_TIMEOUT:
	case ERR_NOMEM:
	case ERR_UNSUPPORTED:
		return 1;
	case ERR_INTERNAL:
	case ERR__COUNT:
		break;
	}
	return 70;
}

/* The raw number as the documents of its origin write it; empty without one. */
static void
format_raw(const struct err_frame *frame, char *out, size_t size)
{
	const char *described = NULL;

	switch (frame->origin) {
	case ERR_ORIGIN_ERRNO:
		described = strerrordesc_np((int)frame->raw);
		if (described != NULL)
			snprintf(out, size, " [%s]", described);
		else
			snprintf(out, size, " [errno %lu]", frame->raw);
		return;
	case ERR_ORIGIN_PCSC:
		snprintf(out, size, " [PC/SC 0x%08lX]", frame->raw & 0xFFFFFFFF);
		return;
	case ERR_ORIGIN_SW:
		snprintf(out, size, " [SW %04lX]", frame->raw);
		return;
	case ERR_ORIGIN_CKR:
		snprintf(out, size, " [CKR 0x%08lX]", frame->raw);
		return;
	case ERR_ORIGIN_SQLITE:
		snprintf(out, size, " [SQLite %lu]", frame->raw);
		return;
	case ERR_ORIGIN_OPENSSL:
		snprintf(out, size, " [OpenSSL 0x%lX]", frame->raw);
		return;
	case ERR_ORIGIN_NONE:
	case ERR_ORIGIN__COUNT:
		break;
	}
	out[0] = '\0';
}

void
err_format(const struct err_frame *frame, char *out, size_t out_size)
{
	char raw[64];

	format_raw(frame, raw, sizeof(raw));
	snprintf(out, out_size, "%s%s", frame->text, raw);
}
