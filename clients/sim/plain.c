/* plain.c - a plain connection for one message. */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/address.h"
#include "sim.h"

static int connect_to(const char *to, int type)
{
	struct address a;
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	int fd;

	if (!address_parse(to, &a))
		return -1;
	in.sin_port = in6.sin6_port = htons(a.port);
	fd = socket(a.v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (a.v6 ? inet_pton(AF_INET6, a.host, &in6.sin6_addr) == 1 && connect(fd, (struct sockaddr *)&in6, sizeof in6) == 0
	         : inet_pton(AF_INET, a.host, &in.sin_addr) == 1 && connect(fd, (struct sockaddr *)&in, sizeof in) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

int plain_connect(const char *to)
{
	return connect_to(to, SOCK_STREAM);
}

int plain_connect_udp(const char *to)
{
	return connect_to(to, SOCK_DGRAM);
}

bool plain_send(int fd, const uint8_t *at, size_t len)
{
	while (len != 0) {
		ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}
