#include "io/config.h"

#include <stdio.h>
#include <stdlib.h>

#include "wire/device.h"

#define AT(field)                           \
	offsetof(struct config, field),         \
	{                                       \
		sizeof(((struct config *)0)->field) \
	}
#define AT_WORDS(field, list)       \
	offsetof(struct config, field), \
	{                               \
		.words = (list)             \
	}
#define RESTART true
#define LIVE false

static const char *prompt_word(uint32_t n)
{
	return n >= SAY_COUNT ? NULL : n == SAY_NOTHING ? "" : device_say_name((enum say)n);
}

/* path, type, offset and size, min, max, preset, restart?, help */
static const struct setting TABLE[] = {
	{"cell", SETTING_TEXT, AT(cell), 0, 0, "pa", RESTART,
     "Name of this cell: the prefix of every key in Redis, \"pa:\". Daemons with the same name share one queue.\n"
     "1 to 16 letters, digits, '-' or '_'."},
	{"serve", SETTING_LIST, AT(serve), 1, 2, "[devices, screens]", RESTART,
     "What this process serves: devices (home devices and panels), screens (consoles and phones), or both."},
	{"root_area", SETTING_TEXT, AT(root_area), 0, 0, "4401", RESTART,
     "Code of the area at the top. Calls from unknown devices ring here."},
	{"desk_phone", SETTING_TEXT, AT(desk_phone), 0, 0, "", RESTART,
     "Telephone number of the desk, shown on caregivers' phones when the line to the daemon is down."},
	{"demo", SETTING_FLAG, AT(demo), 0, 0, "off", RESTART, "Demo data: every screen says so."},
	{"heartbeat_s", SETTING_NUMBER, AT(heartbeat_s), 10, 86400, "60", RESTART,
     "How often a home device says that it is there."},
	{"beats.longest_s", SETTING_NUMBER, AT(beats.longest_s), 10, 86400, "300", RESTART,
     "No unit is told to wait longer than this, nor than half of its own reporting time."},
	{"beats.frames_a_s", SETTING_NUMBER, AT(beats.frames_a_s), 0, 1000000, "15000", RESTART,
     "Frames of units in a second that are a storm; 0: not looked at."},
	{"beats.links_a_s", SETTING_NUMBER, AT(beats.links_a_s), 0, 1000000, "1500", RESTART,
     "New connections of units in a second that are one."},
	{"beats.lag_ms", SETTING_NUMBER, AT(beats.lag_ms), 0, 60000, "500", RESTART,
     "The daemon comes so late to what it wanted to do."},
	{"beats.calm_s", SETTING_NUMBER, AT(beats.calm_s), 1, 86400, "60", RESTART,
     "Below half of all that for so long: the interval is halved again, until it is as usual."},
	{"units.language", SETTING_TEXT, AT(units.language), 0, 0, "cmn", LIVE,
     "Units speak this where nobody at home is known to speak another: cmn (Mandarin), yue (Cantonese), en."},
	{"units.prompts", SETTING_WORDS, AT_WORDS(units.prompts, prompt_word), 0, 16,
     "[heard, talking, on_the_way, arrived, closed, not_stored, trial]", LIVE,
     "What units may say aloud. Silent alarms (duress) are never spoken of."},
	{"units.numbers", SETTING_LIST, AT(units.numbers), 0, 4, "[]", LIVE,
     "Telephone numbers that a unit with its own voice call dials, the first one first. Empty: desk_phone."},
	{"policy_file", SETTING_TEXT, AT(policy_file), 0, 0, "", LIVE,
     "File with the escalation policy (see policy.yaml). Empty: the default policy."},
	{"codes_file", SETTING_TEXT, AT(codes_file), 0, 0, "", LIVE,
     "File with the tables of alarm panels' event codes (see codes.yaml). Empty: the tables this was built with."},
	{"vendor_file", SETTING_TEXT, AT(vendor_file), 0, 0, "", LIVE,
     "File with the clouds of device vendors that send alarms to listen.webhook (see vendors.yaml). Empty: none."},

	{"redis.socket", SETTING_TEXT, AT(redis.socket), 0, 0, "/run/pingan/redis.sock", RESTART,
     "Unix socket of Redis on this machine."},
	{"redis.address", SETTING_TEXT, AT(redis.tcp), 0, 0, "", RESTART,
     "Or its address on a private network, \"10.0.0.5:6379\"; it wins over the socket. Numeric: names are not looked "
     "up."},
	{"redis.timeout_ms", SETTING_NUMBER, AT(redis.timeout_ms), 100, 60000, "1500", RESTART,
     "A command that Redis has not answered by then counts as a lost connection."},
	{"redis.replicas", SETTING_NUMBER, AT(redis.replicas), 0, 4, "0", RESTART,
     "Replicas that must have an entry before anybody is told yes. 0: the primary's disk is enough."},
	{"redis.user", SETTING_TEXT, AT(redis.user), 0, 0, "", RESTART, "Redis user (ACL); empty: the default user."},
	{"redis.password_file", SETTING_TEXT, AT(redis.password_file), 0, 0, "", RESTART,
     "File whose first line is the password; empty: none. Readable by the daemon only."},

	{"listen.web.address", SETTING_TEXT, AT(listen.web.text), 0, 0, "127.0.0.1:8080", RESTART,
     "Consoles and phones: HTTP and WebSocket. \"ADDRESS:PORT\", \"[V6]:PORT\" or \"unix:/path\"; empty: none."},
	{"listen.web.tls", SETTING_FLAG, AT(listen.web.tls), 0, 0, "off", RESTART,
     "off is refused on any address but loopback or a Unix socket."},
	{"listen.web.cert", SETTING_TEXT, AT(listen.web.cert), 0, 0, "", RESTART, "Certificate chain, PEM."},
	{"listen.web.key", SETTING_TEXT, AT(listen.web.key), 0, 0, "", RESTART, "Its private key, PEM."},
	{"listen.devices.address", SETTING_TEXT, AT(listen.devices.text), 0, 0, "", RESTART,
     "Home devices: the native link. For example \"0.0.0.0:7443\" with tls: on."},
	{"listen.devices.tls", SETTING_FLAG, AT(listen.devices.tls), 0, 0, "on", RESTART,
     "TLS 1.3 with the device's own key, or with this certificate and the device's token.\n"
     "off is refused on any address but loopback or a Unix socket (benches, a balancer in front)."},
	{"listen.devices.cert", SETTING_TEXT, AT(listen.devices.cert), 0, 0, "", RESTART,
     "Certificate chain, PEM; empty: devices with their own key only."},
	{"listen.devices.key", SETTING_TEXT, AT(listen.devices.key), 0, 0, "", RESTART, "Its private key, PEM."},
	{"listen.dc09.address", SETTING_TEXT, AT(listen.dc09.text), 0, 0, "", RESTART,
     "Alarm panels: SIA DC-09 over TCP and UDP on one port. Plain panels are unencrypted: keep it on a private "
     "network."},
	{"listen.watch.address", SETTING_TEXT, AT(listen.watch.text), 0, 0, "", RESTART,
     "Elder watches and pendants of the \"[MM*ID*LEN*...]\" family, over TCP, unencrypted as they speak it."},
	{"listen.webhook.address", SETTING_TEXT, AT(listen.webhook.text), 0, 0, "", RESTART,
     "Clouds of device vendors: POST /api/v1/alarms, signed. For example \"0.0.0.0:8443\" with tls: on."},
	{"listen.webhook.tls", SETTING_FLAG, AT(listen.webhook.tls), 0, 0, "on", RESTART,
     "off is refused on any address but loopback or a Unix socket."},
	{"listen.webhook.cert", SETTING_TEXT, AT(listen.webhook.cert), 0, 0, "", RESTART, "Certificate chain, PEM."},
	{"listen.webhook.key", SETTING_TEXT, AT(listen.webhook.key), 0, 0, "", RESTART, "Its private key, PEM."},
	{"listen.admin.address", SETTING_TEXT, AT(listen.admin.text), 0, 0, "127.0.0.1:8083", RESTART,
     "/metrics, /healthz and /readyz for whoever watches this daemon. Loopback or a Unix socket only."},

	{"web.root", SETTING_TEXT, AT(web.root), 0, 0, "/usr/share/pingan/web", LIVE,
     "Folder of the built web pages. They are read into memory at the start and on reload; empty: none are served."},
	{"web.origins", SETTING_LIST, AT(web.origins), 0, SETTING_LIST_MAX, "[]", LIVE,
     "Further origins that may log in and open a WebSocket, where a proxy stands in front: "
     "[\"https://pingan.example.cn\"]."},
	{"web.image_origins", SETTING_LIST, AT(web.image_origins), 0, SETTING_LIST_MAX, "[]", RESTART,
     "Hosts that pages may load images from (map tiles): [\"https://tiles.example.cn\"]."},

	{"sessions.length_min", SETTING_NUMBER, AT(sessions.length_min), 5, 43200, "720", LIVE,
     "How long a log-in lasts, in minutes. On duty none ends by age or idleness: with a shift running at a console, a "
     "call or "
     "a job in hand, a phone on duty. Who comes off duty, or whose line broke in it, has half an hour to go or to come "
     "back."},
	{"sessions.once_hours", SETTING_NUMBER, AT(sessions.once_hours), 1, 720, "72", LIVE,
     "How long a password that somebody else made opens the way to one of one's own, in hours."},
	{"sessions.idle_desk_min", SETTING_NUMBER, AT(sessions.idle_desk_min), 0, 1440, "60", LIVE,
     "After how many minutes without use the log-in of an operator or supervisor ends, off duty. 0: by its age alone; "
     "else 5 "
     "at least."},
	{"sessions.idle_field_min", SETTING_NUMBER, AT(sessions.idle_field_min), 0, 1440, "240", LIVE,
     "The same of a caregiver who is off duty."},
	{"sessions.idle_technician_min", SETTING_NUMBER, AT(sessions.idle_technician_min), 0, 1440, "60", LIVE,
     "The same of a technician who is off duty."},
	{"sessions.idle_office_min", SETTING_NUMBER, AT(sessions.idle_office_min), 0, 1440, "15", LIVE,
     "The same of an administrator or auditor, who has no duty."},

	{"sessions.wall_days", SETTING_NUMBER, AT(sessions.wall_days), 1, 366, "30", LIVE,
     "How long the log-in of a wall lasts, in days, counted anew whenever it is on: nobody is there to log in again."},

	{"wall.distance_m", SETTING_NUMBER, AT(wall.distance_m), 0, 100, "0", LIVE,
     "How far the farthest seat is from the wall. 0: text is as large as for 3 m before a 55-inch screen."},
	{"wall.pixel_um", SETTING_NUMBER, AT(wall.pixel_um), 0, 20000, "0", LIVE,
     "Size of one pixel of the wall in micrometres: 634 on 55 inches of 1920x1080, 1250 on a P1.25 LED wall. 0: not "
     "said."},

	{"authd.socket", SETTING_TEXT, AT(authd.socket), 0, 0, "/run/pingan/authd.sock", RESTART,
     "Unix socket of pingan-authd, which checks passwords."},
	{"authd.timeout_ms", SETTING_NUMBER, AT(authd.timeout_ms), 100, 60000, "5000", RESTART,
     "A log-in that it has not answered by then is told to try again."},

	{"snapshot.path", SETTING_TEXT, AT(snapshot.path), 0, 0, "", RESTART,
     "Sealed local copy of registry and open calls, so that a daemon that starts while Redis is away knows every "
     "home.\n"
     "Empty: none."},
	{"snapshot.key_file", SETTING_TEXT, AT(snapshot.key_file), 0, 0, "", RESTART,
     "Its key: 64 hex digits, readable by the daemon only. Made when it is missing."},
	{"snapshot.every_s", SETTING_NUMBER, AT(snapshot.every_s), 5, 86400, "60", RESTART, "How often it is written."},

	{"retention.log_days", SETTING_NUMBER, AT(retention.log_days), 0, 36500, "190", LIVE,
     "Entries of the log: with them go raw alarm bytes, positions of watches in them, and sealed notes beyond those in "
     "the\n"
     "record of a call. Never the last day, nor what the archive has not read. What is to be kept longer stands in "
     "the\n"
     "audit chain."},
	{"retention.notes_days", SETTING_NUMBER, AT(retention.notes_days), 0, 36500, "730", LIVE,
     "What people wrote about a call, from its end; the call itself stays."},
	{"retention.calls_days", SETTING_NUMBER, AT(retention.calls_days), 0, 36500, "1825", LIVE,
     "Records of calls, from their end."},
	{"retention.people_days", SETTING_NUMBER, AT(retention.people_days), 0, 36500, "365", LIVE,
     "Name, telephone and all else of a person whose account is disabled; the id stays, for what they did stays."},
	{"audit.key_file", SETTING_TEXT, AT(audit.key_file), 0, 0, "", RESTART,
     "Key that seals the audit chain: 64 hex digits, readable by the daemon only. pinganctl init makes it, with its "
     "public\n"
     "half beside it; all daemons of a cell have the same. Empty: this daemon seals nothing."},
	{"audit.anchor_file", SETTING_TEXT, AT(audit.anchor_file), 0, 0, "", RESTART,
     "Seals made by this daemon are also kept here, outside Redis, for pinganctl audit verify. Empty: they are not."},
	{"audit.archive_dir", SETTING_TEXT, AT(audit.archive_dir), 0, 0, "", LIVE,
     "What is older than audit.keep_days goes into sealed files in this folder, by pinganctl audit keep, and then "
     "leaves\n"
     "Redis. Empty: nothing is ever trimmed."},
	{"audit.keep_days", SETTING_NUMBER, AT(audit.keep_days), 183, 36500, "400", LIVE,
     "Younger entries of the chain are never trimmed; older ones only when they have been exported."},

	{"limits.devices", SETTING_NUMBER, AT(limits.devices), 1, 1000000, "14000", RESTART,
     "Most connections of home devices; more are refused, and come again elsewhere. The limit of open files must be\n"
     "larger than the limits of this section together."},
	{"limits.dc09", SETTING_NUMBER, AT(limits.dc09), 1, 100000, "1000", RESTART, "Most connections of alarm panels."},
	{"limits.watch", SETTING_NUMBER, AT(limits.watch), 1, 1000000, "1000", RESTART,
     "Most connections of elder watches."},
	{"limits.webhook", SETTING_NUMBER, AT(limits.webhook), 1, 10000, "128", RESTART,
     "Most connections of vendors' clouds."},
	{"limits.webhook_per_address", SETTING_NUMBER, AT(limits.webhook_per_address), 1, 10000, "64", RESTART,
     "Most of them from one address; loopback, where a proxy stands, is not counted."},
	{"limits.devices_per_address", SETTING_NUMBER, AT(limits.devices_per_address), 1, 1000000, "5000", RESTART,
     "Most connections of devices and panels from one address. Large: whole quarters sit behind one address of their\n"
     "network operator."},
	{"limits.strangers", SETTING_NUMBER, AT(limits.strangers), 16, 1000000, "4096", RESTART,
     "Most connections of one port that have not shown whose they are: still in their handshake, or no word of a unit "
     "that\n"
     "we know. Over it those go first whose address has most of them; units that are known never do."},
	{"limits.screens", SETTING_NUMBER, AT(limits.screens), 1, 100000, "2000", RESTART,
     "Most WebSockets of consoles and phones."},
	{"limits.web", SETTING_NUMBER, AT(limits.web), 2, 100000, "3000", RESTART,
     "Most connections of browsers, WebSockets included."},
	{"limits.screen_queue_kib", SETTING_NUMBER, AT(limits.screen_queue_kib), 64, 65536, "1024", LIVE,
     "What is kept for a screen that reads slowly; over it, it starts afresh."},
};

static const char *const SECTIONS[][2] = {
	{"beats", "When so much comes from home units that all of them are told to beat more seldom, step by step."},
	{"units", "How native units behave; they are told over their links."},
	{"redis", "The cell's Redis, with appendonly yes and appendfsync always."},
	{"listen", "Where this daemon listens."},
	{"web", "Pages."},
	{"sessions", "Log-ins."},
	{"wall", "Walls of the monitoring hall; an address like /wallboard/?distance=8&pixel=1250 says it of one wall."},
	{"authd", "The password helper."},
	{"snapshot", "Local snapshot."},
	{"retention", "How long things are kept, in days; 0: for ever. A rule runs once a day; pinganctl retention show."},
	{"audit", "Who did, or looked at, what: the audit chain."},
	{"limits", "Bounds. Devices that press are served before all else; these keep one kind from starving the others."},
	{NULL, NULL},
};

const struct settings CONFIG_SETTINGS = {
	.table = TABLE,
	.count = COUNT_OF(TABLE),
	.size = sizeof(struct config),
	.head = "pingand.yaml - configuration of pingand. Every setting with its default; an unknown setting is an error.\n"
			"Check a file with: pingand --check-config FILE. A running daemon takes it over on SIGHUP, whole or not at "
			"all;\n"
			"settings that need a restart are named in its log.",
	.sections = SECTIONS,
};

static bool language_good(const char *language)
{
	return strcmp(language, "cmn") == 0 || strcmp(language, "yue") == 0 || strcmp(language, "en") == 0;
}

static bool cell_good(const char *cell)
{
	size_t len = strlen(cell);

	return len > 0 && len <= 16 &&
	       strspn(cell, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == len;
}

/* "https://host" or "http://host:port", without path. */
static bool origin_good(const char *origin)
{
	const char *host = strncmp(origin, "https://", 8) == 0  ? origin + 8
	                   : strncmp(origin, "http://", 7) == 0 ? origin + 7
	                                                        : "";
	size_t len = strlen(host);

	return len > 0 && strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-.:[]*") == len;
}

/* They stand in a header of every answer. */
#define IMAGE_ORIGINS_BYTES_MAX 400

static const char *listen_check(struct listen_config *l, bool may_tls, bool needs_cert)
{
	if (!address_parse(l->text, &l->address))
		return "address: must be ADDRESS:PORT, [V6]:PORT or unix:/path";
	if (l->address.kind == ADDRESS_NONE)
		return NULL;
	if (may_tls && !l->tls && !l->address.local)
		return "tls: off is only for loopback or a Unix socket";
	if (l->tls && (l->cert[0] == '\0') != (l->key[0] == '\0'))
		return "cert: certificate and key go together";
	if (l->tls && needs_cert && l->cert[0] == '\0')
		return "cert: tls: on needs a certificate and a key";
	return NULL;
}

static bool wrong(char why[CONFIG_WHY_MAX], const char *key, const char *what)
{
	snprintf(why, CONFIG_WHY_MAX, "%s%s", key, what);
	return false;
}

/* What one setting alone can't tell. Fills in what is derived. */
static bool config_check(struct config *c, char why[CONFIG_WHY_MAX])
{
	const struct {
		const char *key;
		const uint32_t *min;
	} IDLE[] = {{"sessions.idle_desk_min: ", &c->sessions.idle_desk_min},
	            {"sessions.idle_field_min: ", &c->sessions.idle_field_min},
	            {"sessions.idle_technician_min: ", &c->sessions.idle_technician_min},
	            {"sessions.idle_office_min: ", &c->sessions.idle_office_min}};
	size_t bytes = 0;
	const char *what;

	if (!cell_good(c->cell))
		return wrong(why, "cell: ", "must be 1 to 16 letters, digits, '-' or '_'");
	c->serve_devices = c->serve_screens = false;
	for (uint32_t i = 0; i < c->serve.count; i++) {
		if (strcmp(c->serve.at[i], "devices") == 0)
			c->serve_devices = true;
		else if (strcmp(c->serve.at[i], "screens") == 0)
			c->serve_screens = true;
		else
			return wrong(why, "serve: ", "must be a list of: devices, screens");
	}
	if (!c->serve_devices && !c->serve_screens)
		return wrong(why, "serve: ", "must name devices, screens, or both");
	if (c->root_area[0] == '\0')
		return wrong(why, "root_area: ", "must not be empty");
	if (c->redis.tcp[0] != '\0') {
		if (!address_parse(c->redis.tcp, &c->redis.address) || c->redis.address.kind != ADDRESS_TCP)
			return wrong(why, "redis.address: ", "must be ADDRESS:PORT, numeric");
	} else if (c->redis.socket[0] == '/') {
		c->redis.address = (struct address){.kind = ADDRESS_UNIX, .local = true};
		memcpy(c->redis.address.path, c->redis.socket, sizeof c->redis.address.path);
	} else {
		return wrong(why, "redis.socket: ", "must be a path, or redis.address given");
	}
	if (!language_good(c->units.language))
		return wrong(why, "units.language: ", "must be cmn, yue or en");
	for (uint32_t i = 0; i < c->units.numbers.count; i++)
		if (!device_number_valid(c->units.numbers.at[i]))
			return wrong(why, "units.numbers: ", "each has 3 to 20 digits, a '+' before them or not");
	for (size_t i = 0; i < COUNT_OF(IDLE); i++)
		if (*IDLE[i].min != 0 && *IDLE[i].min < 5)
			return wrong(why, IDLE[i].key, "must be 0, or 5 to 1440");
	if ((what = listen_check(&c->listen.web, true, true)) != NULL)
		return wrong(why, "listen.web.", what);
	if ((what = listen_check(&c->listen.devices, true, false)) != NULL)
		return wrong(why, "listen.devices.", what);
	if ((what = listen_check(&c->listen.dc09, false, false)) != NULL)
		return wrong(why, "listen.dc09.", what);
	if ((what = listen_check(&c->listen.watch, false, false)) != NULL)
		return wrong(why, "listen.watch.", what);
	if ((what = listen_check(&c->listen.webhook, true, true)) != NULL)
		return wrong(why, "listen.webhook.", what);
	if ((what = listen_check(&c->listen.admin, false, false)) != NULL)
		return wrong(why, "listen.admin.", what);
	if (c->listen.admin.address.kind != ADDRESS_NONE && !c->listen.admin.address.local)
		return wrong(why, "listen.admin.address: ", "only loopback or a Unix socket");
	for (uint32_t i = 0; i < c->web.origins.count; i++)
		if (!origin_good(c->web.origins.at[i]) || strchr(c->web.origins.at[i], '*') != NULL)
			return wrong(why, "web.origins: ", "each must be like https://pingan.example.cn, without a path");
	for (uint32_t i = 0; i < c->web.image_origins.count; i++) {
		if (!origin_good(c->web.image_origins.at[i]))
			return wrong(why, "web.image_origins: ", "each must be like https://tiles.example.cn, without a path");
		bytes += strlen(c->web.image_origins.at[i]) + 1;
	}
	if (bytes > IMAGE_ORIGINS_BYTES_MAX)
		return wrong(why, "web.image_origins: ", "longer than 400 bytes together");
	if (c->serve_screens && c->listen.web.address.kind != ADDRESS_NONE && c->authd.socket[0] != '/')
		return wrong(why, "authd.socket: ", "must be a path");
	if (c->snapshot.path[0] != '\0' && c->snapshot.key_file[0] == '\0')
		return wrong(why, "snapshot.key_file: ", "must be given with snapshot.path");
	if (c->limits.web <= c->limits.screens)
		return wrong(why, "limits.web: ", "must be more than limits.screens: pages need connections too");
	return true;
}

static bool password_read(struct config *c, char why[CONFIG_WHY_MAX])
{
	char what[SETTINGS_WHY_MAX];
	size_t len;
	uint8_t *at;
	bool good;

	if (c->redis.password_file[0] == '\0')
		return true;
	at = settings_file(c->redis.password_file, 4096, &len, what);
	if (at == NULL) {
		snprintf(why, CONFIG_WHY_MAX, "redis.password_file: %.200s: %.200s", c->redis.password_file, what);
		return false;
	}
	good = text_copy(c->redis.password, sizeof c->redis.password, slice_of(at, strcspn((char *)at, "\r\n"))) &&
	       c->redis.password[0] != '\0';
	explicit_bzero(at, len);
	free(at);
	return good || wrong(why, "redis.password_file: ", "its first line must be 1 to 127 bytes");
}

bool codes_load(const char *path, struct codes *ret, char why[CONFIG_WHY_MAX])
{
	char what[CONFIG_WHY_MAX];
	size_t len;
	uint8_t *at = settings_file(path, CODES_FILE_MAX, &len, what);
	bool good = at != NULL && codes_parse(slice_of(at, len), ret, what);

	if (!good)
		snprintf(why, CONFIG_WHY_MAX, "%.200s: %.500s", path, what);
	free(at);
	return good;
}

bool config_parse(struct slice text, bool files, struct config *ret, char why[CONFIG_WHY_MAX])
{
	struct config *c = calloc(1, sizeof *c);
	bool good = false;

	if (c == NULL)
		return wrong(why, "", "no memory");
	if (!settings_read(&CONFIG_SETTINGS, text, c, why))
		goto out;
	c->policy = POLICY_DEFAULT; /* settings_read() starts from a clean struct */
	c->codes = CODES_PRESET;
	if (!config_check(c, why)) {
		settings_line(text, why, CONFIG_WHY_MAX);
		goto out;
	}
	if (files && !password_read(c, why))
		goto out;
	if (files && c->policy_file[0] != '\0' && !policy_load(c->policy_file, &c->policy, why))
		goto out;
	if (files && c->codes_file[0] != '\0' && !codes_load(c->codes_file, &c->codes, why))
		goto out;
	*ret = *c;
	good = true;
out:
	explicit_bzero(c->redis.password, sizeof c->redis.password);
	free(c);
	return good;
}

void config_preset(struct config *ret)
{
	char why[CONFIG_WHY_MAX];

	ENSURE(config_parse(slice_of(NULL, 0), false, ret, why));
}

bool config_load(const char *path, struct config *ret, char why[CONFIG_WHY_MAX])
{
	char what[CONFIG_WHY_MAX];
	size_t len;
	uint8_t *at = settings_file(path, SETTINGS_FILE_MAX, &len, what);
	bool good = at != NULL && config_parse(slice_of(at, len), true, ret, what);

	if (!good)
		snprintf(why, CONFIG_WHY_MAX, "%.200s: %.500s", path, what);
	free(at);
	return good;
}
