#include "wire/watch.h"

#include <stdio.h>

#include "base/digit.h"
#include "base/utc.h"

#define ID_DIGITS_MIN 5
#define ID_DIGITS_MAX 20
#define INDEX_MAX 8
#define MARK_MAX 12 /* "+1" behind the raw bytes of a second alarm */

/* Of the status word. A state may stand beside an alarm: all bits are looked at, the person's first. */
enum bit {
	BIT_LOW_BATTERY_STATE = 0,
	BIT_FENCE_OUT_STATE = 1,
	BIT_FENCE_IN_STATE = 2,
	BIT_POWER_OFF = 14,
	BIT_SOS = 16,
	BIT_LOW_BATTERY = 17,
	BIT_FENCE_OUT = 18,
	BIT_FENCE_IN = 19,
	BIT_TAKEN_OFF = 20,
	BIT_FALL = 21,
	BIT_FALL_TOO = 22
};

/* Most urgent first. `state`: true of the watch as it is, said in every frame. */
static const struct {
	uint32_t bits;
	enum kind kind;
	bool restore;
	bool state;
	uint16_t zone; /* number of the bit: tells the causes apart */
} MEANINGS[] = {
	{BIT(BIT_SOS), KIND_SOS, false, false, BIT_SOS},
	{BIT(BIT_FALL) | BIT(BIT_FALL_TOO), KIND_FALL, false, false, BIT_FALL},
	{BIT(BIT_FENCE_OUT), KIND_WANDER, false, false, BIT_FENCE_OUT},
	{BIT(BIT_TAKEN_OFF), KIND_PENDANT_LOST, false, false, BIT_TAKEN_OFF},
	{BIT(BIT_LOW_BATTERY) | BIT(BIT_LOW_BATTERY_STATE), KIND_BATTERY, false, true, BIT_LOW_BATTERY},
	/* Switched off, or its battery taken out: it will be silent from now on. */
	{BIT(BIT_POWER_OFF), KIND_LINK, false, true, BIT_POWER_OFF},
};

_Static_assert(COUNT_OF(MEANINGS) <= WATCH_EVENTS_MAX, "an alarm for each meaning");

static bool is_letter_or_digit(uint8_t c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static size_t find(struct slice s, size_t from, uint8_t c)
{
	while (from < s.len && s.at[from] != c)
		from++;
	return from;
}

/* ------------------------------------------------------------ framing */

static bool is_length(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (hex_digit(s.at[i]) < 0)
			return false;
	return s.len == 4;
}

static unsigned length_of(struct slice s)
{
	unsigned value = 0;

	for (size_t i = 0; i < s.len; i++)
		value = value << 4 | (unsigned)hex_digit(s.at[i]);
	return value;
}

static bool starts(struct slice s, const char *with)
{
	size_t len = strlen(with);

	return s.len >= len && memcmp(s.at, with, len) == 0;
}

static bool is_word(struct slice s, const char *word)
{
	return s.len == strlen(word) && starts(s, word);
}

static enum watch_word word_of(struct slice name)
{
	if (is_word(name, "LK"))
		return WATCH_LK;
	if (starts(name, "AL"))
		return WATCH_ALARM;
	if (starts(name, "UD") || is_word(name, "WT"))
		return WATCH_POSITION;
	return WATCH_OTHER;
}

/* Reads `raw`, '[' to ']'. False when it is no frame. */
static bool parse(struct slice raw, struct watch_frame *ret)
{
	struct slice in = slice_of(raw.at + 1, raw.len - 2);
	size_t star[4], count = 0, content, digits;

	for (size_t at = 0; count < 4 && (at = find(in, at, '*')) < in.len; at++)
		star[count++] = at;
	if (count < 3 || star[0] != 2 || !is_letter_or_digit(in.at[0]) || !is_letter_or_digit(in.at[1]))
		return false;
	ret->raw = raw;
	ret->id = slice_of(in.at + 3, star[1] - 3);
	digits = ret->id.len;
	for (size_t i = 0; i < digits; i++)
		if (!is_digit(ret->id.at[i]))
			return false;
	if (digits < ID_DIGITS_MIN || digits > ID_DIGITS_MAX)
		return false;
	/* With an index: what stands between the third and the fourth star is a length too. An index may look like one. */
	if (count == 4 && star[2] - star[1] - 1 <= INDEX_MAX &&
	    is_length(slice_of(in.at + star[2] + 1, star[3] - star[2] - 1))) {
		for (size_t i = star[1] + 1; i < star[2]; i++)
			if (!is_letter_or_digit(in.at[i]))
				return false;
		ret->head = slice_of(in.at, star[2] + 1);
		content = star[3] + 1;
	} else if (is_length(slice_of(in.at + star[1] + 1, star[2] - star[1] - 1))) {
		ret->head = slice_of(in.at, star[1] + 1);
		content = star[2] + 1;
	} else {
		return false;
	}
	ret->length_wrong = length_of(slice_of(in.at + content - 5, 4)) != in.len - content;
	ret->name = slice_of(in.at + content, find(in, content, ',') - content);
	ret->fields = slice_of(in.at + in.len, 0);
	if (content + ret->name.len < in.len)
		ret->fields = slice_of(ret->name.at + ret->name.len + 1, in.len - content - ret->name.len - 1);
	ret->word = word_of(ret->name);
	return true;
}

enum watch_cut watch_cut(struct slice in, bool *passing, size_t *used, struct watch_frame *ret)
{
	size_t start, end;

	*used = 0;
	if (*passing) {
		end = find(in, 0, ']');
		*passing = end == in.len;
		*used = *passing ? end : end + 1;
		if (*passing || *used == in.len)
			return WATCH_CUT_MORE;
	}
	start = find(in, *used, '[');
	if (start == in.len) {
		*used = in.len;
		return WATCH_CUT_MORE;
	}
	end = find(in, start, ']');
	if (end - start >= WATCH_FRAME_MAX) {
		*passing = end == in.len;
		*used = *passing ? in.len : end + 1;
		return WATCH_CUT_LONG;
	}
	if (end == in.len) {
		*used = start;
		return WATCH_CUT_MORE;
	}
	*used = end + 1;
	return parse(slice_of(in.at + start, end + 1 - start), ret) ? WATCH_CUT_FRAME : WATCH_CUT_BAD;
}

/* ------------------------------------------------------------ what it says */

/* Field `number` from 0; empty when there are not so many. */
static struct slice field(struct slice fields, unsigned number)
{
	size_t at = 0, end;

	for (; number > 0; number--) {
		at = find(fields, at, ',');
		if (at == fields.len)
			return slice_of(fields.at, 0);
		at++;
	}
	end = find(fields, at, ',');
	return slice_of(fields.at + at, end - at);
}

static bool number_of(struct slice s, size_t at, size_t digits, unsigned *ret)
{
	*ret = 0;
	if (s.len < at + digits || digits == 0)
		return false;
	for (size_t i = at; i < at + digits; i++) {
		if (!is_digit(s.at[i]))
			return false;
		*ret = *ret * 10 + (unsigned)(s.at[i] - '0');
	}
	return true;
}

enum {
	FIELD_DATE = 0,
	FIELD_TIME = 1,
	FIELD_FIX = 2, /* A: where it is; V: where it was when it last knew */
	FIELD_LATITUDE = 3,
	FIELD_LONGITUDE = 5, /* each with its N or S, E or W behind it */
	FIELD_BATTERY = 12,
	FIELD_STATUS = 15
};

/* DDMMYY and HHMMSS, UTC; 0 when they are anything else. */
static int64_t raised_ms(struct slice fields)
{
	struct slice date = field(fields, FIELD_DATE), time = field(fields, FIELD_TIME);
	unsigned day, month, year, hour, minute, second;

	if (date.len != 6 || time.len != 6 || !number_of(date, 0, 2, &day) || !number_of(date, 2, 2, &month) ||
	    !number_of(date, 4, 2, &year) || !number_of(time, 0, 2, &hour) || !number_of(time, 2, 2, &minute) ||
	    !number_of(time, 4, 2, &second))
		return 0;
	return utc_ms_of(2000 + year, month, day, hour, minute, second);
}

/* The status word, 1 to 8 hex digits. False when it is not there. */
static bool status_of(struct slice fields, uint32_t *ret)
{
	struct slice s = field(fields, FIELD_STATUS);

	*ret = 0;
	if (s.len == 0 || s.len > 8)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (hex_digit(s.at[i]) < 0)
			return false;
		*ret = *ret << 4 | (uint32_t)hex_digit(s.at[i]);
	}
	return true;
}

static void raw_keep(const struct watch_frame *frame, uint32_t number, struct alarm *ret)
{
	size_t len = frame->raw.len > ALARM_RAW_MAX - MARK_MAX ? ALARM_RAW_MAX - MARK_MAX : frame->raw.len;
	int mark = 0;

	memcpy(ret->raw, frame->raw.at, len);
	if (number != 0)
		mark = snprintf((char *)ret->raw + len, MARK_MAX, "+%u", (unsigned)number);
	ret->raw_len = (uint16_t)(len + (size_t)mark);
}

/* What stands in the code: the word and the status, "AL:00010001"; printable and short, whatever was sent. */
static void code_of(const struct watch_frame *frame, char ret[ALARM_CODE_MAX])
{
	struct slice status = field(frame->fields, FIELD_STATUS);
	size_t len = 0;

	for (size_t i = 0; i < frame->name.len && len < 6; i++)
		ret[len++] = (char)(frame->name.at[i] > ' ' && frame->name.at[i] <= '~' ? frame->name.at[i] : '?');
	if (status.len != 0)
		ret[len++] = ':';
	for (size_t i = 0; i < status.len && len < ALARM_CODE_MAX - 1; i++)
		ret[len++] = (char)(hex_digit(status.at[i]) >= 0 ? status.at[i] : '?');
	ret[len] = '\0';
}

static void alarm_make(const struct watch_frame *frame, enum kind kind, uint32_t zone, uint32_t number,
                       struct alarm *ret)
{
	unsigned battery;
	struct slice s = field(frame->fields, FIELD_BATTERY);

	memset(ret, 0, sizeof *ret);
	ret->kind = kind;
	ret->zone = zone;
	ret->protocol = PROTOCOL_WATCH;
	ret->raised_ms = raised_ms(frame->fields);
	ret->battery_pct = s.len <= 3 && number_of(s, 0, s.len, &battery) && battery <= 100 ? (uint8_t)battery : 255;
	code_of(frame, ret->code);
	raw_keep(frame, number, ret);
}

static void text_put(struct alarm *a, const char *text, size_t len)
{
	if (len > sizeof a->text - a->text_len)
		return;
	memcpy(a->text + a->text_len, text, len);
	a->text_len = (uint16_t)(a->text_len + len);
}

/* "W 16 0": every bit that is set, those without a meaning too; the person's, which are the high ones, first. */
static void text_bits(struct alarm *a, uint32_t status)
{
	char number[4];

	if (status == 0)
		return;
	text_put(a, "W", 1);
	for (unsigned i = 32; i-- > 0;)
		if ((status & BIT(i)) != 0)
			text_put(a, number, (size_t)snprintf(number, sizeof number, " %u", i));
}

/* Degrees with a hemisphere, as they came: "Y 22.536207N". Nothing where it is no number, or the zero of a watch that never
 * had a fix. */
static void text_degrees(struct alarm *a, char letter, struct slice degrees, struct slice side, const char *sides)
{
	char line[24];
	bool zero = true;

	if (degrees.len == 0 || degrees.len > 12 || side.len != 1 || side.at[0] == 0 || strchr(sides, side.at[0]) == NULL)
		return;
	for (size_t i = 0; i < degrees.len; i++) {
		if (!is_digit(degrees.at[i]) && degrees.at[i] != '.' && !(i == 0 && degrees.at[i] == '-'))
			return;
		zero = zero && (degrees.at[i] < '1' || degrees.at[i] > '9');
	}
	if (!zero)
		text_put(a, line,
		         (size_t)snprintf(line, sizeof line, "\n%c %.*s%c", letter, (int)degrees.len, (const char *)degrees.at,
		                          side.at[0]));
}

/* What a person must see to find her: with a call for help only, sealed with the rest of her home's words, and kept nowhere
 * else. A flat battery is no reason to know where somebody is. */
static void text_make(const struct watch_frame *frame, uint32_t status, struct alarm *a)
{
	struct slice fields = frame->fields, fix = field(fields, FIELD_FIX);
	bool now = is_word(fix, "A");

	if (a->restore || class_above(CLASS_WELFARE, kind_class(a->kind)))
		return;
	text_bits(a, status);
	if (!now && !is_word(fix, "V"))
		return;
	text_degrees(a, now ? 'X' : 'x', field(fields, FIELD_LONGITUDE), field(fields, FIELD_LONGITUDE + 1), "EW");
	text_degrees(a, now ? 'Y' : 'y', field(fields, FIELD_LATITUDE), field(fields, FIELD_LATITUDE + 1), "NS");
	if (a->text_len != 0 && a->text[0] == '\n')
		memmove(a->text, a->text + 1, --a->text_len);
}

uint32_t watch_alarms(const struct watch_frame *frame, struct alarm ret[WATCH_EVENTS_MAX])
{
	bool alarm = frame->word == WATCH_ALARM;
	uint32_t status, count = 0;

	if (!alarm && frame->word != WATCH_POSITION)
		return 0;
	(void)status_of(frame->fields, &status);
	for (size_t i = 0; i < COUNT_OF(MEANINGS); i++) {
		if ((status & MEANINGS[i].bits) == 0 || (MEANINGS[i].state && !alarm))
			continue;
		alarm_make(frame, MEANINGS[i].kind, MEANINGS[i].zone, count, &ret[count]);
		count++;
	}
	/* She is back inside the fence: the cause of the other is gone. */
	if (alarm && count == 0 && (status & (BIT(BIT_FENCE_IN) | BIT(BIT_FENCE_IN_STATE))) != 0) {
		alarm_make(frame, KIND_WANDER, BIT_FENCE_OUT, 0, &ret[count++]);
		ret[0].restore = true;
	}
	/* Only the state says that she is out: some makers set nothing else. */
	if (alarm && count == 0 && (status & BIT(BIT_FENCE_OUT_STATE)) != 0)
		alarm_make(frame, KIND_WANDER, BIT_FENCE_OUT, 0, &ret[count++]);
	if (alarm && count == 0) {
		alarm_make(frame, KIND_UNKNOWN, 0, 0, &ret[count++]);
		ret[0].code_unknown = true;
	}
	if (count != 0)
		text_make(frame, status, &ret[0]);
	return count;
}

void watch_device_id(struct slice id, char ret[ID_MAX])
{
	ENSURE(id.len <= ID_DIGITS_MAX);
	(void)snprintf(ret, ID_MAX, "watch.%.*s", (int)id.len, (const char *)id.at);
}

/* ------------------------------------------------------------ replies */

const char *watch_answer(const struct watch_frame *frame)
{
	switch (frame->word) {
	case WATCH_LK:
		return "LK";
	case WATCH_ALARM:
		return "AL";
	case WATCH_POSITION:
		return NULL;
	case WATCH_OTHER:
		break;
	}
	if (is_word(frame->name, "INIT"))
		return "INIT,1";
	if (is_word(frame->name, "CONFIG"))
		return "CONFIG,1";
	if (is_word(frame->name, "TKQ"))
		return "TKQ";
	if (is_word(frame->name, "TKQ2"))
		return "TKQ2";
	/* Measurements: of no use to a call for help, and not kept; without an answer they come again and again. */
	if (is_word(frame->name, "bphrt"))
		return "bphrt";
	if (is_word(frame->name, "oxygen"))
		return "oxygen";
	if (is_word(frame->name, "btemp2"))
		return "btemp2";
	return NULL;
}

void watch_reply(struct slice head, const char *content, struct buf *ret)
{
	char length[8];

	ENSURE(head.len <= WATCH_HEAD_MAX && strlen(content) <= 12);
	(void)snprintf(length, sizeof length, "%04X*", (unsigned)strlen(content));
	buf_put(ret, "[", 1);
	buf_put(ret, head.at, head.len);
	buf_put(ret, length, 5);
	buf_put(ret, content, strlen(content));
	buf_put(ret, "]", 1);
}
