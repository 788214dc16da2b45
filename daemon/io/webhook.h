/* webhook.h - POST /api/v1/alarms: alarms of vendors' clouds over HTTP, on a listener of their own, without cookies.
 *
 * Owns:   who of the vendors may send how much; requests between their body and their answer.
 * Knows:  no JSON (vendor_map.h), no cryptography (vendor_sign.h); what an alarm is for, the app knows.
 * Result: 2xx when everything that the request reports is durable, and not before; else a problem (RFC 9457) that says what
 *         and where, and nothing of what the request held.
 * Bounds: limits.webhook connections, limits.webhook_per_address of them from one address (loopback excepted: a proxy);
 *         VENDOR_BODY_MAX bytes a body; rate_per_min and burst a vendor, and as much again for calls for help.
 */
#ifndef IO_WEBHOOK_H
#define IO_WEBHOOK_H

#include "io/vendor.h"
#include "io/web_internal.h"

struct hooks;

/* Takes `vendors` over. */
struct hooks *hooks_new(struct web *web, struct vendors *vendors, uint32_t max, uint32_t per_address) MUST_USE;
void hooks_free(struct hooks *hooks); /* accepts NULL */
void hooks_vendors(struct hooks *hooks, struct vendors *vendors);

/* A connection wants in / is there / has gone. */
bool hooks_admit(struct hooks *hooks, int fd);
size_t hooks_connections(const struct hooks *hooks);
void hooks_up(struct hooks *hooks, struct lws *wsi);
void hooks_down(struct hooks *hooks, struct lws *wsi);

/* The head of a request has come: answered, or its body is awaited. */
void hook_begin(struct request *rq, struct slice path, bool post);
/* The request is over, answered or not. */
void hook_forget(struct request *rq);
/* The app's answer. */
void hooks_done(struct hooks *hooks, uint64_t tag, const struct post_answer *answer);

#endif
