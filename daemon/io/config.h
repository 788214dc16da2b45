/* config.h - what the daemon is told by its one YAML file (config/pingand.yaml is the commented sample, and the defaults).
 *
 * Owns:   the table of settings, and the checks that need more than one of them.
 * Result: a whole checked configuration, or the old one untouched and one line "FILE: key: reason".
 * Bounds: settings.h. Names of files are SETTING_TEXT_MAX - 1 bytes, of Unix sockets 107.
 */
#ifndef IO_CONFIG_H
#define IO_CONFIG_H

#include "core/policy.h"
#include "io/address.h"
#include "io/codes_file.h"
#include "io/settings.h"
#include "wire/retention.h"

#define CONFIG_WHY_MAX (SETTINGS_WHY_MAX + SETTING_TEXT_MAX + 8)

struct listen_config {
	char text[SETTING_TEXT_MAX];
	struct address address; /* parsed from text */
	bool tls;
	char cert[SETTING_TEXT_MAX]; /* PEM chain */
	char key[SETTING_TEXT_MAX];  /* PEM, readable by this daemon only */
};

struct config {
	char cell[20]; /* prefix of every key: "pa" makes "pa:" */
	struct text_list serve;
	bool serve_devices; /* from serve */
	bool serve_screens;
	char root_area[16];
	char desk_phone[32];
	bool demo;
	uint32_t heartbeat_s;
	struct {
		uint32_t longest_s;
		uint32_t frames_a_s, links_a_s;
		uint32_t lag_ms;
		uint32_t calm_s;
	} beats;
	struct {
		char language[8];
		uint32_t prompts; /* bit n: enum say n */
		struct text_list numbers;
	} units;
	char policy_file[SETTING_TEXT_MAX]; /* empty = the default policy */
	char codes_file[SETTING_TEXT_MAX];  /* empty = the tables this was built with */
	char vendor_file[SETTING_TEXT_MAX]; /* empty = no vendors' clouds; read by io/vendor.h */
	struct {
		char socket[108];
		char tcp[SETTING_TEXT_MAX];
		struct address address; /* of the two above */
		uint32_t timeout_ms;
		uint32_t replicas;
		char user[64];
		char password_file[SETTING_TEXT_MAX];
		char password[128]; /* read from password_file */
	} redis;
	struct {
		struct listen_config web;
		struct listen_config devices;
		struct listen_config dc09;  /* no TLS in the protocol as we speak it */
		struct listen_config watch; /* nor in this one */
		struct listen_config webhook;
		struct listen_config admin;
	} listen;
	struct {
		char root[SETTING_TEXT_MAX];
		struct text_list origins;
		struct text_list image_origins;
	} web;
	struct {
		uint32_t length_min;
		uint32_t wall_days;
		uint32_t once_hours;
		uint32_t idle_desk_min, idle_field_min, idle_technician_min, idle_office_min;
	} sessions;
	struct {
		uint32_t distance_m;
		uint32_t pixel_um;
	} wall;
	struct {
		char socket[108];
		uint32_t timeout_ms;
	} authd;
	struct {
		char path[SETTING_TEXT_MAX]; /* empty = none */
		char key_file[SETTING_TEXT_MAX];
		uint32_t every_s;
	} snapshot;
	struct retention_days retention;
	struct {
		char key_file[SETTING_TEXT_MAX];
		char anchor_file[SETTING_TEXT_MAX];
		char archive_dir[SETTING_TEXT_MAX]; /* empty = nothing is trimmed */
		uint32_t keep_days;
	} audit;
	struct {
		uint32_t devices;
		uint32_t dc09;
		uint32_t watch;
		uint32_t webhook;
		uint32_t webhook_per_address;
		uint32_t devices_per_address;
		uint32_t strangers;
		uint32_t screens;
		uint32_t web;
		uint32_t screen_queue_kib;
	} limits;
	struct policy policy; /* of policy_file, else POLICY_DEFAULT */
	struct codes codes;   /* of codes_file, else CODES_PRESET */
};

extern const struct settings CONFIG_SETTINGS;
extern const struct settings POLICY_SETTINGS;

/* The defaults: what an empty file gives, policy included. */
void config_preset(struct config *ret);

/* Reads file and policy, checks both. On false *ret is not touched. */
bool config_load(const char *path, struct config *ret, char why[CONFIG_WHY_MAX]) MUST_USE;
/* The same from text in memory, for tests; files it names are read only with `files`. */
bool config_parse(struct slice text, bool files, struct config *ret, char why[CONFIG_WHY_MAX]) MUST_USE;

bool codes_load(const char *path, struct codes *ret, char why[CONFIG_WHY_MAX]) MUST_USE;
bool policy_load(const char *path, struct policy *ret, char why[CONFIG_WHY_MAX]) MUST_USE;
bool policy_parse(struct slice text, struct policy *ret, char why[CONFIG_WHY_MAX]) MUST_USE;

#endif
