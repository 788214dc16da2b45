/* sim.h - what the commands of pingan-sim share: where the daemons are, which devices there are, one home behind a socket.
 *
 * Owns:   the command line, TLS of the device side, the list of devices.
 * Knows:  of the protocol only what unit.h and wire say.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <event2/event.h>
#include <jansson.h>
#include <openssl/ssl.h>
#include <stdio.h>

#include "unit.h"

#define ADDRESSES_MAX 4

enum link_mode { MODE_PSK, MODE_PLAIN, MODE_CERTIFICATE };

struct target {
	char addresses[ADDRESSES_MAX][64]; /* "127.0.0.1:8081" */
	uint8_t count;
	enum link_mode mode;
	const char *ca; /* MODE_CERTIFICATE: PEM */
	SSL_CTX *tls;
	const char *keys_of; /* device list beside which keys are kept that units are given; NULL = nowhere */
};

/* What a connection is proved by, beside a token. */
struct tls_peer {
	const struct unit_key *key; /* MODE_PSK */
	SSL_SESSION *ticket;        /* MODE_CERTIFICATE: of the last connection; NULL = none */
};

/* One line of `--devices`, with its token of `--tokens`. */
struct device_row {
	char device[ID_MAX];
	char household[ID_MAX];
	char area[16]; /* empty = the list does not say */
	uint8_t key[32];
	uint8_t token[DEVICE_TOKEN_MAX];
	uint8_t token_len;
	struct unit_key *keys; /* UNIT_KEYS that it was given over its link, the last first; NULL = none */
};

struct device_list {
	struct device_row *rows;
	size_t count;
};

/* ------------------------------------------------------------ options.c */

#define NOT_SAID UINT32_MAX

/* What `homes --scenario` was asked for; NOT_SAID = what the scenario has by itself. */
struct fleet_wishes {
	const char *scenario, *area;
	uint32_t seed, processes, seconds, share_pct, presses, beats, in_flight, total, stay_s;
};

/* Options that every command takes; a command reads what it wants. */
struct options {
	struct target target;
	const char *devices_path, *tokens_path;
	const char *control;
	const char *device, *household, *kind, *until;
	const char *account, *code, *token, *body;
	const char *vendors, *key, *secret;
	uint32_t zone, seq, count, timeout_s, spread_s;
	bool json, random, null, raw_crc, quiet, restore, udp;
	struct fleet_wishes fleet;
};

/* 0, or an exit code when that was all. */
int options_read(int argc, char **argv, const char *usage, struct options *ret);

/* ------------------------------------------------------------ plain.c */

/* "127.0.0.1:8082". -1 with errno. */
int plain_connect(const char *to);
/* Hears only who it sends to. */
int plain_connect_udp(const char *to);
bool plain_send(int fd, const uint8_t *at, size_t len);

/* ------------------------------------------------------------ devices.c */

bool devices_load(const char *devices_path, const char *tokens_path, struct device_list *ret);
void devices_release(struct device_list *list);
/* A unit was given this key: written behind the list, FILE.keys, as a unit writes it where it outlives a loss of power. */
bool devices_key_keep(const char *devices_path, const char *device, const struct unit_key *key);
const struct device_row *devices_find(const struct device_list *list, const char *device, const char *household);

/* ------------------------------------------------------------ tls.c */

/* Makes target->tls as its mode wants. */
bool target_tls(struct target *t);
struct home;
/* A TLS object of one connection to addresses[path]; NULL in plain mode or without memory. */
SSL *target_ssl(const struct target *t, uint8_t path, const struct device_row *row);
/* The same with the unit's present key, and with the ticket of its last connection; `peer` outlives the object. */
SSL *target_ssl_of(const struct target *t, uint8_t path, struct tls_peer *peer);

/* ------------------------------------------------------------ home.c */

/* One unit behind a socket. */
struct home;

struct home *home_new(struct event_base *base, const struct target *target, const struct device_row *row, uint64_t seed,
                      int64_t spread_ms, void (*news)(struct home *h, const struct unit_news *n, void *ctx), void *ctx);
void home_free(struct home *h);
struct unit *home_unit(struct home *h);
const struct device_row *home_row(const struct home *h);
/* The TLS session of its link goes on where an earlier one had been. */
bool home_resumed(const struct home *h);
/* 0 when it is full of calls that nobody has stored yet; else the alarm's id. */
uint64_t home_press(struct home *h, enum kind kind, uint32_t zone, bool restore);
bool home_cancel(struct home *h, uint64_t alarm);

int64_t mono_now_ms(void);
int64_t mono_now_ns(void);
int64_t utc_now_ms(void);
uint64_t random_id(void);

/* ------------------------------------------------------------ words.c */

/* One line of JSON about an alarm; NULL for news that is not about one. The caller's. */
json_t *news_line(const struct device_row *row, const struct unit_news *n);
/* The same in words, for people. */
void news_print(json_t *line, FILE *to);
/* STEP_NONE for what is no step. */
enum step step_by_name(const char *name);
const char *step_name(enum step step);

/* ------------------------------------------------------------ fleet.c */

/* Many homes over several processes, one scenario, one result. Returns an exit code. */
struct fleet_options;
int fleet_run(struct fleet_options *o);
/* `homes --scenario`: reads the wishes, prints what is wrong with them. */
int fleet_homes(struct options *o, const struct device_list *list);

/* ------------------------------------------------------------ the commands */

int cmd_homes(int argc, char **argv);
int cmd_press(int argc, char **argv);
int cmd_dc09(int argc, char **argv);
int cmd_watch(int argc, char **argv);
int cmd_webhook(int argc, char **argv);

/* control.c: a socket on which `press` asks running homes. One JSON object a line, both ways. */
struct control;
struct control *control_new(struct event_base *base, const char *path, struct home **homes, size_t count);
void control_news(struct control *c, struct home *h, const struct unit_news *n);
void control_free(struct control *c);

#endif
