/* unit_words.c - what a unit said, for whoever opens its call: the words of its code, by the table of its type as it stands
 * now, and its own time where that is far from ours. Looked up for the screen, kept nowhere. */
#include "app/screens.h"

#define TIME_FAR_MS 60000

static const struct alarm_ref *last_of(const struct incident *inc)
{
	for (uint32_t i = inc->alarm_count; i > 0; i--)
		if (inc->alarms[i - 1].protocol == PROTOCOL_DC09 || inc->alarms[i - 1].protocol == PROTOCOL_WATCH)
			return &inc->alarms[i - 1];
	return NULL;
}

/* The zone of the first alarm, as far as the record still has it: the code is that one's. */
static uint32_t zone_of(const struct incident *inc)
{
	for (uint32_t i = 0; i < inc->alarm_count; i++)
		if (strcmp(inc->alarms[i].device, inc->device) == 0)
			return inc->alarms[i].zone;
	return 0;
}

void unit_words_fill(struct app *app, const struct incident *inc, Pingan__V1__IncidentDetail *d)
{
	const Pingan__V1__Device *device = inc->device[0] == '\0' ? NULL : device_find(app, inc->device);
	const struct alarm_ref *last = last_of(inc);
	const struct code *code = NULL;

	if (strncmp(inc->device, "dc09.", 5) == 0 && inc->protocol_code[0] != '\0')
		code =
			codes_explain(app->config.codes, codes_table(app->config.codes, device == NULL ? "" : device->code_table),
		                  inc->protocol_code, zone_of(inc));
	/* The tables may be taken over anew while this waits to go out: copied. */
	if (code != NULL) {
		d->code_zh = text_cut(app, code->zh, CODE_WORDS_MAX);
		d->code_en = text_cut(app, code->en, CODE_WORDS_MAX);
	}
	if (last != NULL && last->raised_ms != 0 &&
	    (last->raised_ms > last->received_ms + TIME_FAR_MS || last->raised_ms < last->received_ms - TIME_FAR_MS))
		d->unit_time_ms = last->raised_ms;
}
