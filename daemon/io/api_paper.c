/* api_paper.c - GET /api/v1/paper: the open calls and who is on call as a page to be printed. Of this daemon's
 * memory, so that it comes with the store away too. */
#include "io/api_internal.h"

#include "app/paper.h"

#define STYLE "/paper.css" /* of the web site: nothing that is written into a page is let through by its policy */

void api_paper_drop(void *at)
{
	app_paper_free(at);
}

static bool step(struct api_call *c)
{
	size_t len;
	char *text;

	if (!app_paper_step(c->own.at))
		return false;
	text = app_paper_take(c->own.at, &len);
	if (text == NULL) {
		api_refuse(c, 500, "memory", NULL);
		return true;
	}
	answer_header(c->rq, "cache-control", "no-store");
	answer_own(c->rq, 200, "text/html; charset=utf-8", text, len);
	api_forget(c->rq);
	return true;
}

void api_paper_get(struct api_call *c)
{
	const char *lang = api_param(c, "lang");

	if (lang != NULL && strcmp(lang, "zh") != 0 && strcmp(lang, "en") != 0) {
		api_fault(c, "lang", "zh or en");
		api_refuse(c, 400, "parameters", NULL);
		return;
	}
	c->own.at = app_paper_new(api_app(c), &c->who, lang != NULL && lang[0] == 'e' ? PAPER_EN : PAPER_ZH,
	                          c->api->web->cell, STYLE);
	if (c->own.at == NULL) {
		api_refuse(c, 500, "memory", NULL);
		return;
	}
	if (api_printed(c, app_paper_calls(c->own.at)))
		api_work(c, step);
}
