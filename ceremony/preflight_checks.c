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
#include "ceremony/preflight_network.h"
#include "pcsc/reader.h"

enum { ROOM = 256 * 1024 * 1024, LINE = 256 };

const struct preflight_place preflight_machine = {
	.net = "/proc/net/dev",
	.is_up = preflight_is_up,
	.routes = "/proc/net/route",
	.routes6 = "/proc/net/ipv6_route",
	.sockets = { "/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp", "/proc/net/udp6" },
	.swaps = "/proc/swaps",
	.proc = "/proc",
	.configurations = "/etc/reader.conf.d",
	.drivers = { "/usr/lib/pcsc/drivers/serial", "/usr/lib/pcsc/drivers" },
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

static bool
is_virtual(const char *text)
{
	return fnmatch("*vpcd*", text, FNM_CASEFOLD) == 0;
}

/* A configuration that names the driver of virtual readers. */
static bool
configures_virtual(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[LINE];
	bool found = false;

	while (file != NULL && !found && fgets(line, sizeof(line), file) != NULL)
		found = line[0] != '#' && is_virtual(line);
	if (file != NULL)
		fclose(file);
	return found;
}

static void
add_virtual(char finding[PREFLIGHT_TEXT], const char *path)
{
	add(finding, "%s%s", finding[0] == '\0' ? "virtual readers are set up: " : ", ", path);
}

/* What lies in the folder and makes a virtual reader: by its name, or by what it configures. */
static void
look_in_folder(const char *path, bool configurations, char finding[PREFLIGHT_TEXT])
{
	DIR *folder = opendir(path);
	const struct dirent *entry;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		char file[2 * LINE];

		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.' &&
		    (is_virtual(entry->d_name) || (configurations && configures_virtual(file))))
			add_virtual(finding, file);
	}
	if (folder != NULL)
		closedir(folder);
	else if (configurations && configures_virtual(path)) /* pcscd takes a file as well */
		add_virtual(finding, path);
}

static bool
look_at_drivers(const struct preflight_place *place, char finding[PREFLIGHT_TEXT])
{
	char own[READER_CONFIG];

	look_in_folder(place->configurations, true, finding);
	if (reader_pcscd_config_in(place->proc, own) && strcmp(own, place->configurations) != 0)
		look_in_folder(own, true, finding);
	for (size_t i = 0; i < sizeof(place->drivers) / sizeof(*place->drivers); i++)
		if (place->drivers[i] != NULL)
			look_in_folder(place->drivers[i], false, finding);
	if (finding[0] != '\0')
		return false;
	add(finding, "pcscd has no driver for virtual readers");
	return true;
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
	{ "network", preflight_interfaces, "take the interface down, or name it on the sheet" },
	{ "routes", preflight_routes, "remove the routes, or name the interface on the sheet" },
	{ "peers", preflight_peers, "end that connection, or put the address on the sheet" },
	{ "swap", look_at_swap, "turn it off: swapoff -a" },
	{ "clock", look_at_clock, "set the clock by a watch" },
	{ "room", look_at_room, "make room on that disk" },
	{ "folders", look_at_folders, "use a disk: XDG_STATE_HOME names another state folder" },
	{ "virtual-readers", look_at_drivers, "remove that file and restart pcscd" },
	{ "apdu-log", look_at_log, "restart pcscd without --apdu" },
	{ .name = NULL },
};
