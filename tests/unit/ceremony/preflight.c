/* SPDX-License-Identifier: BSD-2-Clause */
/* Each row of what is looked at before a ceremony: a machine that is well, and one that is not. */
#include "tests/unit/test.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ceremony/preflight_network.h"

enum { PATH = 128 };

static char folder[] = "/tmp/ceremony-preflight-XXXXXX";
static char net[PATH], routes[PATH], routes6[PATH], tcp[PATH], tcp6[PATH], swaps[PATH], proc[PATH];
static char configurations[PATH], drivers[PATH];

static void
write_file(const char *path, const char *text)
{
	char whole[2 * PATH], parent[2 * PATH];

	snprintf(whole, sizeof(whole), "%s/%s", folder, path);
	snprintf(parent, sizeof(parent), "%s", whole);
	*strrchr(parent, '/') = '\0';
	assert_ok(file_make_folder(parent, NULL), NULL);
	(void)remove(whole);
	assert_ok(file_create(whole, text, strlen(text), NULL), NULL);
}

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(net, sizeof(net), "%s/dev", folder);
	snprintf(routes, sizeof(routes), "%s/route", folder);
	snprintf(routes6, sizeof(routes6), "%s/ipv6_route", folder);
	snprintf(tcp, sizeof(tcp), "%s/tcp", folder);
	snprintf(tcp6, sizeof(tcp6), "%s/tcp6", folder);
	snprintf(swaps, sizeof(swaps), "%s/swaps", folder);
	snprintf(proc, sizeof(proc), "%s/proc", folder);
	snprintf(configurations, sizeof(configurations), "%s/reader.conf.d", folder);
	snprintf(drivers, sizeof(drivers), "%s/drivers", folder);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	return file_remove_tree(folder, NULL) == ERR_OK ? 0 : 1;
}

static bool
is_eth(const char *name)
{
	return strncmp(name, "eth", 3) == 0;
}

static struct preflight_place
here(void)
{
	return (struct preflight_place){ .net = net,
		.is_up = is_eth,
		.routes = routes,
		.routes6 = routes6,
		.sockets = { tcp, tcp6 },
		.swaps = swaps,
		.proc = proc,
		.configurations = configurations,
		.drivers = { drivers } };
}

/* What the check of that name says of the place. */
static void
assert_says(const char *name, const struct preflight_place *place, bool well, const char *text)
{
	char finding[PREFLIGHT_TEXT] = "";
	const struct preflight_check *check = preflight_checks;

	while (check->name != NULL && strcmp(check->name, name) != 0)
		check++;
	assert_non_null(check->name);
	assert_int_equal(check->look(place, finding), well);
	assert_string_equal(finding, text);
}

static void
an_interface_that_is_up_must_be_on_the_sheet(void **state)
{
	static const char *names[] = { "eth0" };
	static const struct script_words allowed = { 1, names };
	struct preflight_place place = here();

	(void)state;
	assert_says("network", &place, false, "the interfaces cannot be looked at");
	write_file("dev", "Inter-|   Receive\n face |bytes\n    lo: 16387 146\n  ifb0: 0 0\n");
	assert_says("network", &place, true, "no interface is up but those of the sheet");
	write_file("dev", " face |bytes\n    lo: 16387 146\n  ifb0: 0 0\n  eth0:78069 22\n");
	assert_says("network", &place, false, "up, and not on the sheet: eth0");
	place.network = &allowed;
	assert_says("network", &place, true, "no interface is up but those of the sheet");
}

static void
a_route_must_lead_through_the_sheets_interfaces(void **state)
{
	static const char *names[] = { "eth0", "eth1" };
	static const struct script_words allowed = { 2, names };
	struct preflight_place place = here();

	(void)state;
	write_file("route", "Iface\tDestination\tGateway\n");
	write_file("ipv6_route", "0 00 0 00 0 ffffffff 00000001 00000000 00200200       lo\n");
	assert_says(
	    "routes", &place, true, "no route leads out but through the sheet's interfaces");
	write_file("route", "Iface\tDestination\tGateway\neth0\t00000000\t0102A8C0\n"
			    "eth0\t0002A8C0\t00000000\n");
	write_file("ipv6_route", "0 00 0 00 0 ffffffff 00000001 00000000 00200200     eth1\n");
	assert_says("routes", &place, false, "routes lead out through eth0, eth1");
	place.network = &allowed;
	assert_says(
	    "routes", &place, true, "no route leads out but through the sheet's interfaces");
}

/* Whatever /sys shows: a new namespace has lo alone, and that is down. */
static void
the_interfaces_are_those_of_the_own_namespace(void **state)
{
	(void)state;
	assert_true(preflight_is_up("none-of-that-name")); /* cannot be asked */
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		skip();
	assert_false(preflight_is_up("lo"));
	assert_says(
	    "network", &preflight_machine, true, "no interface is up but those of the sheet");
}

#define SOCKETS "  sl  local_address rem_address   st tx_queue rx_queue\n"

static void
a_peer_that_is_connected_must_be_on_the_sheet(void **state)
{
	static const char *names[] = { "eth0", "198.51.100.7", "2001:DB8::0:7" };
	static const struct script_words allowed = { 3, names };
	struct preflight_place place = here();

	(void)state;
	assert_says("peers", &place, true, "nobody is connected but the sheet's addresses");
	write_file("tcp", SOCKETS "   0: 00000000:0016 00000000:0000 0A 00000000:00000000\n"
				  "   1: 0100007F:0016 0200007F:8000 01 00000000:00000000\n"
				  "   2: 016433C6:0016 016433C6:8000 01 00000000:00000000\n"
				  "   3: 016433C6:0016 076433C6:8000 06 00000000:00000000\n");
	write_file("tcp6", SOCKETS "   0: 00000000000000000000000001000000:0016 "
				   "00000000000000000000000001000000:8000 01\n");
	assert_says("peers", &place, true, "nobody is connected but the sheet's addresses");
	write_file("tcp", SOCKETS "   0: 016433C6:0016 076433C6:8000 01 00000000:00000000\n"
				  "   1: 016433C6:0016 076433C6:8001 01 00000000:00000000\n");
	write_file("tcp6", SOCKETS "   0: 0000000000000000FFFF0000016433C6:0016 "
				   "0000000000000000FFFF0000086433C6:8000 01\n"
				   "   1: B80D0120000000000000000001000000:0016 "
				   "B80D0120000000000000000007000000:8000 02\n");
	assert_says("peers", &place, false,
	    "connected, and not on the sheet: 198.51.100.7, 198.51.100.8, 2001:db8::7");
	place.network = &allowed;
	assert_says("peers", &place, false, "connected, and not on the sheet: 198.51.100.8");
}

static void
swap_must_be_off(void **state)
{
	const struct preflight_place place = here();

	(void)state;
	assert_says("swap", &place, true, "swap is off"); /* a kernel without swap has no file */
	write_file("swaps", "Filename\tType\tSize\tUsed\tPriority\n");
	assert_says("swap", &place, true, "swap is off");
	write_file(
	    "swaps", "Filename\tType\tSize\tUsed\tPriority\n/dev/dm-1\tpartition\t976892\t0\t-2\n");
	assert_says("swap", &place, false, "swap is on: secrets could be written to disk");
}

static void
the_clock_may_not_be_before_the_last_event(void **state)
{
	struct preflight_place place = { .now = 1795450000, .roster_last = 1795450000 };

	(void)state;
	assert_says("clock", &place, true,
	    "the clock says 2026-11-23T16:06:40Z, after the roster's last event at "
	    "2026-11-23T16:06:40Z");
	place.now--;
	assert_says("clock", &place, false,
	    "the clock says 2026-11-23T16:06:39Z, and the roster's last event was at "
	    "2026-11-23T16:06:40Z");
}

/* /proc has no room at all. */
static void
the_evidence_must_have_room(void **state)
{
	char finding[PREFLIGHT_TEXT] = "";
	struct preflight_place place = { .evidence = "/proc" };

	(void)state;
	assert_says("room", &place, false, "0 MiB are free for the evidence");
	place.evidence = "/nowhere";
	assert_says("room", &place, false, "the disk of the evidence cannot be looked at");
	place.evidence = folder;
	for (const struct preflight_check *check = preflight_checks; check->name != NULL; check++)
		if (strcmp(check->name, "room") == 0)
			assert_true(check->look(&place, finding));
	assert_non_null(strstr(finding, " MiB are free for the evidence"));
}

/* /dev/shm is in memory, and /proc is not. */
static void
what_is_kept_must_survive_a_power_cut(void **state)
{
	struct preflight_place place = { .state_dir = "/proc", .evidence = "/proc" };

	(void)state;
	assert_says(
	    "folders", &place, true, "the state folder is on a disk; the evidence is on a disk");
	place.state_dir = "/dev/shm";
	assert_says("folders", &place, false,
	    "the state folder is in memory: a power cut would take it; the evidence is on a disk");
	place.state_dir = "/nowhere";
	assert_says("folders", &place, false,
	    "the state folder cannot be looked at; the evidence is on a disk");
}

/* How a process was started has a NUL behind each word. */
static void
start_pcscd(const char *words, size_t len)
{
	char path[2 * PATH];

	write_file("proc/4711/comm", "pcscd\n");
	snprintf(path, sizeof(path), "%s/4711/cmdline", proc);
	(void)remove(path);
	assert_ok(file_create(path, words, len, NULL), NULL);
}

static void
no_virtual_reader_may_be_set_up(void **state)
{
	const struct preflight_place place = here();
	char text[PREFLIGHT_TEXT];

	(void)state;
	assert_says("virtual-readers", &place, true, "pcscd has no driver for virtual readers");
	write_file(
	    "reader.conf.d/serial", "# LIBPATH /usr/lib/libifdvpcd.so\nLIBPATH /usr/lib/x.so\n");
	write_file("drivers/ifd-ccid.bundle", "");
	assert_says("virtual-readers", &place, true, "pcscd has no driver for virtual readers");
	write_file("reader.conf.d/serial", "LIBPATH /usr/lib/libifdVPCD.so\n");
	snprintf(text, sizeof(text), "virtual readers are set up: %s/serial", configurations);
	assert_says("virtual-readers", &place, false, text);
	write_file("reader.conf.d/serial", "LIBPATH /usr/lib/x.so\n");
	write_file("drivers/libifdvpcd.so", "");
	snprintf(text, sizeof(text), "virtual readers are set up: %s/libifdvpcd.so", drivers);
	assert_says("virtual-readers", &place, false, text);
}

static void
the_configuration_of_the_running_pcscd_is_looked_at(void **state)
{
	static const char plain[] = "/usr/sbin/pcscd\0--foreground";
	struct preflight_place place = here();
	char words[2 * PATH], text[PREFLIGHT_TEXT];
	int len = snprintf(words, sizeof(words), "pcscd%c--config%c%s/own", 0, 0, folder);

	(void)state;
	place.configurations = "/nowhere";
	place.drivers[0] = NULL;
	write_file("own/readers.conf", "LIBPATH /run/quorate-drivers/vpcd-0.so\n");
	start_pcscd(plain, sizeof(plain));
	assert_says("virtual-readers", &place, true, "pcscd has no driver for virtual readers");
	start_pcscd(words, (size_t)len + 1);
	snprintf(text, sizeof(text), "virtual readers are set up: %s/own/readers.conf", folder);
	assert_says("virtual-readers", &place, false, text);
	len = snprintf(words, sizeof(words), "pcscd%c-c%s/own/readers.conf", 0, folder);
	start_pcscd(words, (size_t)len + 1);
	assert_says("virtual-readers", &place, false, text);
}

static void
pcscd_may_not_log_what_goes_to_the_cards(void **state)
{
	static const char plain[] = "/usr/sbin/pcscd\0--foreground";
	static const char logging[] = "/usr/sbin/pcscd\0--foreground\0--apdu";
	const struct preflight_place place = here();

	(void)state;
	start_pcscd(plain, sizeof(plain));
	assert_says("apdu-log", &place, true, "pcscd logs nothing of what goes to the cards");
	start_pcscd(logging, sizeof(logging));
	assert_says("apdu-log", &place, false, "pcscd logs what goes to the cards, PINs included");
}

static void
where_no_approval_counts_none_is_wanted(void **state)
{
	const struct preflight_place place = here();

	(void)state;
	assert_says("approvals", &place, true, "none are wanted here");
}

static void
each_row_has_its_test_and_says_what_to_do(void **state)
{
	static const char *const tested[] = { "approvals", "network", "routes", "peers", "swap",
		"clock", "room", "folders", "virtual-readers", "apdu-log" };
	const struct preflight_check *check = preflight_checks;

	(void)state;
	for (size_t i = 0; i < sizeof(tested) / sizeof(*tested); i++, check++) {
		assert_string_equal(check->name, tested[i]);
		assert_true(strlen(check->next) > 0);
	}
	assert_null(check->name);
	assert_string_equal(preflight_word(true, false), "well");
	assert_string_equal(preflight_word(false, true), "reported");
	assert_string_equal(preflight_word(false, false), "refused");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interface_that_is_up_must_be_on_the_sheet),
		cmocka_unit_test(a_route_must_lead_through_the_sheets_interfaces),
		cmocka_unit_test(a_peer_that_is_connected_must_be_on_the_sheet),
		cmocka_unit_test(swap_must_be_off),
		cmocka_unit_test(the_clock_may_not_be_before_the_last_event),
		cmocka_unit_test(the_evidence_must_have_room),
		cmocka_unit_test(what_is_kept_must_survive_a_power_cut),
		cmocka_unit_test(no_virtual_reader_may_be_set_up),
		cmocka_unit_test(the_configuration_of_the_running_pcscd_is_looked_at),
		cmocka_unit_test(pcscd_may_not_log_what_goes_to_the_cards),
		cmocka_unit_test(where_no_approval_counts_none_is_wanted),
		cmocka_unit_test(each_row_has_its_test_and_says_what_to_do),
		/* the last: it leaves the namespaces */
		cmocka_unit_test(the_interfaces_are_those_of_the_own_namespace),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
