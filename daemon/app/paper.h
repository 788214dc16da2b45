/* paper.h - the open calls and who is on call, on paper: what a centre works from when its screens are dark.
 *
 * Owns:   what stands on the sheet, in which words, as plain text or as a page that a browser prints.
 * Knows:  no store and no app: records are shown to it, and people and homes it asks for. The daemon makes it of its memory,
 *         pinganctl of Redis or of the local snapshot.
 * Result: calls in the order in which they are shown to it (whoever makes it sorts by incident_order). Door codes and phone
 *         numbers stand on it, for without them nobody gets in; health does only when asked for.
 * Bounds: PAPER_BYTES_MAX; beyond it, or without memory, paper_end() gives nothing.
 */
#ifndef APP_PAPER_H
#define APP_PAPER_H

#include "core/incident.h"
#include "core/shift.h"
#include "pingan/v1/record.pb-c.h"

#define PAPER_CALLS_MAX 500 /* the most urgent; how many more there are is said */
#define PAPER_BYTES_MAX (8u << 20)
#define PAPER_STEP 16
#define PAPER_AHEAD_MS (INT64_C(24) * 3600000) /* of the roster */
#define PAPER_BLANKS 12                        /* lines for calls that come in meanwhile */

enum paper_form { PAPER_TEXT, PAPER_HTML };
enum paper_lang { PAPER_ZH, PAPER_EN, PAPER_LANG_COUNT };

/* Who knows what the calls name; each NULL = not known. What comes back holds until the next question of its kind. */
struct paper_world {
	void *ctx;
	const Pingan__V1__Household *(*household)(void *ctx, const char *id);
	const Pingan__V1__Person *(*person)(void *ctx, const char *id);
	const char *(*area)(void *ctx, const char *code); /* name of the sub-district */
	struct shift_world shifts;
};

struct paper_head {
	enum paper_form form;
	enum paper_lang lang;
	const char *cell, *by; /* by: who prints; NULL = the command line */
	ms_t now_ms, asof_ms;
	int64_t offset_ms;                                                      /* of local time */
	enum { PAPER_FROM_STORE, PAPER_FROM_MEMORY, PAPER_FROM_SNAPSHOT } from; /* MEMORY: the store is away */
	bool health;
	const char *style; /* HTML: address of the style sheet; NULL = written into the page */
};

/* Marks of a call beside its record. */
enum paper_mark { PAPER_MARK_NONE, PAPER_NOT_SAFE, PAPER_NOT_STORED };

struct paper {
	struct paper_head head;
	const struct paper_world *world;
	char *text; /* owned */
	size_t len, size;
	bool failed;
	uint32_t section, calls;
	bool rows; /* a table is open */
};

bool paper_begin(struct paper *p, const struct paper_head *head, const struct paper_world *world) MUST_USE;
/* `total`: open calls, whether or not all of them are shown. */
void paper_calls(struct paper *p, size_t total);
void paper_call(struct paper *p, const struct incident *inc, enum paper_mark mark);
/* Shifts of one plan that run now, and those that begin within `ahead_ms`. */
void paper_roster(struct paper *p);
void paper_plan(struct paper *p, const struct shift_plan *plan, ms_t ahead_ms);
/* Those who are on duty now, by whichever roster. */
void paper_duty(struct paper *p);
void paper_on_duty(struct paper *p, const char *person, bool busy);
void paper_stations(struct paper *p);
void paper_station(struct paper *p, const Pingan__V1__Station *s);
/* Lines to be filled in by hand; then the whole sheet, owned by the caller. NULL: too long, or no memory. */
char *paper_end(struct paper *p, size_t *ret_len);
/* Instead of paper_end(): nobody wants it any more. */
void paper_drop(struct paper *p);

/* ---- paper_out.c: lines and tables as text or HTML ---- */

/* As it stands, no mark-up made safe. */
void paper_raw(struct paper *p, const char *text);
void paper_open(struct paper *p, const char *title, const char *about);
void paper_heading(struct paper *p, const char *text);
void paper_line(struct paper *p, const char *label, const char *text);
void paper_table(struct paper *p, size_t count, const char *const *columns);
void paper_row(struct paper *p, size_t count, const char *const *cells);
void paper_note(struct paper *p, const char *text);
void paper_section_end(struct paper *p);
void paper_close(struct paper *p);

/* ---- paper_words.c ---- */

enum paper_word {
	PAPER_TITLE,
	PAPER_SECRET,
	PAPER_CELL,
	PAPER_MADE,
	PAPER_BY,
	PAPER_ASOF,
	PAPER_STORE,
	PAPER_MEMORY,
	PAPER_SNAPSHOT,
	PAPER_CALLS,
	PAPER_MORE,
	PAPER_NO_CALLS,
	PAPER_SINCE,
	PAPER_TIMES,
	PAPER_UNSTORED,
	PAPER_UNSAFE,
	PAPER_SILENT,
	PAPER_DRILL,
	PAPER_UNKNOWN_UNIT,
	PAPER_WHO,
	PAPER_YEARS,
	PAPER_WHERE,
	PAPER_ENTRY,
	PAPER_DOOR_CODE,
	PAPER_KEY_SAFE,
	PAPER_KEY_HOLDER,
	PAPER_NOTE,
	PAPER_PHONE,
	PAPER_CONTACT,
	PAPER_HAS_KEY,
	PAPER_HEALTH,
	PAPER_OWNER,
	PAPER_NOBODY,
	PAPER_JOB,
	PAPER_DUE,
	PAPER_HANDOVER,
	PAPER_UNIT,
	PAPER_DONE,
	PAPER_ROSTER,
	PAPER_NO_ROSTER,
	PAPER_NOW,
	PAPER_NEXT,
	PAPER_AREA,
	PAPER_POST,
	PAPER_FROM,
	PAPER_UNTIL,
	PAPER_NAME,
	PAPER_CALLED,
	PAPER_WHEN,
	PAPER_STATE,
	PAPER_ROLE,
	PAPER_DUTY,
	PAPER_NO_DUTY,
	PAPER_HAS_JOB,
	PAPER_FREE,
	PAPER_STATIONS,
	PAPER_ADDRESS,
	PAPER_DUTY_PHONE,
	PAPER_BLANK,
	PAPER_BLANK_AT,
	PAPER_BLANK_WHO,
	PAPER_BLANK_WHAT,
	PAPER_BLANK_SENT,
	PAPER_BLANK_END,
	PAPER_WORD_COUNT
};

/* Never NULL: what has no word is said by its code. */
const char *paper_word(enum paper_lang lang, enum paper_word word);
const char *paper_class(enum paper_lang lang, enum incident_class class);
const char *paper_kind(enum paper_lang lang, enum kind kind);
const char *paper_state(enum paper_lang lang, enum incident_state state);
const char *paper_job(enum paper_lang lang, enum job_state state);
const char *paper_post(enum paper_lang lang, enum shift_post post);
const char *paper_role(enum paper_lang lang, int role);
const char *paper_service(enum service service);
/* Languages, risks, relations: codes of the registry. */
const char *paper_code(enum paper_lang lang, const char *code);

/* ---- paper_app.c: of this daemon's memory, also with the store away ---- */

struct app;
struct who;
struct app_paper;

/* For whoever asks: the calls that their screen would show, people and stations of their areas. NULL without memory. */
struct app_paper *app_paper_new(struct app *app, const struct who *who, enum paper_lang lang, const char *cell,
                                const char *style) MUST_USE;
/* Some more of it, PAPER_STEP calls; true when it is done. */
bool app_paper_step(struct app_paper *a);
/* How many calls stand on it. */
size_t app_paper_calls(const struct app_paper *a);
/* Done: hands over the sheet; NULL: too long, or no memory. */
char *app_paper_take(struct app_paper *a, size_t *ret_len);
void app_paper_free(struct app_paper *a); /* accepts NULL */

#endif
