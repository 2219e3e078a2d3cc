/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/preflight_network.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINE = 512, HEX = 33, TIME_WAIT = 6 };

static bool
is_on_sheet(const struct preflight_place *place, const char *name)
{
	for (size_t i = 0; place->network != NULL && i < place->network->count; i++)
		if (strcmp(place->network->word[i], name) == 0)
			return true;
	return strcmp(name, "lo") == 0;
}

/* Each name once; the lead ends with a blank. */
static void
add_name(char finding[PREFLIGHT_TEXT], const char *lead, const char *name)
{
	const size_t len = strlen(name), end = strlen(finding);

	for (const char *at = finding; (at = strstr(at, name)) != NULL; at += len)
		if (at > finding && at[-1] == ' ' && (at[len] == ',' || at[len] == '\0'))
			return;
	snprintf(finding + end, PREFLIGHT_TEXT - end, "%s%s", end == 0 ? lead : ", ", name);
}

static bool
verdict(char finding[PREFLIGHT_TEXT], const char *well)
{
	if (finding[0] != '\0')
		return false;
	snprintf(finding, PREFLIGHT_TEXT, "%s", well);
	return true;
}

/* -- Interfaces -------------------------------------------------------------------------------- */

bool
preflight_is_up(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (fd < 0)
		return true;
	if (ioctl(fd, SIOCGIFFLAGS, &request) != 0)
		request.ifr_flags = IFF_UP;
	close(fd);
	return (request.ifr_flags & IFF_UP) != 0;
}

bool
preflight_interfaces(const struct preflight_place *place, char finding[PREFLIGHT_TEXT])
{
	FILE *file = fopen(place->net, "re");
	char line[LINE];

	if (file == NULL) {
		snprintf(finding, PREFLIGHT_TEXT, "the interfaces cannot be looked at");
		return false;
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		char *name = line + strspn(line, " "), *end = strchr(name, ':');

		if (end == NULL) /* a heading */
			continue;
		*end = '\0';
		if (!is_on_sheet(place, name) && place->is_up(name))
			add_name(finding, "up, and not on the sheet: ", name);
	}
	fclose(file);
	return verdict(finding, "no interface is up but those of the sheet");
}

/* -- Routes ------------------------------------------------------------------------------------ */

/* The interface is the first word of a line for IPv4, the last for IPv6. */
static void
look_at_routes(
    const struct preflight_place *place, const char *path, bool last, char finding[PREFLIGHT_TEXT])
{
	FILE *file = fopen(path, "re");
	char line[LINE];

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		char *name = line;

		line[strcspn(line, "\n")] = '\0';
		if (last && strrchr(line, ' ') != NULL)
			name = strrchr(line, ' ') + 1;
		else
			name[strcspn(name, " \t")] = '\0';
		if (strcmp(name, "Iface") != 0 && !is_on_sheet(place, name))
			add_name(finding, "routes lead out through ", name);
	}
	if (file != NULL)
		fclose(file);
}

bool
preflight_routes(const struct preflight_place *place, char finding[PREFLIGHT_TEXT])
{
	look_at_routes(place, place->routes, false, finding);
	look_at_routes(place, place->routes6, true, finding);
	return verdict(finding, "no route leads out but through the sheet's interfaces");
}

/* -- Peers ------------------------------------------------------------------------------------- */

/* The kernel writes an address as words of 32 bits in hex, each as this machine reads its bytes. */
static bool
read_address(const char *hex, struct in6_addr *out)
{
	const size_t words = strlen(hex) / 8;
	uint32_t word[4] = { 0, 0, htonl(0xffff), 0 }; /* IPv4 as IPv6 maps it */

	if (words != 1 && words != 4)
		return false;
	for (size_t i = 0; i < words; i++)
		if (sscanf(hex + 8 * i, "%8" SCNx32, &word[4 - words + i]) != 1)
			return false;
	memcpy(out, word, sizeof(word));
	return true;
}

static void
format_address(const struct in6_addr *address, char out[INET6_ADDRSTRLEN])
{
	if (IN6_IS_ADDR_V4MAPPED(address))
		inet_ntop(AF_INET, &address->s6_addr[12], out, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, address, out, INET6_ADDRSTRLEN);
}

/* 127.0.0.0/8 and ::1, and 0.0.0.0/8 and ::, which are nobody. */
static bool
is_this_machine(const struct in6_addr *address)
{
	if (IN6_IS_ADDR_V4MAPPED(address))
		return address->s6_addr[12] == 127 || address->s6_addr[12] == 0;
	return IN6_IS_ADDR_LOOPBACK(address) || IN6_IS_ADDR_UNSPECIFIED(address);
}

/* However the sheet writes the address. */
static bool
is_peer_on_sheet(const struct preflight_place *place, const char *peer)
{
	for (size_t i = 0; place->network != NULL && i < place->network->count; i++) {
		char text[INET6_ADDRSTRLEN];
		struct in6_addr address;

		if (inet_pton(AF_INET6, place->network->word[i], &address) == 1)
			format_address(&address, text);
		else
			snprintf(text, sizeof(text), "%s", place->network->word[i]);
		if (strcmp(text, peer) == 0)
			return true;
	}
	return false;
}

/* "  0: 0100007F:1F90 0100007F:A2C4 01 …": place, own end, the other end, state. */
static void
look_at_socket(const struct preflight_place *place, const char *line, char finding[PREFLIGHT_TEXT])
{
	char own_hex[HEX], peer_hex[HEX], name[INET6_ADDRSTRLEN];
	struct in6_addr own, peer;
	unsigned state;

	if (sscanf(line, " %*d: %32[0-9A-F]:%*x %32[0-9A-F]:%*x %x", own_hex, peer_hex, &state) !=
		3 ||
	    !read_address(own_hex, &own) || !read_address(peer_hex, &peer))
		return;
	format_address(&peer, name);
	if (state != TIME_WAIT && !is_this_machine(&peer) && !IN6_ARE_ADDR_EQUAL(&own, &peer) &&
	    !is_peer_on_sheet(place, name))
		add_name(finding, "connected, and not on the sheet: ", name);
}

bool
preflight_peers(const struct preflight_place *place, char finding[PREFLIGHT_TEXT])
{
	for (size_t i = 0; i < sizeof(place->sockets) / sizeof(*place->sockets); i++) {
		FILE *file = place->sockets[i] == NULL ? NULL : fopen(place->sockets[i], "re");
		char line[LINE];

		while (file != NULL && fgets(line, sizeof(line), file) != NULL)
			look_at_socket(place, line, finding);
		if (file != NULL)
			fclose(file);
	}
	return verdict(finding, "nobody is connected but the sheet's addresses");
}
