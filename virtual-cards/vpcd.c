/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/vpcd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

enum control { POWER_OFF = 0, POWER_ON = 1, RESET = 2, ASK_ATR = 4 };

enum { MESSAGE_MAX = 65535 };

enum err
vpcd_connect(uint16_t port, int *fd, struct err_trace *trace)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	if (made < 0)
		return FAIL_ERRNO(trace, "no socket for the virtual reader");
	if (connect(made, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		close(made);
		return FAIL_RAW(trace, ERR_ABSENT, ERR_ORIGIN_ERRNO, errno,
		    "no virtual reader listens on port %u", (unsigned)port);
	}
	(void)setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	*fd = made;
	return ERR_OK;
}

/* vpcd sends length and body apart and waits for both to be acknowledged: without TCP_QUICKACK,
 * which the kernel forgets after each use, every APDU takes 44 ms. */
static bool
receive(int fd, uint8_t *bytes, size_t len)
{
	int on = 1;

	while (len > 0) {
		ssize_t now = recv(fd, bytes, len, 0);

		if (now < 0 && errno == EINTR)
			continue;
		if (now <= 0)
			return false;
		(void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
		bytes += now;
		len -= (size_t)now;
	}
	return true;
}

/* `message` has two bytes before its content for the length, so that one send carries both. */
static bool
answer(int fd, uint8_t *message, size_t len)
{
	size_t sent = 0;

	message[0] = (uint8_t)(len >> 8);
	message[1] = (uint8_t)len;
	while (sent < len + 2) {
		ssize_t now = send(fd, message + sent, len + 2 - sent, MSG_NOSIGNAL);

		if (now < 0 && errno == EINTR)
			continue;
		if (now < 0)
			return false;
		sent += (size_t)now;
	}
	return true;
}

/* False: the card is dead, or the reader is gone. */
static bool
obey(int fd, struct slot *slot, uint8_t control)
{
	uint8_t message[2 + VCARD_ATR_MAX];

	if (control == ASK_ATR)
		return answer(fd, message, slot_atr(slot, message + 2));
	return slot_reset(slot, NULL) == ERR_OK;
}

enum vpcd_end
vpcd_serve(int fd, struct slot *slot)
{
	static uint8_t command[MESSAGE_MAX], message[2 + VCARD_RESPONSE_MAX];
	enum vpcd_end end = VPCD_GONE;
	uint8_t head[2];
	size_t len;

	while (receive(fd, head, sizeof(head))) {
		len = (size_t)head[0] << 8 | head[1];
		if (!receive(fd, command, len))
			break;
		if (len == 1) {
			if (obey(fd, slot, command[0]))
				continue;
			end = command[0] == ASK_ATR ? VPCD_GONE : VPCD_PULLED;
			break;
		}
		if (!slot_transmit(slot, cursor_over(command, len), message + 2, &len)) {
			end = VPCD_PULLED;
			break;
		}
		if (!answer(fd, message, len))
			break;
	}
	close(fd);
	return end;
}
