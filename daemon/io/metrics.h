/* metrics.h - counters and gauges of the adapters, and the page that shows them with the app's.
 *
 * Owns:   one table of io's numbers: each module counts by metric_add(METRIC_...) and never prints.
 * Result: Prometheus text, version 0.0.4.
 * Bounds: a page of METRICS_PAGE_MAX bytes.
 */
#ifndef IO_METRICS_H
#define IO_METRICS_H

#include "app/app.h"

#define METRICS_PAGE_MAX 65536

/* X(ID, name, counter?, help). A number that only grows is a counter and ends in _total. */
#define METRICS_TABLE(X)                                                                                               \
	X(WEB_CONNECTIONS, "pingan_web_connections", false, "Open connections of browsers")                                \
	X(WEB_REQUESTS, "pingan_web_requests_total", true, "HTTP requests answered")                                       \
	X(WEB_REFUSED_CONNECTIONS, "pingan_web_refused_connections_total", true, "Browser connections over the limit")     \
	X(WEB_NOT_FOUND, "pingan_web_not_found_total", true, "HTTP requests for what is not there")                        \
	X(WEB_BAD_REQUESTS, "pingan_web_bad_requests_total", true, "HTTP requests that were malformed or too large")       \
	X(WEB_WRONG_ORIGIN, "pingan_web_wrong_origin_total", true, "Requests and WebSockets from a foreign origin")        \
	X(WEB_TIMEOUTS, "pingan_web_timeouts_total", true, "HTTP requests given up because they took too long")            \
	X(API_REQUESTS, "pingan_api_requests_total", true, "Requests of the API that name one of its paths")               \
	X(API_REFUSED, "pingan_api_refused_total", true, "Of these, asked by somebody whose role or token may not")        \
	X(API_SLICE_US, "pingan_api_longest_slice_us", false,                                                              \
	  "Longest piece of work for the API between two turns of the loop")                                               \
	X(API_LIMITED, "pingan_api_limited_total", true, "Of these, more than one token or person may ask at once")        \
	X(WS_SCREENS, "pingan_ws_screens", false, "Open WebSockets of consoles and phones")                                \
	X(WS_NO_SESSION, "pingan_ws_no_session_total", true, "WebSockets refused: no valid session")                       \
	X(WS_REFUSED, "pingan_ws_refused_total", true, "WebSockets refused: wrong path, subprotocol, or table full")       \
	X(WS_TOO_BIG, "pingan_ws_too_big_total", true, "WebSockets closed: message over the limit")                        \
	X(WS_NOT_BINARY, "pingan_ws_not_binary_total", true, "WebSockets closed: text where only binary is spoken")        \
	X(WS_BAD_UTF8, "pingan_ws_bad_utf8_total", true, "WebSockets closed: text that is not UTF-8")                      \
	X(WS_PROTOCOL_ERRORS, "pingan_ws_protocol_errors_total", true, "WebSockets closed: broken framing")                \
	X(WS_MESSAGES_IN, "pingan_ws_messages_in_total", true, "WebSocket messages received")                              \
	X(WS_MESSAGES_OUT, "pingan_ws_messages_out_total", true, "WebSocket messages sent")                                \
	X(WS_QUEUE_FULL, "pingan_ws_queue_full_total", true, "Times a slow screen's queue was full")                       \
	X(LOGIN_OK, "pingan_login_ok_total", true, "Log-ins")                                                              \
	X(LOGIN_WRONG, "pingan_login_wrong_total", true, "Log-ins with a wrong account or password")                       \
	X(LOGIN_CODE, "pingan_login_code_total", true,                                                                     \
	  "Log-ins whose password was right and that were asked for the code")                                             \
	X(LOGIN_NO_KEY, "pingan_login_no_key_total", true, "Log-ins refused: an administrator without a key for codes")    \
	X(LOGIN_WEAK, "pingan_login_weak_total", true, "New passwords that were refused")                                  \
	X(LOGIN_LIMITED, "pingan_login_limited_total", true, "Log-ins refused because of too many failures")               \
	X(LOGIN_UNAVAILABLE, "pingan_login_unavailable_total", true, "Log-ins refused: password helper or store away")     \
	X(TOKEN_REFUSED, "pingan_token_refused_total", true, "API requests with a token that is none, or is over")         \
	X(AUTHD_TIMEOUTS, "pingan_authd_timeouts_total", true, "Questions the password helper did not answer in time")     \
	X(AUTHD_BUSY, "pingan_authd_busy_total", true, "Questions the password helper was too busy for")                   \
	X(LINKS_OPEN, "pingan_links_open", false, "Open links of devices and screens")                                     \
	X(LINKS_PAUSED, "pingan_links_paused", false, "Links not read because the inbox is full")                          \
	X(LINKS_REFUSED, "pingan_links_refused_total", true, "Links refused because the table was full")                   \
	X(LOOP_TURNS, "pingan_loop_turns_total", true, "Turns of the loop")                                                \
	X(LOOP_SLOW, "pingan_loop_slow_turns_total", true, "Turns of the loop that took 10 ms or more")                    \
	X(LOOP_LONGEST_US, "pingan_loop_longest_turn_us", false, "Longest turn of the loop since the last look")           \
	X(LOOP_LONGEST_CPU_US, "pingan_loop_longest_turn_processor_us", false,                                             \
	  "Most processor time of a turn and the events before it since the last look")                                    \
	X(LOG_LINES, "pingan_log_lines_total", true, "Log lines written")                                                  \
	X(LOG_HELD, "pingan_log_held_total", true, "Log lines held back by the rate limit")                                \
	X(RELOADS, "pingan_config_reloads_total", true, "Configurations taken over")                                       \
	X(RELOADS_REFUSED, "pingan_config_reloads_refused_total", true, "Configurations refused, the old one kept")        \
	X(STORE_CONNECTS, "pingan_store_connects_total", true, "Connections made to Redis")                                \
	X(STORE_LOST, "pingan_store_lost_total", true, "Times the connection to Redis was lost")                           \
	X(STORE_TIMEOUTS, "pingan_store_timeouts_total", true, "Commands Redis did not answer in time")                    \
	X(STORE_COMMITS, "pingan_store_commits_total", true, "Commits sent to Redis")                                      \
	X(STORE_BAD_REPLIES, "pingan_store_bad_replies_total", true, "Replies or records of Redis that could not be read") \
	X(STORE_ENTRIES, "pingan_store_entries_total", true, "Log entries read")                                           \
	X(STORE_JUMPS, "pingan_store_clock_jumps_total", true, "Jumps of the store's clock")                               \
	X(SNAPSHOT_SAVED, "pingan_snapshot_saved_total", true, "Local snapshots written")                                  \
	X(SNAPSHOT_FAILED, "pingan_snapshot_failed_total", true, "Local snapshots that could not be written or read")      \
	X(DEVICE_LINKS, "pingan_device_links", false, "Open connections of home devices")                                  \
	X(DEVICE_ACCEPTED, "pingan_device_accepted_total", true, "Connections accepted from home devices")                 \
	X(DEVICE_HANDSHAKES_FAILED, "pingan_device_handshakes_failed_total", true,                                         \
	  "TLS handshakes of devices that failed")                                                                         \
	X(DEVICE_RESUMED, "pingan_device_resumed_total", true, "TLS sessions of devices that a ticket resumed")            \
	X(DEVICE_TIMEOUTS, "pingan_device_timeouts_total", true, "Devices dropped because they fell silent")               \
	X(DEVICE_TOO_BIG, "pingan_device_too_big_total", true, "Devices dropped: frame over the limit")                    \
	X(DEVICE_SLOW, "pingan_device_slow_total", true, "Devices dropped because they did not read")                      \
	X(DEVICE_REFUSED, "pingan_device_connections_refused_total", true,                                                 \
	  "Connections of units refused at the door: no place, or too many from one address")                              \
	X(DEVICE_SHED, "pingan_device_shed_total", true,                                                                   \
	  "Connections closed because they had not shown whose they are and their place was wanted")                       \
	X(DEVICE_STRANGERS, "pingan_device_strangers", false, "Connections that have not shown whose they are")            \
	X(DEVICE_KEPT, "pingan_device_kept_bytes", false, "Bytes kept for units: half frames, and what they do not read")  \
	X(DEVICE_KEPT_FULL, "pingan_device_kept_full_total", true, "Times nothing more could be kept for units")           \
	X(DC09_LINKS, "pingan_dc09_links", false, "Open DC-09 connections")                                                \
	X(DC09_ACCEPTED, "pingan_dc09_accepted_total", true, "DC-09 connections accepted")                                 \
	X(DC09_DATAGRAMS, "pingan_dc09_datagrams_total", true, "DC-09 datagrams received over UDP")                        \
	X(DC09_DATAGRAMS_DROPPED, "pingan_dc09_datagrams_dropped_total", true, "DC-09 datagrams not taken, or not sent")   \
	X(DC09_PEERS_SHED, "pingan_dc09_peers_shed_total", true,                                                           \
	  "DC-09 lines over UDP forgotten early because their place was wanted")                                           \
	X(WATCH_LINKS, "pingan_watch_links", false, "Open connections of elder watches")                                   \
	X(WATCH_ACCEPTED, "pingan_watch_accepted_total", true, "Connections accepted from elder watches")                  \
	X(VENDOR_CONNECTIONS, "pingan_vendor_connections", false, "Open connections of vendors' clouds")                   \
	X(VENDOR_REQUESTS, "pingan_vendor_requests_total", true, "Requests of vendors' clouds, good and bad")              \
	X(VENDOR_REFUSED, "pingan_vendor_refused_total", true, "Of these, answered 4xx but for 429")                       \
	X(VENDOR_BAD_SIGNATURE, "pingan_vendor_bad_signature_total", true, "Of these, signed by nobody we know")           \
	X(VENDOR_REPLAYS, "pingan_vendor_replays_total", true, "Of these, the same request again: the same answer again")  \
	X(VENDOR_LIMITED, "pingan_vendor_limited_total", true, "Of these, over the vendor's rate")

enum metric {
#define METRIC_ID(id, name, counter, help) METRIC_##id,
	METRICS_TABLE(METRIC_ID)
#undef METRIC_ID
		METRIC_COUNT
};

struct metrics {
	uint64_t values[METRIC_COUNT];
};

static inline void metric_add(struct metrics *m, enum metric which, uint64_t n)
{
	m->values[which] += n;
}

static inline void metric_set(struct metrics *m, enum metric which, uint64_t value)
{
	m->values[which] = value;
}

/* Writes the page; returns its length. `app` may be NULL. */
size_t metrics_page(const struct metrics *m, const struct app *app, char *ret, size_t size);

#endif
