/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests: memory PID < NEEDLE. Looks for the first line of stdin in all memory of a process that
 * can be read. Prints "found N times in M bytes"; the status is 0 when it ran, whatever it found.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 1 << 20, NEEDLE = 256 };

static size_t
count_in(const char *bytes, size_t len, const char *needle, size_t needle_len)
{
	size_t found = 0;
	const char *at = bytes;

	while ((at = memmem(at, len - (size_t)(at - bytes), needle, needle_len)) != NULL) {
		found++;
		at++;
	}
	return found;
}

/* Chunks overlap by the needle less one byte, so that none is missed and none counted twice. */
static size_t
search(int mem, unsigned long from, unsigned long to, const char *needle, size_t *seen)
{
	static char chunk[CHUNK];
	size_t needle_len = strlen(needle), found = 0;

	while (from < to) {
		size_t want = to - from < CHUNK ? to - from : CHUNK;
		ssize_t got = pread(mem, chunk, want, (off_t)from);

		if (got < (ssize_t)needle_len)
			break;
		found += count_in(chunk, (size_t)got, needle, needle_len);
		*seen += (size_t)got;
		if ((size_t)got < want || from + (size_t)got == to)
			break;
		from += (size_t)got - needle_len + 1;
	}
	return found;
}

int
main(int argc, char **argv)
{
	char path[64], line[512], needle[NEEDLE];
	size_t found = 0, seen = 0;
	unsigned long from, to;
	FILE *maps;
	int mem;

	if (argc != 2 || fgets(needle, sizeof(needle), stdin) == NULL)
		return 2;
	needle[strcspn(needle, "\n")] = '\0';
	snprintf(path, sizeof(path), "/proc/%s/mem", argv[1]);
	mem = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%s/maps", argv[1]);
	maps = fopen(path, "r");
	if (mem < 0 || maps == NULL || strlen(needle) < 4) {
		perror(path);
		return 1;
	}
	while (fgets(line, sizeof(line), maps) != NULL)
		if (sscanf(line, "%lx-%lx", &from, &to) == 2)
			found += search(mem, from, to, needle, &seen);
	fclose(maps);
	printf("found %zu times in %zu bytes\n", found, seen);
	return seen > 0 ? 0 : 1;
}
