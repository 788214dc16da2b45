/* loop_internal.h - what loop.c and loop_ports.c share. */
#ifndef IO_LOOP_INTERNAL_H
#define IO_LOOP_INTERNAL_H

#include "io/audit_key.h"
#include "io/config.h"
#include "io/device_server.h"
#include "io/device_udp.h"
#include "io/links.h"
#include "io/loop.h"
#include "io/redis_store.h"
#include "io/retention.h"
#include "io/snapshot.h"
#include "io/testctl.h"
#include "io/web.h"

struct loop {
	struct loop_options options;
	struct config config;
	struct event_base *base;
	struct event *signals[4];
	struct event *wake; /* the app's next wish */
	struct clock *clock;
	struct log *log;
	struct metrics metrics;
	struct audit_key audit; /* when audit.key_file names one */
	struct links *links;
	struct redis_store *store;
	struct app *app;
	struct snapshot *snapshot; /* NULL = none is kept */
	uint64_t snapshot_wishes;  /* that it has heard of */
	struct retention *retention;
	struct device_server *devices;
	struct device_udp *udp; /* NULL: no DC-09 over UDP */
	struct web *web;
#ifdef PINGAN_TEST_BUILD
	struct testctl *testctl;
#endif
	uint64_t turns;
	int64_t longest_ns;     /* turn, since the last look at the metrics */
	int64_t cpu_ns;         /* processor time at the end of the last turn */
	int64_t longest_cpu_ns; /* of a turn with the events before it, since the last look at the metrics */
	bool ready;             /* systemd has been told */
	bool ending, reload;
	enum { LOOP_RUNS, LOOP_LEAVES, LOOP_ENDS } phase;
	mono_t phase_until;
	bool shut;          /* the app leaves: nobody new is let in */
	mono_t listened_at; /* when the listeners were last shut or opened */
	bool listen_again;  /* one of them could not be opened */
	mono_t petted;
	int64_t pet_every_ms; /* 0 = no watchdog */
};

/* What the app asks of the world (app/ports.h), as this process answers it. */
struct ports loop_ports(struct loop *loop);
/* Seals of the audit chain too: there is a key. */
void loop_ports_audit(struct ports *ports);

#endif
