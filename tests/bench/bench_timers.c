/* bench_timers - open incidents whose deadlines come due, for `./dev bench timers`.
 *
 *   fill   writes N homes, each with an open incident, as the daemon would have; the deadlines lie where --due and --over say
 *   bare   commits what the deadlines of a filled set come to: the same function, the same bytes, nobody who decides
 *   read   waits until every deadline of a filled set stands in the log, and says how late each was
 *
 * The incidents are made by the core itself, so they are what it makes of a press today. Lateness is between the deadline
 * and the time of its log entry, both on the store's clock. Prints one line of JSON.
 * Bounds: COUNT_MAX incidents; about 3 KB of Redis memory each and 2 KB of the bench's.
 */
#include <getopt.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/incident.h"
#include "io/redis_commit.h"
#include "pingan/v1/record.pb-c.h"
#include "wire/record.h"

#define COUNT_MAX 200000u
#define WINDOW 4096u /* calls in flight, as the daemon's */
#define CHUNK 256u
#define READ_ENTRIES 1000
#define FILL_COMMIT UINT64_C(0xf111000000000000)
#define BARE_COMMIT UINT64_C(0xba7e000000000000)

enum step_kind { STEP_PHONES, STEP_REMINDER };

/* One deadline that is carried out: everything of the commit that is not the same for all. */
struct one {
	uint64_t incident;
	uint8_t *bytes; /* owned: the body, the event, the outbox entry */
	uint32_t body_len, event_len, outbox_len;
	char outbox_key[STORE_KEY_MAX];
	ms_t due_ms;
	ms_t at_ms; /* of its log entry; 0 = not seen */
};

struct bench {
	const char *socket, *prefix, *mode;
	uint32_t count;
	ms_t due_ms, over_ms;
	enum step_kind step;
	int64_t timeout_ms;
	redisContext *redis;
	struct one *all;
	struct commit_call call;
	struct incident open, after;
	uint8_t encode[3 * RECORD_MAX];
	uint32_t sent, answered, refused;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench_timers: %s\n", what);
	exit(1);
}

static int64_t mono_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Redis' TIME is this machine's wall clock. */
static ms_t store_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (ms_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void wait_ms(int64_t ms)
{
	struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&ts, NULL);
}

/* ------------------------------------------------------------ what is stored */

static void home_name(uint32_t i, char ret[ID_MAX])
{
	snprintf(ret, ID_MAX, "bench%06u", i);
}

/* protobuf-c's structs have no const; packing only reads. */
static char *text(const char *from)
{
	return (char *)(uintptr_t)from;
}

/* As the registry has it of an ordinary home; about 600 bytes. */
static struct slice home_encode(uint32_t i, uint8_t *room, size_t size)
{
	static const uint8_t key[32] = "a key of thirty-two bytes, fixed";
	char id[ID_MAX];
	Pingan__V1__Place place = PINGAN__V1__PLACE__INIT;
	Pingan__V1__Resident resident = PINGAN__V1__RESIDENT__INIT, *residents[] = {&resident};
	Pingan__V1__Contact daughter = PINGAN__V1__CONTACT__INIT, neighbour = PINGAN__V1__CONTACT__INIT;
	Pingan__V1__Contact *contacts[] = {&daughter, &neighbour};
	Pingan__V1__Household home = PINGAN__V1__HOUSEHOLD__INIT;

	home_name(i, id);
	place.lat_e6 = 23129000 + (int32_t)(i % 1000) * 20;
	place.lon_e6 = 113264000 + (int32_t)(i / 1000) * 20;
	resident.name = text("张桂兰");
	resident.language = text("yue");
	daughter.name = text("李小梅");
	daughter.phone = text("13800000001");
	daughter.relation = text("女儿");
	daughter.tell = true;
	neighbour.name = text("陈叔");
	neighbour.phone = text("13800000002");
	neighbour.relation = text("邻居");
	neighbour.has_key = true;
	home.id = id;
	home.area = text("440104004001");
	home.street = text("流花街道 桂花岗社区 三育路");
	home.address = text("三育路十二号三栋二单元五〇一房");
	home.access = text("楼下大门密码在物业,钥匙在隔壁陈叔处,敲门要大声");
	home.phone = text("02080000001");
	home.place = &place;
	home.residents = residents;
	home.n_residents = 1;
	home.contacts = contacts;
	home.n_contacts = 2;
	home.key.data = (uint8_t *)(uintptr_t)key;
	home.key.len = sizeof key;
	if (pingan__v1__household__get_packed_size(&home) > size)
		die("a home does not fit");
	return slice_of(room, pingan__v1__household__pack(&home, room));
}

static void apply(struct bench *b, struct event *ev, ms_t now_ms, struct outcome_of_step *out, const char *home)
{
	struct incident before = b->after;
	struct world world = {.now_ms = now_ms, .policy = &POLICY_DEFAULT, .arrival_due_min = 15, .has_contacts = true};

	snprintf(world.household, sizeof world.household, "%s", home);
	snprintf(world.area, sizeof world.area, "440104004001");
	incident_step(&before, ev, &world, &b->after, out);
	if (out->verdict != MOVE)
		die("the core refuses what the bench asks of it");
}

/* An incident that began at `now_ms`, and nobody is there: a class 1 call whose plan has come to the duty phones; or one
 * that an operator has answered and spoken to, and the next thing is a reminder. */
static void incident_open(struct bench *b, uint32_t i, ms_t now_ms)
{
	struct alarm a = {
		.id = UINT64_C(0x1000000) + i, .kind = KIND_SOS, .protocol = PROTOCOL_NATIVE, .zone = 1, .mains = true};
	struct event ev = {.type = EVENT_ALARM, .alarm = &a};
	struct outcome_of_step out;
	char home[ID_MAX];

	home_name(i, home);
	snprintf(a.device, sizeof a.device, "bd%06u", i);
	a.raised_ms = now_ms;
	a.battery_pct = 90;
	memset(&b->after, 0, sizeof b->after);
	apply(b, &ev, now_ms, &out, home);
	if (b->step == STEP_REMINDER) {
		struct event claim = {.type = EVENT_CLAIM, .who = "benchop"};
		struct event spoke = {.type = EVENT_SPOKE, .who = "benchop"};

		apply(b, &claim, now_ms, &out, home);
		apply(b, &spoke, now_ms, &out, home);
	}
}

static void *keep(struct slice bytes, void *at)
{
	memcpy(at, bytes.at, bytes.len);
	return (uint8_t *)at + bytes.len;
}

/* What comes of the deadline, kept for the bare commits. */
static void one_make(struct bench *b, struct one *o)
{
	struct event ev = {.type = EVENT_DEADLINE, .due_ms = incident_next_due(&b->after)};
	struct buf bytes = buf_of(b->encode, sizeof b->encode);
	struct outcome_of_step out;
	uint8_t *at;

	apply(b, &ev, ev.due_ms, &out, b->after.household);
	if (out.outbox_count > 1 || out.taken[0] != '\0' || out.freed_count != 0)
		die("this deadline does more than the bare commit knows of");
	incident_encode(&b->after, &bytes);
	o->body_len = (uint32_t)bytes.len;
	char key[STORE_KEY_MAX];
	snprintf(key, sizeof key, "incident:%016" PRIx64, o->incident);
	log_event_encode("d0123456789ab", key, &b->after.lines[b->after.line_count - out.added], out.added, b->after.text,
	                 slice_of(NULL, 0), "", &bytes);
	o->event_len = (uint32_t)bytes.len - o->body_len;
	if (out.outbox_count != 0) {
		Pingan__V1__Outbox m = PINGAN__V1__OUTBOX__INIT;
		uint8_t *room;

		m.what = (Pingan__V1__Outbox__What)out.outbox[0].what;
		m.incident = o->incident;
		m.household = b->after.household;
		m.target = out.outbox[0].target;
		m.number = out.outbox[0].number;
		o->outbox_len = (uint32_t)pingan__v1__outbox__get_packed_size(&m);
		room = buf_room(&bytes, o->outbox_len);
		if (room == NULL)
			die("an outbox entry does not fit");
		pingan__v1__outbox__pack(&m, room);
		snprintf(o->outbox_key, sizeof o->outbox_key, "%016" PRIx64 ":%d:%s:%" PRIu32 ".%" PRIu32, o->incident,
		         (int)out.outbox[0].what, m.target, m.job, m.number);
	}
	at = o->bytes = malloc(bytes.len);
	if (bytes.overflow || at == NULL)
		die("no room");
	keep(slice_of(b->encode, bytes.len), at);
}

/* ------------------------------------------------------------ Redis */

static void redis_open(struct bench *b)
{
	redisReply *reply;

	b->redis = redisConnectUnix(b->socket);
	if (b->redis == NULL || b->redis->err != 0)
		die("no connection to Redis");
	reply = redisCommand(b->redis, "FUNCTION LOAD REPLACE %b", COMMIT_LUA, COMMIT_LUA_LEN);
	if (reply == NULL || reply->type == REDIS_REPLY_ERROR)
		die("the function library is refused");
	freeReplyObject(reply);
}

static void write_out(struct bench *b)
{
	int done = 0;

	while (done == 0)
		if (redisBufferWrite(b->redis, &done) != REDIS_OK)
			die("Redis has gone");
}

static void read_one(struct bench *b)
{
	struct store_answer answer;
	redisReply *reply = NULL;

	if (redisGetReply(b->redis, (void **)&reply) != REDIS_OK)
		die("Redis has gone");
	if (!commit_answer_read(reply, &answer) || answer.result != STORE_STORED) {
		if (b->refused++ == 0)
			fprintf(stderr, "bench_timers: not stored: %s\n",
			        reply->type == REDIS_REPLY_ERROR ? reply->str : answer.value);
	}
	freeReplyObject(reply);
	b->answered++;
}

static void send(struct bench *b, const struct store_commit *c)
{
	commit_call_make(&b->call, b->prefix, c, 0);
	if (redisAppendCommandArgv(b->redis, b->call.argc, b->call.argv, b->call.argvlen) != REDIS_OK)
		die("cannot send");
	b->sent++;
}

/* After each CHUNK: out with it, and back what is beyond the window. */
static void pump(struct bench *b, bool all)
{
	if (!all && b->sent % CHUNK != 0)
		return;
	write_out(b);
	while (b->sent - b->answered > (all ? 0 : WINDOW - CHUNK))
		read_one(b);
}

static uint64_t log_newest(struct bench *b)
{
	redisReply *reply = redisCommand(b->redis, "GET %shead", b->prefix);
	uint64_t id = 0, commit;
	ms_t at_ms;

	if (reply == NULL)
		die("Redis has gone");
	if (!commit_head_read(reply, &id, &commit, &at_ms))
		id = 0;
	freeReplyObject(reply);
	return id;
}

static void put(struct store_commit *c, const char *key, uint64_t expect, struct slice body)
{
	struct store_put *p = &c->puts[c->put_count++];

	snprintf(p->key, sizeof p->key, "%s", key);
	p->expect = expect;
	p->body = body;
}

static void link_add(struct store_commit *c, enum store_link_op op, const char *name, const char *value)
{
	struct store_link *l = &c->links[c->link_count++];

	l->op = op;
	snprintf(l->name, sizeof l->name, "%s", name);
	snprintf(l->value, sizeof l->value, "%s", value);
}

static void fill_one(struct bench *b, uint32_t i)
{
	static const uint8_t event[] = {0};
	struct store_commit c = {.id = FILL_COMMIT + i, .event = slice_of(event, 0)};
	char key[STORE_KEY_MAX], home[ID_MAX], home_key[STORE_KEY_MAX], open[STORE_KEY_MAX];
	struct buf bytes = buf_of(b->encode, RECORD_MAX);
	struct one *o = &b->all[i];
	ms_t took_ms;

	o->due_ms = b->due_ms + (ms_t)((uint64_t)b->over_ms * i / b->count);
	incident_open(b, i, o->due_ms);
	took_ms = incident_next_due(&b->after) - o->due_ms;
	incident_open(b, i, o->due_ms - took_ms);
	if (incident_next_due(&b->after) != o->due_ms)
		die("the deadline is not where it should be");
	o->incident = b->after.id;
	incident_encode(&b->after, &bytes);
	snprintf(key, sizeof key, "incident:%016" PRIx64, o->incident);
	home_name(i, home);
	snprintf(home_key, sizeof home_key, "household:%s", home);
	snprintf(open, sizeof open, "open:%s", home);
	put(&c, key, 0, slice_of(bytes.at, bytes.len));
	put(&c, home_key, 0, home_encode(i, b->encode + RECORD_MAX, RECORD_MAX));
	link_add(&c, LINK_UNIQUE, open, key);
	link_add(&c, LINK_ADD, "incidents:open", key);
	send(b, &c);
	if (strcmp(b->mode, "bare") == 0)
		one_make(b, o);
	pump(b, false);
}

static void fill(struct bench *b)
{
	for (uint32_t i = 0; i < b->count; i++)
		fill_one(b, i);
	pump(b, true);
	if (b->refused != 0)
		die("the set is not whole");
}

/* ------------------------------------------------------------ bare commits */

static void bare_one(struct bench *b, uint32_t i)
{
	const struct one *o = &b->all[i];
	struct store_commit c = {.id = BARE_COMMIT + i, .not_before_ms = 1};
	char key[STORE_KEY_MAX];

	snprintf(key, sizeof key, "incident:%016" PRIx64, o->incident);
	put(&c, key, FILL_COMMIT + i, slice_of(o->bytes, o->body_len));
	c.event = slice_of(o->bytes + o->body_len, o->event_len);
	if (o->outbox_len != 0) {
		c.outbox_count = 1;
		memcpy(c.outbox[0].key, o->outbox_key, sizeof c.outbox[0].key);
		c.outbox[0].body = slice_of(o->bytes + o->body_len + o->event_len, o->outbox_len);
	}
	send(b, &c);
}

/* Everything at once: WINDOW calls in flight. Over time: what is due by now goes, then its answers are read. */
static void bare(struct bench *b)
{
	uint32_t i = 0;

	b->due_ms = store_ms() + 1;
	for (uint32_t k = 0; k < b->count; k++)
		b->all[k].due_ms = b->due_ms + (ms_t)((uint64_t)b->over_ms * k / b->count);
	while (store_ms() < b->due_ms)
		wait_ms(1);
	while (i < b->count) {
		ms_t now_ms = store_ms();

		for (; i < b->count && b->all[i].due_ms <= now_ms; i++) {
			bare_one(b, i);
			if (b->over_ms == 0)
				pump(b, false);
		}
		if (b->over_ms != 0 || i == b->count)
			pump(b, true);
		if (i < b->count && store_ms() == now_ms)
			wait_ms(1);
	}
}

/* ------------------------------------------------------------ how late */

static int by_incident(const void *a, const void *b)
{
	uint64_t x = ((const struct one *)a)->incident, y = ((const struct one *)b)->incident;

	return (x > y) - (x < y);
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The first entry of each incident behind `after` is its deadline. Returns how many were new. */
static uint32_t read_entries(struct bench *b, uint64_t *after)
{
	redisReply *reply =
		redisCommand(b->redis, "XRANGE %slog %" PRIu64 "-0 + COUNT %d", b->prefix, *after + 1, READ_ENTRIES);
	uint32_t found = 0;

	if (reply == NULL || reply->type != REDIS_REPLY_ARRAY)
		die("the log cannot be read");
	for (size_t i = 0; i < reply->elements; i++) {
		struct store_entry e;
		struct one want = {0}, *o;

		if (!commit_entry_read(reply->element[i], &e))
			die("an entry of the log is unreadable");
		*after = e.id;
		if (e.record_count == 0 || strncmp(e.records[0].key, "incident:", 9) != 0)
			continue;
		want.incident = strtoull(e.records[0].key + 9, NULL, 16);
		o = bsearch(&want, b->all, b->count, sizeof want, by_incident);
		if (o != NULL && o->at_ms == 0) {
			o->at_ms = e.at_ms;
			found++;
		}
	}
	freeReplyObject(reply);
	return found;
}

static void report(struct bench *b)
{
	int64_t *late_ms = calloc(b->count, sizeof *late_ms);
	int64_t begun_ms = INT64_MAX, ended_ms = 0, early = 0;

	if (late_ms == NULL)
		die("no room");
	for (uint32_t i = 0; i < b->count; i++) {
		const struct one *o = &b->all[i];

		late_ms[i] = o->at_ms - o->due_ms;
		early += late_ms[i] < 0;
		if (o->due_ms < begun_ms)
			begun_ms = o->due_ms;
		if (o->at_ms > ended_ms)
			ended_ms = o->at_ms;
	}
	qsort(late_ms, b->count, sizeof *late_ms, by_size);
	printf("{\"count\":%u,\"over_ms\":%" PRId64 ",\"p50_ms\":%" PRId64 ",\"p99_ms\":%" PRId64 ",\"max_ms\":%" PRId64
	       ",\"drained_ms\":%" PRId64 ",\"early\":%" PRId64 "}\n",
	       b->count, b->over_ms, late_ms[b->count / 2], late_ms[(uint64_t)b->count * 99 / 100], late_ms[b->count - 1],
	       ended_ms - begun_ms, early);
	if (early != 0)
		die("a deadline was carried out before its time");
	free(late_ms);
}

/* The log is read when the work is done, so that reading does not slow it: until then only `head` is looked at. */
static void read_back(struct bench *b, uint64_t after, bool finished)
{
	uint32_t seen = 0;
	int64_t until_ms;

	qsort(b->all, b->count, sizeof *b->all, by_incident);
	while (!finished && store_ms() < b->due_ms + b->over_ms)
		wait_ms(50);
	until_ms = mono_ms() + b->timeout_ms;
	while (!finished && log_newest(b) < after + b->count) {
		if (mono_ms() > until_ms)
			die("not all deadlines were carried out in time");
		wait_ms(50);
	}
	while (seen < b->count) {
		uint32_t found = read_entries(b, &after);

		seen += found;
		if (found != 0)
			continue;
		if (mono_ms() > until_ms)
			die("not all deadlines were carried out in time");
		wait_ms(20);
	}
}

/* ------------------------------------------------------------ */

static const char USAGE[] =
	"usage: bench_timers fill|bare|read --redis SOCKET [options]\n"
	"  --prefix P      of all keys (pa:)\n"
	"  --count N       incidents (100000; at most 200000)\n"
	"  --due MS        fill, read: when the first deadline is due, ms since 1970\n"
	"  --over MS       the deadlines come due evenly over so long (0: all at once)\n"
	"  --step NAME     phones: class 1, nobody there, the next duty phone rings (outbox entry); reminder: of an owner\n"
	"  --after N       read: the log's newest entry when the set was filled\n"
	"  --timeout MS    read: give up so long after the last deadline (60000)\n"
	"Records stay behind under the prefix: use a Redis of your own.\n";

static uint64_t number_arg(const char *text, uint64_t max)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);

	if (*text == '\0' || *end != '\0' || n > max) {
		fprintf(stderr, "bench_timers: bad number: %s\n", text);
		exit(2);
	}
	return n;
}

static uint64_t parse(struct bench *b, int argc, char **argv)
{
	static const struct option options[] = {{"redis", required_argument, NULL, 'r'},
	                                        {"prefix", required_argument, NULL, 'P'},
	                                        {"count", required_argument, NULL, 'c'},
	                                        {"due", required_argument, NULL, 'd'},
	                                        {"over", required_argument, NULL, 'o'},
	                                        {"step", required_argument, NULL, 's'},
	                                        {"after", required_argument, NULL, 'a'},
	                                        {"timeout", required_argument, NULL, 't'},
	                                        {0}};
	uint64_t after = 0;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'r':
			b->socket = optarg;
			break;
		case 'P':
			b->prefix = optarg;
			break;
		case 'c':
			b->count = (uint32_t)number_arg(optarg, COUNT_MAX);
			break;
		case 'd':
			b->due_ms = (ms_t)number_arg(optarg, INT64_C(1) << 48);
			break;
		case 'o':
			b->over_ms = (ms_t)number_arg(optarg, 600000);
			break;
		case 's':
			b->step = strcmp(optarg, "reminder") == 0 ? STEP_REMINDER : STEP_PHONES;
			break;
		case 'a':
			after = number_arg(optarg, INT64_MAX);
			break;
		case 't':
			b->timeout_ms = (int64_t)number_arg(optarg, 600000);
			break;
		default:
			fputs(USAGE, stderr);
			exit(2);
		}
	}
	b->mode = optind < argc ? argv[optind] : "";
	if (b->socket == NULL || b->count == 0 || !commit_prefix_valid(b->prefix) || optind + 1 != argc) {
		fputs(USAGE, stderr);
		exit(2);
	}
	return after;
}

int main(int argc, char **argv)
{
	static struct bench b = {.prefix = "pa:", .count = 100000, .timeout_ms = 60000};
	uint64_t after = parse(&b, argc, argv);

	b.all = calloc(b.count, sizeof *b.all);
	if (b.all == NULL)
		die("no room");
	redis_open(&b);
	if (strcmp(b.mode, "fill") == 0) {
		fill(&b);
		printf("{\"after\":%" PRIu64 "}\n", log_newest(&b));
	} else if (strcmp(b.mode, "bare") == 0) {
		b.due_ms = store_ms();
		fill(&b);
		after = log_newest(&b);
		bare(&b);
		if (b.refused != 0)
			die("a bare commit was refused");
		read_back(&b, after, true);
		report(&b);
	} else if (strcmp(b.mode, "read") == 0) {
		for (uint32_t i = 0; i < b.count; i++) {
			b.all[i].due_ms = b.due_ms + (ms_t)((uint64_t)b.over_ms * i / b.count);
			incident_open(&b, i, b.all[i].due_ms);
			incident_open(&b, i, 2 * b.all[i].due_ms - incident_next_due(&b.after));
			b.all[i].incident = b.after.id;
		}
		read_back(&b, after, false);
		report(&b);
	} else {
		fputs(USAGE, stderr);
		exit(2);
	}
	for (uint32_t i = 0; i < b.count; i++)
		free(b.all[i].bytes);
	free(b.all);
	redisFree(b.redis);
	return 0;
}
