/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#include "base/clock.h"
#include "base/process.h"
#include "ceremony/preflight.h"
#include "pcsc/reader.h"

enum { ROOM = 256 * 1024 * 1024, IF_NAME = 64, LINE = 256 };

const struct preflight_place preflight_machine = {
	.net = "/sys/class/net",
	.routes = "/proc/net/route",
	.routes6 = "/proc/net/ipv6_route",
	.swaps = "/proc/swaps",
	.proc = "/proc",
	.readers = { "/etc/reader.conf.d", "/usr/lib/pcsc/drivers/serial",
	    "/usr/lib/pcsc/drivers" },
};

static void PRINTF_LIKE(2, 3) add(char finding[PREFLIGHT_TEXT], const char *format, ...)
{
	const size_t at = strlen(finding);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(finding + at, PREFLIGHT_TEXT - at, format, arguments);
	va_end(arguments);
}

static bool
may_be_up(const struct preflight_place *place, const char *name)
{
	if (strcmp(name, "lo") == 0)
		return true;
	for (size_t i = 0; place->network != NULL && i < place->network->count; i++)
		if (strcmp(place->network->word[i], name) == 0)
			return true;
	return false;
}

/* Up is what the kernel could send through: its state is not "down". */
static bool
is_up(const char *net, const char *name)
{
	char path[LINE], state[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s/operstate", net, name);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	if (fgets(state, sizeof(state), file) == NULL)
		state[0] = '\0';
	fclose(file);
	return strncmp(state, "down", 4) != 0 && strncmp(state, "notpresent", 10) != 0;
}

static bool
look_at_interfaces(const struct preflight_place *place, char finding[PREFLIGHT_TEXT])
{
	DIR *folder = opendir(place->net);
	const struct dirent *entry;
	bool well = true;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.' || may_be_up(place, entry->d_name) ||
		    !is_up(place->net, entry->d_name))
			continue;
		add(finding, "%s%s", well ? "up, and not on the sheet: " : ", ", entry->d_name);
		well = false;
	}
	if (folder != NULL)
		closedir(folder);
	if (well)
		add(finding, "no interface is up but those of the sheet");
	return well;
}

/* The interface is the first word of a line for IPv4, the last for IPv6. */
static bool
look_at_route_file(
    const struct preflight_place *place, const char *path, bool last, char finding[PREFLIGHT_TEXT])
{
	FILE *file = fopen(path, "re");
	char line[LINE];
	bool well = true;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		char *name = line;

		line[strcspn(line, "\n")] = '\0';
		if (last && strrchr(line, ' ') != NULL)
			name = strrchr(line, ' ') + 1;
		else
			name[strcspn(name, " \t")] = '\0';
		if (strcmp(name, "Iface") == 0 || may_be_up(place, name))
			continue;
		add(finding, "%s%s", finding[0] == '\0' ? "routes lead out through " : ", ", name);
		well = false;
	}
	if (file != NULL)
		fclose(file);
	return well;
}

static bool
look_at_routes(const struct preflight_place *place, char finding[PREFLIGHT_TEXT])
{
	const bool four = look_at_route_file(place, place->routes, false, finding);
	const bool six = look_at_route_file(place, place->routes6, true, finding);

	if (four && six)
		add(finding, "no route leads out but through the sheet's interfaces");
	return four && six;
}

static bool
look_at_swap(const struct preflight_place *place, char finding[PREFLIGHT_TEXT])
{
	const bool on = process_swap_is_on_in(place->swaps);

	add(finding, on ? "swap is on: secrets could be written to disk" : "swap is off");
	return !on;
}

static bool
look_at_clock(const struct preflight_place *place, char finding[PREFLIGHT_TEXT])
{
	char now[CLOCK_TEXT], last[CLOCK_TEXT];

	clock_format(place->now, now);
	clock_format(place->roster_last, last);
	if (place->now < place->roster_last)
		add(finding, "the clock says %s, and the roster's last event was at %s", now, last);
	else
		add(finding, "the clock says %s, after the roster's last event at %s", now, last);
	return place->now >= place->roster_last;
}

static bool
look_at_room(const struct preflight_place *place, char finding[PREFLIGHT_TEXT])
{
	struct statvfs disk;
	unsigned long long room;

	if (statvfs(place->evidence, &disk) != 0) {
		add(finding, "the disk of the evidence cannot be looked at");
		return false;
	}
	room = (unsigned long long)disk.f_bavail * disk.f_frsize;
	add(finding, "%llu MiB are free for the evidence", room / (1024 * 1024));
	return room >= ROOM;
}

static bool
survives(const char *what, const char *path, char finding[PREFLIGHT_TEXT])
{
	struct statfs disk;
	const bool looked = statfs(path, &disk) == 0;
	const bool memory = looked && (disk.f_type == TMPFS_MAGIC || disk.f_type == RAMFS_MAGIC);

	add(finding, "%s%s %s", finding[0] == '\0' ? "" : "; ", what,
	    !looked  ? "cannot be looked at"
	    : memory ? "is in memory: a power cut would take it"
		     : "is on a disk");
	return looked && !memory;
}

static bool
look_at_folders(const struct preflight_place *place, char finding[PREFLIGHT_TEXT])
{
	const bool state = survives("the state folder", place->state_dir, finding);
	const bool evidence = survives("the evidence", place->evidence, finding);

	return state && evidence;
}

/* A file that makes a virtual reader: by its name, or a configuration that names its driver. */
static bool
is_virtual(const char *folder, const char *name)
{
	char path[2 * LINE], line[LINE];
	bool found = fnmatch("*vpcd*", name, FNM_CASEFOLD) == 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = strstr(folder, "reader.conf") == NULL ? NULL : fopen(path, "re");
	while (file != NULL && !found && fgets(line, sizeof(line), file) != NULL)
		found = line[0] != '#' && fnmatch("*vpcd*", line, FNM_CASEFOLD) == 0;
	if (file != NULL)
		fclose(file);
	return found;
}

static bool
look_at_drivers(const struct preflight_place *place, char finding[PREFLIGHT_TEXT])
{
	bool well = true;

	for (size_t i = 0; i < sizeof(place->readers) / sizeof(*place->readers); i++) {
		DIR *folder = place->readers[i] == NULL ? NULL : opendir(place->readers[i]);
		const struct dirent *entry;

		while (folder != NULL && (entry = readdir(folder)) != NULL) {
			if (entry->d_name[0] == '.' ||
			    !is_virtual(place->readers[i], entry->d_name))
				continue;
			add(finding, "%s%s/%s", well ? "virtual readers are set up: " : ", ",
			    place->readers[i], entry->d_name);
			well = false;
		}
		if (folder != NULL)
			closedir(folder);
	}
	if (well)
		add(finding, "pcscd has no driver for virtual readers");
	return well;
}

static bool
look_at_log(const struct preflight_place *place, char finding[PREFLIGHT_TEXT])
{
	const bool logs = reader_pcscd_logs_apdus_in(place->proc);

	add(finding, logs ? "pcscd logs what goes to the cards, PINs included"
			  : "pcscd logs nothing of what goes to the cards");
	return !logs;
}

static bool
look_at_approvals(const struct preflight_place *place, char finding[PREFLIGHT_TEXT])
{
	if (place->approvals == NULL) {
		add(finding, "none are wanted here");
		return true;
	}
	return approvals_look(place->approvals, place->script, finding, PREFLIGHT_TEXT);
}

const struct preflight_check preflight_checks[] = {
	{ "approvals", look_at_approvals,
	    "each role that signs: quorate ceremony approve FOLDER --role ROLE --card CARD "
	    "--by NAME, or --paper" },
	{ "network", look_at_interfaces, "take the interface down, or name it on the sheet" },
	{ "routes", look_at_routes, "remove the routes, or name the interface on the sheet" },
	{ "swap", look_at_swap, "turn it off: swapoff -a" },
	{ "clock", look_at_clock, "set the clock by a watch" },
	{ "room", look_at_room, "make room on that disk" },
	{ "folders", look_at_folders, "use a disk: XDG_STATE_HOME names another state folder" },
	{ "virtual-readers", look_at_drivers, "remove that file and restart pcscd" },
	{ "apdu-log", look_at_log, "restart pcscd without --apdu" },
	{ .name = NULL },
};
