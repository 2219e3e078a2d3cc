/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fakes/vcard_local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "virtual-cards/fault.h"
#include "virtual-cards/slot.h"

enum { PATH_SIZE = 256, CARD_FILE_MAX = 1024 * 1024 };

struct vcard_local {
	struct slot *slot; /* NULL: pulled */
	char folder[PATH_SIZE];
	char file[PATH_SIZE + 16];
	uint8_t atr[VCARD_ATR_MAX];
	size_t atr_len;
	unsigned count;
};

static enum err
vary(struct vcard_profile *profile, const char *variants, struct err_trace *trace)
{
	char name[64];
	int used = 0;

	while (variants != NULL && sscanf(variants, " %63s%n", name, &used) == 1) {
		enum err err = vcard_profile_vary(profile, name, trace);

		if (err != ERR_OK)
			return err;
		variants += used;
	}
	return ERR_OK;
}

static enum err
make_folder(struct vcard_local *local, struct err_trace *trace)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(
	    local->folder, sizeof(local->folder), "%s/vcard-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(local->folder) == NULL) {
		local->folder[0] = '\0';
		return FAIL_ERRNO(trace, "no folder for a virtual card");
	}
	(void)snprintf(local->file, sizeof(local->file), "%s/card", local->folder);
	return ERR_OK;
}

static enum err
power_on(struct vcard_local *local, struct vcard_local **out, struct err_trace *trace)
{
	enum err err = slot_open(local->file, &local->slot, trace);

	if (err != ERR_OK)
		return err;
	local->atr_len = slot_atr(local->slot, local->atr);
	*out = local;
	return ERR_OK;
}

enum err
vcard_local_new(
    uint32_t serial, const char *variants, struct vcard_local **out, struct err_trace *trace)
{
	struct vcard_profile profile = vcard_profile_default(serial);
	struct vcard_local *local = calloc(1, sizeof(*local));
	enum err err;

	if (local == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a virtual card");
	err = vary(&profile, variants, trace);
	if (err == ERR_OK)
		err = make_folder(local, trace);
	if (err == ERR_OK)
		err = vcard_create(local->file, &profile, trace);
	if (err == ERR_OK)
		err = power_on(local, out, trace);
	if (err != ERR_OK)
		vcard_local_free(local);
	return err;
}

static enum err
copy_file(const char *from, const char *to, struct err_trace *trace)
{
	char *bytes = NULL;
	size_t len = 0;
	enum err err = file_read(from, CARD_FILE_MAX, &bytes, &len, trace);

	if (err == ERR_OK)
		err = file_create(to, bytes, len, trace);
	free(bytes);
	return err;
}

enum err
vcard_local_of(const char *file, struct vcard_local **out, struct err_trace *trace)
{
	struct vcard_local *local = calloc(1, sizeof(*local));
	enum err err;

	if (local == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a virtual card");
	err = make_folder(local, trace);
	if (err == ERR_OK)
		err = copy_file(file, local->file, trace);
	if (err == ERR_OK)
		err = power_on(local, out, trace);
	if (err != ERR_OK)
		vcard_local_free(local);
	return err;
}

void
vcard_local_free(struct vcard_local *local)
{
	if (local == NULL)
		return;
	slot_close(local->slot);
	if (local->folder[0] != '\0' && file_remove_tree(local->folder, NULL) != ERR_OK)
		fprintf(stderr, "%s stays behind\n", local->folder);
	free(local);
}

size_t
vcard_local_transmit(
    void *context, const uint8_t *command, size_t command_len, uint8_t *answer, size_t capacity)
{
	struct vcard_local *local = context;
	uint8_t whole[VCARD_RESPONSE_MAX];
	size_t len = 0;

	if (local->slot == NULL)
		return 0;
	local->count++;
	if (!slot_transmit(local->slot, cursor_over(command, command_len), whole, &len)) {
		vcard_local_pull(local);
		return 0;
	}
	if (len > capacity)
		return 0;
	memcpy(answer, whole, len);
	return len;
}

void
vcard_local_pull(struct vcard_local *local)
{
	slot_close(local->slot);
	local->slot = NULL;
}

void
vcard_local_insert(struct vcard_local *local)
{
	vcard_local_pull(local);
	if (slot_open(local->file, &local->slot, NULL) != ERR_OK)
		local->slot = NULL; /* a damaged card stays mute */
}

bool
vcard_local_is_in(const struct vcard_local *local)
{
	return local->slot != NULL;
}

void
vcard_local_reset(struct vcard_local *local)
{
	if (local->slot != NULL && slot_reset(local->slot, NULL) != ERR_OK)
		vcard_local_pull(local);
}

void
vcard_local_fault(struct vcard_local *local, const char *text)
{
	if (fault_arm(local->file, text, NULL) != ERR_OK) {
		fprintf(stderr, "'%s' is no fault\n", text);
		abort();
	}
}

size_t
vcard_local_atr(const struct vcard_local *local, uint8_t out[VCARD_ATR_MAX])
{
	memcpy(out, local->atr, local->atr_len);
	return local->atr_len;
}

unsigned
vcard_local_count(const struct vcard_local *local)
{
	return local->count;
}

const char *
vcard_local_file(const struct vcard_local *local)
{
	return local->file;
}
