/* speakers.c - a call rings first at those operators of its area who speak the resident's language.
 *
 * Never a call of class 1: it rings at all of them at once, for seconds count, and who speaks her language may be on the
 * telephone. Others for FIRST_MS, only at the plan's first step, and only while such a one is ready: when the last of them
 * is gone, when the store is away, when the plan's next step is late, or when so many calls wait at once that nobody may be
 * choosy, it rings at everybody at once. What has rung at all of them goes on doing so.
 */
#include "app/screens.h"

#define CHOOSY_MAX 64
#define FIRST_MS SECONDS(10)
#define LATE_MS 1000
#define LOOK_MS 1000

/* The language of this home; false when nobody wrote it down, or its residents do not share one. */
static bool home_language(struct app *app, const char *household, char ret[8])
{
	const Pingan__V1__Household *h = household[0] == '\0' ? NULL : household_find(app, household);

	ret[0] = '\0';
	for (size_t i = 0; h != NULL && i < h->n_residents; i++) {
		const char *language = h->residents[i]->language;

		if (language[0] == '\0' || (ret[0] != '\0' && strcmp(ret, language) != 0))
			return false;
		if (!text_copy(ret, 8, slice_str(language)))
			return false;
	}
	return ret[0] != '\0';
}

static bool first_step(const struct app *app, const struct shown *sh)
{
	const struct incident_slot *face = &sh->face;

	return face->state == INCIDENT_WAITING && (face->class == CLASS_WELFARE || face->class == CLASS_GENERAL) &&
	       app->now.store_ms < face->waiting_since_ms + FIRST_MS && face->aside == ASIDE_NONE &&
	       !face->ring_neighbours && !face->ring_supervisor && !face->escalated && !face->returned &&
	       !face->quarantine && !face->area_wide && !kind_silent(face->kind) && sh->press == NULL &&
	       store_usable(app) && app->now.store_ms < face->next_due_ms + LATE_MS;
}

static void choosy(struct screens *sc, struct shown *sh, bool on)
{
	if (sh->choosy == on)
		return;
	sh->choosy = on;
	if (on)
		TAILQ_INSERT_TAIL(&sc->choosy, sh, choosy_link);
	else
		TAILQ_REMOVE(&sc->choosy, sh, choosy_link);
	sc->choosy_count += on ? 1 : (size_t)-1;
}

void speakers_face(struct app *app, struct shown *sh, const struct incident_slot *before)
{
	struct incident_slot *face = &sh->face;
	bool rung_all =
		before->state == INCIDENT_WAITING && before->waiting_since_ms == face->waiting_since_ms && !sh->choosy;
	char language[8];

	memset(face->first, 0, sizeof face->first);
	if (!rung_all && first_step(app, sh) && (sh->choosy || app->screens->choosy_count < CHOOSY_MAX) &&
	    home_language(app, face->household, language) && roster_speaker(app, face->area, language))
		memcpy(face->first, language, sizeof language);
	choosy(app->screens, sh, face->first[0] != '\0');
}

void speakers_forget(struct screens *sc, struct shown *sh)
{
	choosy(sc, sh, false);
}

void screens_ready_changed(struct app *app)
{
	if (app->screens != NULL)
		app->screens->ready_changed = true;
}

void speakers_turn(struct app *app)
{
	struct screens *sc = app->screens;
	struct shown *sh, *next;

	if (TAILQ_EMPTY(&sc->choosy) ||
	    (!sc->ready_changed && store_usable(app) && app->now.mono.ms - sc->choosy_at.ms < LOOK_MS))
		return;
	sc->ready_changed = false;
	sc->choosy_at = app->now.mono;
	for (sh = TAILQ_FIRST(&sc->choosy); sh != NULL; sh = next) {
		const struct incident_slot before = sh->face;

		next = TAILQ_NEXT(sh, choosy_link);
		if (first_step(app, sh) && roster_speaker(app, sh->face.area, sh->face.first))
			continue;
		memset(sh->face.first, 0, sizeof sh->face.first);
		choosy(sc, sh, false);
		views_change(app, sh, &before);
		sc->flush_due = true;
		sc->flush_urgent = true;
	}
}
