/* The gate on a real Redis with a real replica: nothing is safe before the replica has it. */
#include "contract/store_harness.h"

struct pair {
	struct stage *w;
	struct redis_server replica;
};

static struct pair pair_new(uint32_t replicas)
{
	static char port[8], primary[8];
	const char *args[] = {"--port", port, "--bind", "127.0.0.1", "--repl-diskless-sync-delay", "0", NULL};
	const char *replica_args[] = {"--port", "0", "--replicaof", "127.0.0.1", primary, NULL};
	struct pair p;

	snprintf(port, sizeof port, "%u", stage_free_port());
	snprintf(primary, sizeof primary, "%s", port);
	p.w = stage_new(true, args, NULL);
	p.w->config.replicas = replicas;
	redis_server_start(&p.replica, replica_args);
	for (int i = 0;; i++) {
		redisReply *reply = stage_ask(p.w, "WAIT 1 100");
		long long n = reply->integer;

		freeReplyObject(reply);
		if (n >= 1)
			break;
		assert_true(i < 200);
	}
	return p;
}

/* With the replica stopped entries are read and not safe; with it back they are. A WAIT that counted too early would say
 * yes here: this also watches that a replica on appendfsync always answers after its own sync. */
static void test_gate_waits_for_the_replica(void **state)
{
	struct pair p = pair_new(1);
	struct client *a = client_new(p.w);
	struct store_commit c = commit_of(p.w, "incident:01", 0, "x");
	uint64_t last = c.id;
	ms_t asked_ms;

	(void)state;
	assert_true(a->replicated);
	stored(a, &c);
	await(p.w, a->safe == 1, "safe with a replica");
	redis_server_freeze(&p.replica, true);
	c = commit_of(p.w, "incident:01", last, "y");
	last = c.id;
	stored(a, &c);
	client_entry(a, 2);
	/* Two whole WAITs go by: the gate stays shut, work goes on. */
	asked_ms = clock_mono(a->clock).ms;
	await(p.w, clock_mono(a->clock).ms > asked_ms + 1200, "time passes");
	assert_int_equal(a->safe, 1);
	assert_int_equal(a->downs, 0);
	c = commit_of(p.w, "incident:01", last, "z");
	assert_int_equal(stored(a, &c), 3);
	redis_server_freeze(&p.replica, false);
	await(p.w, a->safe == 3, "safe again");
	assert_int_equal(a->downs, 0);
	redis_server_end(&p.replica);
	stage_free(p.w);
}

/* What was loaded, and what was read before a link fell, is told safe as well: answers wait for it. */
static void test_gate_after_load_and_reconnect(void **state)
{
	struct pair p = pair_new(1);
	struct client *a = client_new(p.w), *b;
	struct store_commit c = commit_of(p.w, "incident:01", 0, "x");

	(void)state;
	redis_server_freeze(&p.replica, true);
	stored(a, &c);
	client_entry(a, 1);
	b = client_new(p.w);
	assert_int_equal(b->newest, 1);
	redis_store_test_fail(a->redis, STORE_FAIL_DROP);
	await(p.w, a->downs == 1, "down");
	assert_int_equal(client_attach(a), ATTACH_TAIL);
	assert_int_equal(a->safe, 0);
	assert_int_equal(b->safe, 0);
	redis_server_freeze(&p.replica, false);
	await(p.w, a->safe == 1 && b->safe == 1, "safe");
	redis_server_end(&p.replica);
	stage_free(p.w);
}

/* A replica dies and is not replaced: nothing is safe, nothing falls. */
static void test_gate_without_its_replica(void **state)
{
	struct pair p = pair_new(1);
	struct client *a = client_new(p.w);
	struct store_commit c = commit_of(p.w, "incident:01", 0, "x");
	ms_t asked_ms;

	(void)state;
	redis_server_end(&p.replica);
	stored(a, &c);
	client_entry(a, 1);
	asked_ms = clock_mono(a->clock).ms;
	await(p.w, clock_mono(a->clock).ms > asked_ms + 700, "time passes");
	assert_int_equal(a->safe, 0);
	stage_free(p.w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gate_waits_for_the_replica),
		cmocka_unit_test(test_gate_after_load_and_reconnect),
		cmocka_unit_test(test_gate_without_its_replica),
	};

	return cmocka_run_group_tests_name("redis gate", tests, NULL, NULL);
}
