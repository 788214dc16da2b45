/* line.c - the timeline kept in the record, and the sealed texts that belong to it.
 *
 * All of it is in the log; the record keeps the newest. Texts lie in incident.text in the order of their lines. When room
 * is short the oldest text goes first (its line stays), then the oldest line.
 */
#include "core/incident_internal.h"

/* Takes the text of line `at` out of the arena. */
static void text_drop(struct incident *inc, uint32_t at)
{
	struct line *line = &inc->lines[at];
	uint16_t from = line->text_at, len = line->text_len;

	if (len == 0)
		return;
	memmove(inc->text + from, inc->text + from + len, inc->text_len - from - len);
	inc->text_len -= len;
	line->text_at = 0;
	line->text_len = 0;
	for (uint32_t i = at + 1; i < inc->line_count; i++)
		if (inc->lines[i].text_len != 0)
			inc->lines[i].text_at = (uint16_t)(inc->lines[i].text_at - len);
}

static void line_drop(struct incident *inc, uint32_t at)
{
	text_drop(inc, at);
	inc->line_count--;
	memmove(&inc->lines[at], &inc->lines[at + 1], (inc->line_count - at) * sizeof inc->lines[0]);
}

/* A person who looks again and again must not push the story out of the record. */
static void forget_last_look(struct incident *inc, uint32_t older, const char *who)
{
	for (uint32_t i = older; i-- > 0;) {
		if (inc->lines[i].code == LINE_OPENED && id_is(inc->lines[i].who, who)) {
			line_drop(inc, i);
			return;
		}
	}
}

/* Nor must the devices of a whole area, one by one. */
static void forget_old_area(struct incident *inc, uint32_t older)
{
	uint32_t first = older, kept = 0;

	for (uint32_t i = older; i-- > 0;) {
		if (inc->lines[i].code != LINE_AREA_JOINED && inc->lines[i].code != LINE_AREA_LEFT &&
		    inc->lines[i].code != LINE_REPEAT)
			continue;
		first = i;
		kept++;
	}
	if (kept >= AREA_LINES_MAX)
		line_drop(inc, first);
}

struct line *line_add(struct step_now *s, enum line_code code, const char *who)
{
	struct incident *inc = s->inc;
	struct line *line;

	ENSURE(s->out->added < ADDED_MAX);
	if (code == LINE_OPENED)
		forget_last_look(inc, inc->line_count - s->out->added, who);
	if (inc->area_wide && (code == LINE_AREA_JOINED || code == LINE_AREA_LEFT || code == LINE_REPEAT))
		forget_old_area(inc, inc->line_count - s->out->added);
	if (inc->line_count == LINES_MAX)
		line_drop(inc, 0);
	line = &inc->lines[inc->line_count++];
	memset(line, 0, sizeof *line);
	line->code = code;
	line->at_ms = s->now_ms;
	id_set(line->who, who);
	if (s->out->added == 0)
		line->cmd = s->ev->cmd;
	s->out->added++;
	inc->lines_total++;
	return line;
}

void line_text(struct step_now *s, struct line *line, const uint8_t *text, uint16_t len)
{
	struct incident *inc = s->inc;

	ENSURE(line == &inc->lines[inc->line_count - 1] && line->text_len == 0);
	ENSURE(len <= NOTE_SEALED_MAX);
	for (uint32_t i = 0; inc->text_len + len > TEXT_MAX; i++) {
		ENSURE(i + 1 < inc->line_count);
		text_drop(inc, i);
	}
	if (len == 0)
		return;
	memcpy(inc->text + inc->text_len, text, len);
	line->text_at = (uint16_t)inc->text_len;
	line->text_len = len;
	inc->text_len += len;
}

bool line_has_cmd(const struct incident *inc, uint64_t cmd)
{
	if (cmd == 0)
		return false;
	for (uint32_t i = inc->line_count; i-- > 0;)
		if (inc->lines[i].cmd == cmd)
			return true;
	return false;
}

/* From above: each number at its longest within what incident_valid() allows, each string as it is. A test fills a record
 * with the longest of everything and compares. */
enum {
	WEIGHT_INCIDENT = 359,
	WEIGHT_ALARM = 40,
	WEIGHT_JOB = 102,
	WEIGHT_OFFER = 56,
	WEIGHT_LINE = 70,
	WEIGHT_HANDOVER = 60
};

static uint32_t len(const char *id)
{
	return (uint32_t)strlen(id);
}

static uint32_t line_weight(const struct line *line)
{
	return WEIGHT_LINE + len(line->who) + len(line->subject) + line->text_len;
}

uint32_t incident_weight(const struct incident *inc)
{
	uint32_t sum = WEIGHT_INCIDENT;

	sum += len(inc->household) + len(inc->device) + len(inc->area) + len(inc->owner) + len(inc->former_owner) +
	       len(inc->closed_by) + len(inc->asked_by) + len(inc->protocol_code) + len(inc->aside_by) + len(inc->carrier);
	for (uint32_t i = 0; i < inc->handover_count; i++)
		sum += WEIGHT_HANDOVER + len(inc->handovers[i].by);
	for (uint32_t i = 0; i < inc->alarm_count; i++)
		sum += WEIGHT_ALARM + len(inc->alarms[i].device);
	for (uint32_t i = 0; i < inc->job_count; i++) {
		const struct job *job = &inc->jobs[i];

		sum += WEIGHT_JOB + len(job->caregiver) + len(job->by);
		for (uint32_t j = 0; j < job->offer_count; j++)
			sum += WEIGHT_OFFER + len(job->offers[j].caregiver);
	}
	for (uint32_t i = 0; i < inc->line_count; i++)
		sum += line_weight(&inc->lines[i]);
	return sum;
}

void line_fit(struct incident *inc, uint32_t keep)
{
	uint32_t weight = incident_weight(inc);

	while (weight > BODY_BUDGET && inc->line_count > keep) {
		weight -= line_weight(&inc->lines[0]);
		line_drop(inc, 0);
	}
}

void line_trim(struct step_now *s)
{
	line_fit(s->inc, s->out->added);
	ENSURE(incident_weight(s->inc) <= BODY_BUDGET);
}
