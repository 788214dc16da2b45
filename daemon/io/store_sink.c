#include "io/snapshot.h"
#include "io/store_sink.h"

static void to_attached(void *ctx, enum attach_result result, bool replicated)
{
	app_store_attached(ctx, result, replicated);
}

static void to_down(void *ctx)
{
	app_store_down(ctx);
}

static void to_answer(void *ctx, uint64_t commit, const struct store_answer *answer)
{
	app_store_answer(ctx, commit, answer);
}

static void to_entry(void *ctx, const struct store_entry *entry)
{
	app_store_entry(ctx, entry);
}

static void to_safe(void *ctx, uint64_t id)
{
	app_store_safe(ctx, id);
}

static void to_load_begin(void *ctx)
{
	app_load_begin(ctx);
}

static void to_load_record(void *ctx, const struct store_record *record)
{
	app_load_record(ctx, record);
}

static void to_load_end(void *ctx, uint64_t id, uint64_t commit, int64_t stale_ms)
{
	app_load_end(ctx, id, commit, stale_ms);
}

static void to_seen_put(void *ctx, bool ok)
{
	app_store_seen_put(ctx, ok);
}

static void to_seen(void *ctx, const struct store_seen *list, size_t count)
{
	app_store_seen(ctx, list, count);
}

struct store_sink store_sink_app(struct app *app)
{
	return (struct store_sink){
		.ctx = app,
		.attached = to_attached,
		.down = to_down,
		.answer = to_answer,
		.entry = to_entry,
		.safe = to_safe,
		.load_begin = to_load_begin,
		.load_record = to_load_record,
		.load_end = to_load_end,
		.seen_put = to_seen_put,
		.seen = to_seen,
	};
}

static void app_walk(void *ctx, void (*each)(void *each_ctx, const struct store_record *record), void *each_ctx)
{
	app_records(ctx, each, each_ctx);
}

static bool app_current(void *ctx)
{
	struct app_health health;

	app_health(ctx, &health);
	return health.store_up && health.loaded && health.stale_ms == 0;
}

static uint64_t app_newest(void *ctx)
{
	struct app_health health;

	app_health(ctx, &health);
	return health.newest;
}

struct snapshot_source snapshot_source_app(struct app *app)
{
	return (struct snapshot_source){
		.ctx = app,
		.records = app_walk,
		.current = app_current,
		.newest = app_newest,
		.sink = store_sink_app(app),
	};
}
