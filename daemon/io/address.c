#include "io/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/slice.h"

static bool port_parse(const char *text, uint16_t *ret)
{
	char *end;
	unsigned long n;

	if (text[0] < '0' || text[0] > '9' || strlen(text) > 5)
		return false;
	n = strtoul(text, &end, 10);
	if (*end != '\0' || n > UINT16_MAX)
		return false;
	*ret = (uint16_t)n;
	return true;
}

bool address_parse(const char *text, struct address *ret)
{
	struct address a = {0};
	const char *colon;
	size_t len;

	if (text[0] == '\0') {
		*ret = a;
		return true;
	}
	if (strncmp(text, "unix:", 5) == 0) {
		if (text[5] != '/' || !text_copy(a.path, sizeof a.path, slice_str(text + 5)))
			return false;
		a.kind = ADDRESS_UNIX;
		a.local = true;
		*ret = a;
		return true;
	}
	colon = strrchr(text, ':');
	if (colon == NULL || !port_parse(colon + 1, &a.port))
		return false;
	len = (size_t)(colon - text);
	if (text[0] == '[') {
		if (len < 3 || text[len - 1] != ']')
			return false;
		a.v6 = true;
		text++;
		len -= 2;
	}
	if (len == 0 || len >= sizeof a.host)
		return false;
	memcpy(a.host, text, len);
	a.kind = ADDRESS_TCP;
	if (a.v6) {
		struct in6_addr in6;

		if (inet_pton(AF_INET6, a.host, &in6) != 1)
			return false;
		a.local = IN6_IS_ADDR_LOOPBACK(&in6);
	} else {
		struct in_addr in;

		if (inet_pton(AF_INET, a.host, &in) != 1)
			return false;
		a.local = ntohl(in.s_addr) >> 24 == 127;
	}
	*ret = a;
	return true;
}
