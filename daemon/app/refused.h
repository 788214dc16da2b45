/* refused.h - every no for want of rights: counted, said in the log of the machine, and on record with who asked and about what.
 *
 * Owns:   how often one person's refusals are written down: BURST at once, then one in EVERY_MS; the next that is written
 *         says how many were not. All are counted (pingan_requests_forbidden_total).
 * Knows:  no rule: rights.c and rights_api.c have said no already.
 * Result: a log entry with one line LINE_REFUSED; LogEvent.record is the incident, home or unit that was asked for, or the
 *         person who asked when it was none.
 * Bounds: SLOTS people; two who share a slot share its measure.
 */
#ifndef APP_REFUSED_H
#define APP_REFUSED_H

#include "app/internal.h"

struct session;
struct refusals;

struct refusals *refusals_new(void) MUST_USE;
void refusals_free(struct refusals *r);

/* Remembers what this screen asks for, until its answer. */
void refused_note(struct session *s, const Pingan__V1__Request *r);
/* The answer is a no. */
void refused_request(struct app *app, const struct session *s, uint64_t cmd);
/* A page that this role may not open (ScreenHello.Page). */
void refused_page(struct app *app, const char *person, int page);
enum verdict refused_decide(struct app *app, struct change *ch);

#endif
