#include "app/find_pick.h"

#include <stdlib.h>

#include "app/briefs.h"
#include "app/find.h"
#include "app/find_index.h"
#include "app/find_text.h"
#include "app/listing.h"

#define PHONES "pc"
#define NAMES "ny"
#define QUERY_MAX 128
#define HOME_TEXT_MAX 4096 /* as find.c keeps of a home */

struct app_pick {
	char area[16]; /* "" = anywhere */
	char after[ID_MAX];
	const char *tags;
	char query[QUERY_MAX];
	struct find_grams grams;
	uint32_t at;
	size_t max, count;
	bool more;
	struct app *app; /* of the slice */
	const struct who *who;
	char ids[PICK_MAX][ID_MAX];
};

/* As it stands in a text. Nothing of it is left: it is found nowhere. */
static void query_of(enum find_tag tag, const char *typed, char ret[QUERY_MAX])
{
	uint8_t bytes[QUERY_MAX + 1];
	struct buf b = buf_of(bytes, sizeof bytes);

	if (tag == FIND_PHONE)
		find_text_phone(&b, tag, typed);
	else
		find_text_field(&b, tag, typed);
	if (b.overflow || b.len <= 2 || !text_copy(ret, QUERY_MAX, slice_of(bytes + 2, b.len - 2)))
		(void)text_copy(ret, QUERY_MAX, slice_str("\n"));
}

struct app_pick *app_pick_new(const struct home_wanted *wanted, const char *after, size_t max)
{
	struct app_pick *pick = calloc(1, sizeof *pick);

	if (pick == NULL)
		return NULL;
	if (wanted->area != NULL && !text_copy(pick->area, sizeof pick->area, slice_str(wanted->area)))
		pick->area[0] = '\0'; /* no area is as long: whoever tells them looks again */
	pick->max = max < PICK_MAX ? max : PICK_MAX;
	if (!text_copy(pick->after, sizeof pick->after, slice_str(after)))
		pick->after[0] = '\0';
	if (wanted->device != NULL) {
		pick->tags = "d";
		query_of(FIND_DEVICE, wanted->device, pick->query);
	} else if (wanted->resident != NULL) {
		pick->tags = "r";
		query_of(FIND_RESIDENT, wanted->resident, pick->query);
	} else if (wanted->phone != NULL) {
		pick->tags = PHONES;
		query_of(FIND_PHONE, wanted->phone, pick->query);
	} else {
		pick->tags = NAMES;
		query_of(FIND_NAME, wanted->name, pick->query);
	}
	find_grams_of(slice_str(pick->query), &pick->grams);
	return pick;
}

/* In its place; the last gives way when there is no room. */
static void id_add(struct app_pick *pick, const char *id)
{
	size_t from = 0, to = pick->count;

	while (from < to) {
		size_t middle = (from + to) / 2;
		int order = strcmp(pick->ids[middle], id);

		if (order == 0)
			return;
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	if (pick->count == pick->max)
		pick->more = true;
	if (from == pick->max)
		return;
	if (pick->count < pick->max)
		pick->count++;
	memmove(pick->ids[from + 1], pick->ids[from], (pick->count - from - 1) * ID_MAX);
	(void)text_copy(pick->ids[from], ID_MAX, slice_str(id));
}

static bool on_text(void *ctx, const char *household, struct slice text)
{
	struct app_pick *pick = ctx;
	const struct home_brief *home;

	if (strcmp(household, pick->after) <= 0 || !find_text_is(text, pick->tags, pick->query))
		return false;
	home = home_brief(pick->app, household);
	if (home != NULL && who_covers(pick->who, home->area) &&
	    (pick->area[0] == '\0' || area_covers(pick->area, home->area)))
		id_add(pick, household);
	return true;
}

bool app_pick_step(struct app *app, struct app_pick *pick, const struct who *who)
{
	app_begin(app);
	pick->app = app;
	pick->who = who;
	return find_walk(app, &pick->grams, &pick->at, on_text, pick);
}

const char *app_pick_id(const struct app_pick *pick, size_t n)
{
	return n < pick->count ? pick->ids[n] : NULL;
}

bool app_pick_more(const struct app_pick *pick)
{
	return pick->more;
}

static bool says(struct slice text, enum find_tag tag, const char *tags, const char *typed)
{
	char query[QUERY_MAX];

	if (typed == NULL)
		return true;
	query_of(tag, typed, query);
	return find_text_is(text, tags, query);
}

bool app_home_wanted(struct app *app, const Pingan__V1__Household *h, const struct home_wanted *wanted)
{
	uint8_t bytes[HOME_TEXT_MAX];
	struct buf b = buf_of(bytes, sizeof bytes);
	bool lives = wanted->resident == NULL;

	if (wanted->area != NULL && !area_covers(wanted->area, h->area))
		return false;
	for (size_t i = 0; i < h->n_residents && !lives; i++)
		lives = strcmp(h->residents[i]->id, wanted->resident) == 0;
	if (!lives || (wanted->device != NULL && !app_device_home(app, wanted->device, h->id)))
		return false;
	if (wanted->phone == NULL && wanted->name == NULL)
		return true;
	find_text_home(&b, &app->ports, h);
	return says(slice_of(b.at, b.len), FIND_PHONE, PHONES, wanted->phone) &&
	       says(slice_of(b.at, b.len), FIND_NAME, NAMES, wanted->name);
}
