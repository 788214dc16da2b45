/* api.h - what the files of the API (/api/v1) share: JSON for the city's other systems.
 *
 *   api_paths.c    every path with its method, scope and answers     api_begin.c   from a request's head to a call
 *   api_call.c     a call under way, in slices; its answer           api_query.c   parameters behind the "?"
 *   api_problem.c  errors (RFC 9457)                                  api_list.c    lists page by page, and one of them
 *   api_homes.c, api_devices.c, ...   one resource each
 *
 * Owns:   calls under way. A call ends with its request: when the peer goes, it goes.
 * Knows:  records as app/listing.h hands them out; who asks from io/who.h. No path decides a right: it names a scope.
 * Result: what an answer says is safe: it waits until the newest entry that it rests on is.
 * Bounds: API_CALLS_MAX calls, API_CALLS_EACH of one token or person; API_RATE_BURST requests at once and API_RATE_PER_S a
 *         second of each; a page has API_PAGE_MAX items, API_PAGE_BYTES bytes, and API_LOOK_MAX records looked at; a slice
 *         takes API_SLICE_NS and one record; a body API_BODY_MAX bytes.
 *
 * docs/openapi.yaml says the same to others; tests/unit/test_openapi.c compares it with api_paths.c both ways.
 */
#ifndef IO_API_H
#define IO_API_H

#include <jansson.h>

#include "app/listing.h"
#include "io/jot.h"
#include "io/web_internal.h"
#include "io/who.h"
#include "pingan/v1/record.pb-c.h"

#define API_PREFIX "/api/v1/"
#define API_BODY_MAX 65536
#define API_CALLS_MAX 64
#define API_CALLS_EACH 8
#define API_SLICE_NS 1000000
#define API_PAGE_MAX 500
#define API_PAGE_DEFAULT 100
#define API_PAGE_BYTES (1u << 20)
#define API_ITEM_BYTES 65536
#define API_LOOK_MAX 50000
#define API_WAIT_MS 5000
#define API_RATE_PER_S 50
#define API_RATE_BURST 200
#define API_FAULTS_MAX 16
#define API_PARAMS_MAX 12

struct api;
struct api_call;

/* What an answer can be refused for, member by member. */
struct api_fault {
	char field[64];
	char reason[96];
};

struct api_param {
	char name[24];
	char value[128];
};

/* One path and method. */
struct api_route {
	enum http_method method; /* GET stands for HEAD too */
	const char *path;        /* "/api/v1/homes/{id}" */
	bool open;               /* anybody may ask; else `scope` is asked for */
	enum api_scope scope;
	const char *params;   /* names with a blank between; NULL = none */
	const char *statuses; /* that it answers, in order: "200 304 404"; API_ALWAYS are besides */
	bool elsewhere;       /* answered by api.c */
	bool own;   /* about whoever asks: any person with a session, also before they have a password of their own */
	bool quiet; /* a page asks by itself, again and again: that is no use of its log-in */
	bool edits; /* PUT, PATCH of a record of the registry, or a look that is a log entry: api_edited() follows */
	void (*drop)(
		void *at); /* its calls have memory of their own (api_call.own), and this is how it goes; NULL = none */
	/* The call has been let in: answers, or leaves a step. */
	void (*begin)(struct api_call *c);
	/* Methods with a body: it is there. */
	void (*body)(struct api_call *c, json_t *body);
};

/* A path that api.c answers. */
struct api_door {
	const char *path;
	bool post;
	bool admin, web;
	void (*get)(struct request *rq);
	void (*body)(struct request *rq, struct slice body);
};

extern const struct api_door API_DOORS[];
extern const size_t API_DOOR_COUNT;

/* Statuses of every path that asks for a scope. */
#define API_ALWAYS "400 401 403 429 500 503"

extern const struct api_route API_ROUTES[];
extern const size_t API_ROUTE_COUNT;

struct api_call {
	TAILQ_ENTRY(api_call) link; /* in api->calls */
	TAILQ_ENTRY(api_call) work_link;
	struct api *api;
	struct request *rq;
	const struct api_route *route;
	struct who who;
	char id[64]; /* what stands for {id} in the path */
	struct api_param params[API_PARAMS_MAX];
	size_t param_count;
	struct api_fault faults[API_FAULTS_MAX];
	size_t fault_count;
	/* One slice of the work; true when the call has been answered. */
	bool (*step)(struct api_call *c);
	bool working; /* in api->work */
	mono_t until; /* given up then */
	struct jot out;
	struct jot gone;       /* ids of what is no more; of lists with `gone` */
	struct app_pick *pick; /* homes out of the index of find.h; owned */
	uint64_t needs;        /* log entry that must be safe before the answer goes */
	unsigned status;       /* of what is written and waits for that */
	char tag[40];          /* its ETag with quotes; "" = none */
	struct {
		const struct api_kind *of;
		uint64_t tag;    /* of app_record_edit(); 0 = not asked yet */
		bool made;       /* it was not there before */
		uint8_t key[64]; /* of a unit, as it was sent; wiped with the call */
		size_t key_len;
	} edit;
	union {
		struct {
			const struct api_list *of;
			char after[LISTING_KEY_MAX];
			size_t limit, count, looked;
			bool end;
			int number[4]; /* filters, as its params() left them */
			ms_t since_ms, until_ms;
			/* changed_since: told is what entries behind `since` have changed; `as_of` is what the next walk begins with. */
			bool feed;
			uint64_t since, as_of;
			size_t picked; /* of c->pick, told so far */
		} list;
		struct {
			void *at; /* owned; the route's drop() */
		} own;
	};
};

/* ------------------------------------------------------------ api_begin.c */

struct api *api_new(struct web *web) MUST_USE;
void api_free(struct api *api); /* accepts NULL; all requests have ended */
bool api_path(struct slice path);
/* A request of the API has come; false when the path is not one of ours at all. */
bool api_begin(struct request *rq, struct slice path);
/* Its request ends. */
void api_forget(struct request *rq);

/* ------------------------------------------------------------ api_call.c */

struct app *api_app(const struct api_call *c);
/* From now on step() is called until it says that it has answered. */
void api_work(struct api_call *c, bool (*step)(struct api_call *c));
/* A step: what is written goes out once it is safe. Sets the tag from the bytes when there is none. */
bool api_send(struct api_call *c);
/* Answers at once, with c->tag. */
void api_say(struct api_call *c, const char *type, struct slice body);
/* Answers at once. */
void api_refuse(struct api_call *c, unsigned status, const char *code, const char *detail);
/* 204. */
void api_done(struct api_call *c);
/* The condition of If-None-Match or If-Match holds for this tag. "" = there is no such header. */
bool api_none_match(struct api_call *c, const char *tag);
enum api_if { API_IF_NONE, API_IF_MATCHES, API_IF_FAILS };
enum api_if api_if_match(struct api_call *c, const char *tag);
void api_tag(uint64_t commit, char ret[40]);
/* Milliseconds of this slice are over. */
bool api_slice_over(const struct api_call *c);

/* ------------------------------------------------------------ api_problem.c */

void answer_problem(struct request *rq, unsigned status, const char *code, const char *detail,
                    const struct api_fault *faults, size_t fault_count);

/* With "retry_after_s". */
void answer_problem_later(struct request *rq, unsigned status, const char *code, uint32_t retry_s);

/* ------------------------------------------------------------ api_query.c */

/* Reads what stands behind the "?"; false when it has answered. */
bool api_query(struct api_call *c);
/* NULL when it is not there. */
const char *api_param(const struct api_call *c, const char *name);
void api_fault(struct api_call *c, const char *field, const char *reason);
/* These leave *ret as it is when there is none, and note a fault when it is no such thing. */
void api_param_number(struct api_call *c, const char *name, uint64_t min, uint64_t max, uint64_t *ret);
void api_param_time(struct api_call *c, const char *name, ms_t *ret);
void api_param_bool(struct api_call *c, const char *name, bool *ret);
/* A value of a protobuf enum by its name in small letters, without the prefix: "fall". */
void api_param_enum(struct api_call *c, const char *name, const ProtobufCEnumDescriptor *what, const char *prefix,
                    int *ret);
void api_param_area(struct api_call *c, const char *name, char ret[16]);

/* ------------------------------------------------------------ api_list.c */

#define API_LIST_PARAMS "limit cursor"
/* Of what can be followed from one walk to the next. */
#define API_FEED_PARAMS API_LIST_PARAMS " changed_since"

/* How one listing is told. */
struct api_list {
	enum listing which;
	bool personal;                      /* who looks is on record */
	bool placed;                        /* seen only by whoever covers its area */
	bool (*params)(struct api_call *c); /* reads its own filters; NULL = none. Faults are noted */
	bool (*match)(struct api_call *c, const struct listed *one); /* NULL = all */
	void (*tell)(struct api_call *c, const struct listed *one);  /* members of one */
	bool (*gone)(
		const struct listed *one); /* it is no more, and only that is told; NULL = none of this kind ever goes */
	bool (*sought)(struct api_call *c, const struct listed *one); /* of what is gone: NULL = all */
};

void api_list_begin(struct api_call *c, const struct api_list *of);
/* Its parts. Parameters have been read and the list is open; false: it has been answered. */
bool api_list_open(struct api_call *c, const struct api_list *of) MUST_USE;
/* One more of the page, if it is to be told; `ctx` is the call. False: the page is full. */
bool api_list_item(void *ctx, const struct listed *one);
/* A page is not as long as it may be. */
bool api_list_room(const struct api_call *c);
/* The end of a page: answers, or leaves a step. True when it has answered. */
bool api_list_close(struct api_call *c);
void api_one_begin(struct api_call *c, const struct api_list *of);
/* The record that the path names, if the caller may see it; else it has been answered. */
bool api_one(struct api_call *c, const struct api_list *of, struct listed *ret);

/* A value of a protobuf enum as the API says it: "KIND_FALL" is "fall". Left out when it is 0. */
void jot_enum(struct jot *j, const char *key, const ProtobufCEnumDescriptor *what, const char *prefix, int value);
/* The word is the key. */
void jot_enum_number(struct jot *j, const ProtobufCEnumDescriptor *what, const char *prefix, int value, int64_t number);
void jot_texts(struct jot *j, const char *key, char *const *texts, size_t count);
void jot_place(struct jot *j, const char *key, const Pingan__V1__Place *p);

/* ------------------------------------------------------------ api_audit.c */

/* It is on record that the caller looks at this record, or at `count` of a list; false when that can't be: it has been answered.
 * What is told afterwards goes out in the same turn or later. */
bool api_looked(struct api_call *c, const struct api_list *of, const struct listed *one, size_t count) MUST_USE;
/* The caller prints `count` calls; likewise, but with the store away it goes on: paper is for just then. */
bool api_printed(struct api_call *c, size_t count) MUST_USE;
/* It is on record that the caller ends a session of this person; likewise. */
bool api_ends_session(struct api_call *c, const char *person) MUST_USE;
/* It is on record that the caller reads the chain itself, `count` entries of it; about: a home or person, NULL = of all. Likewise. */
bool api_audit_read(struct api_call *c, const char *about, size_t count) MUST_USE;
/* The caller was refused for want of a right; `about`: the record that was asked for, "" = none in particular. */
void api_not_allowed(struct api_call *c, const char *about);

/* ------------------------------------------------------------ api_edit.c */

/* True for a field that is neither told nor taken. `ctx` is the call; `message` is what the field stands in. */
typedef bool api_hidden(void *ctx, const ProtobufCMessageDescriptor *message, const char *field);

/* A sort of record that can be made and corrected. */
struct api_kind {
	const struct api_list *list;
	const char *prefix; /* "household:" */
	const ProtobufCMessageDescriptor *what;
	api_hidden *hidden;
	/* NULL, or: what of `json` is ours to read comes out of it, and is put into the record once the rest has been read. False with
	 * faults. Such a kind is told by its list, and read by api_message_read(). */
	bool (*before)(struct api_call *c, json_t *json);
	bool (*after)(struct api_call *c, ProtobufCMessage *m);
	/* NULL = by `list->placed`; else: one that is there is theirs to see. */
	bool (*theirs)(struct api_call *c, const struct listed *one);
	/* The name of a field as the API has it, in place of the record's. NULL = they are the same. */
	void (*rename)(char field[64]);
	/* What a fault says, by its code; NULL = as the registry says it. */
	const char *(*why)(const char *code);
	/* Tells it as it stands now; NULL = by `list`, as when it is read. */
	void (*told)(struct api_call *c);
};

void api_put(struct api_call *c, const struct api_kind *kind, json_t *json);
void api_patch(struct api_call *c, const struct api_kind *kind, json_t *patch);
void api_edited(struct api *api, uint64_t tag, const struct record_done *done);
/* For kinds that are put in a way of their own. The answer comes by api_edited(), which may be before app_...() returns. */
void api_edit_begin(struct api_call *c, const struct api_kind *kind);
/* It stands otherwise than it did when it was read; the tag of now goes with the refusal. */
void api_edit_stale(struct api_call *c, uint64_t commit);
/* 428 with what is missing. */
void api_edit_unconditional(struct api_call *c);

/* ------------------------------------------------------------ resources */

extern const struct api_kind API_ROSTER_KIND;
extern const struct api_list API_HOMES, API_DEVICES, API_PEOPLE, API_AREAS, API_STATIONS, API_SESSIONS, API_INCIDENTS,
	API_ACCOUNTS;

void api_find(struct api_call *c);
void api_homes_installed(struct api_call *c);
void api_homes_get(struct api_call *c);
void api_home_get(struct api_call *c);
void api_home_health(struct api_call *c);
void api_home_put(struct api_call *c, json_t *json);
void api_home_patch(struct api_call *c, json_t *patch);
void api_devices_get(struct api_call *c);
void api_device_get(struct api_call *c);
void api_device_status(struct api_call *c);
void api_device_put(struct api_call *c, json_t *json);
void api_device_patch(struct api_call *c, json_t *patch);
void api_people_get(struct api_call *c);
void api_person_get(struct api_call *c);
void api_person_put(struct api_call *c, json_t *json);
void api_person_patch(struct api_call *c, json_t *patch);
void api_duty_get(struct api_call *c);
void api_rosters_get(struct api_call *c);
void api_roster_get(struct api_call *c);
void api_roster_put(struct api_call *c, json_t *body);
void api_absences_list(struct api_call *c);
void api_absences_get(struct api_call *c);
void api_absences_put(struct api_call *c, json_t *body);
void api_shift_post(struct api_call *c, json_t *body);
void api_swap_post(struct api_call *c, json_t *body);
void api_on_call_get(struct api_call *c);
void api_roster_gaps_get(struct api_call *c);
void api_areas_get(struct api_call *c);
void api_area_get(struct api_call *c);
void api_area_put(struct api_call *c, json_t *json);
void api_area_patch(struct api_call *c, json_t *patch);
void api_stations_get(struct api_call *c);
void api_station_get(struct api_call *c);
void api_station_put(struct api_call *c, json_t *json);
void api_station_patch(struct api_call *c, json_t *patch);
void api_sessions_get(struct api_call *c);
void api_session_delete(struct api_call *c);
void api_session_tell(struct api_call *c, const struct listed *one);
/* api_accounts.c */
void api_accounts_get(struct api_call *c);
void api_accounts_changes(struct api_call *c);
void api_account_post(struct api_call *c, json_t *json);
void api_my_sessions_get(struct api_call *c);
void api_my_sessions_delete(struct api_call *c);
void api_my_second_post(struct api_call *c, json_t *json);
void api_incidents_get(struct api_call *c);
void api_incident_get(struct api_call *c);
void api_statistics_incidents(struct api_call *c);
void api_spec_get(struct api_call *c);
void api_paper_get(struct api_call *c);
void api_paper_drop(void *at);
void api_audit_get(struct api_call *c);
void api_trail_drop(void *at);

#endif
