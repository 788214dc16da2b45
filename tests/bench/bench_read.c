/* bench_read - bare reading of records: the floor under an export. Names by SCAN, bodies by HGET, some hundreds on the way.
 * Prints one line of JSON.
 */
#include <getopt.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ON_THE_WAY 512

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static _Noreturn void failed(const char *why)
{
	fprintf(stderr, "bench_read: %s\n", why);
	exit(1);
}

int main(int argc, char **argv)
{
	static const struct option LONG[] = {
		{"redis", required_argument, NULL, 'r'}, {"match", required_argument, NULL, 'm'}, {NULL, 0, NULL, 0}};
	const char *path = NULL, *match = "pa:household:*";
	char cursor[32] = "0";
	char **keys = NULL;
	size_t count = 0, size = 0;
	uint64_t bytes = 0;
	redisContext *redis;
	double begun;
	int c;

	while ((c = getopt_long(argc, argv, "", LONG, NULL)) != -1) {
		if (c == 'r')
			path = optarg;
		else if (c == 'm')
			match = optarg;
		else
			return 2;
	}
	redis = path == NULL ? NULL : redisConnectUnix(path);
	if (redis == NULL || redis->err != 0)
		failed("no Redis: --redis SOCKET");
	begun = now_s();
	do {
		redisReply *r = redisCommand(redis, "SCAN %s MATCH %s COUNT 1000", cursor, match);

		if (r == NULL || r->type != REDIS_REPLY_ARRAY)
			failed("SCAN");
		snprintf(cursor, sizeof cursor, "%s", r->element[0]->str);
		for (size_t i = 0; i < r->element[1]->elements; i++) {
			if (count == size) {
				size = size * 2 + 1024;
				keys = realloc(keys, size * sizeof(char *));
				if (keys == NULL)
					failed("no memory");
			}
			keys[count++] = strdup(r->element[1]->element[i]->str);
		}
		freeReplyObject(r);
	} while (strcmp(cursor, "0") != 0);
	for (size_t at = 0; at < count; at += ON_THE_WAY) {
		size_t n = count - at < ON_THE_WAY ? count - at : ON_THE_WAY;

		for (size_t i = 0; i < n; i++)
			redisAppendCommand(redis, "HGET %s body", keys[at + i]);
		for (size_t i = 0; i < n; i++) {
			void *reply = NULL;

			if (redisGetReply(redis, &reply) != REDIS_OK)
				failed("HGET");
			bytes += ((redisReply *)reply)->len;
			freeReplyObject(reply);
		}
	}
	printf("{\"records\":%zu,\"bytes\":%" PRIu64 ",\"took_s\":%.4f}\n", count, bytes, now_s() - begun);
	for (size_t i = 0; i < count; i++)
		free(keys[i]);
	free(keys);
	redisFree(redis);
	return 0;
}
