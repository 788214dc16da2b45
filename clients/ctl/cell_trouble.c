/* cell_trouble.c - what Redis said, or did not say, in words that tell what to do next. */
#include <errno.h>
#include <stdio.h>

#include "cell.h"

static const struct {
	const char *begins, *means;
} TROUBLES[] = {
	{"LOADING", "it still reads its file after a start; wait a while, then do it again"},
	{"NOAUTH", "it wants a password: redis.user and redis.password_file in the configuration"},
	{"WRONGPASS", "it refuses user or password: compare redis.user and redis.password_file with Redis' ACL"},
	{"READONLY", "it is a replica, which changes nothing: name the primary in redis.address or redis.socket"},
	{"MASTERDOWN", "it is a replica that has lost its primary: name the primary in redis.address or redis.socket"},
	{"MISCONF", "it can't write to its disk: its log says why; is the disk full?"},
	{"OOM", "its memory is full: raise maxmemory, or give the machine more"},
	{"NOPERM", "it does not let this user do that: its ACL (ACL LOG there says what was refused)"},
	{"BUSY", "a script keeps it busy; wait a while, then do it again"},
};

const char *cell_trouble(const redisContext *link, const redisReply *r, char ret[CELL_TROUBLE_MAX])
{
	if (r != NULL && r->type == REDIS_REPLY_ERROR) {
		for (size_t i = 0; i < COUNT_OF(TROUBLES); i++)
			if (strncmp(r->str, TROUBLES[i].begins, strlen(TROUBLES[i].begins)) == 0) {
				snprintf(ret, CELL_TROUBLE_MAX, "%s", TROUBLES[i].means);
				return ret;
			}
		snprintf(ret, CELL_TROUBLE_MAX, "it says: %.200s", r->str);
	} else if (r != NULL) {
		snprintf(ret, CELL_TROUBLE_MAX, "it answers something else than was asked: is it Redis 7.0 or later?");
	} else if (link == NULL) {
		snprintf(ret, CELL_TROUBLE_MAX, "no memory");
	} else if (link->err == REDIS_ERR_IO && (errno == EAGAIN || errno == ETIMEDOUT || errno == EINPROGRESS)) {
		snprintf(ret, CELL_TROUBLE_MAX, "no answer within %d s: is it overloaded, or its disk slow?", CELL_PATIENCE_S);
	} else if (link->err == REDIS_ERR_EOF) {
		snprintf(ret, CELL_TROUBLE_MAX, "it closed the connection: look at its log");
	} else {
		snprintf(ret, CELL_TROUBLE_MAX, "%.120s", link->errstr);
	}
	return ret;
}
