/* panel.c - pingan-sim dc09: one message of an alarm panel, and the reply. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "io/crypto.h"
#include "sim.h"
#include "wire/dc09.h"

static const char USAGE[] = "usage: pingan-sim dc09 [press] ACCOUNT (--port N | --connect A:P) [OPTION]...\n"
							"\n"
							"Sends one SIA DC-09 message and prints the reply.\n"
							"\n"
							"  --code CODE     Contact ID 1101 (default: a pendant), or a SIA event like QA1\n"
							"  --zone N        Contact ID zone (1)\n"
							"  --null          a link test instead\n"
							"  --seq N         sequence number, 1 to 9999 (by the clock)\n"
							"  --token TOKEN   another token than the code's own\n"
							"  --body TEXT     the whole message from the first quote on\n"
							"  --raw-crc       CRC as two bytes\n"
							"  --secret HEX    encrypted with this key (32, 48 or 64 digits); the reply must be, too\n"
							"  --udp           over UDP\n"
							"  --timeout S     waits so long for the reply (10)\n"
							"  --json\n"
							"\n"
							"Exit: 0 ACK; 1 no reply; 2 wrong option; 3 can't connect; 4 DUH, NAK, or not a reply.\n";

static size_t body_make(const struct options *o, char *ret, size_t size)
{
	bool contact_id = o->code[0] >= '0' && o->code[0] <= '9';
	struct tm now;
	time_t t = time(NULL);
	char stamp[32];
	int n;

	if (o->body != NULL) {
		n = snprintf(ret, size, "%s", o->body);
		return n > 0 && (size_t)n < size ? (size_t)n : 0;
	}
	(void)gmtime_r(&t, &now);
	(void)strftime(stamp, sizeof stamp, "_%H:%M:%S,%m-%d-%Y", &now);
	if (o->null)
		n = snprintf(ret, size, "\"NULL\"0000L0#%s[]%s", o->account, stamp);
	else if (contact_id)
		n = snprintf(ret, size, "\"%s\"%04uL0#%s[#%s|%s 01 %03u]%s", o->token == NULL ? "ADM-CID" : o->token, o->seq,
		             o->account, o->account, o->code, o->zone, stamp);
	else
		n = snprintf(ret, size, "\"%s\"%04uL0#%s[#%s|N%s]%s", o->token == NULL ? "SIA-DCS" : o->token, o->seq,
		             o->account, o->account, o->code, stamp);
	return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

/* Bytes of the key; 0 when it is none. */
static size_t key_read(const char *hex, uint8_t ret[32])
{
	size_t len = strlen(hex);
	unsigned byte;

	if ((len != 32 && len != 48 && len != 64) || strspn(hex, "0123456789abcdefABCDEF") != len)
		return 0;
	for (size_t i = 0; i < len / 2; i++) {
		char two[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

		byte = (unsigned)strtoul(two, NULL, 16);
		ret[i] = (uint8_t)byte;
	}
	return len / 2;
}

/* The body with all that stands behind its bracket encrypted, a binary pad before it. 0 when it can't be. */
static size_t body_lock(const char *body, struct slice key, char *ret, size_t size)
{
	static uint8_t plain[DC09_BODY_MAX], cipher[DC09_BODY_MAX];
	const char *bracket = strchr(body, '[');
	size_t rest, pad, at;

	if (bracket == NULL || body[0] != '"')
		return 0;
	rest = strlen(bracket); /* a bar takes the bracket's place */
	pad = DC09_BLOCK - rest % DC09_BLOCK;
	if ((size_t)(bracket - body) + 2 + 2 * (pad + rest) >= size)
		return 0;
	for (size_t i = 0; i < pad; i++)
		do
			plain[i] = (uint8_t)random_id();
		while (plain[i] == '|' || plain[i] == '[' || plain[i] == ']');
	plain[pad] = '|';
	memcpy(plain + pad + 1, bracket + 1, rest - 1);
	if (!crypto_aes_cbc(NULL, true, key, slice_of(plain, pad + rest), cipher))
		return 0;
	at = (size_t)snprintf(ret, size, "\"*%.*s", (int)(bracket - body), body + 1);
	for (size_t i = 0; i < pad + rest; i++)
		at += (size_t)snprintf(ret + at, size - at, "%02X", cipher[i]);
	return at;
}

/* True if the reply is encrypted with our key. */
static bool reply_opens(const struct dc09 *reply, struct slice key)
{
	uint8_t cipher[DC09_BODY_MAX / 2], plain[DC09_BODY_MAX / 2];
	size_t len = dc09_cipher(reply, cipher, sizeof cipher);
	struct dc09 open;

	return len != 0 && crypto_aes_cbc(NULL, false, key, slice_of(cipher, len), plain) &&
	       dc09_unlock(reply, slice_of(plain, len), &open);
}

/* Reads until a frame is whole, the peer closes, or time is up. */
static bool reply_read(int fd, int64_t until_ms, uint8_t *buf, size_t size, struct dc09 *ret)
{
	size_t have = 0;

	while (have < size) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left_ms = until_ms - mono_now_ms();
		size_t used;
		ssize_t n;

		if (left_ms <= 0 || poll(&p, 1, (int)left_ms) <= 0)
			return false;
		n = recv(fd, buf + have, size - have, 0);
		if (n <= 0)
			return false;
		have += (size_t)n;
		if (dc09_cut(slice_of(buf, have), &used, ret) == DC09_CUT_FRAME)
			return true;
	}
	return false;
}

static int report(const struct options *o, struct slice key, const struct dc09 *reply, int64_t took_ns)
{
	char token[DC09_TOKEN_MAX + 1] = "", body[512] = "";
	double ms = (double)took_ns / 1e6;
	bool ack;

	if (reply != NULL) {
		(void)text_copy(token, sizeof token, reply->token_text);
		(void)text_copy(body, sizeof body, reply->body);
	}
	ack = key.len == 0 ? strcmp(token, "ACK") == 0 : strcmp(token, "*ACK") == 0 && reply_opens(reply, key);
	if (o->json) {
		json_t *line = json_pack("{s:s*, s:s*, s:f}", "reply", reply == NULL ? NULL : token, "body",
		                         reply == NULL ? NULL : body, "after_ms", ms);

		(void)json_dumpf(line, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(line);
	} else if (reply == NULL) {
		printf("no reply\n");
	} else {
		printf("%s after %.1f ms: %s\n", token, ms, body);
	}
	return reply == NULL ? 1 : ack ? 0 : 4;
}

int cmd_dc09(int argc, char **argv)
{
	struct options o = {.code = "1101", .zone = 1, .timeout_s = 10};
	int status = options_read(argc, argv, USAGE, &o), fd;
	uint8_t bytes[DC09_FRAME_MAX], in[DC09_FRAME_MAX];
	struct buf frame = buf_of(bytes, sizeof bytes);
	char body[DC09_BODY_MAX + 1], locked[DC09_BODY_MAX + 1];
	uint8_t secret[32];
	struct slice key = slice_of(secret, 0);
	struct dc09 reply;
	int64_t begun_ns;
	size_t len;
	bool heard;

	if (status != 0)
		return status;
	if (optind < argc && strcmp(argv[optind], "press") == 0)
		optind++;
	if (optind < argc && o.account == NULL)
		o.account = argv[optind++];
	if (o.seq == 0)
		o.seq = (uint32_t)(utc_now_ms() / 100 % 9999) + 1;
	len = o.account == NULL && o.body == NULL ? 0 : body_make(&o, body, sizeof body);
	if (len != 0 && o.secret != NULL) {
		key.len = key_read(o.secret, secret);
		len = key.len == 0 ? 0 : body_lock(body, key, locked, sizeof locked);
	}
	if (optind != argc || o.target.count == 0 || len == 0) {
		fputs(USAGE, stderr);
		return 2;
	}
	dc09_frame(slice_of(o.secret == NULL ? body : locked, len), o.raw_crc, &frame);
	fd = o.udp ? plain_connect_udp(o.target.addresses[0]) : plain_connect(o.target.addresses[0]);
	if (fd < 0 || !plain_send(fd, bytes, frame.len)) {
		fprintf(stderr, "pingan-sim: %s: %s\n", o.target.addresses[0], strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return 3;
	}
	begun_ns = mono_now_ns();
	heard = reply_read(fd, mono_now_ms() + (int64_t)o.timeout_s * 1000, in, sizeof in, &reply);
	status = report(&o, key, heard ? &reply : NULL, mono_now_ns() - begun_ns);
	(void)close(fd);
	return status;
}
