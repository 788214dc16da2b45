#include "io/loop_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <event2/event.h>
#include <systemd/sd-daemon.h>

#include "io/crypto.h"
#include "io/pinyin.h"
#include "io/vendor.h"

#define SLOW_TURN_NS 10000000
/* Descriptors for what is not a connection of a device or a browser: Redis, helper, listeners, log, test control. */
#define FILES_RESERVED 64
/* libwebsockets keeps a row per descriptor that it may meet. */
#define FILES_MAX 1048576

/* ------------------------------------------------------------ signals */

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	struct loop *loop = arg;

	(void)what;
	if (number == SIGHUP)
		loop->reload = true;
	else
		loop->ending = true;
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg; /* that the loop woke up is all there is to it */
}

static struct unit_settings units_of(const struct config *c)
{
	struct unit_settings ret = {.prompts = c->units.prompts, .number_count = c->units.numbers.count};

	memcpy(ret.language, c->units.language, sizeof ret.language);
	for (uint32_t i = 0; i < ret.number_count; i++)
		snprintf(ret.numbers[i], sizeof ret.numbers[i], "%.21s", c->units.numbers.at[i]);
	return ret;
}

static struct wall_settings wall_of(const struct config *c)
{
	return (struct wall_settings){.distance_m = c->wall.distance_m,
	                              .pixel_um = c->wall.pixel_um,
	                              .login_ms = (int64_t)c->sessions.wall_days * SECONDS(86400)};
}

static struct login_settings logins_of(const struct config *c)
{
	return (struct login_settings){.desk_ms = MINUTES(c->sessions.idle_desk_min),
	                               .field_ms = MINUTES(c->sessions.idle_field_min),
	                               .technician_ms = MINUTES(c->sessions.idle_technician_min),
	                               .office_ms = MINUTES(c->sessions.idle_office_min)};
}

static void reload(struct loop *loop)
{
	struct login_settings logins;
	struct unit_settings units;
	struct wall_settings wall;
	char why[CONFIG_WHY_MAX], keys[512];
	struct config *next = calloc(1, sizeof *next);
	struct vendors *vendors;

	loop->reload = false;
	sd_notify(0, "RELOADING=1");
	if (next == NULL || loop->options.config_path == NULL) {
		log_line(loop->log, "CONFIG_KEPT", "why=\"no file to read\"");
	} else if (!config_load(loop->options.config_path, next, why) ||
	           (vendors = vendors_load(next->vendor_file, true, why)) == NULL ||
	           !web_reload(loop->web, next, vendors, why)) {
		metric_add(&loop->metrics, METRIC_RELOADS_REFUSED, 1);
		log_line(loop->log, "CONFIG_KEPT", "why=\"%s\"", why);
	} else {
		settings_restart(&CONFIG_SETTINGS, &loop->config, next, keys, sizeof keys);
		app_policy(loop->app, &next->policy);
		units = units_of(next);
		app_units(loop->app, &units);
		wall = wall_of(next);
		app_wall(loop->app, &wall);
		logins = logins_of(next);
		app_logins(loop->app, &logins);
		loop->config = *next;
		app_codes(loop->app, &loop->config.codes);
		metric_add(&loop->metrics, METRIC_RELOADS, 1);
		log_line(loop->log, "CONFIG_TAKEN", "at_next_start=\"%s\"", keys);
	}
	if (next != NULL)
		explicit_bzero(next, sizeof *next);
	free(next);
	sd_notify(0, "READY=1");
}

/* ------------------------------------------------------------ turns */

static void gauges(void *ctx)
{
	struct loop *loop = ctx;
	struct links_stats links;
	struct log_stats log;

	links_stats(loop->links, &links);
	log_stats(loop->log, &log);
	metric_set(&loop->metrics, METRIC_WEB_CONNECTIONS, web_connections(loop->web));
	metric_set(&loop->metrics, METRIC_VENDOR_CONNECTIONS, web_hook_connections(loop->web));
	metric_set(&loop->metrics, METRIC_LINKS_OPEN, links.open);
	metric_set(&loop->metrics, METRIC_LINKS_PAUSED, links.paused);
	metric_set(&loop->metrics, METRIC_LINKS_REFUSED, links.refused);
	metric_set(&loop->metrics, METRIC_LOG_LINES, log.lines);
	metric_set(&loop->metrics, METRIC_LOG_HELD, log.held);
	metric_set(&loop->metrics, METRIC_LOOP_LONGEST_US, (uint64_t)(loop->longest_ns / 1000));
	metric_set(&loop->metrics, METRIC_LOOP_LONGEST_CPU_US, (uint64_t)(loop->longest_cpu_ns / 1000));
	loop->longest_ns = 0;
	loop->longest_cpu_ns = 0;
}

static void tell_systemd(struct loop *loop)
{
	mono_t now = clock_mono(loop->clock);
	struct app_health h;

	if (!loop->ready) {
		app_health(loop->app, &h);
		if (h.loaded) {
			loop->ready = true;
			log_line(loop->log, "READY", "newest=%" PRIu64 " stale_ms=%" PRId64, h.newest, h.stale_ms);
			sd_notify(0, "READY=1\nSTATUS=serving");
		} else if (now.ms - loop->petted.ms >= 1000) {
			/* Waiting for Redis without a snapshot is no reason to be killed; it can take long. */
			sd_notify(0, "EXTEND_TIMEOUT_USEC=15000000\nSTATUS=waiting for the store");
			if (loop->pet_every_ms == 0)
				loop->petted = now;
		}
	}
	if (loop->pet_every_ms != 0 && now.ms - loop->petted.ms >= loop->pet_every_ms) {
		loop->petted = now;
		sd_notify(0, "WATCHDOG=1");
	}
}

/* Says as of which entry the local copy stands. It is written anew at once when somebody wants that: a home was erased, and
 * the copy must forget it too. */
static void keep_snapshot(struct loop *loop)
{
	struct snapshot_stats stats = {0};
	uint64_t wishes;

	if (loop->snapshot != NULL)
		snapshot_stats(loop->snapshot, &stats);
	wishes = app_snapshot(loop->app, loop->snapshot != NULL, stats.entry);
	if (loop->snapshot != NULL && wishes != loop->snapshot_wishes)
		snapshot_now(loop->snapshot);
	else if (loop->snapshot != NULL)
		snapshot_turn(loop->snapshot);
	loop->snapshot_wishes = wishes;
}

/* The app leaves, or is told to stay after all: the doors follow. What has no door (UDP) is answered to the last, and whoever
 * asks over HTTP is answered and then hung up on (http.c). */
static void doors(struct loop *loop)
{
	mono_t now = clock_mono(loop->clock);
	struct app_leaving left;

	app_leaving(loop->app, &left);
	if (left.leaves == loop->shut && !(loop->listen_again && now.ms - loop->listened_at.ms >= 1000))
		return;
	loop->shut = left.leaves;
	loop->listened_at = now;
	web_leave(loop->web, left.leaves);
	loop->listen_again = !device_server_listen(loop->devices, !left.leaves);
	app_listens(loop->app, !loop->listen_again);
	if (loop->phase == LOOP_RUNS && loop->ready)
		sd_notify(0, left.leaves ? "STATUS=draining" : "STATUS=serving");
}

/* Returns for how long nothing needs to be done. */
static int64_t turn(struct loop *loop)
{
	int64_t wait_ms, took_ns, cpu_ns, events_ns;
	int64_t begun_ns = clock_precise_ns(loop->clock);
	int64_t begun_cpu_ns = clock_cpu_ns();

	wait_ms = app_turn(loop->app);
	redis_store_flush(loop->store);
	keep_snapshot(loop);
	doors(loop);
	loop->turns++;
	metric_set(&loop->metrics, METRIC_LOOP_TURNS, loop->turns);
	took_ns = clock_precise_ns(loop->clock) - begun_ns;
	if (took_ns > loop->longest_ns)
		loop->longest_ns = took_ns;
	/* What other programs of this machine make a turn wait for is not in it: this one is the daemon's own doing. */
	cpu_ns = clock_cpu_ns() - loop->cpu_ns;
	events_ns = begun_cpu_ns - loop->cpu_ns;
	loop->cpu_ns += cpu_ns;
	if (cpu_ns > loop->longest_cpu_ns)
		loop->longest_cpu_ns = cpu_ns;
	if (took_ns >= SLOW_TURN_NS || cpu_ns >= SLOW_TURN_NS) {
		metric_add(&loop->metrics, METRIC_LOOP_SLOW, 1);
		log_line(loop->log, "TURN_SLOW", "ms=%" PRId64 " processor_us=%" PRId64 " events_us=%" PRId64,
		         took_ns / 1000000, cpu_ns / 1000, events_ns / 1000);
	}
#ifdef PINGAN_TEST_BUILD
	if (loop->testctl != NULL)
		testctl_turned(loop->testctl, loop->turns);
#endif
	tell_systemd(loop);
	return wait_ms;
}

static void leave_begin(struct loop *loop)
{
	loop->phase = LOOP_LEAVES;
	loop->phase_until.ms = clock_mono(loop->clock).ms + LEAVE_MAX_MS;
	log_line(loop->log, "STOPPING", "links=%" PRIu64, loop->metrics.values[METRIC_LINKS_OPEN]);
	sd_notify(0, "STOPPING=1");
	app_leave(loop->app, LEAVE_MAX_MS);
	doors(loop);
}

/* Everybody has gone elsewhere, and what was received is durable and answered; or the store can't make it so. */
static bool left(const struct loop *loop)
{
	struct redis_store_stats store;
	struct app_leaving now;
	struct app_health health;

	redis_store_stats(loop->store, &store);
	app_leaving(loop->app, &now);
	app_health(loop->app, &health);
	return now.units == 0 && now.screens == 0 && (!health.store_up || (now.in_hand == 0 && store.in_flight == 0));
}

static void end_begin(struct loop *loop)
{
	loop->phase = LOOP_ENDS;
	loop->phase_until.ms = clock_mono(loop->clock).ms + DRAIN_MAX_MS;
	web_stop(loop->web);
	device_server_stop(loop->devices);
	if (loop->udp != NULL)
		device_udp_stop(loop->udp);
}

/* What was on its way through the store has come back, and the last words have gone out. */
static bool drained(const struct loop *loop)
{
	struct redis_store_stats store;

	redis_store_stats(loop->store, &store);
	return store.in_flight == 0 && web_connections(loop->web) == 0 && device_server_connections(loop->devices) == 0;
}

int loop_run(struct loop *loop)
{
	int64_t wait_ms;

	/* What was known when we last ran, at once; the store's own word replaces it as soon as it is there. */
	if (loop->snapshot != NULL) {
		snapshot_load(loop->snapshot);
		snapshot_start(loop->snapshot);
	}
	redis_store_start(loop->store);
	loop->cpu_ns = clock_cpu_ns();
	wait_ms = turn(loop);
	for (;;) {
		int flags = EVLOOP_ONCE;

		if (loop->reload)
			reload(loop);
		if (loop->ending && loop->phase == LOOP_RUNS) {
			leave_begin(loop);
			wait_ms = 0;
		}
		if (loop->phase == LOOP_LEAVES && (left(loop) || clock_mono(loop->clock).ms >= loop->phase_until.ms))
			end_begin(loop);
		if (loop->phase == LOOP_ENDS && (drained(loop) || clock_mono(loop->clock).ms >= loop->phase_until.ms))
			break;
		if (wait_ms > 1000 || wait_ms < 0)
			wait_ms = 1000;
		if (loop->phase != LOOP_RUNS && wait_ms > 10)
			wait_ms = 10;
		if (wait_ms == 0) {
			/* Once: without it the loop goes on for as long as anything comes, and nothing is decided. */
			flags = EVLOOP_ONCE | EVLOOP_NONBLOCK;
		} else {
			struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = (wait_ms % 1000) * 1000};

			event_add(loop->wake, &wait);
		}
		if (event_base_loop(loop->base, flags) < 0) {
			log_line(loop->log, "LOOP_BROKEN", "errno=%d", errno);
			return 1;
		}
		wait_ms = turn(loop);
	}
	if (loop->snapshot != NULL)
		snapshot_save(loop->snapshot);
	log_line(loop->log, "STOPPED", "turns=%" PRIu64, loop->turns);
	return 0;
}

/* ------------------------------------------------------------ building */

static uint64_t unit_links(const struct config *c)
{
	return c->serve_devices ? (uint64_t)c->limits.devices + c->limits.dc09 + c->limits.watch : 0;
}

static uint64_t hook_files(const struct config *c)
{
	return c->serve_devices && c->listen.webhook.address.kind != ADDRESS_NONE ? c->limits.webhook : 0;
}

/* As many descriptors as we may have; the limits of the configuration must fit. */
static bool files_raise(const struct config *c, char why[LOOP_WHY_MAX])
{
	uint64_t needed = (uint64_t)FILES_RESERVED + unit_links(c) + hook_files(c) + (c->serve_screens ? c->limits.web : 0);
	struct rlimit files;

	ENSURE(getrlimit(RLIMIT_NOFILE, &files) == 0);
	files.rlim_cur = files.rlim_max > FILES_MAX ? FILES_MAX : files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files); /* what we really have is asked below */
	ENSURE(getrlimit(RLIMIT_NOFILE, &files) == 0);
	if (files.rlim_cur >= needed)
		return true;
	snprintf(why, LOOP_WHY_MAX,
	         "limits: this process may open %" PRIu64
	         " files; limits.devices, limits.dc09, limits.watch and limits.web need %" PRIu64
	         ". Raise LimitNOFILE or lower them",
	         (uint64_t)files.rlim_cur, needed);
	return false;
}

static bool build_base(struct loop *loop, char why[LOOP_WHY_MAX])
{
	static const int SIGNALS[] = {SIGTERM, SIGINT, SIGHUP};
	struct event_config *cfg = event_config_new();
	uint64_t watchdog_us = 0;

	/* Milliseconds of waiting must be milliseconds, and one reading of the clock a turn is enough. */
	if (cfg != NULL)
		event_config_set_flag(cfg, EVENT_BASE_FLAG_PRECISE_TIMER);
	loop->base = cfg == NULL ? NULL : event_base_new_with_config(cfg);
	if (cfg != NULL)
		event_config_free(cfg);
	if (loop->base == NULL) {
		snprintf(why, LOOP_WHY_MAX, "libevent can't start");
		return false;
	}
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < COUNT_OF(SIGNALS); i++) {
		loop->signals[i] = evsignal_new(loop->base, SIGNALS[i], on_signal, loop);
		ENSURE(loop->signals[i] != NULL && event_add(loop->signals[i], NULL) == 0);
	}
	loop->wake = evtimer_new(loop->base, on_wake, loop);
	ENSURE(loop->wake != NULL);
	if (sd_watchdog_enabled(0, &watchdog_us) > 0)
		loop->pet_every_ms = (int64_t)(watchdog_us / 1000 / 3);
	return true;
}

static bool build_store(struct loop *loop, char why[LOOP_WHY_MAX])
{
	const struct config *c = &loop->config;
	struct redis_store_config store = {.timeout_ms = c->redis.timeout_ms, .replicas = c->redis.replicas};

	if (c->redis.address.kind == ADDRESS_UNIX) {
		memcpy(store.unix_path, c->redis.address.path, sizeof store.unix_path);
	} else {
		memcpy(store.host, c->redis.address.host, sizeof store.host);
		store.port = c->redis.address.port;
	}
	memcpy(store.user, c->redis.user, sizeof store.user);
	memcpy(store.password, c->redis.password, sizeof store.password);
	snprintf(store.prefix, sizeof store.prefix, "%s:", c->cell);
	loop->store = redis_store_new(loop->base, &store, loop->clock, loop->log, &loop->metrics);
	explicit_bzero(&store, sizeof store);
	if (loop->store == NULL)
		snprintf(why, LOOP_WHY_MAX, "no memory for the store");
	return loop->store != NULL;
}

static bool build_app(struct loop *loop, char why[LOOP_WHY_MAX])
{
	const struct config *c = &loop->config;
	struct ports ports = loop_ports(loop);
	struct app_config app = {
		.build = PINGAN_VERSION,
		.policy = c->policy,
		.codes = &c->codes,
		.heartbeat_s = c->heartbeat_s,
		.demo = c->demo,
		.serve_devices = c->serve_devices,
		.serve_screens = c->serve_screens,
	};

	app.beats = (struct beats_config){.longest_s = c->beats.longest_s,
	                                  .frames_a_s = c->beats.frames_a_s,
	                                  .links_a_s = c->beats.links_a_s,
	                                  .lag_ms = c->beats.lag_ms,
	                                  .calm_s = c->beats.calm_s};
	app.units = units_of(c);
	app.wall = wall_of(c);
	app.logins = logins_of(c);
	snprintf(app.daemon, sizeof app.daemon, "d%012" PRIx64, crypto_random(NULL) & UINT64_C(0xffffffffffff));
	app.pid = (uint32_t)getpid();
	if (gethostname(app.host, sizeof app.host - 1) != 0)
		app.host[0] = '\0';
	memcpy(app.root_area, c->root_area, sizeof app.root_area);
	memcpy(app.desk_phone, c->desk_phone, sizeof app.desk_phone);
	if (c->audit.key_file[0] != '\0') {
		char error[AUDIT_KEY_WHY_MAX];

		/* Who calls for help is helped all the same; the chain goes on, unsealed. */
		if (!audit_key_read(c->audit.key_file, false, &loop->audit, error)) {
			log_line(loop->log, "AUDIT_NO_KEY", "why=\"%s\"", error);
		} else {
			loop_ports_audit(&ports);
		}
	}
	loop->app = app_new(&app, &ports);
	if (loop->app == NULL)
		snprintf(why, LOOP_WHY_MAX, "no memory for the app");
	else
		log_line(loop->log, "STARTING", "daemon=%s version=%s cell=%s", app.daemon, PINGAN_VERSION, c->cell);
	return loop->app != NULL;
}

static bool build_snapshot(struct loop *loop, char why[LOOP_WHY_MAX])
{
	const struct config *c = &loop->config;
	const struct snapshot_config config = {
		.path = c->snapshot.path, .key_file = c->snapshot.key_file, .cell = c->cell, .every_s = c->snapshot.every_s};
	struct snapshot_source source;
	char error[SNAPSHOT_WHY_MAX] = "";

	if (c->snapshot.path[0] == '\0')
		return true;
	source = snapshot_source_app(loop->app);
	loop->snapshot = snapshot_new(loop->base, &config, &source, loop->clock, loop->log, &loop->metrics, error);
	if (loop->snapshot == NULL)
		snprintf(why, LOOP_WHY_MAX, "snapshot: %s", error);
	return loop->snapshot != NULL;
}

static const char *listened_for(enum protocol protocol)
{
	return protocol == PROTOCOL_NATIVE ? "devices" : protocol == PROTOCOL_WATCH ? "watch" : "dc09";
}

static bool build_devices(struct loop *loop, char why[LOOP_WHY_MAX])
{
	const struct config *c = &loop->config;
	struct device_listen listens[3];
	struct device_server_config config = {
		.listens = listens,
		.per_address_max = c->limits.devices_per_address,
		.strangers_max = c->limits.strangers,
	};
	char error[256] = "";

	if (c->serve_devices && c->listen.devices.address.kind != ADDRESS_NONE)
		listens[config.listen_count++] = (struct device_listen){
			.protocol = PROTOCOL_NATIVE,
			.address = c->listen.devices.address,
			.tls = c->listen.devices.tls,
			.certificate = c->listen.devices.cert,
			.key = c->listen.devices.key,
			.connections_max = c->limits.devices,
		};
	if (c->serve_devices && c->listen.dc09.address.kind != ADDRESS_NONE)
		listens[config.listen_count++] = (struct device_listen){
			.protocol = PROTOCOL_DC09,
			.address = c->listen.dc09.address,
			.connections_max = c->limits.dc09,
		};
	if (c->serve_devices && c->listen.watch.address.kind != ADDRESS_NONE)
		listens[config.listen_count++] = (struct device_listen){
			.protocol = PROTOCOL_WATCH,
			.address = c->listen.watch.address,
			.connections_max = c->limits.watch,
		};
	loop->devices =
		device_server_new(loop->base, &config, loop->app, loop->links, loop->log, &loop->metrics, loop->clock, error);
	if (loop->devices == NULL) {
		snprintf(why, LOOP_WHY_MAX, "listen.devices, listen.dc09 or listen.watch: %s", error);
		return false;
	}
	for (size_t i = 0; i < config.listen_count; i++)
		log_line(loop->log, "LISTENING", "for=%s port=%u", listened_for(listens[i].protocol),
		         device_server_port(loop->devices, i));
	return true;
}

/* Panels that speak UDP send to the port of the TCP listener. */
static bool build_udp(struct loop *loop, char why[LOOP_WHY_MAX])
{
	const struct config *c = &loop->config;
	char error[256] = "";
	size_t dc09 = c->listen.devices.address.kind != ADDRESS_NONE ? 1 : 0; /* its place among the listeners */

	if (!c->serve_devices || c->listen.dc09.address.kind != ADDRESS_TCP)
		return true;
	loop->udp = device_udp_new(loop->base, &c->listen.dc09.address, device_server_port(loop->devices, dc09),
	                           c->limits.dc09, loop->app, loop->links, &loop->metrics, loop->clock, error);
	if (loop->udp == NULL)
		snprintf(why, LOOP_WHY_MAX, "listen.dc09: %s", error);
	return loop->udp != NULL;
}

static bool build_web(struct loop *loop, char why[LOOP_WHY_MAX])
{
	const struct config *c = &loop->config;
	struct web_parts parts = {
		.base = loop->base,
		.config = &loop->config,
		.links = loop->links,
		.clock = loop->clock,
		.log = loop->log,
		.metrics = &loop->metrics,
		.echo = loop->options.echo,
		.echo_port = loop->options.echo_port,
	};
	char error[256] = "";

	parts.vendors = vendors_load(c->vendor_file, true, why);
	if (parts.vendors == NULL)
		return false;
	loop->web = web_new(&parts, error);
	if (loop->web == NULL) {
		snprintf(why, LOOP_WHY_MAX, "%s", error);
		return false;
	}
	web_set_app(loop->web, loop->app);
	web_before_metrics(loop->web, gauges, loop);
	if (web_port(loop->web) != 0)
		log_line(loop->log, "LISTENING", "for=web port=%u", web_port(loop->web));
	if (web_admin_port(loop->web) != 0)
		log_line(loop->log, "LISTENING", "for=admin port=%u", web_admin_port(loop->web));
	if (web_hook_port(loop->web) != 0)
		log_line(loop->log, "LISTENING", "for=webhook port=%u", web_hook_port(loop->web));
	if (web_echo_port(loop->web) != 0)
		log_line(loop->log, "LISTENING", "for=echo port=%u", web_echo_port(loop->web));
	return true;
}

static bool build(struct loop *loop, char why[LOOP_WHY_MAX])
{
	const struct config *c = &loop->config;
	size_t links;

	if (loop->options.config_path == NULL)
		config_preset(&loop->config);
	else if (!config_load(loop->options.config_path, &loop->config, why))
		return false;
	if (!pinyin_start(why))
		return false;
	if (!crypto_start()) {
		snprintf(why, LOOP_WHY_MAX, "libsodium can't start");
		return false;
	}
	if (!files_raise(c, why) || !build_base(loop, why))
		return false;
	/* Panels over UDP need no descriptor each, but a link. */
	links =
		(size_t)unit_links(c) + (c->serve_devices ? c->limits.dc09 : 0) + (c->serve_screens ? c->limits.screens : 0);
	loop->clock = clock_new();
	loop->log = loop->clock == NULL ? NULL : log_new(loop->clock, STDERR_FILENO);
	loop->links = links_new(links);
	if (loop->log == NULL || loop->links == NULL) {
		snprintf(why, LOOP_WHY_MAX, "no memory");
		return false;
	}
	if (!build_store(loop, why) || !build_app(loop, why))
		return false;
	redis_store_set_app(loop->store, loop->app);
	loop->retention = retention_new(loop->base, &loop->config, loop->app, loop->clock, loop->log);
	if (loop->retention == NULL) {
		snprintf(why, LOOP_WHY_MAX, "no memory");
		return false;
	}
	if (!build_snapshot(loop, why) || !build_web(loop, why) || !build_devices(loop, why) || !build_udp(loop, why))
		return false;
#ifdef PINGAN_TEST_BUILD
	if (loop->options.test_control != NULL) {
		loop->testctl = testctl_new(loop->base, loop->options.test_control, loop->clock, loop->app, loop->store, why);
		if (loop->testctl == NULL)
			return false;
	}
#endif
	return true;
}

struct loop *loop_new(const struct loop_options *options, char why[LOOP_WHY_MAX])
{
	struct loop *loop = calloc(1, sizeof *loop);

	if (loop == NULL) {
		snprintf(why, LOOP_WHY_MAX, "no memory");
		return NULL;
	}
	loop->options = *options;
	if (build(loop, why))
		return loop;
	loop_free(loop);
	return NULL;
}

void loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
		/* The other way round than built: who tells the app of a closed connection goes before the app. */
#ifdef PINGAN_TEST_BUILD
	testctl_free(loop->testctl);
#endif
	device_server_free(loop->devices);
	device_udp_free(loop->udp);
	web_free(loop->web);
	redis_store_free(loop->store);
	retention_free(loop->retention);
	snapshot_free(loop->snapshot);
	app_free(loop->app);
	links_free(loop->links);
	log_free(loop->log);
	clock_free(loop->clock);
	for (size_t i = 0; i < COUNT_OF(loop->signals); i++)
		if (loop->signals[i] != NULL)
			event_free(loop->signals[i]);
	if (loop->wake != NULL)
		event_free(loop->wake);
	if (loop->base != NULL)
		event_base_free(loop->base);
	explicit_bzero(loop, sizeof *loop);
	free(loop);
}
