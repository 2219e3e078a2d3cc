/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ceremony/bundle_tree.h"
#include "ceremony/folder.h"

/* What a file's making leaves when the power goes: its name and six characters behind it. */
static bool
is_draft(const char *name)
{
	static const char *const stems[] = { "manifest.", "addendum.jsonl." };
	enum { DRAWN = 6 };
	const size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(stems) / sizeof(stems[0]); i++)
		if (strncmp(name, stems[i], strlen(stems[i])) == 0 &&
		    len == strlen(stems[i]) + DRAWN)
			return true;
	/* In cards/ and signatures/ each name ends in one of these. */
	return len > DRAWN + 5 && (strncmp(name + len - DRAWN - 5, ".sig.", 5) == 0 ||
				      strncmp(name + len - DRAWN - 5, ".pem.", 5) == 0 ||
				      strncmp(name + len - DRAWN - 6, ".json.", 6) == 0);
}

static void
sweep(const char *evidence, const char *part)
{
	char *folder = NULL;
	DIR *listing = NULL;
	const struct dirent *entry;

	if (folder_path(evidence, part, &folder, NULL) == ERR_OK)
		listing = opendir(folder);
	free(folder);
	while (listing != NULL && (entry = readdir(listing)) != NULL)
		if (is_draft(entry->d_name))
			(void)unlinkat(dirfd(listing), entry->d_name, 0);
	if (listing != NULL)
		closedir(listing);
}

/* No medium and no hash keeps a folder with nothing in it. */
static int
drop_empty(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status;
	if (kind == FTW_DP && where->level > 0)
		(void)rmdir(path);
	return 0;
}

void
bundle_sweep(const char *evidence)
{
	static const char *const parts[] = { NULL, EVIDENCE_CARDS, EVIDENCE_SIGNATURES };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		sweep(evidence, parts[i]);
	(void)nftw(evidence, drop_empty, 16, FTW_DEPTH | FTW_PHYS);
}
