/* SPDX-License-Identifier: BSD-2-Clause */
/* Gives a harness a main that replays folders of inputs. An empty folder is a failure. */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX = 1 << 20 };

static void
fail(const char *what, const char *path)
{
	fprintf(stderr, "%s: %s\n", path, what);
	exit(1);
}

static void
replay_file(const char *path)
{
	char *content = NULL;
	size_t len = 0;

	if (file_read(path, INPUT_MAX, &content, &len, NULL) != ERR_OK)
		fail("not read", path);
	/* file_read gives more room than there are bytes. */
	uint8_t *bytes = malloc(len > 0 ? len : 1);
	if (bytes == NULL)
		fail("no memory", path);
	memcpy(bytes, content, len);
	free(content);
	printf("%s\n", path);
	fflush(stdout); /* the last line names the input that crashed */
	LLVMFuzzerTestOneInput(bytes, len);
	free(bytes);
}

static unsigned
replay_folder(const char *path)
{
	unsigned replayed = 0;
	DIR *folder = opendir(path);
	const struct dirent *entry;

	if (folder == NULL)
		fail("no such folder", path);
	while ((entry = readdir(folder)) != NULL) {
		char *file = NULL;
		struct stat there;

		if (asprintf(&file, "%s/%s", path, entry->d_name) < 0)
			fail("no memory", path);
		if (stat(file, &there) == 0 && S_ISREG(there.st_mode)) {
			replay_file(file);
			replayed++;
		}
		free(file);
	}
	closedir(folder);
	return replayed;
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		fail("usage: FOLDER …", argv[0]);
	for (int i = 1; i < argc; i++) {
		const unsigned replayed = replay_folder(argv[i]);

		if (replayed == 0)
			fail("no input in it", argv[i]);
		printf("%s: %u inputs\n", argv[i], replayed);
	}
	return 0;
}
