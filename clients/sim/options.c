/* options.c - the command line of every command, one table. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "io/address.h"
#include "sim.h"

enum {
	O_CONNECT = 256,
	O_PORT,
	O_PSK,
	O_PLAIN,
	O_CA,
	O_DEVICES,
	O_TOKENS,
	O_CONTROL,
	O_DEVICE,
	O_HOUSEHOLD,
	O_KIND,
	O_UNTIL,
	O_ACCOUNT,
	O_CODE,
	O_TOKEN,
	O_BODY,
	O_VENDORS,
	O_KEY,
	O_ZONE,
	O_SEQ,
	O_COUNT,
	O_TIMEOUT,
	O_SPREAD,
	O_JSON,
	O_RANDOM,
	O_NULL,
	O_RAW_CRC,
	O_SECRET,
	O_UDP,
	O_QUIET,
	O_RESTORE,
	O_SCENARIO,
	O_SEED,
	O_PROCESSES,
	O_SECONDS,
	O_SHARE,
	O_PRESSES,
	O_AREA,
	O_BEATS,
	O_IN_FLIGHT,
	O_TOTAL,
	O_STAY,
	O_HELP
};

static const struct option LONG[] = {
	{"connect", required_argument, NULL, O_CONNECT},
	{"port", required_argument, NULL, O_PORT},
	{"psk", no_argument, NULL, O_PSK},
	{"plain", no_argument, NULL, O_PLAIN},
	{"ca", required_argument, NULL, O_CA},
	{"devices", required_argument, NULL, O_DEVICES},
	{"tokens", required_argument, NULL, O_TOKENS},
	{"control", required_argument, NULL, O_CONTROL},
	{"device", required_argument, NULL, O_DEVICE},
	{"household", required_argument, NULL, O_HOUSEHOLD},
	{"kind", required_argument, NULL, O_KIND},
	{"until", required_argument, NULL, O_UNTIL},
	{"account", required_argument, NULL, O_ACCOUNT},
	{"code", required_argument, NULL, O_CODE},
	{"token", required_argument, NULL, O_TOKEN},
	{"body", required_argument, NULL, O_BODY},
	{"vendors", required_argument, NULL, O_VENDORS},
	{"key", required_argument, NULL, O_KEY},
	{"zone", required_argument, NULL, O_ZONE},
	{"seq", required_argument, NULL, O_SEQ},
	{"count", required_argument, NULL, O_COUNT},
	{"timeout", required_argument, NULL, O_TIMEOUT},
	{"spread", required_argument, NULL, O_SPREAD},
	{"json", no_argument, NULL, O_JSON},
	{"random", no_argument, NULL, O_RANDOM},
	{"null", no_argument, NULL, O_NULL},
	{"raw-crc", no_argument, NULL, O_RAW_CRC},
	{"secret", required_argument, NULL, O_SECRET},
	{"udp", no_argument, NULL, O_UDP},
	{"quiet", no_argument, NULL, O_QUIET},
	{"restore", no_argument, NULL, O_RESTORE},
	{"scenario", required_argument, NULL, O_SCENARIO},
	{"seed", required_argument, NULL, O_SEED},
	{"processes", required_argument, NULL, O_PROCESSES},
	{"seconds", required_argument, NULL, O_SECONDS},
	{"share", required_argument, NULL, O_SHARE},
	{"presses", required_argument, NULL, O_PRESSES},
	{"area", required_argument, NULL, O_AREA},
	{"beats", required_argument, NULL, O_BEATS},
	{"in-flight", required_argument, NULL, O_IN_FLIGHT},
	{"total", required_argument, NULL, O_TOTAL},
	{"stay", required_argument, NULL, O_STAY},
	{"help", no_argument, NULL, O_HELP},
	{NULL, 0, NULL, 0},
};

static bool number(const char *text, uint32_t min, uint32_t max, uint32_t *ret)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || value < min || value > max) {
		fprintf(stderr, "pingan-sim: %s: a number from %u to %u is wanted\n", text, min, max);
		return false;
	}
	*ret = (uint32_t)value;
	return true;
}

/* "A:P" or "A:P,A:P": the second is taken when the first does not answer. */
static bool connect_to(const char *text, struct target *t)
{
	while (*text != '\0') {
		size_t len = strcspn(text, ",");
		struct address a;

		if (t->count == ADDRESSES_MAX ||
		    !text_copy(t->addresses[t->count], sizeof t->addresses[0], slice_of(text, len)) ||
		    !address_parse(t->addresses[t->count], &a) || a.kind != ADDRESS_TCP) {
			fprintf(stderr, "pingan-sim: not an address: %s (like 127.0.0.1:8081, at most %d)\n", text, ADDRESSES_MAX);
			return false;
		}
		t->count++;
		text += len + (text[len] == ',');
	}
	return true;
}

static bool take_fleet(int option, struct fleet_wishes *w)
{
	switch (option) {
	case O_SCENARIO:
		w->scenario = optarg;
		return true;
	case O_SEED:
		return number(optarg, 0, UINT32_MAX, &w->seed);
	case O_PROCESSES:
		return number(optarg, 1, 64, &w->processes);
	case O_SECONDS:
		return number(optarg, 1, 86400, &w->seconds);
	case O_SHARE:
		return number(optarg, 0, 100, &w->share_pct);
	case O_PRESSES:
		return number(optarg, 0, 1000000, &w->presses);
	case O_AREA:
		w->area = optarg;
		return true;
	case O_BEATS:
		return number(optarg, 1, 10000, &w->beats);
	case O_IN_FLIGHT:
		return number(optarg, 1, 100000, &w->in_flight);
	case O_TOTAL:
		return number(optarg, 1, 100000000, &w->total);
	case O_STAY:
		return number(optarg, 0, 86400, &w->stay_s);
	default:
		return false;
	}
}

static bool take(int option, struct options *o)
{
	uint32_t port;

	switch (option) {
	case O_CONNECT:
		return connect_to(optarg, &o->target);
	case O_PORT:
		if (!number(optarg, 1, 65535, &port) || o->target.count == ADDRESSES_MAX)
			return false;
		(void)snprintf(o->target.addresses[o->target.count++], 64, "127.0.0.1:%u", port);
		return true;
	case O_PSK:
		o->target.mode = MODE_PSK;
		return true;
	case O_PLAIN:
		o->target.mode = MODE_PLAIN;
		return true;
	case O_CA:
		o->target.mode = MODE_CERTIFICATE;
		o->target.ca = optarg;
		return true;
	case O_DEVICES:
		o->devices_path = optarg;
		o->target.keys_of = optarg;
		return true;
	case O_TOKENS:
		o->tokens_path = optarg;
		return true;
	case O_CONTROL:
		o->control = optarg;
		return true;
	case O_DEVICE:
		o->device = optarg;
		return true;
	case O_HOUSEHOLD:
		o->household = optarg;
		return true;
	case O_KIND:
		o->kind = optarg;
		return true;
	case O_UNTIL:
		o->until = optarg;
		return true;
	case O_ACCOUNT:
		o->account = optarg;
		return true;
	case O_CODE:
		o->code = optarg;
		return true;
	case O_TOKEN:
		o->token = optarg;
		return true;
	case O_BODY:
		o->body = optarg;
		return true;
	case O_VENDORS:
		o->vendors = optarg;
		return true;
	case O_KEY:
		o->key = optarg;
		return true;
	case O_ZONE:
		return number(optarg, 0, 65535, &o->zone);
	case O_SEQ:
		return number(optarg, 0, 9999, &o->seq);
	case O_COUNT:
		return number(optarg, 1, 1000000, &o->count);
	case O_TIMEOUT:
		return number(optarg, 1, 86400, &o->timeout_s);
	case O_SPREAD:
		return number(optarg, 0, 86400, &o->spread_s);
	case O_JSON:
		o->json = true;
		return true;
	case O_RANDOM:
		o->random = true;
		return true;
	case O_NULL:
		o->null = true;
		return true;
	case O_RAW_CRC:
		o->raw_crc = true;
		return true;
	case O_SECRET:
		o->secret = optarg;
		return true;
	case O_UDP:
		o->udp = true;
		return true;
	case O_QUIET:
		o->quiet = true;
		return true;
	case O_RESTORE:
		o->restore = true;
		return true;
	default:
		return take_fleet(option, &o->fleet);
	}
}

int options_read(int argc, char **argv, const char *usage, struct options *o)
{
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", LONG, NULL)) != -1) {
		if (option == O_HELP) {
			fputs(usage, stdout);
			exit(0);
		}
		if (!take(option, o)) {
			fprintf(stderr, "\n%s", usage);
			return 2;
		}
	}
	return 0;
}
